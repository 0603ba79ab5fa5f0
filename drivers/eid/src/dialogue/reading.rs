//! Reading data groups through a channel: SELECT of the eID application once, then READ BINARY by short file id.
use super::read::Next;
use super::{Step, select_eid};
use crate::Fault;
use crate::channel::{Channel, PaceOnly};
use crate::data_group;
use crate::file::{Extent, FileRead, FileStep};
use apdu::{Response, StatusWord};
use drivers_api::card::{DataGroup, GroupContent, PersonalData, ReadFailure, ReadStep};
use std::collections::BTreeMap;

/// Terminal and chip authentication will stand between PACE and this, and make a `Channel<ChipTrusted>`.
type Opened = Channel<PaceOnly>;

/// Selects the eID application through the channel.
pub(super) fn open_application(mut channel: Opened, groups: Vec<DataGroup>) -> Next {
    let command = channel.seal(&select_eid()?)?;
    Ok(Step::ask_in(
        ReadStep::Reading,
        ExpectApplication { channel, groups },
        command,
    ))
}

pub(super) struct ExpectApplication {
    channel: Opened,
    groups: Vec<DataGroup>,
}

impl ExpectApplication {
    pub(super) fn handle(mut self, response: &Response) -> Next {
        match self.channel.open(response)?.status() {
            StatusWord::OK => {
                let person = PersonalData {
                    authenticity: self.channel.authenticity(),
                    groups: BTreeMap::new(),
                };
                // The list is worked off from its end.
                self.groups.reverse();
                next_group(self.channel, self.groups, person)
            }
            StatusWord::SECURITY_STATUS => Err(ReadFailure::NotAuthorised.into()),
            status => Err(Fault::Status {
                doing: "selecting the eID application",
                status,
            }
            .into()),
        }
    }
}

pub(super) struct ExpectGroup {
    channel: Opened,
    group: DataGroup,
    file: FileRead,
    waiting: Vec<DataGroup>,
    person: PersonalData,
}

impl ExpectGroup {
    pub(super) fn handle(self, response: &Response) -> Next {
        let Self {
            mut channel,
            group,
            file,
            waiting,
            mut person,
        } = self;
        let content = match file.handle(&channel.open(response)?)? {
            FileStep::More(file, command) => {
                let command = channel.seal(&command)?;
                return Ok(Step::ask(
                    Self {
                        channel,
                        group,
                        file,
                        waiting,
                        person,
                    },
                    command,
                ));
            }
            FileStep::Done(bytes) => data_group::parse(group, &bytes)?,
            FileStep::Refused(StatusWord::NOT_FOUND) => GroupContent::NotOnChip,
            FileStep::Refused(StatusWord::SECURITY_STATUS) => return Err(ReadFailure::NotAuthorised.into()),
            FileStep::Refused(status) => {
                return Err(Fault::Status {
                    doing: "reading a data group",
                    status,
                }
                .into());
            }
        };
        person.groups.insert(group, content);
        next_group(channel, waiting, person)
    }
}

fn next_group(mut channel: Opened, mut waiting: Vec<DataGroup>, person: PersonalData) -> Next {
    let Some(group) = waiting.pop() else {
        return Ok(Step::Done(Ok(person)));
    };
    let (file, command) = FileRead::start(group.number(), Extent::OneObject, true)?;
    let command = channel.seal(&command)?;
    Ok(Step::ask(
        ExpectGroup {
            channel,
            group,
            file,
            waiting,
            person,
        },
        command,
    ))
}

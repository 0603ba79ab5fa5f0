//! What the eID application tells, in the order of an eID-Server (TR-03130-1 §2.4.6): first whether the card is on the
//! blocklist, then whether it is valid, then age, municipality and pseudonym, and only then data groups. All of it comes
//! through a channel to a chip that is proven genuine.
use super::read::{Expect, Next, Plan, Turn, ask, ask_in};
use super::{Stopped, dynamic_object, general_authenticate, select_eid, set_card_key};
use crate::auxiliary::Question;
use crate::channel::{Channel, ChipTrusted};
use crate::file::{Extent, FileRead, FileStep, Piece};
use crate::passive_auth::SecuredInfos;
use crate::terminal::SectorKey;
use crate::{Fault, data_group};
use apdu::{Command, Response, StatusWord};
use drivers_api::card::{CardFailure, DataGroup, GroupContent, PersonalData, ReadStep, SpecialFunctions};
use drivers_api::private::PrivateText;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// id-RI-ECDH-SHA-256, 0.4.0.127.0.7.2.2.5.2.3 (TR-03110-3 A.1.1.4).
const RESTRICTED_IDENTIFICATION_OID: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x05, 0x02, 0x03];
/// Bytes of a sector-specific identifier made with SHA-256.
const IDENTIFIER_BYTES: usize = 32;

/// A genuine card in its eID application. Nothing but this file reads from it.
struct Genuine {
    plan: Box<Plan>,
    channel: Channel<ChipTrusted>,
    secured: SecuredInfos,
    /// What is still to be asked, the next one last.
    waiting: Vec<Item>,
    person: PersonalData,
}

/// One thing to ask.
#[derive(Clone, Copy)]
enum Item {
    Identifier(Purpose),
    Verdict(Question),
    Group(DataGroup),
}

/// What a sector-specific identifier is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Blocklist,
    Pseudonym,
}

/// Selects the eID application through the new channel.
pub(super) fn start(channel: Channel<ChipTrusted>, plan: Box<Plan>, secured: SecuredInfos) -> Next {
    let request = &plan.request;
    let mut items = vec![Item::Identifier(Purpose::Blocklist), Item::Verdict(Question::Validity)];
    items.extend(request.age_at_least.map(|_| Item::Verdict(Question::Age)));
    items.extend(
        request
            .municipality
            .as_ref()
            .map(|_| Item::Verdict(Question::Municipality)),
    );
    items.extend(request.pseudonym.then_some(Item::Identifier(Purpose::Pseudonym)));
    items.extend(request.groups.iter().map(|group| Item::Group(*group)));
    items.reverse();
    let person = PersonalData {
        authenticity: channel.authenticity(),
        groups: BTreeMap::new(),
        functions: SpecialFunctions::default(),
    };
    let mut genuine = Genuine {
        plan,
        channel,
        secured,
        waiting: items,
        person,
    };
    let command = genuine.channel.seal(select_eid()?)?;
    ask_in(
        ReadStep::Reading,
        Expect::Application(ExpectApplication { genuine }),
        command,
    )
}

impl Genuine {
    /// Asks for the next item, or ends.
    fn next(mut self) -> Next {
        match self.waiting.pop() {
            None => Ok(Turn::Done(self.person)),
            Some(Item::Identifier(purpose)) => {
                let command = self.choose_key(purpose)?;
                self.ask(Doing::ChoosingKey(purpose), command)
            }
            Some(Item::Verdict(question)) => {
                // The class of the application, not of ISO 7816: 8C when secured (B.14.10).
                let command = Command::new(0x80, 0x20, 0x80, 0x00).with_data(question.object());
                self.ask(Doing::Verifying(question), command.map_err(Fault::from)?)
            }
            Some(Item::Group(group)) => {
                let (file, command) = FileRead::start(group.number(), Extent::OneObject, Piece::SECURED)?;
                let command = self.channel.seal(command)?;
                let state = ExpectGroup {
                    genuine: self,
                    group,
                    file,
                };
                ask(Expect::Group(state), command)
            }
        }
    }

    fn ask(mut self, doing: Doing, command: Command) -> Next {
        let command = self.channel.seal(command)?;
        ask(Expect::Answer(ExpectAnswer { genuine: self, doing }), command)
    }

    /// The chip-specific key makes the identifier that blocklists hold, the authorised one the pseudonym (TR-03127 §4.4.2).
    fn choose_key(&self, purpose: Purpose) -> Result<Command, Fault> {
        let keys = self.secured.restricted_identification();
        let key = match purpose {
            Purpose::Blocklist => keys.blocklist,
            Purpose::Pseudonym => keys.sector,
        };
        set_card_key(
            &RESTRICTED_IDENTIFICATION_OID,
            Some(key.ok_or(Fault::NoIdentificationKey)?),
        )
    }

    fn sector(&self, purpose: Purpose) -> &SectorKey {
        let certificates = self.plan.terminal.certificates();
        match purpose {
            Purpose::Blocklist => certificates.blocklist_sector(),
            Purpose::Pseudonym => certificates.pseudonym_sector(),
        }
    }

    fn take_identifier(&mut self, purpose: Purpose, response: &Response) -> Result<(), Stopped> {
        let told = dynamic_object(response, self.sector(purpose).answer_tag())?;
        let identifier: Zeroizing<[u8; IDENTIFIER_BYTES]> =
            Zeroizing::new(told.try_into().map_err(|_| Fault::Identifier)?);
        match purpose {
            Purpose::Blocklist if self.plan.terminal.blocklist().contains(&identifier) => {
                return Err(CardFailure::Revoked.into());
            }
            Purpose::Blocklist => {}
            Purpose::Pseudonym => self.person.functions.pseudonym = Some(hexadecimal(&*identifier)),
        }
        Ok(())
    }

    fn take_verdict(&mut self, question: Question, status: StatusWord) -> Result<(), Stopped> {
        const DOING: &str = "having the card compare";
        let holds = match status {
            StatusWord::OK => true,
            StatusWord::AUTHENTICATION_FAILED => false,
            // A card without a municipality lives in none, one without a date of birth proves no age.
            StatusWord::REFERENCE_NOT_FOUND if question != Question::Validity => false,
            StatusWord::SECURITY_STATUS => return Err(Stopped::because(CardFailure::NotAuthorised, DOING, status)),
            _ => return Err(Fault::Status { doing: DOING, status }.into()),
        };
        match question {
            Question::Validity if !holds => return Err(CardFailure::Expired.into()),
            Question::Validity => {}
            Question::Age => self.person.functions.old_enough = Some(holds),
            Question::Municipality => self.person.functions.lives_there = Some(holds),
        }
        Ok(())
    }
}

pub(super) struct ExpectApplication {
    genuine: Genuine,
}

impl ExpectApplication {
    pub(super) fn handle(self, response: Response) -> Next {
        let Self { mut genuine } = self;
        match genuine.channel.open(response)?.status() {
            StatusWord::OK => genuine.next(),
            status => Err(refused("selecting the eID application", status)),
        }
    }
}

enum Doing {
    ChoosingKey(Purpose),
    Identifying(Purpose),
    Verifying(Question),
}

pub(super) struct ExpectAnswer {
    genuine: Genuine,
    doing: Doing,
}

impl ExpectAnswer {
    pub(super) fn handle(self, response: Response) -> Next {
        let Self { mut genuine, doing } = self;
        let response = genuine.channel.open(response)?;
        let status = response.status();
        match doing {
            Doing::ChoosingKey(_) if status != StatusWord::OK => Err(refused("choosing an identification key", status)),
            Doing::ChoosingKey(purpose) => {
                let command = general_authenticate(&genuine.sector(purpose).object())?;
                genuine.ask(Doing::Identifying(purpose), command)
            }
            Doing::Identifying(_) if status != StatusWord::OK => Err(refused("asking for an identifier", status)),
            Doing::Identifying(purpose) => {
                genuine.take_identifier(purpose, &response)?;
                genuine.next()
            }
            Doing::Verifying(question) => {
                genuine.take_verdict(question, status)?;
                genuine.next()
            }
        }
    }
}

pub(super) struct ExpectGroup {
    genuine: Genuine,
    group: DataGroup,
    file: FileRead,
}

impl ExpectGroup {
    pub(super) fn handle(self, response: Response) -> Next {
        let Self {
            mut genuine,
            group,
            file,
        } = self;
        let content = match file.handle(&genuine.channel.open(response)?)? {
            FileStep::More(file, command) => {
                let command = genuine.channel.seal(command)?;
                let state = Self { genuine, group, file };
                return ask(Expect::Group(state), command);
            }
            FileStep::Done(bytes) => data_group::parse(group, &bytes)?,
            FileStep::Refused(StatusWord::NOT_FOUND) => GroupContent::NotOnChip,
            FileStep::Refused(status) => return Err(refused("reading a data group", status)),
        };
        genuine.person.groups.insert(group, content);
        genuine.next()
    }
}

fn refused(doing: &'static str, status: StatusWord) -> Stopped {
    if status == StatusWord::SECURITY_STATUS {
        Stopped::because(CardFailure::NotAuthorised, doing, status)
    } else {
        Fault::Status { doing, status }.into()
    }
}

fn hexadecimal(bytes: &[u8]) -> PrivateText {
    // The right size at once: growing would leave a copy behind.
    let mut text = String::with_capacity(bytes.len() * 2);
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
    text.extend(nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)));
    PrivateText::new(text)
}

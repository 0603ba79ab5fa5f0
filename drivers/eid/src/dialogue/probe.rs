//! What lies there? EF.DIR tells whether the card has an eID (TR-03124-1 §3.1; never the ATR), MSE:Set AT in which
//! state its PIN is (TR-03110-3 B.14.1).
use super::{Ask, EF_CARD_ACCESS, EF_DIR, PASSWORD_PIN, Step, response, select_master_file, set_password};
use crate::file::{Extent, FileRead, FileStep, Piece};
use crate::pin_state::pin_state;
use crate::security_info::SecurityInfos;
use crate::{Fault, ef_dir};
use apdu::{Command, Response};
use drivers_api::card::CardFound;

/// A probe that awaits an answer.
pub struct Probe(Expect);

enum Expect {
    MasterFile,
    Directory(FileRead),
    CardAccess(FileRead),
    PinState,
}

type ProbeStep = Step<Probe, CardFound>;

impl Probe {
    pub(super) fn start() -> ProbeStep {
        or_unreadable(select_master_file().map(|command| ask(Expect::MasterFile, command)))
    }

    pub(super) fn start_at_pin() -> ProbeStep {
        or_unreadable(set_password(PASSWORD_PIN, None).map(|command| ask(Expect::PinState, command)))
    }

    /// Takes the answer to the last command: the bytes as the transport brought them.
    pub fn handle(self, answer: Vec<u8>) -> ProbeStep {
        or_unreadable(response(answer).and_then(|response| match self.0 {
            Expect::MasterFile => after_master_file(),
            Expect::Directory(file) => after_directory(file, &response),
            Expect::CardAccess(file) => after_card_access(file, &response),
            Expect::PinState => Ok(after_pin_state(&response)),
        }))
    }
}

/// Some cards refuse to select what is selected already: EF.DIR decides.
fn after_master_file() -> Result<ProbeStep, Fault> {
    let (file, command) = FileRead::start(EF_DIR, Extent::WholeFile, Piece::PLAIN)?;
    Ok(ask(Expect::Directory(file), command))
}

fn after_directory(file: FileRead, response: &Response) -> Result<ProbeStep, Fault> {
    let bytes = match file.handle(response)? {
        FileStep::More(file, command) => return Ok(ask(Expect::Directory(file), command)),
        FileStep::Refused(_) => return Ok(Step::Done(CardFound::NotEid)),
        FileStep::Done(bytes) => bytes,
    };
    if !ef_dir::names_eid(&bytes) {
        return Ok(Step::Done(CardFound::NotEid));
    }
    let (file, command) = FileRead::start(EF_CARD_ACCESS, Extent::OneObject, Piece::PLAIN)?;
    Ok(ask(Expect::CardAccess(file), command))
}

fn after_card_access(file: FileRead, response: &Response) -> Result<ProbeStep, Fault> {
    let bytes = match file.handle(response)? {
        FileStep::More(file, command) => return Ok(ask(Expect::CardAccess(file), command)),
        FileStep::Refused(status) => {
            return Err(Fault::Status {
                doing: "reading EF.CardAccess",
                status,
            });
        }
        FileStep::Done(bytes) => bytes,
    };
    SecurityInfos::parse(&bytes)?.pace().ok_or(Fault::NoPaceVariant)?;
    Ok(ask(Expect::PinState, set_password(PASSWORD_PIN, None)?))
}

fn after_pin_state(response: &Response) -> ProbeStep {
    Step::Done(pin_state(response.status()).map_or(CardFound::Unreadable, |pin| CardFound::Eid { pin }))
}

fn ask(expect: Expect, command: Command) -> ProbeStep {
    Step::Ask(Ask {
        dialogue: Probe(expect),
        command,
        progress: None,
    })
}

fn or_unreadable(step: Result<ProbeStep, Fault>) -> ProbeStep {
    step.unwrap_or(Step::Done(CardFound::Unreadable))
}

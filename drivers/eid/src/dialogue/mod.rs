//! The dialogues with a card: what is asked, what is awaited, what comes of it. Each state is named after the answer it
//! awaits and is consumed by it.
mod opening;
mod pace_run;
mod probe;
mod read;
mod reading;
mod verdict;

pub use probe::Probe;
pub use read::{Read, ReadOutcome, ReadStopped};

use crate::Fault;
use crate::pace::{PACE_OID, PARAMETER_ID};
use apdu::tlv::{self, Tag};
use apdu::{Command, Response};
use drivers_api::card::{CardFound, CardPassword, DataGroups, ReadStep};
use rand_core::CryptoRng;

/// Most commands of one dialogue, whatever the card answers: 15 data groups and EF.CardAccess in at most 40 pieces
/// each, and some 20 commands to open the card.
pub const COMMANDS_MAX: usize = 16 * (crate::file::PIECES_MAX + 1) + 24;

/// Where conversations with a card start.
pub struct Dialogue;

impl Dialogue {
    /// Asks what the card is and, if it has an eID, in which state its PIN is. Sends no secret.
    pub fn probe() -> Step<Probe, CardFound> {
        Probe::start()
    }

    /// Opens the card with `password` and reads `groups`. `random` gives the ephemeral keys of PACE; it is used only
    /// during this call.
    pub fn read(password: CardPassword, groups: &DataGroups, random: &mut impl CryptoRng) -> Step<Read, ReadOutcome> {
        Read::start(password, groups, random)
    }
}

/// The next step of a dialogue.
pub enum Step<D, O> {
    /// Send the command and hand the answer to the dialogue.
    Ask(Ask<D>),
    /// The dialogue has ended; nothing may be sent any more.
    Done(O),
}

/// A command to send.
pub struct Ask<D> {
    /// Awaits the answer.
    pub dialogue: D,
    /// What to send.
    pub command: Command,
    /// A new phase begins with this command.
    pub progress: Option<ReadStep>,
}

impl<D, O> Step<D, O> {
    fn ask(dialogue: impl Into<D>, command: Command) -> Self {
        Self::Ask(Ask {
            dialogue: dialogue.into(),
            command,
            progress: None,
        })
    }

    fn ask_in(step: ReadStep, dialogue: impl Into<D>, command: Command) -> Self {
        Self::Ask(Ask {
            dialogue: dialogue.into(),
            command,
            progress: Some(step),
        })
    }
}

/// Short file ids (TR-03110-3 table A.1 ff., TR-03127 §3.4).
const EF_DIR: u8 = 0x1E;
const EF_CARD_ACCESS: u8 = 0x1C;
/// Password ids of MSE:Set AT (TR-03110-3 B.14.1 table B.3).
const PASSWORD_CAN: u8 = 0x02;
const PASSWORD_PIN: u8 = 0x03;

/// SELECT the master file by its id (ISO 7816-4 §7.1.1), no answer data wanted.
fn select_master_file() -> Result<Command, Fault> {
    Ok(Command::new(0x00, 0xA4, 0x00, 0x0C).with_data(vec![0x3F, 0x00])?)
}

/// SELECT the eID application by name.
fn select_eid() -> Result<Command, Fault> {
    Ok(Command::new(0x00, 0xA4, 0x04, 0x0C).with_data(crate::EID_AID.to_vec())?)
}

/// MSE:Set AT for PACE (TR-03110-3 B.14.1): objects 80, 83, 84 in this order, no CHAT (that comes with terminal
/// authentication), and no Le: German cards refuse it here.
fn set_password(id: u8) -> Result<Command, Fault> {
    let protocol = tlv::encode(Tag(0x80), &PACE_OID);
    let password = tlv::encode(Tag(0x83), &[id]);
    let parameter = tlv::encode(Tag(0x84), &[PARAMETER_ID]);
    let data = tlv::concat(&[&protocol, &password, &parameter]);
    Ok(Command::new(0x00, 0x22, 0xC1, 0xA4).with_data(data)?)
}

/// The bytes a transport brought, as a response.
fn response(bytes: Vec<u8>) -> Result<Response, Fault> {
    Ok(Response::parse(bytes)?)
}

//! The dialogues with a card: what is asked, what is awaited, what comes of it. Each state is named after the answer it
//! awaits and is consumed by it.
mod authenticating;
mod manage;
mod opening;
mod pace_run;
mod pad;
mod probe;
mod proving;
mod read;
mod reading;
mod start;
mod verdict;
mod wire;

#[cfg(test)]
pub(crate) mod double;
#[cfg(test)]
mod double_reads;
#[cfg(test)]
mod manage_tests;
#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod start_tests;

pub use authenticating::AwaitsSignature;
pub use manage::{ManagePin, PIN_DIGITS, PinOutcome};
pub use pad::OpenedOnPad;
pub use probe::Probe;
pub use read::{Read, ReadOutcome};

use crate::chat::Chat;
use crate::pace::{PACE_OID, PARAMETER_ID};
use crate::passive_auth::PassiveAuthError;
use crate::security_info::KeyId;
use crate::{Fault, Prepared, Terminal};
use apdu::tlv::{self, Reader, Tag, TlvError};
use apdu::{Command, NE_SHORT_MAX, Response};
use core::convert::Infallible;
use core::time::Duration;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{CardFailure, CardFound, PinTask, ReadRequest, ReadStep};
use jiff::civil::Date;
use std::sync::Arc;
use thiserror::Error;
use zeroize::Zeroizing;

/// Most commands of one dialogue, whatever the card answers: 20 files (17 data groups, EF.CardAccess, EF.ATR/INFO,
/// EF.CardSecurity) in at most so many pieces each; 46 single commands (13 to open, 23 to authenticate the terminal with at
/// most 10 certificates, 2 for the chip, 8 for the application's functions); and the 12 of them that may be long
/// (certificates, two sector keys) in envelopes.
pub const COMMANDS_MAX: usize = 20 * (crate::file::PIECES_MAX + 1) + 46 + 12 * wire::TPDUS_MAX;

/// Where conversations with a card start.
pub struct Dialogue;

/// What is true around a dialogue.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// The calendar day, by which certificates and cards are valid or not.
    pub today: Date,
    /// The host's monotonic time, by which a photo comparison holds or not.
    pub now: Duration,
    /// Whether the reader carries extended length. If not, long commands go in envelopes (TR-03110-3 E).
    pub extended_length: bool,
}

impl Dialogue {
    /// Asks what the card is and, if it has an eID, in which state its PIN is. Sends no secret.
    pub fn probe() -> Step<Probe, CardFound> {
        Probe::start()
    }

    /// Asks a card that was probed already for the state of its PIN alone: one command, which a reader with keys of its own
    /// lets pass and wraps if need be (TR-03119 A.4.3).
    pub fn probe_pin() -> Step<Probe, CardFound> {
        Probe::start_at_pin()
    }

    /// Reads what `request` names, by the right of `basis`. Authenticity, blocklist and validity come first, in this
    /// order; without them no data are read (TR-03130-1 §2.4.6). What the terminal may not ask, a comparison that ended
    /// and secrets that belong on the reader's keypad are refused before the first command.
    pub fn read(
        basis: ReadBasis,
        request: &ReadRequest,
        terminal: Arc<Terminal>,
        circumstances: Circumstances,
        keys: Prepared,
    ) -> Step<Read, ReadOutcome, AwaitsSignature> {
        Read::start(basis, request, terminal, circumstances, keys)
    }

    /// The rights with which a reader with keys of its own has to open the card for such a read. What [`Dialogue::read`]
    /// refuses before the first command is refused here, before anybody types on the reader; so are secrets that were
    /// typed elsewhere.
    ///
    /// # Errors
    /// [`Stopped`] as from [`Dialogue::read`].
    pub fn rights_for_pad(
        basis: &ReadBasis,
        request: &ReadRequest,
        terminal: &Terminal,
        circumstances: Circumstances,
    ) -> Result<Chat, Stopped> {
        start::rights_for_pad(basis, request, terminal, circumstances)
    }

    /// [`Dialogue::read`] on a card that the reader has opened itself, with a password typed on its own keys (PC/SC
    /// part 10, EstablishPACEChannel, with the rights of [`Dialogue::rights_for_pad`]).
    ///
    /// The reader keeps PACE's channel: it wraps what is plain here and unwraps the answers, through terminal and chip
    /// authentication (TR-03105-5.2 R_TA_1, R_CA_1: commands without secure messaging to the reader, with it to the card).
    /// Chip authentication makes new keys, which are here alone; from then on commands are wrapped here, and what is
    /// wrapped already the reader passes on as it is.
    pub fn read_after_pad(
        opened: OpenedOnPad,
        basis: &ReadBasis,
        request: &ReadRequest,
        terminal: Arc<Terminal>,
        circumstances: Circumstances,
        keys: Prepared,
    ) -> Step<Read, ReadOutcome, AwaitsSignature> {
        Read::start_after_pad(opened, basis, request, terminal, circumstances, keys)
    }

    /// Work on the PIN, without a certificate (TR-03127 §3.5.3, §4.6).
    pub fn manage_pin(task: PinTask, keys: Prepared) -> Step<ManagePin, PinOutcome> {
        ManagePin::start(task, keys)
    }

    /// Unblocks the PIN of a card that the reader has opened itself with the PUK, typed on its own keys. The other tasks end
    /// in such a reader: it proves the PIN, and takes a new one with ModifyPIN (PC/SC part 10).
    pub fn unblock_after_pad() -> Step<ManagePin, PinOutcome> {
        ManagePin::start_unblocking_after_pad()
    }
}

/// The next step of a dialogue. `S` awaits a signature; a dialogue that needs none has [`Infallible`] there.
pub enum Step<D, O, S = Infallible> {
    /// Send the command and hand the answer to the dialogue.
    Ask(Ask<D>),
    /// Have the message signed and hand the signature to the dialogue.
    Sign(SignAsk<S>),
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

/// A message to sign for terminal authentication (TR-03110-2 §3.3), for [`drivers_api::signer::TerminalSigner::sign`].
pub struct SignAsk<S> {
    /// Awaits the signature.
    pub dialogue: S,
    /// Holder reference of the certificate whose key signs.
    pub holder: Vec<u8>,
    /// What to sign.
    pub message: Vec<u8>,
}

/// Why a dialogue ended without its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("work with the card ended: {why:?}")]
pub struct Stopped {
    /// What the visit has to know.
    pub why: CardFailure,
    /// What went wrong, for the log.
    #[source]
    pub fault: Option<Fault>,
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        let why = match fault {
            // That is our lack, and says nothing about the card.
            Fault::PassiveAuthentication(PassiveAuthError::NoCurrentRevocationList) => CardFailure::Stopped,
            Fault::PassiveAuthentication(_) | Fault::ChipToken => CardFailure::NotGenuine,
            Fault::Signature => CardFailure::SignerGone,
            Fault::Request | Fault::ComparisonEnded | Fault::SecretOnPad | Fault::SecretTyped | Fault::NewPin => {
                CardFailure::Stopped
            }
            Fault::Response(_)
            | Fault::Command(_)
            | Fault::Tlv(_)
            | Fault::Status { .. }
            | Fault::NoPaceVariant
            | Fault::SecurityInfos(_)
            | Fault::Nonce
            | Fault::NotOnCurve
            | Fault::Infinity
            | Fault::EqualKeys
            | Fault::Token
            | Fault::SecuredObjects
            | Fault::Checksum
            | Fault::Cryptogram
            | Fault::StatusDiffers
            | Fault::FileSize
            | Fault::DataGroup { .. }
            | Fault::TrustPoint
            | Fault::Challenge
            | Fault::NoChipKey
            | Fault::NoIdentificationKey
            | Fault::Identifier
            | Fault::Envelope => CardFailure::Malformed,
        };
        Self {
            why,
            fault: Some(fault),
        }
    }
}

impl From<CardFailure> for Stopped {
    fn from(why: CardFailure) -> Self {
        Self { why, fault: None }
    }
}

impl Stopped {
    /// That failure, because of a status word.
    fn because(why: CardFailure, doing: &'static str, status: apdu::StatusWord) -> Self {
        Self {
            why,
            fault: Some(Fault::Status { doing, status }),
        }
    }
}

/// Short file ids (TR-03110-3 table A.1 ff., TR-03127 §3.4).
const EF_ATR_INFO: u8 = 0x01;
const EF_CARD_ACCESS: u8 = 0x1C;
const EF_CARD_SECURITY: u8 = 0x1D;
const EF_DIR: u8 = 0x1E;
/// Password ids of MSE:Set AT (TR-03110-3 B.14.1).
const PASSWORD_CAN: u8 = 0x02;
const PASSWORD_PIN: u8 = 0x03;
const PASSWORD_PUK: u8 = 0x04;
/// Dynamic authentication data (TR-03110-3 B.14.2).
const DYNAMIC_DATA: Tag = Tag(0x7C);

/// SELECT the master file by its id (ISO 7816-4 §7.1.1), no answer data wanted.
fn select_master_file() -> Result<Command, Fault> {
    Ok(Command::new(0x00, 0xA4, 0x00, 0x0C).with_data(vec![0x3F, 0x00])?)
}

/// SELECT the eID application by name.
fn select_eid() -> Result<Command, Fault> {
    Ok(Command::new(0x00, 0xA4, 0x04, 0x0C).with_data(crate::EID_AID.to_vec())?)
}

/// MSE:Set AT for PACE (TR-03110-3 B.14.1): objects 80, 83, 84 in this order, then the CHAT if terminal authentication
/// follows, and no Le: German cards refuse it here.
fn set_password(id: u8, chat: Option<Chat>) -> Result<Command, Fault> {
    let protocol = tlv::encode(Tag(0x80), &PACE_OID);
    let password = tlv::encode(Tag(0x83), &[id]);
    let parameter = tlv::encode(Tag(0x84), &[PARAMETER_ID]);
    let rights = chat.map(Chat::encode).unwrap_or_default();
    let data = tlv::concat(&[&protocol, &password, &parameter, &rights]);
    Ok(Command::new(0x00, 0x22, 0xC1, 0xA4).with_data(data)?)
}

/// MSE:Set AT for a private key of the card: chip authentication and restricted identification (TR-03110-3 B.14.1).
fn set_card_key(protocol: &[u8], key_id: Option<KeyId>) -> Result<Command, Fault> {
    let protocol = tlv::encode(Tag(0x80), protocol);
    let key = key_id.map_or_else(Zeroizing::default, |id| tlv::encode(Tag(0x84), &id.to_bytes()));
    Ok(Command::new(0x00, 0x22, 0x41, 0xA4).with_data(tlv::concat(&[&protocol, &key]))?)
}

/// GENERAL AUTHENTICATE with one object, or none (TR-03110-3 B.14.2).
fn dynamic_data(object: Option<(Tag, &[u8])>) -> Result<Command, Fault> {
    let inside = object.map_or_else(Zeroizing::default, |(tag, value)| tlv::encode(tag, value));
    general_authenticate(&inside)
}

/// GENERAL AUTHENTICATE with those objects.
fn general_authenticate(objects: &[u8]) -> Result<Command, Fault> {
    Ok(Command::new(0x00, 0x86, 0x00, 0x00)
        .with_data(tlv::encode(DYNAMIC_DATA, objects))?
        .with_expected(NE_SHORT_MAX)?)
}

/// The value of one object of the answer's dynamic authentication data.
fn dynamic_object(response: &Response, tag: Tag) -> Result<&[u8], Fault> {
    optional_dynamic_object(response, tag)?.ok_or(Fault::Tlv(TlvError::Missing { awaited: tag }))
}

fn optional_dynamic_object(response: &Response, tag: Tag) -> Result<Option<&[u8]>, Fault> {
    let mut objects = Reader::new(response.data()).expect(DYNAMIC_DATA)?.nested()?;
    Ok(objects.find(tag)?.map(|object| object.value))
}

/// The bytes a transport brought, as a response.
fn response(bytes: impl Into<Zeroizing<Vec<u8>>>) -> Result<Response, Fault> {
    Ok(Response::parse(bytes)?)
}

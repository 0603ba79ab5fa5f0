//! EstablishPACEChannel (PC/SC part 10 amendment 1.1; TR-03119 D.1.2, D.2): the reader asks for the password on its own
//! keys, runs PACE and keeps the channel.
use super::{Bytes, ESTABLISH, Part10Error, output};
use apdu::StatusWord;
use drivers_api::private::Digits;
use eid::OpenedOnPad;
use zeroize::Zeroizing;

/// Bytes of the structure that are always there: password id, three lengths.
const FIXED_BYTES: usize = 1 + 1 + 1 + 2;
/// Function and length before the InputData.
const HEAD_BYTES: usize = 3;

/// By which password the channel is opened (TR-03119 D.1.2).
#[derive(Clone, Copy)]
pub enum PacePassword<'a> {
    /// The PIN, typed on the reader.
    Pin,
    /// The CAN, typed on the reader.
    Can,
    /// The CAN as somebody else has read it off the card. The only password that a reader takes from its host, and only
    /// after the citizen has agreed on its keys (TR-03119 A.4.4).
    KnownCan(&'a Digits),
    /// The PUK, typed on the reader.
    Puk,
}

impl PacePassword<'_> {
    fn id(self) -> u8 {
        match self {
            Self::Can | Self::KnownCan(_) => 2,
            Self::Pin => 3,
            Self::Puk => 4,
        }
    }
}

/// InputData of EstablishPACEChannel.
///
/// The hash's object identifier (fields 8 and 9 of TR-03119) is left out: SHA-256 is assumed then, and older readers don't
/// know those fields.
#[derive(Clone, Copy)]
pub struct EstablishPace<'a> {
    /// The password.
    pub password: PacePassword<'a>,
    /// The rights asked for, object 7F4C and all; empty for work on the PIN.
    pub chat: &'a [u8],
    /// The certificate's description, which the reader shows; empty for work on the PIN.
    pub description: &'a [u8],
}

impl EstablishPace<'_> {
    /// Function, length, InputData.
    ///
    /// # Errors
    /// [`Part10Error::Input`].
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, Part10Error> {
        let can = match self.password {
            PacePassword::KnownCan(can) => can.expose(),
            PacePassword::Pin | PacePassword::Can | PacePassword::Puk => &[],
        };
        let length = FIXED_BYTES + self.chat.len() + can.len() + self.description.len();
        let total = u16::try_from(length).map_err(|_| Part10Error::Input)?;
        let byte = |bytes: &[u8]| u8::try_from(bytes.len()).map_err(|_| Part10Error::Input);
        let description_length = u16::try_from(self.description.len()).map_err(|_| Part10Error::Input)?;
        // All of it at once: growing would leave a copy of the CAN behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEAD_BYTES + length));
        bytes.push(ESTABLISH);
        bytes.extend(total.to_le_bytes());
        bytes.extend([self.password.id(), byte(self.chat)?]);
        bytes.extend_from_slice(self.chat);
        bytes.push(byte(can)?);
        bytes.extend_from_slice(can);
        bytes.extend(description_length.to_le_bytes());
        bytes.extend_from_slice(self.description);
        Ok(bytes)
    }
}

/// A command of the reader to the card within EstablishPACEChannel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaceStep {
    /// SELECT EF.CardAccess.
    SelectCardAccess,
    /// READ BINARY of it.
    ReadCardAccess,
    /// MSE:Set AT.
    SetPassword,
    /// GENERAL AUTHENTICATE, the first three.
    Agreeing,
    /// The fourth: the password's proof.
    Token,
}

/// How EstablishPACEChannel ended (error codes of TR-03119 D.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaceResult {
    /// The channel stands.
    Open,
    /// `D00000xx`: the reader doesn't take the input.
    Input(u8),
    /// `E0000001`, `E0000002`, `E0000006`: the card's answers are wrong, or its token is.
    CardWrong,
    /// `E0000003`: the reader doesn't know that password.
    UnknownPassword,
    /// `F000…` to `F006…`: the card has refused.
    Refused {
        /// Which command.
        step: PaceStep,
        /// SW1 SW2.
        status: StatusWord,
    },
    /// `F0100001`: the line broke, mostly because the card was taken away.
    Broken,
    /// `F0100002`: no card lies there.
    NoCard,
    /// `F0200001`: the citizen has pressed the abort key.
    Aborted,
    /// `F0200002`: nobody typed.
    TimedOut,
    /// `F0200003`: the card has its transport PIN still.
    NoActivePin,
    /// What no authentication terminal is told (`E0000007` to `E000000A`, `F8…`), or what isn't in the table.
    Other(u32),
}

impl PaceResult {
    fn of_code(code: u32) -> Self {
        let [.., sw1, sw2] = code.to_be_bytes();
        let status = StatusWord(u16::from_be_bytes([sw1, sw2]));
        let step = match code >> 16 {
            0xF000 => Some(PaceStep::SelectCardAccess),
            0xF001 => Some(PaceStep::ReadCardAccess),
            0xF002 => Some(PaceStep::SetPassword),
            0xF003..=0xF005 => Some(PaceStep::Agreeing),
            0xF006 => Some(PaceStep::Token),
            _ => None,
        };
        match (code, step) {
            (_, Some(step)) => Self::Refused { step, status },
            (0, None) => Self::Open,
            (0xD000_0001..=0xD000_0003, None) => Self::Input(sw2),
            (0xE000_0001 | 0xE000_0002 | 0xE000_0006, None) => Self::CardWrong,
            (0xE000_0003, None) => Self::UnknownPassword,
            (0xF010_0001, None) => Self::Broken,
            (0xF010_0002, None) => Self::NoCard,
            (0xF020_0001, None) => Self::Aborted,
            (0xF020_0002, None) => Self::TimedOut,
            (0xF020_0003, None) => Self::NoActivePin,
            (code, None) => Self::Other(code),
        }
    }
}

/// OutputData of EstablishPACEChannel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaceOutput {
    /// How it ended.
    pub result: PaceResult,
    /// The card's answer to MSE:Set AT, if the reader tells it.
    pub set_password: Option<StatusWord>,
    /// What terminal authentication needs; told after an open channel with rights (TR-03119 D.1.2).
    pub opened: Option<OpenedOnPad>,
}

impl PaceOutput {
    /// Reads the answer to [`EstablishPace::encode`]. Behind an error there may be nothing, or half a structure: only the
    /// status of MSE:Set AT is taken from it.
    ///
    /// # Errors
    /// [`Part10Error::TooShort`], [`Part10Error::Length`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Part10Error> {
        let (code, mut data) = output(bytes)?;
        let result = PaceResult::of_code(code);
        if result != PaceResult::Open {
            let told = data.array().ok().map(u16::from_be_bytes).filter(|word| *word != 0);
            return Ok(Self {
                result,
                set_password: told.map(StatusWord),
                opened: None,
            });
        }
        let set_password = Some(StatusWord(u16::from_be_bytes(data.array()?)));
        let card_access = data.long()?;
        let opened = told_for_terminal(data, card_access)?;
        Ok(Self {
            result,
            set_password,
            opened,
        })
    }
}

/// The part that is there only if rights were asked for.
fn told_for_terminal(mut data: Bytes<'_>, card_access: &[u8]) -> Result<Option<OpenedOnPad>, Part10Error> {
    if data.0.is_empty() {
        return Ok(None);
    }
    let (current, previous, card_id) = (data.short()?, data.short()?, data.long()?);
    data.finish()?;
    // Some readers send the fields empty when no rights were asked for.
    if current.is_empty() && card_id.is_empty() {
        return Ok(None);
    }
    Ok(Some(OpenedOnPad {
        card_access: card_access.to_vec(),
        current: current.to_vec(),
        previous: (!previous.is_empty()).then(|| previous.to_vec()),
        card_id: card_id.to_vec(),
    }))
}

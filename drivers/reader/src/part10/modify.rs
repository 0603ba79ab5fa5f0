//! ModifyPIN (PC/SC part 10 §2.5.3, FEATURE_MODIFY_PIN_DIRECT; TR-03119 A.4.3, D.1.4): inside the channel that the PIN has
//! opened, the reader asks for a new PIN twice and sends it to the card with RESET RETRY COUNTER.
use super::Part10Error;
use apdu::StatusWord;
use eid::PIN_DIGITS;

/// How long the reader waits for a key, in seconds. As long as the visit waits for a secret on its own screen.
const PATIENCE_S: u8 = 60;
/// bmFormatString: offsets are bytes, the PIN is ASCII.
const BYTES_ASCII: u8 = 0x82;
/// bConfirmPIN: the new PIN twice; the old one was asked for by EstablishPACEChannel.
const NEW_PIN_TWICE: u8 = 0x01;
/// bEntryValidationCondition: the confirmation key.
const CONFIRMED_BY_KEY: u8 = 0x02;
/// Two messages: new PIN, new PIN again.
const MESSAGES: u8 = 2;
/// German (Germany).
const LANGUAGE: u16 = 0x0407;
/// RESET RETRY COUNTER with a new PIN (TR-03110-3 B.14.11), to which the reader adds Lc and digits.
const RESET_RETRY_COUNTER: [u8; 4] = [0x00, 0x2C, 0x02, 0x03];

/// PIN_MODIFY for an eID PIN of six digits.
pub fn modify_pin() -> Vec<u8> {
    let [language, country] = LANGUAGE.to_le_bytes();
    let digits = PIN_DIGITS as u8;
    let mut bytes = vec![PATIENCE_S, PATIENCE_S, BYTES_ASCII];
    // bmPINBlockString, bmPINLengthFormat, both insertion offsets: the command holds no digits yet.
    bytes.extend([0, 0, 0, 0]);
    // wPINMaxExtraDigit: longest, then shortest.
    bytes.extend([
        digits,
        digits,
        NEW_PIN_TWICE,
        CONFIRMED_BY_KEY,
        MESSAGES,
        language,
        country,
    ]);
    // bMsgIndex1 to 3. The third isn't used, but some readers want it (so says AusweisApp of Reiner SCT's).
    bytes.extend([0, 1, 2]);
    // bTeoPrologue.
    bytes.extend([0, 0, 0]);
    bytes.extend((RESET_RETRY_COUNTER.len() as u32).to_le_bytes());
    bytes.extend(RESET_RETRY_COUNTER);
    bytes
}

/// How ModifyPIN ended: the card's status word, or one of the reader's own (PC/SC part 10 §2.5.3, table of return codes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModifyResult {
    /// 9000: the PIN is another one now.
    Changed,
    /// 6400: nobody typed.
    TimedOut,
    /// 6401: the citizen has pressed the abort key.
    Aborted,
    /// 6402: the new PIN wasn't typed the same twice.
    NotTheSame,
    /// 6403: too short or too long.
    WrongLength,
    /// Any other: the card has refused.
    Refused(StatusWord),
}

impl ModifyResult {
    /// Reads the answer to [`modify_pin`]: a response of two bytes.
    ///
    /// # Errors
    /// [`Part10Error::TooShort`], [`Part10Error::Length`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Part10Error> {
        let word: [u8; 2] = match bytes {
            [sw1, sw2] => [*sw1, *sw2],
            [] | [_] => return Err(Part10Error::TooShort),
            [..] => return Err(Part10Error::Length),
        };
        Ok(match u16::from_be_bytes(word) {
            0x9000 => Self::Changed,
            0x6400 => Self::TimedOut,
            0x6401 => Self::Aborted,
            0x6402 => Self::NotTheSame,
            0x6403 => Self::WrongLength,
            other => Self::Refused(StatusWord(other)),
        })
    }
}

//! ModifyPIN (PC/SC part 10 §2.5.3; TR-03119 A.4.3): a new PIN, typed twice on the reader.
use super::super::rules::Password;
use super::{Asks, Contact, NoSecret, Pad};
use apdu::{Command, StatusWord};
use drivers_api::slot::TransportError;

/// The reader's own words (PC/SC part 10 §2.5.3).
const TIMED_OUT: StatusWord = StatusWord(0x6400);
const ABORTED: StatusWord = StatusWord(0x6401);
const NOT_THE_SAME: StatusWord = StatusWord(0x6402);
const WRONG_LENGTH: StatusWord = StatusWord(0x6403);
/// Bytes of PIN_MODIFY before the command in it.
const HEAD_BYTES: usize = 24;
/// RESET RETRY COUNTER: the one command for which this reader takes a new PIN of an identity card.
const RESET_RETRY_COUNTER: [u8; 4] = [0x00, 0x2C, 0x02, 0x03];

impl Pad {
    pub(super) fn modify_pin(&mut self, input: &[u8], contact: &mut dyn Contact) -> Result<StatusWord, TransportError> {
        let Some((shortest, longest)) = lengths(input) else {
            return Ok(StatusWord::WRONG_DATA);
        };
        // Only inside the channel that the PIN has opened.
        if self
            .channel
            .as_ref()
            .is_none_or(|channel| channel.password != Password::Pin)
        {
            return Ok(StatusWord::CONDITIONS_OF_USE);
        }
        let mut ask = |asks| self.ask(asks, None, contact);
        let typed = ask(Asks::NewPin).and_then(|first| Ok((first, ask(Asks::NewPinAgain)?)));
        let digits = match typed {
            Err(NoSecret::Aborted) => return Ok(ABORTED),
            Err(NoSecret::TimedOut) => return Ok(TIMED_OUT),
            Err(NoSecret::Pulled) => return Err(TransportError::CardLost),
            Ok((first, again)) if first != again => return Ok(NOT_THE_SAME),
            Ok((digits, _)) => digits,
        };
        if !(shortest..=longest).contains(&digits.len()) {
            return Ok(WRONG_LENGTH);
        }
        let [class, instruction, p1, p2] = RESET_RETRY_COUNTER;
        let Ok(command) = Command::new(class, instruction, p1, p2).with_data(digits.to_vec()) else {
            return Ok(StatusWord::WRONG_DATA);
        };
        Ok(self.through(&command, contact)?.status())
    }
}

/// Fewest and most digits, if the structure is right in every field that matters to an identity card.
fn lengths(input: &[u8]) -> Option<(usize, usize)> {
    let (head, command) = input.split_at_checked(HEAD_BYTES)?;
    let (length, fields) = head.split_last_chunk::<4>().map(|(fields, length)| (length, fields))?;
    let [
        _,
        _,
        format,
        block,
        length_format,
        old,
        new,
        longest,
        shortest,
        confirm,
        validation,
        messages,
        _,
        _,
        _,
        _,
        _,
        prologue @ ..,
    ] = fields
    else {
        return None;
    };
    let right = command == RESET_RETRY_COUNTER
        && u32::from_le_bytes(*length) as usize == command.len()
        && *format == 0x82
        && [block, length_format, old, new] == [&0; 4]
        && *confirm == 1
        && *validation == 2
        && *messages == 2
        && *prologue == [0; 3]
        && shortest <= longest;
    right.then_some((usize::from(*shortest), usize::from(*longest)))
}

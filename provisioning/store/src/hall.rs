//! Waiting numbers as words of the interface.
use wire::queue::{Number, Queue};

/// Longest name of a desk.
pub const DESK_CHARS_MAX: usize = 40;

/// A day of the town: days since 1970-01-01 in the backend's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i64);

/// Where a number is called to, as staff name it: `Zimmer 12`. 1 to [`DESK_CHARS_MAX`] characters, none of which is a
/// control character, without blanks around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk(String);

/// Why a text names no desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a desk has 1 to {DESK_CHARS_MAX} characters and no control characters")]
pub struct DeskError;

impl Desk {
    /// Reads a name; blanks around it are dropped.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, DeskError> {
        let text = text.trim();
        let fits = (1..=DESK_CHARS_MAX).contains(&text.chars().count());
        match fits && !text.chars().any(is_control) {
            true => Ok(Self(text.to_owned())),
            false => Err(DeskError),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Display for Desk {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Control characters, and those that break lines or turn the order of what stands beside them (UAX #9, §2).
fn is_control(character: char) -> bool {
    let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || turns || matches!(character, '\u{61c}' | '\u{2028}' | '\u{2029}')
}

/// What became of a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Drawn now.
    New(Number),
    /// Drawn before, under the same identifier; with how many wait before it now.
    Known(Number),
    /// A number of another queue was drawn under this identifier. Nothing was changed.
    Conflict,
    /// That queue has given [`wire::queue::NUMBER_MAX`] numbers on that day.
    Full,
}

/// A number that was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledNumber {
    /// Its queue.
    pub queue: Queue,
    /// The number.
    pub number: u32,
    /// Where to, if staff said.
    pub desk: Option<Desk>,
    /// When, or when once more; seconds since 1970-01-01 UTC.
    pub called_at: i64,
}

impl core::fmt::Display for CalledNumber {
    /// As it is called: `A17`.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}{}", self.queue, self.number)
    }
}

/// Who waits in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub queue: Queue,
    /// How many, at least one.
    pub count: u32,
    /// When the first of them drew, seconds since 1970-01-01 UTC.
    pub since: i64,
}

/// How it stands in the hall.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hall {
    /// The numbers called last, the newest first.
    pub called: Vec<CalledNumber>,
    /// Queues in which somebody waits, by letter.
    pub waiting: Vec<Waiting>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_is_a_line_of_text() {
        assert_eq!(Desk::parse(" Zimmer 12 ").unwrap().as_str(), "Zimmer 12");
        assert!(Desk::parse(&"ä".repeat(DESK_CHARS_MAX)).is_ok());
        for wrong in [
            "",
            " \t ",
            &"a".repeat(DESK_CHARS_MAX + 1),
            "a\nb",
            "\u{1b}[2J",
            "a\u{202e}b",
            "a\u{2028}b",
        ] {
            assert_eq!(Desk::parse(wrong), Err(DeskError), "{wrong:?}");
        }
    }
}

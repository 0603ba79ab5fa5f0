//! Waiting numbers: a citizen draws one at the terminal, the counter calls one after the other.
//!
//! # The exchange
//! `POST` [`NUMBERS_PATH`] with a [`Draw`] as JSON and `Authorization: Bearer <terminal token>`. The terminal makes the
//! identifier; sent again, it gives the same number.
//!
//! | status | meaning | body |
//! |---|---|---|
//! | 201 | drawn now | [`Number`] |
//! | 200 | drawn before, with the same identifier | the same [`Number`], with how many wait before it now |
//! | 400 | the body is none | [`crate::Problem`] |
//! | 401 | unknown or withdrawn terminal | [`crate::Problem`] |
//! | 409 | other letter under this identifier | [`crate::Problem`] |
//! | 408, 429, 5xx | not now | [`crate::Problem`] |
//! | 413 | more than [`DRAW_BYTES_MAX`] | [`crate::Problem`] |
//! | 415 | not `application/json` | [`crate::Problem`] |
//!
//! A queue is a letter, as the town's services name it (`queue` in `service.toml`). Numbers begin with 1 each day in the
//! backend's time zone. Nothing of a number is about a person. One that can't be drawn at once isn't drawn: a number that came
//! later would be of no use.
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

/// Where numbers are drawn.
pub const NUMBERS_PATH: &str = "/v1/numbers";

/// Largest body of a draw and of its answer; they have about 100 bytes.
pub const DRAW_BYTES_MAX: usize = 256;

/// Highest number of a day and queue.
pub const NUMBER_MAX: u32 = 9_999;

/// A queue: a capital letter A–Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Queue(char);

impl Queue {
    /// The queue of that letter.
    pub fn new(letter: char) -> Option<Self> {
        letter.is_ascii_uppercase().then_some(Self(letter))
    }

    /// Reads a letter.
    pub fn parse(text: &str) -> Option<Self> {
        let mut letters = text.chars();
        let letter = letters.next().and_then(Self::new)?;
        letters.next().is_none().then_some(letter)
    }

    /// Its letter.
    pub fn letter(self) -> char {
        self.0
    }
}

impl core::fmt::Display for Queue {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl<'de> Deserialize<'de> for Queue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a queue is a letter A-Z"))
    }
}

/// Somebody draws a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// Made on the terminal by chance (UUIDv4).
    pub draw_id: Uuid,
    /// Which queue.
    pub queue: Queue,
}

/// A number that was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// Which draw it answers, so that no portal's 200 passes for it.
    pub draw_id: Uuid,
    /// Which queue.
    pub queue: Queue,
    /// The number, 1 to [`NUMBER_MAX`].
    pub number: u32,
    /// How many of that queue wait before it.
    pub ahead: u32,
}

/// What the agent answers the kiosk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberAnswer {
    /// It was drawn.
    Drawn(Number),
    /// The backend can't be asked now, or says no.
    Unreachable,
}

/// Why bytes are no draw, or no answer to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// More than fits.
    #[error("{found} bytes, at most {DRAW_BYTES_MAX} are allowed")]
    TooLarge {
        /// How many came.
        found: usize,
    },
    /// Not the JSON described here.
    #[error("not the JSON we speak (line {line}, column {column})")]
    Json {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// The identifier.
    #[error("draw_id must be a UUID of version 4")]
    DrawId,
    /// The number.
    #[error("a number lies between 1 and {NUMBER_MAX}")]
    Number,
}

impl Draw {
    /// Reads a request body.
    ///
    /// # Errors
    /// When it is too large, no JSON of this shape, or the identifier is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, QueueError> {
        let draw: Self = read(body)?;
        draw.validate()?;
        Ok(draw)
    }

    /// The request body.
    ///
    /// # Errors
    /// When the identifier is of another version.
    pub fn to_body(&self) -> Result<Vec<u8>, QueueError> {
        self.validate()?;
        serde_json::to_vec(self).map_err(|error| at(&error))
    }

    fn validate(&self) -> Result<(), QueueError> {
        let is_by_chance = self.draw_id.get_version_num() == 4;
        is_by_chance.then_some(()).ok_or(QueueError::DrawId)
    }
}

impl Number {
    /// Reads an answer's body.
    ///
    /// # Errors
    /// As [`Draw::from_body`]; or the number is none.
    pub fn from_body(body: &[u8]) -> Result<Self, QueueError> {
        let number: Self = read(body)?;
        number.validate()?;
        Ok(number)
    }

    /// As it is called and printed: `A17`.
    pub fn text(&self) -> String {
        format!("{}{}", self.queue, self.number)
    }

    fn validate(&self) -> Result<(), QueueError> {
        let fits = (1..=NUMBER_MAX).contains(&self.number);
        fits.then_some(()).ok_or(QueueError::Number)
    }
}

impl NumberAnswer {
    /// Reads the agent's line, without its end.
    ///
    /// # Errors
    /// As [`Number::from_body`].
    pub fn from_line(line: &[u8]) -> Result<Self, QueueError> {
        let answer: Self = read(line)?;
        if let Self::Drawn(number) = &answer {
            number.validate()?;
        }
        Ok(answer)
    }

    /// The agent's line, without its end.
    ///
    /// # Errors
    /// Never for an answer of this shape.
    pub fn to_line(&self) -> Result<Vec<u8>, QueueError> {
        serde_json::to_vec(self).map_err(|error| at(&error))
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, QueueError> {
    if body.len() > DRAW_BYTES_MAX {
        return Err(QueueError::TooLarge { found: body.len() });
    }
    serde_json::from_slice(body).map_err(|error| at(&error))
}

fn at(error: &serde_json::Error) -> QueueError {
    QueueError::Json {
        line: error.line(),
        column: error.column(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn draw(number: u128, letter: char) -> Draw {
        Draw {
            draw_id: uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid(),
            queue: Queue::new(letter).unwrap(),
        }
    }

    fn number(number: u32) -> Number {
        let Draw { draw_id, queue } = draw(1, 'A');
        Number {
            draw_id,
            queue,
            number,
            ahead: 3,
        }
    }

    #[test]
    fn bodies_and_back() {
        let body = draw(1, 'A').to_body().unwrap();
        assert_eq!(
            String::from_utf8(body.clone()).unwrap(),
            r#"{"draw_id":"00000000-0000-4000-8000-000000000001","queue":"A"}"#
        );
        assert_eq!(Draw::from_body(&body), Ok(draw(1, 'A')));
        assert_eq!(number(17).text(), "A17");
        let body = serde_json::to_vec(&number(17)).unwrap();
        assert_eq!(Number::from_body(&body), Ok(number(17)));
        for answer in [NumberAnswer::Drawn(number(17)), NumberAnswer::Unreachable] {
            assert_eq!(NumberAnswer::from_line(&answer.to_line().unwrap()), Ok(answer));
        }
    }

    #[test]
    fn what_is_no_draw_or_number_is_refused() {
        let id = r#""draw_id":"00000000-0000-4000-8000-000000000001""#;
        for body in [
            String::new(),
            "[]".to_owned(),
            format!("{{{id}}}"),
            format!(r#"{{{id},"queue":"a"}}"#),
            format!(r#"{{{id},"queue":"AB"}}"#),
            format!(r#"{{{id},"queue":"Ä"}}"#),
            format!(r#"{{{id},"queue":"A","name":"Mustermann"}}"#),
        ] {
            let error = Draw::from_body(body.as_bytes()).unwrap_err();
            assert!(matches!(error, QueueError::Json { .. }), "{body}");
            assert!(!error.to_string().contains("Muster"));
        }
        let nil = r#"{"draw_id":"00000000-0000-0000-0000-000000000000","queue":"A"}"#;
        assert_eq!(Draw::from_body(nil.as_bytes()), Err(QueueError::DrawId));
        let large = vec![b' '; DRAW_BYTES_MAX + 1];
        assert_eq!(Draw::from_body(&large), Err(QueueError::TooLarge { found: 257 }));
        for wrong in [0, NUMBER_MAX + 1] {
            let body = serde_json::to_vec(&number(wrong)).unwrap();
            assert_eq!(Number::from_body(&body), Err(QueueError::Number));
            let line = NumberAnswer::Drawn(number(wrong)).to_line().unwrap();
            assert_eq!(NumberAnswer::from_line(&line), Err(QueueError::Number));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in vec(any::<u8>(), 0..300), at: usize, with: u8) {
            let _ = (Draw::from_body(&bytes), Number::from_body(&bytes), NumberAnswer::from_line(&bytes));
            let mut changed = draw(7, 'Z').to_body().unwrap();
            let at = at % changed.len();
            changed[at] = with;
            if let Ok(read) = Draw::from_body(&changed) {
                prop_assert!(read.to_body().is_ok());
            }
        }
    }
}

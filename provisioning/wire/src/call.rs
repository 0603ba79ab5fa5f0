//! A citizen's call for a person: which terminal, at which stage of a visit, and nothing else.
//!
//! # The exchange
//! `POST` [`CALLS_PATH`] with a [`Call`] as JSON and `Authorization: Bearer <terminal token>`. The terminal makes the
//! identifier, and the backend remembers a terminal's newest call: sent again, it changes nothing. A terminal has one open
//! call at most; a further one takes the place of the one before.
//!
//! | status | meaning | body |
//! |---|---|---|
//! | 201 | staff are told now | [`CallTaken`] |
//! | 200 | staff are told already: the same call, or another one of the last seconds | [`CallTaken`] |
//! | 400 | the body is no call | [`crate::Problem`] |
//! | 401 | unknown or withdrawn terminal | [`crate::Problem`] |
//! | 408, 429, 5xx | not now; 429 right after a call was answered | [`crate::Problem`] |
//! | 413 | more than [`CALL_BYTES_MAX`] | [`crate::Problem`] |
//! | 415 | not `application/json` | [`crate::Problem`] |
//!
//! `GET` [`CALLS_PATH`] tells the terminal what became of its newest call: 200 with [`CallNews`], 404 when it never called,
//! 401, 429 and 5xx as above.
//!
//! A call is worth something for a minute: its sender gives up then, and it never waits in an outbox.
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

/// Where calls go.
pub const CALLS_PATH: &str = "/v1/calls";

/// Largest body of a call and of its answer; a call has about 100 bytes.
pub const CALL_BYTES_MAX: usize = 256;

/// Longest name of a stage.
pub const STAGE_CHARS_MAX: usize = 32;

/// Name of a stage of a visit: 1 to [`STAGE_CHARS_MAX`] characters out of a–z and `_`. Too narrow for a name with a date
/// or a number, and safe to print.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Stage(String);

/// Why a text is no stage, or bytes are no call. Quotes nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The name of the stage.
    #[error("a stage has 1 to {STAGE_CHARS_MAX} characters out of a-z and _")]
    Stage,
    /// More than fits.
    #[error("the call has {found} bytes, at most {CALL_BYTES_MAX} are allowed")]
    TooLarge {
        /// How many came.
        found: usize,
    },
    /// Not the JSON described here.
    #[error("the call is not the JSON we speak (line {line}, column {column})")]
    Json {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// The identifier.
    #[error("call_id must be a UUID of version 4")]
    CallId,
}

impl Stage {
    /// Reads the name of a stage.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, CallError> {
        let fits = (1..=STAGE_CHARS_MAX).contains(&text.len());
        match fits && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            true => Ok(Self(text.to_owned())),
            false => Err(CallError::Stage),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Stage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Made on the terminal by chance (UUIDv4): a terminal's clock may be wrong just after it was switched on.
    pub call_id: Uuid,
    /// Where in the visit the citizen is.
    pub stage: Stage,
}

impl Call {
    /// Reads a request body.
    ///
    /// # Errors
    /// When it is too large, no JSON of this shape, or a field is wrong.
    pub fn from_body(body: &[u8]) -> Result<Self, CallError> {
        if body.len() > CALL_BYTES_MAX {
            return Err(CallError::TooLarge { found: body.len() });
        }
        let call: Self = serde_json::from_slice(body).map_err(|error| at(&error))?;
        call.validate()?;
        Ok(call)
    }

    /// The request body.
    ///
    /// # Errors
    /// When the identifier is of another version.
    pub fn to_body(&self) -> Result<Vec<u8>, CallError> {
        self.validate()?;
        serde_json::to_vec(self).map_err(|error| at(&error))
    }

    fn validate(&self) -> Result<(), CallError> {
        let is_by_chance = self.call_id.get_version_num() == 4;
        is_by_chance.then_some(()).ok_or(CallError::CallId)
    }
}

/// The backend's answer to a call that staff are told of. It names the call, so that no portal's 200 passes for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallTaken {
    /// Which call.
    pub call_id: Uuid,
}

/// What became of a terminal's newest call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallNews {
    /// Somebody said that they are on the way.
    pub answered: bool,
    /// How often somebody at the counter has said since that the receipt is to be printed once more. An older terminal
    /// isn't told until it has happened.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reprints: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn at(error: &serde_json::Error) -> CallError {
    CallError::Json {
        line: error.line(),
        column: error.column(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn call(number: u128, stage: &str) -> Call {
        Call {
            call_id: uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid(),
            stage: Stage::parse(stage).unwrap(),
        }
    }

    #[test]
    fn body_and_back() {
        let body = call(1, "pin_menu").to_body().unwrap();
        assert_eq!(
            String::from_utf8(body.clone()).unwrap(),
            r#"{"call_id":"00000000-0000-4000-8000-000000000001","stage":"pin_menu"}"#
        );
        assert_eq!(Call::from_body(&body), Ok(call(1, "pin_menu")));
    }

    #[test]
    fn hostile_bodies_are_refused_and_not_quoted() {
        let id = r#""call_id":"00000000-0000-4000-8000-000000000001""#;
        for body in [
            String::new(),
            "Mustermann".to_owned(),
            "[]".to_owned(),
            format!("{{{id}}}"),
            format!(r#"{{{id},"stage":"Mustermann"}}"#),
            format!(r#"{{{id},"stage":"erika mustermann"}}"#),
            format!(r#"{{{id},"stage":""}}"#),
            format!(r#"{{{id},"stage":"\u001b[2J"}}"#),
            format!(r#"{{{id},"stage":["secret"]}}"#),
            format!(r#"{{{id},"stage":"secret","name":"Mustermann"}}"#),
            format!(r#"{{{id},"stage":"secret","stage":"Mustermann"}}"#),
            format!(r#"{{{id},"stage":"secret"}} {{}}"#),
        ] {
            let error = Call::from_body(body.as_bytes()).unwrap_err();
            assert!(matches!(error, CallError::Json { .. }), "{body}");
            assert!(
                !format!("{error} {error:?}").to_lowercase().contains("muster"),
                "{error}"
            );
        }
        let nil = r#"{"call_id":"00000000-0000-0000-0000-000000000000","stage":"secret"}"#;
        assert_eq!(Call::from_body(nil.as_bytes()), Err(CallError::CallId));
        let large = vec![b' '; CALL_BYTES_MAX + 1];
        assert_eq!(Call::from_body(&large), Err(CallError::TooLarge { found: 257 }));
        let longest = call(u128::MAX, &"z".repeat(STAGE_CHARS_MAX)).to_body().unwrap();
        assert!(longest.len() < CALL_BYTES_MAX);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(number: u128, stage in "[a-z_]{1,32}") {
            let call = call(number, &stage);
            prop_assert_eq!(Call::from_body(&call.to_body().unwrap()), Ok(call));
        }

        #[test]
        fn a_stage_is_what_the_grammar_says(text in "[a-z_A-Zäſ0-9 \\n-]{0,40}") {
            let is_one = (1..=32).contains(&text.chars().count()) && text.chars().all(|c| matches!(c, 'a'..='z' | '_'));
            prop_assert_eq!(Stage::parse(&text).is_ok(), is_one);
        }

        #[test]
        fn no_bytes_panic(bytes in vec(any::<u8>(), 0..300), at: usize, with: u8) {
            let _ = Call::from_body(&bytes);
            let mut changed = call(7, "awaiting_card").to_body().unwrap();
            let at = at % changed.len();
            changed[at] = with;
            if let Ok(read) = Call::from_body(&changed) {
                prop_assert!(Stage::parse(read.stage.as_str()).is_ok());
                prop_assert!(read.to_body().is_ok());
            }
        }
    }
}

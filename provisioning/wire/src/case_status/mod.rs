//! What became of a case: the question, its answer, and what is derived from the code on the receipt.
//!
//! # The exchange
//! `POST` [`CASES_PATH`] with a [`CaseRequest`] as JSON and `Authorization: Bearer <terminal token>`. The answer is 200
//! with a [`CaseReply`], also for an unknown lookup and beyond the limit, so that both look like any other; or a
//! [`crate::Problem`]:
//!
//! | status | meaning |
//! |---|---|
//! | 400 | the body is no question |
//! | 401 | unknown or withdrawn terminal |
//! | 408, 429, 5xx | not now |
//! | 413 | more than [`REQUEST_BYTES_MAX`] |
//! | 415 | not `application/json` |
//!
//! # From a code to a letter
//! 1. [`CaseKeys::from_code`] gives the lookup; [`CaseRequest::ByCode`] asks; [`CaseReply::Known`] holds the one case,
//!    with its letters; [`CaseKeys::open_letter`] opens each.
//! 2. With a card, [`CardKeys::from_pseudonym`] gives the card's lookup; [`CaseRequest::ByCard`] asks; the reply lists
//!    the card's newest cases, without letters. [`CardKeys::open_code`] opens a case's [`CaseReport::card_code`], and with
//!    that code it goes on as above.
//! 3. [`CaseRequest::Withdraw`] names the code's lookup and the case; the reply is the case as it stands now, or
//!    [`CaseReply::TooLate`]. Asked again, it says the same.
//!
//! A question is asked while a citizen waits: it never lies in an outbox or a cache.
mod keys;
mod letter;
mod sealed;
mod state;
#[cfg(test)]
mod tests;

pub use keys::{CardKeys, CaseKeys, CaseLookup, STRETCH_MEMORY_KIB, STRETCH_PASSES, StretchError};
pub use letter::{
    BLOCKS_MAX, LETTER_BYTES_MAX, LINE_CHARS_MAX, Letter, LetterBlock, LetterError, LetterRow, LetterText,
    PARAGRAPH_CHARS_MAX, ROWS_MAX,
};
pub use sealed::{
    KEY_BYTES, NONCE_BYTES, OpenError, SEALED_CODE_BYTES_MAX, SEALED_LETTER_BYTES_MAX, SealedCode, SealedLetter,
};
pub use state::{CaseState, Refused};

use crate::{FILED_AT_MAX, envelope};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Where questions go.
pub const CASES_PATH: &str = "/v1/cases";

/// Largest question; one has about 150 bytes.
pub const REQUEST_BYTES_MAX: usize = 512;

/// Most cases of one card in a reply, the newest first.
pub const CASES_MAX: usize = 20;

/// Most states of a case: a slip put right now and then, and no more.
pub const STATES_MAX: usize = 50;

/// Most letters of a case.
pub const LETTERS_MAX: usize = 20;

/// Longest wait that a reply may ask for.
pub const RETRY_AFTER_S_MAX: u32 = 3600;

/// Largest reply: one case with all its letters, or a card's cases without.
pub const REPLY_BYTES_MAX: usize = LETTERS_MAX * SEALED_LETTER_BYTES_MAX + CASES_MAX * (4 * 1024);

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CaseRequest {
    /// How the case of this code stands.
    ByCode {
        /// [`CaseKeys::lookup`].
        lookup: CaseLookup,
    },
    /// Which cases were filed with this card.
    ByCard {
        /// [`CardKeys::lookup`].
        lookup: CaseLookup,
    },
    /// Takes the case of this code back.
    Withdraw {
        /// [`CaseKeys::lookup`].
        lookup: CaseLookup,
        /// The case, as the reply before named it.
        submission_id: Uuid,
    },
}

/// What the backend says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CaseReply {
    /// The case, or a card's cases, newest first; at least one.
    Known(Vec<CaseReport>),
    /// Nothing lies under this lookup, whatever the reason.
    Unknown,
    /// Too many questions were asked; nothing was looked up.
    Later {
        /// How long to wait, in seconds.
        retry_after_s: u32,
    },
    /// Somebody works on it already: it was not withdrawn.
    TooLate,
}

/// What the agent tells the kiosk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseAnswer {
    /// What the backend said, or what lies in this terminal's outbox.
    Heard(CaseReply),
    /// The backend can't be asked now.
    Unreachable,
}

/// How a case stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseReport {
    /// Which.
    pub submission_id: Uuid,
    /// LeiKa key of the service, 14 digits.
    pub leika: String,
    /// The service's folder, if the terminal told: LeiKa keys may be shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// When it was filed, seconds since 1970-01-01 UTC.
    pub filed_at: i64,
    /// Its states, the oldest first; the last is how it stands now. At least one.
    pub states: Vec<StateAt>,
    /// The office's letters, the oldest first. None in a card's list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<SealedLetter>,
    /// True while it can be taken back.
    pub withdrawable: bool,
    /// Its code, sealed for the card, in a card's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_code: Option<SealedCode>,
}

/// A state and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateAt {
    /// The state.
    pub state: CaseState,
    /// Seconds since 1970-01-01 UTC.
    pub at: i64,
}

/// Why bytes are no question, or no reply. Quotes nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseStatusError {
    /// More than allowed.
    #[error("{found} bytes are too many")]
    TooLarge {
        /// How many came.
        found: usize,
    },
    /// Not the JSON described here.
    #[error("it is not the JSON we speak (line {line}, column {column})")]
    Json {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// A member of a report.
    #[error("a report's {member} is out of bounds")]
    Report {
        /// Which.
        member: &'static str,
    },
}

impl CaseRequest {
    /// Reads a request body.
    ///
    /// # Errors
    /// When it is too large or no question.
    pub fn from_body(body: &[u8]) -> Result<Self, CaseStatusError> {
        read(body, REQUEST_BYTES_MAX)
    }

    /// The request body, in one line.
    ///
    /// # Errors
    /// None that can happen.
    pub fn to_body(&self) -> Result<Vec<u8>, CaseStatusError> {
        write(self, REQUEST_BYTES_MAX)
    }
}

impl CaseReply {
    /// Reads a reply.
    ///
    /// # Errors
    /// When it is too large, no reply, or out of bounds.
    pub fn from_body(body: &[u8]) -> Result<Self, CaseStatusError> {
        let reply: Self = read(body, REPLY_BYTES_MAX)?;
        reply.validate()?;
        Ok(reply)
    }

    /// The body of a reply.
    ///
    /// # Errors
    /// When it is out of bounds.
    pub fn to_body(&self) -> Result<Vec<u8>, CaseStatusError> {
        self.validate()?;
        write(self, REPLY_BYTES_MAX)
    }

    fn validate(&self) -> Result<(), CaseStatusError> {
        let wrong = |member| Err(CaseStatusError::Report { member });
        match self {
            Self::Known(reports) if !(1..=CASES_MAX).contains(&reports.len()) => wrong("number"),
            Self::Known(reports) => reports.iter().try_for_each(CaseReport::validate),
            Self::Later { retry_after_s } if *retry_after_s > RETRY_AFTER_S_MAX => wrong("retry_after_s"),
            Self::Unknown | Self::Later { .. } | Self::TooLate => Ok(()),
        }
    }
}

impl CaseAnswer {
    /// Reads the agent's line, without its end.
    ///
    /// # Errors
    /// When it is too large, no answer, or out of bounds.
    pub fn from_line(line: &[u8]) -> Result<Self, CaseStatusError> {
        let answer: Self = read(line, REPLY_BYTES_MAX + ANSWER_FRAME_BYTES)?;
        match &answer {
            Self::Heard(reply) => reply.validate()?,
            Self::Unreachable => {}
        }
        Ok(answer)
    }

    /// The agent's line, without its end.
    ///
    /// # Errors
    /// When the reply is out of bounds.
    pub fn to_line(&self) -> Result<Vec<u8>, CaseStatusError> {
        match self {
            Self::Heard(reply) => reply.validate()?,
            Self::Unreachable => {}
        }
        write(self, REPLY_BYTES_MAX + ANSWER_FRAME_BYTES)
    }
}

/// `{"heard":` and `}`.
const ANSWER_FRAME_BYTES: usize = 16;

/// Longest line of the agent's answer, its end included.
pub const ANSWER_LINE_BYTES_MAX: usize = REPLY_BYTES_MAX + ANSWER_FRAME_BYTES + 1;

impl CaseReport {
    /// How it stands now.
    pub fn state(&self) -> Option<CaseState> {
        self.states.last().map(|last| last.state)
    }

    fn validate(&self) -> Result<(), CaseStatusError> {
        let time = |at: i64| (0..=FILED_AT_MAX).contains(&at);
        let member = match () {
            () if self.submission_id.get_version_num() != 7 => "submission_id",
            () if !envelope::is_leika(&self.leika) => "leika",
            () if !self.service.as_deref().is_none_or(envelope::is_service) => "service",
            () if !time(self.filed_at) => "filed_at",
            () if !(1..=STATES_MAX).contains(&self.states.len()) => "states",
            () if !self.states.iter().all(|state| time(state.at)) => "states",
            () if self.letters.len() > LETTERS_MAX => "letters",
            () => return Ok(()),
        };
        Err(CaseStatusError::Report { member })
    }
}

fn read<T: DeserializeOwned>(body: &[u8], bytes_max: usize) -> Result<T, CaseStatusError> {
    if body.len() > bytes_max {
        return Err(CaseStatusError::TooLarge { found: body.len() });
    }
    serde_json::from_slice(body).map_err(|error| at(&error))
}

fn write<T: Serialize>(value: &T, bytes_max: usize) -> Result<Vec<u8>, CaseStatusError> {
    let body = serde_json::to_vec(value).map_err(|error| at(&error))?;
    match body.len() {
        found if found > bytes_max => Err(CaseStatusError::TooLarge { found }),
        _ => Ok(body),
    }
}

fn at(error: &serde_json::Error) -> CaseStatusError {
    CaseStatusError::Json {
        line: error.line(),
        column: error.column(),
    }
}

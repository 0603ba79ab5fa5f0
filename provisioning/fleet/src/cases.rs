//! What became of a case: a citizen's question from a terminal into the store, and what the office says of its cases.
//!
//! The backend sees lookups, states and sealed letters. It logs no lookup, and a question leaves no trace in the store.
use crate::fees::{FeeError, open_fee_in_words};
use crate::limits::{By, Limits};
use crate::problem::Failure;
use crate::routes::{Shared, authenticate, check_media_type, receive, unavailable};
use crate::{FleetError, calls, now, on_store};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::{CaseChange, CaseChanged, CaseRow, Fetched, Store, Terminal};
use uuid::Uuid;
use wire::case_status::{
    CaseReply, CaseRequest, CaseState, CaseStatusError, LETTERS_MAX, OpenError, REQUEST_BYTES_MAX, RETRY_AFTER_S_MAX,
    Refused, SEALED_LETTER_BYTES_MAX, STATES_MAX, SealedLetter, StretchError,
};
use wire::{JSON_MEDIA_TYPE, ProblemKind};

/// How many cases a list shows.
pub const CASES_LISTED_MAX: u32 = 1000;

/// The limits with the clock they run on.
pub(crate) struct CaseLimits {
    limits: Mutex<Limits>,
    began: Instant,
}

impl CaseLimits {
    #[allow(clippy::disallowed_methods)] // the server owns its clock
    pub(crate) fn start() -> Self {
        Self {
            limits: Mutex::default(),
            began: Instant::now(),
        }
    }

    #[allow(clippy::disallowed_methods)]
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Whether a receipt may be looked up now; if not, how long to wait.
    pub(crate) fn admit_check(&self) -> Result<(), Duration> {
        self.limits().admit_check(self.elapsed())
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) async fn post_question<S: Store>(
    State(shared): State<Arc<Shared<S>>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match handle_question(&shared, &headers, body).await {
        Ok(body) => (
            [(header::CONTENT_TYPE, HeaderValue::from_static(JSON_MEDIA_TYPE))],
            body,
        )
            .into_response(),
        Err(failure) => {
            let (status, problem) = (failure.kind.status(), failure.kind.uri());
            tracing::warn!(status, problem, "a question about a case was refused");
            failure.into_response()
        }
    }
}

async fn handle_question<S: Store>(shared: &Shared<S>, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Failure> {
    let terminal = authenticate(&shared.store, headers).await?;
    check_media_type(headers)?;
    // Held until the reply is made: letters are large.
    let _room = shared.room().await?;
    let body = receive(headers, body, REQUEST_BYTES_MAX).await?;
    let request = CaseRequest::from_body(&body).map_err(|error| Failure::new(kind_of(error), error.to_string()))?;
    let question = word_for(&request);
    let reply = answer(shared, &terminal, request).await?;
    let (terminal, answer) = (&terminal.name, in_a_word(&reply));
    tracing::info!(terminal, question, answer, "a question about a case");
    reply.to_body().map_err(|error| {
        tracing::error!(%error, "a stored case is out of bounds");
        Failure::new(ProblemKind::Unavailable, "the case can't be told now")
    })
}

async fn answer<S: Store>(shared: &Shared<S>, terminal: &Terminal, request: CaseRequest) -> Result<CaseReply, Failure> {
    let limits = &shared.cases;
    let by = match &request {
        CaseRequest::ByCode { .. } | CaseRequest::Withdraw { .. } => By::Code,
        CaseRequest::ByCard { .. } => By::Card,
    };
    let admitted = limits.limits().admit(terminal.terminal_id, by, limits.elapsed());
    if let Err(wait) = admitted {
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(RETRY_AFTER_S_MAX);
        let retry_after_s = seconds.saturating_add(1).min(RETRY_AFTER_S_MAX);
        return Ok(CaseReply::Later { retry_after_s });
    }
    let reply = shared.store.answer_case(request, now()).await;
    // A question that the store could not answer is no guess either.
    if by == By::Code && !matches!(reply, Ok(CaseReply::Unknown)) {
        limits.limits().found(terminal.terminal_id);
    }
    reply.map_err(unavailable)
}

fn kind_of(error: CaseStatusError) -> ProblemKind {
    match error {
        CaseStatusError::TooLarge { .. } => ProblemKind::TooLarge,
        CaseStatusError::Json { .. } | CaseStatusError::Report { .. } => ProblemKind::Malformed,
    }
}

fn word_for(request: &CaseRequest) -> &'static str {
    match request {
        CaseRequest::ByCode { .. } => "by_code",
        CaseRequest::ByCard { .. } => "by_card",
        CaseRequest::Withdraw { .. } => "withdraw",
    }
}

fn in_a_word(reply: &CaseReply) -> &'static str {
    match reply {
        CaseReply::Known(_) => "known",
        CaseReply::Unknown => "unknown",
        CaseReply::Later { .. } => "later",
        CaseReply::TooLate => "too_late",
    }
}

/// Why the office's word about a case was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The store.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// No such case.
    #[error("there is no submission {submission_id}")]
    Unknown {
        /// Which.
        submission_id: Uuid,
    },
    /// The state can't follow.
    #[error("the case {submission_id} was left as it is")]
    Refused {
        /// Which.
        submission_id: Uuid,
        /// Why.
        #[source]
        source: Refused,
    },
    /// One more than a case can have.
    #[error("the case {submission_id} has {LETTERS_MAX} letters, or {STATES_MAX} states, and can't have more")]
    Full {
        /// Which.
        submission_id: Uuid,
    },
    /// No case of that code.
    #[error("no case of that code is here; it may still lie in a terminal whose line is down")]
    UnknownCode,
    /// The code's key could not be derived.
    #[error("looking for the case")]
    Stretch(#[from] StretchError),
    /// The fee.
    #[error("the fee of {submission_id} was left as it is")]
    Fee {
        /// Of which case.
        submission_id: Uuid,
        /// Why.
        #[source]
        source: FeeError,
    },
    /// The file with the letter.
    #[error("reading the letter {}", path.display())]
    Read {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// What the file holds.
    #[error("{} holds no sealed letter; make one with `schalter letter`", path.display())]
    NoLetter {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: OpenError,
    },
}

/// The newest cases, or the newest open ones, at most [`CASES_LISTED_MAX`].
///
/// # Errors
/// When there is no store in that folder, or it can't be used.
pub fn list_cases(data: &Path, only_open: bool) -> Result<Vec<CaseRow>, FleetError> {
    on_store(calls::existing(data)?, |store| async move {
        store.cases(only_open, CASES_LISTED_MAX).await
    })
}

/// Sets a case's state, adds a letter, or both in one step.
///
/// # Errors
/// See [`CaseError`].
pub fn change_case(data: &Path, change: CaseChange) -> Result<(), CaseError> {
    let submission_id = change.submission_id;
    let changed = on_store(calls::existing(data)?, |store| async move {
        store.change_case(change, now()).await
    })?;
    match changed {
        CaseChanged::Done => Ok(()),
        CaseChanged::Unknown => Err(CaseError::Unknown { submission_id }),
        CaseChanged::Refused(source) => Err(CaseError::Refused { submission_id, source }),
        CaseChanged::StatesFull | CaseChanged::LettersFull => Err(CaseError::Full { submission_id }),
    }
}

/// The stored body of a case, for the office; a received case is on its way from then on.
///
/// # Errors
/// See [`CaseError`]; a withdrawn case is refused.
pub fn fetch_case(data: &Path, submission_id: Uuid) -> Result<Vec<u8>, CaseError> {
    let fetched = on_store(calls::existing(data)?, |store| async move {
        store.fetch_case(submission_id, now()).await
    })?;
    match fetched {
        Fetched::Body(body) => Ok(body),
        Fetched::Unknown => Err(CaseError::Unknown { submission_id }),
        Fetched::Withdrawn { .. } => Err(CaseError::Refused {
            submission_id,
            source: Refused::Withdrawn,
        }),
    }
}

/// A letter as `schalter letter` wrote it.
///
/// # Errors
/// When the file can't be read or holds no sealed letter.
pub fn read_letter(path: &Path) -> Result<SealedLetter, CaseError> {
    use std::io::Read;
    let failed = |source| CaseError::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    // One more than fits, and the end of the line.
    let limit = SEALED_LETTER_BYTES_MAX as u64 + 2;
    file.take(limit).read_to_string(&mut text).map_err(failed)?;
    SealedLetter::parse(text.trim_end()).map_err(|source| CaseError::NoLetter {
        path: path.to_owned(),
        source,
    })
}

/// A case as staff read it, with its fee while that is open: `0192…  wohnsitz  filed 2026-11-30 14:05  in_work since
/// 2026-12-01 09:12  1 letter  12.50 EUR at the counter`.
pub fn case_in_words(row: &CaseRow, zone: &TimeZone) -> String {
    let service = row.service.as_deref().unwrap_or(&row.leika);
    let (filed, since) = (moment(row.filed_at, zone), moment(row.state.at, zone));
    let letters = match row.letters {
        0 => String::new(),
        1 => "  1 letter".to_owned(),
        several => format!("  {several} letters"),
    };
    let (id, state) = (row.submission_id, row.state.state);
    let fee = open_fee_in_words(row);
    format!("{id}  {service}  filed {filed}  {state} since {since}{letters}{fee}")
}

/// The same in the machine's time zone.
pub fn case_in_words_here(row: &CaseRow) -> String {
    case_in_words(row, &TimeZone::system())
}

pub(crate) fn moment(at: i64, zone: &TimeZone) -> String {
    match Timestamp::from_second(at) {
        Ok(at) => at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
        Err(_) => "?".to_owned(),
    }
}

/// The states that staff may set by hand, for the command line.
pub fn states_by_hand() -> impl Iterator<Item = CaseState> {
    CaseState::ALL
        .into_iter()
        .filter(|state| CaseState::ALL.iter().any(|from| from.follow_with(*state).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::case_status::StateAt;

    #[test]
    fn a_case_in_words() {
        let mut row = CaseRow {
            submission_id: Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001),
            leika: "99115001060000".into(),
            service: Some("wohnsitz".into()),
            filed_at: 1_795_305_600,
            state: StateAt {
                state: CaseState::InWork,
                at: 1_795_309_200,
            },
            letters: 1,
            fee: None,
        };
        assert_eq!(
            case_in_words(&row, &TimeZone::UTC),
            "01920000-0000-7000-8000-000000000001  wohnsitz  filed 2026-11-22 00:00  in_work since 2026-11-22 01:00  \
             1 letter"
        );
        row.service = None;
        row.letters = 0;
        row.filed_at = i64::MIN;
        assert!(case_in_words(&row, &TimeZone::UTC).contains("  99115001060000  filed ?  "));
    }

    #[test]
    fn staff_set_what_they_can_know() {
        let words: Vec<&str> = states_by_hand().map(CaseState::word).collect();
        assert_eq!(
            words,
            [
                "on_its_way",
                "in_work",
                "needs_something",
                "answered",
                "rejected",
                "withdrawn"
            ]
        );
    }
}

//! Messages between terminal and backend: the sealed case on its way, the answer to it. Pure.
//!
//! The backend and the agent see envelopes only: ciphertext and routing facts, no personal data.
//!
//! # The exchange
//! `PUT /v1/submissions/{submission_id}` with the [`Envelope`] as JSON body and `Authorization: Bearer <terminal
//! token>`.
//! `PUT` is idempotent by definition (RFC 9110 §9.2.2) and the terminal makes the identifier, so the path itself is the
//! idempotency key; no further header is needed. The answers:
//!
//! | status | meaning | body |
//! |---|---|---|
//! | 201 | stored now, on stable storage | [`Acknowledgement`] |
//! | 200 | the same bytes were stored before | the same [`Acknowledgement`] |
//! | 400 | the body is no valid envelope | [`Problem`] |
//! | 401 | unknown or withdrawn terminal | [`Problem`] |
//! | 408, 429, 5xx | not now; try again later | [`Problem`] |
//! | 409 | other bytes lie under this identifier | [`Problem`] |
//! | 413 | more than [`BODY_BYTES_MAX`] | [`Problem`] |
//! | 415 | not `application/json` | [`Problem`] |
//!
//! "Same" is decided on the body's bytes, not on its meaning: a sender keeps the bytes of its first try.
//!
//! Keys, certificates and lists for reading identity cards travel as [`eid`] tells, a citizen's call for a person as
//! [`call`] tells, and the question what became of a case as [`case_status`] tells. Whether a paper is genuine, [`receipt`]
//! tells, and how a waiting number is drawn [`queue`]. What the town tells its terminals is a [`board::Board`].
pub mod board;
pub mod call;
pub mod case_code;
pub mod case_status;
pub mod eid;
mod envelope;
mod problem;
pub mod queue;
pub mod receipt;
mod symbols;

pub use case_code::CaseCode;
pub use envelope::{
    Acknowledgement, CardFollowUp, Envelope, EnvelopeError, FILED_AT_MAX, FollowUp, JweError, LEIKA_DIGITS,
    SERVICE_ID_CHARS_MAX, SERVICE_VERSION_CHARS_MAX, body_sha256, check_compact_jwe,
};
pub use problem::{Problem, ProblemKind};

/// Version of the exchange; it is the first segment of every path. A change that an older side can't ignore makes a new
/// one.
pub const PROTOCOL_VERSION: u32 = 1;

/// Path under which submissions are put, ending before the identifier.
pub const SUBMISSIONS_PATH: &str = "/v1/submissions/";

/// Liveness: 200 as long as the process answers.
pub const HEALTH_PATH: &str = "/healthz";

/// Readiness: 200 when a submission could be stored now, else 503.
pub const READY_PATH: &str = "/readyz";

/// Media type of envelopes and acknowledgements (RFC 8259 §11).
pub const JSON_MEDIA_TYPE: &str = "application/json";

/// Media type of problems (RFC 9457 §6.1).
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// Largest request body. A declaration is some kilobytes; attachments travel apart. Bounds the memory of one request.
pub const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Largest answer a sender reads: an acknowledgement has about 150 bytes, a problem somewhat more.
pub const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Path of one submission.
pub fn submission_path(submission_id: uuid::Uuid) -> String {
    format!("{SUBMISSIONS_PATH}{submission_id}")
}

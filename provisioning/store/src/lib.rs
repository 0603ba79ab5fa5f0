//! What the backend remembers: terminals, sealed submissions and what became of them, receipts and fees, who at a terminal
//! waits for a person, and the day's waiting numbers.
//!
//! [`Store`] is the interface; [`SqliteStore`] the embedded default. A PostgreSQL sibling comes behind the same
//! interface: therefore its steps are async, each is one transaction, and none hands out a connection. `Ok` from a step
//! that writes means: on stable storage.
mod calls;
mod cases;
mod fees;
mod hall;
mod numbers;
mod pepper;
mod receipts;
mod sqlite;
mod submissions;
mod worker;

pub use hall::{CalledNumber, DESK_CHARS_MAX, Day, Desk, DeskError, Drawn, Hall, Waiting};
pub use pepper::PEPPER_FILE;
pub use sqlite::{SQLITE_FILE, SqliteStore};

use std::future::Future;
use uuid::Uuid;
use wire::call::{Call, CallNews, Stage};
use wire::case_status::{CaseLookup, CaseReply, CaseRequest, CaseState, Refused, SealedLetter, StateAt};
use wire::queue::{Draw, Queue};
use wire::receipt::{CheckLookup, Fee};
use wire::{Acknowledgement, Envelope};

/// A submission on its way into the store.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// The terminal that sent it.
    pub terminal_id: Uuid,
    /// What the body says; the store keeps its routing facts beside the body.
    pub envelope: Envelope,
    /// The request body, byte for byte.
    pub body: Vec<u8>,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Stored now.
    New(Acknowledgement),
    /// The same bytes were stored before; this is the acknowledgement given then.
    Replayed(Acknowledgement),
    /// Other bytes lie under this identifier. Nothing was changed.
    Conflict,
}

/// A stored submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The terminal that sent it.
    pub terminal_id: Uuid,
    /// The request body; one with a [`wire::FollowUp`] is kept without it.
    pub body: Vec<u8>,
    /// What was answered; its checksum is that of the request.
    pub acknowledgement: Acknowledgement,
}

/// A terminal that may send submissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Identifier, the public half of its token.
    pub terminal_id: Uuid,
    /// Name given by staff, unique.
    pub name: String,
    /// SHA-256 of the secret half of its token. The secret has 256 bits of chance, so that no slow hash is needed.
    pub token_sha256: [u8; 32],
    /// Seconds since 1970-01-01 UTC.
    pub enrolled_at: i64,
}

/// How long after a terminal's call no other one of it is told, in seconds: a finger that presses again and again, or a
/// terminal gone mad, must not ring for ever. A person needs longer than this to walk there.
pub const CALL_PERIOD_S: u64 = 10;

/// How long after a terminal's call somebody is known to stand there, in seconds.
pub const REPRINT_PERIOD_S: i64 = 30 * 60;

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Called {
    /// It is the terminal's open call now.
    Open,
    /// No other call was opened: it is the one already known, answered or not, or an open one is less than
    /// [`CALL_PERIOD_S`] old and tells the newer stage now.
    Known,
    /// Nothing was changed: another one was answered, less than [`CALL_PERIOD_S`] after it came.
    TooSoon,
}

/// A citizen who waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCall {
    /// Identifier; another one means another call.
    pub call_id: Uuid,
    /// The terminal's name.
    pub terminal: String,
    /// Where in the visit the citizen was.
    pub stage: Stage,
    /// When the call came, seconds since 1970-01-01 UTC.
    pub called_at: i64,
}

/// What the office says of a case: a state, a letter, or both, in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseChange {
    /// Which.
    pub submission_id: Uuid,
    /// How it stands from now on.
    pub state: Option<CaseState>,
    /// A letter for the citizen.
    pub letter: Option<SealedLetter>,
}

/// What became of a [`CaseChange`]. Nothing was changed unless it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseChanged {
    /// On stable storage.
    Done,
    /// There is no such submission.
    Unknown,
    /// The state can't follow, or the citizen has withdrawn the case.
    Refused(Refused),
    /// It has changed its state [`wire::case_status::STATES_MAX`] times.
    StatesFull,
    /// It has [`wire::case_status::LETTERS_MAX`] letters.
    LettersFull,
}

/// A submission fetched for the office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The envelope, without what finds the case again.
    Body(Vec<u8>),
    /// The citizen has withdrawn it: it is nobody's business any more.
    Withdrawn {
        /// When, seconds since 1970-01-01 UTC.
        at: i64,
    },
    /// There is no such submission.
    Unknown,
}

/// A case as staff list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// Which.
    pub submission_id: Uuid,
    /// LeiKa key of the service.
    pub leika: String,
    /// The service's folder, if the terminal told.
    pub service: Option<String>,
    /// When it was filed, seconds since 1970-01-01 UTC.
    pub filed_at: i64,
    /// How it stands, and since when.
    pub state: StateAt,
    /// How many letters lie there.
    pub letters: u32,
    /// Its fee, if it has one that the terminal told of.
    pub fee: Option<FeeAt>,
}

/// What whoever checks a paper is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The service, in German.
    pub title: String,
    /// The office.
    pub issuer: String,
    /// When its case was filed, seconds since 1970-01-01 UTC.
    pub filed_at: i64,
    /// How its case stands.
    pub state: CaseState,
}

/// How a case is named where staff and citizen stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichCase {
    /// By the submission's identifier, as staff list it.
    Id(Uuid),
    /// By the code on the receipt ([`wire::case_status::CaseKeys::lookup`]).
    Code(CaseLookup),
}

/// A fee and since when it stands so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeAt {
    /// How much, and how it stands.
    pub fee: Fee,
    /// Seconds since 1970-01-01 UTC.
    pub at: i64,
}

/// A case and its fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseFee {
    /// Which.
    pub submission_id: Uuid,
    /// How the case stands, and since when.
    pub case: StateAt,
    /// Its fee, if it has one that the terminal told of.
    pub fee: Option<FeeAt>,
}

/// What became of a fee that staff say was paid at the counter. Nothing was changed unless it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeePaid {
    /// On stable storage: it is marked as paid.
    Done(CaseFee),
    /// It was marked before.
    Already(CaseFee),
    /// It was paid at the terminal.
    ByCard(CaseFee),
    /// The case has none.
    NoFee(CaseFee),
    /// The case was withdrawn: nothing is to be paid for it.
    Withdrawn(CaseFee),
    /// There is no such case.
    Unknown,
}

/// What to do when a terminal of that name is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfKnown {
    /// Change nothing and say [`StoreError::NameTaken`].
    Refuse,
    /// Keep the terminal's identifier and replace its token: the old one is void at once.
    Replace,
}

/// Why a step did not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A terminal of that name is enrolled.
    #[error("a terminal named \"{name}\" is enrolled already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The store can't do it now; nothing was changed.
    #[error("{doing} failed")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store was written by a newer version of this program.
    #[error("the store was written by a newer version (schema {found})")]
    Newer {
        /// Its schema version.
        found: i64,
    },
}

/// The backend's memory.
///
/// The idempotency key of a submission is its identifier, whichever terminal sends it: a terminal that was enrolled
/// anew with an old outbox must not double what it sent before.
pub trait Store: Send + Sync + 'static {
    /// Stores a submission once.
    fn put_submission(
        &self,
        submission: NewSubmission,
        now: i64,
    ) -> impl Future<Output = Result<Stored, StoreError>> + Send;

    /// The submission of that identifier.
    fn submission(&self, submission_id: Uuid) -> impl Future<Output = Result<Option<Submission>, StoreError>> + Send;

    /// How many submissions are stored.
    fn submission_count(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Enrols a terminal; returns its identifier, which is that of the known one when that is replaced.
    fn enrol_terminal(
        &self,
        terminal: Terminal,
        if_known: IfKnown,
    ) -> impl Future<Output = Result<Uuid, StoreError>> + Send;

    /// The terminal of that identifier, unless withdrawn.
    fn terminal(&self, terminal_id: Uuid) -> impl Future<Output = Result<Option<Terminal>, StoreError>> + Send;

    /// Withdraws a terminal: its token is void, its call is closed, its submissions stay. False when there is none of that name.
    fn withdraw_terminal(&self, name: String, now: i64) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Takes a terminal's call. Of each terminal the newest is remembered.
    fn put_call(
        &self,
        terminal_id: Uuid,
        call: Call,
        now: i64,
    ) -> impl Future<Output = Result<Called, StoreError>> + Send;

    /// The open calls of terminals that aren't withdrawn, oldest first.
    fn open_calls(&self) -> impl Future<Output = Result<Vec<OpenCall>, StoreError>> + Send;

    /// Closes the open call of the terminal of that name. False when there is none.
    fn answer_call(&self, terminal: String, now: i64) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// What became of the newest call of that terminal. `None` when it never called.
    fn call_news(&self, terminal_id: Uuid) -> impl Future<Output = Result<Option<CallNews>, StoreError>> + Send;

    /// Has the receipt printed once more at the terminal of that name. False when its newest call is older than
    /// [`REPRINT_PERIOD_S`], or there is none: nobody is known to stand there.
    fn reprint(&self, terminal: String, now: i64) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Draws a number of that day, once for each identifier, whichever terminal sends it. The numbers of a queue are
    /// 1, 2, 3 and so on without a gap.
    fn draw_number(
        &self,
        terminal_id: Uuid,
        draw: Draw,
        day: Day,
        now: i64,
    ) -> impl Future<Output = Result<Drawn, StoreError>> + Send;

    /// Calls the lowest number of that queue and day that wasn't called. `None` when nobody waits.
    fn call_next(
        &self,
        queue: Queue,
        desk: Option<Desk>,
        day: Day,
        now: i64,
    ) -> impl Future<Output = Result<Option<CalledNumber>, StoreError>> + Send;

    /// Calls the number of that queue and day once more that was called last; last to that desk, if one is said. It is the
    /// newest then. `None` when there is none.
    fn call_again(
        &self,
        queue: Queue,
        desk: Option<Desk>,
        day: Day,
        now: i64,
    ) -> impl Future<Output = Result<Option<CalledNumber>, StoreError>> + Send;

    /// Who waits on that day, and the numbers called last, at most `called_max`.
    fn hall(&self, day: Day, called_max: u32) -> impl Future<Output = Result<Hall, StoreError>> + Send;

    /// Answers a citizen's question; a withdrawal is done in the same step. Never [`CaseReply::Later`].
    fn answer_case(&self, request: CaseRequest, now: i64)
    -> impl Future<Output = Result<CaseReply, StoreError>> + Send;

    /// Changes a case as the office says.
    fn change_case(&self, change: CaseChange, now: i64)
    -> impl Future<Output = Result<CaseChanged, StoreError>> + Send;

    /// The stored body for the office; a received case is on its way from then on.
    fn fetch_case(&self, submission_id: Uuid, now: i64) -> impl Future<Output = Result<Fetched, StoreError>> + Send;

    /// The newest cases, or the newest that aren't settled, at most `limit`.
    fn cases(&self, only_open: bool, limit: u32) -> impl Future<Output = Result<Vec<CaseRow>, StoreError>> + Send;

    /// The receipt of that lookup.
    fn receipt(&self, lookup: CheckLookup) -> impl Future<Output = Result<Option<Receipt>, StoreError>> + Send;

    /// A case and its fee. `None` when there is no such case.
    fn case_fee(&self, which: WhichCase) -> impl Future<Output = Result<Option<CaseFee>, StoreError>> + Send;

    /// Marks the fee of a case as paid at the counter.
    fn pay_fee(&self, which: WhichCase, now: i64) -> impl Future<Output = Result<FeePaid, StoreError>> + Send;

    /// Whether a submission could be stored now.
    fn ready(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

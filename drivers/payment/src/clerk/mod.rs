//! Who does it: journal, line and conversations together, one thing after the other, on the caller's thread. The till
//! gives it a thread of its own.
//!
//! What it never does: ask for money while anything is open, acknowledge what isn't on disk, tell `Paid` before the
//! terminal confirmed that it stored the payment, guess.
mod mend;
mod talk;

use crate::closing::DailyClosing;
use crate::dialogue::{End, Timers};
use crate::hint;
use crate::journal::{Journal, JournalError, Last, Step};
use crate::line::{Line, Place};
use crate::order::{Order, Password};
use crate::paper::Papers;
use crate::status::Status;
use core::fmt;
use core::time::Duration;
use drivers_api::Job;
use drivers_api::payment::{
    Cents, NotPaidReason, PaymentCommand, PaymentEvent, PaymentHint, PaymentPurpose, PaymentReceipt, PaymentTrouble,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use talk::Talk;

/// Asks whether the case with this reference is stored durably.
pub type WasFiled = Arc<dyn Fn(&PaymentPurpose) -> bool + Send + Sync>;

/// Settings of a till.
#[derive(Clone)]
pub struct Settings {
    /// Where the terminal is.
    pub place: Place,
    /// The terminal's password for cash registers.
    pub password: Password,
    /// Where the journal lies.
    pub journal: PathBuf,
    /// How long the terminal is waited for.
    pub timers: Timers,
    /// How long a connection may take.
    pub connect_patience: Duration,
    /// How often the terminal is asked what became of a payment, until staff is called.
    pub resolve_attempts_max: u32,
    /// How often a reversal is tried, until staff is called.
    pub reversal_attempts_max: u32,
    /// Between two of these tries.
    pub pause: Duration,
    /// How often an idle terminal is asked how it is (PA00P015 §2.56: every minute or more often).
    pub enquiry_interval: Duration,
    /// After a crash: was the case stored although the journal doesn't say so? Keeps a payment that would be reversed
    /// otherwise. `None`: the journal alone counts.
    pub was_filed: Option<WasFiled>,
    /// When the till closes its day by itself, and where the treasury's files go. `None`: only when it is told to.
    pub closing: Option<DailyClosing>,
}

impl Settings {
    /// The standard's timers, and patience that a citizen can bear.
    pub fn new(place: Place, journal: PathBuf) -> Self {
        Self {
            place,
            password: Password::DEFAULT,
            journal,
            timers: Timers::default(),
            connect_patience: Duration::from_secs(5),
            resolve_attempts_max: 6,
            reversal_attempts_max: 3,
            pause: Duration::from_secs(5),
            enquiry_interval: Duration::from_secs(60),
            was_filed: None,
            closing: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings({:?}, {})", self.place, self.journal.display())
    }
}

/// Clocks.
#[derive(Clone, Copy)]
pub struct Clock {
    /// Since any moment; never goes back.
    pub monotonic: fn() -> Duration,
    /// Seconds since 1970-01-01 UTC.
    pub unix: fn() -> i64,
    /// The date here.
    pub today: fn() -> Date,
    /// What the time is here.
    pub zone: fn() -> TimeZone,
}

/// Who the clerk works for.
pub trait Desk {
    /// Something has happened.
    fn tell(&mut self, event: PaymentEvent);
    /// True once the citizen doesn't want to pay any more. Asked several times a second while a payment runs.
    fn is_abort_wanted(&mut self, job: Job) -> bool;
    /// Lets time pass.
    fn pause(&mut self, time: Duration);
    /// True once the program is to end: what can't be settled now is left to the next start.
    fn is_leaving(&self) -> bool {
        false
    }
}

/// Journal, line and what is known of both.
pub struct Clerk {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    line: Option<Line>,
    /// Payments of this process that aren't complete.
    jobs: BTreeMap<Job, i64>,
    /// What the terminal last said of itself.
    terminal: Option<PaymentTrouble>,
    /// A step couldn't be written.
    is_journal_broken: bool,
    /// The day that was closed last, until it is fetched.
    closed: Option<i64>,
    /// What was last told.
    told: Option<Result<(), PaymentTrouble>>,
}

impl Clerk {
    /// Opens the journal. Nothing is asked of the terminal yet.
    ///
    /// # Errors
    /// See [`Journal::open`].
    pub fn open(settings: Settings, clock: Clock) -> Result<Self, JournalError> {
        let journal = Journal::open(&settings.journal)?;
        Ok(Self {
            settings,
            clock,
            journal,
            line: None,
            jobs: BTreeMap::new(),
            terminal: Some(PaymentTrouble::Offline),
            is_journal_broken: false,
            closed: None,
            told: None,
        })
    }

    /// What the journal says.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// At the start and whenever there is nothing to do: settles what a crash left open, asks the terminal how it is, and
    /// tells when that has changed.
    pub fn look_after(&mut self, desk: &mut dyn Desk) {
        self.recover(desk);
        self.enquire(desk);
        // The terminal may have come back in between.
        self.recover(desk);
        self.tell_state(desk);
    }

    /// Carries out a command, to its end.
    pub fn carry_out(&mut self, command: PaymentCommand, desk: &mut dyn Desk) {
        match command {
            PaymentCommand::Pay { job, amount, purpose } => {
                let event = self.pay(job, amount, &purpose, desk);
                desk.tell(event);
            }
            // The payment it belonged to is over.
            PaymentCommand::Abort(_) => {}
            PaymentCommand::Filed(job) => self.mark(job, Step::Filed),
            PaymentCommand::Complete(job) => {
                self.mark(job, Step::Complete);
                self.jobs.remove(&job);
            }
            PaymentCommand::Reverse { job } => {
                let event = self.reverse(job, desk);
                desk.tell(event);
            }
        }
        self.tell_state(desk);
    }

    /// Why nobody can pay now.
    pub fn trouble(&self) -> Option<PaymentTrouble> {
        match (self.journal.needs_confirmation(), self.journal.unclear()) {
            _ if self.is_journal_broken => Some(PaymentTrouble::Journal),
            (Ok(false), Ok(unclear)) if unclear.is_empty() => self.terminal.or_else(|| self.unsettled()),
            (Ok(false), Ok(_)) => Some(PaymentTrouble::Unresolved),
            (Ok(true), _) | (Err(_), _) | (_, Err(_)) => Some(PaymentTrouble::Journal),
        }
    }

    /// A payment that was left open isn't settled yet: the terminal will be asked again.
    fn unsettled(&self) -> Option<PaymentTrouble> {
        match self.journal.open_payments() {
            Ok(open) => open
                .iter()
                .any(|payment| !self.is_in_hand(payment))
                .then_some(PaymentTrouble::Busy),
            Err(_) => Some(PaymentTrouble::Journal),
        }
    }

    pub(crate) fn tell_state(&mut self, desk: &mut dyn Desk) {
        let state = self.trouble().map_or(Ok(()), Err);
        if self.told != Some(state) {
            self.told = Some(state);
            desk.tell(state.map_or_else(PaymentEvent::NotReady, |()| PaymentEvent::Ready));
        }
    }

    fn pay(&mut self, job: Job, amount: Cents, purpose: &PaymentPurpose, desk: &mut dyn Desk) -> PaymentEvent {
        let not_paid = |why| PaymentEvent::NotPaid { job, why };
        if amount.is_zero() || self.jobs.contains_key(&job) {
            tracing::error!(job = job.0, "a payment of nothing, or a job that has one");
            return not_paid(NotPaidReason::Declined);
        }
        // Whoever paid before and wasn't served gets the money back first.
        self.forget_visits();
        if !self.recover(desk) {
            return not_paid(NotPaidReason::Busy);
        }
        match self.trouble() {
            None | Some(PaymentTrouble::Offline | PaymentTrouble::Busy | PaymentTrouble::NeedsDiagnosis) => {}
            Some(_) => return not_paid(NotPaidReason::Busy),
        }
        if self.ready(desk).is_err() {
            return not_paid(NotPaidReason::TerminalGone);
        }
        let sync = match self.journal.terminal() {
            Ok(memory) => memory.sync,
            Err(error) => return self.journal_failed(&error, not_paid(NotPaidReason::Busy)),
        };
        if desk.is_abort_wanted(job) {
            return not_paid(NotPaidReason::Cancelled);
        }
        let id = match self.journal.intend(amount, purpose, (self.clock.unix)()) {
            Ok(id) => id,
            Err(error) => return self.journal_failed(&error, not_paid(NotPaidReason::Busy)),
        };
        let talk = self.converse(Order::Pay { amount, sync }, Some((id, job)), desk);
        self.conclude(id, job, talk, desk)
    }

    /// What the end of a payment's conversation means.
    fn conclude(&mut self, id: i64, job: Job, mut talk: Talk, desk: &mut dyn Desk) -> PaymentEvent {
        let report = &mut talk.report;
        let code = match talk.end {
            End::Refused(code) => Some(code),
            End::Aborted(code) if report.never_succeeded() => Some(code),
            End::Completed if report.never_succeeded() => report.told.as_ref().map(|status| status.result),
            End::Completed | End::Aborted(_) | End::Lost => None,
        };
        if let Some(code) = code {
            self.write(id, Step::Declined, Some(code));
            let why = if talk.is_abort_wanted {
                NotPaidReason::Cancelled
            } else {
                hint::reason(code)
            };
            return PaymentEvent::NotPaid { job, why };
        }
        let papers = core::mem::take(&mut report.papers);
        if talk.end == End::Completed
            && report.stands()
            && let Some(status) = report.committed.take()
        {
            self.write(id, Step::Acknowledged, None);
            self.remember(Last::Was(status.numbers), status.sync.as_deref(), false);
            return self.paid(id, job, &status, papers);
        }
        desk.tell(PaymentEvent::Show {
            job,
            what: PaymentHint::Wait,
        });
        match self.resolve(id, report.refused.as_ref(), desk) {
            mend::Outcome::Stands(status) => self.paid(id, job, &status, papers),
            mend::Outcome::NotTaken => PaymentEvent::NotPaid { job, why: talk.why() },
            mend::Outcome::Unclear | mend::Outcome::Unreachable => {
                self.call_staff(id, desk);
                PaymentEvent::Unclear { job }
            }
        }
    }

    fn paid(&mut self, id: i64, job: Job, status: &Status, papers: Papers) -> PaymentEvent {
        self.jobs.insert(job, id);
        let receipt = PaymentReceipt {
            amount: status.amount.unwrap_or_default(),
            receipt_no: status.numbers.receipt_no,
            trace_no: status.numbers.trace_no,
            terminal_id: status.numbers.terminal_id,
            at: status.numbers.at((self.clock.today)()),
            card_kind: status.card_kind.clone(),
            entry: status.entry,
            customer_lines: papers.customer(),
        };
        PaymentEvent::Paid { job, receipt }
    }

    fn mark(&mut self, job: Job, step: Step) {
        let Some(id) = self.jobs.get(&job).copied() else {
            tracing::error!(job = job.0, step = step.name(), "no such payment");
            return;
        };
        self.write(id, step, None);
    }

    fn reverse(&mut self, job: Job, desk: &mut dyn Desk) -> PaymentEvent {
        let Some(id) = self.jobs.get(&job).copied() else {
            tracing::error!(job = job.0, "no payment to reverse");
            return PaymentEvent::NotReversed { job };
        };
        let step = self.journal.payment(id).map(|payment| payment.step);
        if !matches!(step, Ok(Step::Acknowledged | Step::Result)) {
            tracing::error!(job = job.0, "a payment that stands isn't reversed");
            return PaymentEvent::NotReversed { job };
        }
        self.jobs.remove(&job);
        if self.give_back(id, None, desk) {
            return PaymentEvent::Reversed { job };
        }
        self.call_staff(id, desk);
        PaymentEvent::NotReversed { job }
    }

    fn call_staff(&mut self, id: i64, desk: &dyn Desk) {
        if desk.is_leaving() {
            return;
        }
        tracing::warn!(payment = id, "staff must decide on a payment");
        self.write(id, Step::Unclear, None);
    }

    /// Writes a step. A step that can't be written puts payment out of order; what is on disk already says more than
    /// what we might guess.
    pub(crate) fn write(&mut self, id: i64, step: Step, code: Option<u8>) -> bool {
        let written = self.journal.step(id, step, code, (self.clock.unix)());
        if let Err(error) = &written {
            self.journal_failed(error, ());
        }
        written.is_ok()
    }

    fn remember(&mut self, last: Last, sync: Option<&[u8]>, asked: bool) {
        if let Err(error) = self.journal.remember(last, sync, asked) {
            self.journal_failed(&error, ());
        }
    }

    fn journal_failed<T>(&mut self, error: &JournalError, answer: T) -> T {
        tracing::error!(%error, "the payment journal fails");
        self.is_journal_broken = true;
        answer
    }
}

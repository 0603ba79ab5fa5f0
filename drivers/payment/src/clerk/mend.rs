//! What became of it, and how the money goes back.
use super::{Clerk, Desk};
use crate::dialogue::End;
use crate::hint;
use crate::journal::{Payment, Step};
use crate::order::Order;
use crate::status::{ALREADY_REVERSED, Status};
use crate::verdict::{self, LastTold, Verdict};
use drivers_api::Job;
use drivers_api::payment::{Cents, NotPaidReason};

/// What became of a payment.
pub(super) enum Outcome {
    /// The money is taken, as this says.
    Stands(Box<Status>),
    /// Nothing is taken, or it went back.
    NotTaken,
    /// Staff must decide.
    Unclear,
    /// The terminal couldn't be asked. The payment is still open.
    Unreachable,
}

/// Nobody is at the screen while old payments are settled.
const NOBODY: Job = Job(0);

impl Clerk {
    /// Asks the terminal what became of a payment whose conversation broke off, and journals it.
    pub(super) fn resolve(&mut self, id: i64, refused: Option<&Status>, desk: &mut dyn Desk) -> Outcome {
        let mut is_denied = false;
        for attempt in 0..self.settings.resolve_attempts_max {
            if attempt > 0 {
                desk.pause(self.settings.pause);
            }
            // Before the answer is remembered: it may be the first that this terminal gives.
            let Ok(memory) = self.journal.terminal() else {
                return Outcome::Unclear;
            };
            let Ok(last) = self.learn_last(desk) else { continue };
            let Ok(payment) = self.journal.payment(id) else {
                return Outcome::Unclear;
            };
            let verdict = verdict::judge(&payment, refused, &last, memory.has_told);
            tracing::info!(payment = id, verdict = name(&verdict), "asked the terminal");
            // A success that it doesn't know any more may be one that it hasn't stored yet: asked twice.
            if verdict == Verdict::NotTaken && payment.step == Step::Result && !core::mem::replace(&mut is_denied, true)
            {
                continue;
            }
            return match verdict {
                Verdict::Stands => self.stands(&payment, last),
                Verdict::NotTaken => self.ends(id, Step::Declined),
                Verdict::Reversed => self.ends(id, Step::Reversed),
                Verdict::TakenUnasked(status) => self.taken_unasked(id, &status, desk),
                Verdict::NotReversed | Verdict::Unknown => Outcome::Unclear,
            };
        }
        Outcome::Unreachable
    }

    fn stands(&mut self, payment: &Payment, last: LastTold) -> Outcome {
        let LastTold::Status(status) = last else {
            return Outcome::Unclear;
        };
        if payment.step == Step::Result {
            self.write(payment.id, Step::Acknowledged, None);
        }
        Outcome::Stands(status)
    }

    fn ends(&mut self, id: i64, step: Step) -> Outcome {
        if self.write(id, step, None) {
            Outcome::NotTaken
        } else {
            Outcome::Unclear
        }
    }

    /// Money was taken that nobody acknowledged: it goes back, visibly.
    fn taken_unasked(&mut self, id: i64, status: &Status, desk: &mut dyn Desk) -> Outcome {
        if let Err(error) = self.journal.told(id, Step::Result, status, (self.clock.unix)()) {
            return self.journal_failed(&error, Outcome::Unclear);
        }
        if self.give_back(id, status.amount, desk) {
            Outcome::NotTaken
        } else {
            Outcome::Unclear
        }
    }

    /// Reverses a payment, of another amount than was asked for if that was `taken`. True when the money is back and that is on disk. Tries again where the terminal didn't say
    /// no: it keeps a list of what is reversed already (B4).
    pub(super) fn give_back(&mut self, id: i64, taken: Option<Cents>, desk: &mut dyn Desk) -> bool {
        for attempt in 0..self.settings.reversal_attempts_max {
            if attempt > 0 {
                desk.pause(self.settings.pause);
            }
            if !self.write(id, Step::Reversing, None) {
                return false;
            }
            let Ok(payment) = self.journal.payment(id) else {
                return false;
            };
            let Some(receipt_no) = payment.result.and_then(|result| result.receipt_no) else {
                return false;
            };
            if self.ready(desk).is_err() {
                continue;
            }
            let order = Order::Reverse {
                receipt_no,
                amount: taken.unwrap_or(payment.amount),
            };
            let talk = self.converse(order, Some((id, NOBODY)), &mut Silent(desk));
            let code = match talk.end {
                End::Refused(code) | End::Aborted(code) => Some(code),
                End::Completed | End::Lost => talk.report.told.as_ref().map(|status| status.result),
            };
            if code == Some(ALREADY_REVERSED) || (talk.end == End::Completed && talk.report.stands()) {
                self.write(id, Step::Reversed, code);
                // The reversal is the terminal's last transaction now; a lost line asks anew when it is opened.
                let _ = self.learn_last(desk);
                return true;
            }
            match code {
                Some(code) if talk.report.never_succeeded() && hint::reason(code) != NotPaidReason::Busy => {
                    tracing::warn!(payment = id, code, "the terminal doesn't reverse");
                    return false;
                }
                _ if matches!(self.judge_again(id, desk), Some(Verdict::Reversed)) => {
                    return self.write(id, Step::Reversed, None);
                }
                _ => {}
            }
        }
        false
    }

    fn judge_again(&mut self, id: i64, desk: &mut dyn Desk) -> Option<Verdict> {
        let last = self.learn_last(desk).ok()?;
        let payment = self.journal.payment(id).ok()?;
        Some(verdict::judge(&payment, None, &last, true))
    }

    /// Settles what a crash left open, but for what a visit is still busy with: a payment without a filed case means
    /// that the service wasn't given, so the money goes back. True when nothing is open any more.
    pub(super) fn recover(&mut self, desk: &mut dyn Desk) -> bool {
        for payment in self.left_open() {
            tracing::warn!(
                payment = payment.id,
                step = payment.step.name(),
                "a payment was left open"
            );
            self.settle(&payment, desk);
        }
        self.left_open().is_empty() && !self.is_journal_broken
    }

    /// A visit is busy with it.
    pub(super) fn is_in_hand(&self, payment: &Payment) -> bool {
        self.jobs.values().any(|id| *id == payment.id)
    }

    fn left_open(&mut self) -> Vec<Payment> {
        match self.journal.open_payments() {
            Ok(mut open) => {
                open.retain(|payment| !self.is_in_hand(payment));
                open
            }
            Err(error) => self.journal_failed(&error, Vec::new()),
        }
    }

    /// A new visit pays, so the ones before are over: what they left open isn't in anybody's hand.
    pub(super) fn forget_visits(&mut self) {
        let open = self.journal.open_payments().unwrap_or_default();
        self.jobs.retain(|_, id| !open.iter().any(|payment| payment.id == *id));
    }

    fn settle(&mut self, payment: &Payment, desk: &mut dyn Desk) {
        let id = payment.id;
        self.jobs.retain(|_, other| *other != id);
        match payment.step {
            Step::Intent | Step::Result => match self.resolve(id, None, desk) {
                Outcome::Stands(_) => self.keep_or_give_back(payment, desk),
                Outcome::NotTaken => {}
                Outcome::Unclear => self.call_staff(id, desk),
                // Asked again when the terminal is back; nobody pays until then.
                Outcome::Unreachable => {}
            },
            Step::Acknowledged => self.keep_or_give_back(payment, desk),
            Step::Filed | Step::Complete | Step::Reversed | Step::Declined => {}
            Step::Unclear | Step::SettledTaken | Step::SettledReturned => {}
            Step::Reversing | Step::ReversalResult => match self.judge_again(id, desk) {
                Some(Verdict::Reversed) => {
                    self.write(id, Step::Reversed, None);
                }
                Some(_) if !self.give_back(id, None, desk) => self.call_staff(id, desk),
                Some(_) => {}
                None => {}
            },
        }
    }

    fn keep_or_give_back(&mut self, payment: &Payment, desk: &mut dyn Desk) {
        let was_filed = self.settings.was_filed.clone();
        if was_filed.is_some_and(|was_filed| was_filed(&payment.purpose)) {
            self.write(payment.id, Step::Filed, None);
        } else if self.ready(desk).is_ok() && !self.give_back(payment.id, None, desk) {
            self.call_staff(payment.id, desk);
        }
    }
}

/// Passes on time, and nothing else: nobody watches a reversal at the terminal.
struct Silent<'a>(&'a mut dyn Desk);

impl Desk for Silent<'_> {
    fn tell(&mut self, _event: drivers_api::payment::PaymentEvent) {}

    fn is_abort_wanted(&mut self, _job: Job) -> bool {
        false
    }

    fn pause(&mut self, time: core::time::Duration) {
        self.0.pause(time);
    }

    fn is_leaving(&self) -> bool {
        self.0.is_leaving()
    }
}

fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Stands => "stands",
        Verdict::TakenUnasked(_) => "taken unasked",
        Verdict::NotTaken => "not taken",
        Verdict::Reversed => "reversed",
        Verdict::NotReversed => "not reversed",
        Verdict::Unknown => "unknown",
    }
}

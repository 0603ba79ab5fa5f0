//! Lines and conversations.
use super::{Clerk, Desk};
use crate::dialogue::{Action, Conversation, End, Report};
use crate::hint;
use crate::journal::{Last, Step};
use crate::order::Order;
use crate::status::Status;
use crate::verdict::LastTold;
use core::time::Duration;
use drivers_api::Job;
use drivers_api::payment::{Cents, EURO_NUMERIC, NotPaidReason, PaymentEvent, PaymentHint, PaymentTrouble};

/// How long one look at the line takes: so late a citizen's wish to leave is noticed at most.
const GLANCE: Duration = Duration::from_millis(50);

/// Bits of the status byte (PA00P015 table 3).
const NEEDS_INITIALISATION: u8 = 0b01;
const NEEDS_DIAGNOSIS: u8 = 0b10;

/// A conversation that is over.
pub(super) struct Talk {
    pub(super) end: End,
    pub(super) report: Report,
    pub(super) is_abort_wanted: bool,
    is_timed_out: bool,
}

impl Talk {
    /// Why nothing was taken, when it turned out so afterwards.
    pub(super) fn why(&self) -> NotPaidReason {
        match self.end {
            _ if self.is_abort_wanted => NotPaidReason::Cancelled,
            End::Lost if self.is_timed_out => NotPaidReason::TimedOut,
            End::Lost => NotPaidReason::TerminalGone,
            End::Aborted(code) | End::Refused(code) => hint::reason(code),
            End::Completed => NotPaidReason::Declined,
        }
    }
}

impl Clerk {
    /// A line with a registered terminal whose last transaction is known.
    pub(super) fn ready(&mut self, desk: &mut dyn Desk) -> Result<(), PaymentTrouble> {
        if self.register(desk)? {
            self.learn_last(desk)?;
        }
        Ok(())
    }

    /// A line with a registered terminal. True if it is a new one.
    fn register(&mut self, desk: &mut dyn Desk) -> Result<bool, PaymentTrouble> {
        let (t3, clock) = (self.settings.timers.t3, self.clock.monotonic);
        if self.line.as_mut().is_some_and(|line| line.is_fresh(t3, &clock)) {
            return Ok(false);
        }
        self.line = None;
        let line = self
            .settings
            .place
            .connect(self.settings.connect_patience)
            .map_err(|error| {
                tracing::warn!(%error, "the payment terminal isn't reachable");
                self.terminal_is(Some(PaymentTrouble::Offline))
            })?;
        self.line = Some(line);
        let talk = self.converse(Order::Register, None, desk);
        if talk.end != End::Completed {
            tracing::warn!(end = ?talk.end, "the payment terminal doesn't take the registration");
            self.line = None;
            let is_lost = talk.end == End::Lost;
            let trouble = if is_lost {
                PaymentTrouble::Offline
            } else {
                PaymentTrouble::OutOfOrder
            };
            return Err(self.terminal_is(Some(trouble)));
        }
        if talk.report.knows_sync
            && let Err(error) = self.journal.knows_sync()
        {
            self.journal_failed(&error, ());
        }
        for (bit, order) in [
            (NEEDS_INITIALISATION, Order::Initialise),
            (NEEDS_DIAGNOSIS, Order::Diagnosis),
        ] {
            if talk.report.status_byte & bit != 0 && self.converse(order, None, desk).end != End::Completed {
                self.line = None;
                return Err(self.terminal_is(Some(PaymentTrouble::NeedsDiagnosis)));
            }
        }
        self.terminal = None;
        Ok(true)
    }

    /// Asks for the last transaction and remembers it: what is newer tomorrow is a payment of ours.
    pub(super) fn learn_last(&mut self, desk: &mut dyn Desk) -> Result<LastTold, PaymentTrouble> {
        let last = self.ask_last(desk)?;
        match &last {
            LastTold::Status(status) if status.totals.is_none() && status.is_success() => {
                self.remember(Last::Was(status.numbers), status.sync.as_deref(), true);
            }
            // A failure as the last transaction hides the last success; what was known of it stays.
            LastTold::Status(status) if status.totals.is_none() => {}
            LastTold::Status(_) | LastTold::Nothing => self.remember(Last::Nothing, None, true),
        }
        Ok(last)
    }

    /// 06 20 (§2.20).
    pub(super) fn ask_last(&mut self, desk: &mut dyn Desk) -> Result<LastTold, PaymentTrouble> {
        self.register(desk)?;
        let talk = self.converse(Order::Repeat, None, desk);
        match (talk.end, talk.report.told) {
            (End::Completed, Some(status)) => Ok(LastTold::Status(Box::new(status))),
            (End::Completed, None) => Ok(LastTold::Nothing),
            (End::Aborted(code) | End::Refused(code), _) if hint::reason(code) == NotPaidReason::Busy => {
                Err(self.terminal_is(Some(PaymentTrouble::Busy)))
            }
            (End::Aborted(_) | End::Refused(_), _) => Ok(LastTold::Nothing),
            (End::Lost, _) => Err(self.terminal_is(Some(PaymentTrouble::Offline))),
        }
    }

    /// 05 01 (§2.56), and what it asks for.
    pub(super) fn enquire(&mut self, desk: &mut dyn Desk) {
        if self.ready(desk).is_err() {
            return;
        }
        let talk = self.converse(Order::Enquire, None, desk);
        let trouble = match talk.end {
            End::Completed => talk.report.trouble(),
            // A terminal without this command works all the same.
            End::Refused(_) | End::Aborted(_) => None,
            End::Lost => Some(PaymentTrouble::Offline),
        };
        self.terminal = trouble;
        if trouble == Some(PaymentTrouble::NeedsDiagnosis)
            && self.converse(Order::Diagnosis, None, desk).end == End::Completed
        {
            self.terminal = None;
        }
    }

    /// 06 50 (§2.16): how it ended, the totals, and the day's number in the journal. `None` if the terminal isn't there.
    pub(crate) fn end_of_day(&mut self, desk: &mut dyn Desk) -> Option<(End, Option<Status>, Option<i64>)> {
        self.ready(desk).ok()?;
        self.closed = None;
        let talk = self.converse(Order::EndOfDay, None, desk);
        // Its last transaction may be gone now.
        self.line = None;
        Some((talk.end, talk.report.committed.or(talk.report.told), self.closed.take()))
    }

    /// Closes the journal's day with the terminal's totals, before they are acknowledged.
    fn close_books(&mut self, status: &Status) -> bool {
        let amounts = self.journal.bookings(None);
        let amounts = amounts.map(|bookings| Cents::checked_sum(bookings.iter().map(|booking| booking.payment.amount)));
        let closed = match (amounts, status.amount) {
            (Ok(Some(total)), Some(terminal)) => {
                let now = (self.clock.unix)();
                self.journal.close_day(total, terminal, status.totals.as_ref(), now)
            }
            (Err(error), _) => Err(error),
            (Ok(_), _) => return false,
        };
        match closed {
            Ok(day) => self.closed = Some(day),
            Err(error) => return self.journal_failed(&error, false),
        }
        true
    }

    fn terminal_is(&mut self, trouble: Option<PaymentTrouble>) -> PaymentTrouble {
        self.terminal = trouble;
        trouble.unwrap_or(PaymentTrouble::Offline)
    }

    /// One conversation to its end. `payment` is the one that is paid or reversed; its job hears what the terminal shows.
    pub(super) fn converse(&mut self, order: Order, payment: Option<(i64, Job)>, desk: &mut dyn Desk) -> Talk {
        let is_payment = matches!(order, Order::Pay { .. });
        let mut out = Vec::new();
        let (password, timers) = (self.settings.password, self.settings.timers);
        let now = (self.clock.monotonic)();
        let mut conversation = Conversation::start(order.clone(), password, timers, now, &mut out);
        let mut shown = None;
        let (mut end, mut is_timed_out) = (None, false);
        while end.is_none() {
            for action in core::mem::take(&mut out) {
                match action {
                    Action::Send(apdu) => {
                        let now = (self.clock.monotonic)();
                        let is_sent = self.line.as_mut().is_some_and(|line| line.send(&apdu, now).is_ok());
                        if !is_sent {
                            conversation = conversation.lost(&mut out);
                        }
                    }
                    Action::Show(what) => show(&mut shown, what, payment, desk),
                    Action::Commit(status) => {
                        let is_written = !conversation.is_abort_wanted() && self.accept(&order, payment, &status);
                        let now = (self.clock.monotonic)();
                        conversation = match is_written {
                            true => conversation.committed(now, &mut out),
                            false => conversation.refused(now, &mut out),
                        };
                    }
                    Action::Close => self.line = None,
                    Action::Ended(ended) => end = end.or(Some(ended)),
                }
            }
            if end.is_some() || !out.is_empty() {
                continue;
            }
            if is_payment
                && !conversation.is_abort_wanted()
                && payment.is_some_and(|(_, job)| desk.is_abort_wanted(job))
            {
                conversation = conversation.abort(&mut out);
                continue;
            }
            conversation = self.listen(conversation, &mut out);
            let now = (self.clock.monotonic)();
            is_timed_out |= out.is_empty() && conversation.deadline().is_some_and(|deadline| now >= deadline);
            conversation = conversation.tick(now, &mut out);
        }
        let is_abort_wanted = conversation.is_abort_wanted();
        let end = end.unwrap_or(End::Lost);
        tracing::info!(order = ?core::mem::discriminant(&order), ?end, "conversation ended");
        Talk {
            end,
            report: conversation.into_report(),
            is_abort_wanted,
            is_timed_out,
        }
    }

    fn listen(&mut self, conversation: Conversation, out: &mut Vec<Action>) -> Conversation {
        let clock = self.clock.monotonic;
        let now = clock();
        let left = conversation
            .deadline()
            .map_or(GLANCE, |deadline| deadline.saturating_sub(now));
        let t3 = self.settings.timers.t3;
        match self
            .line
            .as_mut()
            .map(|line| line.receive(left.min(GLANCE), t3, &clock))
        {
            Some(Ok(Some(apdu))) => conversation.handle(&apdu, clock(), out),
            Some(Ok(None)) => conversation,
            Some(Err(error)) => {
                tracing::warn!(%error, "the line to the payment terminal broke");
                conversation.lost(out)
            }
            None => conversation.lost(out),
        }
    }

    /// True if the success is what was asked for, and is on disk now.
    fn accept(&mut self, order: &Order, payment: Option<(i64, Job)>, status: &Status) -> bool {
        let (step, amount) = match order {
            Order::Pay { amount, .. } => (Step::Result, *amount),
            Order::Reverse { amount, .. } => (Step::ReversalResult, *amount),
            Order::EndOfDay => return self.close_books(status),
            Order::Register | Order::Repeat => return true,
            Order::Diagnosis | Order::Initialise | Order::Enquire => return true,
        };
        let Some((id, _)) = payment else { return false };
        let is_euro = status.currency.is_none_or(|currency| currency == EURO_NUMERIC);
        let is_right = if step == Step::Result {
            // Without its numbers a payment can neither be found again nor reversed.
            status.amount == Some(amount) && status.numbers.are_enough()
        } else {
            status.amount.is_none_or(|told| told == amount)
        };
        if !is_euro || !is_right {
            tracing::error!(payment = id, "the terminal confirms something else than was asked for");
            return false;
        }
        match self.journal.told(id, step, status, (self.clock.unix)()) {
            Ok(()) => true,
            Err(error) => self.journal_failed(&error, false),
        }
    }
}

fn show(shown: &mut Option<PaymentHint>, what: PaymentHint, payment: Option<(i64, Job)>, desk: &mut dyn Desk) {
    if let Some((_, job)) = payment
        && *shown != Some(what)
    {
        *shown = Some(what);
        desk.tell(PaymentEvent::Show { job, what });
    }
}

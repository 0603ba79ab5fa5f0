//! One conversation with the terminal, sans-IO: an order goes out, messages and the time come in, actions come out.
//!
//! The law of it: a 04 0F that tells of success in a payment, a reversal or an end of day isn't answered here. It is
//! handed out as [`Action::Commit`], and only [`Conversation::committed`] acknowledges it. The terminal stores nothing
//! for good before (PA00P015 §2.2.8), so that what is on its disk is on ours.
mod report;
#[cfg(test)]
mod tests;

pub use report::{End, Report};

use crate::apdu::{Apdu, Control};
use crate::hint;
use crate::order::{self, Order, Password};
use crate::status::Status;
use core::time::Duration;
use drivers_api::payment::PaymentHint;

/// Messages that a conversation may take: a payment takes some forty, an end of day some hundred.
const MESSAGES_MAX: u32 = 2000;
/// 04 FF may ask for up to 99 minutes; nobody waits longer than this (§3.7).
const T4_MINUTES_MAX: u8 = 30;

const OK: Control = [0x80, 0x00];
/// "Function not possible" (chapter 10): the answer to what isn't meant for us.
const NOT_POSSIBLE: Control = [0x84, 0x83];
/// "Amount wrong" (chapter 10): any code but 00 and 9C makes the terminal reverse (§2.2.6 c).
const GOODS_NOT_ISSUED: Control = [0x84, 0xB7];

/// How long the terminal is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Timers {
    /// Until it answers a command (PA00P016 §5.2.5).
    pub t3: Duration,
    /// Until it says something again while it works (§5.2.6).
    pub t4: Duration,
    /// For a whole conversation, whatever it says: a terminal that repeats itself for ever holds nobody for ever.
    pub whole: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            t3: Duration::from_secs(5),
            t4: Duration::from_secs(180),
            whole: Duration::from_secs(900),
        }
    }
}

/// What is to be done.
#[derive(Debug)]
pub enum Action {
    /// Put this on the line.
    Send(Apdu),
    /// Tell the citizen.
    Show(PaymentHint),
    /// Write this to disk, then call [`Conversation::committed`] or [`Conversation::refused`].
    Commit(Box<Status>),
    /// Close the line: what comes now can't be trusted (PA00P016 §5.2.5).
    Close,
    /// It is over; [`Conversation::into_report`] tells the rest.
    Ended(End),
}

/// A conversation.
pub struct Conversation {
    common: Common,
    state: State,
}

struct Common {
    order: Order,
    timers: Timers,
    report: Report,
    messages_left: u32,
    ends_at: Duration,
    /// The citizen wants out; `true` once the terminal was told.
    abort: Option<bool>,
}

enum State {
    ExpectAnswer(ExpectAnswer),
    ExpectMore(ExpectMore),
    HoldsStatus(HoldsStatus),
    Ended,
}

/// The command is out; 80 00 or 84 xx is awaited.
struct ExpectAnswer {
    until: Duration,
}

/// The terminal is master; whatever it sends is answered.
struct ExpectMore {
    until: Duration,
    /// As 04 FF last set it.
    t4: Duration,
}

/// A success is being written to disk.
struct HoldsStatus {
    status: Box<Status>,
    t4: Duration,
}

type Actions = Vec<Action>;

impl Conversation {
    /// Begins: the first action sends the command.
    pub fn start(order: Order, password: Password, timers: Timers, now: Duration, out: &mut Actions) -> Self {
        out.push(Action::Send(order.encode(password)));
        let state = State::ExpectAnswer(ExpectAnswer { until: now + timers.t3 });
        let common = Common {
            order,
            timers,
            report: Report::default(),
            messages_left: MESSAGES_MAX,
            ends_at: now + timers.whole,
            abort: None,
        };
        Self { common, state }
    }

    /// Takes a message of the terminal.
    pub fn handle(mut self, apdu: &Apdu, now: Duration, out: &mut Actions) -> Self {
        self.common.messages_left = self.common.messages_left.saturating_sub(1);
        self.state = match self.state {
            _ if self.common.messages_left == 0 => lost(out),
            State::ExpectAnswer(state) => state.handle(&mut self.common, apdu, now, out),
            State::ExpectMore(state) => state.handle(&mut self.common, apdu, now, out),
            State::HoldsStatus(state) => state.handle(apdu, out),
            State::Ended => State::Ended,
        };
        self
    }

    /// The time has come, or not yet.
    pub fn tick(mut self, now: Duration, out: &mut Actions) -> Self {
        if self.deadline().is_some_and(|deadline| now >= deadline) {
            self.state = lost(out);
        }
        self
    }

    /// The line is closed, or what came was no message.
    pub fn lost(mut self, out: &mut Actions) -> Self {
        if !matches!(self.state, State::Ended) {
            self.state = lost(out);
        }
        self
    }

    /// The status of [`Action::Commit`] is on disk: the terminal may store it for good.
    pub fn committed(mut self, now: Duration, out: &mut Actions) -> Self {
        if let State::HoldsStatus(HoldsStatus { status, t4 }) = self.state {
            out.push(Action::Send(Apdu::short(OK)));
            self.common.report.committed = Some(*status);
            self.state = State::ExpectMore(ExpectMore { until: now + t4, t4 });
        }
        self
    }

    /// The status of [`Action::Commit`] isn't wanted, or couldn't be written: the terminal is to reverse it.
    pub fn refused(mut self, now: Duration, out: &mut Actions) -> Self {
        if let State::HoldsStatus(HoldsStatus { status, t4 }) = self.state {
            out.push(Action::Send(Apdu::short(GOODS_NOT_ISSUED)));
            self.common.report.refused = Some(*status);
            self.state = State::ExpectMore(ExpectMore { until: now + t4, t4 });
        }
        self
    }

    /// The citizen wants out. Terminals heed it until the card is read, if at all (§2.23).
    pub fn abort(mut self, out: &mut Actions) -> Self {
        self.common.abort.get_or_insert(false);
        if matches!(self.state, State::ExpectMore(_)) {
            self.common.send_abort(out);
        }
        self
    }

    /// True once the citizen has wanted out.
    pub fn is_abort_wanted(&self) -> bool {
        self.common.abort.is_some()
    }

    /// When [`Self::tick`] is to be called.
    pub fn deadline(&self) -> Option<Duration> {
        match &self.state {
            State::ExpectAnswer(state) => Some(state.until.min(self.common.ends_at)),
            State::ExpectMore(state) => Some(state.until.min(self.common.ends_at)),
            // Our disk is being waited for.
            State::HoldsStatus(_) | State::Ended => None,
        }
    }

    /// What was said.
    pub fn into_report(self) -> Report {
        self.common.report
    }
}

fn lost(out: &mut Actions) -> State {
    out.push(Action::Close);
    out.push(Action::Ended(End::Lost));
    State::Ended
}

fn ended(end: End, out: &mut Actions) -> State {
    out.push(Action::Ended(end));
    State::Ended
}

fn answer(control: Control, out: &mut Actions) {
    out.push(Action::Send(Apdu::short(control)));
}

impl Common {
    fn send_abort(&mut self, out: &mut Actions) {
        if self.abort == Some(false) {
            self.abort = Some(true);
            out.push(Action::Send(order::abort()));
        }
    }
}

impl ExpectAnswer {
    fn handle(self, common: &mut Common, apdu: &Apdu, now: Duration, out: &mut Actions) -> State {
        let t4 = common.timers.t4;
        let begun = ExpectMore { until: now + t4, t4 };
        match apdu.control {
            // 84 00 is an acceptance, too (PA00P016 §5.2.3).
            [0x80 | 0x84, 0x00] => {
                common.send_abort(out);
                State::ExpectMore(begun)
            }
            [0x84, code] => ended(End::Refused(code), out),
            // It works already: the answer was left out.
            _ => begun.handle(common, apdu, now, out),
        }
    }
}

impl ExpectMore {
    fn handle(mut self, common: &mut Common, apdu: &Apdu, now: Duration, out: &mut Actions) -> State {
        match apdu.control {
            [0x04, 0x0F] => return self.status(common, Status::parse(apdu.data()), now, out),
            [0x04, 0xFF] => self.intermediate(common, apdu.data(), now, out),
            [0x06, 0xD1] => {
                common.report.papers.line(apdu.data());
                answer(OK, out);
            }
            [0x06, 0xD3] => {
                common.report.papers.block(apdu.data());
                answer(OK, out);
            }
            [0x04, 0x01] => answer(OK, out),
            [0x06, 0x0F] => {
                answer(OK, out);
                if common.order == Order::Enquire {
                    common.report.enquiry_completion(apdu.data());
                } else {
                    common.report.completion(apdu.data());
                }
                return ended(End::Completed, out);
            }
            [0x06, 0x1E] => {
                answer(OK, out);
                // The code is mandatory (§3.3); without one it is a failure all the same.
                return ended(End::Aborted(apdu.data().first().copied().unwrap_or(0xFF)), out);
            }
            // Answers to our abort, or a repeated answer to the command.
            [0x80 | 0x84, _] => {}
            _ => answer(NOT_POSSIBLE, out),
        }
        State::ExpectMore(self)
    }

    fn status(mut self, common: &mut Common, status: Status, now: Duration, out: &mut Actions) -> State {
        self.until = now + self.t4;
        if !(status.is_success() && common.order.is_held()) {
            common.report.told = Some(status);
            answer(OK, out);
            return State::ExpectMore(self);
        }
        let known = common.report.committed.as_ref().or(common.report.refused.as_ref());
        match known {
            None => {
                out.push(Action::Commit(Box::new(status.clone())));
                State::HoldsStatus(HoldsStatus {
                    status: Box::new(status),
                    t4: self.t4,
                })
            }
            // Sent again because our answer was lost: answered as before.
            Some(known) if *known == status => {
                answer(
                    if common.report.committed.is_some() {
                        OK
                    } else {
                        GOODS_NOT_ISSUED
                    },
                    out,
                );
                State::ExpectMore(self)
            }
            // A second success in one order: whatever that is, it isn't acknowledged.
            Some(_) => lost(out),
        }
    }

    fn intermediate(&mut self, common: &Common, data: &[u8], now: Duration, out: &mut Actions) {
        if let Some(minutes) = data
            .get(1..2)
            .and_then(crate::bcd::read)
            .and_then(|minutes| u8::try_from(minutes).ok())
        {
            self.t4 = match minutes {
                0 => common.timers.t4,
                minutes => Duration::from_secs(60 * u64::from(minutes.min(T4_MINUTES_MAX))),
            };
        }
        self.until = now + self.t4;
        if let Some(code) = data.first() {
            out.push(Action::Show(hint::hint(*code)));
        }
        answer(OK, out);
    }
}

impl HoldsStatus {
    /// Nothing is due while we write. A repetition is answered by our answer; anything else makes no sense.
    fn handle(self, apdu: &Apdu, out: &mut Actions) -> State {
        if apdu.control == [0x04, 0x0F] && Status::parse(apdu.data()) == *self.status {
            return State::HoldsStatus(self);
        }
        lost(out)
    }
}

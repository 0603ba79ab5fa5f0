//! The conversation with a receipt printer on one open line.
use super::Timing;
use super::line::{Line, Wire};
use crate::worker::Pause;
use core::fmt;
use core::time::Duration;
use drivers_api::print::PrintTrouble;
use paper::escpos::{Ask, Condition, Heard, IN_ORDER_REQUEST, Listener, ProcessId, process_id_request};
use std::io;
use std::time::Instant;

/// So much is written at once, so that a trouble is noticed before much more is sent.
const CHUNK_BYTES: usize = 4096;

/// Longest wait for one thing; then it is seen whether to go on.
const TICK: Duration = Duration::from_millis(100);

/// A printer that says nothing while it is given data, or while its end is awaited, is asked after this.
const QUIET: Duration = Duration::from_secs(1);

/// By which answer a printer says that everything before it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ender {
    /// `GS ( H`
    ProcessId,
    /// `GS r`
    InOrder,
}

/// Why the conversation ended.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The line can't be opened, or broke.
    Line(io::Error),
    /// No answer.
    Silent,
    /// The printer says why it can't print.
    Told(PrintTrouble),
    /// It takes no more and says nothing of a trouble.
    Stalled,
    /// It can't say that it has printed.
    NoEnder,
    /// The printer's handle was dropped.
    GivenUp,
}

impl Fault {
    /// Logs it and says it in our words.
    pub(crate) fn told(self, doing: &'static str) -> PrintTrouble {
        match self {
            Self::Told(why) => why,
            Self::Line(_) | Self::Silent => {
                tracing::debug!(fault = %self, doing, "printer");
                PrintTrouble::Offline
            }
            Self::Stalled => PrintTrouble::Busy,
            Self::NoEnder => {
                tracing::error!("the printer can't say when it has printed: neither GS ( H nor GS r is answered");
                PrintTrouble::Other
            }
            Self::GivenUp => PrintTrouble::Other,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(error) => write!(f, "the line to the printer: {error}"),
            Self::Silent => f.write_str("the printer doesn't answer"),
            Self::Told(why) => write!(f, "the printer can't print: {why:?}"),
            Self::Stalled => f.write_str("the printer takes no more"),
            Self::NoEnder => f.write_str("the printer can't say that it has printed"),
            Self::GivenUp => f.write_str("given up"),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Line(error)
    }
}

/// An open line and what was heard on it.
pub(crate) struct Talk {
    wire: Wire,
    listener: Listener,
    /// How the printer was when it last said so.
    pub(crate) condition: Condition,
    pub(crate) ender: Option<Ender>,
}

impl Talk {
    pub(crate) fn open(line: &Line, timing: Timing) -> Result<Self, Fault> {
        Ok(Self {
            wire: Wire::open(line, timing.connect)?,
            listener: Listener::default(),
            condition: Condition::default(),
            ender: None,
        })
    }

    /// Gives up the line and what it hasn't sent.
    pub(crate) fn abandon(self) {
        self.wire.abandon();
    }

    /// Sends something short.
    pub(crate) fn say(&mut self, mut bytes: &[u8], timing: Timing) -> Result<(), Fault> {
        let until = now() + timing.answer;
        while !bytes.is_empty() {
            if self.wire.wait(true, TICK)? {
                bytes = bytes.get(self.wire.write(bytes)?..).unwrap_or_default();
            } else if now() >= until {
                return Err(Fault::Silent);
            } else {
                self.hear(&mut |_| ())?;
            }
        }
        Ok(())
    }

    /// Asks how the printer is, all of it.
    pub(crate) fn look(&mut self, timing: Timing) -> Result<(), Fault> {
        let mut condition = Condition::default();
        for ask in Ask::ALL {
            let answer = self.ask(ask, timing)?;
            condition.note(ask, answer);
        }
        self.condition = condition;
        self.is_well()
    }

    fn ask(&mut self, ask: Ask, timing: Timing) -> Result<u8, Fault> {
        self.hear(&mut |_| ())?; // late answers to earlier questions
        self.say(&ask.request(), timing)?;
        let until = now() + timing.answer;
        let mut answer = None;
        while answer.is_none() {
            self.wire.wait(false, TICK)?;
            self.hear(&mut |heard| {
                if let Heard::RealTime(byte) = heard {
                    answer = Some(byte);
                }
            })?;
            if answer.is_none() && now() >= until {
                return Err(Fault::Silent);
            }
        }
        answer.ok_or(Fault::Silent)
    }

    fn is_well(&self) -> Result<(), Fault> {
        self.condition.trouble().map_or(Ok(()), |why| Err(Fault::Told(why)))
    }

    /// Sends a document as fast as the printer takes it; `sent` tells how much it took. Ends when the printer tells of a
    /// trouble.
    pub(crate) fn send(&mut self, bytes: &[u8], sent: &mut usize, timing: Timing, pause: &Pause) -> Result<(), Fault> {
        let (mut moved, mut asked) = (now(), now());
        while let Some(rest) = bytes.get(*sent..).filter(|rest| !rest.is_empty()) {
            let has_room = self.wire.wait(true, TICK)?;
            self.hear(&mut |_| ())?;
            self.is_well()?;
            if !pause.goes_on() {
                return Err(Fault::GivenUp);
            }
            let chunk = rest.get(..CHUNK_BYTES).unwrap_or(rest);
            let written = if has_room { self.wire.write(chunk)? } else { 0 };
            *sent += written;
            if written > 0 {
                moved = now();
            } else if moved.elapsed() >= timing.stall {
                return Err(Fault::Stalled);
            } else if moved.max(asked).elapsed() >= QUIET {
                asked = now();
                self.look_if_it_answers(timing)?;
            }
        }
        Ok(())
    }

    /// Waits until the printer says that everything sent so far is printed.
    pub(crate) fn printed_to_the_end(&mut self, id: ProcessId, timing: Timing, pause: &Pause) -> Result<(), Fault> {
        let ender = self.ender.ok_or(Fault::NoEnder)?;
        let until = now() + timing.end;
        self.request(ender, id, timing)?;
        let mut asked = now();
        loop {
            if self.await_end(ender, id, TICK)? {
                break;
            }
            self.is_well()?;
            if !pause.goes_on() {
                return Err(Fault::GivenUp);
            }
            if now() >= until {
                return Err(Fault::Stalled);
            }
            if asked.elapsed() >= QUIET {
                asked = now();
                self.look_if_it_answers(timing)?;
            }
        }
        match ender {
            Ender::ProcessId => Ok(()),
            // the last lines may still be under way: had they met a trouble, it would say so
            Ender::InOrder => self.look(timing),
        }
    }

    /// Asks in both ways, the better one first, and notes which is answered.
    pub(crate) fn learn_ender(&mut self, ids: [ProcessId; 2], timing: Timing) -> Result<(), Fault> {
        for (ender, id) in [Ender::ProcessId, Ender::InOrder].into_iter().zip(ids) {
            self.request(ender, id, timing)?;
            let until = now() + timing.answer;
            while now() < until {
                if self.await_end(ender, id, TICK)? {
                    tracing::info!(?ender, "receipt printer");
                    self.ender = Some(ender);
                    return Ok(());
                }
            }
        }
        Err(Fault::NoEnder)
    }

    fn request(&mut self, ender: Ender, id: ProcessId, timing: Timing) -> Result<(), Fault> {
        match ender {
            Ender::ProcessId => self.say(&process_id_request(id), timing),
            Ender::InOrder => self.say(&IN_ORDER_REQUEST, timing),
        }
    }

    /// Whether the answer came within `patience`.
    fn await_end(&mut self, ender: Ender, id: ProcessId, patience: Duration) -> Result<bool, Fault> {
        self.wire.wait(false, patience)?;
        let mut is_there = false;
        self.hear(&mut |heard| {
            is_there |= match heard {
                Heard::Printed(printed) => ender == Ender::ProcessId && printed == id,
                Heard::InOrder => ender == Ender::InOrder,
                Heard::RealTime(_) | Heard::Automatic(_) | Heard::Cleared => false,
            };
        })?;
        Ok(is_there)
    }

    /// For printers that don't tell troubles by themselves. One whose line is full can't be asked.
    fn look_if_it_answers(&mut self, timing: Timing) -> Result<(), Fault> {
        match self.look(timing) {
            Err(Fault::Silent) => Ok(()),
            looked => looked,
        }
    }

    /// Takes what has come.
    fn hear(&mut self, take: &mut dyn FnMut(Heard)) -> Result<(), Fault> {
        let mut buffer = [0; 64];
        loop {
            let count = self.wire.read(&mut buffer)?;
            for byte in buffer.get(..count).unwrap_or_default() {
                let Some(heard) = self.listener.hear(*byte) else {
                    continue;
                };
                if let Heard::Automatic(condition) = heard {
                    self.condition = condition;
                }
                take(heard);
            }
            if count < buffer.len() {
                return Ok(());
            }
        }
    }
}

/// The clock that patience is measured with.
#[allow(clippy::disallowed_methods)] // a host that watches a device; nothing pure depends on it
fn now() -> Instant {
    Instant::now()
}

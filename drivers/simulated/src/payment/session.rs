//! One connection of a cash register.
use super::books::{LastDone, Record};
use super::codec::{Gone, Message, Wanted, Wire, decimal, object, wanted};
use super::{Manner, Memory, Mishap};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often a waiting terminal looks whether it is switched off.
const GLANCE: Duration = Duration::from_millis(20);
const TERMINAL_ID: u64 = 52_000_001;

pub(super) struct Session<'a> {
    pub(super) wire: Wire,
    pub(super) manner: Manner,
    pub(super) memory: &'a Memory,
    pub(super) is_off: &'a AtomicBool,
    /// From the registration.
    pub(super) takes_blocks: bool,
    pub(super) wants_states: bool,
    /// 06 B0 came while something was going on.
    pub(super) is_abort_asked: bool,
}

impl<'a> Session<'a> {
    pub(super) fn new(stream: TcpStream, manner: Manner, memory: &'a Memory, is_off: &'a AtomicBool) -> Self {
        // Small messages back and forth.
        let _ = stream.set_nodelay(true);
        Self {
            wire: Wire(stream),
            manner,
            memory,
            is_off,
            takes_blocks: false,
            wants_states: false,
            is_abort_asked: false,
        }
    }

    /// Until the cash register is gone or the terminal is switched off.
    pub(super) fn run(mut self) {
        while !self.is_off.load(Ordering::SeqCst) {
            match self.wire.read(GLANCE) {
                Ok(None) => {}
                Ok(Some(command)) if self.serve(&command).is_ok() => {}
                Ok(Some(_)) | Err(Gone) => return,
            }
        }
    }

    fn serve(&mut self, command: &Message) -> Result<(), Gone> {
        self.is_abort_asked = false;
        match command.head() {
            0x0600 => self.register(&command.body),
            0x0601 => match wanted(&command.body) {
                Some(wanted) if wanted.amount.is_some() => self.pay(&wanted),
                _ => self.say(0x849A, vec![]),
            },
            0x0630 => match command.body.get(3..).and_then(wanted) {
                Some(wanted) => self.reverse(&wanted),
                None => self.say(0x849A, vec![]),
            },
            0x0620 => match command.body.get(3..).and_then(wanted) {
                Some(wanted) => self.repeat(&wanted),
                None => self.say(0x849A, vec![]),
            },
            0x0650 => self.end_of_day(),
            0x0670 | 0x0693 => {
                self.say(0x8000, vec![])?;
                self.state(0x0E)?;
                self.tell(0x060F, vec![])
            }
            0x0501 => {
                self.say(0x8000, vec![])?;
                self.tell(0x060F, vec![self.manner.terminal_status])
            }
            0x06B0 => self.say(0x8000, vec![]),
            // Answers that come late.
            0x8000..=0x80FF | 0x8400..=0x84FF => Ok(()),
            _ => self.say(0x8483, vec![]),
        }
    }

    fn register(&mut self, body: &[u8]) -> Result<(), Gone> {
        let Some([config, 0x09, 0x78]) = body.get(3..6) else {
            return self.say(0x846F, vec![]);
        };
        self.wants_states = config & 0x08 != 0;
        self.takes_blocks = wanted(&body[6..]).unwrap_or_default().takes_blocks;
        self.say(0x8000, vec![])?;
        let mut body = vec![0x19, self.manner.status_byte, 0x29];
        body.extend(decimal(TERMINAL_ID, 4));
        body.extend([0x49, 0x09, 0x78]);
        if self.manner.knows_sync {
            let known = object(&[0x1F, 0x71], &[0x15, 0x1F, 0x1F]);
            body.extend(object(&[0x06], &known));
        }
        self.tell(0x060F, body)
    }

    fn repeat(&mut self, wanted: &Wanted) -> Result<(), Gone> {
        if self.memory.lock().dead_for > 0 {
            return Err(Gone);
        }
        let (before, after) = {
            let mut books = self.memory.lock();
            (books.plan.trips(), books.plan.trips())
        };
        if before {
            return Err(Gone);
        }
        self.say(0x8000, vec![])?;
        let last = match self.manner.keeps_last_to_itself {
            true => LastDone::Nothing,
            false => self.memory.lock().last.clone(),
        };
        if wanted.service.unwrap_or(0) & 1 == 1 {
            match last {
                LastDone::Nothing => return self.tell(0x061E, vec![0x83]),
                LastDone::Transaction(record) => self.tell(0x040F, self.status(&record, true))?,
                LastDone::EndOfDay { cents } => self.tell(0x040F, totals(0, cents))?,
            }
        }
        if after {
            return Err(Gone);
        }
        self.tell(0x060F, vec![])
    }

    fn end_of_day(&mut self) -> Result<(), Gone> {
        self.say(0x8000, vec![])?;
        self.state(0x0F)?;
        let mishap = self.memory.lock().plan.next();
        if mishap == Mishap::NotPossible {
            return self.tell(0x061E, vec![0x77]);
        }
        // The host has it from here on, whatever the cash register hears.
        let (count, cents) = self.memory.lock().close();
        if mishap == Mishap::DropBeforeStatus {
            return Err(Gone);
        }
        self.tell(0x040F, totals(count, cents))?;
        if mishap == Mishap::DropBeforeCompletion {
            return Err(Gone);
        }
        self.tell(0x060F, vec![])
    }

    /// The data of 04 0F.
    pub(super) fn status(&self, record: &Record, has_numbers: bool) -> Vec<u8> {
        let mut body = vec![0x27, record.result, 0x04];
        body.extend(decimal(record.cents, 6));
        if has_numbers {
            body.push(0x0B);
            body.extend(decimal(record.trace_no, 3));
            body.push(0x87);
            body.extend(decimal(record.receipt_no.into(), 2));
        }
        if let Some(original) = record.original {
            body.push(0x37);
            body.extend(decimal(original, 3));
        }
        let seconds = record.trace_no % 86_400;
        body.push(0x0C);
        body.extend(decimal(
            seconds / 3600 * 10_000 + seconds / 60 % 60 * 100 + seconds % 60,
            3,
        ));
        body.extend([0x0D, 0x12, 0x01, 0x29]);
        body.extend(decimal(TERMINAL_ID, 4));
        body.extend([0x49, 0x09, 0x78, 0x19, 0x70]);
        // A masked card number, as terminals send it.
        body.extend([0x22, 0xF0, 0xF8, 0x67, 0x25, 0xEE, 0xEE, 0xEE, 0xEE, 0x12, 0x34]);
        body.extend([0x8A, 0x05, 0x8B, 0xF0, 0xF9]);
        body.extend(b"girocard\0");
        let mut container = object(
            &[0x2F],
            &[object(&[0x1F, 0x10], &[2]), object(&[0x1F, 0x12], &[1])].concat(),
        );
        if self.manner.knows_sync {
            container.extend(object(&[0x1F, 0x1F], &decimal(record.receipt_no.into(), 2)));
        }
        body.extend(object(&[0x06], &container));
        body
    }

    /// An answer, or a message that needs none.
    pub(super) fn say(&mut self, head: u16, body: Vec<u8>) -> Result<(), Gone> {
        self.wire.write(&Message::new(head, body))
    }

    /// A message that must be acknowledged.
    pub(super) fn tell(&mut self, head: u16, body: Vec<u8>) -> Result<(), Gone> {
        self.say(head, body)?;
        match self.answer()? {
            0x8000 | 0x8400 => Ok(()),
            _ => Err(Gone),
        }
    }

    /// The cash register's answer.
    pub(super) fn answer(&mut self) -> Result<u16, Gone> {
        loop {
            match self.wire.read(self.manner.ack_patience)? {
                Some(message) if message.head() == 0x06B0 => {
                    self.is_abort_asked = true;
                    self.say(0x8000, vec![])?;
                }
                Some(message) => return Ok(message.head()),
                None => return Err(Gone),
            }
        }
    }

    /// 04 FF, if it is wanted.
    pub(super) fn state(&mut self, code: u8) -> Result<(), Gone> {
        if self.wants_states {
            self.tell(0x04FF, vec![code])
        } else {
            Ok(())
        }
    }
}

fn totals(count: u8, cents: u64) -> Vec<u8> {
    let mut body = vec![0x27, 0, 0x04];
    body.extend(decimal(cents, 6));
    // Receipts from 1 to 9999, girocard, and six other kinds of card without payments.
    body.extend([0x60, 0xF0, 0xF5, 0xF3, 0x00, 0x01, 0x99, 0x99, count]);
    body.extend(decimal(cents, 6));
    body.extend([0; 42]);
    body
}

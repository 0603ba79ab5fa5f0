//! Payments and reversals (PA00P015 §2.2, §2.9).
#![allow(clippy::wildcard_enum_match_arm)] // each step knows its own mishaps; all others pass it by
use super::books::Record;
use super::codec::{Gone, Wanted, number, object};
use super::mishap::Mishap;
use super::session::Session;
use std::time::Duration;

/// A pause of a slow terminal, well within every timer.
const SLOW: Duration = Duration::from_millis(5);
/// Longest that a silent terminal waits for the line to close.
const SILENCE_MAX: Duration = Duration::from_secs(30);

impl Session<'_> {
    pub(super) fn pay(&mut self, wanted: &Wanted) -> Result<(), Gone> {
        let cents = wanted.amount.unwrap_or(0);
        if wanted.currency.is_some_and(|currency| currency != 978) {
            return self.say(0x846F, vec![]);
        }
        if self.manner.knows_sync {
            let mirrored = wanted
                .mirrored
                .as_deref()
                .filter(|bytes| !bytes.is_empty())
                .and_then(number);
            self.memory
                .lock()
                .synchronise(mirrored.and_then(|mirrored| u16::try_from(mirrored).ok()));
        }
        self.transact(cents, None)
    }

    pub(super) fn reverse(&mut self, wanted: &Wanted) -> Result<(), Gone> {
        let receipt_no = wanted
            .receipt
            .and_then(|receipt| u16::try_from(receipt).ok())
            .unwrap_or(0);
        let found = self.memory.lock().ledger.by_receipt(receipt_no).cloned();
        let amount_fits = |cents| wanted.amount.is_none_or(|amount| amount == cents);
        match found {
            Some(entry) if !entry.is_taken => self.fail(0xB4),
            Some(entry) if amount_fits(entry.cents) => self.transact(entry.cents, Some(entry.trace_no)),
            _ => self.fail(0xB5),
        }
    }

    fn fail(&mut self, code: u8) -> Result<(), Gone> {
        self.say(0x8000, vec![])?;
        self.tell(0x040F, vec![0x27, code])?;
        self.tell(0x061E, vec![code])
    }

    /// A payment, or the reversal of the payment with that trace number.
    fn transact(&mut self, cents: u64, original: Option<u64>) -> Result<(), Gone> {
        let mishap = {
            let mut books = self.memory.lock();
            books.transactions += 1;
            books.plan.next()
        };
        match mishap {
            Mishap::Busy => return self.say(0x849C, vec![]),
            Mishap::NotPossible => return self.say(0x8483, vec![]),
            Mishap::Silent => return self.fall_silent(),
            _ => self.say(0x8000, vec![])?,
        }
        self.state(0x0A)?;
        match mishap {
            Mishap::DropEarly => return Err(Gone),
            Mishap::NobodyComes => self.wait(self.manner.card_patience)?,
            Mishap::Slow => self.dawdle()?,
            _ => {
                self.wait(self.manner.pace)?;
                self.state(0x01)?;
                self.wait(self.manner.pace)?;
            }
        }
        if mishap == Mishap::NobodyComes || self.is_abort_asked {
            return self.decline(0x6C);
        }
        match mishap {
            Mishap::Declined(code) => return self.decline(code),
            Mishap::DeclinedWithoutStatus(code) => return self.tell(0x061E, vec![code]),
            Mishap::NoStatus => return self.tell(0x060F, vec![]),
            _ => {}
        }
        let is_wrong = matches!(mishap, Mishap::WrongAmount | Mishap::IgnoresRefusal);
        let cents = if is_wrong { cents + 1 } else { cents };
        let record = self.memory.lock().draw(cents, original);
        // From here on the bank has approved: without an acknowledgement it is reversed.
        match self.confirm(&record, mishap) {
            Ok(true) => Ok(()),
            Ok(false) => {
                self.memory.lock().reverse_itself(&record, &self.manner);
                self.decline(0x6C)
            }
            Err(Gone) => Err(Gone),
        }
    }

    /// 04 0F, receipt, 06 0F. `Ok(false)`: the cash register refused, or storing failed.
    fn confirm(&mut self, record: &Record, mishap: Mishap) -> Result<bool, Gone> {
        let unacknowledged = |session: &Self| session.memory.lock().not_acknowledged(record, &session.manner);
        match mishap {
            Mishap::DropBeforeStatus => {
                unacknowledged(self);
                return Err(Gone);
            }
            Mishap::DiesBefore(connections) => {
                unacknowledged(self);
                self.memory.lock().dead_for = connections;
                return Err(Gone);
            }
            Mishap::Garbage => {
                unacknowledged(self);
                return self.talk_nonsense();
            }
            Mishap::FallsSilent => {
                unacknowledged(self);
                return self.fall_silent().map(|()| true);
            }
            _ => {}
        }
        let status = self.status(record, mishap != Mishap::NoNumbers);
        let acknowledged = self.tell_status(status, mishap);
        match acknowledged {
            Ok(true) if mishap == Mishap::FailsAfterAck => return Ok(false),
            Ok(true) => {}
            Ok(false) if mishap == Mishap::IgnoresRefusal => {}
            Ok(false) => return Ok(false),
            Err(Gone) => {
                unacknowledged(self);
                return Err(Gone);
            }
        }
        let stores_now = self.manner.stores_at_acknowledgement;
        if stores_now {
            self.memory.lock().store(record);
        }
        let is_printed = if mishap == Mishap::DropAfterAck {
            Err(Gone)
        } else {
            self.print(mishap)
        };
        match (is_printed, stores_now) {
            (Ok(()), true) => {}
            (Ok(()), false) => self.memory.lock().store(record),
            (Err(Gone), true) => return Err(Gone),
            (Err(Gone), false) => {
                unacknowledged(self);
                return Err(Gone);
            }
        }
        match mishap {
            Mishap::DropBeforeCompletion => return Err(Gone),
            Mishap::DiesAfter(connections) => {
                self.memory.lock().dead_for = connections;
                return Err(Gone);
            }
            _ => {}
        }
        self.tell(0x060F, vec![]).map(|()| true)
    }

    /// True if the success was acknowledged, false if it was refused.
    fn tell_status(&mut self, status: Vec<u8>, mishap: Mishap) -> Result<bool, Gone> {
        self.say(0x040F, status.clone())?;
        match mishap {
            Mishap::DropAfterStatus => return Err(Gone),
            Mishap::RepeatsStatus => self.say(0x040F, status)?,
            _ => {}
        }
        let answer = self.answer()?;
        if mishap == Mishap::AckLost {
            return Err(Gone);
        }
        if mishap == Mishap::RepeatsStatus && answer == 0x8000 {
            // The second answer, unless the cash register took both for one.
            match self.wire.read(SLOW)? {
                Some(second) if second.head() == 0x8000 => {}
                None => {}
                Some(_) => return Err(Gone),
            }
        }
        Ok(matches!(answer, 0x8000 | 0x8400))
    }

    /// The merchant's receipt, then the customer's.
    fn print(&mut self, mishap: Mishap) -> Result<(), Gone> {
        for (kind, title) in [(1_u8, "H\u{84}ndlerbeleg"), (2, "Kundenbeleg")] {
            if kind == 2 && mishap == Mishap::DropWhilePrinting {
                return Err(Gone);
            }
            // Code page 437 has the first 256 characters' numbers here by construction.
            let title: Vec<u8> = title.chars().map(|c| c as u8).collect();
            let lines = [&title[..], b"girocard", b"PAN ############1234"];
            if self.takes_blocks {
                let mut texts: Vec<u8> = lines.iter().flat_map(|line| object(&[0x07], line)).collect();
                texts.extend(object(&[0x09], &[0x81]));
                let container = [object(&[0x1F, 0x07], &[kind]), object(&[0x25], &texts)].concat();
                self.tell(0x06D3, object(&[0x06], &container))?;
            } else {
                for line in lines {
                    self.tell(0x06D1, [&[0x00], line].concat())?;
                }
                self.tell(0x06D1, vec![0x81])?;
            }
        }
        Ok(())
    }

    fn decline(&mut self, code: u8) -> Result<(), Gone> {
        self.tell(0x040F, vec![0x27, code])?;
        self.tell(0x061E, vec![code])
    }

    /// Lets time pass, until the cash register wants it to give up.
    fn wait(&mut self, patience: Duration) -> Result<(), Gone> {
        let glance = Duration::from_millis(10);
        for _ in 0..patience.as_millis() / glance.as_millis() {
            if self.is_abort_asked {
                return Ok(());
            }
            if let Some(message) = self.wire.read(glance)?
                && message.head() == 0x06B0
            {
                self.is_abort_asked = true;
                self.say(0x8000, vec![])?;
            }
        }
        Ok(())
    }

    fn dawdle(&mut self) -> Result<(), Gone> {
        for code in [0x01, 0x0E, 0x04] {
            self.state(code)?;
            // Nothing is expected; it only takes time.
            if self.wire.read(SLOW)?.is_some() {
                return Err(Gone);
            }
        }
        Ok(())
    }

    fn fall_silent(&mut self) -> Result<(), Gone> {
        // Until the other end closes, and not for ever.
        let _ = self.wire.read(SILENCE_MAX);
        Err(Gone)
    }

    fn talk_nonsense(&mut self) -> Result<bool, Gone> {
        self.say(0xFFFF, vec![0xA5; 300])?;
        self.say(0x040F, vec![0x99, 0x99])?;
        let _ = self.wire.read(self.manner.ack_patience);
        Err(Gone)
    }
}

//! What a terminal keeps in its memory.
use super::ledger::{Entry, Ledger};
use super::mishap::Plan;
use super::{AfterAutoReversal, Manner};

/// A transaction as 06 20 tells it.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) result: u8,
    pub(super) receipt_no: u16,
    pub(super) trace_no: u64,
    pub(super) cents: u64,
    /// Trace number of the payment that this reversed.
    pub(super) original: Option<u64>,
}

/// The last thing it did.
#[derive(Clone, Debug)]
pub(super) enum LastDone {
    Nothing,
    Transaction(Record),
    EndOfDay { cents: u64 },
}

pub(super) struct Books {
    pub(super) ledger: Ledger,
    pub(super) plan: Plan,
    pub(super) last: LastDone,
    pub(super) transactions: u64,
    /// Connections that it doesn't take.
    pub(super) dead_for: u8,
    /// What an end of day tells too much.
    pub(super) lie_cents: i64,
    numbers: u64,
}

impl Books {
    pub(super) fn new(plan: Plan) -> Self {
        Self {
            ledger: Ledger::default(),
            plan,
            last: LastDone::Nothing,
            transactions: 0,
            dead_for: 0,
            lie_cents: 0,
            numbers: 0,
        }
    }

    /// A record with new numbers.
    pub(super) fn draw(&mut self, cents: u64, original: Option<u64>) -> Record {
        self.numbers += 1;
        let receipt_no = u16::try_from((self.numbers - 1) % 9999 + 1).unwrap_or(1);
        Record {
            result: 0,
            receipt_no,
            trace_no: (self.numbers - 1) % 999_999 + 1,
            cents,
            original,
        }
    }

    /// For good: a payment is taken, a reversal given back.
    pub(super) fn store(&mut self, record: &Record) {
        match record.original.and_then(|original| self.ledger.by_trace(original)) {
            Some(entry) => entry.is_taken = false,
            None => self.ledger.entries.push(Entry {
                receipt_no: record.receipt_no,
                trace_no: record.trace_no,
                cents: record.cents,
                is_taken: true,
                was_taken: true,
                is_closed: false,
            }),
        }
        self.last = LastDone::Transaction(record.clone());
    }

    /// The acknowledgement didn't come.
    pub(super) fn not_acknowledged(&mut self, record: &Record, manner: &Manner) {
        if manner.knows_sync {
            // Chapter 4: it stays; the next command decides.
            self.store(record);
        } else {
            self.reverse_itself(record, manner);
        }
    }

    /// The cash register refused, or there was no acknowledgement.
    pub(super) fn reverse_itself(&mut self, record: &Record, manner: &Manner) {
        match manner.after_auto_reversal {
            AfterAutoReversal::ShowsBefore => {}
            AfterAutoReversal::ShowsFailure => {
                self.last = LastDone::Transaction(Record {
                    result: 0x6C,
                    ..record.clone()
                });
            }
            // A reversal that wasn't acknowledged is no payment; nothing reverses it but time.
            AfterAutoReversal::ShowsReversal if record.original.is_some() => {}
            AfterAutoReversal::ShowsReversal => {
                let reversal = self.draw(record.cents, Some(record.trace_no));
                self.last = LastDone::Transaction(reversal);
            }
        }
    }

    /// Chapter 4: the cash register is one behind, so it never knew of the last payment.
    pub(super) fn synchronise(&mut self, mirrored: Option<u16>) {
        let LastDone::Transaction(last) = &self.last else {
            return;
        };
        let is_one_behind = mirrored.is_some_and(|mirrored| mirrored + 1 == last.receipt_no);
        if is_one_behind && last.original.is_none() {
            let trace_no = last.trace_no;
            if let Some(entry) = self.ledger.by_trace(trace_no) {
                entry.is_taken = false;
            }
        }
    }

    /// What wasn't sent to the host yet, together; it is sent now.
    pub(super) fn close(&mut self) -> (u8, u64) {
        let open = self.ledger.entries.iter_mut().filter(|entry| !entry.is_closed);
        let (mut count, mut cents) = (0_u8, 0);
        for entry in open {
            entry.is_closed = true;
            if entry.is_taken {
                count = count.saturating_add(1);
                cents += entry.cents;
            }
        }
        let cents = cents.saturating_add_signed(self.lie_cents);
        self.last = LastDone::EndOfDay { cents };
        (count, cents)
    }
}

//! The money that was really taken: what a test compares the journal with.

/// One payment that the bank approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The terminal's number of the receipt.
    pub receipt_no: u16,
    /// The terminal's number of the transaction.
    pub trace_no: u64,
    /// In cents.
    pub cents: u64,
    /// The money is with the town now.
    pub is_taken: bool,
    /// It was with the town at some time.
    pub was_taken: bool,
    /// An end of day has sent it to the host.
    pub is_closed: bool,
}

/// All of them, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The payments.
    pub entries: Vec<Entry>,
}

impl Ledger {
    /// Cents that the town holds.
    pub fn money(&self) -> u64 {
        self.entries
            .iter()
            .filter(|entry| entry.is_taken)
            .map(|entry| entry.cents)
            .sum()
    }

    /// The payment with that trace number, the newest if numbers began anew.
    pub fn find(&self, trace_no: u64) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.trace_no == trace_no)
    }

    pub(super) fn by_trace(&mut self, trace_no: u64) -> Option<&mut Entry> {
        self.entries.iter_mut().rev().find(|entry| entry.trace_no == trace_no)
    }

    pub(super) fn by_receipt(&mut self, receipt_no: u16) -> Option<&mut Entry> {
        self.entries
            .iter_mut()
            .rev()
            .find(|entry| entry.receipt_no == receipt_no && !entry.is_closed)
    }
}

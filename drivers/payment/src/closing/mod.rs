//! The end of the day: what the journal booked against what the terminal sent to its host (06 50, PA00P015 §2.16), when
//! that is done by itself, and what the treasury gets.
mod daily;
pub mod files;
pub mod record;
pub mod schedule;
#[cfg(test)]
mod tests;

pub use daily::DailyClosing;
pub(crate) use daily::{Daily, note_off};

use crate::clerk::{Clerk, Desk};
use crate::dialogue::End;
use crate::journal::{Booking, Journal, JournalError};
use drivers_api::payment::Cents;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use record::{Document, Shares};
use std::collections::BTreeMap;
use std::io::Write;

/// How many and how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Payments.
    pub count: u64,
    /// Together.
    pub amount: Cents,
}

/// What the terminal said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalTotals {
    /// All together (BMP 04).
    pub total: Cents,
    /// By kind of card (BMP 60), those with payments; empty if it doesn't tell.
    pub by_kind: BTreeMap<String, Sum>,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Its number in the journal.
    pub id: i64,
    /// When it was closed, in seconds since 1970-01-01 UTC.
    pub at: i64,
    /// What was booked since the closing before.
    pub bookings: Vec<Booking>,
    /// All together.
    pub total: Sum,
    /// By service.
    pub by_service: BTreeMap<String, Sum>,
    /// By kind of card.
    pub by_kind: BTreeMap<String, Sum>,
    /// What the terminal said; `None` for what was before the days were closed by themselves: it wasn't asked.
    pub terminal: Option<TerminalTotals>,
}

impl Closing {
    /// The closing of that number, as the journal tells it: today or years later. `None` if there is none.
    ///
    /// # Errors
    /// [`ClosingError::Journal`], [`ClosingError::TooMuch`].
    pub fn read(journal: &Journal, id: i64) -> Result<Option<Self>, ClosingError> {
        let Some(day) = journal.day(id)? else { return Ok(None) };
        let bookings = journal.bookings(Some(id))?;
        let kinds = journal.terminal_kinds(id)?.into_iter();
        let by_kind = kinds.map(|(kind, count, amount)| (kind, Sum { count, amount }));
        Ok(Some(Self {
            id,
            at: day.at,
            total: sum(&bookings)?,
            by_service: group(&bookings, |booking| booking.payment.purpose.service().to_owned())?,
            by_kind: group(&bookings, |booking| booking.payment.card_kind.clone())?,
            bookings,
            terminal: day.terminal.map(|total| TerminalTotals {
                total,
                by_kind: by_kind.collect(),
            }),
        }))
    }

    /// Terminal less journal, in cents: what staff must explain. `None` if it isn't known.
    pub fn difference_cents(&self) -> Option<i64> {
        let cents = |amount: Cents| i64::try_from(amount.value()).unwrap_or(i64::MAX);
        Some(cents(self.terminal.as_ref()?.total) - cents(self.total.amount))
    }

    /// The closing for the treasury's program, bookings and sums, as JSON ([`record`]). No names. `zone` is where the
    /// terminal stands.
    ///
    /// # Errors
    /// None is known; what the writer of JSON says.
    pub fn to_json(&self, zone: &TimeZone) -> serde_json::Result<String> {
        Document::of(self, zone).to_json()
    }

    /// The bookings for the treasury: a heading and a line each, times in UTC; `tax` is the value added tax that is in
    /// `amount`. No names.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_csv(&self, to: impl Write) -> csv::Result<()> {
        let mut csv = csv::Writer::from_writer(to);
        csv.write_record([
            "reference",
            "service",
            "amount",
            "currency",
            "time",
            "terminal_id",
            "receipt_no",
            "trace_no",
            "card_kind",
            "tax_percent",
            "tax",
        ])?;
        for Booking { payment, at } in &self.bookings {
            let numbers = payment.result.unwrap_or_default();
            let time = jiff::Timestamp::from_second(*at)
                .map(|time| time.to_string())
                .unwrap_or_default();
            let percent = payment.purpose.tax_percent();
            let word = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
            csv.write_record([
                payment.purpose.reference(),
                payment.purpose.service(),
                &payment.amount.to_string(),
                "EUR",
                &time,
                &word(numbers.terminal_id.map(u64::from)),
                &word(numbers.receipt_no.map(u64::from)),
                &word(numbers.trace_no),
                &payment.card_kind,
                &percent.to_string(),
                &Shares::of(payment.amount, percent).tax.to_string(),
            ])?;
        }
        csv.flush()?;
        Ok(())
    }
}

/// Why the day isn't closed.
#[derive(Debug, thiserror::Error)]
pub enum ClosingError {
    /// A payment is going on, or its fate is unknown.
    #[error("a payment is open; the day can't be closed before it is settled")]
    PaymentOpen,
    /// The terminal isn't there.
    #[error("the payment terminal isn't reachable")]
    Offline,
    /// The terminal refuses; its code (PA00P015 chapter 10).
    #[error("the payment terminal doesn't close the day (code {0:02X})")]
    Refused(u8),
    /// The terminal's totals didn't come, or not to the end: it may have closed or not. The journal's day stays open, so
    /// the next closing shows the difference.
    #[error("the payment terminal's totals didn't come")]
    NoTotals,
    /// The sum is beyond what twelve digits hold.
    #[error("the day's total is too large")]
    TooMuch,
    /// The journal can't be read or written.
    #[error("the payment journal fails")]
    Journal(#[from] JournalError),
    /// The till has ended.
    #[error("there is no till")]
    NoTill,
}

/// A difference with its sign, in euros: `-12.50`.
pub fn euros_signed(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let amount = cents.unsigned_abs();
    format!("{sign}{}.{:02}", amount / 100, amount % 100)
}

/// The local day of a moment, `2026-12-01`; empty for what no calendar has.
pub fn day(second: i64, zone: &TimeZone) -> String {
    Timestamp::from_second(second)
        .map(|time| time.to_zoned(zone.clone()).date().to_string())
        .unwrap_or_default()
}

/// Closes the day with the terminal, and in the journal before the terminal hears that its totals arrived.
pub(crate) fn close_day(clerk: &mut Clerk, desk: &mut dyn Desk) -> Result<Closing, ClosingError> {
    if !clerk.journal.open_payments()?.is_empty() || !clerk.journal.unclear()?.is_empty() {
        return Err(ClosingError::PaymentOpen);
    }
    // Nothing is closed that can't be told afterwards.
    sum(&clerk.journal.bookings(None)?)?;
    let id = end_of_day(clerk, desk)?;
    let closing = Closing::read(&clerk.journal, id)?.ok_or(ClosingError::NoTotals)?;
    tell(&closing);
    clerk.look_after(desk);
    Ok(closing)
}

fn tell(closing: &Closing) {
    let (count, total) = (closing.total.count, closing.total.amount);
    match (&closing.terminal, closing.difference_cents()) {
        (None, _) | (_, None | Some(0)) => tracing::info!(closing = closing.id, count, %total, "the day is closed"),
        (Some(TerminalTotals { total: terminal, .. }), Some(cents)) => {
            let difference = euros_signed(cents);
            tracing::error!(
                closing = closing.id, count, %total, %terminal, %difference,
                "the day is closed, and the payment terminal's total isn't the journal's: staff must explain the difference"
            );
        }
    }
}

fn end_of_day(clerk: &mut Clerk, desk: &mut dyn Desk) -> Result<i64, ClosingError> {
    let (end, status, day) = clerk.end_of_day(desk).ok_or(ClosingError::Offline)?;
    day.ok_or(match (end, status) {
        (End::Refused(code) | End::Aborted(code), _) => ClosingError::Refused(code),
        (End::Completed, Some(status)) if !status.is_success() => ClosingError::Refused(status.result),
        (End::Completed | End::Lost, _) => ClosingError::NoTotals,
    })
}

fn sum<'a>(bookings: impl IntoIterator<Item = &'a Booking>) -> Result<Sum, ClosingError> {
    bookings.into_iter().try_fold(Sum::default(), |sum, booking| {
        let amount = sum
            .amount
            .checked_add(booking.payment.amount)
            .ok_or(ClosingError::TooMuch)?;
        Ok(Sum {
            count: sum.count + 1,
            amount,
        })
    })
}

fn group(bookings: &[Booking], key: impl Fn(&Booking) -> String) -> Result<BTreeMap<String, Sum>, ClosingError> {
    let mut groups: BTreeMap<String, Vec<&Booking>> = BTreeMap::new();
    for booking in bookings {
        groups.entry(key(booking)).or_default().push(booking);
    }
    groups
        .into_iter()
        .map(|(key, bookings)| Ok((key, sum(bookings)?)))
        .collect()
}

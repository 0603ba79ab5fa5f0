//! What is known when a case has been filed.
use crate::date;
use crate::pay::Payment;
use crate::words::{Word, Words, fill};
use drivers_api::card::{Authenticity, PartialDate};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use jiff::civil::Date;

/// A filed case, as far as its receipt tells it.
#[derive(Debug, PartialEq, Eq)]
pub struct Filing {
    /// The case code in groups, e.g. `K7QF-2M9X-4TB`.
    pub case_code: String,
    /// When it was filed.
    pub filed_at: LocalTime,
    /// Where it is.
    pub delivery: Delivery,
    /// How far the card's data can be trusted; `None` when no card was read.
    pub authenticity: Option<Authenticity>,
    /// The fee, where it is paid here or it was chosen here how.
    pub payment: Option<Payment>,
    /// What the payment terminal wants on the receipt, line by line; empty where nobody paid by card.
    pub slip: PrivateText,
    /// How the paper is told from a forged one, where the town has an address for that.
    pub check: Option<ReceiptCheck>,
    /// The citizen has one already: this one says so.
    pub is_copy: bool,
}

/// How a paper is told from a forged one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptCheck {
    /// The check code in groups, e.g. `7Q2F-K9M4-XTB1-8RDA`.
    pub code: String,
    /// What the code is appended to ([`crate::Town::check_receipts_at`]).
    pub address: String,
}

/// Where a filed case is. Said as it is known, no better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The line is up and it is being sent now.
    OnItsWay,
    /// The line is down: it is kept safe in the terminal and sent by itself.
    WaitingForLine,
}

/// A waiting number that was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingNumber {
    /// As it is called: `A17`.
    pub text: String,
    /// How many waited before it when it was drawn.
    pub ahead: u32,
    /// When it was drawn, as far as the terminal knows the time.
    pub drawn_at: Option<LocalTime>,
}

/// A time on the town's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// Year.
    pub year: i16,
    /// Month 1–12.
    pub month: u8,
    /// Day 1–31.
    pub day: u8,
    /// Hour 0–23.
    pub hour: u8,
    /// Minute 0–59.
    pub minute: u8,
}

impl LocalTime {
    /// The day; `None` for one that the calendar doesn't have.
    pub fn day(&self) -> Option<Date> {
        let part = |part: u8| i8::try_from(part).ok();
        Date::new(self.year, part(self.month)?, part(self.day)?).ok()
    }

    /// "23. November 2026, 9:41 Uhr", in the program's own words.
    pub fn text(&self, language: Language) -> String {
        self.text_in(Words::bundled(), language)
    }

    /// "23. November 2026".
    pub fn day_text(&self, language: Language) -> String {
        date::date_in_words(&self.date(), language).expose().to_owned()
    }

    /// "9:41".
    pub fn clock_text(&self) -> String {
        format!("{}:{:02}", self.hour, self.minute)
    }

    fn date(&self) -> PartialDate {
        PartialDate {
            year: u16::try_from(self.year).ok(),
            month: Some(self.month),
            day: Some(self.day),
        }
    }

    pub(crate) fn text_in(&self, words: &Words, language: Language) -> String {
        let date = date::in_words(&self.date(), words, language);
        let (hour, minute) = (self.hour.to_string(), format!("{:02}", self.minute));
        let slots = [("date", date.expose()), ("hour", &hour), ("minute", &minute)];
        fill(words.text(Word::DateTime, language), &slots)
    }
}

//! What the terminal says of a transaction: Status-Information 04 0F (PA00P015 §3.1.1, §3.1.3).
//!
//! Card numbers and tracks (BMP 22, 23, 24, 2D, tags 1F08 to 1F0A) are passed over: they never leave the message.
use crate::{bcd, fields, text, tlv};
use drivers_api::payment::{CardEntry, Cents};
use jiff::civil::{Date, DateTime, Time};

/// The result code of a transaction that went well (chapter 10).
pub const NO_ERROR: u8 = 0x00;
/// "Abort via timeout or abort-key" (chapter 10): the citizen, or nobody, pressed a key.
pub const CANCELLED: u8 = 0x6C;
/// "Already reversed" (chapter 10).
pub const ALREADY_REVERSED: u8 = 0xB4;

/// Longest name of a kind of card that is taken.
const CARD_KIND_CHARS_MAX: usize = 32;
/// Longest value of tag 1F1F that is taken. It is a receipt number; eight bytes hold every one.
pub const SYNC_BYTES_MAX: usize = 8;

/// The numbers by which a transaction is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    /// BMP 87.
    pub receipt_no: Option<u16>,
    /// BMP 0B, or tag 1F2B if that has more than six digits.
    pub trace_no: Option<u64>,
    /// BMP 0D, `MMDD` as a number; the year isn't told.
    pub date: Option<u16>,
    /// BMP 0C, `HHMMSS` as a number.
    pub time: Option<u32>,
    /// BMP 29.
    pub terminal_id: Option<u32>,
}

impl Numbers {
    /// True if both are the same transaction: a receipt or trace number agrees, and nothing that both tell differs.
    pub fn same(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<bool> {
            Some(one? == other?)
        }
        let names = [
            agree(self.receipt_no, other.receipt_no),
            agree(self.trace_no, other.trace_no),
        ];
        let rest = [
            agree(self.date, other.date),
            agree(self.time, other.time),
            agree(self.terminal_id, other.terminal_id),
        ];
        names.contains(&Some(true)) && !names.iter().chain(&rest).any(|agreed| *agreed == Some(false))
    }

    /// True if the transaction can be found again and reversed.
    pub fn are_enough(&self) -> bool {
        self.receipt_no.is_some_and(|number| number != 0)
    }

    /// The terminal's date and time, in the year that is nearest to `today`.
    pub fn at(&self, today: Date) -> Option<DateTime> {
        let date = self.date?;
        let time = self.time?;
        let month = i8::try_from(date / 100).ok()?;
        let day = i8::try_from(date % 100).ok()?;
        let part = |divisor: u32| i8::try_from(time / divisor % 100).ok();
        let time = Time::new(part(10_000)?, part(100)?, part(1)?, 0).ok()?;
        let years = [today.year(), today.year() - 1, today.year() + 1];
        let dates = years.into_iter().filter_map(|year| Date::new(year, month, day).ok());
        let nearest = dates.min_by_key(|date| today.until(*date).map_or(i32::MAX, |span| span.get_days().abs()));
        nearest.map(|date| date.to_datetime(time))
    }
}

/// Totals of the end of day (BMP 60): how many and how much, for each kind of card that has a place of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// In the order of §3.1.3: girocard, JCB, Eurocard/Mastercard, Amex, Visa, Diners, others.
    pub kinds: [(u8, Cents); 7],
}

/// Names of [`Totals::kinds`].
pub const KINDS: [&str; 7] = [
    "girocard",
    "JCB",
    "Mastercard",
    "American Express",
    "Visa",
    "Diners",
    "other",
];

/// One Status-Information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// BMP 27; [`NO_ERROR`] if it isn't told.
    pub result: u8,
    /// BMP 04. After the end of day the total.
    pub amount: Option<Cents>,
    /// BMP 49 as a number.
    pub currency: Option<u16>,
    /// The transaction's numbers.
    pub numbers: Numbers,
    /// BMP 37: of the payment that this reverses.
    pub original_trace: Option<u64>,
    /// BMP 8B.
    pub card_kind: String,
    /// Tag 2F, or BMP 19.
    pub entry: CardEntry,
    /// BMP 60.
    pub totals: Option<Totals>,
    /// Tag 1F1F, to be mirrored (chapter 4).
    pub sync: Option<Vec<u8>>,
}

impl Status {
    /// Reads the data of a 04 0F. What isn't told or isn't well-formed is `None`.
    pub fn parse(data: &[u8]) -> Self {
        let mut status = Self {
            result: NO_ERROR,
            amount: None,
            currency: None,
            numbers: Numbers::default(),
            original_trace: None,
            card_kind: String::new(),
            entry: CardEntry::Unknown,
            totals: None,
            sync: None,
        };
        for (number, content) in fields::fields(data) {
            status.take(number, content);
        }
        status
    }

    /// True if the transaction went well.
    pub fn is_success(&self) -> bool {
        self.result == NO_ERROR
    }

    fn take(&mut self, number: u8, content: &[u8]) {
        fn digits<T: TryFrom<u64>>(content: &[u8]) -> Option<T> {
            T::try_from(bcd::read(content)?).ok()
        }
        match number {
            0x27 => self.result = content.first().copied().unwrap_or(NO_ERROR),
            0x04 => self.amount = bcd::read(content).and_then(Cents::new),
            0x49 => self.currency = digits(content),
            0x87 => self.numbers.receipt_no = digits(content),
            0x0B => self.numbers.trace_no = bcd::read(content).filter(|trace| *trace != 0).or(self.numbers.trace_no),
            0x0C => self.numbers.time = digits(content),
            0x0D => self.numbers.date = digits(content),
            0x29 => self.numbers.terminal_id = digits(content),
            0x37 => self.original_trace = bcd::read(content),
            0x8B => self.card_kind = text::one_line(content, CARD_KIND_CHARS_MAX),
            0x19 if self.entry == CardEntry::Unknown && content == [0x70] => self.entry = CardEntry::Pin,
            0x60 => self.totals = Totals::parse(content),
            fields::CONTAINER => self.take_container(content),
            _ => {}
        }
    }

    fn take_container(&mut self, container: &[u8]) {
        for (tag, content) in tlv::elements(container) {
            match tag {
                0x2F => self.entry = entry(content).unwrap_or(self.entry),
                0x1F2B => self.numbers.trace_no = bcd::read(content).or(self.numbers.trace_no),
                0x1F1F if content.len() <= SYNC_BYTES_MAX => self.sync = Some(content.to_vec()),
                _ => {}
            }
        }
    }
}

/// Tag 2F: 1F10 how the holder was recognised, 1F12 by which technology.
fn entry(container: &[u8]) -> Option<CardEntry> {
    let byte = |tag| tlv::find(container, tag).and_then(|content| content.first().copied());
    let is_contactless = byte(0x1F12) == Some(0x02);
    Some(match (byte(0x1F10), is_contactless) {
        (Some(0x02..=0x07), true) => CardEntry::ContactlessPin,
        (Some(0x02..=0x07), false) => CardEntry::Pin,
        (Some(0x01), false) => CardEntry::Signature,
        (_, true) => CardEntry::Contactless,
        _ => return None,
    })
}

impl Totals {
    fn parse(content: &[u8]) -> Option<Self> {
        let mut totals = Self::default();
        // Two receipt numbers lead.
        let kinds = content.get(4..)?;
        for (kind, bytes) in totals.kinds.iter_mut().zip(kinds.chunks_exact(7)) {
            *kind = (bytes[0], Cents::new(bcd::read(&bytes[1..])?)?);
        }
        Some(totals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_status_is_read_without_its_card_number() {
        let data = [
            0x27, 0x00, 0x04, 0, 0, 0, 0, 0x12, 0x50, 0x0B, 0, 0x01, 0x23, 0x0C, 0x14, 0x05, 0x09, 0x0D, 0x12, 0x01,
            0x22, 0xF0, 0xF2, 0xEE, 0x12, 0x29, 0x52, 0x00, 0x00, 0x01, 0x49, 0x09, 0x78, 0x87, 0x00, 0x42, 0x8B, 0xF0,
            0xF9, b'g', b'i', b'r', b'o', b'c', b'a', b'r', b'd', 0, 0x06, 0x0F, 0x2F, 0x08, 0x1F, 0x10, 1, 0x00, 0x1F,
            0x12, 1, 0x02, 0x1F, 0x1F, 2, 0, 0x42,
        ];
        let status = Status::parse(&data);
        assert!(status.is_success());
        assert_eq!(status.amount, Cents::new(1250));
        assert_eq!(status.numbers.receipt_no, Some(42));
        assert_eq!(status.numbers.trace_no, Some(123));
        assert_eq!(status.numbers.terminal_id, Some(52_000_001));
        assert_eq!(status.card_kind, "girocard");
        assert_eq!(status.entry, CardEntry::Contactless);
        assert_eq!(status.sync.as_deref(), Some(&[0, 0x42][..]));
        assert_eq!(
            status.numbers.at(date(2027, 1, 2)).unwrap().to_string(),
            "2026-12-01T14:05:09"
        );
    }

    #[test]
    fn numbers_name_the_same_transaction_or_not() {
        let one = Numbers {
            receipt_no: Some(7),
            trace_no: Some(9),
            date: Some(1201),
            time: Some(120_000),
            terminal_id: Some(1),
        };
        assert!(one.same(&one));
        assert!(one.same(&Numbers {
            receipt_no: Some(7),
            ..Numbers::default()
        }));
        assert!(!one.same(&Numbers {
            time: Some(120_001),
            ..one
        }));
        assert!(!one.same(&Numbers {
            receipt_no: Some(8),
            ..one
        }));
        // Nothing in common proves nothing.
        assert!(!one.same(&Numbers::default()));
        assert!(!one.same(&Numbers {
            date: one.date,
            ..Numbers::default()
        }));
    }
}

//! Card payments as the visit sees them.
//!
//! The order of a payment is fixed, so that a citizen who paid is served and one who isn't served hasn't paid:
//! [`PaymentCommand::Pay`] → [`PaymentEvent::Paid`] → the case is stored → [`PaymentCommand::Filed`] → the receipt is
//! handed over → [`PaymentCommand::Complete`]. If the case can't be stored: [`PaymentCommand::Reverse`].
use crate::Job;
use crate::private::PrivateText;
use core::fmt;
use jiff::civil::DateTime;

/// The euro's number (ISO 4217).
pub const EURO_NUMERIC: u16 = 978;

/// An amount of euros, in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(u64);

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// What twelve digits hold: the largest amount that a payment terminal can be told.
    pub const MAX: Self = Self(999_999_999_999);

    /// `None` above [`Self::MAX`].
    pub const fn new(cents: u64) -> Option<Self> {
        if cents <= Self::MAX.0 { Some(Self(cents)) } else { None }
    }

    /// The number of cents.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// True for nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// `None` above [`Self::MAX`].
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::new)
    }

    /// `None` below nothing.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// So many times the amount. `None` above [`Self::MAX`].
    pub fn checked_mul(self, times: u32) -> Option<Self> {
        self.0.checked_mul(u64::from(times)).and_then(Self::new)
    }

    /// All together. `None` above [`Self::MAX`].
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

/// `12.50`, without a currency: how an amount is written in a language is the screens' business.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Longest reference and longest service id.
pub const PURPOSE_CHARS_MAX: usize = 64;

/// What is paid for: goes into the journal and to the treasury. Holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentPurpose {
    reference: String,
    service: String,
    tax_percent: u8,
}

impl PaymentPurpose {
    /// `reference` is the Kassenzeichen or another number of this one payment; `service` is the service's id. `None` if
    /// one is empty, longer than [`PURPOSE_CHARS_MAX`], or has other characters than letters, digits and `-._/:`: a
    /// name or an address doesn't pass.
    pub fn new(reference: &str, service: &str) -> Option<Self> {
        let is_sound = |text: &str| {
            (1..=PURPOSE_CHARS_MAX).contains(&text.len())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._/:".contains(&byte))
        };
        (is_sound(reference) && is_sound(service)).then(|| Self {
            reference: reference.to_owned(),
            service: service.to_owned(),
            tax_percent: 0,
        })
    }

    /// The same, with so many percent of value added tax in the amount. An authority's fees usually carry none.
    #[must_use]
    pub fn with_tax(self, percent: u8) -> Self {
        Self {
            tax_percent: percent,
            ..self
        }
    }

    /// The Kassenzeichen.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The service's id.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Percent of value added tax in the amount; 0 where there is none.
    pub const fn tax_percent(&self) -> u8 {
        self.tax_percent
    }
}

/// What a payment terminal is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentCommand {
    /// Take this amount. Exactly one of [`PaymentEvent::Paid`], [`PaymentEvent::NotPaid`], [`PaymentEvent::Unclear`]
    /// answers. Only to be asked for when the receipt's printer is ready.
    Pay {
        /// Number that the answer will carry.
        job: Job,
        /// How much; not nothing.
        amount: Cents,
        /// What for.
        purpose: PaymentPurpose,
    },
    /// The citizen doesn't want to pay after all. The payment's own answer follows; it may still be `Paid`, when the
    /// wish came too late.
    Abort(Job),
    /// The case is stored durably: from now on the payment stands.
    Filed(Job),
    /// The receipt was printed or handed over otherwise.
    Complete(Job),
    /// The service can't be given: the money goes back. Answered by [`PaymentEvent::Reversed`] or
    /// [`PaymentEvent::NotReversed`].
    Reverse {
        /// The payment's number.
        job: Job,
    },
}

/// Why no payment can be taken now. Grouped by who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentTrouble {
    /// The terminal isn't reachable.
    Offline,
    /// It is busy with something of its own; it comes back.
    Busy,
    /// It must do its end of day first.
    NeedsClosing,
    /// It must speak to its host first (diagnosis, initialisation).
    NeedsDiagnosis,
    /// It says that it is out of order.
    OutOfOrder,
    /// A payment's fate is unknown: staff must decide before anybody pays again.
    Unresolved,
    /// The journal can't be written, or was damaged and replaced: staff must look at it before anybody pays again.
    Journal,
}

/// What the citizen is to do at the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentHint {
    /// Insert the card or hold it to the terminal.
    PresentCard,
    /// Look at the terminal's keys: confirm the amount, type the PIN.
    LookAtPinPad,
    /// Choose on the terminal (kind of card, language, currency).
    ChooseOnTerminal,
    /// Wait.
    Wait,
    /// Take the card out.
    RemoveCard,
    /// The card couldn't be read: once more.
    TryAgain,
    /// The PIN was wrong.
    WrongPin,
    /// The card isn't accepted.
    CardNotAccepted,
    /// The bank or the terminal says no.
    Declined,
}

/// Why nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPaidReason {
    /// The bank, the card or the terminal said no.
    Declined,
    /// The citizen cancelled, here or at the terminal, or did nothing until the terminal gave up: it has one code for
    /// both.
    Cancelled,
    /// The terminal didn't end in time.
    TimedOut,
    /// The terminal went away, and it is certain that it took nothing or gave everything back.
    TerminalGone,
    /// The terminal, or we, can't take a payment now.
    Busy,
}

/// How the holder of the card was recognised, as the receipt must tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardEntry {
    /// By PIN.
    Pin,
    /// Contactless, without PIN.
    Contactless,
    /// Contactless and PIN.
    ContactlessPin,
    /// By signature.
    Signature,
    /// The terminal doesn't tell.
    Unknown,
}

/// A payment as the terminal confirmed it.
#[derive(Debug, PartialEq, Eq)]
pub struct PaymentReceipt {
    /// How much was taken.
    pub amount: Cents,
    /// The terminal's number of the receipt, four digits (PA00P015 BMP 87).
    pub receipt_no: Option<u16>,
    /// The terminal's number of the transaction (BMP 0B, tag 1F2B).
    pub trace_no: Option<u64>,
    /// The terminal's id, eight digits (BMP 29).
    pub terminal_id: Option<u32>,
    /// When, by the terminal's clock.
    pub at: Option<DateTime>,
    /// The kind of card, such as `girocard` (BMP 8B).
    pub card_kind: String,
    /// How the holder was recognised.
    pub entry: CardEntry,
    /// What the terminal wants printed on the customer's receipt, line by line. May hold a card number of which most
    /// digits are masked: it goes to paper, nowhere else.
    pub customer_lines: PrivateText,
}

/// What a payment terminal tells.
#[derive(Debug, PartialEq, Eq)]
pub enum PaymentEvent {
    /// A payment can be taken.
    Ready,
    /// No payment can be taken now.
    NotReady(PaymentTrouble),
    /// What the citizen is to do.
    Show {
        /// Which payment.
        job: Job,
        /// What.
        what: PaymentHint,
    },
    /// The money is taken, and that is on disk.
    Paid {
        /// Which payment.
        job: Job,
        /// As the terminal confirmed it.
        receipt: PaymentReceipt,
    },
    /// Nothing is taken.
    NotPaid {
        /// Which payment.
        job: Job,
        /// Why.
        why: NotPaidReason,
    },
    /// The money went back.
    Reversed {
        /// Which payment.
        job: Job,
    },
    /// The money didn't go back; staff must see to it.
    NotReversed {
        /// Which payment.
        job: Job,
    },
    /// Nobody knows whether the money was taken; staff must see to it.
    Unclear {
        /// Which payment.
        job: Job,
    },
}

/// Something that takes payments. Answers come as [`PaymentEvent`]s on the channel that it was made with.
pub trait PaymentTerminal {
    /// Hands over a command; returns at once.
    fn give(&mut self, command: PaymentCommand);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_end_where_the_terminal_ends() {
        assert_eq!(Cents::new(1_000_000_000_000), None);
        assert_eq!(Cents::MAX.checked_add(Cents(1)), None);
        assert_eq!(Cents(1).checked_sub(Cents(2)), None);
        assert_eq!(Cents(1250).checked_mul(3), Some(Cents(3750)));
        assert_eq!(Cents::MAX.checked_mul(2), None);
        assert_eq!(Cents::checked_sum([Cents(1), Cents(2)]), Some(Cents(3)));
        assert_eq!(Cents(1205).to_string(), "12.05");
    }

    #[test]
    fn a_purpose_takes_no_name() {
        assert!(PaymentPurpose::new("2026/000123", "meldebescheinigung").is_some());
        for (reference, service) in [
            ("", "x"),
            ("Erika Mustermann", "x"),
            ("1", "Straße"),
            ("1", ""),
            (&"1".repeat(65), "x"),
        ] {
            assert!(
                PaymentPurpose::new(reference, service).is_none(),
                "{reference} {service}"
            );
        }
    }

    #[test]
    fn a_purpose_carries_no_tax_unless_told() {
        let purpose = PaymentPurpose::new("2026/000123", "kopie").unwrap();
        assert_eq!(purpose.tax_percent(), 0);
        let taxed = purpose.clone().with_tax(19);
        assert_eq!((taxed.tax_percent(), taxed.service()), (19, "kopie"));
        assert_ne!(taxed, purpose);
    }

    #[test]
    fn a_receipt_in_a_log_tells_no_card() {
        let receipt = PaymentReceipt {
            amount: Cents(100),
            receipt_no: Some(1),
            trace_no: Some(2),
            terminal_id: Some(3),
            at: None,
            card_kind: "girocard".into(),
            entry: CardEntry::Pin,
            customer_lines: PrivateText::from("###########1234"),
        };
        assert!(!format!("{receipt:?}").contains("1234"));
    }
}

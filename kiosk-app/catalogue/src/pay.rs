//! How a fee is paid: which ways a service offers, and what became of it.
use crate::answers::Answers;
use crate::filing::LocalTime;
use crate::service::{Cents, Service};
use crate::words::{Word, fill};
use drivers_api::language::Language;

/// A way to pay (`pay`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PayWay {
    /// `"card"`: at the terminal, before the case is filed.
    Card,
    /// `"counter"`: in the town hall, with the case code.
    Counter,
    /// `"invoice"`: later, with an invoice by letter.
    Invoice,
}

impl PayWay {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Card, Self::Counter, Self::Invoice];

    /// Its name in a definition.
    pub fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Counter => "counter",
            Self::Invoice => "invoice",
        }
    }
}

/// A fee and what became of it. Holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The fee.
    pub cents: Cents,
    /// How it was paid, or will be.
    pub state: PaymentState,
}

/// What became of a fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentState {
    /// Paid here, by card.
    Card(CardPayment),
    /// Will be paid at the counter.
    Counter,
    /// Will be paid with an invoice.
    Invoice,
    /// It was tried by card, and nobody knows whether it was taken: the office finds out.
    Unclear,
}

/// What the payment terminal tells of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardPayment {
    /// Kind of card, such as `girocard`; may be empty.
    pub card: String,
    /// Number of the terminal's receipt.
    pub receipt_no: Option<u16>,
    /// The terminal's number of the transaction.
    pub trace_no: Option<u64>,
    /// The terminal's id.
    pub terminal_id: Option<u32>,
    /// When, by the terminal's clock.
    pub at: Option<LocalTime>,
}

impl Service {
    /// How its fee is paid when the terminal asks; empty: later, as the fee's text says.
    pub fn pay_ways(&self) -> &[PayWay] {
        &self.pay
    }

    /// What is to be paid for these answers before or with the filing: `None` where nothing is, or later.
    pub fn to_pay(&self, answers: &Answers) -> Option<Cents> {
        self.fee(answers).filter(|cents| *cents > 0 && !self.pay.is_empty())
    }

    /// "12,50 €".
    pub fn amount_text(&self, cents: Cents, language: Language) -> String {
        self.words.amount(i64::from(cents), language)
    }

    /// How a fee was or will be paid, in words.
    pub fn payment_text(&self, payment: &Payment, language: Language) -> String {
        let amount = self.amount_text(payment.cents, language);
        let word = |word| self.words.text(word, language);
        let by = match &payment.state {
            PaymentState::Counter => return fill(word(Word::PayCounter), &[("amount", &amount)]),
            PaymentState::Invoice => return fill(word(Word::PayInvoice), &[("amount", &amount)]),
            PaymentState::Unclear => return fill(word(Word::PayUnclear), &[("amount", &amount)]),
            PaymentState::Card(by) => by,
        };
        let card = match by.card.as_str() {
            "" => word(Word::PayCard),
            card => card,
        };
        let mut text = fill(word(Word::PayPaid), &[("amount", &amount), ("card", card)]);
        if let Some(at) = by.at {
            text = format!("{text}, {}", at.text_in(&self.words, language));
        }
        if let Some(number) = by.receipt_no {
            let number = format!("{number:04}");
            text = format!("{text}, {}", fill(word(Word::PayNumber), &[("number", &number)]));
        }
        text
    }
}

//! Paying a fee, as the screens show it.
use catalogue::PayWay;
use drivers_api::payment::{NotPaidReason, PaymentHint};

/// The fee of a case.
#[derive(Debug)]
pub struct PayView {
    /// Name of the service.
    pub service: String,
    /// How much, in the language of the visit.
    pub amount: String,
    /// How far it is.
    pub state: PayScreen,
}

/// How far a payment is.
#[derive(Debug)]
pub enum PayScreen {
    /// How is it to be paid? [`crate::Tap::Pay`]
    Choose {
        /// The ways there are, in the order in which they are offered.
        ways: Vec<PayWay>,
        /// By card it works just now.
        card_works: bool,
        /// Why it didn't work before.
        trouble: Option<NotPaidReason>,
    },
    /// At the payment terminal. `Back` stops it.
    AtTerminal {
        /// What is to be done there.
        hint: PaymentHint,
        /// The citizen doesn't want to pay like that any more.
        stopping: bool,
    },
    /// The case could not be filed, so the money goes back. [`crate::Tap::Continue`], once it is over.
    Back(PayBack),
}

/// Money on its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayBack {
    /// It takes a moment.
    UnderWay,
    /// It went back.
    Done,
    /// It didn't; staff are told.
    Failed,
}

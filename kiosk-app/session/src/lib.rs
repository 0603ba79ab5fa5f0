//! The citizen's visit, from the first tap to "good-bye". Pure: time, devices and randomness come in as arguments.
//!
//! ```text
//! session = session.handle(input, now, &mut terminal, &mut effects);   // one step
//! session.view(now, &terminal)                                          // what the screens show
//! session.deadline()                                                    // when to call again at the latest
//! ```
//!
//! Start reading at [`Session`] (the states) and [`visit::Stage`] (the way through a visit).
#![allow(clippy::wildcard_enum_match_arm)] // a stage names the inputs it knows; all others mean nothing to it
use catalogue::{
    Cents, FieldIndex, LocalTime, PageIndex, PayWay, Payment, Service, ServiceId, Situation, SubmissionJson,
};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::card::{CardEvent, ReaderCommand};
use drivers_api::language::Language;
use drivers_api::payment::{PaymentCommand, PaymentEvent};
use drivers_api::print::{PrintJob, PrinterEvent};
use drivers_api::private::PrivateText;
use drivers_api::voice::{VoiceCommand, VoiceEvent};
use std::sync::Arc;

mod away;
mod board;
mod card;
mod entrance;
mod errand;
mod filing;
mod finish;
mod follow_up;
mod form;
mod give_back;
mod inform;
mod on_map;
mod paper;
pub mod patience;
mod pay;
mod pin;
pub mod preferences;
pub mod preview;
mod secret;
mod session;
mod show;
mod staff;
mod stage;
mod terminal;
pub mod view;
pub mod visit;

pub use away::Away;
pub use board::TownBoard;
pub use errand::PinWish;
pub use follow_up::{CODE_SYMBOLS, CaseQuestion, CaseState, CaseTold, KnownCase, StateAt, code_symbol};
pub use on_map::MapStep;
pub use preferences::{Preferences, Wish};
pub use session::Session;
pub use staff::StaffNews;
pub use terminal::{CardPay, Terminal};
pub use visit::Visit;

/// Monotonic time since the kiosk started.
pub type Now = Duration;

/// Everything that can happen to a visit.
#[derive(Debug)]
pub enum Input {
    /// A finger, a key.
    Tap(Tap),
    /// The card reader.
    Card(CardEvent),
    /// The printer.
    Printer(PrinterEvent),
    /// The payment terminal.
    Payment(PaymentEvent),
    /// The voice, and the headset's jack.
    Voice(VoiceEvent),
    /// A case was stored durably.
    Filed {
        /// Answers [`Effect::File`].
        job: Job,
        /// The case's code, in groups.
        case_code: String,
        /// The code by which its receipt is checked, in groups, where the town has an address for that.
        check_code: Option<String>,
        /// When.
        filed_at: LocalTime,
    },
    /// A case could not be stored; nothing of it was kept.
    FilingFailed {
        /// Answers [`Effect::File`].
        job: Job,
        /// No room on the terminal.
        storage_full: bool,
    },
    /// What became of cases, or of withdrawing one.
    CaseTold {
        /// Answers [`Effect::AskCase`].
        job: Job,
        /// What is told.
        told: CaseTold,
    },
    /// What became of drawing a waiting number.
    Number {
        /// Answers [`Effect::DrawNumber`].
        job: Job,
        /// As it is called, `A17`, and how many wait before it; `None`: none can be drawn now.
        drawn: Option<(String, u32)>,
    },
    /// The line to the backend came up or went down.
    Line {
        /// It is up.
        up: bool,
    },
    /// What became of a call for a person.
    Staff {
        /// Answers [`Effect::CallStaff`].
        job: Job,
        /// What.
        news: StaffNews,
    },
    /// What the town tells now.
    Board(Arc<wire::board::Board>),
    /// Nothing but the passing of time.
    Tick,
}

/// What a person does on the screen or the keypad.
#[derive(Debug)]
pub enum Tap {
    /// Touch to begin.
    Start,
    /// A language; on every screen, nothing that was entered is lost.
    Language(Language),
    /// A service from the list.
    Service(ServiceId),
    /// The services of this situation; `None`: of those that belong to none.
    Situation(Option<Situation>),
    /// Looks for a service by words.
    Search,
    /// The words that are looked for, all of them.
    Find(PrivateText),
    /// What the town tells.
    Board,
    /// This of the list that is shown, counted from 0; see [`view::BoardView::entries`].
    Entry(usize),
    /// What can be done about the PIN.
    PinServices,
    /// This about the PIN.
    Pin(PinWish),
    /// The PIN is forgotten, or can't be mended here.
    PinForgotten,
    /// What became of an application?
    FollowUp,
    /// Finds it by the code on the receipt.
    ByCode,
    /// Finds it with the card.
    ByCard,
    /// The case code as it is typed, all of it.
    Code(PrivateText),
    /// What a scanner read from a paper.
    Scanned(PrivateText),
    /// This case of several.
    Case(usize),
    /// Reads this letter of the case.
    Letter(usize),
    /// Wants to withdraw the case.
    Withdraw,
    /// Really withdraw it.
    ConfirmWithdraw,
    /// The main button of the screen.
    Continue,
    /// One step back.
    Back,
    /// Wants to stop.
    Cancel,
    /// Really stop.
    ConfirmCancel,
    /// Closes what lies over the screen: goes on as if it had not been opened.
    KeepGoing,
    /// Another language: opens [`view::Over::Languages`].
    Languages,
    /// How the terminal looks and speaks: opens [`view::Over::Settings`].
    Settings,
    /// Opens [`view::Over::Help`].
    Help,
    /// Wants the terminal otherwise. From idle it begins a visit.
    Prefer(Wish),
    /// Asks for a person.
    CallStaff,
    /// Goes to ask somebody, and will come back: the case is covered at once.
    StepAside,
    /// Needs more time; also every other sign that somebody is here (a key that moves the focus, a finger that scrolls).
    MoreTime,
    /// A digit 0–9 of PIN, CAN, PUK or birthday.
    Digit(u8),
    /// Takes the last digit back.
    Erase,
    /// A field has this content now.
    Enter {
        /// Which field.
        field: FieldIndex,
        /// All of its text; see [`view::FormField::value`].
        text: PrivateText,
    },
    /// A step on the map of a field.
    Map {
        /// Which field.
        field: FieldIndex,
        /// Which.
        step: MapStep,
    },
    /// Change a page from the review.
    Change(PageIndex),
    /// Leave out the entry that this page of the form belongs to.
    LeaveOut,
    /// Print the receipt (or note) again.
    PrintAgain,
    /// Draw a waiting number.
    DrawNumber,
    /// Pay this way.
    Pay(PayWay),
}

/// What the visit wants done.
#[derive(Debug)]
pub enum Effect {
    /// For the card reader.
    Reader(ReaderCommand),
    /// Seal and store a case; answered by [`Input::Filed`] or [`Input::FilingFailed`].
    File {
        /// Number that the answer carries.
        job: Job,
        /// Which service it is for.
        service: Arc<Service>,
        /// The declaration.
        submission: SubmissionJson,
        /// How far the card's data are proven; `None` without a card.
        authenticity: Option<drivers_api::card::Authenticity>,
        /// Language of the visit.
        language: Language,
        /// The fee, where it was settled or chosen here how it will be.
        payment: Option<Payment>,
        /// The payment by card that this case was paid with, as [`Effect::Pay`] numbered it.
        paid_by: Option<Job>,
    },
    /// Take a fee by card; answered by [`PaymentEvent::Paid`], `NotPaid` or `Unclear`.
    Pay {
        /// Number that the answers carry.
        job: Job,
        /// How much.
        cents: Cents,
        /// Percent of value added tax in it.
        tax_percent: u8,
        /// For which service.
        service: ServiceId,
    },
    /// For the payment terminal: everything else about a payment that is under way. Never [`PaymentCommand::Pay`].
    Payment(PaymentCommand),
    /// Ask the backend about cases; answered by [`Input::CaseTold`].
    AskCase {
        /// Number that the answer carries.
        job: Job,
        /// What.
        question: CaseQuestion,
    },
    /// Draw a number of that queue; answered by [`Input::Number`].
    DrawNumber {
        /// Number that the answer carries.
        job: Job,
        /// A capital letter.
        queue: char,
    },
    /// For the printer.
    Print(PrintJob),
    /// For the voice. What is said comes from the screens; this is how, and that it ends.
    Voice(VoiceCommand),
    /// Somebody at the terminal asks for a person. Nothing but the stage is told. Answered by [`Input::Staff`], as often as
    /// there is something new.
    CallStaff {
        /// Number that the answers carry.
        job: Job,
        /// Where in the visit, as [`Session::name`] tells it.
        stage: &'static str,
    },
    /// For the journal: no personal data.
    Record(Record),
}

/// A line of the journal. Holds no personal data by construction: copyable words and numbers only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// Somebody began.
    VisitBegan,
    /// A stage was reached.
    Reached(&'static str),
    /// A card or reader said no.
    CardTrouble(&'static str),
    /// Something was done about a PIN.
    PinServed(&'static str),
    /// A fee was paid by card.
    Paid(Cents),
    /// It went back.
    GivenBack,
    /// What was wrong with a payment.
    PaymentTrouble(&'static str),
    /// A case was filed.
    Filed,
    /// What was told about a case that was asked for.
    CaseTold(&'static str),
    /// A waiting number was drawn, or none can be.
    NumberDrawn(bool),
    /// The receipt lies in the tray.
    Printed,
    /// The receipt did not print.
    PrintFailed(drivers_api::print::PrintTrouble),
    /// A person was asked for, in this stage.
    HelpWanted(&'static str),
    /// The citizen seems to be away, or said so.
    WentAway,
    /// The citizen came back to their case.
    CameBack,
    /// A visit ended.
    VisitEnded(Ending),
}

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With a filed case.
    Filed,
    /// Without a case: with what was wanted, or because the service is not for this person.
    Served,
    /// Stopped by the citizen.
    Cancelled,
    /// Nobody came back.
    Abandoned,
}

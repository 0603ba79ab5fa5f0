//! What the screens show of cases that were filed before.
use super::{Availability, Leaflet};
use crate::follow_up::CaseState;
use drivers_api::private::PrivateText;

/// What became of it.
#[derive(Debug)]
pub enum FollowUp {
    /// By the code or with the card? [`crate::Tap::ByCode`], [`crate::Tap::ByCard`], [`crate::Tap::Scanned`]
    Choose {
        /// Whether the card can be asked now.
        by_card: Availability,
    },
    /// The code of the receipt. [`crate::Tap::Code`], [`crate::Tap::Scanned`], [`crate::Tap::Continue`]
    Code(CodeEntry),
    /// The town is asked. Goes on by itself.
    Asking {
        /// It is asked to withdraw a case.
        withdrawing: bool,
    },
    /// Nothing to show. [`crate::Tap::Continue`] is the way on that the words name.
    NoAnswer(NoCase),
    /// Which case? [`crate::Tap::Case`], [`crate::Tap::Continue`] ends
    Cases(Vec<CaseRow>),
    /// How a case stands. [`crate::Tap::Letter`], [`crate::Tap::Withdraw`], [`crate::Tap::Continue`] ends
    Case(Box<CaseView>),
    /// A letter, page by page. [`crate::Tap::Continue`], `Back`, [`crate::Tap::PrintAgain`]
    Letter(LetterPage),
    /// Really withdraw? [`crate::Tap::ConfirmWithdraw`]; [`crate::Tap::Continue`] leaves it as it is
    Withdraw {
        /// Name of the service.
        service: String,
    },
    /// It is withdrawn. [`crate::Tap::PrintAgain`], [`crate::Tap::Continue`] ends
    Withdrawn {
        /// Name of the service.
        service: String,
        /// The proof.
        paper: Leaflet,
    },
}

impl FollowUp {
    /// Something on it may tell who is here or what they do.
    pub fn is_personal(&self) -> bool {
        !matches!(self, Self::Choose { .. } | Self::Asking { .. })
    }
}

/// Entry of a code. It stands on the citizen's paper, so it is shown.
#[derive(Debug)]
pub struct CodeEntry {
    /// What was typed, in groups.
    pub typed: PrivateText,
    /// All of it is there and right.
    pub complete: bool,
    /// What is wrong with it.
    pub trouble: Option<CodeTrouble>,
}

/// What is wrong with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTrouble {
    /// One symbol is wrong, or two are swapped; nobody can say which.
    Slip,
    /// What was scanned isn't one of our receipts.
    NotOurs,
}

/// Why there is no case to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCase {
    /// Nothing is known under this code.
    UnknownCode,
    /// Nothing is known of this card.
    NoCaseOfCard,
    /// The town can't be asked just now.
    LineDown,
    /// Too much was asked here.
    Later {
        /// Whole minutes.
        minutes: u32,
    },
    /// It can't be withdrawn any more.
    TooLate,
    /// It was asked to withdraw it, and no answer came.
    Unclear,
}

/// A case on the list.
#[derive(Debug)]
pub struct CaseRow {
    /// Name of the service.
    pub service: String,
    /// When it was filed, in words.
    pub filed_at: String,
    /// How it stands.
    pub state: CaseState,
}

/// How a case stands.
#[derive(Debug)]
pub struct CaseView {
    /// Name of the service.
    pub service: String,
    /// The code, in groups.
    pub code: PrivateText,
    /// When it was filed, in words.
    pub filed_at: String,
    /// How it stands now.
    pub state: CaseState,
    /// What became of it, oldest first.
    pub steps: Vec<CaseStep>,
    /// What the authority wrote, oldest first.
    pub letters: Vec<LetterRow>,
    /// Letters that are there and didn't open.
    pub unreadable: usize,
    /// It can be withdrawn.
    pub withdrawable: bool,
}

/// A step of a case.
#[derive(Debug, PartialEq, Eq)]
pub struct CaseStep {
    /// Which.
    pub state: CaseState,
    /// Since when, in words.
    pub at: String,
}

/// A letter on the list.
#[derive(Debug)]
pub struct LetterRow {
    /// What it is about.
    pub title: PrivateText,
    /// Its day, in words.
    pub day: String,
}

/// A page of a letter.
#[derive(Debug)]
pub struct LetterPage {
    /// What it is about.
    pub title: PrivateText,
    /// Who wrote it.
    pub issuer: PrivateText,
    /// Its day, in words.
    pub day: String,
    /// What stands on this page.
    pub parts: Vec<LetterPart>,
    /// Which page, from 1.
    pub page: usize,
    /// How many there are.
    pub of: usize,
    /// The letter on paper.
    pub paper: Leaflet,
}

/// A piece of a letter.
#[derive(Debug)]
pub enum LetterPart {
    /// A heading.
    Heading(PrivateText),
    /// Running text.
    Paragraph(PrivateText),
    /// What it is, and its value.
    Row {
        /// What it is.
        name: PrivateText,
        /// The value.
        value: PrivateText,
    },
}

//! What the visit asks about cases, and what it is told: letters opened, states in words of a closed list. Keys, ciphers
//! and the line are the host's (`docs/decisions/0008-the-code-is-the-key.md`).
use catalogue::{LetterText, LocalTime};
use drivers_api::private::PrivateText;
use uuid::Uuid;

/// A question about cases.
#[derive(Debug)]
pub enum CaseQuestion {
    /// What became of the case with this code?
    ByCode {
        /// In groups, its check character right.
        code: PrivateText,
    },
    /// Which cases were filed with the card of this pseudonym, and what became of them?
    ByCard {
        /// As the card told it, in hexadecimal.
        pseudonym: PrivateText,
    },
    /// Withdraw this case, if nobody works on it yet. Asked twice it is withdrawn once.
    Withdraw {
        /// The case's code, in groups.
        code: PrivateText,
        /// Which of the cases that the code opens.
        submission_id: Uuid,
    },
}

impl CaseQuestion {
    /// The same question again, when no answer came.
    pub(crate) fn duplicate(&self) -> Self {
        match self {
            Self::ByCode { code } => Self::ByCode { code: code.duplicate() },
            Self::ByCard { pseudonym } => Self::ByCard {
                pseudonym: pseudonym.duplicate(),
            },
            Self::Withdraw { code, submission_id } => Self::Withdraw {
                code: code.duplicate(),
                submission_id: *submission_id,
            },
        }
    }
}

/// What is told. A question is answered once.
#[derive(Debug)]
pub enum CaseTold {
    /// These cases; after [`CaseQuestion::Withdraw`] the case as it is now, withdrawn.
    Known(Vec<KnownCase>),
    /// Nothing is known under this code or card.
    Unknown,
    /// Too much has been asked here; not before so many seconds.
    Later {
        /// Seconds.
        retry_after_s: u32,
    },
    /// It can't be withdrawn any more.
    TooLate,
    /// Nobody answers: no line, or the other end is out of order. Nothing is known of the case.
    Unreachable,
}

impl CaseTold {
    /// A word for the journal.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Known(_) => "known",
            Self::Unknown => "unknown",
            Self::Later { .. } => "later",
            Self::TooLate => "too_late",
            Self::Unreachable => "unreachable",
        }
    }
}

/// A case that a code or a card opened.
#[derive(Debug)]
pub struct KnownCase {
    /// Made when it was filed.
    pub submission_id: Uuid,
    /// Its code, in groups.
    pub code: PrivateText,
    /// Folder of its service, if it is told.
    pub service: Option<String>,
    /// LeiKa key of its service.
    pub leika: String,
    /// When it was filed.
    pub filed_at: LocalTime,
    /// What became of it, oldest first.
    pub states: Vec<StateAt>,
    /// What the authority wrote, oldest first.
    pub letters: Vec<LetterText>,
    /// Letters that are there and didn't open.
    pub unreadable: usize,
    /// It can be withdrawn.
    pub withdrawable: bool,
}

impl KnownCase {
    /// What it is now.
    pub fn state(&self) -> CaseState {
        self.states.last().map_or(CaseState::Received, |last| last.state)
    }
}

/// A state, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateAt {
    /// Which.
    pub state: CaseState,
    /// Since when.
    pub at: LocalTime,
}

/// What becomes of a case: a closed list. Whatever has to be said beyond it is a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseState {
    /// It lies in this terminal, sealed, until the line is back.
    WaitingHere,
    /// The town has it.
    Received,
    /// It was handed to the office that decides.
    OnItsWay,
    /// Somebody works on it.
    InWork,
    /// The citizen is asked for something.
    NeedsSomething,
    /// It is decided.
    Answered,
    /// It is decided against the citizen.
    Rejected,
    /// The citizen took it back.
    Withdrawn,
}

impl CaseState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::WaitingHere,
        Self::Received,
        Self::OnItsWay,
        Self::InWork,
        Self::NeedsSomething,
        Self::Answered,
        Self::Rejected,
        Self::Withdrawn,
    ];
}

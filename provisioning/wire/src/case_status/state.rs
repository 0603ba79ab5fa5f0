//! The states of a case and what may follow what.
use serde::{Deserialize, Serialize};

/// How a case stands. A closed list: whatever must be said beyond these words is a letter, sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Filed at this terminal and still there, because the line is down. Only the agent says it.
    WaitingHere,
    /// Stored by the town's backend.
    Received,
    /// The office has fetched it.
    OnItsWay,
    /// Somebody works on it.
    InWork,
    /// The office needs something from the citizen; a letter says what.
    NeedsSomething,
    /// Answered; the letter lies there or is in the post.
    Answered,
    /// Refused; a letter says why.
    Rejected,
    /// Taken back by the citizen. Nothing follows.
    Withdrawn,
}

/// Why a case doesn't change its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing follows a withdrawal.
    #[error("the citizen has withdrawn it")]
    Withdrawn,
    /// It stands so already.
    #[error("it stands so already")]
    Already,
    /// A state that nobody sets by hand, or that lies behind the case.
    #[error("{to} can't follow {from}")]
    Order {
        /// How it stands.
        from: CaseState,
        /// What was wanted.
        to: CaseState,
    },
}

impl CaseState {
    /// All states, in the order of a case's life.
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

    /// The word for it in messages, in the store and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::WaitingHere => "waiting_here",
            Self::Received => "received",
            Self::OnItsWay => "on_its_way",
            Self::InWork => "in_work",
            Self::NeedsSomething => "needs_something",
            Self::Answered => "answered",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// True while nobody has begun to work on it: the citizen may still take it back.
    pub fn is_withdrawable(self) -> bool {
        matches!(self, Self::Received | Self::OnItsWay)
    }

    /// True when the office is done with it.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Answered | Self::Rejected | Self::Withdrawn)
    }

    /// Whether the office may set `next`. A slip can be put right (`answered` instead of `rejected`), and a settled case
    /// taken up again; a withdrawn one can't.
    ///
    /// # Errors
    /// Why not.
    pub fn follow_with(self, next: Self) -> Result<(), Refused> {
        let refused = Refused::Order { from: self, to: next };
        match (self, next) {
            (Self::Withdrawn, _) => Err(Refused::Withdrawn),
            (now, next) if now == next => Err(Refused::Already),
            (Self::WaitingHere, _) | (_, Self::WaitingHere | Self::Received) => Err(refused),
            (now, Self::OnItsWay) => (now == Self::Received).then_some(()).ok_or(refused),
            // A citizen may take it back at the counter, too, until it is decided.
            (now, Self::Withdrawn) => (!now.is_settled()).then_some(()).ok_or(refused),
            (_, Self::InWork | Self::NeedsSomething | Self::Answered | Self::Rejected) => Ok(()),
        }
    }
}

impl core::fmt::Display for CaseState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CaseState::*;

    #[test]
    fn words_are_those_of_the_messages() {
        for state in CaseState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.word());
            assert_eq!(CaseState::from_word(state.word()), Some(state));
        }
        assert_eq!(CaseState::from_word("Received"), None);
    }

    #[test]
    fn what_may_follow_what() {
        let follows = |from: CaseState| {
            let to = |to: &CaseState| from.follow_with(*to).is_ok();
            CaseState::ALL.into_iter().filter(to).collect::<Vec<_>>()
        };
        assert_eq!(follows(WaitingHere), []);
        assert_eq!(
            follows(Received),
            [OnItsWay, InWork, NeedsSomething, Answered, Rejected, Withdrawn]
        );
        assert_eq!(
            follows(OnItsWay),
            [InWork, NeedsSomething, Answered, Rejected, Withdrawn]
        );
        assert_eq!(follows(InWork), [NeedsSomething, Answered, Rejected, Withdrawn]);
        assert_eq!(follows(NeedsSomething), [InWork, Answered, Rejected, Withdrawn]);
        assert_eq!(follows(Answered), [InWork, NeedsSomething, Rejected]);
        assert_eq!(follows(Rejected), [InWork, NeedsSomething, Answered]);
        assert_eq!(follows(Withdrawn), []);
    }

    #[test]
    fn a_refusal_is_named() {
        assert_eq!(Withdrawn.follow_with(Withdrawn), Err(Refused::Withdrawn));
        assert_eq!(InWork.follow_with(InWork), Err(Refused::Already));
        let error = InWork.follow_with(OnItsWay).unwrap_err();
        assert_eq!(error.to_string(), "on_its_way can't follow in_work");
    }

    #[test]
    fn a_citizen_withdraws_only_what_nobody_works_on() {
        let withdrawable: Vec<_> = CaseState::ALL.into_iter().filter(|s| s.is_withdrawable()).collect();
        assert_eq!(withdrawable, [Received, OnItsWay]);
    }
}

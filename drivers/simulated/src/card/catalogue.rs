//! The cards that a desk offers, by name.
use super::Card;

/// A kind of card to lay on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Erika Mustermann, all well.
    Erika,
    /// One try left: the CAN has to come first.
    Suspended,
    /// No try left: the PUK is needed.
    Blocked,
    /// The eID is switched off.
    Deactivated,
    /// No residence in Germany.
    WithoutResidence,
    /// The day of birth isn't known.
    UnknownBirthDay,
    /// A bank card.
    Bank,
    /// A card that doesn't answer.
    Mute,
    /// A card that answers nonsense.
    Garbage,
}

impl Profile {
    /// All kinds, in the order of a menu.
    pub const ALL: [Self; 9] = [
        Self::Erika,
        Self::Suspended,
        Self::Blocked,
        Self::Deactivated,
        Self::WithoutResidence,
        Self::UnknownBirthDay,
        Self::Bank,
        Self::Mute,
        Self::Garbage,
    ];

    /// Name for menus and command lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Erika => "erika",
            Self::Suspended => "suspended",
            Self::Blocked => "blocked",
            Self::Deactivated => "deactivated",
            Self::WithoutResidence => "without-residence",
            Self::UnknownBirthDay => "unknown-birth-day",
            Self::Bank => "bank",
            Self::Mute => "mute",
            Self::Garbage => "garbage",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// A fresh card of this kind.
    pub fn card(self) -> Card {
        match self {
            Self::Erika => Card::erika(),
            Self::Suspended => Card::suspended(),
            Self::Blocked => Card::blocked(),
            Self::Deactivated => Card::deactivated(),
            Self::WithoutResidence => Card::without_residence(),
            Self::UnknownBirthDay => Card::unknown_birth_day(),
            Self::Bank => Card::bank(),
            Self::Mute => Card::mute(),
            Self::Garbage => Card::garbage(),
        }
    }
}

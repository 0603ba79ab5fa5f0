//! The cards that a desk offers, by name.
use super::{Card, Forgery, Generation, Person};
use crate::pki::TestPki;

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
    /// The transport PIN of the letter is still set.
    Fresh,
    /// A child: the eID is switched off.
    Child,
    /// Valid until yesterday.
    Expired,
    /// No residence in Germany.
    WithoutResidence,
    /// An address in another country.
    Abroad,
    /// The day of birth isn't known.
    UnknownBirthDay,
    /// All names very long.
    Longest,
    /// A card for citizens of the Union.
    UnionCitizen,
    /// A residence permit with ancillary provisions.
    ResidencePermit,
    /// A card of 2010.
    Made2010,
    /// A card of 2017.
    Made2017,
    /// A card to be put on the blocklist ([`Card::blocklist_id`]).
    Revoked,
    /// A copy without the private key.
    CopiedChip,
    /// Signed by somebody whom nobody trusts.
    ForeignSigner,
    /// Offers weaker protocols than it was signed with.
    Downgrade,
    /// A bank card.
    Bank,
    /// A card that doesn't answer.
    Mute,
    /// A card that answers nonsense.
    Garbage,
}

impl Profile {
    /// All kinds, in the order of a menu.
    pub const ALL: [Self; 22] = [
        Self::Erika,
        Self::Suspended,
        Self::Blocked,
        Self::Deactivated,
        Self::Fresh,
        Self::Child,
        Self::Expired,
        Self::WithoutResidence,
        Self::Abroad,
        Self::UnknownBirthDay,
        Self::Longest,
        Self::UnionCitizen,
        Self::ResidencePermit,
        Self::Made2010,
        Self::Made2017,
        Self::Revoked,
        Self::CopiedChip,
        Self::ForeignSigner,
        Self::Downgrade,
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
            Self::Fresh => "fresh",
            Self::Child => "child",
            Self::Expired => "expired",
            Self::WithoutResidence => "without-residence",
            Self::Abroad => "abroad",
            Self::UnknownBirthDay => "unknown-birth-day",
            Self::Longest => "longest",
            Self::UnionCitizen => "union-citizen",
            Self::ResidencePermit => "residence-permit",
            Self::Made2010 => "made-2010",
            Self::Made2017 => "made-2017",
            Self::Revoked => "revoked",
            Self::CopiedChip => "copied-chip",
            Self::ForeignSigner => "foreign-signer",
            Self::Downgrade => "downgrade",
            Self::Bank => "bank",
            Self::Mute => "mute",
            Self::Garbage => "garbage",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// A new card of this kind, issued by `pki`.
    pub fn card(self, pki: &TestPki) -> Card {
        match self {
            Self::Erika => Card::erika(pki),
            Self::Suspended => Card::suspended(pki),
            Self::Blocked => Card::blocked(pki),
            Self::Deactivated => Card::deactivated(pki),
            Self::Fresh => Card::fresh(pki),
            Self::Child => Card::child(pki),
            Self::Expired => Card::expired(pki),
            Self::WithoutResidence => Card::without_residence(pki),
            Self::Abroad => Card::eid(&Person::abroad(), pki, 6),
            Self::UnknownBirthDay => Card::unknown_birth_day(pki),
            Self::Longest => Card::eid(&Person::longest(), pki, 7),
            Self::UnionCitizen => Card::eid(&Person::union_citizen(), pki, 8),
            Self::ResidencePermit => Card::eid(&Person::residence_permit(), pki, 9),
            Self::Made2010 => Card::of_generation(&Person::erika(), Generation::Y2010, pki, 10),
            Self::Made2017 => Card::of_generation(&Person::erika(), Generation::Y2017, pki, 11),
            Self::Revoked => Card::eid(&Person::erika(), pki, 12),
            Self::CopiedChip => Card::forged(Forgery::CopiedChip, pki),
            Self::ForeignSigner => Card::forged(Forgery::ForeignSigner, pki),
            Self::Downgrade => Card::forged(Forgery::Downgrade, pki),
            Self::Bank => Card::bank(),
            Self::Mute => Card::mute(),
            Self::Garbage => Card::garbage(),
        }
    }
}

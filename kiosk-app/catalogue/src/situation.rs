//! Situations in life by which a citizen finds a service.

/// A situation in life ("Lebenslage"), after those of the federal service directory (PVOG, codes in brackets where it has
/// one). In the order in which they are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Situation {
    /// `"documents"`: identity cards, certificates, references (1070100, 1070200).
    Documents,
    /// `"housing"`: moving, living somewhere (1050200).
    Housing,
    /// `"family"`: birth, marriage, death (1010200).
    Family,
    /// `"vehicles"`: cars and where they stand (1090200).
    Vehicles,
    /// `"animals"`: above all dogs (1110300).
    Animals,
    /// `"support"`: money for those who need it (1140100).
    Support,
    /// `"business"`: a trade, a shop.
    Business,
    /// `"environment"`: waste, streets, what is broken or lost in town.
    Environment,
    /// `"participation"`: votes, ideas, praise, complaints, appointments.
    Participation,
}

impl Situation {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Documents,
        Self::Housing,
        Self::Family,
        Self::Vehicles,
        Self::Animals,
        Self::Support,
        Self::Business,
        Self::Environment,
        Self::Participation,
    ];

    /// Its name in service definitions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Housing => "housing",
            Self::Family => "family",
            Self::Vehicles => "vehicles",
            Self::Animals => "animals",
            Self::Support => "support",
            Self::Business => "business",
            Self::Environment => "environment",
            Self::Participation => "participation",
        }
    }
}

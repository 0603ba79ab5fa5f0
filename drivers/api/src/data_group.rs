//! The data groups of the eID application (BSI TR-03127 §3.4.3).
use std::collections::BTreeSet;

/// A data group of the eID application (TR-03127 §3.4.3, TR-03110-4 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum DataGroup {
    DocumentType = 1,
    IssuingState = 2,
    DateOfExpiry = 3,
    GivenNames = 4,
    FamilyNames = 5,
    ArtisticName = 6,
    AcademicTitle = 7,
    DateOfBirth = 8,
    PlaceOfBirth = 9,
    Nationality = 10,
    BirthName = 13,
    PlaceOfResidence = 17,
    MunicipalityId = 18,
    ResidencePermitI = 19,
    ResidencePermitII = 20,
    /// A telephone URI (RFC 3966). German cards leave it free (TR-03127 §3.4.3).
    PhoneNumber = 21,
    /// German cards leave it free.
    EmailAddress = 22,
}

impl DataGroup {
    /// All groups that a service may ask for.
    pub const ALL: [Self; 17] = [
        Self::DocumentType,
        Self::IssuingState,
        Self::DateOfExpiry,
        Self::GivenNames,
        Self::FamilyNames,
        Self::ArtisticName,
        Self::AcademicTitle,
        Self::DateOfBirth,
        Self::PlaceOfBirth,
        Self::Nationality,
        Self::BirthName,
        Self::PlaceOfResidence,
        Self::MunicipalityId,
        Self::ResidencePermitI,
        Self::ResidencePermitII,
        Self::PhoneNumber,
        Self::EmailAddress,
    ];

    /// Number of the group: DGn has file id `01nn` and short file id `nn`.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Name used in service definitions, e.g. `family_names`.
    pub fn name(self) -> &'static str {
        match self {
            Self::DocumentType => "document_type",
            Self::IssuingState => "issuing_state",
            Self::DateOfExpiry => "date_of_expiry",
            Self::GivenNames => "given_names",
            Self::FamilyNames => "family_names",
            Self::ArtisticName => "artistic_name",
            Self::AcademicTitle => "academic_title",
            Self::DateOfBirth => "date_of_birth",
            Self::PlaceOfBirth => "place_of_birth",
            Self::Nationality => "nationality",
            Self::BirthName => "birth_name",
            Self::PlaceOfResidence => "place_of_residence",
            Self::MunicipalityId => "municipality_id",
            Self::ResidencePermitI => "residence_permit_1",
            Self::ResidencePermitII => "residence_permit_2",
            Self::PhoneNumber => "phone_number",
            Self::EmailAddress => "email_address",
        }
    }

    /// The group of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }
}

/// The data groups a service names, and no others.
pub type DataGroups = BTreeSet<DataGroup>;

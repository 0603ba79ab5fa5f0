//! Access rights by AusweisApp's names, and what a service lets a provider ask (TR-03110-4 §2.2.3).
use crate::message::{AccessRights, AuxiliaryData};
use drivers_api::card::{DataGroup, ReadRequest, Rights};
use std::collections::BTreeSet;

/// A right that a service can name; all others (writing, PIN management, unknown ones) are nothing a terminal grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Right {
    Group(DataGroup),
    Pseudonym,
    Age,
    Municipality,
    Can,
}

impl Right {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "Address" => Self::Group(DataGroup::PlaceOfResidence),
            "BirthName" => Self::Group(DataGroup::BirthName),
            "FamilyName" => Self::Group(DataGroup::FamilyNames),
            "GivenNames" => Self::Group(DataGroup::GivenNames),
            "PlaceOfBirth" => Self::Group(DataGroup::PlaceOfBirth),
            "DateOfBirth" => Self::Group(DataGroup::DateOfBirth),
            "DoctoralDegree" => Self::Group(DataGroup::AcademicTitle),
            "ArtisticName" => Self::Group(DataGroup::ArtisticName),
            "ValidUntil" => Self::Group(DataGroup::DateOfExpiry),
            "Nationality" => Self::Group(DataGroup::Nationality),
            "IssuingCountry" => Self::Group(DataGroup::IssuingState),
            "DocumentType" => Self::Group(DataGroup::DocumentType),
            "ResidencePermitI" => Self::Group(DataGroup::ResidencePermitI),
            "ResidencePermitII" => Self::Group(DataGroup::ResidencePermitII),
            "CommunityID" => Self::Group(DataGroup::MunicipalityId),
            "Pseudonym" => Self::Pseudonym,
            "AgeVerification" => Self::Age,
            "AddressVerification" => Self::Municipality,
            "CanAllowed" => Self::Can,
            _ => return None,
        })
    }
}

/// Why the rights that a provider asks for aren't granted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RightsRefused {
    /// It insists on a right that the service doesn't name.
    #[error("the provider insists on the right {0}, which the service doesn't name")]
    NotNamed(String),
    /// It asks for another age than the service names.
    #[error("the provider asks for another age than the service names")]
    OtherAge,
    /// It asks for another municipality than the service names.
    #[error("the provider asks for another municipality than the service names")]
    OtherMunicipality,
    /// The card is to be read with the CAN (PAuswG §18a), but the provider's certificate doesn't allow it.
    #[error("the provider may not read with the CAN")]
    CanNotInCertificate,
    /// AusweisApp's list isn't the one it was told to use.
    #[error("AusweisApp uses other rights than it was told")]
    NotAsTold,
}

/// What is granted of a provider's wishes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    /// Optional rights that stay on, by AusweisApp's names.
    pub(crate) optional: Vec<String>,
    /// These are on already: nothing needs to be set.
    pub(crate) as_told: bool,
    /// All rights that are on, in our words.
    pub(crate) rights: Rights,
}

/// What of `asked` may stay on for a service that names `allowed`; the CAN as the only password only `by_can`.
pub(crate) fn grant(asked: &AccessRights, allowed: &ReadRequest, by_can: bool) -> Result<Granted, RightsRefused> {
    let named = |name: &str| Right::from_name(name).filter(|right| is_named(*right, allowed, by_can));
    let chat = &asked.chat;
    if let Some(name) = chat.required.iter().find(|name| named(name).is_none()) {
        return Err(RightsRefused::NotNamed(shortened(name)));
    }
    let optional: Vec<String> = chat
        .optional
        .iter()
        .filter(|name| named(name).is_some())
        .cloned()
        .collect();
    let on: BTreeSet<Right> = chat
        .required
        .iter()
        .chain(&optional)
        .filter_map(|name| named(name))
        .collect();
    if by_can && !on.contains(&Right::Can) {
        return Err(RightsRefused::CanNotInCertificate);
    }
    compared_as_named(&on, &asked.aux, allowed)?;
    let told: BTreeSet<&String> = chat.required.iter().chain(&optional).collect();
    let effective: BTreeSet<&String> = chat.effective.iter().collect();
    Ok(Granted {
        as_told: told == effective,
        rights: in_our_words(&on),
        optional,
    })
}

fn is_named(right: Right, allowed: &ReadRequest, by_can: bool) -> bool {
    match right {
        Right::Group(group) => allowed.groups.contains(&group),
        Right::Pseudonym => allowed.pseudonym,
        Right::Age => allowed.age_at_least.is_some(),
        Right::Municipality => allowed.municipality.is_some(),
        Right::Can => by_can,
    }
}

/// An age or a municipality that the service doesn't name would tell something else about the citizen.
fn compared_as_named(on: &BTreeSet<Right>, aux: &AuxiliaryData, allowed: &ReadRequest) -> Result<(), RightsRefused> {
    if on.contains(&Right::Age) {
        let age = aux.required_age.as_deref().and_then(|age| age.trim().parse().ok());
        if age.is_none() || age != allowed.age_at_least {
            return Err(RightsRefused::OtherAge);
        }
    }
    if on.contains(&Right::Municipality) && aux.community_id != allowed.municipality {
        return Err(RightsRefused::OtherMunicipality);
    }
    Ok(())
}

fn in_our_words(on: &BTreeSet<Right>) -> Rights {
    let mut rights = Rights::default();
    for right in on {
        match right {
            Right::Group(group) => drop(rights.groups.insert(*group)),
            Right::Pseudonym => rights.pseudonym = true,
            Right::Age => rights.age = true,
            Right::Municipality => rights.municipality = true,
            Right::Can => rights.can_allowed = true,
        }
    }
    rights
}

/// A name for the log: as the SDK has them, and not longer than the longest of them.
fn shortened(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).take(32).collect()
}

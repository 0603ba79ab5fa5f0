//! Persons with a canary in every field, and the office's certificate.
use crate::devices::Holder;
use drivers_api::card::{
    Authenticity, DataGroup, GroupContent, PartialDate, PersonalData, Place, ProviderCertificate, ReadRequest, Rights,
    SpecialFunctions,
};
use drivers_api::private::PrivateText;
use zeroize::Zeroizing;

/// The certificate of the office in Musterstadt: every right that a service can use.
pub fn certificate() -> ProviderCertificate {
    ProviderCertificate {
        subject_name: "Stadt Musterstadt, Bürgerbüro".into(),
        subject_url: Some("https://www.musterstadt.example".into()),
        issuer_name: "Test-Berechtigungs-CA".into(),
        issuer_url: None,
        terms_of_usage: "Stadt Musterstadt, Bürgerbüro, Marktplatz 1, 12345 Musterstadt".into(),
        valid_from: jiff::civil::date(2026, 11, 23),
        valid_until: jiff::civil::date(2026, 11, 24),
        rights: Rights {
            groups: DataGroup::ALL.into(),
            age: true,
            municipality: true,
            pseudonym: true,
            can_allowed: false,
        },
    }
}

/// Every personal text of a storm person contains this word; it must not be found anywhere after the visit.
pub const CANARY: &str = "Zqanarienvogel";

/// Pseudonym of every storm card; as [`CANARY`].
pub const PSEUDONYM: &str = "c0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ff";

/// A person who can be found again in memory, as far as the card was asked.
pub fn canary(request: &ReadRequest, holder: Holder) -> PersonalData {
    person(
        CANARY,
        &with_canary("-Mustermann"),
        &with_canary("weg 17"),
        CANARY,
        request,
        holder,
    )
}

/// The canary and some more, in a buffer that never grows: a grown one would leave a copy behind that is this test's
/// fault and not the house's.
pub fn with_canary(rest: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(CANARY.len() + rest.len()));
    text.push_str(CANARY);
    text.push_str(rest);
    text
}

fn person(given: &str, family: &str, street: &str, city: &str, request: &ReadRequest, holder: Holder) -> PersonalData {
    let text = |text: &str| GroupContent::Text(PrivateText::from(text));
    let content = |group: DataGroup| match group {
        DataGroup::DocumentType => text("ID"),
        DataGroup::IssuingState | DataGroup::Nationality => text("D"),
        DataGroup::DateOfExpiry => date(2035, 8, 31),
        DataGroup::GivenNames => text(given),
        DataGroup::FamilyNames => text(family),
        DataGroup::DateOfBirth => date(1964, 8, 12),
        DataGroup::PlaceOfBirth => text("Berlin"),
        DataGroup::BirthName => text("Gabler"),
        DataGroup::PlaceOfResidence if !holder.housed => {
            GroupContent::Place(Place::NoPlace("keine Wohnung in Deutschland".into()))
        }
        DataGroup::PlaceOfResidence => GroupContent::Place(Place::Structured {
            street: Some(PrivateText::from(street)),
            city: PrivateText::from(city),
            state: None,
            country: PrivateText::from("D"),
            zip: Some(PrivateText::from("51147")),
        }),
        DataGroup::MunicipalityId => text("02760503150000"),
        DataGroup::ArtisticName
        | DataGroup::AcademicTitle
        | DataGroup::ResidencePermitI
        | DataGroup::ResidencePermitII
        | DataGroup::PhoneNumber
        | DataGroup::EmailAddress => GroupContent::NotOnChip,
    };
    let groups = request.groups.iter().map(|group| (*group, content(*group))).collect();
    PersonalData {
        authenticity: Authenticity::ChipTrusted,
        functions: SpecialFunctions {
            old_enough: request.age_at_least.map(|_| holder.old_enough),
            lives_there: request.municipality.as_ref().map(|_| holder.lives_there),
            pseudonym: request.pseudonym.then(|| PSEUDONYM.into()),
        },
        groups,
    }
}

fn date(year: u16, month: u8, day: u8) -> GroupContent {
    GroupContent::Date(PartialDate {
        year: Some(year),
        month: Some(month),
        day: Some(day),
    })
}

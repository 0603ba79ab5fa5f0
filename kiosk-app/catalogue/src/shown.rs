//! What stands on a card, in words: for the services that show it and do nothing else with it (PAuswG §11(1)).
use crate::answers::harmless;
use crate::catalogue::Catalogue;
use crate::date;
use crate::words::{Word, Words};
use drivers_api::card::{DataGroup, GroupContent, PersonalData, Place};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;

/// What some data groups are about: they stand together on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardSection {
    /// Names, birth, nationality.
    Person,
    /// Where the holder lives.
    Residence,
    /// The document itself.
    Document,
    /// Conditions of a residence permit.
    Permit,
}

/// One data group in words.
#[derive(Debug)]
pub struct CardFact {
    /// Which.
    pub group: DataGroup,
    /// Its content: dates written out, an address line by line, codes by their names; or that the card has none.
    pub value: PrivateText,
}

/// Order in which people read it: themselves first, then the paper.
const ORDER: [(CardSection, &[DataGroup]); 4] = [
    (
        CardSection::Person,
        &[
            DataGroup::FamilyNames,
            DataGroup::BirthName,
            DataGroup::GivenNames,
            DataGroup::AcademicTitle,
            DataGroup::ArtisticName,
            DataGroup::DateOfBirth,
            DataGroup::PlaceOfBirth,
            DataGroup::Nationality,
            DataGroup::PhoneNumber,
            DataGroup::EmailAddress,
        ],
    ),
    (
        CardSection::Residence,
        &[DataGroup::PlaceOfResidence, DataGroup::MunicipalityId],
    ),
    (
        CardSection::Document,
        &[
            DataGroup::DocumentType,
            DataGroup::IssuingState,
            DataGroup::DateOfExpiry,
        ],
    ),
    (
        CardSection::Permit,
        &[DataGroup::ResidencePermitI, DataGroup::ResidencePermitII],
    ),
];

impl Catalogue {
    /// All groups that were read, in words, by what they are about. Holds personal data.
    pub fn card_in_words(&self, person: &PersonalData, language: Language) -> Vec<(CardSection, Vec<CardFact>)> {
        let mut sections = Vec::new();
        for (section, groups) in ORDER {
            let fact = |group: &DataGroup| {
                let content = person.groups.get(group)?;
                let value = in_words(*group, content, &self.words, language);
                Some(CardFact { group: *group, value })
            };
            let facts: Vec<CardFact> = groups.iter().filter_map(fact).collect();
            if !facts.is_empty() {
                sections.push((section, facts));
            }
        }
        sections
    }
}

fn in_words(group: DataGroup, content: &GroupContent, words: &Words, language: Language) -> PrivateText {
    let value = match content {
        GroupContent::Text(text) => named(group, text, words, language),
        GroupContent::Date(date) if date::is_plausible(date) => date::in_words(date, words, language),
        GroupContent::Date(date) => date::typed(date),
        GroupContent::Place(place) => place_lines(place, words, language),
        GroupContent::NotOnChip => PrivateText::default(),
    };
    if value.expose().trim().is_empty() {
        PrivateText::from(words.text(Word::CardNotOnChip, language))
    } else {
        value
    }
}

/// Codes by their names, where they are known; everything else as it stands there.
fn named(group: DataGroup, text: &PrivateText, words: &Words, language: Language) -> PrivateText {
    let code = text.expose().trim();
    let is_state = matches!(group, DataGroup::IssuingState | DataGroup::Nationality);
    let name = if group == DataGroup::DocumentType {
        words.document_type(code, language)
    } else {
        words.state(code, language).filter(|_| is_state)
    };
    name.map_or_else(|| harmless(text), PrivateText::from)
}

fn place_lines(place: &Place, words: &Words, language: Language) -> PrivateText {
    match place {
        Place::Structured {
            street,
            city,
            state,
            country,
            zip,
        } => {
            let zip_and_city = match zip {
                Some(zip) => joined(&[zip.expose().trim(), city.expose()], " "),
                None => city.duplicate(),
            };
            // Every address of a German card is in Germany, unless it says otherwise.
            let abroad = Some(country.expose().trim()).filter(|code| *code != "D");
            let abroad = abroad.map(|code| words.state(code, language).unwrap_or(code));
            let text = |part: &Option<PrivateText>| part.as_ref().map_or_else(PrivateText::default, harmless);
            joined(
                &[
                    text(street).expose(),
                    harmless(&zip_and_city).expose(),
                    text(state).expose(),
                    harmless(&PrivateText::from(abroad.unwrap_or_default())).expose(),
                ],
                "\n",
            )
        }
        Place::Freetext(text) | Place::NoPlace(text) => harmless(text),
    }
}

/// The parts that aren't empty. The buffer is made in its final size: growing would leave copies behind.
fn joined(parts: &[&str], separator: &str) -> PrivateText {
    let len = parts.iter().map(|part| part.len() + separator.len()).sum();
    let mut whole = String::with_capacity(len);
    for part in parts.iter().filter(|part| !part.trim().is_empty()) {
        if !whole.is_empty() {
            whole.push_str(separator);
        }
        whole.push_str(part);
    }
    PrivateText::new(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bundled, charset};
    use drivers_api::card::{Authenticity, PartialDate, SpecialFunctions};
    use proptest::prelude::*;

    fn shown(content: GroupContent, group: DataGroup, language: Language) -> PrivateText {
        let loaded = Catalogue::load(&bundled::files()).unwrap();
        let person = PersonalData {
            authenticity: Authenticity::ChipTrusted,
            groups: [(group, content)].into(),
            functions: SpecialFunctions::default(),
        };
        let mut sections = loaded.catalogue.card_in_words(&person, language);
        assert_eq!(sections.len(), 1);
        let (_, mut facts) = sections.remove(0);
        assert_eq!(facts.len(), 1);
        facts.remove(0).value
    }

    fn german(content: GroupContent, group: DataGroup) -> String {
        shown(content, group, Language::German).expose().to_owned()
    }

    fn text(text: &str) -> GroupContent {
        GroupContent::Text(text.into())
    }

    fn date(year: Option<u16>, month: Option<u8>, day: Option<u8>) -> GroupContent {
        GroupContent::Date(PartialDate { year, month, day })
    }

    #[test]
    fn every_group_has_its_place() {
        let mut listed: Vec<DataGroup> = ORDER.iter().flat_map(|(_, groups)| groups.iter().copied()).collect();
        listed.sort();
        assert_eq!(listed, DataGroup::ALL);
        for group in DataGroup::ALL {
            assert_eq!(german(GroupContent::NotOnChip, group), "Steht nicht auf Ihrem Ausweis");
            assert_eq!(german(text(" "), group), "Steht nicht auf Ihrem Ausweis");
        }
    }

    #[test]
    fn codes_are_told_by_their_names() {
        assert_eq!(german(text("ID"), DataGroup::DocumentType), "Personalausweis");
        assert_eq!(
            german(text("UB"), DataGroup::DocumentType),
            "eID-Karte für Unionsbürger"
        );
        assert_eq!(german(text("ZZ"), DataGroup::DocumentType), "ZZ");
        assert_eq!(german(text("D"), DataGroup::IssuingState), "Deutschland");
        assert_eq!(german(text("AUT"), DataGroup::Nationality), "Österreich");
        let english = shown(text("TUR"), DataGroup::Nationality, Language::English);
        assert_eq!(english.expose(), "Türkiye");
        assert_eq!(german(text("D"), DataGroup::GivenNames), "D", "a name is no code");
    }

    #[test]
    fn dates_are_written_out_as_far_as_they_are_known() {
        let born = |year, month, day| german(date(year, month, day), DataGroup::DateOfBirth);
        assert_eq!(born(Some(1964), Some(8), Some(12)), "12. August 1964");
        assert_eq!(born(Some(1964), Some(8), None), "August 1964 (Tag unbekannt)");
        assert_eq!(born(Some(1964), None, None), "1964 (Tag und Monat unbekannt)");
        assert_eq!(born(None, None, None), "unbekannt");
        assert_eq!(born(Some(1964), Some(2), Some(31)), "31.02.1964", "as it stands there");
    }

    #[test]
    fn addresses_line_by_line() {
        let place = |street: Option<&str>, zip: Option<&str>, country: &str| {
            GroupContent::Place(Place::Structured {
                street: street.map(PrivateText::from),
                city: "Köln".into(),
                state: None,
                country: country.into(),
                zip: zip.map(PrivateText::from),
            })
        };
        let home = |place| german(place, DataGroup::PlaceOfResidence);
        assert_eq!(
            home(place(Some("Heidestraße 17"), Some("51147"), "D")),
            "Heidestraße 17\n51147 Köln"
        );
        assert_eq!(home(place(None, None, "D")), "Köln");
        assert_eq!(home(place(Some("Rue 1"), None, "FRA")), "Rue 1\nKöln\nFrankreich");
        assert_eq!(home(place(Some("a\u{202e}b"), None, "XQ")), "a\u{fffd}b\nKöln\nXQ");
        let nowhere = GroupContent::Place(Place::NoPlace("keine Wohnung in Deutschland".into()));
        assert_eq!(home(nowhere), "keine Wohnung in Deutschland");
    }
    fn any_content() -> impl Strategy<Value = GroupContent> {
        let part = || prop::option::of(any::<String>());
        let private = |text: Option<String>| text.map(PrivateText::new);
        prop_oneof![
            any::<String>().prop_map(|text| GroupContent::Text(text.as_str().into())),
            any::<(Option<u16>, Option<u8>, Option<u8>)>().prop_map(|(year, month, day)| date(year, month, day)),
            (part(), any::<String>(), part(), any::<String>(), part()).prop_map(
                move |(street, city, state, country, zip)| {
                    GroupContent::Place(Place::Structured {
                        street: private(street),
                        city: PrivateText::new(city),
                        state: private(state),
                        country: PrivateText::new(country),
                        zip: private(zip),
                    })
                }
            ),
            any::<String>().prop_map(|text| GroupContent::Place(Place::NoPlace(PrivateText::new(text)))),
        ]
    }

    proptest! {
        #[test]
        fn whatever_a_card_says_can_be_shown(content in any_content(), group in prop::sample::select(DataGroup::ALL.to_vec())) {
            for language in Language::ALL {
                let words = in_words(group, &content, Words::bundled(), language);
                prop_assert!(!words.expose().trim().is_empty());
                prop_assert!(!words.expose().chars().any(|c| c != '\n' && charset::is_hostile(c)));
                prop_assert!(words.expose().chars().count() <= 4 * crate::ANSWER_CHARS_MAX + 3);
            }
        }
    }
}

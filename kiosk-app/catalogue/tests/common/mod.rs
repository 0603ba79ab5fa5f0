//! Erika Mustermann, the published test person of German identity cards, and the bundled service.
#![allow(dead_code, reason = "each test file uses a part of it")]
pub(crate) mod ferienpass;

use catalogue::{Answers, Catalogue, Service, SourceFile, Town};
use drivers_api::card::{Authenticity, DataGroup, GroupContent, PartialDate, PersonalData, Place, SpecialFunctions};
use drivers_api::private::PrivateText;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) fn text(text: &str) -> GroupContent {
    GroupContent::Text(PrivateText::from(text))
}

pub(crate) fn erika() -> PersonalData {
    let born = PartialDate {
        year: Some(1964),
        month: Some(8),
        day: Some(12),
    };
    let home = Place::Structured {
        street: Some("Heidestraße 17".into()),
        city: "Köln".into(),
        state: None,
        country: "D".into(),
        zip: Some("51147".into()),
    };
    PersonalData {
        authenticity: Authenticity::NotProven,
        functions: SpecialFunctions::default(),
        groups: BTreeMap::from([
            (DataGroup::FamilyNames, text("Mustermann")),
            (DataGroup::BirthName, text("Gabler")),
            (DataGroup::GivenNames, text("Erika")),
            (DataGroup::AcademicTitle, GroupContent::NotOnChip),
            (DataGroup::DateOfBirth, GroupContent::Date(born)),
            (DataGroup::PlaceOfResidence, GroupContent::Place(home)),
        ]),
    }
}

pub(crate) fn loaded() -> Catalogue {
    let loaded = Catalogue::load(&catalogue::bundled::small(&catalogue::bundled::TWO)).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    loaded.catalogue
}

pub(crate) fn town() -> Town {
    loaded().town().clone()
}

pub(crate) fn service() -> Arc<Service> {
    Arc::clone(loaded().service(&"meldebescheinigung".into()).unwrap())
}

/// The bundled files, and the youth pass of the town in memory, which asks the card questions.
pub(crate) fn with_jugendkarte() -> Vec<SourceFile> {
    let file = |name: &str, text: &str| SourceFile {
        path: format!("jugendkarte/{name}"),
        text: text.to_owned(),
    };
    let mut files = catalogue::bundled::small(&catalogue::bundled::TWO);
    files.extend([
        file(
            "service.toml",
            include_str!("../../../../tests/townhall/services/jugendkarte/service.toml"),
        ),
        file(
            "texts.de.toml",
            include_str!("../../../../tests/townhall/services/jugendkarte/texts.de.toml"),
        ),
        file(
            "texts.de-x-leicht.toml",
            include_str!("../../../../tests/townhall/services/jugendkarte/texts.de-x-leicht.toml"),
        ),
        file(
            "texts.en.toml",
            include_str!("../../../../tests/townhall/services/jugendkarte/texts.en.toml"),
        ),
        file(
            "receipt.toml",
            include_str!("../../../../tests/townhall/services/jugendkarte/receipt.toml"),
        ),
    ]);
    files
}

/// Enters by the field's name.
pub(crate) fn enter(service: &Service, answers: &mut Answers, field: &str, text: &str) {
    service.enter(answers, service.field_named(field).unwrap(), text);
}

/// The stored answer, for comparing.
pub(crate) fn stored<'a>(service: &Service, answers: &'a Answers, field: &str) -> Option<&'a str> {
    answers
        .get(service.field_named(field).unwrap())
        .map(|answer| answer.text.expose())
}

/// The bundled files with one of them changed.
pub(crate) fn changed(path: &str, change: impl FnOnce(&str) -> String) -> Vec<SourceFile> {
    let mut files = catalogue::bundled::small(&catalogue::bundled::TWO);
    let file = files.iter_mut().find(|file| file.path == path).unwrap();
    file.text = change(&file.text);
    files
}

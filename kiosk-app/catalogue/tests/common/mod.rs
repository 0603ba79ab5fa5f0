//! Erika Mustermann, the published test person of German identity cards, and the bundled service.
#![allow(dead_code, reason = "each test file uses a part of it")]
pub(crate) mod ferienpass;

use catalogue::{
    Answers, Catalogue, Delivery, Fault, Filing, LocalTime, ReceiptCheck, Service, SourceFile, Town, bundled,
};
use drivers_api::card::{Authenticity, DataGroup, GroupContent, PartialDate, PersonalData, Place, SpecialFunctions};
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
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
    let loaded = Catalogue::load(&bundled::small(&bundled::TWO)).unwrap();
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
    let mut files = bundled::small(&bundled::TWO);
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

/// The service of that id, from files without a fault.
pub(crate) fn whole(files: &[SourceFile], id: &str) -> Arc<Service> {
    let loaded = Catalogue::load(files).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    Arc::clone(loaded.catalogue.service(&id.into()).unwrap())
}

/// A bundled service in a town that offers nothing else.
pub(crate) fn alone(id: &str) -> Arc<Service> {
    whole(&bundled::small(&[id]), id)
}

/// What is wrong with these files.
pub(crate) fn faults(files: &[SourceFile]) -> Vec<Fault> {
    Catalogue::load(files).map_or_else(|faults| faults, |loaded| loaded.faults)
}

/// The same, a line for each.
pub(crate) fn told(files: &[SourceFile]) -> String {
    faults(files).iter().map(|fault| format!("{fault}\n")).collect()
}

/// Replaces what stands in one of the files.
pub(crate) fn edit(files: &mut [SourceFile], path: &str, from: &str, to: &str) {
    let file = files.iter_mut().find(|file| file.path == path);
    let file = file.unwrap_or_else(|| panic!("no {path}"));
    assert!(file.text.contains(from), "{path}: {from}");
    file.text = file.text.replacen(from, to, 1);
}

/// What is told of a mistake in that file of a bundled service, which is left out for it; another one stays.
pub(crate) fn mistake(path: &str, from: &str, to: &str) -> String {
    let id = path.split('/').next().unwrap();
    let mut files = bundled::small(&[id, "lob"]);
    edit(&mut files, path, from, to);
    let loaded = Catalogue::load(&files).unwrap();
    assert!(loaded.catalogue.service(&id.into()).is_none(), "{to}");
    assert!(loaded.catalogue.service(&"lob".into()).is_some(), "{to}");
    told(&files)
}

/// Filed on the morning of 23 November 2026, and on its way.
pub(crate) fn filing() -> Filing {
    Filing {
        case_code: "K7QF-2M9X-4TB".to_owned(),
        filed_at: LocalTime {
            year: 2026,
            month: 11,
            day: 23,
            hour: 9,
            minute: 5,
        },
        delivery: Delivery::OnItsWay,
        authenticity: None,
        payment: None,
        check: Some(ReceiptCheck {
            code: "7Q2F-K9M4-XTB1-8RDA".to_owned(),
            address: "https://schalter.musterstadt.example/verify/".to_owned(),
        }),
        is_copy: false,
        slip: PrivateText::default(),
    }
}

/// The receipt of these answers.
pub(crate) fn receipt(service: &Service, answers: &Answers, language: Language) -> Document {
    let declaration = service.declaration(answers, language);
    service.receipt(answers, &declaration, &filing(), language)
}

/// Every line of a document; `---` where a page begins.
pub(crate) fn lines(document: &Document) -> Vec<String> {
    let mut lines = Vec::new();
    for block in &document.blocks {
        match block {
            Block::Heading { text, .. } | Block::Paragraph(text) | Block::Notice(text) => {
                lines.push(text.expose().to_owned());
            }
            Block::Table(rows) => {
                let rows = rows.iter().map(|row| format!("{}: {}", row.label, row.value.expose()));
                lines.extend(rows);
            }
            Block::Code { text, .. } => lines.push(text.clone()),
            Block::Fees(fees) => {
                let fees = fees.iter().map(|fee| format!("{}: {}", fee.label, fee.amount.expose()));
                lines.extend(fees);
            }
            Block::Image { alt: text, .. } | Block::SignatureLine { label: text } => lines.push(text.clone()),
            Block::NewPage => lines.push("---".to_owned()),
        }
    }
    lines
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
    let mut files = bundled::small(&bundled::TWO);
    let file = files.iter_mut().find(|file| file.path == path).unwrap();
    file.text = change(&file.text);
    files
}

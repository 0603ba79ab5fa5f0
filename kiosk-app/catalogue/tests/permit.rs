//! A permit on a page of its own, for the answers that allow it, and without a name.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Catalogue, Delivery, Filing, LocalTime, Service, bundled};
use common::enter;
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use std::sync::Arc;

fn bewohnerparken() -> Arc<Service> {
    let loaded = Catalogue::load(&bundled::small(&["bewohnerparken"])).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    Arc::clone(loaded.catalogue.service(&"bewohnerparken".into()).unwrap())
}

/// The receipt for that address and keeper.
fn receipt(service: &Service, street: &str, keeper: &str, language: Language) -> Document {
    let mut answers = service.blank(None);
    for (field, text) in [
        ("street", street),
        ("wish", "first"),
        ("plate", "MU-ER 123"),
        ("electric", "false"),
        ("keeper", keeper),
        ("keeper_paper", "counter"),
        ("start_on", "1.12.2026"),
    ] {
        enter(service, &mut answers, field, text);
    }
    if street.is_empty() {
        enter(service, &mut answers, "zone", "unknown");
    }
    let filing = Filing {
        case_code: "K7QF-2M9X-4TB".to_owned(),
        filed_at: LocalTime {
            year: 2026,
            month: 11,
            day: 24,
            hour: 9,
            minute: 5,
        },
        delivery: Delivery::OnItsWay,
        authenticity: None,
    };
    let declaration = service.declaration(&answers, language);
    service.receipt(&answers, &declaration, &filing, language)
}

/// What stands behind the last page break.
fn taken_off(document: &Document) -> Option<Vec<String>> {
    let at = document
        .blocks
        .iter()
        .rposition(|block| matches!(block, Block::NewPage))?;
    let lines = document.blocks[at + 1..].iter().flat_map(|block| match block {
        Block::Heading { text, .. } | Block::Paragraph(text) | Block::Notice(text) => vec![text.expose().to_owned()],
        Block::Table(rows) => rows
            .iter()
            .map(|row| format!("{}: {}", row.label, row.value.expose()))
            .collect(),
        Block::Code { text, .. } => vec![text.clone()],
        Block::NewPage => Vec::new(),
    });
    Some(lines.collect())
}

#[test]
fn a_permit_lies_behind_the_windscreen_without_a_name() {
    let service = bewohnerparken();
    let permit = taken_off(&receipt(&service, "Poststraße 1", "self", Language::German)).unwrap();
    assert_eq!(
        permit,
        [
            "Vorläufiger Bewohnerparkausweis",
            "Kennzeichen: MU-ER 123",
            "Parkzone: B: Bahnhofsviertel",
            "Erster Tag: 1. Dezember 2026",
            "Gilt vom ersten Tag an 14 Tage. Legen Sie diese Seite gut lesbar hinter die Scheibe. Name und Adresse stehen nicht darauf.",
            "K7QF-2M9X-4TB",
        ]
    );
    for language in Language::ALL {
        let permit = taken_off(&receipt(&service, "Am Markt 2", "self", language)).unwrap();
        assert!(
            permit
                .iter()
                .all(|line| !line.contains("Mustermann") && !line.contains("Markt")),
            "{permit:?}"
        );
    }
    assert!(
        taken_off(&receipt(&service, "", "self", Language::German)).is_none(),
        "no zone, no permit"
    );
    assert!(
        taken_off(&receipt(&service, "Poststraße 1", "company", Language::German)).is_none(),
        "not the keeper"
    );
}

#[test]
fn mistakes_are_told() {
    let told = |from: &str, to: &str| -> String {
        let mut files = bundled::small(&["bewohnerparken", "lob"]);
        let file = files
            .iter_mut()
            .find(|file| file.path == "bewohnerparken/receipt.toml")
            .unwrap();
        assert!(file.text.contains(from), "{from}");
        file.text = file.text.replacen(from, to, 1);
        let loaded = Catalogue::load(&files).unwrap();
        assert!(loaded.catalogue.service(&"bewohnerparken".into()).is_none(), "{to}");
        loaded.faults.iter().map(|fault| format!("{fault}\n")).collect()
    };
    let always = "kind = \"declaration\"";
    for (from, to, what) in [
        ("fields = [\"plate\"", "fields = [\"plates\"", "no field `plates`"),
        (
            "fields = [\"plate\", \"zone\", \"start_on\"]",
            "",
            "`fields` is missing",
        ),
        (
            "not_equals = \"unknown\"",
            "not_equals = \"nowhere\"",
            "never has this value",
        ),
        (
            always,
            "kind = \"declaration\"\nwhen = { field = \"keeper\", equals = \"self\" }",
            "no block `declaration`",
        ),
    ] {
        let told = told(from, to);
        assert!(
            told.contains(what) && told.contains("bewohnerparken/receipt.toml:"),
            "{what}\n{told}"
        );
    }
}

//! A permit on a page of its own, for the answers that allow it, and without a name.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::Service;
use common::{alone, enter, lines, mistake, receipt};
use drivers_api::document::Document;
use drivers_api::language::Language;
use std::sync::Arc;

fn bewohnerparken() -> Arc<Service> {
    alone("bewohnerparken")
}

/// The receipt for that address and keeper.
fn printed(service: &Service, street: &str, keeper: &str, language: Language) -> Document {
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
    receipt(service, &answers, language)
}

/// What stands behind the last page break.
fn taken_off(document: &Document) -> Option<Vec<String>> {
    let mut lines = lines(document);
    let at = lines.iter().rposition(|line| line == "---")?;
    Some(lines.split_off(at + 1))
}

#[test]
fn a_permit_lies_behind_the_windscreen_without_a_name() {
    let service = bewohnerparken();
    let permit = taken_off(&printed(&service, "Poststraße 1", "self", Language::German)).unwrap();
    assert_eq!(
        permit,
        [
            "Vorläufiger Bewohnerparkausweis",
            "Kennzeichen: MU-ER 123",
            "Parkzone: B: Bahnhofsviertel",
            "Erster Tag: 1. Dezember 2026",
            "Gilt vom ersten Tag an 14 Tage. Legen Sie diese Seite gut lesbar hinter die Scheibe. Name und Adresse stehen nicht darauf.",
            "Ist dieses Papier echt?",
            "7Q2F-K9M4-XTB1-8RDA",
            "Wer das wissen möchte, gibt unter schalter.musterstadt.example/verify diesen Prüfcode ein oder scannt den QR-Code. Dort stehen nur Anliegen, Amt, Tag und Stand des Antrags. Ihr Name und Ihre Angaben stehen dort nicht.",
        ]
    );
    for language in Language::ALL {
        let document = printed(&service, "Am Markt 2", "self", language);
        let mut permit = taken_off(&document).unwrap();
        permit.push(document.footer);
        // The case code opens the office's answer.
        for secret in ["Mustermann", "Markt", "K7QF-2M9X-4TB"] {
            assert!(permit.iter().all(|line| !line.contains(secret)), "{permit:?}");
        }
    }
    assert!(
        taken_off(&printed(&service, "", "self", Language::German)).is_none(),
        "no zone, no permit"
    );
    assert!(
        taken_off(&printed(&service, "Poststraße 1", "company", Language::German)).is_none(),
        "not the keeper"
    );
}

#[test]
fn mistakes_are_told() {
    let told = |from: &str, to: &str| mistake("bewohnerparken/receipt.toml", from, to);
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

/// A second permit says so where it is looked at.
#[test]
fn a_second_permit_says_that_it_is_a_copy() {
    let service = bewohnerparken();
    let mut answers = service.blank(None);
    for (field, text) in [
        ("street", "Am Markt 2"),
        ("wish", "first"),
        ("plate", "MU-ER 123"),
        ("electric", "false"),
    ] {
        enter(&service, &mut answers, field, text);
    }
    enter(&service, &mut answers, "keeper", "self");
    let declaration = service.declaration(&answers, Language::German);
    let filing = catalogue::Filing {
        is_copy: true,
        ..common::filing()
    };
    let document = service.receipt(&answers, &declaration, &filing, Language::German);
    let permit = taken_off(&document).unwrap();
    assert_eq!(permit[0], "Vorläufiger Bewohnerparkausweis");
    assert!(permit[1].starts_with("Zweitschrift"), "{permit:?}");
    let copies = lines(&document)
        .into_iter()
        .filter(|line| line.starts_with("Zweitschrift"));
    assert_eq!(copies.count(), 2);
}

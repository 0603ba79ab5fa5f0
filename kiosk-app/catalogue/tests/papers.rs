//! Declaration, submission, schema and receipt of one visit, compared with files read by people (`tests/golden`).
//! After a wanted change, run with `SCHALTER_WRITE_GOLDEN=1` and read the difference.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Answers, Delivery, Filing, LocalTime, Service};
use common::{enter, erika, service};
use drivers_api::card::Authenticity;
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use serde_json::Value;
use std::collections::BTreeSet;

fn visit(service: &Service) -> Answers {
    let mut answers = service.prefill(&erika(), None);
    for (field, text) in [
        ("kind", "extended"),
        ("marital_status", "true"),
        ("purpose", "other"),
        ("other_purpose", "Prüfung \"B2\" \\ Köln"),
        ("delivery", "other_address"),
        ("other_city", "Ĝiĥ-Þórð ẞ"),
        ("copies", "02"),
    ] {
        enter(service, &mut answers, field, text);
    }
    assert_eq!(service.first_incomplete(&answers), None);
    answers
}

fn filed(delivery: Delivery, authenticity: Option<Authenticity>) -> Filing {
    Filing {
        delivery,
        authenticity,
        ..common::filing()
    }
}

fn as_text(document: &Document) -> String {
    let mut text = format!("{} | {} | {}\n", document.issuer, document.title, document.footer);
    for block in &document.blocks {
        match block {
            Block::Heading { level, text: heading } => {
                text += &format!("\n{} {}\n", "#".repeat(usize::from(*level)), heading.expose());
            }
            Block::Paragraph(paragraph) => text += &format!("{}\n", paragraph.expose()),
            Block::Notice(notice) => text += &format!("! {}\n", notice.expose()),
            Block::Table(rows) => rows
                .iter()
                .for_each(|row| text += &format!("{}: {}\n", row.label, row.value.expose())),
            Block::Code {
                label,
                text: code,
                qr,
                alt,
            } => text += &format!("[{label} {code} | {qr} | {alt}]\n"),
            Block::Fees(fees) => fees
                .iter()
                .for_each(|fee| text += &format!("{}: {}\n", fee.label, fee.amount.expose())),
            Block::Image { alt, .. } => text += &format!("[{alt}]\n"),
            Block::SignatureLine { label } => text += &format!("____ {label}\n"),
            Block::NewPage => text += "\n---\n",
        }
    }
    text
}

fn compare(name: &str, found: &str) {
    let path = format!("{}/tests/golden/{name}", std::env::var("CARGO_MANIFEST_DIR").unwrap());
    if std::env::var_os("SCHALTER_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(&path).unwrap(), "{name}");
}

#[test]
fn receipt_as_printed() {
    let service = service();
    let answers = visit(&service);
    for language in Language::ALL {
        let declaration = service.declaration(&answers, language);
        let filing = filed(Delivery::OnItsWay, Some(Authenticity::NotProven));
        let receipt = service.receipt(&answers, &declaration, &filing, language);
        compare(&format!("receipt.{}.txt", language.tag()), &as_text(&receipt));
        let said = matches!(receipt.blocks.last(), Some(Block::Notice(_)));
        assert_eq!(
            said,
            service.language_of_texts(language) != language,
            "{language:?}: not translated"
        );
    }
}

#[test]
fn the_note_about_the_pin_is_in_every_language() {
    let catalogue = common::loaded();
    let mut notes = BTreeSet::new();
    for language in Language::ALL {
        let note = catalogue.pin_note(language);
        assert_eq!(note.language, language);
        let text = as_text(&note);
        let is_arabic = |c: char| ('\u{620}'..='\u{6FF}').contains(&c);
        for line in text.lines().filter(|line| line.starts_with('#')) {
            assert_eq!(line.contains(is_arabic), language.is_right_to_left(), "{line}");
        }
        compare(&format!("pin_note.{}.txt", language.tag()), &text);
        notes.insert(text);
    }
    assert_eq!(notes.len(), Language::ALL.len());
}

#[test]
fn receipt_tells_what_is_known() {
    let service = service();
    let answers = visit(&service);
    let declaration = service.declaration(&answers, Language::German);
    let receipt = |delivery, authenticity| {
        as_text(&service.receipt(&answers, &declaration, &filed(delivery, authenticity), Language::German))
    };
    let waiting = receipt(Delivery::WaitingForLine, Some(Authenticity::ChipTrusted));
    assert!(waiting.contains("von selbst gesendet") && !waiting.contains("wird jetzt übermittelt"));
    assert!(!waiting.contains("Prüfbetrieb"));
    let sent = receipt(Delivery::OnItsWay, Some(Authenticity::NotProven));
    assert!(sent.contains("wird jetzt übermittelt") && sent.contains("! Prüfbetrieb"));
    assert!(!receipt(Delivery::OnItsWay, None).contains("Prüfbetrieb"));
}

#[test]
fn titles_and_footers_hold_no_personal_data() {
    let service = service();
    let answers = visit(&service);
    let declaration = service.declaration(&answers, Language::German);
    let filing = filed(Delivery::OnItsWay, Some(Authenticity::NotProven));
    let receipt = service.receipt(&answers, &declaration, &filing, Language::German);
    for text in [&receipt.title, &receipt.issuer, &receipt.footer] {
        assert!(!text.contains("Mustermann") && !text.contains("Erika"));
    }
    assert!(!format!("{declaration:?}{receipt:?}").contains("Mustermann"));
    assert!(!format!("{:?}", service.submission(&visit(&service))).contains("Mustermann"));
}

#[test]
fn submission_and_schema() {
    let service = service();
    let submission: Value = serde_json::from_slice(service.submission(&visit(&service)).expose()).unwrap();
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    compare("submission.json", &pretty(&submission));
    compare("schema.json", &pretty(&service.schema()));
    conforms(&submission, &service.schema());
    assert_eq!(submission["F60000227"], "Mustermann");
    assert_eq!(submission["schalter.copies"], 2);
}

#[test]
fn every_way_conforms_to_the_schema() {
    let service = service();
    for kind in ["simple", "extended"] {
        for delivery in ["registered_address", "other_address", "counter"] {
            let mut answers = visit(&service);
            enter(&service, &mut answers, "kind", kind);
            enter(&service, &mut answers, "purpose", "bank");
            enter(&service, &mut answers, "delivery", delivery);
            let submission = serde_json::from_slice(service.submission(&answers).expose()).unwrap();
            conforms(&submission, &service.schema());
        }
    }
}

/// The part of JSON Schema that our schemas use; the peers' tests use a whole implementation.
fn conforms(value: &Value, schema: &Value) {
    let (value, properties) = (value.as_object().unwrap(), schema["properties"].as_object().unwrap());
    for name in schema["required"].as_array().unwrap() {
        assert!(value.contains_key(name.as_str().unwrap()), "{name} is missing");
    }
    for (name, value) in value {
        let schema = properties
            .get(name)
            .unwrap_or_else(|| panic!("{name} isn't in the schema"));
        match schema.get("type").and_then(Value::as_str) {
            Some("string") => assert!(value.is_string(), "{name}"),
            Some("integer") => assert!(value.is_i64(), "{name}"),
            Some("boolean") => assert!(value.is_boolean(), "{name}"),
            Some("array") => assert!(value.is_array(), "{name}"),
            Some(other) => panic!("{other}"),
            None => {}
        }
        if let Some(choices) = schema.get("enum") {
            assert!(choices.as_array().unwrap().contains(value), "{name}");
        }
        if let Some(wanted) = schema.get("const") {
            assert_eq!(value, wanted, "{name}");
        }
    }
}

#[test]
fn times_in_words() {
    let time = LocalTime {
        year: 2026,
        month: 11,
        day: 23,
        hour: 9,
        minute: 5,
    };
    assert_eq!(time.text(Language::German), "23. November 2026, 9:05 Uhr");
    assert_eq!(time.text(Language::English), "23 November 2026, 9:05");
    let fee = service().fee_overview(None, Language::German).unwrap();
    assert!(fee.starts_with("10,00 € je Bescheinigung"), "{fee}");
    let odd = LocalTime {
        year: -5,
        month: 0,
        day: 99,
        hour: 99,
        minute: 99,
    };
    assert!(!odd.text(Language::German).is_empty());
}

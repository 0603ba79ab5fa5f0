//! How a fee is paid: which ways a definition offers, and what the receipt tells of it.
#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test says so by failing"
)]
mod common;
use catalogue::{CardPayment, Catalogue, Filing, LocalTime, PayWay, Payment, PaymentState, Service, bundled};
use common::{filing, mistake};
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use std::sync::Arc;

const SERVICE: &str = "meldebescheinigung/service.toml";
const PAY: &str = "pay = [\"card\", \"invoice\"]";

fn service(id: &str) -> Arc<Service> {
    let loaded = Catalogue::load(&bundled::files()).unwrap();
    Arc::clone(loaded.catalogue.service(&id.into()).unwrap())
}

fn by_card() -> PaymentState {
    PaymentState::Card(CardPayment {
        card: "girocard".to_owned(),
        receipt_no: Some(17),
        trace_no: Some(4711),
        terminal_id: Some(12_345_678),
        at: Some(LocalTime {
            year: 2026,
            month: 11,
            day: 23,
            hour: 9,
            minute: 4,
        }),
    })
}

fn receipt(state: PaymentState, slip: &str, language: Language) -> Document {
    let service = service("meldebescheinigung");
    let answers = service.blank(None);
    let declaration = service.declaration(&answers, language);
    let filing = Filing {
        payment: Some(Payment { cents: 2000, state }),
        slip: PrivateText::from(slip),
        ..filing()
    };
    service.receipt(&answers, &declaration, &filing, language)
}

/// Label and value of the row about the payment, which follows that of the fee.
fn told(document: &Document) -> (String, String) {
    let table = document.blocks.iter().find_map(|block| match block {
        Block::Table(rows) => Some(rows),
        _ => None,
    });
    let table = table.unwrap();
    let fee = table
        .iter()
        .position(|row| ["10,00", "10.00"].iter().any(|fee| row.value.expose().contains(fee)));
    let row = &table[fee.map_or(0, |fee| fee + 1)];
    (row.label.clone(), row.value.expose().to_owned())
}

#[test]
fn a_definition_offers_ways_in_a_fixed_order() {
    assert_eq!(
        service("meldebescheinigung").pay_ways(),
        [PayWay::Card, PayWay::Invoice]
    );
    assert!(service("fuehrungszeugnis").pay_ways().is_empty());
    let turned = common::changed(SERVICE, |text| {
        text.replace(PAY, "pay = [\"invoice\", \"counter\", \"card\"]")
    });
    let loaded = Catalogue::load(&turned).unwrap();
    let service = loaded.catalogue.service(&"meldebescheinigung".into()).unwrap();
    assert_eq!(service.pay_ways(), PayWay::ALL);
}

#[test]
fn mistakes_are_told() {
    for (pay, what) in [
        ("pay = [\"cash\"]", "no way to pay `cash`"),
        ("pay = [\"card\", \"card\"]", "stands there twice"),
        ("pay = \"card\"", "is of the type string"),
    ] {
        assert!(mistake(SERVICE, PAY, pay).contains(what), "{pay}");
    }
    let free = mistake(
        "hundesteuer/service.toml",
        "\nretention",
        "\npay = [\"card\"]\nretention",
    );
    assert!(free.contains("`pay` without a fee"), "{free}");
    let prepared = mistake(
        "fuehrungszeugnis/service.toml",
        "\nretention",
        "\npay = [\"card\"]\nretention",
    );
    assert!(prepared.contains("takes no fee here"), "{prepared}");
}

#[test]
fn only_what_costs_something_is_paid() {
    let service = service("sperrmuell");
    let mut answers = service.blank(None);
    let fields = [("things", "Ein Sofa"), ("electric", "Nein"), ("volume", "more")];
    for (field, text) in fields {
        service.enter(&mut answers, service.field_named(field).unwrap(), text);
    }
    assert_eq!(service.to_pay(&answers), Some(2500));
    service.enter(&mut answers, service.field_named("volume").unwrap(), "little");
    assert_eq!((service.fee(&answers), service.to_pay(&answers)), (Some(0), None));
    // Where a fee is paid later, nothing is to be paid here.
    let later = self::service("fuehrungszeugnis");
    assert_eq!(later.to_pay(&later.blank(None)), None);
}

#[test]
fn the_receipt_tells_how_it_was_paid_in_every_language() {
    for language in Language::ALL {
        for state in [
            by_card(),
            PaymentState::Counter,
            PaymentState::Invoice,
            PaymentState::Unclear,
        ] {
            let (label, value) = told(&receipt(state, "", language));
            assert!(
                !label.is_empty() && value.contains("20"),
                "{language:?} {label}: {value}"
            );
            assert!(!value.contains('{'), "{value}");
        }
        let (_, value) = told(&receipt(by_card(), "", language));
        assert!(value.contains("girocard") && value.contains("0017"), "{value}");
    }
    let (label, value) = told(&receipt(by_card(), "", Language::German));
    assert_eq!(label, "Bezahlung");
    assert_eq!(
        value,
        "20,00 € bezahlt mit girocard, 23. November 2026, 9:04 Uhr, Beleg 0017"
    );
}

#[test]
fn the_terminals_slip_stands_on_the_receipt_line_by_line() {
    let document = receipt(
        by_card(),
        "  Kartenzahlung\r\n\n  girocard   \n  EUR 20,00",
        Language::German,
    );
    let slip = document.blocks.iter().find_map(|block| match block {
        Block::Paragraph(text) if text.expose().contains("Kartenzahlung") => Some(text.expose()),
        _ => None,
    });
    assert_eq!(slip, Some("  Kartenzahlung\n  girocard\n  EUR 20,00\n"));
    let headed = document
        .blocks
        .iter()
        .any(|block| matches!(block, Block::Heading { text, .. } if text.expose() == "Beleg der Kartenzahlung"));
    assert!(headed);
}

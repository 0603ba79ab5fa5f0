//! What a receipt says of itself: what the fee is made of, that it is a copy, how it is told from a forged one.
#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test says so by failing"
)]
mod common;

use catalogue::{Filing, Service, bundled};
use common::{alone, enter, filing};
use drivers_api::document::{Block, Document, FeeLine};
use drivers_api::language::Language;

fn receipt_of(service: &Service, fields: &[(&str, &str)], filing: &Filing, language: Language) -> Document {
    let mut answers = service.blank(None);
    for (field, text) in fields {
        enter(service, &mut answers, field, text);
    }
    let declaration = service.declaration(&answers, language);
    service.receipt(&answers, &declaration, filing, language)
}

fn fees(document: &Document) -> Vec<String> {
    let told = |line: &FeeLine| {
        let vat = line.vat.as_ref().map_or_else(String::new, |vat| format!(" ({vat})"));
        let total = if line.is_total { " =" } else { "" };
        format!("{} {}{vat}{total}", line.label, line.amount.expose())
    };
    let lines = document.blocks.iter().filter_map(|block| match block {
        Block::Fees(lines) => Some(lines),
        _ => None,
    });
    lines.flatten().map(told).collect()
}

#[test]
fn a_fee_of_several_parts_is_told_part_by_part() {
    let told = |id: &str, fields: &[(&str, &str)], language| fees(&receipt_of(&alone(id), fields, &filing(), language));
    // One part says no more than the table of facts.
    assert!(told("meldebescheinigung", &[("copies", "1")], Language::German).is_empty());
    assert_eq!(
        told("meldebescheinigung", &[("copies", "3")], Language::German),
        ["Meldebescheinigung: 3 × 10,00 € 30,00 €"]
    );
    let certificates = |purpose| {
        [
            ("kind", "birth"),
            ("birth_of", "self"),
            ("purpose", purpose),
            ("copies", "3"),
        ]
    };
    assert_eq!(
        told("urkunden", &certificates("personal"), Language::English),
        [
            "Birth, marriage or death certificate: 1 × €10.00 €10.00",
            "Birth, marriage or death certificate: 2 × €5.00 €10.00",
            "Total €20.00 ="
        ]
    );
    // Whoever is exempt pays for no part.
    assert!(told("urkunden", &certificates("benefits"), Language::German).is_empty());
}

#[test]
fn the_tax_in_a_fee_is_told_to_the_cent() {
    let mut taxed = bundled::small(&["sperrmuell"]);
    common::edit(
        &mut taxed,
        "sperrmuell/service.toml",
        "cents = 2500",
        "cents = 2499\nvat = 19",
    );
    let service = common::whole(&taxed, "sperrmuell");
    let mut answers = service.blank(None);
    for (field, text) in [("electric", "false"), ("volume", "more")] {
        enter(&service, &mut answers, field, text);
    }
    assert_eq!(service.fee_tax_percent(&answers), 19);
    let told = fees(&receipt_of(
        &service,
        &[("electric", "false"), ("volume", "more")],
        &filing(),
        Language::German,
    ));
    assert_eq!(told, ["Sperrmüll abholen lassen 24,99 € (19 %: 3,99 €)"]);
    assert!(
        fees(&receipt_of(
            &service,
            &[("electric", "false"), ("volume", "little")],
            &filing(),
            Language::German
        ))
        .is_empty()
    );
    let wrong = common::mistake("sperrmuell/service.toml", "cents = 2500", "cents = 2500\nvat = 190");
    assert!(
        wrong.contains("`vat` in") && wrong.contains("outside 0 to 50"),
        "{wrong}"
    );
}

#[test]
fn a_copy_says_so_below_its_title_in_every_language() {
    let service = alone("meldebescheinigung");
    for language in Language::ALL {
        let copy = Filing {
            is_copy: true,
            ..filing()
        };
        let [first, second] = [filing(), copy].map(|filing| receipt_of(&service, &[], &filing, language));
        assert_eq!(first.blocks.len() + 1, second.blocks.len());
        let [Block::Heading { level: 1, .. }, Block::Notice(notice), ..] = second.blocks.as_slice() else {
            panic!("{language:?}");
        };
        assert!(notice.expose().len() > 10, "{language:?}");
    }
}

/// The codes with what they are encoded as.
fn codes(document: &Document) -> Vec<(&str, &str)> {
    let codes = document.blocks.iter().filter_map(|block| match block {
        Block::Code { text, qr, .. } => Some((text.as_str(), qr.as_str())),
        _ => None,
    });
    codes.collect()
}

#[test]
fn a_receipt_can_be_checked_where_the_town_has_an_address() {
    let service = alone("meldebescheinigung");
    for language in Language::ALL {
        let document = receipt_of(&service, &[], &filing(), language);
        assert_eq!(
            codes(&document),
            [
                ("K7QF-2M9X-4TB", "SCHALTER:1:K7QF-2M9X-4TB"),
                (
                    "7Q2F-K9M4-XTB1-8RDA",
                    "https://schalter.musterstadt.example/verify/7Q2F-K9M4-XTB1-8RDA"
                )
            ]
        );
        let note = document.blocks.iter().any(|block| {
            matches!(block, Block::Paragraph(text) if text.expose().contains("schalter.musterstadt.example/verify"))
        });
        assert!(note, "{language:?}");
    }
    let without = Filing {
        check: None,
        ..filing()
    };
    let document = receipt_of(&service, &[], &without, Language::German);
    assert_eq!(codes(&document).len(), 1);
    let headings = document.blocks.iter().filter_map(|block| match block {
        Block::Heading { text, .. } => Some(text.expose()),
        _ => None,
    });
    assert!(!headings.collect::<Vec<_>>().contains(&"Ist dieses Papier echt?"));
}

#[test]
fn where_receipts_are_checked_is_an_https_address() {
    let told = |address: &str| {
        let files = common::changed("town.toml", |text| {
            text.replace("https://schalter.musterstadt.example/verify/", address)
        });
        let loaded = catalogue::Catalogue::load(&files);
        loaded
            .ok()
            .and_then(|loaded| Some(loaded.catalogue.town().check_receipts_at()?.to_owned()))
    };
    assert_eq!(
        told("https://a.example:8443/verify").as_deref(),
        Some("https://a.example:8443/verify/")
    );
    for wrong in [
        "http://a.example/verify/",
        "a.example",
        "https://",
        "https:///verify/",
        "https://ä.example/",
        "https://a.example/?code=",
        &format!("https://{}.example/", "a".repeat(100)),
    ] {
        assert_eq!(told(wrong), None, "{wrong}");
    }
}

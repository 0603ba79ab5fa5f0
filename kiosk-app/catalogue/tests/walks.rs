//! Every way through the bundled service, walked forward and back with Erika Mustermann's card.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Answers, Catalogue, PageIndex, Problem, Service};
use common::{changed, enter, erika, service, stored};
use drivers_api::card::{DataGroup, GroupContent, PartialDate, Place};
use drivers_api::language::Language;

fn page(service: &Service, name: &str) -> PageIndex {
    service.page_named(name).unwrap()
}

/// What a citizen types on each page.
fn answer_page(service: &Service, answers: &mut Answers, name: &str, kind: &str, purpose: &str, delivery: &str) {
    match name {
        "kind" => enter(service, answers, "kind", kind),
        "extra" => enter(service, answers, "marital_status", "true"),
        "purpose" => enter(service, answers, "purpose", purpose),
        "other_purpose" => enter(service, answers, "other_purpose", "Prüfung"),
        "delivery" => enter(service, answers, "delivery", delivery),
        "other_address" => enter(service, answers, "other_street", "Marktplatz 1"),
        "person" | "copies" => {}
        other => panic!("a page the test doesn't know: {other}"),
    }
}

#[test]
fn every_way() {
    let service = service();
    let mut ways = std::collections::BTreeSet::new();
    for kind in ["simple", "extended"] {
        for purpose in ["bank", "employer", "authority", "abroad", "other"] {
            for delivery in ["registered_address", "other_address", "counter"] {
                let mut expected = vec!["kind"];
                expected.extend((kind == "extended").then_some("extra"));
                expected.push("purpose");
                expected.extend((purpose == "other").then_some("other_purpose"));
                expected.extend(["person", "delivery"]);
                expected.extend((delivery == "other_address").then_some("other_address"));
                expected.push("copies");
                let expected_pages: Vec<PageIndex> = expected.iter().map(|name| page(&service, name)).collect();

                let mut answers = service.prefill(&erika(), None);
                let mut walked = Vec::new();
                let mut at = service.next_page(None, &answers);
                while let Some(current) = at {
                    let name = expected[walked.len()];
                    assert_eq!(current, page(&service, name));
                    assert_eq!(service.previous_page(Some(current), &answers), walked.last().copied());
                    answer_page(&service, &mut answers, name, kind, purpose, delivery);
                    assert!(service.check_page(current, &answers).is_empty(), "{name}");
                    walked.push(current);
                    at = service.next_page(Some(current), &answers);
                }
                assert_eq!(walked, expected_pages);
                assert_eq!(service.path(&answers), expected_pages);
                assert_eq!(service.first_incomplete(&answers), None);
                let mut back = Vec::new();
                let mut at = service.previous_page(None, &answers);
                while let Some(current) = at {
                    back.push(current);
                    at = service.previous_page(Some(current), &answers);
                }
                back.reverse();
                assert_eq!(back, expected_pages);
                let sections: Vec<PageIndex> = service
                    .declaration(&answers, Language::German)
                    .sections
                    .iter()
                    .filter_map(|part| part.page) // what the card confirmed has none
                    .collect();
                assert_eq!(sections, expected_pages);
                ways.insert(expected);
            }
        }
    }
    assert_eq!(ways.len(), 8);
}

#[test]
fn the_path_ends_where_an_answer_is_missing() {
    let service = service();
    let mut answers = service.prefill(&erika(), None);
    assert_eq!(service.path(&answers), [page(&service, "kind")]);
    assert_eq!(service.first_incomplete(&answers), Some(page(&service, "kind")));
    let kind = service.field_named("kind").unwrap();
    assert_eq!(
        service.check_page(page(&service, "kind"), &answers),
        [(kind, Problem::NotChosen)]
    );
    enter(&service, &mut answers, "kind", "simple");
    assert_eq!(
        service.path(&answers),
        [page(&service, "kind"), page(&service, "purpose")]
    );
    assert_eq!(service.first_incomplete(&answers), Some(page(&service, "purpose")));
}

#[test]
fn pruning_drops_what_became_unreachable() {
    let service = service();
    let mut answers = service.prefill(&erika(), None);
    for (field, text) in [("kind", "extended"), ("marital_status", "true"), ("purpose", "other")] {
        enter(&service, &mut answers, field, text);
    }
    enter(&service, &mut answers, "other_purpose", "Prüfung");
    enter(&service, &mut answers, "delivery", "other_address");
    enter(&service, &mut answers, "other_city", "Bonn");
    enter(&service, &mut answers, "kind", "simple");
    enter(&service, &mut answers, "purpose", "bank");
    enter(&service, &mut answers, "delivery", "counter");
    let before = service.submission(&answers);
    service.prune(&mut answers);
    for field in ["marital_status", "other_purpose", "other_city"] {
        assert_eq!(stored(&service, &answers, field), None, "{field}");
    }
    for (field, text) in [
        ("kind", "simple"),
        ("purpose", "bank"),
        ("family_names", "Mustermann"),
        ("copies", "1"),
    ] {
        assert_eq!(stored(&service, &answers, field), Some(text), "{field}");
    }
    // Stale answers were invisible before, too.
    assert_eq!(service.submission(&answers).expose(), before.expose());
    assert!(!String::from_utf8_lossy(before.expose()).contains("Bonn"));
}

#[test]
fn pruning_after_every_page_keeps_the_card() {
    let service = service();
    let mut answers = service.prefill(&erika(), None);
    for (field, text) in [("kind", "simple"), ("purpose", "bank"), ("delivery", "counter")] {
        service.prune(&mut answers);
        enter(&service, &mut answers, field, text);
    }
    service.prune(&mut answers);
    enter(&service, &mut answers, "delivery", "other_address");
    assert_eq!(service.first_incomplete(&answers), None);
    assert_eq!(stored(&service, &answers, "family_names"), Some("Mustermann"));
    assert_eq!(stored(&service, &answers, "other_street"), Some("Heidestraße 17"));
}

#[test]
fn pruning_keeps_what_is_still_open() {
    let service = service();
    let mut answers = service.blank(None);
    // Typed without a card, then the first answer is taken back: the rest may still be needed.
    for (field, text) in [
        ("kind", "extended"),
        ("marital_status", "true"),
        ("purpose", "other"),
        ("birth_name", "Gabler"),
    ] {
        enter(&service, &mut answers, field, text);
    }
    enter(&service, &mut answers, "other_purpose", "Prüfung");
    enter(&service, &mut answers, "kind", "");
    service.prune(&mut answers);
    assert_eq!(service.path(&answers).len(), 1);
    for (field, text) in [
        ("marital_status", "true"),
        ("other_purpose", "Prüfung"),
        ("birth_name", "Gabler"),
    ] {
        assert_eq!(stored(&service, &answers, field), Some(text), "{field}");
    }
}

#[test]
fn the_card_can_be_corrected_only_where_the_definition_says_so() {
    let service = service();
    let mut answers = service.prefill(&erika(), None);
    let from_card = |answers: &Answers, name: &str| answers.get(service.field_named(name).unwrap()).unwrap().from_card;
    enter(&service, &mut answers, "family_names", "Müller");
    enter(&service, &mut answers, "birth_name", "Müller");
    assert_eq!(stored(&service, &answers, "family_names"), Some("Mustermann"));
    assert_eq!(stored(&service, &answers, "birth_name"), Some("Gabler"));
    assert!(from_card(&answers, "family_names"));
    // Typing the same again keeps the mark; a change clears it.
    enter(&service, &mut answers, "other_city", "Köln");
    assert!(from_card(&answers, "other_city"));
    enter(&service, &mut answers, "other_city", "Bonn");
    assert!(!from_card(&answers, "other_city"));
    enter(&service, &mut answers, "other_city", "");
    assert_eq!(stored(&service, &answers, "other_city"), None);
    // What the card left blank can be typed.
    let doctorate = service.field_named("academic_title").unwrap();
    assert!(service.editable(doctorate, &answers) && !service.field(doctorate).correctable());
    enter(&service, &mut answers, "academic_title", "Dr.");
    assert!(!from_card(&answers, "academic_title"));
}

#[test]
fn a_card_without_address_is_no_dead_end() {
    let service = service();
    let mut person = erika();
    let none = Place::NoPlace("keine Wohnung in Deutschland".into());
    person
        .groups
        .insert(DataGroup::PlaceOfResidence, GroupContent::Place(none));
    person.groups.remove(&DataGroup::BirthName);
    let mut answers = service.prefill(&person, None);
    let person_page = page(&service, "person");
    let problems = service.check_page(person_page, &answers);
    assert_eq!(problems.len(), 3);
    for (field, text) in [("street", "Heidestraße 17"), ("zip", "5114"), ("city", "Köln\u{202E}")] {
        enter(&service, &mut answers, field, text);
    }
    let problems: Vec<Problem> = service
        .check_page(person_page, &answers)
        .into_iter()
        .map(|(_, why)| why)
        .collect();
    assert_eq!(problems, [Problem::NotDigits { count: 5 }, Problem::BadCharacter]);
    enter(&service, &mut answers, "zip", "51147");
    enter(&service, &mut answers, "city", "Köln");
    assert!(service.check_page(person_page, &answers).is_empty());
}

#[test]
fn a_card_s_odd_content_is_shown_and_harmless() {
    let service = service();
    let mut person = erika();
    let born = PartialDate {
        year: Some(1964),
        month: None,
        day: None,
    };
    person.groups.insert(DataGroup::DateOfBirth, GroupContent::Date(born));
    person
        .groups
        .insert(DataGroup::FamilyNames, common::text("Muster\u{202E}mann\0"));
    person
        .groups
        .insert(DataGroup::GivenNames, common::text(&"É".repeat(5_000)));
    let answers = service.prefill(&person, None);
    assert_eq!(
        stored(&service, &answers, "family_names"),
        Some("Muster\u{FFFD}mann\u{FFFD}")
    );
    assert_eq!(stored(&service, &answers, "date_of_birth"), Some("1964-XX-XX"));
    assert_eq!(
        stored(&service, &answers, "given_names").unwrap().chars().count(),
        catalogue::ANSWER_CHARS_MAX
    );
    let born = service.field_named("date_of_birth").unwrap();
    let shown = service.value_text(born, &answers, Language::German);
    assert_eq!(shown.expose(), "1964 (Tag und Monat unbekannt)");
    assert!(service.check_page(page(&service, "person"), &answers).is_empty());
    let impossible = PartialDate {
        year: Some(1964),
        month: Some(2),
        day: Some(31),
    };
    person
        .groups
        .insert(DataGroup::DateOfBirth, GroupContent::Date(impossible));
    assert_eq!(stored(&service, &service.prefill(&person, None), "date_of_birth"), None);
}

#[test]
fn input_is_checked_and_bounded() {
    let service = service();
    let mut answers = service.blank(None);
    let check = |answers: &Answers, page_name: &str| service.check_page(page(&service, page_name), answers);
    enter(&service, &mut answers, "kind", "simple");
    enter(&service, &mut answers, "purpose", "other");
    for (text, problem) in [
        ("Ĝiĥ-Þórð ẞ", None),
        ("  ", Some(Problem::Missing)),
        ("a😀", Some(Problem::BadCharacter)),
        ("a\0", Some(Problem::BadCharacter)),
        ("\u{200F}abc", Some(Problem::BadCharacter)),
        (&"x".repeat(121), Some(Problem::TooLong { max: 120 })),
        (&"x".repeat(100_000), Some(Problem::TooLong { max: 120 })),
    ] {
        enter(&service, &mut answers, "other_purpose", text);
        let problems = check(&answers, "other_purpose");
        assert_eq!(problems.first().map(|(_, why)| *why), problem);
        assert!(stored(&service, &answers, "other_purpose").unwrap().chars().count() <= catalogue::ANSWER_CHARS_MAX);
    }
    let limits = Problem::OutOfRange { min: 1, max: 5 };
    for (text, problem) in [
        ("5", None),
        ("0", Some(limits)),
        ("06", Some(limits)),
        ("1.5", Some(Problem::NotANumber)),
        ("", Some(Problem::Missing)),
    ] {
        enter(&service, &mut answers, "copies", text);
        assert_eq!(
            check(&answers, "copies").first().map(|(_, why)| *why),
            problem,
            "{text}"
        );
    }
    enter(&service, &mut answers, "delivery", "pigeon");
    assert_eq!(check(&answers, "delivery")[0].1, Problem::NotAChoice);
    for language in Language::ALL {
        assert!(limits.text(language).contains('5'));
        assert_eq!(service.problem_text(&limits, language), limits.text(language));
    }
    let debug = format!("{answers:?}");
    assert_eq!(debug, "[4 answers]");
}

/// A field for a bank account takes it as it stands on the card, and refuses a slip.
#[test]
fn a_bank_account_is_checked_and_sent_in_one_piece() {
    let fim = "fim = \"schalter.meldebescheinigung.other_purpose\"";
    let files = changed("meldebescheinigung/service.toml", |text| {
        let from = format!("kind = \"text\"\nmax_chars = 120\n{fim}");
        assert!(text.contains(&from));
        text.replacen(&from, &format!("kind = \"iban\"\n{fim}"), 1)
    });
    let loaded = Catalogue::load(&files).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    let service = loaded.catalogue.service(&"meldebescheinigung".into()).unwrap();
    let mut answers = service.blank(None);
    enter(service, &mut answers, "kind", "simple");
    enter(service, &mut answers, "purpose", "other");
    let page = service.page_named("other_purpose").unwrap();
    let field = service.page(page).fields()[0];
    for slip in ["DE89 3704 0044 0532 0130 01", "DE89 3704", "Sparkasse"] {
        service.enter(&mut answers, field, slip);
        assert_eq!(
            service.check_page(page, &answers),
            [(field, Problem::NotAnIban)],
            "{slip}"
        );
    }
    service.enter(&mut answers, field, "de89 3704 0044 0532 0130 00");
    assert_eq!(service.check_page(page, &answers), []);
    assert_eq!(
        service.input_text(field, &answers).expose(),
        "DE89 3704 0044 0532 0130 00"
    );
    let submission = serde_json::from_slice::<serde_json::Value>(service.submission(&answers).expose()).unwrap();
    assert_eq!(
        submission["schalter.meldebescheinigung.other_purpose"],
        "DE89370400440532013000"
    );
}

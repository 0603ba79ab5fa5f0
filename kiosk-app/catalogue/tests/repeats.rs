//! Pages that are answered several times, days and amounts.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Answers, Problem, Service};
use common::ferienpass::{DAY, ferienpass, two};
use common::{enter, stored};
use drivers_api::language::Language;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

fn submitted(service: &Service, answers: &Answers) -> Value {
    let json: Value = serde_json::from_slice(service.submission(answers).expose()).unwrap();
    json
}

fn pages(service: &Service, answers: &Answers) -> Vec<String> {
    let path = service.path(answers).into_iter();
    path.map(|page| service.page(page).title(Language::German).to_owned())
        .collect()
}

#[test]
fn a_list_is_asked_for_and_sent_as_a_list() {
    let service = ferienpass();
    let answers = two(&service);
    assert_eq!(
        pages(&service, &answers),
        [
            "Bekommen Sie Hilfe?",
            "1. Kind",
            "Gibt es noch ein Kind?",
            "2. Kind",
            "Schule des 2. Kindes",
            "Gibt es noch ein Kind?",
            "Wie viel verdienen Sie?",
            "Wie viele Pässe?"
        ]
    );
    let json = submitted(&service, &answers);
    assert_eq!(
        json["schalter.ferienpass.children"],
        json!([
            { "schalter.ferienpass.child.name": "Max", "schalter.ferienpass.child.born": "2018-05-01" },
            {
                "schalter.ferienpass.child.name": "Lena",
                "schalter.ferienpass.child.born": "2009-05-01",
                "schalter.ferienpass.child.pupil": true,
                "schalter.ferienpass.child.school": "Waldschule",
            },
        ])
    );
    assert_eq!(json["schalter.ferienpass.income"], json!(1250.5));
    assert_eq!(json["schalter.ferienpass.passes"], json!(3));
    let schema = service.schema();
    let list = &schema["properties"]["schalter.ferienpass.children"];
    assert_eq!(
        (
            list["maxItems"].as_u64(),
            list["items"]["required"].as_array().map(Vec::len)
        ),
        (Some(3), Some(2))
    );
    let sections = service.declaration(&answers, Language::German).sections;
    let asked: Vec<&str> = sections.iter().map(|section| section.title.as_str()).collect();
    // That there is another one, the next section says.
    assert_eq!(
        asked.iter().filter(|title| **title == "Gibt es noch ein Kind?").count(),
        1
    );
}

#[test]
fn after_the_last_that_may_be_nobody_is_asked() {
    let service = ferienpass();
    let mut answers = two(&service);
    enter(&service, &mut answers, "children#2", "true");
    enter(&service, &mut answers, "name#3", "Ĝiĥ-Þórð");
    enter(&service, &mut answers, "born#3", "2.2.2020");
    assert_eq!(service.first_incomplete(&answers), None);
    assert!(service.field_named("children#3").is_none());
    assert_eq!(
        submitted(&service, &answers)["schalter.ferienpass.children"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn an_entry_can_be_left_out() {
    let service = ferienpass();
    let mut answers = two(&service);
    let first = service.page_named("child#1").unwrap();
    assert!(service.can_leave_out(first, &answers));
    let next = service.leave_out(&mut answers, first).unwrap();
    assert_eq!(service.page(next).title(Language::German), "Gibt es noch ein Kind?");
    assert_eq!(stored(&service, &answers, "name#1"), Some("Lena"));
    assert_eq!(stored(&service, &answers, "school_name#1"), Some("Waldschule"));
    assert_eq!(stored(&service, &answers, "children#1"), Some("false"));
    assert_eq!(stored(&service, &answers, "name#2"), None);
    assert_eq!(service.first_incomplete(&answers), None);
    assert_eq!(
        submitted(&service, &answers)["schalter.ferienpass.children"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // The last one stays, and other pages are no entries.
    assert!(!service.can_leave_out(first, &answers));
    assert_eq!(service.leave_out(&mut answers, first), None);
    assert!(!service.can_leave_out(service.page_named("passes").unwrap(), &answers));
}

#[test]
fn what_a_no_makes_superfluous_is_never_sent() {
    let service = ferienpass();
    let mut answers = two(&service);
    enter(&service, &mut answers, "children#1", "false");
    assert_eq!(
        submitted(&service, &answers)["schalter.ferienpass.children"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    service.prune(&mut answers);
    assert_eq!(stored(&service, &answers, "name#2"), None);
}

#[test]
fn days_have_limits() {
    let service = ferienpass();
    let mut answers = two(&service);
    let page = service.page_named("child#1").unwrap();
    let problem = |answers: &Answers| service.check_page(page, answers).first().map(|(_, problem)| *problem);
    enter(&service, &mut answers, "born#1", "25.11.2026");
    assert_eq!(problem(&answers), Some(Problem::TooLate { last: DAY }));
    enter(&service, &mut answers, "born#1", "23.11.2008");
    let first = date(2008, 11, 24);
    assert_eq!(problem(&answers), Some(Problem::TooEarly { first }));
    let told = service.problem_text(&Problem::TooEarly { first }, Language::German);
    assert_eq!(told, "Bitte geben Sie einen Tag ab dem 24. November 2008 ein.");
    // A clock that isn't set refuses nobody.
    let mut unset = service.blank(None);
    enter(&service, &mut unset, "name#1", "Max");
    enter(&service, &mut unset, "born#1", "1.1.1900");
    assert_eq!(service.check_page(page, &unset), []);
}

#[test]
fn formats_are_checked() {
    let service = ferienpass();
    let mut answers = two(&service);
    let page = service.page_named("passes").unwrap();
    for (field, good, bad, problem) in [
        (
            "mail",
            "erika.mustermann@post.example",
            "erika@post",
            Problem::NotAnEmail,
        ),
        ("plate", "K-AB 1234E", "K-1234", Problem::NotAPlate),
        ("phone", "+49 (228) 123-456", "null", Problem::NotAPhone),
        ("passes", "5", "6", Problem::OutOfRange { min: 1, max: 5 }),
    ] {
        enter(&service, &mut answers, field, bad);
        let found: Vec<Problem> = service
            .check_page(page, &answers)
            .into_iter()
            .map(|(_, problem)| problem)
            .collect();
        assert_eq!(found, [problem]);
        enter(&service, &mut answers, field, good);
        assert_eq!(service.check_page(page, &answers), []);
    }
    let income = service.page_named("income").unwrap();
    for (text, fine) in [
        ("0", true),
        ("12,5", true),
        ("12.50", true),
        ("1.200", true),
        ("20.000,00 €", true),
        ("20.000,01", false),
        ("12,505", false),
        ("1.20.000", false),
        ("-5", false),
        ("zwölf", false),
        (",50", false),
    ] {
        enter(&service, &mut answers, "income", text);
        assert_eq!(service.check_page(income, &answers).is_empty(), fine, "{text}");
    }
}

proptest! {
    /// Whatever is answered, what is sent fits its schema's shape, and nothing of what is off the path is in it.
    #[test]
    fn any_answers(texts in prop::collection::vec(("[a-z]{1,3}|true|false|[0-9.,]{1,9}|1\\.5\\.20[01][0-9]", 0_usize..40), 0..60), left_out in prop::collection::vec(0_usize..40, 0..4)) {
        let service = ferienpass();
        let mut answers = service.blank(Some(DAY));
        for (text, field) in &texts {
            service.enter(&mut answers, field % service.field_count(), text);
        }
        for page in left_out {
            let before = submitted(&service, &answers)["schalter.ferienpass.children"].as_array().map(Vec::len);
            let page = page % service.page_count();
            if service.can_leave_out(page, &answers) {
                prop_assert!(service.leave_out(&mut answers, page).is_some());
                prop_assert!(submitted(&service, &answers)["schalter.ferienpass.children"].as_array().map(Vec::len) <= before);
            }
        }
        let json = submitted(&service, &answers);
        let known = service.schema()["properties"].as_object().unwrap().clone();
        for (key, value) in json.as_object().unwrap() {
            prop_assert!(known.contains_key(key), "{}", key);
            if let Some(list) = value.as_array().filter(|_| key == "schalter.ferienpass.children") {
                prop_assert!((1..=3).contains(&list.len()));
            }
        }
        service.prune(&mut answers);
        prop_assert_eq!(submitted(&service, &answers), json);
        drop(service.declaration(&answers, Language::German));
    }
}

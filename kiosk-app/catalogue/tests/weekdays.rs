//! A date that falls on days of the week which another answer names: the lorry that comes into a street on Tuesdays.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Answers, Catalogue, Edition, Problem, Service, bundled, changes};
use common::{alone, enter, mistake, stored};
use drivers_api::language::Language;
use jiff::civil::date;
use std::sync::Arc;

fn sperrmuell() -> Arc<Service> {
    alone("sperrmuell")
}

/// The problem with that day, on Tuesday, 24 November 2026.
fn problem(service: &Service, answers: &mut Answers, day: &str) -> Option<Problem> {
    let field = service.field_named("from_day").unwrap();
    enter(service, answers, "from_day", day);
    let page = service.path(answers).into_iter().find(|page| {
        let fields = service.page(*page).fields();
        fields.contains(&field)
    });
    let problems = service.check_page(page.unwrap(), answers);
    problems
        .into_iter()
        .find(|(at, _)| *at == field)
        .map(|(_, problem)| problem)
}

fn begun(service: &Service, street: &str) -> Answers {
    let mut answers = service.blank(Some(date(2026, 11, 24)));
    for (field, text) in [
        ("things", "ein Sofa"),
        ("electric", "false"),
        ("volume", "little"),
        ("street", street),
        ("zip", "12345"),
    ] {
        enter(service, &mut answers, field, text);
    }
    answers
}

#[test]
fn the_lorry_comes_on_tuesdays() {
    let service = sperrmuell();
    let mut answers = begun(&service, "Hauptstr. 3");
    assert_eq!(stored(&service, &answers, "day"), Some("tuesday"));
    let day = service.field_named("day").unwrap();
    assert!(!service.editable(day, &answers), "nobody is asked what the town knows");
    assert_eq!(
        service.value_text(day, &answers, Language::German).expose(),
        "dienstags"
    );
    let offered = [date(2026, 12, 8), date(2026, 12, 15), date(2026, 12, 22)].map(Some);
    let wrong = problem(&service, &mut answers, "3.12.2026").unwrap();
    assert_eq!(wrong, Problem::WrongWeekday { days: offered });
    for (language, told) in [
        (
            Language::German,
            "An diesem Tag geht es leider nicht. Diese Tage gehen zum Beispiel: 8. Dezember 2026, 15. Dezember 2026, 22. Dezember 2026.",
        ),
        (
            Language::English,
            "That day is not possible. These days are, for example: 8 December 2026, 15 December 2026, 22 December 2026.",
        ),
    ] {
        assert_eq!(service.problem_text(&wrong, language), told);
    }
    for language in Language::ALL {
        let told = service.problem_text(&wrong, language);
        assert!(told.contains("2026") && !told.contains('{'), "{told}");
    }
    assert_eq!(problem(&service, &mut answers, "8.12.2026"), None);
    // The last Tuesday of three months is the 23rd of February.
    assert_eq!(
        problem(&service, &mut answers, "24.2.2027"),
        Some(Problem::WrongWeekday {
            days: [Some(date(2027, 2, 23)), None, None]
        })
    );
    // Too early is told first.
    assert!(matches!(
        problem(&service, &mut answers, "26.11.2026"),
        Some(Problem::TooEarly { .. })
    ));
    // Another house of the same town has another day.
    assert_eq!(problem(&service, &mut answers, "8.12.2026"), None);
    enter(&service, &mut answers, "street", "Hauptstraße 61");
    assert_eq!(stored(&service, &answers, "day"), Some("wednesday"));
    assert!(problem(&service, &mut answers, "8.12.2026").is_some());
    assert_eq!(problem(&service, &mut answers, "9.12.2026"), None);
    assert_eq!(service.check_page(0, &answers), []);
}

#[test]
fn a_street_that_the_town_doesn_t_know_is_asked_for() {
    let service = sperrmuell();
    let mut answers = begun(&service, "Neubaugebiet 3");
    let day = service.field_named("day").unwrap();
    assert_eq!(stored(&service, &answers, "day"), None);
    assert!(service.editable(day, &answers));
    assert_eq!(
        problem(&service, &mut answers, "3.12.2026"),
        None,
        "nothing is said yet"
    );
    enter(&service, &mut answers, "day", "unknown");
    assert_eq!(problem(&service, &mut answers, "3.12.2026"), None, "any day will do");
    enter(&service, &mut answers, "day", "friday");
    assert!(problem(&service, &mut answers, "3.12.2026").is_some());
    assert_eq!(problem(&service, &mut answers, "4.12.2026"), None);
    assert_eq!(problem(&service, &mut answers, "morgen"), Some(Problem::NotADate));
}

#[test]
fn several_days_and_no_clock() {
    let files = || {
        let mut files = bundled::small(&["sperrmuell"]);
        for file in &mut files {
            file.text = file.text.replace("thursday", "tuesday_friday");
        }
        files
    };
    let loaded = Catalogue::load(&files()).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    let service = loaded.catalogue.service(&"sperrmuell".into()).unwrap();
    let mut answers = begun(service, "Bahnhofstraße 30");
    assert_eq!(stored(service, &answers, "day"), Some("tuesday_friday"));
    let days = [date(2026, 12, 4), date(2026, 12, 8), date(2026, 12, 11)].map(Some);
    assert_eq!(
        problem(service, &mut answers, "3.12.2026"),
        Some(Problem::WrongWeekday { days })
    );
    // A terminal that doesn't know what day it is still knows the days of the week.
    let mut answers = service.blank(None);
    for (field, text) in [
        ("electric", "false"),
        ("volume", "little"),
        ("street", "Bahnhofstraße 30"),
    ] {
        enter(service, &mut answers, field, text);
    }
    enter(service, &mut answers, "things", "ein Sofa");
    enter(service, &mut answers, "zip", "12345");
    assert!(problem(service, &mut answers, "5.12.2026").is_some());
}

#[test]
fn mistakes_are_told() {
    for (from, to, what) in [
        (
            "weekday_from = \"day\"",
            "weekday_from = \"dei\"",
            "`dei` is no choice of days",
        ),
        (
            "weekday_from = \"day\"",
            "weekday_from = \"volume\"",
            "`volume` is no choice of days",
        ),
        (
            "kind = \"text\"\nmax_chars = 400",
            "kind = \"text\"\nweekday_from = \"day\"\nmax_chars = 400",
            "`weekday_from` is for a date",
        ),
    ] {
        let told = mistake("sperrmuell/service.toml", from, to);
        assert!(
            told.contains(what) && told.contains("sperrmuell/service.toml:"),
            "{what}\n{told}"
        );
    }
}

#[test]
fn a_reviewer_is_told() {
    let before = bundled::small(&["sperrmuell"]);
    let mut after = before.clone();
    for file in &mut after {
        file.text = file.text.replace("weekday_from = \"day\"\n", "");
    }
    let lines = changes(
        &Edition::of_folder(&before, |_| true),
        &Edition::of_folder(&after, |_| true),
    );
    let told = |line: &String| line.starts_with("sperrmuell: question ") && line.contains("weekday");
    assert!(lines.iter().any(told), "{lines:#?}");
}

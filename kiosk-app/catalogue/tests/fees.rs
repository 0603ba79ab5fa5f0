//! Fees, the days on which a service is offered, and what is told about mistakes in what is repeated and reckoned.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::Catalogue;
use common::ferienpass::{DAY, ferienpass, files, two};
use common::{edit, enter, told};
use drivers_api::language::Language;
use jiff::civil::date;

/// What the file says after a change.
fn fault(from: &str, to: &str) -> String {
    let mut files = files();
    edit(&mut files, "ferienpass/service.toml", from, to);
    told(&files)
}

#[test]
fn the_fee_follows_day_and_answers() {
    let service = ferienpass();
    let mut answers = two(&service);
    assert_eq!(service.fee(&answers), Some(2000));
    assert_eq!(
        service.fee_text(&answers, Language::German).unwrap(),
        "20,00 € zusammen"
    );
    let overview = |day| service.fee_overview(Some(day), Language::German).unwrap();
    assert_eq!(overview(DAY), "10,00 €, und 5,00 € für jeden weiteren");
    assert_eq!(overview(date(2027, 1, 1)), "12,00 €, und 7,00 € für jeden weiteren");
    enter(&service, &mut answers, "income", "1000,00");
    assert_eq!(service.fee(&answers), Some(0));
    assert_eq!(service.fee_text(&answers, Language::German).unwrap(), "Gebührenfrei");
    enter(&service, &mut answers, "benefits", "true");
    assert_eq!(service.fee(&answers), Some(0));
    // Not decided yet: it is said how it is reckoned.
    let blank = service.blank(Some(date(2027, 6, 1)));
    assert_eq!(service.fee(&blank), None);
    assert_eq!(
        service.fee_text(&blank, Language::German).unwrap(),
        overview(date(2027, 6, 1))
    );
    let told = service.declaration(&answers, Language::German);
    assert!(told.statement.ends_with("Gebühr: Gebührenfrei."), "{}", told.statement);
}

#[test]
fn a_service_is_offered_in_its_time() {
    let mut files = files();
    edit(
        &mut files,
        "ferienpass/service.toml",
        "[[fee]]",
        "[period]\nfrom = \"2027-06-01\"\nuntil = \"2027-07-31\"\n\n[[fee]]",
    );
    let catalogue = Catalogue::load(&files).unwrap().catalogue;
    for (day, offered) in [
        (date(2027, 5, 31), false),
        (date(2027, 6, 1), true),
        (date(2027, 7, 31), true),
        (date(2027, 8, 1), false),
    ] {
        let found = catalogue
            .offered(Some(day))
            .any(|service| service.id().as_str() == "ferienpass");
        assert_eq!(found, offered, "{day}");
    }
    assert!(
        fault(
            "[[fee]]",
            "[period]\nfrom = \"2027-06-01\"\nuntil = \"2027-05-31\"\n\n[[fee]]"
        )
        .contains("`until` is before `from`")
    );
}

/// What is replaced, by what, and what is told.
#[rustfmt::skip] // one mistake a line
const MISTAKES: &[(&str, &str, &str)] = &[
        ("max = 3", "", "service.toml:24: repeat \"children\" lacks `max`"),
        ("max = 3", "max = 21", "is 21, outside 2 to 20"),
        (
            "repeat = \"children\"",
            "repeat = \"kids\"",
            "there is no repeat `kids`",
        ),
        (
            "next = \"another\"",
            "next = \"passes\"",
            "`passes` leads out of the repeat",
        ),
        (
            "next = \"child\"",
            "next = \"school\"",
            "`school` is not the first page of its repeat",
        ),
        (
            "{ field = \"benefits\", equals = false }, page",
            "{ field = \"pupil\", equals = false }, page",
            "`pupil` is asked several times",
        ),
        (
            "fim = \"schalter.ferienpass.children\"",
            "fim = \"schalter.ferienpass.mail\"",
            "another field's fim id already",
        ),
        ("\"today - 18 years\"", "\"18 years ago\"", "`18 years ago` is no day"),
        ("at_most = 100000", "at_most = -1", "never has this value"),
        ("at_most = 100000", "equals = 5", "ask at_least or at_most"),
        (
            "before = \"today - 16 years\"",
            "at_least = 3",
            "ask about number and money",
        ),
        (
            "any = [{",
            "any = [{ not = { all = [{ field = \"benefits\", equals = true }, { not = { field = \"benefits\", equals = true } }] } }, {",
            "at most 4 in one another",
        ),
        (
            "any = [{ field = \"benefits\", equals = true }, ",
            "any = [",
            "`any` joins 1 conditions",
        ),
        (
            "times = \"passes\"",
            "times = \"income\"",
            "a fee can't be charged `income` times",
        ),
        ("from = \"2027-01-01\"", "", "the fees below this one are never charged"),
        ("from = \"2027-01-01\"", "from = \"today\"", "a day of the calendar"),
        (
            "format = \"plate\"",
            "format = \"number plate\"",
            "there is no format `number plate`",
        ),
        (
            "kind = \"money\"\nmin = 0",
            "kind = \"money\"\nmin = -5",
            "outside 0 to",
        ),
        (
            "id = \"passes\"\nnext",
            "id = \"another\"\nnext",
            "a page can't be called `another`",
        ),
];

#[test]
fn mistakes_are_told() {
    for (from, to, told) in MISTAKES {
        let found = fault(from, to);
        assert!(found.contains(told), "{to}: expected {told}, found\n{found}");
    }
}

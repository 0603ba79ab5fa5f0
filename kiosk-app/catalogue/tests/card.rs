//! What a service asks of the card: a service that only shows, and one whose card answers yes or no.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Answers, CardQuestion, Catalogue, Fault, Filing, Finish, Service, SourceFile};
use common::{edit, enter, faults, filing, with_jugendkarte};
use drivers_api::card::{Authenticity, DataGroup, PersonalData, ReadRequest, SpecialFunctions};
use drivers_api::document::Block;
use drivers_api::language::Language;
use serde_json::{Value, json};
use std::sync::Arc;

const PSEUDONYM: &str = "c0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ff";
const SERVICE: &str = "jugendkarte/service.toml";
const GERMAN: &str = "jugendkarte/texts.de.toml";
const SHOWN: &str = "ausweisdaten/service.toml";

fn named(id: &str) -> Arc<Service> {
    let loaded = Catalogue::load(&with_jugendkarte()).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    Arc::clone(loaded.catalogue.service(&id.into()).unwrap())
}

fn said(old_enough: Option<bool>, lives_there: Option<bool>, pseudonym: Option<&str>) -> PersonalData {
    PersonalData {
        authenticity: Authenticity::ChipTrusted,
        groups: [].into(),
        functions: SpecialFunctions {
            old_enough,
            lives_there,
            pseudonym: pseudonym.map(Into::into),
        },
    }
}

fn filled(service: &Service, person: &PersonalData) -> Answers {
    let mut answers = service.prefill(person, None);
    for (field, text) in [("wish", "bus"), ("school", "Gesamtschule"), ("by_post", "true")] {
        enter(service, &mut answers, field, text);
    }
    service.prune(&mut answers);
    assert_eq!(service.first_incomplete(&answers), None);
    answers
}

fn json_of(service: &Service, answers: &Answers) -> Value {
    serde_json::from_slice(service.submission(answers).expose()).unwrap()
}

#[test]
fn the_request_is_what_the_definition_names() {
    let expected = ReadRequest {
        age_at_least: Some(16),
        municipality: Some("02760503150000".to_owned()),
        pseudonym: true,
        ..ReadRequest::default()
    };
    let service = named("jugendkarte");
    assert_eq!(service.read_request(), expected);
    assert!(service.needs_card() && service.data_groups().is_empty());
    assert_eq!(service.finish(), Finish::Submit);
    let shown = named("ausweisdaten");
    // German cards leave the last two free (TR-03127): nobody is told fifteen things and two that can't be.
    let expected = ReadRequest {
        groups: DataGroup::ALL
            .into_iter()
            .filter(|group| !matches!(group, DataGroup::PhoneNumber | DataGroup::EmailAddress))
            .collect(),
        ..ReadRequest::default()
    };
    assert_eq!(shown.read_request(), expected);
    assert_eq!(
        (
            shown.finish(),
            shown.page_count(),
            shown.fee_overview(None, Language::German)
        ),
        (Finish::Show, 0, None)
    );
    assert_eq!(named("meldebescheinigung").finish(), Finish::Submit);
}

#[test]
fn guards_follow_the_card() {
    let service = named("jugendkarte");
    let school = service.page_named("school").unwrap();
    let way = |person: &PersonalData| service.path(&filled(&service, person));
    assert!(!way(&said(Some(true), Some(true), None)).contains(&school));
    assert!(way(&said(Some(true), Some(false), None)).contains(&school));
    // Nothing is proven by a card that doesn't answer.
    assert!(way(&said(None, None, None)).contains(&school));
}

#[test]
fn a_no_leads_to_the_exit_only_where_the_definition_says_so() {
    let service = named("jugendkarte");
    let exit = |old_enough, lives_there| service.exit(&service.prefill(&said(old_enough, lives_there, None), None));
    assert_eq!(exit(Some(true), Some(false)), None);
    assert_eq!(exit(Some(false), Some(true)), Some(CardQuestion::OldEnough));
    assert_eq!(exit(None, Some(true)), Some(CardQuestion::OldEnough));
    let (title, text) = service.exit_page(CardQuestion::OldEnough, Language::English);
    assert_eq!(title, "The youth pass starts at 16");
    assert!(text.contains("parents"));
    assert_eq!(service.exit_page(CardQuestion::LivesThere, Language::German), ("", ""));
}

#[test]
fn the_submission_carries_the_answer_and_no_date() {
    let service = named("jugendkarte");
    let person = said(Some(true), Some(false), Some(PSEUDONYM));
    let json = json_of(&service, &filled(&service, &person));
    assert_eq!(json["schalter.card.old_enough"], json!(true));
    assert_eq!(json["schalter.card.lives_there"], json!(false));
    assert_eq!(json["schalter.card.pseudonym"], json!(PSEUDONYM));
    assert_eq!(json["schalter.jugendkarte.school"], json!("Gesamtschule"));
    assert_eq!(json.as_object().unwrap().len(), 9, "{json}");
    let odd = said(Some(true), Some(true), Some("\"}{"));
    assert!(
        json_of(&service, &filled(&service, &odd))
            .get("schalter.card.pseudonym")
            .is_none()
    );

    let schema = service.schema();
    let properties = &schema["properties"];
    assert_eq!(properties["schalter.card.old_enough"]["const"], json!(true));
    assert_eq!(properties["schalter.card.lives_there"]["type"], json!("boolean"));
    assert_eq!(
        properties["schalter.card.pseudonym"]["pattern"],
        json!("^[0-9A-Fa-f]{64}$")
    );
    let known = |key: &String| properties.get(key).is_some();
    assert!(json.as_object().unwrap().keys().all(known));
    let required = schema["required"].as_array().unwrap();
    assert!(required.contains(&json!("schalter.card.old_enough")));
    assert!(!required.contains(&json!("schalter.card.pseudonym")));

    let other = named("meldebescheinigung");
    let plain = json_of(&other, &other.prefill(&person, None));
    assert!(plain.get("schalter.card.old_enough").is_none() && plain.get("schalter.card.lives_there").is_none());
}

#[test]
fn declaration_and_receipt_tell_the_answers() {
    let service = named("jugendkarte");
    let answers = filled(&service, &said(Some(true), Some(false), Some(PSEUDONYM)));
    let declaration = service.declaration(&answers, Language::German);
    let first = &declaration.sections[0];
    assert_eq!(
        (first.title.as_str(), first.page),
        ("Von Ihrem Ausweis bestätigt", None)
    );
    let rows: Vec<(&str, &str)> = first.rows.iter().map(|row| (&*row.label, row.value.expose())).collect();
    assert_eq!(
        rows,
        [
            ("Sind Sie mindestens 16 Jahre alt?", "Ja"),
            ("Wohnen Sie in Musterstadt?", "Nein"),
            ("Ein Kennzeichen Ihres Ausweises (Pseudonym)", "wird mitgesendet"),
        ]
    );
    let filing = Filing {
        authenticity: Some(Authenticity::ChipTrusted),
        ..filing()
    };
    let receipt = service.receipt(&answers, &declaration, &filing, Language::German);
    let mut printed = String::new();
    for block in &receipt.blocks {
        if let Block::Table(rows) = block {
            rows.iter()
                .for_each(|row| printed += &format!("{} {}\n", row.label, row.value.expose()));
        }
    }
    assert!(
        printed.contains("Sind Sie mindestens 16 Jahre alt? Ja (aus dem Ausweis)"),
        "{printed}"
    );
    assert!(!printed.contains(PSEUDONYM));
}

#[test]
fn questions_are_whole_sentences_and_true() {
    let service = named("jugendkarte");
    let english = service.card_questions(&service.read_request(), Language::English);
    assert_eq!(
        english[0],
        "Are you at least 16 years old? The card only answers yes or no, it does not tell your date of birth."
    );
    // Who reads the address as well doesn't promise that it stays on the card.
    let mut files = with_jugendkarte();
    edit(
        &mut files,
        SERVICE,
        "[card]",
        "data_groups = [\"place_of_residence\"]\n\n[card]",
    );
    let from_card = "max_chars = 100\nfrom_card = \"place_of_residence\"\ncorrectable = true";
    edit(&mut files, SERVICE, "max_chars = 100", from_card);
    let loaded = Catalogue::load(&files).unwrap();
    let service = loaded.catalogue.service(&"jugendkarte".into()).unwrap();
    let german = service.card_questions(&service.read_request(), Language::German);
    assert_eq!(
        german[1],
        "Wohnen Sie in Musterstadt? Der Ausweis antwortet mit Ja oder Nein."
    );
    assert!(german[2].ends_with("So finden Sie Ihren Antrag hier mit dem Ausweis wieder."));
    let without = ReadRequest {
        pseudonym: false,
        ..service.read_request()
    };
    assert_eq!(
        service.card_questions(&without, Language::German).len(),
        2,
        "what isn't read isn't told"
    );
    let service = named("ausweisdaten");
    assert!(
        service
            .card_questions(&service.read_request(), Language::German)
            .is_empty()
    );
}

/// The end of the list of groups.
const LAST_GROUP: &str = "    \"residence_permit_2\",\n]";

/// File, what is replaced, by what, in which line of the outcome the fault is told (the first that contains this), and
/// what it says.
#[rustfmt::skip] // one mistake a line
const MISTAKES: &[(&str, &str, &str, &str, &str)] = &[
    (SERVICE, "age_at_least = 16", "age_at_least = 0", "age_at_least", "outside 1 to 120"),
    (SERVICE, "age_at_least = 16", "age_at_least = \"16\"", "age_at_least", "is of the type string"),
    (SERVICE, "age_at_least = 16", "age_at_most = 16", "age_at_most", "`age_at_most` means nothing in [card]"),
    (SERVICE, "\"02760503150000\"", "\"05315000\"", "municipality =", "no municipality id (as the card has it, this is \"02760503150000\")"),
    (SERVICE, "\"02760503150000\"", "\"027605315000\"", "municipality =", "no municipality id"),
    (SERVICE, "\"02760503150000\"", "\"0276x5\"", "municipality =", "no municipality id"),
    (SERVICE, "\"go_on\"", "\"stop\"", "lives_elsewhere", "no answer to `lives_elsewhere`"),
    (SERVICE, "\"go_on\"", "\"exit\"", "card.lives_there", "always true here"),
    (SERVICE, "municipality = \"02760503150000\"\n", "\n", "lives_elsewhere", "`lives_elsewhere` without `municipality`"),
    (SERVICE, "municipality = \"02760503150000\"\nlives_elsewhere = \"go_on\"", "\n", "card.lives_there", "isn't asked for"),
    (SERVICE, "\"card.lives_there\"", "\"card.lives_here\"", "card.lives_here", "no answer `card.lives_here`"),
    (SERVICE, "\"card.lives_there\"", "\"card.old_enough\"", "card.old_enough", "always true here"),
    (SERVICE, "equals = true }", "is_set = true }", "is_set", "is yes or no"),
    (SERVICE, "equals = true }", "equals = \"yes\" }", "\"yes\"", "is yes or no"),
    (SERVICE, "pseudonym = true", "pseudonym = 1", "pseudonym =", "is of the type integer"),
    (SERVICE, "schalter.jugendkarte.wish", "schalter.card.old_enough", "[[page.field]]", "another field's fim id"),
    (GERMAN, "[card]\nlives_there = \"Wohnen Sie in Musterstadt?\"", "", "title", "[card] is missing"),
    (GERMAN, "lives_there = \"Wohnen Sie in Musterstadt?\"", "", "[card]", "`lives_there` is missing"),
    (GERMAN, "[exit.too_young]", "[exit.too_old]", "[exit.too_old]", "`too_old` means nothing in [exit]"),
    (GERMAN, "text = \"Ihre Eltern", "test = \"Ihre Eltern", "[exit.too_young]", "`text` is missing in [exit.too_young]"),
    (SHOWN, "finish = \"show\"", "finish = \"print\"", "finish =", "`print` is no way to finish"),
    (SHOWN, LAST_GROUP, "]\n[fee]\ncents = 1", "[fee]", "costs nothing"),
    (SHOWN, LAST_GROUP, "]\n[card]\nage_at_least = 16", "[card]", "no questions"),
    (SHOWN, LAST_GROUP, "]\n[[page]]\nid = \"a\"\nnext = \"end\"", "[[page]]", "has no pages"),
    ("ausweisdaten/texts.de.toml", "title = ", "statement = \"Ja.\"\ntitle = ", "statement", "`statement` means nothing"),
];

#[test]
fn mistakes_are_told_with_file_and_line() {
    for (path, from, to, at, what) in MISTAKES {
        let mut files = with_jugendkarte();
        edit(&mut files, path, from, to);
        let text = &files.iter().find(|file| file.path == *path).unwrap().text;
        let line = text.lines().position(|line| line.contains(at)).unwrap() + 1;
        let found = faults(&files);
        let hit = |fault: &Fault| fault.path == *path && fault.line == Some(line) && fault.to_string().contains(what);
        assert!(
            found.iter().any(hit),
            "expected {path}:{line}: {what}, found {found:#?}"
        );
    }
    // A service that prints nothing needs no receipt, and has none.
    let mut files = with_jugendkarte();
    let receipt = files
        .iter()
        .find(|file| file.path == "jugendkarte/receipt.toml")
        .unwrap()
        .clone();
    let path = "ausweisdaten/receipt.toml".to_owned();
    files.push(SourceFile { path, ..receipt });
    let found = faults(&files);
    assert!(
        found.iter().any(|fault| fault.what.contains("prints no receipt")),
        "{found:#?}"
    );
    let mut files = with_jugendkarte();
    let shown = files.iter_mut().find(|file| file.path == SHOWN).unwrap();
    shown.text.truncate(shown.text.find("data_groups").unwrap());
    assert!(
        faults(&files)
            .iter()
            .any(|fault| fault.path == SHOWN && fault.what == "there is nothing to show")
    );
    let asks_nothing =
        "[card]\nage_at_least = 16\nmunicipality = \"02760503150000\"\nlives_elsewhere = \"go_on\"\npseudonym = true";
    edit(&mut files, SERVICE, asks_nothing, "[card]");
    assert!(faults(&files).iter().any(|fault| fault.what == "[card] asks nothing"));
}

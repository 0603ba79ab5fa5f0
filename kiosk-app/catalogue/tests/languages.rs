//! Services and words in the languages that a visit can be held in: what is translated is shown, what isn't is German
//! and says so.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
#![allow(clippy::wildcard_enum_match_arm)] // a test names the languages that it is about
mod common;
use catalogue::{Catalogue, Fault, Service, SourceFile};
use common::faults;
use drivers_api::card::{DataGroup, GroupContent, PersonalData};
use drivers_api::language::Language;
use std::collections::BTreeMap;
use std::sync::Arc;

const TURKISH: &str = "ausweisdaten/texts.tr.toml";
const TITLE: &str = "Kimlik kartımda ne yazıyor?";

fn turkish() -> String {
    format!(
        "title = \"{TITLE}\"\nsummary = \"Çipte hangi verilerin olduğunu görün.\"\n\
         purpose = \"Çipte ne yazdığını size gösteriyoruz.\"\nlegal_basis = \"§ 11 PAuswG\"\n\
         next_steps = \"Bir hata mı var? Bürgerbüro’ya gidin.\"\n"
    )
}

fn with(path: &str, text: &str) -> Vec<SourceFile> {
    let mut files = catalogue::bundled::small(&catalogue::bundled::TWO);
    files.retain(|file| file.path != path);
    files.push(SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    });
    files
}

fn service(catalogue: &Catalogue, id: &str) -> Arc<Service> {
    Arc::clone(catalogue.service(&id.into()).unwrap())
}

#[test]
fn texts_that_aren_t_translated_are_german_and_say_so() {
    let loaded = Catalogue::load(&with(TURKISH, &turkish())).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    let translated = service(&loaded.catalogue, "ausweisdaten");
    let other = service(&loaded.catalogue, "meldebescheinigung");
    assert_eq!(translated.title(Language::Turkish), TITLE);
    for language in Language::ALL {
        let [own, both] = match language {
            Language::German | Language::EasyGerman | Language::English => [language; 2],
            Language::Turkish => [Language::Turkish, Language::German],
            _ => [Language::German; 2],
        };
        assert_eq!(translated.language_of_texts(language), own);
        assert_eq!(other.language_of_texts(language), both);
        assert_eq!(translated.title(language), translated.title(own));
        assert_eq!(other.statement(language), other.statement(both));
        let page = other.page(0);
        assert_eq!(page.title(language), page.title(both));
        assert!(!page.title(language).is_empty() && !other.field(0).label(language).is_empty());
    }
}

#[test]
fn a_mistake_in_a_translation_is_told_with_its_line() {
    let hit = |text: &str, line: Option<usize>, what: &str| {
        let found = faults(&with(TURKISH, text));
        let there = found
            .iter()
            .any(|fault| fault.path == TURKISH && fault.line == line && fault.what.contains(what));
        assert!(there, "{what}: {found:#?}");
        let rest = Catalogue::load(&with(TURKISH, text)).unwrap().catalogue;
        assert!(
            rest.service(&"ausweisdaten".into()).is_none(),
            "half a translation isn't offered"
        );
        assert!(rest.service(&"meldebescheinigung".into()).is_some());
    };
    hit(
        &turkish().replace("summary", "sumary"),
        Some(2),
        "`sumary` means nothing",
    );
    hit(
        &turkish().replace("legal_basis = \"§ 11 PAuswG\"\n", ""),
        Some(1),
        "`legal_basis` is missing",
    );
    hit("title = ", Some(1), "not readable as TOML");
}

#[test]
fn a_language_that_nobody_speaks_here_is_told() {
    for (path, tag) in [
        ("ausweisdaten/texts.tlh.toml", "`tlh` is no language"),
        ("ausweisdaten/texts.DE.toml", "`DE` is no language"),
        ("ausweisdaten/texts..toml", "`` is no language"),
        ("words.xx.toml", "`xx` is no language"),
        ("words.he.toml", "`he` is no language"),
    ] {
        let found = faults(&with(path, "title = \"?\""));
        let told = found.iter().find(|fault| fault.path == path).unwrap();
        assert!(told.what.contains(tag) && told.mend.contains("de-x-leicht"), "{told}");
    }
}

#[test]
fn words_have_a_table_whole_or_not_at_all() {
    let months = "[date]\nmonths = [\"1\", \"2\"]\n";
    let found = faults(&with("words.tr.toml", months));
    let told = |what: &str| {
        let there = |fault: &Fault| fault.path == "words.tr.toml" && fault.what.contains(what);
        assert!(found.iter().any(there), "{what}: {found:#?}");
    };
    told("twelve names");
    told("`full` is missing");
    let found = faults(&with("words.tr.toml", "[state]\nD = \"Almanya\"\nATL = \"Atlantis\"\n"));
    assert!(
        found
            .iter()
            .any(|fault| fault.path == "words.tr.toml" && fault.what.contains("`AFG` is missing"))
    );
    assert!(
        found
            .iter()
            .any(|fault| fault.path == "words.de.toml" && fault.what.contains("`ATL` is missing"))
    );
    let found = faults(&with("words.tr.toml", "[problem]\nmissing = \"{max}\"\n"));
    assert!(
        found
            .iter()
            .any(|fault| fault.line == Some(2) && fault.what.contains("nobody fills {max}"))
    );
    assert!(
        faults(&with("words.tr.toml", "")).is_empty(),
        "nothing translated is no fault"
    );
}

/// What the card says, in the words of a town that has these files.
fn said(files: &[SourceFile], language: Language) -> Vec<String> {
    let born = drivers_api::card::PartialDate {
        year: Some(1964),
        month: Some(8),
        day: Some(12),
    };
    let person = PersonalData {
        groups: BTreeMap::from([
            (DataGroup::DateOfBirth, GroupContent::Date(born)),
            (DataGroup::Nationality, common::text("D")),
        ]),
        ..common::erika()
    };
    let catalogue = Catalogue::load(files).unwrap().catalogue;
    let sections = catalogue.card_in_words(&person, language);
    let facts = sections.iter().flat_map(|(_, facts)| facts);
    facts.map(|fact| fact.value.expose().to_owned()).collect()
}

#[test]
fn months_and_states_are_in_the_visit_s_language() {
    let files = catalogue::bundled::small(&catalogue::bundled::TWO);
    for (language, date, state) in [
        (Language::German, "12. August 1964", "Deutschland"),
        (Language::EasyGerman, "12. August 1964", "Deutschland"),
        (Language::English, "12 August 1964", "Germany"),
        (Language::Turkish, "12 Ağustos 1964", "Almanya"),
        (Language::Russian, "12 августа 1964 г.", "Германия"),
        (Language::Ukrainian, "12 серпня 1964 р.", "Німеччина"),
        (Language::Polish, "12 sierpnia 1964", "Niemcy"),
        (Language::Romanian, "12 august 1964", "Germania"),
        (Language::French, "12 août 1964", "Allemagne"),
        (Language::Spanish, "12 de agosto de 1964", "Alemania"),
        (Language::Arabic, "12 أغسطس 1964", "ألمانيا"),
        (Language::Persian, "12 اوت 1964", "آلمان"),
    ] {
        assert_eq!(said(&files, language), [date, state]);
        // a town with words of its own in two languages, or in one more, keeps the rest
        let own = |kept: &[&str]| -> Vec<SourceFile> {
            let there = |path: &str| !path.starts_with("words.") || kept.contains(&path);
            files.iter().filter(|file| there(&file.path)).cloned().collect()
        };
        assert_eq!(said(&own(&["words.de.toml", "words.en.toml"]), language), [date, state]);
        assert_eq!(said(&own(&["words.tr.toml"]), language), [date, state]);
    }
}

//! The citizens' own words find the right service among a thousand.
#![allow(clippy::unwrap_used)] // test helpers
use catalogue::{Catalogue, SourceFile};
use proptest::prelude::*;

const LEIKA: &str = include_str!("search/leika.tsv");
const SERVICES: &str = include_str!("search/services.tsv");
const PHRASES: &str = include_str!("search/phrases.tsv");
/// What is looked at without scrolling.
const FIRST: usize = 3;

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}

/// The bundled service under another name.
fn service(id: &str, title: &str, summary: &str, keywords: &str) -> Vec<SourceFile> {
    let quoted: Vec<String> = keywords.split(", ").map(|word| format!("{word:?}")).collect();
    let keywords = format!("keywords = [{}]", quoted.join(", "));
    let mut files = catalogue::bundled::files();
    files.retain(|file| file.path.starts_with("meldebescheinigung/"));
    for file in &mut files {
        file.path = file.path.replace("meldebescheinigung", id);
        if file.path.contains("texts.") {
            file.text = with(&file.text, "title = ", &format!("title = {title:?}\n"), "\n");
            file.text = with(&file.text, "summary = ", &format!("summary = {summary:?}\n"), "\n");
        }
        if file.path.ends_with("service.toml") {
            file.text = with(&file.text, "keywords = [", &keywords, "]");
        }
    }
    files
}

/// The first piece from `from` to `to` is another one.
fn with(text: &str, from: &str, piece: &str, to: &str) -> String {
    let (before, rest) = text.split_once(from).unwrap();
    let (_, after) = rest.split_once(to).unwrap();
    format!("{before}{piece}{after}")
}

/// A thousand services: sixteen of a town, among what else authorities offer.
fn thousand() -> Catalogue {
    let mut files: Vec<SourceFile> = catalogue::bundled::files();
    files.retain(|file| !file.path.contains('/'));
    let town = files.iter_mut().find(|file| file.path == "town.toml").unwrap();
    town.text = town
        .text
        .replace("most_used = [\"meldebescheinigung\"]", "most_used = []");
    for row in rows(SERVICES) {
        files.extend(service(row[0], row[1], row[2], row[3]));
    }
    for row in rows(LEIKA) {
        files.extend(service(row[0], row[1], "-", "-"));
    }
    let loaded = Catalogue::load(&files).unwrap_or_else(|faults| panic!("{:#?}", &faults[..1]));
    assert!(loaded.faults.is_empty(), "{:#?}", &loaded.faults[..1]);
    assert_eq!(loaded.catalogue.services().len(), 1000);
    loaded.catalogue
}

#[test]
fn own_words_find_the_right_service() {
    let catalogue = thousand();
    let mut missed = Vec::new();
    for row in rows(PHRASES) {
        let found = catalogue.search(row[0]);
        let first: Vec<&str> = found.iter().take(FIRST).map(|service| service.id().as_str()).collect();
        if !first.contains(&row[1]) {
            let titles: Vec<&str> = found
                .iter()
                .take(FIRST)
                .map(|service| service.title(Default::default()))
                .collect();
            missed.push(format!("“{}” should find {}, finds {titles:?}", row[0], row[1]));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn nothing_is_found_for_nothing() {
    let catalogue = Catalogue::load(&catalogue::bundled::files()).unwrap().catalogue;
    for nothing in ["", " ", "-", "ich und du", "xqxqxq", "😀", "\u{0}\u{202e}", "%", "*"] {
        assert!(catalogue.search(nothing).is_empty(), "{nothing:?}");
    }
    for found in [
        "Meldebescheinigung",
        "شهادة سكن",
        "گواهي سكونت",
        "ПРОПИСКЕ",
        "Ikametgah",
    ] {
        assert_eq!(
            catalogue.search(found)[0].id().as_str(),
            "meldebescheinigung",
            "{found}"
        );
    }
}

proptest! {
    #[test]
    fn any_words_are_taken(words in "\\PC{0,300}|(\\w{1,50} ?){0,40}") {
        static CATALOGUE: std::sync::LazyLock<Catalogue> =
            std::sync::LazyLock::new(|| Catalogue::load(&catalogue::bundled::files()).unwrap().catalogue);
        let found = CATALOGUE.search(&words);
        prop_assert!(found.len() <= CATALOGUE.services().len());
    }
}

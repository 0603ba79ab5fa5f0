//! A thousand services: those of the town, among what else authorities offer; and what citizens say when they look for
//! one of the town's.
use catalogue::{Catalogue, SourceFile};

const LEIKA: &str = include_str!("thousand/leika.tsv");
const PHRASES: &str = include_str!("thousand/phrases.tsv");
/// What is looked at without scrolling.
const FIRST: usize = 3;
const THOUSAND: usize = 1000;

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}

/// The certificate under another name, found by nothing else.
fn service(id: &str, title: &str) -> Vec<SourceFile> {
    let mut files = catalogue::bundled::files();
    files.retain(|file| file.path.starts_with("meldebescheinigung/"));
    for file in &mut files {
        file.path = file.path.replace("meldebescheinigung", id);
        if file.path.contains("texts.") {
            file.text = with(&file.text, "title = ", &format!("title = {title:?}\n"), "\n");
            file.text = with(&file.text, "summary = ", "summary = \"-\"\n", "\n");
        }
        if file.path.ends_with("service.toml") {
            file.text = with(&file.text, "keywords = [", "keywords = [\"-\"]", "]");
        }
    }
    files
}

/// The first piece from `from` to `to` is another one. A text that has none stays, and its service is then missed.
fn with(text: &str, from: &str, piece: &str, to: &str) -> String {
    let cut = text.split_once(from);
    let cut = cut.and_then(|(before, rest)| Some((before, rest.split_once(to)?.1)));
    cut.map_or_else(|| text.to_owned(), |(before, after)| format!("{before}{piece}{after}"))
}

/// The files of the thousand: the real ones, and others beside them.
pub fn files() -> Vec<SourceFile> {
    let mut files = catalogue::bundled::files();
    let real = files.iter().filter(|file| file.path.ends_with("/service.toml")).count();
    for row in rows(LEIKA).take(THOUSAND - real) {
        files.extend(service(row[0], row[1]));
    }
    files
}

/// The thousand, loaded.
///
/// # Panics
/// When one of them has a fault.
pub fn catalogue() -> Catalogue {
    let loaded = Catalogue::load(&files()).unwrap_or_else(|faults| panic!("{:#?}", faults.first()));
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults.first());
    assert_eq!(loaded.catalogue.services().len(), THOUSAND);
    loaded.catalogue
}

/// What citizens say.
pub fn phrases() -> Vec<&'static str> {
    rows(PHRASES).map(|row| row[0]).collect()
}

/// The phrases that don't find their service among the first three, each with what they find.
pub fn missed(catalogue: &Catalogue) -> Vec<String> {
    let missed = rows(PHRASES).filter_map(|row| {
        let found = catalogue.search(row[0]);
        let first = found.iter().take(FIRST);
        if first.clone().any(|service| service.id().as_str() == row[1]) {
            return None;
        }
        let titles: Vec<&str> = first.map(|service| service.title(Default::default())).collect();
        Some(format!("“{}” should find {}, finds {titles:?}", row[0], row[1]))
    });
    missed.collect()
}

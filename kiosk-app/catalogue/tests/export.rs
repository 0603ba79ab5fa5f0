//! A business registration in the XML of XGewerbeanzeige 2.2, read by a parser that nobody here wrote.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Answers, Catalogue, Service, SourceFile, bundled};
use common::{alone, enter, mistake};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const AT: &str = "2026-11-24T09:41:00+01:00";
const NS: &str = "http://www.xgewerbeanzeige.de/spezifikation/2.2";

fn gewerbe() -> Arc<Service> {
    alone("gewerbe")
}

/// Erika opens a shop.
fn opened(service: &Service) -> Answers {
    let mut answers = service.prefill(&common::erika(), None);
    for (field, text) in [
        ("what", "open"),
        ("activity", "Verkauf von Blumen"),
        ("business_name", "Blumen & Mehr"),
        ("start_on", "1.12.2026"),
        ("side_business", "true"),
        ("place", "home"),
        ("kind", "trade"),
        ("reason", "new"),
        ("full_time", "1"),
        ("part_time", "2"),
        ("permit", "not_needed"),
        ("phone", "0221 123456"),
        ("email", "erika@musterstadt.example"),
        ("place_of_birth", "Berlin"),
    ] {
        enter(service, &mut answers, field, text);
    }
    answers
}

fn xml(service: &Service, answers: &Answers) -> Option<String> {
    let submission = service.submission(answers);
    let xml = submission.attachment()?.xml(ID, AT);
    assert_eq!(xml.capacity(), xml.len(), "the buffer never grew");
    Some(xml.to_string())
}

fn named(node: roxmltree::Node<'_, '_>) -> String {
    match node.tag_name().namespace() {
        Some(NS) => format!("xga:{}", node.tag_name().name()),
        Some(other) => panic!("namespace {other}"),
        None => node.tag_name().name().to_owned(),
    }
}

/// Every element lies where the standard has it, and after those that the standard has before it.
fn has_the_shape_of_the_standard(document: &roxmltree::Document<'_>) {
    let outline = include_str!("common/xgewerbeanzeige-2.2.txt");
    let lines = outline.lines().filter_map(|line| line.split_once(" > "));
    let outline: BTreeMap<&str, Vec<&str>> = lines.map(|(path, inner)| (path, inner.split(' ').collect())).collect();
    let mut open = vec![(document.root_element(), named(document.root_element()))];
    let mut count = 0;
    while let Some((node, path)) = open.pop() {
        let mut last = 0;
        for inner in node.children().filter(roxmltree::Node::is_element) {
            let name = named(inner);
            let known = outline
                .get(path.as_str())
                .or_else(|| outline.get(alike(&path).as_str()))
                .unwrap_or_else(|| panic!("{path} holds nothing"));
            let place = known.iter().position(|known| *known == name);
            let place = place.unwrap_or_else(|| panic!("no {name} in {path}"));
            assert!(place >= last, "{name} in {path} comes too late");
            last = place;
            count += 1;
            open.push((inner, format!("{path}/{name}")));
        }
    }
    assert!(count > 40, "{count} elements");
}

/// Below the three kinds of notices all is alike.
fn alike(path: &str) -> String {
    let kinds = ["/xga:anmeldung/", "/xga:ummeldung/", "/xga:abmeldung/"];
    kinds
        .iter()
        .fold(path.to_owned(), |path, kind| path.replace(kind, "/*/"))
}

fn texts<'a>(document: &'a roxmltree::Document<'_>, name: &str) -> Vec<&'a str> {
    let nodes = document.descendants().filter(|node| node.tag_name().name() == name);
    nodes.map(|node| node.text().unwrap_or_default()).collect()
}

#[test]
fn a_registration_has_the_shape_of_the_standard() {
    let service = gewerbe();
    let mut answers = opened(&service);
    let text = xml(&service, &answers).unwrap();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xga:abh.gewerbemeldung.0500 "));
    let document = roxmltree::Document::parse(&text).unwrap();
    has_the_shape_of_the_standard(&document);
    for (name, expected) in [
        ("nachrichtenUUID", vec![ID]),
        ("datumMeldung", vec!["2026-11-24"]),
        ("geschaeftsbezeichnung", vec!["Blumen & Mehr"]),
        ("familienname", vec!["Mustermann"]),
        ("geburtsname", vec!["Gabler"]),
        ("geburtsdatum", vec!["12081964"]),
        ("strasse", vec!["Heidestraße", "Heidestraße"]),
        ("hausNrVon", vec!["17", "17"]),
        ("plz", vec!["51147", "51147"]),
        ("ort", vec!["Köln", "Köln"]),
        ("gueltigAb", vec!["2026-12-01"]),
        ("kennung", vec!["0221 123456", "erika@musterstadt.example"]),
        ("anzahlTeilzeitBeschaeftigte", vec!["2"]),
        ("taetigkeitSchwerpunkt", vec!["Verkauf von Blumen"]),
        (
            "behoerdenname",
            vec!["Stadt Musterstadt, Bürgerbüro", "Stadt Musterstadt, Bürgerbüro"],
        ),
    ] {
        assert_eq!(texts(&document, name), expected, "{name}");
    }
    // Elsewhere in town, without a telephone, by a post in between.
    enter(&service, &mut answers, "place", "other");
    enter(&service, &mut answers, "place_street", "Am Markt 5 b");
    enter(&service, &mut answers, "place_zip", "12345");
    enter(&service, &mut answers, "phone", "");
    let text = xml(&service, &answers).unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    has_the_shape_of_the_standard(&document);
    assert_eq!(texts(&document, "strasse"), ["Am Markt", "Heidestraße"]);
    assert_eq!(texts(&document, "hausNrVon"), ["5 b", "17"]);
    assert_eq!(texts(&document, "ort"), ["Musterstadt", "Köln"]);
    assert_eq!(texts(&document, "kennung"), ["erika@musterstadt.example"]);
}

/// What Erika answers about a business that is registered.
const KNOWN: [(&str, &str); 14] = [
    ("what", "change"),
    ("changed", "address"),
    ("changed_on", "1.12.2026"),
    ("changed_street", "Am Markt 5 b"),
    ("changed_zip", "12345"),
    ("changed_activity", "Verkauf von Töpfen"),
    ("known_activity", "Verkauf von Blumen"),
    ("known_as", "Blumen & Mehr"),
    ("known_street", "Bahnhofstraße 3"),
    ("known_zip", "12346"),
    ("close_on", "30.11.2026"),
    ("close_reason", "moved"),
    ("future_street", "Ring 7"),
    ("future_city", "Köln"),
];

#[test]
fn changes_and_closures_have_it_too() {
    let service = gewerbe();
    let mut answers = opened(&service);
    for (field, text) in KNOWN {
        enter(&service, &mut answers, field, text);
    }
    let mut told = |changes: &[(&str, &str)], expected: &[(&str, &[&str])]| {
        for (field, text) in changes {
            enter(&service, &mut answers, field, text);
        }
        let text = xml(&service, &answers).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        has_the_shape_of_the_standard(&document);
        for (name, expected) in expected {
            assert_eq!(texts(&document, name), *expected, "{changes:?}: {name}\n{text}");
        }
    };
    told(
        &[],
        &[
            ("strasse", &["Am Markt", "Heidestraße"]),
            ("plz", &["12345", "51147"]),
            ("ort", &["Musterstadt", "Köln"]),
            ("gueltigAb", &["2026-12-01"]),
            ("taetigkeitSchwerpunkt", &["Verkauf von Blumen"]),
            ("geschaeftsbezeichnung", &["Blumen & Mehr"]),
            ("neuAusgeuebt", &[""]),
            ("taetigkeitenZusammengefasst", &[]),
            ("gruendeUmmeldung", &[]),
            ("anmeldung", &[]),
        ],
    );
    told(
        &[("changed", "activity")],
        &[
            ("strasse", &["Bahnhofstraße", "Heidestraße"]),
            ("plz", &["12346", "51147"]),
            ("taetigkeitSchwerpunkt", &["Verkauf von Töpfen"]),
            ("taetigkeitenZusammengefasst", &[]),
            ("grundUmmeldungSchluessel", &[""]),
        ],
    );
    told(
        &[("changed", "more_activity")],
        &[
            ("taetigkeitSchwerpunkt", &["Verkauf von Blumen"]),
            ("taetigkeitenZusammengefasst", &["Verkauf von Töpfen"]),
        ],
    );
    told(
        &[("what", "close")],
        &[
            ("strasse", &["Bahnhofstraße", "Heidestraße", "Ring"]),
            ("ort", &["Musterstadt", "Köln", "Köln"]),
            ("gueltigAb", &["2026-11-30"]),
            ("taetigkeitSchwerpunkt", &["Verkauf von Blumen"]),
            ("neuAusgeuebt", &[]),
            ("nameFirmaGewerbetreibender", &[]),
            ("ummeldung", &[]),
        ],
    );
}

#[test]
fn mistakes_in_an_export_are_told() {
    let told = |from: &str, to: &str| mistake("gewerbe/export.toml", from, to);
    for (from, to, what) in [
        ("gewerbeanzeige.xml", "../gewerbe.xml", "no name of a file"),
        ("root = \"xga:abh.", "root = \"<abh.", "no name of an element"),
        (
            "\"xga:nachrichtenkopf/",
            "\"xga:nachrichtenkopf//",
            "no way to an element",
        ),
        ("\"xga:nachrichtenkopf/", "\"a:b:c/", "no way to an element"),
        ("fact = \"submission_id\"", "fact = \"name\"", "no fact `name`"),
        (
            "fact = \"submission_id\"",
            "fact = \"town\"\ntext = \"a\"",
            "exactly one thing",
        ),
        ("field = \"business_name\"", "field = \"firm\"", "no field `firm`"),
        ("as = \"ddmmyyyy\"", "as = \"street\"", "no form for this answer"),
        (
            "codes = { new = \"01\" }",
            "codes = { old = \"01\" }",
            "`old` means nothing",
        ),
        ("codes = { new = \"01\" }", "codes = { new = 1 }", "is no text"),
        (
            "when = { field = \"place\", equals = \"home\" }",
            "when = { field = \"place\", equals = \"house\" }",
            "never has this value",
        ),
        ("format = 1", "format = 1\nschema = \"x\"", "`schema` means nothing"),
        ("{report}", "{kind}", "no way to an element"),
        ("{report}", "{report", "no way to an element"),
        ("[names.report]", "[names.Report]", "`Report` is no name"),
        (
            "open = \"xga:anmeldung\"",
            "open = \"xga:<a>\"",
            "no name of an element",
        ),
        (
            "open = \"xga:anmeldung\"",
            "begin = \"xga:anmeldung\"",
            "`begin` means nothing",
        ),
        (
            "[names.report]\nfield = \"what\"",
            "[names.report]\nfield = \"phone\"",
            "names nothing",
        ),
    ] {
        let told = told(from, to);
        assert!(
            told.contains(what) && told.contains("gewerbe/export.toml:"),
            "{what}\n{told}"
        );
    }
    let mut files = bundled::small(&["ausweisdaten", "lob"]);
    files.push(SourceFile {
        path: "ausweisdaten/export.toml".to_owned(),
        text: String::new(),
    });
    let loaded = Catalogue::load(&files).unwrap();
    assert!(loaded.faults.iter().any(|fault| fault.what.contains("exports nothing")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_answer_gets_out_of_its_element(activity in any::<String>(), name in "\\PC{0,40}|[<>&\"'\\]]{1,20}") {
        let service = gewerbe();
        let mut answers = opened(&service);
        for (field, text) in [("activity", &activity), ("business_name", &name), ("place_of_birth", &name)] {
            enter(&service, &mut answers, field, text);
        }
        let text = xml(&service, &answers).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        has_the_shape_of_the_standard(&document);
        prop_assert_eq!(texts(&document, "familienname"), ["Mustermann"]);
    }

    #[test]
    fn any_text_as_export(text in "\\PC{0,200}|[a-z_\\[\\]={}\", \n.0-9:/+]{0,300}") {
        let mut files = bundled::small(&["gewerbe", "lob"]);
        files.retain(|file| file.path != "gewerbe/export.toml");
        files.push(SourceFile { path: "gewerbe/export.toml".to_owned(), text });
        prop_assert!(Catalogue::load(&files).unwrap().catalogue.service(&"lob".into()).is_some());
    }
}

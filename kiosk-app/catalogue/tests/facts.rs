//! What a definition tells the office: level of assurance, time of keeping, destination, film; and its JSON Schema.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Assurance, Catalogue, Fault, bundled, format_schema};
use common::{changed, faults};
use drivers_api::language::Language;
use serde_json::Value;
use std::collections::BTreeSet;

const SERVICE: &str = "meldebescheinigung/service.toml";
const SHOWS: &str = "ausweisdaten/service.toml";
const VERSION: &str = "version = \"1.0.0\"";

/// With a line more in that definition, expects that fault in that line.
fn mistake(path: &str, line: &str, what: &str) {
    let files = changed(path, |text| {
        let text: String = text
            .lines()
            .filter(|old| old.split(' ').next() != line.split(' ').next())
            .map(|line| format!("{line}\n"))
            .collect();
        text.replacen(VERSION, &format!("{VERSION}\n{line}"), 1)
    });
    let text = &files.iter().find(|file| file.path == path).unwrap().text;
    let at = text
        .lines()
        .position(|found| found == line.lines().last().unwrap())
        .unwrap()
        + 1;
    let found = faults(&files);
    let hit = |fault: &Fault| fault.path == path && fault.line == Some(at) && fault.what.contains(what);
    assert!(found.iter().any(hit), "expected {path}:{at}: {what}, found {found:#?}");
}

#[test]
fn mistakes_are_told() {
    for (path, line, what) in [
        (SERVICE, "assurance = \"strong\"", "no level of assurance `strong`"),
        (SERVICE, "assurance = \"none\"", "nobody needs to be known"),
        (SERVICE, "retention = \"6 weeks\"", "`6 weeks` is no time"),
        (SERVICE, "retention = \"200 years\"", "`200 years` is no time"),
        (SERVICE, "destination_id = \"7f1c\"", "no UUID"),
        (SHOWS, "retention = \"6 months\"", "a service that files nothing"),
        (
            SHOWS,
            "destination_id = \"7f1c2a54-6d0e-4b8e-9a53-2f6c1d7e8b90\"",
            "a service that files nothing",
        ),
    ] {
        mistake(path, line, what);
    }
    let lob = |line: &str| {
        let mut files = bundled::small(&["lob"]);
        let file = files.iter_mut().find(|file| file.path == "lob/service.toml").unwrap();
        file.text = file.text.replacen("assurance = \"none\"", line, 1);
        faults(&files)
    };
    assert_eq!(lob("assurance = \"none\""), []);
    assert_eq!(lob(""), []);
    assert!(lob("assurance = \"high\"")[0].what.contains("no card is read"));
    let film = |file: &str, hash: &str| {
        let film = format!("[sign_video]\nfile = {file:?}\nsha256 = {hash:?}\n[[page]]");
        let mut files = bundled::small(&["lob"]);
        let service = files.iter_mut().find(|file| file.path == "lob/service.toml").unwrap();
        service.text = service.text.replacen("[[page]]", &film, 1);
        faults(&files)
    };
    let hash = "0f".repeat(32);
    assert_eq!(film("dgs-2.webm", &hash), []);
    for name in [
        "../dgs.webm",
        "dgs.exe",
        ".webm",
        "a/b.mp4",
        "DGS.mp4",
        &format!("{}.mp4", "x".repeat(64)),
    ] {
        assert!(
            film(name, &hash)
                .iter()
                .any(|fault| fault.what.contains("no name of a film")),
            "{name}"
        );
    }
    for wrong in ["", "0f", &"0F".repeat(32), &"0g".repeat(32)] {
        assert!(!film("dgs.webm", wrong).is_empty(), "{wrong}");
    }
}

#[test]
fn a_text_tells_how_long_data_are_kept() {
    let missing = changed("meldebescheinigung/texts.de.toml", |text| {
        text.lines()
            .filter(|line| !line.starts_with("retention"))
            .map(|line| format!("{line}\n"))
            .collect()
    });
    assert!(
        faults(&missing)
            .iter()
            .any(|fault| fault.what == "`retention` is missing in the file")
    );
    let nothing = changed(SERVICE, |text| {
        text.lines()
            .filter(|line| !line.starts_with("retention"))
            .map(|line| format!("{line}\n"))
            .collect()
    });
    assert!(
        faults(&nothing)
            .iter()
            .any(|fault| fault.what.contains("`retention` means nothing"))
    );
}

#[test]
fn every_service_says_what_the_law_wants_told() {
    let loaded = Catalogue::load(&bundled::files()).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    for service in loaded.catalogue.services() {
        let id = service.id().as_str();
        assert_eq!(service.assurance() == Assurance::None, !service.needs_card(), "{id}");
        if !service.finish().files() {
            continue;
        }
        assert!(service.retention().is_some(), "{id}: GDPR Art. 13(2)(a)");
        for language in [Language::German, Language::EasyGerman, Language::English] {
            let told = service.purpose_and_retention(language);
            assert!(
                told.contains(service.retention_text(language)) && told.contains(service.purpose(language)),
                "{id}"
            );
            assert!(!service.legal_basis(language).is_empty(), "{id}");
        }
    }
}

/// `docs/service.schema.json` is what `catalogue schema --format` prints.
#[test]
fn the_committed_schema_is_current() {
    let path = format!(
        "{}/../../docs/service.schema.json",
        std::env::var("CARGO_MANIFEST_DIR").unwrap()
    );
    let text = format!("{:#}\n", format_schema());
    if std::env::var_os("SCHALTER_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        text == std::fs::read_to_string(&path).unwrap(),
        "write it anew: SCHALTER_WRITE_GOLDEN=1"
    );
}

/// The schema knows the keys that the reader knows: those it lists when it finds one that it doesn't.
#[test]
fn the_schema_knows_what_the_reader_knows() {
    let schema = format_schema();
    let known = |place: &str| -> BTreeSet<String> {
        let place = if place.is_empty() {
            &schema
        } else {
            &schema["$defs"][place]
        };
        place["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let read = |service: &str, after: &str| -> BTreeSet<String> {
        let mut files = bundled::small(&[service]);
        let path = format!("{service}/service.toml");
        let file = files.iter_mut().find(|file| file.path == path).unwrap();
        let after = format!("\n{after}\n");
        assert!(file.text.contains(&after), "{after}");
        file.text = file
            .text
            .replacen(&after, &format!("{after}nobody_knows_this = 1\n"), 1);
        let found = faults(&files);
        let unknown = found
            .iter()
            .find(|fault| fault.what.contains("`nobody_knows_this` means nothing"));
        let unknown = unknown.unwrap_or_else(|| panic!("{service}: {found:#?}"));
        let listed = unknown.mend.strip_prefix("known here: ").unwrap().trim_end_matches('…');
        listed.split(", ").map(str::to_owned).collect()
    };
    for (place, service, after) in [
        ("period", "briefwahl", "[period]"),
        ("fee", "sperrmuell", "[[fee]]"),
        ("repeat", "wohnsitz", "[[repeat]]"),
        ("page", "lob", "[[page]]"),
    ] {
        assert_eq!(read(service, after), known(place), "{place}");
    }
    // Longer lists are cut, and what a field takes depends on its kind.
    let root = read("lob", "format = 1");
    let all = known("");
    assert!(
        root.len() > 10 && root.iter().filter(|key| !all.contains(*key)).count() <= 1,
        "{root:?}"
    );
    let mut fields = BTreeSet::new();
    for (service, after) in [
        ("lob", "kind = \"text\""),
        ("sperrmuell", "kind = \"bool\""),
        ("sperrmuell", "kind = \"number\""),
        ("sperrmuell", "kind = \"date\""),
        ("bewohnerparken", "kind = \"select\""),
    ] {
        fields.extend(read(service, after));
    }
    assert_eq!(
        fields.difference(&known("field")).cloned().collect::<Vec<_>>(),
        Vec::<String>::new()
    );
    assert!(
        known("field").is_subset(&fields),
        "{:?}",
        known("field").difference(&fields).collect::<Vec<_>>()
    );
    assert_eq!(schema["additionalProperties"], Value::Bool(false));
}

//! Each service that is built in, walked to its end by somebody who answers at random, many times; and what the
//! authority gets, checked by a JSON Schema validator that nobody here wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use catalogue::{Catalogue, Finish, bundled, format_schema};
use drivers_api::language::Language;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use townhall::robot::{walk, walk_as};

/// Visits for each service.
const VISITS: u64 = 40;
/// Visits for each service in each of some languages, by somebody who types what doesn't belong there.
const HOSTILE_VISITS: u64 = 4;

fn load(id: &str) -> Catalogue {
    let loaded = bundled::load(&bundled::small(&[id])).unwrap_or_else(|faults| panic!("{id}: {faults:#?}"));
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    loaded.catalogue
}

/// One answer of jsonschema for each pair.
fn conform(pairs: &[Value]) -> Vec<String> {
    let peer = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../peers/python");
    let prepared = Command::new(peer.join("prepare.sh"))
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("python"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(prepared.status.success(), "jsonschema can't be installed");
    let python = PathBuf::from(String::from_utf8(prepared.stdout).unwrap().trim_end());
    let mut child = Command::new(python)
        .arg(peer.join("conforms.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: String = pairs.iter().map(|pair| format!("{pair}\n")).collect();
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_service_is_finished_and_conforms() {
    let all = Catalogue::load(&bundled::files()).unwrap();
    assert!(all.faults.is_empty(), "{:#?}", all.faults);
    let mut pairs = Vec::new();
    for service in all.catalogue.services() {
        let id = service.id().as_str();
        let mut seen = BTreeSet::new();
        for seed in 0..VISITS {
            let walked = walk(load(id), id, seed);
            seen.extend(walked.pages);
            match service.finish() {
                Finish::Submit | Finish::Prepare => {
                    let filed: Value = serde_json::from_slice(&walked.filed.expect(id)).unwrap();
                    pairs.push(json!({ "schema": service.schema(), "instance": filed }));
                }
                Finish::Show | Finish::Inform => assert!(walked.filed.is_none(), "{id} filed something"),
            }
        }
        // Copies of a repeat aren't all walked; of the other pages nearly all.
        let alone = (0..service.page_count()).filter(|page| service.page(*page).entry().is_none());
        let missed: Vec<usize> = alone.filter(|page| !seen.contains(page)).collect();
        assert!(missed.is_empty(), "{id}: no visit saw the pages {missed:?}");
    }
    let mut broken = pairs[0].clone();
    broken["instance"]["schalter.unknown"] = json!(1);
    pairs.push(broken);
    let answers = conform(&pairs);
    assert_eq!(answers.len(), pairs.len());
    let (broken, answers) = answers.split_last().unwrap();
    assert!(broken.contains("schalter.unknown"), "{broken}");
    for (pair, answer) in pairs.iter().zip(answers) {
        assert_eq!(answer, "ok", "{:#}", pair["instance"]);
    }
}

/// In whatever language, and whatever is typed first: the service is finished, and what is filed is what its schema says,
/// without a character that DIN 91379 doesn't have.
#[test]
fn hostile_texts_are_refused_and_the_visit_goes_on() {
    let all = Catalogue::load(&bundled::files()).unwrap();
    let mut pairs = Vec::new();
    for service in all
        .catalogue
        .services()
        .iter()
        .filter(|service| service.finish().files())
    {
        let id = service.id().as_str();
        for language in [
            Language::German,
            Language::EasyGerman,
            Language::English,
            Language::Arabic,
        ] {
            for seed in 0..HOSTILE_VISITS {
                let walked = walk_as(load(id), id, 1_000 + seed, language, true);
                let filed = walked.filed.expect(id);
                let text = std::str::from_utf8(&filed).unwrap();
                let odd = |c: char| c.is_control() || ('\u{200b}'..='\u{206f}').contains(&c) || c > '\u{1f000}';
                assert!(!text.contains(odd) && !text.contains("\\u"), "{id}: {text:.200}");
                let filed: Value = serde_json::from_slice(&filed).unwrap();
                pairs.push(json!({ "schema": service.schema(), "instance": filed }));
            }
        }
    }
    for (pair, answer) in pairs.iter().zip(conform(&pairs)) {
        assert_eq!(answer, "ok", "{:#}", pair["instance"]);
    }
}

/// `service.toml` of every service, read by Python's own TOML parser, is what the format's schema says; and the schema
/// refuses what the reader refuses.
#[test]
fn every_definition_conforms_to_the_schema_of_the_format() {
    let schema = format_schema();
    let files = bundled::files();
    let definitions: Vec<&str> = files
        .iter()
        .filter(|file| file.path.ends_with("/service.toml"))
        .map(|file| file.text.as_str())
        .collect();
    assert!(definitions.len() >= 17);
    let good: Vec<Value> = definitions
        .iter()
        .map(|text| json!({ "schema": schema, "toml": text }))
        .collect();
    for (answer, text) in conform(&good).iter().zip(&definitions) {
        assert_eq!(answer, "ok", "{:.80}", text);
    }
    let lob = files.iter().find(|file| file.path == "lob/service.toml").unwrap();
    let slips = [
        ("format = 1", "format = 2"),
        ("format = 1", ""),
        ("version =", "versoin ="),
        ("leika = \"99", "leika = \"98"),
        ("assurance = \"none\"", "assurance = \"strong\""),
        ("retention = \"6 months\"", "retention = \"6 weeks\""),
        ("kind = \"text\"", "kind = \"texts\""),
        ("max_chars = ", "max_char = "),
        ("max_chars = ", "min = "),
        ("id = \"message\"", "id = \"Message\""),
        ("fim = \"schalter.", "fim = \"schalt."),
        ("equals = ", "equal = "),
        ("kind = \"select\"", "kind = \"select\"\ncorrectable = \"maybe\""),
    ];
    let bad: Vec<Value> = slips
        .iter()
        .map(|(from, to)| {
            assert!(lob.text.contains(from), "{from}");
            json!({ "schema": schema, "toml": lob.text.replacen(from, to, 1) })
        })
        .collect();
    for (answer, (_, to)) in conform(&bad).iter().zip(slips) {
        assert_ne!(answer, "ok", "{to}");
    }
}

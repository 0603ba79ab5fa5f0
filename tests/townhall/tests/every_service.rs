//! Each service that is built in, walked to its end by somebody who answers at random, many times; and what the
//! authority gets, checked by a JSON Schema validator that nobody here wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use catalogue::{Catalogue, Finish, bundled};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use townhall::robot::walk;

/// Visits for each service.
const VISITS: u64 = 40;

fn load(id: &str) -> Catalogue {
    let loaded = Catalogue::load(&bundled::small(&[id])).unwrap_or_else(|faults| panic!("{id}: {faults:#?}"));
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

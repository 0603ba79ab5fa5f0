//! What tests of every service share: the catalogue with one of them, and Python programs that nobody here wrote.
#![allow(dead_code, reason = "each test file uses a part of it")]
use catalogue::{Catalogue, bundled};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The catalogue with that service alone.
pub(crate) fn load(id: &str) -> Catalogue {
    let loaded = bundled::load(&bundled::small(&[id])).unwrap_or_else(|faults| panic!("{id}: {faults:#?}"));
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    loaded.catalogue
}

/// What a program of `tests/peers/python` answers: a line for each.
pub(crate) fn python<Answer: DeserializeOwned>(program: &str, questions: &[Value]) -> Vec<Answer> {
    let peer = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../peers/python");
    let prepared = Command::new(peer.join("prepare.sh"))
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("python"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(prepared.status.success(), "{program}: Python can't be prepared");
    let interpreter = PathBuf::from(String::from_utf8(prepared.stdout).unwrap().trim_end());
    let mut child = Command::new(interpreter)
        .arg(peer.join(program))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    assert!(output.status.success(), "{program} failed");
    let lines = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Answer> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len(), "{program} answered not all");
    answers
}

/// For each pair of schema and instance what `jsonschema` says: "ok", or the first error.
pub(crate) fn conform(pairs: &[Value]) -> Vec<String> {
    python("conforms.py", pairs)
}

//! The tree's rules.
#![allow(clippy::unwrap_used, reason = "a test may panic, and so may what it calls")]
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tidy::{Member, files, functions, members, root};

/// Longest file that can be read at a sitting.
const RUST_LINES_MAX: usize = 400;
/// Longest screen.
const SLINT_LINES_MAX: usize = 150;
/// A function fits a screen.
const FUNCTION_LINES_MAX: usize = 70;

/// Edges between the folders of the house, each argued in docs/ARCHITECTURE.md or docs/decisions.
const HOUSE_EDGES: [(&str, &str); 5] = [
    ("kiosk-app", "drivers"),
    ("kiosk-app", "enclosure"),
    ("kiosk-app", "provisioning/wire"),
    ("kiosk-app", "provisioning/outbox"), // docs/decisions/0002
    ("provisioning", "drivers/signer"),   // docs/decisions/0007
];

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn manifest(path: &str) -> toml::Table {
    let text = fs::read_to_string(root().join(path).join("Cargo.toml")).unwrap();
    text.parse().unwrap()
}

/// Names of the crates that a crate imports outside its tests.
fn imports(path: &str) -> Vec<String> {
    let manifest = manifest(path);
    let table = manifest.get("dependencies").and_then(|value| value.as_table());
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

fn by_name() -> BTreeMap<String, Member> {
    let name = |member: &Member| manifest(&member.path)["package"]["name"].as_str().unwrap().to_owned();
    members().into_iter().map(|member| (name(&member), member)).collect()
}

#[test]
fn the_map_names_every_crate() {
    let mut listed: Vec<String> = members().into_iter().map(|member| member.path).collect();
    let mut found: Vec<String> = files("Cargo.toml")
        .iter()
        .map(|file| relative(file.parent().unwrap()))
        .filter(|path| !path.is_empty() && !path.ends_with("/fuzz"))
        .collect();
    listed.sort();
    found.sort();
    assert_eq!(listed, found);
    assert!(listed.len() > 15, "the map was not read: {listed:?}");
}

#[test]
fn imports_go_down() {
    let crates = by_name();
    for (name, member) in &crates {
        for import in imports(&member.path) {
            let Some(lower) = crates.get(&import) else { continue };
            if member.house == lower.house {
                assert!(
                    lower.floor < member.floor,
                    "{name} (F{:?}) imports {import} (F{:?})",
                    member.floor,
                    lower.floor
                );
            } else if member.house != "tests" {
                let edge = HOUSE_EDGES
                    .iter()
                    .any(|(from, to)| member.house == *from && lower.path.starts_with(to));
                assert!(
                    edge,
                    "{name} imports {import}: a new edge between folders needs a page in docs/decisions"
                );
            }
            assert!(
                !member.pure || lower.pure,
                "{name} is pure and imports {import}, which isn't"
            );
        }
    }
}

#[test]
fn pure_crates_touch_nothing() {
    let crates_banned = [
        "tokio",
        "slint",
        "pcsc",
        "getrandom",
        "ureq",
        "axum",
        "rusqlite",
        "ipp",
        "tempfile",
        "rppal",
    ];
    let words_banned = [
        "std::fs",
        "std::net",
        "std::thread",
        "std::process",
        "std::env",
        "Instant::now",
        "SystemTime",
        "OsRng",
        "thread_rng",
        "rand::rng()",
        "std::io::std",
    ];
    for (name, member) in by_name().into_iter().filter(|(_, member)| member.pure) {
        for import in imports(&member.path) {
            assert!(
                !crates_banned.contains(&&*import),
                "{name} is pure and imports {import}"
            );
        }
        for file in files(".rs") {
            let path = relative(&file);
            if !path.starts_with(&format!("{}/src/", member.path)) {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            for (at, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for word in words_banned {
                    assert!(
                        !code.contains(word),
                        "{path}:{}: {name} is pure and says {word}",
                        at + 1
                    );
                }
            }
        }
    }
}

#[test]
fn files_and_functions_are_short() {
    let mut long = Vec::new();
    for (ending, lines_max) in [(".rs", RUST_LINES_MAX), (".slint", SLINT_LINES_MAX)] {
        for file in files(ending) {
            let text = fs::read_to_string(&file).unwrap();
            let lines = text.lines().count();
            // A file may be longer with a reason on its first line.
            if lines > lines_max && !text.starts_with("// long: ") {
                long.push(format!("{}: {lines} lines, at most {lines_max}", relative(&file)));
            }
        }
    }
    for file in files(".rs") {
        let text = fs::read_to_string(&file).unwrap();
        for function in functions(&text)
            .into_iter()
            .filter(|function| function.lines > FUNCTION_LINES_MAX)
        {
            long.push(format!(
                "{}:{}: {} has {} lines",
                relative(&file),
                function.line,
                function.name,
                function.lines
            ));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn nothing_is_left_undone() {
    let words = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("#[ign", "ore"),
        concat!("dbg", "!("),
    ];
    let names = ["Manager", "Helper", "Util"];
    for file in files(".rs") {
        let text = fs::read_to_string(&file).unwrap();
        for (at, line) in text.lines().enumerate() {
            let place = || format!("{}:{}", relative(&file), at + 1);
            assert!(!words.iter().any(|word| line.contains(word)), "{}: {line}", place());
            for kind in ["struct ", "enum ", "trait "] {
                let Some(name) = line.trim_start().trim_start_matches("pub ").strip_prefix(kind) else {
                    continue;
                };
                let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                assert!(
                    !names.iter().any(|word| name.ends_with(word)),
                    "{}: {name} says nothing",
                    place()
                );
            }
            assert!(
                !line.trim_start().trim_start_matches("pub ").starts_with("fn get_"),
                "{}: no get_",
                place()
            );
        }
    }
}

#[test]
fn licences_are_on_the_list() {
    let deny: toml::Table = fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap();
    let allowed: Vec<&str> = deny["licenses"]["allow"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|v| v.as_str())
        .collect();
    let run = std::process::Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    let mut strange = Vec::new();
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("");
        if !is_allowed(licence, &allowed) {
            strange.push(format!("{}: {licence}", package["name"]));
        }
    }
    assert!(
        strange.is_empty(),
        "licences that deny.toml doesn't allow:\n{}",
        strange.join("\n")
    );
}

#[test]
fn failure_codes_are_explained() {
    let table = fs::read_to_string(root().join("docs/failure-codes.md")).unwrap();
    let explained = |code: &str| table.contains(&format!("| {code} |"));
    let mut shown = 0;
    for file in files(".rs").into_iter().chain(files(".slint")) {
        let path = relative(&file);
        if !path.starts_with("kiosk-app/screens/src") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for (at, _) in text.match_indices("K-") {
            let code: String = text[at..].chars().take(5).collect();
            if code[2..].chars().all(|c| c.is_ascii_digit()) && code.len() == 5 {
                shown += 1;
                assert!(
                    explained(&code),
                    "{path} shows {code}, which docs/failure-codes.md doesn't explain"
                );
            }
        }
    }
    assert!(shown > 5);
}

#[test]
fn every_stage_has_words_for_staff() {
    let words = fs::read_to_string(root().join("provisioning/fleet/src/calls.rs")).unwrap();
    let mut stages = 0;
    for file in files(".rs") {
        let path = relative(&file);
        if !path.starts_with("kiosk-app/session/src") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for rest in text.split("const NAME: &'static str = \"").skip(1) {
            let stage = rest.split('"').next().unwrap_or_default();
            stages += 1;
            assert!(
                words.contains(&format!("\"{stage}\" => ")),
                "{path} has a stage {stage:?}, for which `fleet calls` has no words"
            );
            let is_sent =
                (1..=32).contains(&stage.len()) && stage.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_'));
            assert!(is_sent, "{path}: the agent refuses a call from {stage:?}");
        }
    }
    assert!(stages > 10);
}

/// `A OR B` needs one that is allowed, `A AND B` all; brackets as in `(A OR B) AND C`.
fn is_allowed(licence: &str, allowed: &[&str]) -> bool {
    let one = |term: &str| allowed.contains(&term.trim_matches(['(', ')', ' ']));
    licence
        .replace('/', " OR ")
        .split(" AND ")
        .all(|part| part.split(" OR ").any(one))
}

#[test]
fn expressions_of_licences_are_read() {
    assert!(is_allowed("MIT OR Apache-2.0", &["MIT"]));
    assert!(is_allowed(
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        &["MIT", "Unicode-3.0"]
    ));
    assert!(!is_allowed("MIT AND BUSL-1.1", &["MIT"]));
    assert!(!is_allowed("", &["MIT"]));
}

#[test]
fn functions_are_measured() {
    let text = "impl X {\n    pub fn a(&self) {\n        b();\n    }\n\n    fn c();\n}\n";
    let found = functions(text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].line, &*found[0].name, found[0].lines), (2, "a", 3));
}

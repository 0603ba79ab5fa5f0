//! The tool as an organiser calls it.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
use std::path::Path;
use std::process::{Command, Output};

fn catalogue(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_catalogue"))
        .args(arguments)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A folder with a town and nothing else.
fn town(folder: &Path) -> &str {
    for file in catalogue::bundled::small(&["ausweisdaten"]) {
        let path = folder.join(file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file.text).unwrap();
    }
    folder.to_str().unwrap()
}

#[test]
fn a_new_service_is_without_a_fault_and_can_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let services = town(folder.path());
    let made = catalogue(&["new", services, "spielplatz"]);
    assert!(made.status.success(), "{}", told(&made));
    let checked = catalogue(&["check", services]);
    assert!(checked.status.success(), "{}", told(&checked));
    assert!(
        told(&checked).contains("2 services without a fault"),
        "{}",
        told(&checked)
    );
    let out = folder.path().join("pictures");
    let drawn = catalogue(&["preview", services, out.to_str().unwrap(), "de-x-leicht", "spielplatz"]);
    assert!(drawn.status.success(), "{}", told(&drawn));
    for name in ["00-request", "01-wish", "02-person"] {
        let png = std::fs::read(out.join(format!("spielplatz/{name}.png"))).unwrap();
        assert!(png.starts_with(b"\x89PNG") && png.len() > 5_000, "{name}");
    }
    let schema = catalogue(&["schema", services, "spielplatz"]);
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert_eq!(schema["properties"]["schalter.spielplatz.wish"]["title"], "Ihr Wunsch");
    // What is there isn't written over.
    let again = catalogue(&["new", services, "spielplatz"]);
    assert!(!again.status.success() && told(&again).contains("is there already"));
}

#[test]
fn mistakes_are_told_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let services = town(folder.path());
    assert!(catalogue(&["new", services, "hund"]).status.success());
    let file = folder.path().join("hund/service.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("next = \"person\"", "next = \"persons\"")).unwrap();
    let checked = catalogue(&["check", services]);
    assert!(!checked.status.success());
    assert!(told(&checked).contains("hund/service.toml:"), "{}", told(&checked));
    // Below a file there is no room for a folder.
    let nowhere = folder.path().join("town.toml/out");
    for wrong in [
        &["new", services, "../hund"][..],
        &["new", services, "Hund"],
        &["check", "/nowhere"],
        &["preview", services, nowhere.to_str().unwrap()],
        &["preview", services, "out", "xx"],
        &["schema", services, "katze"],
        &["sing"],
    ] {
        let output = catalogue(wrong);
        assert!(!output.status.success() && !told(&output).is_empty(), "{wrong:?}");
    }
}

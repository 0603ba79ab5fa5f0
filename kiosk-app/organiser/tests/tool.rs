//! The tool as an organiser calls it.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use common::{run, said, write};
use std::path::Path;

/// A folder with a town and nothing else.
fn town(folder: &Path) -> &str {
    write(folder, ::catalogue::bundled::small(&["ausweisdaten"]));
    folder.to_str().unwrap()
}

#[test]
fn a_new_service_is_without_a_fault_and_can_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let services = town(folder.path());
    let made = run(&["new", services, "spielplatz"]);
    assert!(made.status.success(), "{}", said(&made));
    let checked = run(&["check", services]);
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(
        said(&checked).contains("2 services without a fault"),
        "{}",
        said(&checked)
    );
    let out = folder.path().join("pictures");
    let drawn = run(&["preview", services, out.to_str().unwrap(), "de-x-leicht", "spielplatz"]);
    assert!(drawn.status.success(), "{}", said(&drawn));
    for name in ["00-request", "01-wish", "02-person"] {
        let png = std::fs::read(out.join(format!("spielplatz/{name}.png"))).unwrap();
        assert!(png.starts_with(b"\x89PNG") && png.len() > 5_000, "{name}");
    }
    let schema = run(&["schema", services, "spielplatz"]);
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert_eq!(schema["properties"]["schalter.spielplatz.wish"]["title"], "Ihr Wunsch");
    // What is there isn't written over.
    let again = run(&["new", services, "spielplatz"]);
    assert!(!again.status.success() && said(&again).contains("is there already"));
}

#[test]
fn mistakes_are_told_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let services = town(folder.path());
    assert!(run(&["new", services, "hund"]).status.success());
    let file = folder.path().join("hund/service.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("next = \"person\"", "next = \"persons\"")).unwrap();
    let checked = run(&["check", services]);
    assert!(!checked.status.success());
    assert!(said(&checked).contains("hund/service.toml:"), "{}", said(&checked));
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
        let output = run(wrong);
        assert!(!output.status.success() && !said(&output).is_empty(), "{wrong:?}");
    }
}

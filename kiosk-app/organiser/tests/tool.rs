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
    // What nobody has filled in isn't offered, and told line by line.
    let checked = run(&["check", services]);
    let heard = said(&checked);
    assert!(
        !checked.status.success() && heard.contains("1 service without a fault, 11 faults"),
        "{heard}"
    );
    assert!(
        heard.contains("spielplatz/texts.de.toml:3: `title` is still the text of the template"),
        "{heard}"
    );
    assert!(heard.contains("`leika` is still the key of the template"), "{heard}");
    let out = folder.path().join("pictures");
    let drawn = run(&["preview", services, out.to_str().unwrap(), "de-x-leicht", "spielplatz"]);
    assert!(drawn.status.success(), "{}", said(&drawn));
    for name in ["00-request", "01-wish", "02-person", "03-review", "04-receipt"] {
        let png = std::fs::read(out.join(format!("spielplatz/{name}.png"))).unwrap();
        assert!(png.starts_with(b"\x89PNG") && png.len() > 5_000, "{name}");
    }
    let schema = run(&["schema", services, "spielplatz"]);
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert_eq!(schema["properties"]["schalter.spielplatz.wish"]["title"], "Ihr Wunsch");
    // Pictures of pages that are gone go; what somebody else put there stays.
    for name in ["07-gone.png", "notes.txt", "mine.png"] {
        std::fs::write(out.join("spielplatz").join(name), "x").unwrap();
    }
    let again = run(&["preview", services, out.to_str().unwrap(), "de-x-leicht", "spielplatz"]);
    assert!(said(&again).contains("5 pictures in"), "{}", said(&again));
    let there = |name: &str| out.join("spielplatz").join(name).exists();
    assert!(!there("07-gone.png") && there("notes.txt") && there("mine.png") && there("04-receipt.png"));
    // The page that asks is longer than the screen: the whole of it is in the picture.
    let request = std::fs::read(out.join("spielplatz/00-request.png")).unwrap();
    let height = u32::from_be_bytes(request[20..24].try_into().unwrap());
    assert!(height > 1920, "{height}");
    // Filled in, it is without a fault.
    for name in ["service.toml", "texts.de.toml", "texts.de-x-leicht.toml"] {
        let path = folder.path().join("spielplatz").join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text
            .replace("\"[", "\"")
            .replace("]\"\n", "\"\n")
            .replace("99000000000000", "99089014014000");
        std::fs::write(&path, text).unwrap();
    }
    let checked = run(&["check", services]);
    assert!(
        said(&checked).contains("2 services without a fault, 0 faults"),
        "{}",
        said(&checked)
    );
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

#[test]
fn a_town_is_begun_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let services = folder.path().join("neu");
    let services = services.to_str().unwrap();
    let made = run(&["new", services, "grill-platz"]);
    assert!(
        made.status.success() && said(&made).contains("town.toml"),
        "{}",
        said(&made)
    );
    let checked = said(&run(&["check", services]));
    for what in [
        "town.toml:3: `name` is still the text",
        "`destination_id` is still that",
        "`leika` is still the key",
    ] {
        assert!(checked.contains(what), "{what}: {checked}");
    }
    assert!(checked.contains("0 services without a fault"), "{checked}");
    let town = folder.path().join("neu/town.toml");
    std::fs::write(&town, "mine").unwrap();
    assert!(run(&["new", services, "zweiter"]).status.success());
    assert_eq!(std::fs::read_to_string(&town).unwrap(), "mine");
    assert!(!run(&["new", services, "tables"]).status.success());
}

#[test]
fn a_file_that_is_not_utf_8_leaves_the_others_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let services = town(folder.path());
    let file = folder.path().join("hund/texts.de.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, b"title = \"Stra\xdfe\"\n").unwrap();
    let checked = said(&run(&["check", services]));
    assert!(checked.contains("hund/texts.de.toml: is not UTF-8"), "{checked}");
    assert!(checked.contains("1 service without a fault"), "{checked}");
    assert!(
        !checked.contains("hund/texts.de.toml: the file is missing"),
        "{checked}"
    );
}

//! Packages as they are made and read: what is told of wrong files, old versions and days that don't fit.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says so by failing")]
mod common;
use common::{Towns, done, refused, run, said};
use std::fs;

#[test]
fn what_changed_under_its_old_version_isn_t_packed() {
    let towns = Towns::new();
    let (services, old, new) = (
        towns.text("musterstadt"),
        towns.text("m.schalter"),
        towns.text("n.schalter"),
    );
    let file = towns.at("musterstadt/lob/texts.de.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replacen("summary = \"", "summary = \"Neu in Musterstadt: ", 1),
    )
    .unwrap();
    let pack = |out: &str, more: &[&str]| {
        let mut arguments = vec!["pack", &services, out, "musterstadt", "2", "2999-12-31"];
        arguments.extend(more);
        run(&arguments)
    };
    for output in [pack(&new, &["--after", &old]), pack(&old, &[])] {
        let told = said(&output);
        assert!(
            !output.status.success() && told.contains("lob/service.toml: changed, and still version 1.0.0"),
            "{told}"
        );
    }
    let packed = pack(&new, &[]);
    assert!(
        packed.status.success(),
        "whoever doesn't say what was before isn't told"
    );
    let hint = "lob/texts.de.toml:2: names Musterstadt; {town} and {office} fit whoever adopts it";
    assert!(said(&packed).contains(hint), "{}", said(&packed));
    let diff = done(&["diff", &old, &new]);
    assert!(diff.starts_with("lob: CHANGED, BUT STILL VERSION 1.0.0"), "{diff}");
    assert!(
        diff.contains("lob: text, summary (only German)") && diff.contains("package: version: 1 → 2"),
        "{diff}"
    );
    let definition = towns.at("musterstadt/lob/service.toml");
    let text = fs::read_to_string(&definition).unwrap();
    fs::write(&definition, text.replacen("1.0.0", "1.0.1", 1)).unwrap();
    assert!(pack(&new, &["--after", &old]).status.success());
    // A service that begins after the package's end.
    let text = fs::read_to_string(&definition).unwrap();
    fs::write(
        &definition,
        text.replacen("[[page]]", "[period]\nfrom = \"2999-12-31\"\n\n[[page]]", 1),
    )
    .unwrap();
    let early = refused(&["pack", &services, &new, "musterstadt", "3", "2028-12-31", "lob"]);
    assert!(
        early.contains("begins on 2999-12-31, and the package ends on 2028-12-31"),
        "{early}"
    );
}

#[test]
fn what_is_adopted_can_be_read_first() {
    let towns = Towns::new();
    let (package, out) = (towns.text("m.schalter"), towns.text("to-read"));
    let said = done(&["unpack", &package, &out]);
    assert!(said.contains("lob: for_version = \"1.0.0\", for_content = "), "{said}");
    for file in ["lob/service.toml", "lob/texts.de.toml", "bewohnerparken/receipt.toml"] {
        let (theirs, ours) = (towns.at("musterstadt").join(file), towns.at("to-read").join(file));
        assert_eq!(fs::read(theirs).unwrap(), fs::read(ours).unwrap());
    }
    let again = refused(&["unpack", &package, &out]);
    assert!(again.contains("is there already"), "{again}");
    let diff = done(&["diff", &package, &package]);
    assert_eq!(diff, "0 changes\n");
}

#[test]
fn wrong_files_are_told_by_their_names() {
    let towns = Towns::new();
    let (package, key, public) = (
        towns.text("m.schalter"),
        towns.text("rathaus.key"),
        towns.text("rathaus.pub"),
    );
    for (arguments, what) in [
        (
            &["sign", &package, &public][..],
            "rathaus.pub is the public key; signing takes the secret one",
        ),
        (&["sign", "nowhere.schalter", &key], "nowhere.schalter: isn't there"),
        (&["sign", &package, "nowhere.key"], "nowhere.key: isn't there"),
        (&["verify", &package, "nowhere.pub"], "nowhere.pub: isn't there"),
        (&["verify", "nowhere.schalter", &towns.key], "isn't there"),
        (&["diff", "nowhere", &package], "nowhere: isn't there"),
        (&["key", &towns.text("rathaus")], "rathaus.key: is there already"),
        (&["check", "/nowhere"], "reading the services in /nowhere: isn't there"),
        (&["sing"], "there is no command `sing`"),
        (&["pack", "a", "b"], "`pack` is used so:\n  catalogue pack FOLDER FILE"),
    ] {
        let told = refused(arguments);
        assert!(told.contains(what), "{arguments:?}: {told}");
        assert!(
            !told.contains("os error") && told.matches("isn't there").count() <= 1,
            "{told}"
        );
    }
}

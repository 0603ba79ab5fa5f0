//! One town packs and signs what it wrote, another adopts it; `minisign` itself is the witness for the signatures.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says so by failing")]
mod common;
use common::{done, minisign, refused, said, told, write};
use std::fs;
use std::path::PathBuf;

/// Musterstadt with all its services, its package `m.schalter` signed, and Nebenan with one of its own.
struct Towns {
    folder: tempfile::TempDir,
    key: String,
}

impl Towns {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write(&at("musterstadt"), ::catalogue::bundled::files());
        fs::write(at("musterstadt/map/map.png"), ::catalogue::bundled::PICTURE).unwrap();
        write(&at("nebenan"), ::catalogue::bundled::small(&["ausweisdaten"]));
        // Streets are a town's own: what is looked up by them needs a table of its own.
        let tables = ::catalogue::bundled::files().into_iter();
        write(
            &at("nebenan"),
            tables.filter(|file| file.path.starts_with("tables/")).collect(),
        );
        fs::create_dir(at("nebenan/adopted")).unwrap();
        let said = done(&["key", at("rathaus").to_str().unwrap()]);
        let key = said.rsplit(' ').next().unwrap().trim().to_owned();
        let towns = Self { folder, key };
        towns.pack("m.schalter", "1", "2999-12-31");
        towns
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }

    /// Packs, signs, and hands it to Nebenan.
    fn pack(&self, name: &str, version: &str, until: &str) {
        let file = self.text(name);
        done(&["pack", &self.text("musterstadt"), &file, "musterstadt", version, until]);
        done(&["sign", &file, &self.text("rathaus.key")]);
        for name in [name.to_owned(), format!("{name}.minisig")] {
            fs::copy(self.at(&name), self.at("nebenan/adopted").join(&name)).unwrap();
        }
    }

    /// Nebenan adopts in three lines.
    fn adopt(&self, package: &str, key: &str, services: &str) {
        let path = self.at("nebenan/town.toml");
        let town = fs::read_to_string(&path).unwrap();
        let town = town.split("\n[[adopt]]").next().unwrap().to_owned();
        fs::write(
            &path,
            format!("{town}\n[[adopt]]\npackage = {package:?}\nkey = {key:?}\n{services}"),
        )
        .unwrap();
    }

    fn check(&self) -> String {
        told(&["check", &self.text("nebenan")])
    }
}

#[test]
fn a_neighbour_adopts_in_three_lines() {
    let towns = Towns::new();
    towns.adopt("m.schalter", &towns.key, "");
    let all = ::catalogue::bundled::files();
    let services = all.iter().filter(|file| file.path.ends_with("/service.toml")).count();
    let checked = done(&["check", &towns.text("nebenan")]);
    assert!(
        checked.contains(&format!("{services} services without a fault, 0 faults")),
        "{checked}"
    );
    towns.adopt("m.schalter", &towns.key, "services = [\"hundesteuer\", \"lob\"]\n");
    assert!(
        towns.check().contains("3 services without a fault, 0 faults"),
        "{}",
        towns.check()
    );
    towns.adopt("m.schalter", &towns.key, "services = [\"katzensteuer\"]\n");
    assert!(
        towns.check().contains("has no service `katzensteuer`"),
        "{}",
        towns.check()
    );
}

#[test]
fn a_neighbour_has_its_own_fee_and_words_and_nothing_else() {
    let towns = Towns::new();
    towns.adopt("m.schalter", &towns.key, "services = [\"sperrmuell\"]\n");
    let overlay = towns.at("nebenan/sperrmuell/overlay.toml");
    fs::create_dir_all(overlay.parent().unwrap()).unwrap();
    let good = "for_version = \"1.1.0\"\nfor_content = \"DIGITS\"\nkeywords = [\"Gerümpel\"]\ndrop_fees = [\"much\"]\n\
                [[fee]]\nid = \"standard\"\ncents = 3000\n[texts.de]\nsummary = \"Nebenan holt ab.\"\n\"fee.standard\" = \"{amount}\"\n\
                [texts.de-x-leicht]\n\"fee.standard\" = \"{amount}\"\n[texts.en]\n\"fee.standard\" = \"{amount}\"\n";
    let verified = done(&["verify", &towns.text("m.schalter"), &towns.text("rathaus.pub")]);
    let digits = verified
        .split("sperrmuell: ")
        .nth(1)
        .unwrap()
        .split('"')
        .nth(3)
        .unwrap()
        .to_owned();
    fs::write(&overlay, good).unwrap();
    let checked = towns.check();
    assert!(
        checked.contains("says something else than you have read") && checked.contains(&digits),
        "{checked}"
    );
    let good = &good.replace("DIGITS", &digits);
    fs::write(&overlay, good).unwrap();
    assert!(
        towns.check().contains("2 services without a fault, 0 faults"),
        "{}",
        towns.check()
    );
    // Where answers decide it, it has to be said how it is reckoned.
    let rows = "[[fee]]\nid = \"much\"\ncents = 9000\nwhen = { field = \"volume\", equals = \"more\" }\n[[fee]]";
    let both = good
        .replacen("[[fee]]", rows, 1)
        .replace("drop_fees = [\"much\"]\n", "");
    fs::write(&overlay, &both).unwrap();
    assert!(
        towns.check().contains("`overview` lacks {standard}"),
        "{}",
        towns.check()
    );
    let both = both.replace(
        "\"fee.standard\"",
        "\"fee.overview\" = \"{standard} oder {much}\"\n\"fee.standard\"",
    );
    fs::write(&overlay, &both).unwrap();
    assert!(
        towns.check().contains("2 services without a fault, 0 faults"),
        "{}",
        towns.check()
    );
    let diff = done(&["diff", &towns.text("m.schalter"), &towns.text("nebenan")]);
    for line in [
        "sperrmuell: fee “much”: 25.00 €, when “Menge” is “Mehr” → 90.00 €, when “Menge” is “Mehr”",
        "sperrmuell: fee “standard”: free → 30.00 €",
        "sperrmuell: text, summary (only German): “Alte Möbel und große Geräte holen wir bei Ihnen ab.” → “Nebenan holt ab.”",
        "lob: is gone (“Lob",
    ] {
        assert!(diff.contains(line), "{line}\n{diff}");
    }
    for (from, to, why) in [
        (
            "for_version = \"1.1.0\"",
            "for_version = \"0.9.0\"",
            "written for version 0.9.0",
        ),
        ("keywords =", "data_groups =", "`data_groups` can't be otherwise"),
        ("summary =", "sumary =", "there is no text `sumary`"),
        ("[texts.de]", "[texts.de", "not readable as TOML"),
    ] {
        fs::write(&overlay, both.replacen(from, to, 1)).unwrap();
        let checked = towns.check();
        assert!(
            checked.contains(why) && checked.contains("1 service without a fault"),
            "{why}\n{checked}"
        );
    }
    fs::create_dir_all(towns.at("nebenan/lob")).unwrap();
    fs::write(towns.at("nebenan/lob/overlay.toml"), "for_version = \"1.0.0\"\n").unwrap();
    assert!(towns.check().contains("no adopted service `lob`"), "{}", towns.check());
}

#[test]
fn what_isn_t_signed_or_no_longer_valid_is_left_out() {
    let towns = Towns::new();
    let other = done(&["key", &towns.text("fremd")]);
    let other = other.rsplit(' ').next().unwrap().trim().to_owned();
    for (key, why) in [(other.as_str(), "not by that key"), ("RWQ", "the key is none")] {
        towns.adopt("m.schalter", key, "");
        let checked = towns.check();
        assert!(
            checked.contains(why) && checked.contains("1 service without a fault"),
            "{checked}"
        );
    }
    towns.adopt("../../musterstadt/m.schalter", &towns.key, "");
    assert!(towns.check().contains("no name of a package"), "{}", towns.check());
    towns.adopt("m.schalter", &towns.key, "");
    let package = towns.at("nebenan/adopted/m.schalter");
    let text = fs::read_to_string(&package).unwrap();
    fs::write(&package, text.replace("26", "27")).unwrap();
    assert!(towns.check().contains("it was changed since"), "{}", towns.check());
    fs::write(&package, "x".repeat(9 * 1024 * 1024)).unwrap();
    assert!(towns.check().contains("more than 8388608 bytes"), "{}", towns.check());
    fs::remove_file(&package).unwrap();
    assert!(
        towns.check().contains("m.schalter isn't in the folder `adopted`"),
        "{}",
        towns.check()
    );
    // Nothing of it begins later.
    fs::remove_dir_all(towns.at("musterstadt/briefwahl")).unwrap();
    towns.pack("old.schalter", "0", "2020-01-31");
    assert!(done(&["verify", &towns.text("old.schalter"), &towns.key]).contains("IT HAS EXPIRED"));
    towns.adopt("old.schalter", &towns.key, "");
    assert!(
        towns.check().contains("was valid until 2020-01-31"),
        "{}",
        towns.check()
    );
}

#[test]
fn minisign_reads_our_signatures_and_we_read_its() {
    let towns = Towns::new();
    let verified = minisign(towns.folder.path(), &["-Vm", "m.schalter", "-P", &towns.key]);
    assert!(
        said(&verified).contains("musterstadt 1 until 2999-12-31"),
        "{}",
        said(&verified)
    );
    minisign(
        towns.folder.path(),
        &["-G", "-W", "-p", "theirs.pub", "-s", "theirs.key"],
    );
    minisign(
        towns.folder.path(),
        &["-S", "-W", "-s", "theirs.key", "-m", "m.schalter"],
    );
    let public = fs::read_to_string(towns.at("theirs.pub")).unwrap();
    let public = public.lines().nth(1).unwrap();
    let verified = done(&["verify", &towns.text("m.schalter"), public]);
    assert!(
        verified.starts_with(&format!("The signature is right: by the key {public}")),
        "{verified}"
    );
    assert!(verified.contains("musterstadt 1, valid until 2999-12-31"), "{verified}");
    assert!(
        verified.contains("hundesteuer: for_version = \"1.1.0\", for_content = "),
        "{verified}"
    );
    let by_file = done(&["verify", &towns.text("m.schalter"), &towns.text("theirs.pub")]);
    assert_eq!(by_file, verified);
    assert!(refused(&["verify", &towns.text("m.schalter"), &towns.key]).contains("not by that key"));
}

#[test]
fn what_can_t_be_packed_is_told() {
    let towns = Towns::new();
    let (services, out) = (towns.text("musterstadt"), towns.text("x.schalter"));
    let pack = |until: &str, only: &str| refused(&["pack", &services, &out, "musterstadt", "2", until, only]);
    assert!(pack("morgen", "lob").contains("no day"));
    assert!(pack("2027-12-31", "katze").contains("no service `katze`"));
    let file = towns.at("musterstadt/lob/service.toml");
    fs::write(&file, "format = 1\n").unwrap();
    assert!(pack("2027-12-31", "lob").contains("no service `lob` without a fault"));
    done(&["pack", &services, &out, "musterstadt", "2", "2027-12-31", "termin"]);
    fs::write(&out, "{\"format\":1").unwrap();
    assert!(refused(&["sign", &out, &towns.text("rathaus.key")]).contains("no JSON"));
}

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
    fs::write(&file, text.replacen("summary = \"", "summary = \"Neu: ", 1)).unwrap();
    let pack = |out: &str, more: &[&str]| {
        let mut arguments = vec!["pack", &services, out, "musterstadt", "2", "2999-12-31"];
        arguments.extend(more);
        catalogue(&arguments)
    };
    for output in [pack(&new, &["--after", &old]), pack(&old, &[])] {
        let told = told(&output);
        assert!(
            !output.status.success() && told.contains("lob/service.toml: changed, and still version 1.0.0"),
            "{told}"
        );
    }
    assert!(
        pack(&new, &[]).status.success(),
        "whoever doesn't say what was before isn't told"
    );
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

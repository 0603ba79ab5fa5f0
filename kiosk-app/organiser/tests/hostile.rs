//! What is wrong on purpose: refused by name, and everything else stays on offer. And a second town in a folder below.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says so by failing")]
mod common;
use common::{edit, minisign, told, write};
use std::fs;
use std::path::PathBuf;

/// A town that adopts `m.schalter`, which is signed by minisign itself, whatever is in it.
struct Adopts {
    folder: tempfile::TempDir,
    good: String,
}

impl Adopts {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write(&at("musterstadt"), ::catalogue::bundled::small(&["lob", "termin"]));
        write(&at("nebenan"), ::catalogue::bundled::small(&["ausweisdaten"]));
        fs::create_dir(at("nebenan/adopted")).unwrap();
        let adopts = Self {
            folder,
            good: String::new(),
        };
        minisign(adopts.folder.path(), &["-G", "-W", "-p", "k.pub", "-s", "k.key"]);
        let key = fs::read_to_string(adopts.at("k.pub")).unwrap();
        let key = key.lines().nth(1).unwrap();
        let town = fs::read_to_string(adopts.at("nebenan/town.toml")).unwrap();
        let town = format!("{town}\n[[adopt]]\npackage = \"m.schalter\"\nkey = {key:?}\n");
        fs::write(adopts.at("nebenan/town.toml"), town).unwrap();
        let package = adopts.text("m.schalter");
        told(&[
            "pack",
            &adopts.text("musterstadt"),
            &package,
            "musterstadt",
            "1",
            "2999-12-31",
        ]);
        let good = fs::read_to_string(&package).unwrap();
        Self { good, ..adopts }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }

    /// What the check tells when this is the signed package.
    fn check(&self, package: &str) -> String {
        fs::write(self.at("nebenan/adopted/m.schalter"), package).unwrap();
        minisign(
            self.folder.path(),
            &["-S", "-W", "-s", "k.key", "-m", "nebenan/adopted/m.schalter"],
        );
        told(&["check", &self.text("nebenan")])
    }
}

#[test]
fn a_signed_package_that_is_wrong_is_refused_by_name() {
    let town = Adopts::new();
    let whole = town.check(&town.good);
    assert!(whole.contains("3 services without a fault, 0 faults"), "{whole}");
    let changed = |from: &str, to: &str| {
        assert!(town.good.contains(from), "{from}");
        town.check(&town.good.replacen(from, to, 1))
    };
    for (from, to, left, what) in [
        // In a service: that one is left out.
        ("next = \\\"answer\\\"", "next = \\\"message\\\"", 2, "in a circle"),
        ("statement = ", "# statement = ", 2, "`statement` is missing"),
        ("max_chars", "max_char", 2, "`max_char` means nothing"),
        (
            "\"lob/texts.de.toml\"",
            "\"lob/texts.dx.toml\"",
            2,
            "no language of the terminal",
        ),
        ("format = 1", "format = 2", 2, "`format` is 2"),
        ("[[page]]", "[[page]", 2, "not readable as TOML"),
        // In the package: nothing of it is taken.
        (
            "\"lob/texts.de.toml\"",
            "\"../lob/texts.de.toml\"",
            1,
            "no file of a service",
        ),
        ("\"lob/texts.de.toml\"", "\"/etc/passwd\"", 1, "no file of a service"),
        (
            "\"lob/texts.de.toml\"",
            "\"tables/parking.csv\"",
            1,
            "no file of a service",
        ),
        ("\"format\":1", "\"format\":9", 1, "not of format 1"),
    ] {
        let told = changed(from, to);
        assert!(told.contains(what), "{what}\n{told}");
        assert!(
            told.contains(&format!("{left} service")) && told.contains(" without a fault"),
            "{what}\n{told}"
        );
    }
    let bomb = format!("{{\"format\":1,\"files\":{}", "{\"a\":".repeat(1_000_000));
    assert!(town.check(&bomb).contains("no JSON"));
    let huge = town.good.replacen("[[page]]", &"#".repeat(100 * 1024 * 1024), 1);
    let told = town.check(&huge);
    assert!(
        told.contains("more than 8388608 bytes") && told.contains("1 service without a fault"),
        "{told}"
    );
}

#[test]
fn a_second_town_is_checked_with_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write(&at("here"), ::catalogue::bundled::small(&["lob"]));
    write(
        &at("here/towns/nebenan"),
        ::catalogue::bundled::small(&["termin", "hundesteuer"]),
    );
    let here = at("here").to_str().unwrap().to_owned();
    let town = fs::read_to_string(at("here/town.toml")).unwrap();
    let with = |more: &str| fs::write(at("here/town.toml"), format!("{town}\n[[town]]\n{more}\n")).unwrap();
    with("folder = \"nebenan\"");
    assert!(
        told(&["check", &here]).contains("2 services without a fault, 0 faults"),
        "{}",
        told(&["check", &here])
    );
    with("folder = \"nebenan\"\nreads_cards = true");
    assert!(told(&["check", &here]).contains("3 services without a fault, 0 faults"));
    with("folder = \"drueben\"");
    let missing = told(&["check", &here]);
    assert!(
        missing.contains("the town `drueben` can't be read") && missing.contains("1 service "),
        "{missing}"
    );
    with("folder = \"nebenan\"");
    let path = at("here/towns/nebenan/termin/service.toml");
    let service = fs::read_to_string(&path).unwrap();
    fs::write(&path, service.replacen("format = 1", "format = 1\ncolour = 1", 1)).unwrap();
    let broken = told(&["check", &here]);
    assert!(
        broken.contains("towns/nebenan/termin/service.toml:") && broken.contains("1 service"),
        "{broken}"
    );
    // A film that isn't there is told and is no fault; another one is.
    fs::write(
        &path,
        service.replacen(
            "[[page]]",
            &format!(
                "[sign_video]\nfile = \"dgs.mp4\"\nsha256 = \"{}\"\n[[page]]",
                "a".repeat(64)
            ),
            1,
        ),
    )
    .unwrap();
    let told_of = told(&["check", &here]);
    assert!(
        told_of.contains("towns/nebenan/termin/dgs.mp4 isn't there") && told_of.contains("0 faults"),
        "{told_of}"
    );
    fs::write(at("here/towns/nebenan/termin/dgs.mp4"), "no film").unwrap();
    assert!(told(&["check", &here]).contains("towns/nebenan/termin/dgs.mp4: is another film"));
    assert!(told(&["schema", "--format"]).contains("urn:schalter:format:1"));
}

#[test]
fn a_diff_tells_what_a_town_has_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    write(
        &folder.path().join("old"),
        ::catalogue::bundled::small(&["bewohnerparken", "lob"]),
    );
    write(
        &folder.path().join("new"),
        ::catalogue::bundled::small(&["bewohnerparken", "lob"]),
    );
    let edit = |path: &str, from: &str, to: &str| edit(&folder.path().join("new").join(path), from, to);
    let other = "0b2d9c11-3f58-4c07-8f1e-5a9d2c4e6f70";
    edit("town.toml", "format = 1", "format = 1\naccent = \"#004d14\"");
    edit("town.toml", "name = \"Musterstadt\"", "name = \"Nebenan\"");
    edit(
        "lob/service.toml",
        "retention = \"6 months\"",
        &format!("retention = \"1 year\"\ndestination_id = {other:?}"),
    );
    edit(
        "bewohnerparken/service.toml",
        "assurance = \"substantial\"",
        "assurance = \"high\"",
    );
    edit(
        "bewohnerparken/service.toml",
        "from_table = { table = \"parking\", by = \"street\", column = \"zone\" }\n",
        "",
    );
    let diff = told(&["diff", &at("old"), &at("new")]);
    for line in [
        "town: name: Musterstadt → Nebenan",
        "lob: CHANGED, BUT STILL VERSION 1.0.0",
        "town: colour: the screens’ own → #004d14",
        "lob: data are kept for: 6 months → 1 year",
        &format!("lob: cases go to: where all cases of the town go → {other}"),
        "bewohnerparken: how sure the office must be of who is there: substantial → high",
        "bewohnerparken: question “Parkzone”: follows from: zone of the table parking for “Straße und Hausnummer” → none",
    ] {
        assert!(diff.contains(line), "{line}\n{diff}");
    }
    assert!(diff.trim_end().ends_with("6 changes"), "{diff}");
}

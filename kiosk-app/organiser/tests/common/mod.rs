//! What tests of the tool share: calling it, files on disk, and minisign as a witness.
#![allow(dead_code, reason = "each test file uses a part of it")]
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The tool with these arguments.
pub(crate) fn run<Argument: AsRef<OsStr>>(arguments: &[Argument]) -> Output {
    let tool = Command::new(env!("CARGO_BIN_EXE_catalogue")).args(arguments).output();
    tool.unwrap()
}

/// What a program says, wherever it says it.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// What the tool says, however it ends.
pub(crate) fn told(arguments: &[&str]) -> String {
    said(&run(arguments))
}

/// What the tool says when it does it.
pub(crate) fn done(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

/// What the tool says when it doesn't.
pub(crate) fn refused(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(!output.status.success(), "{arguments:?} was done");
    said(&output)
}

/// minisign itself, in that folder.
pub(crate) fn minisign(folder: &Path, arguments: &[&str]) -> Output {
    let minisign = Command::new("minisign").args(arguments).current_dir(folder).output();
    let output = minisign.unwrap_or_else(|why| panic!("Debian's minisign isn't installed: {why}"));
    assert!(output.status.success(), "{}", said(&output));
    output
}

/// Lays files down in a folder.
pub(crate) fn write(folder: &Path, files: Vec<::catalogue::SourceFile>) {
    for file in files {
        let path = folder.join(file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text).unwrap();
    }
}

/// Replaces what stands in a file.
pub(crate) fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{}: {from}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Musterstadt with all its services, its package `m.schalter` signed, and Nebenan with one of its own.
pub(crate) struct Towns {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) key: String,
}

impl Towns {
    pub(crate) fn new() -> Self {
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

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.at(name).to_str().unwrap().to_owned()
    }

    /// Packs, signs, and hands it to Nebenan.
    pub(crate) fn pack(&self, name: &str, version: &str, until: &str) {
        let file = self.text(name);
        done(&["pack", &self.text("musterstadt"), &file, "musterstadt", version, until]);
        done(&["sign", &file, &self.text("rathaus.key")]);
        for name in [name.to_owned(), format!("{name}.minisig")] {
            fs::copy(self.at(&name), self.at("nebenan/adopted").join(&name)).unwrap();
        }
    }

    /// Nebenan adopts in three lines.
    pub(crate) fn adopt(&self, package: &str, key: &str, services: &str) {
        let path = self.at("nebenan/town.toml");
        let town = fs::read_to_string(&path).unwrap();
        let town = town.split("\n[[adopt]]").next().unwrap().to_owned();
        fs::write(
            &path,
            format!("{town}\n[[adopt]]\npackage = {package:?}\nkey = {key:?}\n{services}"),
        )
        .unwrap();
    }

    pub(crate) fn check(&self) -> String {
        told(&["check", &self.text("nebenan")])
    }
}

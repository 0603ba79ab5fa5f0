//! What tests of the tool share: calling it, files on disk, and minisign as a witness.
#![allow(dead_code, reason = "each test file uses a part of it")]
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
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

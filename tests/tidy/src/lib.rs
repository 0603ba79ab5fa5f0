//! The tree's own rules, checked by `cargo test`: floors, pure crates, lengths, names, licences. What a program can't
//! check stands in `docs/STYLE.md`.
use std::fs;
use std::path::{Path, PathBuf};

/// A crate as the map in the root `Cargo.toml` tells it.
#[derive(Debug, Clone)]
pub struct Member {
    /// Folder, relative to the root.
    pub path: String,
    /// Top-level folder: drivers, enclosure, provisioning, kiosk-app, tests.
    pub house: String,
    /// Floor; crates import lower floors only. `None` for tools that import nothing of ours.
    pub floor: Option<u32>,
    /// No file system, network, thread, clock, random source, toolkit.
    pub pure: bool,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    // Asked when it runs, not when it was built: clones that share a target folder share this program, too.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.join("../..")
}

/// Reads the map: `"drivers/api",       # F1 pure   the words`.
pub fn members() -> Vec<Member> {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap_or_default();
    let list = text
        .split("members = [")
        .nth(1)
        .and_then(|rest| rest.split(']').next())
        .unwrap_or_default();
    let member = |line: &str| {
        let path = line.trim().strip_prefix('"')?.split('"').next()?.to_owned();
        let remark = line.split('#').nth(1).unwrap_or_default();
        let mut words = remark.split_whitespace();
        let floor = words.next().and_then(|word| word.strip_prefix('F')?.parse().ok());
        let house = path.split('/').next()?.to_owned();
        Some(Member {
            path,
            house,
            floor,
            pure: words.next() == Some("pure"),
        })
    };
    list.lines().filter_map(member).collect()
}

/// All files of ours with this ending, relative to the root, without build products.
pub fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root(), ending, &mut found);
    found.sort();
    found
}

fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if path.is_dir() {
            if !name.starts_with('.') && !matches!(&*name, "target" | "out" | "node_modules") {
                walk(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

/// A function in rustfmt's layout: its first line (from 1), its name and how many lines it has.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Line of the signature.
    pub line: usize,
    /// Name.
    pub name: String,
    /// Lines from signature to closing brace.
    pub lines: usize,
}

/// The functions of a file. Relies on rustfmt: the closing brace stands under the signature's first character.
pub fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = line.len() - line.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        let length = lines[at..].iter().position(|line| *line == end);
        let declaration = lines[at..]
            .iter()
            .position(|line| line.ends_with(';') || line.ends_with('}'));
        if let Some(length) = length.filter(|length| declaration != Some(0) || *length == 0) {
            found.push(Function {
                line: at + 1,
                name,
                lines: length + 1,
            });
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    loop {
        match words.next()? {
            "pub" | "pub(crate)" | "pub(super)" | "const" | "async" | "unsafe" => {}
            "fn" => {
                return words
                    .next()
                    .map(|name| name.split(['(', '<']).next().unwrap_or(name).to_owned());
            }
            _ => return None,
        }
    }
}

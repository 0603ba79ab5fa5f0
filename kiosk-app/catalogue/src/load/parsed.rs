//! A TOML file read with the line of everything in it, and what people write who don't know TOML.
use crate::fault::{Faults, SourceFile};
use crate::load::view::{FILE_BYTES_MAX, View};
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Syntax errors told for one file; later ones are mostly echoes of the first.
const SYNTAX_FAULTS_MAX: usize = 10;

/// A parsed file.
pub(crate) struct Parsed<'a> {
    pub(super) path: &'a str,
    pub(super) line_starts: Vec<usize>,
    root: Spanned<DeTable<'a>>,
    /// What fills the slots of texts.
    pub(super) slots: &'a [(&'a str, &'a str)],
}

impl<'a> Parsed<'a> {
    /// Parses a file; what is wrong goes to `faults`.
    pub(crate) fn parse(file: &'a SourceFile, faults: &mut Faults) -> Option<Self> {
        if file.text.len() > FILE_BYTES_MAX {
            let what = format!("the file has {} bytes, more than {FILE_BYTES_MAX}", file.text.len());
            faults.add(&file.path, None, what, "split or shorten it");
            return None;
        }
        let line_starts: Vec<usize> = core::iter::once(0)
            .chain(
                (1..)
                    .zip(file.text.bytes())
                    .filter_map(|(after, byte)| (byte == b'\n').then_some(after)),
            )
            .collect();
        let (root, errors) = DeTable::parse_recoverable(&file.text);
        // One slip makes several errors.
        let mut told = BTreeSet::new();
        for error in errors.iter().take(SYNTAX_FAULTS_MAX) {
            let line = error.span().map(|span| line_at(&line_starts, span.start));
            let written = line.and_then(|line| file.text.lines().nth(line.checked_sub(1)?));
            let slip = written.and_then(slip);
            if slip.is_some() && !told.insert(line) {
                continue;
            }
            let what = format!("not readable as TOML: {}", error.message());
            faults.add(&file.path, line, what, slip.unwrap_or("see https://toml.io"));
        }
        errors.is_empty().then_some(Self {
            path: &file.path,
            line_starts,
            root,
            slots: &[],
        })
    }

    /// Texts that stand for the town's, each with its name: `{town}`.
    pub(crate) fn with_slots(self, slots: &'a [(&'a str, &'a str)]) -> Self {
        Self { slots, ..self }
    }

    /// The line of each key, by its path; tables in a list have their number in it.
    pub(crate) fn lines(&self) -> BTreeMap<Vec<String>, usize> {
        let mut lines = BTreeMap::new();
        self.each(&mut |path, line, _| _ = lines.insert(path.to_vec(), line));
        lines
    }

    /// Tells every value with its path and line.
    pub(crate) fn each(&self, tell: &mut impl FnMut(&[String], usize, &DeValue<'a>)) {
        let mut open: Vec<(Vec<String>, &DeTable<'a>)> = vec![(Vec::new(), self.root.get_ref())];
        while let Some((path, table)) = open.pop() {
            for (key, value) in table.iter() {
                let line = line_at(&self.line_starts, key.span().start);
                let name: &str = key.get_ref().as_ref();
                let path: Vec<String> = path.iter().cloned().chain([name.to_owned()]).collect();
                tell(&path, line, value.get_ref());
                match value.get_ref() {
                    DeValue::Table(below) => open.push((path, below)),
                    DeValue::Array(items) => {
                        for (number, item) in items.iter().enumerate() {
                            let path: Vec<String> = path.iter().cloned().chain([number.to_string()]).collect();
                            let line = line_at(&self.line_starts, item.span().start);
                            tell(&path, line, item.get_ref());
                            if let DeValue::Table(below) = item.get_ref() {
                                open.push((path, below));
                            }
                        }
                    }
                    DeValue::String(_)
                    | DeValue::Integer(_)
                    | DeValue::Float(_)
                    | DeValue::Boolean(_)
                    | DeValue::Datetime(_) => {}
                }
            }
        }
    }

    /// The top table.
    pub(crate) fn view(&self) -> View<'_> {
        View::whole(self, self.root.get_ref())
    }
}

/// What people write who don't know TOML, and how it is written.
fn slip(line: &str) -> Option<&'static str> {
    let (_, value) = line.split_once('=')?;
    let value = value.trim();
    let odd = value.starts_with(['„', '“', '”', '»', '«', '‚', '‘', '’', '`']);
    let bare = value.starts_with(char::is_alphabetic) && !["true", "false", "inf", "nan"].contains(&value);
    if odd || bare {
        return Some("put the text between straight quotes: \"…\"");
    }
    let decimal = value.starts_with(|c: char| c.is_ascii_digit()) && value.contains([',', '€']);
    if decimal {
        return Some("write a whole number without a comma: 3000 for 30 € in cents");
    }
    let opened = value.starts_with('"') && !value.starts_with("\"\"\"") && value.matches('"').count() % 2 == 1;
    opened.then_some("the text needs straight quotes at both ends: \"…\"; inside it write „…“ or \\\"")
}

pub(super) fn line_at(line_starts: &[usize], offset: usize) -> usize {
    line_starts.partition_point(|start| *start <= offset).max(1)
}

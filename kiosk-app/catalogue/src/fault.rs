//! What is wrong in a definition, told so that its author can mend it.
use core::fmt;

/// One file of the services folder, as text. The catalogue opens no files itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path inside the services folder with `/`: `town.toml`, `meldebescheinigung/service.toml`.
    pub path: String,
    /// Content.
    pub text: String,
}

/// A mistake in a file, for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which file, as in [`SourceFile::path`].
    pub path: String,
    /// Line, counted from 1; `None` when the whole file is meant (it is missing, too long).
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        // What is about no file has no name before it.
        let colon = if self.path.is_empty() { "" } else { ": " };
        write!(f, "{colon}{} ({})", self.what, self.mend)
    }
}

/// Faults told for one file at most; the author mends these first.
const FAULTS_PER_FILE_MAX: usize = 100;

/// Collects faults while files are read.
#[derive(Default)]
pub(crate) struct Faults {
    list: Vec<Fault>,
}

impl Faults {
    pub(crate) fn add(&mut self, path: &str, line: Option<usize>, what: impl Into<String>, mend: impl Into<String>) {
        if self.list.iter().rev().take_while(|fault| fault.path == path).count() < FAULTS_PER_FILE_MAX {
            self.list.push(Fault {
                path: path.to_owned(),
                line,
                what: what.into(),
                mend: mend.into(),
            });
        }
    }

    /// Those of another file.
    pub(crate) fn extend(&mut self, others: Self) {
        self.list.extend(others.list);
    }

    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn into_list(self) -> Vec<Fault> {
        self.list
    }
}

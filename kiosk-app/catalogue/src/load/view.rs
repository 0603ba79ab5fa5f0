//! TOML read with line numbers: typed look-ups that tell what is wrong and where, and notice keys nobody asked for.
use crate::charset;
use crate::fault::Faults;
pub(crate) use crate::load::parsed::Parsed;
use crate::load::parsed::line_at;
use crate::words::fill;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Longest file; a service of a hundred pages needs a tenth of it.
pub(crate) const FILE_BYTES_MAX: usize = 256 * 1024;
/// Longest single text; half a printed page.
pub(crate) const TEXT_CHARS_MAX: usize = 4_000;

/// A value together with the line it stands in.
pub(crate) struct At<T> {
    pub(crate) line: usize,
    pub(crate) value: T,
}

/// A key: one of the format, or a name that an author gave.
pub(crate) type Key = Cow<'static, str>;

/// One table of a file.
pub(crate) struct View<'a> {
    file: &'a Parsed<'a>,
    /// Line of its head.
    pub(crate) line: usize,
    /// What the table is called in faults.
    pub(crate) name: String,
    table: &'a DeTable<'a>,
    /// Keys that were asked for, more than once maybe.
    known: Vec<Key>,
    /// Where those of them stand in the file that are there.
    found: Vec<usize>,
}

impl<'a> View<'a> {
    /// The top table of a file.
    pub(super) fn whole(file: &'a Parsed<'a>, table: &'a DeTable<'a>) -> Self {
        Self {
            file,
            line: 1,
            name: "the file".to_owned(),
            table,
            known: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Reports a fault in this file.
    pub(crate) fn fault(&self, faults: &mut Faults, line: usize, what: impl Into<String>, mend: impl Into<String>) {
        faults.add(self.file.path, Some(line), what, mend);
    }

    /// Line of a key, or of the table when it isn't there.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        self.table
            .get_key_value(key)
            .map_or(self.line, |(key, _)| self.line_at(key))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A text that must be there and not be empty.
    pub(crate) fn text(&mut self, key: impl Into<Key>, faults: &mut Faults) -> Option<String> {
        let key = key.into();
        let Some(At { line, value }) = self.value(key.clone()) else {
            let what = format!("`{key}` is missing in {}", self.name);
            self.fault(faults, self.line, what, format!("add {key} = \"…\""));
            return None;
        };
        let text = self.string(&key, line, value, faults)?;
        self.filled(&key, line, text, faults)
    }

    fn filled(&self, key: &str, line: usize, text: String, faults: &mut Faults) -> Option<String> {
        if text.trim().is_empty() {
            let what = format!("`{key}` in {} is empty", self.name);
            self.fault(faults, line, what, "write the text");
            return None;
        }
        Some(text)
    }

    /// A text that may be left out.
    pub(crate) fn text_if(&mut self, key: impl Into<Key>, faults: &mut Faults) -> Option<String> {
        let key = key.into();
        let At { line, value } = self.value(key.clone())?;
        self.string(&key, line, value, faults)
    }

    fn string(&self, key: &str, line: usize, value: &DeValue<'_>, faults: &mut Faults) -> Option<String> {
        if let DeValue::String(text) = value {
            return self.checked(key, line, text, faults);
        }
        self.wrong_type(key, line, value, "a text in quotes", faults)
    }

    /// `true` or `false`, with what it is when left out.
    pub(crate) fn flag(&mut self, key: &'static str, default: bool, faults: &mut Faults) -> bool {
        match self.value(key) {
            None => default,
            Some(At {
                value: DeValue::Boolean(flag),
                ..
            }) => *flag,
            Some(At { line, value }) => self
                .wrong_type(key, line, value, "true or false", faults)
                .unwrap_or(default),
        }
    }

    /// A whole number within limits; may be left out.
    pub(crate) fn number(&mut self, key: &'static str, min: i64, max: i64, faults: &mut Faults) -> Option<i64> {
        let At { line, value } = self.value(key)?;
        let DeValue::Integer(digits) = value else {
            let wanted = match value {
                DeValue::Float(_) if key.contains("cents") => "cents: 3000 for 30 €",
                DeValue::Float(_)
                | DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Array(_)
                | DeValue::Table(_) => "a whole number",
            };
            return self.wrong_type(key, line, value, wanted, faults);
        };
        let number = i64::from_str_radix(digits.as_str(), digits.radix())
            .ok()
            .filter(|n| (min..=max).contains(n));
        if number.is_none() {
            self.fault(
                faults,
                line,
                format!(
                    "`{key}` in {} is {}, outside {min} to {max}",
                    self.name,
                    digits.as_str()
                ),
                "choose a number within these limits",
            );
        }
        number
    }

    /// The raw value, for keys that take several types.
    pub(crate) fn value(&mut self, key: impl Into<Key>) -> Option<At<&'a DeValue<'a>>> {
        let key = key.into();
        let found = self.table.get_key_value(&*key);
        self.known.push(key);
        let (key, value) = found?;
        self.found.push(key.span().start);
        Some(At {
            line: self.line_at(key),
            value: value.get_ref(),
        })
    }

    /// A list of texts; empty when left out.
    pub(crate) fn texts(&mut self, key: &'static str, faults: &mut Faults) -> Vec<At<String>> {
        let Some(At { line, value }) = self.value(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value else {
            self.wrong_type::<()>(key, line, value, "a list of texts", faults);
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items.iter() {
            let line = self.line_at(item);
            let text = if let DeValue::String(text) = item.get_ref() {
                self.checked(key, line, text, faults)
                    .and_then(|text| self.filled(key, line, text, faults))
            } else {
                self.wrong_type(key, line, item.get_ref(), "texts in quotes", faults)
            };
            texts.extend(text.map(|value| At { line, value }));
        }
        texts
    }

    /// A table below this one; may be left out.
    pub(crate) fn table(&mut self, key: impl Into<Key>, name: String, faults: &mut Faults) -> Option<View<'a>> {
        let key = key.into();
        let At { line, value } = self.value(key.clone())?;
        let DeValue::Table(table) = value else {
            return self.wrong_type(&key, line, value, "a table", faults);
        };
        Some(self.below(line, name, table))
    }

    /// A list of tables (`[[key]]`); empty when left out.
    pub(crate) fn tables(&mut self, key: &'static str, faults: &mut Faults) -> Vec<View<'a>> {
        let Some(At { line, value }) = self.value(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value else {
            self.wrong_type::<()>(key, line, value, "a list of tables", faults);
            return Vec::new();
        };
        let mut views = Vec::with_capacity(items.len());
        for (number, item) in items.iter().enumerate() {
            let line = self.line_at(item);
            if let DeValue::Table(table) = item.get_ref() {
                views.push(self.below(line, format!("{key} {}", number + 1), table));
            } else {
                self.wrong_type::<()>(key, line, item.get_ref(), "tables", faults);
            }
        }
        views
    }

    /// Keys that belong to the top of the file and stand below a heading, as they do when they come after it.
    pub(crate) fn strays(&mut self, top: &[&'static str], heading: &str, faults: &mut Faults) {
        let there: Vec<&'static str> = top.iter().copied().filter(|key| self.has(key)).collect();
        for key in there {
            let what = format!("`{key}` stands below {heading}");
            self.fault(
                faults,
                self.line_of(key),
                what,
                format!("move it above the first {heading}"),
            );
            self.known.push(Key::from(key));
        }
    }

    /// Keys in this table, each with its line.
    pub(crate) fn keys(&self) -> Vec<At<String>> {
        let key = |key: &Spanned<_>| At {
            line: self.line_at(key),
            value: str::to_owned(AsRef::as_ref(key.get_ref())),
        };
        self.table.keys().map(key).collect()
    }

    /// Reports keys that nobody asked for: mostly slips of the pen.
    pub(crate) fn finish(mut self, faults: &mut Faults) {
        self.found.sort_unstable();
        self.found.dedup();
        if self.found.len() == self.table.len() {
            return; // as mostly
        }
        self.known.sort_unstable();
        self.known.dedup();
        for key in self.table.keys() {
            let name: &str = key.get_ref().as_ref();
            if self.known.binary_search_by(|known| (**known).cmp(name)).is_ok() {
                continue;
            }
            let known: Vec<&str> = self.known.iter().map(|known| &**known).collect();
            let what = format!("`{}` means nothing in {}", shorten(name), self.name);
            let mend = format!("known here: {}", shorten(&known.join(", ")));
            self.fault(faults, self.line_at(key), what, mend);
        }
    }

    fn below(&self, line: usize, name: String, table: &'a DeTable<'a>) -> View<'a> {
        View {
            file: self.file,
            line,
            name,
            table,
            known: Vec::new(),
            found: Vec::new(),
        }
    }

    fn line_at<T>(&self, spanned: &Spanned<T>) -> usize {
        line_at(&self.file.line_starts, spanned.span().start)
    }

    fn checked(&self, key: &str, line: usize, text: &str, faults: &mut Faults) -> Option<String> {
        // As Windows ends its lines.
        let text = if text.contains('\r') {
            text.replace("\r\n", "\n")
        } else {
            text.to_owned()
        };
        if text.len() > TEXT_CHARS_MAX && text.chars().count() > TEXT_CHARS_MAX {
            let what = format!("`{key}` in {} has more than {TEXT_CHARS_MAX} characters", self.name);
            self.fault(faults, line, what, "shorten it");
            return None;
        }
        if let Some(bad) = charset::hostile(&text) {
            let what = format!(
                "`{key}` in {} holds the invisible character U+{:04X}",
                self.name,
                u32::from(bad)
            );
            self.fault(faults, line, what, "delete it and type the text anew");
            return None;
        }
        Some(if self.file.slots.is_empty() || !text.contains('{') {
            text
        } else {
            fill(&text, self.file.slots)
        })
    }

    fn wrong_type<T>(
        &self,
        key: &str,
        line: usize,
        found: &DeValue<'_>,
        wanted: &str,
        faults: &mut Faults,
    ) -> Option<T> {
        let what = format!("`{key}` in {} is of the type {}", self.name, found.type_str());
        self.fault(faults, line, what, format!("it takes {wanted}"));
        None
    }
}

/// Names from a file are shown in faults only in part: they may be 256 KiB long.
pub(crate) fn shorten(name: &str) -> String {
    const SHOWN_CHARS_MAX: usize = 200;
    let mut chars = name.chars();
    let mut short: String = chars
        .by_ref()
        .take(SHOWN_CHARS_MAX)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

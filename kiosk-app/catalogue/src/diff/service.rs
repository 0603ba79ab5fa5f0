//! One service: what it reads, costs and ends with, and in which order its changes are told.
use super::lists::{listed, ordered, tables, text};
use super::words::{change, generic, generic_table, keys, plain, quoted};
use super::{fees, form, texts};
use crate::fault::SourceFile;
use drivers_api::language::Language;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// A service's files, read.
#[derive(Debug, Default)]
pub(super) struct Definition {
    pub(super) service: Table,
    pub(super) texts: BTreeMap<Language, Table>,
    /// Its own files beside these, by name.
    pub(super) others: BTreeMap<String, Table>,
}

impl Definition {
    /// What isn't readable isn't there: such services aren't compared.
    pub(super) fn of(files: &[&SourceFile]) -> Self {
        let mut read = Self::default();
        for file in files {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            let table: Table = file.text.parse().unwrap_or_default();
            let tag = name.strip_prefix("texts.").and_then(|name| name.strip_suffix(".toml"));
            match (name, tag.and_then(Language::from_tag)) {
                ("service.toml", _) => read.service = table,
                (_, Some(language)) => _ = read.texts.insert(language, table),
                (other, None) => _ = read.others.insert(other.to_owned(), table),
            }
        }
        read
    }

    pub(super) fn version(&self) -> &str {
        text(&self.service, "version")
    }

    pub(super) fn title(&self) -> &str {
        self.german(&["title"]).unwrap_or("?")
    }

    /// The German text at that path.
    pub(super) fn german(&self, path: &[&str]) -> Option<&str> {
        let mut value = self.texts.get(&Language::German)?.get(*path.first()?)?;
        for key in path.iter().skip(1) {
            value = value.get(key)?;
        }
        value.as_str()
    }

    /// A question by its words.
    pub(super) fn question(&self, id: &str) -> String {
        quoted(self.german(&["field", id, "label"]).unwrap_or(id))
    }

    /// A choice by its words.
    pub(super) fn choice(&self, field: &str, key: &str) -> String {
        let own = self.german(&["field", field, "choices", key]);
        quoted(own.unwrap_or(key))
    }

    /// A page by its heading; the other targets of a way by what they are.
    pub(super) fn page(&self, id: &str) -> String {
        match id {
            "end" => "the review".to_owned(),
            "another" => "the question for another one".to_owned(),
            id => format!("page {}", quoted(self.german(&["page", id, "title"]).unwrap_or(id))),
        }
    }

    /// A condition in words.
    pub(super) fn condition(&self, value: &Value) -> String {
        let joined = |key: &str, word: &str| {
            let all = value.get(key).and_then(Value::as_array)?;
            let told: Vec<String> = all.iter().map(|one| self.condition(one)).collect();
            Some(format!("({})", told.join(word)))
        };
        let not = || Some(format!("not {}", self.condition(value.get("not")?)));
        let asked = || self.asked(value.as_table()?);
        let told = joined("all", " and ").or_else(|| joined("any", " or ")).or_else(not);
        told.or_else(asked).unwrap_or_else(|| plain(value))
    }

    fn asked(&self, asked: &Table) -> Option<String> {
        let field = asked.get("field").and_then(Value::as_str)?;
        let (test, value) = asked.iter().find(|(key, _)| key.as_str() != "field")?;
        let on = match field.strip_prefix("card.") {
            Some("old_enough") => "the card’s “old enough”".to_owned(),
            Some("lives_there") => "the card’s “lives there”".to_owned(),
            Some(_) | None => self.question(field),
        };
        let told = |value: &Value| match value.as_str() {
            Some(key) => self.choice(field, key),
            None if self.is_money(field) => fees::euros(value),
            None => plain(value),
        };
        let any = |value: &Value| match value.as_array() {
            Some(values) => values.iter().map(told).collect::<Vec<_>>().join(" or "),
            None => told(value),
        };
        Some(match (test.as_str(), value) {
            ("equals" | "one_of", value) => format!("{on} is {}", any(value)),
            ("not_equals", value) => format!("{on} isn’t {}", any(value)),
            ("is_set", Value::Boolean(true)) => format!("{on} is answered"),
            ("is_set", _) => format!("{on} isn’t answered"),
            ("at_least", value) => format!("{on} is at least {}", told(value)),
            ("at_most", value) => format!("{on} is at most {}", told(value)),
            (day @ ("before" | "after"), value) => format!("{on} is {day} {}", plain(value)),
            (other, value) => format!("{on} {other} {}", plain(value)),
        })
    }

    fn is_money(&self, field: &str) -> bool {
        let mut fields = form::fields(self).into_iter();
        fields.any(|(_, one)| text(one, "id") == field && text(one, "kind") == "money")
    }

    /// What a new service is about.
    pub(super) fn described(&self) -> String {
        let list = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty());
        let read = self.service.get("data_groups").filter(|groups| list(groups));
        let card = self.service.get("card").map(plain);
        let asks = card.map_or_else(String::new, |asked| format!("; asks the card: {asked}"));
        let goes = self.service.get("destination_id").map(plain);
        format!(
            "is new: {}, version {}; reads from the card: {}{asks}; costs {}; {} questions{}",
            quoted(self.title()),
            self.version(),
            read.map_or_else(|| "nothing".to_owned(), plain),
            fees::told(self),
            form::fields(self).len(),
            goes.map_or_else(String::new, |to| format!("; cases go to {to}")),
        )
    }
}

/// Keys with a place of their own in the order below.
const PLACED: [&str; 17] = [
    "version",
    "data_groups",
    "card",
    "fee",
    "pay",
    "destination_id",
    "finish",
    "queue",
    "assurance",
    "retention",
    "leika",
    "period",
    "repeat",
    "page",
    "situations",
    "keywords",
    "sign_video",
];

/// Every change, weightiest first.
pub(super) fn compared(before: &Definition, after: &Definition) -> Vec<String> {
    let mut lines = Vec::new();
    if before.service != after.service {
        definition(before, after, &mut lines);
    }
    others(before, after, &mut lines);
    texts::compared(before, after, &mut lines);
    lines
}

/// `service.toml`.
fn definition(before: &Definition, after: &Definition, lines: &mut Vec<String>) {
    let (was, is) = (&before.service, &after.service);
    let fact = |key: &str, what: &str, absent: &str, lines: &mut Vec<String>| {
        let told = |_, value: Option<&Value>| value.map_or_else(|| absent.to_owned(), plain);
        change(what, [was.get(key), is.get(key)], told, lines);
    };
    let list = |key: &str, what: &str, lines: &mut Vec<String>| {
        listed(what, &words_of(was, key), &words_of(is, key), lines);
    };
    fact("version", "version", "none", lines);
    list("data_groups", "reads from the card", lines);
    card([was, is], lines);
    fees::compared(before, after, lines);
    list("pay", "is paid by", lines);
    fact("destination_id", "cases go to", "where all cases of the town go", lines);
    change("ends by", [was.get("finish"), is.get("finish")], ending, lines);
    fact("queue", "gives numbers of the queue", "no numbers", lines);
    fact(
        "assurance",
        "how sure the office must be of who is there",
        "as sure as it gets",
        lines,
    );
    fact("retention", "data are kept for", "not said", lines);
    fact("leika", "LeiKa key", "none", lines);
    let days = |_, period: Option<&Value>| period.map_or_else(|| "always".to_owned(), days);
    change("offered", [was.get("period"), is.get("period")], days, lines);
    form::compared(before, after, lines);
    for key in keys([was, is]).into_iter().filter(|key| !PLACED.contains(key)) {
        generic(key, [was.get(key), is.get(key)], lines);
    }
    list("situations", "stands under", lines);
    list("keywords", "is found by", lines);
    generic(
        "film in sign language",
        [was.get("sign_video"), is.get("sign_video")],
        lines,
    );
}

/// The texts in a list, told plainly.
fn words_of(table: &Table, key: &str) -> Vec<String> {
    match table.get(key) {
        Some(Value::Array(values)) => values.iter().map(plain).collect(),
        Some(other) => vec![plain(other)],
        None => Vec::new(),
    }
}

/// What the card is asked beside its data.
fn card([was, is]: [&Table; 2], lines: &mut Vec<String>) {
    let none = Table::new();
    let below = |table: &'_ Table| table.get("card").and_then(Value::as_table).cloned();
    let (old, new) = (below(was), below(is));
    let (old, new) = (old.as_ref().unwrap_or(&none), new.as_ref().unwrap_or(&none));
    for key in keys([old, new]) {
        let what = match key {
            "age_at_least" => "asks the card for an age of at least",
            "municipality" => "asks the card whether one lives in",
            "pseudonym" => "asks the card for its pseudonym",
            "too_young" => "who is too young",
            "lives_elsewhere" => "who lives elsewhere",
            other => other,
        };
        let told = |_, value: Option<&Value>| match value.map(plain) {
            Some(way) if way == "go_on" => "goes on".to_owned(),
            Some(way) if way == "exit" => "is led out".to_owned(),
            Some(other) => other,
            None if ["too_young", "lives_elsewhere"].contains(&key) => "is led out (left out)".to_owned(),
            None if key == "pseudonym" => "not asked".to_owned(),
            None => "not asked".to_owned(),
        };
        change(what, [old.get(key), new.get(key)], told, lines);
    }
}

fn ending(_: usize, finish: Option<&Value>) -> String {
    match finish.and_then(Value::as_str) {
        None | Some("submit") => "submitting".to_owned(),
        Some("prepare") => "preparing it for the counter".to_owned(),
        Some("show") => "showing what is on the card".to_owned(),
        Some("inform") => "telling something".to_owned(),
        Some(other) => other.to_owned(),
    }
}

fn days(period: &Value) -> String {
    let day = |key: &str| period.get(key).map_or_else(|| "…".to_owned(), plain);
    let more = period.as_table().into_iter().flatten();
    let more = more.filter(|(key, _)| !["from", "until"].contains(&key.as_str()));
    let more: String = more.map(|(key, value)| format!(", {key} {}", plain(value))).collect();
    format!("{} to {}{more}", day("from"), day("until"))
}

/// `receipt.toml`, `export.toml`, and whatever a service may have beside them.
fn others(before: &Definition, after: &Definition, lines: &mut Vec<String>) {
    let names = before.others.keys().chain(after.others.keys());
    let names: std::collections::BTreeSet<&String> = names.collect();
    for name in names {
        file(
            name,
            [before.others.get(name), after.others.get(name)],
            "the town’s order counts",
            lines,
        );
    }
}

/// A file with a list of blocks or elements, and some keys above it.
pub(super) fn file(name: &str, sides: [Option<&Table>; 2], without: &str, lines: &mut Vec<String>) {
    let (was, is) = match sides {
        [Some(was), Some(is)] => (was, is),
        [None, Some(_)] => return lines.push(format!("has a file {name} now")),
        [Some(_), None] if name == "receipt.toml" => return lines.push(format!("has no {name} any more: {without}")),
        [Some(_), None] => return lines.push(format!("has no {name} any more")),
        [None, None] => return,
    };
    let what = match name.split('.').next() {
        Some("receipt") => "receipt",
        Some("export") => "XML for the office",
        Some(_) | None => name,
    };
    let lists: [(&str, &[&str]); 2] = [("block", &["kind", "text"]), ("element", &["at"])];
    for (key, names) in lists {
        let named = |table: &Table| {
            let parts = names.iter().map(|key| text(table, key)).filter(|text| !text.is_empty());
            parts.collect::<Vec<_>>().join(" ")
        };
        ordered(what, [&tables(was, key), &tables(is, key)], named, lines);
    }
    let rest = |table: &Table| -> Table {
        let others = table.iter().filter(|(key, value)| {
            let listed = lists.iter().any(|(list, _)| list == key);
            !(listed && value.is_array())
        });
        others.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    generic_table(what, [&rest(was), &rest(is)], lines);
}

//! Reads what FIM calls a Stammdatenschema (XDatenfelder 2 and 3) into the draft of a service: groups become pages, and what
//! a program can't decide becomes a note for the person who goes on with it. Rules are prose there; they are notes too.
use element::{Limits, child, choices, code, is_fim, label, most, within};
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeSet;
use std::error::Error;

mod element;

const NAMESPACES: [&str; 2] = [
    "urn:xoev-de:fim:standard:xdatenfelder_2",
    "urn:xoev-de:fim:standard:xdatenfelder_3.0.0",
];
/// Largest file and most elements that are read.
pub(crate) const BYTES_MAX: usize = 16 * 1024 * 1024;
const NODES_MAX: u32 = 400_000;
/// Deepest nesting of groups.
const DEPTH_MAX: usize = 30;
/// Most entries of a group that FIM doesn't limit.
const ENTRIES_MAX: usize = 10;

/// A schema as far as a draft needs it.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    /// Its id and version, and what it is called.
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) basis: String,
    pub(crate) pages: Vec<Page>,
    /// What is left to do, in German, for comments.
    pub(crate) notes: Vec<String>,
    /// How many groups, fields and rules were read, repetitions counted.
    pub(crate) counts: [usize; 3],
}

/// A group's own fields.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Number of the outermost group that may be there several times, and how often.
    pub(crate) entries: Option<(usize, usize)>,
    pub(crate) fields: Vec<Field>,
}

/// One field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) id: String,
    pub(crate) fim: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) required: bool,
    /// Lines of the definition: kind and what belongs to it.
    pub(crate) kind: Vec<String>,
    /// Keys and labels of a select.
    pub(crate) choices: Vec<(String, String)>,
}

/// Reads a schema, or a single group or field of one.
pub(crate) fn read(text: &str, name: &str) -> Result<Schema, Box<dyn Error>> {
    if text.len() > BYTES_MAX {
        return Err(format!("more than {BYTES_MAX} bytes").into());
    }
    let options = ParsingOptions {
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| format!("no XML: {error}"))?;
    let root = document.root_element();
    let namespace = root.tag_name().namespace().unwrap_or_default();
    if !NAMESPACES.contains(&namespace) {
        return Err(format!("`{namespace}` can't be read; XDatenfelder 2 and 3 can").into());
    }
    let kinds = ["stammdatenschema", "datenfeldgruppe", "datenfeld"];
    let content = root.children().find(|node| kinds.contains(&node.tag_name().name()));
    let content = content.ok_or("there is no Stammdatenschema in it")?;
    let mut reader = Reader {
        schema: Schema::default(),
        name,
        fims: BTreeSet::new(),
        ids: BTreeSet::new(),
        outer: 0,
    };
    reader.schema.id = format!("{} {}", within(content, "id"), within(content, "version"));
    reader.schema.title = label(content);
    reader.schema.basis = child(content, "bezug");
    match content.tag_name().name() {
        "datenfeld" => {
            let mut page = reader.page(content, None);
            reader.field(content, "1:1", &mut page);
            reader.keep(page);
        }
        "datenfeldgruppe" => reader.group(content, "1:1", None, 0)?,
        _ => {
            reader.rules(content);
            reader.group_content(content, None, 0)?;
        }
    }
    Ok(reader.schema)
}

struct Reader<'a> {
    schema: Schema,
    name: &'a str,
    fims: BTreeSet<String>,
    ids: BTreeSet<String>,
    outer: usize,
}

impl Reader<'_> {
    fn note(&mut self, note: String) {
        self.schema.notes.push(note);
    }

    fn rules(&mut self, node: Node<'_, '_>) {
        for rule in node.children().filter(|child| child.tag_name().name() == "regel") {
            self.schema.counts[2] += 1;
            let words = [
                child(rule, "definition"),
                child(rule, "freitextRegel"),
                child(rule, "beschreibung"),
            ];
            let words = words.into_iter().find(|words| !words.is_empty()).unwrap_or_default();
            self.note(format!(
                "Regel {} ({}): {words}",
                within(rule, "id"),
                child(rule, "name")
            ));
        }
    }

    fn group(
        &mut self,
        group: Node<'_, '_>,
        count: &str,
        entries: Option<(usize, usize)>,
        depth: usize,
    ) -> Result<(), Box<dyn Error>> {
        if depth > DEPTH_MAX {
            return Err(format!("groups within groups, more than {DEPTH_MAX} deep").into());
        }
        self.schema.counts[0] += 1;
        self.rules(group);
        let most = most(count);
        let entries = match (entries, most) {
            (None, 2..) => {
                self.outer += 1;
                Some((self.outer, most.min(ENTRIES_MAX)))
            }
            (Some(_), 2..) => {
                let what = format!(
                    "{}: mehrfach in etwas, das selbst mehrfach ist; hier nur einmal",
                    label(group)
                );
                self.note(what);
                entries
            }
            _ => entries,
        };
        if count.starts_with('0') && most == 1 {
            self.note(format!(
                "{}: ist freiwillig; vorher fragen, ob es zutrifft",
                label(group)
            ));
        }
        self.group_content(group, entries, depth)
    }

    /// The group's own fields are a page, each group in it another.
    fn group_content(
        &mut self,
        group: Node<'_, '_>,
        entries: Option<(usize, usize)>,
        depth: usize,
    ) -> Result<(), Box<dyn Error>> {
        let mut page = self.page(group, entries);
        let mut groups = Vec::new();
        for part in group.children().filter(|child| child.tag_name().name() == "struktur") {
            let count = child(part, "anzahl");
            let content = part.children().filter(|child| child.tag_name().name() == "enthaelt");
            for node in content.flat_map(|content| content.children()) {
                match node.tag_name().name() {
                    "datenfeld" => self.field(node, &count, &mut page),
                    "datenfeldgruppe" => groups.push((node, count.clone())),
                    _ => {}
                }
            }
        }
        self.keep(page);
        for (node, count) in groups {
            self.group(node, &count, entries, depth + 1)?;
        }
        Ok(())
    }

    fn page(&mut self, node: Node<'_, '_>, entries: Option<(usize, usize)>) -> Page {
        Page {
            id: self.free_id("page", &within(node, "id")),
            title: label(node),
            entries,
            fields: Vec::new(),
        }
    }

    fn keep(&mut self, page: Page) {
        if !page.fields.is_empty() {
            self.schema.pages.push(page);
        }
    }

    /// `f00000043`, and at a second place `f00000043_2`: what it is, its place says.
    fn free_id(&mut self, what: &str, id: &str) -> String {
        let plain: String = id
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(40)
            .collect();
        let plain = if plain.is_empty() { what.to_owned() } else { plain };
        let numbered = (2..).map(|number| format!("{plain}_{number}"));
        let mut ids = std::iter::once(plain.clone()).chain(numbered);
        let id = ids.find(|id| !self.ids.contains(id)).unwrap_or(plain);
        self.ids.insert(id.clone());
        id
    }

    fn field(&mut self, node: Node<'_, '_>, count: &str, page: &mut Page) {
        self.schema.counts[1] += 1;
        self.rules(node);
        let fim = within(node, "id");
        let (label, hint) = (label(node), child(node, "hilfetextEingabe"));
        match code(node, "feldart").as_str() {
            "label" => {
                return self.note(format!(
                    "{fim} ist ein Hinweis und keine Frage: {} {hint}",
                    child(node, "inhalt")
                ));
            }
            "hidden" | "locked" => return self.note(format!("{fim} {label}: füllt niemand aus; weggelassen")),
            _ => {}
        }
        if most(count) > 1 {
            self.note(format!("{fim} {label}: mehrere Antworten möglich; hier nur eine"));
        }
        let id = self.free_id("field", &fim);
        let key = if self.fims.insert(fim.clone()) && is_fim(&fim) {
            fim.clone()
        } else {
            format!("schalter.{}.{id}", self.name)
        };
        let choices = choices(node);
        let kind = self.kind(node, &fim, &label, &choices);
        let choices = if kind.first().is_some_and(|kind| kind.contains("select")) {
            choices
        } else {
            Vec::new()
        };
        page.fields.push(Field {
            id,
            fim: key,
            label,
            hint,
            required: !count.starts_with('0'),
            kind,
            choices,
        });
    }

    /// The kind, as the definition says it.
    fn kind(&mut self, node: Node<'_, '_>, fim: &str, label: &str, choices: &[(String, String)]) -> Vec<String> {
        let limits = Limits::of(node);
        let text = |most: u64| {
            vec![
                "kind = \"text\"".to_owned(),
                format!("max_chars = {}", most.clamp(1, 1000)),
            ]
        };
        let plain = limits.max_length.unwrap_or(250);
        if code(node, "feldart") == "select" {
            if (2..=200).contains(&choices.len()) {
                let keys: Vec<String> = choices.iter().map(|(key, _)| format!("{key:?}")).collect();
                return vec![
                    "kind = \"select\"".to_owned(),
                    format!("choices = [{}]", keys.join(", ")),
                ];
            }
            let list = within(node, "canonicalVersionUri") + &child(node, "codelisteReferenz");
            self.note(format!(
                "{fim} {label}: Auswahl aus der Codeliste {list}; hier noch ein Text"
            ));
            return text(plain);
        }
        match code(node, "datentyp").as_str() {
            "date" => vec!["kind = \"date\"".to_owned()],
            "bool" => vec!["kind = \"bool\"".to_owned()],
            "file" | "obj" => vec!["kind = \"file\"".to_owned()],
            "num_int" => {
                let (min, max) = (limits.min.unwrap_or(0), limits.max.unwrap_or(999_999_999));
                vec![
                    "kind = \"number\"".to_owned(),
                    format!("min = {min}"),
                    format!("max = {}", max.max(min)),
                ]
            }
            "num_currency" => {
                let cents = |euros: i64| euros.saturating_mul(100).clamp(0, 999_999_999);
                let (min, max) = (cents(limits.min.unwrap_or(0)), cents(limits.max.unwrap_or(9_999_999)));
                vec![
                    "kind = \"money\"".to_owned(),
                    format!("min = {min}"),
                    format!("max = {}", max.max(min)),
                ]
            }
            "text" | "text_latin" => {
                if let Some(pattern) = limits.pattern {
                    self.note(format!(
                        "{fim} {label}: Muster {pattern}; vielleicht `digits` oder `format`"
                    ));
                }
                text(plain)
            }
            other => {
                self.note(format!("{fim} {label}: Datentyp {other}; hier ein Text"));
                text(plain)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GROUP: &str = include_str!("../tests/xdf/anschrift.xdf3.xml");

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,300}") {
            let _ = read(&text, "entwurf");
        }

        #[test]
        fn mutilated_schemas(
            edits in proptest::collection::vec((any::<prop::sample::Index>(), 0..40_usize, "\\PC{0,6}|[<>/&;\"=]{0,4}"), 1..5),
        ) {
            let mut chars: Vec<char> = GROUP.chars().collect();
            for (at, len, replacement) in edits {
                let at = at.index(chars.len());
                let end = (at + len).min(chars.len());
                chars.splice(at..end, replacement.chars());
            }
            let text: String = chars.into_iter().collect();
            let _ = read(&text, "entwurf");
        }
    }
}

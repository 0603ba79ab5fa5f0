//! Reads `export.toml`: which answer stands in which element of an office's XML.
use crate::export::{Content, Export, ExportFact, Form, Name, Part};
use crate::fault::{Faults, SourceFile};
use crate::field::{Field, FieldKind};
use crate::load::condition::{self, Known, Place};
use crate::load::definition::Draft;
use crate::load::format_of;
use crate::load::view::{Parsed, View, shorten};
use toml::de::DeValue;

/// Most elements with text, and how deep they may lie.
const PARTS_MAX: usize = 500;
const DEPTH_MAX: usize = 20;
/// Longest name of an element.
const NAME_BYTES_MAX: usize = 100;

/// The export, unless it has a fault.
pub(crate) fn read(file: &SourceFile, draft: &Draft, faults: &mut Faults) -> Option<Export> {
    let before = faults.count();
    let parsed = Parsed::parse(file, faults)?;
    let mut root = parsed.view();
    format_of(&mut root, faults);
    let name = root.text("file", faults);
    if let Some(name) = name.as_deref().filter(|name| !is_file(name)) {
        let what = format!("`{}` is no name of a file", shorten(name));
        root.fault(
            faults,
            root.line_of("file"),
            what,
            "a–z, 0–9, - and _, and .xml at the end",
        );
    }
    let element = root.text("root", faults);
    if let Some(element) = element.as_deref().filter(|element| !is_element(element)) {
        let what = format!("`{}` is no name of an element", shorten(element));
        root.fault(faults, root.line_of("root"), what, "as in XML, with its prefix");
    }
    let attributes = attributes(&mut root, faults);
    let when = root.table("when", "when".to_owned(), faults);
    let raw = condition::read(when, faults);
    let mut views = root.tables("element", faults);
    if views.is_empty() || views.len() > PARTS_MAX {
        let what = format!("{} elements", views.len());
        root.fault(
            faults,
            root.line,
            what,
            format!("write 1 to {PARTS_MAX} times [[element]]"),
        );
        views.truncate(PARTS_MAX);
    }
    let known = Known {
        root: &root,
        fields: &draft.fields,
        asked: &draft.asked,
        before: Vec::new(), // all is answered when it is written
    };
    let when = raw.and_then(|raw| known.condition(raw, Place::End, faults));
    let parts: Vec<Part> = views
        .into_iter()
        .filter_map(|view| part(view, &known, faults))
        .collect();
    root.finish(faults);
    (faults.count() == before).then_some(Export {
        file: name?,
        root: element?,
        attributes,
        when,
        parts,
    })
}

/// `[attributes]` of the root: namespaces, versions.
fn attributes(root: &mut View<'_>, faults: &mut Faults) -> Vec<(String, String)> {
    let Some(mut view) = root.table("attributes", "[attributes]".to_owned(), faults) else {
        return Vec::new();
    };
    let mut attributes = Vec::new();
    for key in view.keys() {
        if !is_element(&key.value) {
            let what = format!("`{}` is no name of an attribute", shorten(&key.value));
            view.fault(faults, key.line, what, "as in XML, with its prefix");
        }
        let value = view.text(key.value.clone(), faults).unwrap_or_default();
        attributes.push((key.value, value));
    }
    view.finish(faults);
    attributes
}

fn part(mut view: View<'_>, known: &Known<'_, '_>, faults: &mut Faults) -> Option<Part> {
    let line = view.line;
    let path = path(&mut view, faults);
    let has_when = view.has("when");
    let when = condition::read(view.table("when", "when".to_owned(), faults), faults);
    let when = when.and_then(|when| known.condition(when, Place::End, faults));
    let ways: Vec<&str> = ["text", "fact", "field"]
        .into_iter()
        .filter(|key| view.has(key))
        .collect();
    let content = match ways[..] {
        ["text"] => view.text("text", faults).map(Content::Text),
        ["fact"] => fact(&mut view, faults),
        ["field"] => answer(&mut view, known, faults),
        _ => {
            let mend = "write one of text, fact, field";
            view.fault(faults, line, "an element holds exactly one thing", mend);
            None
        }
    };
    view.finish(faults);
    // One whose condition can't be read must not always be there.
    (when.is_some() == has_when).then_some(Part {
        path: path?,
        when,
        content: content?,
    })
}

/// `at`: names with `/` between them; `+` behind one begins another element of that name.
fn path(view: &mut View<'_>, faults: &mut Faults) -> Option<Vec<Name>> {
    let text = view.text("at", faults)?;
    let names = text.split('/').map(|name| {
        let (name, again) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        Name {
            name: name.to_owned(),
            again,
        }
    });
    let names: Vec<Name> = names.collect();
    if names.len() <= DEPTH_MAX && names.iter().all(|name| is_element(&name.name)) {
        return Some(names);
    }
    let what = format!("`{}` is no way to an element", shorten(&text));
    let mend = format!("names as in XML with / between them, at most {DEPTH_MAX}");
    view.fault(faults, view.line_of("at"), what, mend);
    None
}

fn fact(view: &mut View<'_>, faults: &mut Faults) -> Option<Content> {
    let name = view.text("fact", faults)?;
    let fact = ExportFact::ALL.into_iter().find(|(_, known)| *known == name);
    if fact.is_none() {
        let known = ExportFact::ALL.map(|(_, name)| name).join(", ");
        let what = format!("there is no fact `{}`", shorten(&name));
        view.fault(faults, view.line_of("fact"), what, format!("known: {known}"));
    }
    fact.map(|(fact, _)| Content::Fact(fact))
}

fn answer(view: &mut View<'_>, known: &Known<'_, '_>, faults: &mut Faults) -> Option<Content> {
    let line = view.line_of("field");
    let name = view.text("field", faults)?;
    let (index, field) = known.field(&name, line, Place::End, faults)?;
    if field.copied.is_some() {
        let what = format!("`{}` has several answers", shorten(&name));
        view.fault(faults, line, what, "name a field of a page without repeat");
    }
    let codes = codes(view, field, faults);
    let form = view.text_if("as", faults);
    let form = match (form.as_deref(), codes) {
        (None, None) => Form::Plain,
        (None, Some(codes)) => Form::Codes(codes),
        (Some("street"), None) if is_text(field) => Form::Street,
        (Some("number"), None) if is_text(field) => Form::Number,
        (Some("ddmmyyyy"), None) if matches!(field.kind, FieldKind::Date { .. }) => Form::DayMonthYear,
        (Some(other), _) => {
            let what = format!("`{}` is no form for this answer", shorten(other));
            let mend = "known: street and number for a text, ddmmyyyy for a date; not together with `codes`";
            view.fault(faults, view.line_of("as"), what, mend);
            return None;
        }
    };
    Some(Content::Answer(index, form))
}

fn is_text(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Text { .. })
}

/// `codes`: what is written for each choice; a choice without one is left out with its element.
fn codes(view: &mut View<'_>, field: &Field, faults: &mut Faults) -> Option<Vec<(String, String)>> {
    let mut table = view.table("codes", "codes".to_owned(), faults)?;
    let keys: Vec<String> = match &field.kind {
        FieldKind::Select { choices } => choices.iter().map(|choice| choice.key.clone()).collect(),
        FieldKind::Bool => ["true", "false"].map(str::to_owned).to_vec(),
        FieldKind::Text { .. }
        | FieldKind::Date { .. }
        | FieldKind::Number { .. }
        | FieldKind::Money { .. }
        | FieldKind::Iban
        | FieldKind::Place { .. } => Vec::new(),
    };
    let mut codes = Vec::new();
    for key in keys {
        let Some(at) = table.value(key.clone()) else { continue };
        if let DeValue::String(code) = at.value {
            codes.push((key, code.to_string()));
        } else {
            table.fault(
                faults,
                at.line,
                format!("the code of `{}` is no text", shorten(&key)),
                "write it in quotes",
            );
        }
    }
    table.finish(faults); // what is none of the choices is told here
    Some(codes)
}

fn is_file(name: &str) -> bool {
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    let stem = name.strip_suffix(".xml").unwrap_or_default();
    (1..=NAME_BYTES_MAX).contains(&stem.len()) && stem.bytes().all(known)
}

/// A qualified name in ASCII (Namespaces in XML 1.0 §4).
fn is_element(name: &str) -> bool {
    let part = |part: &str| {
        let starts = part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        starts
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let mut parts = name.split(':');
    name.len() <= NAME_BYTES_MAX && (1..=2).contains(&name.split(':').count()) && parts.all(part)
}

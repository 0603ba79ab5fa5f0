//! Reads `export.toml`: which answer stands in which element of an office's XML.
use crate::export::{ChosenName, Content, Export, ExportFact, Form, Name, Part, Tag};
use crate::fault::{Faults, SourceFile};
use crate::field::{Field, FieldIndex, FieldKind};
use crate::load::condition::{self, Known, Place};
use crate::load::definition::{Draft, is_id};
use crate::load::format_of;
use crate::load::view::{Parsed, View, shorten};
use toml::de::DeValue;

/// Most elements with text, and how deep they may lie.
const PARTS_MAX: usize = 500;
const DEPTH_MAX: usize = 20;
/// Longest name of an element.
const NAME_BYTES_MAX: usize = 100;
/// Most elements whose names an answer chooses.
const CHOSEN_MAX: usize = 20;

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
    let views_of_names = root.table("names", "[names]".to_owned(), faults);
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
    let (names, chosen) = names(views_of_names, &known, faults);
    let parts: Vec<Part> = views
        .into_iter()
        .filter_map(|view| part(view, &names, &known, faults))
        .collect();
    root.finish(faults);
    (faults.count() == before).then_some(Export {
        file: name?,
        root: element?,
        attributes,
        when,
        chosen,
        parts,
    })
}

/// `[names.NAME]`: elements that are called otherwise by the answer to a choice; `at` takes them as `{NAME}`.
fn names(view: Option<View<'_>>, known: &Known<'_, '_>, faults: &mut Faults) -> (Vec<String>, Vec<ChosenName>) {
    let Some(mut all) = view else {
        return (Vec::new(), Vec::new());
    };
    let keys = all.keys();
    if keys.len() > CHOSEN_MAX {
        let what = format!("{} names that are chosen", keys.len());
        all.fault(faults, all.line, what, format!("at most {CHOSEN_MAX}"));
    }
    let (mut names, mut chosen) = (Vec::new(), Vec::new());
    for key in keys.into_iter().take(CHOSEN_MAX) {
        if !is_id(&key.value) {
            let what = format!("`{}` is no name", shorten(&key.value));
            all.fault(faults, key.line, what, "use a–z, 0–9 and _, at most 64");
        }
        let about = format!("[names.{}]", shorten(&key.value));
        let view = all.table(key.value.clone(), about, faults);
        if let Some(one) = view.and_then(|view| chosen_name(view, known, faults)) {
            names.push(key.value);
            chosen.push(one);
        }
    }
    all.finish(faults);
    (names, chosen)
}

fn chosen_name(mut view: View<'_>, known: &Known<'_, '_>, faults: &mut Faults) -> Option<ChosenName> {
    let (field, definition) = field(&mut view, known, faults)?;
    let codes = codes(&mut view, definition, faults);
    if codes.as_ref().is_none_or(Vec::is_empty) {
        view.fault(
            faults,
            view.line,
            format!("{} names nothing", view.name),
            "add codes = { CHOICE = \"NAME\" }",
        );
    }
    let codes = codes?;
    if let Some((_, name)) = codes.iter().find(|(_, name)| !is_element(name)) {
        let what = format!("`{}` is no name of an element", shorten(name));
        view.fault(faults, view.line_of("codes"), what, "as in XML, with its prefix");
    }
    view.finish(faults);
    Some(ChosenName { field, codes })
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

fn part(mut view: View<'_>, names: &[String], known: &Known<'_, '_>, faults: &mut Faults) -> Option<Part> {
    let line = view.line;
    let path = path(&mut view, names, faults);
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
fn path(view: &mut View<'_>, names: &[String], faults: &mut Faults) -> Option<Vec<Name>> {
    let text = view.text("at", faults)?;
    let steps = text.split('/').map(|name| {
        let (name, again) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        let tag = match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => Tag::Chosen(names.iter().position(|known| known == name)?),
            None => Some(Tag::Fixed(name.to_owned())).filter(|_| is_element(name))?,
        };
        Some(Name { tag, again })
    });
    if let Some(steps) = steps
        .collect::<Option<Vec<Name>>>()
        .filter(|steps| steps.len() <= DEPTH_MAX)
    {
        return Some(steps);
    }
    let what = format!("`{}` is no way to an element", shorten(&text));
    let mend = format!("names as in XML, or {{NAME}} for [names.NAME], with / between them, at most {DEPTH_MAX}");
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
    let (index, field) = field(view, known, faults)?;
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

/// The field that `field` names, which has one answer.
fn field<'a>(view: &mut View<'_>, known: &'a Known<'_, '_>, faults: &mut Faults) -> Option<(FieldIndex, &'a Field)> {
    let line = view.line_of("field");
    let name = view.text("field", faults)?;
    let (index, field) = known.field(&name, line, Place::End, faults)?;
    if field.copied.is_some() {
        let what = format!("`{}` has several answers", shorten(&name));
        view.fault(faults, line, what, "name a field of a page without repeat");
    }
    Some((index, field))
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

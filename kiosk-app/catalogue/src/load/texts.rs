//! Reads a service's texts in one language and puts the languages together.
use crate::card::CardQuestion;
use crate::fault::{Faults, SourceFile};
use crate::field::{Field, FieldKind, Page};
use crate::load::definition::Draft;
use crate::load::view::{Parsed, View};
use crate::repeat::{Copied, authors_id};
use crate::service::{Finish, ServiceTexts};
use crate::words::{check_slots, fill};
use drivers_api::language::Language;
use std::collections::BTreeMap;

/// Texts of one language.
pub(crate) struct OneLanguage {
    title: String,
    summary: String,
    purpose: String,
    legal_basis: String,
    next_steps: String,
    statement: String,
    retention: String,
    fees: Vec<String>,
    fee_overview: String,
    lives_there: String,
    /// Title and text of each exit page.
    exits: Vec<(String, String)>,
    /// Title and text of each section.
    sections: Vec<(String, String)>,
    /// Title and intro of each page.
    pages: Vec<(String, String)>,
    fields: Vec<FieldTexts>,
    receipt: BTreeMap<String, String>,
}

#[derive(Clone, Default)]
struct FieldTexts {
    label: String,
    hint: String,
    choices: Vec<String>,
}

/// The texts of one language, unless one is missing or says something about what isn't there.
pub(crate) fn read<'a>(
    file: &'a SourceFile,
    draft: &Draft,
    slots: &'a [(&'a str, &'a str)],
    faults: &mut Faults,
) -> Option<OneLanguage> {
    let before = faults.count();
    let parsed = Parsed::parse(file, faults)?.with_slots(slots);
    let mut root = parsed.view();
    let (files, informs) = (draft.finish.files(), draft.finish == Finish::Inform);
    let mut text = |key, there: bool| match there {
        true => root.text(key, faults).unwrap_or_default(),
        false => String::new(),
    };
    let mut texts = OneLanguage {
        title: text("title", true),
        summary: text("summary", true),
        purpose: text("purpose", !informs),
        legal_basis: text("legal_basis", true),
        next_steps: text("next_steps", !informs),
        statement: text("statement", files),
        retention: text("retention", draft.facts.retention.is_some()),
        fees: Vec::new(),
        fee_overview: String::new(),
        lives_there: String::new(),
        exits: Vec::new(),
        sections: Vec::new(),
        pages: Vec::new(),
        fields: Vec::new(),
        receipt: BTreeMap::new(),
    };
    (texts.fees, texts.fee_overview) = fees(&mut root, draft, faults);
    texts.lives_there = lives_there(&mut root, draft, faults);
    let leaving = draft.asked.iter().filter(|asked| asked.exit.is_some());
    let leaving: Vec<&str> = leaving.map(|asked| asked.question.on_no()).collect();
    texts.exits = pairs(&mut root, "exit", &leaving, ["title", "text"], faults);
    let sections: Vec<&str> = draft.sections.iter().map(String::as_str).collect();
    texts.sections = pairs(&mut root, "section", &sections, ["title", "text"], faults);
    let repeats: Vec<&str> = draft.repeats.iter().map(|repeat| repeat.id.as_str()).collect();
    let repeats = pairs(&mut root, "repeat", &repeats, ["title", "label"], faults);
    texts.pages = pages(&mut root, &draft.pages, &repeats, faults);
    texts.fields = fields(&mut root, &draft.fields, &repeats, faults);
    if let Some(mut view) = root.table("receipt", "[receipt]".to_owned(), faults) {
        for key in view.keys() {
            let text = view.text(key.value.clone(), faults).unwrap_or_default();
            texts.receipt.insert(key.value, text);
        }
    }
    root.finish(faults);
    (faults.count() == before).then_some(texts)
}

/// A hint helps whatever language somebody reads: one that only some have is told. False, when there is one.
pub(crate) fn check_hints(id: &str, draft: &Draft, told: &[(Language, OneLanguage)], faults: &mut Faults) -> bool {
    let before = faults.count();
    for (at, field) in draft.fields.iter().enumerate() {
        let has = |texts: &OneLanguage| texts.fields.get(at).is_some_and(|field| !field.hint.is_empty());
        let first = field.copied.is_none_or(|copied| copied.number == 0 && !copied.asks);
        let Some((with, _)) = told.iter().find(|(_, texts)| has(texts)).filter(|_| first) else {
            continue;
        };
        for (without, _) in told.iter().filter(|(_, texts)| !has(texts)) {
            let what = format!(
                "`hint` of [field.{}] is missing, and there in {}",
                authors_id(&field.id),
                with.tag()
            );
            let path = format!("{id}/texts.{}.toml", without.tag());
            faults.add(&path, None, what, "write it in every language, or in none");
        }
    }
    faults.count() == before
}

/// Puts the texts of one language into the draft's pages and fields, and into those of the service as a whole.
pub(crate) fn put(language: Language, told: OneLanguage, draft: &mut Draft, texts: &mut ServiceTexts) {
    let exits = draft.asked.iter_mut().filter_map(|asked| asked.exit.as_mut());
    for (exit, (title, text)) in exits.zip(told.exits) {
        exit.title.put(language, title);
        exit.text.put(language, text);
    }
    texts.sections.resize_with(told.sections.len(), Default::default);
    for ((title, text), told) in texts.sections.iter_mut().zip(told.sections) {
        title.put(language, told.0);
        text.put(language, told.1);
    }
    for (page, (title, intro)) in draft.pages.iter_mut().zip(told.pages) {
        let number = page.copied.map_or(0, |copied| copied.number + 1).to_string();
        let numbered = |text: &str| fill(text, &[("number", &number)]);
        page.title.put(language, numbered(&title));
        page.intro.put(language, numbered(&intro));
    }
    for (field, told) in draft.fields.iter_mut().zip(told.fields) {
        field.label.put(language, told.label);
        field.hint.put(language, told.hint);
        if let FieldKind::Select { choices } = &mut field.kind {
            for (choice, label) in choices.iter_mut().zip(told.choices) {
                choice.label.put(language, label);
            }
        }
    }
    for (fee, told) in draft.fees.iter_mut().zip(told.fees) {
        fee.text.put(language, told);
    }
    // A key that only one language has is missed when the template names it.
    for (key, text) in told.receipt {
        texts.receipt.entry(key).or_default().put(language, text);
    }
    texts.languages.insert(language);
    for (text, told) in [
        (&mut texts.title, told.title),
        (&mut texts.summary, told.summary),
        (&mut texts.purpose, told.purpose),
        (&mut texts.legal_basis, told.legal_basis),
        (&mut texts.next_steps, told.next_steps),
        (&mut texts.statement, told.statement),
        (&mut texts.retention, told.retention),
        (&mut texts.fee_overview, told.fee_overview),
        (&mut texts.lives_there, told.lives_there),
    ] {
        text.put(language, told);
    }
}

/// `[fee]`: the text of each row, and how the fee is reckoned where answers decide it.
fn fees(root: &mut View<'_>, draft: &Draft, faults: &mut Faults) -> (Vec<String>, String) {
    if draft.fees.is_empty() {
        return Default::default();
    }
    let Some(mut view) = root.table("fee", "[fee]".to_owned(), faults) else {
        missing(root, "[fee]", faults);
        return Default::default();
    };
    let texts = draft.fees.iter().map(|fee| {
        let text = view.text(fee.id.clone(), faults).unwrap_or_default();
        // What costs nothing need not say "0,00 €".
        let slots: &[&str] = if fee.cents == 0 { &[] } else { &["amount"] };
        check_slots(&view, &fee.id, &text, slots, faults);
        text
    });
    let texts = texts.collect();
    let mut overview = String::new();
    if draft.fees.iter().any(|fee| fee.when.is_some() || fee.times.is_some()) {
        overview = view.text("overview", faults).unwrap_or_default();
        let mut slots: Vec<&str> = draft
            .fees
            .iter()
            .filter(|fee| fee.cents > 0)
            .map(|fee| fee.id.as_str())
            .collect();
        slots.dedup();
        let further = draft
            .fees
            .iter()
            .any(|fee| fee.times.is_some_and(|(_, further)| further != fee.cents));
        slots.extend(further.then_some("further"));
        check_slots(&view, "overview", &overview, &slots, faults);
    }
    view.finish(faults);
    (texts, overview)
}

/// `[card]`: the question for the municipality, which only the service can name.
fn lives_there(root: &mut View<'_>, draft: &Draft, faults: &mut Faults) -> String {
    let key = CardQuestion::LivesThere.name();
    if draft.request.municipality.is_none() {
        return String::new();
    }
    let Some(mut view) = root.table("card", "[card]".to_owned(), faults) else {
        missing(root, "[card]", faults);
        return String::new();
    };
    let text = view.text(key, faults).unwrap_or_default();
    view.finish(faults);
    text
}

/// Tables with two texts each, below one head: `[exit.…]`, `[section.…]`, `[repeat.…]`.
fn pairs(
    root: &mut View<'_>,
    head: &'static str,
    names: &[&str],
    [first, second]: [&'static str; 2],
    faults: &mut Faults,
) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    if names.is_empty() {
        return texts;
    }
    let mut all = root.table(head, format!("[{head}]"), faults);
    for key in names {
        let name = format!("[{head}.{key}]");
        let view = all
            .as_mut()
            .and_then(|all| all.table((*key).to_owned(), name.clone(), faults));
        let Some(mut view) = view else {
            missing(all.as_ref().unwrap_or(root), &name, faults);
            texts.push(Default::default());
            continue;
        };
        let mut text = |key| view.text(key, faults).unwrap_or_default();
        texts.push((text(first), text(second)));
        view.finish(faults);
    }
    all.into_iter().for_each(|all| all.finish(faults));
    texts
}

/// The title and label of the question for another entry, if that is what it is.
fn question(copied: Option<Copied>, repeats: &[(String, String)]) -> Option<&(String, String)> {
    repeats.get(copied.filter(|copied| copied.asks)?.repeat)
}

fn pages(
    root: &mut View<'_>,
    pages: &[Page],
    repeats: &[(String, String)],
    faults: &mut Faults,
) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = Vec::with_capacity(pages.len());
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all = root.table("page", "[page]".to_owned(), faults);
    for page in pages {
        if let Some((title, _)) = question(page.copied, repeats) {
            texts.push((title.clone(), String::new()));
            continue;
        }
        let id = authors_id(&page.id);
        if let Some(text) = told.get(id).and_then(|at| texts.get(*at)).cloned() {
            texts.push(text);
            continue;
        }
        let name = format!("[page.{id}]");
        let view = all
            .as_mut()
            .and_then(|all| all.table(id.to_owned(), name.clone(), faults));
        let Some(mut view) = view else {
            missing(all.as_ref().unwrap_or(root), &name, faults);
            texts.push(Default::default());
            continue;
        };
        let title = view.text("title", faults).unwrap_or_default();
        told.insert(id, texts.len());
        texts.push((title, view.text_if("intro", faults).unwrap_or_default()));
        view.finish(faults);
    }
    all.into_iter().for_each(|all| all.finish(faults));
    texts
}

fn fields(root: &mut View<'_>, fields: &[Field], repeats: &[(String, String)], faults: &mut Faults) -> Vec<FieldTexts> {
    let mut texts: Vec<FieldTexts> = Vec::with_capacity(fields.len());
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all = root.table("field", "[field]".to_owned(), faults);
    for field in fields {
        if let Some((_, label)) = question(field.copied, repeats) {
            let label = label.clone();
            texts.push(FieldTexts {
                label,
                ..FieldTexts::default()
            });
            continue;
        }
        let id = authors_id(&field.id);
        if let Some(text) = told.get(id).and_then(|at| texts.get(*at)).cloned() {
            texts.push(text);
            continue;
        }
        let name = format!("[field.{id}]");
        let view = all
            .as_mut()
            .and_then(|all| all.table(id.to_owned(), name.clone(), faults));
        let Some(mut view) = view else {
            missing(all.as_ref().unwrap_or(root), &name, faults);
            texts.push(FieldTexts::default());
            continue;
        };
        let label = view.text("label", faults).unwrap_or_default();
        let hint = view.text_if("hint", faults).unwrap_or_default();
        told.insert(id, texts.len());
        texts.push(FieldTexts {
            label,
            hint,
            choices: choices(&mut view, field, faults),
        });
        view.finish(faults);
    }
    all.into_iter().for_each(|all| all.finish(faults));
    texts
}

fn choices(view: &mut View<'_>, field: &Field, faults: &mut Faults) -> Vec<String> {
    let FieldKind::Select { choices } = &field.kind else {
        return Vec::new();
    };
    if field.paper {
        return Vec::new(); // all services say it in the same words
    }
    let name = format!("[field.{}.choices]", authors_id(&field.id));
    let Some(mut words) = view.table("choices", name.clone(), faults) else {
        missing(view, &name, faults);
        return Vec::new();
    };
    let texts = choices
        .iter()
        .map(|choice| words.text(choice.key.clone(), faults).unwrap_or_default())
        .collect();
    words.finish(faults);
    texts
}

fn missing(view: &View<'_>, name: &str, faults: &mut Faults) {
    view.fault(
        faults,
        view.line,
        format!("{name} is missing"),
        "add the table with its texts",
    );
}

//! Reads a service's texts in one language and puts the languages together.
use crate::card::CardQuestion;
use crate::fault::{Faults, SourceFile};
use crate::field::{Field, FieldKind, Page};
use crate::load::definition::Draft;
use crate::load::view::{Parsed, View};
use crate::service::{Finish, ServiceTexts};
use crate::words::check_slots;
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
    fee: String,
    lives_there: String,
    /// Title and text of each exit page.
    exits: Vec<(String, String)>,
    /// Title and intro of each page.
    pages: Vec<(String, String)>,
    fields: Vec<FieldTexts>,
    receipt: BTreeMap<String, String>,
}

struct FieldTexts {
    label: String,
    hint: String,
    choices: Vec<String>,
}

/// The texts of one language, unless one is missing or says something about what isn't there.
pub(crate) fn read(file: &SourceFile, draft: &Draft, faults: &mut Faults) -> Option<OneLanguage> {
    let before = faults.count();
    let parsed = Parsed::parse(file, faults)?;
    let mut root = parsed.view();
    let mut text = |key| root.text(key, faults).unwrap_or_default();
    let mut texts = OneLanguage {
        title: text("title"),
        summary: text("summary"),
        purpose: text("purpose"),
        legal_basis: text("legal_basis"),
        next_steps: text("next_steps"),
        statement: match draft.finish {
            Finish::Submit => text("statement"),
            Finish::Show => String::new(),
        },
        fee: if draft.fee.is_some() {
            text("fee")
        } else {
            String::new()
        },
        lives_there: String::new(),
        exits: Vec::new(),
        pages: Vec::new(),
        fields: Vec::new(),
        receipt: BTreeMap::new(),
    };
    if draft.fee.is_some() {
        check_slots(&root, "fee", &texts.fee, &["amount"], faults);
    }
    texts.lives_there = lives_there(&mut root, draft, faults);
    texts.exits = exits(&mut root, draft, faults);
    texts.pages = pages(&mut root, &draft.pages, faults);
    texts.fields = fields(&mut root, &draft.fields, faults);
    if let Some(mut view) = root.table("receipt", "[receipt]".to_owned(), faults) {
        for key in view.keys() {
            let text = view.text(&key.value, faults).unwrap_or_default();
            texts.receipt.insert(key.value, text);
        }
    }
    root.finish(faults);
    (faults.count() == before).then_some(texts)
}

/// Puts the texts of one language into the draft's pages and fields, and into those of the service as a whole.
pub(crate) fn put(language: Language, told: OneLanguage, draft: &mut Draft, texts: &mut ServiceTexts) {
    let exits = draft.asked.iter_mut().filter_map(|asked| asked.exit.as_mut());
    for (exit, (title, text)) in exits.zip(told.exits) {
        exit.title.put(language, title);
        exit.text.put(language, text);
    }
    for (page, (title, intro)) in draft.pages.iter_mut().zip(told.pages) {
        page.title.put(language, title);
        page.intro.put(language, intro);
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
        (&mut texts.fee, told.fee),
        (&mut texts.lives_there, told.lives_there),
    ] {
        text.put(language, told);
    }
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

/// `[exit.…]`: what somebody reads to whom the card says no.
fn exits(root: &mut View<'_>, draft: &Draft, faults: &mut Faults) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let leaving: Vec<&str> = draft
        .asked
        .iter()
        .filter(|asked| asked.exit.is_some())
        .map(|asked| asked.question.on_no())
        .collect();
    if leaving.is_empty() {
        return texts;
    }
    let mut all = root.table("exit", "[exit]".to_owned(), faults);
    for key in leaving {
        let name = format!("[exit.{key}]");
        let view = all.as_mut().and_then(|all| all.table(key, name.clone(), faults));
        let Some(mut view) = view else {
            missing(all.as_ref().unwrap_or(root), &name, faults);
            continue;
        };
        let mut text = |key| view.text(key, faults).unwrap_or_default();
        texts.push((text("title"), text("text")));
        view.finish(faults);
    }
    all.into_iter().for_each(|all| all.finish(faults));
    texts
}

fn pages(root: &mut View<'_>, pages: &[Page], faults: &mut Faults) -> Vec<(String, String)> {
    let mut texts = Vec::with_capacity(pages.len());
    let mut all = root.table("page", "[page]".to_owned(), faults);
    for page in pages {
        let name = format!("[page.{}]", page.id);
        let view = all.as_mut().and_then(|all| all.table(&page.id, name.clone(), faults));
        let Some(mut view) = view else {
            missing(all.as_ref().unwrap_or(root), &name, faults);
            continue;
        };
        let title = view.text("title", faults).unwrap_or_default();
        texts.push((title, view.text_if("intro", faults).unwrap_or_default()));
        view.finish(faults);
    }
    all.into_iter().for_each(|all| all.finish(faults));
    texts
}

fn fields(root: &mut View<'_>, fields: &[Field], faults: &mut Faults) -> Vec<FieldTexts> {
    let mut texts = Vec::with_capacity(fields.len());
    let mut all = root.table("field", "[field]".to_owned(), faults);
    for field in fields {
        let name = format!("[field.{}]", field.id);
        let view = all.as_mut().and_then(|all| all.table(&field.id, name.clone(), faults));
        let Some(mut view) = view else {
            missing(all.as_ref().unwrap_or(root), &name, faults);
            continue;
        };
        let label = view.text("label", faults).unwrap_or_default();
        let hint = view.text_if("hint", faults).unwrap_or_default();
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
    let name = format!("[field.{}.choices]", field.id);
    let Some(mut words) = view.table("choices", name.clone(), faults) else {
        missing(view, &name, faults);
        return Vec::new();
    };
    let texts = choices
        .iter()
        .map(|choice| words.text(&choice.key, faults).unwrap_or_default())
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

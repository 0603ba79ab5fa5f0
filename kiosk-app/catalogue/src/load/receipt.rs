//! Reads `receipt.toml`: the order of a receipt.
use crate::card::Asked;
use crate::condition::Condition;
use crate::fault::{Faults, SourceFile};
use crate::field::{Field, FieldIndex};
use crate::load::condition::{self, Known, Place};
use crate::load::format_of;
use crate::load::view::{At, Parsed, View, shorten};
use crate::load::words::REQUIRED;
use crate::receipt::{Fact, ReceiptBlock, ReceiptTemplate};
use crate::service::ServiceTexts;
use crate::text::Text;
use crate::words::Words;

/// Most blocks of a receipt; the declaration counts as one.
const BLOCKS_MAX: usize = 100;

/// Pieces that a receipt can't do without: what it is a receipt of, where the case is, and the copy that the law asks
/// for (VwVfG §3a(5)).
const NEEDED: [&str; 5] = ["facts", "code", "delivery", "authenticity", "declaration"];

/// Needed as soon as papers are handed in later.
const PAPERS: &str = "documents";

/// Of what a receipt can tell.
pub(crate) struct About<'a> {
    /// The service's texts; none of a template that many share.
    pub(crate) texts: &'a ServiceTexts,
    pub(crate) fields: &'a [Field],
    pub(crate) asked: &'a [Asked],
    /// Papers are handed in later, or may be.
    pub(crate) papers: bool,
    pub(crate) words: &'a Words,
}

/// The template, unless it has a fault.
pub(crate) fn read(file: &SourceFile, about: &About<'_>, faults: &mut Faults) -> Option<ReceiptTemplate> {
    let before = faults.count();
    let parsed = Parsed::parse(file, faults)?;
    let mut root = parsed.view();
    format_of(&mut root, faults);
    let title = text(&mut root, "title", about, faults);
    let views = root.tables("block", faults);
    if let Some(view) = views.get(BLOCKS_MAX) {
        root.fault(
            faults,
            view.line,
            format!("more than {BLOCKS_MAX} blocks"),
            "shorten the receipt",
        );
    }
    let known = Known {
        root: &root,
        fields: about.fields,
        asked: about.asked,
        before: Vec::new(), // all is answered when it is printed
    };
    let mut kinds = Vec::new();
    let mut blocks = Vec::new();
    for mut view in views.into_iter().take(BLOCKS_MAX) {
        let kind = view.text("kind", faults).unwrap_or_default();
        let when = when(&mut view, &known, faults);
        let block = block(&kind, &mut view, about, &known, faults);
        blocks.extend(when.zip(block));
        // What the law wants on a receipt stands there whatever was answered.
        if !view.has("when") {
            kinds.push(kind);
        }
        view.finish(faults);
    }
    for needed in NEEDED
        .iter()
        .chain(about.papers.then_some(&PAPERS))
        .filter(|needed| !kinds.iter().any(|kind| kind == *needed))
    {
        let mend = format!("add [[block]] with kind = \"{needed}\", without `when`");
        root.fault(faults, root.line, format!("the receipt has no block `{needed}`"), mend);
    }
    root.finish(faults);
    (faults.count() == before).then_some(ReceiptTemplate { title: title?, blocks })
}

/// `when`: for which answers the block is there. `None` when it can't be read.
fn when(view: &mut View<'_>, known: &Known<'_, '_>, faults: &mut Faults) -> Option<Option<Condition>> {
    if !view.has("when") {
        return Some(None);
    }
    let raw = condition::read(view.table("when", "when".to_owned(), faults), faults)?;
    known.condition(raw, Place::End, faults).map(Some)
}

/// `fields`: which answers are told.
fn answers(view: &mut View<'_>, known: &Known<'_, '_>, faults: &mut Faults) -> Vec<FieldIndex> {
    let names = view.texts("fields", faults);
    if names.is_empty() {
        let what = "`fields` is missing or empty";
        view.fault(faults, view.line, what, "name the answers that are told");
    }
    let found = names
        .into_iter()
        .filter_map(|At { line, value }| Some(known.field(&value, line, Place::End, faults)?.0));
    found.collect()
}

fn block(
    kind: &str,
    view: &mut View<'_>,
    about: &About<'_>,
    known: &Known<'_, '_>,
    faults: &mut Faults,
) -> Option<ReceiptBlock> {
    match kind {
        "" => None, // reported as missing
        "heading" => {
            let level = view.number("level", 1, 2, faults).unwrap_or(2);
            let level = u8::try_from(level).unwrap_or(2);
            Some(ReceiptBlock::Heading(level, text(view, "text", about, faults)?))
        }
        "paragraph" => text(view, "text", about, faults).map(ReceiptBlock::Paragraph),
        "notice" => text(view, "text", about, faults).map(ReceiptBlock::Notice),
        "facts" => Some(ReceiptBlock::Facts(facts(view, faults))),
        "code" => Some(ReceiptBlock::Code),
        "check" => Some(ReceiptBlock::Check),
        "delivery" => Some(ReceiptBlock::Delivery),
        "authenticity" => Some(ReceiptBlock::Authenticity),
        "documents" => Some(ReceiptBlock::Papers),
        "next_steps" => Some(ReceiptBlock::NextSteps),
        "declaration" => Some(ReceiptBlock::Declaration),
        "contact" => Some(ReceiptBlock::Contact),
        "answers" => Some(ReceiptBlock::Answers(answers(view, known, faults))),
        "new_page" => Some(ReceiptBlock::NewPage),
        other => {
            let mend = "known: heading, paragraph, notice, facts, code, check, delivery, authenticity, documents, \
                        next_steps, declaration, contact, answers, new_page";
            view.fault(
                faults,
                view.line_of("kind"),
                format!("`{}` is no kind of block", shorten(other)),
                mend,
            );
            None
        }
    }
}

/// The text that a key names: in the service's own `[receipt]`, or among the shared words.
fn text(view: &mut View<'_>, key: &'static str, about: &About<'_>, faults: &mut Faults) -> Option<Text> {
    let About { texts, words, .. } = about;
    let name = view.text(key, faults)?;
    let own = texts.receipt.get(&name);
    let found = match own {
        Some(text) => Some(text).filter(|text| text.is_in(texts.languages.iter().copied())),
        None => words.receipt_text(&name).filter(|text| text.is_in(REQUIRED)),
    };
    if found.is_none() {
        let what = format!("no text `{}` in [receipt] of every language", shorten(&name));
        view.fault(
            faults,
            view.line_of(key),
            what,
            "add it to texts.de.toml, texts.de-x-leicht.toml and the texts in other languages, below [receipt]",
        );
    }
    found.cloned()
}

fn facts(view: &mut View<'_>, faults: &mut Faults) -> Vec<Fact> {
    let rows = view.texts("rows", faults);
    if rows.is_empty() {
        view.fault(
            faults,
            view.line,
            "`rows` is missing or empty",
            "name what the table tells",
        );
    }
    let mut facts = Vec::new();
    for At { line, value } in rows {
        match value.as_str() {
            "service" => facts.push(Fact::Service),
            "authority" => facts.push(Fact::Authority),
            "filed_at" => facts.push(Fact::FiledAt),
            "fee" => facts.push(Fact::Fee),
            "legal_basis" => facts.push(Fact::LegalBasis),
            "retention" => facts.push(Fact::Retention),
            other => {
                let mend = "known: service, authority, filed_at, fee, legal_basis, retention";
                view.fault(faults, line, format!("`{}` is no row", shorten(other)), mend);
            }
        }
    }
    facts
}

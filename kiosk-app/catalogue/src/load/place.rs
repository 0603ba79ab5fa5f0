//! Fields that ask for a place on the map (`kind = "place"`). Nobody has to see a map: such a field is optional, or a text
//! counts in its stead.
use crate::condition::Condition;
use crate::fault::Faults;
use crate::field::{Field, FieldKind, PageIndex};
use crate::load::definition::{Draft, RawField, RawPage};
use crate::load::view::{At, View, shorten};
use std::collections::BTreeSet;

/// `instead`, by name.
pub(crate) struct RawPlace {
    field: String,
    instead: Option<At<String>>,
}

/// Checks what fields of a place keep by themselves, and takes their `instead`; before pages are copied.
pub(crate) fn take(root: &View<'_>, fields: &mut [RawField], pages: &[RawPage], faults: &mut Faults) -> Vec<RawPlace> {
    let (mut taken, mut seen) = (Vec::new(), BTreeSet::new());
    for raw in fields {
        let is_place = matches!(raw.field.kind, FieldKind::Place { .. });
        let mut wrong = |what: String, mend: &str| root.fault(faults, raw.line, what, mend);
        let id = &raw.field.id;
        match &raw.instead {
            Some(_) if !is_place => {
                wrong(format!("`instead` in field \"{id}\" is for a place"), "remove it");
            }
            None if raw.field.kind == (FieldKind::Place { must: true }) => {
                let what = format!("who can't see the map could not go on at field \"{id}\"");
                wrong(
                    what,
                    "write required = false, or instead = \"…\" with a text that counts, too",
                );
            }
            Some(_) | None => {}
        }
        if !is_place {
            continue;
        }
        if pages.get(raw.field.page).is_some_and(|page| page.repeat.is_some()) {
            let mend = "ask for it on a page without repeat";
            wrong("a place on a page that is answered several times".to_owned(), mend);
        }
        if !seen.insert(raw.field.page) {
            wrong(
                format!("field \"{id}\" is the second map on its page"),
                "give it a page of its own",
            );
        }
        taken.push(RawPlace {
            field: raw.field.id.clone(),
            instead: raw.instead.take(),
        });
    }
    taken
}

/// Finds the fields that count instead.
pub(crate) fn resolve(root: &View<'_>, raw: Vec<RawPlace>, fields: &mut [Field], faults: &mut Faults) {
    let named = |fields: &[Field], id: &str| {
        let found = |field: &Field| field.id == id && field.copied.is_none();
        fields.iter().position(found)
    };
    for RawPlace { field, instead } in raw {
        let (Some(index), Some(At { line, value })) = (named(fields, &field), instead) else {
            continue;
        };
        let is_text = |at: &usize| {
            fields
                .get(*at)
                .is_some_and(|field| matches!(field.kind, FieldKind::Text { .. }))
        };
        let text = named(fields, &value).filter(|text| *text < index && is_text(text));
        if text.is_none() {
            let what = format!("`{}` is no text that was asked before", shorten(&value));
            root.fault(
                faults,
                line,
                what,
                "name the field with the street, or with a description",
            );
        }
        if let Some(field) = fields.get_mut(index) {
            field.instead = text;
        }
    }
}

/// A town without a map asks for no place on one, and passes over pages that ask for nothing else.
pub(crate) fn pass_over(draft: &mut Draft) {
    let mut hidden = BTreeSet::new();
    for (index, field) in draft.fields.iter_mut().enumerate() {
        if matches!(field.kind, FieldKind::Place { .. }) {
            field.shown_when = Some(Condition::Any(Vec::new())); // never holds
            hidden.insert(index);
        }
    }
    // From the last to the first, so that a way past several pages is found at once: pages only lead forward.
    for page in (0..draft.pages.len()).rev() {
        let Some(definition) = draft.pages.get(page) else {
            continue;
        };
        let empty = !definition.fields.is_empty() && definition.fields.iter().all(|field| hidden.contains(field));
        let [only] = &definition.next[..] else { continue };
        if !empty || only.when.is_some() {
            continue;
        }
        let (to, past): (Option<PageIndex>, _) = (only.to, Some(page));
        let steps = draft.pages.iter_mut().flat_map(|page| &mut page.next);
        for step in steps.filter(|step| step.to == past) {
            step.to = to;
        }
    }
}

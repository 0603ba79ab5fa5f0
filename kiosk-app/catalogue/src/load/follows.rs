//! Reads which answers follow from a table of the town (`from_table`).
use crate::fault::Faults;
use crate::field::{Field, FieldKind};
use crate::load::definition::{RawField, RawPage};
use crate::load::table::{STREET, Tables};
use crate::load::view::{View, shorten};
use crate::table::{Follows, Table};
use std::sync::Arc;

/// Most answers of a service that follow from tables: one bit for each.
const FOLLOWS_MAX: usize = 64;

/// `from_table`, by names.
#[derive(Clone)]
pub(crate) struct RawFollows {
    line: usize,
    table: String,
    by: String,
    column: String,
}

/// Reads `from_table`.
pub(crate) fn raw(view: &mut View<'_>, kind: &FieldKind, faults: &mut Faults) -> Option<RawFollows> {
    let mut inner = view.table("from_table", "from_table".to_owned(), faults)?;
    let line = inner.line;
    if !matches!(kind, FieldKind::Select { .. }) || view.has("from_card") || view.has("default") {
        let mend = "kind = \"select\", without from_card and default";
        view.fault(faults, line, "`from_table` is for a choice that is asked", mend);
    }
    let mut text = |key| inner.text(key, faults);
    let (table, by, column) = (text("table"), text("by"), text("column"));
    inner.finish(faults);
    Some(RawFollows {
        line,
        table: table?,
        by: by?,
        column: column?,
    })
}

/// The fields that follow from tables, by name; taken before pages are copied.
pub(crate) fn take(
    root: &View<'_>,
    fields: &mut [RawField],
    pages: &[RawPage],
    faults: &mut Faults,
) -> Vec<(String, RawFollows)> {
    let mut taken = Vec::new();
    for raw in fields {
        let Some(follows) = raw.follows.take() else { continue };
        if pages.get(raw.field.page).is_some_and(|page| page.repeat.is_some()) {
            let what = "`from_table` on a page that is answered several times";
            root.fault(faults, follows.line, what, "ask for it on a page without repeat");
        }
        taken.push((raw.field.id.clone(), follows));
    }
    taken
}

/// Finds tables, columns and fields, and checks that the table holds nothing that can't be chosen.
pub(crate) fn resolve(
    root: &View<'_>,
    raw: Vec<(String, RawFollows)>,
    fields: &[Field],
    tables: &Tables,
    faults: &mut Faults,
) -> Vec<Follows> {
    let mut resolved = Vec::new();
    if let Some((_, raw)) = raw.get(FOLLOWS_MAX) {
        root.fault(
            faults,
            raw.line,
            format!("more than {FOLLOWS_MAX} answers from tables"),
            "ask for some",
        );
    }
    for (id, raw) in raw.into_iter().take(FOLLOWS_MAX) {
        let named = |id: &str| fields.iter().position(|field| field.id == id && field.copied.is_none());
        let mut wrong = |what: String, mend: String| root.fault(faults, raw.line, what, mend);
        let Some(table) = tables.get(&raw.table) else {
            let mend = format!(
                "add tables/{}.csv with the columns {STREET}, {}",
                shorten(&raw.table),
                shorten(&raw.column)
            );
            wrong(
                format!("the town has no table `{}` without a fault", shorten(&raw.table)),
                mend,
            );
            continue;
        };
        let Some(column) = table.columns.iter().position(|column| *column == raw.column) else {
            let what = format!(
                "the table `{}` has no column `{}`",
                shorten(&raw.table),
                shorten(&raw.column)
            );
            wrong(what, format!("it has {}", table.columns.join(", ")));
            continue;
        };
        let (Some(field), by) = (named(&id), named(&raw.by)) else {
            continue;
        };
        let asked = by.filter(|by| *by < field && fields.get(*by).is_some_and(is_text));
        let Some(by) = asked else {
            let what = format!("`{}` is no text that was asked before", shorten(&raw.by));
            wrong(what, "name the field with street and house number".to_owned());
            continue;
        };
        if let Some((line, value)) = none_of_the_choices(fields.get(field), table, column) {
            let what = format!(
                "tables/{}.csv:{line}: `{}` is none of the choices of `{id}`",
                raw.table,
                shorten(value)
            );
            wrong(what, "write a key of `choices`, or add the choice".to_owned());
            continue;
        }
        resolved.push(Follows {
            field,
            by,
            table: Arc::clone(table),
            column,
        });
    }
    resolved
}

/// The first value of the column that nobody could choose, and its line.
fn none_of_the_choices<'a>(field: Option<&Field>, table: &'a Table, column: usize) -> Option<(usize, &'a str)> {
    let FieldKind::Select { choices } = &field?.kind else {
        return None; // told already
    };
    let rows = table.rows.values().flatten();
    let values = rows.filter_map(|row| Some((row.line, row.values.get(column)?.as_str())));
    values
        .filter(|(_, value)| !choices.iter().any(|choice| choice.key == *value))
        .min()
}

fn is_text(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Text { .. })
}

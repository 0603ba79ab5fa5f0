//! Reads which dates fall on the days of the week that another answer names (`weekday_from`).
use crate::fault::Faults;
use crate::field::{Field, FieldKind};
use crate::load::definition::{RawField, RawPage};
use crate::load::view::{View, shorten};
use crate::weekday::{OnWeekdays, Weekdays};

/// `weekday_from`, by name.
#[derive(Clone)]
pub(crate) struct RawWeekdays {
    line: usize,
    by: String,
}

/// Reads `weekday_from`.
pub(crate) fn raw(view: &mut View<'_>, kind: &FieldKind, faults: &mut Faults) -> Option<RawWeekdays> {
    let by = view.text_if("weekday_from", faults)?;
    let line = view.line_of("weekday_from");
    if !matches!(kind, FieldKind::Date { .. }) {
        view.fault(faults, line, "`weekday_from` is for a date", "remove it");
    }
    Some(RawWeekdays { line, by })
}

/// The dates that fall on certain days, by name; taken before pages are copied.
pub(crate) fn take(
    root: &View<'_>,
    fields: &mut [RawField],
    pages: &[RawPage],
    faults: &mut Faults,
) -> Vec<(String, RawWeekdays)> {
    let mut taken = Vec::new();
    for raw in fields {
        let Some(weekdays) = raw.weekdays.take() else { continue };
        if pages.get(raw.field.page).is_some_and(|page| page.repeat.is_some()) {
            let what = "`weekday_from` on a page that is answered several times";
            root.fault(faults, weekdays.line, what, "ask for the date on a page without repeat");
        }
        taken.push((raw.field.id.clone(), weekdays));
    }
    taken
}

/// Finds the fields, and checks that the choice names days.
pub(crate) fn resolve(
    root: &View<'_>,
    raw: Vec<(String, RawWeekdays)>,
    fields: &[Field],
    faults: &mut Faults,
) -> Vec<OnWeekdays> {
    let mut resolved = Vec::new();
    for (id, raw) in raw {
        let named = |id: &str| fields.iter().position(|field| field.id == id && field.copied.is_none());
        let Some(field) = named(&id) else { continue };
        let by = named(&raw.by).filter(|by| *by < field && fields.get(*by).is_some_and(names_days));
        match by {
            Some(by) => resolved.push(OnWeekdays { field, by }),
            None => {
                let what = format!("`{}` is no choice of days that was asked before", shorten(&raw.by));
                let mend = "name a select further up with choices such as monday or tuesday_friday";
                root.fault(faults, raw.line, what, mend);
            }
        }
    }
    resolved
}

fn names_days(field: &Field) -> bool {
    match &field.kind {
        FieldKind::Select { choices } => choices.iter().any(|choice| Weekdays::named(&choice.key).is_some()),
        FieldKind::Text { .. }
        | FieldKind::Date { .. }
        | FieldKind::Bool
        | FieldKind::Number { .. }
        | FieldKind::Money { .. }
        | FieldKind::Iban
        | FieldKind::Place { .. } => false,
    }
}

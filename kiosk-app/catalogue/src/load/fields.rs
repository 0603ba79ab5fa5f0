//! Reads fields and checks what each must keep by itself.
use crate::card::CardQuestion;
use crate::fault::Faults;
use crate::field::{CardSource, Correctable, Field, FieldKind, Format, PageIndex};
use crate::load::condition;
use crate::load::definition::{RawField, id};
use crate::load::follows;
use crate::load::kinds::{PAPER, kind};
use crate::load::view::{At, View, shorten};
use crate::load::weekdays;
use crate::submission::{FROM_CARD_KEY, PSEUDONYM_KEY, SERVICE_KEY, VERSION_KEY};
use crate::suggest::List;
use crate::text::Text;
use crate::walk::FIELDS_MAX;
use drivers_api::card::DataGroups;
use std::collections::BTreeSet;
use toml::de::DeValue;

/// Longest id of a FIM field or one of ours.
const FIM_ID_BYTES_MAX: usize = 100;

/// Reads one `[[page.field]]`. What can't be read is reported; the field is kept, so that other faults are found too.
pub(crate) fn read(mut view: View<'_>, page: PageIndex, faults: &mut Faults) -> RawField {
    let line = view.line;
    let id = id(&mut view, "id", faults).unwrap_or_default();
    view.name = format!("field \"{id}\"");
    let paper = matches!(view.value("kind").map(|at| at.value), Some(DeValue::String(kind)) if kind == PAPER);
    let kind = kind(&mut view, faults);
    let kind = must(kind, &mut view, faults);
    let from_card = from_card(&mut view, &kind, faults);
    // A place alone is never required: a text may stand in its stead.
    let is_place = matches!(kind, FieldKind::Place { .. });
    let required = !is_place && view.flag("required", kind != FieldKind::Bool, faults);
    let instead = view.text_if("instead", faults).map(|value| At {
        line: view.line_of("instead"),
        value,
    });
    let correctable = correctable(&mut view, from_card, required, faults);
    let digits = match kind {
        FieldKind::Text { max_chars } => {
            let most = i64::try_from(max_chars).unwrap_or_default();
            view.number("digits", 1, most, faults)
                .and_then(|count| usize::try_from(count).ok())
        }
        FieldKind::Date { .. }
        | FieldKind::Bool
        | FieldKind::Number { .. }
        | FieldKind::Money { .. }
        | FieldKind::Iban
        | FieldKind::Place { .. }
        | FieldKind::Select { .. } => None,
    };
    let format = format(&mut view, &kind, faults);
    let fim_id = fim_id(&mut view, faults);
    let shown_when = view.table("shown_when", "shown_when".to_owned(), faults);
    let shown_when = condition::read(shown_when, faults);
    let default = default(&mut view, &kind, faults);
    let suggest = suggest(&mut view, &kind, faults);
    let follows = follows::raw(&mut view, &kind, faults);
    let weekdays = weekdays::raw(&mut view, &kind, faults);
    view.finish(faults);
    let (label, hint) = (Text::default(), Text::default());
    let field = Field {
        id,
        copied: None,
        page,
        label,
        hint,
        kind,
        required,
        correctable,
        digits,
        format,
        fim_id,
        from_card,
        shown_when: None,
        default,
        suggest,
        instead: None,
        paper,
    };
    RawField {
        line,
        field,
        shown_when,
        follows,
        weekdays,
        instead,
    }
}

/// A place with what its `required` means; any other kind as it is.
fn must(kind: FieldKind, view: &mut View<'_>, faults: &mut Faults) -> FieldKind {
    if !matches!(kind, FieldKind::Place { .. }) {
        return kind;
    }
    let must = view.flag("required", false, faults);
    FieldKind::Place { must }
}

/// Checks what the fields must keep together: ids, and the card's data groups.
pub(crate) fn check_all(root: &View<'_>, fields: &[RawField], groups: &DataGroups, faults: &mut Faults) {
    let (mut ids, mut fim_ids) = (
        BTreeSet::new(),
        BTreeSet::from([SERVICE_KEY, VERSION_KEY, FROM_CARD_KEY, PSEUDONYM_KEY]),
    );
    fim_ids.extend(CardQuestion::ALL.map(CardQuestion::submission_key));
    for RawField { line, field, .. } in fields.iter().take(FIELDS_MAX) {
        if !field.id.is_empty() && !ids.insert(field.id.as_str()) {
            root.fault(
                faults,
                *line,
                format!("a field `{}` is there already", field.id),
                "give each its own id",
            );
        }
        if !field.fim_id.is_empty() && !fim_ids.insert(field.fim_id.as_str()) {
            let what = format!("`{}` is another field's fim id already", shorten(&field.fim_id));
            root.fault(
                faults,
                *line,
                what,
                "give each its own; the submission is keyed by them",
            );
        }
        if let Some(source) = field.from_card.filter(|source| !groups.contains(&source.group)) {
            let what = format!(
                "field \"{}\" reads `{}`, which isn't in data_groups",
                field.id,
                source.group.name()
            );
            root.fault(
                faults,
                *line,
                what,
                "add it to data_groups, so that the citizen is told",
            );
        }
    }
    let used = |group| {
        fields
            .iter()
            .filter_map(|raw| raw.field.from_card)
            .any(|source| source.group == group)
    };
    for group in groups.iter().filter(|group| !used(**group)) {
        let what = format!("`{}` is read from the card and used by no field", group.name());
        root.fault(
            faults,
            root.line_of("data_groups"),
            what,
            "remove it (GDPR Art. 5(1)(c)), or use it",
        );
    }
}

fn from_card(view: &mut View<'_>, kind: &FieldKind, faults: &mut Faults) -> Option<CardSource> {
    let name = view.text_if("from_card", faults)?;
    let line = view.line_of("from_card");
    let Some(source) = CardSource::from_name(&name) else {
        let mend = "name a data group (family_names), or a part of an address (place_of_residence.street, .zip, .city)";
        view.fault(faults, line, format!("the card has no `{}`", shorten(&name)), mend);
        return None;
    };
    let fits = match kind {
        FieldKind::Text { .. } => !source.is_date(),
        FieldKind::Date { .. } => source.is_date(),
        FieldKind::Bool
        | FieldKind::Number { .. }
        | FieldKind::Money { .. }
        | FieldKind::Iban
        | FieldKind::Place { .. }
        | FieldKind::Select { .. } => false,
    };
    if !fits {
        let wanted = if source.is_date() { "date" } else { "text" };
        view.fault(
            faults,
            line,
            format!("`{name}` doesn't fit this kind of field"),
            format!("kind = \"{wanted}\""),
        );
    }
    Some(source)
}

fn correctable(view: &mut View<'_>, source: Option<CardSource>, required: bool, faults: &mut Faults) -> Correctable {
    let (line, value) = match view.value("correctable") {
        None => (view.line, None),
        Some(at) => (at.line, Some(at.value)),
    };
    let correctable = match value {
        None => Correctable::Always,
        Some(DeValue::Boolean(true)) => Correctable::Always,
        Some(DeValue::Boolean(false)) => Correctable::Never,
        Some(DeValue::String(text)) if text == "if_blank" => Correctable::IfBlank,
        Some(_) => {
            view.fault(
                faults,
                line,
                "`correctable` takes true, false or \"if_blank\"",
                "write one of these",
            );
            return Correctable::Always;
        }
    };
    match source {
        None if value.is_some() => {
            view.fault(
                faults,
                line,
                "`correctable` means nothing without `from_card`",
                "remove it",
            );
        }
        Some(_) if value.is_none() => {
            let mend = "say whether the citizen may correct the card: true, false or \"if_blank\"";
            view.fault(faults, line, format!("{} lacks `correctable`", view.name), mend);
        }
        Some(source) if required && correctable == Correctable::Never && !source.is_on_every_card() => {
            let what = format!("some cards have no `{}`, and nobody could go on", source.group.name());
            view.fault(
                faults,
                line,
                what,
                "write correctable = \"if_blank\", or required = false",
            );
        }
        Some(_) | None => {}
    }
    correctable
}

/// Reads the key in the submission.
pub(crate) fn fim_id(view: &mut View<'_>, faults: &mut Faults) -> String {
    let fim_id = view.text("fim", faults).unwrap_or_default();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_fim = fim_id
        .strip_prefix('F')
        .is_some_and(|rest| matches!(rest.len(), 8 | 11) && digits(rest));
    let own = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.');
    let is_own = fim_id.len() <= FIM_ID_BYTES_MAX
        && fim_id
            .strip_prefix("schalter.")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(own));
    if !fim_id.is_empty() && !is_fim && !is_own {
        let what = format!("`{}` is no FIM id", shorten(&fim_id));
        view.fault(
            faults,
            view.line_of("fim"),
            what,
            "F and 8 or 11 digits, or schalter.… for a field FIM doesn't know",
        );
    }
    fim_id
}

fn default(view: &mut View<'_>, kind: &FieldKind, faults: &mut Faults) -> Option<String> {
    let line = view.line_of("default");
    match kind {
        FieldKind::Select { choices } => {
            let key = view.text_if("default", faults)?;
            if !choices.iter().any(|choice| choice.key == key) {
                view.fault(
                    faults,
                    line,
                    format!("`{}` is none of the choices", shorten(&key)),
                    "name one of them",
                );
            }
            Some(key)
        }
        FieldKind::Number { min, max } => view
            .number("default", *min, *max, faults)
            .map(|number| number.to_string()),
        FieldKind::Text { .. }
        | FieldKind::Date { .. }
        | FieldKind::Money { .. }
        | FieldKind::Iban
        | FieldKind::Place { .. }
        | FieldKind::Bool => {
            if view.value("default").is_some() {
                let what = "only select and number can be chosen beforehand";
                view.fault(faults, line, what, "remove `default`: the citizen answers");
            }
            None
        }
    }
}

fn format(view: &mut View<'_>, kind: &FieldKind, faults: &mut Faults) -> Option<Format> {
    let name = view.text_if("format", faults)?;
    let line = view.line_of("format");
    if !matches!(kind, FieldKind::Text { .. }) || view.has("digits") {
        view.fault(faults, line, "`format` is for text without `digits`", "remove it");
    }
    let format = Format::ALL.into_iter().find(|format| format.name() == name);
    if format.is_none() {
        let known = Format::ALL.map(Format::name).join(", ");
        let what = format!("there is no format `{}`", shorten(&name));
        view.fault(faults, line, what, format!("known: {known}"));
    }
    format
}

fn suggest(view: &mut View<'_>, kind: &FieldKind, faults: &mut Faults) -> Option<List> {
    let name = view.text_if("suggest", faults)?;
    let line = view.line_of("suggest");
    if !matches!(kind, FieldKind::Text { .. }) {
        let what = "`suggest` helps only with text";
        view.fault(faults, line, what, "remove it");
    }
    let list = List::ALL.into_iter().find(|list| list.name() == name);
    if list.is_none() {
        let known = List::ALL.map(List::name).join(", ");
        let what = format!("there is no list `{}`", shorten(&name));
        view.fault(faults, line, what, format!("known: {known}"));
    }
    list
}

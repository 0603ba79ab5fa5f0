//! Reads what kind of answer a field takes.
use crate::answers::ANSWER_CHARS_MAX;
use crate::fault::Faults;
use crate::field::{Choice, FieldKind, HandedIn};
use crate::load::condition::limit;
use crate::load::definition::is_id;
use crate::load::view::{View, shorten};
use crate::text::Text;
use std::collections::BTreeSet;

/// Most choices of a select; more belong into a search.
const CHOICES_MAX: usize = 200;
/// Most digits of a number field, so that every number in between can be shown and typed.
const NUMBER_MAX: i64 = 999_999_999_999;

/// The kind of a paper that is handed in later.
pub(crate) const PAPER: &str = "file";

/// Reads `kind` and what belongs to it.
pub(crate) fn kind(view: &mut View<'_>, faults: &mut Faults) -> FieldKind {
    let fallback = FieldKind::Text {
        max_chars: ANSWER_CHARS_MAX,
    };
    let Some(name) = view.text("kind", faults) else {
        return fallback;
    };
    match name.as_str() {
        "text" => {
            if !view.has("max_chars") {
                view.fault(
                    faults,
                    view.line,
                    format!("{} lacks `max_chars`", view.name),
                    "say how long it may be",
                );
            }
            let most = i64::try_from(ANSWER_CHARS_MAX).unwrap_or_default();
            let max_chars = view
                .number("max_chars", 1, most, faults)
                .and_then(|max| usize::try_from(max).ok());
            FieldKind::Text {
                max_chars: max_chars.unwrap_or(ANSWER_CHARS_MAX),
            }
        }
        "date" => {
            let (not_before, not_after) = (limit(view, "not_before", faults), limit(view, "not_after", faults));
            if not_before
                .zip(not_after)
                .is_some_and(|(first, last)| last.is_always_before(first))
            {
                let line = view.line_of("not_after");
                view.fault(faults, line, "`not_after` is before `not_before`", "no day would fit");
            }
            FieldKind::Date { not_before, not_after }
        }
        "iban" => FieldKind::Iban,
        "place" => FieldKind::Place { must: false }, // `required` is read later
        "bool" => FieldKind::Bool,
        "number" | "money" => {
            let (min, max) = limits(view, if name == "money" { 0 } else { -NUMBER_MAX }, faults);
            if name == "money" {
                FieldKind::Money { min, max }
            } else {
                FieldKind::Number { min, max }
            }
        }
        "select" => FieldKind::Select {
            choices: choices(view, faults),
        },
        PAPER => FieldKind::Select {
            choices: HandedIn::ALL.map(|way| choice(way.key().to_owned())).into(),
        },
        other => {
            let what = format!("`{}` is no kind of field", shorten(other));
            view.fault(
                faults,
                view.line_of("kind"),
                what,
                "known: text, date, bool, number, money, iban, select, place, file",
            );
            fallback
        }
    }
}

/// `min` and `max`, which must be there.
fn limits(view: &mut View<'_>, least: i64, faults: &mut Faults) -> (i64, i64) {
    for key in ["min", "max"].into_iter().filter(|key| !view.has(key)) {
        view.fault(
            faults,
            view.line,
            format!("{} lacks `{key}`", view.name),
            "say its limits",
        );
    }
    let min = view.number("min", least, NUMBER_MAX, faults).unwrap_or(least);
    let max = view
        .number("max", -NUMBER_MAX, NUMBER_MAX, faults)
        .unwrap_or(NUMBER_MAX);
    if min > max {
        view.fault(
            faults,
            view.line_of("min"),
            "`min` is more than `max`",
            "no number would fit",
        );
    }
    (min, max)
}

fn choices(view: &mut View<'_>, faults: &mut Faults) -> Vec<Choice> {
    let keys = view.texts("choices", faults);
    let line = view.line_of("choices");
    if keys.len() < 2 || keys.len() > CHOICES_MAX {
        let what = format!("{} has {} choices", view.name, keys.len());
        view.fault(faults, line, what, format!("a select takes 2 to {CHOICES_MAX}"));
    }
    let mut seen = BTreeSet::new();
    for key in &keys {
        if !is_id(&key.value) {
            let what = format!("`{}` is no key of a choice", shorten(&key.value));
            view.fault(
                faults,
                key.line,
                what,
                "use a–z, 0–9 and _; the words go into the texts",
            );
        } else if !seen.insert(key.value.as_str()) {
            view.fault(
                faults,
                key.line,
                format!("the choice `{}` is there twice", key.value),
                "remove one",
            );
        }
    }
    keys.into_iter()
        .take(CHOICES_MAX)
        .map(|key| choice(key.value))
        .collect()
}

fn choice(key: String) -> Choice {
    let label = Text::default();
    Choice { key, label }
}

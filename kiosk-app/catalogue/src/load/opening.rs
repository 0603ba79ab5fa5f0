//! Reads `[opening]` of `town.toml`.
use crate::fault::Faults;
use crate::load::fee;
use crate::load::view::{View, shorten};
use crate::opening::{Opening, OpeningException, Stretch, WEEKDAYS};

/// Most times of opening of one day: a break at noon makes two.
const STRETCHES_MAX: usize = 4;
/// Most days that are otherwise: two years of holidays.
const EXCEPTIONS_MAX: usize = 60;
/// Longest note, telephone number, reason: two lines of a screen.
const LINE_CHARS_MAX: usize = 120;

/// The opening times, where the town says some.
pub(crate) fn read(root: &mut View<'_>, faults: &mut Faults) -> Option<Opening> {
    let mut view = root.table("opening", "[opening]".to_owned(), faults)?;
    let line = view.line;
    let mut opening = Opening {
        phone: words(&mut view, "phone", faults),
        note: words(&mut view, "note", faults),
        ..Opening::default()
    };
    match view.table("week", "week".to_owned(), faults) {
        None => view.fault(
            faults,
            line,
            "`week` is missing in [opening]",
            "add week = { mo = \"08:00-12:00\" }",
        ),
        Some(mut week) => {
            for (day, hours) in WEEKDAYS.into_iter().zip(&mut opening.week) {
                *hours = stretches(&mut week, day, faults);
            }
            if opening.week.iter().all(Vec::is_empty) {
                week.fault(
                    faults,
                    week.line,
                    "the office is never open",
                    "say when, or leave [opening] out",
                );
            }
            week.finish(faults);
        }
    }
    let views = view.tables("except", faults);
    if let Some(one) = views.get(EXCEPTIONS_MAX) {
        let what = format!("more than {EXCEPTIONS_MAX} days that are otherwise");
        one.fault(faults, one.line, what, "keep those that are still to come");
    }
    let exceptions = views.into_iter().take(EXCEPTIONS_MAX);
    opening.exceptions = exceptions.filter_map(|view| exception(view, faults)).collect();
    view.finish(faults);
    Some(opening)
}

fn exception(mut view: View<'_>, faults: &mut Faults) -> Option<OpeningException> {
    view.name = "[[opening.except]]".to_owned();
    let line = view.line;
    let day = fee::day(&mut view, "day", faults);
    let (from, until) = (
        fee::day(&mut view, "from", faults),
        fee::day(&mut view, "until", faults),
    );
    let hours = stretches(&mut view, "hours", faults);
    let why = words(&mut view, "why", faults);
    let days = match (day, from, until) {
        (Some(day), None, None) => Some((day, day)),
        (None, Some(from), Some(until)) if from <= until => Some((from, until)),
        _ => {
            let mend = "write day = \"2026-12-25\", or from and until in this order";
            view.fault(faults, line, "it isn't said on which days", mend);
            None
        }
    };
    view.finish(faults);
    let (from, until) = days?;
    Some(OpeningException {
        from,
        until,
        hours,
        why,
    })
}

/// `08:00-12:00, 14:00-18:00`; left out or empty: closed.
fn stretches(view: &mut View<'_>, key: &'static str, faults: &mut Faults) -> Vec<Stretch> {
    let text = view.text_if(key, faults).unwrap_or_default();
    let line = view.line_of(key);
    let hours = Stretch::parse_all(&text).unwrap_or_else(|wrong| {
        let what = format!("`{}` is no time of opening", shorten(wrong));
        view.fault(faults, line, what, "write it as 08:00-12:00, 14:00-18:00");
        Vec::new()
    });
    let apart = hours.windows(2).all(|pair| match pair {
        [one, next] => one.until <= next.from,
        _ => true,
    });
    if !apart || hours.len() > STRETCHES_MAX {
        let what = format!("the times of `{key}` lie in one another, or are more than {STRETCHES_MAX}");
        view.fault(faults, line, what, "write them in order, each apart from the next");
    }
    hours
}

fn words(view: &mut View<'_>, key: &'static str, faults: &mut Faults) -> String {
    let text = view.text_if(key, faults).unwrap_or_default();
    if text.chars().count() > LINE_CHARS_MAX || text.contains('\n') {
        let what = format!("`{key}` is longer than a line of {LINE_CHARS_MAX} characters");
        view.fault(faults, view.line_of(key), what, "shorten it");
    }
    text
}

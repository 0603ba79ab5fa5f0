//! Reads the fee table.
use crate::condition::Condition;
use crate::fault::Faults;
use crate::fee::FeeRow;
use crate::field::FieldKind;
use crate::load::condition::{self, Known, Place, RawCondition};
use crate::load::definition::{self, id};
use crate::load::view::{At, View};
use crate::pay::PayWay;
use crate::service::{Cents, Finish};
use crate::text::Text;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Highest fee, 10,000 €; more is a slip.
const FEE_CENTS_MAX: i64 = 1_000_000;
/// Most rows of a fee table.
const ROWS_MAX: usize = 50;
/// Highest value added tax, in percent.
const VAT_PERCENT_MAX: i64 = 50;
/// How often a fee can be charged at most.
const TIMES_MAX: i64 = 1_000;

/// A row whose names aren't resolved yet.
pub(crate) struct RawFee {
    row: FeeRow,
    line: usize,
    times: Option<At<String>>,
    further: Option<Cents>,
    when: Option<RawCondition>,
}

/// Reads `[[fee]]`.
pub(crate) fn read(root: &mut View<'_>, faults: &mut Faults) -> Vec<RawFee> {
    let views = root.tables("fee", faults);
    if let Some(view) = views.get(ROWS_MAX) {
        view.fault(
            faults,
            view.line,
            format!("more than {ROWS_MAX} fees"),
            "shorten the table",
        );
    }
    let last = views.len().min(ROWS_MAX);
    let mut rows: Vec<RawFee> = Vec::new();
    for (number, mut view) in views.into_iter().take(ROWS_MAX).enumerate() {
        let row = row(&mut view, faults);
        let bound = row.when.is_some() || row.row.from.is_some() || row.row.until.is_some();
        if number + 1 == last && bound {
            let what = "the last fee must always be valid";
            let mend = "add one without when, from and until below it: what it costs when no other fee is valid";
            view.fault(faults, row.line, what, mend);
        } else if number + 1 < last && !bound {
            let what = "the fees below this one are never charged";
            view.fault(faults, row.line, what, "put the fee without when, from and until last");
        }
        view.finish(faults);
        rows.push(row);
    }
    check_ids(root, &rows, faults);
    rows
}

/// Reads `pay`.
pub(crate) fn pay(root: &mut View<'_>, finish: Finish, has_fees: bool, faults: &mut Faults) -> Vec<PayWay> {
    let mut ways = definition::named(root, "pay", "way to pay", PayWay::ALL, PayWay::name, faults);
    ways.sort_unstable();
    if root.has("pay") && !(has_fees && finish == Finish::Submit) {
        let (what, mend) = if has_fees {
            (
                "a service that files nothing takes no fee here",
                "remove `pay`: it is paid at the counter",
            )
        } else {
            ("`pay` without a fee", "add [[fee]], or remove `pay`")
        };
        root.fault(faults, root.line_of("pay"), what, mend);
    }
    ways
}

/// A name may come again for other days, not for the same.
fn check_ids(root: &View<'_>, rows: &[RawFee], faults: &mut Faults) {
    let mut undated = BTreeSet::new();
    for RawFee { row, line, .. } in rows {
        let dated = row.from.is_some() || row.until.is_some();
        if !dated && !row.id.is_empty() && !undated.insert(row.id.as_str()) {
            let what = format!("a fee `{}` is there already", row.id);
            root.fault(
                faults,
                *line,
                what,
                "give each its own id, or say from when on it is valid",
            );
        }
    }
}

fn row(view: &mut View<'_>, faults: &mut Faults) -> RawFee {
    let line = view.line;
    let cents = |view: &mut View<'_>, key, faults: &mut Faults| {
        let cents = view.number(key, 0, FEE_CENTS_MAX, faults);
        cents.and_then(|cents| Cents::try_from(cents).ok())
    };
    let id = id(view, "id", faults).unwrap_or_default();
    if !view.has("cents") {
        let what = format!("`cents` is missing in {}", view.name);
        view.fault(faults, line, what, "write the fee in cents, 0 for who is exempt");
    }
    let row = FeeRow {
        id,
        cents: cents(view, "cents", faults).unwrap_or_default(),
        times: None,
        from: day(view, "from", faults),
        until: day(view, "until", faults),
        when: None,
        vat: (view.number("vat", 0, VAT_PERCENT_MAX, faults)).and_then(|percent| u8::try_from(percent).ok()),
        text: Text::default(),
    };
    check_days(view, row.from, row.until, faults);
    let times = view.text_if("times", faults).map(|value| At {
        line: view.line_of("times"),
        value,
    });
    if times.is_none() && view.has("further_cents") {
        let mend = "add times, or remove it";
        view.fault(
            faults,
            view.line_of("further_cents"),
            "`further_cents` without `times`",
            mend,
        );
    }
    RawFee {
        row,
        line,
        times,
        further: cents(view, "further_cents", faults),
        when: condition::read(view.table("when", "when".to_owned(), faults), faults),
    }
}

/// A last day before the first is told.
pub(crate) fn check_days(view: &View<'_>, from: Option<Date>, until: Option<Date>, faults: &mut Faults) {
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        view.fault(
            faults,
            view.line_of("until"),
            "`until` is before `from`",
            "no day would fit",
        );
    }
}

/// Reads a day of the calendar.
pub(crate) fn day(view: &mut View<'_>, key: &'static str, faults: &mut Faults) -> Option<Date> {
    let limit = condition::limit(view, key, faults)?;
    let day = match limit {
        crate::day::Limit::Fixed(day) => Some(day),
        crate::day::Limit::FromToday(..) => None,
    };
    if day.is_none() {
        let what = format!("`{key}` is a day of the calendar here");
        view.fault(faults, view.line_of(key), what, "write it as \"2026-01-31\"");
    }
    day
}

/// The table with its names resolved; rows with a fault are left out.
pub(crate) fn resolve(raw: Vec<RawFee>, known: &Known<'_, '_>, faults: &mut Faults) -> Vec<FeeRow> {
    let rows = raw.into_iter().filter_map(|raw| {
        let when: Option<Condition> = match raw.when {
            None => None,
            Some(when) => Some(known.condition(when, Place::End, faults)?),
        };
        let cents = raw.row.cents;
        let times = match raw.times {
            None => None,
            Some(At { line, value }) => {
                let (index, field) = known.field(&value, line, Place::End, faults)?;
                let fits = matches!(field.kind, FieldKind::Number { min, max } if 1 <= min && max <= TIMES_MAX);
                if !fits {
                    let what = format!("a fee can't be charged `{value}` times");
                    let mend = format!("name a field of kind = \"number\", from 1 to at most {TIMES_MAX}");
                    known.root.fault(faults, line, what, mend);
                    return None;
                }
                Some((index, raw.further.unwrap_or(cents)))
            }
        };
        Some(FeeRow { when, times, ..raw.row })
    });
    rows.collect()
}

//! Lists: what came, what went, and whether the rest stands in another order.
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Most things of a list that are told one by one.
const TOLD_MAX: usize = 12;

/// Words of a list, by what came and what went; else, their order.
pub(super) fn listed(what: &str, was: &[String], is: &[String], lines: &mut Vec<String>) {
    let (gone, new) = (without(was, is), without(is, was));
    tell(what, "now also", &new, lines);
    tell(what, "no longer", &gone, lines);
    if new.is_empty() && gone.is_empty() && was != is {
        lines.push(format!("{what}: in another order: {}", is.join(", ")));
    }
}

fn tell(what: &str, how: &str, words: &[&String], lines: &mut Vec<String>) {
    let told = words.iter().take(TOLD_MAX);
    lines.extend(told.map(|word| format!("{what}: {how} {word}")));
    if let Some(more) = words.len().checked_sub(TOLD_MAX).filter(|more| *more > 0) {
        lines.push(format!("{what}: {how} {more} more"));
    }
}

/// What is in `these` and not in `those`; what is there twice counts twice.
fn without<'a>(these: &'a [String], those: &[String]) -> Vec<&'a String> {
    let mut left: BTreeMap<&String, usize> = BTreeMap::new();
    for one in those {
        *left.entry(one).or_default() += 1;
    }
    let stays = |one: &&String| match left.get_mut(*one) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        Some(_) | None => true,
    };
    these.iter().filter(stays).collect()
}

/// The tables below a key (`[[key]]`).
pub(super) fn tables<'a>(table: &'a Table, key: &str) -> Vec<&'a Table> {
    let values = table.get(key).and_then(Value::as_array);
    values.into_iter().flatten().filter_map(Value::as_table).collect()
}

/// The text below a key.
pub(super) fn text<'a>(table: &'a Table, key: &str) -> &'a str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Two lists of tables side by side. Those of one name belong together; of several, first those that are equal, then in
/// their order.
pub(super) struct Paired<'a> {
    pub(super) both: Vec<(&'a Table, &'a Table)>,
    pub(super) gone: Vec<&'a Table>,
    pub(super) new: Vec<&'a Table>,
    /// What is in both stands in another order.
    pub(super) moved: bool,
}

pub(super) fn paired<'a>(was: &[&'a Table], is: &[&'a Table], name: impl Fn(&Table) -> String) -> Paired<'a> {
    let mut partner: Vec<Option<usize>> = vec![None; was.len()];
    let mut taken = vec![false; is.len()];
    for equal in [true, false] {
        for (from, old) in was.iter().enumerate() {
            let free = |(to, new): &(usize, &&Table)| {
                let fits = if equal { old == *new } else { name(old) == name(new) };
                !taken.get(*to).copied().unwrap_or(true) && fits
            };
            let Some(place) = partner.get_mut(from).filter(|place| place.is_none()) else {
                continue;
            };
            *place = is.iter().enumerate().find(free).map(|(to, _)| to);
            if let Some(taken) = place.and_then(|to| taken.get_mut(to)) {
                *taken = true;
            }
        }
    }
    let places: Vec<usize> = partner.iter().copied().flatten().collect();
    let mut pairs = Paired {
        both: Vec::new(),
        gone: Vec::new(),
        new: Vec::new(),
        moved: !places.is_sorted(),
    };
    for (old, to) in was.iter().zip(partner) {
        match to.and_then(|to| is.get(to)) {
            Some(new) => pairs.both.push((old, new)),
            None => pairs.gone.push(old),
        }
    }
    let new = is.iter().zip(taken).filter(|(_, taken)| !taken);
    pairs.new = new.map(|(new, _)| *new).collect();
    pairs
}

/// An ordered list of tables without names of their own, such as the blocks of a receipt.
pub(super) fn ordered(what: &str, [was, is]: [&[&Table]; 2], name: impl Fn(&Table) -> String, lines: &mut Vec<String>) {
    let pairs = paired(was, is, &name);
    let told = |table: &Table| super::words::rows(table);
    lines.extend(pairs.new.iter().map(|new| format!("{what}: now also {}", told(new))));
    lines.extend(
        pairs
            .gone
            .iter()
            .map(|gone| format!("{what}: no longer {}", told(gone))),
    );
    for (was, is) in &pairs.both {
        super::words::generic_table(&format!("{what}, {}", name(is)), [was, is], lines);
    }
    if pairs.moved {
        let names: Vec<String> = is.iter().map(|table| name(table)).collect();
        lines.push(format!("{what}: in another order: {}", names.join(", ")));
    }
}

//! The form: pages, the questions on them, and the ways between.
use super::fees::euros;
use super::lists::{Paired, paired, tables, text};
use super::service::Definition;
use super::words::{change, generic, keys, plain, quoted};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Every question with the id of its page, in the order of the file.
pub(super) fn fields(service: &Definition) -> Vec<(&str, &Table)> {
    let pages = tables(&service.service, "page").into_iter();
    let each = pages.flat_map(|page| tables(page, "field").into_iter().map(|field| (text(page, "id"), field)));
    each.collect()
}

pub(super) fn compared(before: &Definition, after: &Definition, lines: &mut Vec<String>) {
    repeats(before, after, lines);
    let (was, is) = (tables(&before.service, "page"), tables(&after.service, "page"));
    let id = |table: &Table| text(table, "id").to_owned();
    let pages = paired(&was, &is, id);
    lines.extend(
        pages
            .new
            .iter()
            .map(|page| format!("new {}", after.page(text(page, "id")))),
    );
    for gone in &pages.gone {
        lines.push(format!("{} is gone", before.page(text(gone, "id"))));
    }
    if pages.moved {
        let names: Vec<String> = is.iter().map(|page| after.page(text(page, "id"))).collect();
        lines.push(format!("the pages are in another order: {}", names.join(", ")));
    }
    questions(before, after, lines);
    for (old, new) in &pages.both {
        page(before, after, [old, new], lines);
    }
}

/// A page that is in both, without what its questions are.
fn page(before: &Definition, after: &Definition, [old, new]: [&Table; 2], lines: &mut Vec<String>) {
    let name = after.page(text(new, "id"));
    let ids = |page: &Table| -> Vec<String> {
        tables(page, "field")
            .iter()
            .map(|field| text(field, "id").to_owned())
            .collect()
    };
    let (was, is) = (ids(old), ids(new));
    let stays = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|id| those.contains(id)).cloned().collect()
    };
    if stays(&was, &is) != stays(&is, &was) {
        let names: Vec<String> = is.iter().map(|id| after.question(id)).collect();
        lines.push(format!(
            "{name}: the questions are in another order: {}",
            names.join(", ")
        ));
    }
    let sides = [before, after];
    for key in keys([old, new]) {
        let values = [old.get(key), new.get(key)];
        match key {
            "id" | "field" => {}
            "next" => {
                let told =
                    |side: usize, next: Option<&Value>| sides.get(side).map_or_else(String::new, |at| ways(at, next));
                change(&format!("after {name}"), values, told, lines);
            }
            "repeat" => generic(&format!("{name}: answered several times"), values, lines),
            other => generic(&format!("{name}: {other}"), values, lines),
        }
    }
}

fn ways(service: &Definition, next: Option<&Value>) -> String {
    match next {
        None => "nowhere".to_owned(),
        Some(Value::Array(steps)) => {
            let several = steps.len() > 1;
            let told = steps.iter().map(|step| {
                let to = service.page(step.get("page").and_then(Value::as_str).unwrap_or("?"));
                match step.get("when") {
                    Some(when) => format!("if {}: {to}", service.condition(when)),
                    None if several => format!("else {to}"),
                    None => to,
                }
            });
            told.collect::<Vec<_>>().join("; ")
        }
        Some(Value::String(to)) => service.page(to),
        Some(other) => plain(other),
    }
}

/// Groups of pages that are answered several times.
fn repeats(before: &Definition, after: &Definition, lines: &mut Vec<String>) {
    let (was, is) = (tables(&before.service, "repeat"), tables(&after.service, "repeat"));
    let pairs = paired(&was, &is, |table| text(table, "id").to_owned());
    let name = |service: &Definition, table: &Table| {
        let id = text(table, "id");
        format!(
            "repeated pages {}",
            quoted(service.german(&["repeat", id, "title"]).unwrap_or(id))
        )
    };
    let most = |table: &Table| table.get("max").map_or_else(|| "?".to_owned(), plain);
    for new in &pairs.new {
        lines.push(format!("new {}, at most {} times", name(after, new), most(new)));
    }
    lines.extend(pairs.gone.iter().map(|gone| format!("{} are gone", name(before, gone))));
    let sides = [before, after];
    for (old, new) in &pairs.both {
        for key in keys([old, new]) {
            let values = [old.get(key), new.get(key)];
            let name = name(after, new);
            match key {
                "max" => generic(&format!("{name}: at most so many times"), values, lines),
                "fim" => generic(&format!("{name}: key for the office"), values, lines),
                "next" => {
                    let told = |side: usize, next: Option<&Value>| {
                        sides.get(side).map_or_else(String::new, |at| ways(at, next))
                    };
                    change(&format!("{name}: what comes after the last one"), values, told, lines);
                }
                other => generic(&format!("{name}: {other}"), values, lines),
            }
        }
    }
    if pairs.moved {
        lines.push("the repeated pages are named in another order".to_owned());
    }
}

fn questions(before: &Definition, after: &Definition, lines: &mut Vec<String>) {
    let (was, is) = (fields(before), fields(after));
    let tables =
        |fields: &[(&str, &'_ Table)]| -> Vec<Table> { fields.iter().map(|(_, field)| (*field).clone()).collect() };
    let (old, new) = (tables(&was), tables(&is));
    let (old, new): (Vec<&Table>, Vec<&Table>) = (old.iter().collect(), new.iter().collect());
    let pairs: Paired<'_> = paired(&old, &new, |field| text(field, "id").to_owned());
    fn homes<'a>(fields: &[(&'a str, &'a Table)]) -> BTreeMap<String, &'a str> {
        let each = fields.iter().map(|(page, field)| (text(field, "id").to_owned(), *page));
        each.collect()
    }
    let (were, are) = (homes(&was), homes(&is));
    let home = |service: &Definition, homes: &BTreeMap<String, &str>, field: &Table| {
        service.page(homes.get(text(field, "id")).copied().unwrap_or_default())
    };
    for new in &pairs.new {
        let at = home(after, &are, new);
        let id = text(new, "id");
        lines.push(format!(
            "{at}: new question {} ({})",
            after.question(id),
            described(after, new)
        ));
    }
    for gone in &pairs.gone {
        let id = text(gone, "id");
        lines.push(format!(
            "question {} is gone ({})",
            before.question(id),
            described(before, gone)
        ));
    }
    for (old, new) in &pairs.both {
        let id = text(new, "id");
        let name = format!("question {}", before.question(id));
        if were.get(id) != are.get(id) {
            let (was, is) = (home(before, &were, old), home(after, &are, new));
            lines.push(format!("{name}: now on {is}, was on {was}"));
        }
        question(before, after, &name, [old, new], lines);
    }
}

/// A question that is in both.
fn question(before: &Definition, after: &Definition, name: &str, [old, new]: [&Table; 2], lines: &mut Vec<String>) {
    let sides = [(before, old), (after, new)];
    for key in keys([old, new]) {
        let values = [old.get(key), new.get(key)];
        if key == "choices" {
            choices(before, after, [old, new], name, lines);
            continue;
        }
        let what = what(key).map_or_else(|| key.to_owned(), str::to_owned);
        let told = |side: usize, value: Option<&Value>| {
            let side = sides.get(side);
            side.map_or_else(String::new, |(service, field)| fact(service, field, key, value))
        };
        if what == key {
            generic(&format!("{name}: {what}"), values, lines);
        } else {
            change(&format!("{name}: {what}"), values, told, lines);
        }
    }
}

/// What a key of a question is called.
fn what(key: &str) -> Option<&'static str> {
    Some(match key {
        "kind" => "kind of answer",
        "required" => "must be answered",
        "max_chars" => "most characters",
        "digits" => "exactly so many digits",
        "format" => "form",
        "min" => "least",
        "max" => "most",
        "not_before" => "first day that is taken",
        "not_after" => "last day that is taken",
        "default" => "chosen beforehand",
        "shown_when" => "asked",
        "fim" => "key for the office",
        "from_card" => "filled from the card",
        "correctable" => "what the card says may be corrected",
        "from_table" => "follows from",
        "suggest" => "suggestions while typing",
        _ => return None,
    })
}

/// The value of such a key in words.
fn fact(service: &Definition, field: &Table, key: &str, value: Option<&Value>) -> String {
    let kind = text(field, "kind");
    let Some(value) = value else {
        return match key {
            "required" if kind == "bool" => "no".to_owned(),
            "required" => "yes".to_owned(),
            "shown_when" => "always".to_owned(),
            "correctable" | "from_card" | "from_table" | "suggest" | "default" => "none".to_owned(),
            _ => "not said".to_owned(),
        };
    };
    match key {
        "kind" => kind_of(kind).to_owned(),
        "correctable" if value.as_bool() == Some(false) => "never".to_owned(),
        "correctable" if value.as_str() == Some("if_blank") => "where the card is blank".to_owned(),
        "min" | "max" if kind == "money" => euros(value),
        "default" if kind == "select" => service.choice(text(field, "id"), &plain(value)),
        "shown_when" => format!("only if {}", service.condition(value)),
        "from_table" => {
            let part = |key: &str| value.get(key).map(plain).unwrap_or_default();
            let by = service.question(&part("by"));
            format!("{} of the table {} for {by}", part("column"), part("table"))
        }
        _ => plain(value),
    }
}

fn kind_of(kind: &str) -> &str {
    match kind {
        "bool" => "yes or no",
        "number" => "a whole number",
        "money" => "an amount in euros",
        "iban" => "a bank account",
        "select" => "one of several",
        "file" => "a paper to be handed in",
        "date" => "a day",
        "text" => "text",
        other => other,
    }
}

/// What a question is, in one breath.
fn described(service: &Definition, field: &Table) -> String {
    let id = text(field, "id");
    let mut told = vec![kind_of(text(field, "kind")).to_owned()];
    for (key, value) in field {
        match key.as_str() {
            "id" | "kind" | "required" | "fim" => {}
            "choices" => {
                let keys = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                told.push(keys.map(|key| service.choice(id, key)).collect::<Vec<_>>().join(", "));
            }
            key => told.push(format!(
                "{}: {}",
                what(key).unwrap_or(key),
                fact(service, field, key, Some(value))
            )),
        }
    }
    let must = match field.get("required").and_then(Value::as_bool) {
        Some(must) => must,
        None => text(field, "kind") != "bool",
    };
    told.push(if must { "must be answered" } else { "may be left open" }.to_owned());
    told.join("; ")
}

fn choices(before: &Definition, after: &Definition, [old, new]: [&Table; 2], name: &str, lines: &mut Vec<String>) {
    let id = text(new, "id");
    let keys = |field: &Table| -> Vec<String> {
        let keys = field.get("choices").and_then(Value::as_array).into_iter().flatten();
        keys.map(plain).collect()
    };
    let (was, is) = (keys(old), keys(new));
    for key in is.iter().filter(|key| !was.contains(key)) {
        lines.push(format!("{name}: new choice {} ({key})", after.choice(id, key)));
    }
    for key in was.iter().filter(|key| !is.contains(key)) {
        lines.push(format!("{name}: the choice {} ({key}) is gone", before.choice(id, key)));
    }
    let stays = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|key| those.contains(key)).cloned().collect()
    };
    if stays(&was, &is) != stays(&is, &was)
        || (was.len() != is.len() && stays(&was, &is) == was && stays(&is, &was) == is)
    {
        let words: Vec<String> = is.iter().map(|key| after.choice(id, key)).collect();
        lines.push(format!(
            "{name}: the choices are in another order: {}",
            words.join(", ")
        ));
    }
}

//! Fees, row by row.
use super::lists::{paired, tables, text};
use super::service::Definition;
use super::words::{plain, quoted};
use toml::{Table, Value};

pub(super) fn compared(before: &Definition, after: &Definition, lines: &mut Vec<String>) {
    let (was, is) = (tables(&before.service, "fee"), tables(&after.service, "fee"));
    let pairs = paired(&was, &is, |row| text(row, "id").to_owned());
    let name = |row: &Table| quoted(text(row, "id"));
    for (old, new) in &pairs.both {
        if old != new {
            let (mut was, mut is) = (row(before, old), row(after, new));
            if was == is {
                (was, is) = (old.to_string(), new.to_string()); // it only reads alike
            }
            lines.push(format!("fee {}: {was} → {is}", name(new)));
        }
    }
    let words = |service: &Definition, row: &Table| {
        let words = service.german(&["fee", text(row, "id")]);
        words.map_or_else(String::new, |words| format!("; it reads {}", quoted(words)))
    };
    for new in &pairs.new {
        lines.push(format!(
            "fee {} is new: {}{}",
            name(new),
            row(after, new),
            words(after, new)
        ));
    }
    for gone in &pairs.gone {
        lines.push(format!("fee {} is gone: it was {}", name(gone), row(before, gone)));
    }
    if pairs.moved {
        let names: Vec<String> = is.iter().map(|row| name(row)).collect();
        lines.push(format!(
            "fees in another order, and the first that is valid counts: {}",
            names.join(", ")
        ));
    }
}

/// The whole table on one line.
pub(super) fn told(service: &Definition) -> String {
    let rows = tables(&service.service, "fee");
    let rows: Vec<String> = rows.iter().map(|fee| row(service, fee)).collect();
    if rows.is_empty() {
        "nothing".to_owned()
    } else {
        rows.join(", else ")
    }
}

fn row(service: &Definition, row: &Table) -> String {
    let mut told = row.get("cents").map_or_else(|| "?".to_owned(), euros);
    for (key, value) in row {
        let more = match key.as_str() {
            "id" | "cents" => continue,
            "when" => format!("when {}", service.condition(value)),
            "times" => format!("for each of {}", service.question(value.as_str().unwrap_or_default())),
            "vat" => format!("{} % value added tax in it", plain(value)),
            "further_cents" => format!("each further one {}", euros(value)),
            "from" => format!("from {}", plain(value)),
            "until" => format!("until {}", plain(value)),
            other => format!("{other} {}", plain(value)),
        };
        told = format!("{told}, {more}");
    }
    told
}

pub(super) fn euros(cents: &Value) -> String {
    match cents.as_integer() {
        Some(0) => "free".to_owned(),
        Some(cents) => format!("{}.{:02} €", cents / 100, (cents % 100).abs()),
        None => plain(cents),
    }
}

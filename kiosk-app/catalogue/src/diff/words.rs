//! How values are told.
use toml::{Table, Value};

/// Longest text that is told whole, in characters; of longer ones the part that differs.
const WHOLE_CHARS_MAX: usize = 60;
/// Words that are told on either side of that part.
const WORDS_AROUND: usize = 2;
/// Longest name of something.
const NAME_CHARS_MAX: usize = 70;

/// Something's name in quotes.
pub(super) fn quoted(name: &str) -> String {
    let mut chars = name.trim().chars();
    let mut short: String = chars.by_ref().take(NAME_CHARS_MAX).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    format!("“{short}”")
}

/// A value as it is, when nobody knows what it means.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_end().to_owned(),
        Value::Boolean(true) => "yes".to_owned(),
        Value::Boolean(false) => "no".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Datetime(day) => day.to_string(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Table(table) => rows(table),
    }
}

/// The keys and values of a table.
pub(super) fn rows(table: &Table) -> String {
    let rows = table.iter().map(|(key, value)| match value {
        Value::Table(table) => format!("{key} ({})", rows(table)),
        Value::Array(_) => format!("{key} [{}]", plain(value)),
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            format!("{key} {}", plain(value))
        }
    });
    rows.collect::<Vec<_>>().join(", ")
}

/// A change of one thing, or nothing. What reads alike and isn't is told as it is written.
pub(super) fn change(
    what: &str,
    [was, is]: [Option<&Value>; 2],
    told: impl Fn(usize, Option<&Value>) -> String,
    lines: &mut Vec<String>,
) {
    if was == is {
        return;
    }
    let (before, after) = (told(0, was), told(1, is));
    lines.push(if before == after {
        let written = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
        format!("{what}: {} → {}", written(was), written(is))
    } else {
        format!("{what}: {before} → {after}")
    });
}

/// A change of something that has no words of its own: of a table its keys, each by its name; of a list what came and went.
pub(super) fn generic(what: &str, [was, is]: [Option<&Value>; 2], lines: &mut Vec<String>) {
    match (was, is) {
        (Some(Value::Table(was)), Some(Value::Table(is))) => generic_table(what, [was, is], lines),
        (Some(Value::Array(was)), Some(Value::Array(is))) => {
            let told = |values: &[Value]| values.iter().map(plain).collect::<Vec<_>>();
            super::lists::listed(what, &told(was), &told(is), lines);
        }
        _ => change(
            what,
            [was, is],
            |_, value| value.map_or_else(|| "not said".to_owned(), plain),
            lines,
        ),
    }
}

pub(super) fn generic_table(what: &str, [was, is]: [&Table; 2], lines: &mut Vec<String>) {
    for key in keys([was, is]) {
        let what = if what.is_empty() {
            key.to_owned()
        } else {
            format!("{what}, {key}")
        };
        generic(&what, [was.get(key), is.get(key)], lines);
    }
}

/// The keys of both, each once.
pub(super) fn keys([was, is]: [&Table; 2]) -> Vec<&str> {
    let new = is.keys().filter(|key| !was.contains_key(*key));
    was.keys().chain(new).map(String::as_str).collect()
}

/// Two texts in quotes; of long ones only what differs, and a little around it.
pub(super) fn differing(was: &str, is: &str) -> String {
    let (was, is) = (was.trim_end(), is.trim_end());
    let short = |text: &str| text.chars().count() <= WHOLE_CHARS_MAX;
    let one_line = |text: &str| text.trim().replace("\r\n", "\n").replace('\n', " / ");
    let (old, new): (Vec<&str>, Vec<&str>) = (was.split_whitespace().collect(), is.split_whitespace().collect());
    // Lines are paragraphs: where only they differ, both are told whole.
    if (short(was) && short(is)) || old == new || old.is_empty() || new.is_empty() {
        let told = |text: &str| match text.is_empty() {
            true => "none".to_owned(),
            false => format!("“{}”", one_line(text)),
        };
        return format!("{} → {}", told(was), told(is));
    }
    let same = |(a, b): &(&&str, &&str)| a == b;
    let ahead = old.iter().zip(&new).take_while(same).count();
    let rest = old.len().min(new.len()) - ahead;
    let behind = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(same)
        .count();
    let part = |words: &[&str]| {
        let from = ahead.saturating_sub(WORDS_AROUND);
        let to = (words.len() - behind + WORDS_AROUND).min(words.len());
        let told = words.get(from..to).unwrap_or_default().join(" ");
        let before = if from > 0 { "… " } else { "" };
        let after = if to < words.len() { " …" } else { "" };
        format!("“{before}{told}{after}”")
    };
    format!("{} → {}", part(&old), part(&new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_only_what_differs_is_told() {
        let long = "Sie bekommen eine Karte mit dem Tag der Abholung. Das dauert etwa eine Woche. Danach kommen wir.";
        assert_eq!(
            differing(long, &long.replace("eine Woche", "zwei Wochen")),
            "“… dauert etwa eine Woche. Danach kommen …” → “… dauert etwa zwei Wochen. Danach kommen …”"
        );
        assert_eq!(differing("Rasse", "Art"), "“Rasse” → “Art”");
        assert_eq!(differing("", "Art"), "none → “Art”");
        let lines = long.replace(". ", ".\n");
        assert!(differing(long, &lines).contains(" / Das dauert"));
        assert!(differing(long, &format!("{long} Ende.")).ends_with("“… kommen wir. Ende.”"));
    }
}

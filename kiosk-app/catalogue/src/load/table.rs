//! Reads the tables of the town (`tables/NAME.csv`).
use crate::charset;
use crate::fault::{Faults, SourceFile};
use crate::load::definition::is_id;
use crate::load::view::shorten;
use crate::table::{Numbers, Side, Table, TableRow, street_key};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The town's tables, by name.
pub(crate) type Tables = BTreeMap<String, Arc<Table>>;

/// Longest table and most rows of one. Berlin has 10,000 streets.
pub(crate) const TABLE_BYTES_MAX: usize = 4 * 1024 * 1024;
const ROWS_MAX: usize = 50_000;
/// Most rows of one street.
const STREET_ROWS_MAX: usize = 200;
/// Most columns, and longest cell.
const COLUMNS_MAX: usize = 20;
const CELL_CHARS_MAX: usize = 100;
/// Highest house number.
const NUMBER_MAX: u32 = 99_999;
/// The columns that say which houses are meant.
pub(crate) const STREET: &str = "street";
const NUMBERS: &str = "numbers";

/// The table in that file, unless it has a fault.
pub(crate) fn read(file: &SourceFile, faults: &mut Faults) -> Option<Table> {
    let before = faults.count();
    let (head, lines) = sheet(file, "keep the town's own streets", faults)?;
    let Head { line, separator, names } = head;
    let mut fault = |line: Option<usize>, what: String, mend: &str| faults.add(&file.path, line, what, mend);
    let numbered = names.get(1).is_some_and(|name| name == NUMBERS);
    let (ours, columns) = names.split_at(names.len().min(1 + usize::from(numbered)));
    let is_head = ours.first().is_some_and(|name| name == STREET)
        && (1..=COLUMNS_MAX).contains(&columns.len())
        && columns.iter().all(|name| is_id(name));
    if !is_head {
        let mend = "begin with a line such as: street;zone, or: street;numbers;zone";
        fault(Some(line), "the table has no head".to_owned(), mend);
        return None;
    }
    let mut table = Table {
        columns: columns.to_vec(),
        rows: BTreeMap::new(),
    };
    for (count, (line_number, line)) in lines.enumerate() {
        if count == ROWS_MAX {
            fault(
                Some(line_number),
                format!("more than {ROWS_MAX} rows"),
                "keep the town's own streets",
            );
            break;
        }
        match row(line, separator, numbered, columns.len()) {
            Ok((street, numbers, values)) => {
                let rows = table.rows.entry(street_key(&street).to_string()).or_default();
                let row = TableRow {
                    line: line_number,
                    numbers,
                    values,
                };
                match clash(rows, &row) {
                    None => rows.push(row),
                    Some((what, mend)) => fault(Some(line_number), format!("`{}` {what}", shorten(&street)), mend),
                }
            }
            Err((what, mend)) => fault(Some(line_number), what, mend),
        }
    }
    (faults.count() == before).then_some(table)
}

/// The first line of a spreadsheet's file that says something.
pub(crate) struct Head {
    pub(crate) line: usize,
    pub(crate) separator: char,
    /// The columns, in small letters.
    pub(crate) names: Vec<String>,
}

/// The head of a file as spreadsheets write it, and the lines below that say something, with their numbers. One that is too
/// long is told, with `mend`.
pub(crate) fn sheet<'a>(
    file: &'a SourceFile,
    mend: &str,
    faults: &mut Faults,
) -> Option<(Head, impl Iterator<Item = (usize, &'a str)> + use<'a>)> {
    if file.text.len() > TABLE_BYTES_MAX {
        let what = format!("the file has {} bytes, more than {TABLE_BYTES_MAX}", file.text.len());
        faults.add(&file.path, None, what, mend);
        return None;
    }
    let text = file.text.trim_start_matches('\u{feff}'); // as Excel writes it
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    });
    let (line, head) = lines.next().unwrap_or((1, ""));
    let separator = if head.contains(';') { ';' } else { ',' };
    let names = cells(head, separator).map(str::to_lowercase).collect();
    let head = Head { line, separator, names };
    Some((head, lines))
}

/// Why a row can't stand beside the others of its street.
fn clash(rows: &[TableRow], new: &TableRow) -> Option<(String, &'static str)> {
    if rows.len() == STREET_ROWS_MAX {
        return Some((
            format!("has more than {STREET_ROWS_MAX} rows"),
            "join house numbers: 1-99 odd",
        ));
    }
    let twice = rows.iter().find(|row| match (row.numbers, new.numbers) {
        (Some(a), Some(b)) => !a.is_apart_from(b),
        (None, _) | (_, None) => true,
    });
    twice.map(|row| {
        (
            format!("is there already, in line {}", row.line),
            "one row for each house",
        )
    })
}

type Row = (String, Option<Numbers>, Vec<String>);

fn row(line: &str, separator: char, numbered: bool, columns: usize) -> Result<Row, (String, &'static str)> {
    let cells: Vec<&str> = cells(line, separator).collect();
    let wanted = 1 + usize::from(numbered) + columns;
    if cells.len() != wanted {
        return Err((
            format!("{} cells, not {wanted}", cells.len()),
            "as many as in the first line",
        ));
    }
    let odd = |cell: &&&str| cell.chars().count() > CELL_CHARS_MAX || charset::hostile(cell).is_some();
    if let Some(cell) = cells.iter().find(odd) {
        let what = format!("`{}` is no cell of a table", shorten(cell));
        return Err((what, "write visible characters, at most 100"));
    }
    let mut cells = cells.into_iter();
    let street = cells.next().unwrap_or_default();
    if street_key(street).is_empty() {
        return Err(("the street is missing".to_owned(), "name it"));
    }
    let numbers = match cells.next().filter(|_| numbered) {
        Some(text) => numbers(text).ok_or_else(|| {
            let what = format!("`{}` are no house numbers", shorten(text));
            (what, "nothing, 17, 1-99, 20-, or with odd or even behind: 1-99 odd")
        })?,
        None => None,
    };
    let skipped = 1 + usize::from(numbered);
    let values = line_values(line, separator, skipped);
    if let Some(empty) = values.iter().position(String::is_empty) {
        return Err((
            format!("cell {} is empty", skipped + empty + 1),
            "fill it, or leave the street out",
        ));
    }
    Ok((street.to_owned(), numbers, values))
}

fn line_values(line: &str, separator: char, skipped: usize) -> Vec<String> {
    cells(line, separator).skip(skipped).map(str::to_owned).collect()
}

/// The cells of a line, without the quotes that spreadsheets put around some.
pub(crate) fn cells(line: &str, separator: char) -> impl Iterator<Item = &str> {
    line.split(separator).map(|cell| {
        let cell = cell.trim();
        let quoted = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
        quoted.unwrap_or(cell).trim()
    })
}

/// `Some(None)` means the whole street; `None`, that nobody can read it.
fn numbers(text: &str) -> Option<Option<Numbers>> {
    if text.is_empty() {
        return Some(None);
    }
    let (range, side) = match text.rsplit_once(' ') {
        Some((range, "odd" | "ungerade")) => (range, Side::Odd),
        Some((range, "even" | "gerade")) => (range, Side::Even),
        Some(_) => return None,
        None => (text, Side::Both),
    };
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.parse().ok().filter(|number| *number <= NUMBER_MAX);
        number.filter(|_| plain)
    };
    let (from, to) = match range.split_once(['-', '–']) {
        None => (number(range)?, number(range)?),
        Some((from, to)) if to.trim().is_empty() => (number(from.trim())?, NUMBER_MAX),
        Some((from, to)) => (number(from.trim())?, number(to.trim())?),
    };
    (from <= to).then_some(Some(Numbers { from, to, side }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(text: &str) -> Result<Table, Vec<String>> {
        let file = SourceFile {
            path: "tables/parking.csv".to_owned(),
            text: text.to_owned(),
        };
        let mut faults = Faults::default();
        let table = read(&file, &mut faults);
        let told = faults.into_list();
        assert_eq!(table.is_none(), !told.is_empty());
        table.ok_or_else(|| told.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn streets_are_found_as_people_write_them() {
        let table = table(
            "\u{feff}Street;Numbers;Zone;Day\r\n# the old town\r\nMühlenstraße;;a;mon\r\n\"Am Markt\";1-19 odd;a;tue\r\nAm Markt;2-20 gerade;b;tue\r\nAm Markt;21-;c;tue\r\nC 4;7;c;wed\r\n",
        )
        .unwrap();
        for (address, zone) in [
            ("Mühlenstraße 5", Some("a")),
            ("muehlenstr. 5 b", Some("a")),
            ("MÜHLEN STRASSE", Some("a")),
            ("Mühlenweg 5", None),
            ("Am Markt 1", Some("a")),
            ("Am Markt 20", Some("b")),
            ("am markt 21a", Some("c")),
            ("Am Markt 99999", Some("c")),
            ("Am Markt 22", Some("c")),
            ("Am Markt", None),
            ("Am Markt 999999999999", None),
            ("", None),
            ("17", None),
            ("Am Markt 0", None),
        ] {
            assert_eq!(table.find(address, 0), zone, "{address}");
        }
        assert_eq!(table.find("Am Markt 3", 1), Some("tue"));
        assert_eq!(table.find("Am Markt 3", 2), None);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, told) in [
            ("", ":1: the table has no head"),
            ("zone;street\n", ":1: the table has no head"),
            ("street\nAm Markt\n", ":1: the table has no head"),
            ("street;zone\nAm Markt\n", ":2: 1 cells, not 2"),
            ("street;zone\n\nAm Markt;\n", ":3: cell 2 is empty"),
            ("street;zone\n;a\n", ":2: the street is missing"),
            (
                "street;zone\nAm Markt;a\nam  markt;b\n",
                ":3: `am  markt` is there already, in line 2",
            ),
            (
                "street,numbers,zone\nX,1-9,a\nX,9,b\n",
                ":3: `X` is there already, in line 2",
            ),
            (
                "street,numbers,zone\nX,1-9,a\nX,,b\n",
                ":3: `X` is there already, in line 2",
            ),
            ("street,numbers,zone\nX,9-1,a\n", ":2: `9-1` are no house numbers"),
            (
                "street,numbers,zone\nX,1-9 left,a\n",
                ":2: `1-9 left` are no house numbers",
            ),
            ("street;zone\nAm\u{202e}Markt;a\n", ":2: `Am"),
        ] {
            let faults = table(text).unwrap_err();
            assert!(
                faults[0].starts_with(&format!("tables/parking.csv{told}")),
                "{text}: {faults:?}"
            );
        }
        assert!(table("street,numbers,zone\nX,1-9 odd,a\nX,2-8 even,b\nX,10,c\n").is_ok());
        let rows: String = (0..=ROWS_MAX).map(|at| format!("Weg {at}x;a\n")).collect();
        assert!(table(&format!("street;zone\n{rows}")).unwrap_err()[0].contains("more than 50000 rows"));
        let rows: String = (0..=200).map(|at| format!("Weg;{at};a\n")).collect();
        assert!(table(&format!("street;numbers;zone\n{rows}")).unwrap_err()[0].contains("more than 200 rows"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_table_or_told(text in "\\PC{0,200}|(street;numbers;zone\n)?([A-Za-zß]{1,5}( [0-9]{1,3})?;[0-9a-z -]{0,6};[a-c]?\n){0,20}", address in "\\PC{0,40}") {
            if let Ok(table) = table(&text) {
                let found = table.find(&address, 0);
                prop_assert!(found.is_none_or(|found| !found.is_empty()));
            }
        }
    }
}

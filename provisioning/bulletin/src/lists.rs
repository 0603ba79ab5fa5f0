//! The town's own lists: found things and offices as simple files that somebody at a desk can write.
use crate::feed::address;
use crate::html;
use encoding_rs::{UTF_8, WINDOWS_1252};
use serde::Deserialize;
use std::collections::BTreeMap;
use wire::board::{
    Clock, Consultation, Day, Exception, FOUND_MAX, Found, Hours, Line, Office, RESPONSIBLE_MAX, Responsible,
};

/// Largest list.
pub const LIST_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What is wrong with a list, and in which line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum ListTrouble {
    #[error("it has {found} bytes, at most {LIST_BYTES_MAX} are read")]
    TooLarge { found: usize },
    #[error("line {line}: {what}")]
    Content { line: usize, what: String },
    #[error("the first line must name the columns; \"{missing}\" is missing")]
    Column { missing: &'static str },
}

/// A table as spreadsheets write it: commas, semicolons or tabs, in UTF-8 or Windows-1252, columns by their names.
struct Table {
    columns: BTreeMap<String, usize>,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    fn read(bytes: &[u8], rows_max: usize) -> Result<Self, ListTrouble> {
        let text = text(bytes)?;
        let head = text.lines().next().unwrap_or_default();
        let count = |delimiter: char| head.matches(delimiter).count();
        let delimiter = [';', '\t', ','].into_iter().max_by_key(|delimiter| count(*delimiter));
        let delimiter = delimiter
            .and_then(|delimiter| u8::try_from(delimiter).ok())
            .unwrap_or(b';');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let columns = reader.headers().map_err(|error| broken(&error))?.iter().enumerate();
        let columns = columns.map(|(at, name)| (name.to_lowercase(), at)).collect();
        let rows = reader.records().take(rows_max).collect::<Result<_, _>>();
        Ok(Self {
            columns,
            rows: rows.map_err(|error| broken(&error))?,
        })
    }

    /// The column of the first of these names that is there.
    fn column(&self, names: &[&'static str]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.get(*name).copied())
    }

    fn needed(&self, names: &[&'static str]) -> Result<usize, ListTrouble> {
        let missing = names.first().copied().unwrap_or_default();
        self.column(names).ok_or(ListTrouble::Column { missing })
    }
}

fn cell(row: &csv::StringRecord, column: Option<usize>) -> &str {
    column.and_then(|column| row.get(column)).unwrap_or_default()
}

fn broken(error: &csv::Error) -> ListTrouble {
    let line = error.position().map_or(1, csv::Position::line);
    ListTrouble::Content {
        line: usize::try_from(line).unwrap_or(usize::MAX),
        what: "this is no table".to_owned(),
    }
}

fn text(bytes: &[u8]) -> Result<String, ListTrouble> {
    if bytes.len() > LIST_BYTES_MAX {
        return Err(ListTrouble::TooLarge { found: bytes.len() });
    }
    let (text, had_errors) = UTF_8.decode_with_bom_removal(bytes);
    Ok(match had_errors {
        true => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        false => text.into_owned(),
    })
}

/// Reads found things: columns `gegenstand`, and as far as known `art`, `fundtag`, `fundort`, `nummer`.
///
/// # Errors
/// When it is no such table.
pub fn found(bytes: &[u8]) -> Result<Vec<Found>, ListTrouble> {
    let table = Table::read(bytes, FOUND_MAX)?;
    let what = table.needed(&["gegenstand", "what"])?;
    let kind = table.column(&["art", "kind"]);
    let day = table.column(&["fundtag", "funddatum", "day"]);
    let place = table.column(&["fundort", "place"]);
    let number = table.column(&["nummer", "number"]);
    let rows = table.rows.iter().map(|row| Found {
        kind: Line::clean(cell(row, kind)),
        what: Line::clean(cell(row, Some(what))),
        day: any_day(cell(row, day)),
        place: Line::clean(cell(row, place)),
        number: Line::clean(cell(row, number)),
    });
    Ok(rows.filter(|found| !found.what.is_empty()).collect())
}

/// Reads who is responsible: columns `leistung`, `stelle`, and as far as known `leika`, `anschrift`, `telefon`,
/// `zeiten`, `link`.
///
/// # Errors
/// When it is no such table.
pub fn responsible(bytes: &[u8]) -> Result<Vec<Responsible>, ListTrouble> {
    let table = Table::read(bytes, RESPONSIBLE_MAX)?;
    let [service, office] = [
        table.needed(&["leistung", "service"])?,
        table.needed(&["stelle", "office"])?,
    ];
    let leika = table.column(&["leika"]);
    let place = table.column(&["anschrift", "address"]);
    let phone = table.column(&["telefon", "phone"]);
    let opening = table.column(&["zeiten", "opening"]);
    let link = table.column(&["link"]);
    let rows = table.rows.iter().map(|row| Responsible {
        service: Line::clean(cell(row, Some(service))),
        leika: Line::clean(cell(row, leika)),
        office: Line::clean(cell(row, Some(office))),
        address: Line::clean(cell(row, place)),
        phone: Line::clean(cell(row, phone)),
        opening: html::plain(cell(row, opening)),
        link: address(cell(row, link)),
    });
    Ok(rows
        .filter(|one| !one.service.is_empty() && !one.office.is_empty())
        .collect())
}

/// `2026-11-30` or `30.11.2026`.
fn any_day(text: &str) -> Option<Day> {
    Day::parse(text).or_else(|| {
        let mut parts = text.split('.');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        let fits = parts.next().is_none() && year.len() == 4;
        fits.then(|| Day::parse(&format!("{year}-{month:0>2}-{day:0>2}")))
            .flatten()
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consultations {
    #[serde(default)]
    consultation: Vec<OneConsultation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneConsultation {
    title: String,
    until: Option<Day>,
    #[serde(default)]
    text: String,
    link: Option<String>,
}

/// Reads consultations from TOML (`docs/town-board.md`).
///
/// # Errors
/// When it is something else.
pub fn consultations(bytes: &[u8]) -> Result<Vec<Consultation>, ListTrouble> {
    let read: Consultations = toml_of(bytes)?;
    let as_told = |one: OneConsultation| Consultation {
        title: Line::clean(&one.title),
        until: one.until,
        text: html::plain(&one.text),
        link: one.link.as_deref().and_then(address),
    };
    Ok(read.consultation.into_iter().map(as_told).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offices {
    #[serde(default)]
    office: Vec<OneOffice>,
    /// Days on which all of them are closed.
    #[serde(default)]
    closed: Vec<Closed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneOffice {
    name: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    week: Week,
    /// Days on which this one is open otherwise.
    #[serde(default)]
    except: Vec<Closed>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Week {
    mo: Stretches,
    di: Stretches,
    mi: Stretches,
    r#do: Stretches,
    fr: Stretches,
    sa: Stretches,
    so: Stretches,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    day: Option<Day>,
    from: Option<Day>,
    until: Option<Day>,
    #[serde(default)]
    hours: Stretches,
    #[serde(default)]
    why: String,
}

/// `08:00-12:00, 13:00-16:00`
#[derive(Clone, Default, Deserialize)]
#[serde(try_from = "String")]
struct Stretches(Vec<Hours>);

impl TryFrom<String> for Stretches {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let stretch = |part: &str| {
            let (from, until) = part.split_once(['-', '–'])?;
            let hours = Hours {
                from: Clock::parse(from.trim())?,
                until: Clock::parse(until.trim())?,
            };
            (hours.from < hours.until).then_some(hours)
        };
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let wrong = |part: &str| format!("\"{part}\" is no stretch such as 08:00-12:00");
        parts
            .map(|part| stretch(part).ok_or_else(|| wrong(part)))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Reads offices from TOML (`docs/town-board.md`).
///
/// # Errors
/// When it is something else.
pub fn offices(bytes: &[u8]) -> Result<Vec<Office>, ListTrouble> {
    let read: Offices = toml_of(bytes)?;
    let closed: Vec<Exception> = read.closed.into_iter().map(exception).collect::<Result<_, _>>()?;
    let as_told = |one: OneOffice| {
        let week = one.week;
        let mut exceptions: Vec<Exception> = one.except.into_iter().map(exception).collect::<Result<_, _>>()?;
        // An office's own word on a day goes before the word for all.
        exceptions.extend(closed.iter().cloned());
        Ok(Office {
            name: Line::clean(&one.name),
            place: Line::clean(&one.place),
            phone: Line::clean(&one.phone),
            week: [week.mo, week.di, week.mi, week.r#do, week.fr, week.sa, week.so].map(|day| day.0),
            exceptions,
            note: Line::clean(&one.note),
        })
    };
    read.office.into_iter().map(as_told).collect()
}

fn exception(closed: Closed) -> Result<Exception, ListTrouble> {
    let from = closed.from.or(closed.day);
    let until = closed.until.or(closed.day).or(from);
    match (from, until) {
        (Some(from), Some(until)) if from <= until => Ok(Exception {
            from,
            until,
            hours: closed.hours.0,
            why: Line::clean(&closed.why),
        }),
        _ => Err(ListTrouble::Content {
            line: 0,
            what: format!(
                "\"{}\" needs a day, or from and until in this order",
                Line::clean(&closed.why)
            ),
        }),
    }
}

fn toml_of<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, ListTrouble> {
    let text = text(bytes)?;
    toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        ListTrouble::Content {
            line: 1 + before.matches('\n').count(),
            what: error.message().to_owned(),
        }
    })
}

#[cfg(test)]
#[path = "lists_tests.rs"]
mod tests;

//! What the town of the desk tells: example files that are always of these days, gathered by the desk's backend and
//! brought by its courier as on any terminal.
use crate::Fault;
use fleet::BoardDesk;
use jiff::ToSpan;
use jiff::civil::Date;
use std::path::Path;

const FILES: [(&str, &str); 6] = [
    ("board.toml", include_str!("../board/board.toml")),
    ("news.xml", include_str!("../board/news.xml")),
    ("consultations.toml", include_str!("../board/consultations.toml")),
    ("found.csv", include_str!("../board/found.csv")),
    ("offices.toml", include_str!("../board/offices.toml")),
    ("responsible.csv", include_str!("../board/responsible.csv")),
];

/// Where a day that depends on today begins and ends in them: `{day -3}`.
const BEGINS: &str = "{day ";
const ENDS: &str = "}";

/// Lays the files into `data/town` and begins to gather from there.
///
/// # Errors
/// The folder can't be written.
pub(crate) fn start(data: &Path, today: Date) -> Result<BoardDesk, Fault> {
    let folder = data.join("town");
    std::fs::create_dir_all(&folder)?;
    for (name, text) in FILES {
        std::fs::write(folder.join(name), of_these_days(text, today)?)?;
    }
    let config = bulletin::Config::read(&folder.join("board.toml"))?;
    Ok(BoardDesk::start(config, data)?)
}

fn of_these_days(text: &str, today: Date) -> Result<String, Fault> {
    let mut parts = text.split(BEGINS);
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (days, rest) = part.split_once(ENDS).ok_or("a day without an end")?;
        let day = today.checked_add(days.parse::<i64>()?.days())?;
        written.push_str(&day.to_string());
        written.push_str(rest);
    }
    Ok(written)
}

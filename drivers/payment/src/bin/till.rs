//! `till`: what staff decide about payments that nobody else can tell of, and what the treasury wants to know of a day, on
//! the terminal itself, while the kiosk runs.
use drivers_api::payment::Cents;
use jiff::tz::TimeZone;
use payment::closing::{Closing, day, euros_signed};
use payment::journal::{Day, Journal, JournalError, Payment};
use payment::till::{Decision, confirm_new_journal, settle, unclear};
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: till JOURNAL
       till JOURNAL settle NUMBER taken|returned
       till JOURNAL confirm
       till JOURNAL closings
       till JOURNAL csv|json NUMBER

JOURNAL is `journal` of [payment] in kiosk.toml.

           lists the payments that staff must decide on: nobody can pay by card before
settle     taken: the money was taken and stays; returned: nothing was taken, or it was given back by hand. Look at
           the payment terminal's own list first. Moves no money.
confirm    a damaged journal was set aside: you have looked at it, and settled its payments by hand
closings   lists the closings, newest first: number, day, payments, sum, and the difference to the payment terminal's
csv, json  a closing's bookings, as in the treasury's files";

/// Why nothing came about.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{USAGE}")]
    Arguments,
    #[error("there is no journal {}", .0.display())]
    Missing(PathBuf),
    #[error("the journal {}", .0.display())]
    Journal(PathBuf, #[source] JournalError),
    #[error("there is no closing {0}")]
    NoClosing(i64),
    #[error("closing {0} can't be told")]
    Closing(i64, #[source] Box<dyn Error>),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(said) => {
            let _ = writeln!(std::io::stdout(), "{}", said.trim_end());
            ExitCode::SUCCESS
        }
        Err(fault) => {
            let mut text = format!("till: {fault}");
            let mut source = fault.source();
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::from(if matches!(fault, Fault::Arguments) { 2 } else { 1 })
        }
    }
}

fn run(arguments: &[&str]) -> Result<String, Fault> {
    let (journal, rest) = arguments.split_first().ok_or(Fault::Arguments)?;
    let journal = Path::new(journal);
    if journal.as_os_str().is_empty() || journal.to_string_lossy().starts_with('-') {
        return Err(Fault::Arguments);
    }
    if !journal.is_file() {
        return Err(Fault::Missing(journal.to_owned()));
    }
    let failed = |error| Fault::Journal(journal.to_owned(), error);
    match rest {
        [] => state(journal).map_err(failed),
        ["settle", number, decision] => {
            let number = number.parse().map_err(|_| Fault::Arguments)?;
            let decision = match *decision {
                "taken" => Decision::Taken,
                "returned" => Decision::Returned,
                _ => return Err(Fault::Arguments),
            };
            settle(journal, number, decision).map_err(failed)?;
            Ok(format!(
                "payment {number} is settled; the kiosk notices within a minute"
            ))
        }
        ["confirm"] => {
            confirm_new_journal(journal).map_err(failed)?;
            Ok("payment goes on with the new journal".to_owned())
        }
        ["closings"] => closings(journal).map_err(failed),
        [form @ ("csv" | "json"), number] => {
            let number = number.parse().map_err(|_| Fault::Arguments)?;
            let journal = Journal::open_beside(journal).map_err(failed)?;
            told(&journal, number, form)
        }
        _ => Err(Fault::Arguments),
    }
}

fn closings(path: &Path) -> Result<String, JournalError> {
    let days = Journal::open_beside(path)?.days()?;
    if days.is_empty() {
        return Ok("No day was closed yet.".to_owned());
    }
    let zone = TimeZone::system();
    let line = |closing: &Day| {
        let Day { id, at, count, .. } = closing;
        let total = closing.total.to_string();
        let payments = if *count == 1 { "payment" } else { "payments" };
        let difference = match closing.difference_cents() {
            None => "difference not known (before the closings by itself)".to_owned(),
            Some(0) => "no difference".to_owned(),
            Some(cents) => format!("DIFFERENCE {} EUR", euros_signed(cents)),
        };
        format!(
            "{id:>6}  {}  {count:>4} {payments}  {total:>10} EUR  {difference}",
            day(*at, &zone)
        )
    };
    Ok(days.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// A closing as the treasury's file of that form tells it.
fn told(journal: &Journal, number: i64, form: &str) -> Result<String, Fault> {
    let tell = || -> Result<Option<String>, Box<dyn Error>> {
        let Some(closing) = Closing::read(journal, number)? else {
            return Ok(None);
        };
        if form == "json" {
            return Ok(Some(closing.to_json(&TimeZone::system())?));
        }
        let mut csv = Vec::new();
        closing.write_csv(&mut csv)?;
        Ok(Some(String::from_utf8(csv)?))
    };
    tell()
        .map_err(|why| Fault::Closing(number, why))?
        .ok_or(Fault::NoClosing(number))
}

fn state(path: &Path) -> Result<String, JournalError> {
    let journal = Journal::open_beside(path)?;
    let mut lines = Vec::new();
    if journal.needs_confirmation()? {
        let files = journal.damaged_files();
        let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        lines.push(format!("The journal was damaged and set aside: {}", files.join(", ")));
    }
    lines.extend(unclear(path)?.iter().map(line));
    let newest = journal.days()?.into_iter().next();
    let known = newest.and_then(|closing| Some((closing, closing.terminal?, closing.difference_cents()?)));
    if let Some((closing, terminal, difference)) = known.filter(|(.., cents)| *cents != 0) {
        lines.push(format!(
            "Closing {} of {}: the payment terminal counted {} EUR, the journal {} EUR, a difference of {} EUR.",
            closing.id,
            day(closing.at, &TimeZone::system()),
            terminal,
            closing.total,
            euros_signed(difference),
        ));
    }
    if lines.is_empty() {
        lines.push("Nothing is to be decided.".to_owned());
    }
    Ok(lines.join("\n"))
}

/// One payment, as staff look for it in the payment terminal's own list.
fn line(payment: &Payment) -> String {
    let amount: Cents = payment.amount;
    let result = payment.result.as_ref();
    let receipt = result.and_then(|numbers| numbers.receipt_no);
    let trace = result.and_then(|numbers| numbers.trace_no);
    let number = |number: Option<u64>| number.map_or_else(|| "not known".to_owned(), |number| number.to_string());
    format!(
        "{}: {amount} EUR for {}, case {}, receipt {}, trace {}",
        payment.id,
        payment.purpose.service(),
        payment.purpose.reference(),
        number(receipt.map(u64::from)),
        number(trace),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivers_api::payment::PaymentPurpose;
    use payment::journal::Step;

    fn said(arguments: &[&str]) -> String {
        run(arguments).unwrap_or_else(|fault| format!("{fault:?}"))
    }

    #[test]
    fn staff_see_what_is_open_and_decide() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("payments.db");
        let journal = path.to_str().unwrap();
        assert!(matches!(run(&[journal]), Err(Fault::Missing(_))));
        let purpose = PaymentPurpose::new("01890a5d-ac96-774b-bcce-b302099a8057", "meldebescheinigung").unwrap();
        let id = {
            let mut book = Journal::open(&path).unwrap();
            let id = book.intend(Cents::new(1000).unwrap(), &purpose, 1).unwrap();
            book.step(id, Step::Unclear, None, 2).unwrap();
            id.to_string()
        };
        let told = said(&[journal]);
        assert!(
            told.contains("10.00 EUR for meldebescheinigung, case 01890a5d"),
            "{told}"
        );
        assert!(matches!(run(&[journal, "settle", &id, "maybe"]), Err(Fault::Arguments)));
        assert!(said(&[journal, "settle", &id, "returned"]).contains("is settled"));
        assert_eq!(said(&[journal]), "Nothing is to be decided.");
        assert!(matches!(
            run(&[journal, "settle", &id, "taken"]),
            Err(Fault::Journal(..))
        ));
        for wrong in [
            &[][..],
            &["--help"],
            &[journal, "close"],
            &[journal, "settle", "x", "taken"],
        ] {
            assert!(matches!(run(wrong), Err(Fault::Arguments)), "{wrong:?}");
        }
    }

    #[test]
    fn the_treasury_asks_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("payments.db");
        let journal = path.to_str().unwrap();
        let mut book = Journal::open(&path).unwrap();
        assert_eq!(said(&[journal, "closings"]), "No day was closed yet.");
        let cents = |cents| Cents::new(cents).unwrap();
        let mut taken = |number: u64| {
            let purpose = PaymentPurpose::new(&format!("2026-{number}"), "meldebescheinigung").unwrap();
            let id = book.intend(cents(1250), &purpose, 1_796_126_400).unwrap();
            book.step(id, Step::Unclear, None, 1_796_126_401).unwrap();
            book.step(id, Step::SettledTaken, None, 1_796_126_402).unwrap();
            book.close_day(cents(1250), cents(1250 - number * 10), None, 1_796_126_403)
                .unwrap()
        };
        assert_eq!((taken(0), taken(1)), (1, 2));
        let told = said(&[journal, "closings"]);
        let lines: Vec<&str> = told.lines().collect();
        assert!(lines[0].starts_with("     2  2026-12-01     1 payment "), "{told}");
        assert!(lines[0].ends_with(" 12.50 EUR  DIFFERENCE -0.10 EUR"), "{told}");
        assert!(lines[1].ends_with(" 12.50 EUR  no difference"), "{told}");
        let told = said(&[journal]);
        assert!(
            told.contains("counted 12.40 EUR, the journal 12.50 EUR, a difference of -0.10 EUR"),
            "{told}"
        );
        let csv = said(&[journal, "csv", "1"]);
        assert!(
            csv.lines()
                .nth(1)
                .unwrap()
                .starts_with("2026-0,meldebescheinigung,12.50,EUR,"),
            "{csv}"
        );
        let json: serde_json::Value = serde_json::from_str(&said(&[journal, "json", "2"])).unwrap();
        assert_eq!(json["payments"][0]["paymentRequest"]["requestId"], "2026-1");
        assert!(matches!(run(&[journal, "json", "3"]), Err(Fault::NoClosing(3))));
        assert!(matches!(run(&[journal, "csv", "x"]), Err(Fault::Arguments)));
    }
    #[test]
    fn what_was_before_has_no_difference() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("payments.db");
        let journal = path.to_str().unwrap();
        let mut book = Journal::open(&path).unwrap();
        let purpose = PaymentPurpose::new("2026-1", "meldebescheinigung").unwrap();
        let id = book.intend(Cents::new(1250).unwrap(), &purpose, 1_796_126_400).unwrap();
        book.step(id, Step::Unclear, None, 1_796_126_401).unwrap();
        book.step(id, Step::SettledTaken, None, 1_796_126_402).unwrap();
        assert_eq!(book.switch_on(1_796_126_403).unwrap(), Some(1));
        let told = said(&[journal, "closings"]);
        assert!(told.starts_with("     1  2026-12-01     1 payment "), "{told}");
        assert!(
            told.ends_with(" 12.50 EUR  difference not known (before the closings by itself)"),
            "{told}"
        );
        assert_eq!(said(&[journal]), "Nothing is to be decided.");
        assert_eq!(said(&[journal, "csv", "1"]).lines().count(), 2);
        let json: serde_json::Value = serde_json::from_str(&said(&[journal, "json", "1"])).unwrap();
        assert!(
            json["terminal"].is_null() && json["differenceCents"].is_null(),
            "{json}"
        );
        assert_eq!(json["total"]["count"], 1);
    }
}

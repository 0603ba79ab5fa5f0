//! `till`: what staff decide about payments that nobody else can tell of, on the terminal itself, while the kiosk runs.
use drivers_api::payment::Cents;
use payment::journal::{Journal, JournalError, Payment};
use payment::till::{Decision, confirm_new_journal, settle, unclear};
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: till JOURNAL
       till JOURNAL settle NUMBER taken|returned
       till JOURNAL confirm

JOURNAL is `journal` of [payment] in kiosk.toml.

           lists the payments that staff must decide on: nobody can pay by card before
settle     taken: the money was taken and stays; returned: nothing was taken, or it was given back by hand. Look at
           the payment terminal's own list first. Moves no money.
confirm    a damaged journal was set aside: you have looked at it, and settled its payments by hand";

/// Why nothing came about.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{USAGE}")]
    Arguments,
    #[error("there is no journal {}", .0.display())]
    Missing(PathBuf),
    #[error("the journal {}", .0.display())]
    Journal(PathBuf, #[source] JournalError),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(said) => {
            let _ = writeln!(std::io::stdout(), "{said}");
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
        _ => Err(Fault::Arguments),
    }
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
}

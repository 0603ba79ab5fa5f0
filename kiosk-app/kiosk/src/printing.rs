//! The printer; and a terminal without one: cases are filed all the same, and the screen shows the code to note down.
use drivers_api::print::{PrintJob, PrintTrouble, Printer, PrinterEvent};
use host::Sender;
use printer::{SpawnError, Target};
use session::Input;

/// The printer that the configuration names.
pub(crate) fn printer(address: Option<String>, events: Sender) -> Result<Box<dyn Printer + Send>, SpawnError> {
    let Some(address) = address else {
        return Ok(Box::new(NoPrinter::new(events)));
    };
    let target = Target::at(&address)?;
    Ok(Box::new(printer::spawn(target, move |event| {
        events.send(Input::Printer(event))
    })?))
}

/// Says of every job that there is no printer for it.
struct NoPrinter {
    events: Sender,
}

impl NoPrinter {
    fn new(events: Sender) -> Self {
        events.send(Input::Printer(PrinterEvent::NotReady(PrintTrouble::Offline)));
        Self { events }
    }
}

impl Printer for NoPrinter {
    fn print(&mut self, job: PrintJob) {
        let failed = PrinterEvent::Failed {
            job: job.job,
            why: PrintTrouble::Offline,
        };
        // The caller is the loop that empties the inbox: it must not wait for itself.
        let events = self.events.clone();
        let told = std::thread::Builder::new()
            .name("no printer".to_owned())
            .spawn(move || {
                events.send(Input::Printer(failed));
            });
        if let Err(error) = told {
            tracing::error!(%error, "no thread to tell that there is no printer");
        }
    }
}

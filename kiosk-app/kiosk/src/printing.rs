//! The printer, or two of which one stands in for the other; and a terminal without one: cases are filed all the same, and
//! the screen shows the code to note down.
use drivers_api::print::{PrintJob, PrintTrouble, Printer, PrinterEvent};
use host::Sender;
use printer::{SpawnError, Target, fallback};
use session::Input;

/// The printers that the configuration names, the first choice first.
pub(crate) fn printer(addresses: [Option<String>; 2], events: Sender) -> Result<Box<dyn Printer + Send>, SpawnError> {
    let [first, second] = addresses;
    let (first, second) = match (first.or_else(|| second.clone()), second) {
        (None, _) => return Ok(Box::new(NoPrinter::new(events))),
        (Some(first), second) => (Target::at(&first)?, second.filter(|second| *second != first)),
    };
    let Some(second) = second else {
        let tell = move |event| events.send(Input::Printer(event));
        return Ok(Box::new(printer::spawn(first, tell)?));
    };
    let both = fallback::spawn(first, Target::at(&second)?, move |outlet, event| {
        match event {
            PrinterEvent::Failed { why, .. } | PrinterEvent::NotReady(why) => tracing::warn!(?outlet, ?why, "printer"),
            PrinterEvent::PaperLow => tracing::warn!(?outlet, "a printer's paper is nearly at its end"),
            PrinterEvent::Ready | PrinterEvent::Printed { .. } => tracing::info!(?outlet, ?event, "printer"),
        }
        events.send(Input::Printer(event));
    })?;
    Ok(Box::new(both))
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

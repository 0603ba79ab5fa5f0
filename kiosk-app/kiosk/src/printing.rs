//! A terminal without a printer: cases are filed all the same, and the screen shows the code to note down.
use drivers_api::print::{PrintJob, PrintTrouble, Printer, PrinterEvent};
use host::Sender;
use session::Input;

/// Says of every job that there is no printer for it.
pub(crate) struct NoPrinter {
    events: Sender,
}

impl NoPrinter {
    pub(crate) fn new(events: Sender) -> Self {
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

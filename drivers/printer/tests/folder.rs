//! The folder printer: whole files or none, and a tray that runs empty.
use drivers_api::Job;
use drivers_api::document::Document;
use drivers_api::language::Language;
use drivers_api::print::{Medium, PrintJob, PrintTrouble, Printer, PrinterEvent};
use printer::{PaperTray, Target, spawn};
use std::sync::mpsc::channel;
use std::time::Duration;

fn document() -> Document {
    let text = |text: &str| text.to_owned();
    Document {
        language: Language::English,
        title: text("Receipt"),
        issuer: text("Town"),
        footer: String::new(),
        blocks: Vec::new(),
    }
}

#[test]
fn a_receipt_is_written_and_an_empty_tray_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("paper");
    let tray = PaperTray::default();
    let (sender, events) = channel();
    let target = Target::Folder {
        path: path.clone(),
        tray: tray.clone(),
    };
    let mut printer = spawn(target, move |event| sender.send(event).unwrap()).unwrap();
    let next = || events.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(next(), PrinterEvent::Ready);
    printer.print(PrintJob {
        job: Job(1),
        document: document(),
    });
    assert_eq!(
        next(),
        PrinterEvent::Printed {
            job: Job(1),
            on: Medium::Sheet
        }
    );
    assert!(
        std::fs::read(path.join("receipt-1.pdf"))
            .unwrap()
            .starts_with(b"%PDF-1.7")
    );

    tray.set_empty(true);
    printer.print(PrintJob {
        job: Job(2),
        document: document(),
    });
    let why = PrintTrouble::PaperEmpty;
    let told = [next(), next()];
    assert!(told.contains(&PrinterEvent::Failed { job: Job(2), why }), "{told:?}");
    assert!(told.contains(&PrinterEvent::NotReady(why)), "{told:?}");
    assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1);
    tray.set_empty(false);
    // It is told once more after a job, whoever noticed it first.
    let told = std::iter::repeat_with(&next).find(|event| *event != PrinterEvent::NotReady(why));
    assert_eq!(told, Some(PrinterEvent::Ready));
    printer.print(PrintJob {
        job: Job(3),
        document: document(),
    });
    assert_eq!(
        next(),
        PrinterEvent::Printed {
            job: Job(3),
            on: Medium::Sheet
        }
    );
}

#[test]
fn a_folder_that_can_t_be_made_is_offline() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let (sender, events) = channel();
    let target = Target::Folder {
        path: file.join("below"),
        tray: PaperTray::default(),
    };
    let _printer = spawn(target, move |event| sender.send(event).unwrap()).unwrap();
    let event = events.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(event, PrinterEvent::NotReady(PrintTrouble::Offline));
}

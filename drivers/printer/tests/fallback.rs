//! Two printers as one: receipt printers in software, and a folder.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test that waits for another program
use drivers_api::Job;
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use drivers_api::print::{Medium, PrintJob, PrintTrouble, Printer, PrinterEvent};
use drivers_api::private::PrivateText;
use printer::fallback::{Fallback, Outlet, spawn};
use printer::{Line, PaperTray, Target, Timing};
use simulated::printer::{Faults, ReceiptPrinter};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

fn job(number: u64, paragraphs: usize) -> PrintJob {
    let text = "Bewahren Sie dieses Blatt gut auf. ".repeat(8);
    let paragraph = |_| Block::Paragraph(PrivateText::from(text.as_str()));
    PrintJob {
        job: Job(number),
        document: Document {
            language: Language::German,
            title: "Beleg".to_owned(),
            issuer: "Stadt".to_owned(),
            footer: String::new(),
            blocks: (0..paragraphs).map(paragraph).collect(),
        },
    }
}

fn target(peer: &ReceiptPrinter) -> Target {
    Target::EscPos {
        line: Line::Tcp {
            address: peer.address().to_string(),
        },
        timing: Timing {
            connect: Duration::from_secs(1),
            answer: Duration::from_millis(400),
            stall: Duration::from_secs(2),
            end: Duration::from_secs(5),
        },
    }
}

fn folder(path: &Path, tray: &PaperTray) -> Target {
    Target::Folder {
        path: path.to_owned(),
        tray: tray.clone(),
    }
}

fn open(first: Target, second: Target) -> (Fallback, Receiver<(Outlet, PrinterEvent)>) {
    let (sender, events) = channel();
    let tell = move |outlet, event| sender.send((outlet, event)).unwrap_or_default();
    (spawn(first, second, tell).unwrap(), events)
}

/// Waits for an event; what comes before is passed over, save answers to jobs.
fn expect(events: &Receiver<(Outlet, PrinterEvent)>, wanted: (Outlet, PrinterEvent)) {
    loop {
        match events.recv_timeout(PATIENCE) {
            Ok(event) if event == wanted => return,
            Ok((_, PrinterEvent::Ready | PrinterEvent::NotReady(_) | PrinterEvent::PaperLow)) => {}
            other => panic!("{other:?} instead of {wanted:?}"),
        }
    }
}

#[test]
fn the_second_prints_when_the_first_has_no_paper() {
    let peer = ReceiptPrinter::start("127.0.0.1:0").unwrap();
    let paper = tempfile::tempdir().unwrap();
    let tray = PaperTray::default();
    let (mut printer, events) = open(target(&peer), folder(paper.path(), &tray));
    expect(&events, (Outlet::First, PrinterEvent::Ready));
    // noticed by the job only
    peer.change(|faults| faults.paper_out = true);
    printer.print(job(1, 0));
    expect(
        &events,
        (
            Outlet::Second,
            PrinterEvent::Printed {
                job: Job(1),
                on: Medium::Sheet,
            },
        ),
    );
    assert!(paper.path().join("receipt-1.pdf").exists());
    // known by now
    printer.print(job(2, 0));
    expect(
        &events,
        (
            Outlet::Second,
            PrinterEvent::Printed {
                job: Job(2),
                on: Medium::Sheet,
            },
        ),
    );
    // neither can
    tray.set_empty(true);
    printer.print(job(3, 0));
    let why = PrintTrouble::PaperEmpty;
    expect(&events, (Outlet::Second, PrinterEvent::Failed { job: Job(3), why }));
    expect(&events, (Outlet::First, PrinterEvent::NotReady(why)));
    // the first again
    peer.change(|faults| *faults = Faults::default());
    expect(&events, (Outlet::First, PrinterEvent::Ready));
    printer.print(job(4, 0));
    expect(
        &events,
        (
            Outlet::First,
            PrinterEvent::Printed {
                job: Job(4),
                on: Medium::Strip,
            },
        ),
    );
    assert_eq!(peer.paper().len(), 1);
    // A question about its state may just be on its way.
    let begun = Instant::now();
    while peer.buffered() > 0 {
        assert!(begun.elapsed() < PATIENCE, "{} bytes stay", peer.buffered());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn half_a_receipt_isn_t_printed_again_elsewhere() {
    let peers = [(); 2].map(|()| ReceiptPrinter::start("127.0.0.1:0").unwrap());
    let [first, second] = &peers;
    let (mut printer, events) = open(target(first), target(second));
    expect(&events, (Outlet::First, PrinterEvent::Ready));
    first.change(|faults| faults.paper_rows_left = Some(700));
    printer.print(job(1, 12));
    let why = PrintTrouble::PaperEmpty;
    expect(&events, (Outlet::First, PrinterEvent::Failed { job: Job(1), why }));
    expect(&events, (Outlet::Second, PrinterEvent::Ready));
    printer.print(job(2, 0));
    expect(
        &events,
        (
            Outlet::Second,
            PrinterEvent::Printed {
                job: Job(2),
                on: Medium::Strip,
            },
        ),
    );
    assert_eq!((first.paper().len(), second.paper().len()), (0, 1));
}

//! A receipt on its way to a receipt printer in software: what comes out, and what doesn't, whatever goes wrong.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test that waits for another program
use drivers_api::Job;
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use drivers_api::print::{Medium, PrintJob, PrintTrouble, Printer, PrinterEvent};
use drivers_api::private::PrivateText;
use printer::{Line, PrinterHandle, Target, Timing, spawn};
use simulated::printer::{Cut, Faults, ReceiptPrinter, Slip, WIDTH_DOTS};
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

const QR: &str = "https://musterstadt.example/vorgang#K7QF2M9X4TB";
const PATIENCE: Duration = Duration::from_secs(30);

fn document(paragraphs: usize) -> Document {
    let mut blocks = vec![Block::Code {
        label: "Ihr Vorgangs-Code".to_owned(),
        text: "K7QF-2M9X-4TB".to_owned(),
        qr: QR.to_owned(),
        alt: "QR-Code".to_owned(),
    }];
    let text = "Bewahren Sie dieses Blatt gut auf. ";
    blocks.extend((0..paragraphs).map(|_| Block::Paragraph(PrivateText::new(text.repeat(8)))));
    Document {
        language: Language::German,
        title: "Eingangsbestätigung".to_owned(),
        issuer: "Stadt Musterstadt".to_owned(),
        footer: "Bürgeramt".to_owned(),
        blocks,
    }
}

fn job(number: u64, paragraphs: usize) -> PrintJob {
    PrintJob {
        job: Job(number),
        document: document(paragraphs),
    }
}

/// So short that a test of what never comes is over soon.
fn timing() -> Timing {
    Timing {
        connect: Duration::from_secs(1),
        answer: Duration::from_millis(400),
        stall: Duration::from_secs(2),
        end: Duration::from_secs(5),
    }
}

fn target(peer: &ReceiptPrinter) -> Target {
    Target::EscPos {
        line: Line::Tcp {
            address: peer.address().to_string(),
        },
        timing: timing(),
    }
}

fn peer() -> ReceiptPrinter {
    ReceiptPrinter::start("127.0.0.1:0").unwrap()
}

/// The driver and what it tells.
fn open(peer: &ReceiptPrinter) -> (PrinterHandle, Receiver<PrinterEvent>) {
    let (sender, events) = channel();
    let printer = spawn(target(peer), move |event| sender.send(event).unwrap_or_default()).unwrap();
    (printer, events)
}

/// Waits for an event; what comes before is passed over, save answers to jobs.
fn expect(events: &Receiver<PrinterEvent>, wanted: PrinterEvent) {
    loop {
        match events.recv_timeout(PATIENCE) {
            Ok(event) if event == wanted => return,
            Ok(PrinterEvent::Ready | PrinterEvent::NotReady(_) | PrinterEvent::PaperLow) => {}
            other => panic!("{other:?} instead of {wanted:?}"),
        }
    }
}

fn failed(job: u64, why: PrintTrouble) -> PrinterEvent {
    PrinterEvent::Failed { job: Job(job), why }
}

/// The QR codes on a slip, read by a program that nobody here wrote.
fn read(slip: &Slip) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("slip.pgm");
    let mut bytes = format!("P5 {WIDTH_DOTS} {} 255\n", slip.height()).into_bytes();
    bytes.extend(slip.gray());
    std::fs::write(&path, bytes).unwrap();
    let output = Command::new("zbarimg")
        .args(["--quiet", "--raw"])
        .arg(&path)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Nothing of a job comes out any more, now that all is well again: at most an empty end that is cut off.
fn assert_nothing_comes(peer: &ReceiptPrinter, printed: usize) {
    peer.change(|faults| *faults = Faults::default());
    std::thread::sleep(Duration::from_millis(500));
    let whole = peer.paper().iter().filter(|slip| read(slip) == QR).count();
    assert_eq!((whole, peer.buffered(), peer.unknown_bytes()), (printed, 0, 0));
}

#[test]
fn a_receipt_comes_out_dot_for_dot() {
    let peer = peer();
    let (mut printer, events) = open(&peer);
    expect(&events, PrinterEvent::Ready);
    printer.print(job(1, 1));
    expect(
        &events,
        PrinterEvent::Printed {
            job: Job(1),
            on: Medium::Strip,
        },
    );
    let slips = peer.paper();
    let sent = paper::raster::render(&document(1)).unwrap();
    assert_eq!((slips.len(), slips[0].cut, peer.hanging_rows()), (1, Cut::Whole, 0));
    let piece = &sent.pieces[0];
    assert_eq!(slips[0].height(), piece.height() as usize);
    let differing = (0..piece.height()).flat_map(|y| (0..576).map(move |x| (x, y)));
    let differing = differing.filter(|(x, y)| piece.is_ink(*x, *y) != slips[0].is_ink(*x as usize, *y as usize));
    // a dot beside a lone one, where a command would have stood in the picture
    assert!(differing.count() < 8);
    assert_eq!(read(&slips[0]), QR);
    assert_eq!(peer.unknown_bytes(), 0);
}

#[test]
fn printed_is_told_when_the_last_row_is_out() {
    let peer = peer();
    peer.change(|faults| faults.rows_per_second = 800);
    let (mut printer, events) = open(&peer);
    expect(&events, PrinterEvent::Ready);
    printer.print(job(1, 0));
    let rows = paper::raster::render(&document(0)).unwrap().pieces[0].height();
    let early = Duration::from_millis(u64::from(rows) * 1000 / 800 / 2);
    assert_eq!(
        events.recv_timeout(early),
        Err(RecvTimeoutError::Timeout),
        "it was told half-way"
    );
    expect(
        &events,
        PrinterEvent::Printed {
            job: Job(1),
            on: Medium::Strip,
        },
    );
    assert_eq!(peer.paper().len(), 1);
}

#[test]
fn troubles_are_told_before_and_nothing_is_sent() {
    let peer = peer();
    let (mut printer, events) = open(&peer);
    expect(&events, PrinterEvent::Ready);
    type Change = fn(&mut Faults);
    let troubles: [(Change, PrintTrouble); 3] = [
        (|faults| faults.paper_out = true, PrintTrouble::PaperEmpty),
        (|faults| faults.cover_open = true, PrintTrouble::CoverOpen),
        (|faults| faults.offline = true, PrintTrouble::Offline),
    ];
    for (number, (change, why)) in (1..).zip(troubles) {
        peer.change(change);
        printer.print(job(number, 0));
        expect(&events, failed(number, why));
        assert_nothing_comes(&peer, 0);
        expect(&events, PrinterEvent::Ready);
    }
    assert_eq!(peer.paper().len(), 0);
}

#[test]
fn paper_that_ends_in_the_middle_fails_the_job_and_the_rest_never_comes() {
    for is_old in [false, true] {
        let peer = peer();
        peer.change(|faults| {
            faults.has_no_automatic_status = is_old;
            faults.paper_rows_left = Some(900);
        });
        let (mut printer, events) = open(&peer);
        expect(&events, PrinterEvent::Ready);
        printer.print(job(1, 12));
        // one that says nothing by itself can't be asked, either, while its buffer is full
        let told = events.recv_timeout(PATIENCE).unwrap();
        let whys = [PrintTrouble::PaperEmpty, PrintTrouble::Busy];
        assert!(whys.map(|why| failed(1, why)).contains(&told), "{told:?}");
        assert!(peer.hanging_rows() >= 900 - 130, "it had begun");
        assert_nothing_comes(&peer, 1);
        expect(&events, PrinterEvent::Ready);
        // what hung out of it was cut off, and the next receipt is whole and alone
        printer.print(job(2, 0));
        expect(
            &events,
            PrinterEvent::Printed {
                job: Job(2),
                on: Medium::Strip,
            },
        );
        let slips = peer.paper();
        let rows = paper::raster::render(&document(0)).unwrap().pieces[0].height();
        assert_eq!(slips.last().unwrap().height(), rows as usize);
        assert_eq!(slips.len(), 2);
    }
}

#[test]
fn a_stuck_cutter_is_told_and_recovers() {
    let peer = peer();
    peer.change(|faults| faults.cutter_jams = true);
    let (mut printer, events) = open(&peer);
    expect(&events, PrinterEvent::Ready);
    printer.print(job(1, 0));
    expect(&events, failed(1, PrintTrouble::PaperJam));
    expect(&events, PrinterEvent::NotReady(PrintTrouble::PaperJam));
    peer.change(|faults| *faults = Faults::default());
    expect(&events, PrinterEvent::Ready);
    printer.print(job(2, 0));
    expect(
        &events,
        PrinterEvent::Printed {
            job: Job(2),
            on: Medium::Strip,
        },
    );
}

#[test]
fn little_paper_is_told_once_and_prints() {
    let peer = peer();
    peer.change(|faults| faults.near_end = true);
    let (mut printer, events) = open(&peer);
    let next = || events.recv_timeout(PATIENCE).unwrap();
    assert_eq!((next(), next()), (PrinterEvent::Ready, PrinterEvent::PaperLow));
    printer.print(job(1, 0));
    assert_eq!(
        next(),
        PrinterEvent::Printed {
            job: Job(1),
            on: Medium::Strip
        }
    );
    assert_eq!(
        events.recv_timeout(Duration::from_secs(6)),
        Err(RecvTimeoutError::Timeout)
    );
}

#[test]
fn a_printer_without_process_ids_answers_in_order() {
    let peer = peer();
    peer.change(|faults| faults.has_no_process_id = true);
    let (mut printer, events) = open(&peer);
    expect(&events, PrinterEvent::Ready);
    printer.print(job(1, 0));
    expect(
        &events,
        PrinterEvent::Printed {
            job: Job(1),
            on: Medium::Strip,
        },
    );
    assert_eq!(peer.paper().len(), 1);
}

#[test]
fn one_that_can_t_say_that_it_has_printed_isn_t_used() {
    let peer = peer();
    peer.change(|faults| {
        faults.has_no_process_id = true;
        faults.has_no_status_in_order = true;
    });
    let (_printer, events) = open(&peer);
    expect(&events, PrinterEvent::NotReady(PrintTrouble::Other));
}

#[test]
fn silence_and_death_are_offline() {
    let peer = peer();
    let (mut printer, events) = open(&peer);
    expect(&events, PrinterEvent::Ready);
    peer.change(|faults| faults.is_silent = true);
    printer.print(job(1, 0));
    expect(&events, failed(1, PrintTrouble::Offline));
    assert_nothing_comes(&peer, 0);
    expect(&events, PrinterEvent::Ready);
    peer.change(|faults| faults.is_dead = true);
    printer.print(job(2, 0));
    expect(&events, failed(2, PrintTrouble::Offline));
    assert_nothing_comes(&peer, 0);
    expect(&events, PrinterEvent::Ready);
}

#[test]
fn one_that_dies_while_printing_prints_nothing_of_it_later() {
    let peer = peer();
    peer.change(|faults| faults.rows_per_second = 400);
    let (mut printer, events) = open(&peer);
    expect(&events, PrinterEvent::Ready);
    printer.print(job(1, 12));
    assert!(peer.wait_until(PATIENCE, |_, hanging| hanging > 100));
    peer.change(|faults| {
        faults.is_dead = true;
        faults.cover_open = true;
    });
    expect(&events, failed(1, PrintTrouble::Offline));
    peer.change(|faults| faults.is_dead = false);
    expect(&events, PrinterEvent::NotReady(PrintTrouble::CoverOpen));
    assert!(
        peer.buffered() < 64,
        "cleared although the cover is open; questions wait there"
    );
    assert_nothing_comes(&peer, 0);
    expect(&events, PrinterEvent::Ready);
}

#[test]
fn dropping_the_driver_leaves_nothing_in_the_printer() {
    let peer = peer();
    peer.change(|faults| faults.rows_per_second = 400);
    let (mut printer, events) = open(&peer);
    expect(&events, PrinterEvent::Ready);
    printer.print(job(1, 12));
    assert!(peer.wait_until(PATIENCE, |_, hanging| hanging > 100));
    drop(printer);
    expect(&events, failed(1, PrintTrouble::Other));
    assert_nothing_comes(&peer, 0);
}

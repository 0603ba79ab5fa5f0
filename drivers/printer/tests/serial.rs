//! The same receipt printer at a serial line: a pseudo-terminal between it and the driver.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test that waits for another program
use drivers_api::Job;
use drivers_api::document::Document;
use drivers_api::language::Language;
use drivers_api::print::{Medium, PrintJob, PrintTrouble, Printer, PrinterEvent};
use printer::{Line, Target, Timing, spawn};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use simulated::printer::ReceiptPrinter;
use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Carries bytes between the printer and a terminal; gives the terminal's name.
fn line_to(peer: &ReceiptPrinter) -> PathBuf {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
    let (mut from_driver, mut to_driver) = (File::from(controller.try_clone().unwrap()), File::from(controller));
    let mut to_printer = TcpStream::connect(peer.address()).unwrap();
    let mut from_printer = to_printer.try_clone().unwrap();
    thread::spawn(move || {
        let mut bytes = [0; 512];
        loop {
            match from_driver.read(&mut bytes) {
                Ok(count) if count > 0 => to_printer.write_all(&bytes[..count]).unwrap(),
                // nobody has opened the terminal, or not yet again
                _ => thread::sleep(Duration::from_millis(10)),
            }
        }
    });
    thread::spawn(move || {
        let mut bytes = [0; 512];
        while let Ok(count) = from_printer.read(&mut bytes)
            && count > 0
        {
            to_driver.write_all(&bytes[..count]).unwrap();
        }
    });
    name.into()
}

fn job(number: u64) -> PrintJob {
    PrintJob {
        job: Job(number),
        document: Document {
            language: Language::Turkish,
            title: "Makbuz".to_owned(),
            issuer: "Belediye".to_owned(),
            footer: String::new(),
            blocks: Vec::new(),
        },
    }
}

#[test]
fn a_receipt_goes_over_a_serial_line() {
    let peer = ReceiptPrinter::start("127.0.0.1:0").unwrap();
    let target = Target::EscPos {
        line: Line::Serial {
            path: line_to(&peer),
            baud: 115_200,
        },
        timing: Timing::default(),
    };
    let (sender, events) = channel();
    let mut printer = spawn(target, move |event| sender.send(event).unwrap_or_default()).unwrap();
    let next = || events.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(next(), PrinterEvent::Ready);
    printer.print(job(1));
    assert_eq!(
        next(),
        PrinterEvent::Printed {
            job: Job(1),
            on: Medium::Strip
        }
    );
    assert_eq!((peer.paper().len(), peer.unknown_bytes()), (1, 0));
    peer.change(|faults| faults.paper_out = true);
    printer.print(job(2));
    let why = PrintTrouble::PaperEmpty;
    assert!([next(), next()].contains(&PrinterEvent::Failed { job: Job(2), why }));
}

#[test]
fn a_line_that_isn_t_there_is_offline() {
    for line in [
        Line::Serial {
            path: "/dev/no-such-line".into(),
            baud: 9600,
        },
        Line::Usb {
            path: "/dev/usb/no-such-printer".into(),
        },
    ] {
        let timing = Timing::default();
        let (sender, events) = channel();
        let target = Target::EscPos { line, timing };
        let _printer = spawn(target, move |event| sender.send(event).unwrap_or_default()).unwrap();
        let told = events.recv_timeout(Duration::from_secs(30)).unwrap();
        assert_eq!(told, PrinterEvent::NotReady(PrintTrouble::Offline));
    }
}

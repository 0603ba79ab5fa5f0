//! Two receipt printers in any weather: each job is answered once, what is told as printed is on paper once and where it
//! was told, and no receipt comes out twice.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test that waits for another program
use drivers_api::Job;
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use drivers_api::print::{PrintJob, Printer, PrinterEvent};
use printer::fallback::{Outlet, spawn};
use printer::{Line, Target, Timing};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use simulated::printer::{Faults, ReceiptPrinter, Slip, WIDTH_DOTS};
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread::sleep;
use std::time::Duration;

const JOBS: u64 = 6;

fn job(number: u64) -> PrintJob {
    PrintJob {
        job: Job(number),
        document: Document {
            language: Language::English,
            title: "Receipt".to_owned(),
            issuer: "Town".to_owned(),
            footer: String::new(),
            blocks: vec![Block::Code {
                label: "Code".to_owned(),
                text: format!("JOB-{number}"),
                qr: format!("receipt of job {number}"),
                alt: "QR code".to_owned(),
            }],
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
            answer: Duration::from_millis(300),
            stall: Duration::from_secs(1),
            end: Duration::from_secs(3),
        },
    }
}

/// Something breaks, or all is mended.
fn weather(faults: &mut Faults, rng: &mut StdRng) {
    *faults = Faults {
        rows_per_second: rng.random_range(600..3000),
        has_no_process_id: faults.has_no_process_id,
        ..Faults::default()
    };
    match rng.random_range(0..9) {
        0 => faults.paper_out = true,
        1 => faults.paper_rows_left = Some(rng.random_range(1..1200)),
        2 => faults.cover_open = true,
        3 => faults.cutter_jams = true,
        4 => faults.is_silent = true,
        5 => faults.is_dead = true,
        _ => faults.near_end = true,
    }
}

/// Which receipts are on the slips, read by a program that nobody here wrote.
fn receipts(slips: &[Slip]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut read = Vec::new();
    for (number, slip) in slips.iter().enumerate().filter(|(_, slip)| slip.height() > 0) {
        let path = folder.path().join(format!("{number}.pgm"));
        let mut bytes = format!("P5 {WIDTH_DOTS} {} 255\n", slip.height()).into_bytes();
        bytes.extend(slip.gray());
        std::fs::write(&path, bytes).unwrap();
        let output = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&path).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        read.extend(text.lines().map(str::to_owned));
    }
    read
}

/// Gives how many jobs were printed.
fn storm(seed: u64) -> usize {
    let mut rng = StdRng::seed_from_u64(seed);
    let peers = [(); 2].map(|()| ReceiptPrinter::start("127.0.0.1:0").unwrap());
    peers[1].change(|faults| faults.has_no_process_id = true);
    let (sender, events) = channel();
    let tell = move |outlet, event| sender.send((outlet, event)).unwrap_or_default();
    let mut printer = spawn(target(&peers[0]), target(&peers[1]), tell).unwrap();
    let mut printed = Vec::new();
    for number in 1..=JOBS {
        let break_one = |rng: &mut StdRng| peers[rng.random_range(0..2)].change(|faults| weather(faults, rng));
        break_one(&mut rng);
        printer.print(job(number));
        sleep(Duration::from_millis(rng.random_range(0..900)));
        break_one(&mut rng);
        let (outlet, is_printed) = loop {
            match events.recv_timeout(Duration::from_secs(60)).unwrap() {
                (outlet, PrinterEvent::Printed { job, .. }) if job == Job(number) => break (outlet, true),
                (outlet, PrinterEvent::Failed { job, .. }) if job == Job(number) => break (outlet, false),
                (_, PrinterEvent::Printed { job, .. } | PrinterEvent::Failed { job, .. }) => {
                    panic!("seed {seed}: job {} is answered again", job.0)
                }
                (_, PrinterEvent::Ready | PrinterEvent::NotReady(_) | PrinterEvent::PaperLow) => {}
            }
        };
        if is_printed {
            printed.push((outlet, number));
        }
    }
    for peer in &peers {
        peer.change(|faults| *faults = Faults::default());
    }
    sleep(Duration::from_secs(6));
    let on_paper = peers.each_ref().map(|peer| receipts(&peer.paper()));
    for number in 1..=JOBS {
        let text = format!("receipt of job {number}");
        let [first, second] = on_paper
            .each_ref()
            .map(|read| read.iter().filter(|read| **read == text).count());
        assert!(
            first + second <= 1,
            "seed {seed}: job {number} came out {first} and {second} times"
        );
        let is_told = |outlet| printed.contains(&(outlet, number));
        assert!(
            !is_told(Outlet::First) || first == 1,
            "seed {seed}: job {number} isn't on the first"
        );
        assert!(
            !is_told(Outlet::Second) || second == 1,
            "seed {seed}: job {number} isn't on the second"
        );
    }
    for peer in &peers {
        assert_eq!((peer.buffered(), peer.unknown_bytes()), (0, 0), "seed {seed}");
    }
    printed.len()
}

#[test]
fn storm_1() {
    assert!(storm(1) > 0);
}

#[test]
fn storm_2() {
    assert!(storm(2) > 0);
}

#[test]
fn storm_3() {
    assert!(storm(3) > 0);
}

/// As many more as are asked for, ten seconds each: `SEEDS=100..200 cargo test -p printer --test storm`.
#[test]
fn storms() {
    let Ok(seeds) = std::env::var("SEEDS") else { return };
    let (start, end) = seeds.split_once("..").unwrap();
    let seeds = start.parse().unwrap()..end.parse().unwrap();
    assert!(seeds.map(storm).sum::<usize>() > 0);
}

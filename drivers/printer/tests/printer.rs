//! A receipt on its way to CUPS's own IPP Everywhere printer, and what comes out read by programs nobody here wrote.
//! Needs root and from Debian: cups-ipp-utils avahi-daemon dbus curl poppler-utils qpdf zbar-tools.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test that waits for other programs
use drivers_api::Job;
use drivers_api::document::{Block, Document, Row};
use drivers_api::language::Language;
use drivers_api::print::{Medium, PrintJob, PrintTrouble, Printer, PrinterEvent};
use drivers_api::private::PrivateText;
use printer::{Patience, PrinterHandle, Target, spawn};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

const QR: &str = "https://musterstadt.example/vorgang#K7QF2M9X4TB";
const TEXTS: [&str; 6] = [
    "Erika Mustermann",
    "Ĝiĥ-Þórð ẞ Łódź",
    "Çelik Ñuñez",
    "Nguyễn Thị",
    "K7QF-2M9X-4TB",
    "Seite 1 von 1",
];

fn document() -> Document {
    let text = |text: &str| PrivateText::from(text);
    let row = |label: &str, value: &str| Row {
        label: label.to_owned(),
        value: text(value),
    };
    Document {
        language: Language::German,
        title: "Eingangsbestätigung".to_owned(),
        issuer: "Stadt Musterstadt".to_owned(),
        footer: "Bürgeramt".to_owned(),
        blocks: vec![
            Block::Code {
                label: "Ihr Vorgangs-Code".to_owned(),
                text: "K7QF-2M9X-4TB".to_owned(),
                qr: QR.to_owned(),
                alt: "QR-Code zum Vorgang".to_owned(),
            },
            Block::Heading {
                level: 2,
                text: text("Ihre Angaben"),
            },
            Block::Table(vec![
                row("Name", TEXTS[0]),
                row("Schreibweisen", TEXTS[1]),
                row("Frühere Namen", TEXTS[2]),
                row("Eltern", TEXTS[3]),
            ]),
        ],
    }
}

/// This crate's folder in the tree that is tested: built programs may be shared between two trees.
fn here() -> String {
    std::env::var("CARGO_MANIFEST_DIR").unwrap()
}

/// The printer, ended with everything it started when dropped.
struct Peer {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Peer {
    fn start(folder: &Path, port: u16) -> Self {
        let script = format!("{}/../../tests/peers/printer/start.sh", here());
        let ready = folder.join("ready");
        let _ = fs::remove_file(&ready);
        let log = fs::File::create(folder.join("printer.log")).unwrap();
        let child = Command::new("bash")
            .args([&script, folder.to_str().unwrap(), &port.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut peer = Self {
            child,
            folder: folder.to_owned(),
            port,
        };
        let start = Instant::now();
        while !ready.exists() {
            let has_ended = peer.child.try_wait().unwrap().is_some();
            let log = || fs::read_to_string(folder.join("printer.log")).unwrap_or_default();
            assert!(
                !has_ended && start.elapsed() < Duration::from_secs(60),
                "the printer doesn't start: {}",
                log()
            );
            sleep(Duration::from_millis(50));
        }
        peer
    }

    fn target(&self, paper: Duration) -> Target {
        let patience = Patience {
            paper,
            ..Patience::default()
        };
        Target::Ipp {
            uri: format!("ipp://localhost:{}/ipp/print", self.port),
            patience,
        }
    }

    fn raise(&self, fault: &str) {
        fs::write(self.folder.join("fault"), fault).unwrap();
    }

    fn mend(&self) {
        fs::remove_file(self.folder.join("fault")).unwrap();
    }

    fn received(&self, job: u32) -> Vec<u8> {
        fs::read(self.folder.join(format!("jobs/{job}.pdf"))).unwrap()
    }

    /// The printer's jobs as CUPS's own client lists them: number, name, state; `which` is `completed` (in whatever way)
    /// or `not-completed`.
    fn jobs(&self, which: &str) -> Vec<String> {
        let script = format!("{}/../../tests/peers/printer/get-jobs.test", here());
        let uri = format!("ipp://localhost:{}/ipp/print", self.port);
        let list = run("ipptool", &["-c", "-d", &format!("which={which}"), &uri, &script]);
        list.lines()
            .skip(1)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The namespace's first process goes with its parent, and all others with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn open(target: Target) -> (PrinterHandle, Receiver<PrinterEvent>) {
    let (sender, events) = channel();
    let handle = spawn(target, move |event| {
        let _ = sender.send(event);
    });
    (handle.unwrap(), events)
}

/// The next event that isn't a repetition of readiness.
fn expect(events: &Receiver<PrinterEvent>, wanted: PrinterEvent) {
    let start = Instant::now();
    let mut seen = Vec::new();
    while let Ok(event) = events.recv_timeout(Duration::from_secs(60).saturating_sub(start.elapsed())) {
        if event == wanted {
            return;
        }
        let settles = matches!(event, PrinterEvent::Printed { .. } | PrinterEvent::Failed { .. });
        assert!(!settles, "wanted {wanted:?}, got {event:?}");
        seen.push(event);
    }
    panic!("wanted {wanted:?}, got only {seen:?}");
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[test]
fn a_receipt_arrives_whole_and_is_read_by_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(folder.path(), free_port());
    let (mut printer, events) = open(peer.target(Duration::from_secs(60)));
    expect(&events, PrinterEvent::Ready);
    printer.print(PrintJob {
        job: Job(7),
        document: document(),
    });
    expect(
        &events,
        PrinterEvent::Printed {
            job: Job(7),
            on: Medium::Sheet,
        },
    );
    let received = peer.received(1);
    assert_eq!(received, *paper::pdf::render(&document()).unwrap().bytes);
    assert_eq!(
        fs::read_to_string(folder.path().join("job-names")).unwrap(),
        "schalter-receipt-7\n"
    );

    let pdf = folder.path().join("jobs/1.pdf");
    let pdf = pdf.to_str().unwrap();
    let text = run("pdftotext", &["-layout", pdf, "-"]);
    for wanted in TEXTS {
        assert!(text.contains(wanted), "{wanted} isn't in {text}");
    }
    run("qpdf", &["--check", pdf]);
    let picture = folder.path().join("page");
    run(
        "pdftoppm",
        &[
            "-r",
            "150",
            "-gray",
            "-singlefile",
            "-png",
            pdf,
            picture.to_str().unwrap(),
        ],
    );
    let read = run("zbarimg", &["--quiet", "--raw", &format!("{}.png", picture.display())]);
    assert_eq!(read.trim(), QR);
    assert_eq!(peer.jobs("not-completed"), [""; 0]);
    assert_eq!(peer.jobs("completed"), ["1,schalter-receipt-7,completed"]);
}

#[test]
fn faults_fail_the_job_and_leave_nothing_in_the_spool() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(folder.path(), free_port());
    let (mut printer, events) = open(peer.target(Duration::from_secs(2)));
    expect(&events, PrinterEvent::Ready);
    let faults = [
        ("media-jam-error", PrintTrouble::PaperJam),
        ("media-empty-error", PrintTrouble::PaperEmpty),
    ];
    for (number, (fault, why)) in (1..).zip(faults) {
        peer.raise(fault);
        printer.print(PrintJob {
            job: Job(number),
            document: document(),
        });
        expect(&events, PrinterEvent::Failed { job: Job(number), why });
        // This printer ends a cancelled job only when its command ends; the job must be cancelled, not wait for paper.
        peer.mend();
        expect(&events, PrinterEvent::Ready);
        let start = Instant::now();
        while !peer.jobs("not-completed").is_empty() {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "{:?}",
                peer.jobs("not-completed")
            );
            sleep(Duration::from_millis(200));
        }
        let ended = format!("{number},schalter-receipt-{number},canceled");
        assert!(peer.jobs("completed").contains(&ended), "{:?}", peer.jobs("completed"));
    }
    // and the printer isn't stuck
    printer.print(PrintJob {
        job: Job(9),
        document: document(),
    });
    expect(
        &events,
        PrinterEvent::Printed {
            job: Job(9),
            on: Medium::Sheet,
        },
    );
}

#[test]
fn paper_put_in_within_patience_saves_the_job() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(folder.path(), free_port());
    let (mut printer, events) = open(peer.target(Duration::from_secs(30)));
    expect(&events, PrinterEvent::Ready);
    peer.raise("media-empty-error");
    printer.print(PrintJob {
        job: Job(3),
        document: document(),
    });
    sleep(Duration::from_secs(3));
    peer.mend();
    expect(
        &events,
        PrinterEvent::Printed {
            job: Job(3),
            on: Medium::Sheet,
        },
    );
}

#[test]
fn a_printer_that_goes_is_told_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let peer = Peer::start(folder.path(), port);
    let (mut printer, events) = open(peer.target(Duration::from_secs(2)));
    expect(&events, PrinterEvent::Ready);
    drop(peer);
    expect(&events, PrinterEvent::NotReady(PrintTrouble::Offline));
    printer.print(PrintJob {
        job: Job(1),
        document: document(),
    });
    expect(
        &events,
        PrinterEvent::Failed {
            job: Job(1),
            why: PrintTrouble::Offline,
        },
    );
    let _peer = Peer::start(folder.path(), port);
    expect(&events, PrinterEvent::Ready);
}

//! The thread, the day's closing, staff's decisions, a damaged journal, a serial line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::wildcard_enum_match_arm)] // a test may panic; it waits for one kind of event
mod common;

use common::{cents, folder, purpose, quick, quick_manner};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::payment::{NotPaidReason, PaymentCommand, PaymentEvent, PaymentHint, PaymentTerminal, PaymentTrouble};
use payment::apdu::{Apdu, Assembler};
use payment::closing::ClosingError;
use payment::line::Place;
use payment::serial::SerialLine;
use payment::{Settings, Till, till};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use simulated::payment::{AfterAutoReversal, Memory, Mishap, Plan, Terminal};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};

const PATIENCE: Duration = Duration::from_secs(20);

fn start(settings: Settings) -> (Till, Receiver<PaymentEvent>) {
    let (events, heard) = channel();
    let till = Till::start(settings, move |event| {
        let _ = events.send(event);
    });
    (till.unwrap(), heard)
}

fn wait(heard: &Receiver<PaymentEvent>, is_it: impl Fn(&PaymentEvent) -> bool) -> PaymentEvent {
    loop {
        let event = heard.recv_timeout(PATIENCE).expect("the event didn't come");
        if is_it(&event) {
            return event;
        }
    }
}

fn is_answer(event: &PaymentEvent) -> bool {
    matches!(
        event,
        PaymentEvent::Paid { .. } | PaymentEvent::NotPaid { .. } | PaymentEvent::Unclear { .. }
    )
}

fn pay(number: u64, amount: u64) -> PaymentCommand {
    PaymentCommand::Pay {
        job: Job(number),
        amount: cents(amount),
        purpose: purpose(number),
    }
}

fn terminal(mishaps: &[Mishap]) -> Terminal {
    let manner = quick_manner(AfterAutoReversal::ShowsBefore);
    Terminal::start(manner, Memory::new(Plan::script(mishaps.iter().copied()))).unwrap()
}

#[test]
fn a_day_is_paid_and_closed_to_the_cent() {
    let folder = folder();
    let terminal = terminal(&[Mishap::None, Mishap::Declined(5)]);
    let (mut till, heard) = start(quick(&terminal, &folder.path().join("payments.db")));
    wait(&heard, |event| *event == PaymentEvent::Ready);
    for (number, amount) in [(1, 1250), (2, 700), (3, 300), (4, 999)] {
        till.give(pay(number, amount));
        if let PaymentEvent::Paid { job, .. } = wait(&heard, is_answer) {
            if job == Job(4) {
                till.give(PaymentCommand::Reverse { job });
                wait(&heard, |event| *event == PaymentEvent::Reversed { job });
            } else {
                till.give(PaymentCommand::Filed(job));
                till.give(PaymentCommand::Complete(job));
            }
        }
    }
    let closing = till.close_day().unwrap();
    assert_eq!((closing.total.count, closing.total.amount), (2, cents(1550)));
    let terminal = closing.terminal.as_ref().unwrap();
    assert_eq!((terminal.total, closing.difference_cents()), (cents(1550), Some(0)));
    assert_eq!(closing.by_service["meldebescheinigung"].amount, cents(1550));
    assert_eq!(closing.by_kind["girocard"], terminal.by_kind["girocard"]);
    let mut csv = Vec::new();
    closing.write_csv(&mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[1].starts_with("2026-000001,meldebescheinigung,12.50,EUR,"),
        "{}",
        lines[1]
    );
    assert!(lines[1].ends_with("Z,52000001,1,1,girocard,0,0.00"), "{}", lines[1]);
    // The next day begins at nothing, and a payment by hand shows as a difference.
    let next = till.close_day().unwrap();
    assert_eq!((next.total.count, next.difference_cents()), (0, Some(0)));
}

#[test]
fn a_day_with_an_open_payment_isnt_closed() {
    let folder = folder();
    let terminal = terminal(&[]);
    let (mut till, heard) = start(quick(&terminal, &folder.path().join("payments.db")));
    till.give(pay(1, 1250));
    wait(&heard, is_answer);
    assert!(matches!(till.close_day(), Err(ClosingError::PaymentOpen)));
    till.give(PaymentCommand::Filed(Job(1)));
    assert_eq!(till.close_day().unwrap().total.amount, cents(1250));
}

#[test]
fn a_citizen_leaves_while_the_terminal_waits() {
    let folder = folder();
    let mut manner = quick_manner(AfterAutoReversal::ShowsBefore);
    manner.card_patience = Duration::from_secs(60);
    let terminal = Terminal::start(manner, Memory::new(Plan::script([Mishap::NobodyComes]))).unwrap();
    let mut settings = quick(&terminal, &folder.path().join("payments.db"));
    settings.timers.t4 = Duration::from_secs(30);
    settings.timers.whole = Duration::from_secs(30);
    let (mut till, heard) = start(settings);
    till.give(pay(1, 1250));
    wait(&heard, |event| {
        matches!(
            event,
            PaymentEvent::Show {
                what: PaymentHint::PresentCard,
                ..
            }
        )
    });
    till.give(PaymentCommand::Abort(Job(1)));
    let answer = wait(&heard, is_answer);
    assert_eq!(
        answer,
        PaymentEvent::NotPaid {
            job: Job(1),
            why: NotPaidReason::Cancelled
        }
    );
}

#[test]
fn staff_decides_and_payment_goes_on() {
    let folder = folder();
    let path = folder.path().join("payments.db");
    // The first payment ever, its end lost, and a terminal that has never told of one: nobody can know.
    let terminal = terminal(&[Mishap::DropBeforeStatus]);
    let (mut till, heard) = start(quick(&terminal, &path));
    wait(&heard, |event| *event == PaymentEvent::Ready);
    till.give(pay(1, 1250));
    assert_eq!(wait(&heard, is_answer), PaymentEvent::Unclear { job: Job(1) });
    wait(&heard, |event| {
        *event == PaymentEvent::NotReady(PaymentTrouble::Unresolved)
    });
    let unclear = till::unclear(&path).unwrap();
    till::settle(&path, unclear[0].id, till::Decision::Returned).unwrap();
    assert!(till::settle(&path, unclear[0].id, till::Decision::Taken).is_err());
    wait(&heard, |event| *event == PaymentEvent::Ready);
    till.give(pay(2, 1250));
    assert!(matches!(wait(&heard, is_answer), PaymentEvent::Paid { .. }));
}

#[test]
fn a_damaged_journal_is_loud() {
    let folder = folder();
    let path = folder.path().join("payments.db");
    std::fs::write(&path, [7; 5000]).unwrap();
    let terminal = terminal(&[]);
    let (mut till, heard) = start(quick(&terminal, &path));
    wait(&heard, |event| {
        *event == PaymentEvent::NotReady(PaymentTrouble::Journal)
    });
    till.give(pay(1, 1250));
    let refused = PaymentEvent::NotPaid {
        job: Job(1),
        why: NotPaidReason::Busy,
    };
    assert_eq!(wait(&heard, is_answer), refused);
    assert_eq!(terminal.memory().transactions(), 0);
    till::confirm_new_journal(&path).unwrap();
    wait(&heard, |event| *event == PaymentEvent::Ready);
}

#[test]
fn a_case_that_was_filed_keeps_its_payment_after_a_crash() {
    let folder = folder();
    let path = folder.path().join("payments.db");
    let terminal = terminal(&[]);
    for was_filed in [false, true] {
        let mut settings = quick(&terminal, &path);
        settings.was_filed = Some(std::sync::Arc::new(move |_| was_filed));
        let (mut till, heard) = start(settings.clone());
        till.give(pay(1, 1250));
        assert!(matches!(wait(&heard, is_answer), PaymentEvent::Paid { .. }));
        // Gone before the journal heard that the case is filed.
        drop(till);
        let (till, heard) = start(settings);
        wait(&heard, |event| *event == PaymentEvent::Ready);
        drop(till);
        assert_eq!(terminal.memory().ledger().money(), if was_filed { 1250 } else { 0 });
    }
}

/// The terminal behind a serial line: a pseudo-terminal, whose other end frames and passes on what the simulated
/// terminal says over TCP.
#[test]
fn a_payment_over_a_serial_line() {
    let folder = folder();
    let terminal = terminal(&[]);
    let port = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&port).unwrap();
    unlockpt(&port).unwrap();
    let path = ptsname(&port, Vec::new()).unwrap().into_string().unwrap();
    let address = terminal.address();
    std::thread::spawn(move || {
        let mut port = std::fs::File::from(port);
        let mut writer = port.try_clone().unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
        let (bytes_in, from_port) = channel();
        std::thread::spawn(move || {
            let mut piece = [0; 512];
            while let Ok(length) = port.read(&mut piece) {
                if bytes_in.send(piece[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let (mut line, mut assembler) = (SerialLine::default(), Assembler::default());
        let now = Duration::ZERO;
        loop {
            while let Ok(bytes) = from_port.try_recv() {
                line.handle(&bytes, now).unwrap();
            }
            while let Some(message) = line.take_message() {
                stream.write_all(&message.encode()).unwrap();
            }
            let mut piece = [0; 512];
            match stream.read(&mut piece) {
                Ok(0) => return,
                Ok(length) => assembler.push(&piece[..length], now),
                Err(_) => {}
            }
            while let Some(message) = assembler.next(now).unwrap() {
                line.send(&Apdu::new(message.control, message.data().to_vec()).unwrap(), now);
            }
            writer.write_all(&line.take_output()).unwrap();
        }
    });
    let mut settings = quick(&terminal, &folder.path().join("payments.db"));
    settings.place = Place::Serial {
        path: path.into(),
        baud: 115_200,
    };
    settings.timers.t3 = Duration::from_secs(5);
    settings.timers.t4 = Duration::from_secs(5);
    settings.timers.whole = Duration::from_secs(20);
    let (mut till, heard) = start(settings);
    till.give(pay(1, 1016));
    let PaymentEvent::Paid { receipt, .. } = wait(&heard, is_answer) else {
        panic!("not paid")
    };
    // 10 16 in the amount: a DLE that must be doubled on the line.
    assert_eq!(receipt.amount, cents(1016));
    assert!(receipt.customer_lines.expose().starts_with("Kundenbeleg"));
}

/// The kiosk ends while the terminal is away and a payment's fate is open: the next start asks, and nobody was called.
#[test]
fn ending_in_the_middle_decides_nothing() {
    let folder = folder();
    let path = folder.path().join("payments.db");
    let manner = quick_manner(AfterAutoReversal::ShowsBefore);
    let mishaps = [Mishap::None, Mishap::DiesAfter(3)];
    let memory = Memory::new(Plan::script(mishaps));
    let terminal = Terminal::start(manner, memory.clone()).unwrap();
    let mut settings = quick(&terminal, &path);
    settings.pause = Duration::from_secs(60);
    let (mut till, heard) = start(settings.clone());
    till.give(pay(1, 1000));
    wait(&heard, is_answer);
    till.give(PaymentCommand::Filed(Job(1)));
    till.give(pay(2, 1250));
    wait(&heard, |event| {
        matches!(
            event,
            PaymentEvent::Show {
                what: PaymentHint::Wait,
                ..
            }
        )
    });
    drop(till);
    assert!(till::unclear(&path).unwrap().is_empty());
    assert_eq!(memory.ledger().money(), 2250);

    let (till, heard) = start(settings);
    wait(&heard, |event| *event == PaymentEvent::Ready);
    drop(till);
    // The service wasn't given.
    assert_eq!(memory.ledger().money(), 1000);
}

#[test]
fn a_pulled_cable_is_noticed_at_once() {
    let folder = folder();
    let terminal = terminal(&[]);
    let port = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&port).unwrap();
    unlockpt(&port).unwrap();
    let path = ptsname(&port, Vec::new()).unwrap().into_string().unwrap();
    let mut settings = quick(&terminal, &folder.path().join("payments.db"));
    settings.place = Place::Serial {
        path: path.into(),
        baud: 9600,
    };
    // Were it waited for, the test would be.
    settings.timers.t3 = Duration::from_secs(600);
    settings.timers.whole = Duration::from_secs(600);
    let (till, heard) = start(settings);
    std::thread::park_timeout(Duration::from_millis(100));
    drop(port);
    wait(&heard, |event| {
        *event == PaymentEvent::NotReady(PaymentTrouble::Offline)
    });
    drop(till);
}

#[test]
fn a_closing_that_breaks_off_shows_as_a_difference_or_not_at_all() {
    let folder = folder();
    let mishaps = [
        Mishap::None,
        Mishap::NotPossible,
        Mishap::DropBeforeStatus,
        Mishap::DropBeforeCompletion,
        Mishap::None,
    ];
    let terminal = terminal(&mishaps);
    let (mut till, heard) = start(quick(&terminal, &folder.path().join("payments.db")));
    till.give(pay(1, 1250));
    wait(&heard, is_answer);
    till.give(PaymentCommand::Filed(Job(1)));
    assert!(matches!(till.close_day(), Err(ClosingError::Refused(0x77))));
    // The terminal closes its day, and its totals get lost: the journal's day stays open, and staff sees what is missing.
    assert!(matches!(till.close_day(), Err(ClosingError::NoTotals)));
    let closing = till.close_day().unwrap();
    assert_eq!(
        (closing.total.amount, closing.difference_cents()),
        (cents(1250), Some(-1250))
    );
    // The line dropped after the totals: they are in the journal, so the day is closed.
    let next = till.close_day().unwrap();
    assert_eq!((next.total.count, next.difference_cents()), (0, Some(0)));
}

//! What a terminal sends of a card number is in no log, in no event, in no file: only in the lines for the citizen's
//! paper, which have no voice.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may panic
mod common;

use common::{Ear, cents, folder, open, purpose, quick, quick_manner};
use drivers_api::Job;
use drivers_api::payment::{PaymentCommand, PaymentEvent};
use simulated::payment::{AfterAutoReversal, Memory, Mishap, Plan, Terminal};
use std::io::Write;
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The simulated card's number as it is printed, and as it is packed in BMP 22.
const TRACES: [&[u8]; 3] = [b"####1234", b"6725", &[0x67, 0x25, 0xEE, 0xEE]];

fn tells(bytes: &[u8]) -> bool {
    TRACES
        .iter()
        .any(|trace| bytes.windows(trace.len()).any(|window| window == *trace))
}

#[test]
fn a_card_number_goes_to_paper_only() {
    let folder = folder();
    let path = folder.path().join("payments.db");
    let manner = quick_manner(AfterAutoReversal::ShowsBefore);
    let terminal = Terminal::start(manner, Memory::new(Plan::script(Mishap::ALL))).unwrap();
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .without_time() // its digits would tell it by chance
        .with_writer(move || writer.clone())
        .finish();
    let mut ear = Ear::default();
    tracing::subscriber::with_default(subscriber, || {
        let mut clerk = open(&quick(&terminal, &path));
        for number in 1..=30 {
            let job = Job(number);
            let command = PaymentCommand::Pay {
                job,
                amount: cents(number),
                purpose: purpose(number),
            };
            clerk.carry_out(command, &mut ear);
            clerk.carry_out(PaymentCommand::Filed(job), &mut ear);
        }
    });
    let on_paper = |event: &PaymentEvent| match event {
        PaymentEvent::Paid { receipt, .. } => tells(receipt.customer_lines.expose().as_bytes()),
        PaymentEvent::Ready | PaymentEvent::NotReady(_) | PaymentEvent::Show { .. } => false,
        PaymentEvent::NotPaid { .. } | PaymentEvent::Unclear { .. } => false,
        PaymentEvent::Reversed { .. } | PaymentEvent::NotReversed { .. } => false,
    };
    assert!(
        ear.events.iter().any(on_paper),
        "the terminal printed no number: nothing was tested"
    );
    assert!(!tells(format!("{:?}", ear.events).as_bytes()), "an event tells it");
    let log = log.0.lock().unwrap();
    assert!(log.len() > 5000 && !tells(&log), "a log tells it");
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!tells(&bytes), "the journal tells it");
    }
}

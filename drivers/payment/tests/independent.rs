//! Against a codec that nobody here wrote: the `zvt` crate, and what it recorded of a real terminal (a Feig; the
//! recordings come with the crate and are read where Cargo keeps it).
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // a test may panic, and it asks Cargo where the crate lies
use drivers_api::payment::{Cents, PaymentHint};
use payment::apdu::Apdu;
use payment::dialogue::{Action, Conversation, End, Timers};
use payment::order::{Order, Password};
use payment::paper::Papers;
use payment::status::Status;
use proptest::prelude::*;
use std::path::PathBuf;
use std::time::Duration;
use zvt::{ZvtSerializer, packets};

fn ours(order: &Order) -> Vec<u8> {
    order.encode(Password::new(123_456).unwrap()).encode().to_vec()
}

#[test]
fn it_reads_our_commands() {
    let bytes = ours(&Order::Register);
    let (registration, _) = packets::Registration::zvt_deserialize(&bytes).unwrap();
    assert_eq!((registration.password, registration.currency), (123_456, Some(978)));
    assert_eq!(registration.config_byte, 0xBE);
    assert_eq!(registration.tlv.unwrap().max_len_adpu, Some(4096));
    let (end_of_day, _) = packets::EndOfDay::zvt_deserialize(&ours(&Order::EndOfDay)).unwrap();
    assert_eq!(end_of_day.password, 123_456);
    let (initialisation, _) = packets::Initialization::zvt_deserialize(&ours(&Order::Initialise)).unwrap();
    assert_eq!(initialisation.password, 123_456);
    let (enquiry, _) = packets::StatusEnquiry::zvt_deserialize(&ours(&Order::Enquire)).unwrap();
    assert_eq!((enquiry.password, enquiry.service_byte), (Some(123_456), Some(3)));
    assert!(packets::Diagnosis::zvt_deserialize(&ours(&Order::Diagnosis)).is_ok());
    // It has no authorisation; a reservation has the same fields under another number.
    let amount = Cents::new(1250).unwrap();
    let mut pay = ours(&Order::Pay { amount, sync: None });
    pay[1] = 0x22;
    let (reservation, _) = packets::Reservation::zvt_deserialize(&pay).unwrap();
    assert_eq!((reservation.amount, reservation.currency), (Some(1250), Some(978)));
}

fn decode(bytes: &[u8]) -> Apdu {
    let (apdu, used) = Apdu::decode(bytes).unwrap().unwrap();
    assert_eq!(used, bytes.len());
    assert_eq!(*apdu.encode(), bytes);
    apdu
}

/// What both read out of the same 04 0F.
fn compare(theirs: &packets::StatusInformation, status: &Status) {
    let wide = |number: Option<usize>| number.map(|number| number as u64);
    assert_eq!(status.result, theirs.result_code.unwrap_or(0));
    assert_eq!(status.amount.map(Cents::value), wide(theirs.amount));
    assert_eq!(
        status.numbers.trace_no,
        wide(theirs.trace_number).filter(|trace| *trace != 0)
    );
    assert_eq!(status.numbers.receipt_no.map(u64::from), wide(theirs.receipt_no));
    assert_eq!(status.numbers.terminal_id.map(u64::from), wide(theirs.terminal_id));
    assert_eq!(status.numbers.date.map(u64::from), wide(theirs.date));
    assert_eq!(status.numbers.time.map(u64::from), wide(theirs.time));
    assert_eq!(status.currency.map(u64::from), wide(theirs.currency));
    let card_kind = theirs.card_name.clone().unwrap_or_default();
    assert_eq!(status.card_kind, card_kind.trim_matches(['\0', ' ']));
    let totals = theirs.single_amounts.as_ref().map(|amounts| {
        let kinds = [
            &amounts.girocard,
            &amounts.jcb,
            &amounts.eurocard,
            &amounts.amex,
            &amounts.visa,
            &amounts.diners,
        ];
        kinds
            .into_iter()
            .chain([&amounts.others])
            .map(|kind| (kind.num, kind.total as u64))
            .collect::<Vec<_>>()
    });
    let ours = status.totals.as_ref();
    let ours = ours.map(|totals| {
        totals
            .kinds
            .iter()
            .map(|(count, amount)| (*count, amount.value()))
            .collect::<Vec<_>>()
    });
    assert_eq!(ours, totals);
}

proptest! {
    #[test]
    fn we_read_its_status(
        amount in 0_usize..=999_999_999_999, trace in 1_usize..=999_999, receipt in 0_usize..=9999, terminal in 0_usize..=99_999_999,
        result in any::<u8>(), time in 0_usize..=235_959, date in 101_usize..=1231, name in "[ -~]{0,20}", has_name in any::<bool>(),
    ) {
        let theirs = packets::StatusInformation {
            amount: Some(amount),
            trace_number: Some(trace),
            receipt_no: Some(receipt),
            terminal_id: Some(terminal),
            result_code: Some(result),
            time: Some(time),
            date: Some(date),
            currency: Some(978),
            card_number: Some(1234),
            card_name: has_name.then(|| name.trim().to_owned()),
            ..packets::StatusInformation::default()
        };
        let apdu = decode(&theirs.zvt_serialize());
        prop_assert_eq!(apdu.control, [0x04, 0x0F]);
        compare(&theirs, &Status::parse(apdu.data()));
    }

    #[test]
    fn we_print_its_lines(lines in proptest::collection::vec("[ -~]{1,30}", 1..20)) {
        let mut papers = Papers::default();
        for line in &lines {
            let theirs = packets::PrintLine { attribute: 0, text: line.clone() };
            papers.line(decode(&theirs.zvt_serialize()).data());
        }
        let printed = papers.customer();
        let expected = lines.join("\n");
        prop_assert_eq!(printed.expose(), expected.trim_end());
    }
}

#[test]
fn a_conversation_with_its_packets() {
    let now = Duration::ZERO;
    let mut out = Vec::new();
    let order = Order::Pay {
        amount: Cents::new(1250).unwrap(),
        sync: None,
    };
    let conversation = Conversation::start(order, Password::DEFAULT, Timers::default(), now, &mut out);
    out.clear();
    let conversation = conversation.handle(&decode(&packets::Ack {}.zvt_serialize()), now, &mut out);
    let insert = packets::IntermediateStatusInformation {
        status: 0x0A,
        timeout: Some(2),
    };
    let conversation = conversation.handle(&decode(&insert.zvt_serialize()), now, &mut out);
    assert!(matches!(out[0], Action::Show(PaymentHint::PresentCard)));
    assert_eq!(conversation.deadline(), Some(Duration::from_secs(120)));
    // What we answer, it takes for an acknowledgement.
    let Action::Send(answer) = &out[1] else {
        panic!("no answer")
    };
    assert!(packets::Ack::zvt_deserialize(&answer.encode()).is_ok());
    out.clear();
    let abort = packets::Abort { error: 0x6C };
    let _ = conversation.handle(&decode(&abort.zvt_serialize()), now, &mut out);
    assert!(
        out.iter()
            .any(|action| matches!(action, Action::Ended(End::Aborted(0x6C))))
    );
}

/// Where Cargo keeps the crate.
fn recordings() -> PathBuf {
    let run = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    let manifests = text
        .split("\"manifest_path\":\"")
        .filter_map(|rest| rest.split('"').next());
    let manifest = manifests.into_iter().find(|path| path.contains("/zvt-0.1")).unwrap();
    PathBuf::from(manifest).parent().unwrap().join("data")
}

#[test]
fn what_a_real_terminal_said() {
    let mut statuses = 0;
    let mut files = 0;
    for entry in std::fs::read_dir(recordings()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let apdu = decode(&bytes);
        files += 1;
        if apdu.control == [0x04, 0x0F] {
            let (theirs, _) = packets::StatusInformation::zvt_deserialize(&bytes).unwrap();
            compare(&theirs, &Status::parse(apdu.data()));
            statuses += 1;
        }
    }
    assert!(
        files > 15 && statuses >= 4,
        "{files} recordings, {statuses} of them statuses"
    );
}

#[test]
fn what_a_real_terminal_printed() {
    let bytes = std::fs::read(recordings().join("1680728215.585561000_pt_ecr.blob")).unwrap();
    let (theirs, _) = packets::PrintTextBlock::zvt_deserialize(&bytes).unwrap();
    let lines = theirs.tlv.unwrap().lines.unwrap().lines;
    let mut papers = Papers::default();
    papers.block(decode(&bytes).data());
    let printed = papers.customer();
    // It prints in another code page; what both can read is the same.
    let plain = |line: &str| line.chars().filter(char::is_ascii_graphic).collect::<String>();
    let expected: String = lines.iter().map(|line| plain(line)).collect();
    assert_eq!(plain(printed.expose()).len(), expected.len());
    assert_eq!(plain(printed.expose()), expected);
    let last = lines.iter().rposition(|line| !line.trim().is_empty()).unwrap();
    assert_eq!(printed.expose().lines().count(), last + 1);
}

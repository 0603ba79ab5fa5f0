use super::*;
use drivers_api::payment::Cents;
use proptest::prelude::*;

const NOW: Duration = Duration::from_secs(1000);
const STATUS: [u8; 19] = [
    0x27, 0, 0x04, 0, 0, 0, 0, 0x12, 0x50, 0x87, 0, 7, 0x0B, 0, 0, 9, 0x49, 9, 0x78,
];

fn pay() -> (Conversation, Actions) {
    let mut out = Vec::new();
    let order = Order::Pay {
        amount: Cents::new(1250).unwrap(),
        sync: None,
    };
    let conversation = Conversation::start(order, Password::DEFAULT, Timers::default(), NOW, &mut out);
    (conversation, out)
}

fn apdu(class: u8, instruction: u8, data: &[u8]) -> Apdu {
    Apdu::new([class, instruction], data.to_vec()).unwrap()
}

/// Actions in short: controls that are sent, and the rest by name.
fn short(out: &mut Actions) -> Vec<String> {
    let word = |action: Action| match action {
        Action::Send(apdu) => format!("{:02X}{:02X}", apdu.control[0], apdu.control[1]),
        Action::Show(hint) => format!("{hint:?}"),
        Action::Commit(_) => "commit".into(),
        Action::Close => "close".into(),
        Action::Ended(end) => format!("{end:?}"),
    };
    out.drain(..).map(word).collect()
}

#[test]
fn a_payment_is_acknowledged_after_the_disk_only() {
    let (conversation, mut out) = pay();
    assert_eq!(short(&mut out), ["0601"]);
    let conversation = conversation.handle(&apdu(0x80, 0, &[]), NOW, &mut out);
    let conversation = conversation.handle(&apdu(0x04, 0xFF, &[0x0A]), NOW, &mut out);
    assert_eq!(short(&mut out), ["PresentCard", "8000"]);
    let conversation = conversation.handle(&apdu(0x04, 0x0F, &STATUS), NOW, &mut out);
    assert_eq!(short(&mut out), ["commit"]);
    assert_eq!(conversation.deadline(), None);
    // It becomes impatient while we write: no answer yet.
    let conversation = conversation.handle(&apdu(0x04, 0x0F, &STATUS), NOW, &mut out);
    assert!(out.is_empty());
    let conversation = conversation.committed(NOW, &mut out);
    assert_eq!(short(&mut out), ["8000"]);
    let conversation = conversation.handle(&apdu(0x04, 0x0F, &STATUS), NOW, &mut out);
    let conversation = conversation.handle(&apdu(0x06, 0xD1, b"\x00Kundenbeleg"), NOW, &mut out);
    let conversation = conversation.handle(&apdu(0x06, 0x0F, &[]), NOW, &mut out);
    assert_eq!(short(&mut out), ["8000", "8000", "8000", "Completed"]);
    let report = conversation.into_report();
    assert!(report.stands());
    assert_eq!(report.papers.customer().expose(), "Kundenbeleg");
}

#[test]
fn a_refused_success_doesnt_stand() {
    let (conversation, mut out) = pay();
    let conversation = conversation.handle(&apdu(0x80, 0, &[]), NOW, &mut out);
    let conversation = conversation.handle(&apdu(0x04, 0x0F, &STATUS), NOW, &mut out);
    let conversation = conversation.refused(NOW, &mut out);
    assert_eq!(short(&mut out), ["0601", "commit", "84B7"]);
    let conversation = conversation.handle(&apdu(0x04, 0x0F, &[0x27, 0x6C]), NOW, &mut out);
    let conversation = conversation.handle(&apdu(0x06, 0x1E, &[0x6C]), NOW, &mut out);
    assert_eq!(short(&mut out), ["8000", "8000", "Aborted(108)"]);
    let report = conversation.into_report();
    assert!(!report.stands() && !report.never_succeeded());
}

#[test]
fn timers_close_the_line() {
    let (conversation, mut out) = pay();
    assert_eq!(conversation.deadline(), Some(NOW + Duration::from_secs(5)));
    let conversation = conversation.tick(NOW + Duration::from_secs(4), &mut out);
    let _ = conversation.tick(NOW + Duration::from_secs(5), &mut out);
    assert_eq!(short(&mut out), ["0601", "close", "Lost"]);

    let (conversation, _) = pay();
    let conversation = conversation.handle(&apdu(0x80, 0, &[]), NOW, &mut out);
    assert_eq!(conversation.deadline(), Some(NOW + Duration::from_secs(180)));
    // Five minutes, as the terminal wishes.
    let conversation = conversation.handle(&apdu(0x04, 0xFF, &[0x0E, 0x05]), NOW, &mut out);
    assert_eq!(conversation.deadline(), Some(NOW + Duration::from_secs(300)));
    let conversation = conversation.handle(&apdu(0x04, 0xFF, &[0x0E, 0x99]), NOW, &mut out);
    assert_eq!(conversation.deadline(), Some(NOW + Timers::default().whole));
}

#[test]
fn a_wish_to_leave_is_told_once_and_not_before_the_terminal_began() {
    let (conversation, mut out) = pay();
    let conversation = conversation.abort(&mut out);
    assert_eq!(short(&mut out), ["0601"]);
    let conversation = conversation.handle(&apdu(0x80, 0, &[]), NOW, &mut out).abort(&mut out);
    assert_eq!(short(&mut out), ["06B0"]);
    let conversation = conversation.handle(&apdu(0x84, 0x83, &[]), NOW, &mut out);
    assert!(out.is_empty() && conversation.is_abort_wanted());
}

#[test]
fn what_isnt_meant_for_us_is_answered_so() {
    let (conversation, mut out) = pay();
    let conversation = conversation.handle(&apdu(0x80, 0, &[]), NOW, &mut out);
    let conversation = conversation.handle(&apdu(0x06, 0xD8, &[1]), NOW, &mut out);
    assert_eq!(short(&mut out), ["0601", "8483"]);
    // A second, other success: no answer, no trust.
    let conversation = conversation
        .handle(&apdu(0x04, 0x0F, &STATUS), NOW, &mut out)
        .committed(NOW, &mut out);
    let mut other = STATUS;
    other[11] = 8;
    let _ = conversation.handle(&apdu(0x04, 0x0F, &other), NOW, &mut out);
    assert_eq!(short(&mut out), ["commit", "8000", "close", "Lost"]);
}

#[test]
fn a_refusal_begins_nothing() {
    let (conversation, mut out) = pay();
    let conversation = conversation.handle(&apdu(0x84, 0x9C, &[]), NOW, &mut out);
    assert_eq!(short(&mut out), ["0601", "Refused(156)"]);
    assert!(conversation.into_report().never_succeeded());
}

proptest! {
    /// Whatever comes: at most one end, nothing after it, and no success is acknowledged that wasn't committed.
    #[test]
    fn any_messages_keep_the_law(
        messages in proptest::collection::vec(
            (prop_oneof![Just([4, 0x0F]), Just([4, 0xFF]), Just([6, 0xD1]), Just([6, 0xD3]), Just([6, 0x0F]), Just([6, 0x1E]),
                Just([0x80, 0]), any::<[u8; 2]>()],
             prop_oneof![Just(STATUS.to_vec()), proptest::collection::vec(any::<u8>(), 0..40)]),
            0..30),
        commits in any::<bool>(),
    ) {
        let (mut conversation, mut out) = pay();
        let mut ends = 0;
        out.clear();
        for (control, data) in messages {
            conversation = conversation.handle(&apdu(control[0], control[1], &data), NOW, &mut out);
            prop_assert!(ends == 0 || out.is_empty(), "an action after the end");
            let holds = out.iter().any(|action| matches!(action, Action::Commit(_)));
            prop_assert!(!(holds && out.iter().any(|action| matches!(action, Action::Send(_)))), "answered before the disk");
            ends += out.iter().filter(|action| matches!(action, Action::Ended(_))).count();
            out.clear();
            if holds {
                conversation = if commits { conversation.committed(NOW, &mut out) } else { conversation.refused(NOW, &mut out) };
                out.clear();
            }
        }
        prop_assert!(ends <= 1);
        let report = conversation.into_report();
        prop_assert!(commits || report.committed.is_none());
    }
}

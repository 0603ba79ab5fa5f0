//! A terminal that says anything in any order: one end at most and nothing after it; a success isn't acknowledged before
//! it is on disk; what was refused doesn't stand. The first byte chooses the order and whether the disk works, the rest
//! are messages.
#![no_main]
use apdu_fuzz::within;
use core::time::Duration;
use drivers_api::payment::Cents;
use payment::apdu::Assembler;
use payment::dialogue::{Action, Conversation, Timers};
use payment::order::{Order, Password};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((choice, messages)) = bytes.split_first() else { return };
    within(64 * bytes.len() + 512 * 1024, || converse(*choice, messages));
});

fn converse(choice: u8, messages: &[u8]) {
    let amount = Cents::new(1250).expect("small");
    let order = match choice & 7 {
        0 => Order::Register,
        1 => Order::Reverse { receipt_no: 7, amount },
        2 => Order::Repeat,
        3 => Order::EndOfDay,
        4 => Order::Enquire,
        _ => Order::Pay { amount, sync: None },
    };
    let (commits, aborts) = (choice & 8 != 0, choice & 16 != 0);
    let is_held = order.is_held();
    let now = Duration::from_secs(1);
    let mut out = Vec::new();
    let mut conversation = Conversation::start(order, Password::DEFAULT, Timers::default(), now, &mut out);
    assert!(matches!(out[..], [Action::Send(_)]));
    out.clear();
    let mut assembler = Assembler::default();
    assembler.push(messages, now);
    let mut ended = false;
    while let Ok(Some(apdu)) = assembler.next(now) {
        conversation = conversation.handle(&apdu, now, &mut out);
        if aborts {
            conversation = conversation.abort(&mut out);
        }
        assert!(!ended || out.is_empty(), "an action after the end");
        ended |= out.iter().any(|action| matches!(action, Action::Ended(_)));
        let holds = out.iter().any(|action| matches!(action, Action::Commit(_)));
        assert!(!holds || is_held);
        let answers = out.iter().any(|action| matches!(action, Action::Send(apdu) if apdu.control[0] != 0x06));
        assert!(!(holds && answers), "answered before the disk");
        out.clear();
        if holds {
            let done = if commits { Conversation::committed } else { Conversation::refused };
            conversation = done(conversation, now, &mut out);
            assert!(matches!(&out[..], [Action::Send(apdu)] if apdu.control == if commits { [0x80, 0] } else { [0x84, 0xB7] }));
            out.clear();
        }
    }
    assert!(ended != conversation.deadline().is_some());
    let report = conversation.into_report();
    assert!(commits || report.committed.is_none());
    assert!(!report.stands() || (commits && report.committed.is_some()));
}

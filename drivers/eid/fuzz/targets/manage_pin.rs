//! Work on the PIN of an honest card over a line that changes answers. Laws: it ends; one try at most; "done" is said only
//! of what the card has done. The first byte says: bits 1-2 the work, bits 3-4 the card.
#![no_main]
use apdu_fuzz::within;
use drivers_api::card::PinTask;
use drivers_api::slot::CardTransport;
use eid::{Dialogue, PinOutcome, Step};
use eid_fuzz::mischief::{Layer, Mischief};
use eid_fuzz::world::{DIALOGUE_BYTES_MAX, Watch, keys, password, typed, world};
use simulated::card::{CAN, Card, PIN, PUK};

const NEW_PIN: &str = "654321";

fn task(number: u8) -> PinTask {
    let change = |can| PinTask::Change {
        old: password(can, PIN),
        new: typed(NEW_PIN),
    };
    match number {
        0 => change(None),
        1 => change(Some(CAN)),
        2 => PinTask::Resume {
            can: typed(CAN),
            pin: typed(PIN),
        },
        _ => PinTask::Unblock { puk: typed(PUK) },
    }
}

fn run(card: &mut Card, task: PinTask, bytes: &[u8]) -> (PinOutcome, Watch) {
    let (mut mischief, mut watch) = (Mischief::new(bytes), Watch::default());
    let mut step = Dialogue::manage_pin(task, keys());
    loop {
        match step {
            Step::Done(outcome) => return (outcome, watch),
            Step::Ask(ask) => {
                watch.command(&ask.command);
                let right = card.transmit(&ask.command.encode()).expect("the card answers");
                let said = mischief.applied(Layer::Said, right);
                let answer = mischief.applied(Layer::Sent, said);
                watch.answer(&ask.command, &answer);
                step = within(DIALOGUE_BYTES_MAX, || ask.dialogue.handle(answer));
            }
        }
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (flags, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let (work, tries) = (flags & 3, 3 - (flags >> 2 & 3));
    let mut card = Card::erika(&world().pki).with_tries_left(tries);
    let (outcome, watch) = run(&mut card, task(work), rest);
    let left = card.tries_left().unwrap_or_default();
    assert!(left + 1 >= tries, "more than one try was spent");
    if outcome.is_ok() && watch.plain_proofs > 0 {
        assert_eq!(left, 3, "done, but the card did nothing");
        if work < 2 {
            card.reset();
            let back = PinTask::Change {
                old: password(None, NEW_PIN),
                new: typed(PIN),
            };
            assert!(
                run(&mut card, back, &[]).0.is_ok(),
                "the card has another PIN than was said"
            );
        }
    } else if outcome.is_ok() {
        assert_eq!(work, 3, "done without a proof of the password");
    }
});

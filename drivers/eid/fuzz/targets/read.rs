//! A whole read of an honest card over a line that changes answers. Laws: it ends; one try of a password at most; nothing
//! plain inside a session; and what is read is what stands on the card, or nothing. The first byte says: bit 1 CAN first.
#![no_main]
use apdu_fuzz::within;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{Authenticity, PersonalData};
use drivers_api::signer::TerminalSigner;
use drivers_api::slot::CardTransport;
use eid::{Dialogue, ReadOutcome, Step};
use eid_fuzz::mischief::{Layer, Mischief};
use eid_fuzz::world::{DIALOGUE_BYTES_MAX, Watch, circumstances, keys, password, request, world};
use simulated::card::{CAN, Card, PIN};
use std::sync::OnceLock;

fn read(bytes: &[u8]) -> (ReadOutcome, Option<u8>) {
    let world = world();
    let (flags, bytes) = bytes.split_first().unwrap_or((&0, &[]));
    let mut card = Card::erika(&world.pki);
    let mut signer = world.issued.signer();
    let (mut mischief, mut watch) = (Mischief::new(bytes), Watch::default());
    let basis = ReadBasis::OnlineAusweis(password((flags & 1 != 0).then_some(CAN), PIN));
    let terminal = world.terminal.clone();
    let mut step = within(DIALOGUE_BYTES_MAX, || {
        Dialogue::read(basis, &request(), terminal, circumstances(), keys())
    });
    loop {
        step = match step {
            Step::Done(outcome) => return (outcome, card.tries_left()),
            Step::Sign(ask) => match signer.sign(&ask.holder, &ask.message) {
                Ok(signature) => ask.dialogue.signed(signature),
                Err(trouble) => ask.dialogue.not_signed(trouble),
            },
            Step::Ask(ask) => {
                watch.command(&ask.command);
                let right = card.transmit(&ask.command.encode()).expect("the card answers");
                let said = mischief.applied(Layer::Said, right);
                let answer = mischief.applied(Layer::Sent, said);
                watch.answer(&ask.command, &answer);
                within(DIALOGUE_BYTES_MAX, || ask.dialogue.handle(answer))
            }
        };
    }
}

fn right() -> &'static PersonalData {
    static RIGHT: OnceLock<PersonalData> = OnceLock::new();
    RIGHT.get_or_init(|| read(&[]).0.expect("the honest card on an honest line is read"))
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let right = right();
    let (outcome, tries_left) = read(bytes);
    assert!(tries_left >= Some(2), "more than one try was spent");
    if let Ok(person) = outcome {
        assert_eq!(person.authenticity, Authenticity::ChipTrusted);
        assert!(
            person.groups == right.groups && person.functions == right.functions,
            "other data than the card's"
        );
    }
});

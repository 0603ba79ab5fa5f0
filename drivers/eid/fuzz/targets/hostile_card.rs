//! A whole read of a card that knows every secret and lies inside its sessions, up to the last data group. Laws: it ends;
//! no data and no command for data before the chip has proved its signed key and said that the document is valid; only
//! groups that were asked for. The first byte says: bit 1 a copied chip, bit 2 CAN first, bit 3 a wrong PIN.
#![no_main]
use apdu_fuzz::within;
use drivers_api::basis::ReadBasis;
use drivers_api::card::{Authenticity, GroupContent, Place};
use eid::{Dialogue, ReadOutcome, Step};
use eid_fuzz::hostile::{CAN, Card, PIN, terminal};
use eid_fuzz::world::{DIALOGUE_BYTES_MAX, Watch, circumstances, keys, password, request};

fn read(flags: u8, card: &mut Card<'_>) -> ReadOutcome {
    let pin = if flags & 4 == 0 { PIN } else { "000000" };
    let basis = ReadBasis::OnlineAusweis(password((flags & 2 != 0).then_some(CAN), pin));
    let mut watch = Watch::default();
    let mut step = Dialogue::read(basis, &request(), terminal(), circumstances(), keys());
    loop {
        step = match step {
            Step::Done(outcome) => return outcome,
            Step::Sign(ask) => ask.dialogue.signed(vec![1; 64]),
            Step::Ask(ask) => {
                watch.command(&ask.command);
                let answer = card.transmit(&ask.command);
                watch.answer(&ask.command, &answer);
                within(DIALOGUE_BYTES_MAX, || ask.dialogue.handle(answer))
            }
        };
    }
}

fn shows_no_controls(content: &GroupContent) -> bool {
    let clean = |text: &str| !text.chars().any(char::is_control);
    match content {
        GroupContent::Text(text) => clean(text.expose()),
        GroupContent::Place(Place::Freetext(text) | Place::NoPlace(text)) => clean(text.expose()),
        GroupContent::Place(Place::Structured { city, country, .. }) => clean(city.expose()) && clean(country.expose()),
        GroupContent::Date(_) | GroupContent::NotOnChip => true,
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let (flags, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let mut card = Card::new(rest, flags & 1 != 0);
    let outcome = read(*flags, &mut card);
    if card.asked_group {
        assert!(card.proven, "data were asked of a chip that proved nothing");
        assert!(card.said_valid, "data were asked of a document that isn't valid");
    }
    match outcome {
        Ok(person) => {
            assert!(
                flags & 5 == 0 && card.asked_group,
                "read from a copy, or without the PIN"
            );
            assert_eq!(person.authenticity, Authenticity::ChipTrusted);
            assert!(
                person.groups.keys().eq(request().groups.iter()),
                "other groups than asked for"
            );
            assert!(person.groups.values().all(shows_no_controls));
        }
        Err(stopped) => assert!(
            flags & 5 != 0 || !rest.is_empty(),
            "the right card is read: {stopped:?}"
        ),
    }
});

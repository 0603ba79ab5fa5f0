//! Messages of AusweisApp: read or refused; memory in proportion; an error is short, since it quotes nothing; lists have their
//! limits.
#![no_main]
use apdu_fuzz::in_proportion;
use ausweisapp::message::{MESSAGE_BYTES_MAX, Message, MessageError, READERS_MAX, RIGHTS_MAX};
use drivers_api::card::{CardFound, PinState};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    match in_proportion(bytes, || Message::parse(text)) {
        Ok(message) => {
            assert!(text.len() <= MESSAGE_BYTES_MAX);
            assert_eq!(Message::parse(text), Ok(message), "the same text, another message");
            check(&Message::parse(text).expect("read before"));
        }
        Err(MessageError::TooLong(length)) => assert_eq!(length, text.len()),
        Err(error) => {
            // Our words, a name of ours and two numbers, however long the text is.
            let told = format!("{error} {error:?}");
            assert!(told.len() < 250, "an error that quotes: {} bytes", told.len());
        }
    }
});

fn check(message: &Message) {
    match message {
        Message::ReaderList(readers) => assert!(readers.len() <= READERS_MAX),
        Message::AccessRights(rights) => {
            for names in [&rights.chat.effective, &rights.chat.optional, &rights.chat.required] {
                assert!(names.len() <= RIGHTS_MAX);
            }
        }
        Message::Reader(reader) => {
            let Some(card) = &reader.card else { return };
            let pin = card.pin();
            assert!(!matches!(pin, Some(PinState::Operational { tries_left }) if !(2..=3).contains(&tries_left)));
            assert_eq!(pin.is_some(), matches!(card.found(), CardFound::Eid { .. }));
        }
        Message::Auth(auth) => {
            if let Some(url) = &auth.url {
                assert!(
                    url.expose().len() < 9 || !format!("{auth:?}").contains(url.expose()),
                    "an address in a log"
                );
            }
        }
        _ => {}
    }
}

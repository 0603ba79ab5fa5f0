//! Mishaps of TR-03105-5.3 TS_SM: every one ends the session.
use super::*;
use proptest::prelude::*;

fn session() -> SecureMessaging {
    SecureMessaging::new(Key::known([1; BLOCK]), Key::known([2; BLOCK]))
}

/// What a card would answer as the session's next message; `objects` stand before the checksum.
fn secured(objects: &[u8], status: StatusWord) -> Response {
    let checksum = Key::known([2; BLOCK]).checksum(&[&1u128.to_be_bytes(), &pad(objects)]);
    Response::new(tlv::concat(&[objects, &tlv::encode(CHECKSUM, &checksum)]), status)
}

fn cryptogram(padded: &[u8]) -> Zeroizing<Vec<u8>> {
    let key = Key::known([1; BLOCK]);
    let mut data = padded.to_vec();
    key.encrypt(&key.encrypt_block(1u128.to_be_bytes()), &mut data);
    tlv::encode(CRYPTOGRAM, &tlv::concat(&[&[1], &data]))
}

const OK: [u8; 4] = [0x99, 0x02, 0x90, 0x00];

#[test]
fn an_answer_is_opened() {
    let objects = tlv::concat(&[&cryptogram(&pad(b"hello")), &OK]);
    let response = session().open(&secured(&objects, StatusWord::OK)).unwrap();
    assert_eq!(response.data(), b"hello");
    let response = session()
        .open(&secured(&[0x99, 2, 0x6A, 0x82], StatusWord::NOT_FOUND))
        .unwrap();
    assert!(response.data().is_empty());
    assert_eq!(response.status(), StatusWord::NOT_FOUND);
}

#[test]
fn ts_sm_mishaps_are_faults() {
    let opened = |response| session().open(&response).err();
    assert_eq!(
        opened(Response::new(vec![], StatusWord::OK)),
        Some(Fault::SecuredObjects),
        "plain answer"
    );
    assert_eq!(
        opened(secured(&[], StatusWord::OK)),
        Some(Fault::SecuredObjects),
        "99 missing"
    );
    assert_eq!(
        opened(secured(&[0x98, 2, 0x90, 0], StatusWord::OK)),
        Some(Fault::SecuredObjects),
        "98 for 99"
    );
    assert_eq!(
        opened(secured(&[0x99, 1, 0x90], StatusWord::OK)),
        Some(Fault::SecuredObjects),
        "99 too short"
    );
    assert_eq!(
        opened(Response::new(OK.to_vec(), StatusWord::OK)),
        Some(Fault::SecuredObjects),
        "8E missing"
    );
    assert_eq!(
        opened(secured(&OK, StatusWord::NOT_FOUND)),
        Some(Fault::StatusDiffers),
        "outer status differs"
    );
    let twice = tlv::concat(&[&OK, &OK]);
    assert_eq!(
        opened(secured(&twice, StatusWord::OK)),
        Some(Fault::SecuredObjects),
        "99 twice"
    );
    let swapped = tlv::concat(&[&OK, &cryptogram(&pad(b"x"))]);
    assert_eq!(
        opened(secured(&swapped, StatusWord::OK)),
        Some(Fault::SecuredObjects),
        "87 after 99"
    );

    let mut wrong = secured(&OK, StatusWord::OK).data().to_vec();
    *wrong.last_mut().unwrap() ^= 1;
    assert_eq!(
        opened(Response::new(wrong, StatusWord::OK)),
        Some(Fault::Checksum),
        "wrong checksum"
    );
    let short = tlv::concat(&[&OK, &[0x8E, 4, 1, 2, 3, 4]]);
    assert_eq!(
        opened(Response::new(short, StatusWord::OK)),
        Some(Fault::Checksum),
        "short checksum"
    );
}

#[test]
fn ts_sm_wrong_cryptograms_are_faults() {
    for (name, object) in [
        ("no padding", cryptogram(&[0; BLOCK])),
        (
            "padding of more than a block",
            cryptogram(&[&[0x80], &[0; 31][..]].concat()),
        ),
        ("indicator", tlv::encode(CRYPTOGRAM, &[2; 17])),
        ("half a block", tlv::encode(CRYPTOGRAM, &[1; 9])),
        ("nothing", tlv::encode(CRYPTOGRAM, &[])),
        ("indicator alone", tlv::encode(CRYPTOGRAM, &[1])),
    ] {
        let objects = tlv::concat(&[&object, &OK]);
        assert_eq!(
            session().open(&secured(&objects, StatusWord::OK)).err(),
            Some(Fault::Cryptogram),
            "{name}"
        );
    }
}

#[test]
fn an_answer_is_not_taken_twice() {
    let mut session = session();
    assert!(session.open(&secured(&OK, StatusWord::OK)).is_ok());
    assert_eq!(session.open(&secured(&OK, StatusWord::OK)).err(), Some(Fault::Checksum));
}

#[test]
fn commands_are_sealed_in_the_order_of_appendix_f() {
    let read = Command::new(0x00, 0xB0, 0x84, 0x00).with_expected(223).unwrap();
    let sealed = session().seal(&read).unwrap();
    let mut reader = Reader::new(sealed.data());
    assert_eq!(sealed.class(), 0x0C);
    assert_eq!(reader.expect(EXPECTED_LENGTH).unwrap().value, [223]);
    assert_eq!(reader.expect(CHECKSUM).unwrap().value.len(), 8);
    assert!(reader.finish().is_ok());
    assert_eq!(sealed.expected(), Some(NE_SHORT_MAX));

    let select = Command::new(0x10, 0xA4, 0x04, 0x0C)
        .with_data(b"secret application".to_vec())
        .unwrap();
    let sealed = session().seal(&select).unwrap();
    let mut reader = Reader::new(sealed.data());
    assert_eq!(sealed.class(), 0x1C);
    let cryptogram = reader.expect(CRYPTOGRAM).unwrap().value;
    assert_eq!((cryptogram[0], cryptogram.len()), (1, 33));
    assert_eq!(reader.expect(CHECKSUM).unwrap().value.len(), 8);
}

proptest! {
    #[test]
    fn arbitrary_answers_never_panic(data in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(session().open(&Response::new(data, StatusWord::OK)).is_err());
    }

    #[test]
    fn arbitrary_objects_with_a_right_checksum_never_panic(objects in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = session().open(&secured(&objects, StatusWord::OK));
    }
}

//! Structures against bytes that TR-03119, TR-03105-5.2 and readers' drivers have; then anything at all.
use super::*;
use apdu::StatusWord;
use drivers_api::private::Digits;
use proptest::prelude::*;

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex.replace(' ', "")).unwrap()
}

#[test]
fn a_cyberjack_standard_has_keys_for_identity_cards() {
    let list = bytes("0604 42000DB2 0704 42000DB3 0804 42000DB4 0904 42000DB5 2004 42000DCC");
    let features = Features {
        execute_pace: Some(0x4200_0DCC),
        modify_pin: Some(0x4200_0DB3),
    };
    assert_eq!(Features::parse(&list), Ok(features));
    assert_eq!(Features::parse(&bytes("1204 42330012")), Ok(Features::default()));
    assert_eq!(Features::parse(&[]), Ok(Features::default()));
    for (wrong, why) in [
        ("2004 42000D", Part10Error::TooShort),
        ("20", Part10Error::TooShort),
        ("2003 42000D", Part10Error::Length),
        ("2004 42000DCC 2004 42000DCC", Part10Error::Length),
    ] {
        assert_eq!(Features::parse(&bytes(wrong)), Err(why), "{wrong}");
    }
    assert_eq!(Features::parse(&[0; FEATURES_BYTES_MAX + 1]), Err(Part10Error::TooMany));
}

#[test]
fn capabilities() {
    let of = |hex| Capabilities::parse(&bytes(hex));
    let all = Capabilities {
        pace: true,
        eid: true,
        destroy: true,
    };
    assert_eq!(ask_capabilities(), [1, 0, 0]);
    assert_eq!(of("00000000 0100 F0"), Ok(all));
    // With a length before the map, and with a driver's filling behind it.
    assert_eq!(of("00000000 0200 01E0"), Ok(all));
    assert_eq!(of("00000000 0100 E0 0000"), Ok(all));
    let pace = Capabilities {
        pace: true,
        ..Capabilities::default()
    };
    assert_eq!(of("00000000 0100 40"), Ok(pace));
    assert_eq!(of("010000D0"), Err(Part10Error::Refused(0xD000_0001)));
    assert_eq!(of("00000000"), Err(Part10Error::TooShort));
    assert_eq!(of("00000000 0000"), Err(Part10Error::TooShort));
    assert_eq!(of("00000000 0300 0140 40"), Err(Part10Error::Length));
}

#[test]
fn orders_in_bytes() {
    let order = |password, chat: &[u8], description: &[u8]| {
        let order = EstablishPace {
            password,
            chat,
            description,
        };
        order.encode().map(|bytes| hex::encode(&*bytes))
    };
    assert_eq!(order(PacePassword::Pin, &[], &[]).unwrap(), "0205000300000000");
    assert_eq!(order(PacePassword::Can, &[], &[]).unwrap(), "0205000200000000");
    assert_eq!(order(PacePassword::Puk, &[], &[]).unwrap(), "0205000400000000");
    let chat = bytes("7F4C12060904007F00070301020253050000000F0F");
    assert_eq!(
        order(PacePassword::Pin, &chat, &[0xAB; 0x2A8]).unwrap(),
        format!("02C202 03 15{} 00 A802{}", hex::encode(&chat), "ab".repeat(0x2A8))
            .replace(' ', "")
            .to_lowercase()
    );
    let can = Digits::parse("500540").unwrap();
    assert_eq!(
        order(PacePassword::KnownCan(&can), &[], &[]).unwrap(),
        "020b00020006353030353430".to_owned() + "0000"
    );
    assert_eq!(order(PacePassword::Pin, &[0; 256], &[]), Err(Part10Error::Input));
    assert_eq!(order(PacePassword::Pin, &[], &[0; 0xFFFF]), Err(Part10Error::Input));
    assert_eq!(destroy(), [3, 0, 0]);
    assert_eq!(
        hex::encode(modify_pin()),
        "3c3c".to_owned() + "82000000000606010202070400010200000004000000002c0203"
    );
}

#[test]
fn an_open_channel() {
    let card_id = "24e41d62b8c848226b86fcc6c7657577dca47ad2bf21573617bae84807f85c6b";
    let answer = format!("00000000 3800 9000 0200 3100 0E 4445435643416549443030313033 00 2000 {card_id}");
    let output = PaceOutput::parse(&bytes(&answer)).unwrap();
    assert_eq!(output.result, PaceResult::Open);
    assert_eq!(output.set_password, Some(StatusWord(0x9000)));
    let opened = output.opened.unwrap();
    assert_eq!((opened.card_access, opened.previous), (vec![0x31, 0], None));
    assert_eq!(
        (opened.current, opened.card_id),
        (b"DECVCAeID00103".to_vec(), bytes(card_id))
    );
    // Without rights nothing is told for terminal authentication.
    for short in [
        "00000000 0600 63C1 0200 3100",
        "00000000 0A00 63C1 0200 3100 00 00 0000",
    ] {
        let output = PaceOutput::parse(&bytes(short)).unwrap();
        assert_eq!(
            (output.result, output.set_password, output.opened),
            (PaceResult::Open, Some(StatusWord(0x63C1)), None)
        );
    }
    for (wrong, why) in [
        ("", Part10Error::TooShort),
        ("00000000", Part10Error::TooShort),
        ("00000000 0700 9000 0200 3100", Part10Error::TooShort),
        ("00000000 0600 9000 0300 3100", Part10Error::TooShort),
        ("00000000 0B00 9000 0200 3100 00 00 0000 FF", Part10Error::Length),
    ] {
        assert_eq!(PaceOutput::parse(&bytes(wrong)), Err(why), "{wrong}");
    }
}

#[test]
fn table_of_result_codes() {
    let refused = |step, status| PaceResult::Refused {
        step,
        status: StatusWord(status),
    };
    for (code, expected) in [
        ("00000000 0400 9000 0000", PaceResult::Open),
        ("010000D0", PaceResult::Input(1)),
        ("030000D0", PaceResult::Input(3)),
        ("010000E0", PaceResult::CardWrong),
        ("060000E0", PaceResult::CardWrong),
        ("030000E0", PaceResult::UnknownPassword),
        ("090000E0", PaceResult::Other(0xE000_0009)),
        ("826A00F0", refused(PaceStep::SelectCardAccess, 0x6A82)),
        ("826901F0", refused(PaceStep::ReadCardAccess, 0x6982)),
        ("806A02F0", refused(PaceStep::SetPassword, 0x6A80)),
        ("856903F0", refused(PaceStep::Agreeing, 0x6985)),
        ("806A05F0", refused(PaceStep::Agreeing, 0x6A80)),
        ("C26306F0", refused(PaceStep::Token, 0x63C2)),
        ("006306F0", refused(PaceStep::Token, 0x6300)),
        ("856907F0", PaceResult::Other(0xF007_6985)),
        ("856900F8", PaceResult::Other(0xF800_6985)),
        ("010010F0", PaceResult::Broken),
        ("020010F0", PaceResult::NoCard),
        ("010020F0", PaceResult::Aborted),
        ("020020F0", PaceResult::TimedOut),
        ("030020F0", PaceResult::NoActivePin),
        ("040020F0", PaceResult::Other(0xF020_0004)),
    ] {
        assert_eq!(PaceOutput::parse(&bytes(code)).unwrap().result, expected, "{code}");
    }
    // Readers tell the rest behind an error, nothing, or no length at all.
    for (told, status) in [
        ("C26306F0 0000", None),
        ("C26306F0 0400 63C3 0000", Some(0x63C3)),
        ("C26306F0 0200 0000", None),
    ] {
        let output = PaceOutput::parse(&bytes(told)).unwrap();
        assert_eq!((output.set_password, output.opened), (status.map(StatusWord), None));
    }
}

#[test]
fn words_of_a_new_pin() {
    for (word, expected) in [
        ("9000", ModifyResult::Changed),
        ("6400", ModifyResult::TimedOut),
        ("6401", ModifyResult::Aborted),
        ("6402", ModifyResult::NotTheSame),
        ("6403", ModifyResult::WrongLength),
        ("6982", ModifyResult::Refused(StatusWord(0x6982))),
    ] {
        assert_eq!(ModifyResult::parse(&bytes(word)), Ok(expected));
    }
    assert_eq!(ModifyResult::parse(&[0x90]), Err(Part10Error::TooShort));
    assert_eq!(ModifyResult::parse(&[0x90, 0, 0]), Err(Part10Error::Length));
}

proptest! {
    #[test]
    fn what_a_reader_writes_is_read(
        status: u16,
        card_access in prop::collection::vec(any::<u8>(), 0..300),
        current in prop::collection::vec(any::<u8>(), 1..17),
        previous in prop::collection::vec(any::<u8>(), 0..17),
        card_id in prop::collection::vec(any::<u8>(), 0..70),
        filling in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        let data = [
            &status.to_be_bytes()[..],
            &(card_access.len() as u16).to_le_bytes(),
            &card_access,
            &[current.len() as u8],
            &current,
            &[previous.len() as u8],
            &previous,
            &(card_id.len() as u16).to_le_bytes(),
            &card_id,
        ]
        .concat();
        let whole = [&[0; 4][..], &(data.len() as u16).to_le_bytes(), &data, &filling].concat();
        let output = PaceOutput::parse(&whole).unwrap();
        prop_assert_eq!(output.set_password, Some(StatusWord(status)));
        let opened = output.opened.unwrap();
        prop_assert_eq!(opened.previous.unwrap_or_default(), previous);
        prop_assert_eq!((opened.card_access, opened.current, opened.card_id), (card_access, current, card_id));
        // Cut anywhere, it is an error.
        let end = whole.len() - filling.len();
        for cut in 0..end {
            prop_assert!(PaceOutput::parse(&whole[..cut]).is_err());
        }
    }

    #[test]
    fn features_are_found_among_others(
        others in prop::collection::vec((0x21u8.., any::<u32>()), 0..9),
        pace: u32,
        at: prop::sample::Index,
    ) {
        let mut list = others;
        list.insert(at.index(list.len() + 1), (0x20, pace));
        let written = list.iter().flat_map(|(tag, code)| [vec![*tag, 4], code.to_be_bytes().to_vec()].concat());
        let features = Features::parse(&written.collect::<Vec<_>>()).unwrap();
        prop_assert_eq!(features, Features { execute_pace: Some(pace), modify_pin: None });
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        code in prop::sample::select(vec![0u32, 0xD000_0001, 0xF006_63C2, 0xFFFF_FFFF]),
    ) {
        let _ = Features::parse(&bytes);
        let _ = Capabilities::parse(&bytes);
        let _ = PaceOutput::parse(&bytes);
        let _ = ModifyResult::parse(&bytes);
        let coded = [&code.to_le_bytes()[..], &bytes].concat();
        let _ = Capabilities::parse(&coded);
        let _ = PaceOutput::parse(&coded);
    }
}

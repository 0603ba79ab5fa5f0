//! Data groups of the test persons (TR-03127 §3.4.3).
use super::{content, inside, pki};
use drivers_api::card::DataGroup;
use simulated::card::{Card, Generation, Permit, Person, Profile};
use simulated::pki::Chat;

fn read(card: Card, number: u8) -> Result<Vec<u8>, u16> {
    let pki = pki();
    inside(&pki, card, Chat::ALL, &[]).read(number)
}

#[test]
fn erika_is_read_whole() {
    let pki = pki();
    let mut desk = inside(&pki, Card::erika(&pki), Chat::ALL, &[]);
    let text = |file: Vec<u8>, number| String::from_utf8(content(&file, number)).unwrap();
    let expected = [
        (1, "ID"),
        (2, "D"),
        (3, "20311031"),
        (4, "ERIKA"),
        (5, "MUSTERMANN"),
        (8, "19640812"),
        (10, "D"),
        (13, "GABLER"),
    ];
    for (number, value) in expected {
        assert_eq!(text(desk.read(number).unwrap(), number), value);
    }
    for missing in [6, 7, 11, 12, 19, 20, 21, 22] {
        assert_eq!(desk.read(missing), Err(0x6A82), "DG{missing}");
    }
    assert_eq!(desk.status([0, 0xA4, 0x02, 0x0C], &[0x01, 0x04]), 0x9000, "by file id");
    let (data, status) = desk.send([0, 0xB0, 0, 0], &[], Some(256));
    assert_eq!((content(&data, 4), status), (b"ERIKA".to_vec(), 0x9000));
    let (_, status) = desk.send([0, 0xB0, 0, 0], &[], Some(200));
    assert_eq!(status, 0x6282, "shorter than asked for");
}

#[test]
fn oddities_of_real_cards() {
    let pki = pki();
    assert_eq!(
        content(&read(Card::unknown_birth_day(&pki), 8).unwrap(), 8),
        b"196408  "
    );
    let nowhere = read(Card::without_residence(&pki), 17).unwrap();
    assert_eq!(
        super::find(&super::find(&nowhere, 0x71).unwrap(), 0xA2).unwrap()[..2],
        [0x0C, 33]
    );
    assert_eq!(read(Card::without_residence(&pki), 18), Err(0x6A82));
    assert_eq!(
        content(&read(Profile::Abroad.card(&pki), 18).unwrap(), 18),
        [0x02, 0x50, 0, 0, 0, 0, 0]
    );
    assert_eq!(content(&read(Profile::UnionCitizen.card(&pki), 1).unwrap(), 1), b"UB");
    let made = |generation| Card::of_generation(&Person::erika(), generation, &pki, 3);
    assert_eq!(read(made(Generation::Y2010), 10), Err(0x6A82));
    assert_eq!(read(made(Generation::Y2010), 13), Err(0x6A82));
    assert_eq!(content(&read(made(Generation::Y2017), 10).unwrap(), 10), b"");
    assert_eq!(content(&read(made(Generation::Y2017), 13).unwrap(), 13), b"GABLER");
}

#[test]
fn phone_and_email_where_an_issuer_uses_them() {
    let pki = pki();
    let card = || Card::eid(&Person::reachable(), &pki, 9);
    let mut desk = inside(&pki, card(), Chat::ALL, &[]);
    assert_eq!(content(&desk.read(21).unwrap(), 21), b"tel:+49-221-5550142");
    assert_eq!(content(&desk.read(22).unwrap(), 22), b"erika.mustermann@example.org");
    let mut desk = inside(&pki, card(), Chat::reading([DataGroup::PhoneNumber]), &[]);
    assert!(
        desk.read(21).is_ok() && desk.read(22) == Err(0x6982),
        "each has a right of its own"
    );
}

#[test]
fn permits_are_plain_or_packed() {
    let pki = pki();
    let mut desk = inside(&pki, Profile::ResidencePermit.card(&pki), Chat::ALL, &[]);
    let plain = super::find(&super::find(&desk.read(19).unwrap(), 0x73).unwrap(), 0xA1).unwrap();
    assert!(String::from_utf8_lossy(&plain).contains("ERWERBSTÄTIGKEIT"));
    let packed = super::find(&super::find(&desk.read(20).unwrap(), 0x74).unwrap(), 0xA2).unwrap();
    let packed = super::find(&packed, 0x04).unwrap();
    let text = miniz_oxide::inflate::decompress_to_vec_zlib(&packed).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), "WOHNSITZNAHME IN KÖLN. ".repeat(10));
}

#[test]
fn long_groups_come_in_pieces() {
    let pki = pki();
    let mut longest = inside(&pki, Profile::Longest.card(&pki), Chat::ALL, &[]);
    for group in DataGroup::ALL {
        let file = longest.read(group.number());
        assert_eq!(file.is_err(), matches!(group.number(), 19..=22), "{group:?}");
    }
    let family_names = longest.read(5).unwrap();
    assert!(String::from_utf8(content(&family_names, 5)).unwrap().chars().count() > 110);
    let permit = "Erwerbstätigkeit gestattet. ".repeat(26);
    let person = Person {
        residence_permit_1: Some(Permit::Plain(permit.clone())),
        ..Person::erika()
    };
    let file = read(Card::eid(&person, &pki, 9), 19).unwrap();
    assert!(file.ends_with(permit.as_bytes()));
}

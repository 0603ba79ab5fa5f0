//! What is really found on cards, with published test persons.
use super::*;
use proptest::prelude::*;

fn read(group: DataGroup, file: &str) -> Result<GroupContent, Fault> {
    parse(group, &hex::decode(file.replace(' ', "")).unwrap())
}

fn text(content: &str) -> GroupContent {
    GroupContent::Text(PrivateText::from(content))
}

fn born(date: &str) -> Option<(Option<u16>, Option<u8>, Option<u8>)> {
    let file = format!("680A1208{}", hex::encode(date));
    match read(DataGroup::DateOfBirth, &file) {
        Ok(GroupContent::Date(date)) => Some((date.year, date.month, date.day)),
        _ => None,
    }
}

#[test]
fn texts() {
    assert_eq!(read(DataGroup::DocumentType, "6104 1302 4944").unwrap(), text("ID"));
    assert_eq!(
        read(DataGroup::GivenNames, "6407 0C05 4552494B41").unwrap(),
        text("ERIKA")
    );
    assert_eq!(read(DataGroup::FamilyNames, "6505 0C03 E1BA9E").unwrap(), text("ẞ"));
}

#[test]
fn phone_and_email() {
    let file = format!("7515 1313 {}", hex::encode("tel:+49-221-5550142"));
    assert_eq!(
        read(DataGroup::PhoneNumber, &file).unwrap(),
        text("tel:+49-221-5550142")
    );
    let file = format!("760F 160D {}", hex::encode("a@example.org"));
    assert_eq!(read(DataGroup::EmailAddress, &file).unwrap(), text("a@example.org"));
    assert_eq!(
        read(DataGroup::PhoneNumber, "7502 1300").unwrap(),
        GroupContent::NotOnChip
    );
    assert_eq!(read(DataGroup::EmailAddress, "").unwrap(), GroupContent::NotOnChip);
    // Another string type, another group's tag, a byte that isn't ASCII.
    for (group, wrong) in [
        (DataGroup::PhoneNumber, "7503 0C0131"),
        (DataGroup::EmailAddress, "7603 130161"),
        (DataGroup::EmailAddress, "7503 160161"),
        (DataGroup::EmailAddress, "7603 1601E4"),
    ] {
        assert!(read(group, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn missing_names_and_empty_groups_are_not_on_chip() {
    assert_eq!(
        read(DataGroup::GivenNames, "6405 0C03 2D2D2D").unwrap(),
        GroupContent::NotOnChip
    );
    assert_eq!(
        read(DataGroup::BirthName, "6D02 0C00").unwrap(),
        GroupContent::NotOnChip
    );
    assert_eq!(read(DataGroup::BirthName, "6D00").unwrap(), GroupContent::NotOnChip);
    assert_eq!(read(DataGroup::Nationality, "").unwrap(), GroupContent::NotOnChip);
}

#[test]
fn birth_dates_with_blanks() {
    assert_eq!(born("19640812"), Some((Some(1964), Some(8), Some(12))));
    assert_eq!(born("196408  "), Some((Some(1964), Some(8), None)));
    assert_eq!(born("1989    "), Some((Some(1989), None, None)));
    assert_eq!(born("19890000"), Some((Some(1989), None, None)));
    assert_eq!(born("        "), None);
    for wrong in ["19641312", "19640832", "1964081", "1964081X", "19 X0812"] {
        assert_eq!(born(wrong), None, "{wrong}");
    }
    assert_eq!(
        read(DataGroup::DateOfBirth, "680A1208 2020202020202020").unwrap(),
        GroupContent::NotOnChip
    );
}

#[test]
fn places_of_three_kinds() {
    let city = PrivateText::from("KÖLN");
    let country = PrivateText::from("D");
    let structured = Place::Structured {
        street: None,
        city,
        state: None,
        country,
        zip: Some(PrivateText::from("51147")),
    };
    let file = "7119 3017 AB070C054BC3964C4E AD031301 44 AE0713053531313437";
    assert_eq!(
        read(DataGroup::PlaceOfResidence, file).unwrap(),
        GroupContent::Place(structured)
    );
    let free = Place::Freetext(PrivateText::from("BERLIN"));
    assert_eq!(
        read(DataGroup::PlaceOfBirth, "690A A108 0C06 4245524C494E").unwrap(),
        GroupContent::Place(free)
    );
    let none = Place::NoPlace(PrivateText::from("keine"));
    assert_eq!(
        read(DataGroup::PlaceOfResidence, "7109 A207 0C05 6B65696E65").unwrap(),
        GroupContent::Place(none)
    );
    let first = Place::Freetext(PrivateText::from("X"));
    let set = "710C 310A A1030C0158 A1030C0159";
    assert_eq!(
        read(DataGroup::PlaceOfResidence, set).unwrap(),
        GroupContent::Place(first)
    );
    assert!(
        read(DataGroup::PlaceOfResidence, "7109 3007 AE05 1303 353131").is_err(),
        "no city"
    );
}

#[test]
fn an_issuer_is_a_state_or_a_place() {
    assert_eq!(read(DataGroup::IssuingState, "6203 1301 44").unwrap(), text("D"));
    let place = read(DataGroup::IssuingState, "620E 300C AB050C03424552 AD03130144").unwrap();
    assert!(matches!(
        place,
        GroupContent::Place(Place::Structured { street: None, .. })
    ));
}

#[test]
fn municipality_and_permits() {
    let id = read(DataGroup::MunicipalityId, "7209 0407 02760378900276").unwrap();
    assert_eq!(id, text("02760378900276"));
    assert!(read(DataGroup::MunicipalityId, "7203 0401 0A").is_err());
    assert_eq!(
        read(DataGroup::ResidencePermitI, "7309 A107 0C05 57454C54 31").unwrap(),
        text("WELT1")
    );
    let packed = hex::encode(miniz_oxide::deflate::compress_to_vec_zlib(
        "Erwerbstätigkeit gestattet".as_bytes(),
        6,
    ));
    let length = packed.len() / 2;
    let file = format!("74{:02x} A2{:02x} 04{length:02x} {packed}", length + 4, length + 2);
    assert_eq!(
        read(DataGroup::ResidencePermitII, &file).unwrap(),
        text("Erwerbstätigkeit gestattet")
    );
    let raw = hex::encode(miniz_oxide::deflate::compress_to_vec("Nur in Berlin".as_bytes(), 6));
    let length = raw.len() / 2;
    let file = format!("74{:02x} A2{:02x} 04{length:02x} {raw}", length + 4, length + 2);
    assert_eq!(
        read(DataGroup::ResidencePermitII, &file).unwrap(),
        text("Nur in Berlin"),
        "without the envelope, as RFC 1951 has it"
    );
    let bomb = hex::encode(miniz_oxide::deflate::compress_to_vec_zlib(&[b'a'; 100_000], 6));
    let length = bomb.len() / 2;
    let file = format!("7482{:04x} A282{:04x} 0482{length:04x} {bomb}", length + 8, length + 4);
    assert!(read(DataGroup::ResidencePermitII, &file).is_err());
}

#[test]
fn control_characters_become_blanks() {
    assert_eq!(
        read(DataGroup::GivenNames, "6407 0C05 41420A4344").unwrap(),
        text("AB CD")
    );
    assert_eq!(
        read(DataGroup::GivenNames, "6403 0C01 00").unwrap(),
        GroupContent::NotOnChip
    );
}

#[test]
fn contents_outside_the_standard_are_faults() {
    let fault = Some(Fault::DataGroup { number: 4 });
    for wrong in [
        "6504 0C02 4142",
        "6404 0202 0001",
        "6404 0C02 C328",
        "6404 1302 C3A4",
        "6406 0C05 41",
        "64",
    ] {
        assert_eq!(read(DataGroup::GivenNames, wrong).err(), fault, "{wrong}");
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(at in 0..15usize, bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let group = DataGroup::ALL[at];
        let _ = parse(group, &bytes);
        let wrapped = apdu::tlv::encode(Tag(0x60 | u32::from(group.number())), &bytes);
        let _ = parse(group, &wrapped);
    }

    #[test]
    fn one_changed_byte_of_an_address_never_panics(at in 0..27usize, byte: u8) {
        let mut bytes = hex::decode("71193017AB070C054BC3964C4EAD03130144AE0713053531313437").unwrap();
        bytes[at] = byte;
        let _ = parse(DataGroup::PlaceOfResidence, &bytes);
    }
}

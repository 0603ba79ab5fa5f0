//! What was read is Erika's, and pcscd's log shows that it was read rightly.
use crate::desk::all_groups;
use drivers_api::card::{Authenticity, DataGroup, GroupContent, PersonalData, Place};

pub fn is_erika(person: &PersonalData) {
    assert_eq!(person.authenticity, Authenticity::ChipTrusted);
    assert_eq!(person.groups.len(), all_groups().groups.len());
    let text = |group| match &person.groups[&group] {
        GroupContent::Text(text) => text.expose(),
        other => panic!("{group:?} is {other:?}"),
    };
    assert_eq!(text(DataGroup::DocumentType), "ID");
    assert_eq!(text(DataGroup::GivenNames), "ERIKA");
    assert_eq!(text(DataGroup::FamilyNames), "MUSTERMANN");
    assert_eq!(text(DataGroup::MunicipalityId), "02760378900276");
    let GroupContent::Date(born) = &person.groups[&DataGroup::DateOfBirth] else {
        panic!("no date")
    };
    assert_eq!((born.year, born.month, born.day), (Some(1964), Some(8), Some(12)));
    let GroupContent::Place(Place::Freetext(place)) = &person.groups[&DataGroup::PlaceOfBirth] else {
        panic!("no place of birth")
    };
    assert_eq!(place.expose(), "BERLIN");
    let GroupContent::Place(Place::Structured { street, city, zip, .. }) = &person.groups[&DataGroup::PlaceOfResidence]
    else {
        panic!("no address")
    };
    let street = street.as_ref().map(|street| street.expose());
    assert_eq!((street, city.expose()), (Some("HEIDESTRASSE 17"), "KOLN"));
    assert_eq!(zip.as_ref().map(|zip| zip.expose()), Some("51147"));
}

/// READ BINARY with the short file id of a data group.
pub fn is_data_group(command: &[u8]) -> bool {
    // Short file id 1 before the eID application is chosen is EF.ATR/INFO; no test asks for group 1 alone.
    command[1] == 0xB0 && (0x82..=0x95).contains(&command[2])
}

/// pcscd's log of the commands of one read: PACE with the rights asked for, from its end on nothing plain, then
/// terminal authentication, chip authentication, identifier, validity in this order, and only then data groups.
pub fn reads_were_secured(commands: &[Vec<u8>]) {
    let secured = |command: &[u8]| command[0] & 0x0C == 0x0C;
    let session = commands.iter().position(|command| secured(command)).expect("a session");
    let (before, inside) = commands.split_at(session);
    let pace = before
        .iter()
        .find(|command| command[..4] == [0x00, 0x22, 0xC1, 0xA4] && has_chat(command));
    assert!(pace.is_some(), "PACE asks for no rights");
    assert_eq!(
        before.last().map(|command| &command[..4]),
        Some(&[0x00, 0x86, 0x00, 0x00][..])
    );
    for command in before.iter().filter(|command| command[1] == 0xB0) {
        // EF.DIR, EF.CardAccess, and a further piece of one of them.
        let header = &command[..4];
        assert!(
            matches!(command[2], 0x9E | 0x9C | 0x00..=0x7F),
            "plain READ BINARY {header:02X?}"
        );
    }
    assert!(
        inside.iter().all(|command| secured(command)),
        "a plain command inside the session"
    );
    let order: Vec<[u8; 3]> = inside
        .iter()
        .map(|command| [command[1], command[2], command[3]])
        .filter(|header| header[0] != 0xB0)
        .collect();
    let expected = [
        [0x22, 0x81, 0xB6], // the CVCA's key
        [0x2A, 0x00, 0xBE], // verifies the document verifier's certificate
        [0x22, 0x81, 0xB6],
        [0x2A, 0x00, 0xBE], // and this the terminal's
        [0x22, 0x81, 0xA4],
        [0x84, 0x00, 0x00], // challenge
        [0x82, 0x00, 0x00], // signature
        [0x22, 0x41, 0xA4],
        [0x86, 0x00, 0x00], // chip authentication
        [0xA4, 0x04, 0x0C],
        [0x22, 0x41, 0xA4],
        [0x86, 0x00, 0x00], // restricted identification
        [0x20, 0x80, 0x00], // validity
    ];
    assert_eq!(order, expected, "{order:02X?}");
    let validity = inside.iter().position(|command| command[1] == 0x20).unwrap();
    let (proving, reading) = inside.split_at(validity);
    assert!(
        !proving.iter().any(|command| is_data_group(command)),
        "data before the chip is proven"
    );
    let groups = reading.iter().filter(|command| is_data_group(command)).count();
    assert_eq!(groups + 1, all_groups().groups.len());
}

fn has_chat(command: &[u8]) -> bool {
    command.windows(2).any(|tag| tag == [0x7F, 0x4C])
}

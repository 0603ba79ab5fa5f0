//! Data groups: texts without control characters, dates in their ranges, no more than was packed may hold. The first byte
//! is the group's number. The parser is private: its file is compiled here once more.
#![no_main]
use apdu_fuzz::within;
use drivers_api::card::{DataGroup, GroupContent, PartialDate, Place};
use drivers_api::private::PrivateText;
use eid::Fault;

#[path = "../../src/data_group.rs"]
mod data_group;

/// An unpacked text may be longer than what was packed, but not longer than the standard says.
const UNPACKED_BYTES_MAX: usize = 3000;

fn check(text: &PrivateText, file: &[u8]) {
    assert!(
        !text.expose().chars().any(char::is_control),
        "control characters on a screen"
    );
    assert!(text.expose().len() <= UNPACKED_BYTES_MAX.max(2 * file.len()));
}

fn check_place(place: &Place, file: &[u8]) {
    match place {
        Place::Structured {
            street,
            city,
            state,
            country,
            zip,
        } => {
            let optional = [street, state, zip].into_iter().flatten();
            optional.chain([city, country]).for_each(|text| {
                check(text, file);
                assert!(!text.expose().trim().is_empty(), "an empty field is none");
            });
        }
        Place::Freetext(text) | Place::NoPlace(text) => check(text, file),
    }
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((number, file)) = input.split_first() else {
        return;
    };
    let Some(group) = DataGroup::ALL.into_iter().find(|group| group.number() == number % 32) else {
        return;
    };
    let parsed = within(64 * file.len() + 256 * 1024, || data_group::parse(group, file));
    match parsed {
        Ok(GroupContent::Text(text)) => {
            check(&text, file);
            assert!(!text.expose().trim().is_empty(), "an empty text is none");
        }
        Ok(GroupContent::Date(date)) => {
            let PartialDate { year, month, day } = &date;
            assert!(year.is_none_or(|year| (1..=9999).contains(&year)));
            assert!(month.is_none_or(|month| (1..=12).contains(&month)));
            assert!(day.is_none_or(|day| (1..=31).contains(&day)));
        }
        Ok(GroupContent::Place(place)) => check_place(&place, file),
        Ok(GroupContent::NotOnChip) => {}
        Err(fault) => assert_eq!(
            fault,
            Fault::DataGroup { number: group.number() },
            "the error names the group"
        ),
    }
});

//! EF.DIR: which applications a card has (ISO 7816-4 §8.2.1.1; TR-03124-1 §3.1 wants cards told apart by it).
use crate::EID_AID;
use apdu::tlv::{Reader, Tag};

const APPLICATION_TEMPLATE: Tag = Tag(0x61);
const APPLICATION_ID: Tag = Tag(0x4F);

/// True when EF.DIR names the eID application. Bytes that are no templates end the search: other cards put other things
/// there.
pub(crate) fn names_eid(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    while let Ok(Some(template)) = reader.read() {
        if template.tag != APPLICATION_TEMPLATE {
            continue;
        }
        let named = template.nested().and_then(|mut inside| inside.find(APPLICATION_ID));
        if matches!(named, Ok(Some(aid)) if aid.value == EID_AID) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use apdu::tlv;
    use proptest::prelude::*;

    fn template(aid: &[u8]) -> Vec<u8> {
        tlv::encode(APPLICATION_TEMPLATE, &tlv::encode(APPLICATION_ID, aid)).to_vec()
    }

    #[test]
    fn eid_among_others_and_before_filling() {
        let passport = template(&[0xA0, 0, 0, 2, 0x47, 0x10, 1]);
        assert!(!names_eid(&passport));
        assert!(names_eid(&[passport.clone(), template(&EID_AID), vec![0; 20]].concat()));
        assert!(!names_eid(&[passport, template(&EID_AID[..8])].concat()));
        assert!(!names_eid(&[]));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            names_eid(&bytes);
        }
    }
}

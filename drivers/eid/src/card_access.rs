//! EF.CardAccess: the SecurityInfos that say how a card speaks PACE (TR-03110-3 A.1.1, A.1.2.1).
use crate::Fault;
use crate::pace::{PACE_OID, PARAMETER_ID};
use apdu::tlv::{Reader, Tag, Tlv, TlvError};

const SET: Tag = Tag(0x31);
const SEQUENCE: Tag = Tag(0x30);
const OBJECT_IDENTIFIER: Tag = Tag(0x06);
const INTEGER: Tag = Tag(0x02);
/// Version of PACEInfo (TR-03110-3 A.1.1.1).
const PACE_VERSION: u32 = 2;

/// Proof that the card speaks the one PACE variant of this terminal: id-PACE-ECDH-GM-AES-CBC-CMAC-128 with parameter id
/// 13. The id is always sent as object 84, since cards with several PACEInfos can't do without.
#[derive(Clone, Copy)]
pub(crate) struct PaceSupported(());

impl PaceSupported {
    /// Looks through the SecurityInfos of EF.CardAccess. Unknown infos are ignored (TS_PACE_1.10), as is what follows
    /// the set: files may be filled up.
    pub(crate) fn find(card_access: &[u8]) -> Result<Self, Fault> {
        let mut infos = Reader::new(card_access).expect(SET)?.nested()?;
        while let Some(info) = infos.read()? {
            if info.tag == SEQUENCE && is_ours(&info)? {
                return Ok(Self(()));
            }
        }
        Err(Fault::NoPaceVariant)
    }
}

fn is_ours(info: &Tlv<'_>) -> Result<bool, TlvError> {
    let mut fields = info.nested()?;
    if fields.expect(OBJECT_IDENTIFIER)?.value != PACE_OID {
        return Ok(false);
    }
    let version = number(fields.expect(INTEGER)?.value);
    let parameter = fields
        .read()?
        .filter(|field| field.tag == INTEGER)
        .and_then(|field| number(field.value));
    Ok(version == Some(PACE_VERSION) && parameter == Some(u32::from(PARAMETER_ID)))
}

/// A small non-negative INTEGER.
fn number(value: &[u8]) -> Option<u32> {
    match value {
        [a @ 0..=0x7F] => Some(u32::from(*a)),
        [0, a] => Some(u32::from(*a)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// ICAO 9303-11 appendix G.1.
    const ONE: &str = "31143012060A04007F0007020204020202010202010D";

    fn find(hex: &str) -> Result<(), Fault> {
        PaceSupported::find(&hex::decode(hex).unwrap()).map(|_| ())
    }

    #[test]
    fn one_info() {
        assert_eq!(find(ONE), Ok(()));
        assert_eq!(find(&format!("{ONE}0000")), Ok(()));
    }

    #[test]
    fn ts_pace_1_10_unknown_and_further_infos_are_ignored() {
        let p384 = "3012060A04007F00070202040202020102020110";
        let integrated = "3012060A04007F0007020204040202010202010D";
        let unknown = "300706052A0304050630";
        let unknown = &unknown[..18];
        let ours = &ONE[4..];
        let infos = format!("{p384}{integrated}{unknown}{ours}");
        assert_eq!(find(&format!("31{:02x}{infos}", infos.len() / 2)), Ok(()));
        let others = format!("{p384}{integrated}");
        assert_eq!(
            find(&format!("31{:02x}{others}", others.len() / 2)),
            Err(Fault::NoPaceVariant)
        );
    }

    #[test]
    fn wrong_files_are_faults() {
        assert!(matches!(find(""), Err(Fault::Tlv(_))));
        assert!(matches!(find("3000"), Err(Fault::Tlv(_))));
        assert!(matches!(find(&ONE[..20]), Err(Fault::Tlv(_))));
        assert_eq!(find("3100"), Err(Fault::NoPaceVariant));
        assert_eq!(find(&ONE.replace("020102", "020101")), Err(Fault::NoPaceVariant));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = PaceSupported::find(&bytes);
        }

        #[test]
        fn one_changed_byte_never_panics(at in 0..22usize, byte: u8) {
            let mut bytes = hex::decode(ONE).unwrap();
            bytes[at] = byte;
            let _ = PaceSupported::find(&bytes);
        }
    }
}

//! The lists that a terminal needs beside its certificates, as they come from the authority: signed, opaque here, big.
use crate::certificates::StoreError;

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ListKind {
    /// CSCA certificates that are trusted, signed (ICAO 9303-12 §9; TR-03129-3 GetMasterList).
    MasterList,
    /// CSCA certificates installed by hand, DER one after the other; nobody fetches it.
    Csca,
    /// Revoked document signers, DER one after the other (RFC 5280).
    Crl,
    /// Defects of documents (TR-03129-3 A, GetDefectList).
    DefectList,
    /// Revoked documents of the terminal's sector, complete (TR-03129-3 B).
    Blocklist,
    /// What changed since the complete one: delta lists, DER one after the other, oldest first.
    BlocklistDeltas,
}

impl ListKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::MasterList,
        Self::Csca,
        Self::Crl,
        Self::DefectList,
        Self::Blocklist,
        Self::BlocklistDeltas,
    ];

    /// Its file's name in the folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::MasterList => "master-list.cms",
            Self::Csca => "csca.der",
            Self::Crl => "crl.der",
            Self::DefectList => "defect-list.cms",
            Self::Blocklist => "blocklist.cms",
            Self::BlocklistDeltas => "blocklist-deltas.cms",
        }
    }

    /// Most bytes. The German master list has about 1 MB; a blocklist some tens of bytes for each lost document, of
    /// which there are some hundred thousand a year over a card's ten years.
    pub fn bytes_max(self) -> u64 {
        const MB: u64 = 1024 * 1024;
        match self {
            Self::MasterList | Self::Crl => 16 * MB,
            Self::Csca | Self::DefectList => 4 * MB,
            Self::Blocklist => 256 * MB,
            Self::BlocklistDeltas => 8 * MB,
        }
    }
}

/// Splits DER objects that stand one after the other (certificates, CRLs, delta lists); lengths of up to four bytes.
///
/// # Errors
/// The bytes end inside an object, or a length is indefinite.
pub fn der_objects(bytes: &[u8]) -> Result<Vec<&[u8]>, StoreError> {
    let mut rest = bytes;
    let mut objects = Vec::new();
    while !rest.is_empty() {
        let length = der_length(rest).ok_or(StoreError::NotDer)?;
        let (object, others) = rest.split_at_checked(length).ok_or(StoreError::NotDer)?;
        objects.push(object);
        rest = others;
    }
    Ok(objects)
}

/// The identifier of a blocklist, complete or delta, out of its signed envelope (TR-03129-3 B.1, C; RFC 5652 §5.1).
/// Proves nothing: it only says from where to ask for changes. `None` when the bytes are something else.
pub fn block_list_id(signed: &[u8]) -> Option<&[u8]> {
    let (content_info, _) = object(signed, 0x30)?;
    let (_, rest) = object(content_info, 0x06)?;
    let (explicit, _) = object(rest, 0xA0)?;
    let (signed_data, _) = object(explicit, 0x30)?;
    let (_, rest) = object(signed_data, 0x02)?;
    let (_, rest) = object(rest, 0x31)?;
    let (content, _) = object(rest, 0x30)?;
    let (content_type, rest) = object(content, 0x06)?;
    if content_type != ID_BLOCK_LIST {
        return None;
    }
    let (explicit, _) = object(rest, 0xA0)?;
    let (octets, _) = object(explicit, 0x04)?;
    let (list, _) = object(octets, 0x30)?;
    let (_version, rest) = object(list, 0x02)?;
    let (_kind, rest) = object(rest, 0x02)?;
    let (id, _) = object(rest, 0x04)?;
    Some(id)
}

/// id-BlockList, 0.4.0.127.0.7.3.2.2.
const ID_BLOCK_LIST: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x02, 0x02, 0x02];

/// Value of the object at the start, which has that tag, and what follows it.
fn object(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (object, rest) = bytes.split_at_checked(der_length(bytes)?)?;
    let header = match object.get(1)? {
        0..=0x7F => 2,
        long => 2 + usize::from(long & 0x7F),
    };
    (object.first() == Some(&tag)).then_some((object.get(header..)?, rest))
}

/// Bytes of the object at the start, with tag and length. Tags of one byte only: these files begin with sequences.
fn der_length(bytes: &[u8]) -> Option<usize> {
    let (tag, rest) = bytes.split_first()?;
    if tag & 0x1F == 0x1F {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let count = match first {
        0..=0x7F => return Some(2 + usize::from(*first)),
        0x81..=0x84 => usize::from(first & 0x7F),
        _ => return None,
    };
    let value = rest
        .get(..count)?
        .iter()
        .fold(0usize, |value, byte| (value << 8) | usize::from(*byte));
    value.checked_add(2 + count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn objects_one_after_the_other() {
        let bytes = [0x30, 0x01, 0x00, 0x30, 0x81, 0x01, 0x07, 0x30, 0x84, 0, 0, 0, 0];
        let objects = der_objects(&bytes).unwrap();
        assert_eq!(objects, [&bytes[..3], &bytes[3..7], &bytes[7..]]);
        assert!(der_objects(&[]).unwrap().is_empty());
        for wrong in [
            &[0x30][..],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x02, 0],
            &[0x7F, 0x21, 0],
            &[0x30, 0x85, 0, 0, 0, 0, 0],
        ] {
            assert!(der_objects(wrong).is_err());
        }
    }

    #[test]
    fn identifiers_are_found() {
        let wrap = |tag: u8, parts: &[&[u8]]| {
            let value = parts.concat();
            [
                &[tag, 0x82, (value.len() >> 8) as u8, value.len() as u8],
                value.as_slice(),
            ]
            .concat()
        };
        let list = wrap(
            0x30,
            &[&[2, 1, 1], &[2, 1, 0], &wrap(4, &[b"2026-11-23"]), &wrap(0x30, &[])],
        );
        let signed = |content_type: &[u8]| {
            let content = wrap(0x30, &[&wrap(6, &[content_type]), &wrap(0xA0, &[&wrap(4, &[&list])])]);
            let data = wrap(0x30, &[&[2, 1, 3], &wrap(0x31, &[]), &content]);
            wrap(0x30, &[&wrap(6, &[b"signed data"]), &wrap(0xA0, &[&data])])
        };
        let good = signed(&ID_BLOCK_LIST);
        assert_eq!(block_list_id(&good), Some(b"2026-11-23".as_slice()));
        assert_eq!(block_list_id(&signed(b"defect list")), None);
        for end in 0..good.len() {
            assert_eq!(block_list_id(&good[..end]), None);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(objects) = der_objects(&bytes) {
                prop_assert_eq!(objects.concat(), bytes);
            }
        }

        #[test]
        fn no_identifier_in_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(block_list_id(&bytes), None);
        }
    }
}

//! The blocklist: identifiers of revoked documents as one terminal sector sees them (TR-03129 appendix B, TR-03130-1
//! §2.4.4). A card's identifier comes out of restricted identification with the key that every terminal may use
//! ([`crate::security_info::RestrictedIdKeys::blocklist`]).
//!
//! Kept as one sorted vector: 32 bytes a document and nothing else, looked up by halving.
use crate::der::{Der, DerError, INTEGER, OCTET_STRING, SEQUENCE};
use crate::passive_auth::{PassiveAuthError, open_pinned};
use jiff::civil::Date;
use thiserror::Error;

/// Bytes of a sector-specific identifier: SHA-256 of an x-coordinate (TR-03110-3 A.5.4).
pub const SECTOR_ID_BYTES: usize = 32;
/// Most identifiers kept: 96 MB, several times what is revoked today.
pub const IDS_MAX: usize = 3_000_000;
/// Most sectors in one list: a provider's list has one.
const SECTORS_MAX: usize = 64;
/// Longest name of a list.
const LIST_NAME_BYTES_MAX: usize = 128;
/// id-BlackList, 0.4.0.127.0.7.3.2.2 (TR-03129 B.1).
const BLACK_LIST: &[u8] = &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x02, 0x02];

/// Why a list isn't taken in; the list at hand stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BlocklistError {
    /// The signature, or what stands around it, is wrong.
    #[error("the blocklist is not signed by its provider")]
    Signed(#[source] PassiveAuthError),
    /// Not encoded as TR-03129 B.1 says.
    #[error("the blocklist is not encoded as TR-03129 B.1 says")]
    Encoding(#[from] DerError),
    /// Identifiers of another length than [`SECTOR_ID_BYTES`], or more than [`IDS_MAX`].
    #[error("the blocklist's identifiers are outside the standard")]
    Ids,
    /// The list says nothing about this terminal's sector.
    #[error("the blocklist is for other sectors")]
    OtherSector,
    /// Changes to another list than the one at hand: a complete one is needed.
    #[error("the changes are to another blocklist")]
    OtherBase,
    /// After the changes the number of entries isn't what the provider says: a complete list is needed.
    #[error("the blocklist has another number of entries than its provider says")]
    EntriesDiffer,
}

/// The revoked documents of one sector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocklist {
    sector: Vec<u8>,
    name: Vec<u8>,
    /// Sorted, each once.
    ids: Vec<[u8; SECTOR_ID_BYTES]>,
}

/// `type` of a BlackList.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Complete,
    Added,
    Removed,
}

/// A BlackList as read, with the identifiers of one sector.
struct Received<'a> {
    kind: Kind,
    name: &'a [u8],
    base: Option<&'a [u8]>,
    entries: Option<u32>,
    ids: Vec<[u8; SECTOR_ID_BYTES]>,
}

impl Blocklist {
    /// An empty list for a sector, named by the `sectorID` that the Berechtigungs-CA gave it. Until a complete list came
    /// it revokes nothing, so a host must not read documents with it.
    pub fn new(sector: &[u8]) -> Self {
        Self {
            sector: sector.to_vec(),
            name: vec![],
            ids: vec![],
        }
    }

    /// True when the document with that identifier is revoked.
    pub fn contains(&self, id: &[u8; SECTOR_ID_BYTES]) -> bool {
        self.ids.binary_search(id).is_ok()
    }

    /// How many documents are revoked.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// True when none is.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The listID of the last list taken in; empty before the first. Changes are asked for by it.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Takes in a signed list (TR-03129 B.1, C) of exactly that signer, whose certificate (DER or PEM) the operator
    /// pinned.
    pub fn update_signed(&mut self, signed: &[u8], signer: &[u8], today: Date) -> Result<(), BlocklistError> {
        let list = open_pinned(signed, BLACK_LIST, signer, today).map_err(BlocklistError::Signed)?;
        self.update(list)
    }

    /// Takes in a list whose signature was checked before: a complete one replaces this, additions and removals change it.
    pub fn update(&mut self, list: &[u8]) -> Result<(), BlocklistError> {
        let received = Received::read(list, &self.sector)?;
        let is_delta = received.kind != Kind::Complete;
        if is_delta && (self.name.is_empty() || received.base != Some(self.name.as_slice())) {
            return Err(BlocklistError::OtherBase);
        }
        let mut ids = match received.kind {
            Kind::Complete => received.ids,
            Kind::Added => [self.ids.as_slice(), &received.ids].concat(),
            Kind::Removed => {
                let is_left = |id: &&[u8; SECTOR_ID_BYTES]| received.ids.binary_search(id).is_err();
                self.ids.iter().filter(is_left).copied().collect()
            }
        };
        ids.sort_unstable();
        ids.dedup();
        if ids.len() > IDS_MAX {
            return Err(BlocklistError::Ids);
        }
        if is_delta
            && received
                .entries
                .is_some_and(|entries| usize::try_from(entries) != Ok(ids.len()))
        {
            return Err(BlocklistError::EntriesDiffer);
        }
        ids.shrink_to_fit();
        self.ids = ids;
        self.name = received.name.to_vec();
        Ok(())
    }
}

impl<'a> Received<'a> {
    /// BlackList: version, type, listID, deltaBase, finalEntries (TR-03129-3 B.1, version 2), content.
    fn read(list: &'a [u8], sector: &[u8]) -> Result<Self, BlocklistError> {
        let mut outer = Der::new(list);
        let mut fields = outer.expect(SEQUENCE)?.inside();
        outer.finish()?;
        fields.expect(INTEGER)?.small()?;
        let kind = match fields.expect(INTEGER)?.small()? {
            0 => Kind::Complete,
            1 => Kind::Added,
            2 => Kind::Removed,
            _ => return Err(DerError::Value.into()),
        };
        let name = fields.expect(OCTET_STRING)?.value;
        let base = fields.optional(OCTET_STRING)?.map(|base| base.value);
        let entries = fields.optional(INTEGER)?.map(|entries| entries.small()).transpose()?;
        let details = fields.expect(SEQUENCE)?.inside().all(SECTORS_MAX)?;
        fields.finish()?;
        if name.is_empty() || name.len() > LIST_NAME_BYTES_MAX {
            return Err(DerError::Value.into());
        }
        for sector_details in details {
            let mut details = sector_details.inside();
            if details.expect(OCTET_STRING)?.value == sector {
                let ids = ids(details.expect(SEQUENCE)?.inside())?;
                details.finish()?;
                return Ok(Self {
                    kind,
                    name,
                    base,
                    entries,
                    ids,
                });
            }
        }
        Err(BlocklistError::OtherSector)
    }
}

/// Sorted identifiers.
fn ids(mut list: Der<'_>) -> Result<Vec<[u8; SECTOR_ID_BYTES]>, BlocklistError> {
    let mut ids = vec![];
    while let Some(id) = list.read()? {
        if id.tag != OCTET_STRING || ids.len() == IDS_MAX {
            return Err(BlocklistError::Ids);
        }
        ids.push(id.value.try_into().map_err(|_| BlocklistError::Ids)?);
    }
    ids.sort_unstable();
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::encode_head;
    use jiff::civil::date;
    use proptest::prelude::*;

    const SECTOR: &[u8] = b"SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS";
    const SIGNED: &[u8] = include_bytes!("../tests/data/passive_auth/blocklist.der");
    const SIGNER: &[u8] = include_bytes!("../tests/data/passive_auth/blocklist_signer.pem");

    fn object(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
        let value = parts.concat();
        [encode_head(tag, value.len()), value].concat()
    }

    fn list(kind: u8, name: &[u8], base: Option<&[u8]>, entries: Option<u8>, ids: &[[u8; 32]]) -> Vec<u8> {
        let octets = |value: &[u8]| object(OCTET_STRING, &[value.to_vec()]);
        let ids: Vec<_> = ids.iter().map(|id| octets(id)).collect();
        let details = object(SEQUENCE, &[octets(SECTOR), object(SEQUENCE, &ids)]);
        let parts = [
            vec![2, 1, 1, 2, 1, kind],
            octets(name),
            base.map(octets).unwrap_or_default(),
            entries.map(|entries| vec![2, 1, entries]).unwrap_or_default(),
            object(SEQUENCE, &[details]),
        ];
        object(SEQUENCE, &parts)
    }

    #[test]
    fn a_signed_list_is_taken_in() {
        let mut blocklist = Blocklist::new(SECTOR);
        blocklist.update_signed(SIGNED, SIGNER, date(2026, 12, 1)).unwrap();
        assert_eq!((blocklist.len(), blocklist.name()), (39, b"list 7".as_slice()));
        for number in 1..40u32 {
            assert!(blocklist.contains(&[(number * 37 % 256) as u8; 32]));
        }
        assert!(!blocklist.contains(&[0x77; 32]), "that one is another sector's");
        let mut other = Blocklist::new(b"TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT");
        other.update_signed(SIGNED, SIGNER, date(2026, 12, 1)).unwrap();
        assert!(other.contains(&[0x77; 32]) && other.len() == 1);
    }

    #[test]
    fn others_lists_are_refused() {
        let mut blocklist = Blocklist::new(SECTOR);
        let other_signer = include_bytes!("../tests/data/passive_auth/master_list_signer.pem");
        let refused = |result, error| assert_eq!(result, Err(BlocklistError::Signed(error)));
        let today = date(2026, 12, 1);
        refused(
            blocklist.update_signed(SIGNED, other_signer, today),
            PassiveAuthError::OtherSigner,
        );
        refused(
            blocklist.update_signed(SIGNED, SIGNER, date(2030, 1, 1)),
            PassiveAuthError::SignerValidity,
        );
        let card = include_bytes!("../tests/data/passive_auth/card.der");
        refused(
            blocklist.update_signed(card, SIGNER, today),
            PassiveAuthError::ContentType,
        );
        let error = Blocklist::new(b"other").update_signed(SIGNED, SIGNER, today);
        assert_eq!(error, Err(BlocklistError::OtherSector));
        assert!(blocklist.is_empty());
    }

    #[test]
    fn changes_fit_their_base() {
        let mut blocklist = Blocklist::new(SECTOR);
        let added = list(1, b"2", Some(b"1"), Some(3), &[[9; 32], [2; 32]]);
        assert_eq!(blocklist.update(&added), Err(BlocklistError::OtherBase));
        blocklist
            .update(&list(0, b"1", None, None, &[[5; 32], [2; 32], [5; 32]]))
            .unwrap();
        assert_eq!(blocklist.len(), 2);
        blocklist.update(&added).unwrap();
        assert!(blocklist.contains(&[9; 32]) && blocklist.len() == 3);
        assert_eq!(blocklist.update(&added), Err(BlocklistError::OtherBase));
        let removed = |entries| list(2, b"3", Some(b"2"), Some(entries), &[[5; 32]]);
        assert_eq!(blocklist.update(&removed(1)), Err(BlocklistError::EntriesDiffer));
        assert!(blocklist.contains(&[5; 32]));
        blocklist.update(&removed(2)).unwrap();
        assert!(!blocklist.contains(&[5; 32]) && blocklist.contains(&[2; 32]));
    }

    #[test]
    fn wrong_lists_change_nothing() {
        let mut blocklist = Blocklist::new(SECTOR);
        let good = list(0, b"1", None, None, &[[5; 32]]);
        blocklist.update(&good).unwrap();
        let kept = blocklist.clone();
        let long_id = object(OCTET_STRING, &[vec![1; 33]]);
        let wrong_id = object(
            SEQUENCE,
            &[object(OCTET_STRING, &[SECTOR.to_vec()]), object(SEQUENCE, &[long_id])],
        );
        let head = vec![2, 1, 0, 2, 1, 0, 4, 1, b'1'];
        let wrong_id = object(SEQUENCE, &[head, object(SEQUENCE, &[wrong_id])]);
        assert_eq!(blocklist.update(&wrong_id), Err(BlocklistError::Ids));
        for wrong in [
            list(3, b"2", None, None, &[]),
            list(0, b"", None, None, &[]),
            good[..40].to_vec(),
        ] {
            assert!(matches!(blocklist.update(&wrong), Err(BlocklistError::Encoding(_))));
        }
        assert_eq!(blocklist, kept);
    }

    proptest! {
        #[test]
        fn what_is_listed_is_found(ids: Vec<[u8; 32]>, other: [u8; 32]) {
            let mut blocklist = Blocklist::new(SECTOR);
            blocklist.update(&list(0, b"1", None, None, &ids)).unwrap();
            prop_assert!(ids.iter().all(|id| blocklist.contains(id)));
            prop_assert_eq!(blocklist.contains(&other), ids.contains(&other));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0..120usize, byte: u8) {
            let _ = Blocklist::new(SECTOR).update(&bytes);
            let mut good = list(0, b"1", None, None, &[[5; 32]]);
            let at = at % good.len();
            good[at] = byte;
            let _ = Blocklist::new(SECTOR).update(&good);
        }
    }
}

//! Rights of authentication terminals: the certificate holder authorization template (TR-03110-3 C.1.5, TR-03110-4
//! §2.2.3.2) and what of it a request needs.
use crate::cv_certificate::CertificateError;
use apdu::tlv::{self, Reader, Tag};
use drivers_api::basis::ReadBasis;
use drivers_api::card::{DataGroup, DataGroups, ReadRequest, Rights};

/// id-AT, 0.4.0.127.0.7.3.1.2.2: the terminal type of which this crate reads the rights.
const ID_AT: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x02, 0x02];
const TEMPLATE: Tag = Tag(0x7F4C);
const OBJECT_IDENTIFIER: Tag = Tag(0x06);
const DISCRETIONARY_DATA: Tag = Tag(0x53);
/// Bytes of the bit map.
pub const CHAT_BYTES: usize = 5;
/// Bits 39 and 38.
const ROLE: u64 = 0b11 << ROLE_SHIFT;
const ROLE_SHIFT: u32 = 38;
/// Bit of "read DG1"; DGn has bit 7 + n.
const READ_BASE: u8 = 7;
const CAN_ALLOWED: u64 = 1 << 4;
const RESTRICTED_IDENTIFICATION: u64 = 1 << 2;
const MUNICIPALITY_VERIFICATION: u64 = 1 << 1;
const AGE_VERIFICATION: u64 = 1;

/// Role of a certificate's holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Country verifying CA.
    Cvca,
    /// Document verifier, official and domestic.
    DvOfficialDomestic,
    /// Document verifier, non-official or foreign.
    DvOther,
    /// The terminal itself.
    Terminal,
}

/// By which right a card is read, without the secrets of [`ReadBasis`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// With the PIN (PAuswG §18).
    OnlineAusweis,
    /// With the CAN, among people who are present (PAuswG §18a).
    VorOrt,
}

impl From<&ReadBasis> for Basis {
    fn from(basis: &ReadBasis) -> Self {
        match basis {
            ReadBasis::OnlineAusweis(_) => Self::OnlineAusweis,
            ReadBasis::VorOrt { .. } => Self::VorOrt,
        }
    }
}

/// Role and relative authorization of an authentication terminal: 40 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chat(u64);

impl Chat {
    /// The template of that bit map, most significant byte first.
    pub fn from_bytes(bytes: [u8; CHAT_BYTES]) -> Self {
        let [a, b, c, d, e] = bytes;
        Self(u64::from_be_bytes([0, 0, 0, a, b, c, d, e]))
    }

    /// The bit map, most significant byte first.
    pub fn bytes(self) -> [u8; CHAT_BYTES] {
        let [_, _, _, a, b, c, d, e] = self.0.to_be_bytes();
        [a, b, c, d, e]
    }

    /// Reads the inside of object 7F4C. `None` for another terminal type than authentication terminals.
    pub(crate) fn parse(value: &[u8]) -> Result<Option<Self>, CertificateError> {
        let mut objects = Reader::new(value);
        let kind = objects.expect(OBJECT_IDENTIFIER)?.value;
        let bits = objects.expect(DISCRETIONARY_DATA)?.value;
        objects.finish()?;
        if kind != ID_AT {
            return Ok(None);
        }
        let bytes = bits.try_into().map_err(|_| CertificateError::Authorization)?;
        Ok(Some(Self::from_bytes(bytes)))
    }

    /// Object 7F4C as it stands in certificates and in PACE's MSE:Set AT.
    pub fn encode(self) -> Vec<u8> {
        let kind = tlv::encode(OBJECT_IDENTIFIER, &ID_AT);
        let bits = tlv::encode(DISCRETIONARY_DATA, &self.bytes());
        tlv::encode(TEMPLATE, &tlv::concat(&[&kind, &bits])).to_vec()
    }

    /// Role of the holder.
    pub fn role(self) -> Role {
        match (self.0 & ROLE) >> ROLE_SHIFT {
            0b11 => Role::Cvca,
            0b10 => Role::DvOfficialDomestic,
            0b01 => Role::DvOther,
            _ => Role::Terminal,
        }
    }

    /// What both grant, in the role of a terminal (effective authorization, TR-03110-3 §2.7).
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0 & !ROLE)
    }

    /// Whether every right of `wanted` is granted.
    pub fn grants(self, wanted: Self) -> bool {
        wanted.0 & !ROLE & !self.0 == 0
    }

    /// The rights that services can use.
    pub fn rights(self) -> Rights {
        Rights {
            groups: self.groups(),
            age: self.has(AGE_VERIFICATION),
            municipality: self.has(MUNICIPALITY_VERIFICATION),
            pseudonym: self.has(RESTRICTED_IDENTIFICATION),
            can_allowed: self.has(CAN_ALLOWED),
        }
    }

    /// Exactly what `request` needs, and restricted identification, by which the blocklist is checked. A read with the CAN
    /// needs the right to it.
    pub fn for_request(request: &ReadRequest, basis: Basis) -> Self {
        let mut bits = RESTRICTED_IDENTIFICATION;
        for group in &request.groups {
            bits |= read_bit(*group);
        }
        if request.age_at_least.is_some() {
            bits |= AGE_VERIFICATION;
        }
        if request.municipality.is_some() {
            bits |= MUNICIPALITY_VERIFICATION;
        }
        match basis {
            Basis::OnlineAusweis => {}
            Basis::VorOrt => bits |= CAN_ALLOWED,
        }
        Self(bits)
    }

    /// The same without restricted identification: the chip-specific key of the blocklist check may be used by every
    /// authenticated terminal (TR-03110-4 §2.2.3.2).
    #[must_use]
    pub(crate) fn without_restricted_identification(self) -> Self {
        Self(self.0 & !RESTRICTED_IDENTIFICATION)
    }

    fn groups(self) -> DataGroups {
        let granted = |group: &DataGroup| self.has(read_bit(*group));
        DataGroup::ALL.into_iter().filter(granted).collect()
    }

    fn has(self, bit: u64) -> bool {
        self.0 & bit != 0
    }
}

fn read_bit(group: DataGroup) -> u64 {
    1 << (READ_BASE + group.number())
}

#[cfg(test)]
mod tests {
    use super::*;
    use DataGroup::{AcademicTitle, DateOfBirth, FamilyNames, GivenNames, PlaceOfResidence};
    use proptest::prelude::*;

    fn chat(hex: &str) -> Chat {
        Chat::from_bytes(hex::decode(hex).unwrap().try_into().unwrap())
    }

    fn numbers(chat: Chat) -> Vec<u8> {
        chat.rights().groups.into_iter().map(DataGroup::number).collect()
    }

    /// A production certificate, the PIN reset service's and a test provider's with CAN allowed.
    #[test]
    fn known_templates_are_decoded() {
        let production = chat("0001009804").rights();
        assert_eq!(numbers(chat("0001009804")), [4, 5, 8, 17]);
        assert!(production.pseudonym && !production.age && !production.municipality && !production.can_allowed);

        let reset = chat("000F13FF34");
        assert_eq!(numbers(reset), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 17, 18, 19, 20]);
        assert!(reset.rights().can_allowed && !reset.rights().age && reset.role() == Role::Terminal);

        let test = chat("000513FF17");
        assert_eq!(numbers(test), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 17, 19]);
        let rights = test.rights();
        assert!(rights.age && rights.municipality && rights.pseudonym && rights.can_allowed);
    }

    #[test]
    fn roles() {
        assert_eq!(chat("FFFFFFFFFF").role(), Role::Cvca);
        assert_eq!(chat("801FFFFF10").role(), Role::DvOfficialDomestic);
        assert_eq!(chat("4000000000").role(), Role::DvOther);
        assert_eq!(chat("0001009804").role(), Role::Terminal);
    }

    #[test]
    fn a_request_needs_what_it_names_and_no_more() {
        let groups: DataGroups = [GivenNames, FamilyNames, DateOfBirth, PlaceOfResidence].into();
        let request = ReadRequest {
            groups: groups.clone(),
            ..ReadRequest::default()
        };
        let wanted = Chat::for_request(&request, Basis::OnlineAusweis);
        assert_eq!(wanted, chat("0001009804"));
        assert_eq!(wanted.rights().groups, groups);
        assert!(chat("0001009804").grants(wanted));
        let vor_ort = Chat::for_request(&request, Basis::VorOrt);
        assert_eq!(vor_ort, chat("0001009814"));
        assert!(!chat("0001009804").grants(vor_ort), "CAN isn't allowed");

        let more = ReadRequest {
            groups: [GivenNames, AcademicTitle].into(),
            age_at_least: Some(18),
            municipality: Some("0276".into()),
            pseudonym: true,
        };
        let wanted = Chat::for_request(&more, Basis::OnlineAusweis);
        assert_eq!(wanted, chat("0000004807"));
        assert!(!chat("0001009804").grants(wanted));
        assert!(chat("FFFFFFFFFF").and(chat("8000004807")).grants(wanted));
    }

    #[test]
    fn the_effective_authorization_is_what_all_grant() {
        let effective = chat("C000FFFFFF").and(chat("80000098FF")).and(chat("0001009804"));
        assert_eq!(effective, chat("0000009804"));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(bytes: [u8; CHAT_BYTES]) {
            let object = Chat::from_bytes(bytes).encode();
            let inside = Reader::new(&object).expect(TEMPLATE).unwrap().value;
            prop_assert_eq!(Chat::parse(inside), Ok(Some(Chat::from_bytes(bytes))));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Chat::parse(&bytes);
        }
    }
}

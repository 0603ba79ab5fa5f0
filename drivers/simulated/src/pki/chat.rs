//! Rights of an authentication terminal as cards and certificates carry them (CHAT, TR-03110-4 §2.2.3.2).
use crate::der;
use drivers_api::card::{DataGroup, Rights};

/// id-AT.
pub(crate) const AUTHENTICATION_TERMINAL: &str = "0.4.0.127.0.7.3.1.2.2";
/// id-IS.
pub(crate) const INSPECTION_SYSTEM: &str = "0.4.0.127.0.7.3.1.2.1";

/// Forty bits: bit 7+n reads DGn, the lowest bits are special functions. The two role bits at the top are zero here;
/// certificates add them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chat(pub [u8; 5]);

/// A special function, by its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Right {
    AgeVerification = 0,
    MunicipalityIdVerification = 1,
    RestrictedIdentification = 2,
    PrivilegedTerminal = 3,
    CanAllowed = 4,
    PinManagement = 5,
}

/// Who holds a certificate (TR-03110-4 §2.2.3.2, bits 39–38).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Terminal = 0b00,
    ForeignDv = 0b01,
    DomesticDv = 0b10,
    Cvca = 0b11,
}

impl Role {
    pub(crate) fn of_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0b00 => Self::Terminal,
            0b01 => Self::ForeignDv,
            0b10 => Self::DomesticDv,
            _ => Self::Cvca,
        }
    }
}

impl Chat {
    /// Every right there is.
    pub const ALL: Self = Self([0x3F, 0xFF, 0xFF, 0xFF, 0xFF]);

    /// The right to read these data groups.
    pub fn reading(groups: impl IntoIterator<Item = DataGroup>) -> Self {
        groups.into_iter().fold(Self::default(), |chat, group| {
            chat.with_bit(7 + u32::from(group.number()))
        })
    }

    /// These rights and one more.
    #[must_use]
    pub fn with(self, right: Right) -> Self {
        self.with_bit(right as u32)
    }

    /// What both have.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(core::array::from_fn(|at| self.0[at] & other.0[at]))
    }

    /// Whether a special function is in it.
    pub fn allows(self, right: Right) -> bool {
        self.number() >> (right as u32) & 1 == 1
    }

    /// Whether data group `number` (1–22) may be read.
    pub fn reads(self, number: u8) -> bool {
        (1..=22).contains(&number) && self.number() >> (7 + u32::from(number)) & 1 == 1
    }

    /// `7F4C {06 id-AT} {53 …}` as a terminal sends it with PACE.
    pub fn template(self) -> Vec<u8> {
        self.template_of(AUTHENTICATION_TERMINAL, Role::Terminal)
    }

    pub(crate) fn template_of(self, terminal_type: &str, role: Role) -> Vec<u8> {
        let mut bits = self.0;
        bits[0] = bits[0] & 0x3F | (role as u8) << 6;
        der::tlv(0x7F4C, &[&der::oid(terminal_type), &der::tlv(0x53, &[&bits])])
    }

    fn number(self) -> u64 {
        self.0.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn with_bit(self, bit: u32) -> Self {
        let [_, _, _, bytes @ ..] = (self.number() | 1 << bit).to_be_bytes();
        Self(bytes)
    }
}

impl From<&Rights> for Chat {
    fn from(rights: &Rights) -> Self {
        let special = [
            (rights.age, Right::AgeVerification),
            (rights.municipality, Right::MunicipalityIdVerification),
            (rights.pseudonym, Right::RestrictedIdentification),
            (rights.can_allowed, Right::CanAllowed),
        ];
        let granted = special
            .into_iter()
            .filter_map(|(granted, right)| granted.then_some(right));
        granted.fold(Self::reading(rights.groups.iter().copied()), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_where_real_certificates_have_them() {
        // A production certificate: restricted identification and DG4, 5, 8, 17.
        let chat = Chat::reading([
            DataGroup::GivenNames,
            DataGroup::FamilyNames,
            DataGroup::DateOfBirth,
            DataGroup::PlaceOfResidence,
        ]);
        assert_eq!(
            chat.with(Right::RestrictedIdentification),
            Chat([0x00, 0x01, 0x00, 0x98, 0x04])
        );
        assert!(chat.reads(17) && !chat.reads(18) && !chat.reads(0) && !chat.reads(23));
        assert!(Chat::ALL.allows(Right::PinManagement) && !chat.allows(Right::AgeVerification));
    }
}

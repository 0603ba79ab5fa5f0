//! InputData of EstablishPACEChannel as a strict reader takes it (PC/SC part 10 amendment 1.1; TR-03119 D.1.2, D.2).
use super::super::rules::Password;
use crate::pki::AUTHENTICATION_TERMINAL;
use apdu::tlv::{Reader, Tag};

/// Codes of TR-03119 D.1.2.
pub(super) const INCONSISTENT: u32 = 0xD000_0001;
pub(super) const UNEXPECTED: u32 = 0xD000_0002;
pub(super) const COMBINATION: u32 = 0xD000_0003;
const UNKNOWN_PASSWORD: u32 = 0xE000_0003;

/// What the host orders.
pub(super) struct Establish<'a> {
    pub(super) password: Password,
    /// Object 7F4C, or nothing.
    pub(super) chat: &'a [u8],
    /// A CAN that the host knows, or nothing.
    pub(super) transmitted: &'a [u8],
    pub(super) description: &'a [u8],
}

impl<'a> Establish<'a> {
    /// What follows the function's number.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, u32> {
        let (length, data) = bytes.split_first_chunk().ok_or(INCONSISTENT)?;
        if usize::from(u16::from_le_bytes(*length)) != data.len() {
            return Err(INCONSISTENT);
        }
        let (id, rest) = data.split_first().ok_or(INCONSISTENT)?;
        let (chat, rest) = short(rest)?;
        let (transmitted, rest) = short(rest)?;
        let (length, rest) = rest.split_first_chunk().ok_or(INCONSISTENT)?;
        let described = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)));
        let (description, []) = described.ok_or(INCONSISTENT)? else {
            // The hash's identifier may follow (TR-03119 fields 8 and 9): this reader knows SHA-256 alone.
            return Err(UNEXPECTED);
        };
        let order = Self {
            password: Password::of_id(*id).ok_or(UNKNOWN_PASSWORD)?,
            chat,
            transmitted,
            description,
        };
        order.check()?;
        Ok(order)
    }

    /// The pairs of role and password, and the passwords that a host may know (TR-03119 A.4.4).
    fn check(&self) -> Result<(), u32> {
        if !self.chat.is_empty() && !is_of_authentication_terminal(self.chat) {
            return Err(UNEXPECTED);
        }
        let digits = self.transmitted.iter().all(u8::is_ascii_digit);
        let known = !self.transmitted.is_empty();
        match self.password {
            _ if !digits => Err(UNEXPECTED),
            Password::Pin | Password::Puk if known => Err(COMBINATION),
            Password::Puk if !self.chat.is_empty() => Err(COMBINATION),
            _ if self.chat.is_empty() != self.description.is_empty() => Err(COMBINATION),
            Password::Can | Password::Pin | Password::Puk => Ok(()),
        }
    }

    /// Name of who asks, out of the description (TR-03110-3 C.3.1, `subjectName [3]`).
    pub(super) fn provider(&self) -> Option<String> {
        if self.chat.is_empty() {
            return None;
        }
        let name = || {
            let mut fields = Reader::new(self.description).expect(Tag(0x30)).ok()?.nested().ok()?;
            let name = fields.find(Tag(0xA3)).ok()??.nested().ok()?.read().ok()??;
            String::from_utf8(name.value.to_vec()).ok()
        };
        Some(name().unwrap_or_else(|| "Unbekannt".to_owned()))
    }
}

fn short(bytes: &[u8]) -> Result<(&[u8], &[u8]), u32> {
    let (length, rest) = bytes.split_first().ok_or(INCONSISTENT)?;
    rest.split_at_checked(usize::from(*length)).ok_or(INCONSISTENT)
}

fn is_of_authentication_terminal(chat: &[u8]) -> bool {
    let parsed = || {
        let mut outer = Reader::new(chat);
        let mut inner = outer.expect(Tag(0x7F4C)).ok()?.nested().ok()?;
        let kind = inner.expect(Tag(0x06)).ok()?.value == crate::der::oid_value(AUTHENTICATION_TERMINAL);
        let rights = inner.expect(Tag(0x53)).ok()?.value.len() == 5;
        (inner.finish().is_ok() && outer.finish().is_ok() && kind && rights).then_some(())
    };
    parsed().is_some()
}

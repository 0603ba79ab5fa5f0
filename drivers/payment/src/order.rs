//! Commands to the terminal, as bytes (PA00P015 chapter 2).
use crate::apdu::{Apdu, DATA_BYTES_MAX};
use crate::{bcd, fields, tlv};
use core::fmt;
use drivers_api::payment::{Cents, EURO_NUMERIC};

/// We print all receipts, want intermediate states, and nobody starts payments or administration at the terminal
/// (table 1): without the last two, some terminals keep the answers that recovery needs to themselves.
const CONFIG_BYTE: u8 = 0b1011_1110;
/// Characters of a printed line, BCD: 80 mm paper has more, 40 is what terminals know.
const LINE_CHARS: u8 = 0x40;
/// Repeat the Status-Information, print nothing (table 5).
const REPEAT_SILENTLY: u8 = 0b11;
/// No service menu for the citizen, no software version (table 12).
const ENQUIRE_BRIEFLY: u8 = 0b11;

/// Six digits that commands of consequence carry (§1.2).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Password([u8; 3]);

impl Password {
    /// What most terminals have: `000000`.
    pub const DEFAULT: Self = Self([0; 3]);

    /// From six digits.
    pub fn new(number: u32) -> Option<Self> {
        bcd::write(u64::from(number)).map(Self)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password]")
    }
}

/// What the terminal is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// 06 00 (§2.1).
    Register,
    /// 06 01 (§2.2).
    Pay {
        /// How much.
        amount: Cents,
        /// Tag 1F1F: `None` for a terminal that never sent one; empty if it did, but we have no number to mirror.
        sync: Option<Vec<u8>>,
    },
    /// 06 30 (§2.9).
    Reverse {
        /// Of the payment.
        receipt_no: u16,
        /// Of the payment; the terminal compares it.
        amount: Cents,
    },
    /// 06 20 (§2.20): what was your last transaction?
    Repeat,
    /// 06 50 (§2.16).
    EndOfDay,
    /// 06 70 (§2.17).
    Diagnosis,
    /// 06 93 (§2.18).
    Initialise,
    /// 05 01 (§2.56).
    Enquire,
}

impl Order {
    /// The command.
    pub fn encode(&self, password: Password) -> Apdu {
        let secret = password.0.as_slice();
        let (control, data) = match self {
            Self::Register => ([0x06, 0x00], registration(secret)),
            Self::Pay { amount, sync } => ([0x06, 0x01], authorisation(*amount, sync.as_deref())),
            Self::Reverse { receipt_no, amount } => ([0x06, 0x30], reversal(secret, *receipt_no, *amount)),
            Self::Repeat => ([0x06, 0x20], [secret, &[0x03, REPEAT_SILENTLY]].concat()),
            Self::EndOfDay => ([0x06, 0x50], secret.to_vec()),
            Self::Diagnosis => ([0x06, 0x70], Vec::new()),
            Self::Initialise => ([0x06, 0x93], secret.to_vec()),
            Self::Enquire => ([0x05, 0x01], [secret, &[0x03, ENQUIRE_BRIEFLY]].concat()),
        };
        // None of them comes near the limit.
        Apdu::new(control, data).unwrap_or(Apdu::short(control))
    }

    /// True if a Status-Information of success may only be answered after it is on disk.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Pay { .. } | Self::Reverse { .. } | Self::EndOfDay)
    }
}

/// 06 B0: give up what you are at (§2.23).
pub fn abort() -> Apdu {
    Apdu::short([0x06, 0xB0])
}

fn currency() -> [u8; 2] {
    bcd::write(u64::from(EURO_NUMERIC)).unwrap_or_default()
}

fn amount_field(to: &mut Vec<u8>, amount: Cents) {
    // Twelve digits hold every amount.
    fields::push(to, 0x04, &bcd::write::<6>(amount.value()).unwrap_or_default());
    fields::push(to, 0x49, &currency());
}

fn registration(secret: &[u8]) -> Vec<u8> {
    let mut commands = Vec::new();
    for command in [[0x06, 0xD3], [0x04, 0xFF], [0x04, 0x01]] {
        tlv::push(&mut commands, 0x0A, &command);
    }
    let mut container = Vec::new();
    let bytes_max = u16::try_from(DATA_BYTES_MAX).unwrap_or(u16::MAX);
    tlv::push(&mut container, 0x1A, &bytes_max.to_be_bytes());
    tlv::push(&mut container, 0x12, &[LINE_CHARS]);
    tlv::push(&mut container, 0x26, &commands);
    let mut data = [secret, &[CONFIG_BYTE], &currency()].concat();
    fields::push_container(&mut data, &container);
    data
}

fn authorisation(amount: Cents, sync: Option<&[u8]>) -> Vec<u8> {
    let mut data = Vec::new();
    amount_field(&mut data, amount);
    if let Some(sync) = sync {
        let mut container = Vec::new();
        tlv::push(&mut container, 0x1F1F, sync);
        fields::push_container(&mut data, &container);
    }
    data
}

fn reversal(secret: &[u8], receipt_no: u16, amount: Cents) -> Vec<u8> {
    let mut data = secret.to_vec();
    // Four digits on the line; larger numbers never come from there.
    fields::push(
        &mut data,
        0x87,
        &bcd::write::<2>(u64::from(receipt_no)).unwrap_or_default(),
    );
    amount_field(&mut data, amount);
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(order: &Order) -> Vec<u8> {
        order.encode(Password::new(123_456).unwrap()).encode().to_vec()
    }

    #[test]
    fn commands_byte_by_byte() {
        let amount = Cents::new(1250).unwrap();
        assert_eq!(
            bytes(&Order::Pay { amount, sync: None }),
            [6, 1, 10, 4, 0, 0, 0, 0, 0x12, 0x50, 0x49, 9, 0x78]
        );
        let synced = bytes(&Order::Pay {
            amount,
            sync: Some(vec![0, 0x42]),
        });
        assert_eq!(synced[13..], [6, 5, 0x1F, 0x1F, 2, 0, 0x42]);
        let unknown = bytes(&Order::Pay {
            amount,
            sync: Some(vec![]),
        });
        assert_eq!(unknown[13..], [6, 3, 0x1F, 0x1F, 0]);
        let reversal = bytes(&Order::Reverse { receipt_no: 42, amount });
        assert_eq!(reversal[..9], [6, 0x30, 16, 0x12, 0x34, 0x56, 0x87, 0, 0x42]);
        assert_eq!(bytes(&Order::Repeat), [6, 0x20, 5, 0x12, 0x34, 0x56, 3, 3]);
        assert_eq!(bytes(&Order::Diagnosis), [6, 0x70, 0]);
        assert_eq!(*abort().encode(), [6, 0xB0, 0]);
        let registration = bytes(&Order::Register);
        assert_eq!(registration[3..9], [0x12, 0x34, 0x56, CONFIG_BYTE, 9, 0x78]);
    }

    #[test]
    fn a_password_has_six_digits_and_no_voice() {
        assert!(Password::new(1_000_000).is_none());
        assert_eq!(format!("{:?}", Password::new(123_456)), "Some([password])");
    }
}

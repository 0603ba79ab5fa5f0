//! What the citizen is to do, from the codes of 04 FF and 06 1E (PA00P015 table 17, chapters 10 and 11).
use crate::status::CANCELLED;
use drivers_api::payment::{NotPaidReason, PaymentHint, PaymentTrouble};

/// Table 17. Codes from 41 to 5D are those from 01 to 1D, and the card is to be taken out; unknown ones are `Wait`.
pub fn hint(code: u8) -> PaymentHint {
    match code {
        0x0A | 0x2A => PaymentHint::PresentCard,
        0x00..=0x02 | 0xCC => PaymentHint::LookAtPinPad,
        0x28 | 0x29 | 0x2C | 0x69 | 0xE0 | 0xE1 => PaymentHint::ChooseOnTerminal,
        0x0C => PaymentHint::TryAgain,
        0x15 => PaymentHint::WrongPin,
        0x03 | 0x07..=0x09 | 0x10 | 0x19 => PaymentHint::CardNotAccepted,
        0x0D | 0x12..=0x14 | 0x16 | 0x18 | 0x1D => PaymentHint::Declined,
        0x0B | 0x41..=0x5D => PaymentHint::RemoveCard,
        _ => PaymentHint::Wait,
    }
}

/// Chapter 10: why nothing was taken.
pub fn reason(code: u8) -> NotPaidReason {
    match code {
        CANCELLED => NotPaidReason::Cancelled,
        0x6A | 0x6B | 0x77 | 0x9C | 0xA0 | 0xB1 | 0xB2 | 0xBF | 0xC2 | 0xCC | 0xE0 | 0xE4 | 0xF0 | 0xFC => {
            NotPaidReason::Busy
        }
        _ => NotPaidReason::Declined,
    }
}

/// Chapter 11: what keeps the terminal from taking a payment, if anything does.
pub fn trouble(code: u8) -> Option<PaymentTrouble> {
    match code {
        // Ready; somebody's card is still inside, which the terminal tells them.
        0x00 | 0xDC | 0xE1 => None,
        0x9C | 0x9D => Some(PaymentTrouble::Busy),
        0xB1 | 0xF0 => Some(PaymentTrouble::NeedsClosing),
        0x51 | 0x62 | 0xC2 => Some(PaymentTrouble::NeedsDiagnosis),
        _ => Some(PaymentTrouble::OutOfOrder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        assert_eq!(hint(0x0A), PaymentHint::PresentCard);
        assert_eq!(hint(0x4C), PaymentHint::RemoveCard);
        assert_eq!(hint(0x15), PaymentHint::WrongPin);
        assert_eq!(hint(0xD2), PaymentHint::Wait);
        assert_eq!(reason(0x6C), NotPaidReason::Cancelled);
        assert_eq!(reason(5), NotPaidReason::Declined);
        assert_eq!(trouble(0xF0), Some(PaymentTrouble::NeedsClosing));
        assert_eq!(trouble(0xDC), None);
    }
}

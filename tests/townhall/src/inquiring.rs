//! A citizen who wants to know what became of an application.
use crate::cases::{CODE, SLIP, UNKNOWN_CODE};
use crate::citizen::Act;
use catalogue::QR_PREFIX;
use drivers_api::private::PrivateText;
use rand::RngExt;
use rand::rngs::StdRng;
use session::Tap;
use session::view::FollowUp;
use zeroize::Zeroizing;

/// What they do in front of this page.
pub fn act(page: &FollowUp, rng: &mut StdRng) -> Act {
    Act::Tap(match page {
        FollowUp::Choose { .. } => match rng.random_range(0..10) {
            0..=4 => Tap::ByCode,
            5..=7 => Tap::ByCard,
            8 => Tap::Scanned(scanned()),
            _ => Tap::Back,
        },
        FollowUp::Code(entry) if entry.complete && rng.random_bool(0.9) => Tap::Continue,
        FollowUp::Code(_) => match rng.random_range(0..10) {
            0 => Tap::Back,
            1 => Tap::Scanned(scanned()),
            2 => Tap::Code(PrivateText::from(UNKNOWN_CODE)),
            3 => Tap::Code(PrivateText::from(SLIP)),
            4 => Tap::Code(PrivateText::from("K7QF")),
            _ => Tap::Code(PrivateText::from(CODE)),
        },
        FollowUp::Asking { .. } => return Act::Wait,
        FollowUp::NoAnswer(_) => match rng.random_range(0..10) {
            0..=5 => Tap::Continue,
            6 | 7 => Tap::Back,
            _ => Tap::Cancel,
        },
        FollowUp::Cases(cases) => Tap::Case(rng.random_range(0..cases.len().max(1))),
        FollowUp::Case(case) => match rng.random_range(0..10) {
            0..=3 if !case.letters.is_empty() => Tap::Letter(rng.random_range(0..case.letters.len())),
            0..=4 if case.withdrawable => Tap::Withdraw,
            5 | 6 => Tap::Back,
            _ => Tap::Continue,
        },
        FollowUp::Letter(_) | FollowUp::Withdrawn { .. } => match rng.random_range(0..10) {
            0..=2 => Tap::PrintAgain,
            3 => Tap::Back,
            _ => Tap::Continue,
        },
        FollowUp::Withdraw { .. } => match rng.random_range(0..10) {
            0..=6 => Tap::ConfirmWithdraw,
            7 => Tap::Back,
            _ => Tap::Continue,
        },
    })
}

/// What a scanner reads from the receipt, in a buffer that never grows.
fn scanned() -> PrivateText {
    let mut text = Zeroizing::new(String::with_capacity(QR_PREFIX.len() + CODE.len()));
    text.push_str(QR_PREFIX);
    text.push_str(CODE);
    PrivateText::from(text.as_str())
}

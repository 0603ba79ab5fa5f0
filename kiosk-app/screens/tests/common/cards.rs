//! The card's screens, and those of its PIN.
use super::{Named, secret};
use drivers_api::card::{PinState, ReadStep};
use drivers_api::print::{Medium, PrintTrouble};
use session::view::{CardHint, CardWork, Leaflet, Paper, PinNews, Refusal, Screen, SecretKind, SecretTrouble};

pub(crate) fn card() -> Vec<Named> {
    let fresh = PinState::Operational { tries_left: 3 };
    let used = PinState::Operational { tries_left: 2 };
    let lay = |hint| Screen::LayCard { hint };
    let working = |work, on_pad| Screen::Working { work, on_pad };
    let wrong_pin = Some(SecretTrouble::WrongPin);
    vec![
        ("05-lay-card", lay(CardHint::None)),
        ("05-lay-card-not-eid", lay(CardHint::NotEid)),
        ("05-lay-card-unreadable", lay(CardHint::Unreadable)),
        ("05-lay-card-taken", lay(CardHint::TakenAway)),
        ("05-lay-card-gone", lay(CardHint::ReaderGone)),
        ("06-pin", secret(SecretKind::Pin, 3, fresh, None)),
        ("06-pin-wrong", secret(SecretKind::Pin, 0, used, wrong_pin)),
        ("06-can", secret(SecretKind::Can, 6, PinState::Suspended, None)),
        (
            "06-can-wrong",
            secret(SecretKind::Can, 0, PinState::Suspended, Some(SecretTrouble::WrongCan)),
        ),
        ("06-pin-last", secret(SecretKind::Pin, 1, PinState::Suspended, None)),
        ("06-transport", secret(SecretKind::TransportPin, 2, fresh, None)),
        (
            "06-transport-wrong",
            secret(SecretKind::TransportPin, 0, used, wrong_pin),
        ),
        ("06-new", secret(SecretKind::NewPin, 4, fresh, None)),
        (
            "06-new-differs",
            secret(SecretKind::NewPin, 0, fresh, Some(SecretTrouble::NotTheSame)),
        ),
        ("06-new-again", secret(SecretKind::NewPinAgain, 5, fresh, None)),
        ("06-puk", secret(SecretKind::Puk, 7, PinState::Blocked, None)),
        (
            "06-puk-wrong",
            secret(SecretKind::Puk, 0, PinState::Blocked, Some(SecretTrouble::WrongPuk)),
        ),
        (
            "07-reading",
            working(CardWork::Reading(ReadStep::Authenticating), false),
        ),
        ("07-reading-pad", working(CardWork::Reading(ReadStep::Opening), true)),
        ("07-changing", working(CardWork::ChangingPin, false)),
    ]
}

pub(crate) fn refused() -> Vec<Named> {
    let refused = |why| Screen::CardRefused { why };
    vec![
        ("08-blocked", refused(Refusal::Blocked)),
        ("08-deactivated", refused(Refusal::Deactivated)),
        ("08-not-authorised", refused(Refusal::NotAuthorised)),
        ("08-malformed", refused(Refusal::Malformed)),
        ("08-puk-used-up", refused(Refusal::PukUsedUp)),
        ("08-no-certificate", refused(Refusal::NoCertificate)),
        ("08-signer-gone", refused(Refusal::SignerGone)),
        ("08-not-genuine", refused(Refusal::NotGenuine)),
        ("08-revoked", refused(Refusal::Revoked)),
        ("08-expired", refused(Refusal::Expired)),
    ]
}

pub(crate) fn pin() -> Vec<Named> {
    let forgotten = |paper, print| Screen::PinForgotten {
        office: "Stadt Musterstadt, Bürgerbüro, Marktplatz 1, 12345 Musterstadt".into(),
        note: Leaflet { paper, print },
    };
    let once_wrong = PinNews::InOrder(PinState::Operational { tries_left: 2 });
    vec![
        ("20-pin-menu", Screen::PinMenu { reader_works: true }),
        ("20-pin-menu-no-reader", Screen::PinMenu { reader_works: false }),
        ("21-pin-changed", Screen::PinDone(PinNews::Changed)),
        ("21-pin-first", Screen::PinDone(PinNews::FirstSet)),
        ("21-pin-unblocked", Screen::PinDone(PinNews::Unblocked)),
        ("21-pin-in-order", Screen::PinDone(once_wrong)),
        ("22-pin-forgotten", forgotten(None, true)),
        ("22-pin-note", forgotten(Some(Paper::Printed(Medium::Sheet)), true)),
        (
            "22-pin-note-failed",
            forgotten(Some(Paper::Failed(PrintTrouble::PaperEmpty)), true),
        ),
    ]
}

//! Adapter of `pay.slint`.
use crate::ui;
use catalogue::PayWay;
use drivers_api::payment::{NotPaidReason, PaymentHint};
use session::view::{PayBack, PayScreen, PayView};
use slint::{ComponentHandle, SharedString};

pub(crate) fn fill(app: &ui::App, view: &PayView) {
    let pay = app.global::<ui::Pay>();
    pay.set_service(SharedString::from(&view.service));
    pay.set_amount(SharedString::from(&view.amount));
    match &view.state {
        PayScreen::Choose {
            ways,
            card_works,
            trouble,
        } => {
            let (trouble, failure) = told(*trouble);
            pay.set_card(ways.contains(&PayWay::Card));
            pay.set_counter(ways.contains(&PayWay::Counter));
            pay.set_invoice(ways.contains(&PayWay::Invoice));
            pay.set_card_works(*card_works);
            pay.set_trouble(trouble);
            pay.set_failure(failure.into());
        }
        PayScreen::AtTerminal { hint, stopping } => pay.set_hint(match hint {
            _ if *stopping => ui::PayHint::Stopping,
            PaymentHint::PresentCard => ui::PayHint::PresentCard,
            PaymentHint::LookAtPinPad => ui::PayHint::LookAtPinPad,
            PaymentHint::ChooseOnTerminal => ui::PayHint::Choose,
            PaymentHint::Wait => ui::PayHint::Wait,
            PaymentHint::RemoveCard => ui::PayHint::RemoveCard,
            PaymentHint::TryAgain => ui::PayHint::TryAgain,
            PaymentHint::WrongPin => ui::PayHint::WrongPin,
            PaymentHint::CardNotAccepted => ui::PayHint::NotAccepted,
            PaymentHint::Declined => ui::PayHint::Declined,
        }),
        PayScreen::Back(_) => pay.set_failure("K-511".into()),
    }
    pay.set_stage(stage(&view.state));
}

/// Which of the pages it is.
pub(crate) fn stage(state: &PayScreen) -> ui::PayStage {
    match state {
        PayScreen::Choose { .. } => ui::PayStage::Choosing,
        PayScreen::AtTerminal { .. } => ui::PayStage::AtTerminal,
        PayScreen::Back(PayBack::UnderWay) => ui::PayStage::GivingBack,
        PayScreen::Back(PayBack::Done) => ui::PayStage::GivenBack,
        PayScreen::Back(PayBack::Failed) => ui::PayStage::NotGivenBack,
    }
}

/// The way of the tile with that number.
pub(crate) fn way(tile: i32) -> PayWay {
    match tile {
        0 => PayWay::Card,
        1 => PayWay::Counter,
        _ => PayWay::Invoice,
    }
}

fn told(trouble: Option<NotPaidReason>) -> (ui::PayTrouble, &'static str) {
    match trouble {
        None => (ui::PayTrouble::Nothing, ""),
        Some(NotPaidReason::Declined) => (ui::PayTrouble::Declined, "K-501"),
        Some(NotPaidReason::Cancelled) => (ui::PayTrouble::Cancelled, "K-502"),
        Some(NotPaidReason::TimedOut) => (ui::PayTrouble::TimedOut, "K-503"),
        Some(NotPaidReason::TerminalGone) => (ui::PayTrouble::Gone, "K-504"),
        Some(NotPaidReason::Busy) => (ui::PayTrouble::Busy, "K-505"),
    }
}

/// Texts about a person are forgotten.
pub(crate) fn clear(app: &ui::App) {
    app.global::<ui::Pay>().set_service(SharedString::default());
}

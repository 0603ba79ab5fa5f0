//! The fee: every page of it; and the receipt.
use super::{pick, view};
use catalogue::PayWay;
use drivers_api::language::Language;
use drivers_api::payment::{NotPaidReason, PaymentHint};
use session::view::{Paper, PayBack, PayScreen, PayView, ReceiptView, Screen, View};

/// Names of pictures, and their views.
pub(crate) fn pay(l: Language) -> Vec<(&'static str, View)> {
    let choose = |ways: &[PayWay], card_works, trouble| PayScreen::Choose {
        ways: ways.to_vec(),
        card_works,
        trouble,
    };
    let all = &PayWay::ALL;
    let hint = |hint| PayScreen::AtTerminal { hint, stopping: false };
    let stopping = PayScreen::AtTerminal {
        hint: PaymentHint::Wait,
        stopping: true,
    };
    let pages = [
        ("24-pay", choose(all, true, None)),
        ("24-pay-declined", choose(all, true, Some(NotPaidReason::Declined))),
        ("24-pay-gone", choose(all, false, Some(NotPaidReason::TerminalGone))),
        ("24-pay-card-only", choose(&[PayWay::Card], false, None)),
        ("25-paying", hint(PaymentHint::PresentCard)),
        ("25-paying-pin", hint(PaymentHint::LookAtPinPad)),
        ("25-paying-choose", hint(PaymentHint::ChooseOnTerminal)),
        ("25-paying-wait", hint(PaymentHint::Wait)),
        ("25-paying-remove", hint(PaymentHint::RemoveCard)),
        ("25-paying-again", hint(PaymentHint::TryAgain)),
        ("25-paying-wrong-pin", hint(PaymentHint::WrongPin)),
        ("25-paying-not-accepted", hint(PaymentHint::CardNotAccepted)),
        ("25-paying-declined", hint(PaymentHint::Declined)),
        ("25-paying-stopping", stopping),
        ("26-pay-back", PayScreen::Back(PayBack::UnderWay)),
        ("26-pay-back-done", PayScreen::Back(PayBack::Done)),
        ("26-pay-back-failed", PayScreen::Back(PayBack::Failed)),
    ];
    let shown = |state: PayScreen| {
        let back = matches!(
            state,
            PayScreen::Choose { .. } | PayScreen::AtTerminal { stopping: false, .. }
        );
        let way = matches!(state, PayScreen::Choose { .. });
        let page = PayView {
            service: pick(l, "Meldebescheinigung", "Certificate of residence"),
            amount: if l == Language::English {
                "€20.00"
            } else {
                "20,00 €"
            }
            .to_owned(),
            state,
        };
        View {
            back,
            cancel: way,
            can_step_aside: way,
            texts_in: if way { super::picked(l) } else { l },
            ..view(l, Screen::Pay(page))
        }
    };
    pages.into_iter().map(|(name, state)| (name, shown(state))).collect()
}

pub(crate) fn receipt(l: Language, paper: Paper, line_up: bool) -> Screen {
    Screen::Receipt(ReceiptView {
        service: pick(l, "Meldebescheinigung", "Certificate of residence"),
        code: "K7QF-2M9D-X4".into(),
        line_up,
        prepared: false,
        paper,
        print_again: paper != Paper::Printing,
        next_steps: pick(
            l,
            "Das Bürgerbüro prüft Ihren Antrag und schickt die Bescheinigung in 2 bis 3 Werktagen an Ihre Anschrift. Die Rechnung liegt bei.",
            "The citizens’ office checks your application and sends the certificate to your address within 2 to 3 working days, together with the invoice.",
        ),
        payment: String::new(),
        payment_unclear: false,
    })
}

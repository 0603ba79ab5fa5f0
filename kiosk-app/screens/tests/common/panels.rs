//! What lies over a page, and pages in reach mode.
use super::{listed, person_form, receipt, request, review, secret, view};
use drivers_api::card::PinState;
use drivers_api::language::Language;
use drivers_api::print::Medium;
use session::Preferences;
use session::view::{List, Over, Paper, Screen, SecretKind, SpeechTo, StaffCall, View};

/// What can be opened on every screen, and the screens with everything brought down.
pub(crate) fn panels(l: Language) -> Vec<(&'static str, View)> {
    let form = || view(l, Screen::Form(person_form(l)));
    let reach = Preferences {
        reach: true,
        ..Preferences::default()
    };
    let down = |screen| View {
        preferences: reach,
        ..view(l, screen)
    };
    let over = |over| View { over, ..form() };
    vec![
        ("20-languages", over(Over::Languages)),
        ("20-settings", over(Over::Settings)),
        (
            "20-settings-headset",
            View {
                speech: SpeechTo::Headset,
                ..over(Over::Settings)
            },
        ),
        (
            "21-help",
            View {
                can_step_aside: true,
                ..over(Over::Help)
            },
        ),
        (
            "21-help-called",
            View {
                speech: SpeechTo::Headset,
                staff: StaffCall::Told,
                ..over(Over::Help)
            },
        ),
        (
            "21-help-out-of-reach",
            View {
                staff: StaffCall::OutOfReach,
                ..over(Over::Help)
            },
        ),
        ("22-reach-languages", down(Screen::Languages)),
        ("22-reach-services", down(listed(List::All, l))),
        ("22-reach-request", down(Screen::Request(Box::new(request(l))))),
        (
            "22-reach-secret",
            down(secret(
                SecretKind::Pin,
                3,
                PinState::Operational { tries_left: 3 },
                None,
            )),
        ),
        ("22-reach-form", down(Screen::Form(person_form(l)))),
        ("22-reach-review", down(Screen::Review(review(l)))),
        (
            "22-reach-receipt",
            down(receipt(l, Paper::Printed(Medium::Sheet), true)),
        ),
        (
            "22-reach-cancel",
            View {
                over: Over::AskingCancel,
                ..down(Screen::Review(review(l)))
            },
        ),
    ]
}

/// Somebody is on the way: told where help is, and on every page.
pub(crate) fn somebody_comes(l: Language) -> Vec<(&'static str, View)> {
    let over = |over| View {
        over,
        ..view(l, Screen::Form(person_form(l)))
    };
    vec![
        (
            "21-help-coming",
            View {
                can_step_aside: true,
                staff: StaffCall::Coming,
                ..over(Over::Help)
            },
        ),
        (
            "21-somebody-comes",
            View {
                staff: StaffCall::Coming,
                ..view(l, listed(List::All, l))
            },
        ),
    ]
}

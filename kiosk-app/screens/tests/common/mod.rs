//! One view of every kind, in every language; a service's texts are in German and English, with the published test person Erika Mustermann.
#![allow(dead_code, missing_docs)]
use catalogue::ServiceId;
use drivers_api::card::{PinState, ReadStep};
use drivers_api::language::Language;
use drivers_api::print::PrintTrouble;
use session::view::{
    Availability, AwayView, CardHint, CardWork, Countdown, Over, Paper, PinNews, ReceiptView, Refusal, Request, Screen,
    SecretEntry, SecretKind, SecretTrouble, SpeechTo, StaffCall, Tile, View,
};
use session::{Ending, Preferences};

mod forms;
#[allow(unused_imports)] // each test uses some
pub(crate) use forms::{card_content, field, person_form, question_form, questions, request, review};

pub(crate) fn view(language: Language, screen: Screen) -> View {
    let way = !matches!(
        screen,
        Screen::Attract { .. }
            | Screen::Filing
            | Screen::Receipt(_)
            | Screen::PinDone(_)
            | Screen::CardContent(_)
            | Screen::Exit { .. }
            | Screen::TakeCard
            | Screen::Goodbye { .. }
            | Screen::Away(_)
    );
    let back = way
        && !matches!(
            screen,
            Screen::Languages | Screen::Working { .. } | Screen::CardRefused { .. }
        );
    let back = back || matches!(screen, Screen::CardContent(_) | Screen::Exit { .. });
    let of_a_service = matches!(
        screen,
        Screen::Services { .. }
            | Screen::Request(_)
            | Screen::CardContent(_)
            | Screen::Exit { .. }
            | Screen::Form(_)
            | Screen::Review(_)
            | Screen::Receipt(_)
    );
    View {
        language,
        texts_in: if of_a_service { picked(language) } else { language },
        town: "Stadt Musterstadt".into(),
        screen,
        countdown: None,
        back,
        cancel: way,
        over: Over::Nothing,
        preferences: Preferences::default(),
        speech: SpeechTo::Nobody,
        staff: StaffCall::NotAsked,
        can_step_aside: false,
    }
}

pub(crate) fn pick(language: Language, german: &str, english: &str) -> String {
    if language == Language::English { english } else { german }.into()
}

/// The language of what [`pick`] gives.
pub(crate) fn picked(language: Language) -> Language {
    if language == Language::English {
        language
    } else {
        Language::German
    }
}

fn tiles(l: Language) -> Vec<Tile> {
    let tile = |id: &str, title, summary, needs_card, available| Tile {
        id: ServiceId::from(id),
        title,
        summary,
        texts_in: picked(l),
        needs_card,
        available,
    };
    vec![
        tile(
            "meldebescheinigung",
            pick(l, "Meldebescheinigung", "Certificate of residence"),
            pick(
                l,
                "Schriftlicher Nachweis, wo Sie gemeldet sind.",
                "Written proof of where you are registered.",
            ),
            true,
            Availability::Now,
        ),
        tile(
            "hund",
            pick(l, "Hund anmelden", "Register a dog"),
            pick(l, "Anmeldung zur Hundesteuer.", "Registration for dog tax."),
            false,
            Availability::Now,
        ),
        tile(
            "parken",
            pick(l, "Bewohnerparkausweis", "Residents’ parking permit"),
            pick(
                l,
                "Parken in der Zone, in der Sie wohnen.",
                "Parking in the zone where you live.",
            ),
            true,
            Availability::NoReader,
        ),
        tile(
            "fuehrungszeugnis",
            pick(l, "Führungszeugnis", "Certificate of good conduct"),
            pick(l, "Vom Bundesamt für Justiz.", "From the Federal Office of Justice."),
            true,
            Availability::NoCertificate,
        ),
    ]
}

pub(crate) fn receipt(l: Language, paper: Paper, line_up: bool) -> Screen {
    Screen::Receipt(ReceiptView {
        service: pick(l, "Meldebescheinigung", "Certificate of residence"),
        code: "K7QF-2M9D-X4".into(),
        line_up,
        paper,
        print_again: paper != Paper::Printing,
        next_steps: pick(
            l,
            "Das Bürgerbüro prüft Ihren Antrag und schickt die Bescheinigung in 2 bis 3 Werktagen an Ihre Anschrift. Die Rechnung liegt bei.",
            "The citizens’ office checks your application and sends the certificate to your address within 2 to 3 working days, together with the invoice.",
        ),
    })
}

pub(crate) fn secret(kind: SecretKind, typed: usize, pin: PinState, trouble: Option<SecretTrouble>) -> Screen {
    Screen::Secret(SecretEntry {
        kind,
        typed,
        length: kind.length(),
        pin,
        trouble,
    })
}

type Named = (&'static str, Screen);

/// Name of a picture, and its view.
pub(crate) fn all(l: Language) -> Vec<(&'static str, View)> {
    let screens = entrance(l)
        .into_iter()
        .chain(card())
        .chain(refused())
        .chain(pin())
        .chain(way(l))
        .chain(endings());
    let mut views: Vec<(&'static str, View)> = screens.map(|(name, screen)| (name, view(l, screen))).collect();
    let countdown = Some(Countdown {
        remaining_s: 17,
        from_s: 30,
    });
    views.push((
        "17-countdown",
        View {
            countdown,
            ..view(l, Screen::Form(person_form(l)))
        },
    ));
    views.push((
        "18-cancel",
        View {
            over: Over::AskingCancel,
            ..view(l, Screen::Form(person_form(l)))
        },
    ));
    views.push((
        "18-cancel-countdown",
        View {
            over: Over::AskingCancel,
            countdown,
            ..view(l, Screen::Review(review(l)))
        },
    ));
    views.extend(panels(l));
    views
}

/// What can be opened on every screen, and the screens with everything brought down.
fn panels(l: Language) -> Vec<(&'static str, View)> {
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
                staff: StaffCall::Called,
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
        ("22-reach-services", down(Screen::Services { tiles: tiles(l) })),
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
        ("22-reach-receipt", down(receipt(l, Paper::Printed, true))),
        (
            "22-reach-cancel",
            View {
                over: Over::AskingCancel,
                ..down(Screen::Review(review(l)))
            },
        ),
    ]
}

fn entrance(l: Language) -> Vec<Named> {
    vec![
        (
            "01-attract",
            Screen::Attract {
                card_left: false,
                reader_works: true,
                eid_works: true,
            },
        ),
        (
            "01-attract-troubled",
            Screen::Attract {
                card_left: true,
                reader_works: false,
                eid_works: false,
            },
        ),
        (
            "01-attract-no-certificate",
            Screen::Attract {
                card_left: false,
                reader_works: true,
                eid_works: false,
            },
        ),
        ("02-languages", Screen::Languages),
        ("03-services", Screen::Services { tiles: tiles(l) }),
        ("04-request", Screen::Request(Box::new(request(l)))),
        (
            "04-request-no-card",
            Screen::Request(Box::new(Request {
                data: Vec::new(),
                certificate: None,
                fee: None,
                no_paper: true,
                ..request(l)
            })),
        ),
        ("04-request-questions", Screen::Request(Box::new(questions(l)))),
        (
            "04-request-shown",
            Screen::Request(Box::new(Request {
                only_shown: true,
                ..request(l)
            })),
        ),
    ]
}

fn card() -> Vec<Named> {
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

fn refused() -> Vec<Named> {
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

fn pin() -> Vec<Named> {
    let forgotten = |paper, print| Screen::PinForgotten {
        office: "Stadt Musterstadt, Bürgerbüro, Marktplatz 1, 12345 Musterstadt".into(),
        paper,
        print,
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
        ("22-pin-note", forgotten(Some(Paper::Printed), true)),
        (
            "22-pin-note-failed",
            forgotten(Some(Paper::Failed(PrintTrouble::PaperEmpty)), true),
        ),
    ]
}

fn way(l: Language) -> Vec<Named> {
    let failed = |storage_full, certain| Screen::FilingFailed { storage_full, certain };
    vec![
        ("09-form-person", Screen::Form(person_form(l))),
        ("09-form-questions", Screen::Form(question_form(l))),
        ("10-review", Screen::Review(review(l))),
        ("10-card-content", Screen::CardContent(card_content(l))),
        ("10-exit", exit(l)),
        ("11-filing", Screen::Filing),
        ("12-filing-failed", failed(false, true)),
        ("12-filing-failed-full", failed(true, true)),
        ("12-filing-unknown", failed(false, false)),
        ("13-receipt-printing", receipt(l, Paper::Printing, true)),
        ("13-receipt", receipt(l, Paper::Printed, true)),
        (
            "13-receipt-failed",
            receipt(l, Paper::Failed(PrintTrouble::PaperEmpty), false),
        ),
    ]
}

fn exit(l: Language) -> Screen {
    Screen::Exit {
        service: pick(l, "Jugendkarte", "Youth pass"),
        title: pick(l, "Die Jugendkarte gibt es ab 16", "The youth pass starts at 16"),
        text: pick(
            l,
            "Ihre Eltern können sie für Sie am Schalter beantragen.",
            "Your parents can apply for it at the counter.",
        ),
    }
}

fn endings() -> Vec<Named> {
    let away = |remaining_s, birthday, wrong| {
        Screen::Away(AwayView {
            remaining_s,
            birthday,
            wrong,
        })
    };
    vec![
        ("14-take-card", Screen::TakeCard),
        ("15-goodbye", Screen::Goodbye { ending: Ending::Filed }),
        (
            "15-goodbye-stopped",
            Screen::Goodbye {
                ending: Ending::Cancelled,
            },
        ),
        ("15-goodbye-served", Screen::Goodbye { ending: Ending::Served }),
        ("16-away", away(42, Some(2), false)),
        ("16-away-wrong", away(41, Some(0), true)),
        ("16-away-simple", away(30, None, false)),
    ]
}

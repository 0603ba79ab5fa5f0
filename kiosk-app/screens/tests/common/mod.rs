//! One view of every kind, in every language; a service's texts are in German and English, with the published test person Erika Mustermann.
#![allow(dead_code, missing_docs)]
use catalogue::{LocalTime, ServiceId, Situation};
use drivers_api::card::PinState;
use drivers_api::language::Language;
use drivers_api::print::{Medium, PrintTrouble};
use drivers_api::private::PrivateText;
use session::view::{
    Availability, AwayView, Countdown, List, Number, Over, Paper, Request, Screen, SecretEntry, SecretKind,
    SecretTrouble, SpeechTo, StaffCall, Tile, View,
};
use session::{Ending, Preferences};
use std::cell::Cell;

mod board;
mod cards;
pub(crate) mod expected;
pub(crate) mod follow_up;
mod forms;
mod panels;
mod pay;
pub(crate) mod place;
use cards::{card, pin, refused};
#[allow(unused_imports)] // each test uses some
pub(crate) use forms::{
    card_content, field, information, number, person_form, question_form, questions, request, review, suggesting_form,
};
use panels::{panels, somebody_comes};
pub(crate) use pay::receipt;

pub(crate) fn view(language: Language, screen: Screen) -> View {
    let way = !matches!(
        screen,
        Screen::Attract { .. }
            | Screen::Filing
            | Screen::Receipt(_)
            | Screen::PinDone(_)
            | Screen::CardContent(_)
            | Screen::Information(_)
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
    let back = back
        || matches!(
            screen,
            Screen::CardContent(_) | Screen::Information(_) | Screen::Exit { .. }
        );
    let of_a_service = matches!(
        screen,
        Screen::Services { .. }
            | Screen::Search { .. }
            | Screen::Request(_)
            | Screen::CardContent(_)
            | Screen::Information(_)
            | Screen::Exit { .. }
            | Screen::Form(_)
            | Screen::Review(_)
            | Screen::Receipt(_)
    );
    let (back, way, of_a_service) = follow_up::ways(&screen).unwrap_or((back, way, of_a_service));
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
    let text = if language == Language::English { english } else { german };
    if PSEUDO.get() { pseudo(text) } else { text.into() }
}

thread_local! {
    /// A service's texts are pseudo-localised: half as long again, and with marks above their letters.
    pub(crate) static PSEUDO: Cell<bool> = const { Cell::new(false) };
}

fn pseudo(text: &str) -> String {
    const PLAIN: &str = "aAeEiouUnstz";
    const MARKED: &str = "åÅêÉîõûŮñšťž";
    let marked = |c: char| {
        let mut pairs = PLAIN.chars().zip(MARKED.chars());
        pairs.find(|(plain, _)| *plain == c).map_or(c, |(_, marked)| marked)
    };
    let longer = ["Ẫůfgäbê", "šéhr", "ľängér", "ûñd", "wéïťër"].into_iter().cycle();
    let mut made: String = text.chars().map(marked).collect();
    let wanted = text.chars().count() * 3 / 2;
    for word in longer {
        if made.chars().count() >= wanted {
            return made;
        }
        made = format!("{made} {word}");
    }
    made
}

/// The language of what [`pick`] gives.
pub(crate) fn picked(language: Language) -> Language {
    if language == Language::English {
        language
    } else {
        Language::German
    }
}

fn listed(list: List, l: Language) -> Screen {
    let (tiles, board) = (tiles(l), true);
    Screen::Services { list, tiles, board }
}

pub(crate) fn empty_search() -> Screen {
    searched("", Vec::new())
}

fn searched(words: &str, tiles: Vec<Tile>) -> Screen {
    let words = PrivateText::from(words);
    Screen::Search { words, tiles }
}

fn situations() -> Vec<Option<Situation>> {
    Situation::ALL.into_iter().map(Some).chain([None]).collect()
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
        .chain(endings())
        .chain(follow_up::follow_up(l));
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
    views.extend(somebody_comes(l));
    views.extend(board::board(l));
    views.extend(pay::pay(l));
    views
}

const NOW: LocalTime = LocalTime {
    year: 2026,
    month: 11,
    day: 23,
    hour: 14,
    minute: 5,
};

fn named() -> Vec<String> {
    [
        "Meldebescheinigung",
        "Hund anmelden",
        "Bewohnerparkausweis",
        "Führungszeugnis",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn attract(card_left: bool, reader_works: bool, eid_works: bool) -> Screen {
    Screen::Attract {
        card_left,
        reader_works,
        eid_works,
        time: Some(NOW),
        services: named(),
        headlines: board::headlines(),
    }
}

fn entrance(l: Language) -> Vec<Named> {
    vec![
        ("01-attract", attract(false, true, true)),
        ("01-attract-troubled", attract(true, false, false)),
        ("01-attract-no-certificate", attract(false, true, false)),
        ("02-languages", Screen::Languages),
        ("03-services", listed(List::All, l)),
        (
            "03-services-start",
            listed(
                List::Start {
                    situations: situations(),
                },
                l,
            ),
        ),
        (
            "03-services-situation",
            listed(List::Situation(Some(Situation::Housing)), l),
        ),
        ("03-search", searched("", Vec::new())),
        ("03-search-found", searched("Hund", tiles(l))),
        ("03-search-nothing", searched("Raketenstart", Vec::new())),
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

fn way(l: Language) -> Vec<Named> {
    let failed = |storage_full, certain| Screen::FilingFailed {
        storage_full,
        certain,
        paid: false,
    };
    vec![
        ("09-form-person", Screen::Form(person_form(l))),
        ("09-form-questions", Screen::Form(question_form(l))),
        ("09-form-map", Screen::Form(place::place_form(l, false))),
        ("09-form-place", Screen::Form(place::place_form(l, true))),
        ("10-review", Screen::Review(review(l))),
        ("10-card-content", Screen::CardContent(card_content(l))),
        ("10-exit", exit(l)),
        ("10-information", information(l)),
        ("10-number", number(l, Number::Offered)),
        ("10-number-drawn", number(l, forms::drawn(l))),
        ("10-number-closed", number(l, Number::Closed)),
        ("11-filing", Screen::Filing),
        (
            "12-filing-failed-paid",
            Screen::FilingFailed {
                storage_full: false,
                certain: true,
                paid: true,
            },
        ),
        ("12-filing-failed", failed(false, true)),
        ("12-filing-failed-full", failed(true, true)),
        ("12-filing-unknown", failed(false, false)),
        ("13-receipt-printing", receipt(l, Paper::Printing, true)),
        ("13-receipt", receipt(l, Paper::Printed(Medium::Sheet), true)),
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

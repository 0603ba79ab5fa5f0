//! A citizen: looks at the screen and does something, mostly sensible.
use crate::devices::{CAN, Card, PIN, PUK, TRANSPORT_PIN};
use crate::erika::{CANARY, with_canary};
use crate::inquiring;
use crate::robot::any_step;
use catalogue::PayWay;
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use rand::RngExt;
use rand::rngs::StdRng;
use session::preferences::{Look, TextSize};
use session::view::{
    BoardView, Form, FormFieldKind, Information, Leaflet, List, Number, Over, Paper, PayBack, PayScreen, Screen,
    SecretKind, Tile, View,
};
use session::{PinWish, Tap, Wish};
use zeroize::Zeroizing;

/// What a citizen does next.
#[derive(Debug)]
pub enum Act {
    /// Touches the screen.
    Tap(Tap),
    /// Lays a card on.
    LayOn(Card),
    /// Takes the card away.
    TakeCard,
    /// Plugs a headset in, or pulls it out.
    Headset(bool),
    /// Does nothing for a while.
    Wait,
}

fn what_lies_over(view: &View, rng: &mut StdRng) -> Option<Tap> {
    match view.over {
        Over::Nothing => (view.countdown.is_some() && rng.random_bool(0.5)).then_some(Tap::MoreTime),
        Over::AskingCancel if rng.random_bool(0.3) => Some(Tap::ConfirmCancel),
        Over::Help => Some(helped(rng)),
        Over::AskingCancel | Over::Languages | Over::Settings => Some(Tap::KeepGoing),
    }
}

/// What a citizen in front of this view does. `sense` is the chance that it is sensible.
pub fn act(view: &View, card_lies: bool, sense: f64, rng: &mut StdRng) -> Act {
    if rng.random_bool(1.0 - sense) {
        return nonsense(rng);
    }
    if let Some(tap) = what_lies_over(view, rng) {
        return Act::Tap(tap);
    }
    match &view.screen {
        Screen::Attract { .. } => Act::Tap(Tap::Start),
        Screen::Languages => Act::Tap(Tap::Language(Language::ALL[rng.random_range(0..Language::ALL.len())])),
        Screen::Services { .. } if rng.random_bool(0.2) => Act::Tap(Tap::PinServices),
        Screen::Services { .. } if rng.random_bool(0.1) => Act::Tap(Tap::FollowUp),
        Screen::FollowUp(follow_up) => inquiring::act(follow_up, rng),
        Screen::PinMenu { .. } => Act::Tap(match rng.random_range(0..5) {
            0 => Tap::PinForgotten,
            1 => Tap::Pin(PinWish::First),
            2 => Tap::Pin(PinWish::Check),
            3 => Tap::Pin(PinWish::Change),
            _ => Tap::Back,
        }),
        Screen::Information(Information { number, leaflet, .. }) => be_informed(number.as_ref(), *leaflet, rng),
        Screen::PinForgotten { note, .. } => be_informed(None, *note, rng),
        Screen::PinDone(_) => go_on_or_back(rng),
        Screen::Services { board: true, .. } if rng.random_bool(0.1) => Act::Tap(Tap::Board),
        Screen::Services { list, tiles, .. } => look_around(list, tiles, rng),
        Screen::Board(board) => read_board(board, rng),
        Screen::Search { .. } if rng.random_bool(0.4) => Act::Tap(Tap::Find(some_words(rng))),
        Screen::Search { tiles, .. } => take_one(tiles, rng),
        Screen::CardContent(_) => read_card(rng),
        Screen::Exit { .. } => Act::Tap(if rng.random_bool(0.5) { Tap::Back } else { Tap::Continue }),
        Screen::TakeCard => Act::TakeCard,
        Screen::LayCard { .. } if card_lies => Act::TakeCard,
        Screen::LayCard { .. } => Act::LayOn(any_card(rng)),
        Screen::Secret(entry) if entry.typed == entry.length => Act::Tap(Tap::Continue),
        Screen::Secret(entry) => {
            let secret = match entry.kind {
                SecretKind::Pin | SecretKind::NewPin | SecretKind::NewPinAgain => PIN,
                SecretKind::TransportPin => TRANSPORT_PIN,
                SecretKind::Can => CAN,
                SecretKind::Puk => PUK,
            };
            let digit = secret.get(entry.typed).map_or(0, |ascii| ascii - b'0');
            Act::Tap(Tap::Digit(if rng.random_bool(0.02) { 9 - digit } else { digit }))
        }
        Screen::Form(form) => fill(form, rng),
        Screen::Pay(pay) => settle(&pay.state, rng),
        Screen::CardRefused { why } if why.needs_counter() && rng.random_bool(0.3) => Act::Tap(Tap::PinForgotten),
        Screen::CardRefused { why } if !why.retry() && rng.random_bool(0.6) => Act::Tap(Tap::Cancel),
        Screen::Away(away) if away.birthday.is_some_and(|typed| typed < 4) => {
            Act::Tap(Tap::Digit([1, 2, 0, 8][away.birthday.unwrap_or(0).min(3)]))
        }
        Screen::Working { .. } | Screen::Filing | Screen::Goodbye { .. } => Act::Wait,
        Screen::Receipt(receipt) if receipt.paper == Paper::Printing && rng.random_bool(0.8) => Act::Wait,
        Screen::Receipt(_) if rng.random_bool(0.2) => Act::Tap(Tap::PrintAgain),
        Screen::Review(_) if rng.random_bool(0.1) => Act::Tap(Tap::Change(rng.random_range(0..4))),
        Screen::Request(_) | Screen::Review(_) | Screen::Receipt(_) | Screen::CardRefused { .. } | Screen::Away(_) => {
            Act::Tap(Tap::Continue)
        }
        Screen::FilingFailed { .. } => Act::Tap(if rng.random_bool(0.8) {
            Tap::Continue
        } else {
            Tap::Cancel
        }),
    }
}

/// In front of what is told: draws a number, takes it along on paper, has read enough.
fn be_informed(number: Option<&Number>, leaflet: Leaflet, rng: &mut StdRng) -> Act {
    match number {
        Some(Number::Offered | Number::NotNow) if rng.random_bool(0.7) => Act::Tap(Tap::DrawNumber),
        Some(Number::Asking) if rng.random_bool(0.8) => Act::Wait,
        Some(_) | None if leaflet.paper.is_none() && rng.random_bool(0.7) => Act::Tap(Tap::PrintAgain),
        Some(_) | None => go_on_or_back(rng),
    }
}

fn go_on_or_back(rng: &mut StdRng) -> Act {
    Act::Tap(if rng.random_bool(0.3) { Tap::Back } else { Tap::Continue })
}

/// In front of what stands on the card: reads on, takes it away, has another wish, is done.
fn look_around(list: &List, tiles: &[Tile], rng: &mut StdRng) -> Act {
    match list {
        List::Start { situations } if rng.random_bool(0.6) => {
            match situations.get(rng.random_range(0..=situations.len())) {
                Some(situation) => Act::Tap(Tap::Situation(*situation)),
                None => Act::Tap(Tap::Search),
            }
        }
        List::Situation(_) if rng.random_bool(0.2) => Act::Tap(Tap::Back),
        List::All | List::Start { .. } | List::Situation(_) => take_one(tiles, rng),
    }
}

fn take_one(tiles: &[Tile], rng: &mut StdRng) -> Act {
    match tiles.get(rng.random_range(0..tiles.len().max(1))) {
        Some(tile) => Act::Tap(Tap::Service(tile.id.clone())),
        None => Act::Wait,
    }
}

fn some_words(rng: &mut StdRng) -> PrivateText {
    let words = ["Hund", "melde", "ausweis", "", "-", "Wohnnug", CANARY];
    PrivateText::from(words[rng.random_range(0..words.len())])
}

/// In front of what the town tells: opens something, looks for something, goes back.
fn read_board(board: &BoardView, rng: &mut StdRng) -> Act {
    match rng.random_range(0..10) {
        0 => Act::Wait,
        1..4 => Act::Tap(Tap::Back),
        4 => Act::Tap(Tap::Find(some_words(rng))),
        _ => Act::Tap(Tap::Entry(rng.random_range(0..=board.entries.len()))),
    }
}

fn read_card(rng: &mut StdRng) -> Act {
    match rng.random_range(0..10) {
        0 => Act::Wait,
        1 | 2 => Act::TakeCard,
        3 | 4 => Act::Tap(Tap::Back),
        _ => Act::Tap(Tap::Continue),
    }
}

fn any_card(rng: &mut StdRng) -> Card {
    match rng.random_range(0..20) {
        0 => Card::Other,
        1 => Card::Mute,
        2 => Card::Eid { tries: 1, off: false },
        3 => Card::Eid { tries: 0, off: false },
        4 => Card::Eid { tries: 3, off: true },
        5 => Card::Eid { tries: 2, off: false },
        _ => Card::Eid { tries: 3, off: false },
    }
}

/// Fills the first field that needs it, else goes on.
fn fill(form: &Form, rng: &mut StdRng) -> Act {
    let wanting = |field: &&session::view::FormField| {
        field.editable && ((field.required && field.value.is_empty()) || field.error.is_some())
    };
    let any = form.fields.get(rng.random_range(0..form.fields.len().max(1)));
    let chosen = form
        .fields
        .iter()
        .find(wanting)
        .or(any.filter(|field| field.editable && rng.random_bool(0.2)));
    let Some(field) = chosen else {
        return Act::Tap(Tap::Continue);
    };
    let text = match &field.kind {
        FormFieldKind::Place(_) => {
            let step = any_step(rng);
            return Act::Tap(Tap::Map {
                field: field.field,
                step,
            });
        }
        FormFieldKind::Digits => "51147".into(),
        FormFieldKind::Text => PrivateText::from(&**with_canary(["", " 7", " am Weg"][rng.random_range(0..3)])),
        FormFieldKind::Iban => "DE89 3704 0044 0532 0130 00".into(),
        FormFieldKind::Money => "650,00".into(),
        FormFieldKind::Date => "12.08.1964".into(),
        FormFieldKind::Number { min, max } => PrivateText::new(rng.random_range(*min..=*max).to_string()),
        FormFieldKind::YesNo => if rng.random_bool(0.5) { "true" } else { "false" }.into(),
        FormFieldKind::Select { choices } => choices
            .get(rng.random_range(0..choices.len().max(1)))
            .map_or_else(PrivateText::default, |choice| (&*choice.key).into()),
    };
    Act::Tap(Tap::Enter {
        field: field.field,
        text,
    })
}

fn helped(rng: &mut StdRng) -> Tap {
    match rng.random_range(0..4) {
        0 => Tap::CallStaff,
        1 => Tap::StepAside,
        2 => Tap::Settings,
        _ => Tap::KeepGoing,
    }
}

fn wish(rng: &mut StdRng) -> Wish {
    match rng.random_range(0..8) {
        0 => Wish::Look(Look::ALL[rng.random_range(0..Look::ALL.len())]),
        1 => Wish::Text(TextSize::ALL[rng.random_range(0..TextSize::ALL.len())]),
        2 => Wish::Reach(rng.random_bool(0.5)),
        3 => Wish::Shuffled(rng.random_bool(0.5)),
        4 => Wish::Aloud(rng.random_bool(0.5)),
        5 => Wish::Slower,
        6 => Wish::Steady(rng.random_bool(0.5)),
        _ => Wish::Louder,
    }
}

/// Children, elbows, pranks.
/// Most pay by card; some think again.
fn settle(state: &PayScreen, rng: &mut StdRng) -> Act {
    match state {
        PayScreen::Choose { .. } if rng.random_bool(0.05) => Act::Tap(Tap::Back),
        PayScreen::Choose { ways, .. } if rng.random_bool(0.2) => {
            Act::Tap(Tap::Pay(ways[rng.random_range(0..ways.len())]))
        }
        PayScreen::Choose { card_works: true, .. } => Act::Tap(Tap::Pay(PayWay::Card)),
        PayScreen::Choose { ways, .. } => ways.last().map_or(Act::Wait, |way| Act::Tap(Tap::Pay(*way))),
        PayScreen::AtTerminal { .. } if rng.random_bool(0.05) => Act::Tap(Tap::Back),
        PayScreen::AtTerminal { .. } | PayScreen::Back(PayBack::UnderWay) => Act::Wait,
        PayScreen::Back(PayBack::Done | PayBack::Failed) => Act::Tap(Tap::Continue),
    }
}

fn nonsense(rng: &mut StdRng) -> Act {
    Act::Tap(match rng.random_range(0..34) {
        0 => Tap::Start,
        1 => Tap::Language(Language::ALL[rng.random_range(0..Language::ALL.len())]),
        2 => Tap::Service("gibt-es-nicht".into()),
        3 | 4 => Tap::Continue,
        5 | 6 => Tap::Back,
        7 => Tap::Cancel,
        8 => Tap::ConfirmCancel,
        9 => Tap::KeepGoing,
        10 => Tap::MoreTime,
        11 => Tap::Digit(rng.random_range(0..12)),
        12 => Tap::Erase,
        13 => Tap::Change(rng.random_range(0..40)),
        14 => {
            if rng.random_bool(0.5) {
                Tap::PrintAgain
            } else {
                Tap::DrawNumber
            }
        }
        18 => Tap::PinServices,
        19 => Tap::Pin(PinWish::Change),
        20 => Tap::PinForgotten,
        21 => Tap::Settings,
        22 => Tap::Help,
        23 => Tap::Prefer(wish(rng)),
        24 => Tap::CallStaff,
        25 => Tap::StepAside,
        26 => Tap::Languages,
        28 => Tap::ConfirmWithdraw,
        29 => Tap::Letter(rng.random_range(0..3)),
        30 => Tap::Case(rng.random_range(0..3)),
        31 => Tap::Code(text_noise(rng)),
        32 => Tap::Scanned(text_noise(rng)),
        33 => Tap::Map {
            field: rng.random_range(0..40),
            step: any_step(rng),
        },
        27 => return Act::Headset(rng.random_bool(0.5)),
        15 => return Act::LayOn(any_card(rng)),
        16 => return Act::TakeCard,
        _ => Tap::Enter {
            field: rng.random_range(0..40),
            text: text_noise(rng),
        },
    })
}

fn text_noise(rng: &mut StdRng) -> PrivateText {
    let pieces = [
        "'",
        "\"",
        "\0",
        "\u{202e}",
        "😀",
        "ẞ",
        "Ĝiĥ-Þórð",
        CANARY,
        "99.99.9999",
        "-1",
        "<b>",
        "%s",
    ];
    let mut text = Zeroizing::new(String::with_capacity(6 * 16));
    for _ in 0..rng.random_range(0..6) {
        text.push_str(pieces[rng.random_range(0..pieces.len())]);
    }
    PrivateText::from(&**text)
}

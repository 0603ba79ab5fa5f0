//! What became of a case: how it is found, how it stands, its letters.
use super::{Named, pick};
use drivers_api::language::Language;
use drivers_api::print::Medium;
use drivers_api::private::PrivateText;
use session::CaseState;
use session::view::{
    Availability, CaseRow, CaseStep, CaseView, CodeEntry, CodeTrouble, FollowUp, Leaflet, LetterPage, LetterPart,
    LetterRow, NoCase, Paper, Screen,
};

const CODE: &str = "K7QF-2M9X-4TH";

/// The footer has "back", and "cancel"; there are texts of a service or of an authority.
pub(crate) fn ways(screen: &Screen) -> Option<(bool, bool, bool)> {
    let Screen::FollowUp(page) = screen else { return None };
    Some(match page {
        FollowUp::Asking { withdrawing } => (!withdrawing, !withdrawing, false),
        FollowUp::Choose { .. } | FollowUp::Code(_) | FollowUp::NoAnswer(_) => (true, true, false),
        FollowUp::Cases(_) | FollowUp::Case(_) | FollowUp::Letter(_) => (true, false, true),
        FollowUp::Withdrawn { .. } => (true, false, false),
        FollowUp::Withdraw { .. } => (false, false, true),
    })
}

/// A code as far as it was typed.
pub(crate) fn code(typed: &str, trouble: Option<CodeTrouble>) -> Screen {
    Screen::FollowUp(FollowUp::Code(CodeEntry {
        typed: typed.into(),
        complete: typed.len() == CODE.len() && trouble.is_none(),
        trouble,
    }))
}

fn certificate(l: Language) -> String {
    pick(l, "Meldebescheinigung", "Certificate of residence")
}

fn day(l: Language, day: u8) -> String {
    pick(l, &format!("{day}. November 2026"), &format!("{day} November 2026"))
}

fn at(l: Language, number: u8) -> String {
    pick(
        l,
        &format!("{number}. November 2026, 9:41 Uhr"),
        &format!("{number} November 2026, 9:41"),
    )
}

fn case(l: Language, states: &[CaseState], letters: usize, withdrawable: bool) -> Screen {
    let step = |(n, state): (u8, &CaseState)| CaseStep {
        state: *state,
        at: at(l, 2 + n),
    };
    Screen::FollowUp(FollowUp::Case(Box::new(CaseView {
        service: certificate(l),
        code: CODE.into(),
        filed_at: at(l, 2),
        state: *states.last().unwrap(),
        steps: (0..).zip(states).map(step).collect(),
        letters: (0..letters)
            .map(|_| LetterRow {
                title: "Ihre Meldebescheinigung".into(),
                day: day(l, 9),
            })
            .collect(),
        unreadable: usize::from(letters == 0 && states.len() > 3),
        withdrawable,
    })))
}

/// A page of a letter, as the authority wrote it.
fn letter(l: Language, page: usize, paper: Leaflet) -> Screen {
    let paragraph = |text: &str| LetterPart::Paragraph(PrivateText::from(text));
    let parts = match page {
        1 => vec![
            paragraph("Sehr geehrte Frau Mustermann,"),
            paragraph(
                "wir haben Ihren Antrag geprüft und stellen Ihnen die Bescheinigung aus. Sie enthält nur, was das Gesetz \
                 dafür vorsieht: Familienname, Vornamen, Doktorgrad, Geburtsdatum und die gegenwärtige Anschrift.",
            ),
            LetterPart::Row {
                name: "Aktenzeichen".into(),
                value: "33-115/2026-4711".into(),
            },
            LetterPart::Row {
                name: "Gebühr".into(),
                value: "10,00 €".into(),
            },
        ],
        _ => vec![
            LetterPart::Heading("Wenn Sie nicht einverstanden sind".into()),
            paragraph(
                "Gegen diesen Bescheid können Sie innerhalb eines Monats, nachdem Sie ihn bekommen haben, Klage erheben.",
            ),
            paragraph("Mit freundlichen Grüßen\nIhr Bürgerbüro"),
        ],
    };
    Screen::FollowUp(FollowUp::Letter(LetterPage {
        title: "Ihre Meldebescheinigung".into(),
        issuer: "Stadt Musterstadt, Bürgerbüro".into(),
        day: day(l, 9),
        parts,
        page,
        of: 2,
        paper,
    }))
}

pub(crate) fn follow_up(l: Language) -> Vec<Named> {
    use CaseState::{Answered, InWork, NeedsSomething, OnItsWay, Received, Rejected, WaitingHere, Withdrawn};
    let page = Screen::FollowUp;
    let choose = |by_card| page(FollowUp::Choose { by_card });
    let row = |service, n, state| CaseRow {
        service,
        filed_at: at(l, n),
        state,
    };
    let paper = |paper, print| Leaflet { paper, print };
    vec![
        ("30-follow-up", choose(Availability::Now)),
        ("30-follow-up-no-reader", choose(Availability::NoReader)),
        ("31-code", code("", None)),
        ("31-code-half", code("K7QF-2M", None)),
        ("31-code-slip", code("K7QF-2N9X-4TH", Some(CodeTrouble::Slip))),
        ("31-code-right", code(CODE, None)),
        ("31-code-foreign", code("", Some(CodeTrouble::NotOurs))),
        ("32-asking", page(FollowUp::Asking { withdrawing: false })),
        ("32-withdrawing", page(FollowUp::Asking { withdrawing: true })),
        (
            "34-cases",
            page(FollowUp::Cases(vec![
                row(certificate(l), 9, InWork),
                row(pick(l, "Hund anmelden", "Register a dog"), 2, Answered),
            ])),
        ),
        ("35-case-waiting", case(l, &[WaitingHere], 0, true)),
        ("35-case-received", case(l, &[Received], 0, true)),
        ("35-case-in-work", case(l, &[Received, OnItsWay, InWork], 0, false)),
        (
            "35-case-needs",
            case(l, &[Received, OnItsWay, InWork, NeedsSomething], 1, false),
        ),
        (
            "35-case-answered",
            case(
                l,
                &[Received, OnItsWay, InWork, NeedsSomething, InWork, Answered],
                2,
                false,
            ),
        ),
        (
            "35-case-rejected",
            case(l, &[Received, OnItsWay, InWork, Rejected], 0, false),
        ),
        ("35-case-withdrawn", case(l, &[Received, Withdrawn], 0, false)),
        ("36-letter", letter(l, 1, paper(None, true))),
        ("36-letter-printing", letter(l, 2, paper(Some(Paper::Printing), false))),
        (
            "37-withdraw",
            page(FollowUp::Withdraw {
                service: certificate(l),
            }),
        ),
        (
            "37-withdrawn",
            page(FollowUp::Withdrawn {
                service: certificate(l),
                paper: paper(Some(Paper::Printed(Medium::Sheet)), true),
            }),
        ),
    ]
    .into_iter()
    .chain(none_found())
    .collect()
}

fn none_found() -> Vec<Named> {
    let none = |why| Screen::FollowUp(FollowUp::NoAnswer(why));
    vec![
        ("33-unknown-code", none(NoCase::UnknownCode)),
        ("33-no-case-of-card", none(NoCase::NoCaseOfCard)),
        ("33-line-down", none(NoCase::LineDown)),
        ("33-later", none(NoCase::Later { minutes: 2 })),
        ("33-too-late", none(NoCase::TooLate)),
        ("33-unclear", none(NoCase::Unclear)),
    ]
}

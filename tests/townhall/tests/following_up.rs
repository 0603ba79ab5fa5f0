//! What became of it: by the code, with the card, and everything that can be in the way.
#![allow(clippy::unwrap_used)] // a test may panic
use catalogue::QR_PREFIX;
use drivers_api::Job;
use drivers_api::card::CardEvent;
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use drivers_api::print::Medium;
use drivers_api::private::PrivateText;
use session::view::{Availability, CodeTrouble, FollowUp, NoCase, Paper, Screen};
use session::{CaseState, CaseTold, Ending, Input, Record, Tap, patience};
use townhall::cases::{CODE, OTHER_CODE, SLIP, UNKNOWN_CODE};
use townhall::devices::PIN;
use townhall::erika::CANARY;
use townhall::story::{GOOD_CARD, Story};

macro_rules! sees {
    ($story:expr, $pattern:pat $(if $guard:expr)?) => {{
        let screen = $story.screen();
        assert!(
            matches!(&screen, Screen::FollowUp(page) if matches!(page, $pattern $(if $guard)?)),
            "saw {screen:?}"
        );
    }};
}

fn story(state: CaseState) -> Story {
    let mut story = Story::default();
    story.world.cases.state = Some(state);
    story.world.papers = Some(Vec::new());
    story
        .tap(Tap::Start)
        .tap(Tap::Language(Language::German))
        .tap(Tap::FollowUp);
    sees!(
        story,
        FollowUp::Choose {
            by_card: Availability::Now
        }
    );
    story
}

fn types(story: &mut Story, code: &str) {
    story.tap(Tap::Code(PrivateText::from(code))).tap(Tap::Continue);
}

fn by_code(state: CaseState) -> Story {
    let mut story = story(state);
    story.tap(Tap::ByCode);
    types(&mut story, CODE);
    story.wait(5);
    story
}

fn texts(document: &Document) -> String {
    let block = |block: &Block| match block {
        Block::Heading { text, .. } | Block::Paragraph(text) | Block::Notice(text) => text.expose().to_owned(),
        Block::Table(rows) => rows
            .iter()
            .map(|row| format!("{}: {}", row.label, row.value.expose()))
            .collect::<Vec<_>>()
            .join("\n"),
        Block::Code { text, qr, .. } => format!("{text} {qr}"),
        Block::Fees(fees) => fees
            .iter()
            .map(|fee| format!("{}: {}", fee.label, fee.amount.expose()))
            .collect::<Vec<_>>()
            .join("\n"),
        Block::Image { alt: text, .. } | Block::SignatureLine { label: text } => text.clone(),
        Block::NewPage => String::new(),
    };
    document.blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_code_of_the_receipt_opens_the_case() {
    let mut story = by_code(CaseState::InWork);
    sees!(story, FollowUp::Case(case)
        if case.service == "Meldebescheinigung" && case.state == CaseState::InWork
            && case.code.expose() == CODE && case.filed_at.contains("2. November 2026") && !case.withdrawable
            && case.steps.iter().map(|step| step.state).collect::<Vec<_>>()
                == [CaseState::Received, CaseState::OnItsWay, CaseState::InWork]);
    story.tap(Tap::Continue).wait(10);
    assert!(story.is_idle());
    assert!(story.world.journal.contains(&Record::VisitEnded(Ending::Served)));
}

#[test]
fn a_slip_is_found_at_once_and_nothing_is_asked() {
    let mut story = story(CaseState::Received);
    story.tap(Tap::ByCode);
    for typed in ["k7qf", "K7QF-2M9X-4T"] {
        story.tap(Tap::Code(PrivateText::from(typed))).tap(Tap::Continue);
        sees!(story, FollowUp::Code(entry) if entry.trouble.is_none() && !entry.complete);
    }
    types(&mut story, SLIP);
    sees!(story, FollowUp::Code(entry)
        if entry.trouble == Some(CodeTrouble::Slip) && !entry.complete && entry.typed.expose() == SLIP);
    assert_eq!(story.world.cases.questions, 0);
    types(&mut story, "k7qf 2m9x 4th");
    sees!(story.wait(5), FollowUp::Case(_));
}

#[test]
fn a_scanner_does_it_too_and_knows_our_receipts() {
    let mut story = story(CaseState::Received);
    story.tap(Tap::Scanned(PrivateText::from("https://example.org")));
    sees!(story, FollowUp::Code(entry) if entry.trouble == Some(CodeTrouble::NotOurs));
    story.tap(Tap::Scanned(PrivateText::new(format!("{QR_PREFIX}{CODE}"))));
    sees!(story, FollowUp::Asking { withdrawing: false });
    sees!(story.wait(5), FollowUp::Case(_));
}

#[test]
fn unknown_codes_are_told_kindly_and_then_need_a_wait() {
    let mut story = story(CaseState::Received);
    story.tap(Tap::ByCode);
    for _ in 0..patience::CODE_TRIES_MAX {
        types(&mut story, UNKNOWN_CODE);
        sees!(story.wait(5), FollowUp::NoAnswer(NoCase::UnknownCode));
        story.tap(Tap::Continue);
        sees!(story, FollowUp::Code(entry) if entry.typed.expose() == UNKNOWN_CODE);
    }
    let asked = story.world.cases.questions;
    types(&mut story, CODE);
    sees!(story, FollowUp::NoAnswer(NoCase::Later { minutes: 2 }));
    // Whichever way it comes, and whoever comes next.
    story.tap(Tap::Cancel).wait(10);
    assert!(story.is_idle());
    story
        .tap(Tap::Start)
        .tap(Tap::Language(Language::German))
        .tap(Tap::FollowUp)
        .tap(Tap::Scanned(PrivateText::new(format!("{QR_PREFIX}{CODE}"))));
    sees!(story, FollowUp::NoAnswer(NoCase::Later { .. }));
    assert_eq!(story.world.cases.questions, asked, "nothing was asked");
    story.tap(Tap::Cancel).wait(patience::CODE_TRY_BACK.as_secs());
    story
        .tap(Tap::Start)
        .tap(Tap::Language(Language::German))
        .tap(Tap::FollowUp)
        .tap(Tap::ByCode);
    types(&mut story, CODE);
    sees!(story.wait(5), FollowUp::Case(_));
}

#[test]
fn without_a_line_that_is_said_and_asked_again() {
    let mut story = story(CaseState::OnItsWay);
    story.world.cases.line_down = true;
    story.tap(Tap::ByCode);
    types(&mut story, CODE);
    sees!(story.wait(5), FollowUp::NoAnswer(NoCase::LineDown));
    story.world.cases.line_down = false;
    sees!(story.tap(Tap::Continue).wait(5), FollowUp::Case(case) if case.state == CaseState::OnItsWay);
}

#[test]
fn a_case_that_waits_in_this_terminal_is_told() {
    let story = by_code(CaseState::WaitingHere);
    sees!(story, FollowUp::Case(case) if case.state == CaseState::WaitingHere && case.steps.len() == 1);
}

#[test]
fn an_answer_that_comes_after_the_patience_or_the_visit_settles_nothing() {
    let mut story = story(CaseState::Answered);
    story.tap(Tap::ByCode);
    types(&mut story, CODE);
    let late = core::mem::take(&mut story.world.agenda);
    assert_eq!(late.len(), 1);
    story.wait(patience::ASKING_CASE.as_secs());
    sees!(story, FollowUp::NoAnswer(NoCase::LineDown));
    for (_, input) in late {
        story.world.input(input);
    }
    sees!(story, FollowUp::NoAnswer(NoCase::LineDown));
    // The next citizen's question has another number.
    let old = story.world.cases.last.unwrap();
    story.tap(Tap::Cancel).wait(10);
    assert!(story.is_idle());
    let told = CaseTold::Later { retry_after_s: 1 };
    story.world.input(Input::CaseTold { job: old, told });
    assert!(story.is_idle(), "nobody is here whom it could concern");
    story
        .tap(Tap::Start)
        .tap(Tap::Language(Language::German))
        .tap(Tap::FollowUp)
        .tap(Tap::ByCode);
    types(&mut story, OTHER_CODE);
    let told = CaseTold::Unknown;
    story.world.input(Input::CaseTold { job: old, told });
    sees!(story, FollowUp::Asking { .. });
    let told = CaseTold::Unknown;
    story.world.input(Input::CaseTold {
        job: Job(old.0 + 7),
        told,
    });
    sees!(story, FollowUp::Asking { .. });
}

#[test]
fn asking_can_be_given_up() {
    let mut story = story(CaseState::Answered);
    story.tap(Tap::ByCode);
    types(&mut story, CODE);
    sees!(story.tap(Tap::Back), FollowUp::Choose { .. });
    sees!(story.wait(10), FollowUp::Choose { .. });
    types(story.tap(Tap::ByCode), CODE);
    story.tap(Tap::Cancel).wait(10);
    assert!(story.is_idle());
}

#[test]
fn a_letter_is_read_page_by_page_and_printed() {
    let mut story = by_code(CaseState::Answered);
    sees!(story, FollowUp::Case(case) if case.letters.len() == 1 && case.letters[0].title.expose().contains(CANARY));
    story.tap(Tap::Letter(1));
    sees!(story, FollowUp::Case(_));
    story.tap(Tap::Letter(0));
    sees!(story, FollowUp::Letter(page) if page.page == 1 && page.of == 2 && page.parts.len() == 2);
    sees!(story.tap(Tap::Continue), FollowUp::Letter(page) if page.page == 2);
    sees!(story.tap(Tap::Back), FollowUp::Letter(page) if page.page == 1);
    story.tap(Tap::PrintAgain);
    sees!(story, FollowUp::Letter(page) if page.paper.paper == Some(Paper::Printing) && !page.paper.print);
    sees!(story.wait(15), FollowUp::Letter(page) if page.paper.paper == Some(Paper::Printed(Medium::Sheet)));
    let papers = story.world.papers.as_ref().unwrap();
    let letter = texts(&papers[0]);
    for text in [CANARY, "Frau Mustermann", "Ihre Rechte", "Aktenzeichen", "Bürgerbüro"] {
        assert!(letter.contains(text), "{text} isn't on the paper:\n{letter}");
    }
    let head = format!("{}{}{}", papers[0].title, papers[0].issuer, papers[0].footer);
    assert!(
        !head.contains(CANARY),
        "{head}: this goes into the document's properties"
    );
    sees!(story.tap(Tap::Continue).tap(Tap::Continue), FollowUp::Case(_));
}

#[test]
fn what_nobody_works_on_is_withdrawn_after_a_question_and_proven() {
    let mut story = by_code(CaseState::Received);
    sees!(story, FollowUp::Case(case) if case.withdrawable);
    story.tap(Tap::ConfirmWithdraw);
    sees!(story, FollowUp::Case(_));
    sees!(story.tap(Tap::Withdraw), FollowUp::Withdraw { .. });
    sees!(story.tap(Tap::Continue), FollowUp::Case(_));
    assert_eq!(story.world.cases.withdrawals, 0, "kept");
    story.tap(Tap::Withdraw).tap(Tap::ConfirmWithdraw);
    sees!(story, FollowUp::Asking { withdrawing: true });
    story.tap(Tap::Cancel).tap(Tap::Back);
    sees!(story, FollowUp::Asking { withdrawing: true });
    sees!(story.wait(5), FollowUp::Withdrawn { .. });
    sees!(story.tap(Tap::PrintAgain).wait(15), FollowUp::Withdrawn { paper, .. } if paper.paper == Some(Paper::Printed(Medium::Sheet)));
    let proof = texts(&story.world.papers.as_ref().unwrap()[0]);
    assert!(
        proof.contains(CODE) && proof.contains("Meldebescheinigung") && proof.contains("zurückgezogen"),
        "{proof}"
    );
    sees!(story.tap(Tap::Back), FollowUp::Case(case) if case.state == CaseState::Withdrawn && !case.withdrawable);
}

#[test]
fn what_somebody_works_on_by_now_is_not_withdrawn() {
    let mut story = by_code(CaseState::Received);
    story.tap(Tap::Withdraw);
    story.world.cases.state = Some(CaseState::InWork);
    story.tap(Tap::ConfirmWithdraw).wait(5);
    sees!(story, FollowUp::NoAnswer(NoCase::TooLate));
    sees!(story.tap(Tap::Continue).wait(5), FollowUp::Case(case) if case.state == CaseState::InWork);
}

#[test]
fn a_withdrawal_without_an_answer_is_asked_again() {
    let mut story = by_code(CaseState::Received);
    story.tap(Tap::Withdraw).tap(Tap::ConfirmWithdraw);
    story.world.agenda.clear();
    sees!(
        story.wait(patience::ASKING_CASE.as_secs()),
        FollowUp::NoAnswer(NoCase::Unclear)
    );
    sees!(story.tap(Tap::Continue).wait(5), FollowUp::Withdrawn { .. });
}

fn with_card(state: CaseState) -> Story {
    let mut story = story(state);
    story.tap(Tap::ByCard);
    let Screen::Request(request) = story.screen() else {
        panic!("saw {:?}", story.screen())
    };
    assert!(request.data.is_empty() && request.questions.len() == 1 && request.certificate.is_some());
    assert!(request.questions[0].contains("Kennzeichen"), "{:?}", request.questions);
    story.tap(Tap::Continue);
    story.world.lay_on(GOOD_CARD);
    story.type_secret(PIN).wait(15);
    story
}

#[test]
fn the_card_opens_its_cases() {
    let mut story = with_card(CaseState::InWork);
    sees!(story, FollowUp::Cases(cases) if cases.len() == 2 && cases[0].state == CaseState::InWork
        && cases[0].service == "Meldebescheinigung" && cases[1].state == CaseState::Answered);
    story.tap(Tap::Case(1)).wait(5);
    sees!(story, FollowUp::Case(case) if case.code.expose() == OTHER_CODE && !case.service.is_empty());
    sees!(story.tap(Tap::Back), FollowUp::Cases(_));
    story.tap(Tap::Continue);
    assert!(matches!(story.screen(), Screen::TakeCard));
    story.world.take_card();
    story.wait(15);
    assert!(story.is_idle());
}

#[test]
fn a_card_that_can_t_be_asked_is_not_offered() {
    let mut story = story(CaseState::InWork);
    story.world.input(Input::Card(CardEvent::Certificate(None)));
    sees!(
        story,
        FollowUp::Choose {
            by_card: Availability::NoCertificate
        }
    );
    sees!(story.tap(Tap::ByCard), FollowUp::Choose { .. });
    let mut certificate = townhall::erika::certificate();
    certificate.rights.pseudonym = false;
    let certificate = Some(Box::new(certificate));
    story.world.input(Input::Card(CardEvent::Certificate(certificate)));
    sees!(
        story.tap(Tap::ByCard),
        FollowUp::Choose {
            by_card: Availability::NoCertificate
        }
    );
    story.world.input(Input::Card(CardEvent::ReaderGone));
    sees!(
        story,
        FollowUp::Choose {
            by_card: Availability::NoReader
        }
    );
}

#[test]
fn nobody_s_case_stays_on_the_screen() {
    for stage in [CaseState::InWork, CaseState::Answered] {
        let mut story = by_code(stage);
        story.tap(Tap::Letter(0));
        story.tap(Tap::StepAside);
        assert!(
            matches!(story.screen(), Screen::FollowUp(_)),
            "nothing here is put aside"
        );
        story.wait(patience::LETTER.as_secs() + patience::GOODBYE.as_secs() + 1);
        assert!(story.is_idle());
        assert!(!story.world.journal.contains(&Record::WentAway));
    }
}

//! A question goes in; lookups, and nothing else, go out; what comes back is opened.
#![allow(clippy::unwrap_used, reason = "a test may panic, and so may what it calls")]
use drivers_api::Job;
use host::{Inbox, Inquiry};
use session::{CaseQuestion, CaseTold, Input};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;
use uuid::Uuid;
use wire::CaseCode;
use wire::case_status::{
    CardKeys, CaseAnswer, CaseKeys, CaseReply, CaseReport, CaseRequest, CaseState, Letter, LetterBlock, LetterRow,
    NONCE_BYTES, StateAt,
};

const PATIENCE: Duration = Duration::from_secs(30);
const PSEUDONYM: &str = "c0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ffee5eedc0ff";
/// 2026-11-23T08:41:00Z, in winter.
const FILED_AT: i64 = 1_795_423_260;

fn code() -> CaseCode {
    CaseCode::from_random([0x8f, 0x3a, 0x61, 0xd4, 0x09, 0xbe, 0x77])
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + number)
}

fn report(submission_id: Uuid) -> CaseReport {
    CaseReport {
        submission_id,
        leika: "99115003012000".into(),
        service: Some("meldebescheinigung".into()),
        filed_at: FILED_AT,
        states: vec![
            StateAt {
                state: CaseState::Received,
                at: FILED_AT + 60,
            },
            StateAt {
                state: CaseState::Answered,
                at: FILED_AT + 86_400,
            },
        ],
        letters: Vec::new(),
        withdrawable: false,
        card_code: None,
    }
}

fn letter() -> Letter {
    Letter {
        title: "Ihre Meldebescheinigung".into(),
        issued_at: FILED_AT,
        issuer: "Stadt Musterstadt".into(),
        blocks: vec![
            LetterBlock::Heading("Bescheid".into()),
            LetterBlock::Paragraph("Sehr geehrte Frau Mustermann,\n\nSie sind gemeldet.".into()),
            LetterBlock::Rows(vec![LetterRow {
                name: "Aktenzeichen".into(),
                value: "4711".into(),
            }]),
        ],
    }
}

/// An asking thread before that answer, and what it asks.
fn inquiry(answer: CaseAnswer) -> (Inquiry, Inbox, Receiver<CaseRequest>) {
    let inbox = Inbox::default();
    let (asked, questions) = sync_channel(8);
    let ask = move |request| {
        asked.send(request).unwrap();
        answer.clone()
    };
    let inquiry = Inquiry::spawn(Box::new(ask), inbox.sender()).unwrap();
    (inquiry, inbox, questions)
}

fn told(inbox: &Inbox, expected: u64) -> CaseTold {
    match inbox.receive(PATIENCE) {
        Some(Input::CaseTold { job, told }) if job == Job(expected) => told,
        other => panic!("not told: {other:?}"),
    }
}

fn by_code() -> CaseQuestion {
    CaseQuestion::ByCode {
        code: code().grouped().as_str().into(),
    }
}

#[test]
fn a_code_opens_its_case_and_its_letters_and_no_others() {
    let keys = CaseKeys::from_code(&code()).unwrap();
    let mut known = report(id(1));
    let other = CaseKeys::from_code(&CaseCode::from_random([1; 7])).unwrap();
    known.letters = vec![
        keys.seal_letter(id(1), &letter(), [1; NONCE_BYTES]).unwrap(),
        other.seal_letter(id(1), &letter(), [2; NONCE_BYTES]).unwrap(),
        keys.seal_letter(id(2), &letter(), [3; NONCE_BYTES]).unwrap(),
    ];
    let (inquiry, inbox, questions) = inquiry(CaseAnswer::Heard(CaseReply::Known(vec![known])));
    inquiry.ask(Job(7), by_code());
    let CaseTold::Known(cases) = told(&inbox, 7) else {
        panic!("unknown")
    };
    let lookup = keys.lookup();
    assert_eq!(questions.recv().unwrap(), CaseRequest::ByCode { lookup });
    let case = &cases[0];
    assert_eq!(case.code.expose(), code().grouped());
    assert_eq!(
        (case.filed_at.hour, case.filed_at.minute, case.filed_at.day),
        (9, 41, 23)
    );
    assert_eq!(case.state(), session::CaseState::Answered);
    assert_eq!((case.letters.len(), case.unreadable), (1, 2));
    let pieces: Vec<String> = case.letters[0].pieces.iter().map(words).collect();
    assert_eq!(
        pieces,
        [
            "# Bescheid",
            "Sehr geehrte Frau Mustermann,",
            "Sie sind gemeldet.",
            "Aktenzeichen: 4711"
        ]
    );
}

fn words(piece: &catalogue::LetterPiece) -> String {
    match piece {
        catalogue::LetterPiece::Heading(text) => format!("# {}", text.expose()),
        catalogue::LetterPiece::Paragraph(text) => text.expose().to_owned(),
        catalogue::LetterPiece::Row { name, value } => format!("{}: {}", name.expose(), value.expose()),
    }
}

#[test]
fn a_card_opens_the_codes_that_were_sealed_for_it() {
    let card = CardKeys::from_pseudonym(PSEUDONYM);
    let other = CardKeys::from_pseudonym(&PSEUDONYM.replace('c', "d"));
    let mut mine = report(id(1));
    mine.card_code = Some(card.seal_code(id(1), &code(), [1; NONCE_BYTES]).unwrap());
    let mut foreign = report(id(2));
    foreign.card_code = Some(other.seal_code(id(2), &code(), [1; NONCE_BYTES]).unwrap());
    let bare = report(id(3));
    let reply = CaseReply::Known(vec![mine, foreign, bare]);
    let (inquiry, inbox, questions) = inquiry(CaseAnswer::Heard(reply));
    let pseudonym = PSEUDONYM.to_uppercase().as_str().into();
    inquiry.ask(Job(1), CaseQuestion::ByCard { pseudonym });
    let CaseTold::Known(cases) = told(&inbox, 1) else {
        panic!("unknown")
    };
    let lookup = card.lookup();
    assert_eq!(questions.recv().unwrap(), CaseRequest::ByCard { lookup });
    assert_eq!(cases.len(), 1, "what doesn't open with this card isn't shown");
    assert_eq!(
        (cases[0].submission_id, cases[0].code.expose()),
        (id(1), &*code().grouped())
    );
}

#[test]
fn withdrawing_names_the_case_and_other_answers_are_told_as_they_are() {
    let question = || CaseQuestion::Withdraw {
        code: code().grouped().as_str().into(),
        submission_id: id(9),
    };
    let (inquiry_, inbox, questions) = inquiry(CaseAnswer::Heard(CaseReply::TooLate));
    inquiry_.ask(Job(3), question());
    assert!(matches!(told(&inbox, 3), CaseTold::TooLate));
    let lookup = CaseKeys::from_code(&code()).unwrap().lookup();
    let submission_id = id(9);
    assert_eq!(
        questions.recv().unwrap(),
        CaseRequest::Withdraw { lookup, submission_id }
    );

    let (inquiry_, inbox, _questions) = inquiry(CaseAnswer::Unreachable);
    inquiry_.ask(Job(4), by_code());
    assert!(matches!(told(&inbox, 4), CaseTold::Unreachable));
    let (inquiry_, inbox, _questions) = inquiry(CaseAnswer::Heard(CaseReply::Later { retry_after_s: 60 }));
    inquiry_.ask(Job(5), by_code());
    assert!(matches!(told(&inbox, 5), CaseTold::Later { retry_after_s: 60 }));
    let (inquiry_, inbox, questions) = inquiry(CaseAnswer::Heard(CaseReply::Unknown));
    inquiry_.ask(Job(6), by_code());
    assert!(matches!(told(&inbox, 6), CaseTold::Unknown));
    let code = "K7QF-2N9X-4TH".into();
    inquiry_.ask(Job(7), CaseQuestion::ByCode { code });
    assert!(matches!(told(&inbox, 7), CaseTold::Unknown));
    assert_eq!(questions.try_iter().count(), 1, "a code with a slip is asked nobody");
}

#[test]
fn a_thread_that_is_stuck_is_said_at_once() {
    let inbox = Inbox::default();
    let (go, stop) = sync_channel::<()>(0);
    let ask = move |_| {
        let _ = stop.recv();
        CaseAnswer::Unreachable
    };
    let inquiry = Inquiry::spawn(Box::new(ask), inbox.sender()).unwrap();
    for job in 0..20 {
        inquiry.ask(Job(job), by_code());
    }
    assert!(matches!(
        inbox.receive(PATIENCE),
        Some(Input::CaseTold {
            told: CaseTold::Unreachable,
            ..
        })
    ));
    drop(go);
}

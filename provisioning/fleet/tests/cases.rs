//! What became of cases: over real HTTP, and by the commands with which the office speaks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    reason = "a test's helpers may panic, too"
)]
mod common;

use common::{Heard, config, post, put};
use fleet::{CaseError, Running, TERMINAL_BURST, TERMINAL_MISS_BURST, change_case, enrol, fetch_case, withdraw};
use std::process::Command;
use store::{CaseChange, IfKnown};
use uuid::Uuid;
use wire::case_status::{
    CASES_PATH, CaseKeys, CaseLookup, CaseReply, CaseReport, CaseRequest, CaseState, Letter, LetterBlock,
    REQUEST_BYTES_MAX, Refused, SealedCode, SealedLetter,
};
use wire::{CardFollowUp, CaseCode, Envelope, FollowUp, ProblemKind, submission_path};

struct World {
    folder: tempfile::TempDir,
    server: Running,
    token: String,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let token = enrol(folder.path(), "kiosk-1", IfKnown::Refuse).unwrap().reveal();
    World {
        server: Running::start(config(folder.path())).unwrap(),
        folder,
        token,
    }
}

fn id(number: u8) -> Uuid {
    Uuid::from_u128((0x0192_0000_0000_7000_8000u128 << 48) | u128::from(number))
}

fn code(number: u8) -> CaseCode {
    CaseCode::from_random([number; 7])
}

fn lookup(number: u8) -> CaseLookup {
    CaseKeys::from_code(&code(number)).unwrap().lookup()
}

fn by_code(number: u8) -> CaseRequest {
    CaseRequest::ByCode { lookup: lookup(number) }
}

fn by_card(number: u8) -> CaseRequest {
    CaseRequest::ByCard {
        lookup: CaseLookup::from_bytes([number; 32]),
    }
}

fn take_back(number: u8) -> CaseRequest {
    CaseRequest::Withdraw {
        lookup: lookup(number),
        submission_id: id(number),
    }
}

fn envelope(number: u8) -> Envelope {
    Envelope {
        submission_id: id(number),
        destination_id: Uuid::from_u128(7),
        leika: "99115001060000".into(),
        service_version: "1.0.0".into(),
        filed_at: 1_795_305_600,
        encrypted_data: "eyJh.a2V5.aXY.Y3Q.dGFn".into(),
        follow_up: Some(FollowUp {
            service: "wohnsitz".into(),
            case_lookup: lookup(number),
            receipt: None,
            fee: None,
            card: Some(CardFollowUp {
                lookup: CaseLookup::from_bytes([7; 32]),
                code: SealedCode::parse("AA..AA.AAAA.AA").unwrap(),
            }),
        }),
    }
}

impl World {
    fn file(&self, number: u8) {
        let body = envelope(number).to_body().unwrap();
        let path = submission_path(id(number));
        assert_eq!(
            put(&self.server, &path, &self.token, "application/json", &body).status,
            201
        );
    }

    fn heard(&self, token: &str, request: &CaseRequest) -> Heard {
        let body = request.to_body().unwrap();
        post(&self.server, CASES_PATH, token, "application/json", &body)
    }

    fn ask(&self, request: &CaseRequest) -> CaseReply {
        let heard = self.heard(&self.token, request);
        assert_eq!((heard.status, &*heard.media_type), (200, "application/json"));
        CaseReply::from_body(&heard.body).unwrap()
    }

    /// The one case that is known.
    fn known(&self, request: &CaseRequest) -> CaseReport {
        match self.ask(request) {
            CaseReply::Known(mut reports) if reports.len() == 1 => reports.remove(0),
            other => panic!("{other:?}"),
        }
    }

    fn change(&self, number: u8, state: Option<CaseState>, letter: Option<SealedLetter>) -> Result<(), CaseError> {
        let change = CaseChange {
            submission_id: id(number),
            state,
            letter,
        };
        change_case(self.folder.path(), change)
    }

    /// What the command says, and whether it went well.
    fn fleet(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_fleet"))
            .args(arguments)
            .arg("--data")
            .arg(self.folder.path())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    }
}

fn states(report: &CaseReport) -> Vec<CaseState> {
    report.states.iter().map(|told| told.state).collect()
}

fn sealed(number: u8) -> SealedLetter {
    let letter = Letter {
        title: "Ihr Antrag".into(),
        issued_at: 1_795_305_600,
        issuer: "Stadt Musterstadt".into(),
        blocks: vec![LetterBlock::Paragraph("Bitte bringen Sie die Urkunde mit.".into())],
    };
    let keys = CaseKeys::from_code(&code(number)).unwrap();
    keys.seal_letter(id(number), &letter, [7; 12]).unwrap()
}

#[test]
fn a_citizen_follows_a_case_to_its_answer() {
    let world = world();
    world.file(1);
    let report = world.known(&by_code(1));
    assert_eq!(report.submission_id, id(1));
    assert_eq!(report.service.as_deref(), Some("wohnsitz"));
    assert_eq!(
        (states(&report), report.withdrawable),
        (vec![CaseState::Received], true)
    );
    let path = world.folder.path().join("letter.jwe");
    std::fs::write(&path, format!("{}\n", sealed(1).as_str())).unwrap();
    let case = id(1).to_string();
    let (done, list) = world.fleet(&["cases", "--open"]);
    assert!(
        done && list.starts_with(&format!("{case}  wohnsitz  filed 2026-11-22 ")),
        "{list}"
    );
    assert!(list.contains("  received since "), "{list}");
    let (done, body) = world.fleet(&["envelope", &case]);
    assert!(done);
    let kept = Envelope {
        follow_up: None,
        ..envelope(1)
    };
    assert_eq!(
        body.as_bytes(),
        kept.to_body().unwrap(),
        "the envelope and nothing else"
    );
    assert_eq!(world.known(&by_code(1)).state(), Some(CaseState::OnItsWay));
    assert_eq!(world.fleet(&["state", &case, "in_work"]), (true, String::new()));
    let letter = ["letter", &case, path.to_str().unwrap(), "--state", "answered"];
    assert_eq!(world.fleet(&letter), (true, String::new()));
    let report = world.known(&by_code(1));
    let expected = [
        CaseState::Received,
        CaseState::OnItsWay,
        CaseState::InWork,
        CaseState::Answered,
    ];
    assert_eq!((states(&report), report.withdrawable), (expected.to_vec(), false));
    assert_eq!(report.letters, [sealed(1)], "byte for byte");
    let keys = CaseKeys::from_code(&code(1)).unwrap();
    let opened = keys.open_letter(id(1), &report.letters[0]).unwrap();
    assert_eq!(opened.title.expose(), "Ihr Antrag");
    assert_eq!(world.fleet(&["cases", "--open"]), (true, "no cases\n".to_owned()));
    let (_, list) = world.fleet(&["cases"]);
    assert!(
        list.ends_with("  1 letter\n") && list.contains("  answered since "),
        "{list}"
    );
}

#[test]
fn a_card_lists_its_cases_without_letters() {
    let world = world();
    assert_eq!(world.ask(&by_card(7)), CaseReply::Unknown);
    world.file(1);
    world.file(2);
    world.change(1, Some(CaseState::Answered), Some(sealed(1))).unwrap();
    let CaseReply::Known(reports) = world.ask(&by_card(7)) else {
        panic!()
    };
    let ids: Vec<Uuid> = reports.iter().map(|report| report.submission_id).collect();
    assert_eq!(ids, [id(2), id(1)]);
    assert!(reports.iter().all(|report| report.letters.is_empty()));
    let code = &envelope(1).follow_up.unwrap().card.unwrap().code;
    assert!(reports.iter().all(|report| report.card_code.as_ref() == Some(code)));
}

#[test]
fn a_case_is_taken_back_once_and_then_it_is_nobody_s() {
    let world = world();
    world.file(1);
    world.file(2);
    let mixed = CaseRequest::Withdraw {
        lookup: lookup(1),
        submission_id: id(2),
    };
    assert_eq!(world.ask(&mixed), CaseReply::Unknown);
    let report = world.known(&take_back(1));
    assert_eq!(states(&report), [CaseState::Received, CaseState::Withdrawn]);
    assert!(!report.withdrawable);
    assert_eq!(world.known(&take_back(1)), report, "asked again, it says the same");
    assert_eq!(world.known(&by_code(1)), report);
    let refused = |done: Result<(), CaseError>| {
        matches!(
            done,
            Err(CaseError::Refused {
                source: Refused::Withdrawn,
                ..
            })
        )
    };
    assert!(refused(world.change(1, Some(CaseState::InWork), None)));
    assert!(refused(world.change(1, None, Some(sealed(1)))));
    assert!(refused(fetch_case(world.folder.path(), id(1)).map(drop)));
    let (done, said) = world.fleet(&["state", &id(1).to_string(), "in_work"]);
    assert!(!done && said.contains("the citizen has withdrawn it"), "{said}");
    world.change(2, Some(CaseState::InWork), None).unwrap();
    assert_eq!(world.ask(&take_back(2)), CaseReply::TooLate);
    assert_eq!(world.known(&by_code(2)).state(), Some(CaseState::InWork));
}

#[test]
fn guessing_is_slow_and_the_limit_answers_all_alike() {
    let world = world();
    world.file(1);
    for number in 0..TERMINAL_MISS_BURST {
        let guess = CaseRequest::ByCode {
            lookup: CaseLookup::from_bytes([u8::try_from(number).unwrap(); 32]),
        };
        assert_eq!(world.ask(&guess), CaseReply::Unknown);
    }
    let CaseReply::Later { retry_after_s } = world.ask(&by_code(9)) else {
        panic!()
    };
    assert!((1..=61).contains(&retry_after_s), "{retry_after_s}");
    // Beyond the limit the right code is answered no otherwise, and nothing is withdrawn.
    assert!(matches!(world.ask(&by_code(1)), CaseReply::Later { .. }));
    assert!(matches!(world.ask(&take_back(1)), CaseReply::Later { .. }));
    assert_eq!(world.ask(&by_card(1)), CaseReply::Unknown, "a card is no guess");
    // Another terminal has its own share.
    let other = enrol(world.folder.path(), "kiosk-2", IfKnown::Refuse).unwrap().reveal();
    let heard = world.heard(&other, &by_code(1));
    let CaseReply::Known(reports) = CaseReply::from_body(&heard.body).unwrap() else {
        panic!()
    };
    assert_eq!(states(&reports[0]), [CaseState::Received]);
}

#[test]
fn who_finds_something_may_ask_on_up_to_a_limit() {
    let world = world();
    world.file(1);
    for _ in 0..TERMINAL_BURST {
        assert!(matches!(world.ask(&by_code(1)), CaseReply::Known(_)));
    }
    assert!(matches!(world.ask(&by_code(1)), CaseReply::Later { .. }));
}

#[test]
fn hostile_requests_are_refused_as_problems() {
    let world = world();
    world.file(1);
    let good = by_code(1).to_body().unwrap();
    let json = "application/json";
    let pattern = br#"{"by_code":{"lookup":"%"}}"#;
    let large = vec![b' '; REQUEST_BYTES_MAX + 1];
    for (kind, token, media_type, body) in [
        (ProblemKind::UnknownTerminal, "", json, &good[..]),
        (ProblemKind::UnknownTerminal, &world.token[1..], json, &good),
        (ProblemKind::MediaType, &world.token, "text/plain", &good),
        (ProblemKind::Malformed, &world.token, json, b""),
        (ProblemKind::Malformed, &world.token, json, pattern),
        (ProblemKind::Malformed, &world.token, json, br#"{"all":{}}"#),
        (ProblemKind::Malformed, &world.token, json, &[0xff; 100]),
        (ProblemKind::TooLarge, &world.token, json, &large),
    ] {
        let heard = post(&world.server, CASES_PATH, token, media_type, body);
        let problem = heard.problem();
        assert_eq!((heard.status, problem.uri.as_str()), (kind.status(), kind.uri()));
    }
    // None of these counted as a guess.
    assert!(matches!(world.ask(&by_code(1)), CaseReply::Known(_)));
    withdraw(world.folder.path(), "kiosk-1").unwrap();
    assert_eq!(world.heard(&world.token, &by_code(1)).status, 401);
}

#[test]
fn slips_of_staff_are_told() {
    let world = world();
    world.file(1);
    let case = id(1).to_string();
    let fails = |arguments: &[&str], why: &str| {
        let (done, said) = world.fleet(arguments);
        assert!(!done && said.contains(why), "{said}");
    };
    fails(&["envelope", &id(9).to_string()], "there is no submission 01920000-");
    fails(&["state", &case, "received"], "is no STATE");
    let nowhere = world.folder.path().join("nowhere");
    fails(&["letter", &case, nowhere.to_str().unwrap()], "reading the letter");
    std::fs::write(&nowhere, "Mustermann").unwrap();
    let (done, said) = world.fleet(&["letter", &case, nowhere.to_str().unwrap()]);
    assert!(
        !done && said.contains("holds no sealed letter") && !said.contains("Muster"),
        "{said}"
    );
    world.change(1, Some(CaseState::InWork), None).unwrap();
    fails(&["state", &case, "on_its_way"], "on_its_way can't follow in_work");
    fails(&["state", &case, "in_work"], "it stands so already");
    let wrong = world.folder.path().join("typo");
    let output = Command::new(env!("CARGO_BIN_EXE_fleet"))
        .args(["cases", "--data"])
        .arg(&wrong)
        .output()
        .unwrap();
    assert!(!output.status.success() && !wrong.exists());
}

//! From the agent's socket to the backend and back, over real sockets and HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    reason = "a test's helpers may panic, too"
)]
mod common;
use agent::{Config, Control};
use common::{QUICK, enrol, envelope, free_port, start_fleet, wait_until};
use outbox::Outbox;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use uuid::Uuid;
use wire::case_status::{CaseAnswer, CaseLookup, CaseReply, CaseReport, CaseRequest, CaseState, SealedCode};
use wire::{CardFollowUp, Envelope, FollowUp};

struct Agent {
    control: Control,
    socket: PathBuf,
    thread: JoinHandle<()>,
}

impl Agent {
    fn start(url: String, token: agent::Token, folder: &Path) -> Self {
        let socket = folder.join("agent.sock");
        let mut config = Config::new(url, token, folder.join("outbox.db"));
        config.socket = Some(socket.clone());
        config.backoff = QUICK;
        let control = Control::default();
        let theirs = control.clone();
        let thread = std::thread::spawn(move || {
            agent::run(&config, &theirs, &mut StdRng::seed_from_u64(1), |_| {}).unwrap();
        });
        wait_until(|| socket.exists());
        Self {
            control,
            socket,
            thread,
        }
    }

    fn line(&self, line: &str) -> Vec<u8> {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        stream.write_all(line.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }

    fn ask(&self, request: &CaseRequest) -> CaseAnswer {
        let question = String::from_utf8(request.to_body().unwrap()).unwrap();
        let answer = self.line(&format!("cases {question}\n"));
        CaseAnswer::from_line(answer.strip_suffix(b"\n").unwrap()).unwrap()
    }

    fn reports(&self, request: &CaseRequest) -> Vec<CaseReport> {
        match self.ask(request) {
            CaseAnswer::Heard(CaseReply::Known(reports)) => reports,
            other => panic!("{other:?}"),
        }
    }

    fn stop(self) {
        self.control.stop();
        self.thread.join().unwrap();
    }
}

fn code(number: u8) -> CaseLookup {
    CaseLookup::from_bytes([number; 32])
}

fn card() -> CaseLookup {
    CaseLookup::from_bytes([0xcc; 32])
}

fn by_code(number: u8) -> CaseRequest {
    CaseRequest::ByCode { lookup: code(number) }
}

/// A case of our citizen, filed with her card.
fn case(number: u8) -> Envelope {
    Envelope {
        follow_up: Some(FollowUp {
            service: "wohnsitz".into(),
            case_lookup: code(number),
            receipt: None,
            fee: None,
            card: Some(CardFollowUp {
                lookup: card(),
                code: SealedCode::parse("AA..AA.AAAA.AA").unwrap(),
            }),
        }),
        ..envelope(u64::from(number))
    }
}

fn told(reports: &[CaseReport]) -> Vec<(Uuid, CaseState)> {
    reports
        .iter()
        .map(|report| (report.submission_id, report.state().unwrap()))
        .collect()
}

#[test]
fn a_question_goes_to_the_backend_and_its_answer_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    outbox.file(&case(1)).unwrap();
    let agent = Agent::start(fleet.base_url(), token, folder.path());
    wait_until(|| outbox.counts().unwrap().delivered == 1);
    assert_eq!(
        told(&agent.reports(&by_code(1))),
        [(case(1).submission_id, CaseState::Received)]
    );
    assert_eq!(agent.ask(&by_code(2)), CaseAnswer::Heard(CaseReply::Unknown));
    let withdraw = |number| CaseRequest::Withdraw {
        lookup: code(1),
        submission_id: case(number).submission_id,
    };
    assert_eq!(agent.ask(&withdraw(2)), CaseAnswer::Heard(CaseReply::Unknown));
    assert_eq!(
        told(&agent.reports(&withdraw(1))),
        [(case(1).submission_id, CaseState::Withdrawn)]
    );
    // Nothing of question or answer lies on the terminal's disk.
    let lookup = "01".repeat(32);
    for entry in std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(11).any(|window| window == b"\"withdrawn\""), "{path:?}");
            let copies = bytes
                .windows(lookup.len())
                .filter(|window| *window == lookup.as_bytes());
            // The write-ahead log may still hold the envelope that was filed; the answer was never there.
            assert!(
                copies.count() == 0 || path.to_string_lossy().ends_with("-wal"),
                "{path:?}"
            );
        }
    }
    agent.stop();
}

#[test]
fn a_case_that_waits_here_is_told_without_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let (address, url) = (fleet.address(), fleet.base_url());
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    outbox.file(&case(1)).unwrap();
    let agent = Agent::start(url, token, folder.path());
    wait_until(|| outbox.counts().unwrap().delivered == 1);
    fleet.stop().unwrap();
    outbox.file(&case(2)).unwrap();

    let waiting = agent.reports(&by_code(2));
    assert_eq!(told(&waiting), [(case(2).submission_id, CaseState::WaitingHere)]);
    assert_eq!((waiting[0].withdrawable, waiting[0].card_code.is_some()), (true, false));
    assert_eq!(waiting[0].service.as_deref(), Some("wohnsitz"));
    assert_eq!(agent.ask(&by_code(1)), CaseAnswer::Unreachable, "nobody knows here");
    assert_eq!(agent.ask(&by_code(3)), CaseAnswer::Unreachable);
    let by_card = CaseRequest::ByCard { lookup: card() };
    let waiting = agent.reports(&by_card);
    assert_eq!(told(&waiting), [(case(2).submission_id, CaseState::WaitingHere)]);
    assert!(waiting[0].card_code.is_some());

    let fleet = start_fleet(&data, address);
    wait_until(|| outbox.counts().unwrap().delivered == 2);
    let both = [
        (case(2).submission_id, CaseState::Received),
        (case(1).submission_id, CaseState::Received),
    ];
    assert_eq!(told(&agent.reports(&by_card)), both);
    agent.stop();
    drop(fleet);
}

#[test]
fn a_backend_that_says_nothing_or_nonsense_is_nobody_and_delays_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let token = enrol(&folder.path().join("data"));
    let listener = TcpListener::bind(free_port()).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // A portal for the first question, a foreign reply for the second, silence for all others and for envelopes.
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        let mut answers = ["<html>Welcome</html>", "{\"known\":[]}"].into_iter();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4];
            if stream.peek(&mut head).is_ok()
                && head == *b"POST"
                && let Some(answer) = answers.next()
            {
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    answer.len()
                );
                let _ = stream.write_all(format!("{head}{answer}").as_bytes());
            }
            silent.push(stream);
        }
    });
    let agent = Agent::start(url, token, folder.path());
    assert_eq!(agent.ask(&by_code(1)), CaseAnswer::Unreachable);
    assert_eq!(agent.ask(&by_code(1)), CaseAnswer::Unreachable);
    #[allow(clippy::disallowed_methods, reason = "the test measures")]
    let began = Instant::now();
    let socket = agent.socket.clone();
    let asking = std::thread::spawn(move || {
        let mut stream = UnixStream::connect(&socket).unwrap();
        let question = String::from_utf8(by_code(1).to_body().unwrap()).unwrap();
        stream.write_all(format!("cases {question}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    for _ in 0..5 {
        assert_eq!(agent.line("nudge\n"), b"ok\n");
    }
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "the kiosk waited for the question"
    );
    assert_eq!(asking.join().unwrap(), "\"unreachable\"\n");
    let patience = agent::CASE_PATIENCE;
    assert!((patience..patience + Duration::from_secs(4)).contains(&began.elapsed()));
    agent.control.stop(); // not waited for: the courier's request has a minute
}

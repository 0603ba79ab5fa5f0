//! Withdrawing what still lies in the terminal: over real sockets and HTTP, with the line down, up and in between.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test's helpers may panic, too"
)]
mod common;
use agent::Control;
use common::{Line, QUICK, enrol, envelope, free_port, start_fleet, stored, wait_until};
use outbox::Outbox;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use uuid::Uuid;
use wire::case_status::{CaseAnswer, CaseLookup, CaseReply, CaseReport, CaseRequest, CaseState};
use wire::{Envelope, FollowUp};

struct Agent {
    control: Control,
    socket: PathBuf,
    thread: JoinHandle<()>,
}

impl Agent {
    fn start(url: String, token: agent::Token, folder: &Path) -> Self {
        let socket = folder.join("agent.sock");
        let mut config = agent::Config::new(url, token, folder.join("outbox.db"));
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

    fn ask(&self, request: &CaseRequest) -> CaseAnswer {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        let question = String::from_utf8(request.to_body().unwrap()).unwrap();
        stream.write_all(format!("cases {question}\n").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        CaseAnswer::from_line(answer.strip_suffix(b"\n").unwrap()).unwrap()
    }

    fn stop(self) {
        self.control.stop();
        self.thread.join().unwrap();
    }
}

fn code(number: u64) -> CaseLookup {
    let mut bytes = [0xcd; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    CaseLookup::from_bytes(bytes)
}

fn by_code(number: u64) -> CaseRequest {
    CaseRequest::ByCode { lookup: code(number) }
}

fn withdraw(number: u64) -> CaseRequest {
    CaseRequest::Withdraw {
        lookup: code(number),
        submission_id: id(number),
    }
}

fn id(number: u64) -> Uuid {
    envelope(number).submission_id
}

fn case(number: u64) -> Envelope {
    Envelope {
        follow_up: Some(FollowUp {
            service: "wohnsitz".into(),
            case_lookup: code(number),
            card: None,
            receipt: None,
            fee: None,
        }),
        ..envelope(number)
    }
}

/// The one case that is told.
fn report(answer: CaseAnswer) -> CaseReport {
    match answer {
        CaseAnswer::Heard(CaseReply::Known(mut reports)) if reports.len() == 1 => reports.remove(0),
        other => panic!("{other:?}"),
    }
}

fn states(report: &CaseReport) -> Vec<CaseState> {
    report.states.iter().map(|state| state.state).collect()
}

#[test]
fn with_the_line_down_a_case_is_taken_back_and_the_backend_never_hears_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let (address, url) = (fleet.address(), fleet.base_url());
    fleet.stop().unwrap();
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    let agent = Agent::start(url, token, folder.path());
    (1..=3).for_each(|number| outbox.file(&case(number)).unwrap());
    // The courier tries, and knocks at a closed door.
    agent.control.nudge();
    wait_until(|| agent.ask(&by_code(9)) == CaseAnswer::Unreachable);
    assert!(report(agent.ask(&by_code(1))).withdrawable);

    let taken = report(agent.ask(&withdraw(1)));
    assert_eq!(states(&taken), [CaseState::WaitingHere, CaseState::Withdrawn]);
    assert!(!taken.withdrawable && taken.service.as_deref() == Some("wohnsitz"));
    assert_eq!(report(agent.ask(&withdraw(1))), taken, "again, and the same");
    assert_eq!(report(agent.ask(&by_code(1))), taken, "the code still tells it");
    // Neither with another code nor another case.
    let mixed = CaseRequest::Withdraw {
        lookup: code(2),
        submission_id: id(3),
    };
    assert_eq!(agent.ask(&mixed), CaseAnswer::Unreachable);
    assert_eq!(outbox.counts().unwrap().waiting, 2);

    let fleet = start_fleet(&data, address);
    wait_until(|| outbox.counts().unwrap().delivered == 2);
    let (count, bodies) = stored(&data, [id(1), id(2), id(3)]);
    assert_eq!((count, bodies[0].is_some()), (2, false));
    assert_eq!(report(agent.ask(&by_code(1))), taken, "with the line up, too");
    // The others are the backend's by now.
    let taken = report(agent.ask(&withdraw(2)));
    assert_eq!(states(&taken), [CaseState::Received, CaseState::Withdrawn]);
    agent.stop();
    drop(fleet);
}

#[test]
fn an_outage_sets_nothing_out() {
    let folder = tempfile::tempdir().unwrap();
    let token = enrol(&folder.path().join("data"));
    // Somebody takes each connection and says nothing.
    let listener = TcpListener::bind(free_port()).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (tell, tried) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut method = [0; 4];
            let heard = stream.unwrap().read_exact(&mut method);
            if heard.is_err() || tell.send(method).is_err() {
                return;
            }
        }
    });
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    (1..=3).for_each(|number| outbox.file(&case(number)).unwrap());
    let agent = Agent::start(url, token, folder.path());
    for _ in 0..20 {
        assert_eq!(tried.recv().unwrap(), *b"GET ", "nothing of a case leaves");
    }
    for number in 1..=3 {
        assert!(report(agent.ask(&by_code(number))).withdrawable);
        assert_eq!(report(agent.ask(&withdraw(number))).state(), Some(CaseState::Withdrawn));
    }
    assert_eq!(outbox.counts().unwrap().waiting, 0);
    agent.stop();
}

/// A line that holds back each envelope, before the backend gets it or after, until it is let go.
struct Sluice {
    url: String,
    arrived: Receiver<()>,
    let_go: Sender<()>,
}

fn sluice(backend: SocketAddr, before: bool) -> Sluice {
    let listener = TcpListener::bind(free_port()).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (arrive, arrived) = channel();
    let (let_go, gate) = channel::<()>();
    let gate = std::sync::Arc::new(std::sync::Mutex::new(gate));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (arrive, gate) = (arrive.clone(), gate.clone());
            std::thread::spawn(move || pass(stream.unwrap(), backend, before, &arrive, &gate));
        }
    });
    Sluice { url, arrived, let_go }
}

/// One request and its answer, and no more on this connection.
fn pass(
    stream: TcpStream,
    backend: SocketAddr,
    before: bool,
    arrive: &Sender<()>,
    gate: &std::sync::Mutex<Receiver<()>>,
) -> Option<()> {
    let request = read_request(&stream)?;
    let hold = || {
        if request.starts_with(b"PUT") {
            arrive.send(()).unwrap();
            let _ = gate.lock().unwrap().recv();
        }
    };
    if before {
        hold();
    }
    let mut there = TcpStream::connect(backend).ok()?;
    there.write_all(&request).ok()?;
    let mut answer = Vec::new();
    there.read_to_end(&mut answer).ok()?;
    if !before {
        hold();
    }
    (&stream).write_all(&answer).ok()
}

/// A request with `Connection: close` put in, so that its answer ends with the connection.
fn read_request(stream: &TcpStream) -> Option<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let start = head.len();
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
        let line = head[start..].to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let head = head.strip_suffix("\r\n")?;
    Some([format!("{head}Connection: close\r\n\r\n").as_bytes(), &body].concat())
}

#[test]
fn what_is_being_sent_is_withdrawn_at_the_backend_or_not_at_all() {
    for before in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let token = enrol(&data);
        let fleet = start_fleet(&data, free_port());
        let line = sluice(fleet.address(), before);
        let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
        outbox.file(&case(1)).unwrap();
        let agent = Agent::start(line.url, token, folder.path());
        line.arrived.recv().unwrap();
        let answer = agent.ask(&withdraw(1));
        if before {
            // It is out, and the backend doesn't know it yet: nobody may say that it is withdrawn, or unknown.
            assert_eq!(answer, CaseAnswer::Unreachable);
            let waiting = report(agent.ask(&by_code(1)));
            assert_eq!(
                (states(&waiting), waiting.withdrawable),
                (vec![CaseState::WaitingHere], false)
            );
        } else {
            assert_eq!(states(&report(answer)), [CaseState::Received, CaseState::Withdrawn]);
        }
        line.let_go.send(()).unwrap();
        wait_until(|| outbox.counts().unwrap().delivered == 1);
        let state = if before {
            CaseState::Received
        } else {
            CaseState::Withdrawn
        };
        assert_eq!(report(agent.ask(&by_code(1))).state(), Some(state));
        assert_eq!(report(agent.ask(&withdraw(1))).state(), Some(CaseState::Withdrawn));
        agent.stop();
        drop(fleet);
    }
}

/// Citizens withdraw while the courier carries over a bad line. What each hears is true in the end.
#[test]
fn whatever_the_line_does_what_a_citizen_hears_holds() {
    const CASES: u64 = 150;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let line = Line::start(fleet.address(), 20_261_201, 40);
    let mut kiosk = Outbox::open(folder.path().join("outbox.db")).unwrap();
    let agent = Agent::start(line.url.clone(), token, folder.path());
    let mut told = Vec::new();
    for number in 1..=CASES {
        kiosk.file(&case(number)).unwrap();
        if number % 3 == 0 {
            agent.control.nudge();
        }
        told.push((number, agent.ask(&withdraw(number))));
    }
    wait_until(|| kiosk.counts().unwrap().waiting == 0);
    let (mut here, mut there, mut not) = (0, 0, 0);
    for (number, answer) in told {
        let lies_there = stored(&data, [id(number)]).1[0].is_some();
        match answer {
            CaseAnswer::Heard(CaseReply::Known(reports)) => {
                assert_eq!(reports[0].state(), Some(CaseState::Withdrawn));
                let never_left = reports[0].states[0].state == CaseState::WaitingHere;
                assert_eq!(never_left, !lies_there, "{number}");
                *(if never_left { &mut here } else { &mut there }) += 1;
                if lies_there {
                    let refused = fleet::fetch_case(&data, id(number)).unwrap_err();
                    assert!(refused.to_string().contains("left as it is"), "{refused}");
                }
            }
            CaseAnswer::Unreachable | CaseAnswer::Heard(CaseReply::Later { .. }) => {
                assert!(lies_there && fleet::fetch_case(&data, id(number)).is_ok(), "{number}");
                not += 1;
            }
            other => panic!("{number}: {other:?}"),
        }
    }
    assert!(here > 5, "withdrawn: {here} here, {there} there, {not} not");
    agent.stop();
    drop(fleet);
}

//! A backend, a line to it that misbehaves, and a courier between outbox and line.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::wildcard_enum_match_arm,
    reason = "each test takes what it needs"
)]
use agent::{AgentError, Backoff, Config, Control, State, Token};
use fleet::Running;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use store::{IfKnown, SqliteStore, Store};
use uuid::Uuid;
use wire::Envelope;

pub const QUICK: Backoff = Backoff { base_ms: 1, cap_ms: 20 };

pub fn envelope(number: u64) -> Envelope {
    Envelope {
        submission_id: Uuid::from_u128((0x0192_0000_0000_7000_8000u128 << 48) | u128::from(number)),
        destination_id: "9f6bb611-df46-494a-9a98-a253f1362dc7".parse().unwrap(),
        leika: "99115001060000".into(),
        service_version: "1.0.0".into(),
        filed_at: 1_795_305_600,
        encrypted_data: format!("eyJh.a2V5.aXY.{}.dGFn", "Y3Q".repeat(400)),
        follow_up: None,
    }
}

pub fn start_fleet(data: &Path, listen: SocketAddr) -> Running {
    Running::start(fleet::Config {
        data: data.to_owned(),
        listen,
    })
    .unwrap()
}

pub fn enrol(data: &Path) -> Token {
    Token::new(&fleet::enrol(data, "kiosk", IfKnown::Replace).unwrap().reveal()).unwrap()
}

pub fn free_port() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// Bodies of these submissions as the store has them, and how many there are in all.
pub fn stored(data: &Path, ids: impl IntoIterator<Item = Uuid>) -> (u64, Vec<Option<Vec<u8>>>) {
    let store = SqliteStore::open(data).unwrap();
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(async {
            let mut bodies = Vec::new();
            for id in ids {
                bodies.push(store.submission(id).await.unwrap().map(|submission| submission.body));
            }
            (store.submission_count().await.unwrap(), bodies)
        })
}

/// Looks ten times a second, for at most two minutes.
pub fn wait_until(mut fulfilled: impl FnMut() -> bool) {
    for _ in 0..1200 {
        if fulfilled() {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(100));
    }
    panic!("did not come about");
}

/// A courier on a thread of its own.
pub struct Courier {
    pub control: Control,
    pub states: Receiver<State>,
    thread: JoinHandle<Result<(), AgentError>>,
}

impl Courier {
    pub fn start(url: String, token: Token, outbox: PathBuf) -> Self {
        let mut config = Config::new(url, token, outbox);
        config.backoff = QUICK;
        let control = Control::default();
        let (tell, states) = channel();
        let theirs = control.clone();
        let thread = std::thread::spawn(move || {
            let mut rng = StdRng::seed_from_u64(1);
            agent::run(&config, &theirs, &mut rng, |state| {
                let _ = tell.send(state);
            })
        });
        Self {
            control,
            states,
            thread,
        }
    }

    /// Waits for a state, at most a minute.
    pub fn wait_for(&self, wanted: impl Fn(&State) -> bool) -> State {
        loop {
            let state = self
                .states
                .recv_timeout(Duration::from_secs(60))
                .expect("the state did not come");
            if wanted(&state) {
                return state;
            }
        }
    }

    pub fn stop(self) {
        self.control.stop();
        self.thread.join().unwrap().unwrap();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    None,
    /// The connection is cut before the request got through.
    RequestLost,
    /// The backend answers, and the answer is lost.
    AnswerLost,
    /// Half of the answer arrives.
    AnswerTorn,
    /// The backend gets the request twice; its second answer arrives.
    RequestDoubled,
    /// The answer to an earlier request arrives instead.
    AnswerOfBefore,
    /// The answer comes late.
    AnswerLate,
    /// 500 although the backend stored it.
    ErrorAfterStoring,
    /// 503 and the backend saw nothing.
    Unavailable,
    /// 429 with Retry-After.
    TooMany,
    /// A captive portal's page.
    Portal,
    /// A firewall's 400.
    Blocked,
}

const FAULTS: [Fault; 11] = [
    Fault::RequestLost,
    Fault::AnswerLost,
    Fault::AnswerTorn,
    Fault::RequestDoubled,
    Fault::AnswerOfBefore,
    Fault::AnswerLate,
    Fault::ErrorAfterStoring,
    Fault::Unavailable,
    Fault::TooMany,
    Fault::Portal,
    Fault::Blocked,
];

/// A line to the backend that misbehaves by seed.
pub struct Line {
    pub url: String,
    pub seen: Arc<Mutex<BTreeMap<Fault, u32>>>,
}

struct Weather {
    rng: StdRng,
    faults_percent: u64,
    last_answer: Vec<u8>,
}

impl Line {
    pub fn start(backend: SocketAddr, seed: u64, faults_percent: u64) -> Self {
        let listener = TcpListener::bind(free_port()).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(BTreeMap::new()));
        let counted = Arc::clone(&seen);
        let rng = StdRng::seed_from_u64(seed);
        let weather = Arc::new(Mutex::new(Weather {
            rng,
            faults_percent,
            last_answer: Vec::new(),
        }));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (weather, counted) = (Arc::clone(&weather), Arc::clone(&counted));
                std::thread::spawn(move || serve(&stream.unwrap(), backend, &weather, &counted));
            }
        });
        Self { url, seen }
    }
}

fn serve(
    stream: &TcpStream,
    backend: SocketAddr,
    weather: &Mutex<Weather>,
    counted: &Mutex<BTreeMap<Fault, u32>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let request = read_message(&mut reader)?;
        let fault = {
            let mut weather = weather.lock().unwrap();
            let bad = request.starts_with(b"PUT") && weather.rng.next_u64() % 100 < weather.faults_percent;
            let which = weather.rng.next_u64() as usize % FAULTS.len();
            if bad { FAULTS[which] } else { Fault::None }
        };
        *counted.lock().unwrap().entry(fault).or_default() += 1;
        let answer = match fault {
            Fault::RequestLost => return cut(stream),
            Fault::Unavailable => canned("503 Service Unavailable", "", "away"),
            Fault::TooMany => canned("429 Too Many Requests", "Retry-After: 1\r\n", ""),
            Fault::Portal => canned("200 OK", "", "<html>Welcome to the town's WLAN</html>"),
            Fault::Blocked => canned("400 Bad Request", "", "<html>Blocked</html>"),
            _ => forward(backend, &request)?,
        };
        let before = core::mem::replace(&mut weather.lock().unwrap().last_answer, answer.clone());
        let answer = match fault {
            Fault::AnswerLost => return cut(stream),
            Fault::AnswerTorn => {
                (&*stream).write_all(&answer[..answer.len() / 2]).ok()?;
                return cut(stream);
            }
            Fault::RequestDoubled => forward(backend, &request)?,
            Fault::AnswerOfBefore if !before.is_empty() => before,
            Fault::AnswerLate => {
                std::thread::park_timeout(Duration::from_millis(30));
                answer
            }
            Fault::ErrorAfterStoring => canned("500 Internal Server Error", "", "oops"),
            _ => answer,
        };
        (&*stream).write_all(&answer).ok()?;
    }
}

fn cut(stream: &TcpStream) -> Option<()> {
    let _ = stream.shutdown(Shutdown::Both);
    None
}

fn canned(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub fn forward(backend: SocketAddr, request: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(backend).ok()?;
    stream.write_all(request).ok()?;
    read_message(&mut BufReader::new(stream))
}

/// One HTTP/1.1 message with a Content-Length, as it came.
pub fn read_message(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    let mut length = 0;
    loop {
        let start = message.len();
        if reader.read_until(b'\n', &mut message).ok()? == 0 {
            return None;
        }
        let line = String::from_utf8_lossy(&message[start..]).to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let head = message.len();
    message.resize(head + length, 0);
    reader.read_exact(&mut message[head..]).ok()?;
    Some(message)
}

//! Waiting numbers from the agent's socket to the backend and back, over real sockets and HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test's helpers may panic, too"
)]
mod common;
use agent::{Config, Control, NUMBER_PATIENCE};
use common::{QUICK, enrol, forward, free_port, read_message, start_fleet, wait_until};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::Waiting;
use wire::queue::{NumberAnswer, Queue};

struct Agent {
    control: Control,
    socket: PathBuf,
}

impl Agent {
    fn start(url: String, token: agent::Token, folder: &Path) -> Self {
        let socket = folder.join("agent.sock");
        let mut config = Config::new(url, token, folder.join("outbox.db"));
        config.socket = Some(socket.clone());
        config.backoff = QUICK;
        let control = Control::default();
        let theirs = control.clone();
        std::thread::spawn(move || {
            agent::run(&config, &theirs, &mut StdRng::seed_from_u64(1), |_| {}).unwrap();
        });
        wait_until(|| socket.exists());
        Self { control, socket }
    }

    fn draw(&self, letter: char) -> NumberAnswer {
        let mut answer = ask(&self.socket, &format!("number {letter}\n"));
        assert_eq!(answer.pop(), Some(b'\n'));
        NumberAnswer::from_line(&answer).unwrap()
    }

    /// `A17`, and how many wait before it.
    fn number(&self, letter: char) -> (String, u32) {
        match self.draw(letter) {
            NumberAnswer::Drawn(number) => (number.text(), number.ahead),
            NumberAnswer::Unreachable => panic!(),
        }
    }
}

impl Drop for Agent {
    /// Not waited for: the courier's request may have a minute.
    fn drop(&mut self) {
        self.control.stop();
    }
}

fn ask(socket: &Path, line: &str) -> Vec<u8> {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.write_all(line.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// How many wait for `A` at the backend.
fn waiting(data: &Path) -> u32 {
    let hall = fleet::show_hall(data).unwrap();
    let of_a = |queue: &&Waiting| queue.queue.letter() == 'A';
    hall.waiting.iter().find(of_a).map_or(0, |queue| queue.count)
}

/// A line to the backend that loses the answers to the first draws. The second value counts all draws.
fn lossy(backend: SocketAddr, lost: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(free_port()).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let draws = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&draws);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, counted) = (stream.unwrap(), Arc::clone(&counted));
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                while let Some(request) = read_message(&mut reader) {
                    let answer = forward(backend, &request).unwrap();
                    let is_draw = request.starts_with(b"POST /v1/numbers");
                    if is_draw && counted.fetch_add(1, Ordering::SeqCst) < lost {
                        return;
                    }
                    stream.write_all(&answer).unwrap();
                }
            });
        }
    });
    (url, draws)
}

#[test]
fn a_number_comes_from_the_backend_and_nothing_of_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let agent = Agent::start(fleet.base_url(), token, folder.path());
    let number = |text: &str, ahead| (text.to_owned(), ahead);
    assert_eq!(agent.number('A'), number("A1", 0));
    assert_eq!(agent.number('A'), number("A2", 1));
    assert_eq!(agent.number('Q'), number("Q1", 0));
    fleet::call_next(&data, Queue::new('A').unwrap(), None)
        .unwrap()
        .unwrap();
    assert_eq!(agent.number('A'), number("A3", 1));
    for wrong in ["number\n", "number a\n", "number AA\n"] {
        assert_eq!(ask(&agent.socket, wrong), b"what?\n");
    }
    assert_eq!(waiting(&data), 2);
}

#[test]
fn a_draw_whose_answer_is_lost_is_drawn_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let (url, draws) = lossy(fleet.address(), 1);
    let agent = Agent::start(url, token, folder.path());
    assert_eq!(agent.number('A'), ("A1".to_owned(), 0));
    assert_eq!((draws.load(Ordering::SeqCst), waiting(&data)), (2, 1));
    assert_eq!(agent.number('A'), ("A2".to_owned(), 1));
    assert_eq!(draws.load(Ordering::SeqCst), 3);
}

#[test]
fn after_two_tries_nobody_is_kept_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let (url, draws) = lossy(fleet.address(), 2);
    let agent = Agent::start(url, token, folder.path());
    assert_eq!(agent.draw('A'), NumberAnswer::Unreachable);
    assert_eq!(draws.load(Ordering::SeqCst), 2);
}

#[test]
fn a_terminal_that_is_not_known_and_a_line_that_is_down_give_no_number() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let agent = Agent::start(fleet.base_url(), token, folder.path());
    assert!(fleet::withdraw(&data, "kiosk").unwrap());
    assert_eq!(agent.draw('A'), NumberAnswer::Unreachable);
    fleet.stop().unwrap();
    assert_eq!(agent.draw('A'), NumberAnswer::Unreachable);
    assert_eq!(waiting(&data), 0);
}

#[test]
fn a_backend_that_says_nothing_delays_no_other_and_nobody_for_long() {
    let folder = tempfile::tempdir().unwrap();
    let token = enrol(&folder.path().join("data"));
    let listener = TcpListener::bind(free_port()).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    let agent = Agent::start(url, token, folder.path());
    let began = Instant::now();
    // The second one waits behind the first, and no longer than it.
    let draws = ["number A\n", "number B\n"].map(|line| {
        let socket = agent.socket.clone();
        std::thread::spawn(move || ask(&socket, line))
    });
    for _ in 0..5 {
        assert_eq!(ask(&agent.socket, "nudge\n"), b"ok\n");
    }
    assert!(
        began.elapsed() < Duration::from_secs(3),
        "the kiosk waited for the number"
    );
    for draw in draws {
        assert_eq!(draw.join().unwrap(), b"\"unreachable\"\n");
    }
    let margin = Duration::from_secs(2);
    let took = began.elapsed();
    assert!(
        (NUMBER_PATIENCE - margin..NUMBER_PATIENCE + margin).contains(&took),
        "{took:?}"
    );
}

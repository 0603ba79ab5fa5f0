//! From the agent's socket to whoever looks for calls, over real sockets and HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use agent::{Config, Control};
use common::{QUICK, enrol, envelope, free_port, start_fleet, wait_until};
use outbox::Outbox;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

struct Agent {
    control: Control,
    socket: PathBuf,
    thread: JoinHandle<()>,
}

impl Agent {
    fn start(url: String, token: agent::Token, folder: &Path, seed: u64) -> Self {
        let socket = folder.join("agent.sock");
        let mut config = Config::new(url, token, folder.join("outbox.db"));
        config.socket = Some(socket.clone());
        config.backoff = QUICK;
        let control = Control::default();
        let theirs = control.clone();
        let thread = std::thread::spawn(move || {
            agent::run(&config, &theirs, &mut StdRng::seed_from_u64(seed), |_| {}).unwrap();
        });
        wait_until(|| socket.exists());
        Self {
            control,
            socket,
            thread,
        }
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn stop(self) {
        self.control.stop();
        self.thread.join().unwrap();
    }
}

fn open(data: &Path) -> Vec<(String, String)> {
    let words = |call: store::OpenCall| (call.terminal, call.stage.to_string());
    fleet::open_calls(data).unwrap().into_iter().map(words).collect()
}

#[test]
fn a_call_goes_beside_the_envelopes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let agent = Agent::start(fleet.base_url(), token, folder.path(), 1);
    assert_eq!(agent.ask("call\n"), "\"none\"\n");
    assert_eq!(agent.ask("help pin_forgotten\n"), "ok\n");
    let called = [("kiosk".to_owned(), "pin_forgotten".to_owned())];
    wait_until(|| open(&data) == called);
    assert_eq!(agent.ask("help Mustermann\n"), "what?\n");
    assert_eq!(open(&data), called);
    wait_until(|| agent.ask("call\n") == "\"told\"\n");
    assert!(fleet::answer_call(&data, "kiosk").unwrap());
    assert_eq!(open(&data), []);
    wait_until(|| agent.ask("call\n") == "\"coming\"\n");
    agent.stop();
    assert!(!folder.path().join("agent.sock").exists());
}

#[test]
fn a_call_gets_through_when_the_line_comes_back_and_is_not_kept_by_the_agent() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let (address, url) = (fleet.address(), fleet.base_url());
    fleet.stop().unwrap();
    let agent = Agent::start(url.clone(), token.clone(), folder.path(), 1);
    assert_eq!(agent.ask("help secret\n"), "ok\n");
    assert_eq!(agent.ask("help refused\n"), "ok\n", "the newer one takes its place");
    let fleet = start_fleet(&data, address);
    wait_until(|| open(&data) == [("kiosk".to_owned(), "refused".to_owned())]);
    fleet.stop().unwrap();

    // Called into the void, and the agent ends: nobody is rung for it later.
    fleet::answer_call(&data, "kiosk").unwrap();
    assert_eq!(agent.ask("help secret\n"), "ok\n");
    agent.stop();
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    assert_eq!(outbox.counts().unwrap().waiting, 0);
    outbox.file(&envelope(1)).unwrap();
    let fleet = start_fleet(&data, address);
    let agent = Agent::start(url, token, folder.path(), 2);
    wait_until(|| outbox.counts().unwrap().delivered == 1);
    assert_eq!(open(&data), []);
    agent.stop();
    drop(fleet);
}

#[test]
fn a_backend_that_says_nothing_delays_neither_kiosk_nor_call() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    // Takes every connection. The first call is answered by a portal, all envelopes by silence.
    let listener = TcpListener::bind(free_port()).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let backend = fleet.address();
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        let mut calls = 0;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4];
            if stream.peek(&mut head).is_err() || head != *b"POST" {
                silent.push(stream);
                continue;
            }
            calls += 1;
            if calls == 1 {
                let portal = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
                let _ = stream.write_all(portal);
                let _ = stream.shutdown(Shutdown::Both);
                continue;
            }
            let far = std::net::TcpStream::connect(backend).unwrap();
            let (mut from, mut to) = (stream.try_clone().unwrap(), far.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut to));
            let mut far = far;
            std::thread::spawn(move || std::io::copy(&mut far, &mut stream));
        }
    });
    let mut outbox = Outbox::open(folder.path().join("outbox.db")).unwrap();
    outbox.file(&envelope(1)).unwrap();
    let agent = Agent::start(url, token, folder.path(), 1);
    assert_eq!(agent.ask("help filling\n"), "ok\n");
    wait_until(|| open(&data) == [("kiosk".to_owned(), "filling".to_owned())]);
    assert_eq!(
        agent.ask("status\n"),
        "null\n",
        "the courier still waits for its answer"
    );
    agent.control.stop(); // not waited for: the courier's request has a minute
}

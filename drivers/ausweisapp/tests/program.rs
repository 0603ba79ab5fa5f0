//! Programs that aren't AusweisApp: missing, ending at once, never listening, listening without WebSocket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may
#![allow(clippy::disallowed_methods, missing_docs)] // it measures how long it waits
use ausweisapp::events::AppEvent;
use ausweisapp::{AppHandle, Program, spawn};
use drivers_api::card::CardEvent;
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

fn started(name: &str, launcher: &[&str], executable: &str) -> (AppHandle, Receiver<AppEvent>) {
    let program = Program {
        executable: executable.into(),
        launcher: launcher.iter().map(OsString::from).collect(),
        folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ausweisapp-{name}")),
        environment: Vec::new(),
    };
    let (tell, events) = channel();
    let begin = Instant::now();
    let mut app = spawn(program, move || begin.elapsed(), move |event| drop(tell.send(event))).unwrap();
    app.start();
    (app, events)
}

fn gives_up(events: &Receiver<AppEvent>) {
    let told = events.recv_timeout(PATIENCE);
    assert!(matches!(told, Ok(AppEvent::Card(CardEvent::ReaderGone))), "{told:?}");
}

#[test]
fn one_that_is_missing_is_told_and_can_be_tried_again() {
    let (mut app, events) = started("missing", &[], "/nonexistent/AusweisApp");
    gives_up(&events);
    app.start();
    gives_up(&events);
    app.close();
    assert!(matches!(
        events.recv_timeout(PATIENCE),
        Err(RecvTimeoutError::Disconnected)
    ));
}

#[test]
fn one_that_ends_at_once_is_started_a_few_times_only() {
    let count = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("starts-{}", std::process::id()));
    let script = format!("echo >> {}", count.display());
    let (app, events) = started("ending", &["sh", "-c", &script], "AusweisApp");
    gives_up(&events);
    app.close();
    let starts = std::fs::read(&count).unwrap().len();
    std::fs::remove_file(count).unwrap();
    assert_eq!(starts, 4, "once, and three times again");
}

#[test]
fn one_that_never_listens_is_ended_when_it_is_asked() {
    let (mut app, events) = started("deaf", &["sh", "-c", "exec sleep 600"], "AusweisApp");
    let begin = Instant::now();
    app.end();
    assert!(
        begin.elapsed() < Duration::from_secs(2),
        "it took {:?}",
        begin.elapsed()
    );
    assert!(events.try_recv().is_err(), "an end that was wanted is no news");
}

#[test]
fn one_that_does_not_shake_hands_is_given_up() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let answers = std::thread::spawn(move || {
        let mut asked = 0;
        while asked < 4 {
            let (mut stream, _) = other.accept().unwrap();
            std::io::Write::write_all(&mut stream, b"HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap();
            asked += 1;
        }
    });
    let script = format!("echo {port} > $TMPDIR/AusweisApp.$$.port; exec sleep 600");
    let (app, events) = started("refusing", &["sh", "-c", &script], "AusweisApp");
    gives_up(&events);
    app.close();
    answers.join().unwrap();
}

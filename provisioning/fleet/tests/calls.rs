//! Calls for a person over real HTTP, and the commands by which staff hear of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;

use common::{Heard, config, get, post};
use fleet::{Running, answer_call, enrol, open_calls, withdraw};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use store::IfKnown;
use wire::ProblemKind;
use wire::call::{CALL_BYTES_MAX, CALLS_PATH, Call, CallNews, CallTaken, Stage};

struct World {
    folder: tempfile::TempDir,
    server: Running,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    World {
        server: Running::start(config(folder.path())).unwrap(),
        folder,
    }
}

impl World {
    fn token(&self, name: &str) -> String {
        enrol(self.folder.path(), name, IfKnown::Refuse).unwrap().reveal()
    }

    fn post(&self, token: &str, media_type: &str, body: &[u8]) -> Heard {
        post(&self.server, CALLS_PATH, token, media_type, body)
    }

    fn call(&self, token: &str, call: &Call) -> u16 {
        let heard = self.post(token, "application/json", &call.to_body().unwrap());
        if heard.status < 300 {
            let taken: CallTaken = serde_json::from_slice(&heard.body).unwrap();
            assert_eq!(taken.call_id, call.call_id);
        }
        heard.status
    }

    fn open(&self) -> Vec<(String, String)> {
        let words = |call: store::OpenCall| (call.terminal, call.stage.to_string());
        open_calls(self.folder.path()).unwrap().into_iter().map(words).collect()
    }
}

fn call(number: u8, stage: &str) -> Call {
    Call {
        call_id: uuid::Builder::from_random_bytes([number; 16]).into_uuid(),
        stage: Stage::parse(stage).unwrap(),
    }
}

fn open(terminal: &str, stage: &str) -> (String, String) {
    (terminal.to_owned(), stage.to_owned())
}

#[test]
fn a_call_is_taken_once_and_closed_by_staff() {
    let world = world();
    let (one, two) = (world.token("kiosk-1"), world.token("kiosk-2"));
    assert_eq!(world.call(&one, &call(1, "secret")), 201);
    assert_eq!(world.call(&one, &call(1, "secret")), 200);
    let later = world.call(&one, &call(2, "refused"));
    assert_eq!(
        later, 200,
        "staff are told already, and now also where the citizen is by now"
    );
    assert_eq!(world.call(&two, &call(3, "filling")), 201);
    assert_eq!(world.open(), [open("kiosk-1", "refused"), open("kiosk-2", "filling")]);
    assert!(answer_call(world.folder.path(), "kiosk-1").unwrap());
    assert!(!answer_call(world.folder.path(), "kiosk-1").unwrap());
    assert_eq!(world.open(), [open("kiosk-2", "filling")]);
    assert_eq!(world.call(&one, &call(1, "secret")), 200, "a late copy rings nobody");
    assert_eq!(world.call(&one, &call(4, "secret")), 429);
    assert_eq!(world.open(), [open("kiosk-2", "filling")]);
}

#[test]
fn a_terminal_hears_what_became_of_its_own_newest_call() {
    let world = world();
    let (one, two) = (world.token("kiosk-1"), world.token("kiosk-2"));
    let news = |token: &str| {
        let heard = get(&world.server, CALLS_PATH, token);
        let news = serde_json::from_slice::<CallNews>(&heard.body);
        (heard.status, news.ok().map(|news| news.answered))
    };
    assert_eq!(news(&one), (404, None), "it never called");
    world.call(&one, &call(1, "secret"));
    world.call(&two, &call(2, "secret"));
    assert_eq!(news(&one), (200, Some(false)));
    answer_call(world.folder.path(), "kiosk-1").unwrap();
    assert_eq!(news(&one), (200, Some(true)));
    assert_eq!(news(&two), (200, Some(false)), "that is another terminal's");
    assert_eq!(news(&two[1..]), (401, None));
}

#[test]
fn hostile_requests_are_refused_and_nothing_is_stored() {
    let world = world();
    let token = world.token("kiosk-1");
    let good = call(1, "secret").to_body().unwrap();
    let json = "application/json";
    let with_name = br#"{"call_id":"01010101-0101-4101-8101-010101010101","stage":"secret","name":"Mustermann"}"#;
    let large = vec![b' '; CALL_BYTES_MAX + 1];
    for (kind, token, media_type, body) in [
        (ProblemKind::UnknownTerminal, "", json, &good[..]),
        (ProblemKind::UnknownTerminal, &token[1..], json, &good),
        (ProblemKind::MediaType, &token, "text/plain", &good),
        (ProblemKind::Malformed, &token, json, b""),
        (
            ProblemKind::Malformed,
            &token,
            json,
            b"{\"stage\":\"Erika Mustermann\"}",
        ),
        (ProblemKind::Malformed, &token, json, with_name),
        (ProblemKind::Malformed, &token, json, &[0xff; 100]),
        (ProblemKind::TooLarge, &token, json, &large),
    ] {
        let heard = world.post(token, media_type, body);
        let problem = heard.problem();
        assert_eq!((heard.status, problem.uri.as_str()), (kind.status(), kind.uri()));
        assert!(!problem.detail.contains("Muster"), "{}", problem.detail);
    }
    withdraw(world.folder.path(), "kiosk-1").unwrap();
    assert_eq!(world.call(&token, &call(1, "secret")), 401);
    assert_eq!(world.open(), []);
}

#[test]
fn staff_list_watch_and_answer() {
    let world = world();
    let token = world.token("kiosk-1");
    let fleet = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
        command.args(arguments).arg("--data").arg(world.folder.path());
        command
    };
    let said = |arguments: &[&str]| {
        let output = fleet(arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    };
    assert_eq!(said(&["calls"]), (true, "nobody waits\n".to_owned()));
    let (went_well, error) = said(&["answered", "kiosk-1"]);
    assert!(
        !went_well && error.contains("no call of a terminal named \"kiosk-1\" is open"),
        "{error}"
    );

    assert_eq!(world.call(&token, &call(1, "secret")), 201);
    let (_, list) = said(&["calls"]);
    assert!(list.starts_with("kiosk-1  since "), "{list}");
    assert!(list.ends_with(" (just now)  types PIN, CAN or PUK\n"), "{list}");

    let mut watch = fleet(&["calls", "--watch"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut heard = BufReader::new(watch.stdout.take().unwrap());
    let mut line = || {
        let mut line = String::new();
        heard.read_line(&mut line).unwrap();
        line
    };
    assert!(
        line().starts_with("\u{7}kiosk-1  since "),
        "what is open already is told at first"
    );
    let other = world.token("kiosk-2");
    assert_eq!(world.call(&other, &call(2, "filling")), 201);
    let second = line();
    assert!(
        second.starts_with("\u{7}kiosk-2  since ") && second.ends_with("fills in the form\n"),
        "{second}"
    );
    watch.kill().unwrap();
    watch.wait().unwrap();
    let mut rest = String::new();
    heard.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "each call is told once");

    assert_eq!(said(&["answered", "kiosk-1"]), (true, String::new()));
    let (_, list) = said(&["calls"]);
    assert!(list.starts_with("kiosk-2  since "), "{list}");
}

#[test]
fn a_wrong_folder_is_told_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("typo");
    for arguments in [&["calls"][..], &["calls", "--watch"], &["answered", "kiosk-1"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
        let output = command.args(arguments).arg("--data").arg(&wrong).output().unwrap();
        assert!(!output.status.success());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.contains("there is no store in") && error.contains("typo"),
            "{error}"
        );
    }
    assert!(!wrong.exists());
}

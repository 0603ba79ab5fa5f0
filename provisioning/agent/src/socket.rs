//! The Unix socket on which the kiosk asks for the state, says that a case was filed, and calls for a person.
//!
//! One line a request, one line an answer: [`STATUS_REQUEST`] gives the [`State`] as JSON, or `null` before the first
//! contact; [`EID_REQUEST`] gives the [`EidState`](crate::eid::EidState) as JSON, or `null` without one; [`NUDGE_REQUEST`]
//! gives `ok`; [`HELP_REQUEST`] with a blank and the [`Stage`] of the visit gives `ok`, which means that the call is on its
//! way; [`CALL_REQUEST`] gives the [`CallState`](crate::CallState) of the newest call as JSON; [`CASES_REQUEST`] with a blank
//! and a [`CaseRequest`] as JSON gives the [`CaseAnswer`](wire::case_status::CaseAnswer) as JSON, within
//! [`CASE_PATIENCE`](crate::CASE_PATIENCE); [`NUMBER_REQUEST`] with a blank and the letter of a [`Queue`] gives the
//! [`NumberAnswer`](wire::queue::NumberAnswer) as JSON, within [`NUMBER_PATIENCE`](crate::NUMBER_PATIENCE); anything else
//! `what?`. Mode 0600.
use crate::cases::CaseDesk;
use crate::eid::Shared as Eid;
use crate::numbers::NumberDesk;
use crate::staff::CallSlot;
use crate::{Control, State};
use signer::remote::Server;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use wire::call::Stage;
use wire::case_status::{CaseRequest, REQUEST_BYTES_MAX};
use wire::queue::Queue;

/// Asks for the state.
pub const STATUS_REQUEST: &str = "status";

/// Asks how reading identity cards stands.
pub const EID_REQUEST: &str = "eid";

/// Says that a case was filed.
pub const NUDGE_REQUEST: &str = "nudge";

/// Calls for a person.
pub const HELP_REQUEST: &str = "help";

/// Asks how the newest call for a person stands.
pub const CALL_REQUEST: &str = "call";

/// Asks how often the receipt is to be printed once more, since the newest call: answered with a number.
pub const REPRINTS_REQUEST: &str = "reprints";

/// Asks what became of a case.
pub const CASES_REQUEST: &str = "cases";

/// Draws a waiting number.
pub const NUMBER_REQUEST: &str = "number";

/// Longest request, but for [`CASES_REQUEST`].
pub const LINE_BYTES_MAX: u64 = 64;

/// Longest question about a case.
pub const CASES_LINE_BYTES_MAX: u64 = (CASES_REQUEST.len() + 1 + REQUEST_BYTES_MAX + 1) as u64;

/// How long a peer may take over a line. Peers are served one after the other.
const LINE_PATIENCE: Duration = Duration::from_secs(1);

/// Who takes what the backend is asked while the next peer is served.
#[derive(Clone, Default)]
pub(crate) struct Desks {
    pub(crate) cases: CaseDesk,
    pub(crate) numbers: NumberDesk,
}

/// Opens the socket and answers at it.
pub(crate) fn open(
    path: &Path,
    control: Control,
    state: Arc<Mutex<Option<State>>>,
    eid: Eid,
    staff: CallSlot,
    desks: Desks,
) -> std::io::Result<Server> {
    Server::open(path, 0o600, "agent-socket", move |peer| {
        // A peer that goes away is no matter of ours.
        let _ = peer.and_then(|stream| serve(stream, &control, &state, &eid, &staff, &desks));
    })
}

fn serve(
    stream: UnixStream,
    control: &Control,
    state: &Mutex<Option<State>>,
    eid: &Eid,
    staff: &CallSlot,
    desks: &Desks,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(LINE_PATIENCE))?;
    stream.set_write_timeout(Some(LINE_PATIENCE))?;
    let line = read_line(&stream)?;
    if let Some(request) = asked_in(&line) {
        // The next peer doesn't wait for the backend.
        return desks.cases.take(stream, request);
    }
    if let Some(queue) = drawn_from(&line) {
        return desks.numbers.take(stream, queue);
    }
    let answer = match line.trim_end() {
        STATUS_REQUEST => {
            let state = *state.lock().unwrap_or_else(PoisonError::into_inner);
            serde_json::to_string(&state).map_err(std::io::Error::other)?
        }
        EID_REQUEST => {
            let eid = eid.lock().unwrap_or_else(PoisonError::into_inner).clone();
            serde_json::to_string(&eid).map_err(std::io::Error::other)?
        }
        CALL_REQUEST => serde_json::to_string(&staff.newest()).map_err(std::io::Error::other)?,
        REPRINTS_REQUEST => staff.reprints().to_string(),
        NUDGE_REQUEST => {
            control.nudge();
            "ok".to_owned()
        }
        _ => match called_from(&line) {
            Some(stage) => {
                staff.leave(stage);
                "ok".to_owned()
            }
            None => "what?".to_owned(),
        },
    };
    let mut stream = stream;
    stream.write_all(format!("{answer}\n").as_bytes())
}

fn read_line(stream: &UnixStream) -> std::io::Result<String> {
    let mut reader = BufReader::new(stream.take(LINE_BYTES_MAX));
    let mut line = String::new();
    reader.read_line(&mut line)?;
    if !line.ends_with('\n') && line.starts_with(CASES_REQUEST) {
        reader.get_mut().set_limit(CASES_LINE_BYTES_MAX - LINE_BYTES_MAX);
        reader.read_line(&mut line)?;
    }
    Ok(line)
}

/// A question about a case, in a whole line.
fn asked_in(line: &str) -> Option<CaseRequest> {
    let (word, question) = line.strip_suffix('\n')?.split_once(' ')?;
    (word == CASES_REQUEST).then(|| CaseRequest::from_body(question.as_bytes()).ok())?
}

/// The queue of a draw, in a whole line.
fn drawn_from(line: &str) -> Option<Queue> {
    let (word, letter) = line.strip_suffix('\n')?.split_once(' ')?;
    (word == NUMBER_REQUEST).then(|| Queue::parse(letter))?
}

/// The stage of a call for a person. The whole line must be there: half a stage is another one.
fn called_from(line: &str) -> Option<Stage> {
    let (word, stage) = line.strip_suffix('\n')?.split_once(' ')?;
    (word == HELP_REQUEST).then(|| Stage::parse(stage).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Link;
    use proptest::prelude::*;
    use std::os::unix::net::UnixListener;

    fn ask(path: &Path, request: &str) -> String {
        let mut stream = UnixStream::connect(path).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn state_nudge_and_nonsense() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        let control = Control::default();
        let state = Arc::new(Mutex::new(None));
        let eid = Eid::default();
        let staff = CallSlot::default();
        let open = || {
            open(
                &path,
                control.clone(),
                Arc::clone(&state),
                Arc::clone(&eid),
                staff.clone(),
                Desks::default(),
            )
        };
        let socket = open().unwrap();
        assert_eq!(ask(&path, "status\n"), "null\n");
        *state.lock().unwrap() = Some(State {
            link: Link::Offline,
            waiting: 2,
            set_aside: 1,
        });
        assert_eq!(
            ask(&path, "status\n"),
            "{\"link\":\"offline\",\"waiting\":2,\"set_aside\":1}\n"
        );
        assert_eq!(ask(&path, "eid\n"), "null\n");
        *eid.lock().unwrap() = Some(crate::eid::EidState {
            is_on: false,
            valid_until: None,
            next_renewal: Some(5),
            notices: vec![],
        });
        assert_eq!(
            ask(&path, "eid\n"),
            "{\"is_on\":false,\"valid_until\":null,\"next_renewal\":5,\"notices\":[]}\n"
        );
        assert_eq!(ask(&path, "nudge\n"), "ok\n");
        assert!(control.wait_for_nudge(Duration::ZERO));
        assert!(!control.wait_for_nudge(Duration::ZERO));
        assert_eq!(ask(&path, "reboot\n"), "what?\n");
        assert_eq!(staff.peek(), None);
        assert_eq!(ask(&path, "help awaiting_card\n"), "ok\n");
        assert_eq!(staff.peek().unwrap().as_str(), "awaiting_card");
        assert!(open().is_err(), "one agent at a time");
        drop(socket);
        assert!(!path.exists());
        // A dead agent's socket is taken over.
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        drop(open().unwrap());
    }

    #[test]
    fn hostile_calls_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        let staff = CallSlot::default();
        let (control, desks) = (Control::default(), Desks::default());
        let _socket = open(&path, control, Arc::default(), Eid::default(), staff.clone(), desks).unwrap();
        for request in [
            "help\n".to_owned(),
            "help \n".to_owned(),
            "help  secret\n".to_owned(),
            "help secret \n".to_owned(),
            "help secret\r\n".to_owned(),
            "help Mustermann\n".to_owned(),
            "help pin_menu_2\n".to_owned(),
            "help \u{1b}[2J\n".to_owned(),
            format!("help {}\n", "a".repeat(33)),
            format!("help {}\n", "a".repeat(10_000)),
            "HELP secret\n".to_owned(),
            "cases\n".to_owned(),
            "cases {}\n".to_owned(),
            "cases {\"by_code\":{\"lookup\":\"%\"}}\n".to_owned(),
            format!("cases {}\n", "{".repeat(10_000)),
            "number\n".to_owned(),
            "number \n".to_owned(),
            "number a\n".to_owned(),
            "number AB\n".to_owned(),
            "number Ä\n".to_owned(),
            "number A \n".to_owned(),
            "number  A\n".to_owned(),
            "number A\r\n".to_owned(),
        ] {
            assert_eq!(ask_roughly(&path, request.as_bytes()), "what?\n", "{request:?}");
        }
        assert_eq!(ask_roughly(&path, b"help \xff\xfe\n"), "");
        assert_eq!(staff.peek(), None, "nobody was called");
        assert_eq!(
            ask(&path, &format!("help {}\n", "z".repeat(32))),
            "ok\n",
            "the socket still serves"
        );
    }

    /// As [`ask`], but a peer that hangs up with half of the request unread is no failure, and the sending side is closed.
    fn ask_roughly(path: &Path, request: &[u8]) -> String {
        let mut stream = UnixStream::connect(path).unwrap();
        let _ = stream.write_all(request);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }

    #[test]
    fn a_question_is_handed_on_and_nobody_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        let (cases, asked) = CaseDesk::with_queue();
        let desks = Desks {
            cases,
            ..Desks::default()
        };
        let (control, staff) = (Control::default(), CallSlot::default());
        let _socket = open(&path, control, Arc::default(), Eid::default(), staff, desks).unwrap();
        let request = CaseRequest::ByCode {
            lookup: wire::case_status::CaseLookup::from_bytes([7; 32]),
        };
        let line = format!("cases {}\n", String::from_utf8(request.to_body().unwrap()).unwrap());
        let mut first = UnixStream::connect(&path).unwrap();
        first.write_all(line.as_bytes()).unwrap();
        let (stream, heard) = asked.recv().unwrap();
        assert_eq!(heard, request);
        assert_eq!(ask(&path, "status\n"), "null\n", "while the question is open");
        drop(stream);
        let mut answer = String::new();
        first.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "");
        // Those that find the queue full are told at once.
        let mut waiting: Vec<UnixStream> = Vec::new();
        for _ in 0..crate::cases::WAITING_MAX {
            let mut stream = UnixStream::connect(&path).unwrap();
            stream.write_all(line.as_bytes()).unwrap();
            waiting.push(stream);
        }
        assert_eq!(ask(&path, &line), "\"unreachable\"\n");
    }

    #[test]
    fn a_draw_is_handed_on_or_answered_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        let (numbers, asked) = NumberDesk::with_queue();
        let desks = Desks {
            numbers,
            ..Desks::default()
        };
        let (control, staff) = (Control::default(), CallSlot::default());
        let _socket = open(&path, control, Arc::default(), Eid::default(), staff, desks).unwrap();
        let mut waiting = Vec::new();
        for letter in ['A', 'Z'] {
            let mut stream = UnixStream::connect(&path).unwrap();
            stream.write_all(format!("number {letter}\n").as_bytes()).unwrap();
            waiting.push(stream);
        }
        assert_eq!(ask(&path, "number B\n"), "\"unreachable\"\n", "both places are taken");
        let (_first, queue, _) = asked.recv().unwrap();
        assert_eq!(queue, Queue::new('A').unwrap());
        assert_eq!(asked.recv().unwrap().1, Queue::new('Z').unwrap());
        drop(asked);
        assert_eq!(ask(&path, "number B\n"), "\"unreachable\"\n", "nobody is there");
        assert_eq!(ask(&path, "status\n"), "null\n");
    }

    #[test]
    fn half_a_line_calls_nobody() {
        assert_eq!(drawn_from("number A"), None);
        assert_eq!(asked_in("cases {\"by_code\":{\"lookup\":\"00\"}}"), None);
        assert_eq!(called_from("help secr"), None);
        assert_eq!(called_from("help secret\n"), Stage::parse("secret").ok());
    }

    proptest! {
        #[test]
        fn a_call_is_what_the_grammar_says(line in "(help )?[a-z_ A-Z0-9é]{0,40}\\n?") {
            let is_call = line.strip_prefix("help ").and_then(|rest| rest.strip_suffix('\n')).is_some_and(|stage| {
                (1..=32).contains(&stage.len()) && stage.chars().all(|c| matches!(c, 'a'..='z' | '_'))
            });
            prop_assert_eq!(called_from(&line).is_some(), is_call);
        }

        #[test]
        fn no_line_panics(line in any::<String>()) {
            let _ = called_from(&line);
            let _ = asked_in(&line);
            let _ = drawn_from(&line);
        }
    }
}

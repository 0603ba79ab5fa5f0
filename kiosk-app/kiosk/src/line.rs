//! Asks the courier (`agent`) whether the backend can be reached, so that the receipt can say honestly what is known.
//!
//! The courier answers on a Unix socket: one line `status`, one line of JSON back, whose `link` is `online` when the
//! backend answers. Whatever else comes back, or nothing, means that the line is down.
use host::Sender;
use serde::Deserialize;
use session::Input;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often the courier is asked.
const ASK_PERIOD: Duration = Duration::from_secs(2);
/// How long it may take over an answer.
const ANSWER_PATIENCE: Duration = Duration::from_secs(1);
/// Longest answer; a real one has about 50 bytes.
const ANSWER_BYTES_MAX: u64 = 1024;

/// Tells the visit how the line is: at once when a first answer is there, then at every change.
pub(crate) fn watch(agent: PathBuf, inbox: Sender) -> std::io::Result<()> {
    std::thread::Builder::new().name("line".to_owned()).spawn(move || {
        let mut known = None;
        loop {
            let up = ask(&agent).unwrap_or(false);
            if known != Some(up) {
                known = Some(up);
                tracing::info!(up, "line to the backend");
                inbox.send(Input::Line { up });
            }
            pause();
        }
    })?;
    Ok(())
}

#[allow(clippy::disallowed_methods)] // a thread of its own that does nothing else
fn pause() {
    std::thread::sleep(ASK_PERIOD);
}

/// What the courier says of itself. Other members are its own business.
#[derive(Deserialize)]
struct Status {
    link: String,
}

fn ask(agent: &Path) -> std::io::Result<bool> {
    let mut stream = UnixStream::connect(agent)?;
    stream.set_read_timeout(Some(ANSWER_PATIENCE))?;
    stream.set_write_timeout(Some(ANSWER_PATIENCE))?;
    stream.write_all(b"status\n")?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    Ok(is_up(&answer))
}

/// `null` is the answer of a courier that hasn't met the backend yet.
fn is_up(answer: &[u8]) -> bool {
    let status: Option<Status> = serde_json::from_slice(answer).unwrap_or(None);
    status.is_some_and(|status| status.link == "online")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::{BufRead, BufReader};
    use std::os::unix::net::UnixListener;

    #[test]
    fn only_online_is_up() {
        assert!(is_up(b"{\"link\":\"online\",\"waiting\":0,\"set_aside\":0}\n"));
        for answer in [
            "",
            "null\n",
            "what?\n",
            "{}",
            "{\"link\":\"offline\"}",
            "{\"link\":\"refused\"}",
            "{\"link\":1}",
            "\u{0}",
        ] {
            assert!(!is_up(answer.as_bytes()), "{answer}");
        }
    }

    #[test]
    fn the_courier_is_asked_on_its_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.sock");
        assert!(ask(&path).is_err(), "nobody there");
        let listener = UnixListener::bind(&path).unwrap();
        let courier = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = String::new();
            BufReader::new(&stream).read_line(&mut request).unwrap();
            stream
                .write_all(b"{\"link\":\"online\",\"waiting\":2,\"set_aside\":0}\n")
                .unwrap();
            request
        });
        assert!(ask(&path).unwrap());
        assert_eq!(courier.join().unwrap(), "status\n");
    }

    proptest! {
        #[test]
        fn no_answer_panics(answer in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = is_up(&answer);
        }
    }
}

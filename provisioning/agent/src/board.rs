//! The town's board on its way to the terminal: asked for now and then, checked, and laid down whole beside the outbox.
//! The last one stays for as long as there is no newer one; whoever shows it says from when it is.
use crate::Control;
use crate::backend::Backend;
use crate::config::Backoff;
use crate::courier::jitter;
use rand::rngs::StdRng;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;
use wire::board::{BOARD_BYTES_MAX, BOARD_PATH, Board};

/// How often the backend is asked. Mostly it says that nothing is new, in some hundred bytes.
pub const BOARD_PERIOD: Duration = Duration::from_secs(300);

/// How long a board may take: 2 MiB over a line of 300 kbit/s.
const BOARD_PATIENCE: Duration = Duration::from_secs(60);

/// What the backend said.
enum Heard {
    New {
        etag: Option<String>,
        json: Vec<u8>,
    },
    Unchanged,
    /// It has no board.
    None,
}

/// The running thread; it ends on drop, after the request that is under way.
pub(crate) struct Boards {
    control: Control,
    thread: Option<JoinHandle<()>>,
}

impl Boards {
    pub(crate) fn start(backend: Backend, path: PathBuf, backoff: Backoff, mut rng: StdRng) -> std::io::Result<Self> {
        let control = Control::default();
        let stop = control.clone();
        let run = move || {
            let mut etag = None;
            let mut failures = 0;
            while !stop.is_stopped() {
                let wait = match once(&backend, &path, &mut etag) {
                    Ok(()) => {
                        failures = 0;
                        BOARD_PERIOD
                    }
                    Err(reason) => {
                        failures += 1;
                        tracing::warn!(reason, failures, "no board came; the last one stays");
                        jitter(backoff.limit(failures), &mut rng)
                    }
                };
                stop.wait_for_stop(wait);
            }
        };
        let thread = std::thread::Builder::new().name("agent-board".to_owned()).spawn(run)?;
        Ok(Self {
            control,
            thread: Some(thread),
        })
    }
}

impl Drop for Boards {
    fn drop(&mut self) {
        self.control.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn once(backend: &Backend, path: &Path, etag: &mut Option<String>) -> Result<(), String> {
    // What is gone from the disk must come anew.
    let known = etag.as_deref().filter(|_| path.exists());
    match ask(backend, known)? {
        Heard::Unchanged => {}
        Heard::None => tracing::debug!("the backend has no board"),
        Heard::New { etag: new, json } => {
            lay_down(path, &json).map_err(|error| format!("{} can't be written: {error}", path.display()))?;
            tracing::info!(bytes = json.len(), "a new board");
            *etag = new;
        }
    }
    Ok(())
}

fn ask(backend: &Backend, known: Option<&str>) -> Result<Heard, String> {
    let (reply, etag) = backend.get_unless(BOARD_PATH, known, BOARD_BYTES_MAX, BOARD_PATIENCE)?;
    match reply.status {
        // A portal in between says 200 to everything: only a board is one.
        200 => match Board::from_json(&reply.body) {
            Ok(_) => Ok(Heard::New { etag, json: reply.body }),
            Err(error) => Err(error.to_string()),
        },
        304 if known.is_some() => Ok(Heard::Unchanged),
        404 => Ok(Heard::None),
        status => Err(format!("status {status}")),
    }
}

/// Whole or not at all, whenever the power goes.
fn lay_down(path: &Path, json: &[u8]) -> std::io::Result<()> {
    let new = path.with_extension("new");
    let mut file = std::fs::File::create(&new)?;
    file.write_all(json)?;
    file.sync_all()?;
    std::fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Token};
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::sync::mpsc::{Receiver, channel};

    /// A backend that gives these answers, one a connection, and tells what it was asked.
    fn backend(answers: Vec<String>) -> (Backend, Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, asked) = channel();
        std::thread::spawn(move || {
            for answer in answers {
                let (stream, _) = listener.accept().unwrap();
                let mut request = String::new();
                let mut reader = BufReader::new(&stream);
                while !request.ends_with("\r\n\r\n") && reader.read_line(&mut request).unwrap() > 0 {}
                (&stream).write_all(answer.as_bytes()).unwrap();
                tell.send(request.to_lowercase()).unwrap();
            }
        });
        let config = Config::new(url, Token::new("t").unwrap(), "/o");
        (Backend::new(&config).unwrap(), asked)
    }

    fn answer(head: &str, body: &str) -> String {
        format!(
            "HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    #[test]
    fn a_board_is_laid_down_and_asked_for_by_its_tag() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("board.json");
        let json = String::from_utf8(Board::default().to_json().unwrap()).unwrap();
        let tagged = answer("200 OK\r\nETag: \"1\"", &json);
        let (backend, asked) = backend(vec![tagged.clone(), answer("304 Not Modified", ""), tagged]);
        let mut etag = None;
        once(&backend, &path, &mut etag).unwrap();
        let first = asked.recv().unwrap();
        assert!(
            first.starts_with("get /v1/board") && first.contains("authorization: bearer t"),
            "{first}"
        );
        assert!(!first.contains("if-none-match"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), json);
        once(&backend, &path, &mut etag).unwrap();
        assert!(asked.recv().unwrap().contains("if-none-match: \"1\""));
        std::fs::remove_file(&path).unwrap();
        once(&backend, &path, &mut etag).unwrap();
        assert!(
            !asked.recv().unwrap().contains("if-none-match"),
            "what is gone comes anew"
        );
        assert!(path.exists() && !path.with_extension("new").exists());
    }

    #[test]
    fn only_a_board_takes_the_place_of_a_board() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("board.json");
        std::fs::write(&path, "the last one").unwrap();
        let answers = [
            ("200 OK", "<html>Welcome</html>"),
            ("200 OK", "{\"news\":7}"),
            ("304 Not Modified", ""),
            ("401 Unauthorized", "{}"),
            ("503 Service Unavailable", ""),
            ("302 Found\r\nLocation: http://127.0.0.1:1/", ""),
        ];
        let huge = format!("{{\"x\":\"{}\"}}", "x".repeat(BOARD_BYTES_MAX));
        let told = answers.iter().map(|(head, body)| answer(head, body));
        let (backend, _asked) = backend(told.chain([answer("200 OK", &huge)]).collect());
        for (head, _) in answers.iter().chain([&("huge", "")]) {
            assert!(once(&backend, &path, &mut None).is_err(), "{head}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "the last one");
    }
}

//! The side that has the key, or knows who has.
use super::client::Link;
use super::protocol::{Answer, Question, encode_answer};
use crate::request::could_be_a_request;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use std::fs::{Permissions, remove_file, set_permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How a socket is served.
#[derive(Clone, Copy, Debug)]
pub struct ServeOptions {
    /// Access rights of the socket: 0600 when both sides run as one user, 0660 when they share a group.
    pub mode: u32,
    /// How long a peer may take over its question, and again over taking the answer. Peers are served one after the
    /// other.
    pub peer_patience: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            mode: 0o600,
            peer_patience: Duration::from_secs(1),
        }
    }
}

/// Answers questions at a socket until it is dropped; then the socket is removed.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Opens the socket and answers with `signer`.
///
/// # Errors
/// The socket can't be made, or somebody answers there already.
pub fn serve<S: TerminalSigner + 'static>(path: &Path, mut signer: S, options: ServeOptions) -> io::Result<Server> {
    // Left behind by a process that was killed; one that lives still answers there.
    if path.exists() && UnixStream::connect(path).is_err() {
        remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    set_permissions(path, Permissions::from_mode(options.mode))?;
    let closing = Arc::new(AtomicBool::new(false));
    let closed = Arc::clone(&closing);
    let thread = std::thread::Builder::new()
        .name("signing-socket".to_owned())
        .spawn(move || {
            for stream in listener.incoming() {
                if closed.load(Ordering::Relaxed) {
                    return;
                }
                if let Err(error) = stream.and_then(|stream| serve_one(stream, &mut signer, options.peer_patience)) {
                    tracing::debug!(%error, "a peer of the signing socket went away");
                }
            }
        })?;
    Ok(Server {
        path: path.to_owned(),
        closing,
        thread: Some(thread),
    })
}

/// Answers one question. What an authority could take for a request for a certificate is refused: this link signs
/// transcripts of terminal authentication, nothing else.
pub fn answer(question: &Question, signer: &mut dyn TerminalSigner) -> Answer {
    if could_be_a_request(&question.message) {
        tracing::error!(holder = %question.holder, "a certificate request came to be signed; refused");
        return Err(SignerTrouble::Refused);
    }
    signer.sign(question.holder.as_bytes(), &question.message)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        // Wakes the thread out of its wait; if even that fails it is left to the process's end.
        if UnixStream::connect(&self.path).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
        let _ = remove_file(&self.path);
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a socket's deadline needs a clock; nothing else looks at it"
)]
fn serve_one(stream: UnixStream, signer: &mut dyn TerminalSigner, patience: Duration) -> io::Result<()> {
    let mut link = Link {
        stream,
        deadline: Instant::now() + patience,
    };
    let answered = match Question::read(&mut link) {
        Ok(question) => answer(&question, signer),
        Err(error) => {
            tracing::warn!(%error, "what came to the signing socket is no question");
            Err(SignerTrouble::Refused)
        }
    };
    link.deadline = Instant::now() + patience;
    link.write_all(&encode_answer(&answered))
}

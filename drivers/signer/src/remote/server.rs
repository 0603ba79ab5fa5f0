//! The side that has the key, or knows who has.
use super::client::Link;
use super::listener::Server;
use super::protocol::{Answer, Question, encode_answer};
use crate::request::could_be_a_request;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
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

/// Answers questions with `signer` at a socket.
///
/// # Errors
/// As [`Server::open`].
pub fn serve<S: TerminalSigner + 'static>(path: &Path, mut signer: S, options: ServeOptions) -> io::Result<Server> {
    Server::open(path, options.mode, "signing-socket", move |peer| {
        if let Err(error) = peer.and_then(|stream| serve_one(stream, &mut signer, options.peer_patience)) {
            tracing::debug!(%error, "a peer of the signing socket went away");
        }
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

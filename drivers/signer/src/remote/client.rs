//! The side that asks.
use super::protocol::{ProtocolError, Question, read_answer};
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Signs by asking at the agent's socket.
#[derive(Clone, Debug)]
pub struct RemoteSigner {
    socket: PathBuf,
    patience: Duration,
}

impl RemoteSigner {
    /// Asks at that socket and waits for the answer no longer than `patience` in all. The card waits meanwhile, and so
    /// does the citizen: 2 to 5 seconds are enough for a backend that is there.
    pub fn new(socket: PathBuf, patience: Duration) -> Self {
        Self { socket, patience }
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "a socket's deadline needs a clock; nothing else looks at it"
    )]
    fn ask(&self, question: &Question) -> Result<Result<Vec<u8>, SignerTrouble>, ProtocolError> {
        let mut link = Link {
            stream: connected(&self.socket)?,
            deadline: Instant::now() + self.patience,
        };
        link.write_all(&question.encode())?;
        read_answer(&mut link)
    }
}

impl TerminalSigner for RemoteSigner {
    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        let question = Question::new(holder, message).ok_or_else(|| {
            tracing::error!(message_bytes = message.len(), "this can't be asked of the signing link");
            SignerTrouble::Refused
        })?;
        match self.ask(&question) {
            Ok(answer) => answer,
            Err(error @ ProtocolError::Io(_)) => {
                tracing::warn!(%error, "no signature came");
                Err(SignerTrouble::Unreachable)
            }
            Err(error @ (ProtocolError::Version(_) | ProtocolError::Range(_))) => {
                tracing::error!(%error, "the signing link answers wrongly");
                Err(SignerTrouble::Refused)
            }
        }
    }
}

/// Connects without ever waiting: `connect` of a blocking socket hangs for as long as a stuck agent's queue is full.
fn connected(path: &std::path::Path) -> io::Result<UnixStream> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    connect(&socket, &SocketAddrUnix::new(path)?)?;
    let stream = UnixStream::from(socket);
    stream.set_nonblocking(false)?;
    Ok(stream)
}

/// A stream with one deadline for everything: a peer that drips bytes gains nothing.
pub(super) struct Link {
    pub(super) stream: UnixStream,
    pub(super) deadline: Instant,
}

impl Link {
    #[allow(
        clippy::disallowed_methods,
        reason = "a socket's deadline needs a clock; nothing else looks at it"
    )]
    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            Err(io::ErrorKind::TimedOut.into())
        } else {
            Ok(left)
        }
    }
}

impl Read for Link {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer)
    }
}

impl Write for Link {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

//! The WebSocket to AusweisApp on this machine's loopback (RFC 6455; AusweisApp SDK, "WebSocket").
//!
//! `tungstenite` shakes hands, reads and answers pings. What we send is framed here: commands carry secrets, and the
//! library would keep copies of them in buffers that are never overwritten.
use crate::command::Outgoing;
use crate::message::MESSAGE_BYTES_MAX;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tungstenite::client::{ClientRequestBuilder, client_with_config};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{HandshakeError, Message, WebSocket};
use zeroize::Zeroizing;

/// How long the other side may take to shake hands, or to take in a command.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(5);
/// AusweisApp shows it to people as the name of the program that uses it.
const USER_AGENT: &str = concat!("Schalter/", env!("CARGO_PKG_VERSION"));

/// What came over the line.
#[derive(Debug)]
pub(crate) enum Received {
    Text(String),
    /// Nothing more will come.
    Closed,
}

/// Why there is no line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    #[error("AusweisApp's port can't be reached")]
    Unreachable(#[from] io::Error),
    /// 409 busy, 429 another program is connected, 503 switched off.
    #[error("AusweisApp refused the connection with HTTP status {0}")]
    Refused(u16),
    #[error("AusweisApp's port doesn't speak WebSocket")]
    NoWebSocket,
}

/// A line; dropping it cuts it, which makes AusweisApp cancel what it is at.
pub(crate) struct Line {
    stream: SharedStream,
    reader: Option<JoinHandle<()>>,
}

impl Line {
    /// Connects. `received` is called on the line's own thread, for the last time with [`Received::Closed`].
    pub(crate) fn connect(port: u16, received: impl Fn(Received) + Send + 'static) -> Result<Self, LineError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = TcpStream::connect_timeout(&address, HANDSHAKE_PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(HANDSHAKE_PATIENCE))?;
        stream.set_write_timeout(Some(HANDSHAKE_PATIENCE))?;
        let stream = SharedStream {
            stream,
            writing: Arc::new(Mutex::new(())),
        };
        let socket = shake_hands(port, stream.second()?)?;
        stream.stream.set_read_timeout(None)?;
        let reader = thread::Builder::new()
            .name("AusweisApp line".into())
            .spawn(move || read(socket, received))?;
        Ok(Self {
            stream,
            reader: Some(reader),
        })
    }

    /// Sends a command. Its frame is overwritten as soon as it is with the operating system.
    pub(crate) fn send(&mut self, outgoing: &Outgoing) -> io::Result<()> {
        let mut mask = [0; 4];
        getrandom::fill(&mut mask).map_err(|_| io::Error::other("no random numbers"))?;
        self.stream.write_all(&frame(outgoing.expose(), mask))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // Wakes the reading thread; already cut is fine.
        let _ = self.stream.stream.shutdown(Shutdown::Both);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

fn shake_hands(port: u16, stream: SharedStream) -> Result<WebSocket<SharedStream>, LineError> {
    let uri = format!("ws://127.0.0.1:{port}/eID-Kernel");
    let request = ClientRequestBuilder::new(uri.parse().map_err(|_| LineError::NoWebSocket)?);
    let request = request.with_header("User-Agent", USER_AGENT);
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX));
    match client_with_config(request, stream, Some(config)) {
        Ok((socket, _)) => Ok(socket),
        Err(HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
            Err(LineError::Refused(answer.status().as_u16()))
        }
        Err(HandshakeError::Failure(_) | HandshakeError::Interrupted(_)) => Err(LineError::NoWebSocket),
    }
}

fn read(mut socket: WebSocket<SharedStream>, received: impl Fn(Received)) {
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => received(Received::Text(text.as_str().to_owned())),
            Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
            Ok(Message::Close(_)) | Err(_) => break,
        }
    }
    received(Received::Closed);
}

/// One text frame of a client (RFC 6455 §5.2): final, masked.
fn frame(text: &[u8], mask: [u8; 4]) -> Zeroizing<Vec<u8>> {
    const FINAL_TEXT: u8 = 0x81;
    const MASKED: u8 = 0x80;
    const HEADER_BYTES_MAX: usize = 14;
    let mut frame = Zeroizing::new(Vec::with_capacity(HEADER_BYTES_MAX + text.len()));
    frame.push(FINAL_TEXT);
    match (u8::try_from(text.len()), u16::try_from(text.len())) {
        (Ok(short @ 0..=125), _) => frame.push(MASKED | short),
        (_, Ok(medium)) => {
            frame.push(MASKED | 126);
            frame.extend_from_slice(&medium.to_be_bytes());
        }
        (_, Err(_)) => {
            frame.push(MASKED | 127);
            frame.extend_from_slice(&(text.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&mask);
    frame.extend(text.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// The connection, read by one thread, and written to by two: frames don't mix.
struct SharedStream {
    stream: TcpStream,
    writing: Arc<Mutex<()>>,
}

impl SharedStream {
    fn second(&self) -> io::Result<Self> {
        Ok(Self {
            stream: self.stream.try_clone()?,
            writing: Arc::clone(&self.writing),
        })
    }
}

impl Read for SharedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl Write for SharedStream {
    fn write(&mut self, frame: &[u8]) -> io::Result<usize> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.stream.write_all(frame)?;
        Ok(frame.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_those_of_the_standard() {
        // RFC 6455 §5.7: a masked "Hello".
        let hello = frame(b"Hello", [0x37, 0xFA, 0x21, 0x3D]);
        assert_eq!(
            *hello,
            [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        );
        for (length, header) in [
            (125, vec![0xFD]),
            (126, vec![0xFE, 0, 126]),
            (65536, vec![0xFF, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let frame = frame(&vec![b'x'; length], [1, 2, 3, 4]);
            assert_eq!(frame[1..=header.len()], header);
            assert_eq!(frame.len(), 1 + header.len() + 4 + length);
        }
    }
}

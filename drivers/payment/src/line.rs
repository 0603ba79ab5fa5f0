//! The line to the terminal: a TCP connection, or a serial port (PA00P016 chapters 2 to 4).
use crate::apdu::{Apdu, Assembler};
use crate::serial::SerialLine;
use core::time::Duration;
use rustix::event::{self, PollFd, PollFlags, Timespec};
use rustix::termios::{self, OptionalActions, SpecialCodeIndex};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The port of the standard (PA00P016 §2.2).
pub const TCP_PORT: u16 = 20_007;
/// Read at once.
const PIECE_BYTES: usize = 4096;
/// The shortest wait that sockets know.
const WAIT_MIN: Duration = Duration::from_millis(1);

/// Where the terminal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the network.
    Tcp(SocketAddr),
    /// At a serial port, or at a USB port that looks like one.
    Serial {
        /// `/dev/ttyS0`, `/dev/ttyACM0`.
        path: PathBuf,
        /// 9600 in the standard, 115200 as an option (§2.1).
        baud: u32,
    },
}

/// An open line.
pub(crate) enum Line {
    Tcp { stream: TcpStream, assembler: Assembler },
    Serial { port: File, line: Box<SerialLine> },
}

impl Place {
    /// Opens the line. Waits no longer than `patience`.
    pub(crate) fn connect(&self, patience: Duration) -> io::Result<Line> {
        match self {
            Self::Tcp(address) => {
                let stream = TcpStream::connect_timeout(address, patience)?;
                stream.set_nodelay(true)?;
                stream.set_write_timeout(Some(patience))?;
                Ok(Line::Tcp {
                    stream,
                    assembler: Assembler::default(),
                })
            }
            Self::Serial { path, baud } => {
                let port = open_port(path, *baud)?;
                Ok(Line::Serial {
                    port,
                    line: Box::default(),
                })
            }
        }
    }
}

impl Line {
    /// Puts a message on the line.
    pub(crate) fn send(&mut self, apdu: &Apdu, now: Duration) -> io::Result<()> {
        match self {
            Self::Tcp { stream, .. } => stream.write_all(&apdu.encode()),
            Self::Serial { port, line } => {
                line.send(apdu, now);
                port.write_all(&line.take_output())
            }
        }
    }

    /// The next message; `None` if there was none within `wait`. An error means that the line is of no use any more.
    pub(crate) fn receive(
        &mut self,
        wait: Duration,
        t3: Duration,
        clock: &dyn Fn() -> Duration,
    ) -> io::Result<Option<Apdu>> {
        let mut piece = Zeroizing::new([0_u8; PIECE_BYTES]);
        match self {
            Self::Tcp { stream, assembler } => {
                if let Some(apdu) = assembler.next(clock()).map_err(invalid)? {
                    return Ok(Some(apdu));
                }
                stream.set_read_timeout(Some(wait.max(WAIT_MIN)))?;
                let length = match stream.read(&mut *piece) {
                    Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                    Ok(length) => length,
                    Err(error) if is_no_news(&error) => 0,
                    Err(error) => return Err(error),
                };
                let now = clock();
                assembler.push(&piece[..length], now);
                if assembler.deadline(t3).is_some_and(|deadline| now >= deadline) {
                    return Err(invalid(crate::apdu::ApduError::Unfinished));
                }
                assembler.next(now).map_err(invalid)
            }
            Self::Serial { port, line } => {
                let length = if wait_for_port(port, wait)? {
                    port.read(&mut *piece)?
                } else {
                    0
                };
                let now = clock();
                line.handle(&piece[..length], now).map_err(invalid)?;
                line.tick(now).map_err(invalid)?;
                port.write_all(&line.take_output())?;
                Ok(line.take_message())
            }
        }
    }

    /// False if the other end has closed, or says something that nobody asked for: then it is better opened anew.
    pub(crate) fn is_fresh(&mut self, t3: Duration, clock: &dyn Fn() -> Duration) -> bool {
        matches!(self.receive(WAIT_MIN, t3, clock), Ok(None))
    }
}

fn is_no_news(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// True when there is something to read. A port whose cable was pulled would be read as silent for ever, without waiting.
fn wait_for_port(port: &File, wait: Duration) -> io::Result<bool> {
    let wait = Timespec::try_from(wait).map_err(invalid)?;
    let mut ports = [PollFd::new(port, PollFlags::IN)];
    match event::poll(&mut ports, Some(&wait)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let news = ports[0].revents();
    if news.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    Ok(news.contains(PollFlags::IN))
}

/// Eight bits, no parity, two stop bits, no handshake (§2.1).
fn open_port(path: &PathBuf, baud: u32) -> io::Result<File> {
    let flags = i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).unwrap_or_default();
    let port = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(flags)
        .open(path)?;
    let mut settings = termios::tcgetattr(&port)?;
    settings.make_raw();
    settings.set_speed(baud)?;
    settings.control_modes |=
        termios::ControlModes::CSTOPB | termios::ControlModes::CLOCAL | termios::ControlModes::CREAD;
    settings.control_modes &= !termios::ControlModes::CRTSCTS;
    // A read returns at once with what is there; waiting is done before.
    settings.special_codes[SpecialCodeIndex::VMIN] = 0;
    settings.special_codes[SpecialCodeIndex::VTIME] = 0;
    termios::tcsetattr(&port, OptionalActions::Flush, &settings)?;
    Ok(port)
}

//! The three ways to a receipt printer: network, serial line, USB. Nothing here waits longer than it is told to.
use core::time::Duration;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::net::sockopt::set_socket_linger;
use rustix::termios::{ControlModes, OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// How a receipt printer is connected.
#[derive(Clone, Debug)]
pub enum Line {
    /// Raw TCP; `host:9100` nearly everywhere.
    Tcp {
        /// Host and port.
        address: String,
    },
    /// A serial line with 8 data bits, no parity, 1 stop bit and hardware flow control (RTS/CTS), as printers are set
    /// when they come.
    Serial {
        /// Its device file.
        path: PathBuf,
        /// Bits per second, as the printer is set.
        baud: u32,
    },
    /// A USB printer of the kernel's `usblp`.
    Usb {
        /// Its device file, `/dev/usb/lp0`.
        path: PathBuf,
    },
}

/// An open line.
pub(crate) enum Wire {
    Tcp(TcpStream),
    Serial(File),
    Usb(File),
}

impl Wire {
    /// Opens a line; a network connection takes at most `patience`.
    pub(crate) fn open(line: &Line, patience: Duration) -> io::Result<Self> {
        match line {
            Line::Tcp { address } => {
                let resolved = address.to_socket_addrs()?.next();
                let address = resolved.ok_or_else(|| io::Error::from(ErrorKind::AddrNotAvailable))?;
                let stream = TcpStream::connect_timeout(&address, patience)?;
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                Ok(Self::Tcp(stream))
            }
            Line::Serial { path, baud } => {
                let file = device(path)?;
                set_up(&file, *baud)?;
                Ok(Self::Serial(file))
            }
            Line::Usb { path } => Ok(Self::Usb(device(path)?)),
        }
    }

    /// Waits until there is something to read, or, if `wants_to_write`, room to write; tells whether there is room.
    pub(crate) fn wait(&self, wants_to_write: bool, patience: Duration) -> io::Result<bool> {
        let mut wanted = PollFlags::IN;
        wanted.set(PollFlags::OUT, wants_to_write);
        let patience = Timespec::try_from(patience).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
        let mut polled = [PollFd::from_borrowed_fd(self.fd(), wanted)];
        match poll(&mut polled, Some(&patience)) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let found = polled[0].revents();
        let to_read = found.contains(PollFlags::IN);
        // what was said before the line broke is still read
        if found.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) && !to_read {
            return Err(ErrorKind::BrokenPipe.into());
        }
        Ok(found.contains(PollFlags::OUT))
    }

    /// Reads what is there; 0 when there is nothing.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (read, ends_with_nothing) = match self {
            Self::Tcp(stream) => (stream.read(buffer), true),
            Self::Serial(file) | Self::Usb(file) => (file.read(buffer), false),
        };
        match read {
            Ok(0) if ends_with_nothing => Err(ErrorKind::UnexpectedEof.into()),
            Err(error) if is_later(&error) => Ok(0),
            read => read,
        }
    }

    /// Writes what there is room for.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Serial(file) | Self::Usb(file) => file.write(bytes),
        };
        match written {
            Err(error) if is_later(&error) => Ok(0),
            written => written,
        }
    }

    /// Closes it and drops what it hasn't sent yet. That a line is broken already is no matter.
    pub(crate) fn abandon(self) {
        match self {
            Self::Tcp(stream) => {
                // closed by a reset instead of sending the rest (RFC 9293 §3.10.5)
                let _ = set_socket_linger(&stream, Some(Duration::ZERO));
            }
            Self::Serial(file) => {
                let _ = tcflush(&file, QueueSelector::OFlush);
            }
            Self::Usb(_) => {} // the kernel drops it when the file is closed
        }
    }

    fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(stream) => stream.as_fd(),
            Self::Serial(file) | Self::Usb(file) => file.as_fd(),
        }
    }
}

fn is_later(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

fn device(path: &PathBuf) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    options.custom_flags(flags.bits().cast_signed()).open(path)
}

fn set_up(file: &File, baud: u32) -> io::Result<()> {
    let mut settings = tcgetattr(file)?;
    settings.make_raw();
    settings.set_speed(baud)?;
    settings.control_modes |= ControlModes::CREAD | ControlModes::CLOCAL | ControlModes::CRTSCTS;
    settings.control_modes -= ControlModes::CSTOPB;
    tcsetattr(file, OptionalActions::Now, &settings)?;
    Ok(())
}

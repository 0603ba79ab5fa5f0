//! The line between terminal and backend, with a hand on the plug: a forwarder on the loopback whose connections are
//! really cut, not pretended to be.
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Connections remembered to be cut; the courier uses one or two.
const CONNECTIONS_MAX: usize = 64;

/// A line that can be cut and mended.
#[derive(Debug)]
pub(crate) struct Line {
    address: SocketAddr,
    up: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Line {
    /// A line to `backend`, up.
    pub(crate) fn to(backend: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let line = Self {
            address,
            up: Arc::new(AtomicBool::new(true)),
            open: Arc::new(Mutex::new(Vec::new())),
        };
        let (up, open) = (Arc::clone(&line.up), Arc::clone(&line.open));
        thread::Builder::new().name("line".to_owned()).spawn(move || {
            for near in listener.incoming().flatten() {
                if !up.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(far) = TcpStream::connect(backend) else { continue };
                join(near, far, &open);
            }
        })?;
        Ok(line)
    }

    /// Where the terminal's side begins.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts or mends it. Cutting ends what is under way.
    pub(crate) fn set(&self, up: bool) {
        self.up.store(up, Ordering::SeqCst);
        if !up {
            for stream in self.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                // Already closed by the other side: cut all the same.
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

fn join(near: TcpStream, far: TcpStream, open: &Mutex<Vec<TcpStream>>) {
    let copy = |from: io::Result<TcpStream>, to: io::Result<TcpStream>| {
        let (Ok(mut from), Ok(mut to)) = (from, to) else { return };
        thread::spawn(move || {
            // A cut line ends the copy with an error; that is what it is for.
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    };
    copy(near.try_clone(), far.try_clone());
    copy(far.try_clone(), near.try_clone());
    let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
    if open.len() >= CONNECTIONS_MAX {
        open.remove(0);
    }
    open.extend([near, far]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn a_cut_line_carries_nothing_and_a_mended_one_does() {
        let backend = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = backend.local_addr().unwrap();
        thread::spawn(move || {
            for mut stream in backend.incoming().flatten() {
                let mut byte = [0];
                while stream.read_exact(&mut byte).is_ok() && stream.write_all(&byte).is_ok() {}
            }
        });
        let line = Line::to(address).unwrap();
        let echo = |stream: &mut TcpStream| {
            stream.write_all(b"x")?;
            stream.read_exact(&mut [0])
        };
        let mut stream = TcpStream::connect(line.address()).unwrap();
        echo(&mut stream).unwrap();
        line.set(false);
        assert!(echo(&mut stream).is_err());
        assert!(echo(&mut TcpStream::connect(line.address()).unwrap()).is_err());
        line.set(true);
        echo(&mut TcpStream::connect(line.address()).unwrap()).unwrap();
    }
}

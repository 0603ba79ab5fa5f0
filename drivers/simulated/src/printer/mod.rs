//! A receipt printer in software: ESC/POS over TCP, as a printer with a network board speaks it on port 9100.
//!
//! It shares nothing with the `paper` crate: bytes are decoded here once more, so that a mistake in one can't hide in the
//! other. It has what the real ones have: a receive buffer that fills while nothing is printed, real-time commands that
//! are obeyed the moment they come in (also from the middle of a picture), status that is told by itself, and paper that
//! runs out between two rows. What it prints can be looked at ([`ReceiptPrinter::paper`]).
//!
//! Source: Epson, *ESC/POS Command Reference for TM Printers*.
mod decoder;
mod mechanics;
mod serving;

pub use mechanics::{Cut, Faults, Slip};

use core::time::Duration;
use mechanics::Mechanics;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Dots beside each other.
pub const WIDTH_DOTS: usize = 576;

/// A printer that is switched on. Dropping it switches it off.
pub struct ReceiptPrinter {
    shared: Arc<Shared>,
    address: SocketAddr,
}

/// What the printer's threads share.
struct Shared {
    mechanics: Mutex<Mechanics>,
    /// Something changed: there is more in the buffer, or room, or a fault has gone.
    changed: Condvar,
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Mechanics> {
        self.mechanics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReceiptPrinter {
    /// Switches a printer on that listens at `address` (`127.0.0.1:0` for any port).
    ///
    /// # Errors
    /// The address is taken, or there is no thread to be had.
    pub fn start(address: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            mechanics: Mutex::new(Mechanics::default()),
            changed: Condvar::new(),
        });
        let (for_line, for_head) = (Arc::clone(&shared), Arc::clone(&shared));
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        named("printer's line").spawn(move || serving::listen(&listener, &for_line))?;
        named("printer's head").spawn(move || serving::print(&for_head))?;
        Ok(Self { shared, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what is wrong with it. What it holds is printed when it can print again.
    pub fn change(&self, change: impl FnOnce(&mut Faults)) {
        let mut mechanics = self.shared.open();
        change(&mut mechanics.faults);
        mechanics.tell_change();
        drop(mechanics);
        self.shared.changed.notify_all();
    }

    /// All pieces that were cut off, in their order.
    pub fn paper(&self) -> Vec<Slip> {
        self.shared.open().slips.clone()
    }

    /// Rows that hang out of it and aren't cut off.
    pub fn hanging_rows(&self) -> usize {
        self.shared.open().hanging.len()
    }

    /// Bytes in its buffer.
    pub fn buffered(&self) -> usize {
        self.shared.open().buffer.len()
    }

    /// Bytes that no printer knows what to do with; a driver that is right sends none.
    pub fn unknown_bytes(&self) -> usize {
        self.shared.open().unknown
    }

    /// Waits until `is_so` of it, at most `patience`; tells whether it came.
    pub fn wait_until(&self, patience: Duration, is_so: impl Fn(&[Slip], usize) -> bool) -> bool {
        let mechanics = self.shared.open();
        let not_yet = |mechanics: &mut Mechanics| !is_so(&mechanics.slips, mechanics.hanging.len());
        let waited = self.shared.changed.wait_timeout_while(mechanics, patience, not_yet);
        waited.is_ok_and(|(_, timeout)| !timeout.timed_out())
    }
}

impl Drop for ReceiptPrinter {
    fn drop(&mut self) {
        self.shared.open().is_off = true;
        self.shared.changed.notify_all();
        // the line's thread waits for whoever calls; it hangs up when it sees that the printer is off
        drop(std::net::TcpStream::connect_timeout(
            &self.address,
            Duration::from_secs(1),
        ));
    }
}

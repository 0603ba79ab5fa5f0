//! A payment terminal in software: it listens on a TCP port and speaks ZVT, with a whole terminal's memory. It stores a
//! payment for good only after the acknowledgement of 04 0F and of the receipt's lines, and reverses by itself when
//! those don't come (PA00P015 §2.2.8); a test reads in its [`Ledger`] what was really taken.
//!
//! It shares no code with `drivers/payment`.
mod books;
mod codec;
mod ledger;
mod mishap;
mod session;
mod transaction;

pub use ledger::{Entry, Ledger};
pub use mishap::{Mishap, Plan};

use books::Books;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What 06 20 tells after the terminal has reversed a payment by itself: terminals differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterAutoReversal {
    /// The transaction before it.
    ShowsBefore,
    /// The payment, as failed.
    ShowsFailure,
    /// The reversal, with the payment's trace number in BMP 37.
    ShowsReversal,
}

/// How this terminal is.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// How long it waits for an acknowledgement.
    pub ack_patience: Duration,
    /// How long a citizen takes for each step: nothing in tests, a second or two where people watch.
    pub pace: Duration,
    /// How long it waits for a card.
    pub card_patience: Duration,
    /// See there.
    pub after_auto_reversal: AfterAutoReversal,
    /// It stores a payment when 04 0F is acknowledged (§2.2.9), not only when the receipt's lines are, too (§2.2.8): the
    /// standard says both.
    pub stores_at_acknowledgement: bool,
    /// It knows tag 1F1F, and then doesn't reverse by itself (PA00P015 chapter 4).
    pub knows_sync: bool,
    /// Status byte after registration (table 3).
    pub status_byte: u8,
    /// Answer to 05 01 (chapter 11).
    pub terminal_status: u8,
    /// It tells nothing of its last transaction, as some do if it isn't allowed to be started by hand.
    pub keeps_last_to_itself: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            ack_patience: Duration::from_secs(5),
            pace: Duration::ZERO,
            card_patience: Duration::from_secs(60),
            after_auto_reversal: AfterAutoReversal::ShowsBefore,
            stores_at_acknowledgement: false,
            knows_sync: false,
            status_byte: 0,
            terminal_status: 0,
            keeps_last_to_itself: false,
        }
    }
}

/// A running terminal. Dropping it switches it off; a clone of its [`Memory`] outlives that.
pub struct Terminal {
    address: SocketAddr,
    memory: Memory,
    is_off: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What a terminal keeps when it is switched off.
#[derive(Clone)]
pub struct Memory(Arc<Mutex<Books>>);

impl Memory {
    /// Of a terminal that never took a payment.
    pub fn new(plan: Plan) -> Self {
        Self(Arc::new(Mutex::new(Books::new(plan))))
    }

    /// The money that was really taken.
    pub fn ledger(&self) -> Ledger {
        self.lock().ledger.clone()
    }

    /// What goes wrong from now on.
    pub fn plan(&self, plan: Plan) {
        self.lock().plan = plan;
    }

    /// From now on an end of day tells so many cents too much, or too few.
    pub fn lie(&self, cents: i64) {
        self.lock().lie_cents = cents;
    }

    /// The bank gives that amount back by hand. True if it was taken.
    pub fn give_back_by_hand(&self, cents: u64) -> bool {
        let mut books = self.lock();
        let entry = books
            .ledger
            .entries
            .iter_mut()
            .find(|entry| entry.is_taken && entry.cents == cents);
        entry.map(|entry| entry.is_taken = false).is_some()
    }

    /// How many payments and reversals it was asked for.
    pub fn transactions(&self) -> u64 {
        self.lock().transactions
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Terminal {
    /// Switches a terminal on, on a free port of this machine.
    ///
    /// # Errors
    /// When there is no port or no thread.
    pub fn start(manner: Manner, memory: Memory) -> io::Result<Self> {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), manner, memory)
    }

    /// Switches it on at an address.
    ///
    /// # Errors
    /// When the port isn't free, or there is no thread.
    pub fn start_at(address: SocketAddr, manner: Manner, memory: Memory) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let is_off = Arc::new(AtomicBool::new(false));
        let (its_memory, its_switch) = (memory.clone(), is_off.clone());
        let thread = thread::Builder::new()
            .name("simulated terminal".into())
            .spawn(move || serve(&listener, manner, &its_memory, &its_switch))?;
        Ok(Self {
            address,
            memory,
            is_off,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it keeps.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.is_off.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listener: &TcpListener, manner: Manner, memory: &Memory, is_off: &AtomicBool) {
    for stream in listener.incoming() {
        if is_off.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let is_dead = {
            let mut books = memory.lock();
            let is_dead = books.dead_for > 0;
            books.dead_for = books.dead_for.saturating_sub(1);
            is_dead
        };
        if !is_dead {
            session::Session::new(stream, manner, memory, is_off).run();
        }
    }
}

//! Card readers: one thread per reader drives the `eid` dialogues.
//!
//! Start here: [`spawn`] takes a slot (a place where a card can lie) and gives back a [`ReaderHandle`], which is a
//! [`drivers_api::card::Reader`]. The slot of a real reader is [`pcsc::PcscSlot`]; the `simulated` crate has one in
//! software.
//!
//! What is told: [`CardEvent::Certificate`] at first and whenever the terminal's certificate is another one or none;
//! [`CardEvent::ReaderReady`] and [`CardEvent::ReaderGone`] for the reader; [`CardEvent::Inserted`] as soon as a card has
//! been probed, [`CardEvent::Removed`] only for cards that were told; exactly one answer for each
//! [`ReaderCommand::Read`] and [`ReaderCommand::ManagePin`].
//!
//! A reader with keys of its own ([`part10`]) is told with [`CardEvent::ReaderReady`]; then every secret is typed there,
//! and one that was typed here is refused. When the card lies on another reader than the one that was told, and only one
//! of them has keys, `ReaderReady` comes once more before the card.
mod pad;
pub mod part10;
pub mod pcsc;
mod worker;

use drivers_api::card::{CardEvent, Reader, ReaderCommand};
use drivers_api::slot::Slot;
pub use eid::{Authority, NoCertificate};
use rand_core::CryptoRng;
use std::io;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

/// The other end of a reader's thread. Dropping it ends the thread; a running read ends with the command that is on its
/// way.
pub struct ReaderHandle {
    /// `None` only while it is being dropped: the thread ends when the line is cut.
    commands: Option<Sender<ReaderCommand>>,
    wake: Box<dyn Fn() + Send>,
    thread: Option<JoinHandle<()>>,
}

/// Starts the thread that drives `slot`. `random` gives the ephemeral keys of PACE and chip authentication, `authority`
/// the terminal's side of a read; `events` is called on that thread for everything that is told and must not block for
/// long.
///
/// Fails only when the operating system gives no thread.
pub fn spawn(
    slot: impl Slot,
    random: impl CryptoRng + Send + 'static,
    authority: impl Authority,
    events: impl Fn(CardEvent) + Send + 'static,
) -> io::Result<ReaderHandle> {
    let (commands, inbox) = mpsc::channel();
    let wake = slot.waker();
    let worker = worker::Worker::new(slot, random, authority, events, inbox);
    let thread = thread::Builder::new()
        .name("card reader".into())
        .spawn(move || worker.run())?;
    Ok(ReaderHandle {
        commands: Some(commands),
        wake,
        thread: Some(thread),
    })
}

impl Reader for ReaderHandle {
    fn give(&mut self, command: ReaderCommand) {
        if let Some(commands) = &self.commands {
            // The thread lives as long as this handle, so sending can't fail.
            let _ = commands.send(command);
        }
        (self.wake)();
    }
}

impl ReaderHandle {
    /// Ends the thread and waits until it has let go of the reader.
    pub fn close(mut self) {
        self.hang_up();
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has been reported by the panic hook already.
            let _ = thread.join();
        }
    }

    fn hang_up(&mut self) {
        self.commands = None;
        (self.wake)();
    }
}

impl Drop for ReaderHandle {
    fn drop(&mut self) {
        self.hang_up();
    }
}

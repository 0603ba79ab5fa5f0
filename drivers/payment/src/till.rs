//! The till: a thread that owns line and journal, and staff's way to decide on what it can't.
use crate::clerk::{Clerk, Clock, Desk};
use crate::closing::{Closing, ClosingError, Daily, note_off};
use crate::journal::{Journal, JournalError, Payment, Step};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::payment::{PaymentCommand, PaymentEvent, PaymentTerminal};
use drivers_api::private::wipe_stack;
use jiff::tz::TimeZone;
use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel, sync_channel};
use std::thread::{self, JoinHandle};

pub use crate::clerk::{Settings, WasFiled};

/// Why there is no till.
#[derive(Debug, thiserror::Error)]
pub enum TillError {
    /// The journal can't be opened.
    #[error("the payment journal can't be opened")]
    Journal(#[from] JournalError),
    /// The operating system gives no thread.
    #[error("the till's thread can't be started")]
    Thread(#[source] io::Error),
}

enum Inbox {
    Command(PaymentCommand),
    CloseDay(std::sync::mpsc::SyncSender<Result<Closing, ClosingError>>),
    Close,
}

/// The other end of the till's thread. Dropping it ends the thread after what it is at.
pub struct Till {
    inbox: Sender<Inbox>,
    thread: Option<JoinHandle<()>>,
}

impl Till {
    /// Opens the journal and starts the thread, which settles what was left open and tells whether it is ready. `events`
    /// is called on that thread and must not block for long.
    ///
    /// # Errors
    /// See [`TillError`].
    pub fn start(settings: Settings, events: impl Fn(PaymentEvent) + Send + 'static) -> Result<Self, TillError> {
        let interval = settings.enquiry_interval;
        let daily = settings.closing.clone().map(|closing| Daily::new(closing, interval));
        let clerk = Clerk::open(settings, clock())?;
        let (inbox, received) = channel();
        let counter = Counter {
            received,
            events: Box::new(events),
            waiting: VecDeque::new(),
            is_closing: false,
        };
        let thread = thread::Builder::new()
            .name("payment".into())
            .spawn(move || counter.run(clerk, daily, interval))
            .map_err(TillError::Thread)?;
        Ok(Self {
            inbox,
            thread: Some(thread),
        })
    }

    /// Closes the day, after what is going on: the terminal's end of day against the journal. Waits for it.
    ///
    /// # Errors
    /// See [`ClosingError`].
    pub fn close_day(&self) -> Result<Closing, ClosingError> {
        let (answer, answered) = sync_channel(1);
        self.inbox
            .send(Inbox::CloseDay(answer))
            .map_err(|_| ClosingError::NoTill)?;
        answered.recv().map_err(|_| ClosingError::NoTill)?
    }
}

impl PaymentTerminal for Till {
    fn give(&mut self, command: PaymentCommand) {
        if self.inbox.send(Inbox::Command(command)).is_err() {
            tracing::error!("the till's thread has ended");
        }
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        let _ = self.inbox.send(Inbox::Close);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the till's thread panicked");
        }
    }
}

/// The thread's side.
struct Counter {
    received: Receiver<Inbox>,
    events: Box<dyn Fn(PaymentEvent) + Send>,
    /// Came while something else was going on.
    waiting: VecDeque<Inbox>,
    is_closing: bool,
}

impl Counter {
    fn run(mut self, mut clerk: Clerk, mut daily: Option<Daily>, interval: Duration) {
        if let Some(daily) = &mut daily {
            daily.begin(&mut clerk);
        }
        self.look_after(&mut clerk, daily.as_mut());
        while !self.is_closing {
            let next = match self.waiting.pop_front() {
                Some(next) => Ok(next),
                None => self.received.recv_timeout(interval),
            };
            match next {
                Ok(Inbox::Command(command)) => clerk.carry_out(command, &mut self),
                Ok(Inbox::CloseDay(answer)) => {
                    let closing = crate::closing::close_day(&mut clerk, &mut self);
                    if let Some(daily) = &mut daily {
                        daily.write_files(&mut clerk);
                    }
                    // Whoever asked may have given up.
                    let _ = answer.try_send(closing);
                }
                Ok(Inbox::Close) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => self.look_after(&mut clerk, daily.as_mut()),
            }
            wipe_stack();
        }
    }

    /// There is nothing else to do.
    fn look_after(&mut self, clerk: &mut Clerk, daily: Option<&mut Daily>) {
        clerk.look_after(self);
        // Somebody may have come meanwhile: the day can wait.
        self.drain();
        match daily {
            Some(daily) if self.waiting.is_empty() => daily.look(clerk, self),
            Some(_) => {}
            None => note_off(clerk),
        }
    }

    /// Takes what has come meanwhile.
    fn drain(&mut self) {
        loop {
            match self.received.try_recv() {
                Ok(Inbox::Close) | Err(TryRecvError::Disconnected) => {
                    self.is_closing = true;
                    return;
                }
                Ok(other) => self.waiting.push_back(other),
                Err(TryRecvError::Empty) => return,
            }
        }
    }
}

impl Desk for Counter {
    fn tell(&mut self, event: PaymentEvent) {
        (self.events)(event);
    }

    /// A till that is dropped in the middle of a payment gives it up, if the terminal still lets it.
    fn is_abort_wanted(&mut self, job: Job) -> bool {
        self.drain();
        let is_abort = |inbox: &Inbox| matches!(inbox, Inbox::Command(PaymentCommand::Abort(other)) if *other == job);
        self.is_closing || self.waiting.iter().any(is_abort)
    }

    fn pause(&mut self, time: Duration) {
        let now = clock().monotonic;
        let until = now() + time;
        while !self.is_closing && now() < until {
            match self.received.recv_timeout(until.saturating_sub(now())) {
                Ok(Inbox::Close) | Err(RecvTimeoutError::Disconnected) => self.is_closing = true,
                Ok(other) => self.waiting.push_back(other),
                Err(RecvTimeoutError::Timeout) => return,
            }
        }
    }

    fn is_leaving(&self) -> bool {
        self.is_closing
    }
}

/// The machine's clocks.
#[allow(clippy::disallowed_methods)] // the till is the host that owns the terminal's time
pub fn clock() -> Clock {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    Clock {
        monotonic: || START.get_or_init(Instant::now).elapsed(),
        unix: || jiff::Timestamp::now().as_second(),
        today: || jiff::Zoned::now().date(),
        zone: TimeZone::system,
    }
}

/// Staff's word on a payment that nobody else can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The money was taken and stays; the service was or will be given.
    Taken,
    /// Nothing was taken, or it was given back.
    Returned,
}

/// The payments that staff must decide on.
///
/// # Errors
/// See [`JournalError`].
pub fn unclear(journal: &Path) -> Result<Vec<Payment>, JournalError> {
    Journal::open_beside(journal)?.unclear()
}

/// Staff decides on a payment, while the till runs. The till notices when it next looks at its terminal.
///
/// # Errors
/// [`JournalError::WrongStep`] when the payment isn't unclear (any more), others as they come.
pub fn settle(journal: &Path, payment: i64, decision: Decision) -> Result<(), JournalError> {
    let step = match decision {
        Decision::Taken => Step::SettledTaken,
        Decision::Returned => Step::SettledReturned,
    };
    Journal::open_beside(journal)?.step(payment, step, None, (clock().unix)())
}

/// Staff has looked at the damaged journal and settled its payments by hand: payment goes on with the new one.
///
/// # Errors
/// See [`JournalError`].
pub fn confirm_new_journal(journal: &Path) -> Result<(), JournalError> {
    Journal::open_beside(journal)?.confirm((clock().unix)())
}

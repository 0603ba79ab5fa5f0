//! The thread that starts, drives and ends AusweisApp.
use crate::door::{Act, Door};
use crate::events::{AppCommand, AppEvent};
use crate::line::{Line, Received};
use crate::program::{Program, Running};
use core::time::Duration;
use drivers_api::card::{CardEvent, Reader, ReaderCommand};
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};

/// How long AusweisApp may take until it listens; 0.5 s on a desktop computer.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// How often a starting AusweisApp is looked after.
const START_GLANCE: Duration = Duration::from_millis(20);
/// How often AusweisApp is started again in a row.
const RESTARTS_MAX: u8 = 3;
/// After that, and when it can't be started, it is left alone for so long: somebody may mend it.
const REST: Duration = Duration::from_secs(60);

/// The other end of AusweisApp's thread.
///
/// **Who owns the reader.** AusweisApp looks at every card that is laid on, so it and our own reader must not run at the
/// same time. Between [`Self::start`] and [`Self::end`] the reader is AusweisApp's: let go of it before (close the
/// `reader` crate's handle), and take it back only after `end` has returned. Commands outside of that time are answered
/// with [`drivers_api::card::CardFailure::ReaderGone`].
///
/// Dropping it ends AusweisApp.
pub struct AppHandle {
    inbox: Sender<Inbox>,
    thread: Option<JoinHandle<()>>,
}

enum Inbox {
    Start,
    /// Tell when AusweisApp is gone.
    End(Sender<()>),
    Command(AppCommand),
    /// From the line of that number.
    Received(u64, Received),
    Close,
}

/// Starts the thread, not yet AusweisApp. `clock` is monotonic and the one that photo comparisons are dated by; `events`
/// is called on the thread and must not block for long.
///
/// Fails only when the operating system gives no thread.
pub fn spawn(
    program: Program,
    clock: impl Fn() -> Duration + Send + 'static,
    events: impl Fn(AppEvent) + Send + 'static,
) -> io::Result<AppHandle> {
    let (inbox, received) = mpsc::channel();
    let own = inbox.clone();
    let thread = thread::Builder::new().name("AusweisApp".into()).spawn(move || {
        let host = Host {
            program,
            clock,
            events,
            inbox: own,
            received,
            door: Door::new(),
            app: App::Off,
            restarts_left: 0,
            lines: 0,
        };
        host.run();
    })?;
    Ok(AppHandle {
        inbox,
        thread: Some(thread),
    })
}

impl AppHandle {
    /// Gives the reader to AusweisApp and starts it; returns at once. [`CardEvent::ReaderReady`] tells when it works.
    pub fn start(&mut self) {
        self.tell(Inbox::Start);
    }

    /// Ends AusweisApp and with it any job; returns when its process is gone and the reader is free: at once as a rule,
    /// after 3 s where it doesn't listen and has to be killed.
    pub fn end(&mut self) {
        let (gone, wait) = mpsc::channel();
        self.tell(Inbox::End(gone));
        // An error means that the thread is gone, and AusweisApp with it.
        let _ = wait.recv();
    }

    /// Hands over a command; returns at once.
    pub fn command(&mut self, command: AppCommand) {
        self.tell(Inbox::Command(command));
    }

    /// Ends AusweisApp and the thread, and waits for both.
    pub fn close(mut self) {
        self.hang_up();
    }

    fn tell(&self, inbox: Inbox) {
        // The thread lives as long as this handle.
        let _ = self.inbox.send(inbox);
    }

    fn hang_up(&mut self) {
        self.tell(Inbox::Close);
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

impl Reader for AppHandle {
    fn give(&mut self, command: ReaderCommand) {
        self.command(AppCommand::Reader(command));
    }
}

impl Drop for AppHandle {
    fn drop(&mut self) {
        self.hang_up();
    }
}

struct Host<C, E> {
    program: Program,
    clock: C,
    events: E,
    /// For the threads of lines.
    inbox: Sender<Inbox>,
    received: Receiver<Inbox>,
    door: Door,
    app: App,
    restarts_left: u8,
    lines: u64,
}

enum App {
    Off,
    /// Of no use; will be started once more.
    Resting {
        until: Duration,
    },
    Starting {
        running: Running,
        until: Duration,
    },
    /// Fields drop in this order: first the line, which makes AusweisApp cancel and let go of the card.
    On {
        line: Line,
        _running: Running,
    },
}

impl<C: Fn() -> Duration, E: Fn(AppEvent)> Host<C, E> {
    fn run(mut self) {
        loop {
            let inbox = match self.patience() {
                Some(patience) => match self.received.recv_timeout(patience) {
                    Ok(inbox) => Some(inbox),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                },
                None => match self.received.recv() {
                    Ok(inbox) => Some(inbox),
                    Err(_) => return,
                },
            };
            match inbox {
                Some(Inbox::Close) => {
                    self.off();
                    return;
                }
                Some(Inbox::Start) if matches!(self.app, App::Off | App::Resting { .. }) => {
                    self.restarts_left = RESTARTS_MAX;
                    self.start();
                }
                Some(Inbox::Start) => {}
                Some(Inbox::End(gone)) => {
                    self.off();
                    // Nobody may wait any more.
                    let _ = gone.send(());
                }
                Some(Inbox::Command(command)) => self.at_door(|door, now, acts| door.command(command, now, acts)),
                Some(Inbox::Received(line, received)) if line == self.lines && matches!(self.app, App::On { .. }) => {
                    match received {
                        Received::Text(text) => self.at_door(|door, now, acts| door.text(&text, now, acts)),
                        Received::Closed => self.crashed("the line was cut"),
                    }
                }
                // The last words of an older line.
                Some(Inbox::Received(..)) => {}
                None => self.time_passed(),
            }
        }
    }

    fn patience(&self) -> Option<Duration> {
        match self.app {
            App::Off => None,
            App::Resting { until } => Some(until.saturating_sub((self.clock)())),
            App::Starting { .. } => Some(START_GLANCE),
            App::On { .. } => self
                .door
                .deadline()
                .map(|deadline| deadline.saturating_sub((self.clock)())),
        }
    }

    fn time_passed(&mut self) {
        match &mut self.app {
            App::Off => {}
            App::Resting { until } => {
                if *until <= (self.clock)() {
                    self.restarts_left = RESTARTS_MAX;
                    self.start();
                }
            }
            App::Starting { running, until } => {
                let (ended, port) = (running.ended(), running.port());
                let late = *until <= (self.clock)();
                match (ended, port) {
                    (Some(status), _) => self.crashed(&format!("it ended while starting: {status}")),
                    (None, Some(port)) => self.connect(port),
                    (None, None) if late => self.crashed("it doesn't listen"),
                    (None, None) => {}
                }
            }
            App::On { .. } => self.at_door(Door::tick),
        }
    }

    fn start(&mut self) {
        match self.program.start() {
            Ok(running) => {
                let until = (self.clock)().saturating_add(START_PATIENCE);
                self.app = App::Starting { running, until };
            }
            Err(error) => {
                tracing::error!(program = %self.program.executable.display(), %error, "AusweisApp can't be started");
                self.rest();
            }
        }
    }

    fn connect(&mut self, port: u16) {
        self.lines += 1;
        let (number, inbox) = (self.lines, self.inbox.clone());
        // The host may be gone already: then nobody wants to know.
        let received = move |received| drop(inbox.send(Inbox::Received(number, received)));
        let line = match Line::connect(port, received) {
            Ok(line) => line,
            Err(error) => return self.crashed(&error.to_string()),
        };
        self.app = match core::mem::replace(&mut self.app, App::Off) {
            App::Starting { running, .. } => App::On {
                line,
                _running: running,
            },
            other @ (App::Off | App::Resting { .. } | App::On { .. }) => other,
        };
        self.at_door(Door::connected);
    }

    /// Lets the door work, and does what it wants done.
    fn at_door(&mut self, work: impl FnOnce(&mut Door, Duration, &mut Vec<Act>)) {
        let mut acts = Vec::new();
        work(&mut self.door, (self.clock)(), &mut acts);
        let mut broken = None;
        for act in acts {
            match (act, &mut self.app) {
                (Act::Send(outgoing), App::On { line, .. }) => {
                    tracing::debug!(command = outgoing.name(), "to AusweisApp");
                    if line.send(&outgoing).is_err() {
                        broken.get_or_insert_with(|| "a command can't be sent".to_owned());
                    }
                }
                (Act::Send(_), App::Off | App::Resting { .. } | App::Starting { .. }) => {}
                (Act::Tell(event), _) => (self.events)(event),
                (Act::HangUp(failure), _) => drop(broken.get_or_insert_with(|| failure.to_string())),
            }
        }
        if let Some(why) = broken {
            self.crashed(&why);
        }
    }

    /// AusweisApp is gone or of no use: a running job fails, and it is started again.
    fn crashed(&mut self, why: &str) {
        tracing::warn!(why, restarts_left = self.restarts_left, "AusweisApp is of no use");
        self.off();
        if self.restarts_left > 0 {
            self.restarts_left -= 1;
            self.start();
        } else {
            self.rest();
        }
    }

    fn rest(&mut self) {
        let until = (self.clock)().saturating_add(REST);
        self.app = App::Resting { until };
        (self.events)(AppEvent::Card(CardEvent::ReaderGone));
    }

    fn off(&mut self) {
        self.app = App::Off;
        let mut acts = Vec::new();
        self.door.lost((self.clock)(), &mut acts);
        for act in acts {
            match act {
                Act::Tell(event) => (self.events)(event),
                Act::Send(_) | Act::HangUp(_) => {}
            }
        }
    }
}

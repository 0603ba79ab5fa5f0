//! Drives the plan of renewal: asks it what to do, has it done on another thread, reports how it ended, and says how
//! things stand meanwhile, however long the other thread takes.
use super::keys::{BackendKeys, Keys};
use super::line::Line;
use super::state::{EidNotice, EidState};
use super::{EidConfig, Shared};
use signer::authority::{Clock, ListGuard};
use signer::certificates::{Certificates, StoreError};
use signer::lists::ListKind;
use signer::pkcs11::Pkcs11Signer;
use signer::remote::{ServeOptions, Server, serve};
use signer::renewal::{Action, Outcome, Renewal, Tools, carry_out};
use signer::time::UnixTime;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// How long an action may take before staff are told: a complete blocklist takes minutes.
const ACTION_PATIENCE_S: u64 = 600;

/// Shortest pause between two looks.
const PAUSE_MIN: Duration = Duration::from_millis(10);

/// What the driver's thread hears.
pub(super) enum Inbox {
    /// An action ended.
    Done {
        /// Which.
        action: Action,
        /// How.
        outcome: Outcome,
    },
    /// The service ends.
    Stop,
}

pub(super) struct Driver {
    config: EidConfig,
    line: Line,
    clock: Arc<dyn Clock + Sync>,
    state: Shared,
    tell: Sender<Inbox>,
}

/// What there is once folder and socket could be opened.
struct Open {
    store: Certificates,
    renewal: Renewal,
    waiting: VecDeque<Action>,
    /// Since when an action is being carried out.
    running: Option<UnixTime>,
    work: Sender<Action>,
    /// Closed last.
    _socket: Server,
}

/// Why they couldn't.
#[derive(Debug, thiserror::Error)]
enum OpenError {
    #[error("{0}")]
    Folder(#[from] StoreError),
    #[error("{}: {why}", path.display())]
    Socket { path: PathBuf, why: std::io::Error },
    #[error("no thread: {0}")]
    Thread(std::io::Error),
}

impl Driver {
    pub(super) fn new(
        config: EidConfig,
        line: Line,
        clock: Arc<dyn Clock + Sync>,
        state: Shared,
        tell: Sender<Inbox>,
    ) -> Self {
        Self {
            config,
            line,
            clock,
            state,
            tell,
        }
    }

    /// Until it is stopped.
    pub(super) fn run(&self, inbox: &Receiver<Inbox>) {
        let mut open = None;
        loop {
            if open.is_none() {
                open = match self.open() {
                    Ok(open) => Some(open),
                    Err(error) => {
                        self.publish(EidState::off(EidNotice::not_open(&error.to_string())));
                        None
                    }
                };
            }
            let pause = open.as_mut().map_or(self.config.look_period, |open| self.step(open));
            match inbox.recv_timeout(pause.max(PAUSE_MIN)) {
                Ok(Inbox::Done { action, outcome }) => {
                    if let Some(open) = &mut open {
                        open.running = None;
                        open.renewal.handle(&action, outcome, self.clock.now());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Inbox::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Plans, gives out the next action, says how things stand. How long nothing will have to be done.
    fn step(&self, open: &mut Open) -> Duration {
        let now = self.clock.now();
        let chain = match open.store.chain() {
            Ok(chain) => chain,
            Err(error) => {
                self.publish(EidState::off(EidNotice::not_open(&error.to_string())));
                return self.config.look_period;
            }
        };
        open.waiting.extend(open.renewal.plan(now, &chain));
        if open.running.is_none()
            && let Some(action) = open.waiting.pop_front()
        {
            open.running = Some(now);
            // The worker lives as long as its line is open; nothing but a panic there ends it, and then nothing is
            // renewed any more, which is told like a hang.
            let _ = open.work.send(action);
        }
        let mut state = EidState::of(&open.renewal.health(now, &chain));
        if let Some(since) = open.running
            && now.since(since) > ACTION_PATIENCE_S
        {
            state.notices.push(EidNotice::hanging(ACTION_PATIENCE_S));
        }
        self.publish(state);
        let until = open.renewal.deadline(now, &chain).since(now);
        Duration::from_secs(until).min(self.config.look_period)
    }

    fn publish(&self, state: EidState) {
        let mut known = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref() != Some(&state) {
            state.tell(known.as_ref());
            *known = Some(state);
        }
    }

    fn open(&self) -> Result<Open, OpenError> {
        let store = Certificates::open(&self.config.folder)?;
        let socket = serve(&self.config.socket, self.keys(&store), ServeOptions::default()).map_err(|why| {
            OpenError::Socket {
                path: self.config.socket.clone(),
                why,
            }
        })?;
        let first_holder = self.config.first_holder.clone();
        let renewal = Renewal::new(self.config.schedule.clone(), first_holder, |kind| {
            store.confirmed_at(kind)
        });
        let (work, actions) = channel();
        let worker = Worker {
            keys: self.keys(&store),
            line: self.line.clone(),
            store: store.clone(),
            folder: self.config.folder.clone(),
            clock: Arc::clone(&self.clock),
            tell: self.tell.clone(),
        };
        std::thread::Builder::new()
            .name("eid-renewal".to_owned())
            .spawn(move || worker.run(&actions))
            .map_err(OpenError::Thread)?;
        Ok(Open {
            store,
            renewal,
            waiting: VecDeque::new(),
            running: None,
            work,
            _socket: socket,
        })
    }

    fn keys(&self, store: &Certificates) -> Keys {
        match &self.config.token {
            Some(token) => Keys::Token {
                signer: Box::new(Pkcs11Signer::new(token.clone())),
                store: store.clone(),
            },
            None => Keys::Backend(BackendKeys::new(self.line.clone())),
        }
    }
}

/// Carries out, one action after the other.
struct Worker {
    keys: Keys,
    line: Line,
    store: Certificates,
    folder: PathBuf,
    clock: Arc<dyn Clock + Sync>,
    tell: Sender<Inbox>,
}

impl Worker {
    fn run(mut self, actions: &Receiver<Action>) {
        while let Ok(action) = actions.recv() {
            let mut guard = ListGuard::new(&self.folder, self.clock.today());
            let mut check = |kind: ListKind, list: &[u8]| guard.check(kind, list);
            let mut tools = Tools {
                keys: &mut self.keys,
                partner: &mut self.line,
                store: &self.store,
                check: &mut check,
            };
            let outcome = carry_out(&action, &mut tools, self.clock.now());
            if self.tell.send(Inbox::Done { action, outcome }).is_err() {
                return;
            }
        }
    }
}

//! Keys and certificates for reading identity cards: this process has the network and the way to the key, the kiosk has
//! neither.
//!
//! * At [`EidConfig::socket`] the kiosk gets transcripts of terminal authentication signed ([`signer::remote`]): by the
//!   token at this terminal, or by the backend over the same line as everything else ([`Keys`]).
//! * In [`EidConfig::folder`] certificates and lists are kept current: [`signer::renewal::Renewal`] plans, a thread of its
//!   own carries out, because a security module may hang; the partner is the backend ([`wire::eid`]).
//! * [`EidState`] says how things stand, for staff, at every change: in the journal, and at the agent's socket.
//!
//! Whatever fails here turns eID off at worst. The courier goes on.
mod driver;
mod keys;
mod line;
mod state;

pub use keys::{BackendKeys, Keys};
pub use line::{LIST_PATIENCE, QUESTION_PATIENCE};
pub use state::{EidNotice, EidState, FAILURES_BEFORE_NOTICE, NOTICE_CODES};

use crate::backend::http;
use crate::{Config, ConfigError};
use driver::{Driver, Inbox};
use line::Line;
use signer::authority::Clock;
use signer::certificate::HolderReference;
use signer::pkcs11::Pkcs11Config;
use signer::renewal::Schedule;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is looked how things stand, at least: certificates end without anything happening, and clocks are set.
pub const LOOK_PERIOD: Duration = Duration::from_secs(30);

/// How long a promised certificate is waited for before another key is made. The backend keeps requests in a folder, and
/// somebody may carry them by hand: the first certificate takes days.
pub const COLLECT_FOR_S: u64 = 7 * 24 * 60 * 60;

/// Settings of the section `[eid]`.
#[derive(Clone, Debug)]
pub struct EidConfig {
    /// Folder of certificates and lists; the kiosk's setting names the same.
    pub folder: PathBuf,
    /// Unix socket at which the kiosk gets signatures; the kiosk's setting names the same.
    pub socket: PathBuf,
    /// Holder reference of the very first key; without it, no first certificate is asked for.
    pub first_holder: Option<HolderReference>,
    /// The token with the key; without it, the backend has the key.
    pub token: Option<Pkcs11Config>,
    /// When to ask for what.
    pub schedule: Schedule,
    /// At least so often it is looked how things stand.
    pub look_period: Duration,
}

impl EidConfig {
    /// Settings with everything else as usual.
    pub fn new(folder: impl Into<PathBuf>, socket: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            socket: socket.into(),
            first_holder: None,
            token: None,
            schedule: Schedule {
                collect_for_s: COLLECT_FOR_S,
                ..Schedule::default()
            },
            look_period: LOOK_PERIOD,
        }
    }
}

/// How things stand, as all threads see it.
pub(crate) type Shared = Arc<Mutex<Option<EidState>>>;

/// Signs and renews until it is dropped.
#[derive(Debug)]
pub struct Service {
    state: Shared,
    inbox: Sender<Inbox>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    /// Starts with the backend of `config`. Folder, socket and token are looked for afterwards and again and again: that
    /// one of them isn't there is told in the state.
    ///
    /// # Errors
    /// The settings of the line don't hold together, or the system has no thread.
    pub fn start(config: &Config, eid: EidConfig, clock: impl Clock + Sync) -> Result<Self, ServiceError> {
        let line = Line::new(http(config)?, config);
        let (tell, inbox) = channel();
        let state = Shared::default();
        let driver = Driver::new(eid, line, Arc::new(clock), Arc::clone(&state), tell.clone());
        let thread = std::thread::Builder::new()
            .name("eid".to_owned())
            .spawn(move || driver.run(&inbox))
            .map_err(ServiceError::Thread)?;
        Ok(Self {
            state,
            inbox: tell,
            thread: Some(thread),
        })
    }

    /// How things stand; `None` before the first look.
    pub fn state(&self) -> Option<EidState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn shared(&self) -> Shared {
        Arc::clone(&self.state)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.inbox.send(Inbox::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Why it can't start.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The settings.
    #[error("the configuration can't be used")]
    Config(#[from] ConfigError),
    /// The system.
    #[error("the thread for keys and certificates can't be started")]
    Thread(#[source] std::io::Error),
}

//! The terminal's courier: carries the outbox to the backend, oldest first, one at a time, until each envelope is
//! acknowledged. It moves ciphertext and never sees a citizen's data.
//!
//! # Exactly once in effect
//! An envelope leaves the outbox only when an acknowledgement covers exactly the bytes that were sent. Whatever else
//! happens (no answer, half an answer, an answer about something else), the same bytes are sent again, and the backend
//! tells a repetition by identifier and bytes.
//!
//! # Waiting
//! Exponential back-off with full jitter, at most [`Backoff::cap_ms`]. When the line or the whole backend fails, the
//! courier waits; when one envelope alone fails (500), that envelope waits and the others go on. A refusal for good
//! (400, 409, 413, 415 as a problem of ours) sets the envelope aside for staff; an answer of somebody else's, such as a
//! proxy's page, never does.
//!
//! # Identity cards
//! With a section `[eid]`, the agent also keeps the terminal's certificates current and has transcripts signed: see
//! [`eid`].
//!
//! # A call for a person
//! The kiosk calls on the agent's socket; the call goes to the backend at once, beside the envelopes, and is dropped when
//! it doesn't get through within [`CALL_PATIENCE`].
//!
//! # What became of a case
//! The kiosk asks on the same socket; the question goes to the backend at once, and its answer back. Nothing of either is
//! kept. A case that still lies in the outbox is told as waiting here, and is withdrawn here if it certainly never left:
//! an envelope is marked in the outbox before its first byte is sent, and is sent only when somebody answers at the other
//! end, so that an outage leaves all that is filed in it withdrawable.
//!
//! # A waiting number
//! The kiosk draws on the same socket; the number comes from the backend at once or not at all.
//!
//! # The board
//! With `board`, the agent fetches what the town tells on its terminals and keeps the last one there (docs/town-board.md).
//!
//! # Stopping
//! There is nothing to clean up: all state is in the outbox. The process may be ended by any signal at any time.
mod backend;
mod board;
mod cases;
mod config;
mod control;
mod courier;
pub mod eid;
mod numbers;
mod socket;
mod staff;

pub use backend::{CONNECT_PATIENCE, REQUEST_PATIENCE};
pub use board::BOARD_PERIOD;
pub use cases::CASE_PATIENCE;
pub use config::{Backoff, CONFIG_BYTES_MAX, Config, ConfigError, TOKEN_BYTES_MAX, Token};
pub use control::Control;
pub use numbers::NUMBER_PATIENCE;
pub use socket::{
    CALL_REQUEST, CASES_LINE_BYTES_MAX, CASES_REQUEST, EID_REQUEST, HELP_REQUEST, LINE_BYTES_MAX, NUDGE_REQUEST,
    NUMBER_REQUEST, REPRINTS_REQUEST, STATUS_REQUEST,
};
pub use staff::{CALL_PATIENCE, CallState, TRY_PATIENCE};

use backend::Backend;
use courier::{Courier, Step};
use outbox::{Outbox, OutboxError};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use signer::authority::SystemClock;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often the courier looks whether a case was filed. A look costs microseconds; a nudge spares the wait.
pub const LOOK_PERIOD: Duration = Duration::from_millis(250);

/// How long an idle line counts as seen; then the backend is asked whether it is there.
pub const PROBE_PERIOD: Duration = Duration::from_secs(30);

/// How long to wait after the outbox itself failed (busy, disk full).
const OUTBOX_PATIENCE: Duration = Duration::from_secs(1);

/// What the line to the backend is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// The backend answers.
    Online,
    /// It doesn't, or not sensibly.
    Offline,
    /// It answers, but doesn't accept this terminal's token. Staff must enrol the terminal anew.
    Refused,
}

/// What the kiosk and staff are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The line.
    pub link: Link,
    /// Envelopes that wait.
    pub waiting: u64,
    /// Envelopes set aside for staff.
    pub set_aside: u64,
}

/// Why the courier can't start.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The outbox can't be opened.
    #[error("the outbox {} can't be opened", path.display())]
    Outbox {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        source: OutboxError,
    },
    /// The socket can't be made.
    #[error("the socket {} can't be made", path.display())]
    Socket {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The settings don't hold together.
    #[error("the configuration can't be used")]
    Config(#[from] ConfigError),
    /// The thread for the board can't be started.
    #[error("the thread for the board can't be started")]
    Board(#[source] std::io::Error),
    /// The part for identity cards can't be started.
    #[error("the part for identity cards can't be started")]
    Eid(#[from] eid::ServiceError),
}

/// Carries until [`Control::stop`]. `on_state` is called on this thread, at the first contact and at every change.
///
/// # Errors
/// Only on starting. Afterwards every failure is waited out and logged.
pub fn run(
    config: &Config,
    control: &Control,
    rng: &mut impl Rng,
    mut on_state: impl FnMut(State),
) -> Result<(), AgentError> {
    let backend = Backend::new(config)?;
    let path = &config.outbox;
    let outbox = Outbox::open(path).map_err(|source| AgentError::Outbox {
        path: path.clone(),
        source,
    })?;
    let shared = Arc::new(Mutex::new(None));
    let service = config
        .eid
        .clone()
        .map(|eid| eid::Service::start(config, eid, SystemClock::start()));
    let service = service.transpose()?;
    let eid = service.as_ref().map(eid::Service::shared).unwrap_or_default();
    let _served = match &config.socket {
        Some(path) => Some(serve_kiosk(config, path, control, &shared, eid, rng)?),
        None => None,
    };
    let _boards = match &config.board {
        Some(path) => {
            let started = board::Boards::start(
                Backend::new(config)?,
                path.clone(),
                config.backoff,
                StdRng::from_rng(rng),
            );
            Some(started.map_err(AgentError::Board)?)
        }
        None => None,
    };
    let mut courier = Courier::new(outbox, backend, config.backoff);
    while !control.is_stopped() {
        let step = courier.step(now(), rng);
        if let Some(state) = courier.state() {
            let mut known = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if *known != Some(state) {
                tracing::info!(?state, "state");
                *known = Some(state);
                drop(known);
                on_state(state);
            }
        }
        match step {
            Step::Moved => {}
            Step::Nothing => idle(&mut courier, control),
            Step::Wait(wait) => control.wait_for_stop(wait),
            Step::OutboxFailed => control.wait_for_stop(OUTBOX_PATIENCE),
        }
    }
    Ok(())
}

/// What serves the kiosk, ended from the first to the last.
type Served = (signer::remote::Server, staff::Messenger);

fn serve_kiosk(
    config: &Config,
    path: &Path,
    control: &Control,
    state: &Arc<Mutex<Option<State>>>,
    eid: eid::Shared,
    rng: &mut impl Rng,
) -> Result<Served, AgentError> {
    let failed = |source| AgentError::Socket {
        path: path.to_owned(),
        source,
    };
    let backend = Backend::new(config)?;
    let staff = staff::Messenger::start(backend, config.backoff, StdRng::from_rng(rng)).map_err(failed)?;
    let numbers = numbers::start(Backend::new(config)?, control.clone(), StdRng::from_rng(rng)).map_err(failed)?;
    let desks = socket::Desks {
        cases: cases::start(Backend::new(config)?, config.outbox.clone()).map_err(failed)?,
        numbers,
    };
    let socket = socket::open(path, control.clone(), Arc::clone(state), eid, staff.slot(), desks).map_err(failed)?;
    Ok((socket, staff))
}

/// Waits for a case to be filed, for a nudge, or until postponed records and the line should be looked at again.
fn idle(courier: &mut Courier<Backend>, control: &Control) {
    const LOOKS: u32 = 4;
    for _ in 0..LOOKS {
        if control.wait_for_nudge(LOOK_PERIOD) || courier.outbox_changed() {
            return;
        }
    }
}

/// Seconds since 1970-01-01 UTC.
#[allow(clippy::disallowed_methods)] // the agent owns its clock
fn now() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

//! A citizen's call for a person on its way to the backend, on a thread of its own: it waits behind no envelope.
//!
//! A call is tried for [`CALL_PATIENCE`] and then dropped with a warning; it isn't written down anywhere. One that came
//! late would send staff to somebody who left long ago. At most one is under way: a newer one takes its place, because
//! whoever comes to the terminal comes to both. When staff are told, the backend is asked for a while whether somebody is on
//! the way ([`CallState`]).
use crate::backend::{Backend, Reply, is_ours};
use crate::config::Backoff;
use crate::courier::jitter;
use rand::Rng;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wire::Problem;
use wire::call::{CALL_BYTES_MAX, CALLS_PATH, Call, CallNews, CallTaken, Stage};

/// How long a call is worth something.
pub const CALL_PATIENCE: Duration = Duration::from_secs(60);

/// How long one try may take.
pub const TRY_PATIENCE: Duration = Duration::from_secs(8);

/// Longest wait between two tries; the usual back-off grows to minutes.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// How often the backend is asked whether somebody is on the way.
const NEWS_PERIOD: Duration = Duration::from_secs(3);

/// For how long: who hasn't come by then is called again, and the backend takes no word for a reprint any more.
const NEWS_PATIENCE: Duration = Duration::from_secs(30 * 60);

/// How the newest call stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Nobody has called since the agent was started.
    #[default]
    None,
    /// It is on its way to the backend.
    Calling,
    /// Staff are told.
    Told,
    /// Somebody said that they are on the way.
    Coming,
    /// It didn't get through.
    Dropped,
}

/// Where the socket leaves a call; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct CallSlot {
    shared: Arc<(Mutex<Slot>, Condvar)>,
}

#[derive(Default)]
struct Slot {
    waiting: Option<Stage>,
    newest: CallState,
    /// How often the receipt is to be printed once more, since that call.
    reprints: u32,
    stopped: bool,
}

impl CallSlot {
    /// Leaves a call, in the place of one that still lies there.
    pub(crate) fn leave(&self, stage: Stage) {
        let mut slot = self.slot();
        slot.waiting = Some(stage);
        slot.newest = CallState::Calling;
        slot.reprints = 0;
        drop(slot);
        self.shared.1.notify_all();
    }

    /// How the newest call stands.
    pub(crate) fn newest(&self) -> CallState {
        self.slot().newest
    }

    /// How often the receipt is to be printed once more, since the newest call.
    pub(crate) fn reprints(&self) -> u32 {
        self.slot().reprints
    }

    fn wants_reprints(&self, reprints: u32) {
        let mut slot = self.slot();
        if slot.waiting.is_none() {
            slot.reprints = reprints;
        }
    }

    /// What became of the call under way; a newer one that waits counts more.
    fn became(&self, state: CallState) {
        let mut slot = self.slot();
        if slot.waiting.is_none() {
            slot.newest = state;
        }
    }

    fn stop(&self) {
        self.slot().stopped = true;
        self.shared.1.notify_all();
    }

    /// Waits for a call; `None` when stopped.
    fn take(&self) -> Option<Stage> {
        let idle = |slot: &mut Slot| !slot.stopped && slot.waiting.is_none();
        let waited = self.shared.1.wait_while(self.slot(), idle);
        let mut slot = waited.unwrap_or_else(PoisonError::into_inner);
        if slot.stopped { None } else { slot.waiting.take() }
    }

    /// Waits so long. True when something else is to be done sooner.
    fn is_wanted_within(&self, patience: Duration) -> bool {
        let idle = |slot: &mut Slot| !slot.stopped && slot.waiting.is_none();
        let waited = self.shared.1.wait_timeout_while(self.slot(), patience, idle);
        let (slot, _) = waited.unwrap_or_else(PoisonError::into_inner);
        slot.stopped || slot.waiting.is_some()
    }

    #[cfg(test)]
    pub(crate) fn peek(&self) -> Option<Stage> {
        self.slot().waiting.clone()
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The running thread; it ends on drop, after the try that is under way.
pub(crate) struct Messenger {
    slot: CallSlot,
    thread: Option<JoinHandle<()>>,
}

impl Messenger {
    pub(crate) fn start(backend: Backend, backoff: Backoff, mut rng: StdRng) -> std::io::Result<Self> {
        let slot = CallSlot::default();
        let calls = slot.clone();
        let run = move || {
            while let Some(stage) = calls.take() {
                let call = Call {
                    call_id: call_id(&mut rng),
                    stage,
                };
                let taken = carry(&backend, &call, &calls, backoff, &mut rng);
                calls.became(if taken { CallState::Told } else { CallState::Dropped });
                if taken {
                    wait_for_staff(&backend, &calls);
                }
            }
        };
        let thread = std::thread::Builder::new().name("agent-staff".to_owned()).spawn(run)?;
        Ok(Self {
            slot,
            thread: Some(thread),
        })
    }

    pub(crate) fn slot(&self) -> CallSlot {
        self.slot.clone()
    }
}

impl Drop for Messenger {
    fn drop(&mut self) {
        self.slot.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the backend makes of a call.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Taken,
    /// It won't ever take it.
    Refused {
        reason: String,
    },
    Failed {
        reason: String,
        retry_after: Option<Duration>,
    },
}

/// Tries until the call is taken, refused, too old, or not the newest any more. True when staff are told.
fn carry(backend: &Backend, call: &Call, calls: &CallSlot, backoff: Backoff, rng: &mut impl Rng) -> bool {
    let (id, stage) = (call.call_id, &call.stage);
    let began = clock();
    let mut failures = 0;
    loop {
        let patience = TRY_PATIENCE.min(CALL_PATIENCE.saturating_sub(clock().duration_since(began)));
        match ring(backend, call, patience) {
            Heard::Taken => {
                tracing::info!(call = %id, %stage, failures, "staff are told that somebody asks for a person");
                return true;
            }
            Heard::Refused { reason } => {
                tracing::warn!(call = %id, %stage, reason, "a call for a person was dropped: the backend refuses it");
                return false;
            }
            Heard::Failed { reason, retry_after } => {
                failures += 1;
                let elapsed = clock().duration_since(began);
                let Some(wait) = next_wait(failures, elapsed, retry_after, backoff, rng) else {
                    tracing::warn!(call = %id, %stage, reason, failures, "a call for a person was dropped: too late");
                    return false;
                };
                tracing::info!(call = %id, reason, failures, wait_ms = wait.as_millis(), "calling staff again");
                if calls.is_wanted_within(wait) {
                    tracing::warn!(call = %id, %stage, "a call for a person was dropped: a newer one, or the end");
                    return false;
                }
            }
        }
    }
}

/// Asks whether somebody is on the way and what they want done, until a newer call waits or nobody would wait any longer.
fn wait_for_staff(backend: &Backend, calls: &CallSlot) {
    let began = clock();
    let mut known = CallNews::default();
    while clock().duration_since(began) < NEWS_PATIENCE && !calls.is_wanted_within(NEWS_PERIOD) {
        // Without an answer nothing is known: the next one may tell.
        let Some(news) = backend
            .get(CALLS_PATH, TRY_PATIENCE)
            .ok()
            .and_then(|reply| news(&reply))
        else {
            continue;
        };
        if news.answered && !known.answered {
            tracing::info!("somebody is on the way to the terminal");
            calls.became(CallState::Coming);
        }
        if news.reprints != known.reprints {
            tracing::info!(reprints = news.reprints, "the receipt is to be printed once more");
            calls.wants_reprints(news.reprints);
        }
        known = news;
    }
}

fn news(Reply { status, body, .. }: &Reply) -> Option<CallNews> {
    let is_one = *status == 200 && body.len() <= CALL_BYTES_MAX;
    is_one.then(|| serde_json::from_slice(body).ok()).flatten()
}

/// How long to wait before the next try; `None` when that would be too late. Full jitter, but not sooner than the backend
/// asked for.
fn next_wait(
    failures: u32,
    elapsed: Duration,
    retry_after: Option<Duration>,
    backoff: Backoff,
    rng: &mut impl Rng,
) -> Option<Duration> {
    let wait = jitter(backoff.limit(failures).min(WAIT_MAX), rng).max(retry_after.unwrap_or_default());
    (elapsed.saturating_add(wait) < CALL_PATIENCE).then_some(wait)
}

fn ring(backend: &Backend, call: &Call, patience: Duration) -> Heard {
    let body = match call.to_body() {
        Ok(body) => body,
        Err(error) => {
            let reason = error.to_string();
            return Heard::Refused { reason };
        }
    };
    match backend.post(CALLS_PATH, &body, patience) {
        Ok(reply) => sort(call, &reply),
        Err(reason) => Heard::Failed {
            reason,
            retry_after: None,
        },
    }
}

/// Only the backend's own words settle a call; a portal or a firewall in between says all sorts of things.
fn sort(call: &Call, reply: &Reply) -> Heard {
    let Reply { status, body, .. } = reply;
    let failed = |reason| Heard::Failed {
        reason,
        retry_after: reply.retry_after,
    };
    let is_taken = || {
        let taken = serde_json::from_slice::<CallTaken>(body).ok();
        taken.is_some_and(|taken| taken.call_id == call.call_id)
    };
    match status {
        200 | 201 if body.len() <= CALL_BYTES_MAX && is_taken() => Heard::Taken,
        400 | 401 | 404 | 405 | 413 | 415 => match serde_json::from_slice::<Problem>(body) {
            Ok(problem) if is_ours(&problem, *status) => Heard::Refused {
                reason: format!("{status}: {}", problem.title),
            },
            Ok(_) | Err(_) => failed(format!("status {status}, not from the backend")),
        },
        _ => failed(format!("status {status}")),
    }
}

fn call_id(rng: &mut impl Rng) -> uuid::Uuid {
    let mut random = [0; 16];
    rng.fill_bytes(&mut random);
    uuid::Builder::from_random_bytes(random).into_uuid()
}

#[allow(clippy::disallowed_methods)] // the agent owns its clock
fn clock() -> Instant {
    Instant::now()
}

#[cfg(test)]
#[path = "staff_tests.rs"]
mod tests;

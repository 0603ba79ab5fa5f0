//! A citizen's call for a person on its way to the backend, on a thread of its own: it waits behind no envelope.
//!
//! A call is tried for [`CALL_PATIENCE`] and then dropped with a warning; it isn't written down anywhere. One that came
//! late would send staff to somebody who left long ago. At most one is under way: a newer one takes its place, because
//! whoever comes to the terminal comes to both.
use crate::backend::{Backend, Reply, is_ours};
use crate::config::Backoff;
use crate::courier::jitter;
use rand::Rng;
use rand::rngs::StdRng;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wire::Problem;
use wire::call::{CALL_BYTES_MAX, CALLS_PATH, Call, CallTaken, Stage};

/// How long a call is worth something.
pub const CALL_PATIENCE: Duration = Duration::from_secs(60);

/// How long one try may take.
pub const TRY_PATIENCE: Duration = Duration::from_secs(8);

/// Longest wait between two tries; the usual back-off grows to minutes.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Where the socket leaves a call; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct CallSlot {
    shared: Arc<(Mutex<Slot>, Condvar)>,
}

#[derive(Default)]
struct Slot {
    waiting: Option<Stage>,
    stopped: bool,
}

impl CallSlot {
    /// Leaves a call, in the place of one that still lies there.
    pub(crate) fn leave(&self, stage: Stage) {
        self.slot().waiting = Some(stage);
        self.shared.1.notify_all();
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
                carry(&backend, &call, &calls, backoff, &mut rng);
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

/// Tries until the call is taken, refused, too old, or not the newest any more.
fn carry(backend: &Backend, call: &Call, calls: &CallSlot, backoff: Backoff, rng: &mut impl Rng) {
    let (id, stage) = (call.call_id, &call.stage);
    let began = clock();
    let mut failures = 0;
    loop {
        let patience = TRY_PATIENCE.min(CALL_PATIENCE.saturating_sub(clock().duration_since(began)));
        match ring(backend, call, patience) {
            Heard::Taken => {
                tracing::info!(call = %id, %stage, failures, "staff are told that somebody asks for a person");
                return;
            }
            Heard::Refused { reason } => {
                tracing::warn!(call = %id, %stage, reason, "a call for a person was dropped: the backend refuses it");
                return;
            }
            Heard::Failed { reason, retry_after } => {
                failures += 1;
                let elapsed = clock().duration_since(began);
                let Some(wait) = next_wait(failures, elapsed, retry_after, backoff, rng) else {
                    tracing::warn!(call = %id, %stage, reason, failures, "a call for a person was dropped: too late");
                    return;
                };
                tracing::info!(call = %id, reason, failures, wait_ms = wait.as_millis(), "calling staff again");
                if calls.is_wanted_within(wait) {
                    tracing::warn!(call = %id, %stage, "a call for a person was dropped: a newer one, or the end");
                    return;
                }
            }
        }
    }
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use wire::ProblemKind;

    fn call() -> Call {
        Call {
            call_id: uuid::Builder::from_random_bytes([7; 16]).into_uuid(),
            stage: Stage::parse("secret").unwrap(),
        }
    }

    fn reply(status: u16, body: Vec<u8>) -> Reply {
        Reply {
            status,
            retry_after: None,
            body,
        }
    }

    #[test]
    fn only_the_backend_settles_a_call() {
        let taken = |call_id| serde_json::to_vec(&CallTaken { call_id }).unwrap();
        for status in [200, 201] {
            assert_eq!(sort(&call(), &reply(status, taken(call().call_id))), Heard::Taken);
            for foreign in [taken(uuid::Uuid::nil()), b"<html>Welcome</html>".to_vec(), vec![]] {
                assert!(matches!(sort(&call(), &reply(status, foreign)), Heard::Failed { .. }));
            }
        }
        let problem = |kind| serde_json::to_vec(&Problem::new(kind, "")).unwrap();
        for kind in ProblemKind::ALL {
            let heard = sort(&call(), &reply(kind.status(), problem(kind)));
            let may_pass_later = matches!(
                kind,
                ProblemKind::TooSlow | ProblemKind::TooMany | ProblemKind::Unavailable | ProblemKind::Conflict
            );
            assert_eq!(
                matches!(heard, Heard::Failed { .. }),
                may_pass_later,
                "{kind:?}: {heard:?}"
            );
        }
        for status in [400, 401, 403, 404, 500, 502, 302] {
            let heard = sort(&call(), &reply(status, b"<html>Blocked</html>".to_vec()));
            assert!(matches!(heard, Heard::Failed { .. }), "{status}");
        }
    }

    #[test]
    fn the_newest_call_lies_in_the_slot() {
        let slot = CallSlot::default();
        assert!(!slot.is_wanted_within(Duration::ZERO));
        slot.leave(Stage::parse("request").unwrap());
        slot.leave(Stage::parse("secret").unwrap());
        assert!(slot.is_wanted_within(Duration::from_secs(60)));
        assert_eq!(slot.take(), Some(Stage::parse("secret").unwrap()));
        assert!(!slot.is_wanted_within(Duration::ZERO));
        slot.leave(Stage::parse("secret").unwrap());
        slot.stop();
        assert_eq!(slot.take(), None);
    }

    proptest! {
        #[test]
        fn a_call_is_tried_for_a_minute_and_not_longer(seed: u64, tries_ms in proptest::collection::vec(0u64..9000, 400)) {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut elapsed = Duration::ZERO;
            let mut failures = 0;
            for try_ms in tries_ms {
                let patience = TRY_PATIENCE.min(CALL_PATIENCE.saturating_sub(elapsed));
                elapsed += Duration::from_millis(try_ms).min(patience);
                failures += 1;
                match next_wait(failures, elapsed, None, Backoff::default(), &mut rng) {
                    Some(wait) => elapsed += wait,
                    None => {
                        prop_assert!(elapsed <= CALL_PATIENCE);
                        prop_assert!(elapsed >= CALL_PATIENCE - WAIT_MAX, "given up after {elapsed:?}");
                        return Ok(());
                    }
                }
            }
            prop_assert!(false, "never given up: {elapsed:?}");
        }

        #[test]
        fn the_backend_may_ask_for_time(seed: u64, retry_s in 0u64..200) {
            let mut rng = StdRng::seed_from_u64(seed);
            let wait = next_wait(1, Duration::ZERO, Some(Duration::from_secs(retry_s)), Backoff::default(), &mut rng);
            prop_assert_eq!(wait.is_some(), retry_s < 60);
            prop_assert!(wait.is_none_or(|wait| wait >= Duration::from_secs(retry_s)));
        }
    }
}

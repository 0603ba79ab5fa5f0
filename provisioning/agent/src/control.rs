//! The handle by which others stop and nudge the courier.
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Stops and nudges a running courier; cheap to clone, works from any thread.
#[derive(Clone, Debug, Default)]
pub struct Control {
    shared: Arc<(Mutex<Flags>, Condvar)>,
}

#[derive(Debug, Default)]
struct Flags {
    stopped: bool,
    nudged: bool,
}

impl Control {
    /// Ends [`crate::run`] after the request that is running, if any.
    pub fn stop(&self) {
        self.flags().stopped = true;
        self.shared.1.notify_all();
    }

    /// Says that a case was filed, which spares it up to [`crate::LOOK_PERIOD`].
    pub fn nudge(&self) {
        self.flags().nudged = true;
        self.shared.1.notify_all();
    }

    /// True after [`Control::stop`].
    pub fn is_stopped(&self) -> bool {
        self.flags().stopped
    }

    /// Waits out a back-off; a nudge doesn't shorten it.
    pub(crate) fn wait_for_stop(&self, patience: Duration) {
        let waited = self
            .shared
            .1
            .wait_timeout_while(self.flags(), patience, |flags| !flags.stopped);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// True when nudged or stopped within the patience.
    pub(crate) fn wait_for_nudge(&self, patience: Duration) -> bool {
        let waited = self
            .shared
            .1
            .wait_timeout_while(self.flags(), patience, |flags| !flags.stopped && !flags.nudged);
        let (mut flags, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let nudged = flags.nudged || flags.stopped;
        flags.nudged = false;
        nudged
    }

    fn flags(&self) -> MutexGuard<'_, Flags> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! One step of the courier: look, send, settle. Time and chance are arguments.
use crate::backend::{Answer, Deliver};
use crate::config::Backoff;
use crate::{Link, PROBE_PERIOD, State};
use outbox::{Counts, Notice, Outbox, OutboxError, POSTPONE_S_MAX, Settled, Waiting};
use rand::Rng;
use std::time::Duration;
use wire::Acknowledgement;

/// After so many failures of the line in a row with the same envelope at the head, that envelope waits and the next one
/// is tried: a firewall may dislike one body.
const FAILURES_BEFORE_SKIP: u32 = 5;

/// How long after the backend was last heard an envelope may be set out without knocking. What was set out can't be
/// withdrawn here any more, so that nothing should be while the line is down; a long queue is carried without knocking.
const HEARD_PERIOD_S: u64 = 5;

/// What to do after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Something moved; step again at once.
    Moved,
    /// Nothing is due.
    Nothing,
    /// Wait so long.
    Wait(Duration),
    /// The outbox failed; wait a little.
    OutboxFailed,
}

pub(crate) struct Courier<B> {
    outbox: Outbox,
    backend: B,
    backoff: Backoff,
    failures: u32,
    link: Option<Link>,
    counts: Counts,
    heard_at: i64,
}

impl<B: Deliver> Courier<B> {
    pub(crate) fn new(outbox: Outbox, backend: B, backoff: Backoff) -> Self {
        let counts = Counts::default();
        Self {
            outbox,
            backend,
            backoff,
            failures: 0,
            link: None,
            counts,
            heard_at: 0,
        }
    }

    /// What is known; `None` before the first contact was tried.
    pub(crate) fn state(&self) -> Option<State> {
        let Counts { waiting, set_aside, .. } = self.counts;
        self.link.map(|link| State {
            link,
            waiting,
            set_aside,
        })
    }

    pub(crate) fn outbox_changed(&mut self) -> bool {
        // A failure shows again, and is logged, in the next step.
        self.outbox.changed().unwrap_or(true)
    }

    pub(crate) fn step(&mut self, now: i64, rng: &mut impl Rng) -> Step {
        let stepped = self.try_step(now, rng);
        for notice in self.outbox.take_notices() {
            match notice {
                Notice::RecordSetAside { submission_id, reason } => {
                    tracing::error!(submission = ?submission_id, reason, "an envelope was set aside");
                }
                Notice::FileReplaced {
                    damaged,
                    taken_over,
                    unreadable,
                } => {
                    tracing::error!(damaged = %damaged.display(), taken_over, unreadable, "the outbox was damaged");
                }
            }
        }
        stepped.unwrap_or_else(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the outbox failed");
            Step::OutboxFailed
        })
    }

    fn try_step(&mut self, now: i64, rng: &mut impl Rng) -> Result<Step, OutboxError> {
        let step = match self.outbox.next(now)? {
            Some(waiting) => self.deliver(waiting, now, rng)?,
            None => self.probe(now, rng),
        };
        self.counts = self.outbox.counts()?;
        Ok(step)
    }

    fn deliver(&mut self, waiting: Waiting, now: i64, rng: &mut impl Rng) -> Result<Step, OutboxError> {
        if !self.heard_within(HEARD_PERIOD_S, now) {
            match self.backend.knock() {
                // Whether envelopes get through shows with the next one only: the failures still count.
                Ok(()) => self.heard_at = now,
                Err(reason) => return Ok(self.no_answer(&reason, None, rng)),
            }
        }
        // On stable storage before the first byte leaves: who withdraws comes before this, or asks the backend.
        let Some(underway) = self.outbox.set_out(waiting)? else {
            return Ok(Step::Moved);
        };
        let answer = self.backend.put(&underway);
        self.settle(underway.waiting(), answer, now, rng)
    }

    fn settle(&mut self, waiting: &Waiting, answer: Answer, now: i64, rng: &mut impl Rng) -> Result<Step, OutboxError> {
        let id = waiting.envelope.submission_id;
        match answer {
            Answer::Acknowledged(acknowledgement) if acknowledgement.submission_id == id => {
                self.in_contact(now);
                self.acknowledge(&acknowledgement, now)
            }
            // A late answer to another request, mixed up on the way.
            Answer::Acknowledged(_) => self.line_failed(waiting, "an answer to something else", None, now, rng),
            Answer::RefusedForGood { reason } => {
                self.in_contact(now);
                self.outbox.set_aside(id, &reason, now)?;
                Ok(Step::Moved)
            }
            Answer::EnvelopeFailed { reason } => {
                self.in_contact(now);
                tracing::warn!(submission = %id, reason, attempts = waiting.attempts, "will be tried again");
                self.postpone(waiting, now, rng)?;
                Ok(Step::Moved)
            }
            Answer::TokenRefused => {
                tracing::error!("the backend doesn't accept this terminal's token");
                self.link = Some(Link::Refused);
                Ok(Step::Wait(self.next_wait(None, rng)))
            }
            Answer::LineFailed { reason, retry_after } => self.line_failed(waiting, &reason, retry_after, now, rng),
        }
    }

    fn acknowledge(&mut self, acknowledgement: &Acknowledgement, now: i64) -> Result<Step, OutboxError> {
        let submission = acknowledgement.submission_id;
        match self.outbox.acknowledge(acknowledgement, now)? {
            Settled::Delivered => tracing::info!(%submission, "delivered"),
            Settled::SetAside => {} // told by the notice
            Settled::Unknown => tracing::warn!(%submission, "acknowledged, but no longer waiting"),
        }
        Ok(Step::Moved)
    }

    fn line_failed(
        &mut self,
        waiting: &Waiting,
        reason: &str,
        retry_after: Option<Duration>,
        now: i64,
        rng: &mut impl Rng,
    ) -> Result<Step, OutboxError> {
        let step = self.no_answer(reason, retry_after, rng);
        if self.failures.is_multiple_of(FAILURES_BEFORE_SKIP) {
            self.postpone(waiting, now, rng)?;
        }
        Ok(step)
    }

    fn no_answer(&mut self, reason: &str, retry_after: Option<Duration>, rng: &mut impl Rng) -> Step {
        self.link = Some(Link::Offline);
        self.heard_at = 0;
        let wait = self.next_wait(retry_after, rng);
        tracing::warn!(
            reason,
            failures = self.failures,
            wait_ms = wait.as_millis(),
            "the line fails"
        );
        Step::Wait(wait)
    }

    fn heard_within(&self, seconds: u64, now: i64) -> bool {
        now.saturating_sub(self.heard_at).unsigned_abs() < seconds
    }

    fn probe(&mut self, now: i64, rng: &mut impl Rng) -> Step {
        if self.link == Some(Link::Online) && self.heard_within(PROBE_PERIOD.as_secs(), now) {
            return Step::Nothing;
        }
        match self.backend.probe() {
            // Whether the token is accepted shows with the next envelope only.
            Ok(()) => {
                self.in_contact(now);
                Step::Nothing
            }
            Err(reason) => {
                self.link = Some(Link::Offline);
                let wait = self.next_wait(None, rng);
                tracing::warn!(reason, wait_ms = wait.as_millis(), "the backend is away");
                Step::Wait(wait)
            }
        }
    }

    fn in_contact(&mut self, now: i64) {
        self.failures = 0;
        self.link = Some(Link::Online);
        self.heard_at = now;
    }

    /// Full jitter: a random part of a growing limit, but not sooner than the backend asked for, nor later than the
    /// cap.
    fn next_wait(&mut self, retry_after: Option<Duration>, rng: &mut impl Rng) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let wait = jitter(self.backoff.limit(self.failures), rng);
        wait.max(retry_after.unwrap_or_default())
            .min(Duration::from_millis(self.backoff.cap_ms))
    }

    fn postpone(&mut self, waiting: &Waiting, now: i64, rng: &mut impl Rng) -> Result<(), OutboxError> {
        let limit = self.backoff.limit(waiting.attempts.saturating_add(1));
        // The outbox counts in whole seconds; at least one, so that the others come first.
        let wait_s = i64::try_from(jitter(limit, rng).as_secs())
            .unwrap_or(POSTPONE_S_MAX)
            .clamp(1, POSTPONE_S_MAX);
        self.outbox
            .postpone(waiting.envelope.submission_id, now.saturating_add(wait_s))?;
        Ok(())
    }
}

/// A random part of a limit.
pub(crate) fn jitter(limit: Duration, rng: &mut impl Rng) -> Duration {
    let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX - 1);
    Duration::from_millis(rng.next_u64() % (limit_ms + 1))
}

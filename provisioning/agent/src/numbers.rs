//! A waiting number on its way from the backend to the citizen, on a thread of its own.
//!
//! It is drawn at once, and for at most [`NUMBER_PATIENCE`] from the kiosk's question on: the citizen stands there, and a
//! number that came later would call nobody. When the first try fails, a second one has the same identifier: if the
//! backend drew a number for the first, it gives that one again. Nothing is kept, and nothing is logged but the outcome.
use crate::Control;
use crate::backend::{Backend, Reply};
use rand::Rng;
use rand::rngs::StdRng;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};
use wire::queue::{DRAW_BYTES_MAX, Draw, NUMBERS_PATH, Number, NumberAnswer, Queue};

/// How long a draw may take, with both tries and the wait for those before it.
pub const NUMBER_PATIENCE: Duration = Duration::from_secs(8);

/// How long the first try may take: a server that is there answers in less than one second.
const FIRST_PATIENCE: Duration = Duration::from_secs(4);

/// How long to wait before the second try, for a line that comes back.
const PAUSE: Duration = Duration::from_secs(1);

/// Draws that may wait behind one: a visit draws one at a time, and a visit that gave up may have left one behind.
pub(crate) const WAITING_MAX: usize = 2;

/// How long the kiosk may take over an answer.
const ANSWER_PATIENCE: Duration = Duration::from_secs(1);

/// Who waits for a number, of which queue, and since when.
type Question = (UnixStream, Queue, Instant);

/// Where the socket leaves draws; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct NumberDesk {
    questions: Option<SyncSender<Question>>,
}

impl NumberDesk {
    /// Hands a draw on with the peer that waits for the answer. A desk that is full, or nobody's, answers itself.
    pub(crate) fn take(&self, stream: UnixStream, queue: Queue) -> std::io::Result<()> {
        let stream = match &self.questions {
            Some(questions) => match questions.try_send((stream, queue, clock())) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full((stream, ..)) | TrySendError::Disconnected((stream, ..))) => stream,
            },
            None => stream,
        };
        answer_with(&stream, NumberAnswer::Unreachable)
    }

    #[cfg(test)]
    pub(crate) fn with_queue() -> (Self, Receiver<Question>) {
        let (questions, waiting) = sync_channel(WAITING_MAX);
        let questions = Some(questions);
        (Self { questions }, waiting)
    }
}

/// Starts the thread; it ends by itself when the last desk is gone, which is when the socket is closed.
pub(crate) fn start(backend: Backend, control: Control, mut rng: StdRng) -> std::io::Result<NumberDesk> {
    let (questions, waiting) = sync_channel(WAITING_MAX);
    let run = move || carry(&backend, &control, &waiting, &mut rng);
    std::thread::Builder::new()
        .name("agent-numbers".to_owned())
        .spawn(run)?;
    Ok(NumberDesk {
        questions: Some(questions),
    })
}

fn carry(backend: &Backend, control: &Control, waiting: &Receiver<Question>, rng: &mut impl Rng) {
    while let Ok((stream, queue, since)) = waiting.recv() {
        let draw = Draw {
            draw_id: by_chance(rng),
            queue,
        };
        let remaining = || NUMBER_PATIENCE.saturating_sub(clock().duration_since(since));
        let post = |body: &[u8], patience| backend.post_for(NUMBERS_PATH, body, patience, DRAW_BYTES_MAX);
        let answer = match drawn(&draw, remaining, post, || control.wait_for_stop(PAUSE)) {
            Ok(number) => {
                tracing::info!("a number was drawn");
                NumberAnswer::Drawn(number)
            }
            Err(reason) => {
                tracing::warn!(reason, "no number can be drawn");
                NumberAnswer::Unreachable
            }
        };
        // A kiosk whose visit ended meanwhile is no matter of ours.
        let _ = answer_with(&stream, answer);
    }
}

/// Two tries at most, in what remains of the patience.
fn drawn(
    draw: &Draw,
    remaining: impl Fn() -> Duration,
    post: impl Fn(&[u8], Duration) -> Result<Reply, String>,
    pause: impl FnOnce(),
) -> Result<Number, String> {
    let body = draw.to_body().map_err(|error| error.to_string())?;
    let draw_within = |patience: Duration| match patience {
        // Nobody waits any more; a number drawn now would stand in the queue for nobody.
        Duration::ZERO => Err(NoNumber::Failed("too late".to_owned())),
        patience => match post(&body, patience) {
            Ok(reply) => sort(draw, &reply),
            Err(reason) => Err(NoNumber::Failed(reason)),
        },
    };
    match draw_within(remaining().min(FIRST_PATIENCE)) {
        Ok(number) => Ok(number),
        Err(NoNumber::Refused(reason)) => Err(reason),
        Err(NoNumber::Failed(first)) => {
            pause();
            draw_within(remaining()).map_err(|second| match second {
                NoNumber::Refused(reason) => format!("{first}, then {reason}"),
                NoNumber::Failed(reason) => format!("{first}, then {reason}"),
            })
        }
    }
}

/// Why a try gave no number.
#[derive(Debug, PartialEq, Eq)]
enum NoNumber {
    /// A second one would give none either.
    Refused(String),
    /// A second one may.
    Failed(String),
}

/// Only an answer of the backend's own counts, and only to this draw.
fn sort(draw: &Draw, reply: &Reply) -> Result<Number, NoNumber> {
    let status = reply.status;
    match status {
        200 | 201 => match Number::from_body(&reply.body) {
            Ok(number) if (number.draw_id, number.queue) == (draw.draw_id, draw.queue) => Ok(number),
            Ok(_) => Err(NoNumber::Failed("an answer to another draw".to_owned())),
            Err(error) => Err(NoNumber::Failed(format!("status {status}, but {error}"))),
        },
        400 | 401 | 404 | 405 | 409 | 413 | 415 | 429 => Err(NoNumber::Refused(format!("status {status}"))),
        _ => Err(NoNumber::Failed(format!("status {status}"))),
    }
}

fn answer_with(mut stream: &UnixStream, answer: NumberAnswer) -> std::io::Result<()> {
    stream.set_write_timeout(Some(ANSWER_PATIENCE))?;
    let mut line = answer.to_line().map_err(std::io::Error::other)?;
    line.push(b'\n');
    stream.write_all(&line)
}

fn by_chance(rng: &mut impl Rng) -> uuid::Uuid {
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
    use std::cell::{Cell, RefCell};

    fn draw() -> Draw {
        Draw {
            draw_id: uuid::Builder::from_random_bytes([1; 16]).into_uuid(),
            queue: Queue::new('A').unwrap(),
        }
    }

    fn number() -> Number {
        let Draw { draw_id, queue } = draw();
        Number {
            draw_id,
            queue,
            number: 17,
            ahead: 3,
        }
    }

    fn reply(status: u16, body: &[u8]) -> Reply {
        Reply {
            status,
            retry_after: None,
            body: body.to_vec(),
        }
    }

    fn good(status: u16) -> Reply {
        reply(status, &serde_json::to_vec(&number()).unwrap())
    }

    fn away() -> Result<Reply, String> {
        Err("no answer".to_owned())
    }

    /// What came of two tries, with the bodies that were sent and the time that each had; each took all of it.
    fn tried(first: Result<Reply, String>, second: Result<Reply, String>) -> (Result<Number, String>, Vec<Duration>) {
        let mut replies = [first, second].into_iter();
        let replies = RefCell::new(&mut replies);
        let (now, sent, given) = (
            Cell::new(Duration::ZERO),
            RefCell::new(Vec::new()),
            RefCell::new(Vec::new()),
        );
        let post = |body: &[u8], patience| {
            sent.borrow_mut().push(body.to_vec());
            given.borrow_mut().push(patience);
            now.set(now.get() + patience);
            replies.borrow_mut().next().unwrap()
        };
        let remaining = || NUMBER_PATIENCE.saturating_sub(now.get());
        let drawn = drawn(&draw(), remaining, post, || now.set(now.get() + PAUSE));
        let sent = sent.into_inner();
        assert!(
            sent.iter().all(|body| Draw::from_body(body) == Ok(draw())),
            "the same draw"
        );
        assert!(now.get() <= NUMBER_PATIENCE);
        (drawn, given.into_inner())
    }

    #[test]
    fn one_try_more_with_the_same_identifier_and_no_time_beyond_the_patience() {
        let (first, second) = (FIRST_PATIENCE, NUMBER_PATIENCE - FIRST_PATIENCE - PAUSE);
        assert_eq!(tried(Ok(good(201)), away()), (Ok(number()), vec![first]));
        assert_eq!(tried(away(), Ok(good(200))), (Ok(number()), vec![first, second]));
        assert_eq!(
            tried(Ok(reply(503, b"")), Ok(good(201))),
            (Ok(number()), vec![first, second])
        );
        let (failed, tries) = tried(away(), Ok(reply(429, b"")));
        assert_eq!(
            (failed.unwrap_err().as_str(), tries.len()),
            ("no answer, then status 429", 2)
        );
        for refused in [400, 401, 404, 405, 409, 413, 415, 429] {
            let (failed, tries) = tried(Ok(reply(refused, b"{}")), Ok(good(201)));
            assert_eq!((failed, tries.len()), (Err(format!("status {refused}")), 1));
        }
    }

    #[test]
    fn nobody_draws_for_who_has_left() {
        let never = |_: &[u8], _| panic!("asked");
        let drawn = drawn(&draw(), || Duration::ZERO, never, || {});
        assert_eq!(drawn, Err("too late, then too late".to_owned()));
    }

    #[test]
    fn only_the_backends_answer_to_this_draw_counts() {
        assert_eq!(sort(&draw(), &good(200)), Ok(number()));
        let other = |number: Number| reply(201, &serde_json::to_vec(&number).unwrap());
        for wrong in [
            reply(200, b"<html>Welcome</html>"),
            reply(200, b""),
            reply(204, b""),
            reply(302, b""),
            other(Number {
                draw_id: uuid::Uuid::from_u128(7),
                ..number()
            }),
            other(Number {
                queue: Queue::new('B').unwrap(),
                ..number()
            }),
            other(Number { number: 0, ..number() }),
        ] {
            assert!(
                matches!(sort(&draw(), &wrong), Err(NoNumber::Failed(_))),
                "{}",
                wrong.status
            );
        }
    }

    proptest! {
        #[test]
        fn no_reply_panics_or_passes_for_another(status: u16, bytes in proptest::collection::vec(any::<u8>(), 0..300), at: usize, with: u8) {
            let _ = sort(&draw(), &reply(status, &bytes));
            let mut changed = good(201);
            let at = at % changed.body.len();
            changed.body[at] = with;
            if let Ok(read) = sort(&draw(), &changed) {
                prop_assert_eq!((read.draw_id, read.queue), (draw().draw_id, draw().queue));
            }
        }
    }
}

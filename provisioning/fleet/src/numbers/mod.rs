//! Waiting numbers: drawn at a terminal, called by staff, shown in the hall.
//!
//! `POST` [`wire::queue::NUMBERS_PATH`] draws; the exchange is described in `wire::queue`. `GET` [`HALL_PATH`] is the page
//! for a screen in the hall. Anyone may ask for it: there are numbers on it and nothing else. It is drawn at most once in
//! [`HALL_PERIOD`], however many ask.
mod page;
mod words;

pub use words::{hall_in_words, hall_in_words_now};

use crate::calls::existing;
use crate::limits::{Bucket, Rule};
use crate::problem::Failure;
use crate::routes::{Shared, authenticate, check_media_type, receive, unavailable};
use crate::{FleetError, html, now, on_store};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::{CalledNumber, Day, Desk, Drawn, Hall, Store, StoreError};
use uuid::Uuid;
use wire::ProblemKind;
use wire::queue::{DRAW_BYTES_MAX, Draw, Number, Queue, QueueError};

/// The page for a screen in the hall.
pub const HALL_PATH: &str = "/queue";

/// How long a drawn page is given out.
pub const HALL_PERIOD: Duration = Duration::from_secs(1);

/// Numbers that one terminal may draw at once: a family, and whoever touches the wrong tile first.
pub const DRAW_BURST: u32 = 10;

/// How soon it may draw the next one after that. Nobody gets through the pages sooner.
pub const DRAW_PERIOD: Duration = Duration::from_secs(5);

/// Numbers that are shown as called: the newest, and those before it.
const CALLED_SHOWN_MAX: u32 = 5;

const DRAWS: Rule = Rule {
    burst: DRAW_BURST,
    period: DRAW_PERIOD,
};

/// What a server keeps about numbers beside the store: a bucket for each terminal that ever drew, and the page.
#[derive(Debug)]
pub(crate) struct Counter {
    began: Instant,
    draws: Mutex<HashMap<Uuid, Bucket>>,
    page: tokio::sync::Mutex<Option<(Duration, String)>>,
}

impl Counter {
    #[allow(clippy::disallowed_methods)] // the server owns its clock
    pub(crate) fn start() -> Self {
        Self {
            began: Instant::now(),
            draws: Mutex::default(),
            page: tokio::sync::Mutex::default(),
        }
    }

    /// Takes what a draw needs, at that time since the start.
    fn admit(&self, terminal_id: Uuid, now: Duration) -> Result<(), Failure> {
        let mut draws = self.draws.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = draws.entry(terminal_id).or_default();
        match bucket.wait(DRAWS, now) {
            Duration::ZERO => {
                bucket.take(DRAWS, now);
                Ok(())
            }
            _ => Err(Failure::new(
                ProblemKind::TooMany,
                "this terminal draws too many numbers",
            )),
        }
    }
}

pub(crate) async fn post_number<S: Store>(
    State(shared): State<Arc<Shared<S>>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match handle_draw(&shared, &headers, body).await {
        Ok((status, terminal, number)) => {
            let queue = number.queue.letter();
            tracing::info!(status = status.as_u16(), terminal, %queue, "a number was drawn");
            (status, Json(number)).into_response()
        }
        Err(failure) => {
            let (status, problem) = (failure.kind.status(), failure.kind.uri());
            tracing::warn!(status, problem, "no number was drawn");
            failure.into_response()
        }
    }
}

async fn handle_draw<S: Store>(
    shared: &Shared<S>,
    headers: &HeaderMap,
    body: Body,
) -> Result<(StatusCode, String, Number), Failure> {
    let terminal = authenticate(&shared.store, headers).await?;
    check_media_type(headers)?;
    let body = receive(headers, body, DRAW_BYTES_MAX).await?;
    let draw = Draw::from_body(&body).map_err(|error| Failure::new(kind_of(error), error.to_string()))?;
    let counter = &shared.counter;
    counter.admit(terminal.terminal_id, counter.began.elapsed())?;
    let now = now();
    let today = day(now, &TimeZone::system());
    let drawn = shared.store.draw_number(terminal.terminal_id, draw, today, now).await;
    match drawn.map_err(unavailable)? {
        Drawn::New(number) => Ok((StatusCode::CREATED, terminal.name, number)),
        Drawn::Known(number) => Ok((StatusCode::OK, terminal.name, number)),
        Drawn::Conflict => Err(Failure::new(
            ProblemKind::Conflict,
            "a number of another queue was drawn under this identifier",
        )),
        Drawn::Full => Err(Failure::new(
            ProblemKind::Unavailable,
            "this queue has no more numbers today",
        )),
    }
}

fn kind_of(error: QueueError) -> ProblemKind {
    match error {
        QueueError::TooLarge { .. } => ProblemKind::TooLarge,
        QueueError::Json { .. } | QueueError::DrawId | QueueError::Number => ProblemKind::Malformed,
    }
}

/// The page for a screen in the hall.
pub(crate) async fn get_hall<S: Store>(State(shared): State<Arc<Shared<S>>>) -> Response {
    let counter = &shared.counter;
    let mut page = counter.page.lock().await;
    let elapsed = counter.began.elapsed();
    let drawn = match page.as_ref() {
        Some((at, drawn)) if elapsed.saturating_sub(*at) < HALL_PERIOD => Ok(drawn.clone()),
        Some(_) | None => match draw_hall(&shared.store).await {
            Ok(drawn) => Ok(page.insert((elapsed, drawn)).1.clone()),
            Err(error) => Err(error),
        },
    };
    drop(page);
    let (status, page) = match drawn {
        Ok(drawn) => (StatusCode::OK, drawn),
        // A page, too, and one that asks again: nobody stands at that screen to do so.
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the store is away");
            (StatusCode::SERVICE_UNAVAILABLE, page::away())
        }
    };
    html::answer(status, "de", &page::POLICY, page)
}

async fn draw_hall<S: Store>(store: &S) -> Result<String, StoreError> {
    let now = now();
    let today = day(now, &TimeZone::system());
    Ok(page::hall(&store.hall(today, CALLED_SHOWN_MAX).await?, now))
}

/// The day in that zone; `now` in seconds since 1970-01-01 UTC.
fn day(now: i64, zone: &TimeZone) -> Day {
    const DAY_S: i64 = 24 * 60 * 60;
    let offset_s = Timestamp::from_second(now).map_or(0, |now| zone.to_offset(now).seconds());
    Day(now.saturating_add(offset_s.into()).div_euclid(DAY_S))
}

fn today() -> Day {
    day(now(), &TimeZone::system())
}

/// Who waits today, and the numbers called last.
///
/// # Errors
/// When there is no store in that folder, or it can't be used.
pub fn show_hall(data: &Path) -> Result<Hall, FleetError> {
    on_store(existing(data)?, |store| async move {
        store.hall(today(), CALLED_SHOWN_MAX).await
    })
}

/// Calls the next number of a queue. `None` when nobody waits.
///
/// # Errors
/// When there is no store in that folder, or it can't be used.
pub fn call_next(data: &Path, queue: Queue, desk: Option<Desk>) -> Result<Option<CalledNumber>, FleetError> {
    on_store(existing(data)?, |store| async move {
        store.call_next(queue, desk, today(), now()).await
    })
}

/// Calls the number of a queue that was called last once more; last to that desk, if one is said. `None` when there is
/// none.
///
/// # Errors
/// When there is no store in that folder, or it can't be used.
pub fn call_again(data: &Path, queue: Queue, desk: Option<Desk>) -> Result<Option<CalledNumber>, FleetError> {
    on_store(existing(data)?, |store| async move {
        store.call_again(queue, desk, today(), now()).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_towns_midnight() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_second();
        let day_there = |text| day(at(text), &berlin).0;
        assert_eq!(day_there("1970-01-01T12:00Z"), 0);
        assert_eq!(day_there("1969-12-31T22:59Z"), -1);
        let (winter, summer) = (day_there("2026-12-01T12:00Z"), day_there("2026-07-01T12:00Z"));
        assert_eq!(day_there("2026-11-30T22:59:59Z"), winter - 1);
        assert_eq!(day_there("2026-11-30T23:00:00Z"), winter);
        assert_eq!(day_there("2026-06-30T21:59:59Z"), summer - 1);
        assert_eq!(day_there("2026-06-30T22:00:00Z"), summer);
        assert_eq!(day(i64::MAX, &berlin), Day(i64::MAX / 86_400), "no clock says so");
    }

    #[test]
    fn a_terminal_draws_some_at_once_and_then_slowly() {
        let counter = Counter::start();
        let draws = |terminal, seconds| {
            let admitted = counter.admit(Uuid::from_u128(terminal), Duration::from_secs(seconds));
            admitted.map_err(|failure| failure.kind)
        };
        for _ in 0..DRAW_BURST {
            assert_eq!(draws(1, 100), Ok(()));
        }
        assert_eq!(draws(1, 100), Err(ProblemKind::TooMany));
        assert_eq!(draws(2, 100), Ok(()), "another terminal has its own");
        assert_eq!(draws(1, 104), Err(ProblemKind::TooMany));
        assert_eq!(draws(1, 105), Ok(()));
        assert_eq!(draws(1, 105), Err(ProblemKind::TooMany));
        assert_eq!(
            (0..20).filter(|_| draws(1, 10_000).is_ok()).count(),
            DRAW_BURST as usize
        );
    }
}

//! A citizen's call for a person: from the terminal into the store, from there to whoever looks or watches.
//!
//! Staff see which terminal, since when, and where in the visit. Nobody knows who calls.
use crate::problem::Failure;
use crate::routes::{Shared, authenticate, check_media_type, receive, unavailable};
use crate::{FleetError, now, on_store, runtime};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{Called, OpenCall, SQLITE_FILE, Store, StoreError};
use uuid::Uuid;
use wire::ProblemKind;
use wire::call::{CALL_BYTES_MAX, Call, CallError, CallNews, CallTaken};

/// How often a watch looks for calls. A look costs less than a millisecond.
pub const WATCH_PERIOD: Duration = Duration::from_secs(1);

pub(crate) async fn post_call<S: Store>(
    State(shared): State<Arc<Shared<S>>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match handle_call(&shared, &headers, body).await {
        Ok((status, terminal, call)) => {
            let (id, stage) = (call.call_id, call.stage);
            tracing::info!(status = status.as_u16(), terminal, call = %id, %stage, "a person is called for");
            (status, Json(CallTaken { call_id: id })).into_response()
        }
        Err(failure) => {
            let (status, problem) = (failure.kind.status(), failure.kind.uri());
            tracing::warn!(status, problem, "a call for a person was refused");
            failure.into_response()
        }
    }
}

async fn handle_call<S: Store>(
    shared: &Shared<S>,
    headers: &HeaderMap,
    body: Body,
) -> Result<(StatusCode, String, Call), Failure> {
    let terminal = authenticate(&shared.store, headers).await?;
    check_media_type(headers)?;
    let body = receive(headers, body, CALL_BYTES_MAX).await?;
    let call = Call::from_body(&body).map_err(|error| Failure::new(kind_of(error), error.to_string()))?;
    let put = shared.store.put_call(terminal.terminal_id, call.clone(), now()).await;
    match put.map_err(unavailable)? {
        Called::Open => Ok((StatusCode::CREATED, terminal.name, call)),
        Called::Known => Ok((StatusCode::OK, terminal.name, call)),
        Called::TooSoon => Err(Failure::new(
            ProblemKind::TooMany,
            "this terminal's last call was answered just now",
        )),
    }
}

/// A terminal asks what became of its call.
pub(crate) async fn get_call<S: Store>(
    State(shared): State<Arc<Shared<S>>>,
    headers: HeaderMap,
) -> Result<Json<CallNews>, Failure> {
    let terminal = authenticate(&shared.store, &headers).await?;
    let news = shared.store.call_news(terminal.terminal_id).await;
    match news.map_err(unavailable)? {
        Some(news) => Ok(Json(news)),
        None => Err(Failure::new(ProblemKind::NotFound, "this terminal never called")),
    }
}

fn kind_of(error: CallError) -> ProblemKind {
    match error {
        CallError::TooLarge { .. } => ProblemKind::TooLarge,
        CallError::Stage | CallError::Json { .. } | CallError::CallId => ProblemKind::Malformed,
    }
}

/// The open calls, oldest first.
///
/// # Errors
/// When there is no store in that folder, or it can't be used.
pub fn open_calls(data: &Path) -> Result<Vec<OpenCall>, FleetError> {
    on_store(existing(data)?, |store| async move { store.open_calls().await })
}

/// Closes a terminal's open call. False when there is none.
///
/// # Errors
/// When there is no store in that folder, or it can't be used.
pub fn answer_call(data: &Path, terminal: &str) -> Result<bool, FleetError> {
    let terminal = terminal.to_owned();
    on_store(existing(data)?, |store| async move {
        store.answer_call(terminal, now()).await
    })
}

/// Has the receipt printed once more at a terminal. False when nobody is known to stand there: its last call is older than
/// [`store::REPRINT_PERIOD_S`], or there is none.
///
/// # Errors
/// When there is no store in that folder, or it can't be used.
pub fn reprint(data: &Path, terminal: &str) -> Result<bool, FleetError> {
    let terminal = terminal.to_owned();
    on_store(
        existing(data)?,
        |store| async move { store.reprint(terminal, now()).await },
    )
}

/// Tells each open call once, at first those that are open already, until `tell` fails. While the store can't be read it
/// says so in the log, again and again, and goes on looking.
///
/// # Errors
/// When there is no store in that folder, or it can't be opened.
pub fn watch_calls(data: &Path, mut tell: impl FnMut(&OpenCall) -> std::io::Result<()>) -> Result<(), FleetError> {
    let store = crate::open_store(existing(data)?)?;
    runtime()?.block_on(async {
        let mut told = Vec::new();
        loop {
            if watch_once(&store.open_calls().await, &mut told, &mut tell).is_err() {
                return Ok(());
            }
            tokio::time::sleep(WATCH_PERIOD).await;
        }
    })
}

/// `told` is what was open and told at the look before.
fn watch_once(
    calls: &Result<Vec<OpenCall>, StoreError>,
    told: &mut Vec<Uuid>,
    tell: &mut impl FnMut(&OpenCall) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let calls = match calls {
        Ok(calls) => calls,
        Err(error) => {
            tracing::error!(error = error as &dyn std::error::Error, "calls can't be heard now");
            return Ok(());
        }
    };
    for call in calls.iter().filter(|call| !told.contains(&call.call_id)) {
        tell(call)?;
    }
    *told = calls.iter().map(|call| call.call_id).collect();
    Ok(())
}

/// A store that is made because of a typing mistake would never hold a call.
pub(crate) fn existing(data: &Path) -> Result<&Path, FleetError> {
    match data.join(SQLITE_FILE).exists() {
        true => Ok(data),
        false => Err(FleetError::NoStore { data: data.to_owned() }),
    }
}

/// A call as staff read it: `kiosk-1  since 14:05 (3 min)  fills in the form`.
pub fn call_in_words(call: &OpenCall, now: i64, zone: &TimeZone) -> String {
    let since = hour(call.called_at, zone);
    let age = age_in_words(now.saturating_sub(call.called_at));
    let stage = stage_in_words(call.stage.as_str());
    format!("{}  since {since} ({age})  {stage}", call.terminal)
}

/// The same with the machine's clock and time zone.
pub fn call_in_words_now(call: &OpenCall) -> String {
    call_in_words(call, now(), &TimeZone::system())
}

/// `14:05`.
pub(crate) fn hour(at: i64, zone: &TimeZone) -> String {
    match Timestamp::from_second(at) {
        Ok(at) => at.to_zoned(zone.clone()).strftime("%H:%M").to_string(),
        Err(_) => "?".to_owned(),
    }
}

pub(crate) fn age_in_words(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    match seconds {
        // Less than none: the clock was set back.
        ..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => format!("{} h", seconds / HOUR),
        DAY.. => format!("{} days", seconds / DAY),
    }
}

/// What the citizen is doing in a stage of that name (`tests/tidy` checks that none is missing). A newer terminal's stage
/// is shown by its name.
fn stage_in_words(stage: &str) -> &str {
    match stage {
        "language" => "chooses a language",
        "services" => "chooses a service",
        "request" => "reads what is asked of the card",
        "awaiting_card" => "lays the card on",
        "secret" => "types PIN, CAN or PUK",
        "working" => "waits for the card",
        "refused" => "the card can't be used",
        "showing" => "reads what is on the card",
        "exit" => "the service isn't for them",
        "follow_up" => "asks what became of a case",
        "follow_up_choice" => "chooses how to find a case again",
        "follow_up_code" => "types the code of a case",
        "follow_up_request" => "reads what is asked of the card for it",
        "follow_up_asking" => "waits for news of a case",
        "follow_up_no_answer" => "hears no news of a case",
        "follow_up_cases" => "chooses among their cases",
        "follow_up_case" => "reads how a case stands",
        "follow_up_letter" => "reads a letter",
        "follow_up_withdrawing" => "is asked whether to withdraw a case",
        "follow_up_withdrawn" => "has withdrawn a case",
        "pin_menu" => "chooses what to do with the PIN",
        "pin_done" => "the PIN is done",
        "informing" => "reads about a service",
        "board" => "reads what the town tells",
        "pin_forgotten" => "has forgotten the PIN",
        "filling" => "fills in the form",
        "reviewing" => "reads before submitting",
        "pay_choosing" => "chooses how to pay",
        "paying" => "pays by card",
        "giving_back" => "gets the money back",
        "payment_unclear" => "HAS PAID OR NOT: nobody can tell, please look at the payment terminal",
        "payment_not_given_back" => "IS OWED MONEY: it could not be given back by itself",
        "filing" => "submits",
        "filing_failed" => "the case can't be submitted",
        "receipt" => "takes the receipt",
        "taking_card" => "takes the card away",
        "goodbye" => "leaves",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::call::Stage;

    fn call(number: u8, stage: &str) -> OpenCall {
        OpenCall {
            call_id: Uuid::from_bytes([number; 16]),
            terminal: format!("kiosk-{number}"),
            stage: Stage::parse(stage).unwrap(),
            called_at: 1_795_305_600, // 2026-11-22T00:00:00Z
        }
    }

    #[test]
    fn staff_read_terminal_time_and_stage() {
        let words = |later: i64, stage| call_in_words(&call(1, stage), 1_795_305_600 + later, &TimeZone::UTC);
        assert_eq!(
            words(0, "secret"),
            "kiosk-1  since 00:00 (just now)  types PIN, CAN or PUK"
        );
        assert_eq!(
            words(179, "exit"),
            "kiosk-1  since 00:00 (2 min)  the service isn't for them"
        );
        assert_eq!(words(7_200, "of_tomorrow"), "kiosk-1  since 00:00 (2 h)  of_tomorrow");
        assert_eq!(words(200_000, "goodbye"), "kiosk-1  since 00:00 (2 days)  leaves");
        assert_eq!(words(-5, "goodbye"), "kiosk-1  since 00:00 (just now)  leaves");
        let never = OpenCall {
            called_at: i64::MIN,
            ..call(1, "exit")
        };
        assert!(call_in_words(&never, i64::MAX, &TimeZone::UTC).contains("since ? ("));
    }

    #[test]
    fn a_watch_tells_each_call_once() {
        let (mut told, mut heard) = (Vec::new(), Vec::new());
        let mut look = |calls| {
            watch_once(&calls, &mut told, &mut |call| {
                heard.push(call.terminal.clone());
                Ok(())
            })
            .unwrap();
            core::mem::take(&mut heard)
        };
        assert_eq!(look(Ok(vec![call(1, "exit")])), ["kiosk-1"]);
        assert!(look(Ok(vec![call(1, "exit")])).is_empty());
        let away = StoreError::Newer { found: 3 };
        assert!(look(Err(away)).is_empty());
        assert_eq!(look(Ok(vec![call(1, "exit"), call(2, "exit")])), ["kiosk-2"]);
        assert!(look(Ok(vec![])).is_empty());
        assert_eq!(look(Ok(vec![call(1, "exit")])), ["kiosk-1"]);
    }
}

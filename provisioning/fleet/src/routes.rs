//! What the server answers.
use crate::eid::{self, EidDesk};
use crate::problem::Failure;
use crate::token::TerminalToken;
use crate::{BoardDesk, board, calls, cases, now, numbers, verify};
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use std::sync::Arc;
use std::time::Duration;
use store::{NewSubmission, Store, StoreError, Stored, Terminal};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;
use wire::receipt::VERIFY_PATH;
use wire::{
    BODY_BYTES_MAX, Envelope, EnvelopeError, HEALTH_PATH, JSON_MEDIA_TYPE, ProblemKind, READY_PATH, SUBMISSIONS_PATH,
};

/// How long a body may take to arrive: 2 MiB over a line of 600 kbit/s.
pub const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// Bodies in memory at the same time; further requests wait. With [`BODY_BYTES_MAX`] this bounds memory.
pub const BODIES_AT_ONCE_MAX: usize = 64;

pub(crate) struct Shared<S> {
    pub(crate) store: S,
    bodies: Semaphore,
    pub(crate) cases: cases::CaseLimits,
    pub(crate) counter: numbers::Counter,
    pub(crate) eid: Option<Arc<EidDesk>>,
    pub(crate) questions: Arc<Semaphore>,
    pub(crate) board: Option<BoardDesk>,
}

impl<S> Shared<S> {
    /// Room for a body in memory.
    pub(crate) async fn room(&self) -> Result<SemaphorePermit<'_>, Failure> {
        let room = self.bodies.acquire().await;
        room.map_err(|_| Failure::new(ProblemKind::Unavailable, "stopping"))
    }
}

pub(crate) fn router<S: Store>(store: S, eid: Option<Arc<EidDesk>>, board: Option<BoardDesk>) -> Router {
    let shared = Arc::new(Shared {
        store,
        bodies: Semaphore::new(BODIES_AT_ONCE_MAX),
        cases: cases::CaseLimits::start(),
        counter: numbers::Counter::start(),
        eid,
        questions: Arc::new(Semaphore::new(eid::QUESTIONS_AT_ONCE_MAX)),
        board,
    });
    Router::new()
        .route(
            &format!("{SUBMISSIONS_PATH}{{submission_id}}"),
            put(put_submission::<S>),
        )
        .route(
            wire::call::CALLS_PATH,
            post(calls::post_call::<S>).get(calls::get_call::<S>),
        )
        .route(wire::queue::NUMBERS_PATH, post(numbers::post_number::<S>))
        .route(numbers::HALL_PATH, get(numbers::get_hall::<S>))
        .route(wire::case_status::CASES_PATH, post(cases::post_question::<S>))
        .route(wire::eid::MESSAGES_PATH, post(eid::post_message::<S>))
        .route(&format!("{}{{name}}", wire::eid::LISTS_PATH), get(eid::get_list::<S>))
        .route(wire::board::BOARD_PATH, get(board::get_board::<S>))
        .route(verify::FORM_PATH, get(verify::form::<S>))
        .route(VERIFY_PATH, get(verify::form::<S>))
        .route(&format!("{VERIFY_PATH}{{code}}"), get(verify::code::<S>))
        .route(HEALTH_PATH, get(|| async { StatusCode::OK }))
        .route(READY_PATH, get(ready::<S>))
        .fallback(|| async { Failure::new(ProblemKind::NotFound, "no such path") })
        .method_not_allowed_fallback(|| async { Failure::new(ProblemKind::MethodNotAllowed, "no such method here") })
        .with_state(shared)
}

async fn ready<S: Store>(State(shared): State<Arc<Shared<S>>>) -> Result<StatusCode, Failure> {
    shared.store.ready().await.map_err(unavailable)?;
    Ok(StatusCode::OK)
}

async fn put_submission<S: Store>(
    State(shared): State<Arc<Shared<S>>>,
    Path(submission_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = handle_submission(&shared, &submission_id, &headers, body).await;
    match answer {
        Ok((status, terminal, acknowledgement)) => {
            let id = acknowledgement.submission_id;
            tracing::info!(status = status.as_u16(), terminal, submission = %id, "submission stored");
            (status, Json(acknowledgement)).into_response()
        }
        Err(failure) => {
            tracing::warn!(
                status = failure.kind.status(),
                problem = failure.kind.uri(),
                "submission refused"
            );
            failure.into_response()
        }
    }
}

async fn handle_submission<S: Store>(
    shared: &Shared<S>,
    submission_id: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<(StatusCode, String, wire::Acknowledgement), Failure> {
    let terminal = authenticate(&shared.store, headers).await?;
    let submission_id = Uuid::try_parse(submission_id)
        .map_err(|_| Failure::new(ProblemKind::Malformed, "the path doesn't end with a UUID"))?;
    check_media_type(headers)?;
    // Held until the answer is made, for as long as the body is in memory.
    let _room = shared.room().await?;
    let body = receive(headers, body, BODY_BYTES_MAX).await?;
    let envelope = Envelope::from_body(&body).map_err(|error| Failure::new(kind_of(&error), error.to_string()))?;
    if envelope.submission_id != submission_id {
        return Err(Failure::new(
            ProblemKind::Malformed,
            "submission_id is not the one in the path",
        ));
    }
    let submission = NewSubmission {
        terminal_id: terminal.terminal_id,
        envelope,
        body,
    };
    match shared
        .store
        .put_submission(submission, now())
        .await
        .map_err(unavailable)?
    {
        Stored::New(acknowledgement) => Ok((StatusCode::CREATED, terminal.name, acknowledgement)),
        Stored::Replayed(acknowledgement) => Ok((StatusCode::OK, terminal.name, acknowledgement)),
        Stored::Conflict => Err(Failure::new(
            ProblemKind::Conflict,
            format!("other bytes are stored under {submission_id}"),
        )),
    }
}

pub(crate) async fn authenticate<S: Store>(store: &S, headers: &HeaderMap) -> Result<Terminal, Failure> {
    // One text for every case: an attacker learns nothing about which terminals there are.
    let unknown = || Failure::new(ProblemKind::UnknownTerminal, "a valid terminal token is needed");
    let text = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(unknown)?;
    let (scheme, token) = text.split_once(' ').ok_or_else(unknown)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(unknown());
    }
    let token = TerminalToken::parse(token.trim()).map_err(|_| unknown())?;
    let terminal = store.terminal(token.terminal_id()).await.map_err(unavailable)?;
    terminal
        .filter(|terminal| token.fits(&terminal.token_sha256))
        .ok_or_else(unknown)
}

pub(crate) fn check_media_type(headers: &HeaderMap) -> Result<(), Failure> {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    match essence.eq_ignore_ascii_case(JSON_MEDIA_TYPE) {
        true => Ok(()),
        false => Err(Failure::new(
            ProblemKind::MediaType,
            "Content-Type is not application/json",
        )),
    }
}

pub(crate) async fn receive(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let too_large = || Failure::new(ProblemKind::TooLarge, format!("at most {bytes_max} bytes are taken"));
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > bytes_max as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_PATIENCE, to_bytes(body, bytes_max)).await {
        Err(_) => Err(Failure::new(ProblemKind::TooSlow, "the body did not arrive in time")),
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(error)) if is_length_limit(&error) => Err(too_large()),
        Ok(Err(_)) => Err(Failure::new(ProblemKind::Malformed, "the body ended early")),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        next = error.source();
    }
    false
}

fn kind_of(error: &EnvelopeError) -> ProblemKind {
    match error {
        EnvelopeError::TooLarge { .. } => ProblemKind::TooLarge,
        EnvelopeError::Json(_)
        | EnvelopeError::SubmissionId
        | EnvelopeError::DestinationId
        | EnvelopeError::Leika
        | EnvelopeError::ServiceVersion
        | EnvelopeError::FiledAt
        | EnvelopeError::Service
        | EnvelopeError::Receipt
        | EnvelopeError::Fee
        | EnvelopeError::EncryptedData(_) => ProblemKind::Malformed,
    }
}

pub(crate) fn unavailable(error: StoreError) -> Failure {
    tracing::error!(error = &error as &dyn std::error::Error, "the store is away");
    Failure::new(ProblemKind::Unavailable, "the store is away; try again later")
}

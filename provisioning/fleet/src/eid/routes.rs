//! The desk's two paths.
use super::EidDesk;
use crate::problem::Failure;
use crate::routes::{BODY_PATIENCE, Shared, authenticate, check_media_type};
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use signer::lists::ListKind;
use signer::renewal::PkiTrouble;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::OwnedSemaphorePermit;
use wire::eid::{LIST_MEDIA_TYPE, LIST_NAMES, QUESTION_BYTES_MAX, Question};
use wire::{JSON_MEDIA_TYPE, ProblemKind};

/// Questions at once: each holds a thread while it waits for the security module or the authority.
pub(crate) const QUESTIONS_AT_ONCE_MAX: usize = 16;

/// How long an answer may take. A card waits for signatures, and the terminal gives up after ten seconds.
const ANSWER_PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn post_message<S: Store>(
    State(shared): State<Arc<Shared<S>>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let (terminal, desk) = admitted(&shared, &headers).await?;
    check_media_type(&headers)?;
    let body = tokio::time::timeout(BODY_PATIENCE, to_bytes(body, QUESTION_BYTES_MAX))
        .await
        .map_err(|_| Failure::new(ProblemKind::TooSlow, "the body did not arrive in time"))?
        .map_err(|_| {
            Failure::new(
                ProblemKind::TooLarge,
                format!("at most {QUESTION_BYTES_MAX} bytes are taken"),
            )
        })?;
    let question =
        Question::from_body(&body).map_err(|error| Failure::new(ProblemKind::Malformed, error.to_string()))?;
    let answer = on_thread(&shared, move || desk.answer(&terminal, &question)).await?;
    let body = answer.to_body().map_err(|error| {
        tracing::error!(%error, "an answer can't be sent");
        Failure::new(ProblemKind::Unavailable, "the answer can't be sent")
    })?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, JSON_MEDIA_TYPE)], body).into_response())
}

pub(crate) async fn get_list<S: Store>(
    State(shared): State<Arc<Shared<S>>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (_, desk) = admitted(&shared, &headers).await?;
    let kind = ListKind::ALL
        .into_iter()
        .find(|kind| kind.file_name() == name && LIST_NAMES.contains(&&*name))
        .ok_or_else(|| Failure::new(ProblemKind::NotFound, "no such list"))?;
    match on_thread(&shared, move || desk.list(kind)).await? {
        Ok(list) => Ok((StatusCode::OK, [(header::CONTENT_TYPE, LIST_MEDIA_TYPE)], list).into_response()),
        Err(PkiTrouble::Refused(code)) => Err(Failure::new(ProblemKind::NotFound, code.to_string())),
        Err(PkiTrouble::Unreachable | PkiTrouble::Strange) => {
            Err(Failure::new(ProblemKind::Unavailable, "the list can't be had now"))
        }
    }
}

/// The terminal's name and the desk; a terminal without a holder learns no more than that there is nothing for it.
async fn admitted<S: Store>(shared: &Shared<S>, headers: &HeaderMap) -> Result<(String, Arc<EidDesk>), Failure> {
    let terminal = authenticate(&shared.store, headers).await?;
    let desk = shared.eid.as_ref().filter(|desk| desk.knows(&terminal.name));
    let desk = desk.ok_or_else(|| {
        Failure::new(
            ProblemKind::NotFound,
            "no identity cards are read by this terminal through this server",
        )
    })?;
    Ok((terminal.name, Arc::clone(desk)))
}

/// Runs what blocks on a thread for that; a security module that hangs keeps its thread, and the others go on.
async fn on_thread<S: Store, T: Send + 'static>(
    shared: &Shared<S>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let unavailable = |why: &str| Failure::new(ProblemKind::Unavailable, why);
    let room = Arc::clone(&shared.questions).try_acquire_owned();
    let room: OwnedSemaphorePermit = room.map_err(|_| unavailable("too many questions at once"))?;
    let running = tokio::task::spawn_blocking(move || {
        let _room = room;
        work()
    });
    tokio::time::timeout(ANSWER_PATIENCE, running)
        .await
        .map_err(|_| unavailable("security module or authority take too long"))?
        .map_err(|_| unavailable("the question could not be answered"))
}

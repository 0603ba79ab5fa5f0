//! Whether a paper is genuine: for anyone who was shown one, without a token.
//!
//! `GET` `/verify` has a field for the check code, `/verify?code=…` and [`VERIFY_PATH`]`{code}` answer. Whoever asks learns
//! title, issuer, day and state of one receipt whose code they hold, and nothing of the citizen. A code with a slip is told
//! as one before anything is looked up; all other questions share a bucket, so that nobody's address need be kept. No
//! code reaches the log.
mod page;
#[cfg(test)]
mod tests;
mod words;

use crate::html;
use crate::routes::Shared;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::tz::TimeZone;
use page::{Finding, POLICY, page};
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use wire::receipt::CheckCode;
#[cfg(doc)]
use wire::receipt::VERIFY_PATH;

/// The form.
pub(crate) const FORM_PATH: &str = "/verify";

/// Name of the field.
const CODE_FIELD: &str = "code";

/// Longest query that is read: a code with each character written as `%XX`, and some.
const QUERY_BYTES_MAX: usize = 512;

/// How long to wait while the store is away.
const AWAY_PATIENCE: Duration = Duration::from_secs(30);

/// The form, or its answer.
pub(crate) async fn form<S: Store>(State(shared): State<Arc<Shared<S>>>, RawQuery(query): RawQuery) -> Response {
    match query.as_deref().and_then(typed_in) {
        Some(typed) if !typed.trim().is_empty() => check(&shared, &typed).await,
        Some(_) | None => answer(StatusCode::OK, Finding::Form, None),
    }
}

/// The address on the paper.
pub(crate) async fn code<S: Store>(
    State(shared): State<Arc<Shared<S>>>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    match path {
        Ok(Path(typed)) => check(&shared, &typed).await,
        // No text at all.
        Err(_) => answer(StatusCode::BAD_REQUEST, Finding::Slip { typed: "" }, None),
    }
}

async fn check<S: Store>(shared: &Shared<S>, typed: &str) -> Response {
    let Ok(code) = CheckCode::parse(typed) else {
        return answer(StatusCode::BAD_REQUEST, Finding::Slip { typed }, None);
    };
    if let Err(wait) = shared.cases.admit_check() {
        return answer(StatusCode::TOO_MANY_REQUESTS, Finding::Later, Some(wait));
    }
    match shared.store.receipt(code.lookup()).await {
        Ok(Some(receipt)) => {
            tracing::info!(answer = "genuine", "a receipt was checked");
            answer(StatusCode::OK, Finding::Genuine(&receipt), None)
        }
        Ok(None) => {
            tracing::info!(answer = "unknown", "a receipt was checked");
            answer(StatusCode::NOT_FOUND, Finding::Unknown, None)
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the store is away");
            answer(StatusCode::SERVICE_UNAVAILABLE, Finding::Away, Some(AWAY_PATIENCE))
        }
    }
}

fn answer(status: StatusCode, finding: Finding<'_>, retry_after: Option<Duration>) -> Response {
    let page = page(finding, &TimeZone::system());
    let mut response = html::answer(status, "de, en", &POLICY, page);
    if let Some(wait) = retry_after {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    response
}

/// What was typed into the field (`application/x-www-form-urlencoded`, URL living standard §5.1). `None` when the query has
/// no such field or is too long; bytes that are no text become signs that are in no code.
fn typed_in(query: &str) -> Option<String> {
    if query.len() > QUERY_BYTES_MAX {
        return None;
    }
    let mut fields = query.split('&').filter_map(|field| field.split_once('='));
    let (_, value) = fields.find(|(name, _)| *name == CODE_FIELD)?;
    Some(decoded(value))
}

fn decoded(value: &str) -> String {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escape = match (first, after) {
            (b'%', &[high, low, ..]) => digit(high).zip(digit(low)),
            _ => None,
        };
        match (escape, first) {
            (Some((high, low)), _) => bytes.push((high << 4) | low),
            (None, b'+') => bytes.push(b' '),
            (None, other) => bytes.push(other),
        }
        rest = after.get(if escape.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

//! Problems as answers.
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use wire::{PROBLEM_MEDIA_TYPE, Problem, ProblemKind};

/// How soon a sender may come again when the store is away, or when it came too fast.
const RETRY_AFTER_S: &str = "5";

/// What ends a request early.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ProblemKind,
    pub(crate) detail: String,
}

impl Failure {
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = Problem::new(self.kind, self.detail);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
        if self.kind == ProblemKind::UnknownTerminal {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(self.kind, ProblemKind::Unavailable | ProblemKind::TooMany) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
        }
        response
    }
}

//! Errors over HTTP: problem details (RFC 9457).
use serde::{Deserialize, Serialize};

/// What a request failed of. Fixes `type`, `title` and `status` (RFC 9457 §3.1), which always belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// 400: the body is no valid envelope, or doesn't fit the path.
    Malformed,
    /// 401: no token, an unknown or a withdrawn one. Which of these is not told.
    UnknownTerminal,
    /// 404: no such path.
    NotFound,
    /// 405: the path doesn't take this method.
    MethodNotAllowed,
    /// 408: the body took too long.
    TooSlow,
    /// 409: other bytes lie under this identifier.
    Conflict,
    /// 413: more than [`crate::BODY_BYTES_MAX`], or than the path takes.
    TooLarge,
    /// 415: not `application/json`.
    MediaType,
    /// 429: sooner than is taken from one terminal.
    TooMany,
    /// 503: can't be stored, or isn't there yet.
    Unavailable,
}

impl ProblemKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Malformed,
        Self::UnknownTerminal,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::TooSlow,
        Self::Conflict,
        Self::TooLarge,
        Self::MediaType,
        Self::TooMany,
        Self::Unavailable,
    ];

    /// HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::UnknownTerminal => 401,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::TooSlow => 408,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::MediaType => 415,
            Self::TooMany => 429,
            Self::Unavailable => 503,
        }
    }

    /// URI that names the kind. An identifier, not an address to visit (RFC 9457 §3.1.1).
    pub fn uri(self) -> &'static str {
        match self {
            Self::Malformed => "urn:schalter:problem:malformed",
            Self::UnknownTerminal => "urn:schalter:problem:unknown-terminal",
            Self::NotFound => "urn:schalter:problem:not-found",
            Self::MethodNotAllowed => "urn:schalter:problem:method-not-allowed",
            Self::TooSlow => "urn:schalter:problem:too-slow",
            Self::Conflict => "urn:schalter:problem:conflict",
            Self::TooLarge => "urn:schalter:problem:too-large",
            Self::MediaType => "urn:schalter:problem:media-type",
            Self::TooMany => "urn:schalter:problem:too-many",
            Self::Unavailable => "urn:schalter:problem:unavailable",
        }
    }

    /// Short summary for people; the same for every occurrence (RFC 9457 §3.1.3).
    pub fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request is malformed",
            Self::UnknownTerminal => "The terminal is not known",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "This method is not allowed here",
            Self::TooSlow => "The request took too long",
            Self::Conflict => "Another envelope lies under this identifier",
            Self::TooLarge => "The envelope is too large",
            Self::MediaType => "The body must be application/json",
            Self::TooMany => "The requests come too fast",
            Self::Unavailable => "The envelope can't be stored now",
        }
    }
}

/// A problem as it travels (RFC 9457 §3). Readers ignore members they don't know (§3.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// [`ProblemKind::uri`]; `about:blank` when absent (§3.1.1).
    #[serde(rename = "type", default = "about_blank")]
    pub uri: String,
    /// [`ProblemKind::title`].
    #[serde(default)]
    pub title: String,
    /// The HTTP status, repeated.
    #[serde(default)]
    pub status: u16,
    /// What is wrong with this request. Never holds content of an envelope.
    #[serde(default)]
    pub detail: String,
}

impl Problem {
    /// A problem of that kind.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            uri: kind.uri().into(),
            title: kind.title().into(),
            status: kind.status(),
            detail: detail.into(),
        }
    }
}

fn about_blank() -> String {
    "about:blank".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_those_of_the_rfc() {
        let problem = Problem::new(ProblemKind::Conflict, "d");
        assert_eq!(
            serde_json::to_value(&problem).unwrap(),
            serde_json::json!({
                "type": "urn:schalter:problem:conflict",
                "title": "Another envelope lies under this identifier",
                "status": 409,
                "detail": "d"
            })
        );
    }

    #[test]
    fn foreign_problems_are_read_with_gaps_and_extensions() {
        let foreign: Problem = serde_json::from_str(r#"{"detail":"quota","balance":3}"#).unwrap();
        assert_eq!(foreign.uri, "about:blank");
        assert_eq!(foreign.detail, "quota");
    }

    #[test]
    fn uris_and_statuses_are_distinct() {
        for (index, kind) in ProblemKind::ALL.into_iter().enumerate() {
            for other in ProblemKind::ALL.into_iter().skip(index + 1) {
                assert_ne!(kind.uri(), other.uri());
                assert_ne!(kind.status(), other.status());
            }
        }
    }
}

//! The backend over HTTP.
use crate::config::{Config, ConfigError};
use outbox::{Underway, Waiting};
use std::time::Duration;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use wire::{ANSWER_BYTES_MAX, Acknowledgement, JSON_MEDIA_TYPE, Problem, ProblemKind, READY_PATH, submission_path};

/// How long a connection may take to come about.
pub const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// How long a request may take from beginning to end: 2 MiB over a line of 300 kbit/s.
pub const REQUEST_PATIENCE: Duration = Duration::from_secs(60);

const HEADER_BYTES_MAX: usize = 16 * 1024;

/// What came back, sorted by what to do next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The backend says that it has stored something.
    Acknowledged(Acknowledgement),
    /// It refuses this envelope for good.
    RefusedForGood { reason: String },
    /// It doesn't accept the token.
    TokenRefused,
    /// It stumbled over this envelope; another one may pass.
    EnvelopeFailed { reason: String },
    /// The line or the whole backend fails.
    LineFailed {
        reason: String,
        retry_after: Option<Duration>,
    },
}

/// What the courier needs of a backend.
pub(crate) trait Deliver {
    /// Sends what is set out, and nothing else.
    fn put(&self, underway: &Underway) -> Answer;
    /// `Ok` when it could store an envelope now.
    fn probe(&self) -> Result<(), String>;
    /// `Ok` when anybody answers, whatever it is.
    fn knock(&self) -> Result<(), String>;
}

pub(crate) struct Backend {
    agent: ureq::Agent,
    base_url: String,
    authorization: String,
}

impl Backend {
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        let agent = http(config)?;
        let authorization = format!("Bearer {}", config.token.expose());
        Ok(Self {
            agent,
            base_url: config.backend_url.clone(),
            authorization,
        })
    }
}

/// HTTP as the settings want it.
pub(crate) fn http(config: &Config) -> Result<ureq::Agent, ConfigError> {
    config.check()?;
    let mut tls = TlsConfig::builder();
    if let Some(pem) = &config.ca_pem {
        tls = tls.root_certs(certificates(pem)?);
    }
    let proxy = match &config.proxy {
        Some(url) => Some(ureq::Proxy::new(url).map_err(|_| ConfigError::Proxy)?),
        None => None,
    };
    let settings = ureq::Agent::config_builder()
        .timeout_connect(Some(CONNECT_PATIENCE))
        .timeout_global(Some(REQUEST_PATIENCE))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_response_header_size(HEADER_BYTES_MAX)
        .user_agent(concat!("schalter-agent/", env!("CARGO_PKG_VERSION")))
        .proxy(proxy)
        .tls_config(tls.build());
    Ok(settings.build().new_agent())
}

/// An answer as it came.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl Backend {
    /// Asks once.
    pub(crate) fn get(&self, path: &str, patience: Duration) -> Result<Reply, String> {
        let asked = self.get_unless(path, None, ANSWER_BYTES_MAX, patience);
        asked.map(|(reply, _)| reply)
    }

    /// Posts JSON once.
    pub(crate) fn post(&self, path: &str, body: &[u8], patience: Duration) -> Result<Reply, String> {
        self.post_for(path, body, patience, ANSWER_BYTES_MAX)
    }

    /// The same where the answer may be longer or must be shorter than usual.
    pub(crate) fn post_for(
        &self,
        path: &str,
        body: &[u8],
        patience: Duration,
        answer_bytes_max: usize,
    ) -> Result<Reply, String> {
        let request = self.agent.post(format!("{}{path}", self.base_url));
        let sent = request
            .config()
            .timeout_global(Some(patience))
            .build()
            .header("Authorization", &self.authorization)
            .header("Content-Type", JSON_MEDIA_TYPE)
            .send(body);
        reply(sent, answer_bytes_max)
    }
}

impl Backend {
    /// Gets something once, unless it is still what that tag names. The second value is its own tag.
    pub(crate) fn get_unless(
        &self,
        path: &str,
        known: Option<&str>,
        bytes_max: usize,
        patience: Duration,
    ) -> Result<(Reply, Option<String>), String> {
        let request = self.agent.get(format!("{}{path}", self.base_url));
        let request = request.config().timeout_global(Some(patience)).build();
        let mut request = request.header("Authorization", &self.authorization);
        if let Some(tag) = known {
            request = request.header("If-None-Match", tag);
        }
        let sent = request.call();
        let etag = sent.as_ref().ok().and_then(|response| {
            let value = response.headers().get("ETag")?.to_str().ok()?;
            Some(value.to_owned())
        });
        Ok((reply(sent, bytes_max)?, etag))
    }
}

fn reply(sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>, bytes_max: usize) -> Result<Reply, String> {
    let mut response = sent.map_err(|error| format!("no answer: {error}"))?;
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get("Retry-After")
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    let limited = response.body_mut().with_config().limit(bytes_max as u64);
    let body = limited
        .read_to_vec()
        .map_err(|error| format!("half an answer ({status}): {error}"))?;
    Ok(Reply {
        status,
        retry_after,
        body,
    })
}

impl Deliver for Backend {
    fn put(&self, underway: &Underway) -> Answer {
        let Waiting { envelope, body, .. } = underway.waiting();
        let sent = self
            .agent
            .put(format!("{}{}", self.base_url, submission_path(envelope.submission_id)))
            .header("Authorization", &self.authorization)
            .header("Content-Type", JSON_MEDIA_TYPE)
            .send(body.as_slice());
        match reply(sent, ANSWER_BYTES_MAX) {
            Ok(reply) => sort(reply.status, reply.retry_after, &reply.body),
            Err(reason) => line_failed(reason),
        }
    }

    fn probe(&self) -> Result<(), String> {
        match self.readiness()? {
            200 => Ok(()),
            status => Err(format!("status {status}")),
        }
    }

    fn knock(&self) -> Result<(), String> {
        self.readiness().map(drop)
    }
}

impl Backend {
    /// The status that the backend gives of itself.
    fn readiness(&self) -> Result<u16, String> {
        let asked = self.agent.get(format!("{}{READY_PATH}", self.base_url)).call();
        let status = asked.map(|response| response.status().as_u16());
        status.map_err(|error| error.to_string())
    }
}

/// Decides by status and body what to do next.
fn sort(status: u16, retry_after: Option<Duration>, answer: &[u8]) -> Answer {
    match status {
        200 | 201 => match serde_json::from_slice(answer) {
            Ok(acknowledgement) => Answer::Acknowledged(acknowledgement),
            // A captive portal says 200 to everything.
            Err(_) => line_failed(format!("status {status} without an acknowledgement")),
        },
        400 | 409 | 413 | 415 => match serde_json::from_slice::<Problem>(answer) {
            Ok(problem) if is_ours(&problem, status) => Answer::RefusedForGood {
                reason: format!("{status}: {}: {}", problem.title, problem.detail),
            },
            // Somebody between us and the backend; that must not cost a citizen the case.
            Ok(_) | Err(_) => Answer::EnvelopeFailed {
                reason: format!("status {status}, not from the backend"),
            },
        },
        401 | 403 => Answer::TokenRefused,
        500 => Answer::EnvelopeFailed {
            reason: "status 500".to_owned(),
        },
        _ => Answer::LineFailed {
            reason: format!("status {status}"),
            retry_after,
        },
    }
}

/// Whether a problem is one of the backend's own words.
pub(crate) fn is_ours(problem: &Problem, status: u16) -> bool {
    ProblemKind::ALL
        .into_iter()
        .any(|kind| kind.status() == status && kind.uri() == problem.uri)
}

fn line_failed(reason: String) -> Answer {
    Answer::LineFailed {
        reason,
        retry_after: None,
    }
}

fn certificates(pem: &[u8]) -> Result<RootCerts, ConfigError> {
    let mut roots: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| ConfigError::Certificates)? {
            roots.push(certificate);
        }
    }
    match roots.is_empty() {
        true => Err(ConfigError::Certificates),
        false => Ok(RootCerts::new_with_certs(&roots)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(kind: ProblemKind) -> Vec<u8> {
        serde_json::to_vec(&Problem::new(kind, "d")).unwrap()
    }

    #[test]
    fn only_the_backends_own_refusals_are_for_good() {
        let reason = "409: Another envelope lies under this identifier: d".to_owned();
        assert_eq!(
            sort(409, None, &problem(ProblemKind::Conflict)),
            Answer::RefusedForGood { reason }
        );
        for kind in [ProblemKind::Malformed, ProblemKind::TooLarge, ProblemKind::MediaType] {
            assert!(matches!(
                sort(kind.status(), None, &problem(kind)),
                Answer::RefusedForGood { .. }
            ));
        }
        for foreign in [
            &b"<html>Blocked</html>"[..],
            b"{}",
            b"",
            &problem(ProblemKind::Conflict),
        ] {
            assert!(matches!(sort(400, None, foreign), Answer::EnvelopeFailed { .. }));
        }
    }

    #[test]
    fn everything_else_is_tried_again() {
        for status in [100, 204, 302, 404, 405, 408, 425, 429, 502, 503, 504, 599] {
            assert!(matches!(sort(status, None, b""), Answer::LineFailed { .. }), "{status}");
        }
        assert!(matches!(sort(500, None, b""), Answer::EnvelopeFailed { .. }));
        assert!(matches!(sort(401, None, b""), Answer::TokenRefused));
        for portal in [&b"<html>Welcome</html>"[..], b"", b"{}", b"[1]"] {
            assert!(matches!(sort(200, None, portal), Answer::LineFailed { .. }));
        }
    }

    #[test]
    fn certificates_are_needed_in_a_ca_file() {
        assert!(matches!(certificates(b""), Err(ConfigError::Certificates)));
        assert!(matches!(
            certificates(b"-----BEGIN CERTIFICATE-----\n?\n"),
            Err(ConfigError::Certificates)
        ));
    }
}

//! Fetching, politely and without being led astray.
//!
//! A request names who asks, says what is known already (`If-None-Match`, `If-Modified-Since`), waits so long and no
//! longer, and reads so much and no more. A redirect is followed only to the same host or to one that the settings name:
//! a feed can't send the backend to an address in the town's own network.
use std::collections::BTreeSet;
use std::time::Duration;
use url::{Origin, Url};

/// How long a connection may take to come about.
pub const CONNECT_PATIENCE: Duration = Duration::from_secs(10);

/// How long an answer may take from beginning to end.
pub const ANSWER_PATIENCE: Duration = Duration::from_secs(30);

/// Redirects in a row: `http` to `https`, without `www` to with it, and one more.
const REDIRECTS_MAX: u32 = 3;

const HEADER_BYTES_MAX: usize = 16 * 1024;

/// Longest validator that is kept.
const VALIDATOR_CHARS_MAX: usize = 200;

/// What a server said of an answer, to be told back to it (RFC 9110 §8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Validators {
    /// `ETag`.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub modified: Option<String>,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Fetched {
    /// This.
    New {
        /// The body.
        bytes: Vec<u8>,
        /// For the next time.
        validators: Validators,
    },
    /// What was had last time still holds.
    Unchanged,
}

/// Why there is no answer, in words for whoever runs the backend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum FetchTrouble {
    #[error("no answer: {0}")]
    NoAnswer(String),
    #[error("the server answers {0}")]
    Status(u16),
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
    #[error("it redirects to {0}, which the settings don't name")]
    Elsewhere(String),
    #[error("it redirects in circles")]
    Circles,
}

/// The web, or what stands in for it.
pub trait Web {
    /// Gets an address.
    ///
    /// # Errors
    /// See [`FetchTrouble`].
    fn get(&self, url: &Url, known: &Validators, bytes_max: usize) -> Result<Fetched, FetchTrouble>;
}

/// The web by HTTP.
#[derive(Debug)]
pub struct Http {
    agent: ureq::Agent,
    patience: Duration,
    allowed: BTreeSet<String>,
    /// A header for the PVOG search service, which wants to know its clients.
    client_id: Option<String>,
}

impl Http {
    /// HTTP, by a proxy if there is one. Redirects may also lead to the origins of `hosts`.
    ///
    /// # Errors
    /// When the proxy's address is none.
    pub fn new(proxy: Option<&str>, hosts: &[Url], client_id: Option<String>) -> Result<Self, FetchTrouble> {
        let proxy = proxy.map(ureq::Proxy::new).transpose();
        let proxy = proxy.map_err(|_| FetchTrouble::NoAnswer("the proxy must be http://host:port".to_owned()))?;
        let settings = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT_PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(HEADER_BYTES_MAX)
            .user_agent(concat!("schalter-board/", env!("CARGO_PKG_VERSION")))
            .proxy(proxy);
        Ok(Self {
            agent: settings.build().new_agent(),
            patience: ANSWER_PATIENCE,
            allowed: hosts.iter().map(|host| host.origin().ascii_serialization()).collect(),
            client_id,
        })
    }

    /// The same with another patience for a whole answer than [`ANSWER_PATIENCE`].
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn may_lead(&self, from: &Url, to: &Url) -> bool {
        let upgraded =
            from.scheme() == "http" && to.scheme() == "https" && from.port().is_none() && to.port().is_none();
        let same_host = from.origin() == to.origin() || (upgraded && from.host() == to.host());
        let is_web = matches!(to.origin(), Origin::Tuple(ref scheme, ..) if scheme == "http" || scheme == "https");
        let named = self.allowed.contains(&to.origin().ascii_serialization());
        is_web && (same_host || named) && to.username().is_empty() && to.password().is_none()
    }

    fn once(&self, url: &Url, known: &Validators) -> Result<ureq::http::Response<ureq::Body>, FetchTrouble> {
        let request = self.agent.get(url.as_str());
        let mut request = request.config().timeout_global(Some(self.patience)).build();
        if let Some(etag) = &known.etag {
            request = request.header("If-None-Match", etag);
        }
        if let Some(modified) = &known.modified {
            request = request.header("If-Modified-Since", modified);
        }
        if let Some(id) = &self.client_id {
            request = request.header("pvog-sud-api-client-id", id);
        }
        request
            .call()
            .map_err(|error| FetchTrouble::NoAnswer(error.to_string()))
    }
}

impl Web for Http {
    fn get(&self, url: &Url, known: &Validators, bytes_max: usize) -> Result<Fetched, FetchTrouble> {
        let mut url = url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let response = self.once(&url, known)?;
            match response.status().as_u16() {
                200 => return read(response, bytes_max),
                304 if *known != Validators::default() => return Ok(Fetched::Unchanged),
                301 | 302 | 303 | 307 | 308 => {
                    let place = header(&response, "Location").and_then(|place| url.join(&place).ok());
                    let place = place.ok_or_else(|| FetchTrouble::Status(response.status().as_u16()))?;
                    if !self.may_lead(&url, &place) {
                        return Err(FetchTrouble::Elsewhere(place.origin().ascii_serialization()));
                    }
                    url = place;
                }
                status => return Err(FetchTrouble::Status(status)),
            }
        }
        Err(FetchTrouble::Circles)
    }
}

fn header(response: &ureq::http::Response<ureq::Body>, name: &str) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

fn read(mut response: ureq::http::Response<ureq::Body>, bytes_max: usize) -> Result<Fetched, FetchTrouble> {
    let validator = |name| header(&response, name).filter(|value| value.len() <= VALIDATOR_CHARS_MAX);
    let validators = Validators {
        etag: validator("ETag"),
        modified: validator("Last-Modified"),
    };
    let limited = response.body_mut().with_config().limit(bytes_max as u64);
    match limited.read_to_vec() {
        Ok(bytes) => Ok(Fetched::New { bytes, validators }),
        Err(ureq::Error::BodyExceedsLimit(_)) => Err(FetchTrouble::TooLarge(bytes_max)),
        Err(error) => Err(FetchTrouble::NoAnswer(format!("half an answer: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_with_those_who_are_named() {
        let named = Url::parse("https://cdn.example/").unwrap();
        let http = Http::new(None, &[named], None).unwrap();
        let may = |from: &str, to: &str| http.may_lead(&Url::parse(from).unwrap(), &Url::parse(to).unwrap());
        for (from, to) in [
            ("https://a.example/x", "https://a.example/y"),
            ("http://a.example/x", "https://a.example/x"),
            ("https://a.example/x", "https://cdn.example/f"),
        ] {
            assert!(may(from, to), "{from} {to}");
        }
        for (from, to) in [
            ("https://a.example/", "http://a.example/"),
            ("https://a.example/", "https://b.example/"),
            ("https://a.example/", "https://127.0.0.1/"),
            ("http://a.example:8080/", "https://a.example/"),
            ("https://a.example/", "https://a.example:8443/"),
            ("https://a.example/", "https://u:p@a.example/"),
            ("https://a.example/", "file:///etc/passwd"),
            ("https://a.example/", "https://cdn.example:444/"),
        ] {
            assert!(!may(from, to), "{from} {to}");
        }
    }
}

//! A server, and requests to it over real HTTP.
#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]
use fleet::{Config, Running};
use std::path::Path;
use ureq::http::Response;
use wire::{PROBLEM_MEDIA_TYPE, Problem};

/// A store in that folder, and any port that is free.
pub fn config(data: &Path) -> Config {
    Config {
        data: data.to_owned(),
        listen: "127.0.0.1:0".parse().unwrap(),
    }
}

pub struct Heard {
    pub status: u16,
    pub media_type: String,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn problem(&self) -> Problem {
        assert_eq!(self.media_type, PROBLEM_MEDIA_TYPE);
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status);
        problem
    }
}

impl From<Response<ureq::Body>> for Heard {
    fn from(mut response: Response<ureq::Body>) -> Self {
        Self {
            status: response.status().as_u16(),
            media_type: response.body().mime_type().unwrap_or_default().to_owned(),
            body: response.body_mut().read_to_vec().unwrap(),
        }
    }
}

pub fn get(server: &Running, path: &str, token: &str) -> Heard {
    let request = agent().get(format!("{}{path}", server.base_url()));
    let sent = request.header("Authorization", format!("Bearer {token}")).call();
    sent.unwrap().into()
}

pub fn post(server: &Running, path: &str, token: &str, media_type: &str, body: &[u8]) -> Heard {
    let request = agent().post(format!("{}{path}", server.base_url()));
    send(request, token, media_type, body)
}

pub fn put(server: &Running, path: &str, token: &str, media_type: &str, body: &[u8]) -> Heard {
    let request = agent().put(format!("{}{path}", server.base_url()));
    send(request, token, media_type, body)
}

fn send(request: ureq::RequestBuilder<ureq::typestate::WithBody>, token: &str, media_type: &str, body: &[u8]) -> Heard {
    let request = request.header("Authorization", format!("Bearer {token}"));
    request.header("Content-Type", media_type).send(body).unwrap().into()
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .new_agent()
}

//! The server over real HTTP: every answer of the exchange, and what is stored.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;

use common::{Heard, config};
use fleet::{Running, enrol, withdraw};
use std::io::{Read, Write};
use std::net::TcpStream;
use store::{IfKnown, SqliteStore, Store};
use uuid::Uuid;
use wire::{Acknowledgement, BODY_BYTES_MAX, Envelope, body_sha256, submission_path};

struct World {
    folder: tempfile::TempDir,
    server: Running,
    token: String,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let token = enrol(folder.path(), "kiosk-1", IfKnown::Refuse).unwrap().reveal();
    World {
        server: Running::start(config(folder.path())).unwrap(),
        folder,
        token,
    }
}

fn envelope(number: u64) -> Envelope {
    Envelope {
        submission_id: Uuid::from_u128((0x0192_0000_0000_7000_8000u128 << 48) | u128::from(number)),
        destination_id: "9f6bb611-df46-494a-9a98-a253f1362dc7".parse().unwrap(),
        leika: "99115001060000".into(),
        service_version: "1.0.0".into(),
        filed_at: 1_795_305_600,
        encrypted_data: "eyJh.a2V5.aXY.Y3Q.dGFn".into(),
        follow_up: None,
    }
}

fn put(world: &World, path: &str, token: &str, media_type: &str, body: &[u8]) -> Heard {
    common::put(&world.server, path, token, media_type, body)
}

fn acknowledgement(heard: &Heard) -> Acknowledgement {
    serde_json::from_slice(&heard.body).unwrap()
}

fn put_envelope(world: &World, envelope: &Envelope) -> Heard {
    let body = envelope.to_body().unwrap();
    put(
        world,
        &submission_path(envelope.submission_id),
        &world.token,
        "application/json",
        &body,
    )
}

fn stored(world: &World) -> u64 {
    let store = SqliteStore::open(world.folder.path()).unwrap();
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(store.submission_count())
        .unwrap()
}

#[test]
fn first_again_and_otherwise() {
    let world = world();
    let first = put_envelope(&world, &envelope(1));
    assert_eq!(first.status, 201);
    assert_eq!(
        acknowledgement(&first).sha256,
        body_sha256(&envelope(1).to_body().unwrap())
    );
    let again = put_envelope(&world, &envelope(1));
    assert_eq!((again.status, acknowledgement(&again)), (200, acknowledgement(&first)));
    let mut other = envelope(1);
    other.filed_at += 1;
    let conflict = put_envelope(&world, &other);
    assert_eq!(
        (conflict.status, conflict.problem().uri.as_str()),
        (409, "urn:schalter:problem:conflict")
    );
    assert_eq!(stored(&world), 1);
}

#[test]
fn what_was_acknowledged_is_there_after_a_restart() {
    let World { folder, server, token } = world();
    let world = World { folder, server, token };
    let first = acknowledgement(&put_envelope(&world, &envelope(1)));
    let World { folder, server, token } = world;
    server.stop().unwrap();
    let world = World {
        server: Running::start(config(folder.path())).unwrap(),
        folder,
        token,
    };
    let again = put_envelope(&world, &envelope(1));
    assert_eq!((again.status, acknowledgement(&again)), (200, first));
}

#[test]
fn only_enrolled_terminals_may_send() {
    let world = world();
    let path = submission_path(envelope(1).submission_id);
    let body = envelope(1).to_body().unwrap();
    let stranger = fleet::TerminalToken::from_random([7; 48]).reveal();
    let last = if world.token.ends_with('A') { 'E' } else { 'A' };
    let forged = format!("{}{last}", &world.token[..world.token.len() - 1]);
    let mut details = std::collections::BTreeSet::new();
    for token in ["", "x", &stranger, &forged] {
        let answer = put(&world, &path, token, "application/json", &body);
        assert_eq!(answer.status, 401);
        details.insert(answer.problem().detail);
    }
    assert_eq!(details.len(), 1, "no oracle");
    assert!(withdraw(world.folder.path(), "kiosk-1").unwrap());
    assert_eq!(put(&world, &path, &world.token, "application/json", &body).status, 401);
    assert!(!withdraw(world.folder.path(), "kiosk-1").unwrap());
    assert_eq!(stored(&world), 0);
    let anew = enrol(world.folder.path(), "kiosk-1", IfKnown::Replace)
        .unwrap()
        .reveal();
    assert_eq!(put(&world, &path, &anew, "application/json", &body).status, 201);
}

#[test]
fn bad_requests_are_told_what_is_wrong() {
    let world = world();
    let path = submission_path(envelope(1).submission_id);
    let send = |path: &str, media_type: &str, body: &[u8]| put(&world, path, &world.token, media_type, body);
    let body = envelope(1).to_body().unwrap();
    let json = "application/json";

    let answer = send(&path, json, b"{}");
    assert_eq!(answer.status, 400);
    assert!(
        answer.problem().detail.contains("missing field `submission_id`"),
        "{}",
        answer.problem().detail
    );
    let text = String::from_utf8(body.clone()).unwrap();
    let answer = send(&path, json, text.replace("99115001060000", "4711").as_bytes());
    assert_eq!(
        (answer.status, answer.problem().detail.as_str()),
        (400, "leika must be 14 decimal digits")
    );
    let answer = send(&submission_path(envelope(2).submission_id), json, &body);
    assert_eq!(
        (answer.status, answer.problem().detail.as_str()),
        (400, "submission_id is not the one in the path")
    );
    assert_eq!(send("/v1/submissions/1", json, &body).status, 400);
    assert_eq!(send(&path, "text/plain", &body).status, 415);
    assert_eq!(send("/v2/submissions/1", json, &body).problem().status, 404);
    assert_eq!(send("/healthz", json, &body).problem().status, 405);
    assert_eq!(stored(&world), 0);
    assert_eq!(send(&path, "Application/JSON; charset=utf-8", &body).status, 201);
}

/// The raw answer to a raw request.
fn raw(world: &World, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(world.server.address()).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn oversize_is_refused_announced_or_not() {
    let world = world();
    let path = submission_path(envelope(1).submission_id);
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\n",
        world.token
    );
    let announced = raw(
        &world,
        format!("{head}Content-Length: {}\r\n\r\n", BODY_BYTES_MAX + 1).as_bytes(),
    );
    assert!(announced.starts_with("HTTP/1.1 413"), "{announced}");
    let mut chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", BODY_BYTES_MAX + 1).into_bytes();
    chunked.extend(vec![b' '; BODY_BYTES_MAX + 1]);
    let unannounced = raw(&world, &chunked);
    assert!(unannounced.starts_with("HTTP/1.1 413"), "{unannounced}");
    let early = raw(&world, format!("{head}Content-Length: huge\r\n\r\n").as_bytes());
    assert!(early.starts_with("HTTP/1.1 400"), "{early}");
    assert_eq!(stored(&world), 0);
    // The largest that is allowed passes.
    let mut largest = envelope(1);
    let frame = largest.to_body().unwrap().len() - "Y3Q".len();
    largest.encrypted_data = format!("eyJh.a2V5.aXY.{}.dGFn", "A".repeat((BODY_BYTES_MAX - frame) / 4 * 4));
    assert_eq!(put_envelope(&world, &largest).status, 201);
}

#[test]
fn health_and_readiness() {
    let world = world();
    for path in [wire::HEALTH_PATH, wire::READY_PATH] {
        let answer = raw(
            &world,
            format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").as_bytes(),
        );
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[test]
fn names_are_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    enrol(folder.path(), "k", IfKnown::Refuse).unwrap();
    let error = enrol(folder.path(), "k", IfKnown::Refuse).unwrap_err();
    assert!(matches!(error, fleet::FleetError::Store { .. }));
    for wrong in ["", "a\nb", &"x".repeat(65)] {
        assert!(matches!(
            enrol(folder.path(), wrong, IfKnown::Refuse),
            Err(fleet::FleetError::Name)
        ));
    }
}

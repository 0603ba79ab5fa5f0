//! A key behind a socket.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic, and so may what it calls"
)]
mod common;

use common::{MemoryKeys, holder, key};
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use signer::curve::{Curve, Digest};
use signer::keys::TerminalKeys;
use signer::remote::{RemoteSigner, ServeOptions, serve};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(5);

fn keys() -> MemoryKeys {
    let mut keys = MemoryKeys::default();
    keys.keys.insert(holder("DETESTAT00001"), key(3));
    keys
}

#[test]
fn signatures_and_troubles_come_through() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.sock");
    let mut asking = RemoteSigner::new(path.clone(), PATIENCE);
    assert_eq!(
        asking.sign(b"DETESTAT00001", b"message"),
        Err(SignerTrouble::Unreachable)
    );
    let server = serve(&path, keys(), ServeOptions::default()).unwrap();
    let point = keys().public_point(&holder("DETESTAT00001")).unwrap();
    for length in [1, 104, 1024] {
        let message = vec![length as u8; length];
        let signature = asking.sign(b"DETESTAT00001", &message).unwrap();
        assert!(Curve::BrainpoolP256r1.verifies(&point, Digest::Sha256, &message, &signature));
    }
    assert_eq!(
        asking.sign(b"DETESTAT00002", b"message"),
        Err(SignerTrouble::UnknownHolder)
    );
    assert_eq!(asking.sign(b"DETESTAT00001", &[0; 1025]), Err(SignerTrouble::Refused));
    assert_eq!(asking.sign(b"DETESTAT00001", &[]), Err(SignerTrouble::Refused));
    // Body of a request for a certificate: whoever could have that signed could have keys of its own certified.
    assert_eq!(
        asking.sign(b"DETESTAT00001", &[0x7F, 0x4E, 0x01, 0x00]),
        Err(SignerTrouble::Refused)
    );
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(serve(&path, keys(), ServeOptions::default()).is_err(), "one at a time");
    drop(server);
    assert!(!path.exists());
    assert_eq!(
        asking.sign(b"DETESTAT00001", b"message"),
        Err(SignerTrouble::Unreachable)
    );
    // A dead agent's socket is taken over.
    drop(UnixListener::bind(&path).unwrap());
    let _server = serve(&path, keys(), ServeOptions::default()).unwrap();
    assert!(asking.sign(b"DETESTAT00001", b"message").is_ok());
}

#[test]
fn troubles_of_the_key_come_through() {
    for trouble in [
        SignerTrouble::UnknownHolder,
        SignerTrouble::Unreachable,
        SignerTrouble::Refused,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.sock");
        let keys = MemoryKeys {
            trouble: Some(trouble),
            ..keys()
        };
        let _server = serve(&path, keys, ServeOptions::default()).unwrap();
        assert_eq!(
            RemoteSigner::new(path, PATIENCE).sign(b"DETESTAT00001", b"message"),
            Err(trouble)
        );
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "measures how long a peer is waited for")]
fn nobody_waits_for_a_silent_peer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signing.sock");
    let patience = Duration::from_millis(200);
    // An agent that accepts and says nothing, or hangs before it even accepts.
    let listener = UnixListener::bind(&path).unwrap();
    let mut asking = RemoteSigner::new(path.clone(), patience);
    let begun = Instant::now();
    assert_eq!(
        asking.sign(b"DETESTAT00001", b"message"),
        Err(SignerTrouble::Unreachable)
    );
    assert!((patience..PATIENCE).contains(&begun.elapsed()));
    let waiting: Vec<_> = std::iter::from_fn(|| connect_now(&path)).take(5000).collect();
    assert!(waiting.len() < 5000, "the queue never got full");
    let begun = Instant::now();
    assert_eq!(
        asking.sign(b"DETESTAT00001", b"message"),
        Err(SignerTrouble::Unreachable)
    );
    assert!(begun.elapsed() < PATIENCE);
    drop((listener, waiting));
    std::fs::remove_file(&path).unwrap();
    // A peer that begins a question and never ends it holds the others up for its patience only.
    let options = ServeOptions {
        peer_patience: patience,
        ..ServeOptions::default()
    };
    let _server = serve(&path, keys(), options).unwrap();
    let mut slow = UnixStream::connect(&path).unwrap();
    slow.write_all(&[1, 13]).unwrap();
    let mut asking = RemoteSigner::new(path, PATIENCE);
    assert!(asking.sign(b"DETESTAT00001", b"message").is_ok());
}

fn connect_now(path: &std::path::Path) -> Option<rustix::fd::OwnedFd> {
    use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect, socket_with};
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::NONBLOCK, None).unwrap();
    connect(&socket, &SocketAddrUnix::new(path).unwrap())
        .ok()
        .map(|()| socket)
}

#[test]
fn wrong_answers_are_refused() {
    for answer in [&[2, 0, 0, 64][..], &[1, 9, 0, 0], &[1, 0, 0, 200], &[1, 0, 0, 0]] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let answer = answer.to_vec();
        let peer = std::thread::spawn(move || listener.accept().unwrap().0.write_all(&answer).unwrap());
        assert_eq!(
            RemoteSigner::new(path, PATIENCE).sign(b"DETESTAT00001", b"message"),
            Err(SignerTrouble::Refused)
        );
        peer.join().unwrap();
    }
}

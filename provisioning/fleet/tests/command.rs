//! The command as staff use it: enrol, start, send, stop by signal.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn starts_with_one_command_and_stops_at_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let fleet = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
        command
            .env("HOME", folder.path())
            .env_remove("XDG_DATA_HOME")
            .env_remove("STATE_DIRECTORY");
        command
    };
    let enrolled = fleet().args(["enrol", "kiosk-1"]).output().unwrap();
    assert!(enrolled.status.success());
    let token = String::from_utf8(enrolled.stdout).unwrap();
    assert_eq!(token.trim_end().len(), fleet::TOKEN_CHARS);
    assert!(folder.path().join(".local/share/schalter-fleet/fleet.db").exists());
    let again = fleet().args(["enrol", "kiosk-1"]).output().unwrap();
    assert!(!again.status.success());
    assert!(
        String::from_utf8(again.stderr)
            .unwrap()
            .contains("a terminal named \"kiosk-1\" is enrolled already")
    );
    assert_eq!(fleet().arg("--frob").output().unwrap().status.code(), Some(2));

    let mut server = fleet()
        .args(["--listen", "127.0.0.1:0"])
        .env("RUST_LOG", "info")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    assert!(line.contains("listening"), "{line}");
    let stopped = Command::new("kill")
        .args(["-TERM", &server.id().to_string()])
        .status()
        .unwrap();
    assert!(stopped.success());
    assert!(server.wait().unwrap().success());
}

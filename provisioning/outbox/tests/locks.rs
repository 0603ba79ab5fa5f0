//! A second queue opened and closed beside the first in one process, as the kiosk does when it asks whether a paid case was
//! filed. `Outbox::open` opens the file once by itself, and closing that drops the process's POSIX locks on it (SQLite, "How
//! To Corrupt An SQLite Database File", §2.2). The agent may then take itself for the last user, and delete the log in use;
//! SQLite keeps it from that since 3.51 by a look at the locks on the shared memory.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use common::{NOW, envelope};
use outbox::Outbox;
use std::path::Path;
use std::process::Command;

const PATH_VARIABLE: &str = "SCHALTER_TEST_LOCKED_OUTBOX";
const WAITING_VARIABLE: &str = "SCHALTER_TEST_WAITING";

/// Not a test of its own: the agent's process. Opens the queue, counts, and closes it.
#[test]
fn agent() {
    let (Ok(path), Ok(waiting)) = (std::env::var(PATH_VARIABLE), std::env::var(WAITING_VARIABLE)) else {
        return;
    };
    let mut outbox = Outbox::open(path).unwrap();
    assert_eq!(outbox.counts().unwrap().waiting.to_string(), waiting);
}

fn run_agent(path: &Path, waiting: u64) -> bool {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "agent"])
        .env(PATH_VARIABLE, path)
        .env(WAITING_VARIABLE, waiting.to_string())
        .output()
        .unwrap()
        .status
        .success()
}

#[test]
fn what_is_filed_beside_a_second_queue_is_seen_by_the_agent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let mut kiosk = Outbox::open(&path).unwrap();
    kiosk.file(&envelope(1)).unwrap();
    assert!(Outbox::open(&path).unwrap().has(envelope(1).submission_id).unwrap());
    assert!(run_agent(&path, 1));
    kiosk.file(&envelope(2)).unwrap();
    assert!(
        run_agent(&path, 2),
        "what was filed went into a log that the agent had deleted"
    );
    assert_eq!(kiosk.next(NOW).unwrap().unwrap().envelope, envelope(1));
}

//! A process is killed while it files: what it said was filed is there, whole, and the file opens.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use common::{NOW, ack, envelope};
use outbox::{Outbox, Settled};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

const PATH_VARIABLE: &str = "SCHALTER_TEST_OUTBOX";
const FIRST_VARIABLE: &str = "SCHALTER_TEST_FIRST";
const KILLS: u64 = 12;

/// Not a test of its own: the process that is killed. Files without end and says so after each.
#[test]
fn victim() {
    let (Ok(path), Ok(first)) = (std::env::var(PATH_VARIABLE), std::env::var(FIRST_VARIABLE)) else {
        return;
    };
    let mut outbox = Outbox::open(path).unwrap();
    let mut out = std::io::stdout();
    for number in first.parse::<u64>().unwrap().. {
        outbox.file(&envelope(number)).unwrap();
        writeln!(out, "filed {number}").unwrap();
        out.flush().unwrap();
    }
}

fn file_and_kill(path: &Path, first: u64, kill_after: u64) -> Vec<u64> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--nocapture"])
        .env(PATH_VARIABLE, path)
        .env(FIRST_VARIABLE, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    for line in BufReader::new(victim.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
    {
        // The test runner's own words may stand before ours on the line.
        let Some((_, number)) = line.split_once("filed ") else {
            continue;
        };
        said.push(number.parse().unwrap());
        if said.len() as u64 == kill_after {
            // SIGKILL. What the victim says until it dies is heard as well.
            victim.kill().unwrap();
        }
    }
    victim.wait().unwrap();
    said
}

#[test]
fn what_was_said_to_be_filed_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let mut said = BTreeSet::new();
    for round in 0..KILLS {
        let heard = file_and_kill(&path, round * 1_000_000, 1 + round * 3);
        assert!(
            heard.len() as u64 > round * 3,
            "the victim did not get that far: {heard:?}"
        );
        said.extend(heard);
    }
    let mut outbox = Outbox::open(&path).unwrap();
    let mut there = BTreeSet::new();
    while let Some(waiting) = outbox.next(NOW).unwrap() {
        let number =
            u64::from_be_bytes(waiting.envelope.submission_id.as_bytes()[8..].try_into().unwrap()) & 0xffff_ffff;
        assert_eq!(waiting.envelope, envelope(number));
        assert_eq!(
            outbox.acknowledge(&ack(&waiting.envelope), NOW).unwrap(),
            Settled::Delivered
        );
        there.insert(number);
    }
    assert!(
        there.is_superset(&said),
        "lost: {:?}",
        said.difference(&there).collect::<Vec<_>>()
    );
    // At most one a round was filed without having been said.
    assert!(there.len() as u64 <= said.len() as u64 + KILLS);
    assert!(outbox.take_notices().is_empty());
}

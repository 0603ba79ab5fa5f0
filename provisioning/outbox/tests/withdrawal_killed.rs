//! A process is killed while it takes cases back and sets others out: what it said holds.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use common::{NOW, case, id, lookup};
use outbox::{Outbox, Withdrawal};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

const PATH_VARIABLE: &str = "SCHALTER_TEST_OUTBOX";
const FIRST_VARIABLE: &str = "SCHALTER_TEST_FIRST";
const KILLS: u64 = 15;
const ROUND: u64 = 1_000_000;

/// Not a test of its own: the process that is killed. Of three cases it takes one back, sets one out and leaves one, and
/// says so after each.
#[test]
fn victim() {
    let (Ok(path), Ok(first)) = (std::env::var(PATH_VARIABLE), std::env::var(FIRST_VARIABLE)) else {
        return;
    };
    let mut outbox = Outbox::open(path).unwrap();
    let say = |word: &str, number: u64| {
        let mut out = std::io::stdout();
        writeln!(out, "said {word} {number}").unwrap();
        out.flush().unwrap();
    };
    for number in first.parse::<u64>().unwrap().. {
        outbox.file(&case(number)).unwrap();
        say("filed", number);
        match number % 3 {
            0 => {
                let done = outbox.withdraw(&lookup(number), id(number), NOW).unwrap();
                assert!(matches!(done, Withdrawal::Done(_)));
                say("withdrawn", number);
            }
            1 => {
                let mut found = outbox.next(NOW).unwrap().unwrap();
                while found.envelope.submission_id != id(number) {
                    // Those of before, which would wait for their turn.
                    outbox.postpone(found.envelope.submission_id, NOW + 60).unwrap();
                    found = outbox.next(NOW).unwrap().unwrap();
                }
                assert!(outbox.set_out(found).unwrap().is_some());
                say("out", number);
            }
            _ => {}
        }
    }
}

/// The last word about each case that it spoke of, before it died after so many words.
fn run_and_kill(path: &Path, first: u64, kill_after: usize) -> BTreeMap<u64, String> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--nocapture"])
        .env(PATH_VARIABLE, path)
        .env(FIRST_VARIABLE, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut said, mut words) = (BTreeMap::new(), 0);
    let out = BufReader::new(victim.stdout.take().unwrap());
    for line in out.lines().map_while(Result::ok) {
        // The test runner's own words may stand before ours on the line.
        let Some((_, heard)) = line.split_once("said ") else {
            continue;
        };
        let (word, number) = heard.split_once(' ').unwrap();
        said.insert(number.parse().unwrap(), word.to_owned());
        words += 1;
        if words == kill_after {
            // SIGKILL. What the victim says until it dies is heard as well.
            victim.kill().unwrap();
        }
    }
    victim.wait().unwrap();
    said
}

#[test]
fn what_was_said_to_be_withdrawn_is_and_what_was_set_out_is_not_withdrawn_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox.db");
    let mut said = BTreeMap::new();
    for round in 0..KILLS {
        let kill_after = 1 + round as usize * 2;
        let heard = run_and_kill(&path, round * ROUND, kill_after);
        assert!(
            heard.len() * 2 >= kill_after,
            "the victim did not get that far: {heard:?}"
        );
        said.extend(heard);
    }
    let mut outbox = Outbox::open(&path).unwrap();
    let mut tally = BTreeMap::<&str, u32>::new();
    for (number, word) in &said {
        let number = *number;
        let waits = !outbox
            .find(1, |found| found.submission_id == id(number))
            .unwrap()
            .is_empty();
        let withdrawn = outbox.withdrawn(&lookup(number), NOW).unwrap().is_some();
        assert!(waits != withdrawn, "{number}: in one place, and not in two");
        *tally.entry(word).or_default() += 1;
        match word.as_str() {
            "withdrawn" => {
                assert!(withdrawn);
                outbox.file(&case(number)).unwrap();
                assert_eq!(outbox.find(1, |found| found.submission_id == id(number)).unwrap(), []);
            }
            "out" => {
                let told = outbox.withdraw(&lookup(number), id(number), NOW).unwrap();
                assert_eq!(told, Withdrawal::MayHaveLeft, "{number}");
            }
            // It died on the way to the next word: either is right.
            _ => assert!(waits || number % 3 == 0),
        }
    }
    assert!(tally["withdrawn"] > 20 && tally["out"] > 20, "{tally:?}");
    assert!(outbox.take_notices().is_empty());
}

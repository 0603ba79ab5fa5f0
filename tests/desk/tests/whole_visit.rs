//! `make run` without a display, as a test: a visit from the first touch to the opened envelope, then one with the line
//! cut. Everything is real but the card, the paper and the cable. One test: Slint's platform is set once per process.
#![allow(clippy::unwrap_used, reason = "a test may panic, and so may what it calls")]
use desk::headless::{Played, Player};
use serde_json::Value;
use session::CaseState;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder `tests` of the tree that is tested: built programs may be shared between two trees.
fn tests() -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("..")
}

#[test]
fn a_visit_and_one_with_the_line_cut() {
    let folder = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("OUT").map(PathBuf::from); // to look at afterwards
    let out = kept.as_deref().unwrap_or(folder.path());
    let mut player = Player::start(out).unwrap();
    let first = player.order_meldebescheinigung().unwrap();
    player.cases_arrived(1).unwrap();
    assert!(first.screens.len() >= 15, "{:?}", first.screens);
    the_receipt_is_complete(&first, "jetzt");

    player.set_line(false);
    player.line_is(false).unwrap();
    let second = player.order_meldebescheinigung().unwrap();
    the_receipt_is_complete(&second, "unterbrochen");
    assert_eq!(envelopes(out).len(), 1);
    player.set_line(true);
    player.cases_arrived(2).unwrap();

    // Whoever comes back with the receipt hears of the case; a code with another symbol would be refused before.
    assert_eq!(player.follow_up(&first.code).unwrap(), CaseState::Received);

    // And somebody only wants to know when the office is open: told by the town hall, like on any terminal.
    let offices = player.read_opening_times().unwrap();
    assert_eq!(offices, ["Bürgerbüro", "Stadtbücherei", "Wertstoffhof"]);

    let envelopes = envelopes(out);
    assert_eq!(envelopes.len(), 2, "each case arrives once");
    let cases = opened(&envelopes);
    for (case, played) in cases.iter().zip([&first, &second]) {
        assert_eq!(case["caseCode"], *played.code);
        assert_eq!(case["service"]["leika"], "99115003012000");
        assert_eq!(case["identification"]["authenticity"], "chipTrusted");
        assert_eq!(case["data"]["F60000227"], "MUSTERMANN");
        assert_eq!(case["data"]["schalter.meldebescheinigung.kind"], "simple");
        let payment = &case["paymentInformation"];
        assert_eq!(
            (&payment["status"], &payment["grossAmount"]),
            (&"BOOKED".into(), &10.0.into())
        );
        assert_eq!(payment["transactionReference"], case["submissionId"]);
    }
    // What was paid is what the terminal took, and the till's journal has each payment once.
    assert_eq!(player.money_taken(), 2 * 1000);
    nothing_readable(&out.join("data"), &[&first.code, &second.code]);
}

fn the_receipt_is_complete(played: &Played, line: &str) {
    let text = run(Command::new("pdftotext").arg("-layout").arg(&played.receipt).arg("-"));
    for word in [
        "Meldebescheinigung",
        &played.code,
        "MUSTERMANN",
        "HEIDESTRA",
        "12. August 1964",
        line,
    ] {
        assert!(text.contains(word), "the receipt doesn't say {word}:\n{text}");
    }
    let picture = played.receipt.with_extension("");
    run(Command::new("pdftoppm")
        .args(["-r", "150", "-png", "-singlefile"])
        .arg(&played.receipt)
        .arg(&picture));
    let qr = run(Command::new("zbarimg")
        .args(["--quiet", "--nodbus", "--raw"])
        .arg(picture.with_extension("png")));
    assert_eq!(qr.trim(), format!("SCHALTER:1:{}", played.code));
}

/// The sealed cases as the backend has them, in the order in which they came.
fn envelopes(out: &Path) -> Vec<String> {
    let store = rusqlite::Connection::open(out.join("data").join(store::SQLITE_FILE)).unwrap();
    let mut query = store
        .prepare("SELECT body FROM submissions ORDER BY received_at, rowid")
        .unwrap();
    let bodies = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    bodies
        .map(|body| wire::Envelope::from_body(&body.unwrap()).unwrap().encrypted_data)
        .collect()
}

/// Opened by jwcrypto with the test authority's private key.
fn opened(sealed: &[String]) -> Vec<Value> {
    let peer = tests().join("peers/python");
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let python = run(Command::new(peer.join("prepare.sh")).arg(scratch));
    let mut child = Command::new(PathBuf::from(python.trim_end()))
        .arg(peer.join("open.py"))
        .arg(tests().join("authority/authority.private.jwk"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all((sealed.join("\n") + "\n").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let plain = |line: &str| {
        let answer: Value = serde_json::from_str(line).unwrap();
        let text = answer["plaintext"]
            .as_str()
            .unwrap_or_else(|| panic!("not opened: {answer}"))
            .to_owned();
        serde_json::from_slice(&base64(&text)).unwrap()
    };
    String::from_utf8(output.stdout).unwrap().lines().map(plain).collect()
}

fn base64(text: &str) -> Vec<u8> {
    let mut child = Command::new("base64")
        .arg("-d")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap().stdout
}

/// Neither outbox nor backend hold a word of the citizen.
fn nothing_readable(data: &Path, codes: &[&str]) {
    let mut looked = 0;
    // The agent's socket is no file.
    let files = std::fs::read_dir(data).unwrap().map(|file| file.unwrap().path());
    for file in files.filter(|file| file.is_file()) {
        let bytes = std::fs::read(file).unwrap();
        looked += bytes.len();
        for word in ["MUSTERMANN", "ERIKA", "HEIDESTR", "1964-08-12"].iter().chain(codes) {
            assert!(
                !bytes.windows(word.len()).any(|window| window == word.as_bytes()),
                "{word} lies on the disk"
            );
        }
    }
    assert!(looked > 10_000);
}

fn run(command: &mut Command) -> String {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?} ended with {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

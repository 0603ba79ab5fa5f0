//! The command as a clerk uses it, and a letter of it opened by programs nobody here wrote (argon2-cffi, cryptography,
//! jwcrypto).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use rand::SeedableRng;
use rand::rngs::StdRng;
use seal::{AuthorityKey, ContentType, seal};
use serde_json::{Value, json};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use uuid::Uuid;
use wire::case_status::{CaseKeys, Letter, SealedLetter};
use wire::{CaseCode, Envelope};

const TEXT: &str = "Ihr Antrag auf Wohngeld\n\nGuten Tag Frau Mustermann,\nIhr Antrag ist bewilligt.\n\n# Was Sie bekommen\n\
                    Betrag: 180,00 € im Monat\n";
const FROM: &str = "Stadt Musterstadt, Wohngeldstelle";

/// The folder `tests` of the tree that is tested: built programs may be shared between two trees.
fn tests() -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../tests")
}

fn submission_id() -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001)
}

fn code() -> CaseCode {
    CaseCode::from_random([7; 7])
}

/// What a terminal seals, in outline.
fn outline() -> Value {
    json!({
        "data": { "Familienname": "Mustermann" },
        "schalter": 1,
        "submissionId": submission_id(),
        "caseCode": code().grouped(),
        "filedAt": "2026-11-30T20:00:00+01:00",
    })
}

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// An office with its key, and one envelope.
    fn open(outline: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Self { folder };
        let key = std::fs::read(tests().join("authority/authority.private.jwk")).unwrap();
        std::fs::write(desk.path("key.jwk"), key).unwrap();
        desk.mode("key.jwk", 0o600);
        let public = std::fs::read(tests().join("authority/authority.jwk")).unwrap();
        let key = AuthorityKey::from_jwk(&public).unwrap();
        let plaintext = outline.to_string();
        let sealed = seal(
            &key,
            plaintext.as_bytes(),
            ContentType::Json,
            &mut StdRng::seed_from_u64(1),
        )
        .unwrap();
        let envelope = Envelope {
            submission_id: submission_id(),
            destination_id: Uuid::from_u128(7),
            leika: "99115001060000".into(),
            service_version: "1.0.0".into(),
            filed_at: 1_795_305_600,
            encrypted_data: sealed.into_string(),
            follow_up: None,
        };
        std::fs::write(desk.path("envelope.json"), envelope.to_body().unwrap()).unwrap();
        std::fs::write(desk.path("letter.txt"), TEXT).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn mode(&self, name: &str, mode: u32) {
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Runs the command in the desk's folder: what it says, and its code.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_schalter"))
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains("Muster") || text.contains("--from"), "{text}");
        (output.status.code().unwrap(), text)
    }

    fn letter(&self, out: &str) -> (i32, String) {
        let text = ["--text", "letter.txt", "--from", FROM];
        let command = ["letter", "envelope.json", "--key", "key.jwk", "--out", out];
        self.run(&[&command[..], &text].concat())
    }
}

#[test]
fn a_case_is_opened_into_a_file_of_one_s_own() {
    let desk = Desk::open(&outline());
    let open = ["open", "envelope.json", "--key", "key.jwk"];
    let (code, said) = desk.run(&open);
    let name = format!("{}.json", submission_id());
    assert_eq!((code, said.trim_end()), (0, &*name));
    let opened: Value = serde_json::from_slice(&std::fs::read(desk.path(&name)).unwrap()).unwrap();
    assert_eq!(opened, outline());
    let mode = std::fs::metadata(desk.path(&name)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (code, said) = desk.run(&open);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("nothing is overwritten"), "{said}");
    std::fs::create_dir(desk.path("cases")).unwrap();
    assert_eq!(desk.run(&[&open[..], &["--out", "cases"]].concat()).0, 0);
    assert!(desk.path("cases").join(&name).exists());
}

#[test]
fn a_letter_opens_with_the_receipt_s_code_and_by_programs_nobody_here_wrote() {
    let desk = Desk::open(&outline());
    let (status, said) = desk.letter("letter.jwe");
    assert_eq!(
        (status, said.trim_end()),
        (0, "letter.jwe (headings: 1, paragraphs: 1, rows of name and value: 1)")
    );
    let text = std::fs::read_to_string(desk.path("letter.jwe")).unwrap();
    let keys = CaseKeys::from_code(&code()).unwrap();
    let letter: Letter = keys
        .open_letter(submission_id(), &SealedLetter::parse(text.trim_end()).unwrap())
        .unwrap();
    assert_eq!(
        (letter.title.expose(), letter.issuer.expose()),
        ("Ihr Antrag auf Wohngeld", FROM)
    );

    let given =
        |code: &CaseCode| json!({"code": code.grouped(), "submission_id": submission_id(), "letter": text.trim_end()});
    let answers = by_python(&[given(&code()), given(&CaseCode::from_random([8; 7]))]);
    assert_eq!(answers[0]["lookup"], hex(keys.lookup().as_bytes()));
    assert_eq!(
        answers[0]["header"],
        json!({"alg": "dir", "cty": "application/json", "enc": "A256GCM"})
    );
    let theirs = &answers[0]["letter"];
    assert_eq!(theirs["title"], "Ihr Antrag auf Wohngeld");
    assert_eq!(theirs["issuer"], FROM);
    assert_eq!(theirs["issued_at"], letter.issued_at);
    assert_eq!(
        theirs["blocks"],
        json!([
            {"paragraph": "Guten Tag Frau Mustermann,\nIhr Antrag ist bewilligt."},
            {"heading": "Was Sie bekommen"},
            {"rows": [{"name": "Betrag", "value": "180,00 € im Monat"}]},
        ])
    );
    assert_eq!(answers[1], json!({"error": "InvalidJWEData"}));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn by_python(given: &[Value]) -> Vec<Value> {
    let peer = tests().join("peers/python");
    let prepared = Command::new(peer.join("prepare.sh"))
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("python"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(prepared.status.success(), "the Python programs can't be installed");
    let python = PathBuf::from(String::from_utf8(prepared.stdout).unwrap().trim_end());
    let mut child = Command::new(python)
        .arg(peer.join("letter.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in given {
        writeln!(input, "{line}").unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let answers: Vec<Value> = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!(answers.len(), given.len());
    answers
}

#[test]
fn what_can_not_be_opened_is_told() {
    let desk = Desk::open(&outline());
    let open = |envelope: &str, key: &str| desk.run(&["open", envelope, "--key", key]);
    let fails = |envelope: &str, key: &str, why: &str| {
        let (code, said) = open(envelope, key);
        assert!(code == 1 && said.contains(why), "{said}");
    };
    fails("nowhere", "key.jwk", "reading nowhere");
    fails("letter.txt", "key.jwk", "is no envelope");
    fails("envelope.json", "envelope.json", "take that right away");
    desk.mode("envelope.json", 0o600);
    fails("envelope.json", "envelope.json", "is no private RSA key as JWK");
    desk.mode("key.jwk", 0o640);
    fails("envelope.json", "key.jwk", "take that right away");
    desk.mode("key.jwk", 0o600);
    let envelope = std::fs::read_to_string(desk.path("envelope.json")).unwrap();
    // One symbol of the wrapped key, and one of the content.
    for part in [1, 3] {
        let mut parts: Vec<String> = envelope.split('.').map(str::to_owned).collect();
        // `service_version` has two dots of its own.
        let part = &mut parts[part + 2];
        let other = if part.starts_with('A') { "B" } else { "A" };
        part.replace_range(..1, other);
        std::fs::write(desk.path("changed.json"), parts.join(".")).unwrap();
        fails("changed.json", "key.jwk", "doesn't open with this key, or was changed");
    }
    let key = std::fs::read_to_string(desk.path("key.jwk")).unwrap();
    std::fs::write(
        desk.path("key.jwk"),
        key.replace("test-destination-enc-1", "another-key-1"),
    )
    .unwrap();
    fails(
        "envelope.json",
        "key.jwk",
        "sealed to the key \"test-destination-enc-1\", this is \"another-key-1\"",
    );

    let mut other = outline();
    other["submissionId"] = json!(Uuid::from_u128(8));
    let (code, said) = Desk::open(&other).letter("letter.jwe");
    assert!(code == 1 && said.contains("belongs to another submission"), "{said}");
    other = outline();
    other["caseCode"] = json!("0000-0000-001");
    let (code, said) = Desk::open(&other).letter("letter.jwe");
    assert!(code == 1 && said.contains("no declaration of a terminal"), "{said}");
}

#[test]
fn a_slip_on_the_command_line_or_in_the_text_writes_nothing() {
    let desk = Desk::open(&outline());
    for arguments in [
        &[][..],
        &["sing"],
        &["open"],
        &["open", "envelope.json"],
        &["letter", "envelope.json", "--key", "key.jwk", "--out", "l"],
        &["open", "envelope.json", "--frob"],
    ] {
        assert_eq!(desk.run(arguments).0, 2, "{arguments:?}");
    }
    std::fs::write(desk.path("letter.txt"), "Mustermann").unwrap();
    let (code, said) = desk.letter("letter.jwe");
    assert!(code == 1 && said.contains("needs a title"), "{said}");
    assert!(!desk.path("letter.jwe").exists());
}

//! What the terminal seals, an independent JOSE implementation (jwcrypto) opens: straight from `seal`, and after the
//! whole way through outbox, courier, server and store.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use common::{Courier, enrol, envelope, free_port, start_fleet, stored, wait_until};
use outbox::Outbox;
use rand::SeedableRng;
use rand::rngs::StdRng;
use seal::{AuthorityKey, ContentType, PLAINTEXT_BYTES_MAX, seal};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wire::Envelope;

/// The folder `tests` of the tree that is tested: built programs may be shared between two trees.
fn tests() -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../tests")
}

fn authority() -> AuthorityKey {
    AuthorityKey::from_jwk(&std::fs::read(tests().join("authority/authority.jwk")).unwrap()).unwrap()
}

/// Opens with jwcrypto and the authority's private key; one answer for each JWE.
fn open(sealed: &[&str]) -> Vec<Value> {
    let peer = tests().join("peers/python");
    let prepared = Command::new(peer.join("prepare.sh"))
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("python"))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(prepared.status.success(), "jwcrypto can't be installed");
    let python = PathBuf::from(String::from_utf8(prepared.stdout).unwrap().trim_end());
    let mut child = Command::new(python)
        .arg(peer.join("open.py"))
        .arg(tests().join("authority/authority.private.jwk"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines = sealed.join("\n") + "\n";
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let answers: Vec<Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    assert_eq!(answers.len(), sealed.len());
    answers
}

/// What `open.py` says of a plaintext that it opened.
fn opened(plaintext: &[u8], media_type: &str) -> Value {
    use base64::Engine;
    json!({
        "header": {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": "test-destination-enc-1", "cty": media_type},
        "plaintext": base64::engine::general_purpose::STANDARD.encode(plaintext),
    })
}

#[test]
fn jwcrypto_opens_what_we_seal() {
    let key = authority();
    let mut rng = StdRng::seed_from_u64(7);
    let declaration = "{\"Familienname\":\"Mustermann\",\"Ort\":\"Köln 🏛\"}".as_bytes();
    let largest = vec![b'x'; PLAINTEXT_BYTES_MAX];
    let one = seal(&key, declaration, ContentType::Json, &mut rng)
        .unwrap()
        .into_string();
    let two = seal(&key, b"<a/>", ContentType::Xml, &mut rng).unwrap().into_string();
    let three = seal(&key, &largest, ContentType::Json, &mut rng).unwrap().into_string();
    // One symbol of the ciphertext differs.
    let mut parts: Vec<String> = one.split('.').map(str::to_owned).collect();
    let flipped = if parts[3].starts_with('A') { "B" } else { "A" };
    parts[3].replace_range(0..1, flipped);
    let broken = parts.join(".");
    let answers = open(&[&one, &two, &three, &broken]);
    assert_eq!(answers[0], opened(declaration, "application/json"));
    assert_eq!(answers[1], opened(b"<a/>", "application/xml"));
    assert_eq!(answers[2], opened(&largest, "application/json"));
    assert_eq!(answers[3], json!({"error": "InvalidJWEData"}));
}

#[test]
fn our_header_is_the_one_jwcrypto_makes() {
    let sample = std::fs::read_to_string(tests().join("authority/sample.jwe")).unwrap();
    let ours = seal(&authority(), b"x", ContentType::Json, &mut StdRng::seed_from_u64(8))
        .unwrap()
        .into_string();
    assert_eq!(ours.split('.').next(), sample.split('.').next());
    let lengths = |jwe: &str| jwe.trim_end().split('.').map(str::len).collect::<Vec<_>>();
    let (ours, theirs) = (lengths(&ours), lengths(&sample));
    assert_eq!(
        (ours.len(), ours[1], ours[2], ours[4]),
        (5, theirs[1], theirs[2], theirs[4])
    );
}

#[test]
fn the_authority_reads_what_was_filed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let path = folder.path().join("outbox.db");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let mut kiosk = Outbox::open(&path).unwrap();
    let courier = Courier::start(fleet.base_url(), token, path);

    let key = authority();
    let mut rng = StdRng::seed_from_u64(9);
    let declarations: Vec<String> = (0..20)
        .map(|number| format!("{{\"Familienname\":\"Mustermann\",\"Nummer\":{number}}}"))
        .collect();
    for (number, declaration) in (0..).zip(&declarations) {
        let sealed = seal(&key, declaration.as_bytes(), ContentType::Json, &mut rng).unwrap();
        kiosk
            .file(&Envelope {
                encrypted_data: sealed.into_string(),
                ..envelope(number)
            })
            .unwrap();
        courier.control.nudge();
    }
    wait_until(|| kiosk.counts().unwrap().delivered == 20);
    courier.stop();

    let (count, bodies) = stored(&data, (0..20).map(|number| envelope(number).submission_id));
    assert_eq!(count, 20);
    let envelopes: Vec<Envelope> = bodies
        .into_iter()
        .map(|body| Envelope::from_body(&body.unwrap()).unwrap())
        .collect();
    let sealed: Vec<&str> = envelopes
        .iter()
        .map(|envelope| envelope.encrypted_data.as_str())
        .collect();
    for (answer, declaration) in open(&sealed).iter().zip(&declarations) {
        assert_eq!(*answer, opened(declaration.as_bytes(), "application/json"));
    }
    // Nothing of a declaration lies in clear on the terminal's or the backend's disk.
    drop((kiosk, fleet));
    for folder in [folder.path(), &data] {
        for entry in std::fs::read_dir(folder)
            .unwrap()
            .map(Result::unwrap)
            .filter(|entry| entry.path().is_file())
        {
            let bytes = std::fs::read(entry.path()).unwrap();
            assert!(
                !bytes.windows(10).any(|window| window == b"Mustermann"),
                "{:?}",
                entry.path()
            );
        }
    }
}

//! Keys and certificates from end to end: a backend on loopback with the double of a Berechtigungs-CA, the agent, and a
//! token of SoftHSM2 at the terminal or at the backend. What the double signs is checked as if it were a real one's.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests; what is shared with other tests isn't used wholly"
)]
#[path = "../../../../drivers/signer/tests/common/authority.rs"]
mod authority;
#[path = "../../../../drivers/signer/tests/common/keys.rs"]
mod keys;
#[path = "../../../../drivers/signer/tests/common/token.rs"]
mod token;
mod world;

use agent::{Config, Control, EID_REQUEST, Token};
use authority::Mishap;
use fleet::eid::DropFolder;
use keys::{Own, key, point, sign};
use rand::SeedableRng;
use rand::rngs::StdRng;
use signer::curve::{Curve, Digest};
use signer::request::{CertificateRequest, Wish, signed_request};
use signer::{SignerTrouble, TerminalSigner};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use token::{openssl_verifies, with_token};
use wire::eid::{Answer, KeyTrouble, Question};
use world::{HOUR, START, World, has_key, holder};

const P256: Curve = Curve::BrainpoolP256r1;

#[test]
fn the_first_certificate_comes_and_is_renewed_before_it_ends() {
    with_token("the_first_certificate_comes_and_is_renewed_before_it_ends", |token| {
        let mut world = World::new();
        let _backend = world.backend(World::desk().with_authority(world.ca.clone()));
        let mut agent = world.agent(world.enrol("kiosk"), Some(token.config()));
        agent.wait_until("the first certificate", |state| state.is_on);
        assert_eq!(agent.holder(), "DETESTAT00001");
        // From 23 November to the end of the 24th.
        assert_eq!(agent.state().valid_until, Some(START.0 + 40 * HOUR));
        let certificate = agent.certificate().unwrap();
        let signature = agent.signer.sign(b"DETESTAT00001", b"transcript").unwrap();
        openssl_verifies(token.folder(), P256, certificate.point(), b"transcript", &signature);
        // The kiosk's socket signs no requests: that is the agent's own business.
        assert_eq!(
            agent.signer.sign(b"DETESTAT00001", &[0x7F, 0x4E, 0x00]),
            Err(SignerTrouble::Refused)
        );
        let mut hours = 0;
        while agent.holder() == "DETESTAT00001" {
            agent.an_hour_passes();
            hours += 1;
            assert!(agent.state().is_on, "after {hours} h: {:?}", agent.state());
            assert!(hours <= 22, "twenty hours before its end it is renewed");
        }
        assert!(hours >= 19, "not sooner than needed: {hours} h");
        assert_eq!(agent.holder(), "DETESTAT00002");
        let requests = world.ca.at_its_desk().requests.clone();
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].signed_by, None);
        assert_eq!(requests[1].signed_by, Some(holder("DETESTAT00001")));
        // The old key is destroyed, but not at once: a visit may still use it.
        let mut keys = token.signer();
        assert!(has_key(&mut keys, "DETESTAT00001"));
        for _ in 0..3 {
            agent.an_hour_passes();
        }
        agent.wait_until("the old key's end", |_| !has_key(&mut keys, "DETESTAT00001"));
        let certificate = agent.certificate().unwrap();
        let signature = agent.signer.sign(b"DETESTAT00002", b"transcript").unwrap();
        assert!(P256.verifies(certificate.point(), Digest::Sha256, b"transcript", &signature));
        assert_eq!(
            agent.signer.sign(b"DETESTAT00001", b"transcript"),
            Err(SignerTrouble::UnknownHolder)
        );
    });
}

#[test]
fn a_backend_that_is_away_for_too_long_turns_it_off_and_back_on() {
    with_token(
        "a_backend_that_is_away_for_too_long_turns_it_off_and_back_on",
        |token| {
            let mut world = World::new();
            let backend = world.backend(World::desk().with_authority(world.ca.clone()));
            let agent = world.agent(world.enrol("kiosk"), Some(token.config()));
            agent.wait_until("the first certificate", |state| state.is_on);
            backend.stop().unwrap();
            for _ in 0..23 {
                agent.an_hour_passes();
            }
            assert!(
                agent.state().is_on,
                "certificate and list still hold: {:?}",
                agent.state()
            );
            agent.wait_until("word of it", |state| !state.notices.is_empty());
            for _ in 23..41 {
                agent.an_hour_passes();
            }
            agent.wait_until("the end", |state| !state.is_on);
            assert_eq!(agent.state().valid_until, None);
            for code in ["A-102", "A-105", "A-106", "A-107"] {
                assert!(agent.has_notice(code), "{code}: {:?}", agent.state());
            }
            let _backend = world.backend(World::desk().with_authority(world.ca.clone()));
            // The longest pause is an hour.
            agent.an_hour_passes();
            agent.an_hour_passes();
            agent.wait_until("the return", |state| state.is_on);
            assert_eq!(agent.holder(), "DETESTAT00002");
            assert!(!agent.has_notice("A-102") && !agent.has_notice("A-105") && !agent.has_notice("A-106"));
        },
    );
}

/// Asks the backend by hand.
fn ask(world: &World, token: &str, question: &Question) -> Result<Answer, u16> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("http://{}{}", world.address, wire::eid::MESSAGES_PATH);
    let request = agent.post(url).header("Authorization", format!("Bearer {token}"));
    let sent = request.header("Content-Type", wire::JSON_MEDIA_TYPE);
    let mut response = sent.send(&question.to_body().unwrap()[..]).unwrap();
    let body = response.body_mut().read_to_vec().unwrap();
    match response.status().as_u16() {
        200 => Ok(Answer::from_body(&body).unwrap()),
        status => Err(status),
    }
}

fn signing(name: &str, message: &[u8]) -> Question {
    Question::Sign {
        holder: name.as_bytes().into(),
        to_be_signed: message.into(),
    }
}

fn enrolled(world: &World, name: &str) -> String {
    let token = fleet::enrol(&world.path("fleet"), name, store::IfKnown::Replace).unwrap();
    token.reveal()
}

#[test]
fn keys_at_the_backend_sign_for_their_terminal_only() {
    with_token("keys_at_the_backend_sign_for_their_terminal_only", |token| {
        let mut world = World::new();
        let desk = World::desk().with_authority(world.ca.clone()).with_keys(token.signer());
        let backend = world.backend(desk);
        let kiosk = enrolled(&world, "kiosk");
        let mut agent = world.agent(Token::new(&kiosk).unwrap(), None);
        agent.wait_until("the first certificate", |state| state.is_on);
        let certificate = agent.certificate().unwrap();
        let signature = agent.signer.sign(b"DETESTAT00001", b"transcript").unwrap();
        openssl_verifies(token.folder(), P256, certificate.point(), b"transcript", &signature);
        assert!(
            has_key(&mut token.signer(), "DETESTAT00001"),
            "the key is the backend's"
        );

        nobody_else_gets_anything(&world, &kiosk);

        // Renewal goes the same way, and so does the end of the old key.
        for _ in 0..24 {
            agent.an_hour_passes();
        }
        agent.wait_until("the renewal", |state| state.is_on);
        assert_eq!(agent.holder(), "DETESTAT00002");
        agent.wait_until("the old key's end", |_| !has_key(&mut token.signer(), "DETESTAT00001"));
        backend.stop().unwrap();
        assert_eq!(
            agent.signer.sign(b"DETESTAT00002", b"transcript"),
            Err(SignerTrouble::Unreachable)
        );
    });
}

/// Not another terminal, not a stranger, and the terminal itself no certificate for a key of its own.
fn nobody_else_gets_anything(world: &World, kiosk: &str) {
    let other = enrolled(world, "other");
    let unknown = Ok(Answer::KeyTrouble {
        trouble: KeyTrouble::UnknownHolder,
    });
    let refused = Ok(Answer::KeyTrouble {
        trouble: KeyTrouble::Refused,
    });
    let theirs = signing("DETESTAT00001", b"transcript");
    assert!(matches!(ask(world, kiosk, &theirs), Ok(Answer::Signature { .. })));
    assert_eq!(ask(world, &other, &theirs), unknown);
    let destroy = |name: &str| Question::DestroyKey {
        holder: name.as_bytes().into(),
    };
    assert_eq!(ask(world, &other, &destroy("DETESTAT00001")), unknown);
    assert_eq!(ask(world, "schalter1.nobody.nothing", &theirs), Err(401));
    assert_eq!(ask(world, &enrolled(world, "stranger"), &theirs), Err(404));

    // A key of its own: the terminal signs the inside itself and wants the outside signed, or all of it.
    let mut own = Own(key(7));
    let own_point = point(&own.0);
    let mut asked = Vec::new();
    // Under a name that is free, and under the one that the backend's key has.
    for name in ["DETESTAT00002", "DETESTAT00001"] {
        let wish = Wish {
            authority: None,
            holder: &holder(name),
            curve: P256,
            point: &own_point,
            known: None,
        };
        let inner = signed_request(&mut own, &wish).unwrap();
        let named = [&inner[..], b"\x42\x0DDETESTAT00001"].concat();
        for message in [&named, &inner] {
            assert_eq!(ask(world, kiosk, &signing("DETESTAT00001", message)), refused, "{name}");
        }
        asked = inner;
    }
    // And the authority isn't even asked for somebody else's certificate.
    let before = world.ca.at_its_desk().requests.len();
    let request = Question::RequestCertificate {
        request: asked.as_slice().into(),
    };
    let code = "failure_not_authorized".to_owned();
    assert_eq!(ask(world, &other, &request), Ok(Answer::Refused { code }));
    assert_eq!(world.ca.at_its_desk().requests.len(), before);
}

#[test]
fn a_wrong_token_is_told_to_staff_at_once() {
    with_token("a_wrong_token_is_told_to_staff_at_once", |token| {
        let mut world = World::new();
        let _backend = world.backend(World::desk().with_authority(world.ca.clone()));
        drop(world.enrol("kiosk"));
        let stale = fleet::TerminalToken::from_random([7; 48]).reveal();
        let agent = world.agent(Token::new(&stale).unwrap(), Some(token.config()));
        agent.wait_until("word of it", |state| {
            !state.is_on
                && ["A-101", "A-104", "A-106"]
                    .iter()
                    .all(|code| state.notices.iter().any(|n| n.code == *code))
        });
        assert!(world.ca.at_its_desk().requests.is_empty());
    });
}

#[test]
fn a_folder_in_between_takes_requests_and_gives_what_was_laid_there() {
    with_token(
        "a_folder_in_between_takes_requests_and_gives_what_was_laid_there",
        |token| {
            let mut world = World::new();
            let drop_folder = world.path("pki");
            let _backend = world.backend(World::desk().with_authority(DropFolder::new(drop_folder.clone())));
            let agent = world.agent(world.enrol("kiosk"), Some(token.config()));
            let put = |name: &str, bytes: &[u8]| {
                let path = drop_folder.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path.with_extension("part"), bytes).unwrap();
                fs::rename(path.with_extension("part"), path).unwrap();
            };
            let request = drop_folder.join("requests/DETESTAT00001.req");
            agent.wait_until("the request", |state| !state.is_on && request.exists());
            let request = CertificateRequest::parse(&fs::read(&request).unwrap()).unwrap();
            // Whoever empties the folder comes back with everything but a blocklist of today.
            let mut lists = world.ca.clone();
            let (own, verifier, description) = {
                let authority = world.ca.at_its_desk();
                let own = authority.terminal_certificate(&request.holder, &request.point);
                (own, authority.verifier_certificate(), authority.description.clone())
            };
            put("authorities/dv.cvcert", &verifier);
            put("descriptions/rathaus.der", &description);
            put("certificates/DETESTAT00001.cvcert", &own);
            for kind in [signer::lists::ListKind::MasterList, signer::lists::ListKind::Crl] {
                put(
                    kind.file_name(),
                    &signer::renewal::PkiPartner::list(&mut lists, kind).unwrap(),
                );
            }
            agent.an_hour_passes();
            agent.wait_until("the certificate", |_| agent.holder() == "DETESTAT00001");
            agent.wait_until("word of the blocklist", |state| {
                !state.is_on && state.notices.iter().any(|notice| notice.code == "A-104")
            });
            let complete = signer::renewal::PkiPartner::block_list(&mut lists, None).unwrap();
            let signer::renewal::BlockListAnswer::Complete(list) = complete else {
                panic!("no list")
            };
            put("blocklist.cms", &list);
            agent.an_hour_passes();
            agent.wait_until("the blocklist", |state| state.is_on);
            // Untouched for a day, it isn't given out any more, and the terminal's grows old.
            let old = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            let file = fs::File::open(drop_folder.join("blocklist.cms")).unwrap();
            file.set_modified(old).unwrap();
            for _ in 0..26 {
                agent.an_hour_passes();
            }
            agent.wait_until("the list's age", |state| {
                !state.is_on && state.notices.iter().any(|notice| notice.code == "A-105")
            });
        },
    );
}

#[test]
fn certificates_promised_for_later_are_collected_over_the_line() {
    with_token("certificates_promised_for_later_are_collected_over_the_line", |token| {
        let mut world = World::new();
        world.ca.at_its_desk().mishaps.push_back(Mishap::Later);
        let _backend = world.backend(World::desk().with_authority(world.ca.clone()));
        let agent = world.agent(world.enrol("kiosk"), Some(token.config()));
        agent.wait_until("the promise", |_| !world.ca.at_its_desk().requests.is_empty());
        assert!(!agent.state().is_on);
        agent.an_hour_passes();
        agent.wait_until("the certificate", |state| state.is_on);
        assert_eq!(world.ca.at_its_desk().requests.len(), 1);
    });
}

#[test]
fn the_agents_socket_tells_how_things_stand() {
    let folder = tempfile::tempdir().unwrap();
    let token = Token::new("schalter1.x.y").unwrap();
    let mut config = Config::new("http://127.0.0.1:9", token, folder.path().join("outbox.db"));
    config.socket = Some(folder.path().join("agent.sock"));
    // A folder that can't be made: the courier runs all the same.
    fs::write(folder.path().join("file"), "").unwrap();
    let eid = agent::eid::EidConfig::new(folder.path().join("file/eid"), folder.path().join("signer.sock"));
    config.eid = Some(eid);
    let control = Control::default();
    let (theirs, socket) = (control.clone(), config.socket.clone().unwrap());
    let running = std::thread::spawn(move || agent::run(&config, &theirs, &mut StdRng::seed_from_u64(1), |_| {}));
    let mut told = String::new();
    for _ in 0..400 {
        told = ask_socket(&socket).unwrap_or_default();
        if told.contains("A-108") {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(25));
    }
    let state: agent::eid::EidState = serde_json::from_str(&told).unwrap();
    assert!(!state.is_on);
    assert_eq!(state.notices[0].code, "A-108");
    control.stop();
    running.join().unwrap().unwrap();
}

fn ask_socket(path: &Path) -> std::io::Result<String> {
    let mut stream = UnixStream::connect(path)?;
    stream.write_all(format!("{EID_REQUEST}\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

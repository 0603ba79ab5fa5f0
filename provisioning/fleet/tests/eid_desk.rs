//! The desk for identity cards over HTTP, with its drop folder: who is let in, what is given out, and what is put where.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests; what is shared with other tests isn't used wholly"
)]
#[path = "../../../drivers/signer/tests/common/authority.rs"]
mod authority;
mod common;
#[path = "../../../drivers/signer/tests/common/keys.rs"]
mod keys;

use authority::{Authority, block_list};
use common::{Heard, config, get, post};
use fleet::Running;
use fleet::eid::{DropFolder, EidDesk};
use keys::{Own, key, point, sign};
use signer::certificate::HolderReference;
use signer::curve::{Curve, Digest};
use signer::renewal::{BlockListAnswer, PkiPartner, PkiTrouble, Requested, ReturnCode};
use signer::request::{Wish, signed_request};
use signer::time::UnixTime;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use store::IfKnown;
use wire::eid::{Answer, MESSAGES_PATH, QUESTION_BYTES_MAX, Question, list_path};
use wire::{JSON_MEDIA_TYPE, ProblemKind};

struct Backend {
    server: Running,
    token: String,
    folder: tempfile::TempDir,
}

impl Backend {
    /// With that file of settings; `PKI` in it stands for the drop folder.
    fn start(settings: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let token = fleet::enrol(&data, "kiosk", IfKnown::Replace).unwrap().reveal();
        let desk = settings.map(|settings| {
            let path = folder.path().join("eid.toml");
            let pki = folder.path().join("pki").display().to_string();
            fs::write(&path, settings.replace("PKI", &pki)).unwrap();
            EidDesk::read(&path).unwrap()
        });
        Self {
            server: Running::start_with(config(&data), desk).unwrap(),
            token,
            folder,
        }
    }

    fn pki(&self) -> PathBuf {
        self.folder.path().join("pki")
    }

    fn post(&self, token: &str, media_type: &str, body: &[u8]) -> Heard {
        post(&self.server, MESSAGES_PATH, token, media_type, body)
    }

    fn list(&self, token: &str, name: &str) -> Heard {
        get(&self.server, &list_path(name), token)
    }
}

fn kind(heard: &Heard) -> ProblemKind {
    let problem = heard.problem();
    let found = ProblemKind::ALL
        .into_iter()
        .find(|kind| kind.uri() == problem.uri)
        .unwrap();
    assert_eq!(found.status(), heard.status);
    found
}

fn content(heard: Heard) -> (u16, Vec<u8>) {
    (heard.status, heard.body)
}

const SETTINGS: &str = "drop_folder = 'PKI'\n[terminals]\nkiosk = 'DETESTAT'\n";

#[test]
fn only_terminals_with_a_holder_are_let_in() {
    let question = Question::GetCertificates {}.to_body().unwrap();
    let backend = Backend::start(Some(SETTINGS));
    let (status, body) = content(backend.post(&backend.token, JSON_MEDIA_TYPE, &question));
    assert_eq!(status, 200);
    let nothing = Answer::Certificates { certificates: vec![] };
    assert_eq!(Answer::from_body(&body).unwrap(), nothing);
    let stranger = fleet::TerminalToken::from_random([9; 48]).reveal();
    for token in [stranger.as_str(), "", "x"] {
        assert_eq!(
            kind(&backend.post(token, JSON_MEDIA_TYPE, &question)),
            ProblemKind::UnknownTerminal
        );
        assert_eq!(kind(&backend.list(token, "crl.der")), ProblemKind::UnknownTerminal);
    }
    let post = |media_type: &str, body: &[u8]| kind(&backend.post(&backend.token, media_type, body));
    assert_eq!(post("text/plain", &question), ProblemKind::MediaType);
    assert_eq!(post(JSON_MEDIA_TYPE, b"{}"), ProblemKind::Malformed);
    assert_eq!(
        post(JSON_MEDIA_TYPE, &vec![b' '; QUESTION_BYTES_MAX + 1]),
        ProblemKind::TooLarge
    );
    // A terminal that reads no cards, and a server that knows nothing of them.
    for settings in [Some("drop_folder = 'PKI'\n"), None] {
        let backend = Backend::start(settings);
        assert_eq!(
            kind(&backend.post(&backend.token, JSON_MEDIA_TYPE, &question)),
            ProblemKind::NotFound
        );
        assert_eq!(kind(&backend.list(&backend.token, "crl.der")), ProblemKind::NotFound);
    }
    // No keys here: every holder is unknown.
    let sign = Question::Sign {
        holder: b"DETESTAT00001"[..].into(),
        to_be_signed: b"transcript"[..].into(),
    };
    let heard = backend.post(&backend.token, JSON_MEDIA_TYPE, &sign.to_body().unwrap());
    assert!(matches!(
        Answer::from_body(&heard.body).unwrap(),
        Answer::KeyTrouble { .. }
    ));
}

#[test]
fn lists_are_given_as_they_are_and_no_other_file_is() {
    let backend = Backend::start(Some(SETTINGS));
    fs::create_dir(backend.pki()).unwrap();
    assert_eq!(
        kind(&backend.list(&backend.token, "master-list.cms")),
        ProblemKind::NotFound
    );
    let large: Vec<u8> = (0..3_000_000u32).map(|at| at as u8).collect();
    fs::write(backend.pki().join("master-list.cms"), &large).unwrap();
    assert_eq!(content(backend.list(&backend.token, "master-list.cms")), (200, large));
    fs::write(backend.pki().join("secret"), b"x").unwrap();
    fs::write(backend.pki().join("csca.der"), b"x").unwrap();
    for name in [
        "secret",
        "csca.der",
        "..%2Feid.toml",
        "%2e%2e%2feid.toml",
        "blocklist-deltas.cms",
    ] {
        assert_eq!(backend.list(&backend.token, name).status, 404, "{name}");
    }
    let path = backend.pki().join("blocklist.cms");
    fs::write(&path, block_list(b"one")).unwrap();
    assert_eq!(
        content(backend.list(&backend.token, "blocklist.cms")),
        (200, block_list(b"one"))
    );
    untouched_for(&path, 25 * 3600);
    assert_eq!(
        kind(&backend.list(&backend.token, "blocklist.cms")),
        ProblemKind::NotFound
    );
}

#[allow(clippy::disallowed_methods, reason = "a file's age is told by the system's clock")]
fn untouched_for(path: &Path, seconds: u64) {
    let then = SystemTime::now() - Duration::from_secs(seconds);
    fs::File::open(path).unwrap().set_modified(then).unwrap();
}

fn request(holder: &HolderReference, seed: u8) -> Vec<u8> {
    let point = point(&key(seed));
    let wish = Wish {
        authority: None,
        holder,
        curve: Curve::BrainpoolP256r1,
        point: &point,
        known: None,
    };
    signed_request(&mut Own(key(seed)), &wish).unwrap()
}

#[test]
fn the_drop_folder_takes_requests_and_gives_what_belongs_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let pki = folder.path().join("pki");
    let mut partner = DropFolder::new(pki.clone());
    let authority = Authority::new(UnixTime(1_795_420_800));
    let name = HolderReference::new(b"DETESTAT00001").unwrap();
    let later = Ok(Requested::Later {
        message_id: "DETESTAT00001".to_owned(),
    });
    let mine = request(&name, 3);
    assert_eq!(partner.request_certificate(&mine), later);
    assert_eq!(fs::read(pki.join("requests/DETESTAT00001.req")).unwrap(), mine);
    // Asked again with another key, the newest request counts.
    let newer = request(&name, 4);
    assert_eq!(partner.request_certificate(&newer), later);
    assert_eq!(fs::read(pki.join("requests/DETESTAT00001.req")).unwrap(), newer);
    assert_eq!(
        fs::read_dir(pki.join("requests")).unwrap().count(),
        1,
        "nothing half written is left"
    );
    assert_eq!(partner.sent_certificates("DETESTAT00001"), Ok(None));

    fs::create_dir(pki.join("certificates")).unwrap();
    fs::create_dir(pki.join("authorities")).unwrap();
    fs::write(pki.join("authorities/dv.cvcert"), authority.verifier_certificate()).unwrap();
    fs::write(pki.join("authorities/next.part"), b"half").unwrap();
    let own = authority.terminal_certificate(&name, &point(&key(4)));
    let place = pki.join("certificates/DETESTAT00001.cvcert");
    fs::write(&place, &own).unwrap();
    let both = vec![authority.verifier_certificate(), own];
    assert_eq!(partner.sent_certificates("DETESTAT00001"), Ok(Some(both.clone())));
    assert_eq!(partner.request_certificate(&newer), Ok(Requested::Certificates(both)));
    assert_eq!(
        partner.request_certificate(&mine),
        Err(PkiTrouble::Refused(ReturnCode::HOLDER_REFERENCE_IN_USE))
    );
}

#[test]
fn the_drop_folder_gives_nothing_that_does_not_belong() {
    let folder = tempfile::tempdir().unwrap();
    let pki = folder.path().join("pki");
    let mut partner = DropFolder::new(pki.clone());
    let authority = Authority::new(UnixTime(1_795_420_800));
    fs::create_dir_all(pki.join("certificates")).unwrap();
    let place = pki.join("certificates/DETESTAT00001.cvcert");
    // Another terminal's certificate under this name, and something that is none.
    let other = HolderReference::new(b"DETESTAU00001").unwrap();
    fs::write(&place, authority.terminal_certificate(&other, &point(&key(4)))).unwrap();
    assert_eq!(partner.sent_certificates("DETESTAT00001"), Ok(None));
    fs::write(&place, b"-----BEGIN").unwrap();
    assert_eq!(partner.sent_certificates("DETESTAT00001"), Err(PkiTrouble::Strange));
    for wrong in ["../../etc", "short", "DETEST/T00001"] {
        assert!(
            matches!(partner.sent_certificates(wrong), Err(PkiTrouble::Refused(_))),
            "{wrong}"
        );
    }
    let odd = HolderReference::new(b"DE../../00001").unwrap();
    assert!(matches!(
        partner.request_certificate(&request(&odd, 3)),
        Err(PkiTrouble::Refused(_))
    ));
    assert!(matches!(
        partner.request_certificate(b"no request"),
        Err(PkiTrouble::Refused(_))
    ));
}

#[test]
fn the_drop_folder_gives_descriptions_by_their_hash_and_a_blocklist_that_is_looked_after() {
    let folder = tempfile::tempdir().unwrap();
    let pki = folder.path().join("pki");
    let mut partner = DropFolder::new(pki.clone());
    let authority = Authority::new(UnixTime(1_795_420_800));
    fs::create_dir_all(pki.join("descriptions")).unwrap();
    fs::write(pki.join("descriptions/old.der"), b"another").unwrap();
    fs::write(pki.join("descriptions/rathaus.der"), &authority.description).unwrap();
    let hash = Digest::Sha256.hash(&authority.description);
    assert_eq!(
        partner.certificate_description(&hash),
        Ok(authority.description.clone())
    );
    assert!(partner.certificate_description(&[0; 32]).is_err());

    let path = pki.join("blocklist.cms");
    assert!(partner.block_list(None).is_err());
    fs::write(&path, block_list(b"one")).unwrap();
    assert_eq!(
        partner.block_list(None),
        Ok(BlockListAnswer::Complete(block_list(b"one")))
    );
    assert_eq!(partner.block_list(Some(b"one")), Ok(BlockListAnswer::UpToDate));
    assert_eq!(
        partner.block_list(Some(b"old")),
        Ok(BlockListAnswer::Complete(block_list(b"one")))
    );
    untouched_for(&path, 25 * 3600);
    assert!(
        partner.block_list(Some(b"one")).is_err(),
        "nobody says that it is current"
    );
}

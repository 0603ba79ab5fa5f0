//! A folder of certificates and lists out of `simulated`'s test PKI, as a terminal has it in production, and a clock that
//! the test turns.
use apdu::tlv::{Tag, concat, encode};
use bp256::BrainpoolP256r1;
use elliptic_curve::{Generate, NonZeroScalar};
use jiff::civil::Date;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_core::Rng;
use sha2::{Digest, Sha256};
use signer::authority::{Clock, Pinned};
use signer::certificates::{CHAIN_FILE_NAME, Certificates};
use signer::lists::ListKind;
use signer::time::UnixTime;
use simulated::card::Card;
use simulated::pki::{Chat, SignerKind, TerminalOrder, TestPki};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const SEED: u64 = 1;

/// One country for cards and terminal.
pub fn pki() -> TestPki {
    TestPki::seeded(jiff::civil::date(2026, 11, 23), SEED)
}

/// Seconds since 1970; the place is in UTC.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub fn now(&self) -> UnixTime {
        UnixTime(self.0.load(Ordering::SeqCst))
    }

    pub fn set(&self, now: UnixTime) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn today(&self) -> Date {
        let seconds = i64::try_from(self.now().0).unwrap();
        let zoned = jiff::Timestamp::from_second(seconds)
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC);
        zoned.date()
    }

    fn now(&self) -> UnixTime {
        Self::now(self)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// The folder, filled.
pub struct Installed {
    pub store: Certificates,
    pub clock: TestClock,
    /// Public point of the terminal's key.
    pub point: Vec<u8>,
    folder: PathBuf,
    _around: tempfile::TempDir,
}

impl Installed {
    /// With everything that a terminal of `DETESTAT00001` needs on that PKI's day at 8 o'clock.
    pub fn new(pki: &TestPki, revoked: &[&Card]) -> Self {
        let around = tempfile::tempdir().unwrap();
        let folder = around.path().join("eid");
        let store = Certificates::open(&folder).unwrap();
        let today = pki.today();
        let order = TerminalOrder::new(today, Chat::ALL);
        let ordered = pki.terminal(&order);
        let description = ordered.description.clone();
        let chain = [ordered.chain.concat(), description].concat();
        fs::write(folder.join(CHAIN_FILE_NAME), chain).unwrap();
        let lists = pki.signer(SignerKind::Lists).certificate.clone();
        for (pinned, bytes) in [
            (Pinned::BlocklistSector, &ordered.blocklist_sector),
            (Pinned::PseudonymSector, &ordered.sector),
            (Pinned::BlocklistSigner, &lists),
            (Pinned::MasterListSigner, &lists),
        ] {
            fs::write(folder.join(pinned.file_name()), bytes).unwrap();
        }
        let keys: Vec<Vec<u8>> = revoked.iter().filter_map(|card| card.identification_key()).collect();
        let until = today.saturating_add(jiff::Span::new().days(30));
        for (kind, list) in [
            (ListKind::Csca, pki.csca_certificate()),
            (ListKind::MasterList, pki.master_list()),
            (ListKind::Crl, pki.crl(&[], (today, until))),
            (ListKind::Blocklist, pki.blocklist(&order.sector, &keys)),
        ] {
            store.replace_list(kind, &list).unwrap();
        }
        let terminal = signer::certificate::CvCertificate::parse(&ordered.chain[1]).unwrap();
        let start = today.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_second();
        let start = UnixTime(u64::try_from(start).unwrap() + 8 * 3600);
        let installed = Self {
            store,
            clock: TestClock(Arc::new(AtomicU64::new(start.0))),
            point: terminal.point().to_vec(),
            folder,
            _around: around,
        };
        installed.confirm();
        installed
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Says that the blocklist is current.
    pub fn confirm(&self) {
        self.store.confirm_list(ListKind::Blocklist, self.clock.now()).unwrap();
    }
}

/// The terminal's key as PKCS#8 (RFC 5208, RFC 5915), for a token. The test PKI makes every key out of its seed and the
/// key's name; fails when that isn't the key with this public point.
pub fn key_of_terminal(point: &[u8]) -> Vec<u8> {
    let mut seed = [0; 32];
    StdRng::seed_from_u64(SEED).fill_bytes(&mut seed);
    let named = Sha256::new()
        .chain_update(seed)
        .chain_update("terminal DETESTAT00001")
        .finalize();
    let mut random = StdRng::from_seed(named.into());
    let secret = NonZeroScalar::<BrainpoolP256r1>::generate_from_rng(&mut random);
    let key = ecdsa::SigningKey::<BrainpoolP256r1>::from(secret);
    assert_eq!(super::point(&key), point, "the PKI makes its keys in another way");
    let secret = key.to_bytes();
    let public = encode(Tag(0xA1), &encode(Tag(0x03), &[&[0][..], point].concat()));
    let private = encode(
        Tag(0x30),
        &concat(&[&[2, 1, 1], &encode(Tag(0x04), secret.as_slice()), &public]),
    );
    let algorithm = encode(
        Tag(0x30),
        &concat(&[
            // id-ecPublicKey, brainpoolP256r1
            &[0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1],
            &[0x06, 9, 0x2B, 0x24, 3, 3, 2, 8, 1, 1, 7],
        ]),
    );
    encode(
        Tag(0x30),
        &concat(&[&[2, 1, 0], &algorithm, &encode(Tag(0x04), &private)]),
    )
    .to_vec()
}

//! A backend with the double of a Berechtigungs-CA behind it, an agent before it, and a clock that the test turns.
use crate::authority::Authority;
use agent::eid::{EidConfig, EidState, Service};
use agent::{Config, Token};
use fleet::Running;
use fleet::eid::{EidDesk, Mnemonic};
use signer::authority::{Clock, Pinned};
use signer::certificate::{CvCertificate, HolderReference};
use signer::certificates::Certificates;
use signer::chain::Chain;
use signer::keys::TerminalKeys;
use signer::lists::ListKind;
use signer::pkcs11::{Pkcs11Config, Pkcs11Signer};
use signer::remote::RemoteSigner;
use signer::renewal::{BlockListAnswer, PkiPartner, PkiTrouble, Requested, ReturnCode};
use signer::time::UnixTime;
use simulated::pki::{Chat, SignerKind, TerminalOrder, TestPki};
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use store::IfKnown;

pub const HOUR: u64 = 3600;

/// 2026-11-23 08:00 UTC.
pub const START: UnixTime = UnixTime(1_795_392_000 + 8 * HOUR);

pub fn holder(text: &str) -> HolderReference {
    HolderReference::new(text.as_bytes()).unwrap()
}

#[derive(Clone)]
pub struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub fn now(&self) -> UnixTime {
        UnixTime(self.0.load(Ordering::SeqCst))
    }

    pub fn turn(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn today(&self) -> jiff::civil::Date {
        let seconds = i64::try_from(self.now().0).unwrap();
        let zoned = jiff::Timestamp::from_second(seconds).unwrap();
        zoned.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    fn now(&self) -> UnixTime {
        Self::now(self)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// The authority: certificates by the double, lists that are really signed. Outlives the backend.
#[derive(Clone)]
pub struct Ca {
    pub authority: Arc<Mutex<Authority>>,
    pki: Arc<Mutex<TestPki>>,
    clock: TestClock,
}

impl Ca {
    pub fn at_its_desk(&self) -> MutexGuard<'_, Authority> {
        let mut authority = self.authority.lock().unwrap();
        authority.now = self.clock.now();
        authority
    }
}

impl PkiPartner for Ca {
    fn request_certificate(&mut self, request: &[u8]) -> Result<Requested, PkiTrouble> {
        self.at_its_desk().request_certificate(request)
    }

    fn sent_certificates(&mut self, message_id: &str) -> Result<Option<Vec<Vec<u8>>>, PkiTrouble> {
        self.at_its_desk().sent_certificates(message_id)
    }

    fn authority_certificates(&mut self) -> Result<Vec<Vec<u8>>, PkiTrouble> {
        self.at_its_desk().authority_certificates()
    }

    fn certificate_description(&mut self, hash: &[u8]) -> Result<Vec<u8>, PkiTrouble> {
        self.at_its_desk().certificate_description(hash)
    }

    fn block_list(&mut self, delta_base: Option<&[u8]>) -> Result<BlockListAnswer, PkiTrouble> {
        Ok(match delta_base {
            None => BlockListAnswer::Complete(self.pki.lock().unwrap().blocklist("musterstadt", &[])),
            Some(_) => BlockListAnswer::UpToDate,
        })
    }

    fn list(&mut self, kind: ListKind) -> Result<Vec<u8>, PkiTrouble> {
        let pki = self.pki.lock().unwrap();
        let until = pki.today().saturating_add(jiff::Span::new().days(30));
        match kind {
            ListKind::MasterList => Ok(pki.master_list()),
            ListKind::Crl => Ok(pki.crl(&[], (pki.today(), until))),
            ListKind::Csca | ListKind::DefectList | ListKind::Blocklist | ListKind::BlocklistDeltas => {
                Err(PkiTrouble::Refused(ReturnCode::from_name("failure_list_not_available")))
            }
        }
    }
}

pub struct World {
    pub clock: TestClock,
    pub ca: Ca,
    pub address: SocketAddr,
    folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        let clock = TestClock(Arc::new(AtomicU64::new(START.0)));
        let pki = TestPki::seeded(jiff::civil::date(2026, 11, 23), 1);
        let ca = Ca {
            authority: Arc::new(Mutex::new(Authority::new(START))),
            pki: Arc::new(Mutex::new(pki)),
            clock: clock.clone(),
        };
        Self {
            clock,
            ca,
            address: "127.0.0.1:0".parse().unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A desk for the terminals `kiosk` (DETESTAT) and `other` (DETESTAU).
    pub fn desk() -> EidDesk {
        let holders = [("kiosk", "DETESTAT"), ("other", "DETESTAU")];
        let holders = holders.map(|(name, holder)| (name.to_owned(), Mnemonic::new(holder).unwrap()));
        EidDesk::new(BTreeMap::from(holders))
    }

    /// Starts the backend, always at the same address.
    pub fn backend(&mut self, desk: EidDesk) -> Running {
        let config = fleet::Config {
            data: self.path("fleet"),
            listen: self.address,
        };
        let running = Running::start_with(config, Some(desk)).unwrap();
        self.address = running.address();
        running
    }

    pub fn enrol(&self, name: &str) -> Token {
        let token = fleet::enrol(&self.path("fleet"), name, IfKnown::Replace).unwrap();
        Token::new(&token.reveal()).unwrap()
    }

    /// What is installed by hand at a terminal: trust anchors and pinned files.
    pub fn install(&self) -> Certificates {
        let folder = self.path("eid");
        let store = Certificates::open(&folder).unwrap();
        store.replace_chain(&self.ca.at_its_desk().anchor()).unwrap();
        let pki = self.ca.pki.lock().unwrap();
        store.replace_list(ListKind::Csca, &pki.csca_certificate()).unwrap();
        let ordered = pki.terminal(&TerminalOrder::new(pki.today(), Chat::ALL));
        let lists = &pki.signer(SignerKind::Lists).certificate;
        for (pinned, bytes) in [
            (Pinned::BlocklistSector, &ordered.blocklist_sector),
            (Pinned::BlocklistSigner, lists),
            (Pinned::MasterListSigner, lists),
        ] {
            fs::write(folder.join(pinned.file_name()), bytes).unwrap();
        }
        store
    }

    /// An agent whose key is in that token, or at the backend.
    pub fn agent(&self, token: Token, key: Option<Pkcs11Config>) -> Agent {
        let store = self.install();
        let config = Config::new(format!("http://{}", self.address), token, self.path("outbox.db"));
        let mut eid = EidConfig::new(self.path("eid"), self.path("signer.sock"));
        eid.first_holder = Some(holder("DETESTAT00001"));
        eid.token = key;
        eid.look_period = Duration::from_millis(20);
        Agent {
            signer: RemoteSigner::new(eid.socket.clone(), Duration::from_secs(10)),
            service: Service::start(&config, eid, self.clock.clone()).unwrap(),
            clock: self.clock.clone(),
            store,
        }
    }
}

pub struct Agent {
    pub service: Service,
    pub store: Certificates,
    /// As the kiosk asks.
    pub signer: RemoteSigner,
    clock: TestClock,
}

impl Agent {
    pub fn state(&self) -> EidState {
        self.service.state().expect("a state")
    }

    pub fn chain(&self) -> Chain {
        self.store.chain().unwrap()
    }

    /// The certificate in use.
    pub fn certificate(&self) -> Option<CvCertificate> {
        self.chain().terminal_at(self.clock.now()).cloned()
    }

    pub fn holder(&self) -> String {
        self.certificate()
            .map(|certificate| certificate.holder().to_string())
            .unwrap_or_default()
    }

    /// Waits until it is so, a minute at most.
    pub fn wait_until(&self, what: &str, mut fulfilled: impl FnMut(&EidState) -> bool) {
        for _ in 0..2400 {
            if self.service.state().is_some_and(|state| fulfilled(&state)) {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(25));
        }
        panic!("{what} did not come about: {:?}", self.service.state());
    }

    /// Turns the clock on by an hour, in quarters, and leaves the agent time to see each.
    pub fn an_hour_passes(&self) {
        for _ in 0..4 {
            self.clock.turn(HOUR / 4);
            std::thread::park_timeout(Duration::from_millis(150));
        }
    }

    pub fn has_notice(&self, code: &str) -> bool {
        self.state().notices.iter().any(|notice| notice.code == code)
    }
}

/// True while there is a key of that holder in the token.
pub fn has_key(signer: &mut Pkcs11Signer, name: &str) -> bool {
    signer.public_point(&holder(name)).is_ok()
}

//! The terminal's side of reading cards in production: certificates and lists in a folder that the agent keeps current,
//! and a signer behind a socket, so that no private key comes into this process.
//!
//! The folder holds what [`signer::certificates::Certificates`] keeps, and beside it what an operator pins once:
//! `blocklist-sector.7f49` and `pseudonym-sector.7f49` (sector public keys), `blocklist-signer.der`,
//! `master-list-signer.der`.
use crate::config::Eid;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use eid::blocklist::{Blocklist, BlocklistError};
use eid::passive_auth::{MasterListSigner, RevocationPolicy, TrustStore, TrustStoreError};
use eid::{Authority, CertificateFiles, Terminal, TerminalCertificates, TerminalError};
use jiff::Zoned;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use signer::certificates::{Certificates, StoreError};
use signer::lists::{ListKind, der_objects};
use signer::remote::RemoteSigner;
use signer::time::UnixTime;
use std::cell::RefCell;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// How long the signer may take. The citizen looks at a progress display meanwhile.
const SIGNER_PATIENCE: Duration = Duration::from_secs(10);
/// Largest pinned file: a certificate or a public key.
const PINNED_BYTES_MAX: u64 = 64 * 1024;
/// A list of revoked document signers that has ended is used for that many days more: the line may be down for days.
const REVOCATION_GRACE_DAYS: u16 = 7;

/// Certificates in a folder, a key behind a socket.
pub(crate) struct Folder {
    folder: PathBuf,
    signer: RemoteSigner,
    began: Instant,
    known: RefCell<Known>,
}

/// What was read of the folder.
#[derive(Default)]
struct Known {
    /// Of all files, when it was read.
    changed: Option<SystemTime>,
    day: Option<Date>,
    terminal: Option<Arc<Terminal>>,
}

/// Why the folder makes no terminal.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("a file of the certificates can't be read")]
    Store(#[from] StoreError),
    #[error("{0} can't be read")]
    Pinned(&'static str, #[source] io::Error),
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("the certificates can't be used")]
    Terminal(#[from] TerminalError),
    #[error("the trust store can't be used")]
    Trust(#[from] TrustStoreError),
    #[error("the blocklist can't be used")]
    Blocklist(#[from] BlocklistError),
}

impl Folder {
    /// Of the configured folder and signer.
    #[allow(clippy::disallowed_methods)] // the outermost program owns the clock
    pub(crate) fn new(config: &Eid) -> Self {
        Self {
            folder: config.folder.clone(),
            signer: RemoteSigner::new(config.signer.clone(), SIGNER_PATIENCE),
            began: Instant::now(),
            known: RefCell::default(),
        }
    }

    fn load(&self, today: Date) -> Result<Terminal, Fault> {
        let store = Certificates::read_only(&self.folder);
        let list = |kind| store.list(kind).map(Option::unwrap_or_default);
        let certificates = self.certificates(&store)?;
        let mut trust = TrustStore::new(RevocationPolicy::Required {
            grace_days: REVOCATION_GRACE_DAYS,
        });
        for csca in der_objects(&list(ListKind::Csca)?)? {
            trust.add_csca(csca)?;
        }
        let master_list = list(ListKind::MasterList)?;
        if !master_list.is_empty() {
            let by = self.pinned("master-list-signer.der")?;
            trust.import_master_list(&master_list, MasterListSigner::Pinned(&by), today)?;
        }
        // After the master list: it may name the issuers.
        for crl in der_objects(&list(ListKind::Crl)?)? {
            trust.add_revocation_list(crl)?;
        }
        let mut blocklist = Blocklist::new(&Sha256::digest(self.pinned("blocklist-sector.7f49")?));
        let by = self.pinned("blocklist-signer.der")?;
        let complete = list(ListKind::Blocklist)?;
        if complete.is_empty() {
            return Err(Fault::Missing("the blocklist"));
        }
        blocklist.update_signed(&complete, &by, today)?;
        for delta in der_objects(&list(ListKind::BlocklistDeltas)?)? {
            blocklist.update_signed(delta, &by, today)?;
        }
        Ok(Terminal::new(certificates, trust, blocklist)?)
    }

    fn certificates(&self, store: &Certificates) -> Result<TerminalCertificates, Fault> {
        let chain = store.chain()?;
        let terminal = chain.terminal_at(now()).ok_or(Fault::Missing("a valid certificate"))?;
        let verifier = chain
            .verifier_of(terminal)
            .ok_or(Fault::Missing("the document verifier's certificate"))?;
        let description = chain
            .description_of(terminal)
            .ok_or(Fault::Missing("the certificate description"))?;
        let is_link = |bytes: &&[u8]| *bytes != terminal.as_bytes() && *bytes != verifier.as_bytes();
        let links: Vec<&[u8]> = chain
            .certificates()
            .iter()
            .filter(|certificate| certificate.role() == signer::certificate::Role::Cvca)
            .map(|certificate| certificate.as_bytes())
            .filter(is_link)
            .collect();
        let pseudonym_sector = self.pinned("pseudonym-sector.7f49").ok();
        Ok(TerminalCertificates::new(&CertificateFiles {
            terminal: terminal.as_bytes(),
            document_verifier: verifier.as_bytes(),
            links: &links,
            description,
            blocklist_sector: &self.pinned("blocklist-sector.7f49")?,
            pseudonym_sector: pseudonym_sector.as_deref(),
        })?)
    }

    fn pinned(&self, name: &'static str) -> Result<Vec<u8>, Fault> {
        read(&self.folder.join(name)).map_err(|error| Fault::Pinned(name, error))
    }

    /// When anything in the folder was last changed.
    fn changed(&self) -> Option<SystemTime> {
        let files = std::fs::read_dir(&self.folder).ok()?;
        let times = files.filter_map(|file| file.ok()?.metadata().ok()?.modified().ok());
        times.max()
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)?
        .take(PINNED_BYTES_MAX)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[allow(clippy::disallowed_methods)] // the outermost program owns the clock
fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    UnixTime(since.unwrap_or_default().as_secs())
}

impl Authority for Folder {
    fn today(&self) -> Date {
        Zoned::now().date()
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Reads the folder again when a file in it or the day is another one.
    fn terminal(&self) -> Option<Arc<Terminal>> {
        let (changed, today) = (self.changed(), self.today());
        let mut known = self.known.borrow_mut();
        if known.changed != changed || known.day != Some(today) {
            let terminal = match self.load(today) {
                Ok(terminal) => Some(Arc::new(terminal)),
                Err(fault) => {
                    tracing::error!(error = &fault as &dyn std::error::Error, "no card can be read");
                    None
                }
            };
            *known = Known {
                changed,
                day: Some(today),
                terminal,
            };
        }
        known.terminal.clone()
    }

    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        self.signer.sign(holder, message)
    }
}

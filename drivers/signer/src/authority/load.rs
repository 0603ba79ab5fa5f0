//! From the folder's files to what the dialogues take.
use crate::certificate::{HolderReference, Role};
use crate::certificates::{Certificates, StoreError};
use crate::chain::Chain;
use crate::lists::{ListKind, der_objects};
use crate::renewal::Schedule;
use crate::time::UnixTime;
use eid::blocklist::{Blocklist, BlocklistError};
use eid::passive_auth::{MasterListSigner, RevocationPolicy, TrustStore, TrustStoreError};
use eid::{CertificateFiles, Terminal, TerminalCertificates, TerminalError};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::path::Path;

/// Largest pinned file: a certificate or a public key.
pub const PINNED_BYTES_MAX: u64 = 64 * 1024;

/// A list of revoked document signers that has ended is used for that many days more: the line may be down for days.
pub const REVOCATION_GRACE_DAYS: u16 = 7;

/// What an operator puts into the folder once, by hand: it says whom to believe, so nobody fetches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pinned {
    /// Public key of the sector in which the blocklist is made (object 7F49).
    BlocklistSector,
    /// Public key of the sector of pseudonyms (object 7F49); the only one that may be missing.
    PseudonymSector,
    /// X.509 certificate of who signs the blocklist.
    BlocklistSigner,
    /// X.509 certificate of who signs the master list; needed when there is one.
    MasterListSigner,
}

impl Pinned {
    /// Its file's name in the folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::BlocklistSector => "blocklist-sector.7f49",
            Self::PseudonymSector => "pseudonym-sector.7f49",
            Self::BlocklistSigner => "blocklist-signer.der",
            Self::MasterListSigner => "master-list-signer.der",
        }
    }

    /// Its bytes; `None` when there is no such file.
    pub(super) fn find(self, folder: &Path) -> Result<Option<Vec<u8>>, Fault> {
        let failed = |error| Fault::Pinned(self.file_name(), error);
        let file = match std::fs::File::open(folder.join(self.file_name())) {
            Ok(file) => file,
            // This alone means that there is none; everything else is a fault that somebody has to mend.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        file.take(PINNED_BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > PINNED_BYTES_MAX {
            return Err(failed(io::ErrorKind::FileTooLarge.into()));
        }
        Ok(Some(bytes))
    }

    /// Its bytes.
    pub(super) fn read(self, folder: &Path) -> Result<Vec<u8>, Fault> {
        self.find(folder)?.ok_or(Fault::Missing(self.file_name()))
    }
}

/// Why the folder makes no terminal.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A file that the agent writes.
    #[error("a file of the certificates can't be used")]
    Store(#[from] StoreError),
    /// A file that an operator pinned.
    #[error("{0} can't be read")]
    Pinned(&'static str, #[source] io::Error),
    /// Something isn't there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The blocklist hasn't been confirmed for too long.
    #[error("the blocklist is older than {} hours", .0 / 3600)]
    BlocklistOld(u64),
    /// The certificates don't fit together.
    #[error("the certificates can't be used")]
    Terminal(#[from] TerminalError),
    /// CSCA certificates, master list or revocation lists.
    #[error("the trust store can't be used")]
    Trust(#[from] TrustStoreError),
    /// The blocklist or its changes.
    #[error("the blocklist can't be used")]
    Blocklist(#[from] BlocklistError),
}

/// What the folder makes.
pub(super) struct Loaded {
    pub(super) terminal: Terminal,
    pub(super) holder: HolderReference,
    /// The first second at which it holds no more, even if nothing changes.
    pub(super) holds_until: UnixTime,
}

/// Reads everything.
pub(super) fn load(folder: &Path, today: Date, now: UnixTime) -> Result<Loaded, Fault> {
    let store = Certificates::read_only(folder);
    let chain = store.chain()?;
    let sector = Pinned::BlocklistSector.read(folder)?;
    let (certificates, holder, certificates_until) = certificates(folder, &chain, &sector, now)?;
    let trust = trust_store(folder, &store, today)?;
    let blocklist_until = blocklist_until(&store, now)?;
    let blocklist = blocklist(folder, &store, &sector, today)?;
    Ok(Loaded {
        terminal: Terminal::new(certificates, trust, blocklist)?,
        holder,
        holds_until: certificates_until.min(blocklist_until),
    })
}

fn certificates(
    folder: &Path,
    chain: &Chain,
    blocklist_sector: &[u8],
    now: UnixTime,
) -> Result<(TerminalCertificates, HolderReference, UnixTime), Fault> {
    let terminal = chain.terminal_at(now).ok_or(Fault::Missing(
        "a terminal certificate that is valid now, with its description",
    ))?;
    let verifier = chain
        .verifier_of(terminal)
        .ok_or(Fault::Missing("the document verifier's certificate"))?;
    let description = chain
        .description_of(terminal)
        .ok_or(Fault::Missing("the certificate description"))?;
    let links: Vec<&[u8]> = chain
        .certificates()
        .iter()
        .filter(|certificate| certificate.role() == Role::Cvca)
        .map(|certificate| certificate.as_bytes())
        .collect();
    let pseudonym_sector = Pinned::PseudonymSector.find(folder)?;
    let certificates = TerminalCertificates::new(&CertificateFiles {
        terminal: terminal.as_bytes(),
        document_verifier: verifier.as_bytes(),
        links: &links,
        description,
        blocklist_sector,
        pseudonym_sector: pseudonym_sector.as_deref(),
    })?;
    let until = terminal.expires().min(verifier.expires()).end();
    Ok((certificates, terminal.holder().clone(), until))
}

/// CSCA certificates that are believed, and the lists of what they take back.
fn trust_store(folder: &Path, store: &Certificates, today: Date) -> Result<TrustStore, Fault> {
    let mut trust = trust_anchors(folder, store, today)?;
    // After the master list: it may name the issuers.
    for crl in der_objects(&stored(store, ListKind::Crl)?)? {
        trust.add_revocation_list(crl)?;
    }
    Ok(trust)
}

/// CSCA certificates that are believed.
pub(super) fn trust_anchors(folder: &Path, store: &Certificates, today: Date) -> Result<TrustStore, Fault> {
    let mut trust = TrustStore::new(RevocationPolicy::Required {
        grace_days: REVOCATION_GRACE_DAYS,
    });
    for csca in der_objects(&stored(store, ListKind::Csca)?)? {
        trust.add_csca(csca)?;
    }
    let master_list = stored(store, ListKind::MasterList)?;
    if !master_list.is_empty() {
        let by = Pinned::MasterListSigner.read(folder)?;
        trust.import_master_list(&master_list, MasterListSigner::Pinned(&by), today)?;
    }
    Ok(trust)
}

/// The blocklist with all its changes.
pub(super) fn blocklist(folder: &Path, store: &Certificates, sector: &[u8], today: Date) -> Result<Blocklist, Fault> {
    let by = Pinned::BlocklistSigner.read(folder)?;
    let complete = stored(store, ListKind::Blocklist)?;
    if complete.is_empty() {
        return Err(Fault::Missing("the blocklist"));
    }
    let mut blocklist = Blocklist::new(&Sha256::digest(sector));
    blocklist.update_signed(&complete, &by, today)?;
    drop(complete);
    for delta in der_objects(&stored(store, ListKind::BlocklistDeltas)?)? {
        blocklist.update_signed(delta, &by, today)?;
    }
    Ok(blocklist)
}

/// Until when the blocklist may be used: so long after it was last known to be the newest.
fn blocklist_until(store: &Certificates, now: UnixTime) -> Result<UnixTime, Fault> {
    let age_max_s = Schedule::default().blocklist_age_max_s;
    let confirmed_at = store
        .confirmed_at(ListKind::Blocklist)
        .ok_or(Fault::Missing("the blocklist"))?
        .max(store.confirmed_at(ListKind::BlocklistDeltas).unwrap_or_default());
    if now.since(confirmed_at) > age_max_s {
        return Err(Fault::BlocklistOld(age_max_s));
    }
    Ok(confirmed_at.after(age_max_s + 1))
}

fn stored(store: &Certificates, kind: ListKind) -> Result<Vec<u8>, StoreError> {
    store.list(kind).map(Option::unwrap_or_default)
}

//! Whether a list that came is signed by whom it should be, before it replaces one that is.
use super::load::{Fault, Pinned, blocklist, trust_anchors};
use crate::certificates::Certificates;
use crate::lists::{ListKind, der_objects};
use eid::blocklist::Blocklist;
use eid::passive_auth::{MasterListSigner, RevocationPolicy, TrustStore};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::error::Error;
use std::path::{Path, PathBuf};

/// Checks lists against what is in the folder; make one for each action of the renewal, because changes to the
/// blocklist are checked one onto the other.
pub struct ListGuard {
    folder: PathBuf,
    today: Date,
    /// The blocklist of the folder with the changes that were checked so far.
    grown: Option<Blocklist>,
}

impl ListGuard {
    /// Against that folder, on that day.
    pub fn new(folder: &Path, today: Date) -> Self {
        Self {
            folder: folder.to_owned(),
            today,
            grown: None,
        }
    }

    /// For [`crate::renewal::Tools::check`]: `Err` tells why the list isn't genuine, with all causes.
    pub fn check(&mut self, kind: ListKind, list: &[u8]) -> Result<(), String> {
        self.checked(kind, list).map_err(|fault| {
            let mut told = fault.to_string();
            let mut source = fault.source();
            while let Some(cause) = source {
                told = format!("{told}: {cause}");
                source = cause.source();
            }
            told
        })
    }

    fn checked(&mut self, kind: ListKind, list: &[u8]) -> Result<(), Fault> {
        let store = Certificates::read_only(&self.folder);
        match kind {
            ListKind::MasterList => {
                let by = Pinned::MasterListSigner.read(&self.folder)?;
                let mut trust = TrustStore::new(RevocationPolicy::WhenPresent);
                trust.import_master_list(list, MasterListSigner::Pinned(&by), self.today)?;
            }
            ListKind::Crl => {
                let mut trust = trust_anchors(&self.folder, &store, self.today)?;
                for crl in der_objects(list)? {
                    trust.add_revocation_list(crl)?;
                }
            }
            ListKind::Blocklist => {
                let sector = Pinned::BlocklistSector.read(&self.folder)?;
                let by = Pinned::BlocklistSigner.read(&self.folder)?;
                Blocklist::new(&Sha256::digest(sector)).update_signed(list, &by, self.today)?;
            }
            ListKind::BlocklistDeltas => {
                let sector = Pinned::BlocklistSector.read(&self.folder)?;
                let by = Pinned::BlocklistSigner.read(&self.folder)?;
                let mut grown = match self.grown.take() {
                    Some(grown) => grown,
                    None => blocklist(&self.folder, &store, &sector, self.today)?,
                };
                grown.update_signed(list, &by, self.today)?;
                self.grown = Some(grown);
            }
            // Kept for whoever looks at them; nothing is decided by them yet (docs/protocols/threats.md).
            ListKind::DefectList => drop(der_objects(list)?),
            ListKind::Csca => return Err(Fault::Missing("a way to fetch certificates that are pinned by hand")),
        }
        Ok(())
    }
}

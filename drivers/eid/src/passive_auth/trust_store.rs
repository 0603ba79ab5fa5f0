//! Whom the terminal believes: CSCA certificates and what they revoked (TR-03130-1 §2.4.1, §2.4.2).
use super::PassiveAuthError;
use super::certificate::{Certificate, DIGITAL_SIGNATURE};
use super::pem::{PemError, der_or_pem};
use super::public_key::sha_256;
use super::revocation::RevocationList;
use super::signed_data::SignedData;
use crate::der::{Der, DerError, INTEGER, SEQUENCE, SET};
use jiff::civil::Date;
use thiserror::Error;

/// Longest master list: the German one with all countries has about 1 MB.
pub const MASTER_LIST_BYTES_MAX: usize = 8 << 20;
/// Most CSCA certificates kept: one country has about ten, links included.
pub const TRUST_ANCHORS_MAX: usize = 64;
/// Most certificates in a master list.
const MASTER_LIST_CERTIFICATES_MAX: usize = 4096;
/// id-icao-cscaMasterList, 2.23.136.1.1.2 (ICAO 9303-12 §8).
const MASTER_LIST: &[u8] = &[0x67, 0x81, 0x08, 0x01, 0x01, 0x02];
/// The country whose documents have the eID function that this terminal reads.
const COUNTRY: &[u8] = b"de";
/// Document types with the eID function, as in the machine readable zone (TR-03127 §3.4.3): identity card, EU citizens'
/// card; residence permits start with A.
const DOCUMENT_TYPES: [&[u8]; 3] = [b"ID", b"UB", b"A"];

/// What happens when there is no current revocation list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationPolicy {
    /// Documents are refused, but for some days of grace after the list ran out (TR-03130-1 §2.4.2: the list is a must,
    /// and may be cached).
    Required {
        /// Days that a list is used beyond its nextUpdate.
        grace_days: u16,
    },
    /// Documents are accepted; what any list at hand revokes, however old, stays revoked. For tests and for towns whose
    /// provider delivers no lists.
    WhenPresent,
}

/// Who may have signed a master list.
#[derive(Clone, Copy, Debug)]
pub enum MasterListSigner<'a> {
    /// Exactly this certificate (DER or PEM), pinned by the operator.
    Pinned(&'a [u8]),
    /// A master list signer whose certificate a CSCA of the store issued (TR-03130-1 §2.4.3).
    IssuedByStore,
}

/// What came of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Certificates that are trusted now.
    pub added: usize,
    /// Certificates that already were.
    pub known: usize,
    /// Certificates that are none of ours: other countries, other algorithms, links to roots that aren't trusted.
    pub skipped: usize,
}

/// Why something didn't come into the trust store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TrustStoreError {
    /// Longer than its limit.
    #[error("the file is too long")]
    TooLong,
    /// Not DER, or not as its standard says.
    #[error("the file is not encoded as its standard says")]
    Encoding(#[from] DerError),
    /// PEM whose base64 is broken, or with nothing inside.
    #[error("the PEM text is broken")]
    Pem(#[from] PemError),
    /// No German CA certificate with a key on a known curve, or its own signature is wrong, or a link certificate that
    /// no trusted CSCA signed.
    #[error("the certificate is no trustworthy CSCA certificate")]
    NotCsca,
    /// More than [`TRUST_ANCHORS_MAX`].
    #[error("there are too many CSCA certificates")]
    Full,
    /// The master list's signature or structure is wrong.
    #[error("the master list is not signed as ICAO 9303-12 says")]
    MasterList(#[source] PassiveAuthError),
    /// Somebody else than the awaited signer signed the master list.
    #[error("the master list has another signer")]
    MasterListSigner,
    /// No trusted CSCA signed the revocation list.
    #[error("no trusted CSCA signed the revocation list")]
    RevocationListSigner,
    /// There is a newer list of that issuer already.
    #[error("the revocation list is older than the one at hand")]
    OlderRevocationList,
}

/// CSCA certificates and revocation lists.
#[derive(Clone, Debug)]
pub struct TrustStore {
    anchors: Vec<Certificate>,
    lists: Vec<RevocationList>,
    policy: RevocationPolicy,
    generation: [u8; 32],
}

impl TrustStore {
    /// Trusts nobody yet.
    pub fn new(policy: RevocationPolicy) -> Self {
        let seed = match policy {
            RevocationPolicy::Required { grace_days } => grace_days.to_be_bytes().to_vec(),
            RevocationPolicy::WhenPresent => vec![],
        };
        Self {
            anchors: vec![],
            lists: vec![],
            policy,
            generation: sha_256(&[&seed]),
        }
    }

    /// Changes with everything that comes in: names the state of the store in caches.
    pub fn generation(&self) -> [u8; 32] {
        self.generation
    }

    /// How many CSCA certificates are trusted.
    pub fn len(&self) -> usize {
        self.anchors.len()
    }

    /// True when nobody is trusted yet.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// Takes in CSCA certificates that the operator vouches for: DER, or PEM with several. Roots sign themselves; a link
    /// certificate needs its root in the store or in the same file (TR-03130-1 §2.4.1). One that isn't fit is an error and
    /// nothing changes.
    pub fn add_csca(&mut self, certificates: &[u8]) -> Result<Imported, TrustStoreError> {
        let mut parsed = vec![];
        for der in der_or_pem(certificates)? {
            parsed.push(Certificate::parse(&der)?);
        }
        let mut grown = self.clone();
        let imported = grown.add_all(parsed)?;
        if imported.skipped > 0 {
            return Err(TrustStoreError::NotCsca);
        }
        *self = grown;
        Ok(imported)
    }

    /// Takes in the German CSCA certificates of a master list (ICAO 9303-12 §8, TR-03129 C) after checking who signed it.
    /// Others are counted and left out.
    pub fn import_master_list(
        &mut self,
        master_list: &[u8],
        signer: MasterListSigner<'_>,
        today: Date,
    ) -> Result<Imported, TrustStoreError> {
        if master_list.len() > MASTER_LIST_BYTES_MAX {
            return Err(TrustStoreError::TooLong);
        }
        let signed = SignedData::verify(master_list, MASTER_LIST).map_err(TrustStoreError::MasterList)?;
        self.check_master_list_signer(&signed.signer, signer, today)?;
        let mut list = Der::new(signed.content).expect(SEQUENCE)?.inside();
        list.expect(INTEGER)?;
        let items = list.expect(SET)?.inside().all(MASTER_LIST_CERTIFICATES_MAX)?;
        let parsed: Vec<_> = items
            .iter()
            .filter_map(|item| Certificate::parse(item.raw).ok())
            .collect();
        let unreadable = items.len() - parsed.len();
        let mut grown = self.clone();
        let mut imported = grown.add_all(parsed)?;
        imported.skipped += unreadable;
        *self = grown;
        Ok(imported)
    }

    /// Takes in revocation lists (DER or PEM) that CSCAs of the store signed: all of them or none. Each replaces its
    /// issuer's former one, unless it is older.
    pub fn add_revocation_list(&mut self, lists: &[u8]) -> Result<(), TrustStoreError> {
        let mut grown = self.clone();
        for der in der_or_pem(lists)? {
            let list = RevocationList::parse(&der)?;
            if !grown.anchors.iter().any(|csca| list.is_by(csca)) {
                return Err(TrustStoreError::RevocationListSigner);
            }
            let of_issuer = |held: &RevocationList| held.issuer == list.issuer;
            let mut held = grown.lists.iter();
            if held.any(|held| of_issuer(held) && held.this_update > list.this_update) {
                return Err(TrustStoreError::OlderRevocationList);
            }
            grown.lists.retain(|held| !of_issuer(held));
            grown.lists.push(list);
            grown.generation = sha_256(&[&grown.generation, &der]);
        }
        *self = grown;
        Ok(())
    }

    /// The checks on the certificate that signed a document's file (TR-03130-1 §2.4.3 steps 2 and 3).
    pub(super) fn check_document_signer(&self, signer: &Certificate, today: Date) -> Result<(), PassiveAuthError> {
        self.check_path(signer, today)?;
        let extensions = &signer.extensions;
        // Neither another CA nor the signer of master lists: for those keys other rules hold (ICAO 9303-12 §7.1.1.3).
        if extensions.is_ca == Some(true) || extensions.has_extended_key_usage || !may_sign(signer) {
            return Err(PassiveAuthError::SignerUsage);
        }
        let types = extensions.document_types.iter().flatten();
        let is_ours = types.into_iter().all(|kind| is_document_type(kind));
        if !is_ours || signer.subject.country() != Some(COUNTRY) {
            return Err(PassiveAuthError::DocumentType);
        }
        Ok(())
    }

    /// Issued by a CSCA of the store; both valid and not revoked.
    fn check_path(&self, signer: &Certificate, today: Date) -> Result<(), PassiveAuthError> {
        let mut issuers: Vec<_> = self.anchors.iter().filter(|csca| signer.names_issuer(csca)).collect();
        if issuers.is_empty() {
            return Err(PassiveAuthError::UnknownCsca);
        }
        issuers.retain(|csca| signer.is_issued_by(csca));
        if issuers.is_empty() {
            return Err(PassiveAuthError::CscaSignature);
        }
        issuers.retain(|csca| csca.is_valid_on(today));
        if issuers.is_empty() {
            return Err(PassiveAuthError::CscaValidity);
        }
        if !signer.is_valid_on(today) {
            return Err(PassiveAuthError::SignerValidity);
        }
        issuers.retain(|csca| !self.is_revoked(csca));
        if issuers.is_empty() || self.is_revoked(signer) {
            return Err(PassiveAuthError::Revoked);
        }
        match self.policy {
            RevocationPolicy::Required { grace_days } if !self.has_current_list(signer, today, grace_days) => {
                Err(PassiveAuthError::NoCurrentRevocationList)
            }
            RevocationPolicy::Required { .. } | RevocationPolicy::WhenPresent => Ok(()),
        }
    }

    fn is_revoked(&self, certificate: &Certificate) -> bool {
        self.lists_for(certificate).any(|list| list.holds(certificate))
    }

    fn has_current_list(&self, certificate: &Certificate, today: Date, grace_days: u16) -> bool {
        self.lists_for(certificate)
            .any(|list| list.is_current(today, grace_days))
    }

    /// The lists of the certificate's issuer. When there is none, those of all German CSCAs: a CSCA that got a new name
    /// goes on revoking what it issued under the old one, and refusing one document too many is the safe side.
    fn lists_for<'a>(&'a self, certificate: &'a Certificate) -> impl Iterator<Item = &'a RevocationList> {
        let is_own = |list: &RevocationList| list.issuer == certificate.issuer;
        let has_own = self.lists.iter().any(is_own);
        self.lists
            .iter()
            .filter(move |list| !has_own || list.issuer == certificate.issuer)
    }

    fn check_master_list_signer(
        &self,
        found: &Certificate,
        awaited: MasterListSigner<'_>,
        today: Date,
    ) -> Result<(), TrustStoreError> {
        let is_awaited = match awaited {
            MasterListSigner::Pinned(pinned) => {
                return found.is_pinned(pinned, today).map_err(TrustStoreError::MasterList);
            }
            MasterListSigner::IssuedByStore => {
                self.check_path(found, today).map_err(TrustStoreError::MasterList)?;
                found.extensions.signs_master_lists && may_sign(found)
            }
        };
        if is_awaited {
            Ok(())
        } else {
            Err(TrustStoreError::MasterListSigner)
        }
    }

    /// Adds what is fit, over and over until nothing is added any more, since a link may stand before its root.
    fn add_all(&mut self, certificates: Vec<Certificate>) -> Result<Imported, TrustStoreError> {
        let mut imported = Imported::default();
        let mut waiting = certificates;
        loop {
            let before = waiting.len();
            let mut still_waiting = vec![];
            for certificate in waiting {
                if self.anchors.contains(&certificate) {
                    imported.known += 1;
                } else if !self.is_fit(&certificate) {
                    still_waiting.push(certificate);
                } else if self.anchors.len() == TRUST_ANCHORS_MAX {
                    return Err(TrustStoreError::Full);
                } else {
                    self.generation = sha_256(&[&self.generation, &certificate.der]);
                    self.anchors.push(certificate);
                    imported.added += 1;
                }
            }
            waiting = still_waiting;
            if waiting.len() == before {
                imported.skipped = before;
                return Ok(imported);
            }
        }
    }

    fn is_fit(&self, certificate: &Certificate) -> bool {
        let is_ours = certificate.subject.country() == Some(COUNTRY) && certificate.may_issue();
        // A root, or a link; after a change of the key alone a link has one name twice as well.
        let is_signed =
            || certificate.is_issued_by(certificate) || self.anchors.iter().any(|csca| certificate.is_issued_by(csca));
        is_ours && certificate.key.is_some() && is_signed()
    }
}

fn may_sign(signer: &Certificate) -> bool {
    signer.may_be_used_for(DIGITAL_SIGNATURE) && !signer.extensions.has_unknown_critical
}

fn is_document_type(kind: &[u8]) -> bool {
    DOCUMENT_TYPES.contains(&kind) || matches!(kind, [b'A', _])
}

//! A terminal's certificates, trust store and blocklist out of the test PKI, as the dialogues want them. For tests and the
//! desk only: the key lies in memory.
use crate::card::Card;
use crate::pki::{SignerKind, SoftSigner, TerminalOrder, TestPki};
use core::time::Duration;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use eid::blocklist::{Blocklist, BlocklistError};
use eid::passive_auth::{MasterListSigner, RevocationPolicy, TrustStore, TrustStoreError};
use eid::{Authority, CertificateFiles, Terminal, TerminalCertificates, TerminalError};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// A terminal that the test PKI has certified.
#[derive(Clone)]
pub struct TestAuthority {
    terminal: Arc<Terminal>,
    signer: Arc<Mutex<SoftSigner>>,
    today: Date,
    clock: fn() -> Duration,
}

/// What the PKI made isn't what the dialogues take: a fault of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum TestAuthorityError {
    #[error("the PKI made no chain of two certificates")]
    Chain,
    #[error("the terminal's certificates")]
    Terminal(#[from] TerminalError),
    #[error("the trust store")]
    Trust(#[from] TrustStoreError),
    #[error("the blocklist")]
    Blocklist(#[from] BlocklistError),
}

impl TestAuthority {
    /// Orders a terminal and takes in the country's certificates, its revocation list and a blocklist with the `revoked`
    /// cards.
    ///
    /// # Errors
    /// [`TestAuthorityError`]; not with a sound PKI.
    pub fn new(pki: &TestPki, order: &TerminalOrder, revoked: &[&Card]) -> Result<Self, TestAuthorityError> {
        let today = pki.today();
        let ordered = pki.terminal(order);
        let [verifier, own] = ordered.chain.as_slice() else {
            return Err(TestAuthorityError::Chain);
        };
        let links = pki.link_certificates();
        let certificates = TerminalCertificates::new(&CertificateFiles {
            terminal: own,
            document_verifier: verifier,
            links: &links.iter().map(Vec::as_slice).collect::<Vec<_>>(),
            description: &ordered.description,
            blocklist_sector: &ordered.blocklist_sector,
            pseudonym_sector: Some(&ordered.sector),
        })?;
        let mut trust = TrustStore::new(RevocationPolicy::Required { grace_days: 1 });
        trust.add_csca(&pki.csca_certificate())?;
        trust.add_revocation_list(&pki.crl(&[], (today, today.saturating_add(jiff::Span::new().days(30)))))?;
        trust.import_master_list(&pki.master_list(), MasterListSigner::IssuedByStore, today)?;
        let mut blocklist = Blocklist::new(&Sha256::digest(&ordered.blocklist_sector));
        let keys: Vec<Vec<u8>> = revoked.iter().filter_map(|card| card.identification_key()).collect();
        let signed = pki.blocklist(&order.sector, &keys);
        blocklist.update_signed(&signed, &pki.signer(SignerKind::Lists).certificate, today)?;
        Ok(Self {
            terminal: Arc::new(Terminal::new(certificates, trust, blocklist)?),
            signer: Arc::new(Mutex::new(ordered.signer())),
            today,
            clock: || Duration::ZERO,
        })
    }

    /// The same with another monotonic clock than one that stands still.
    #[must_use]
    pub fn with_clock(self, clock: fn() -> Duration) -> Self {
        Self { clock, ..self }
    }
}

impl Authority for TestAuthority {
    fn today(&self) -> Date {
        self.today
    }

    fn now(&self) -> Duration {
        (self.clock)()
    }

    fn terminal(&self) -> Option<Arc<Terminal>> {
        Some(Arc::clone(&self.terminal))
    }

    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        self.signer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .sign(holder, message)
    }
}

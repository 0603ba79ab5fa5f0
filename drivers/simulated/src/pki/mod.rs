//! A public key infrastructure for tests and the desk, never for production: whoever knows the seed has every key.
//!
//! It stands where a country's does: CVCA, document verifiers and terminals (TR-03110-3 §2), and the country signing CA
//! with document signers, master list and revocation lists (ICAO Doc 9303-12; TR-03110-3 A.1.2.5).
//!
//! ```
//! use simulated::card::Card;
//! use simulated::pki::{Chat, TerminalOrder, TestPki};
//! let today = jiff::civil::date(2026, 3, 2);
//! let pki = TestPki::seeded(today, 1);
//! let terminal = pki.terminal(&TerminalOrder::new(today, Chat::ALL));
//! let card = Card::erika(&pki); // trusts the CVCA of `pki`
//! assert_eq!(terminal.chain.len(), 2);
//! # drop(card);
//! ```
mod certificate;
mod chat;
mod cms;
mod country;
mod lists;
mod terminal;
mod x509;

pub use crate::curve::Curve;
pub use certificate::Provider;
pub use chat::{Chat, Right};
pub use country::{DocumentSigner, SignerKind};
pub use terminal::{SoftSigner, Terminal, TerminalOrder};

pub(crate) use certificate::{SECTOR, TA_ECDSA_SHA_256, date};
pub(crate) use chat::{AUTHENTICATION_TERMINAL, Role};
pub(crate) use terminal::RI_ECDH_SHA_256;

use crate::curve::Key;
use certificate::Body;
use jiff::civil::Date;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// The whole PKI. Every key is derived from one seed and the key's name, so that runs can be repeated.
pub struct TestPki {
    seed: [u8; 32],
    today: Date,
    /// X.509 certificates carry the parameters of their curves, as German ones do.
    explicit_parameters: bool,
    /// Oldest first.
    cvcas: Vec<Cvca>,
    /// Made when first asked for: signatures of 384 bits take their time.
    signers: [OnceLock<DocumentSigner>; SignerKind::COUNT],
}

/// One generation of the root of the terminals' certificates.
#[derive(Clone)]
pub(crate) struct Cvca {
    pub(crate) holder: String,
    pub(crate) key: Key,
    pub(crate) public: Vec<u8>,
    pub(crate) valid: (Date, Date),
    /// Self-signed.
    certificate: Vec<u8>,
    /// Signed by the generation before, if there is one.
    link: Option<Vec<u8>>,
}

impl TestPki {
    /// A PKI with one CVCA, `DETESTeID00001`, that began 400 days before `today` and holds three years.
    pub fn new(today: Date, rng: &mut impl CryptoRng) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        let mut pki = Self {
            seed,
            today,
            explicit_parameters: true,
            cvcas: vec![],
            signers: Default::default(),
        };
        pki.roll_over(pki.day(-400), pki.day(695));
        pki
    }

    /// A PKI whose keys all come from a number, the same at every run.
    pub fn seeded(today: Date, seed: u64) -> Self {
        Self::new(today, &mut StdRng::seed_from_u64(seed))
    }

    /// The same PKI, whose X.509 certificates name their curves instead of carrying the parameters: OpenSSL 3 verifies
    /// no chain with explicit parameters.
    #[must_use]
    pub fn naming_curves(mut self) -> Self {
        self.explicit_parameters = false;
        self.signers = Default::default();
        self
    }

    /// The day for which everything is issued.
    pub fn today(&self) -> Date {
        self.today
    }

    /// Starts the next CVCA (`…00002`) with a link certificate. Terminals issued from now on stand below it; cards made
    /// before know the older ones only and need the link.
    pub fn roll_over(&mut self, valid_from: Date, valid_until: Date) {
        let holder = format!("DETESTeID{:05}", self.cvcas.len() + 1);
        let key = self.key(Curve::BrainpoolP256, &holder);
        let public = key.public();
        let body = |authority| Body {
            authority,
            holder: &holder,
            terminal_type: AUTHENTICATION_TERMINAL,
            role: Role::Cvca,
            rights: Chat::ALL,
            public: &public,
            valid: (valid_from, valid_until),
            extensions: vec![],
        };
        let certificate = body(&holder).signed(&key);
        let link = self.cvcas.last().map(|before| body(&before.holder).signed(&before.key));
        let cvca = Cvca {
            key,
            public: public.clone(),
            valid: (valid_from, valid_until),
            certificate,
            link,
            holder: holder.clone(),
        };
        self.cvcas.push(cvca);
    }

    /// Self-signed certificate of the newest CVCA.
    pub fn cvca_certificate(&self) -> &[u8] {
        &self.newest_cvca().certificate
    }

    /// Link certificates, oldest first; none before [`Self::roll_over`].
    pub fn link_certificates(&self) -> Vec<Vec<u8>> {
        self.cvcas.iter().filter_map(|cvca| cvca.link.clone()).collect()
    }

    /// The CVCAs that a card made now trusts: the newest, and the one before it.
    pub(crate) fn trust_points(&self) -> &[Cvca] {
        &self.cvcas[self.cvcas.len().saturating_sub(2)..]
    }

    fn newest_cvca(&self) -> &Cvca {
        &self.cvcas[self.cvcas.len() - 1]
    }

    /// The key of that name.
    pub(crate) fn key(&self, curve: Curve, name: &str) -> Key {
        Key::generate(curve, &mut self.random(name))
    }

    /// Random numbers that belong to that name.
    pub(crate) fn random(&self, name: &str) -> StdRng {
        let seed = Sha256::new().chain_update(self.seed).chain_update(name).finalize();
        StdRng::from_seed(seed.into())
    }

    pub(crate) fn day(&self, days: i32) -> Date {
        self.today.saturating_add(jiff::Span::new().days(days))
    }
}

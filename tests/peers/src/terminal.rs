//! Terminals for the emulated card: certificates by OpenPACE, trust and lists by OpenSSL, the key in SoftHSM's token.
use crate::emulated_card::pki;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use eid::blocklist::Blocklist;
use eid::passive_auth::{RevocationPolicy, TrustStore};
use eid::{Authority, CertificateFiles, Terminal, TerminalCertificates};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use signer::pkcs11::{Pkcs11Config, Pkcs11Signer};
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a terminal is made of: names of files in the folder of `prepare.sh`, and of a token.
pub struct Made {
    /// Document verifier's certificate.
    pub verifier: &'static str,
    /// The terminal's own, and its description.
    pub own: &'static str,
    /// Country signing CA whose certificate and revocation list are trusted.
    pub csca: &'static str,
    pub blocklist: &'static str,
    pub token: &'static str,
}

/// One with which everything is right.
pub const RIGHT: Made = Made {
    verifier: "dv",
    own: "term",
    csca: "csca",
    blocklist: "blocklist",
    token: "Rathaus",
};

pub struct PeerAuthority {
    terminal: Arc<Terminal>,
    signer: Pkcs11Signer,
    today: Date,
    begin: Instant,
}

impl PeerAuthority {
    pub fn new(made: &Made) -> Self {
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let read = |name: String| fs::read(pki(&name)).expect("a file of prepare.sh");
        let sector = read("sector.key".into());
        let certificates = TerminalCertificates::new(&CertificateFiles {
            terminal: &read(format!("{}.cvcert", made.own)),
            document_verifier: &read(format!("{}.cvcert", made.verifier)),
            links: &[],
            description: &read(format!("{}.desc", made.own)),
            blocklist_sector: &sector,
            pseudonym_sector: None,
        })
        .expect("OpenPACE's certificates make a terminal");
        let mut trust = TrustStore::new(RevocationPolicy::Required { grace_days: 0 });
        trust.add_csca(&read(format!("{}.pem", made.csca))).expect("a CSCA");
        trust
            .add_revocation_list(&read(format!("{}.crl", made.csca)))
            .expect("its revocation list");
        let mut blocklist = Blocklist::new(&Sha256::digest(&sector));
        blocklist
            .update_signed(
                &read(format!("{}.bin", made.blocklist)),
                &read("lists.pem".into()),
                today,
            )
            .expect("a blocklist");
        let signer = Pkcs11Signer::new(Pkcs11Config {
            module: "/usr/lib/softhsm/libsofthsm2.so".into(),
            token_label: made.token.into(),
            token_serial: None,
            pin_file: pki("token.pin"),
        });
        Self {
            terminal: Arc::new(Terminal::new(certificates, trust, blocklist).expect("a terminal")),
            signer,
            today,
            begin: Instant::now(),
        }
    }
}

impl Authority for PeerAuthority {
    fn today(&self) -> Date {
        self.today
    }

    fn now(&self) -> Duration {
        self.begin.elapsed()
    }

    fn terminal(&self) -> Option<Arc<Terminal>> {
        Some(Arc::clone(&self.terminal))
    }

    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        self.signer.sign(holder, message)
    }
}

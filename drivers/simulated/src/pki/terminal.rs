//! Terminals: their certificate, the key in memory, the sectors.
use super::certificate::{Body, Provider, description_extension, sector_extension};
use super::chat::{AUTHENTICATION_TERMINAL, Chat, INSPECTION_SYSTEM, Role};
use super::{Cvca, TestPki};
use crate::curve::{Curve, Key, agree_256};
use crate::der;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// id-RI-ECDH-SHA-256.
pub(crate) const RI_ECDH_SHA_256: &str = "0.4.0.127.0.7.2.2.5.2.3";

/// What is asked of the PKI for a terminal.
#[derive(Clone, Debug)]
pub struct TerminalOrder {
    /// Certificate holder reference, at most 16 bytes.
    pub holder: String,
    /// Rights in the terminal's certificate.
    pub rights: Chat,
    /// Rights in the document verifier's certificate.
    pub verifier_rights: Chat,
    /// Below the official domestic document verifier; otherwise the non-official one.
    pub official: bool,
    /// First and last day of the terminal's certificate.
    pub valid: (Date, Date),
    /// First and last day of the document verifier's certificate.
    pub verifier_valid: (Date, Date),
    /// The terminal's certificate is one of an inspection system: cards refuse it after PACE as authentication terminal.
    pub inspection_system: bool,
    /// Who asks.
    pub provider: Provider,
    /// Name of the sector; terminals of one name get the same pseudonym from a card.
    pub sector: String,
}

impl TerminalOrder {
    /// A terminal of the made-up town hall with these rights, valid from yesterday for 14 days, below the non-official
    /// document verifier as every service provider's.
    pub fn new(today: Date, rights: Chat) -> Self {
        let day = |days: i32| today.saturating_add(jiff::Span::new().days(days));
        Self {
            holder: "DETESTAT00001".into(),
            rights,
            verifier_rights: Chat::ALL,
            official: false,
            valid: (day(-1), day(13)),
            verifier_valid: (day(-30), day(60)),
            inspection_system: false,
            provider: Provider::musterstadt(),
            sector: "musterstadt".into(),
        }
    }
}

/// A terminal as the PKI delivered it.
#[derive(Clone)]
pub struct Terminal {
    /// Certificates of document verifier and terminal (`7F21 …`), below [`TestPki::cvca_certificate`] of its day.
    pub chain: Vec<Vec<u8>>,
    /// `CertificateDescription`; its hash stands in the terminal's certificate.
    pub description: Vec<u8>,
    /// First sector: public key with domain parameters (`7F49 …`), for pseudonyms.
    pub sector: Vec<u8>,
    /// Second sector, likewise, for the blocklist.
    pub blocklist_sector: Vec<u8>,
    holder: Vec<u8>,
    key: Key,
}

impl Terminal {
    /// The terminal's key, ready to sign.
    pub fn signer(&self) -> SoftSigner {
        SoftSigner {
            holder: self.holder.clone(),
            key: self.key.clone(),
        }
    }

    /// Certificate holder reference of the terminal.
    pub fn holder(&self) -> &[u8] {
        &self.holder
    }
}

/// The terminal's key in memory: for desk and tests only. A real terminal's key is somewhere else.
pub struct SoftSigner {
    holder: Vec<u8>,
    key: Key,
}

impl TerminalSigner for SoftSigner {
    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        if holder != self.holder {
            return Err(SignerTrouble::UnknownHolder);
        }
        Ok(self.key.sign(message))
    }
}

impl TestPki {
    /// Issues a terminal below the newest CVCA.
    pub fn terminal(&self, order: &TerminalOrder) -> Terminal {
        let cvca = self.newest_cvca();
        let (verifier, verifier_key) = self.verifier(cvca, order);
        let key = self.key(Curve::BrainpoolP256, &format!("terminal {}", order.holder));
        let description = order.provider.description();
        let (sector, blocklist_sector) = (self.sector(&order.sector), self.blocklist_sector(&order.sector));
        let certificate = Body {
            authority: verifier_name(order.official),
            holder: &order.holder,
            terminal_type: if order.inspection_system {
                INSPECTION_SYSTEM
            } else {
                AUTHENTICATION_TERMINAL
            },
            role: Role::Terminal,
            rights: order.rights,
            public: &key.public(),
            valid: order.valid,
            extensions: vec![
                description_extension(&description),
                sector_extension(&sector, &blocklist_sector),
            ],
        };
        Terminal {
            chain: vec![verifier, certificate.signed(&verifier_key)],
            description,
            sector,
            blocklist_sector,
            holder: order.holder.clone().into_bytes(),
            key,
        }
    }

    fn verifier(&self, cvca: &Cvca, order: &TerminalOrder) -> (Vec<u8>, Key) {
        let holder = verifier_name(order.official);
        let key = self.key(Curve::BrainpoolP256, holder);
        let certificate = Body {
            authority: &cvca.holder,
            holder,
            terminal_type: AUTHENTICATION_TERMINAL,
            role: if order.official {
                Role::DomesticDv
            } else {
                Role::ForeignDv
            },
            rights: order.verifier_rights,
            public: &key.public(),
            valid: order.verifier_valid,
            extensions: vec![],
        };
        (certificate.signed(&cvca.key), key)
    }

    /// First sector's public key of that name.
    pub(super) fn sector(&self, name: &str) -> Vec<u8> {
        self.sector_public(&format!("sector {name}"))
    }

    pub(super) fn blocklist_sector(&self, name: &str) -> Vec<u8> {
        self.sector_public(&format!("blocklist sector {name}"))
    }

    /// `PK_Sector = KA(SK_Sector, PK_Revocation)` (TR-03110-3 §2.8.3), as a public key data object.
    fn sector_public(&self, label: &str) -> Vec<u8> {
        let revocation = self.key(Curve::BrainpoolP256, "revocation sector").public();
        let point = self.agree(label, &revocation);
        let key = Curve::BrainpoolP256.card_verifiable_key(RI_ECDH_SHA_256, &point, true);
        der::tlv(0x7F49, &[&key])
    }

    /// The id under which the card of that identification key is known in the first sector of that name: the same as
    /// the card tells for its blocklist key. (The key for pseudonyms proper is known to the card alone.)
    pub fn sector_id(&self, sector: &str, identification_key: &[u8]) -> [u8; 32] {
        self.transformed(&format!("sector {sector}"), identification_key)
    }

    /// The id under which the card of that identification key is known in the blocklist sector of that name: computed from
    /// the card's public key by the way of CVCA and document verifier (TR-03110-3 §2.8.3). All zeros for no point.
    pub fn blocklist_id(&self, sector: &str, identification_key: &[u8]) -> [u8; 32] {
        self.transformed(&format!("blocklist sector {sector}"), identification_key)
    }

    fn transformed(&self, label: &str, identification_key: &[u8]) -> [u8; 32] {
        let at_cvca = self.agree("revocation sector", identification_key);
        let at_verifier = self.agree(label, &at_cvca);
        match at_verifier.get(1..33) {
            Some(x) => Sha256::digest(x).into(),
            None => [0; 32],
        }
    }

    /// Key agreement of the key of that label with a point; empty for no point.
    fn agree(&self, label: &str, public: &[u8]) -> Vec<u8> {
        match self.key(Curve::BrainpoolP256, label) {
            Key::P256(secret) => agree_256(&secret, public).unwrap_or_default(),
            Key::P384(_) => vec![],
        }
    }
}

fn verifier_name(official: bool) -> &'static str {
    if official { "DETESTDVAT00001" } else { "DETESTDVDE00001" }
}

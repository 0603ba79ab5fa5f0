//! The terminal's certificates as one set: CVCA root and links, document verifier, terminal, and the descriptions that
//! citizens read. They belong together and change together, so they are one file.
//!
//! A new terminal certificate comes in only through [`Chain::accept`]: signed along a path from a CVCA that was in the
//! set before, for the key that was asked for. What was in the set at installation is the trust anchor.
use crate::certificate::{CertificateError, CvCertificate, HolderReference, Role};
use crate::curve::{Curve, Digest};
use crate::time::UnixTime;
use apdu::tlv::{self, Tag, TlvError};
use thiserror::Error;

/// Largest set: certificates of some hundred bytes and descriptions of some kilobytes.
pub const CHAIN_BYTES_MAX: usize = 512 * 1024;

/// Most certificates and descriptions together: a CVCA lives three years, a card ten.
pub const CHAIN_OBJECTS_MAX: usize = 64;

/// A certificate description is a SEQUENCE (TR-03110-4 2.2.6).
const DESCRIPTION: Tag = Tag(0x30);

/// Why a set can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ChainError {
    /// More than [`CHAIN_BYTES_MAX`] or [`CHAIN_OBJECTS_MAX`].
    #[error("the set of certificates is too large")]
    TooLarge,
    /// It is not made of data objects 7F21 and 30.
    #[error("the set of certificates can't be read: {0}")]
    Tlv(#[from] TlvError),
    /// One of its certificates.
    #[error("number {number} of the set of certificates: {source}")]
    Certificate {
        /// Which, from 1.
        number: usize,
        /// What is wrong with it.
        source: CertificateError,
    },
}

/// Why a new certificate isn't taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// None of the certificates that came is for the key that was asked for.
    #[error("no certificate came for {0}")]
    NotThere(HolderReference),
    /// It is for another public key.
    #[error("the certificate for {0} is for another key")]
    OtherKey(HolderReference),
    /// It isn't one for an authentication terminal.
    #[error("the certificate for {0} isn't an authentication terminal's")]
    Role(HolderReference),
    /// Its last day is over.
    #[error("the certificate for {0} has expired")]
    Expired(HolderReference),
    /// There is no path of signatures from a trusted CVCA.
    #[error("the certificate for {0} isn't signed along a path from a trusted CVCA")]
    Untrusted(HolderReference),
    /// The set would get too large.
    #[error("the set of certificates gets too large")]
    TooLarge,
}

/// A set of certificates and descriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    certificates: Vec<CvCertificate>,
    descriptions: Vec<Vec<u8>>,
}

impl Chain {
    /// Reads a set: data objects 7F21 (certificates) and 30 (descriptions), one after the other, in any order.
    pub fn parse(bytes: &[u8]) -> Result<Self, ChainError> {
        if bytes.len() > CHAIN_BYTES_MAX {
            return Err(ChainError::TooLarge);
        }
        let mut chain = Self::default();
        let mut rest = bytes;
        while !rest.is_empty() {
            let number = chain.objects() + 1;
            if number > CHAIN_OBJECTS_MAX {
                return Err(ChainError::TooLarge);
            }
            let header = tlv::header(rest)?;
            let (object, others) = rest
                .split_at_checked(header.header_bytes + header.value_bytes)
                .ok_or(TlvError::Truncated)?;
            if header.tag == DESCRIPTION {
                chain.descriptions.push(object.to_vec());
            } else {
                let parsed = CvCertificate::parse(object);
                chain
                    .certificates
                    .push(parsed.map_err(|source| ChainError::Certificate { number, source })?);
            }
            rest = others;
        }
        Ok(chain)
    }

    /// The set as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let certificates = self.certificates.iter().map(CvCertificate::as_bytes);
        certificates
            .chain(self.descriptions.iter().map(Vec::as_slice))
            .collect::<Vec<_>>()
            .concat()
    }

    /// All certificates.
    pub fn certificates(&self) -> &[CvCertificate] {
        &self.certificates
    }

    /// The terminal's certificates.
    pub fn terminals(&self) -> impl Iterator<Item = &CvCertificate> {
        self.certificates
            .iter()
            .filter(|certificate| certificate.role() == Role::Terminal)
    }

    /// The terminal certificate to use now: valid as is its document verifier's, with its description at hand, the one
    /// that lasts longest.
    pub fn terminal_at(&self, now: UnixTime) -> Option<&CvCertificate> {
        let usable = |certificate: &&CvCertificate| {
            certificate.is_valid_at(now)
                && self.is_described(certificate)
                && self
                    .verifier_of(certificate)
                    .is_some_and(|verifier| verifier.is_valid_at(now))
        };
        self.terminals()
            .filter(usable)
            .max_by_key(|certificate| (certificate.expires(), certificate.effective()))
    }

    /// The document verifier that signed a terminal's certificate; of several with its name the one that lasts longest.
    pub fn verifier_of(&self, terminal: &CvCertificate) -> Option<&CvCertificate> {
        let verifiers = self
            .verifiers()
            .filter(|verifier| verifier.holder() == terminal.authority());
        verifiers.max_by_key(|verifier| verifier.expires())
    }

    /// The description that belongs to a certificate, found by its hash (SHA-256, 384 or 512, told by its length).
    pub fn description_of(&self, certificate: &CvCertificate) -> Option<&[u8]> {
        self.description_with(certificate.description_hash()?)
    }

    /// True unless the certificate names a description that isn't there.
    pub fn is_described(&self, certificate: &CvCertificate) -> bool {
        certificate.description_hash().is_none() || self.description_of(certificate).is_some()
    }

    /// What a card that trusts the key `trusted` has to be shown, in this order: links, document verifier, `terminal`.
    /// `None` when no path leads there (TR-03110-2 3.3; expired links are shown, cards take them).
    pub fn path_from(&self, trusted: &HolderReference, terminal: &CvCertificate) -> Option<Vec<CvCertificate>> {
        let mut path = vec![terminal.clone()];
        for _ in 0..CHAIN_OBJECTS_MAX {
            let authority = path.last()?.authority();
            if authority == trusted {
                path.reverse();
                return Some(path);
            }
            let is_step =
                |issuer: &&CvCertificate| issuer.holder() == authority && issuer.authority() != issuer.holder();
            path.push(self.certificates.iter().find(is_step)?.clone());
        }
        None
    }

    /// The curve of a certificate's key: its own or its issuer's domain parameters (TR-03110-3 D.3.3).
    pub fn curve_of(&self, certificate: &CvCertificate) -> Option<Curve> {
        curve_in(&self.certificates, certificate)
    }

    /// The set with the certificate for `holder` and `point` out of `received` in it, once everything about it was
    /// proved: path of signatures, key, role, last day. Document verifiers that expired go; terminal certificates stay
    /// until [`Chain::without`] takes them, because each stands for a key.
    pub fn accept(
        &self,
        received: &[CvCertificate],
        holder: &HolderReference,
        point: &[u8],
        now: UnixTime,
    ) -> Result<Self, Refusal> {
        let mut terminals = received.iter().filter(|certificate| certificate.holder() == holder);
        let terminal = terminals.next().ok_or_else(|| Refusal::NotThere(holder.clone()))?;
        if terminal.point() != point {
            return Err(Refusal::OtherKey(holder.clone()));
        }
        if terminal.role() != Role::Terminal || !terminal.is_authentication_terminal() {
            return Err(Refusal::Role(holder.clone()));
        }
        if terminal.expires().end() <= now {
            return Err(Refusal::Expired(holder.clone()));
        }
        let mut pool = self.proved_authorities(received, now);
        let curve = curve_with(&pool, terminal);
        let is_proved = |issuer: &CvCertificate| {
            issuer.is_verifier() && curve.is_some_and(|curve| terminal.is_signed_by(issuer, curve))
        };
        if !pool.iter().any(is_proved) {
            return Err(Refusal::Untrusted(holder.clone()));
        }
        pool.extend(self.terminals().filter(|present| present.holder() != holder).cloned());
        pool.push(terminal.clone());
        let chain = Self {
            certificates: pool,
            descriptions: self.descriptions.clone(),
        }
        .tidied();
        if chain.fits() {
            Ok(chain)
        } else {
            Err(Refusal::TooLarge)
        }
    }

    /// The set with those CVCA links and document verifiers of `received` in it that are proved by what was there
    /// before; itself if it would get too large.
    pub fn with_authorities(&self, received: &[CvCertificate], now: UnixTime) -> Self {
        let mut certificates = self.proved_authorities(received, now);
        certificates.extend(self.terminals().cloned());
        let chain = Self {
            certificates,
            descriptions: self.descriptions.clone(),
        };
        if chain.fits() { chain } else { self.clone() }
    }

    /// The set with a description in it; `None` when no certificate names its hash or the set would get too large.
    pub fn with_description(&self, description: &[u8]) -> Option<Self> {
        let mut chain = self.clone();
        let header = tlv::header(description)
            .ok()
            .filter(|header| header.tag == DESCRIPTION)?;
        if header.header_bytes + header.value_bytes != description.len() {
            return None;
        }
        if !chain.descriptions.iter().any(|present| present == description) {
            chain.descriptions.push(description.to_vec());
        }
        let chain = chain.tidied();
        let is_wanted = chain.descriptions.iter().any(|present| present == description);
        (is_wanted && chain.fits()).then_some(chain)
    }

    /// The set without a terminal's certificate: its key is gone.
    pub fn without(&self, holder: &HolderReference) -> Self {
        let mut chain = self.clone();
        chain
            .certificates
            .retain(|certificate| certificate.role() != Role::Terminal || certificate.holder() != holder);
        chain.tidied()
    }

    /// Leaves out descriptions that nobody names.
    fn tidied(mut self) -> Self {
        let hashes: Vec<Vec<u8>> = self
            .terminals()
            .filter_map(|c| c.description_hash().map(<[u8]>::to_vec))
            .collect();
        self.descriptions
            .retain(|description| hashes.iter().any(|hash| has_hash(description, hash)));
        self
    }

    /// CVCA certificates of the set, and what they prove: links, and document verifiers valid now.
    fn proved_authorities(&self, received: &[CvCertificate], now: UnixTime) -> Vec<CvCertificate> {
        let mut pool: Vec<CvCertificate> = self.cvcas().cloned().collect();
        add_proved(&mut pool, received.iter().filter(|certificate| certificate.is_cvca()));
        let verifiers = self
            .certificates
            .iter()
            .chain(received)
            .filter(|certificate| certificate.is_verifier());
        let verifiers: Vec<CvCertificate> = verifiers
            .filter(|certificate| certificate.is_valid_at(now))
            .cloned()
            .collect();
        add_proved(&mut pool, verifiers.iter());
        pool
    }

    fn fits(&self) -> bool {
        self.objects() <= CHAIN_OBJECTS_MAX && self.encode().len() <= CHAIN_BYTES_MAX
    }

    fn objects(&self) -> usize {
        self.certificates.len() + self.descriptions.len()
    }

    fn cvcas(&self) -> impl Iterator<Item = &CvCertificate> {
        self.certificates.iter().filter(|certificate| certificate.is_cvca())
    }

    fn verifiers(&self) -> impl Iterator<Item = &CvCertificate> {
        self.certificates.iter().filter(|certificate| certificate.is_verifier())
    }

    fn description_with(&self, hash: &[u8]) -> Option<&[u8]> {
        self.descriptions
            .iter()
            .map(Vec::as_slice)
            .find(|description| has_hash(description, hash))
    }
}

/// Adds those certificates of `candidates` to `pool` whose signature leads to a CVCA in it, until no more do.
fn add_proved<'a>(pool: &mut Vec<CvCertificate>, candidates: impl Iterator<Item = &'a CvCertificate>) {
    let mut open: Vec<&CvCertificate> = candidates
        .take(CHAIN_OBJECTS_MAX)
        .filter(|c| !pool.contains(c))
        .collect();
    loop {
        let before = open.len();
        open.retain(|candidate| {
            let curve_of = |issuer: &CvCertificate| curve_in(pool, issuer);
            let is_proved = pool.iter().any(|issuer| {
                issuer.is_cvca()
                    && candidate.authority() != candidate.holder()
                    && curve_of(issuer).is_some_and(|curve| candidate.is_signed_by(issuer, curve))
            });
            if is_proved {
                pool.push((*candidate).clone());
            }
            !is_proved
        });
        if open.len() == before {
            return;
        }
    }
}

/// The curve on which the issuer of `certificate` signs, for a certificate that isn't in the pool yet.
fn curve_with(pool: &[CvCertificate], certificate: &CvCertificate) -> Option<Curve> {
    let issuer = pool.iter().find(|issuer| issuer.holder() == certificate.authority())?;
    curve_in(pool, issuer)
}

fn curve_in(pool: &[CvCertificate], certificate: &CvCertificate) -> Option<Curve> {
    let mut at = certificate;
    for _ in 0..CHAIN_OBJECTS_MAX {
        if let Some(curve) = at.curve() {
            return Some(curve);
        }
        // Of a link and a self-signed certificate with the same reference, the one that tells its parameters.
        let is_issuer = |issuer: &&CvCertificate| issuer.holder() == at.authority();
        at = pool
            .iter()
            .filter(is_issuer)
            .max_by_key(|issuer| issuer.curve().is_some())?;
    }
    None
}

fn has_hash(description: &[u8], hash: &[u8]) -> bool {
    let digest = match hash.len() {
        32 => Digest::Sha256,
        48 => Digest::Sha384,
        64 => Digest::Sha512,
        _ => return false,
    };
    digest.hash(description) == hash
}

//! The terminal as the card sees it: its certificates, what it may ask, whom it trusts and which cards are blocked.
use crate::blocklist::Blocklist;
use crate::chat::{Basis, Chat, Role};
use crate::cv_certificate::{CertificateError, CvCertificate, Reference};
use crate::description::{CertificateDescription, DescriptionError};
use crate::passive_auth::{KnownFiles, PassiveAuthError, SecuredInfos, TrustStore};
use apdu::tlv::{self, Reader, Tag, TlvError};
use drivers_api::card::{CardFailure, ProviderCertificate, ReadRequest};
use jiff::civil::Date;
use std::sync::{Mutex, PoisonError};
use thiserror::Error;
use zeroize::Zeroizing;

const PUBLIC_KEY: Tag = Tag(0x7F49);
/// Most link certificates: one is made in three years, and a card lives for ten.
pub const LINKS_MAX: usize = 8;
/// Longest sector public key: 512-bit parameters and point have some 700 bytes.
pub const SECTOR_KEY_BYTES_MAX: usize = 1024;

/// Why files make no terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TerminalError {
    /// One of the certificates can't be read.
    #[error("a certificate can't be read")]
    Certificate(#[from] CertificateError),
    /// The description can't be read.
    #[error("the certificate description can't be read")]
    Description(#[from] DescriptionError),
    /// A sector public key is no public key object.
    #[error("a sector public key can't be read")]
    SectorKey(#[from] TlvError),
    /// A certificate has another role than its place asks for, or isn't of authentication terminals.
    #[error("a certificate has the wrong role")]
    Role,
    /// The terminal's certificate wasn't issued by that document verifier.
    #[error("the certificates don't make a chain")]
    Chain,
    /// More than [`LINKS_MAX`] link certificates, or a sector key of more than [`SECTOR_KEY_BYTES_MAX`].
    #[error("too many link certificates, or a sector key is too long")]
    TooMuch,
    /// The certificate holds another description's hash, or none.
    #[error("the description isn't the certificate's")]
    DescriptionHash,
    /// There is no blocklist yet: a card that can't be looked up isn't read (PAuswG §18(3)).
    #[error("no complete blocklist has come yet")]
    Blocklist,
    /// The certificate holds hashes of other sector public keys.
    #[error("a sector public key isn't the certificate's")]
    SectorHash,
}

/// The files that make a terminal.
#[derive(Clone, Copy, Debug)]
pub struct CertificateFiles<'a> {
    /// The terminal's certificate.
    pub terminal: &'a [u8],
    /// The certificate of the document verifier that issued it.
    pub document_verifier: &'a [u8],
    /// Link certificates of the CVCA, for cards with an older trust point; in any order, a self-signed one does no harm.
    pub links: &'a [&'a [u8]],
    /// The certificate description.
    pub description: &'a [u8],
    /// Public key of the sector in which this terminal's blocklist is made (object 7F49 with parameters). There is no
    /// terminal without it: a card that can't be looked up isn't read.
    pub blocklist_sector: &'a [u8],
    /// Public key of the sector of pseudonyms, if it is another one.
    pub pseudonym_sector: Option<&'a [u8]>,
}

/// A sector's public key and its place in the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SectorKey {
    inside: Vec<u8>,
    second: bool,
}

impl SectorKey {
    fn of(bytes: &[u8], certificate: &CvCertificate, issuer: &CvCertificate) -> Result<Self, TerminalError> {
        if bytes.len() > SECTOR_KEY_BYTES_MAX {
            return Err(TerminalError::TooMuch);
        }
        let mut outer = Reader::new(bytes);
        let inside = outer.expect(PUBLIC_KEY)?.value.to_vec();
        outer.finish()?;
        // The hash is over the object, and is the one with which the certificate was signed (TR-03110-3 C.3.2.1).
        let hash = issuer.hash().of(bytes);
        let hashes = certificate.sector_hashes();
        let [first, second] = hashes.map(|told| told == Some(hash.as_slice()));
        // Without a sector in the certificate it is for the card to take the key or not.
        match (first || hashes == [None, None], second) {
            (true, _) => Ok(Self { inside, second: false }),
            (false, true) => Ok(Self { inside, second: true }),
            (false, false) => Err(TerminalError::SectorHash),
        }
    }

    /// The object that stands in GENERAL AUTHENTICATE for 7F49 (TR-03110-3 B.4.1).
    pub(crate) fn object(&self) -> Zeroizing<Vec<u8>> {
        tlv::encode(Tag(if self.second { 0xA2 } else { 0xA0 }), &self.inside)
    }

    /// Tag of the identifier that the card answers (TR-03110-3 B.4).
    pub(crate) fn answer_tag(&self) -> Tag {
        Tag(if self.second { 0x83 } else { 0x81 })
    }
}

/// Certificates that fit together, with their description and sector keys. Public data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalCertificates {
    terminal: CvCertificate,
    document_verifier: CvCertificate,
    links: Vec<CvCertificate>,
    description: CertificateDescription,
    description_bytes: Vec<u8>,
    blocklist_sector: SectorKey,
    pseudonym_sector: Option<SectorKey>,
    effective: Chat,
}

impl TerminalCertificates {
    /// Reads the files and checks that they belong together. Signatures are verified by the card.
    ///
    /// # Errors
    /// [`TerminalError`] says which file, or what doesn't fit.
    pub fn new(files: &CertificateFiles<'_>) -> Result<Self, TerminalError> {
        if files.links.len() > LINKS_MAX {
            return Err(TerminalError::TooMuch);
        }
        let terminal = CvCertificate::parse(files.terminal)?;
        let document_verifier = CvCertificate::parse(files.document_verifier)?;
        let links = files
            .links
            .iter()
            .map(|bytes| CvCertificate::parse(bytes))
            .collect::<Result<Vec<_>, _>>()?;
        let of_terminal = chat_in_role(&terminal, |role| role == Role::Terminal)?;
        let is_verifier = |role| matches!(role, Role::DvOfficialDomestic | Role::DvOther);
        let mut effective = of_terminal.and(chat_in_role(&document_verifier, is_verifier)?);
        if terminal.authority() != document_verifier.holder() {
            return Err(TerminalError::Chain);
        }
        for link in &links {
            let of_link = chat_in_role(link, |role| role == Role::Cvca)?;
            if link.holder() == document_verifier.authority() {
                effective = effective.and(of_link);
            }
        }
        let description_hash = document_verifier.hash().of(files.description);
        if terminal.description_hash() != Some(description_hash.as_slice()) {
            return Err(TerminalError::DescriptionHash);
        }
        let sector = |bytes| SectorKey::of(bytes, &terminal, &document_verifier);
        Ok(Self {
            description: CertificateDescription::parse(files.description)?,
            description_bytes: files.description.to_vec(),
            blocklist_sector: sector(files.blocklist_sector)?,
            pseudonym_sector: files.pseudonym_sector.map(sector).transpose()?,
            terminal,
            document_verifier,
            links,
            effective,
        })
    }

    /// The terminal's own certificate.
    pub fn terminal(&self) -> &CvCertificate {
        &self.terminal
    }

    /// The document verifier's certificate.
    pub fn document_verifier(&self) -> &CvCertificate {
        &self.document_verifier
    }

    /// What all certificates together grant (TR-03110-3 §2.7), as far as they are at hand.
    pub fn effective(&self) -> Chat {
        self.effective
    }

    /// The description's bytes, as a reader with a display wants them (TR-03119 D.2).
    pub fn description_bytes(&self) -> &[u8] {
        &self.description_bytes
    }

    /// Whether both certificates are valid on that day. Expired link certificates are accepted by cards (TR-03110-3 §2.5).
    pub fn valid_on(&self, day: Date) -> bool {
        self.terminal.valid_on(day) && self.document_verifier.valid_on(day)
    }

    /// What a citizen reads about who asks (PAuswG §18(4)).
    pub fn provider(&self) -> ProviderCertificate {
        let text = &self.description;
        ProviderCertificate {
            subject_name: text.subject_name.clone(),
            subject_url: text.subject_url.clone(),
            issuer_name: text.issuer_name.clone(),
            issuer_url: text.issuer_url.clone(),
            terms_of_usage: text.terms_of_usage.clone(),
            valid_from: self.terminal.valid_from(),
            valid_until: self.terminal.valid_until(),
            rights: self.effective.rights(),
        }
    }

    /// The certificates to send to a card with those trust points, in order: link certificates if its trust points are
    /// older than the document verifier's, then the document verifier's, then the terminal's. `None` when no way leads there.
    pub fn path_for(&self, current: &Reference, previous: Option<&Reference>) -> Option<Vec<&CvCertificate>> {
        let mut path = [Some(current), previous]
            .into_iter()
            .flatten()
            .filter_map(|trust_point| self.links_from(trust_point))
            .min_by_key(Vec::len)?;
        path.extend([&self.document_verifier, &self.terminal]);
        Some(path)
    }

    fn links_from(&self, trust_point: &Reference) -> Option<Vec<&CvCertificate>> {
        let goal = self.document_verifier.authority();
        let mut at = trust_point;
        let mut path = vec![];
        while at != goal {
            // Longer than the list means that it goes in a circle.
            if path.len() == self.links.len() {
                return None;
            }
            let link = self
                .links
                .iter()
                .find(|link| link.authority() == at && link.holder() != at)?;
            at = link.holder();
            path.push(link);
        }
        Some(path)
    }

    pub(crate) fn blocklist_sector(&self) -> &SectorKey {
        &self.blocklist_sector
    }

    pub(crate) fn pseudonym_sector(&self) -> &SectorKey {
        self.pseudonym_sector.as_ref().unwrap_or(&self.blocklist_sector)
    }
}

fn chat_in_role(certificate: &CvCertificate, right: impl Fn(Role) -> bool) -> Result<Chat, TerminalError> {
    certificate
        .chat()
        .filter(|chat| right(chat.role()))
        .ok_or(TerminalError::Role)
}

/// Everything a read needs on the terminal's side but the private key, which is somewhere else.
pub struct Terminal {
    certificates: TerminalCertificates,
    trust: TrustStore,
    blocklist: Blocklist,
    /// Files of card generations that passed today, so that the mathematics is done once (TR-03127 §3.4.5).
    known: Mutex<KnownFiles>,
}

impl Terminal {
    /// A terminal with those certificates, which trusts those issuers of cards and refuses the cards on that list. The list
    /// is of the certificates' blocklist sector.
    ///
    /// # Errors
    /// [`TerminalError::Blocklist`] when no complete list has come yet. A list without entries is a list, too.
    pub fn new(
        certificates: TerminalCertificates,
        trust: TrustStore,
        blocklist: Blocklist,
    ) -> Result<Self, TerminalError> {
        if blocklist.name().is_empty() {
            return Err(TerminalError::Blocklist);
        }
        Ok(Self {
            certificates,
            trust,
            blocklist,
            known: Mutex::new(KnownFiles::new()),
        })
    }

    /// Its certificates.
    pub fn certificates(&self) -> &TerminalCertificates {
        &self.certificates
    }

    /// What a citizen reads about who asks.
    pub fn provider(&self) -> ProviderCertificate {
        self.certificates.provider()
    }

    /// The rights to ask a card for, exactly what the request needs.
    ///
    /// # Errors
    /// [`CardFailure::NoCertificate`] when the certificates aren't valid on that day, [`CardFailure::NotAuthorised`] when
    /// they don't grant what is asked for.
    pub fn chat_for(&self, request: &ReadRequest, basis: Basis, today: Date) -> Result<Chat, CardFailure> {
        if !self.certificates.valid_on(today) {
            return Err(CardFailure::NoCertificate);
        }
        let granted = self.certificates.effective();
        let wanted = Chat::for_request(request, basis);
        let needed = if request.pseudonym {
            wanted
        } else {
            wanted.without_restricted_identification()
        };
        if granted.grants(needed) {
            Ok(wanted.and(granted))
        } else {
            Err(CardFailure::NotAuthorised)
        }
    }

    /// Passive authentication of EF.CardSecurity against this terminal's trust store.
    pub(crate) fn verify(&self, card_security: &[u8], today: Date) -> Result<SecuredInfos, PassiveAuthError> {
        // Nobody panics while holding it; if so, what is remembered is still true.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.verify(card_security, &self.trust, today)
    }

    pub(crate) fn blocklist(&self) -> &Blocklist {
        &self.blocklist
    }
}

#[cfg(test)]
#[path = "terminal_tests.rs"]
mod tests;

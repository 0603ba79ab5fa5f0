//! The desk for identity cards: stands in front of the Berechtigungs-CA, and has the keys of terminals that have no
//! security module of their own. What terminals ask is in [`wire::eid`].
//!
//! Each terminal has one holder reference without its sequence number ([`Mnemonic`]); nothing is signed, certified or
//! destroyed for another one. A message to be signed that could become a certificate is signed only when the key in it
//! is in this backend's own security module under this terminal's name: nobody gets a key of their own certified here.
//! Nothing of a message is logged.
//!
//! The authority is a [`PkiPartner`]: [`DropFolder`] in production, a double in tests. Keys are [`TerminalKeys`]: a
//! PKCS#11 token in production.
mod config;
mod drop_folder;
mod routes;

pub use config::{CONFIG_BYTES_MAX, EidConfigError, TERMINALS_MAX};
pub use drop_folder::{BLOCKLIST_AGE_MAX_S, DropFolder};
pub(crate) use routes::{QUESTIONS_AT_ONCE_MAX, get_list, post_message};

use signer::SignerTrouble;
use signer::certificate::HolderReference;
use signer::curve::Curve;
use signer::keys::TerminalKeys;
use signer::lists::ListKind;
use signer::renewal::{BlockListAnswer, PkiPartner, PkiTrouble, Requested, ReturnCode};
use signer::request::{CertificateRequest, could_be_a_request, to_be_certified};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use wire::eid::{Answer, KeyTrouble, Octets, Question};

/// A holder reference without its sequence number: country and mnemonic (TR-03110-3 A.7.1), 2 to 11 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mnemonic(String);

impl Mnemonic {
    /// Characters of the sequence number.
    const SEQUENCE_CHARS: usize = 5;

    /// Takes two capital letters and at most nine letters or digits.
    pub fn new(text: &str) -> Option<Self> {
        let (country, rest) = text.split_at_checked(2)?;
        let fits = country.bytes().all(|byte| byte.is_ascii_uppercase())
            && rest.len() <= 9
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_owned()))
    }

    /// True for this holder's references, whatever their sequence number.
    fn names(&self, holder: &HolderReference) -> bool {
        let holder = holder.as_bytes();
        holder.len() == self.0.len() + Self::SEQUENCE_CHARS && holder.starts_with(self.0.as_bytes())
    }
}

/// The desk.
#[derive(Default)]
pub struct EidDesk {
    holders: BTreeMap<String, Mnemonic>,
    authority: Option<Mutex<Box<dyn PkiPartner + Send>>>,
    keys: Option<Mutex<Box<dyn TerminalKeys>>>,
}

impl EidDesk {
    /// A desk at which these terminals, by the names under which they were enrolled, have these holders.
    pub fn new(holders: BTreeMap<String, Mnemonic>) -> Self {
        Self {
            holders,
            ..Self::default()
        }
    }

    /// The same with an authority behind it.
    #[must_use]
    pub fn with_authority(mut self, authority: impl PkiPartner + Send + 'static) -> Self {
        self.authority = Some(Mutex::new(Box::new(authority)));
        self
    }

    /// The same with keys.
    #[must_use]
    pub fn with_keys(mut self, keys: impl TerminalKeys + 'static) -> Self {
        self.keys = Some(Mutex::new(Box::new(keys)));
        self
    }

    /// True when that terminal may read cards at all.
    fn knows(&self, terminal: &str) -> bool {
        self.holders.contains_key(terminal)
    }

    /// Answers; blocks for as long as security module or authority take.
    fn answer(&self, terminal: &str, question: &Question) -> Answer {
        match question {
            Question::Sign { holder, to_be_signed } => {
                let signed = self.with_key(terminal, holder, |keys, holder| {
                    if could_be_a_request(&to_be_signed.0) {
                        self.check_request(terminal, keys, &to_be_signed.0)?;
                    }
                    keys.sign(holder.as_bytes(), &to_be_signed.0)
                });
                signed.map_or_else(key_trouble, |signature| Answer::Signature {
                    signature: Octets(signature),
                })
            }
            Question::PublicPoint { holder } => {
                let point = self.with_key(terminal, holder, |keys, holder| keys.public_point(holder));
                point.map_or_else(key_trouble, |point| Answer::Point { point: Octets(point) })
            }
            Question::GenerateKey { holder, curve } => {
                let point = self.with_key(terminal, holder, |keys, holder| {
                    let curve = curve_of(curve).ok_or(SignerTrouble::Refused)?;
                    keys.generate(holder, curve)
                });
                point.map_or_else(key_trouble, |point| Answer::Point { point: Octets(point) })
            }
            Question::DestroyKey { holder } => {
                let destroyed = self.with_key(terminal, holder, |keys, holder| keys.destroy(holder));
                destroyed.map_or_else(key_trouble, |()| Answer::Destroyed {})
            }
            Question::RequestCertificate { request } => self.request(terminal, &request.0),
            Question::SentCertificates { message_id } => self.pki(|authority| {
                let sent = authority.sent_certificates(message_id)?;
                Ok(sent.map_or(Answer::NothingYet {}, |sent| certificates(&sent)))
            }),
            Question::GetCertificates {} => {
                self.pki(|authority| Ok(certificates(&authority.authority_certificates()?)))
            }
            Question::GetCertificateDescription { hash } => self.pki(|authority| {
                let description = Octets(authority.certificate_description(&hash.0)?);
                Ok(Answer::Description { description })
            }),
            // The complete list is fetched by its address.
            Question::GetBlockList { delta_base: None } => Answer::CompleteList {},
            Question::GetBlockList { delta_base: Some(base) } => self.pki(|authority| {
                Ok(match authority.block_list(Some(&base.0))? {
                    BlockListAnswer::UpToDate => Answer::UpToDate {},
                    BlockListAnswer::Deltas(deltas) => Answer::Deltas { deltas: Octets(deltas) },
                    BlockListAnswer::Complete(_) => Answer::CompleteList {},
                })
            }),
        }
    }

    /// A complete list.
    fn list(&self, kind: ListKind) -> Result<Vec<u8>, PkiTrouble> {
        let mut authority = locked(self.authority.as_ref().ok_or(PkiTrouble::Unreachable)?);
        if kind != ListKind::Blocklist {
            return authority.list(kind);
        }
        match authority.block_list(None)? {
            BlockListAnswer::Complete(list) => Ok(list),
            BlockListAnswer::Deltas(_) | BlockListAnswer::UpToDate => Err(PkiTrouble::Strange),
        }
    }

    fn may(&self, terminal: &str, holder: &HolderReference) -> bool {
        let may = self.holders.get(terminal).is_some_and(|mine| mine.names(holder));
        if !may {
            tracing::error!(terminal, %holder, "a terminal asked for a holder that isn't its own");
        }
        may
    }

    fn with_key<T>(
        &self,
        terminal: &str,
        holder: &Octets,
        work: impl FnOnce(&mut dyn TerminalKeys, &HolderReference) -> Result<T, SignerTrouble>,
    ) -> Result<T, SignerTrouble> {
        let holder = HolderReference::new(&holder.0)
            .filter(|holder| self.may(terminal, holder))
            .ok_or(SignerTrouble::UnknownHolder)?;
        let mut keys = locked(self.keys.as_ref().ok_or(SignerTrouble::UnknownHolder)?);
        work(&mut **keys, &holder)
    }

    /// Refuses to sign a request but for a key of this terminal that lies here.
    fn check_request(&self, terminal: &str, keys: &mut dyn TerminalKeys, message: &[u8]) -> Result<(), SignerTrouble> {
        let (certified, point) = to_be_certified(message).ok_or(SignerTrouble::Refused)?;
        let is_here = match keys.public_point(&certified) {
            Ok(here) => here == point,
            Err(SignerTrouble::UnknownHolder) => false,
            Err(trouble) => return Err(trouble),
        };
        let is_ours = is_here && self.may(terminal, &certified);
        is_ours.then_some(()).ok_or_else(|| {
            tracing::error!(terminal, %certified, "a request for a key that isn't here came to be signed");
            SignerTrouble::Refused
        })
    }

    fn request(&self, terminal: &str, request: &[u8]) -> Answer {
        let Ok(read) = CertificateRequest::parse(request) else {
            return refused("failure_syntax");
        };
        let names = [Some(&read.holder), read.signed_by.as_ref()];
        if !names.into_iter().flatten().all(|holder| self.may(terminal, holder)) {
            return refused("failure_not_authorized");
        }
        tracing::info!(terminal, holder = %read.holder, "a certificate is asked for");
        self.pki(|authority| {
            Ok(match authority.request_certificate(request)? {
                Requested::Certificates(received) => certificates(&received),
                Requested::Later { message_id } => Answer::Later { message_id },
            })
        })
    }

    fn pki(&self, ask: impl FnOnce(&mut dyn PkiPartner) -> Result<Answer, PkiTrouble>) -> Answer {
        let Some(authority) = &self.authority else {
            return Answer::Away {};
        };
        ask(&mut **locked(authority)).unwrap_or_else(|trouble| {
            tracing::warn!(%trouble, "the authority gave nothing");
            match trouble {
                PkiTrouble::Refused(code) => Answer::Refused { code: code.to_string() },
                PkiTrouble::Unreachable => Answer::Away {},
                PkiTrouble::Strange => refused("failure_internal_error"),
            }
        })
    }
}

impl std::fmt::Debug for EidDesk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EidDesk")
            .field("holders", &self.holders)
            .finish_non_exhaustive()
    }
}

fn locked<T: ?Sized>(mutex: &Mutex<Box<T>>) -> MutexGuard<'_, Box<T>> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn certificates(received: &[Vec<u8>]) -> Answer {
    Answer::Certificates {
        certificates: received.iter().map(|one| Octets::from(one.as_slice())).collect(),
    }
}

fn refused(code: &str) -> Answer {
    Answer::Refused {
        code: ReturnCode::from_name(code).to_string(),
    }
}

fn key_trouble(trouble: SignerTrouble) -> Answer {
    Answer::KeyTrouble {
        trouble: match trouble {
            SignerTrouble::UnknownHolder => KeyTrouble::UnknownHolder,
            SignerTrouble::Unreachable => KeyTrouble::Unreachable,
            SignerTrouble::Refused => KeyTrouble::Refused,
        },
    }
}

fn curve_of(name: &str) -> Option<Curve> {
    match name {
        "brainpoolP256r1" => Some(Curve::BrainpoolP256r1),
        "brainpoolP384r1" => Some(Curve::BrainpoolP384r1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mnemonic_names_its_references_only() {
        let mnemonic = Mnemonic::new("DETESTAT").unwrap();
        let names = |holder: &str| mnemonic.names(&HolderReference::new(holder.as_bytes()).unwrap());
        assert!(names("DETESTAT00001") && names("DETESTAT0000Z"));
        assert!(
            !names("DETESTAT000001") && !names("DETESTA000001") && !names("DETESTBT00001") && !names("DETESTAT0001")
        );
        for wrong in ["", "D", "de", "DE-1", "DEABCDEFGHIJ", "DEÄ"] {
            assert_eq!(Mnemonic::new(wrong), None, "{wrong}");
        }
        assert!(Mnemonic::new("DE").is_some() && Mnemonic::new("DEABCDEFGHI").is_some());
    }
}

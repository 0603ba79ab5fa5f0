//! The terminal's key in a security module, reached by PKCS#11 (OASIS PKCS#11 v2.40 and later).
//!
//! The key pair lies in a token under the certificate's holder reference as its label (`CKA_LABEL`; as its `CKA_ID`
//! where a module's tools write only that). It is made there, can't be taken out, and signs hashes with `CKM_ECDSA`,
//! whose result is already the plain `r ‖ s` of TR-03111 §5.2.1.
mod module;
mod pin_file;

use crate::certificate::HolderReference;
use crate::chain::Chain;
use crate::curve::{Curve, Digest};
use crate::keys::TerminalKeys;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use module::{Module, Open};
use pin_file::PinFile;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Keys whose hash is announced, at most: a terminal has one key, two while it changes.
const ANNOUNCED_MAX: usize = 16;

/// Which token holds the key, and how to open it.
#[derive(Clone, Debug)]
pub struct Pkcs11Config {
    /// The module, a shared library, e.g. `/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so`.
    pub module: PathBuf,
    /// Label of the token.
    pub token_label: String,
    /// Serial number of the token, where several carry the same label.
    pub token_serial: Option<String>,
    /// The file with the user PIN; nobody but the service's user may read it (a systemd credential is such a file).
    pub pin_file: PathBuf,
}

/// Signs with keys inside a PKCS#11 token, makes them and destroys them.
///
/// A token that was taken out and put back, and a module that was restarted, are found again with the next call. A
/// refused PIN is tried once only, until the file changes: tokens lock themselves after a few.
pub struct Pkcs11Signer {
    module: Arc<Mutex<Module>>,
    config: Pkcs11Config,
    pin: PinFile,
    open: Option<Open>,
    digests: HashMap<Vec<u8>, Digest>,
}

impl Pkcs11Signer {
    /// A signer for that token; looks for it only when it is needed.
    pub fn new(config: Pkcs11Config) -> Self {
        Self {
            module: Module::of(&config.module),
            pin: PinFile::new(config.pin_file.clone()),
            config,
            open: None,
            digests: HashMap::new(),
        }
    }

    /// Says which hash the certificate of `holder` names. Unless said, the hash is that of the curve's size.
    pub fn announce(&mut self, holder: &HolderReference, digest: Digest) {
        if self.digests.len() < ANNOUNCED_MAX || self.digests.contains_key(holder.as_bytes()) {
            self.digests.insert(holder.as_bytes().to_vec(), digest);
        }
    }

    /// Says so for all certificates of the terminal.
    pub fn announce_all(&mut self, chain: &Chain) {
        for terminal in chain.terminals() {
            if let Some(digest) = terminal.digest() {
                self.announce(terminal.holder(), digest);
            }
        }
    }

    /// Runs a piece of work in a session that is logged in. When the session turns out to be gone, opens a new one,
    /// then restarts the module, then gives up.
    fn with_session<T>(&mut self, work: impl Fn(&Session) -> Result<T, Failure>) -> Result<T, SignerTrouble> {
        let module = Arc::clone(&self.module);
        let mut module = module.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last = Failure::Trouble(SignerTrouble::Unreachable);
        let mut is_doubtful = false;
        for attempt in Attempt::ALL {
            if attempt == Attempt::AfterRestart || is_doubtful {
                module.restart();
            }
            let kept = self.open.take().filter(|open| module.still_has(open));
            let was_kept = kept.is_some();
            let opened = kept.map_or_else(|| module.open(&self.config, &mut self.pin), Ok);
            let failure = match opened {
                Ok(open) => match work(&open.session) {
                    Ok(result) => {
                        self.open = Some(open);
                        return Ok(result);
                    }
                    Err(failure) => {
                        module.close(open);
                        failure
                    }
                },
                Err(failure) => failure,
            };
            // In an old session a missing key may mean that the token was changed meanwhile: some modules go on showing
            // what they remember of it.
            is_doubtful = was_kept && matches!(failure, Failure::Trouble(SignerTrouble::UnknownHolder));
            let is_last_word = !is_doubtful && !failure.is_worth_another_session();
            if !matches!(failure, Failure::Trouble(SignerTrouble::UnknownHolder)) {
                tracing::warn!(?attempt, trouble = %failure, "the security module failed");
            }
            last = failure;
            if is_last_word {
                break;
            }
        }
        Err(last.trouble())
    }
}

impl TerminalSigner for Pkcs11Signer {
    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        // Searching for an empty label or identifier would find every key without one.
        let holder = HolderReference::new(holder).ok_or(SignerTrouble::UnknownHolder)?;
        let holder = holder.as_bytes();
        let announced = self.digests.get(holder).copied();
        self.with_session(|session| {
            let key = one_key(session, ObjectClass::PRIVATE_KEY, holder)?;
            let curve = curve_of(session, key)?;
            let mut hash = announced.unwrap_or(curve.digest()).hash(message);
            // A longer hash is cut to the leftmost bits of the order's length (TR-03111 §4.2.1.1); some modules refuse
            // to do so themselves.
            hash.truncate(curve.field_bytes());
            let signature = session.sign(&Mechanism::Ecdsa, key, &hash)?;
            if signature.len() != 2 * curve.field_bytes() {
                return Err(Failure::Strange("the signature has a wrong length"));
            }
            Ok(signature)
        })
    }
}

impl TerminalKeys for Pkcs11Signer {
    fn public_point(&mut self, holder: &HolderReference) -> Result<Vec<u8>, SignerTrouble> {
        self.with_session(|session| {
            // A public key without its private one can't sign; say that there is no key.
            one_key(session, ObjectClass::PRIVATE_KEY, holder.as_bytes())?;
            let key = one_key(session, ObjectClass::PUBLIC_KEY, holder.as_bytes())?;
            point_of(session, key)
        })
    }

    fn generate(&mut self, holder: &HolderReference, curve: Curve) -> Result<Vec<u8>, SignerTrouble> {
        self.with_session(|session| {
            if !keys(session, ObjectClass::PRIVATE_KEY, holder.as_bytes())?.is_empty() {
                return Err(Failure::Strange("there is a key with that holder reference already"));
            }
            let label = Attribute::Label(holder.as_bytes().to_vec());
            let id = Attribute::Id(holder.as_bytes().to_vec());
            let public = [
                Attribute::Token(true),
                Attribute::Private(false),
                Attribute::Verify(true),
                Attribute::EcParams(curve.ec_params().to_vec()),
                label.clone(),
                id.clone(),
            ];
            let private = [
                Attribute::Token(true),
                Attribute::Private(true),
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Sign(true),
                label,
                id,
            ];
            let (public, _) = session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)?;
            point_of(session, public)
        })
    }

    fn destroy(&mut self, holder: &HolderReference) -> Result<(), SignerTrouble> {
        self.with_session(|session| {
            // The public half first: what is left after a crash between the two is still a key that `destroy` finds.
            for key in keys(session, ObjectClass::PUBLIC_KEY, holder.as_bytes())? {
                session.destroy_object(key)?;
            }
            let private = keys(session, ObjectClass::PRIVATE_KEY, holder.as_bytes())?;
            if private.is_empty() {
                return Err(Failure::Trouble(SignerTrouble::UnknownHolder));
            }
            for key in private {
                session.destroy_object(key)?;
            }
            Ok(())
        })
    }
}

/// How often, and with what in between, a call is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    First,
    NewSession,
    AfterRestart,
}

impl Attempt {
    const ALL: [Self; 3] = [Self::First, Self::NewSession, Self::AfterRestart];
}

/// What went wrong, before it becomes a [`SignerTrouble`]. Tells nothing secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Module(#[from] Error),
    #[error("{0}")]
    Trouble(SignerTrouble),
    #[error("{0}")]
    Strange(&'static str),
    #[error("the file with the PIN can't be used: {0}")]
    Pin(std::io::Error),
}

impl Failure {
    /// True when the reason may be that session, token or module were away in between.
    fn is_worth_another_session(&self) -> bool {
        match self {
            Self::Module(Error::Pkcs11(code, _)) => !is_refusal(*code),
            Self::Module(_) | Self::Trouble(SignerTrouble::Unreachable) => true,
            Self::Trouble(SignerTrouble::UnknownHolder | SignerTrouble::Refused) | Self::Strange(_) | Self::Pin(_) => {
                false
            }
        }
    }

    fn trouble(&self) -> SignerTrouble {
        match self {
            Self::Trouble(trouble) => *trouble,
            Self::Strange(_) | Self::Pin(_) => SignerTrouble::Refused,
            Self::Module(Error::Pkcs11(code, _)) if is_refusal(*code) => SignerTrouble::Refused,
            Self::Module(_) => SignerTrouble::Unreachable,
        }
    }
}

/// True for what a module says about a request that would be refused again (PKCS#11 §5.1.6); everything else may be a
/// token or a module that is away.
fn is_refusal(code: RvError) -> bool {
    use RvError::{
        ActionProhibited, AttributeReadOnly, AttributeTypeInvalid, AttributeValueInvalid, CurveNotSupported,
        DataInvalid, DataLenRange, DomainParamsInvalid, FunctionNotSupported, FunctionRejected,
        KeyFunctionNotPermitted, KeySizeRange, KeyTypeInconsistent, MechanismInvalid, MechanismParamInvalid,
        PinExpired, PinIncorrect, PinInvalid, PinLenRange, PinLocked, TemplateIncomplete, TemplateInconsistent,
        TokenWriteProtected, UserPinNotInitialized,
    };
    [
        ActionProhibited,
        AttributeReadOnly,
        AttributeTypeInvalid,
        AttributeValueInvalid,
        CurveNotSupported,
        DataInvalid,
        DataLenRange,
        DomainParamsInvalid,
        FunctionNotSupported,
        FunctionRejected,
        KeyFunctionNotPermitted,
        KeySizeRange,
        KeyTypeInconsistent,
        MechanismInvalid,
        MechanismParamInvalid,
        PinExpired,
        PinIncorrect,
        PinInvalid,
        PinLenRange,
        PinLocked,
        TemplateIncomplete,
        TemplateInconsistent,
        TokenWriteProtected,
        UserPinNotInitialized,
    ]
    .contains(&code)
}

fn one_key(session: &Session, class: ObjectClass, holder: &[u8]) -> Result<ObjectHandle, Failure> {
    match keys(session, class, holder)?.as_slice() {
        [] => Err(Failure::Trouble(SignerTrouble::UnknownHolder)),
        [key] => Ok(*key),
        // Which of them the certificate is for can't be told; a signature with the wrong one looks like a bad card.
        [..] => Err(Failure::Strange("several keys have that holder reference")),
    }
}

fn keys(session: &Session, class: ObjectClass, holder: &[u8]) -> Result<Vec<ObjectHandle>, Failure> {
    let find = |name: Attribute| {
        session.find_objects(&[
            Attribute::Token(true),
            Attribute::Class(class),
            Attribute::KeyType(KeyType::EC),
            name,
        ])
    };
    let labelled = find(Attribute::Label(holder.to_vec()))?;
    if labelled.is_empty() {
        return Ok(find(Attribute::Id(holder.to_vec()))?);
    }
    Ok(labelled)
}

fn curve_of(session: &Session, key: ObjectHandle) -> Result<Curve, Failure> {
    let attributes = session.get_attributes(key, &[AttributeType::EcParams])?;
    let Some(Attribute::EcParams(params)) = attributes.first() else {
        return Err(Failure::Strange("the module doesn't tell the key's curve"));
    };
    Curve::from_ec_params(params).ok_or(Failure::Strange("the key lies on a curve that isn't used here"))
}

fn point_of(session: &Session, key: ObjectHandle) -> Result<Vec<u8>, Failure> {
    let attributes = session.get_attributes(key, &[AttributeType::EcPoint, AttributeType::EcParams])?;
    let [Attribute::EcPoint(point), Attribute::EcParams(params)] = attributes.as_slice() else {
        return Err(Failure::Strange("the module doesn't tell the public key"));
    };
    let curve =
        Curve::from_ec_params(params).ok_or(Failure::Strange("the key lies on a curve that isn't used here"))?;
    plain_point(point, curve).ok_or(Failure::Strange("the public key isn't an uncompressed point"))
}

/// `CKA_EC_POINT` is a DER OCTET STRING around the point (PKCS#11 §6.3.3); some modules leave the wrapping out.
fn plain_point(point: &[u8], curve: Curve) -> Option<Vec<u8>> {
    let length = 2 * curve.field_bytes() + 1;
    let header = [0x04, u8::try_from(length).ok()?];
    let plain = if point.len() == length {
        point
    } else {
        point.strip_prefix(header.as_slice())?
    };
    (plain.len() == length && plain.first() == Some(&0x04)).then(|| plain.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_with_and_without_wrapping() {
        let curve = Curve::BrainpoolP256r1;
        let point = curve.domain().base_point;
        let wrapped = [&[0x04, 0x41], point].concat();
        assert_eq!(plain_point(point, curve).as_deref(), Some(point));
        assert_eq!(plain_point(&wrapped, curve).as_deref(), Some(point));
        for wrong in [&wrapped[..66], &wrapped[1..], &[][..], &[0x02; 33]] {
            assert_eq!(
                plain_point(wrong, curve).filter(|point| point[..] != wrapped[1..]),
                None
            );
        }
        assert!(plain_point(&wrapped, Curve::BrainpoolP384r1).is_none());
    }
}

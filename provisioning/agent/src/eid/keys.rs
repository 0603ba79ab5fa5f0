//! Where the terminal's key is.
use super::line::Line;
use signer::certificate::HolderReference;
use signer::certificates::Certificates;
use signer::curve::Curve;
use signer::keys::TerminalKeys;
use signer::pkcs11::Pkcs11Signer;
use signer::renewal::PkiTrouble;
use signer::{SignerTrouble, TerminalSigner};
use wire::eid::{Answer, KeyTrouble, Question};

/// The terminal's keys: here, or at the backend.
pub enum Keys {
    /// In a token at this terminal. The certificates in the folder say which hash belongs to which key.
    Token {
        /// The token.
        signer: Box<Pkcs11Signer>,
        /// The folder.
        store: Certificates,
    },
    /// At the backend.
    Backend(BackendKeys),
}

/// Keys at the other end of the line. The backend decides which of them are this terminal's.
#[derive(Clone)]
pub struct BackendKeys {
    line: Line,
}

impl BackendKeys {
    pub(crate) fn new(line: Line) -> Self {
        Self { line }
    }

    fn ask(&self, question: &Question) -> Result<Answer, SignerTrouble> {
        self.line.ask(question).map_err(|trouble| match trouble {
            PkiTrouble::Unreachable => SignerTrouble::Unreachable,
            PkiTrouble::Refused(_) | PkiTrouble::Strange => SignerTrouble::Refused,
        })
    }

    fn point(&self, question: &Question) -> Result<Vec<u8>, SignerTrouble> {
        let answer = self.ask(question)?;
        if let Answer::Point { point } = answer {
            return Ok(point.0);
        }
        Err(trouble(&answer))
    }
}

fn trouble(answer: &Answer) -> SignerTrouble {
    match answer {
        Answer::KeyTrouble {
            trouble: KeyTrouble::UnknownHolder,
        } => SignerTrouble::UnknownHolder,
        Answer::KeyTrouble {
            trouble: KeyTrouble::Unreachable,
        }
        | Answer::Away {} => SignerTrouble::Unreachable,
        Answer::KeyTrouble {
            trouble: KeyTrouble::Refused,
        }
        | Answer::Signature { .. }
        | Answer::Point { .. }
        | Answer::Destroyed {}
        | Answer::Certificates { .. }
        | Answer::Later { .. }
        | Answer::NothingYet {}
        | Answer::Description { .. }
        | Answer::UpToDate {}
        | Answer::Deltas { .. }
        | Answer::CompleteList {}
        | Answer::Refused { .. } => SignerTrouble::Refused,
    }
}

impl TerminalSigner for BackendKeys {
    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        let question = Question::Sign {
            holder: holder.into(),
            to_be_signed: message.into(),
        };
        let answer = self.ask(&question)?;
        if let Answer::Signature { signature } = answer {
            return Ok(signature.0);
        }
        Err(trouble(&answer))
    }
}

impl TerminalKeys for BackendKeys {
    fn public_point(&mut self, holder: &HolderReference) -> Result<Vec<u8>, SignerTrouble> {
        let holder = holder.as_bytes().into();
        self.point(&Question::PublicPoint { holder })
    }

    fn generate(&mut self, holder: &HolderReference, curve: Curve) -> Result<Vec<u8>, SignerTrouble> {
        let curve = match curve {
            Curve::BrainpoolP256r1 => "brainpoolP256r1",
            Curve::BrainpoolP384r1 => "brainpoolP384r1",
        };
        self.point(&Question::GenerateKey {
            holder: holder.as_bytes().into(),
            curve: curve.to_owned(),
        })
    }

    fn destroy(&mut self, holder: &HolderReference) -> Result<(), SignerTrouble> {
        let holder = holder.as_bytes().into();
        let answer = self.ask(&Question::DestroyKey { holder })?;
        if answer == (Answer::Destroyed {}) {
            return Ok(());
        }
        Err(trouble(&answer))
    }
}

impl TerminalSigner for Keys {
    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        match self {
            Self::Token { signer, store } => {
                // A folder that can't be read says nothing about hashes; the curve's own then is the usual one.
                if let Ok(chain) = store.chain() {
                    signer.announce_all(&chain);
                }
                signer.sign(holder, message)
            }
            Self::Backend(keys) => keys.sign(holder, message),
        }
    }
}

impl TerminalKeys for Keys {
    fn public_point(&mut self, holder: &HolderReference) -> Result<Vec<u8>, SignerTrouble> {
        match self {
            Self::Token { signer, .. } => signer.public_point(holder),
            Self::Backend(keys) => keys.public_point(holder),
        }
    }

    fn generate(&mut self, holder: &HolderReference, curve: Curve) -> Result<Vec<u8>, SignerTrouble> {
        match self {
            Self::Token { signer, .. } => signer.generate(holder, curve),
            Self::Backend(keys) => keys.generate(holder, curve),
        }
    }

    fn destroy(&mut self, holder: &HolderReference) -> Result<(), SignerTrouble> {
        match self {
            Self::Token { signer, .. } => signer.destroy(holder),
            Self::Backend(keys) => keys.destroy(holder),
        }
    }
}

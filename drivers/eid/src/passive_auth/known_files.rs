//! Files seen before. The signature over EF.CardSecurity is the same for all cards of a generation (TR-03127 §3.4.5), so
//! after the first card of the day the mathematics can be skipped; the file is still read from every card.
use super::{PassiveAuthError, SecuredInfos, TrustStore, fingerprint, verify};
use jiff::civil::Date;
use std::collections::VecDeque;

/// Files remembered: there are some 40 card generations in use.
pub const KNOWN_FILES_MAX: usize = 64;

/// Remembers files that passed, for one state of the trust store and one day. Holds nothing about a person: the file is
/// the same for many thousand cards.
#[derive(Debug, Default)]
pub struct KnownFiles {
    files: VecDeque<SecuredInfos>,
    /// Generation of the store and day that they passed with.
    valid_for: Option<([u8; 32], Date)>,
}

impl KnownFiles {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Like [`verify`], but skips the signatures of a file that passed before with the same store on the same day.
    /// Refusals aren't remembered.
    pub fn verify(
        &mut self,
        card_security: &[u8],
        store: &TrustStore,
        today: Date,
    ) -> Result<SecuredInfos, PassiveAuthError> {
        let state = Some((store.generation(), today));
        if self.valid_for != state {
            self.files.clear();
            self.valid_for = state;
        }
        let fingerprint = fingerprint(card_security);
        if let Some(known) = self.files.iter().find(|known| known.fingerprint == fingerprint) {
            return Ok(known.clone());
        }
        let infos = verify(card_security, store, today)?;
        if self.files.len() == KNOWN_FILES_MAX {
            self.files.pop_front();
        }
        self.files.push_back(infos.clone());
        Ok(infos)
    }

    /// How many files are remembered.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// True when none is.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

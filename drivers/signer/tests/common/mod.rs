//! What several tests share: keys in memory, an authority that certifies them, and tokens of SoftHSM.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests; each uses a part of it"
)]
pub mod authority;
pub mod installed;
pub mod keys;
pub mod terminal;
pub mod token;

use bp256::BrainpoolP256r1;
use drivers_api::signer::{SignerTrouble, TerminalSigner};
use ecdsa::SigningKey;
pub use keys::{key, point, sign};
use signer::certificate::HolderReference;
use signer::curve::Curve;
use signer::keys::TerminalKeys;
use signer::time::UnixTime;
use std::collections::BTreeMap;

/// A minute, an hour, a day in seconds.
pub const MINUTE: u64 = 60;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

/// 2026-11-23 08:00 UTC.
pub const START: UnixTime = UnixTime(1_795_392_000 + 8 * HOUR);

/// A holder reference.
pub fn holder(text: &str) -> HolderReference {
    HolderReference::new(text.as_bytes()).unwrap()
}

/// Keys in memory, for tests of everything that isn't the security module.
#[derive(Default)]
pub struct MemoryKeys {
    pub keys: BTreeMap<HolderReference, SigningKey<BrainpoolP256r1>>,
    pub made: u8,
    pub trouble: Option<SignerTrouble>,
}

impl MemoryKeys {
    pub fn holders(&self) -> Vec<String> {
        self.keys.keys().map(ToString::to_string).collect()
    }

    fn find(&self, holder: &[u8]) -> Result<&SigningKey<BrainpoolP256r1>, SignerTrouble> {
        if let Some(trouble) = self.trouble {
            return Err(trouble);
        }
        let holder = HolderReference::new(holder).ok_or(SignerTrouble::UnknownHolder)?;
        self.keys.get(&holder).ok_or(SignerTrouble::UnknownHolder)
    }
}

impl TerminalSigner for MemoryKeys {
    fn sign(&mut self, holder: &[u8], message: &[u8]) -> Result<Vec<u8>, SignerTrouble> {
        Ok(sign(self.find(holder)?, message))
    }
}

impl TerminalKeys for MemoryKeys {
    fn public_point(&mut self, holder: &HolderReference) -> Result<Vec<u8>, SignerTrouble> {
        Ok(point(self.find(holder.as_bytes())?))
    }

    fn generate(&mut self, holder: &HolderReference, curve: Curve) -> Result<Vec<u8>, SignerTrouble> {
        if self.keys.contains_key(holder) || curve != Curve::BrainpoolP256r1 {
            return Err(SignerTrouble::Refused);
        }
        self.made += 1;
        self.keys.insert(holder.clone(), key(100 + self.made));
        self.public_point(holder)
    }

    fn destroy(&mut self, holder: &HolderReference) -> Result<(), SignerTrouble> {
        self.find(holder.as_bytes())?;
        self.keys.remove(holder);
        Ok(())
    }
}

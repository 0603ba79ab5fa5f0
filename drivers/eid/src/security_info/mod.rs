//! SecurityInfos: what a card says about the protocols it speaks (TR-03110-3 A.1.1), in EF.CardAccess for everybody
//! (A.1.2.1) and, signed, in EF.CardSecurity (A.1.2.2).
//!
//! What EF.CardAccess says is a claim. It is good enough to start PACE with, because PACE fails if it is wrong; after the
//! signature of EF.CardSecurity was checked it is held against it ([`crate::passive_auth::SecuredInfos::agrees_with`]),
//! and keys are taken from the signed set alone.
mod chip_key;
#[cfg(test)]
mod tests;

pub use chip_key::{ChipAuthKey, POINT_BYTES};

use crate::der::{BOOLEAN, Der, DerError, INTEGER, Item, OBJECT_IDENTIFIER, SEQUENCE, SET};
use crate::pace::{PACE_OID, PARAMETER_ID};
use chip_key::{ChipInfo, Domain, PublicKey};
use thiserror::Error;

/// Longest set of infos read: EF.ChipSecurity, the longest of real ones, has some 5 kB.
pub const INFOS_BYTES_MAX: usize = 16_384;
/// Most infos in a set: real ones have about 20.
pub const INFOS_MAX: usize = 64;
/// Version of PACEInfo (TR-03110-3 A.1.1.1).
const PACE_VERSION: u32 = 2;
/// Version of restricted identification (A.1.1.4).
const RESTRICTED_VERSION: u32 = 1;
/// bsi-de protocols smartcard, 0.4.0.127.0.7.2.2: what all object identifiers below start with.
const SMARTCARD: &[u8] = &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02];
/// id-PK-ECDH (TR-03110-3 A.1.1.2).
const CHIP_PUBLIC_KEY: &[u8] = &[1, 2];
/// id-CA-ECDH (A.1.1.2).
const CHIP_DOMAIN: &[u8] = &[3, 2];
/// id-CA (A.1.1.2): what every ChipAuthenticationInfo and domain starts with.
const CHIP_AUTHENTICATION: u8 = 3;
/// id-CA-ECDH-AES-CBC-CMAC-128 (A.1.1.2).
const CHIP_AES_128: &[u8] = &[3, 2, 2];
/// id-RI-ECDH-SHA-256 (A.1.1.4).
const RESTRICTED_SHA_256: &[u8] = &[5, 2, 3];
/// id-PT, PrivilegedTerminalInfo (A.1.1.9).
const PRIVILEGED_TERMINAL: &[u8] = &[8];

/// Why bytes are no SecurityInfos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SecurityInfoError {
    /// The set, or an info that this terminal needs, isn't encoded as the standard says.
    #[error("SecurityInfos are not encoded as TR-03110-3 A.1.1 says")]
    Encoding(#[from] DerError),
    /// Longer than [`INFOS_BYTES_MAX`].
    #[error("SecurityInfos are too long")]
    TooLong,
}

/// Local key identifier of a card's private key: what object `84` of MSE:Set AT carries (TR-03110-3 B.14.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(u32);

impl KeyId {
    /// The value of object `84`: the number with as few bytes as it takes, at least one.
    pub fn to_bytes(self) -> Vec<u8> {
        let bytes = self.0.to_be_bytes();
        let skip = bytes.iter().take_while(|byte| **byte == 0).count().min(3);
        bytes.iter().skip(skip).copied().collect()
    }

    fn read(fields: &mut Der<'_>) -> Result<Option<Self>, DerError> {
        fields.optional(INTEGER)?.map(|id| id.small().map(Self)).transpose()
    }
}

/// Proof that the card speaks the one PACE variant of this terminal: id-PACE-ECDH-GM-AES-CBC-CMAC-128 with parameter id
/// 13, brainpoolP256r1. The id is always sent as object `84`, since cards with several PACEInfos can't do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceVariant(());

/// The keys of restricted identification (TR-03110-2 §3.6, TR-03127 §4.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestrictedIdKeys {
    /// Makes the identifier that the blocklist holds: authorizedOnly is FALSE, every terminal may use it.
    pub blocklist: Option<KeyId>,
    /// Makes the pseudonym: authorizedOnly is TRUE, the right "restricted identification" is needed.
    pub sector: Option<KeyId>,
}

/// A set of SecurityInfos.
#[derive(Clone, Debug, Default)]
pub struct SecurityInfos {
    /// Each info's DER, but for the PrivilegedTerminalInfo.
    comparable: Vec<Box<[u8]>>,
    pace: bool,
    chip_infos: Vec<ChipInfo>,
    domains: Vec<Domain>,
    public_keys: Vec<PublicKey>,
    /// Key ids inside PrivilegedTerminalInfo.
    privileged: Vec<Option<KeyId>>,
    restricted: Vec<RestrictedInfo>,
}

#[derive(Clone, Copy, Debug)]
struct RestrictedInfo {
    key: KeyId,
    authorized_only: bool,
}

impl SecurityInfos {
    /// Reads the set as it stands in EF.CardAccess, or in the content that EF.CardSecurity signs. Unknown infos are
    /// ignored (TS_PACE_1.10), as is what follows the set: files may be filled up.
    pub fn parse(bytes: &[u8]) -> Result<Self, SecurityInfoError> {
        if bytes.len() > INFOS_BYTES_MAX {
            return Err(SecurityInfoError::TooLong);
        }
        let mut infos = Self::default();
        for info in Der::new(bytes).expect(SET)?.inside().all(INFOS_MAX)? {
            infos.add(&info)?;
        }
        Ok(infos)
    }

    /// The PACE variant that this terminal speaks, if it is among the card's (TR-03110-3 A.1.1.1).
    pub fn pace(&self) -> Option<PaceVariant> {
        self.pace.then_some(PaceVariant(()))
    }

    /// The keys of restricted identification with ECDH and SHA-256 (A.1.1.4). Only EF.CardSecurity names them.
    pub fn restricted_identification(&self) -> RestrictedIdKeys {
        let key = |authorized_only| {
            let mut fitting = self.restricted.iter();
            fitting
                .find(|info| info.authorized_only == authorized_only)
                .map(|info| info.key)
        };
        RestrictedIdKeys {
            blocklist: key(false),
            sector: key(true),
        }
    }

    /// True when each info of `card_access` stands here, byte for byte (TR-03110-2 §2.3.4 step 2). The
    /// PrivilegedTerminalInfo is left out, as in A.1.2.2.
    pub(crate) fn contains_all(&self, card_access: &Self) -> bool {
        let mut infos = card_access.comparable.iter();
        infos.all(|info| self.comparable.contains(info))
    }

    fn add(&mut self, info: &Item<'_>) -> Result<(), DerError> {
        let mut fields = info.inside();
        let protocol = match (info.tag, fields.read()) {
            (SEQUENCE, Ok(Some(first))) if first.tag == OBJECT_IDENTIFIER => first.value,
            // No SecurityInfo at all; EF.CardSecurity has to have it too.
            _ => &[],
        };
        let protocol = protocol.strip_prefix(SMARTCARD).unwrap_or_default();
        if protocol == PRIVILEGED_TERMINAL {
            return self.add_privileged(&mut fields);
        }
        self.comparable.push(info.raw.into());
        match protocol {
            protocol if Some(protocol) == PACE_OID.strip_prefix(SMARTCARD) => {
                self.pace |= is_pace_variant(&mut fields)?;
            }
            CHIP_DOMAIN => self.domains.push(Domain::read(&mut fields)?),
            CHIP_PUBLIC_KEY => self.public_keys.push(PublicKey::read(&mut fields)?),
            RESTRICTED_SHA_256 => self.restricted.extend(RestrictedInfo::read(&mut fields)?),
            [CHIP_AUTHENTICATION, _, _] => self
                .chip_infos
                .push(ChipInfo::read(protocol == CHIP_AES_128, &mut fields)?),
            _ => {}
        }
        Ok(())
    }

    /// Remembers which keys only privileged terminals may use. Their infos are those of a second set, which can't hold a
    /// third.
    fn add_privileged(&mut self, fields: &mut Der<'_>) -> Result<(), DerError> {
        for info in fields.expect(SET)?.inside().all(INFOS_MAX)? {
            let mut fields = info.inside();
            let protocol = fields.expect(OBJECT_IDENTIFIER)?.value;
            if let Some([CHIP_AUTHENTICATION, _, _]) = protocol.strip_prefix(SMARTCARD) {
                self.privileged.push(ChipInfo::read(false, &mut fields)?.key);
            }
        }
        Ok(())
    }
}

/// PACEInfo: version, and the parameter id, which only proprietary parameters may leave out.
fn is_pace_variant(fields: &mut Der<'_>) -> Result<bool, DerError> {
    let version = fields.expect(INTEGER)?.small()?;
    let parameter = fields.optional(INTEGER)?.map(|id| id.small()).transpose()?;
    Ok(version == PACE_VERSION && parameter == Some(u32::from(PARAMETER_ID)))
}

impl RestrictedInfo {
    /// RestrictedIdentificationInfo: `params` with version, key id and authorizedOnly; maxKeyLen doesn't matter here.
    /// `None` for other versions.
    fn read(fields: &mut Der<'_>) -> Result<Option<Self>, DerError> {
        let mut params = fields.expect(SEQUENCE)?.inside();
        let version = params.expect(INTEGER)?.small()?;
        let info = Self {
            key: KeyId(params.expect(INTEGER)?.small()?),
            authorized_only: params.expect(BOOLEAN)?.boolean()?,
        };
        Ok(Some(info).filter(|_| version == RESTRICTED_VERSION))
    }
}

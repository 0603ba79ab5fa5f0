//! Which of a card's keys chip authentication version 2 uses (TR-03110-3 A.1.1.2, TR-03127 annex D).
use super::{KeyId, SecurityInfos};
use crate::der::{Der, DerError, INTEGER, SEQUENCE};
use crate::domain_parameters::Curve;

/// Bytes of an uncompressed point of brainpoolP256r1: `04 ‖ x ‖ y`.
pub const POINT_BYTES: usize = 65;
/// The version of chip authentication that terminals for the eID function use (TR-03110-2 §3.4).
const VERSION: u32 = 2;
const VERSION_3: u32 = 3;

/// The card's key for chip authentication version 2 with id-CA-ECDH-AES-CBC-CMAC-128 on brainpoolP256r1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChipAuthKey {
    /// Value of object `84` in MSE:Set AT. `None` only for a card that has a single key without a name; whenever there is
    /// one it is sent, as cards with several keys demand it (B.14.1).
    pub key_id: Option<KeyId>,
    /// The card's static public key, `04 ‖ x ‖ y`. Only EF.CardSecurity tells it. That the point is on the curve is for
    /// the key agreement to check.
    pub public_key: Option<[u8; POINT_BYTES]>,
}

/// ChipAuthenticationInfo.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChipInfo {
    /// id-CA-ECDH-AES-CBC-CMAC-128.
    is_ours: bool,
    version: u32,
    pub(super) key: Option<KeyId>,
}

/// ChipAuthenticationDomainParameterInfo for ECDH.
#[derive(Clone, Copy, Debug)]
pub(super) struct Domain {
    curve: Option<Curve>,
    key: Option<KeyId>,
}

/// ChipAuthenticationPublicKeyInfo for ECDH.
#[derive(Clone, Debug)]
pub(super) struct PublicKey {
    /// The point, when it is one of brainpoolP256r1.
    point: Option<[u8; POINT_BYTES]>,
    key: Option<KeyId>,
}

impl SecurityInfos {
    /// The key to use: version 2, this terminal's cipher and curve, and not set aside for privileged terminals. Among
    /// several the first, which is also right for cards without PrivilegedTerminalInfo (until Q3/2011, TR-03127 annex D).
    pub fn chip_authentication_v2(&self) -> Option<ChipAuthKey> {
        let needs_name = self.chip_keys() > 1 || self.chip_infos.iter().any(|info| info.version == VERSION_3);
        let info = self.chip_infos.iter().find(|info| {
            info.is_ours
                && info.version == VERSION
                && !self.privileged.contains(&info.key)
                && (info.key.is_some() || !needs_name)
                && self.has_known_domain(info.key)
        })?;
        Some(ChipAuthKey {
            key_id: info.key,
            public_key: self.public_key(info.key),
        })
    }

    /// How many keys for versions 1 and 2 the card names, also those for privileged terminals.
    fn chip_keys(&self) -> usize {
        let versions_below_3 = self.chip_infos.iter().filter(|info| info.version != VERSION_3);
        let mut keys: Vec<_> = versions_below_3.map(|info| info.key).collect();
        keys.extend(&self.privileged);
        keys.sort_unstable_by_key(|key| key.map(|id| id.0));
        keys.dedup();
        keys.len()
    }

    fn has_known_domain(&self, key: Option<KeyId>) -> bool {
        let mut domains = self.domains.iter();
        domains.any(|domain| domain.key == key && domain.curve == Some(Curve::BrainpoolP256))
    }

    /// The public key of that name; `None` also when two are there under one name, since then nobody knows which.
    fn public_key(&self, key: Option<KeyId>) -> Option<[u8; POINT_BYTES]> {
        let mut named = self.public_keys.iter().filter(|public| public.key == key);
        let first = named.next()?;
        if named.next().is_some() { None } else { first.point }
    }
}

impl ChipInfo {
    pub(super) fn read(is_ours: bool, fields: &mut Der<'_>) -> Result<Self, DerError> {
        Ok(Self {
            is_ours,
            version: fields.expect(INTEGER)?.small()?,
            key: KeyId::read(fields)?,
        })
    }
}

impl Domain {
    pub(super) fn read(fields: &mut Der<'_>) -> Result<Self, DerError> {
        Ok(Self {
            curve: Curve::from_algorithm(&fields.expect(SEQUENCE)?)?,
            key: KeyId::read(fields)?,
        })
    }
}

impl PublicKey {
    pub(super) fn read(fields: &mut Der<'_>) -> Result<Self, DerError> {
        let mut info = fields.expect(SEQUENCE)?.inside();
        let curve = Curve::from_algorithm(&info.expect(SEQUENCE)?)?;
        let bits = info.any()?.whole_bits()?;
        let point = match <[u8; POINT_BYTES]>::try_from(bits) {
            Ok(point) if curve == Some(Curve::BrainpoolP256) && point.starts_with(&[0x04]) => Some(point),
            Ok(_) | Err(_) => None,
        };
        Ok(Self {
            point,
            key: KeyId::read(fields)?,
        })
    }
}

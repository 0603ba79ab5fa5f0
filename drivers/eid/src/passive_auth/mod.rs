//! Passive authentication: was EF.CardSecurity signed by a German document signer, and so are the card's keys those that
//! the manufacturer wrote? (TR-03110-2 §2.3.3, TR-03110-3 A.1.2.5, TR-03130-1 §2.4.3, ICAO 9303-12 §6.)
//!
//! [`verify`] goes the steps of TR-03130-1 §2.4.3 and names the one that fails. It proves the data, not the
//! card: a copy of the file passes as well. Chip authentication with the key found here proves the card.
//!
//! The terminal trusts what is in its [`TrustStore`]: CSCA certificates, brought by the operator or by a master list, and
//! revocation lists. Date and files come in as arguments.
mod bp512;
mod certificate;
mod known_files;
mod pem;
mod public_key;
mod revocation;
mod signed_data;
#[cfg(test)]
mod tests;
mod trust_store;
#[cfg(test)]
mod trust_store_tests;

pub use known_files::{KNOWN_FILES_MAX, KnownFiles};
pub use pem::PemError;
pub use trust_store::{
    Imported, MASTER_LIST_BYTES_MAX, MasterListSigner, RevocationPolicy, TRUST_ANCHORS_MAX, TrustStore, TrustStoreError,
};

use crate::der::DerError;
use crate::security_info::{ChipAuthKey, KeyId, POINT_BYTES, RestrictedIdKeys, SecurityInfoError, SecurityInfos};
use jiff::civil::Date;
use signed_data::SignedData;
use thiserror::Error;

/// Longest EF.CardSecurity: the longest known has some 3 kB, EF.ChipSecurity 5 kB.
pub const CARD_SECURITY_BYTES_MAX: usize = 16_384;
/// id-SecurityObject, 0.4.0.127.0.7.3.2.1 (TR-03110-3 A.1.2.5).
const SECURITY_OBJECT: &[u8] = &[0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x02, 0x01];

/// The step of passive authentication that failed. No variant holds a byte of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PassiveAuthError {
    /// Longer than [`CARD_SECURITY_BYTES_MAX`].
    #[error("the signed file is too long")]
    TooLong,
    /// The CMS structure isn't DER or not in the profile of TR-03110-3 A.1.2.5.
    #[error("the signed file is not encoded as TR-03110-3 A.1.2.5 says")]
    Encoding(#[from] DerError),
    /// It is another CMS type.
    #[error("the file is no CMS SignedData")]
    NotSignedData,
    /// What is signed is another kind of object, or the attribute says so.
    #[error("the signed content has another type")]
    ContentType,
    /// Not exactly one signer.
    #[error("the file has not exactly one signer")]
    Signers,
    /// content-type or message-digest is missing among the signed attributes, or there twice.
    #[error("signed attributes are missing or there twice")]
    Attributes,
    /// The certificate of the signer isn't in the file.
    #[error("the signer's certificate is not in the file")]
    NoSignerCertificate,
    /// A certificate in the file can't be read.
    #[error("the signer's certificate is not encoded as RFC 5280 says")]
    SignerCertificate(#[source] DerError),
    /// Hash, signature algorithm, curve or explicit curve numbers that aren't trusted here.
    #[error("hash, signature algorithm or curve is not accepted")]
    Algorithm,
    /// The content isn't what was signed.
    #[error("the content's digest is wrong")]
    Digest,
    /// The signature over the attributes is wrong.
    #[error("the signature is wrong")]
    Signature,
    /// No CSCA in the store has the name and key that the signer's certificate refers to.
    #[error("the CSCA of the signer's certificate is not in the trust store")]
    UnknownCsca,
    /// The CSCA's signature on the signer's certificate is wrong.
    #[error("the CSCA did not sign the signer's certificate")]
    CscaSignature,
    /// The CSCA's certificate isn't valid on that day.
    #[error("the CSCA certificate is not valid today")]
    CscaValidity,
    /// The signer's certificate isn't valid on that day.
    #[error("the signer's certificate is not valid today")]
    SignerValidity,
    /// The certificate is for another use: a CA, a master list signer, or with an unknown critical extension.
    #[error("the signer's certificate is for another use")]
    SignerUsage,
    /// It is for other documents than those with the eID function, or of another country.
    #[error("the signer's certificate is for other documents")]
    DocumentType,
    /// Signer or CSCA stand on a revocation list.
    #[error("the signer's or the CSCA's certificate was revoked")]
    Revoked,
    /// The policy asks for a revocation list, and there is none for this country or only an old one.
    #[error("there is no current revocation list")]
    NoCurrentRevocationList,
    /// Somebody else signed than the one certificate that may.
    #[error("another signer than the pinned one signed")]
    OtherSigner,
    /// The signed content is no SecurityInfos.
    #[error("the signed content is no SecurityInfos")]
    Content(#[from] SecurityInfoError),
    /// EF.CardAccess said something before PACE that isn't in the signed file: an attempt to make the terminal use weaker
    /// parameters (TR-03110-2 §2.3.4 step 2).
    #[error("EF.CardAccess says what EF.CardSecurity does not")]
    CardAccessDiffers,
    /// No key for chip authentication version 2 that this terminal can use.
    #[error("there is no usable key for chip authentication")]
    NoChipKey,
}

/// SecurityInfos that a German document signer signed: made by [`verify`] alone.
#[derive(Clone, Debug)]
pub struct SecuredInfos {
    infos: SecurityInfos,
    fingerprint: [u8; 32],
}

/// The card's public key for chip authentication, from the signed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecuredChipKey {
    key_id: Option<KeyId>,
    public_key: [u8; POINT_BYTES],
}

impl SecuredChipKey {
    /// Value of object `84`; see [`ChipAuthKey::key_id`].
    pub fn key_id(&self) -> Option<KeyId> {
        self.key_id
    }

    /// `04 ‖ x ‖ y` on brainpoolP256r1.
    pub fn public_key(&self) -> &[u8; POINT_BYTES] {
        &self.public_key
    }
}

/// Checks EF.CardSecurity in the steps of TR-03130-1 §2.4.3: signature by the certificate inside, this one issued by a
/// CSCA of the store, both valid `today` and not revoked, and meant for German documents with the eID function.
pub fn verify(card_security: &[u8], store: &TrustStore, today: Date) -> Result<SecuredInfos, PassiveAuthError> {
    if card_security.len() > CARD_SECURITY_BYTES_MAX {
        return Err(PassiveAuthError::TooLong);
    }
    let signed = SignedData::verify(card_security, SECURITY_OBJECT)?;
    store.check_document_signer(&signed.signer, today)?;
    Ok(SecuredInfos {
        infos: SecurityInfos::parse(signed.content)?,
        fingerprint: fingerprint(card_security),
    })
}

/// SHA-256 of a file: names it in [`KnownFiles`].
pub fn fingerprint(card_security: &[u8]) -> [u8; 32] {
    public_key::sha_256(&[card_security])
}

/// The content of an object that exactly the pinned signer signed (TR-03129 C): lists from the Berechtigungs-CA.
pub(crate) fn open_pinned<'a>(
    signed: &'a [u8],
    content_type: &[u8],
    signer: &[u8],
    today: Date,
) -> Result<&'a [u8], PassiveAuthError> {
    let signed = SignedData::verify(signed, content_type)?;
    signed.signer.is_pinned(signer, today)?;
    Ok(signed.content)
}

impl SecuredInfos {
    /// Holds what EF.CardAccess said before PACE against what is signed (TR-03110-2 §2.3.4 step 2, TR-03110-3 A.1.2.2):
    /// each of its infos, but for PrivilegedTerminalInfo, has to be here byte for byte.
    pub fn agrees_with(&self, card_access: &SecurityInfos) -> Result<(), PassiveAuthError> {
        if self.infos.contains_all(card_access) {
            Ok(())
        } else {
            Err(PassiveAuthError::CardAccessDiffers)
        }
    }

    /// The key for chip authentication version 2 (TR-03110-3 A.1.1.2).
    pub fn chip_key(&self) -> Result<SecuredChipKey, PassiveAuthError> {
        match self.infos.chip_authentication_v2() {
            Some(ChipAuthKey {
                key_id,
                public_key: Some(public_key),
            }) => Ok(SecuredChipKey { key_id, public_key }),
            Some(ChipAuthKey { public_key: None, .. }) | None => Err(PassiveAuthError::NoChipKey),
        }
    }

    /// The keys of restricted identification (TR-03110-3 A.1.1.4).
    pub fn restricted_identification(&self) -> RestrictedIdKeys {
        self.infos.restricted_identification()
    }

    /// The signed infos.
    pub fn infos(&self) -> &SecurityInfos {
        &self.infos
    }

    /// SHA-256 of the file they come from.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }
}

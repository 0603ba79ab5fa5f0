//! Certificate revocation lists of a CSCA (RFC 5280 §5; ICAO 9303-12 §7.1.4).
use super::certificate::{CRL_SIGN, Certificate, Name, Signed, date, read_extensions};
use crate::der::{DerError, INTEGER, Item, SEQUENCE, context};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Longest revocation list: a country revokes a few dozen certificates in all.
pub(super) const LIST_BYTES_MAX: usize = 1 << 20;
/// Most entries.
const ENTRIES_MAX: usize = 20_000;
/// cRLNumber and authorityKeyIdentifier (RFC 5280 §5.2), issuerAltName: the extensions that change nothing here.
const KNOWN_EXTENSIONS: [&[u8]; 3] = [&[0x55, 0x1D, 0x14], &[0x55, 0x1D, 0x23], &[0x55, 0x1D, 0x12]];

/// A revocation list.
#[derive(Clone, Debug)]
pub(super) struct RevocationList {
    pub(super) issuer: Name,
    pub(super) this_update: Date,
    next_update: Date,
    /// Serial numbers as DER writes them.
    revoked: BTreeSet<Vec<u8>>,
    signed: Signed,
}

impl RevocationList {
    /// Reads one list. Lists that speak of a part only (a critical extension says so) are errors.
    pub(super) fn parse(der: &[u8]) -> Result<Self, DerError> {
        let (signed, content, algorithm) = Signed::read(der, LIST_BYTES_MAX)?;
        let mut fields = content.inside();
        fields.optional(INTEGER)?;
        if fields.expect(SEQUENCE)?.raw != algorithm.raw {
            return Err(DerError::Value);
        }
        let issuer = Name::read(&fields.expect(SEQUENCE)?)?;
        let (this_update, next_update) = (date(&fields.any()?)?, date(&fields.any()?)?);
        let revoked = match fields.optional(SEQUENCE)? {
            Some(entries) => serials(&entries)?,
            None => BTreeSet::new(),
        };
        if let Some(extensions) = fields.optional(context(0))? {
            check_extensions(&extensions)?;
        }
        fields.finish()?;
        Ok(Self {
            issuer,
            this_update,
            next_update,
            revoked,
            signed,
        })
    }

    /// True when that CSCA signed the list and may sign lists.
    pub(super) fn is_by(&self, csca: &Certificate) -> bool {
        let may_sign = csca.may_be_used_for(CRL_SIGN);
        may_sign && self.issuer == csca.subject && csca.key.as_ref().is_some_and(|key| self.signed.is_by(key))
    }

    /// True between the list's own days, and some days of grace after them.
    pub(super) fn is_current(&self, today: Date, grace_days: u16) -> bool {
        let end = self.next_update.saturating_add(jiff::Span::new().days(grace_days));
        (self.this_update..=end).contains(&today)
    }

    pub(super) fn holds(&self, certificate: &Certificate) -> bool {
        self.revoked.contains(&certificate.serial)
    }
}

fn serials(entries: &Item<'_>) -> Result<BTreeSet<Vec<u8>>, DerError> {
    let serial = |entry: &Item<'_>| Ok(entry.inside().expect(INTEGER)?.value.to_vec());
    entries.inside().all(ENTRIES_MAX)?.iter().map(serial).collect()
}

fn check_extensions(list: &Item<'_>) -> Result<(), DerError> {
    let mut extensions = read_extensions(list)?.into_iter();
    if extensions.any(|extension| extension.is_critical && !KNOWN_EXTENSIONS.contains(&extension.oid)) {
        return Err(DerError::Value);
    }
    Ok(())
}

//! Card-verifiable certificates (TR-03110-3 C) and the description that goes with a terminal's (TR-03110-4 §2.2.6).
use super::chat::{Chat, Role};
use crate::curve::{Curve, Key};
use crate::der;
use jiff::civil::Date;

/// id-TA-ECDSA-SHA-256.
pub(crate) const TA_ECDSA_SHA_256: &str = "0.4.0.127.0.7.2.2.2.2.3";
/// id-description.
const DESCRIPTION: &str = "0.4.0.127.0.7.3.1.3.1";
/// id-plainFormat.
const PLAIN_FORMAT: &str = "0.4.0.127.0.7.3.1.3.1.1";
/// id-sector.
pub(crate) const SECTOR: &str = "0.4.0.127.0.7.3.1.3.2";

/// What stands in a certificate.
pub(super) struct Body<'a> {
    pub(super) authority: &'a str,
    pub(super) holder: &'a str,
    pub(super) terminal_type: &'a str,
    pub(super) role: Role,
    pub(super) rights: Chat,
    pub(super) public: &'a [u8],
    pub(super) valid: (Date, Date),
    /// Discretionary data templates.
    pub(super) extensions: Vec<Vec<u8>>,
}

impl Body<'_> {
    /// The certificate `7F21 {7F4E …} {5F37 r‖s}`.
    pub(super) fn signed(&self, by: &Key) -> Vec<u8> {
        let body = self.encode();
        der::tlv(0x7F21, &[&body, &der::tlv(0x5F37, &[&by.sign(&body)])])
    }

    fn encode(&self) -> Vec<u8> {
        // Only a CVCA's key carries the domain; others inherit it (TR-03110-3 D.3.3).
        let with_domain = self.role == Role::Cvca;
        let key = Curve::BrainpoolP256.card_verifiable_key(TA_ECDSA_SHA_256, self.public, with_domain);
        let extensions = match self.extensions.as_slice() {
            [] => vec![],
            templates => der::tlv(0x65, &[&templates.concat()]),
        };
        der::tlv(
            0x7F4E,
            &[
                &der::tlv(0x5F29, &[&[0]]),
                &der::tlv(0x42, &[self.authority.as_bytes()]),
                &der::tlv(0x7F49, &[&key]),
                &der::tlv(0x5F20, &[self.holder.as_bytes()]),
                &self.rights.template_of(self.terminal_type, self.role),
                &der::tlv(0x5F25, &[&date(self.valid.0)]),
                &der::tlv(0x5F24, &[&date(self.valid.1)]),
                &extensions,
            ],
        )
    }
}

/// YYMMDD as unpacked digits (TR-03110-3 D.2.1.3).
pub(crate) fn date(date: Date) -> [u8; 6] {
    let (year, month, day) = (date.year().rem_euclid(100) as u8, date.month() as u8, date.day() as u8);
    [year / 10, year % 10, month / 10, month % 10, day / 10, day % 10]
}

/// Who asks the citizen, as the authority wrote it into the description.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Provider {
    pub issuer_name: String,
    pub issuer_url: String,
    pub subject_name: String,
    pub subject_url: String,
    /// Name, address and e-mail of the provider, the purpose, the data-protection authority.
    pub terms_of_usage: String,
}

impl Provider {
    /// A made-up town hall.
    pub fn musterstadt() -> Self {
        Self {
            issuer_name: "TEST Berechtigungs-CA".into(),
            issuer_url: "https://ca.example".into(),
            subject_name: "Stadt Musterstadt".into(),
            subject_url: "https://www.musterstadt.example".into(),
            terms_of_usage: "Name, Anschrift und E-Mail-Adresse des Diensteanbieters:\r\nStadt Musterstadt\r\n\
                Rathausplatz 1\r\n12345 Musterstadt\r\npost@musterstadt.example\r\n\r\nZweck des Auslesevorgangs:\r\n\
                Anträge am Selbstbedienungsterminal\r\n\r\nZuständige Datenschutzaufsicht:\r\n\
                Landesbeauftragte für den Datenschutz\r\nMusterallee 2\r\n12345 Musterstadt"
                .into(),
        }
    }

    /// `CertificateDescription` in plain text.
    pub fn description(&self) -> Vec<u8> {
        let tagged = |number: u32, inner: Vec<u8>| der::tlv(0xA0 | number, &[&inner]);
        der::sequence(&[
            &der::oid(PLAIN_FORMAT),
            &tagged(1, der::utf8(&self.issuer_name)),
            &tagged(2, der::printable(&self.issuer_url)),
            &tagged(3, der::utf8(&self.subject_name)),
            &tagged(4, der::printable(&self.subject_url)),
            &tagged(5, der::utf8(&self.terms_of_usage)),
        ])
    }
}

/// Extension with the hash of a description.
pub(super) fn description_extension(description: &[u8]) -> Vec<u8> {
    let hash = Curve::BrainpoolP256.hash(description);
    der::tlv(0x73, &[&der::oid(DESCRIPTION), &der::tlv(0x80, &[&hash])])
}

/// Extension with the hashes of the first and second sector's public key (TR-03110-3 C.3.2.1).
pub(super) fn sector_extension(first: &[u8], second: &[u8]) -> Vec<u8> {
    let hash = |tag, key| der::tlv(tag, &[&Curve::BrainpoolP256.hash(key)]);
    der::tlv(0x73, &[&der::oid(SECTOR), &hash(0x80, first), &hash(0x81, second)])
}

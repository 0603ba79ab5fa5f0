//! The certificate description: who asks and why, in words (TR-03110-4 §2.2.6). The certificate holds its hash.
use apdu::tlv::{Reader, Tag, Tlv, TlvError};
use thiserror::Error;

const SEQUENCE: Tag = Tag(0x30);
const OBJECT_IDENTIFIER: Tag = Tag(0x06);
const OCTET_STRING: Tag = Tag(0x04);
const UTF8_STRING: Tag = Tag(0x0C);
const PRINTABLE_STRING: Tag = Tag(0x13);
const IA5_STRING: Tag = Tag(0x16);
/// id-description, 0.4.0.127.0.7.3.1.3.1; 1 is plain text, 2 HTML, 3 PDF.
const ID_DESCRIPTION: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x03, 0x01];
/// Longest description: the terms of usage are a page of text.
pub const DESCRIPTION_BYTES_MAX: usize = 16_384;
/// Stands for terms that this terminal can't show. German certificates have plain text.
pub const TERMS_UNAVAILABLE: &str = "–";

/// Why bytes are no certificate description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DescriptionError {
    /// A data object is missing, in the wrong place or cut off.
    #[error("a data object of the certificate description is wrong")]
    Tlv(#[from] TlvError),
    /// Longer than [`DESCRIPTION_BYTES_MAX`].
    #[error("the certificate description is too long")]
    Length,
    /// None of plain text, HTML and PDF.
    #[error("the certificate description's format is unknown")]
    Format,
    /// A text that isn't one of the string types, or not UTF-8.
    #[error("a text of the certificate description is wrong")]
    Text,
}

/// Format of the terms of usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsFormat {
    /// Plain text.
    Plain,
    /// HTML.
    Html,
    /// PDF.
    Pdf,
}

/// What a certificate description says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateDescription {
    /// Who issued the certificate.
    pub issuer_name: String,
    /// The issuer's address in the web.
    pub issuer_url: Option<String>,
    /// The provider.
    pub subject_name: String,
    /// The provider's address in the web.
    pub subject_url: Option<String>,
    /// Format of the terms.
    pub format: TermsFormat,
    /// Plain terms of usage; [`TERMS_UNAVAILABLE`] for the other formats.
    pub terms_of_usage: String,
}

impl CertificateDescription {
    /// Reads the DER bytes.
    ///
    /// # Errors
    /// [`DescriptionError`] says what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, DescriptionError> {
        if bytes.len() > DESCRIPTION_BYTES_MAX {
            return Err(DescriptionError::Length);
        }
        let mut outer = Reader::new(bytes);
        let mut fields = outer.expect(SEQUENCE)?.nested()?;
        outer.finish()?;
        let format = match fields.expect(OBJECT_IDENTIFIER)?.value.split_last() {
            Some((1, front)) if front == ID_DESCRIPTION => TermsFormat::Plain,
            Some((2, front)) if front == ID_DESCRIPTION => TermsFormat::Html,
            Some((3, front)) if front == ID_DESCRIPTION => TermsFormat::Pdf,
            Some(_) | None => return Err(DescriptionError::Format),
        };
        let (mut issuer, mut issuer_url, mut subject, mut subject_url, mut terms) = (None, None, None, None, None);
        while let Some(field) = fields.read()? {
            let slot = match field.tag {
                Tag(0xA1 | 0x81) => &mut issuer,
                Tag(0xA2 | 0x82) => &mut issuer_url,
                Tag(0xA3 | 0x83) => &mut subject,
                Tag(0xA4 | 0x84) => &mut subject_url,
                Tag(0xA5 | 0x85) if format == TermsFormat::Plain => &mut terms,
                // Redirect address and TLS certificates are for the online way.
                _ => continue,
            };
            *slot = Some(text(&field)?);
        }
        let missing = |number| TlvError::Missing { awaited: Tag(number) };
        let terms_of_usage = match format {
            TermsFormat::Plain => terms.ok_or(missing(0xA5))?,
            TermsFormat::Html | TermsFormat::Pdf => TERMS_UNAVAILABLE.to_owned(),
        };
        Ok(Self {
            issuer_name: issuer.ok_or(missing(0xA1))?,
            issuer_url,
            subject_name: subject.ok_or(missing(0xA3))?,
            subject_url,
            format,
            terms_of_usage,
        })
    }
}

/// The one string inside, or the string itself where tags are taken for implicit ones (as OpenPACE does). Plain terms come
/// as an octet string too. Control characters but line breaks become blanks.
fn text(field: &Tlv<'_>) -> Result<String, DescriptionError> {
    let bytes = if field.tag.is_constructed() {
        let string = field.nested()?.read()?.ok_or(DescriptionError::Text)?;
        if ![UTF8_STRING, PRINTABLE_STRING, IA5_STRING, OCTET_STRING].contains(&string.tag) {
            return Err(DescriptionError::Text);
        }
        string.value
    } else {
        field.value
    };
    let text = core::str::from_utf8(bytes).map_err(|_| DescriptionError::Text)?;
    let shown = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    Ok(text.replace("\r\n", "\n").chars().map(shown).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use apdu::tlv;
    use proptest::prelude::*;

    fn description(format: u8, terms: &[u8]) -> Vec<u8> {
        let mut oid = ID_DESCRIPTION.to_vec();
        oid.push(format);
        let field = |tag, kind, value: &[u8]| tlv::encode(Tag(tag), &tlv::encode(Tag(kind), value));
        let parts = [
            tlv::encode(OBJECT_IDENTIFIER, &oid),
            field(0xA1, 0x0C, "Ausstellerin für Tests".as_bytes()),
            field(0xA3, 0x0C, b"Musterstadt"),
            field(0xA4, 0x13, b"https://stadt.test"),
            field(0xA5, 0x0C, terms),
            field(0xA7, 0x31, &[]),
        ];
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_slice()).collect();
        tlv::encode(SEQUENCE, &tlv::concat(&parts)).to_vec()
    }

    #[test]
    fn plain_text_is_shown() {
        let read = CertificateDescription::parse(&description(1, b"Zweck:\r\nAnmeldung\t!")).unwrap();
        assert_eq!(read.issuer_name, "Ausstellerin für Tests");
        assert_eq!(
            (read.issuer_url, read.subject_url.as_deref()),
            (None, Some("https://stadt.test"))
        );
        assert_eq!(
            (read.subject_name.as_str(), read.terms_of_usage.as_str()),
            ("Musterstadt", "Zweck:\nAnmeldung !")
        );
    }

    #[test]
    fn other_formats_are_unavailable() {
        for (format, read_as) in [(2, TermsFormat::Html), (3, TermsFormat::Pdf)] {
            let read = CertificateDescription::parse(&description(format, &[0xFF, 0xD8])).unwrap();
            assert_eq!(
                (read.format, read.terms_of_usage.as_str()),
                (read_as, TERMS_UNAVAILABLE)
            );
        }
    }

    #[test]
    fn wrong_descriptions_are_errors() {
        let parse = |bytes: &[u8]| CertificateDescription::parse(bytes).unwrap_err();
        assert_eq!(parse(&description(4, b"x")), DescriptionError::Format);
        assert_eq!(parse(&description(1, &[0xC3, 0x28])), DescriptionError::Text);
        assert_eq!(parse(&vec![0; DESCRIPTION_BYTES_MAX + 1]), DescriptionError::Length);
        assert!(matches!(parse(&[]), DescriptionError::Tlv(_)));
        let mut longer = description(1, b"x");
        longer.push(0);
        assert_eq!(parse(&longer), DescriptionError::Tlv(TlvError::Trailing));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = CertificateDescription::parse(&bytes);
        }

        #[test]
        fn one_changed_byte_never_panics(at in 0..100usize, byte: u8) {
            let mut bytes = description(1, b"Zweck");
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = CertificateDescription::parse(&bytes);
        }
    }
}

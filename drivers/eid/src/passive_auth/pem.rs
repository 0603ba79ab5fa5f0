//! Files that people hand over: DER, or the same in PEM (RFC 7468).
use crate::der::SEQUENCE;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

/// Longest PEM file: a bundle of all CSCA certificates of a country is far below.
const PEM_BYTES_MAX: usize = 4 << 20;

/// The text is no PEM, or longer than anything real.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the file is neither DER nor PEM")]
pub struct PemError;

/// The DER objects in a file that is either DER or PEM (RFC 7468).
pub(super) fn der_or_pem(bytes: &[u8]) -> Result<Vec<Vec<u8>>, PemError> {
    if bytes.first() == Some(&SEQUENCE) {
        return Ok(vec![bytes.to_vec()]);
    }
    if bytes.len() > PEM_BYTES_MAX {
        return Err(PemError);
    }
    let text = core::str::from_utf8(bytes).map_err(|_| PemError)?;
    let mut objects = vec![];
    let mut body: Option<String> = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with("-----BEGIN ") {
            body = Some(String::new());
        } else if line.starts_with("-----END ") {
            let base64 = body.take().ok_or(PemError)?;
            let decoded = STANDARD.decode(base64);
            objects.push(decoded.map_err(|_| PemError)?);
        } else if let Some(body) = &mut body {
            body.push_str(line);
        }
    }
    if objects.is_empty() { Err(PemError) } else { Ok(objects) }
}

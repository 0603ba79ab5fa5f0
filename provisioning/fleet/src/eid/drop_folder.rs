//! A folder between the backend and whoever speaks with the Berechtigungs-CA: a person, or a program for its SOAP and
//! mutual TLS (TR-03129, TR-03116-4). Requests are put into it, what came for them is laid beside.
//!
//! | in the folder | what | who writes |
//! |---|---|---|
//! | `requests/HOLDER.req` | the newest request (TR-03110-3 C.2) of that holder reference | the backend |
//! | `certificates/HOLDER.cvcert` | the certificate for it (7F21) | the other side |
//! | `authorities/*.cvcert` | CVCA links and document verifiers, one a file | the other side |
//! | `descriptions/*` | certificate descriptions (30) | the other side |
//! | `blocklist.cms` | the complete blocklist; **touched whenever it is known to be current** | the other side |
//! | `master-list.cms`, `crl.der`, `defect-list.cms` | as the terminal's folder has them | the other side |
//!
//! Files have to be put there as a whole (written beside, then renamed). A blocklist that wasn't touched for
//! [`BLOCKLIST_AGE_MAX_S`] isn't given out: a terminal would take it for the newest.
use signer::certificate::{CERTIFICATE_BYTES_MAX, CvCertificate, HolderReference};
use signer::curve::Digest;
use signer::lists::{ListKind, block_list_id};
use signer::renewal::{BlockListAnswer, PkiPartner, PkiTrouble, Requested, ReturnCode};
use signer::request::CertificateRequest;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use wire::eid::{CERTIFICATES_MAX, DESCRIPTION_BYTES_MAX};

/// How long a blocklist may go untouched.
pub const BLOCKLIST_AGE_MAX_S: u64 = 24 * 60 * 60;

/// Most descriptions looked at.
const DESCRIPTIONS_MAX: usize = 256;

/// The folder.
#[derive(Clone, Debug)]
pub struct DropFolder {
    folder: PathBuf,
}

impl DropFolder {
    /// Of that folder; what is missing in it is made when it is needed.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn certificate_for(&self, name: &str) -> Result<Option<CvCertificate>, PkiTrouble> {
        let path = self.folder.join("certificates").join(format!("{name}.cvcert"));
        let bytes = find(&path, CERTIFICATE_BYTES_MAX as u64)?;
        let Some(bytes) = bytes else { return Ok(None) };
        let certificate = CvCertificate::parse(&bytes).map_err(|error| {
            tracing::error!(path = %path.display(), %error, "this is no certificate");
            PkiTrouble::Strange
        })?;
        Ok((certificate.holder().as_bytes() == name.as_bytes()).then_some(certificate))
    }

    fn certificates_with(&self, own: &CvCertificate) -> Result<Vec<Vec<u8>>, PkiTrouble> {
        let mut all = self.authorities()?;
        all.truncate(CERTIFICATES_MAX - 1);
        all.push(own.as_bytes().to_vec());
        Ok(all)
    }

    fn authorities(&self) -> Result<Vec<Vec<u8>>, PkiTrouble> {
        self.files("authorities", CERTIFICATE_BYTES_MAX as u64, CERTIFICATES_MAX)
    }

    fn put_request(&self, name: &str, request: &[u8]) -> io::Result<()> {
        let folder = self.folder.join("requests");
        fs::create_dir_all(&folder)?;
        let unfinished = folder.join(format!("{name}.part"));
        let mut file = File::create(&unfinished)?;
        file.write_all(request)?;
        file.sync_all()?;
        fs::rename(&unfinished, folder.join(format!("{name}.req")))
    }

    /// Files of a folder with their bytes, in the order of their names; unreadable ones are told and left out.
    fn files(&self, folder: &str, bytes_max: u64, files_max: usize) -> Result<Vec<Vec<u8>>, PkiTrouble> {
        let entries = match fs::read_dir(self.folder.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(away(&self.folder.join(folder), &error)),
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        paths.retain(|path| path.extension().is_none_or(|extension| extension != "part"));
        let read = paths.iter().take(files_max).map(|path| find(path, bytes_max));
        Ok(read.filter_map(|bytes| bytes.ok().flatten()).collect())
    }
}

impl PkiPartner for DropFolder {
    fn request_certificate(&mut self, request: &[u8]) -> Result<Requested, PkiTrouble> {
        let read = CertificateRequest::parse(request).map_err(|_| refused("failure_syntax"))?;
        let name = file_name(&read.holder).ok_or_else(|| refused("failure_syntax"))?;
        match self.certificate_for(&name)? {
            Some(own) if own.point() == read.point => Ok(Requested::Certificates(self.certificates_with(&own)?)),
            Some(_) => Err(PkiTrouble::Refused(ReturnCode::HOLDER_REFERENCE_IN_USE)),
            None => {
                let put = self.put_request(&name, request);
                put.map_err(|error| away(&self.folder.join("requests"), &error))?;
                Ok(Requested::Later { message_id: name })
            }
        }
    }

    fn sent_certificates(&mut self, message_id: &str) -> Result<Option<Vec<Vec<u8>>>, PkiTrouble> {
        let holder = HolderReference::new(message_id.as_bytes()).and_then(|holder| file_name(&holder));
        let name = holder.ok_or_else(|| refused("failure_messageID_unknown"))?;
        let own = self.certificate_for(&name)?;
        own.map(|own| self.certificates_with(&own)).transpose()
    }

    fn authority_certificates(&mut self) -> Result<Vec<Vec<u8>>, PkiTrouble> {
        self.authorities()
    }

    fn certificate_description(&mut self, hash: &[u8]) -> Result<Vec<u8>, PkiTrouble> {
        let digest = match hash.len() {
            32 => Digest::Sha256,
            48 => Digest::Sha384,
            _ => Digest::Sha512,
        };
        let descriptions = self.files("descriptions", DESCRIPTION_BYTES_MAX as u64, DESCRIPTIONS_MAX)?;
        let wanted = descriptions.into_iter().find(|one| digest.hash(one) == hash);
        wanted.ok_or_else(|| refused("failure_cert_not_available"))
    }

    fn block_list(&mut self, delta_base: Option<&[u8]>) -> Result<BlockListAnswer, PkiTrouble> {
        let path = self.folder.join(ListKind::Blocklist.file_name());
        let touched = fs::metadata(&path).and_then(|metadata| metadata.modified());
        let is_current = touched.is_ok_and(|touched| age_of(touched) <= Duration::from_secs(BLOCKLIST_AGE_MAX_S));
        if !is_current {
            tracing::error!(path = %path.display(), "the blocklist isn't there or wasn't touched for a day");
            return Err(refused("failure_list_not_available"));
        }
        let list =
            find(&path, ListKind::Blocklist.bytes_max())?.ok_or_else(|| refused("failure_list_not_available"))?;
        if delta_base.is_some() && block_list_id(&list) == delta_base {
            return Ok(BlockListAnswer::UpToDate);
        }
        Ok(BlockListAnswer::Complete(list))
    }

    fn list(&mut self, kind: ListKind) -> Result<Vec<u8>, PkiTrouble> {
        let list = find(&self.folder.join(kind.file_name()), kind.bytes_max())?;
        list.ok_or_else(|| refused("failure_list_not_available"))
    }
}

/// A name that is one on every file system; the alphabet of holder references is wider than what is ever used.
fn file_name(holder: &HolderReference) -> Option<String> {
    let text = str::from_utf8(holder.as_bytes()).ok()?;
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric())
        .then(|| text.to_owned())
}

/// The file's bytes; `None` when there is no such file.
fn find(path: &Path, bytes_max: u64) -> Result<Option<Vec<u8>>, PkiTrouble> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(away(path, &error)),
    };
    let mut bytes = Vec::new();
    file.take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| away(path, &error))?;
    if bytes.len() as u64 > bytes_max {
        return Err(away(path, &io::ErrorKind::FileTooLarge.into()));
    }
    Ok(Some(bytes))
}

fn away(path: &Path, error: &io::Error) -> PkiTrouble {
    tracing::error!(path = %path.display(), %error, "the drop folder can't be used");
    PkiTrouble::Unreachable
}

fn refused(code: &str) -> PkiTrouble {
    PkiTrouble::Refused(ReturnCode::from_name(code))
}

/// A file from the future is as good as one of now: it is the clock that is wrong.
#[allow(clippy::disallowed_methods, reason = "the server owns its clock")]
fn age_of(touched: SystemTime) -> Duration {
    SystemTime::now().duration_since(touched).unwrap_or_default()
}

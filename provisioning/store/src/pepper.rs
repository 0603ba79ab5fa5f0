//! The pepper: a key beside the database, not in it, under which lookups are hashed. Who copies the database alone can
//! try codes through against nothing.
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use wire::case_status::CaseLookup;
use wire::receipt::CheckLookup;

/// Name of the file in the data folder. It belongs into a backup, but not into the same one as the database.
pub const PEPPER_FILE: &str = "lookup.pepper";

const PEPPER_BYTES: usize = 32;

/// Block of SHA-256; HMAC fills a shorter key up with zeros (RFC 2104 §2).
const BLOCK_BYTES: usize = 64;

/// What a lookup is stored as.
pub(crate) type Mac256 = [u8; 32];

/// Why there is no pepper.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PepperError {
    #[error("reading or making {}", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} must have {PEPPER_BYTES} bytes", path.display())]
    Length { path: PathBuf },
    #[error("the system gave no random bytes")]
    Random,
    #[error("{} is missing, and without it no stored case is found again; bring it back from the backup", path.display())]
    Lost { path: PathBuf },
}

/// The key. `Debug` tells nothing.
pub(crate) struct Pepper([u8; BLOCK_BYTES]);

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[pepper]")
    }
}

impl Pepper {
    /// Reads the pepper of a data folder, or makes it once, mode 0600. `is_needed` when cases are stored that only the
    /// old one finds.
    pub(crate) fn open(data: &Path, is_needed: bool) -> Result<Self, PepperError> {
        let path = data.join(PEPPER_FILE);
        match read(&path)? {
            Some(pepper) => Ok(pepper),
            None if is_needed => Err(PepperError::Lost { path }),
            None => {
                make(data, &path)?;
                read(&path)?.ok_or(PepperError::Lost { path })
            }
        }
    }

    /// What the lookup is stored as.
    pub(crate) fn hash(&self, lookup: &CaseLookup) -> Mac256 {
        self.mac(lookup.as_bytes())
    }

    /// What the lookup of a receipt is stored as. It goes in as its 64 digits, so that it can't be taken for a case's,
    /// which has 32 bytes.
    pub(crate) fn hash_check(&self, lookup: &CheckLookup) -> Mac256 {
        self.mac(lookup.as_str().as_bytes())
    }

    fn mac(&self, bytes: &[u8]) -> Mac256 {
        let mut hmac = Hmac::<Sha256>::new((&self.0).into());
        hmac.update(bytes);
        hmac.finalize().into_bytes().into()
    }
}

fn read(path: &Path) -> Result<Option<Pepper>, PepperError> {
    let failed = |source| PepperError::Io {
        path: path.to_owned(),
        source,
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut bytes = Vec::with_capacity(PEPPER_BYTES + 1);
    file.take(PEPPER_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() != PEPPER_BYTES {
        return Err(PepperError::Length { path: path.to_owned() });
    }
    let mut block = [0; BLOCK_BYTES];
    block[..PEPPER_BYTES].copy_from_slice(&bytes);
    Ok(Some(Pepper(block)))
}

/// Written whole under another name and then linked: of two processes that start together, both go on with the one that
/// was there first, and neither sees half of it.
fn make(data: &Path, path: &Path) -> Result<(), PepperError> {
    let mut pepper = [0; PEPPER_BYTES];
    getrandom::fill(&mut pepper).map_err(|_| PepperError::Random)?;
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(|_| PepperError::Random)?;
    let draft = data.join(format!("{PEPPER_FILE}.{:016x}", u64::from_le_bytes(name)));
    let write = || {
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(&pepper)?;
        file.sync_all()?;
        let linked = match std::fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        };
        std::fs::remove_file(&draft)?;
        linked?;
        std::fs::File::open(data)?.sync_all()
    };
    write().map_err(|source| PepperError::Io {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn it_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let lookup = CaseLookup::from_bytes([7; 32]);
        let first = Pepper::open(folder.path(), false).unwrap().hash(&lookup);
        assert_eq!(Pepper::open(folder.path(), true).unwrap().hash(&lookup), first);
        let path = folder.path().join(PEPPER_FILE);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let names = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 1, "no draft is left");
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(
            Pepper::open(folder.path(), true),
            Err(PepperError::Lost { .. })
        ));
        assert!(!path.exists(), "a new one would find nothing");
        assert_ne!(Pepper::open(folder.path(), false).unwrap().hash(&lookup), first);
        std::fs::write(&path, [0; 31]).unwrap();
        assert!(matches!(
            Pepper::open(folder.path(), false),
            Err(PepperError::Length { .. })
        ));
    }

    #[test]
    fn many_at_once_agree() {
        let folder = tempfile::tempdir().unwrap();
        let lookup = CaseLookup::from_bytes([7; 32]);
        let open = || Pepper::open(folder.path(), false).unwrap().hash(&lookup);
        let hashes: Vec<Mac256> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(hashes.iter().all(|hash| *hash == hashes[0]));
    }

    /// RFC 4231 §4.2 has another key length; this one is Python's `hmac.new(bytes([1]*32), bytes([2]*32), "sha256")`.
    #[test]
    fn it_is_hmac_sha_256() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(PEPPER_FILE), [1; 32]).unwrap();
        let hash = Pepper::open(folder.path(), true)
            .unwrap()
            .hash(&CaseLookup::from_bytes([2; 32]));
        assert_eq!(hash, KNOWN);
    }

    const KNOWN: Mac256 = [
        0x73, 0x21, 0x40, 0x6e, 0x0c, 0x88, 0x0f, 0xd9, 0x25, 0x97, 0x89, 0x8b, 0xeb, 0x39, 0x3a, 0xf2, 0xae, 0xbe,
        0xd5, 0x1a, 0xb5, 0xcd, 0xf1, 0xd5, 0x2e, 0x59, 0x91, 0xf9, 0xaf, 0xad, 0xd2, 0xde,
    ];
}

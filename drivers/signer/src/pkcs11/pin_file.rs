//! The file with the token's PIN.
use super::Failure;
use cryptoki::types::RawAuthPin;
use drivers_api::signer::SignerTrouble;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Longest PIN; PKCS#11 tokens take 255 at most.
const PIN_BYTES_MAX: usize = 255;

/// Reads the PIN when it is needed, keeps it no longer, and remembers which state of the file was refused.
pub(super) struct PinFile {
    path: PathBuf,
    refused: Option<Identity>,
}

/// What tells one state of a file from another.
type Identity = (u64, i64, i64, u64);

impl PinFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, refused: None }
    }

    /// The PIN without the line's end.
    pub(super) fn read(&self) -> Result<RawAuthPin, Failure> {
        let file = File::open(&self.path).map_err(Failure::Pin)?;
        let metadata = file.metadata().map_err(Failure::Pin)?;
        if metadata.mode() & 0o077 != 0 {
            return Err(Failure::Pin(io::Error::other("others than its owner may read it")));
        }
        if self.refused == Some(identity(&metadata)) {
            tracing::error!("the token refused this PIN before; it isn't tried again until its file changes");
            return Err(Failure::Trouble(SignerTrouble::Refused));
        }
        let mut bytes = Zeroizing::new([0; PIN_BYTES_MAX + 2]);
        let mut length = 0;
        let mut file = file;
        // A fixed buffer: one that grows would leave copies behind.
        while let Some(space) = bytes.get_mut(length..).filter(|space| !space.is_empty()) {
            match file.read(space).map_err(Failure::Pin)? {
                0 => break,
                read => length += read,
            }
        }
        let text = bytes.get(..length).unwrap_or_default();
        let pin = text.strip_suffix(b"\n").unwrap_or(text);
        if pin.is_empty() || pin.len() > PIN_BYTES_MAX {
            return Err(Failure::Pin(io::Error::other("it is empty or too long")));
        }
        Ok(RawAuthPin::new(Box::new(pin.to_vec())))
    }

    /// Says that the token refused the PIN in the file's present state.
    pub(super) fn was_refused(&mut self) {
        self.refused = std::fs::metadata(&self.path).ok().as_ref().map(identity);
    }
}

fn identity(metadata: &Metadata) -> Identity {
    (metadata.ino(), metadata.mtime(), metadata.mtime_nsec(), metadata.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_a_private_file_of_the_right_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pin");
        let pin = |content: &str, mode| {
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            PinFile::new(path.clone()).read()
        };
        assert!(pin("1234\n", 0o600).is_ok());
        assert!(pin(&"1".repeat(255), 0o400).is_ok());
        fs::remove_file(&path).unwrap();
        assert!(pin("1234", 0o640).is_err() && pin("1234", 0o604).is_err());
        assert!(pin("", 0o600).is_err() && pin("\n", 0o600).is_err());
        assert!(pin(&"1".repeat(256), 0o600).is_err() && pin(&"1".repeat(9000), 0o600).is_err());
        fs::remove_file(&path).unwrap();
        assert!(PinFile::new(path).read().is_err());
    }

    #[test]
    fn a_refused_pin_is_not_tried_twice() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pin");
        fs::write(&path, "1234").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let mut file = PinFile::new(path.clone());
        assert!(file.read().is_ok());
        file.was_refused();
        assert!(file.read().is_err());
        fs::write(&path, "12345").unwrap();
        assert!(file.read().is_ok());
    }
}

//! The desk's settings: the file that `fleet serve --eid FILE` names.
use super::{DropFolder, EidDesk, Mnemonic};
use serde::Deserialize;
use signer::pkcs11::{Pkcs11Config, Pkcs11Signer};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest file of settings: some hundred bytes for each terminal.
pub const CONFIG_BYTES_MAX: u64 = 256 * 1024;

/// Most terminals at one desk.
pub const TERMINALS_MAX: usize = 1000;

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum EidConfigError {
    #[error("reading {} failed", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is larger than {CONFIG_BYTES_MAX} bytes", path.display())]
    TooLarge { path: PathBuf },
    #[error("{} is not what the server understands: {what}", path.display())]
    Toml { path: PathBuf, what: String },
    #[error("\"{holder}\" is no holder: two capital letters of the country and at most nine letters or digits")]
    Holder { holder: String },
    #[error("the holder \"{holder}\" stands for two terminals")]
    Twice { holder: String },
    #[error("more than {TERMINALS_MAX} terminals")]
    TooMany,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The folder in front of the authority.
    drop_folder: Option<PathBuf>,
    token: Option<Token>,
    /// Holder by terminal's name.
    #[serde(default)]
    terminals: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    module: PathBuf,
    label: String,
    serial: Option<String>,
    pin_file: PathBuf,
}

impl EidDesk {
    /// Reads the settings. Token and folder are looked for only when they are needed.
    ///
    /// # Errors
    /// See [`EidConfigError`].
    pub fn read(path: &Path) -> Result<Self, EidConfigError> {
        let text = read(path)?;
        let file: File = toml::from_str(&text).map_err(|error| EidConfigError::Toml {
            path: path.to_owned(),
            what: error.to_string(),
        })?;
        let mut desk = Self::new(holders(file.terminals)?);
        if let Some(folder) = file.drop_folder {
            desk = desk.with_authority(DropFolder::new(folder));
        }
        if let Some(token) = file.token {
            desk = desk.with_keys(Pkcs11Signer::new(Pkcs11Config {
                module: token.module,
                token_label: token.label,
                token_serial: token.serial,
                pin_file: token.pin_file,
            }));
        }
        Ok(desk)
    }
}

fn holders(terminals: BTreeMap<String, String>) -> Result<BTreeMap<String, Mnemonic>, EidConfigError> {
    if terminals.len() > TERMINALS_MAX {
        return Err(EidConfigError::TooMany);
    }
    let mut holders = BTreeMap::new();
    for (name, holder) in terminals {
        let mnemonic = Mnemonic::new(&holder).ok_or_else(|| EidConfigError::Holder { holder: holder.clone() })?;
        if holders.values().any(|present| *present == mnemonic) {
            return Err(EidConfigError::Twice { holder });
        }
        holders.insert(name, mnemonic);
    }
    Ok(holders)
}

fn read(path: &Path) -> Result<String, EidConfigError> {
    let failed = |source| EidConfigError::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(CONFIG_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    match text.len() as u64 > CONFIG_BYTES_MAX {
        true => Err(EidConfigError::TooLarge { path: path.to_owned() }),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(text: &str) -> Result<EidDesk, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("eid.toml");
        std::fs::write(&path, text).unwrap();
        EidDesk::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_are_read_or_told_what_is_wrong() {
        let whole = "drop_folder = '/var/lib/fleet/pki'\n[token]\nmodule = '/m.so'\nlabel = 'Rathaus'\n\
                     pin_file = '/pin'\n[terminals]\n'Kiosk 1' = 'DETESTAT'\n'Kiosk 2' = 'DETESTAU'\n";
        let read = desk(whole).unwrap();
        assert!(read.authority.is_some() && read.keys.is_some());
        assert!(read.knows("Kiosk 2") && !read.knows("Kiosk 3"));
        let empty = desk("").unwrap();
        assert!(empty.authority.is_none() && empty.keys.is_none() && empty.holders.is_empty());
        for (text, told) in [
            ("colour = 1\n", "colour"),
            ("[terminals]\na = 'detest'\n", "\"detest\" is no holder"),
            ("[terminals]\na = 'DEX'\nb = 'DEX'\n", "\"DEX\" stands for two"),
            ("[token]\nmodule = '/m'\n", "label"),
        ] {
            let error = desk(text).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
        assert!(desk(&"#".repeat(300_000)).unwrap_err().contains("larger than"));
        assert!(EidDesk::read(Path::new("/nowhere/eid.toml")).is_err());
    }
}

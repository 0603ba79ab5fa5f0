//! Settings of the agent: `/etc/schalter/agent.toml` on a terminal.
use crate::eid::EidConfig;
use core::fmt;
use serde::Deserialize;
use signer::certificate::HolderReference;
use signer::pkcs11::Pkcs11Config;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Largest configuration file.
pub const CONFIG_BYTES_MAX: u64 = 64 * 1024;

/// Largest token file; a token has about 90 bytes.
pub const TOKEN_BYTES_MAX: u64 = 1024;

/// Largest file of root certificates.
const CA_BYTES_MAX: u64 = 1024 * 1024;

/// The bearer token of this terminal. Can't print itself.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Takes a token as `fleet enrol` prints it; blanks around it are dropped.
    ///
    /// # Errors
    /// When it is empty or holds what an HTTP header can't carry.
    pub fn new(text: &str) -> Result<Self, ConfigError> {
        let text = text.trim();
        match text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => Err(ConfigError::Token),
            false => Ok(Self(text.to_owned())),
        }
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[token]")
    }
}

/// How the courier waits after failures: before try `n` a random time between 0 and `base_ms`·2ⁿ, at most `cap_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Longest wait after the first failure.
    pub base_ms: u64,
    /// Longest wait after any failure.
    pub cap_ms: u64,
}

impl Backoff {
    /// Longest wait after that many failures in a row.
    pub(crate) fn limit(self, failures: u32) -> Duration {
        let factor = 1u64.checked_shl(failures.saturating_sub(1)).unwrap_or(u64::MAX);
        Duration::from_millis(self.base_ms.saturating_mul(factor).min(self.cap_ms))
    }
}

impl Default for Backoff {
    /// One second to five minutes: a town's terminals must not come back all at once, nor stay away for long.
    fn default() -> Self {
        Self {
            base_ms: 1000,
            cap_ms: 300_000,
        }
    }
}

/// Settings of the courier.
#[derive(Clone, Debug)]
pub struct Config {
    /// The backend, `https://host[:port][/prefix]` without a slash at the end. Plain `http` is for loopback only, for
    /// the token travels in clear there.
    pub backend_url: String,
    /// The terminal's token.
    pub token: Token,
    /// Path of the outbox.
    pub outbox: PathBuf,
    /// Root certificates in PEM to trust instead of the web's: a town's own.
    pub ca_pem: Option<Vec<u8>>,
    /// HTTP proxy, `http://host:port`.
    pub proxy: Option<String>,
    /// Unix socket on which the kiosk asks for the state and calls for a person.
    pub socket: Option<PathBuf>,
    /// Where the town's board is laid down for the kiosk; without it, none is fetched.
    pub board: Option<PathBuf>,
    /// How to wait.
    pub backoff: Backoff,
    /// Keys and certificates for reading identity cards; without it, this process has nothing to do with them.
    pub eid: Option<EidConfig>,
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum ConfigError {
    #[error("reading {} failed", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is larger than {bytes_max} bytes", path.display())]
    TooLarge { path: PathBuf, bytes_max: u64 },
    #[error("{} is not what the agent understands: {what}", path.display())]
    Toml { path: PathBuf, what: String },
    #[error("{} may be read by everybody; take that right away (chmod o-rwx)", path.display())]
    Permissions { path: PathBuf },
    #[error("the token is empty or holds characters that a token can't")]
    Token,
    #[error("backend_url must be https://host, or http:// to loopback, without a slash at the end")]
    Url,
    #[error("ca_file holds no certificate in PEM")]
    Certificates,
    #[error("proxy must be http://host:port")]
    Proxy,
    #[error("first_holder must be 7 to 16 characters such as DETESTAT00001")]
    FirstHolder,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    backend_url: String,
    token_file: PathBuf,
    outbox: PathBuf,
    ca_file: Option<PathBuf>,
    proxy: Option<String>,
    socket: Option<PathBuf>,
    board: Option<PathBuf>,
    eid: Option<Eid>,
}

/// The section `[eid]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Eid {
    folder: PathBuf,
    socket: PathBuf,
    first_holder: Option<String>,
    token: Option<KeyToken>,
}

/// The section `[eid.token]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyToken {
    module: PathBuf,
    label: String,
    serial: Option<String>,
    pin_file: PathBuf,
}

impl Eid {
    fn checked(self) -> Result<EidConfig, ConfigError> {
        let first_holder = self
            .first_holder
            .map(|text| HolderReference::new(text.as_bytes()).ok_or(ConfigError::FirstHolder));
        Ok(EidConfig {
            first_holder: first_holder.transpose()?,
            token: self.token.map(|token| Pkcs11Config {
                module: token.module,
                token_label: token.label,
                token_serial: token.serial,
                pin_file: token.pin_file,
            }),
            ..EidConfig::new(self.folder, self.socket)
        })
    }
}

impl Config {
    /// Settings for a backend, with everything else as usual.
    pub fn new(backend_url: impl Into<String>, token: Token, outbox: impl Into<PathBuf>) -> Self {
        Self {
            backend_url: backend_url.into(),
            token,
            outbox: outbox.into(),
            ca_pem: None,
            proxy: None,
            socket: None,
            board: None,
            backoff: Backoff::default(),
            eid: None,
        }
    }

    /// Reads a configuration file and the files it names.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = String::from_utf8(read(path, CONFIG_BYTES_MAX)?).map_err(|_| ConfigError::Toml {
            path: path.to_owned(),
            what: "it is not UTF-8".to_owned(),
        })?;
        let file: File = toml::from_str(&text).map_err(|error| ConfigError::Toml {
            path: path.to_owned(),
            what: error.to_string(),
        })?;
        let token_file = &file.token_file;
        let token = read(token_file, TOKEN_BYTES_MAX)?;
        let metadata = std::fs::metadata(token_file).map_err(|source| ConfigError::Read {
            path: token_file.clone(),
            source,
        })?;
        if metadata.permissions().mode() & 0o007 != 0 {
            return Err(ConfigError::Permissions {
                path: token_file.clone(),
            });
        }
        let token = Token::new(&String::from_utf8_lossy(&token))?;
        let config = Self {
            ca_pem: file.ca_file.map(|path| read(&path, CA_BYTES_MAX)).transpose()?,
            proxy: file.proxy,
            socket: file.socket,
            board: file.board,
            eid: file.eid.map(Eid::checked).transpose()?,
            ..Self::new(file.backend_url, token, file.outbox)
        };
        config.check()?;
        Ok(config)
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let good = |url: &str| !url.ends_with('/') && !url.contains(['?', '#', '@', ' ']) && !url.is_empty();
        let fits = match self.backend_url.split_once("://") {
            Some(("https", rest)) => good(rest),
            Some(("http", rest)) => good(rest) && is_loopback(rest),
            _ => false,
        };
        fits.then_some(()).ok_or(ConfigError::Url)
    }
}

fn is_loopback(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or_default();
    // "[::1]:80" has colons inside the brackets.
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next(),
        None => authority.split(':').next(),
    };
    let host = host.unwrap_or_default();
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, ConfigError> {
    use std::io::Read;
    let failed = |source| ConfigError::Read {
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(failed)?;
    match bytes.len() as u64 > bytes_max {
        true => Err(ConfigError::TooLarge {
            path: path.to_owned(),
            bytes_max,
        }),
        false => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(backend_url: &str) -> bool {
        Config::new(backend_url, Token::new("t").unwrap(), "/o").check().is_ok()
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for good in [
            "https://fleet.example",
            "https://h:8443/schalter",
            "http://127.0.0.1:8080",
            "http://[::1]:1",
            "http://localhost",
        ] {
            assert!(url(good), "{good}");
        }
        for bad in [
            "",
            "https://",
            "http://10.0.0.1",
            "http://127.0.0.1.example",
            "https://h/",
            "ftp://h",
            "h:80",
            "http://localhost.example",
            "https://u@h",
            "http://127.0.0.1@example",
            "https://h?x",
        ] {
            assert!(!url(bad), "{bad}");
        }
    }

    #[test]
    fn a_file_is_read_with_its_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.toml");
        let token = folder.path().join("token");
        std::fs::write(&token, "schalter1.x.y\n").unwrap();
        let write = |more: &str| {
            let text = format!("backend_url = \"https://h\"\ntoken_file = {token:?}\noutbox = \"/o\"\n{more}",);
            std::fs::write(&path, text).unwrap();
        };
        let mode = |mode| std::fs::set_permissions(&token, std::fs::Permissions::from_mode(mode)).unwrap();
        write("");
        mode(0o644);
        assert!(matches!(Config::read(&path), Err(ConfigError::Permissions { .. })));
        mode(0o600);
        let config = Config::read(&path).unwrap();
        assert_eq!(config.token.expose(), "schalter1.x.y");
        assert!(!format!("{config:?}").contains("x.y"));
        write("typo = 1\n");
        let error = Config::read(&path).unwrap_err().to_string();
        assert!(error.contains("typo") && error.contains("line 4"), "{error}");
        let eid = "[eid]\nfolder = \"/f\"\nsocket = \"/s\"\n";
        write(eid);
        let read = Config::read(&path).unwrap().eid.unwrap();
        assert!(read.token.is_none() && read.first_holder.is_none());
        let with_token =
            "first_holder = \"DETESTAT00001\"\n[eid.token]\nmodule = \"/m\"\nlabel = \"l\"\npin_file = \"/p\"\n";
        write(&format!("{eid}{with_token}"));
        let read = Config::read(&path).unwrap().eid.unwrap();
        assert_eq!(read.first_holder.unwrap().to_string(), "DETESTAT00001");
        assert_eq!(read.token.unwrap().token_label, "l");
        write(&format!("{eid}first_holder = \"DE\"\n"));
        assert!(matches!(Config::read(&path), Err(ConfigError::FirstHolder)));
        std::fs::write(&token, "two words").unwrap();
        write("");
        assert!(matches!(Config::read(&path), Err(ConfigError::Token)));
        std::fs::write(&token, "x".repeat(2000)).unwrap();
        assert!(matches!(Config::read(&path), Err(ConfigError::TooLarge { .. })));
        std::fs::remove_file(&token).unwrap();
        assert!(matches!(Config::read(&path), Err(ConfigError::Read { .. })));
    }

    #[test]
    fn waits_grow_to_the_cap() {
        let backoff = Backoff {
            base_ms: 1000,
            cap_ms: 300_000,
        };
        let limits: Vec<u64> = (0..11).map(|failures| backoff.limit(failures).as_secs()).collect();
        assert_eq!(limits, [1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(backoff.limit(u32::MAX).as_secs(), 300);
    }
}

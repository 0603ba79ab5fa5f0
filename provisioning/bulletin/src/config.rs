//! The settings: which sources a town has, `board.toml` (docs/town-board.md).
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::io::Read;
use std::path::{Path, PathBuf};
use url::Url;

/// Largest file of settings.
pub const CONFIG_BYTES_MAX: u64 = 64 * 1024;

/// Most feeds of news.
pub const NEWS_SOURCES_MAX: usize = 10;

/// Nobody is asked more often than this, in minutes.
pub const PERIOD_MIN: u32 = 5;

/// How often a server is asked when nothing is said, in minutes; OParl servers, which take many requests, less often.
const PERIOD_USUAL: u32 = 30;
const PERIOD_COUNCIL: u32 = 240;

/// How often a file of the town's own is read, in minutes.
const PERIOD_FILE: u32 = 1;

/// The time zone when nothing is said, and its rule (POSIX `TZ`) for machines that have no table of zones.
const ZONE: &str = "Europe/Berlin";
const ZONE_RULE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// All sources of a town.
#[derive(Clone, Debug)]
pub struct Config {
    /// The town's clock.
    pub zone: TimeZone,
    /// HTTP proxy.
    pub proxy: Option<String>,
    /// Where servers may redirect to, beside themselves.
    pub hosts: Vec<Url>,
    /// Who asks the PVOG search service.
    pub client_id: Option<String>,
    /// The sources.
    pub sources: Vec<Source>,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is called in logs, and its file: `news-1`, `council`.
    pub name: String,
    /// What it tells.
    pub kind: Kind,
    /// Where it is.
    pub place: Place,
    /// How often it is asked, in minutes.
    pub every_min: u32,
}

/// Where a source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// An address.
    Web(Url),
}

/// What a source tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// News by RSS or Atom.
    News,
    /// Council by OParl; the name of the body, where there are several.
    Council(Option<String>),
    /// Consultations by RSS, Atom or TOML.
    Consultations,
    /// Found things by CSV.
    Found,
    /// Offices by TOML.
    Offices,
    /// Who is responsible, by CSV.
    Responsible,
    /// The same by the PVOG search service.
    Portal {
        /// The municipality.
        ars: String,
        /// The services.
        leika: Vec<String>,
    },
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
    #[error("{} is larger than {CONFIG_BYTES_MAX} bytes", path.display())]
    TooLarge { path: PathBuf },
    #[error("{} is not what the server understands: {what}", path.display())]
    Toml { path: PathBuf, what: String },
    #[error("the time zone \"{0}\" is not known on this machine")]
    Zone(String),
    #[error("{name} needs either url or file")]
    Place { name: String },
    #[error("\"{url}\" of {name} is no address of the web")]
    Address { name: String, url: String },
    #[error("{name} is asked by the web only; say url")]
    WebOnly { name: String },
    #[error("ars must be 12 digits, and each of leika 14")]
    Keys,
    #[error("more than {NEWS_SOURCES_MAX} feeds of news")]
    TooMany,
    #[error("{} names no source", path.display())]
    Nothing { path: PathBuf },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    time_zone: Option<String>,
    proxy: Option<String>,
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    news: Vec<One>,
    council: Option<One>,
    consultations: Option<One>,
    found: Option<One>,
    offices: Option<One>,
    responsible: Option<One>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct One {
    url: Option<String>,
    file: Option<PathBuf>,
    every_min: Option<u32>,
    body: Option<String>,
    ars: Option<String>,
    #[serde(default)]
    leika: Vec<String>,
    client_id: Option<String>,
}

impl Config {
    /// Reads the settings. Files in them are meant from their folder.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = read(path)?;
        let file: File = toml::from_str(&text).map_err(|error| ConfigError::Toml {
            path: path.to_owned(),
            what: error.to_string(),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let config = file.checked(folder)?;
        match config.sources.is_empty() {
            true => Err(ConfigError::Nothing { path: path.to_owned() }),
            false => Ok(config),
        }
    }
}

impl File {
    fn checked(self, folder: &Path) -> Result<Config, ConfigError> {
        let zone = self.time_zone.unwrap_or_else(|| ZONE.to_owned());
        let zone = time_zone(&zone).ok_or(ConfigError::Zone(zone))?;
        if self.news.len() > NEWS_SOURCES_MAX {
            return Err(ConfigError::TooMany);
        }
        let hosts = self
            .hosts
            .iter()
            .map(|host| address("hosts", host))
            .collect::<Result<_, _>>()?;
        let client_id = self.responsible.as_ref().and_then(|one| one.client_id.clone());
        let mut sources = Vec::new();
        for (at, one) in self.news.into_iter().enumerate() {
            sources.push(one.source(&format!("news-{}", at + 1), Kind::News, folder)?);
        }
        if let Some(one) = self.council {
            let kind = Kind::Council(one.body.clone());
            sources.push(one.source("council", kind, folder)?.on_the_web()?);
        }
        if let Some(one) = self.consultations {
            sources.push(one.source("consultations", Kind::Consultations, folder)?);
        }
        if let Some(one) = self.found {
            sources.push(one.source("found", Kind::Found, folder)?);
        }
        if let Some(one) = self.offices {
            sources.push(one.source("offices", Kind::Offices, folder)?);
        }
        if let Some(one) = self.responsible {
            let kind = one.responsible()?;
            let by_portal = matches!(kind, Kind::Portal { .. });
            let source = one.source("responsible", kind, folder)?;
            sources.push(if by_portal { source.on_the_web()? } else { source });
        }
        Ok(Config {
            zone,
            proxy: self.proxy,
            hosts,
            client_id,
            sources,
        })
    }
}

impl One {
    fn source(self, name: &str, kind: Kind, folder: &Path) -> Result<Source, ConfigError> {
        let (place, usual) = match (self.url, self.file) {
            (Some(url), None) if matches!(kind, Kind::Council(_)) => (Place::Web(address(name, &url)?), PERIOD_COUNCIL),
            (Some(url), None) => (Place::Web(address(name, &url)?), PERIOD_USUAL),
            (None, Some(file)) => (Place::File(folder.join(file)), PERIOD_FILE),
            (Some(_), Some(_)) | (None, None) => return Err(ConfigError::Place { name: name.to_owned() }),
        };
        let shortest = match place {
            Place::Web(_) => PERIOD_MIN,
            Place::File(_) => PERIOD_FILE,
        };
        Ok(Source {
            name: name.to_owned(),
            kind,
            place,
            every_min: self.every_min.unwrap_or(usual).max(shortest),
        })
    }

    fn responsible(&self) -> Result<Kind, ConfigError> {
        let Some(ars) = self.ars.clone() else {
            return Ok(Kind::Responsible);
        };
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        match digits(&ars, 12) && self.leika.iter().all(|leika| digits(leika, 14)) {
            true => Ok(Kind::Portal {
                ars,
                leika: self.leika.clone(),
            }),
            false => Err(ConfigError::Keys),
        }
    }
}

impl Source {
    fn on_the_web(self) -> Result<Self, ConfigError> {
        match self.place {
            Place::Web(_) => Ok(self),
            Place::File(_) => Err(ConfigError::WebOnly { name: self.name }),
        }
    }

    /// Where it is, in words.
    pub fn place_in_words(&self) -> String {
        match &self.place {
            Place::File(path) => path.display().to_string(),
            Place::Web(url) => url.to_string(),
        }
    }
}

/// By its name, or by its rule.
fn time_zone(name: &str) -> Option<TimeZone> {
    let rule = if name == ZONE { ZONE_RULE } else { name };
    TimeZone::get(name).or_else(|_| TimeZone::posix(rule)).ok()
}

fn address(name: &str, text: &str) -> Result<Url, ConfigError> {
    let wrong = || ConfigError::Address {
        name: name.to_owned(),
        url: text.to_owned(),
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_plain = url.username().is_empty() && url.password().is_none();
    (is_web && is_plain).then_some(url).ok_or_else(wrong)
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let failed = |source| ConfigError::Read {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(CONFIG_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    match text.len() as u64 > CONFIG_BYTES_MAX {
        true => Err(ConfigError::TooLarge { path: path.to_owned() }),
        false => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("board.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn sources_are_read_with_their_periods() {
        let whole = "proxy = 'http://proxy.example:3128'\nhosts = ['https://cdn.example']\n\
            [[news]]\nurl = 'https://www.musterstadt.de/rss.xml'\n[[news]]\nurl = 'https://feuerwehr.example/atom'\nevery_min = 1\n\
            [council]\nurl = 'https://ris.example/oparl/system'\nbody = 'Musterstadt'\n\
            [consultations]\nfile = 'consultations.toml'\n[found]\nfile = '/srv/found.csv'\n[offices]\nfile = 'o.toml'\n\
            [responsible]\nurl = 'https://pvog.fitko.net/suchdienst/api'\nars = '053580016016'\nleika = ['99102013104000']\nclient_id = 'x'\n";
        let config = config(whole).unwrap();
        let told: Vec<_> = config
            .sources
            .iter()
            .map(|source| (source.name.as_str(), source.every_min))
            .collect();
        let expected = [
            ("news-1", 30),
            ("news-2", 5),
            ("council", 240),
            ("consultations", 1),
            ("found", 1),
            ("offices", 1),
            ("responsible", 30),
        ];
        assert_eq!(told, expected);
        assert!(config.sources[3].place_in_words().ends_with("/consultations.toml"));
        assert_eq!(config.sources[2].kind, Kind::Council(Some("Musterstadt".to_owned())));
        assert_eq!(config.client_id.as_deref(), Some("x"));
    }

    #[test]
    fn mistakes_are_told() {
        for (text, told) in [
            ("", "names no source"),
            ("colour = 1\n", "colour"),
            (
                "time_zone = 'Europe/Musterstadt'\n",
                "\"Europe/Musterstadt\" is not known",
            ),
            ("[found]\n", "found needs either url or file"),
            ("[[news]]\nurl = 'h'\nfile = 'f'\n", "news-1 needs either"),
            ("[[news]]\nurl = 'file:///etc/passwd'\n", "no address of the web"),
            ("[[news]]\nurl = 'https://u:p@h/'\n", "no address of the web"),
            ("[council]\nfile = 'f'\n", "council is asked by the web only"),
            ("[responsible]\nurl = 'https://h'\nars = '1'\n", "ars must be 12 digits"),
        ] {
            let error = config(text).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
        assert!(config(&"#".repeat(70_000)).unwrap_err().contains("larger than"));
    }
}

//! The terminal's configuration: one TOML file, written by whoever sets the terminal up.
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Largest configuration file; a real one has a dozen lines.
const CONFIG_BYTES_MAX: u64 = 64 * 1024;

/// See `kiosk.toml` beside this crate for what each key means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Services folder; without it, the services built into the program.
    pub(crate) services: Option<PathBuf>,
    /// The authority's public key, a JWK.
    pub(crate) authority_key: PathBuf,
    /// Public keys of other destinations: of services, and of other towns, whose cases go elsewhere.
    #[serde(default)]
    pub(crate) destination_keys: BTreeMap<String, PathBuf>,
    /// The queue of sealed cases, shared with the courier.
    pub(crate) outbox: PathBuf,
    /// The socket at which the courier tells whether the backend can be reached and takes calls for a person; without it,
    /// nobody knows, and nobody can be called.
    pub(crate) agent: Option<PathBuf>,
    /// The file in which the courier lays down what the town tells; without it, there is nothing of the kind.
    pub(crate) board: Option<PathBuf>,
    /// Where receipts are printed: `ipp://…` or `escpos:…`, as [`printer::Target::at`] reads it.
    pub(crate) printer: Option<String>,
    /// What prints while the other can't.
    pub(crate) second_printer: Option<String>,
    /// The payment terminal; without it, fees are paid later.
    pub(crate) payment: Option<Payment>,
    /// Reading identity cards; without it, PINs can be worked on and no card is read.
    pub(crate) eid: Option<Eid>,
    /// Work on PINs by AusweisApp instead of ours; excludes `eid`, for a reader has one master.
    pub(crate) ausweisapp: Option<AusweisApp>,
    /// Speech; without it, the terminal is mute.
    pub(crate) voice: Option<Voice>,
    /// The display.
    #[serde(default)]
    pub(crate) display: Display,
}

/// A payment terminal that speaks ZVT.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Payment {
    /// Its address and port, or its serial port.
    pub(crate) terminal: String,
    /// Of a serial port, in bits a second.
    pub(crate) baud: Option<u32>,
    /// What survives a power cut.
    pub(crate) journal: PathBuf,
    /// The terminal's password for cash registers.
    #[serde(default)]
    pub(crate) password: u32,
    /// When the day is closed by itself; without it, only when staff do it at the payment terminal.
    pub(crate) closing: Option<Closing>,
}

/// The payment terminal's end of day, by itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closing {
    /// Local time of day, e.g. "22:30".
    #[serde(deserialize_with = "clock")]
    pub(crate) at: jiff::civil::Time,
    /// The treasury's folder.
    pub(crate) folder: PathBuf,
}

/// What reading identity cards takes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Eid {
    /// Certificates and lists, kept current by somebody else.
    pub(crate) folder: PathBuf,
    /// The socket of the signer that has the terminal's key.
    pub(crate) signer: PathBuf,
}

/// How AusweisApp is started.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AusweisApp {
    /// Name in `PATH`, or path.
    pub(crate) program: PathBuf,
    /// Its home; made if missing.
    pub(crate) folder: PathBuf,
}

/// Where speech is heard. Sound devices as `aplay -L` names them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Voice {
    /// The jack for the citizen's headset.
    pub(crate) headset: String,
    /// Heard by everybody; without it, nothing is ever said aloud.
    pub(crate) loudspeaker: Option<String>,
    /// Name of the input device that is the jack's switch; without it, any switch of a headphone jack counts.
    pub(crate) jack: Option<String>,
}

/// How the display hangs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Display {
    /// By how much the picture is turned.
    #[serde(default)]
    pub(crate) rotation: Rotation,
    /// Which connector (`HDMI-A-1`); without it, the first at which a display is found.
    pub(crate) output: Option<String>,
    /// When it is dimmed; without it, never.
    pub(crate) night: Option<Night>,
}

/// When the display is dimmed, and how far.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Night {
    /// First minute, e.g. "21:00".
    #[serde(deserialize_with = "clock")]
    pub(crate) from: jiff::civil::Time,
    /// First minute after it; may be on the next day.
    #[serde(deserialize_with = "clock")]
    pub(crate) until: jiff::civil::Time,
    /// Percent of the full brightness.
    #[serde(deserialize_with = "percent")]
    pub(crate) percent: u8,
}

fn clock<'de, D: serde::Deserializer<'de>>(input: D) -> Result<jiff::civil::Time, D::Error> {
    let text = String::deserialize(input)?;
    let wrong = |_| serde::de::Error::custom(format!("`{text}` is no time such as 21:00"));
    text.parse().map_err(wrong)
}

fn percent<'de, D: serde::Deserializer<'de>>(input: D) -> Result<u8, D::Error> {
    let percent = u8::deserialize(input)?;
    if percent > 100 {
        return Err(serde::de::Error::custom("percent is at most 100"));
    }
    Ok(percent)
}

/// Clockwise.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rotation {
    /// As the display stands.
    #[default]
    None,
    /// By 90°.
    Right,
    /// By 180°.
    UpsideDown,
    /// By 270°.
    Left,
}

/// What is wrong with the configuration file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigFault {
    /// It can't be read.
    #[error("reading {}", file.display())]
    Read {
        /// Which file.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It says what can't be.
    #[error("{}:{line}: {what}", file.display())]
    Content {
        /// Which file.
        file: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

impl Config {
    /// Reads the file. Relative paths in it are meant from its folder.
    pub(crate) fn read(file: &Path) -> Result<Self, ConfigFault> {
        let text = read_text(file, CONFIG_BYTES_MAX);
        let text = text.map_err(|source| ConfigFault::Read {
            file: file.to_owned(),
            source,
        })?;
        let mut config: Self = toml::from_str(&text).map_err(|error| ConfigFault::Content {
            file: file.to_owned(),
            line: error.span().map_or(1, |span| line(&text, span.start)),
            what: error.message().to_owned(),
        })?;
        if config.eid.is_some() && config.ausweisapp.is_some() {
            return Err(ConfigFault::Content {
                file: file.to_owned(),
                line: text.find("[ausweisapp]").map_or(1, |at| line(&text, at)),
                what: "either [eid] or [ausweisapp]: the card reader has one master".to_owned(),
            });
        }
        let folder = file.parent().unwrap_or(Path::new(""));
        let paths = [&mut config.authority_key, &mut config.outbox];
        let eid = config.eid.iter_mut().flat_map(|eid| [&mut eid.folder, &mut eid.signer]);
        let payment = config.payment.iter_mut().flat_map(|payment| {
            let treasury = payment.closing.as_mut().map(|closing| &mut closing.folder);
            [Some(&mut payment.journal), treasury].into_iter().flatten()
        });
        let home = config.ausweisapp.iter_mut().map(|ausweisapp| &mut ausweisapp.folder);
        for path in paths
            .into_iter()
            .chain(config.destination_keys.values_mut())
            .chain(&mut config.services)
            .chain(&mut config.agent)
            .chain(&mut config.board)
            .chain(eid)
            .chain(payment)
            .chain(home)
        {
            *path = folder.join(&*path);
        }
        Ok(config)
    }
}

/// Reads a text file that must not be longer than that.
pub(crate) fn read_text(file: &Path, bytes_max: u64) -> std::io::Result<String> {
    use std::io::{Error, ErrorKind, Read};
    let mut text = String::new();
    std::fs::File::open(file)?
        .take(bytes_max + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > bytes_max {
        return Err(Error::new(
            ErrorKind::FileTooLarge,
            format!("more than {bytes_max} bytes"),
        ));
    }
    Ok(text)
}

/// The line of a byte offset, counted from 1.
fn line(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::chain;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kiosk.toml");
        std::fs::write(&file, text).unwrap();
        let place = folder.path().display().to_string();
        Config::read(&file).map_err(|fault| chain(&fault).replace(&place, ""))
    }

    #[test]
    fn the_example_is_right() {
        let config = read(include_str!("../kiosk.toml")).unwrap();
        assert_eq!(config.authority_key, Path::new("/etc/schalter/authority.jwk"));
        assert_eq!(config.display.rotation, Rotation::None);
    }

    #[test]
    fn every_key_is_understood() {
        let config = read(
            "services = 'services'\nauthority_key = 'a.jwk'\noutbox = '/var/o.db'\nagent = '/run/a.sock'\nboard = 'board.json'\n\
             printer = 'ipp://localhost/ipp/print'\nsecond_printer = 'escpos:/dev/usb/lp0'\n[payment]\nterminal = '/dev/ttyACM0'\nbaud = 115200\njournal = 'payments.db'\npassword = 123456\n[payment.closing]\nat = '22:30'\nfolder = 'treasury'\n[destination_keys]\n0b2d9c11-3f58-4c07-8f1e-5a9d2c4e6f70 = 'b.jwk'\n[eid]\nfolder = 'eid'\nsigner = '/run/s.sock'\n[voice]\nheadset = 'plughw:0'\nloudspeaker = 'plughw:1'\njack = 'Front Headphone'\n[display]\nrotation = 'upside-down'\noutput = 'HDMI-A-1'\n",
        )
        .unwrap();
        assert!(config.services.unwrap().is_absolute() && config.authority_key.is_absolute());
        assert_eq!(config.outbox, Path::new("/var/o.db"));
        assert!(config.destination_keys["0b2d9c11-3f58-4c07-8f1e-5a9d2c4e6f70"].is_absolute());
        assert!(config.board.unwrap().is_absolute());
        let payment = config.payment.unwrap();
        assert_eq!((payment.baud, payment.password), (Some(115_200), 123_456));
        assert!(payment.journal.is_absolute());
        let closing = payment.closing.unwrap();
        assert_eq!(closing.at, jiff::civil::time(22, 30, 0, 0));
        assert!(closing.folder.is_absolute() && closing.folder.ends_with("treasury"));
        let eid = config.eid.unwrap();
        assert!(eid.folder.is_absolute() && eid.folder.ends_with("eid"));
        assert_eq!(eid.signer, Path::new("/run/s.sock"));
        let voice = config.voice.unwrap();
        assert_eq!(voice.headset, "plughw:0");
        assert_eq!(voice.loudspeaker.as_deref(), Some("plughw:1"));
        assert_eq!(voice.jack.as_deref(), Some("Front Headphone"));
        assert_eq!(config.display.rotation, Rotation::UpsideDown);
    }

    #[test]
    fn ausweisapp_may_have_the_reader() {
        let text = "authority_key = 'a'\noutbox = 'o'\n[ausweisapp]\nprogram = 'AusweisApp'\nfolder = 'home'\n";
        let ausweisapp = read(text).unwrap().ausweisapp.unwrap();
        assert_eq!(ausweisapp.program, Path::new("AusweisApp"), "looked for in PATH");
        assert!(ausweisapp.folder.is_absolute());
    }

    #[test]
    fn mistakes_are_told_with_file_line_and_what() {
        for (text, says) in [
            ("outbox = 'o'\n", "/kiosk.toml:1: missing field `authority_key`"),
            (
                "authority_key = 'a'\noutbox = 'o'\ncolour = 1\n",
                "/kiosk.toml:3: unknown field `colour`",
            ),
            (
                "authority_key = 'a'\noutbox = 5\n",
                "/kiosk.toml:2: invalid type: integer `5`",
            ),
            (
                "authority_key = 'a'\noutbox = 'o'\n[eid]\nfolder = 'e'\nsigner = 's'\n[ausweisapp]\nprogram = 'p'\nfolder = 'f'\n",
                "/kiosk.toml:6: either [eid] or [ausweisapp]",
            ),
            ("authority_key = 'a'\n\noutbox = \n", "/kiosk.toml:3: "),
            (
                "authority_key = 'a'\noutbox = 'o'\n[voice]\nloudspeaker = 'x'\n",
                "/kiosk.toml:3: missing field `headset`",
            ),
            (
                "authority_key = 'a'\noutbox = 'o'\n[display]\nrotation = '90'\n",
                "/kiosk.toml:4: unknown variant `90`",
            ),
            (
                "authority_key = 'a'\noutbox = 'o'\n[display.night]\nfrom = '9 pm'\nuntil = '06:00'\npercent = 40\n",
                "/kiosk.toml:4: `9 pm` is no time such as 21:00",
            ),
            (
                "authority_key = 'a'\noutbox = 'o'\n[display.night]\nfrom = '21:00'\nuntil = '06:00'\npercent = 140\n",
                "/kiosk.toml:6: percent is at most 100",
            ),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.starts_with(says), "{told}");
        }
        assert_eq!(
            read(&"#".repeat(70_000)).unwrap_err(),
            "reading /kiosk.toml: more than 65536 bytes"
        );
        let nowhere = Config::read(Path::new("/nowhere/kiosk.toml")).unwrap_err();
        assert!(chain(&nowhere).starts_with("reading /nowhere/kiosk.toml: No such file"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,200}") {
            let _ = read(&text);
        }
    }
}

//! What a definition tells the office about a service: how sure it must be of the person, how long it keeps the data,
//! where the cases go, and the film in sign language.
use crate::service::Service;
use crate::town::Town;
use core::fmt;
use core::str::FromStr;
use drivers_api::language::Language;
use std::sync::Arc;

/// Longest time that data may be kept, in each unit: 110 years, as entries of a register of births (PStG §5(5)).
const YEARS_MAX: u32 = 110;

/// How sure the office must be of who is there (`assurance`): the levels of TR-03107-1 §2.1, of which the upper two are
/// those of eIDAS Art. 8. Reading an identity card reaches the highest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assurance {
    /// `"none"`: nobody needs to be known.
    #[default]
    None,
    /// `"normal"`.
    Normal,
    /// `"substantial"`.
    Substantial,
    /// `"high"`.
    High,
}

impl Assurance {
    /// All, lowest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Normal, Self::Substantial, Self::High];

    /// Its name in a definition and in what the authority receives.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Normal => "normal",
            Self::Substantial => "substantial",
            Self::High => "high",
        }
    }
}

/// How long the office keeps the data of a case: `"90 days"`, `"6 months"`, `"10 years"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Days,
    Months,
    Years,
}

impl Unit {
    const ALL: [(Self, &'static str, u32); 3] = [
        (Self::Days, "day", 366 * YEARS_MAX),
        (Self::Months, "month", 12 * YEARS_MAX),
        (Self::Years, "year", YEARS_MAX),
    ];
}

impl Retention {
    /// As a duration of ISO 8601: `P90D`, `P6M`, `P10Y`.
    pub fn iso(self) -> String {
        let letter = match self.unit {
            Unit::Days => 'D',
            Unit::Months => 'M',
            Unit::Years => 'Y',
        };
        format!("P{}{letter}", self.count)
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Unit::ALL.iter().find(|(unit, ..)| *unit == self.unit);
        let name = name.map_or("", |(_, name, _)| name);
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {name}{plural}", self.count)
    }
}

impl FromStr for Retention {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (digits, name) = text.split_once(' ').ok_or(())?;
        let name = name.strip_suffix('s').unwrap_or(name);
        let known = Unit::ALL.into_iter().find(|(_, known, _)| *known == name);
        let (unit, _, most) = known.ok_or(())?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        let count: u32 = digits.parse().map_err(|_| ())?;
        (plain && count <= most).then_some(Self { count, unit }).ok_or(())
    }
}

/// A film in which the service is explained in sign language. The file lies in the service's folder; it is not part of a
/// package, whose signature covers its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignVideo {
    /// Name of the file: a–z, 0–9, `-`, `_`, and `.webm` or `.mp4`.
    pub file: String,
    /// SHA-256 of its bytes, 64 hexadecimal digits in lower case.
    pub sha256: String,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) assurance: Assurance,
    pub(crate) retention: Option<Retention>,
    pub(crate) destination_id: Option<String>,
    pub(crate) sign_video: Option<SignVideo>,
    /// The town that offers it.
    pub(crate) town: Arc<Town>,
}

impl Service {
    /// How sure the office must be of who is there.
    pub fn assurance(&self) -> Assurance {
        self.facts.assurance
    }

    /// How long the office keeps the data, if the definition says so; [`Self::retention_text`] tells it to the citizen.
    pub fn retention(&self) -> Option<Retention> {
        self.facts.retention
    }

    /// How long the data are kept, one plain sentence (GDPR Art. 13(2)(a)); empty where the definition doesn't say.
    pub fn retention_text(&self, language: Language) -> &str {
        self.texts.retention.get(language)
    }

    /// Why the data are needed, and how long they are kept: told before the PIN.
    pub fn purpose_and_retention(&self, language: Language) -> String {
        let (purpose, retention) = (self.purpose(language), self.retention_text(language));
        let gap = if retention.is_empty() { "" } else { " " };
        format!("{}{gap}{retention}", purpose.trim_end())
    }

    /// Where its cases go, when that isn't where those of the terminal's town go: the UUID of a destination.
    pub fn destination_id(&self) -> Option<&str> {
        self.facts.destination_id.as_deref()
    }

    /// The film in sign language, if it has one. Whether the file is there, the folder knows.
    pub fn sign_video(&self) -> Option<&SignVideo> {
        self.facts.sign_video.as_ref()
    }

    /// The town that offers it and answers for the data.
    pub fn town(&self) -> &Town {
        &self.facts.town
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_read_and_told() {
        for (text, iso) in [
            ("1 day", "P1D"),
            ("90 days", "P90D"),
            ("6 months", "P6M"),
            ("10 years", "P10Y"),
            ("110 years", "P110Y"),
        ] {
            let read: Retention = text.parse().unwrap();
            assert_eq!((read.iso().as_str(), read.to_string().as_str()), (iso, text));
        }
        for none in [
            "",
            "0 days",
            "6",
            "6 weeks",
            "-1 days",
            "+1 days",
            "06 days",
            "111 years",
            "six months",
            "6  months",
        ] {
            assert_eq!(none.parse::<Retention>(), Err(()), "{none}");
        }
    }
}

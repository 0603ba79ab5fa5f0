//! What was said, as text; and the names of keys.
use drivers_api::voice::{Audience, Manner};
use screens::Said;
use slint::platform::Key;

/// What was said in one go.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Who might hear it.
    pub audience: Audience,
    /// All of it.
    pub text: String,
    /// What was said as a code.
    pub code: Option<String>,
    /// BCP 47 tags of its languages, in order.
    pub languages: Vec<&'static str>,
    pub(crate) number: u64,
}

pub(crate) fn taken_in(said: &Said) -> Option<Heard> {
    let Said::Speech {
        number,
        audience,
        phrases,
    } = said
    else {
        return None;
    };
    let text = phrases
        .iter()
        .map(|phrase| phrase.text.expose())
        .collect::<Vec<_>>()
        .join(" ");
    let code = phrases.iter().find(|phrase| phrase.manner == Manner::Code);
    Some(Heard {
        audience: *audience,
        text,
        code: code.map(|phrase| phrase.text.expose().to_owned()),
        languages: phrases.iter().map(|phrase| phrase.language).collect(),
        number: *number,
    })
}

pub(crate) fn name(key: char) -> String {
    let names = [
        (Key::UpArrow, "hoch"),
        (Key::DownArrow, "runter"),
        (Key::Return, "OK"),
        (Key::Escape, "Zurück"),
        (Key::F1, "Hilfe"),
    ];
    let name = names.iter().find(|(known, _)| char::from(*known) == key);
    name.map_or_else(|| key.to_string(), |(_, name)| (*name).to_owned())
}

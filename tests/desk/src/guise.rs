//! Who plays a visit by touch: the language, and how they want the terminal.
use crate::Fault;
use drivers_api::language::Language;
use session::Preferences;
use session::preferences::Look;
use std::collections::BTreeMap;
use std::path::Path;

/// A visitor.
#[derive(Debug)]
pub struct Guise {
    /// What is chosen first.
    pub(crate) language: Language,
    /// What is set as soon as the services are there.
    pub(crate) wishes: Preferences,
    /// Width and height of the display, px.
    pub(crate) display: (u32, u32),
    /// German texts of the screens and what they are in that language; empty for German.
    words: BTreeMap<String, String>,
}

impl Default for Guise {
    /// Reads German, wants nothing otherwise, at an upright display.
    fn default() -> Self {
        Self {
            language: Language::German,
            wishes: Preferences::default(),
            display: (1080, 1920),
            words: BTreeMap::new(),
        }
    }
}

impl Guise {
    /// Somebody else. `display`: width and height, px; `translations`: the folder of the screens' `.po` files.
    ///
    /// # Errors
    /// The language's file can't be read.
    pub fn new(
        language: Language,
        wishes: Preferences,
        display: (u32, u32),
        translations: &Path,
    ) -> Result<Self, Fault> {
        let file = translations.join(language.tag()).join("LC_MESSAGES/screens.po");
        let words = if language == Language::German {
            BTreeMap::new()
        } else {
            words(&std::fs::read_to_string(file)?)
        };
        Ok(Self {
            language,
            wishes,
            display,
            words,
        })
    }

    /// What a German text of the screens is called for this visitor.
    pub fn label(&self, german: &str) -> String {
        self.words.get(german).map_or(german, String::as_str).to_owned()
    }

    /// The start of the names of this visit's pictures.
    pub(crate) fn name(&self) -> String {
        let reach = if self.wishes.reach { "-reach" } else { "" };
        format!("{}-{}{reach}-", self.language.tag(), self.wishes.text.percent())
    }

    /// What has to be touched in the settings.
    pub(crate) fn switches(&self) -> Vec<String> {
        let usual = Preferences::default();
        let mut labels = Vec::new();
        if self.wishes.text != usual.text {
            let percent = self.wishes.text.percent().to_string();
            labels.push(self.label("Schrift {} Prozent").replace("{}", &percent));
        }
        match self.wishes.look {
            Look::Light => {}
            Look::Dark => labels.push(self.label("Dunkel")),
            Look::YellowOnBlack => labels.push(self.label("Gelb auf Schwarz")),
        }
        if self.wishes.reach {
            labels.push(self.label("Alles in den unteren Teil des Bildschirms holen"));
        }
        labels
    }
}

/// Pairs of a `.po` file whose texts stand on one line each, as ours do.
fn words(po: &str) -> BTreeMap<String, String> {
    let text = |line: &str, key: &str| {
        let quoted = line.strip_prefix(key)?.trim();
        quoted.strip_prefix('"')?.strip_suffix('"').map(str::to_owned)
    };
    let mut words = BTreeMap::new();
    let mut german = None;
    for line in po.lines() {
        if let Some(id) = text(line, "msgid ") {
            german = Some(id);
        } else if let Some(own) = text(line, "msgstr ")
            && let Some(german) = german.take()
        {
            words.insert(german, own);
        }
    }
    words
}

//! The languages a visit can be held in.

/// Language of a visit, named as in BCP 47. German is the language of the law and the fallback of every text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// `de`
    #[default]
    German,
    /// `de-x-leicht`: Leichte Sprache, German for those who find reading hard (BITV 2.0 Annex 2; DIN SPEC 33429).
    EasyGerman,
    /// `en`
    English,
    /// `tr`
    Turkish,
    /// `ru`
    Russian,
    /// `ar`
    Arabic,
    /// `uk`
    Ukrainian,
    /// `pl`
    Polish,
    /// `ro`
    Romanian,
    /// `fr`
    French,
    /// `es`
    Spanish,
    /// `fa`
    Persian,
}

impl Language {
    /// All languages, in the order in which the terminal offers them: German, easy German, English, then by how many
    /// speak them in Germany.
    pub const ALL: [Self; 12] = [
        Self::German,
        Self::EasyGerman,
        Self::English,
        Self::Turkish,
        Self::Russian,
        Self::Arabic,
        Self::Ukrainian,
        Self::Polish,
        Self::Romanian,
        Self::French,
        Self::Spanish,
        Self::Persian,
    ];

    /// BCP 47 tag; also the name of its files and folders.
    pub fn tag(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::EasyGerman => "de-x-leicht",
            Self::English => "en",
            Self::Turkish => "tr",
            Self::Russian => "ru",
            Self::Arabic => "ar",
            Self::Ukrainian => "uk",
            Self::Polish => "pl",
            Self::Romanian => "ro",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Persian => "fa",
        }
    }

    /// What its speakers call it (CLDR, capitalised as on its own line).
    pub fn own_name(self) -> &'static str {
        match self {
            Self::German => "Deutsch",
            Self::EasyGerman => "Leichte Sprache",
            Self::English => "English",
            Self::Turkish => "Türkçe",
            Self::Russian => "Русский",
            Self::Arabic => "العربية",
            Self::Ukrainian => "Українська",
            Self::Polish => "Polski",
            Self::Romanian => "Română",
            Self::French => "Français",
            Self::Spanish => "Español",
            Self::Persian => "فارسی",
        }
    }

    /// It is written from the right to the left; digits, codes and Latin words in it from the left.
    pub fn is_right_to_left(self) -> bool {
        matches!(self, Self::Arabic | Self::Persian)
    }

    /// The language of a BCP 47 tag, if it is one of ours.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// In which languages a text is looked for, best first: this one, then German, which every text has. Whoever shows
    /// a text in another language than this one says so.
    pub fn fallbacks(self) -> [Self; 2] {
        [self, Self::German]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_names_are_one_language_s_only() {
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(language));
            assert_eq!(language.fallbacks()[0], language);
            assert_eq!(language.fallbacks().last(), Some(&Language::German));
            let same_name = Language::ALL
                .into_iter()
                .filter(|other| other.own_name() == language.own_name());
            assert_eq!(same_name.count(), 1);
            let joined = |c: char| ('\u{600}'..='\u{6FF}').contains(&c);
            assert_eq!(language.own_name().contains(joined), language.is_right_to_left());
        }
        assert_eq!(Language::from_tag("he"), None);
        assert_eq!(Language::from_tag("DE"), None);
    }
}

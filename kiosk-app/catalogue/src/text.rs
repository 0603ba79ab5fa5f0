//! A text for citizens in the languages that have it.
use drivers_api::language::Language;

/// One text in the languages that have it; German always does. Two or three of them, so a list: it is small.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(Vec<(Language, Box<str>)>);

impl Text {
    /// Adds the text in a language.
    pub(crate) fn put(&mut self, language: Language, text: impl Into<Box<str>>) {
        self.0.retain(|(there, _)| *there != language);
        self.0.reserve_exact(1);
        self.0.push((language, text.into()));
    }

    fn told(&self, language: Language) -> Option<&str> {
        let mut texts = self.0.iter();
        texts.find(|(there, _)| *there == language).map(|(_, text)| &**text)
    }

    /// The text in this language, else in the next one of [`Language::fallbacks`].
    pub(crate) fn get(&self, language: Language) -> &str {
        let mut languages = language.fallbacks().into_iter();
        languages.find_map(|language| self.told(language)).unwrap_or_default()
    }

    /// The text in every language that has it.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, text)| &**text)
    }

    /// True when each of these languages has words for it.
    pub(crate) fn is_in(&self, languages: impl IntoIterator<Item = Language>) -> bool {
        let mut languages = languages.into_iter();
        languages.all(|language| self.told(language).is_some_and(|text| !text.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_stands_in() {
        let mut text = Text::default();
        assert_eq!(text.get(Language::Turkish), "");
        text.put(Language::German, "Straße".to_owned());
        text.put(Language::English, "street".to_owned());
        assert_eq!(text.get(Language::English), "street");
        for language in [Language::German, Language::EasyGerman, Language::Ukrainian] {
            assert_eq!(text.get(language), "Straße");
        }
        assert!(text.is_in([Language::German, Language::English]));
        assert!(!text.is_in([Language::German, Language::Polish]));
    }
}

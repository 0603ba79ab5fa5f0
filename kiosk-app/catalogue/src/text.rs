//! A text for citizens in the languages that have it.
use drivers_api::language::Language;
use std::collections::BTreeMap;

/// One text in the languages that have it; German always does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(BTreeMap<Language, String>);

impl Text {
    /// Adds the text in a language.
    pub(crate) fn put(&mut self, language: Language, text: String) {
        self.0.insert(language, text);
    }

    /// The text in this language, else in the next one of [`Language::fallbacks`].
    pub(crate) fn get(&self, language: Language) -> &str {
        let mut found = language
            .fallbacks()
            .into_iter()
            .filter_map(|language| self.0.get(&language));
        found.next().map_or("", String::as_str)
    }

    /// The text in every language that has it.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// True when each of these languages has words for it.
    pub(crate) fn is_in(&self, languages: impl IntoIterator<Item = Language>) -> bool {
        let mut languages = languages.into_iter();
        languages.all(|language| self.0.get(&language).is_some_and(|text| !text.is_empty()))
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

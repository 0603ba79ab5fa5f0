//! Adapter of `languages.slint`.
use crate::ui;
use drivers_api::language::Language;
use slint::ComponentHandle;

/// Each language in its own words, so not among the translations.
fn words(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::German => ("Deutsch", "Weiter auf Deutsch"),
        Language::English => ("English", "Continue in English"),
    }
}

pub(crate) fn fill(app: &ui::App) {
    let languages = app.global::<ui::Languages>();
    let tiles = Language::ALL.map(|language| {
        let (name, greeting) = words(language);
        ui::LanguageTile {
            tag: language.tag().into(),
            name: name.into(),
            greeting: greeting.into(),
        }
    });
    languages.set_tiles(super::put(languages.get_tiles(), tiles.to_vec()));
}

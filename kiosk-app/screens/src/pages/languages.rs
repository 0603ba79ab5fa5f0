//! Adapter of `languages.slint`.
use crate::ui;
use drivers_api::language::Language;
use slint::ComponentHandle;

/// Each language in its own words, so not among the translations.
pub(crate) fn greeting(language: Language) -> &'static str {
    match language {
        Language::German => "Weiter auf Deutsch",
        Language::EasyGerman => "Weiter in Leichter Sprache",
        Language::English => "Continue in English",
        Language::Turkish => "Türkçe devam et",
        Language::Russian => "Продолжить на русском",
        Language::Arabic => "المتابعة بالعربية",
        Language::Ukrainian => "Продовжити українською",
        Language::Polish => "Kontynuuj po polsku",
        Language::Romanian => "Continuați în română",
        Language::French => "Continuer en français",
        Language::Spanish => "Seguir en español",
        Language::Persian => "ادامه به فارسی",
    }
}

pub(crate) fn fill(app: &ui::App) {
    let languages = app.global::<ui::Languages>();
    let tiles = Language::ALL.map(|language| ui::LanguageTile {
        tag: language.tag().into(),
        name: language.own_name().into(),
        greeting: greeting(language).into(),
    });
    languages.set_tiles(super::put(languages.get_tiles(), tiles.to_vec()));
}

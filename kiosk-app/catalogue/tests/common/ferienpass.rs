//! A holiday pass for children: everything that can be repeated, dated and charged.
use super::enter;
use catalogue::{Answers, Catalogue, Service, SourceFile};
use jiff::civil::{Date, date};
use std::sync::Arc;

/// The day of the visit.
pub(crate) const DAY: Date = date(2026, 11, 24);

/// The bundled files, and those of the holiday pass.
pub(crate) fn files() -> Vec<SourceFile> {
    let file = |name: &str, text: &str| SourceFile {
        path: format!("ferienpass/{name}"),
        text: text.to_owned(),
    };
    let mut files = catalogue::bundled::small(&catalogue::bundled::TWO);
    files.extend([
        file("service.toml", include_str!("ferienpass/service.toml")),
        file("texts.de.toml", include_str!("ferienpass/texts.de.toml")),
        file(
            "texts.de-x-leicht.toml",
            include_str!("ferienpass/texts.de-x-leicht.toml"),
        ),
        file("texts.en.toml", include_str!("ferienpass/texts.en.toml")),
        file("receipt.toml", include_str!("ferienpass/receipt.toml")),
    ]);
    files
}

/// It is without a fault.
pub(crate) fn ferienpass() -> Arc<Service> {
    let loaded = Catalogue::load(&files()).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    Arc::clone(loaded.catalogue.service(&"ferienpass".into()).unwrap())
}

/// Two children, the second with a school of her own.
pub(crate) fn two(service: &Service) -> Answers {
    let mut answers = service.blank(Some(DAY));
    for (field, text) in [
        ("benefits", "false"),
        ("name#1", "Max"),
        ("born#1", "1.5.2018"),
        ("children#1", "true"),
        ("name#2", "Lena"),
        ("born#2", "1.5.2009"),
        ("pupil#2", "true"),
        ("school_name#2", "Waldschule"),
        ("children#2", "false"),
        ("income", "1.250,50"),
        ("passes", "3"),
    ] {
        enter(service, &mut answers, field, text);
    }
    assert_eq!(service.first_incomplete(&answers), None);
    answers
}

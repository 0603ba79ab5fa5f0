//! The example in `docs/services.md` is a service that works.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Catalogue, SourceFile};
use common::enter;
use drivers_api::language::Language;

/// Files shown in the handbook: a line with the path in backticks, then a block of TOML.
fn shown_files(page: &str) -> Vec<SourceFile> {
    let mut files = Vec::new();
    for piece in page.split("\n`lob/").skip(1) {
        let (name, rest) = piece.split_once("`\n\n```toml\n").unwrap();
        let (text, _) = rest.split_once("\n```").unwrap();
        files.push(SourceFile {
            path: format!("lob/{name}"),
            text: text.to_owned(),
        });
    }
    files
}

#[test]
fn the_example_works() {
    let mut files = shown_files(include_str!("../../../docs/services.md"));
    assert_eq!(files.len(), 4);
    files.extend(catalogue::bundled::small(&catalogue::bundled::TWO));
    let loaded = Catalogue::load(&files).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    assert_eq!(loaded.catalogue.services().len(), 3);
    let service = loaded.catalogue.service(&"lob".into()).unwrap();
    assert!(service.data_groups().is_empty() && service.fee_overview(None, Language::German).is_none());

    let mut answers = service.blank(None);
    enter(service, &mut answers, "topic", "praise");
    enter(service, &mut answers, "message", "Der neue Park ist schön.");
    let answer = service.page_named("answer").unwrap();
    assert_eq!(service.first_incomplete(&answers), Some(answer));
    enter(service, &mut answers, "wants_answer", "false");
    assert_eq!(service.next_page(Some(answer), &answers), None);
    assert_eq!(service.first_incomplete(&answers), None);
    enter(service, &mut answers, "wants_answer", "true");
    assert_eq!(service.next_page(Some(answer), &answers), service.page_named("contact"));
    assert_eq!(service.first_incomplete(&answers), service.page_named("contact"));
}

#[test]
fn the_handbook_names_what_a_card_can_be_asked() {
    let page = include_str!("../../../docs/services.md");
    for name in [
        "finish",
        "\"submit\"",
        "\"show\"",
        "age_at_least",
        "too_young",
        "municipality",
        "lives_elsewhere",
        "pseudonym",
        "\"exit\"",
        "\"go_on\"",
        "[exit.too_young]",
        "card.old_enough",
        "card.lives_there",
        "schalter.card.old_enough",
        "schalter.card.lives_there",
        "schalter.card.pseudonym",
    ] {
        let shown = page.contains(&format!("`{name}`")) || page.contains(&format!("`{name} "));
        assert!(shown, "{name}");
    }
}

#[test]
fn the_handbook_names_every_data_group() {
    let page = include_str!("../../../docs/services.md");
    for group in drivers_api::card::DataGroup::ALL {
        assert!(page.contains(&format!("`{}`", group.name())), "{}", group.name());
    }
}

#[test]
fn the_handbook_names_every_situation() {
    let page = include_str!("../../../docs/services.md");
    for situation in catalogue::Situation::ALL {
        assert!(
            page.contains(&format!("`\"{}\"`", situation.name())),
            "{}",
            situation.name()
        );
    }
}

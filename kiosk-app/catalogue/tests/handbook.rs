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

/// The block of TOML below that line of the handbook.
fn shown(below: &str) -> String {
    let page = include_str!("../../../docs/services.md");
    let (_, rest) = page.split_once(below).unwrap();
    let (_, rest) = rest.split_once("```toml\n").unwrap();
    rest.split_once("\n```").unwrap().0.to_owned() + "\n"
}

#[test]
fn the_overlay_of_the_handbook_works() {
    let mut files = catalogue::bundled::small(&["sperrmuell"]);
    files.retain(|file| file.path.starts_with("sperrmuell/"));
    let content = catalogue::content(&files);
    let package = catalogue::Package {
        name: "musterstadt".to_owned(),
        version: "2027-1".to_owned(),
        valid_until: jiff::civil::date(2028, 12, 31),
        files,
    };
    let version = {
        let service = package
            .files
            .iter()
            .find(|file| file.path.ends_with("/service.toml"))
            .unwrap();
        let line = service
            .text
            .lines()
            .find(|line| line.starts_with("version = "))
            .unwrap();
        line.replace("version", "for_version")
    };
    // The digits on the page are an example: they are others with every change of the service.
    let lines = shown("`sperrmuell/overlay.toml`")
        .lines()
        .map(|line| match line.split(' ').next() {
            Some("for_content") => format!("for_content = {content:?}\n"),
            Some("for_version") => format!("{version}\n"),
            Some(_) | None => format!("{line}\n"),
        })
        .collect::<String>();
    assert!(lines.contains("[[fee]]") && lines.contains("[texts.de]"));
    let mut town = catalogue::bundled::small(&["ausweisdaten"]);
    town.extend(
        catalogue::bundled::files()
            .into_iter()
            .filter(|file| file.path.starts_with("tables/")),
    );
    town.push(SourceFile {
        path: "sperrmuell/overlay.toml".to_owned(),
        text: lines,
    });
    let adoption = catalogue::Adoption {
        line: 1,
        package: "musterstadt.schalter".to_owned(),
        key: String::new(),
        services: Vec::new(),
    };
    let (files, faults) = catalogue::assemble(town, vec![(adoption, package)], None);
    assert!(faults.is_empty(), "{faults:#?}");
    let loaded = Catalogue::load(&files).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    assert_eq!(loaded.catalogue.services().len(), 2);
}

#[test]
fn the_town_of_the_handbook_works() {
    let mut files = catalogue::bundled::small(&["meldebescheinigung"]);
    for town in files.iter_mut().filter(|file| file.path == "town.toml") {
        town.text = shown("## `town.toml`");
    }
    let loaded = Catalogue::load(&files).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    assert_eq!(loaded.catalogue.town().name(), "Hürtgenwald");
}

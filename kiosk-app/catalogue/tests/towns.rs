//! Several towns on one terminal, and what follows from an address by a town's table.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Catalogue, Loaded, Neighbour, SourceFile, bundled, neighbours};
use common::{edit, enter, stored};
use drivers_api::language::Language;

const OTHER: &str = "0b2d9c11-3f58-4c07-8f1e-5a9d2c4e6f70";
const HOME: &str = "7f1c2a54-6d0e-4b8e-9a53-2f6c1d7e8b90";

/// Nebenan: another name, another office, another destination.
fn nebenan(services: &[&str]) -> Vec<SourceFile> {
    let mut files = bundled::small(services);
    edit(&mut files, "town.toml", "name = \"Musterstadt\"", "name = \"Nebenan\"");
    edit(
        &mut files,
        "town.toml",
        "Stadt Musterstadt, Bürgerbüro",
        "Gemeinde Nebenan, Rathaus",
    );
    edit(&mut files, "town.toml", HOME, OTHER);
    files
}

fn neighbour(reads_cards: bool) -> Neighbour {
    Neighbour {
        line: 1,
        folder: "nebenan".to_owned(),
        reads_cards,
    }
}

fn joined(own: &[&str], others: &[&str], reads_cards: bool) -> Loaded {
    let mut loaded = Catalogue::load(&bundled::small(own)).unwrap();
    loaded.join(&neighbour(reads_cards), Catalogue::load(&nebenan(others)));
    loaded
}

#[test]
fn each_service_tells_its_town_and_its_office() {
    let Loaded { catalogue, faults } = joined(&["lob", "sperrmuell"], &["lob", "hundesteuer"], false);
    assert!(faults.is_empty(), "{faults:?}");
    let ids: Vec<&str> = catalogue
        .services()
        .iter()
        .map(|service| service.id().as_str())
        .collect();
    assert_eq!(
        ids,
        ["lob", "lob@nebenan", "sperrmuell"],
        "a card would be read for the wrong office"
    );
    let (ours, theirs) = (
        catalogue.service(&"lob".into()).unwrap(),
        catalogue.service(&"lob@nebenan".into()).unwrap(),
    );
    assert_eq!((ours.town().name(), ours.destination_id()), ("Musterstadt", None));
    assert_eq!(
        (theirs.town().name(), theirs.destination_id()),
        ("Nebenan", Some(OTHER))
    );
    assert_eq!(theirs.town().provider().name, "Gemeinde Nebenan, Rathaus");
    let title = |service| catalogue.tile_title(service, Language::German);
    assert_eq!(title(ours), "Lob, Beschwerde, Idee (Musterstadt)");
    assert_eq!(title(theirs), "Lob, Beschwerde, Idee (Nebenan)");
    // The office reads the name that the service has with it.
    let json: serde_json::Value = serde_json::from_slice(theirs.submission(&theirs.blank(None)).expose()).unwrap();
    assert_eq!(json["schalter.service"], "lob");
    assert_eq!(theirs.schema()["properties"]["schalter.service"]["const"], "lob");
    let found: Vec<&str> = catalogue
        .search("Beschwerde")
        .iter()
        .map(|service| service.id().as_str())
        .collect();
    assert!(found.contains(&"lob") && found.contains(&"lob@nebenan"), "{found:?}");

    let with_cards = joined(&["lob"], &["hundesteuer"], true).catalogue;
    assert!(with_cards.service(&"hundesteuer@nebenan".into()).is_some());
    let alone = common::loaded();
    let service = alone.service(&"meldebescheinigung".into()).unwrap();
    assert_eq!(alone.tile_title(service, Language::German), "Meldebescheinigung");
}

#[test]
fn a_neighbours_own_destination_counts_and_its_faults_are_told() {
    let mut theirs = nebenan(&["lob", "termin"]);
    let own = "9a1c2a54-6d0e-4b8e-9a53-2f6c1d7e8b90";
    edit(
        &mut theirs,
        "lob/service.toml",
        "format = 1",
        &format!("format = 1\ndestination_id = {own:?}"),
    );
    edit(&mut theirs, "termin/service.toml", "format = 1", "format = 7");
    let mut loaded = Catalogue::load(&bundled::small(&["lob"])).unwrap();
    loaded.join(&neighbour(false), Catalogue::load(&theirs));
    let service = loaded.catalogue.service(&"lob@nebenan".into()).unwrap();
    assert_eq!(service.destination_id(), Some(own));
    assert!(
        loaded
            .faults
            .iter()
            .all(|fault| fault.path.starts_with("towns/nebenan/t")),
        "{:?}",
        loaded.faults
    );
    assert!(
        loaded
            .faults
            .iter()
            .any(|fault| fault.path == "towns/nebenan/termin/service.toml")
    );
    // A town without anything is told, and the own services stay.
    let mut loaded = Catalogue::load(&bundled::small(&["lob"])).unwrap();
    loaded.join(&neighbour(false), Catalogue::load(&[]));
    assert_eq!(loaded.catalogue.services().len(), 1);
    assert_eq!(loaded.faults[0].path, "towns/nebenan/town.toml");
    // Without a key for its destination a service is left out, and not found any more.
    let mut catalogue = joined(&["lob"], &["lob"], false).catalogue;
    let gone = catalogue.keep(|service| service.destination_id().is_none());
    assert_eq!(gone.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["lob@nebenan"]);
    assert_eq!(catalogue.search("Beschwerde").len(), 1);
}

#[test]
fn towns_are_named_once_and_by_their_folder() {
    let with = |more: &str| {
        let mut files = bundled::small(&["lob"]);
        edit(&mut files, "town.toml", "[provider]", &format!("{more}\n[provider]"));
        let told: Vec<String> = match Catalogue::load(&files) {
            Ok(loaded) => loaded.faults.iter().map(ToString::to_string).collect(),
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        };
        (neighbours(&files), told.join("\n"))
    };
    let (found, told) = with("[[town]]\nfolder = \"nebenan\"\n[[town]]\nfolder = \"drueben\"\nreads_cards = true");
    assert_eq!(told, "");
    let found: Vec<(&str, bool)> = found
        .iter()
        .map(|town| (town.folder.as_str(), town.reads_cards))
        .collect();
    assert_eq!(found, [("nebenan", false), ("drueben", true)]);
    for (more, what) in [
        ("[[town]]\nfolder = \"../nebenan\"", "no name of a town's folder"),
        ("[[town]]\nfolder = \"a\"\n[[town]]\nfolder = \"a\"", "there twice"),
        ("[[town]]\nname = \"a\"", "`folder` is missing"),
        ("[[town]]\nfolder = \"a\"\nreads_cards = \"yes\"", "true or false"),
    ] {
        let (_, told) = with(more);
        assert!(told.contains(what), "{more}: {told}");
    }
}

#[test]
fn the_zone_follows_from_the_address() {
    let catalogue = Catalogue::load(&bundled::small(&["bewohnerparken"])).unwrap().catalogue;
    let service = catalogue.service(&"bewohnerparken".into()).unwrap();
    let zone = service.field_named("zone").unwrap();
    let mut answers = service.blank(None);
    assert!(service.editable(zone, &answers), "nothing known: asked");
    for (address, known) in [
        ("Bahnhofstr. 12", Some("a")),
        ("BAHNHOFSTRASSE 30a", Some("b")),
        ("Ringstraße 2", Some("c")),
        ("Hauptstraße 3", Some("a")),
        ("Hauptstraße", None),
        ("Unbekannter Weg 3", None),
        ("Am Markt", Some("a")),
    ] {
        enter(service, &mut answers, "street", address);
        assert_eq!(stored(service, &answers, "zone"), known, "{address}");
        assert_eq!(service.editable(zone, &answers), known.is_none(), "{address}");
        // Nobody chooses another one where it is known.
        enter(service, &mut answers, "zone", "c");
        assert_eq!(stored(service, &answers, "zone"), known.or(Some("c")), "{address}");
        enter(service, &mut answers, "zone", "");
    }
    enter(service, &mut answers, "street", "");
    assert_eq!(stored(service, &answers, "zone"), None);
    // What somebody chose stays while the address stays unknown.
    enter(service, &mut answers, "zone", "b");
    enter(service, &mut answers, "street", "Unbekannter Weg 4");
    assert_eq!(stored(service, &answers, "zone"), Some("b"));
    enter(service, &mut answers, "street", "Poststraße 1");
    service.prune(&mut answers);
    assert_eq!(stored(service, &answers, "zone"), Some("b"));
    let json: serde_json::Value = serde_json::from_slice(service.submission(&answers).expose()).unwrap();
    assert_eq!(json["schalter.bewohnerparken.zone"], "b");
    // From the card, likewise.
    let answers = service.prefill(&common::erika(), None);
    assert_eq!(stored(service, &answers, "zone"), None, "Heidestraße is in no zone");
}

#[test]
fn a_table_that_doesn_t_fit_is_told() {
    let told = |path: &str, from: &str, to: &str| -> String {
        let mut files = bundled::small(&["bewohnerparken", "lob"]);
        edit(&mut files, path, from, to);
        let loaded = Catalogue::load(&files).unwrap();
        assert_eq!(loaded.catalogue.services().len(), 1, "{to}");
        loaded.faults.iter().map(|fault| format!("{fault}\n")).collect()
    };
    let service = "bewohnerparken/service.toml";
    for (path, from, to, what) in [
        (
            "tables/parking.csv",
            "Am Markt;;a",
            "Am Markt;;d",
            "tables/parking.csv:5: `d` is none of the choices of `zone`",
        ),
        (
            "tables/parking.csv",
            "Am Markt;;a",
            "Am Markt;a",
            "tables/parking.csv:5: 2 cells, not 3",
        ),
        (
            service,
            "table = \"parking\"",
            "table = \"parken\"",
            "no table `parken`",
        ),
        (service, "column = \"zone\"", "column = \"zones\"", "no column `zones`"),
        (
            service,
            "by = \"street\"",
            "by = \"plate\"",
            "`plate` is no text that was asked before",
        ),
        (
            service,
            "by = \"street\"",
            "by = \"keeper\"",
            "`keeper` is no text that was asked before",
        ),
        (service, ", column = \"zone\"", "", "`column` is missing"),
        (
            service,
            "choices = [\"one\", \"two\"]\n",
            "choices = [\"one\", \"two\"]\nfrom_table = { table = \"parking\", by = \"street\", column = \"zone\" }\n",
            "is for a choice that is asked",
        ),
    ] {
        let told = told(path, from, to);
        assert!(told.contains(what), "{what}\n{told}");
    }
}

#[test]
fn a_table_that_isn_t_there_is_told() {
    let mut files = bundled::small(&["bewohnerparken", "lob"]);
    files.retain(|file| file.path != "tables/parking.csv");
    let loaded = Catalogue::load(&files).unwrap();
    assert!(
        loaded
            .faults
            .iter()
            .any(|fault| fault.mend.contains("add tables/parking.csv")),
        "{:?}",
        loaded.faults
    );
    files.push(SourceFile {
        path: "tables/Parking.csv".to_owned(),
        text: "street;zone\n".to_owned(),
    });
    let loaded = Catalogue::load(&files).unwrap();
    assert!(
        loaded
            .faults
            .iter()
            .any(|fault| fault.what == "not a table of the town")
    );
}

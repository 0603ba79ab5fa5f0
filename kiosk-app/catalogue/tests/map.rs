//! A place on the town's map: asked, checked, told in words and submitted; and a town without a map.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
use catalogue::{Answers, Catalogue, Fault, Point, Problem, Service, SourceFile, bundled};
use drivers_api::language::Language;
use std::sync::Arc;

const SERVICE: &str = "maengelmelder/service.toml";
/// On the market of Musterstadt.
const MARKET: (i32, i32) = (5_451_417, 653_134);

fn files() -> Vec<SourceFile> {
    bundled::small(&["maengelmelder"])
}

fn with_map() -> Arc<Service> {
    service(bundled::load(&files()).unwrap().catalogue)
}

fn without_map() -> Arc<Service> {
    service(Catalogue::load(&files()).unwrap().catalogue)
}

fn service(catalogue: Catalogue) -> Arc<Service> {
    Arc::clone(catalogue.service(&"maengelmelder".into()).unwrap())
}

fn answered(service: &Service) -> Answers {
    let mut answers = service.blank(None);
    for (field, text) in [
        ("kind", "sign"),
        ("street", "Am Markt 5"),
        ("danger", "false"),
        ("wants_answer", "false"),
    ] {
        service.enter(&mut answers, service.field_named(field).unwrap(), text);
    }
    answers
}

fn names(service: &Service, answers: &Answers) -> Vec<String> {
    let path = service.path(answers).into_iter();
    path.map(|page| service.page(page).id().to_owned()).collect()
}

#[test]
fn a_place_is_told_in_words_and_submitted_in_degrees() {
    let service = with_map();
    let mut answers = answered(&service);
    let field = service.field_named("place").unwrap();
    assert_eq!(
        names(&service, &answers),
        ["kind", "place", "map", "describe", "danger", "answer"]
    );
    assert_eq!(service.first_incomplete(&answers), None, "the map can be passed over");
    let point = Point::new(MARKET.0, MARKET.1).unwrap();
    service.enter(&mut answers, field, point.text().expose());
    assert_eq!(service.place(field, &answers), Some(point));
    for (language, words) in [
        (Language::German, "in der Nähe von Am Markt, Planquadrat E3"),
        (Language::English, "near Am Markt, map square E3"),
        (Language::EasyGerman, "Nah bei: Am Markt. Im Feld E3 auf dem Plan"),
    ] {
        assert_eq!(service.value_text(field, &answers, language).expose(), words);
        let declaration = service.declaration(&answers, language);
        let mut rows = declaration.sections.iter().flat_map(|section| &section.rows);
        assert!(rows.any(|row| row.value.expose() == words));
    }
    let json: serde_json::Value = serde_json::from_slice(service.submission(&answers).expose()).unwrap();
    assert_eq!(
        json["schalter.maengel.place"],
        serde_json::json!({ "lat": 54.51417, "long": 6.53134 })
    );
    let schema = &service.schema()["properties"]["schalter.maengel.place"];
    assert_eq!(schema["required"], serde_json::json!(["lat", "long"]));
    assert_eq!(service.first_incomplete(&answers), None);
}

#[test]
fn what_is_no_place_on_the_map_is_refused() {
    let service = with_map();
    let field = service.field_named("place").unwrap();
    let page = service.page_named("map").unwrap();
    for odd in [
        "Am Markt",
        "0.00000,0.00000",
        "54.51417,16.53134",
        "\"},{\"",
        "NaN,NaN",
        "54.5,6.5",
    ] {
        let mut answers = answered(&service);
        service.enter(&mut answers, field, odd);
        assert_eq!(
            service.check_page(page, &answers),
            [(field, Problem::NotAChoice)],
            "{odd}"
        );
        assert_eq!(service.first_incomplete(&answers), Some(page));
    }
}

#[test]
fn the_map_begins_at_the_street_that_was_named() {
    let service = with_map();
    let field = service.field_named("place").unwrap();
    let mut answers = answered(&service);
    let meant = service.place_meant(field, &answers).unwrap();
    let map = service.town().map().unwrap();
    assert_eq!(map.near(meant), Some("Am Markt"));
    service.enter(&mut answers, service.field_named("street").unwrap(), "Auf dem Mond 7");
    assert_eq!(service.place_meant(field, &answers), None);
}

#[test]
fn a_town_without_a_map_is_not_asked_for_one() {
    let service = without_map();
    assert!(service.town().map().is_none());
    let answers = answered(&service);
    assert_eq!(
        names(&service, &answers),
        ["kind", "place", "describe", "danger", "answer"]
    );
    assert_eq!(service.first_incomplete(&answers), None);
    let json: serde_json::Value = serde_json::from_slice(service.submission(&answers).expose()).unwrap();
    assert!(json.get("schalter.maengel.place").is_none());
    // Whoever enters something all the same: it is never told nor sent.
    let mut answers = answers;
    service.enter(&mut answers, service.field_named("place").unwrap(), "54.51417,6.53134");
    let json: serde_json::Value = serde_json::from_slice(service.submission(&answers).expose()).unwrap();
    assert!(json.get("schalter.maengel.place").is_none());
}

#[test]
fn every_street_of_the_town_is_on_its_map() {
    let loaded = bundled::load(&files()).unwrap();
    assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
    let map = loaded.catalogue.town().map().unwrap();
    let files = bundled::files();
    let streets = files.iter().find(|file| file.path == "streets.txt").unwrap();
    let streets = streets
        .text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    for street in streets {
        assert!(map.find(street).is_some_and(|point| map.holds(point)), "{street}");
    }
}

#[test]
fn a_map_with_a_fault_is_told_and_nothing_else_is_lost() {
    for (path, text, told) in [
        ("map/map.toml", "format = 1\n", "map/map.toml:1: `north` is missing"),
        (
            "map/places.csv",
            "name;lat;long\nAm Markt;0;0\n",
            "map/places.csv:2: `Am Markt` lies outside the map",
        ),
    ] {
        let mut files = files();
        let file = files.iter_mut().find(|file| file.path == path).unwrap();
        file.text = text.to_owned();
        let loaded = bundled::load(&files).unwrap();
        assert!(
            loaded.faults.iter().any(|fault| fault.to_string().starts_with(told)),
            "{:#?}",
            loaded.faults
        );
        let service = service(loaded.catalogue);
        assert!(!names(&service, &answered(&service)).contains(&"map".to_owned()));
    }
    let mut files = files();
    files.push(SourceFile {
        path: "map/roads.csv".to_owned(),
        text: String::new(),
    });
    let loaded = bundled::load(&files).unwrap();
    assert!(
        loaded.faults[0]
            .to_string()
            .starts_with("map/roads.csv: not a file of the map")
    );
    let alone: Vec<SourceFile> = bundled::small(&["lob"]);
    let loaded = Catalogue::load_with_map(&alone, Some(bundled::PICTURE), &catalogue::Alone).unwrap();
    assert!(
        loaded.faults[0]
            .to_string()
            .starts_with("map/map.toml: the file is missing")
    );
}

fn faults(from: &str, to: &str) -> Vec<Fault> {
    let mut files = files();
    // A text must be left that can be named; one service more, so that something is offered.
    files.extend(
        bundled::small(&["lob"])
            .into_iter()
            .filter(|file| file.path.starts_with("lob/")),
    );
    let file = files.iter_mut().find(|file| file.path == SERVICE).unwrap();
    assert!(file.text.contains(from), "{from}");
    file.text = file.text.replacen(from, to, 1);
    match bundled::load(&files) {
        Ok(loaded) => loaded.faults,
        Err(faults) => faults,
    }
}

/// What stands there, what is written instead, and what is told.
const MISTAKES: &[(&str, &str, &str)] = &[
    (
        "required = false\ninstead = \"street\"\n",
        "required = true\n",
        "who can't see the map could not go on",
    ),
    (
        "instead = \"street\"",
        "instead = \"kind\"",
        "`kind` is no text that was asked before",
    ),
    (
        "instead = \"street\"",
        "instead = \"email\"",
        "`email` is no text that was asked before",
    ),
    (
        "instead = \"street\"",
        "instead = \"nowhere\"",
        "`nowhere` is no text that was asked before",
    ),
    (
        "suggest = \"streets\"",
        "instead = \"near\"",
        "`instead` in field \"street\" is for a place",
    ),
    (
        "instead = \"street\"",
        "instead = \"street\"\ndefault = \"54.51417,6.53134\"",
        "only select and number can be chosen",
    ),
    (
        "instead = \"street\"",
        "instead = \"street\"\nfrom_card = \"place_of_residence.street\"\ncorrectable = true",
        "doesn't fit this kind of field",
    ),
    (
        "instead = \"street\"",
        "instead = \"street\"\nmax_chars = 5",
        "`max_chars` means nothing",
    ),
    (
        "fim = \"schalter.maengel.place\"\n",
        "fim = \"schalter.maengel.place\"\n\n[[page.field]]\nid = \"other\"\nkind = \"place\"\nfim = \"schalter.maengel.other\"\n",
        "field \"other\" is the second map on its page",
    ),
    (
        "id = \"danger\"\nnext = \"answer\"",
        "id = \"danger\"\nnext = [{ when = { field = \"place\", equals = \"54\" }, page = \"answer\" }, { page = \"answer\" }]",
        "never has this value",
    ),
];

#[test]
fn nobody_has_to_see_a_map() {
    for (from, to, told) in MISTAKES {
        let found = faults(from, to);
        assert!(
            found
                .iter()
                .any(|fault| fault.what.contains(told) && fault.path == SERVICE),
            "{told}: {found:#?}"
        );
    }
    for (from, to) in [
        ("required = false\ninstead = \"street\"\n", ""),
        (
            "required = false\ninstead = \"street\"\n",
            "required = true\ninstead = \"street\"\n",
        ),
        (
            "id = \"danger\"\nnext = \"answer\"",
            "id = \"danger\"\nnext = [{ when = { field = \"place\", is_set = true }, page = \"answer\" }, { page = \"answer\" }]",
        ),
    ] {
        assert_eq!(faults(from, to), [], "{to}");
    }
}

#[test]
fn a_text_counts_instead_of_a_required_place() {
    let mut files = files();
    let file = files.iter_mut().find(|file| file.path == SERVICE).unwrap();
    file.text = file
        .text
        .replacen("required = false\ninstead", "required = true\ninstead", 1);
    file.text = file
        .text
        .replacen("suggest = \"streets\"", "suggest = \"streets\"\nrequired = false", 1);
    let service = service(bundled::load(&files).unwrap().catalogue);
    let (page, field) = (
        service.page_named("map").unwrap(),
        service.field_named("place").unwrap(),
    );
    let mut answers = answered(&service);
    assert_eq!(service.check_page(page, &answers), []);
    service.enter(&mut answers, service.field_named("street").unwrap(), "");
    assert_eq!(service.check_page(page, &answers), [(field, Problem::NotChosen)]);
    service.enter(&mut answers, field, "54.51417,6.53134");
    assert_eq!(service.check_page(page, &answers), []);
}

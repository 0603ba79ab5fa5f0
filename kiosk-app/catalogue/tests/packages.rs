//! Packages and overlays of whatever content: no panic, nothing but services in them, and what is written is read.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
use catalogue::{Adoption, Catalogue, Package, SourceFile, assemble, bundled};
use jiff::civil::date;
use proptest::prelude::*;

fn package() -> Package {
    let mut files = bundled::small(&["termin"]);
    files.retain(|file| file.path.contains('/'));
    Package {
        name: "musterstadt".to_owned(),
        version: "1".to_owned(),
        valid_until: date(2027, 12, 31),
        files,
    }
}

fn adoption() -> Adoption {
    Adoption {
        line: 1,
        package: "m.schalter".to_owned(),
        key: String::new(),
        services: Vec::new(),
    }
}

#[test]
fn what_is_written_is_read() {
    let package = package();
    assert_eq!(Package::parse(&package.to_text()).unwrap(), package);
    for (path, fits) in [
        ("hund/service.toml", true),
        ("../town.toml", false),
        ("town.toml", false),
        ("hund/../../etc", false),
        ("hund/.git", false),
        ("/hund/service.toml", false),
        ("hund\\a/service.toml", false),
        ("Hund/service.toml", false),
    ] {
        let mut odd = package.clone();
        odd.files[0].path = path.to_owned();
        odd.files.sort_by(|a, b| a.path.cmp(&b.path));
        assert_eq!(Package::parse(&odd.to_text()).is_ok(), fits, "{path}");
    }
    let text = package.to_text();
    for (from, to) in [
        ("\"format\":1", "\"format\":2"),
        ("2027-12-31", "2027-13-31"),
        ("\"files\":", "\"file\":"),
        ("\"musterstadt\"", "7"),
    ] {
        assert!(Package::parse(&text.replacen(from, to, 1)).is_err(), "{to}");
    }
    assert!(Package::parse(&"[".repeat(100_000)).is_err());
    assert!(Package::parse(&" ".repeat(9 * 1024 * 1024)).is_err());
}

#[test]
fn an_adopted_service_ends_with_its_package() {
    let small = bundled::small(&["ausweisdaten"]);
    let (files, faults) = assemble(small.clone(), vec![(adoption(), package())], Some(date(2026, 11, 24)));
    assert!(faults.is_empty(), "{faults:?}");
    let catalogue = Catalogue::load(&files).unwrap().catalogue;
    let offered = |day| catalogue.offered(Some(day)).count();
    assert_eq!((offered(date(2027, 12, 31)), offered(date(2028, 1, 1))), (2, 1));
    let (files, faults) = assemble(small.clone(), vec![(adoption(), package())], Some(date(2028, 1, 1)));
    assert_eq!((files.len(), faults.len()), (small.len(), 1));
    // What the town has itself counts.
    let own = bundled::small(&["termin"]);
    let (files, faults) = assemble(own.clone(), vec![(adoption(), package())], None);
    assert!(faults.is_empty() && files == own);
}

#[test]
fn cases_never_go_to_the_office_of_the_town_that_wrote_the_service() {
    let (theirs, ours) = (
        "0b2d9c11-3f58-4c07-8f1e-5a9d2c4e6f70",
        "9a1c2a54-6d0e-4b8e-9a53-2f6c1d7e8b90",
    );
    let mut package = package();
    for file in package
        .files
        .iter_mut()
        .filter(|file| file.path.ends_with("/service.toml"))
    {
        file.text = file
            .text
            .replacen("format = 1", &format!("format = 1\ndestination_id = {theirs:?}"), 1);
    }
    let adopted = |overlay: Option<&str>| {
        let mut files = bundled::small(&["ausweisdaten"]);
        files.extend(overlay.map(|text| SourceFile {
            path: "termin/overlay.toml".to_owned(),
            text: text.to_owned(),
        }));
        let (files, faults) = assemble(files, vec![(adoption(), package.clone())], None);
        assert!(faults.is_empty(), "{faults:?}");
        let loaded = Catalogue::load(&files).unwrap();
        let service = loaded.catalogue.service(&"termin".into());
        service
            .map(|service| service.destination_id().map(str::to_owned))
            .ok_or(loaded.faults)
    };
    assert_eq!(adopted(None), Ok(None));
    let overlay = |id: &str| format!("for_version = \"1.0.0\"\ndestination_id = {id:?}\n");
    assert_eq!(adopted(Some(&overlay(ours))), Ok(Some(ours.to_owned())));
    let faults = adopted(Some(&overlay("Rathaus"))).unwrap_err();
    assert!(faults.iter().any(|fault| fault.what.contains("no UUID")), "{faults:?}");
    // A package brings no tables: streets are the town's own.
    package.files.insert(
        0,
        SourceFile {
            path: "tables/parking.csv".to_owned(),
            text: "street;zone\n".to_owned(),
        },
    );
    assert!(Package::parse(&package.to_text()).is_err());
}

proptest! {
    #[test]
    fn any_text_as_package(text in "\\PC{0,200}|[\\[\\]{}\":,a-z0-9./\n]{0,300}") {
        prop_assert!(Package::parse(&text).is_err());
    }

    #[test]
    fn any_text_as_overlay(text in "\\PC{0,200}|[a-z_\\[\\]={}\", \n.0-9]{0,300}|(fee|texts|period|keywords|for_version) = \\PC{0,40}") {
        let mut files = bundled::small(&["ausweisdaten"]);
        files.push(SourceFile { path: "termin/overlay.toml".to_owned(), text });
        let (files, _) = assemble(files, vec![(adoption(), package())], Some(date(2026, 11, 24)));
        let loaded = Catalogue::load(&files).unwrap();
        prop_assert!(loaded.catalogue.service(&"ausweisdaten".into()).is_some());
    }
}

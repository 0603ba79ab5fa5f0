//! Overlays: what is lost, mistyped or no longer what the town has read is told where its author can mend it.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
use catalogue::{Adoption, Catalogue, Fault, Package, SourceFile, assemble, bundled, content, in_overlay};
use jiff::civil::{Date, date};

fn package(until: Date, change: impl Fn(&str, String) -> String) -> Package {
    let mut files = bundled::small(&["fuehrungszeugnis"]);
    files.retain(|file| file.path.starts_with("fuehrungszeugnis/"));
    for file in &mut files {
        file.text = change(&file.path, core::mem::take(&mut file.text));
    }
    Package {
        name: "musterstadt".to_owned(),
        version: "1".to_owned(),
        valid_until: until,
        files,
    }
}

fn adoption(line: usize) -> Adoption {
    Adoption {
        line,
        package: "m.schalter".to_owned(),
        key: String::new(),
        services: Vec::new(),
    }
}

fn plain() -> Package {
    package(date(2028, 12, 31), |_, text| text)
}

/// What the town gets of a package with that overlay: the faults, and whether the service is offered.
fn adopted(package: Package, overlay: Option<&str>) -> (Vec<Fault>, Option<Catalogue>) {
    let mut files = bundled::small(&["ausweisdaten"]);
    let overlay = overlay.map(|text| SourceFile {
        path: "fuehrungszeugnis/overlay.toml".to_owned(),
        text: text.to_owned(),
    });
    files.extend(overlay.clone());
    let overlays: Vec<SourceFile> = overlay.into_iter().collect();
    let (files, mut faults) = assemble(files, vec![(adoption(9), package)], Some(date(2026, 11, 24)));
    let loaded = Catalogue::load(&files).unwrap();
    faults.extend(loaded.faults.into_iter().map(|fault| in_overlay(fault, &overlays)));
    let there = loaded.catalogue.service(&"fuehrungszeugnis".into()).is_some();
    (faults, there.then_some(loaded.catalogue))
}

/// The only fault of that overlay.
fn fault(overlay: &str) -> Fault {
    let (faults, there) = adopted(plain(), Some(overlay));
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(there.is_none(), "it is offered all the same");
    let fault = faults.into_iter().next().unwrap();
    assert_eq!(fault.path, "fuehrungszeugnis/overlay.toml");
    fault
}

fn digits() -> String {
    content(&plain().files)
}

/// The whole table of the service, with another sum.
fn whole_table() -> String {
    let service = plain()
        .files
        .into_iter()
        .find(|file| file.path.ends_with("service.toml"))
        .unwrap();
    let from = service.text.find("[[fee]]").unwrap();
    let to = service.text.find("[[page]]").unwrap();
    let rows = service.text[from..to].replace("1300", "1200");
    format!(
        "for_version = \"{}\"\nfor_content = \"{}\"\n{rows}",
        version(),
        digits()
    )
}

fn version() -> String {
    let service = plain()
        .files
        .into_iter()
        .find(|file| file.path.ends_with("service.toml"))
        .unwrap();
    let line = service
        .text
        .lines()
        .find(|line| line.starts_with("version = "))
        .unwrap()
        .to_owned();
    line.split('"').nth(1).unwrap().to_owned()
}

#[test]
fn a_whole_table_with_other_sums_is_taken() {
    let (faults, catalogue) = adopted(plain(), Some(&whole_table()));
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(catalogue.is_some());
}

#[test]
fn a_row_or_a_sum_for_each_isn_t_lost_in_silence() {
    let table = whole_table();
    let first = table.find("[[fee]]").unwrap();
    let second = first + 2 + table[first + 2..].find("[[fee]]").unwrap();
    let id = table[first..second]
        .lines()
        .find(|line| line.starts_with("id = "))
        .unwrap();
    let id = id.split('"').nth(1).unwrap();
    let without = format!("{}{}", &table[..first], &table[second..]);
    let told = fault(&without);
    assert!(
        told.what.contains(&format!("the fee `{id}` of the service is lost")),
        "{told}"
    );
    assert_eq!(told.line, Some(3));
    let dropped = without.replacen("[[fee]]", &format!("drop_fees = [\"{id}\"]\n[[fee]]"), 1);
    let (faults, _) = adopted(plain(), Some(&dropped));
    let lost = |fault: &&Fault| fault.what.contains("is lost") || fault.what.contains("drop_fees");
    assert_eq!(faults.iter().find(lost), None);
    let never = fault(&table.replacen("[[fee]]", "drop_fees = [\"club\"]\n[[fee]]", 1));
    assert!(never.what.contains("`club`, which isn't lost"), "{never}");
}

#[test]
fn what_is_charged_for_each_isn_t_lost_in_silence() {
    let mut files = bundled::small(&["meldebescheinigung"]);
    files.retain(|file| file.path.contains('/'));
    let package = Package { files, ..plain() };
    let overlay = SourceFile {
        path: "meldebescheinigung/overlay.toml".to_owned(),
        text: format!(
            "for_version = \"1.0.0\"\nfor_content = \"{}\"\n[[fee]]\nid = \"standard\"\ncents = 500\n",
            content(&package.files)
        ),
    };
    let faults = |overlay: SourceFile| {
        let mut files = bundled::small(&["ausweisdaten"]);
        files.push(overlay);
        assemble(files, vec![(adoption(9), package.clone())], None).1
    };
    let told = faults(overlay.clone());
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].what.contains("no longer charged for each of `copies`"),
        "{told:#?}"
    );
    assert!(told[0].mend.contains("drop_fees = [\"standard.times\"]"), "{told:#?}");
    let dropped = SourceFile {
        text: overlay
            .text
            .replace("[[fee]]", "drop_fees = [\"standard.times\"]\n[[fee]]"),
        ..overlay
    };
    assert_eq!(faults(dropped), []);
}

#[test]
fn nobody_pays_a_fee_that_the_town_has_not_seen() {
    // The same version, and another sum.
    let changed = || {
        package(date(2028, 12, 31), |path, text| match path.ends_with("service.toml") {
            true => text.replace("cents = 1300", "cents = 9900"),
            false => text,
        })
    };
    let (faults, there) = adopted(changed(), Some(&whole_table()));
    assert!(there.is_none() && faults.len() == 1, "{faults:#?}");
    let told = &faults[0];
    assert!(
        told.what.contains("calls itself version") && told.line == Some(2),
        "{told}"
    );
    assert!(told.mend.contains(&content(&changed().files)), "{told}");
    // With fees of its own an overlay can't do without.
    let table = whole_table();
    let without: String = table
        .lines()
        .filter(|line| !line.starts_with("for_content"))
        .map(|line| format!("{line}\n"))
        .collect();
    let told = fault(&without);
    assert!(
        told.what.contains("`for_content` is needed") && told.mend.contains(&digits()),
        "{told}"
    );
    // Comments and ends of lines are no content.
    let same = package(date(2028, 12, 31), |_, text| {
        format!("# note\n{text}").replace('\n', "\r\n")
    });
    let (faults, there) = adopted(same, Some(&table));
    assert!(faults.is_empty() && there.is_some(), "{faults:#?}");
}

#[test]
fn slips_are_told_in_the_overlay_at_their_line() {
    let head = format!("for_version = \"{}\"\n", version());
    for (text, line, what, mend) in [
        (
            "for_version = \"0.1.0\"\n".to_owned(),
            1,
            "written for version 0.1.0",
            "for_version = ",
        ),
        (
            "keywords = [\"a\"]\n".to_owned(),
            1,
            "`for_version` is missing",
            "write for_version = ",
        ),
        (
            format!("{head}data_groups = []\n"),
            2,
            "`data_groups` can't be otherwise",
            "known here",
        ),
        (
            format!("{head}[texts.de]\npage.kind.title = \"Wozu?\"\n"),
            3,
            "no name of a text without quotes",
            "\"page.kind.title\"",
        ),
        (
            format!("{head}[texts.de]\nsumary = \"x\"\n"),
            3,
            "there is no text `sumary`",
            "name one",
        ),
        (
            format!("{head}[texts.xx]\nsummary = \"x\"\n"),
            2,
            "`xx` is no language",
            "speaks: de",
        ),
        (
            format!("{head}[texts.fr]\nsummary = \"x\"\n"),
            2,
            "no texts in `fr`",
            "speaks: de",
        ),
        (
            format!("{head}[texts.de]\nsummary = „Alt“\n"),
            3,
            "not readable as TOML",
            "straight quotes",
        ),
        (
            format!("{head}[texts.de]\nsummary = \"\"\n"),
            3,
            "`summary` in the file is empty",
            "write the text",
        ),
    ] {
        let told = fault(&text);
        assert_eq!(told.line, Some(line), "{told}");
        assert!(told.what.contains(what) && told.mend.contains(mend), "{told}");
    }
}

#[test]
fn periods_that_don_t_fit_the_package_name_both_days() {
    let head = format!("for_version = \"{}\"\n", version());
    let told = fault(&format!("{head}[period]\nfrom = \"2029-01-01\"\n"));
    assert!(
        told.what
            .contains("begins on 2029-01-01, and the package musterstadt ends on 2028-12-31"),
        "{told}"
    );
    let (faults, there) = adopted(plain(), Some(&format!("{head}[period]\nuntil = \"2029-03-10\"\n")));
    assert!(there.is_some(), "it is offered as long as the package is valid");
    assert!(
        faults[0]
            .what
            .contains("offered until 2029-03-10, and the package musterstadt ends on 2028-12-31"),
        "{faults:#?}"
    );
    assert_eq!(faults[0].line, Some(2));
}

#[test]
fn the_same_service_of_two_packages_is_told() {
    let other = Package {
        name: "anderswo".to_owned(),
        ..plain()
    };
    let files = bundled::small(&["ausweisdaten"]);
    let (_, faults) = assemble(files, vec![(adoption(9), plain()), (adoption(13), other)], None);
    assert_eq!((faults.len(), faults[0].line), (1, Some(13)));
    assert!(
        faults[0].what.contains("comes from the package musterstadt already"),
        "{faults:?}"
    );
}

#[test]
fn placeholders_take_the_name_of_whoever_adopts() {
    let package = package(date(2028, 12, 31), |path, text| match path.ends_with("texts.de.toml") {
        true => text
            .lines()
            .map(|line| match line.starts_with("summary = ") {
                true => "summary = \"Für alle in {town}, von {office}\"\n".to_owned(),
                false => format!("{line}\n"),
            })
            .collect(),
        false => text,
    });
    let (faults, catalogue) = adopted(package, None);
    let catalogue = catalogue.unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    let service = catalogue.service(&"fuehrungszeugnis".into()).unwrap();
    assert_eq!(
        service.summary(drivers_api::language::Language::German),
        "Für alle in Musterstadt, von Stadt Musterstadt, Bürgerbüro"
    );
}

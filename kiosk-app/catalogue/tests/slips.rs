//! What people write who see TOML and this format for the first time: each slip is told by what it was meant to be.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Catalogue, Fault};
use common::changed;

const SERVICE: &str = "meldebescheinigung/service.toml";
const GERMAN: &str = "meldebescheinigung/texts.de.toml";
const TOWN: &str = "town.toml";

/// The faults after that replacement.
fn after(path: &str, from: &str, to: &str) -> Vec<Fault> {
    let files = changed(path, |text| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    match Catalogue::load(&files) {
        Ok(loaded) => loaded.faults,
        Err(faults) => faults,
    }
}

/// One fault that says so, and how to mend it.
fn slip(path: &str, from: &str, to: &str, what: &str, mend: &str) {
    let faults = after(path, from, to);
    let fits = |fault: &Fault| fault.what.contains(what) && fault.mend.contains(mend);
    assert!(faults.iter().any(fits), "{to}: {faults:#?}");
    assert!(
        faults.iter().all(|fault| !fault.to_string().starts_with(':')),
        "{faults:#?}"
    );
}

#[test]
fn toml() {
    for text in [
        "title = Meldebescheinigung",
        "title = „Meldebescheinigung“",
        "title = “Meldebescheinigung”",
    ] {
        let faults = after(GERMAN, "title = \"Meldebescheinigung\"", text);
        let of_line: Vec<&Fault> = faults.iter().filter(|fault| fault.path == GERMAN).collect();
        assert_eq!(of_line.len(), 1, "told once: {of_line:#?}");
        assert!(of_line[0].mend.contains("straight quotes"), "{faults:#?}");
    }
    slip(
        SERVICE,
        "cents = 1000",
        "cents = 13,00",
        "not readable as TOML",
        "3000 for 30 €",
    );
    slip(SERVICE, "cents = 1000", "cents = 13.00", "`cents` in", "3000 for 30 €");
    slip(SERVICE, "format = 1", "format = 2", "`format` is 2", "always 1");
}

#[test]
fn names() {
    slip(
        SERVICE,
        "{ field = \"kind\", equals",
        "{ field = \"kin\", equals",
        "no field `kin`",
        "kind",
    );
    slip(
        SERVICE,
        "{ field = \"kind\", equals = \"extended\" }",
        "{ field = \"kind\", weekday = \"monday\" }",
        "can't ask `weekday`",
        "one of equals",
    );
    slip(
        SERVICE,
        "next = \"",
        "version = \"2\"\nnext = \"",
        "`version` stands below [[page]]",
        "move it above",
    );
    let below = "[[adopt]]\npackage = \"m.schalter\"\nkey = \"x\"\nname = \"Musterstadt\"";
    slip(
        TOWN,
        "name = \"Musterstadt\"",
        below,
        "`name` stands below [[adopt]]",
        "move it above",
    );
}

#[test]
fn a_last_day_before_the_first() {
    let date = |limits: &str| {
        let field =
            format!("[[page.field]]\nid = \"on\"\nkind = \"date\"\n{limits}\nfim = \"schalter.on\"\n\n[[page.field]]");
        after(SERVICE, "[[page.field]]", &field)
    };
    let told = |limits: &str| {
        date(limits)
            .iter()
            .any(|fault| fault.what == "`not_after` is before `not_before`")
    };
    assert!(told("not_before = \"2027-02-01\"\nnot_after = \"2027-01-31\""));
    assert!(told("not_before = \"today\"\nnot_after = \"today - 1 days\""));
    assert!(!told("not_before = \"2027-01-31\"\nnot_after = \"2027-01-31\""));
    assert!(
        !told("not_before = \"today - 1 months\"\nnot_after = \"today - 30 days\""),
        "true in some months"
    );
    assert!(
        !told("not_before = \"2027-01-31\"\nnot_after = \"today\""),
        "it depends on the day"
    );
}

#[test]
fn a_hint_that_only_one_language_has() {
    let faults = after(
        GERMAN,
        "[field.kind]\n",
        "[field.kind]\nhint = \"Meist reicht die einfache.\"\n",
    );
    let told = |tag: &str| {
        faults
            .iter()
            .any(|fault| fault.path.ends_with(tag) && fault.what.starts_with("`hint` of [field.kind] is missing"))
    };
    assert!(told("texts.en.toml") && told("texts.de-x-leicht.toml"), "{faults:#?}");
}

#[test]
fn what_follows_from_a_fault_isn_t_told_as_another() {
    let faults = after(SERVICE, "format = 1", "format = 3");
    assert!(
        faults.iter().all(|fault| !fault.what.contains("most_used")),
        "{faults:#?}"
    );
}

#[test]
fn windows_line_ends_are_fine() {
    let mut files = catalogue::bundled::files();
    for file in &mut files {
        file.text = file.text.replace('\n', "\r\n");
        if file.path == "streets.txt" {
            file.text.insert(0, '\u{feff}');
        }
    }
    let windows = Catalogue::load(&files).unwrap();
    assert!(windows.faults.is_empty(), "{:#?}", windows.faults);
    let unix = Catalogue::load(&catalogue::bundled::files()).unwrap();
    assert_eq!(format!("{:?}", windows.catalogue), format!("{:?}", unix.catalogue));
}

#[test]
fn what_is_still_the_template_s_isn_t_offered() {
    for (path, from, to, what) in [
        (
            GERMAN,
            "title = \"Meldebescheinigung\"",
            "title = \"[Name des Dienstes]\"",
            "`title` is still the text of the template",
        ),
        (
            SERVICE,
            "leika = \"99",
            "leika = \"99000000000000\" # ",
            "`leika` is still the key of the template",
        ),
    ] {
        let files = changed(path, |text| text.replacen(from, to, 1));
        let loaded = Catalogue::load(&files).unwrap();
        assert!(
            loaded.faults.iter().any(|fault| fault.what == what),
            "{:#?}",
            loaded.faults
        );
        assert!(loaded.catalogue.service(&"meldebescheinigung".into()).is_none());
        let draft = Catalogue::load_draft(&files, None).unwrap();
        assert!(
            draft.catalogue.service(&"meldebescheinigung".into()).is_some(),
            "{:#?}",
            draft.faults
        );
    }
    let town = changed(TOWN, |text| {
        text.replacen("name = \"Musterstadt\"", "name = \"[Name der Stadt]\"", 1)
    });
    assert!(Catalogue::load(&town).is_err());
}

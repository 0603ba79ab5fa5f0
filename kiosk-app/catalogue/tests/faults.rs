//! Mistakes in definitions: each is told with its file, its line, and how to mend it.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
mod common;
use catalogue::{Catalogue, Fault, SourceFile};
use common::{changed, faults};

const SERVICE: &str = "meldebescheinigung/service.toml";
const GERMAN: &str = "meldebescheinigung/texts.de.toml";
const RECEIPT: &str = "receipt.toml";

/// Line, counted from 1, of the `nth` line that contains `part`.
fn line_of(path: &str, part: &str, nth: usize) -> usize {
    let files = catalogue::bundled::small(&catalogue::bundled::TWO);
    let text = &files.iter().find(|file| file.path == path).unwrap().text;
    text.lines()
        .enumerate()
        .filter(|(_, line)| line.contains(part))
        .nth(nth)
        .unwrap()
        .0
        + 1
}

/// Replaces `from` by `to` in the file and expects a fault that says `what` in the line where `at` stood before (empty:
/// where `from` began; an id stands for the head of its table, one line above).
fn mistake(path: &str, from: &str, to: &str, at: &str, what: &str) {
    let line = line_of(
        path,
        if at.is_empty() {
            from.lines().next().unwrap()
        } else {
            at
        },
        0,
    );
    let line = if at.starts_with("id = ") { line - 1 } else { line };
    let files = changed(path, |text| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let found = faults(&files);
    let hit = found
        .iter()
        .find(|fault| fault.path == path && fault.line == Some(line) && fault.what.contains(what));
    let hit = hit.unwrap_or_else(|| panic!("expected {path}:{line}: {what}, found {found:#?}"));
    assert!(!hit.mend.is_empty());
    let shown = hit.to_string();
    assert!(
        shown.starts_with(&format!("{path}:{line}: ")) && shown.ends_with(&format!("({})", hit.mend)),
        "{shown}"
    );
}

/// The guard of the bundled service's first page.
const GUARD: &str = "{ field = \"kind\", equals = \"extended\" }";
/// A way on with a condition and nothing after it.
const LOOSE: &str = "next = [{ when = { field = \"kind\", is_set = true }, page = \"purpose\" }]";
/// A field that the card may leave blank.
const BLANK: &str = "from_card = \"birth_name\"\ncorrectable = \"if_blank\"";

/// What is replaced, by what, where the fault is expected (see [`mistake`]), what it says.
#[rustfmt::skip] // one mistake a line
const IN_THE_DEFINITION: &[(&str, &str, &str, &str)] = &[
    ("version = \"1.0.0\"", "version = 1.0.0", "", "not readable as TOML"),
    ("version = \"1.0.0\"", "version = 1", "", "is of the type integer"),
    ("version = \"1.0.0\"", "versoin = \"1\"", "", "`versoin` means nothing"),
    ("version = \"1.0.0\"", "", "# Meldebescheinigung", "`version` is missing"),
    ("version = \"1.0.0\"", "version = \"a\u{202E}b\"", "", "invisible character U+202E"),
    ("format = 1", "format = 2", "", "`format` is 2"),
    ("leika = \"99115003012000\"", "leika = \"115\"", "", "no LeiKa key"),
    ("\"housing\"", "\"house\"", "", "no situation `house`"),
    ("\"housing\"", "\"documents\"", "", "twice"),
    ("\"Wohnsitznachweis\"", "7", "", "of the type integer"),
    ("\"Wohnsitznachweis\"", "\"\"", "", "is empty"),
    ("\"academic_title\",", "\"doctor\",", "", "no data group `doctor`"),
    ("\"academic_title\",", "\"academic_title\", \"academic_title\",", "", "twice"),
    ("\"academic_title\",", "\"academic_title\", \"nationality\",", "data_groups", "used by no field"),
    ("    \"date_of_birth\",\n", "\n", "id = \"date_of_birth\"", "isn't in data_groups"),
    ("cents = 1000", "cents = -1", "", "outside 0"),
    ("page = \"extra\" },", "page = \"extras\" },", "", "no page `extras`"),
    ("next = \"purpose\"", "next = \"kind\"", "", "back to page `kind`, in a circle"),
    ("next = \"purpose\"", LOOSE, "id = \"extra\"", "no way on when no condition holds"),
    ("next = \"purpose\"", "", "id = \"extra\"", "doesn't say what comes next"),
    ("    { page = \"purpose\" },", "    { page = \"purpose\" }, { page = \"end\" },", "", "never taken"),
    ("page = \"other_address\" },", "page = \"copies\" },", "id = \"other_address\"", "no way leads to page"),
    ("id = \"extra\"", "id = \"kind\"", "id = \"extra\"", "is there already"),
    ("id = \"extra\"", "id = \"end\"", "id = \"extra\"", "can't be called `end`"),
    ("id = \"former_addresses\"", "id = \"kind\"", "id = \"former_addresses\"", "a field `kind` is there already"),
    (GUARD, "{ field = \"kin\", equals = \"extended\" }", "", "no field `kin`"),
    (GUARD, "{ field = \"copies\", equals = 1 }", "", "hasn't been asked"),
    (GUARD, "{ field = \"kind\", equals = \"extend\" }", "", "never has this value"),
    (GUARD, "{ field = \"kind\", equals = true }", "", "never has this value"),
    (GUARD, "{ field = \"kind\" }", "", "exactly one thing"),
    ("choices = [\"simple\", \"extended\"]", "choices = [\"simple\"]", "", "has 1 choices"),
    ("choices = [\"simple\", \"extended\"]", "choices = [\"simple\", \"simple\"]", "", "there twice"),
    ("fim = \"F60000227\"", "fim = \"F6\"", "", "`F6` is no FIM id"),
    ("fim = \"F60000227\"", "fim = \"F00000014\"", "id = \"birth_name\"", "another field's fim id"),
    ("from_card = \"family_names\"", "from_card = \"shoe_size\"", "", "the card has no `shoe_size`"),
    ("from_card = \"family_names\"", "from_card = \"date_of_birth\"", "", "doesn't fit"),
    (BLANK, "from_card = \"birth_name\"", "id = \"birth_name\"", "lacks `correctable`"),
    ("correctable = \"if_blank\"", "correctable = \"maybe\"", "", "takes true, false"),
    ("default = \"registered_address\"", "default = \"here\"", "", "none of the choices"),
    ("min = 1", "min = 9", "", "more than `max`"),
    ("suggest = \"streets\"", "suggest = \"roads\"", "", "no list `roads`"),
    ("min = 1", "min = 1\nsuggest = \"streets\"", "max = 5", "only with text"),
    ("digits = 5", "digits = 6", "", "outside 1 to 5"),
];

#[test]
fn mistakes_in_the_definition() {
    for (from, to, at, what) in IN_THE_DEFINITION {
        mistake(SERVICE, from, to, at, what);
    }
}

#[test]
fn mistakes_in_texts() {
    for (from, to, at, what) in [
        (
            "title = \"Meldebescheinigung\"",
            "",
            "title =",
            "`title` is missing in the file",
        ),
        (
            "label = \"Familienname\"",
            "",
            "[field.family_names]",
            "`label` is missing in [field.family_names]",
        ),
        ("label = \"Familienname\"", "label = \"  \"", "", "is empty"),
        (
            "label = \"Familienname\"",
            "lable = \"Familienname\"",
            "",
            "`lable` means nothing",
        ),
        (
            "simple = \"Einfach",
            "single = \"Einfach",
            "[field.kind.choices]",
            "`simple` is missing",
        ),
        ("[page.copies]", "[page.copy]", "", "`copy` means nothing"),
        ("standard = \"{amount}\"", "standard = \"20 €\"", "", "lacks {amount}"),
        (
            "standard = \"{amount}\"",
            "standard = \"{amount} {sum}\"",
            "",
            "nobody fills {sum}",
        ),
        ("overview = \"{standard} je", "overview = \"je", "", "lacks {standard}"),
    ] {
        mistake(GERMAN, from, to, at, what);
    }
    let many = "\"a\", ".repeat(201);
    mistake(SERVICE, "\"Wohnsitznachweis\",", &many, "", "more than 200 keywords");
    let long = "x".repeat(4_001);
    mistake(
        GERMAN,
        "Familienname\"",
        &format!("{long}\""),
        "",
        "more than 4000 characters",
    );
}

#[test]
fn mistakes_in_the_receipt_the_town_and_the_words() {
    mistake(
        RECEIPT,
        "kind = \"code\"",
        "kind = \"barcode\"",
        "",
        "`barcode` is no kind of block",
    );
    mistake(
        RECEIPT,
        "kind = \"code\"",
        "kind = \"contact\"",
        "# The order",
        "no block `code`",
    );
    mistake(
        RECEIPT,
        "text = \"next_heading\"",
        "text = \"nothing\"",
        "",
        "no text `nothing`",
    );
    mistake(RECEIPT, "\"filed_at\"", "\"filed\"", "rows", "`filed` is no row");
    mistake(
        "town.toml",
        "destination_id = \"7f1c2a54",
        "destination_id = \"7f1c2a5",
        "",
        "no UUID",
    );
    mistake(
        "town.toml",
        "email = \"buergerbuero@musterstadt.example\"",
        "",
        "[provider]",
        "`email` is missing",
    );
    mistake(
        "town.toml",
        "[\"meldebescheinigung\"]",
        "[\"hundesteuer\"]",
        "",
        "names `hundesteuer`, which is not offered",
    );
    let seven = format!("[{}]", ["\"meldebescheinigung\""; 7].join(", "));
    mistake("town.toml", "[\"meldebescheinigung\"]", &seven, "", "more than 6");
    mistake("words.de.toml", "\"März\", ", "", "months", "twelve names");
    mistake(
        "words.en.toml",
        "{max} characters",
        "{most} characters",
        "",
        "nobody fills {most}",
    );
    mistake("words.en.toml", "yes = \"Yes\"", "", "[answer]", "`yes` is missing");
}

#[test]
fn mistakes_in_the_list_of_streets() {
    let streets = |text: &str| faults(&changed("streets.txt", |_| text.to_owned()));
    for fine in ["", "# none\n\n", "Am Markt\r\n  Am Bach  \nC 4\n"] {
        assert_eq!(streets(fine), [], "{fine:?}");
    }
    let long = format!("Am Markt\n{}\n", "x".repeat(101));
    for (text, line) in [
        ("Am Markt\n\u{202E}kraM mA\n", 2),
        (&long, 2),
        (&"Am Bach\n".repeat(20_001), 20_001),
    ] {
        let found = streets(text);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!((found[0].path.as_str(), found[0].line), ("streets.txt", Some(line)));
    }
    assert!(streets(&"x".repeat(300_000))[0].what.contains("bytes"));
}

#[test]
fn missing_and_odd_files() {
    for path in [SERVICE, GERMAN, "town.toml", "words.en.toml"] {
        let files: Vec<SourceFile> = catalogue::bundled::small(&catalogue::bundled::TWO)
            .into_iter()
            .filter(|file| file.path != path)
            .collect();
        let found = faults(&files);
        let missing = |fault: &Fault| fault.path == path && fault.line.is_none() && fault.what == "the file is missing";
        assert!(found.iter().any(missing), "{path}: {found:#?}");
    }
    for (path, what) in [
        ("../service.toml", "not a name"),
        ("/etc/passwd", "not a name"),
        ("Meldung/service.toml", "not a name"),
        ("hund/steuer/service.toml", "not a file of a service"),
        ("hund/text.de.toml", "not a file of a service"),
        ("notes.txt", "not a file of a town"),
        ("town.toml", "twice"),
    ] {
        let mut files = catalogue::bundled::small(&catalogue::bundled::TWO);
        files.push(SourceFile {
            path: path.to_owned(),
            text: files[0].text.clone(),
        });
        let found = faults(&files);
        assert!(
            found
                .iter()
                .any(|fault| fault.path == path && fault.what.contains(what)),
            "{path}: {found:#?}"
        );
    }
    let huge = changed(SERVICE, |text| format!("{text}#{}", "x".repeat(256 * 1024)));
    assert!(
        faults(&huge)
            .iter()
            .any(|fault| fault.path == SERVICE && fault.what.contains("more than 262144"))
    );
}

#[test]
fn a_broken_service_leaves_the_others_alone() {
    let mut files = catalogue::bundled::small(&catalogue::bundled::TWO);
    let copies = files.clone().into_iter().filter_map(|file| {
        let name = file.path.strip_prefix("meldebescheinigung/")?;
        let text = if name == "service.toml" {
            file.text.replace("max = 5", "max = 0")
        } else {
            file.text
        };
        Some(SourceFile {
            path: format!("broken/{name}"),
            text,
        })
    });
    files.extend(copies.collect::<Vec<_>>());
    let loaded = Catalogue::load(&files).unwrap();
    assert_eq!(loaded.catalogue.services().len(), 2);
    assert!(loaded.catalogue.service(&"broken".into()).is_none());
    assert!(loaded.catalogue.service(&"meldebescheinigung".into()).is_some());
    assert!(!loaded.faults.is_empty());
    assert!(
        loaded
            .faults
            .iter()
            .all(|fault| fault.path == "broken/service.toml" && fault.line.is_some())
    );
}

#[test]
fn too_many_pages_and_fields() {
    let page = |number: usize| format!("[[page]]\nid = \"p{number}\"\nnext = \"p{}\"\n", number + 1);
    let many = changed(SERVICE, |text| {
        let head = text.split("[[page]]").next().unwrap().to_owned();
        head + &(0..200).map(page).collect::<String>()
    });
    assert!(
        faults(&many)
            .iter()
            .any(|fault| fault.what == "more than 100 pages" && fault.line.is_some())
    );
    let field =
        |number: usize| format!("[[page.field]]\nid = \"f{number}\"\nkind = \"bool\"\nfim = \"schalter.f{number}\"\n");
    let many = changed(SERVICE, |text| {
        text.to_owned() + &(0..600).map(field).collect::<String>()
    });
    assert!(
        faults(&many)
            .iter()
            .any(|fault| fault.what == "more than 500 fields" && fault.line.is_some())
    );
}

#[test]
fn words_can_be_left_out() {
    let files: Vec<SourceFile> = catalogue::bundled::small(&catalogue::bundled::TWO)
        .into_iter()
        .filter(|file| !file.path.starts_with("words"))
        .collect();
    assert!(Catalogue::load(&files).unwrap().faults.is_empty());
}

//! Drafts from FIM schemas: without a fault, with every question, and with notes of what is left to do.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says so by failing")]
mod common;
use common::{run, said, write};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn schema(name: &str) -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap())
        .join("tests/xdf")
        .join(name)
}

/// A town with the draft of that schema, which is without a fault.
fn imported(file: &Path) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), ::catalogue::bundled::small(&["ausweisdaten"]));
    let made = run(&[Path::new("import-xdf"), file, folder.path(), Path::new("entwurf")]);
    assert!(made.status.success(), "{}", said(&made));
    // What a program can't know is still to be written; the rest is without a fault.
    for name in ["service.toml", "texts.de.toml", "texts.de-x-leicht.toml"] {
        let path = folder.path().join("entwurf").join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(
            &path,
            text.replace("[?]", "?").replace("99000000000000", "99089014014000"),
        )
        .unwrap();
    }
    let checked = run(&[Path::new("check"), folder.path()]);
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(
        said(&checked).contains("2 services without a fault"),
        "{}",
        said(&checked)
    );
    let definition = fs::read_to_string(folder.path().join("entwurf/service.toml")).unwrap();
    (folder, definition)
}

#[test]
fn a_schema_of_version_2_becomes_a_draft() {
    let (folder, definition) = imported(&schema("blaue_karte.xdf2.xml"));
    let fims: Vec<&str> = definition
        .lines()
        .filter_map(|line| line.strip_prefix("fim = "))
        .collect();
    let of_fim: BTreeSet<&&str> = fims.iter().filter(|fim| fim.starts_with("\"F")).collect();
    assert_eq!(of_fim.len(), 71, "each field once under its id");
    let repeats = definition.matches("[[repeat]]").count();
    assert_eq!(
        fims.len() - repeats,
        88,
        "and at each further place under a key of our own"
    );
    assert!(definition.contains("FIM-Schema S00000121 1.0"));
    assert_eq!(definition.matches("# - Regel R").count(), 3);
    let note =
        "# - Regel R00000254 (Krankenversicherung): \"F00001028 Krankenversicherungsträger\" ist nur dann zu befüllen";
    assert!(definition.contains(note), "{definition}");
    assert!(definition.contains("aus der Codeliste urn:xpersonenstand:schluesseltabelle:geschlecht_2"));
    let texts = fs::read_to_string(folder.path().join("entwurf/texts.de.toml")).unwrap();
    assert!(texts.contains("title = \"Antrag auf Blaue Karte EU\""));
    assert!(texts.contains("label = \"Besteht Krankenversicherungsschutz für die Bundesrepublik Deutschland?\""));
}

#[test]
fn a_group_of_version_3_becomes_a_draft() {
    let (_folder, definition) = imported(&schema("anschrift.xdf3.xml"));
    assert!(definition.contains("FIM-Schema G60000000088 1.2.0"), "{definition}");
    assert!(definition.contains("Regel R60000000019"), "{definition}");
}

/// Kinds, limits, choices and repetitions of version 3.
#[test]
fn kinds_and_limits_are_taken_over() {
    let field = |id: &str, kind: &str, more: &str| {
        format!(
            "<x:struktur><x:anzahl>1:1</x:anzahl><x:enthaelt><x:datenfeld><x:identifikation><x:id>{id}</x:id></x:identifikation>\
             <x:name>Frage {id}</x:name><x:feldart><code>{}</code></x:feldart><x:datentyp><code>{kind}</code></x:datentyp>{more}\
             </x:datenfeld></x:enthaelt></x:struktur>",
            if more.contains("werte") { "select" } else { "input" }
        )
    };
    let limits = |limits: &str| format!("<x:praezisierung {limits}/>");
    let values = "<x:werte><x:wert><x:code>A-1</x:code><x:name>Eins</x:name></x:wert>\
                  <x:wert><x:code>B</x:code><x:name>Zwei „zwei“</x:name></x:wert></x:werte>";
    let inner: String = [
        field("F60000000001", "text", &limits("maxLength=\"40\" pattern=\"[A-Z]+\"")),
        field("F60000000002", "num_int", &limits("minValue=\"1\" maxValue=\"9\"")),
        field("F60000000003", "num_currency", &limits("maxValue=\"100.5\"")),
        field("F60000000004", "date", ""),
        field("F60000000005", "bool", ""),
        field("F60000000006", "file", ""),
        field("F60000000007", "text", values),
        field("F60000000001", "text", ""),
    ]
    .concat();
    let group = format!(
        "<x:struktur><x:anzahl>0:*</x:anzahl><x:enthaelt><x:datenfeldgruppe><x:identifikation><x:id>G60000000001</x:id>\
         </x:identifikation><x:name>Kind</x:name>{inner}</x:datenfeldgruppe></x:enthaelt></x:struktur>"
    );
    let schema = format!(
        "<x:xdatenfelder.stammdatenschema.0102 xmlns:x=\"urn:xoev-de:fim:standard:xdatenfelder_3.0.0\"><x:stammdatenschema>\
         <x:identifikation><x:id>S60000000001</x:id><x:version>1.0.0</x:version></x:identifikation><x:name>Probe</x:name>\
         {group}{}</x:stammdatenschema></x:xdatenfelder.stammdatenschema.0102>",
        field("F60000000009", "text", "")
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("probe.xml");
    fs::write(&file, schema).unwrap();
    let (made, definition) = imported(&file);
    for part in [
        "id = \"r1\"\nmax = 10\n",
        "repeat = \"r1\"\nnext = \"another\"",
        "kind = \"text\"\nmax_chars = 40\n",
        "kind = \"number\"\nmin = 1\nmax = 9\n",
        "kind = \"money\"\nmin = 0\nmax = 10000\n",
        "kind = \"bool\"\nrequired = true\n",
        "kind = \"file\"\n",
        "choices = [\"a_1\", \"b\"]",
        "fim = \"schalter.entwurf.f60000000001_2\"",
        "Muster [A-Z]+",
    ] {
        assert!(definition.contains(part), "{part}\n{definition}");
    }
    let texts = fs::read_to_string(made.path().join("entwurf/texts.de.toml")).unwrap();
    assert!(
        texts.contains("b = \"Zwei „zwei“\"") && texts.contains("title = \"{number}. Kind\""),
        "{texts}"
    );
}

#[test]
fn what_can_t_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let deep = |depth: usize| {
        let open = "<x:struktur><x:enthaelt><x:datenfeldgruppe>".repeat(depth);
        let close = "</x:datenfeldgruppe></x:enthaelt></x:struktur>".repeat(depth);
        format!(
            "<x:a xmlns:x=\"urn:xoev-de:fim:standard:xdatenfelder_2\"><x:stammdatenschema>{open}{close}</x:stammdatenschema></x:a>"
        )
    };
    for (text, why) in [
        (
            "<a xmlns=\"urn:xoev-de:fim:standard:xdatenfelder_1\"/>",
            "xdatenfelder_1` can't be read",
        ),
        ("<a/>", "can't be read"),
        ("no xml", "no XML"),
        ("<!DOCTYPE a [<!ENTITY b \"b\">]><a>&b;</a>", "no XML"),
        (
            "<x:a xmlns:x=\"urn:xoev-de:fim:standard:xdatenfelder_2\"/>",
            "no Stammdatenschema",
        ),
        (deep(0).as_str(), "no question"),
        (deep(40).as_str(), "more than 30 deep"),
    ] {
        let file = folder.path().join("x.xml");
        fs::write(&file, text).unwrap();
        let output = run(&[Path::new("import-xdf"), &file, folder.path(), Path::new("entwurf")]);
        assert!(
            !output.status.success() && said(&output).contains(why),
            "{why}: {}",
            said(&output)
        );
        assert!(!folder.path().join("entwurf").exists());
    }
}

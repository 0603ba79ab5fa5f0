//! Notices of a business in XML as an office's program reads them: made by citizens at the terminal, parsed by lxml, which
//! nobody here wrote, and compared with the outline of the standard and with what was filed as JSON.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "of JSON, all others are written as they are"
)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use catalogue::{Answers, Service};
use common::{load, python};
use drivers_api::language::Language;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use townhall::filing::FILED;
use townhall::robot::walk_as;

const GEWERBE: &str = "gewerbe";
const NAMESPACE: &str = "http://www.xgewerbeanzeige.de/spezifikation/2.2";
const ROOT: &str = "xga:abh.gewerbemeldung.0500";
/// What stands for the three kinds of notices in the outline.
const KINDS: [(&str, &str); 3] = [("open", "anmeldung"), ("change", "ummeldung"), ("close", "abmeldung")];

/// What lxml found.
#[derive(Debug, Deserialize)]
struct Parsed {
    error: Option<String>,
    root: Option<String>,
    namespace: Option<String>,
    texts: Vec<(String, String)>,
}

impl Parsed {
    /// Texts of all elements whose path ends so.
    fn at(&self, end: &str) -> Vec<&str> {
        let found = self.texts.iter().filter(|(path, _)| path.ends_with(end));
        found.map(|(_, text)| text.as_str()).collect()
    }

    fn expect_shape(&self) {
        assert_eq!(self.error, None, "{:?}", self.texts);
        assert_eq!(self.root.as_deref(), Some(ROOT));
        assert_eq!(self.namespace.as_deref(), Some(NAMESPACE));
    }
}

/// Which elements hold which, by path.
fn outline() -> BTreeMap<String, Vec<&'static str>> {
    let text = include_str!("../../../kiosk-app/catalogue/tests/common/xgewerbeanzeige-2.2.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let lines = lines.map(|line| line.split_once(" > ").expect("an outline"));
    let whole = lines.flat_map(|(path, inner)| {
        KINDS.map(|(_, kind)| (path.replace('*', &format!("xga:{kind}")), inner.split(' ').collect()))
    });
    whole.collect()
}

fn parse(documents: &[String]) -> Vec<Parsed> {
    let outline = outline();
    let questions: Vec<Value> = documents
        .iter()
        .map(|xml| json!({ "xml": xml, "outline": outline, "prefixes": { NAMESPACE: "xga" } }))
        .collect();
    python("xml_shape.py", &questions)
}

/// Keys of the JSON, and the elements that hold the same.
const SAME: [(&str, &str); 20] = [
    ("F60000227", "beteiligtePerson/xga:familienname"),
    ("F00000045", "beteiligtePerson/xga:vorname"),
    ("F00000014", "beteiligtePerson/xga:geburtsname"),
    ("schalter.place_of_birth", "beteiligtePerson/xga:geburtsort"),
    ("F00000054", "beteiligtePerson/xga:anschrift/xga:plz"),
    ("F00000035", "beteiligtePerson/xga:anschrift/xga:ort"),
    ("schalter.gewerbe.name", "betrieb/xga:geschaeftsbezeichnung"),
    ("schalter.gewerbe.known.name", "betrieb/xga:geschaeftsbezeichnung"),
    (
        "schalter.gewerbe.staff.full_time",
        "gewerbe/xga:anzahlVollzeitBeschaeftigte",
    ),
    (
        "schalter.gewerbe.staff.part_time",
        "gewerbe/xga:anzahlTeilzeitBeschaeftigte",
    ),
    ("schalter.gewerbe.place.zip", "gewerbe/xga:anschrift/xga:plz"),
    ("schalter.gewerbe.changed.zip", "gewerbe/xga:anschrift/xga:plz"),
    ("schalter.gewerbe.start_on", "xga:gueltigAb"),
    ("schalter.gewerbe.changed_on", "xga:gueltigAb"),
    ("schalter.gewerbe.close_on", "xga:gueltigAb"),
    ("schalter.gewerbe.activity", "xga:taetigkeitSchwerpunkt"),
    ("schalter.gewerbe.future.name", "xga:nameFirmaGewerbetreibender"),
    (
        "schalter.gewerbe.future.city",
        "kuenftigesGewerbe/xga:anschrift/xga:ort",
    ),
    (
        "schalter.gewerbe.phone",
        "beteiligtePerson/xga:erreichbarkeit/xga:kennung",
    ),
    (
        "schalter.gewerbe.email",
        "beteiligtePerson/xga:erreichbarkeit/xga:kennung",
    ),
];

#[test]
fn every_notice_made_at_the_terminal_is_read_by_lxml() {
    let (mut documents, mut cases) = (Vec::new(), Vec::new());
    for seed in 0..150_u64 {
        let hostile = seed % 3 == 2;
        let walked = walk_as(load(GEWERBE), GEWERBE, seed, Language::German, hostile);
        documents.push(walked.xml.expect("every notice has its XML"));
        cases.push(serde_json::from_slice::<Value>(&walked.filed.unwrap()).unwrap());
    }
    let mut seen = BTreeSet::new();
    for (case, parsed) in cases.iter().zip(parse(&documents)) {
        parsed.expect_shape();
        let what = case["schalter.gewerbe.what"].as_str().unwrap();
        let (_, kind) = KINDS.into_iter().find(|(key, _)| *key == what).unwrap();
        assert!(
            parsed
                .texts
                .iter()
                .any(|(path, _)| path.starts_with(&format!("xga:satz/xga:{kind}/"))),
            "{what}"
        );
        seen.insert(kind);
        assert_eq!(parsed.at("xga:nachrichtenUUID"), [FILED.0]);
        assert_eq!(parsed.at("xga:datumMeldung"), ["2026-11-24"]);
        assert_eq!(parsed.at("xga:gueltigAb").len(), 1);
        assert_eq!(parsed.at("xga:taetigkeitSchwerpunkt").len(), 1);
        for (key, end) in SAME {
            let text = match &case[key] {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
            };
            assert!(
                parsed.at(end).contains(&text.as_str()),
                "{what}: {key} is {text:?}, {:?}",
                parsed.at(end)
            );
            seen.insert(key);
        }
    }
    let missed: Vec<&str> = SAME
        .map(|(key, _)| key)
        .into_iter()
        .filter(|key| !seen.contains(key))
        .collect();
    assert!(missed.is_empty(), "never seen: {missed:?}");
    assert!(KINDS.iter().all(|(_, kind)| seen.contains(kind)), "{seen:?}");
}

/// The lxml test must be able to fail.
#[test]
fn lxml_sees_what_is_wrong() {
    let service = gewerbe();
    let good = xml(&service, &whole(&service, "open", "Laden"));
    let moved = good
        .replace("<xga:istKorrektur>", "<xga:istFalsch>")
        .replace("</xga:istKorrektur>", "</xga:istFalsch>");
    let (early, late) = (
        "<xga:gueltigAb>2026-12-01</xga:gueltigAb>",
        "<xga:datumMeldung>2026-11-24</xga:datumMeldung>",
    );
    assert!(good.contains(&format!("{early}{late}")));
    let swapped = good.replace(&format!("{early}{late}"), &format!("{late}{early}"));
    let cut = good[..good.len() - 20].to_owned();
    let entity = good.replacen("?>", "?><!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>", 1);
    let entity = entity.replacen("Laden", "&e;", 1);
    let parsed = parse(&[moved, swapped, cut, entity]);
    for (parsed, what) in parsed.iter().zip(["no xga:istFalsch", "comes too late", "", "holds"]) {
        assert!(
            parsed.error.as_ref().is_some_and(|error| error.contains(what)),
            "{what}: {parsed:?}"
        );
    }
}

/// What nobody can type at the terminal, and might once come another way: it comes out as it went in.
#[test]
fn hostile_values_come_back_exactly() {
    let service = gewerbe();
    let long = "ẞ<&".repeat(300);
    let values = [
        "<&\"']]>",
        "]]></xga:familienname><!-- <?php ?> &#x41; &lt; -->",
        "Ĝiĥ-Þórð ẞ, d̂ẑ Ǆ ŷ",
        "ʹʺ ǹ m̂ 工 𝔘 👩‍🦽",
        "zwei  Leerzeichen\r\nZeile\rTab\tEnde",
        "a\u{85}\u{2028}\u{a0}\u{200b}b",
        long.as_str(),
    ];
    for (what, field, end) in [
        ("open", "activity", "xga:taetigkeitSchwerpunkt"),
        ("open", "business_name", "xga:geschaeftsbezeichnung"),
        ("change", "known_as", "xga:geschaeftsbezeichnung"),
        ("change", "changed_activity", "xga:taetigkeitSchwerpunkt"),
        ("close", "known_activity", "xga:taetigkeitSchwerpunkt"),
        ("close", "future_name", "xga:nameFirmaGewerbetreibender"),
        ("close", "place_of_birth", "xga:geburtsort"),
    ] {
        let mut documents = Vec::new();
        for value in values {
            let mut answers = whole(&service, what, "Laden");
            enter(&service, &mut answers, field, value);
            documents.push(xml(&service, &answers));
        }
        for (parsed, value) in parse(&documents).iter().zip(values) {
            parsed.expect_shape();
            assert_eq!(parsed.at(end), [value], "{what}: {field}");
        }
    }
}

fn gewerbe() -> Arc<Service> {
    Arc::clone(load(GEWERBE).service(&GEWERBE.into()).unwrap())
}

fn enter(service: &Service, answers: &mut Answers, field: &str, text: &str) {
    service.enter(answers, service.field_named(field).unwrap(), text);
}

fn whole(service: &Service, what: &str, activity: &str) -> Answers {
    let mut answers = service.blank(None);
    for (field, text) in [
        ("what", what),
        ("activity", activity),
        ("start_on", "1.12.2026"),
        ("changed", "activity"),
        ("changed_on", "1.12.2026"),
        ("close_on", "30.11.2026"),
        ("close_reason", "sold"),
        ("known_activity", activity),
        ("changed_activity", activity),
    ] {
        enter(service, &mut answers, field, text);
    }
    answers
}

fn xml(service: &Service, answers: &Answers) -> String {
    let submission = service.submission(answers);
    let xml = submission.attachment().unwrap().xml(FILED.0, FILED.1);
    xml.to_string()
}

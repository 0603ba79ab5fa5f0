//! Who is responsible, from the search service of the federal portals (PVOG Suchdienst). Two questions for each service:
//! its description for this municipality (`/v3/servicedescriptions/leikaid`), then the description's details
//! (`/v6/servicedescriptions/{id}/detail`), which name the offices.
//!
//! The service's answers have changed over its versions; names of members are looked for in all spellings seen, and what
//! isn't there is left out.
use crate::fetch::{FetchTrouble, Fetched, Validators, Web};
use crate::html;
use serde_json::{Map, Value};
use url::Url;
use wire::board::{Line, Responsible, Text};

/// Most services that are asked for: each takes two requests.
pub const SERVICES_MAX: usize = 60;

/// Largest answer; details of some services have half a megabyte.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Most offices of one service.
const OFFICES_MAX: usize = 4;

type Object = Map<String, Value>;

/// What is asked of the search service.
#[derive(Clone, Debug)]
pub struct Question {
    /// `https://pvog.fitko.net/suchdienst/api`, without a slash at the end.
    pub base: Url,
    /// Key of the municipality (Regionalschlüssel), 12 digits.
    pub ars: String,
    /// LeiKa keys, 14 digits each.
    pub leika: Vec<String>,
}

/// Asks for each service. A service that the portal doesn't know is left out; the second number says how many.
///
/// # Errors
/// When the service can't be asked at all: the first request that fails ends it.
pub fn ask(question: &Question, web: &impl Web) -> Result<(Vec<Responsible>, usize), FetchTrouble> {
    let mut told = Vec::new();
    let mut unknown = 0;
    for leika in question.leika.iter().take(SERVICES_MAX) {
        let before = told.len();
        if let Some(id) = description(question, leika, web)? {
            told.extend(offices(question, leika, &id, web)?);
        }
        unknown += usize::from(told.len() == before);
    }
    Ok((told, unknown))
}

fn description(question: &Question, leika: &str, web: &impl Web) -> Result<Option<String>, FetchTrouble> {
    let mut url = below(&question.base, &["v3", "servicedescriptions", "leikaid"]);
    let pairs = [("leikaIds", leika), ("ars", &question.ars)];
    url.query_pairs_mut().extend_pairs(pairs);
    let Some(page) = get(&url, web)? else { return Ok(None) };
    let first = page
        .get("content")
        .and_then(Value::as_array)
        .and_then(|all| all.first());
    let id = first.and_then(|first| text(first.as_object()?, &["id"]));
    Ok(id.map(str::to_owned))
}

fn offices(question: &Question, leika: &str, id: &str, web: &impl Web) -> Result<Vec<Responsible>, FetchTrouble> {
    let mut url = below(&question.base, &["v6", "servicedescriptions", id, "detail"]);
    url.query_pairs_mut().append_pair("ars", &question.ars);
    let detail = get(&url, web)?;
    Ok(detail.map(|detail| read(&detail, leika)).unwrap_or_default())
}

/// What is there; `None` where nothing is.
fn get(url: &Url, web: &impl Web) -> Result<Option<Value>, FetchTrouble> {
    match web.get(url, &Validators::default(), ANSWER_BYTES_MAX) {
        Ok(Fetched::New { bytes, .. }) => Ok(serde_json::from_slice(&bytes).ok()),
        Ok(Fetched::Unchanged) | Err(FetchTrouble::Status(404 | 410)) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// The address of a path below another one; foreign ids are one segment each.
fn below(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

/// The offices of a description.
pub(crate) fn read(detail: &Value, leika: &str) -> Vec<Responsible> {
    let Some(object) = detail.as_object() else {
        return Vec::new();
    };
    let service = html::line(text(object, &["title", "name", "bezeichnung"]).unwrap_or_default());
    let organisations = list(
        object,
        &[
            "organisations",
            "organisationUnits",
            "organisationseinheiten",
            "zustaendigeStellen",
        ],
    );
    let organisations = organisations.iter().filter_map(Value::as_object).take(OFFICES_MAX);
    let told = organisations.map(|organisation| Responsible {
        service: service.clone(),
        leika: Line::clean(leika),
        office: html::line(text(organisation, &["name", "title", "bezeichnung"]).unwrap_or_default()),
        address: address(organisation),
        phone: phone(organisation),
        opening: opening(organisation),
        link: website(organisation),
    });
    told.filter(|one| !one.service.is_empty() && !one.office.is_empty())
        .collect()
}

fn address(organisation: &Object) -> Line {
    let addresses = list(organisation, &["addresses", "anschriften", "address", "anschrift"]);
    let Some(address) = addresses.iter().find_map(Value::as_object) else {
        return Line::default();
    };
    let join = |parts: [&[&str]; 2]| {
        let parts: Vec<&str> = parts.into_iter().filter_map(|names| text(address, names)).collect();
        parts.join(" ")
    };
    let street = join([&["street", "strasse"], &["houseNumber", "houseNo", "hausnummer"]]);
    let town = join([
        &["postalCode", "zip", "postleitzahl", "plz"],
        &["city", "town", "ort", "locality"],
    ]);
    let parts: Vec<&str> = [&*street, &*town].into_iter().filter(|part| !part.is_empty()).collect();
    html::line(&parts.join(", "))
}

fn phone(organisation: &Object) -> Line {
    if let Some(phone) = text(organisation, &["phone", "telephone", "telefon"]) {
        return html::line(phone);
    }
    let ways = list(
        organisation,
        &[
            "communicationSystems",
            "communications",
            "communicationChannels",
            "kommunikation",
        ],
    );
    let is_phone = |way: &&Object| {
        let kind = text(way, &["channel", "type", "kanal", "typ"])
            .unwrap_or_default()
            .to_lowercase();
        kind.contains("telefon") || kind.contains("phone") || kind == "tel"
    };
    let phone = ways.iter().filter_map(Value::as_object).find(is_phone);
    html::line(
        phone
            .and_then(|way| text(way, &["value", "identifier", "kennung", "number"]))
            .unwrap_or_default(),
    )
}

fn opening(organisation: &Object) -> Text {
    let Some(hours) = ["openingHours", "openingTimes", "oeffnungszeiten"]
        .iter()
        .find_map(|name| organisation.get(*name))
    else {
        return Text::default();
    };
    match hours {
        Value::String(hours) => html::text(hours),
        Value::Array(all) => {
            let each = all.iter().filter_map(|one| {
                one.as_str()
                    .or_else(|| text(one.as_object()?, &["text", "value", "description"]))
            });
            html::text(&each.collect::<Vec<_>>().join("<br>"))
        }
        Value::Object(one) => html::text(text(one, &["text", "value", "description"]).unwrap_or_default()),
        Value::Null | Value::Bool(_) | Value::Number(_) => Text::default(),
    }
}

fn website(organisation: &Object) -> Option<wire::board::Link> {
    let direct = text(organisation, &["website", "url", "uri"]).and_then(crate::feed::address);
    direct.or_else(|| {
        let links = list(organisation, &["links", "websites", "internetadressen"]);
        let uris = links.iter().filter_map(|link| {
            link.as_str()
                .or_else(|| text(link.as_object()?, &["uri", "url", "href"]))
        });
        uris.filter_map(crate::feed::address).next()
    })
}

/// The first of these members that is a text that says something.
fn text<'a>(object: &'a Object, names: &[&str]) -> Option<&'a str> {
    let texts = names.iter().filter_map(|name| object.get(*name)?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty())
}

/// The first of these members that is a list, or an object, which is a list of one.
fn list<'a>(object: &'a Object, names: &[&str]) -> &'a [Value] {
    let found = names.iter().find_map(|name| match object.get(*name) {
        Some(Value::Array(all)) => Some(all.as_slice()),
        Some(one @ Value::Object(_)) => Some(core::slice::from_ref(one)),
        Some(_) | None => None,
    });
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use std::cell::RefCell;

    struct Portal(RefCell<Vec<String>>);

    impl Web for Portal {
        fn get(&self, url: &Url, _known: &Validators, _bytes_max: usize) -> Result<Fetched, FetchTrouble> {
            self.0.borrow_mut().push(url.to_string());
            let bytes = match url.path() {
                "/api/v3/servicedescriptions/leikaid" if url.query().unwrap().contains("leikaIds=99102013104000") => {
                    json!({"content": [{"id": "L1.LB/../9"}]})
                }
                "/api/v3/servicedescriptions/leikaid" => json!({"content": []}),
                "/api/v6/servicedescriptions/L1.LB%2F..%2F9/detail" => detail(),
                _ => return Err(FetchTrouble::Status(404)),
            };
            Ok(Fetched::New {
                bytes: bytes.to_string().into_bytes(),
                validators: Validators::default(),
            })
        }
    }

    fn detail() -> Value {
        json!({"title": "Hundesteuer &amp; mehr", "organisations": [
            {"name": "Steueramt", "addresses": [{"street": "Markt", "houseNumber": "1", "postalCode": "12345", "city": "Musterstadt"}],
             "communicationSystems": [{"channel": "E-Mail", "value": "a@b"}, {"channel": "Telefon Festnetz", "value": "0123 456"}],
             "openingHours": "<p>Mo 8&ndash;12 Uhr</p><p>Di geschlossen</p>", "links": [{"uri": "https://www.musterstadt.de/steuer"}]},
            {"name": ""}, 7, {"bezeichnung": "Kasse", "telefon": "0123 999"}]})
    }

    #[test]
    fn the_portal_names_the_offices() {
        let question = Question {
            base: Url::parse("https://pvog.example/api").unwrap(),
            ars: "053580016016".to_owned(),
            leika: vec!["99102013104000".to_owned(), "99000000000000".to_owned()],
        };
        let portal = Portal(RefCell::default());
        let (told, unknown) = ask(&question, &portal).unwrap();
        assert_eq!((told.len(), unknown), (2, 1));
        assert_eq!(told[0].service.as_str(), "Hundesteuer & mehr");
        assert_eq!(told[0].address.as_str(), "Markt 1, 12345 Musterstadt");
        assert_eq!(
            (told[0].phone.as_str(), told[1].phone.as_str()),
            ("0123 456", "0123 999")
        );
        assert_eq!(told[0].opening.paragraphs(), ["Mo 8–12 Uhr", "Di geschlossen"]);
        assert_eq!(told[0].link.as_ref().unwrap().host(), "www.musterstadt.de");
        assert!(portal.0.borrow()[0].contains("ars=053580016016"));
    }

    proptest! {
        #[test]
        fn any_answer_is_read(text in "\\PC{0,40}|[\\[\\]{}:,\"a-z0-9]{0,60}", name in "[a-z]{1,12}") {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                let _ = read(&value, "1");
                let _ = read(&json!({"title": "x", "organisations": [{"name": "y", name.clone(): value.clone(),
                    "openingHours": value.clone(), "addresses": value.clone(), "links": value}]}), "1");
            }
        }
    }
}

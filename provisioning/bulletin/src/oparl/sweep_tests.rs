use super::*;
use crate::oparl::council;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

const HOST: &str = "https://ris.example";

type Pages = BTreeMap<String, Value>;

/// A server in a map; addresses without the date of the last sweep.
struct Server {
    pages: Pages,
    asked: Vec<String>,
}

impl Server {
    fn new(pages: &[(&str, Value)]) -> Self {
        let pages = pages
            .iter()
            .map(|(path, value)| (format!("{HOST}{path}"), value.clone()));
        Self {
            pages: pages.collect(),
            asked: Vec::new(),
        }
    }

    fn walk(&mut self, known: Known, since: Option<Timestamp>) -> (Known, Counts, bool) {
        let now: Timestamp = "2026-11-30T06:00:00Z".parse().unwrap();
        let entry = Url::parse(&format!("{HOST}/system")).unwrap();
        let mut sweep = Sweep::new(entry, None, known, since, now, TimeZone::UTC);
        while let Some(wish) = sweep.next_wish() {
            assert!(wish.url.as_str().starts_with(HOST), "{}", wish.url);
            self.asked.push(wish.url.to_string());
            let plain = wish.url.as_str().split("?modified_since").next().unwrap_or_default();
            match self.pages.get(plain) {
                Some(value) => sweep.take(&wish, &Answer::Bytes(value.to_string().as_bytes())),
                None => sweep.take(&wish, &Answer::Nothing),
            }
        }
        sweep.finish()
    }
}

fn body() -> Value {
    json!({"id": format!("{HOST}/b"), "type": "https://schema.oparl.org/1.1/Body", "name": "Musterstadt",
        "meeting": format!("{HOST}/meetings"), "paper": format!("{HOST}/papers")})
}

fn meeting(number: u32, day: &str, agenda: Value) -> Value {
    json!({"id": format!("{HOST}/m/{number}"), "type": "https://schema.oparl.org/1.1/Meeting", "name": format!("Rat {number}"),
        "start": format!("{day}T18:00:00Z"), "location": format!("{HOST}/l/1"), "agendaItem": agenda})
}

fn town() -> Server {
    Server::new(&[
        (
            "/system",
            json!({"type": "https://schema.oparl.org/1.1/System", "body": format!("{HOST}/bodies")}),
        ),
        ("/bodies", json!({"data": [body()], "links": {}})),
        (
            "/meetings",
            json!({"data": [
                meeting(1, "2026-12-03", json!([
                    {"id": format!("{HOST}/a/1"), "name": "Haushalt", "consultation": format!("{HOST}/c/1")},
                    {"id": format!("{HOST}/a/2"), "name": "Bad", "consultation": format!("{HOST}/c/2")},
                    {"id": format!("{HOST}/a/3"), "name": "Wald", "consultation": format!("{HOST}/c/3")},
                    format!("{HOST}/a/4")])),
                meeting(2, "2019-01-01", json!([])),
                "text", null, {"name": "ohne id"}],
                "links": {"next": format!("{HOST}/meetings/2")}}),
        ),
        (
            "/meetings/2",
            json!({"data": [
                {"id": format!("{HOST}/m/3"), "start": "2026-12-10", "name": "Ohne type", "cancelled": true},
                {"id": format!("{HOST}/m/4"), "type": "https://schema.oparl.org/1.1/Person", "start": "2026-12-10"},
                {"id": format!("{HOST}/m/5"), "start": "irgendwann"}],
                "links": {"next": format!("{HOST}/meetings/2")}}),
        ),
        (
            "/papers",
            json!({"data": [
                {"id": format!("{HOST}/p/1"), "name": "Haushaltssatzung", "consultation": [{"agendaItem": format!("{HOST}/a/1")}]},
                {"id": format!("{HOST}/p/9"), "name": "Gehört zu nichts"}],
                "links": {"next": "http://169.254.169.254/latest"}}),
        ),
        ("/l/1", json!({"description": "Rathaus"})),
        ("/c/2", json!({"paper": "/p/2"})),
        (
            "/p/2",
            json!({"id": format!("{HOST}/p/2"), "type": "https://schema.oparl.org/1.1/Paper", "name": "Badesatzung"}),
        ),
    ])
}

fn today() -> Day {
    Day::parse("2026-11-30").unwrap()
}

#[test]
fn a_dirty_server_is_read() {
    let mut server = town();
    let (known, counts, whole) = server.walk(Known::default(), None);
    let (meetings, papers) = council(&known, today());
    let names: Vec<_> = meetings.iter().map(|meeting| meeting.name.as_str()).collect();
    assert_eq!(names, ["Rat 1", "Ohne type"]);
    assert!(meetings[1].cancelled && whole);
    let papers_of = |item: usize| {
        let places = &meetings[0].agenda[item].papers;
        places
            .iter()
            .map(|place| papers[*place as usize].name.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(papers_of(0), ["Haushaltssatzung"]);
    assert_eq!(papers_of(1), ["Badesatzung"], "followed one by one");
    assert!(papers_of(2).is_empty(), "its consultation dangles");
    assert_eq!(meetings[0].place.as_str(), "Rathaus");
    assert_eq!(papers.len(), 2);
    assert_eq!(
        (counts.dangling, counts.elsewhere, counts.failed),
        (2, 1, 0),
        "{counts:?}"
    );
    assert_eq!((counts.untyped, counts.odd), (4, 5), "{counts:?}");
    let asked_twice = server.asked.iter().collect::<BTreeSet<_>>().len() != server.asked.len();
    assert!(!asked_twice, "{:?}", server.asked);
}

#[test]
fn a_later_sweep_asks_for_changes_and_hears_of_what_is_gone() {
    let mut server = town();
    let (known, ..) = server.walk(Known::default(), None);
    let gone = json!({"data": [{"id": format!("{HOST}/m/1"), "deleted": true}], "links": {}});
    server.pages.insert(format!("{HOST}/meetings"), gone);
    server.pages.insert(format!("{HOST}/papers"), json!([]));
    let since: Timestamp = "2026-11-29T06:00:00Z".parse().unwrap();
    server.asked.clear();
    let (known, _, whole) = server.walk(known, Some(since));
    assert!(whole && known.meetings.len() == 1 && known.papers.is_empty());
    let changes = server.asked.iter().find(|url| url.contains("/meetings?")).unwrap();
    assert!(changes.contains("modified_since=2026-11-29T06%3A00%3A00Z"), "{changes}");
    let (anew, ..) = town().walk(known, None);
    assert_eq!(anew.meetings.len(), 2, "without a date everything is read anew");
}

#[test]
fn what_leads_nowhere_isnt_whole() {
    for pages in [
        vec![],
        vec![("/system", json!("text"))],
        vec![("/system", json!({"body": "https://evil.example/"}))],
        vec![("/system", json!({"body": [{"name": "x"}]}))],
        vec![("/system", json!({"body": "/b"})), ("/b", json!({"data": []}))],
        vec![("/system", body())],
    ] {
        let (known, counts, whole) = Server::new(&pages).walk(Known::default(), None);
        assert!(!whole && known.meetings.is_empty(), "{counts:?}");
    }
}

#[test]
fn a_list_without_end_ends() {
    let now: Timestamp = "2026-11-30T06:00:00Z".parse().unwrap();
    let entry = Url::parse(&format!("{HOST}/system")).unwrap();
    let mut sweep = Sweep::new(entry, None, Known::default(), None, now, TimeZone::UTC);
    let mut asked = 0;
    while let Some(wish) = sweep.next_wish() {
        asked += 1;
        let page = match asked {
            1 => body(),
            _ => json!({"data": [], "links": {"next": format!("{HOST}/meetings/{asked}")}}),
        };
        sweep.take(&wish, &Answer::Bytes(page.to_string().as_bytes()));
    }
    let (_, counts, _) = sweep.finish();
    assert_eq!(asked, REQUESTS_MAX);
    assert!(counts.beyond > 0);
}

#[test]
fn a_town_among_several_is_chosen_by_name() {
    let now: Timestamp = "2026-11-30T06:00:00Z".parse().unwrap();
    let other = json!({"name": "Nachbarort", "meeting": format!("{HOST}/other")});
    for (name, found) in [
        (Some("Musterstadt"), "/meetings"),
        (None, "/other"),
        (Some("Nirgends"), ""),
    ] {
        let entry = Url::parse(&format!("{HOST}/bodies")).unwrap();
        let mut sweep = Sweep::new(
            entry,
            name.map(str::to_owned),
            Known::default(),
            None,
            now,
            TimeZone::UTC,
        );
        let wish = sweep.next_wish().unwrap();
        let bodies = json!({"data": [other, body()], "links": {}});
        sweep.take(&wish, &Answer::Bytes(bodies.to_string().as_bytes()));
        let next = sweep.next_wish().map(|wish| wish.url.path().to_owned());
        assert_eq!(next.unwrap_or_default(), found);
    }
}

/// JSON of any shape with OParl's own words in it.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "https://ris.example/meetings",
            "/p/1",
            "http://127.0.0.1/",
            "2026-12-03T18:00:00Z",
            "https://schema.oparl.org/1.1/Meeting",
        ])
        .prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "id",
        "type",
        "body",
        "meeting",
        "paper",
        "data",
        "links",
        "next",
        "name",
        "start",
        "agendaItem",
        "consultation",
        "location",
        "mainFile",
        "deleted",
        "order",
        "description",
    ]);
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let object = prop::collection::vec((name.clone(), inner.clone()), 0..6).prop_map(|members| {
            Value::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect(),
            )
        });
        prop_oneof![prop::collection::vec(inner, 0..5).prop_map(Value::Array), object]
    })
}

proptest! {
    #[test]
    fn any_server_is_survived_and_never_left(pages in prop::collection::vec(any_json(), 1..6), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let now: Timestamp = "2026-11-30T06:00:00Z".parse().unwrap();
        let entry = Url::parse(&format!("{HOST}/system")).unwrap();
        let mut sweep = Sweep::new(entry, None, Known::default(), None, now, TimeZone::UTC);
        let mut asked = 0;
        while let Some(wish) = sweep.next_wish() {
            prop_assert!(wish.url.as_str().starts_with(HOST));
            prop_assert!(asked < REQUESTS_MAX);
            let page = match asked {
                0 => body(),
                at => pages[at as usize % pages.len()].clone(),
            };
            asked += 1;
            match asked % 7 {
                5 => sweep.take(&wish, &Answer::Bytes(&bytes)),
                6 => sweep.take(&wish, &Answer::Failed),
                _ => sweep.take(&wish, &Answer::Bytes(page.to_string().as_bytes())),
            }
        }
        let (known, ..) = sweep.finish();
        let (meetings, papers) = council(&known, today());
        let named = meetings.iter().flat_map(|meeting| &meeting.agenda).flat_map(|item| &item.papers);
        prop_assert!(named.into_iter().all(|place| (*place as usize) < papers.len()));
    }
}

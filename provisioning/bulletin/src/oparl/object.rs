//! Reading OParl objects leniently: whatever is missing or of another shape is as good as absent.
use crate::feed::address;
use crate::html;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use wire::board::{AgendaItem, Day, Line, Link, Meeting, Moment, Paper};

use super::{ItemRefs, KnownMeeting, KnownPaper};

pub(super) type Object = Map<String, Value>;

/// Most references that one paper keeps.
const REFS_MAX: usize = 40;

/// Longest id that is kept; ids are addresses.
const ID_CHARS_MAX: usize = 500;

/// A text member, if it is one and says something.
pub(super) fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object
        .get(name)?
        .as_str()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

pub(super) fn id(object: &Object) -> Option<&str> {
    text(object, "id").filter(|id| id.len() <= ID_CHARS_MAX)
}

pub(super) fn is_deleted(object: &Object) -> bool {
    object.get("deleted") == Some(&Value::Bool(true))
}

/// The last part of `type` (`https://schema.oparl.org/1.1/Meeting`).
pub(super) fn kind(object: &Object) -> Option<&str> {
    text(object, "type")?.rsplit(['/', ':']).next()
}

/// A member that is one or several: an object, an address, a list of them.
pub(super) fn several<'a>(object: &'a Object, name: &str) -> &'a [Value] {
    match object.get(name) {
        Some(Value::Array(all)) => all,
        Some(Value::Null) | None => &[],
        Some(one) => core::slice::from_ref(one),
    }
}

/// An address where there is one: a text, or an object's id.
pub(super) fn reference(value: &Value) -> Option<&str> {
    let found = match value {
        Value::String(text) => Some(text.trim()),
        Value::Object(object) => id(object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    };
    found.filter(|id| !id.is_empty() && id.len() <= ID_CHARS_MAX)
}

/// A meeting that has a name and a beginning, and isn't cancelled out of existence.
pub(super) fn meeting(object: &Object, zone: &TimeZone) -> Option<KnownMeeting> {
    let start = moment(text(object, "start")?, zone)?;
    let name = html::line(text(object, "name").unwrap_or("Sitzung"));
    let place = object.get("location").and_then(place);
    let place_at = place
        .is_none()
        .then(|| object.get("location").and_then(reference))
        .flatten();
    let mut agenda = Vec::new();
    let mut items = Vec::new();
    for item in several(object, "agendaItem").iter().filter_map(Value::as_object) {
        if is_deleted(item) {
            continue;
        }
        let closed = item.get("public") == Some(&Value::Bool(false));
        let title = html::line(text(item, "name").unwrap_or_default());
        if title.is_empty() {
            continue;
        }
        let order = item.get("order").and_then(Value::as_i64).unwrap_or(0);
        let told = AgendaItem {
            number: html::line(text(item, "number").unwrap_or_default()),
            title,
            closed,
            papers: Vec::new(),
        };
        agenda.push((order, told));
        items.push((order, refs(item)));
    }
    // Stable: servers that give no order give the order of the list.
    agenda.sort_by_key(|(order, _)| *order);
    items.sort_by_key(|(order, _)| *order);
    let meeting = Meeting {
        name,
        start,
        place: place.unwrap_or_default(),
        cancelled: object.get("cancelled") == Some(&Value::Bool(true)),
        agenda: agenda.into_iter().map(|(_, item)| item).collect(),
        link: link(object).or_else(|| object.get("invitation")?.as_object().and_then(file_link)),
    };
    Some(KnownMeeting {
        meeting,
        items: items.into_iter().map(|(_, refs)| refs).collect(),
        place_at: place_at.map(str::to_owned),
    })
}

fn refs(item: &Object) -> ItemRefs {
    let consultation = item.get("consultation");
    let embedded = consultation.and_then(Value::as_object);
    let paper = embedded
        .and_then(|consultation| consultation.get("paper"))
        .and_then(reference);
    ItemRefs {
        id: id(item).unwrap_or_default().to_owned(),
        consultation: consultation.and_then(reference).map(str::to_owned),
        papers: paper.map(str::to_owned).into_iter().collect(),
    }
}

/// A place in one line: what it is called, else room, street and town.
pub(super) fn place(value: &Value) -> Option<Line> {
    let object = value.as_object()?;
    if let Some(description) = text(object, "description") {
        return Some(html::line(description));
    }
    let town = [text(object, "postalCode"), text(object, "locality")];
    let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let parts = [text(object, "room"), text(object, "streetAddress"), Some(&*town)];
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| html::line(&parts.join(", ")))
}

/// A paper that has a name.
pub(super) fn paper(object: &Object) -> Option<KnownPaper> {
    let main = object.get("mainFile").and_then(Value::as_object);
    let paper = Paper {
        name: html::line(text(object, "name")?),
        reference: html::line(text(object, "reference").unwrap_or_default()),
        kind: html::line(text(object, "paperType").unwrap_or_default()),
        day: text(object, "date").and_then(|text| Day::parse(text.get(..10)?)),
        text: main
            .and_then(|file| text(file, "text"))
            .map(html::plain)
            .unwrap_or_default(),
        link: link(object).or_else(|| main.and_then(file_link)),
    };
    let mut refs = Vec::new();
    for consultation in several(object, "consultation") {
        refs.extend(reference(consultation));
        let item = consultation
            .as_object()
            .and_then(|consultation| consultation.get("agendaItem"));
        refs.extend(item.and_then(reference));
    }
    Some(KnownPaper {
        paper,
        refs: refs.into_iter().take(REFS_MAX).map(str::to_owned).collect(),
    })
}

/// The page for people.
fn link(object: &Object) -> Option<Link> {
    address(text(object, "web")?)
}

fn file_link(file: &Object) -> Option<Link> {
    let addresses = ["accessUrl", "downloadUrl"].into_iter();
    addresses.filter_map(|name| text(file, name)).find_map(address)
}

/// `2026-12-03T18:30:00+01:00` on the town's clock. Without an offset it is taken for that already; a mere day has no
/// time and is its midnight.
fn moment(text: &str, zone: &TimeZone) -> Option<Moment> {
    let at = match text.parse::<Timestamp>() {
        Ok(at) => at.to_zoned(zone.clone()).datetime(),
        Err(_) => match text.replacen(' ', "T", 1).parse::<DateTime>() {
            Ok(at) => at,
            Err(_) => Day::parse(text)?.0.at(0, 0, 0, 0),
        },
    };
    let minute = at.with().second(0).subsec_nanosecond(0).build().ok()?;
    (1900..=9999).contains(&minute.year()).then_some(Moment(minute))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn zone() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(1))
    }

    #[test]
    fn times_of_all_servers_are_read() {
        for (text, told) in [
            ("2026-12-03T18:30:00+01:00", Some("2026-12-03T18:30")),
            ("2026-12-03T17:30:00Z", Some("2026-12-03T18:30")),
            ("2026-12-03T18:30:59.123", Some("2026-12-03T18:30")),
            ("2026-12-03 18:30:00", Some("2026-12-03T18:30")),
            ("2026-12-03", Some("2026-12-03T00:00")),
            ("0000-00-00T00:00:00", None),
            ("morgen", None),
            ("", None),
        ] {
            assert_eq!(
                moment(text, &zone()).map(|at| at.to_string()).as_deref(),
                told,
                "{text}"
            );
        }
    }

    #[test]
    fn a_meeting_is_read_with_what_it_has() {
        let object = json!({"name": "Rat &amp; Bürger", "start": "2026-12-03T18:30:00+01:00",
            "location": {"room": "Saal", "streetAddress": "Markt 1", "postalCode": "12345\u{a0}", "locality": "Musterstadt"},
            "agendaItem": [{"order": 2, "name": "B", "public": false}, {"order": 1, "name": "A", "number": "Ö 1",
                "id": "https://x/a", "consultation": "https://x/c"}, "https://x/dangling", {"name": 5}, null],
            "invitation": {"accessUrl": "https://x.example/e.pdf"}, "cancelled": "true"});
        let read = meeting(object.as_object().unwrap(), &zone()).unwrap();
        let titles: Vec<_> = read.meeting.agenda.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, ["A", "B"]);
        assert_eq!(read.items[0].consultation.as_deref(), Some("https://x/c"));
        assert_eq!(read.meeting.place.as_str(), "Saal, Markt 1, 12345 Musterstadt");
        assert!(read.meeting.agenda[1].closed && !read.meeting.cancelled);
        assert_eq!(read.meeting.name.as_str(), "Rat & Bürger");
        assert_eq!(read.meeting.link.unwrap().host(), "x.example");
        let bare = json!({"start": "2026-12-03T18:30", "location": "https://x/l", "agendaItem": "https://x/y"});
        let read = meeting(bare.as_object().unwrap(), &zone()).unwrap();
        assert_eq!(
            (read.meeting.name.as_str(), read.place_at.as_deref()),
            ("Sitzung", Some("https://x/l"))
        );
    }

    #[test]
    fn a_paper_is_read_with_what_it_has() {
        let object = json!({"name": "Haushalt", "reference": "12/2026", "date": "2026-11-20T00:00:00+01:00",
            "mainFile": {"text": "Der Rat\nbeschließt.", "downloadUrl": "javascript:x", "accessUrl": 7},
            "consultation": [{"id": "https://x/c", "agendaItem": "https://x/a"}, "https://x/d", 4]});
        let read = paper(object.as_object().unwrap()).unwrap();
        assert_eq!(read.refs, ["https://x/c", "https://x/a", "https://x/d"]);
        assert_eq!(read.paper.day, Day::parse("2026-11-20"));
        assert_eq!((read.paper.text.paragraphs().len(), read.paper.link), (2, None));
        assert_eq!(paper(&Object::new()), None);
    }
}

//! One walk over a server: system, bodies, the lists of meetings and papers, then what they left open.
use super::object::{self, Object};
use super::{CHANGED_DAYS, Known, OBJECTS_MAX, PAGE_BYTES_MAX, REQUESTS_MAX, SINGLE_REQUESTS_MAX};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};
use url::Url;
use wire::board::Day;

/// What is wanted of the server next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Where.
    pub url: Url,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The address of the settings: a system, a list of bodies, or a body.
    Entry,
    Meetings,
    Papers,
    Place,
    Consultation,
    Paper,
}

/// What came back.
#[derive(Debug)]
pub enum Answer<'a> {
    /// This.
    Bytes(&'a [u8]),
    /// The server says that there is nothing there (404, 410).
    Nothing,
    /// No answer, or another one.
    Failed,
}

/// What a sweep met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests.
    pub requests: u32,
    /// Objects of lists.
    pub objects: u32,
    /// Meetings that are told.
    pub meetings: u32,
    /// Papers that belong to them.
    pub papers: u32,
    /// References to what isn't there.
    pub dangling: u32,
    /// Objects without `type`.
    pub untyped: u32,
    /// Objects of a wrong shape or type, left out.
    pub odd: u32,
    /// References to other servers, not followed.
    pub elsewhere: u32,
    /// Pages that could not be had or read.
    pub failed: u32,
    /// Pages and objects that were left out because of a limit.
    pub beyond: u32,
}

/// A walk. [`Sweep::next_wish`], [`Sweep::take`], until there is nothing more to want.
#[derive(Debug)]
pub struct Sweep {
    pub(super) entry: Url,
    body: Option<String>,
    today: Day,
    zone: TimeZone,
    /// Only what was changed since then.
    since: Timestamp,
    pub(super) known: Known,
    wishes: VecDeque<Wish>,
    asked: BTreeSet<String>,
    singles: u32,
    found_body: bool,
    followed_up: bool,
    pub(super) counts: Counts,
}

impl Sweep {
    /// Begins. `known` is what earlier sweeps brought, and `since` when the last whole one began; without it everything
    /// recent is read anew. `body` is the name of the town where a server has several.
    pub fn new(
        entry: Url,
        body: Option<String>,
        known: Known,
        since: Option<Timestamp>,
        now: Timestamp,
        zone: TimeZone,
    ) -> Self {
        let known = if since.is_some() { known } else { Known::default() };
        let back = Span::new().hours(i64::from(CHANGED_DAYS) * 24);
        let today = Day(now.to_zoned(zone.clone()).date());
        let mut sweep = Self {
            since: since.unwrap_or_else(|| now.checked_sub(back).unwrap_or(now)),
            entry: entry.clone(),
            body,
            today,
            zone,
            known,
            wishes: VecDeque::new(),
            asked: BTreeSet::new(),
            singles: 0,
            found_body: false,
            followed_up: false,
            counts: Counts::default(),
        };
        sweep.wish(entry.as_str(), What::Entry);
        sweep
    }

    /// What is wanted next; `None` at the end.
    pub fn next_wish(&mut self) -> Option<Wish> {
        if self.wishes.is_empty() && !self.followed_up {
            self.followed_up = true;
            self.follow_up();
        }
        let wish = self.wishes.pop_front()?;
        if self.counts.requests >= REQUESTS_MAX {
            self.counts.beyond += 1 + u32::try_from(self.wishes.len()).unwrap_or(u32::MAX);
            self.wishes.clear();
            return None;
        }
        self.counts.requests += 1;
        Some(wish)
    }

    /// Takes what came back for a wish.
    pub fn take(&mut self, wish: &Wish, answer: &Answer<'_>) {
        let single = matches!(wish.what, What::Place | What::Consultation | What::Paper);
        let value = match answer {
            Answer::Bytes(bytes) if bytes.len() <= PAGE_BYTES_MAX => serde_json::from_slice::<Value>(bytes).ok(),
            Answer::Bytes(_) | Answer::Failed => None,
            Answer::Nothing if single => {
                self.counts.dangling += 1;
                return;
            }
            Answer::Nothing => None,
        };
        let Some(value) = value else {
            self.counts.failed += 1;
            return;
        };
        match wish.what {
            What::Entry => self.entry(&value),
            What::Meetings | What::Papers => self.list(&value, wish.what),
            What::Place => self.place(&wish.url, &value),
            What::Consultation => self.consultation(&wish.url, &value),
            What::Paper => self.paper(&value),
        }
    }

    /// What is known now, what was met, and whether no page failed: only then the next sweep may ask for changes since
    /// this one. What lies beyond a limit lies beyond it the next time, too.
    pub fn finish(mut self) -> (Known, Counts, bool) {
        self.known.prune(self.today);
        let (meetings, papers) = super::council(&self.known, self.today);
        self.counts.meetings = u32::try_from(meetings.len()).unwrap_or(u32::MAX);
        self.counts.papers = u32::try_from(papers.len()).unwrap_or(u32::MAX);
        let whole = self.found_body && self.counts.failed == 0;
        (self.known, self.counts, whole)
    }

    /// A body was found, so that there is something to tell at all.
    pub fn has_body(&self) -> bool {
        self.found_body
    }

    /// Wants an address, unless it was asked for already or lies elsewhere.
    pub(super) fn wish(&mut self, address: &str, what: What) {
        let Ok(mut url) = self.entry.join(address) else {
            self.counts.odd += 1;
            return;
        };
        // Many a server calls itself by the address that it had before it was given a certificate.
        if self.entry.scheme() == "https" && url.scheme() == "http" && url.host() == self.entry.host() {
            let _ = url.set_scheme("https");
        }
        let is_here = url.origin() == self.entry.origin() && url.username().is_empty() && url.password().is_none();
        if !is_here {
            self.counts.elsewhere += 1;
            return;
        }
        if matches!(what, What::Place | What::Consultation | What::Paper) {
            if self.asked.contains(url.as_str()) {
                return;
            }
            if self.singles >= SINGLE_REQUESTS_MAX {
                self.counts.beyond += 1;
                return;
            }
            self.singles += 1;
        }
        if self.asked.insert(url.as_str().to_owned()) {
            self.wishes.push_back(Wish { url, what });
        }
    }

    /// A system leads to bodies, a list of bodies to one of them, a body to its lists.
    fn entry(&mut self, value: &Value) {
        let listed = page(value);
        if let Some(bodies) = listed {
            let body = self.chosen(bodies).cloned();
            match body {
                Some(body) => self.body(&body),
                None => match next_page(value) {
                    Some(next) => self.wish(next, What::Entry),
                    None => self.counts.failed += 1,
                },
            }
            return;
        }
        let Some(object) = value.as_object() else {
            self.counts.failed += 1;
            return;
        };
        match object.get("body") {
            // A body of OParl 1.0 has no such member, a system has no meetings.
            Some(Value::String(bodies)) if !object.contains_key("meeting") => self.wish(bodies, What::Entry),
            Some(bodies @ (Value::Array(_) | Value::Object(_))) if !object.contains_key("meeting") => {
                self.entry(bodies)
            }
            Some(_) | None => self.body(object),
        }
    }

    /// The body of that name or id; without a name, the first.
    fn chosen<'a>(&mut self, bodies: &'a [Value]) -> Option<&'a Object> {
        let bodies = bodies
            .iter()
            .filter_map(Value::as_object)
            .filter(|body| !object::is_deleted(body));
        let name = self.body.as_deref();
        let mut bodies = bodies.filter(|body| {
            name.is_none_or(|name| {
                ["name", "shortName", "id"]
                    .iter()
                    .any(|key| object::text(body, key) == Some(name))
            })
        });
        bodies.next()
    }

    fn body(&mut self, body: &Object) {
        let Some(meetings) = object::text(body, "meeting") else {
            self.counts.failed += 1;
            return;
        };
        self.found_body = true;
        self.wish_list(meetings, What::Meetings);
        if let Some(papers) = object::text(body, "paper") {
            self.wish_list(papers, What::Papers);
        }
    }

    /// The first page of a list, of what was changed lately (OParl 1.1 §2.5.4).
    fn wish_list(&mut self, address: &str, what: What) {
        let Ok(mut url) = self.entry.join(address) else {
            self.counts.failed += 1;
            return;
        };
        let since = self.since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        url.query_pairs_mut().append_pair("modified_since", &since);
        let before = self.wishes.len();
        self.wish(url.as_str(), what);
        if self.wishes.len() == before {
            self.counts.failed += 1;
        }
    }

    fn list(&mut self, value: &Value, what: What) {
        let Some(objects) = page(value) else {
            self.counts.failed += 1;
            return;
        };
        let wanted = self.known.wanted();
        for value in objects {
            if self.counts.objects >= OBJECTS_MAX {
                self.counts.beyond += 1;
                return;
            }
            self.counts.objects += 1;
            let Some(object) = value.as_object() else {
                self.counts.odd += 1;
                continue;
            };
            match what {
                What::Meetings => self.meeting(object),
                What::Entry | What::Papers | What::Place | What::Consultation | What::Paper => {
                    self.listed_paper(object, &wanted)
                }
            }
        }
        if let Some(next) = next_page(value) {
            let before = self.wishes.len();
            self.wish(next, what);
            // A list is read to its end before the next one begins: papers are kept by what agendas name.
            if self.wishes.len() > before {
                self.wishes.rotate_right(1);
            }
        }
    }

    /// Whether an object may be what it should be. Many servers leave `type` out.
    fn may_be(&mut self, object: &Object, kind: &str) -> bool {
        match object::kind(object) {
            None => self.counts.untyped += 1,
            Some(found) if found == kind => {}
            Some(_) => {
                self.counts.odd += 1;
                return false;
            }
        }
        true
    }

    fn meeting(&mut self, object: &Object) {
        let Some(id) = object::id(object) else {
            self.counts.odd += 1;
            return;
        };
        if object::is_deleted(object) {
            self.known.meetings.remove(id);
            return;
        }
        if !self.may_be(object, "Meeting") {
            return;
        }
        let mentioned = object::several(object, "agendaItem").iter();
        let dangling = mentioned.filter(|item| !item.is_object()).count();
        self.counts.dangling += u32::try_from(dangling).unwrap_or(u32::MAX);
        match object::meeting(object, &self.zone) {
            // One that was moved far away is forgotten here.
            Some(known) if Known::is_told(known.meeting.start.day(), self.today) => {
                self.known.meetings.insert(id.to_owned(), known);
            }
            Some(_) => {
                self.known.meetings.remove(id);
            }
            None => self.counts.odd += 1,
        }
    }

    /// A paper of the list is kept if an agenda names it.
    pub(super) fn listed_paper(&mut self, object: &Object, wanted: &BTreeSet<String>) {
        let Some(id) = object::id(object) else {
            self.counts.odd += 1;
            return;
        };
        if object::is_deleted(object) {
            self.known.papers.remove(id);
            return;
        }
        if !self.may_be(object, "Paper") {
            return;
        }
        let Some(paper) = object::paper(object) else {
            self.counts.odd += 1;
            return;
        };
        if wanted.contains(id) || paper.refs.iter().any(|id| wanted.contains(id)) {
            self.known.papers.insert(id.to_owned(), paper);
        }
    }
}

/// The objects of a page: `{"data": […]}`, or a bare list as some servers give it.
fn page(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(objects) => Some(objects),
        Value::Object(object) => object.get("data")?.as_array().map(Vec::as_slice),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Where the list goes on (OParl 1.1 §2.5.2).
fn next_page(value: &Value) -> Option<&str> {
    let links = value.as_object()?.get("links")?.as_object()?;
    object::text(links, "next")
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;

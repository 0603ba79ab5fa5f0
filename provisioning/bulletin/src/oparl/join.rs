//! Putting meetings and papers together as a board tells them.
use super::Known;
use jiff::Span;
use std::collections::{BTreeMap, BTreeSet};
use wire::board::{Day, Meeting, Paper};

use super::{DAYS_AHEAD, DAYS_BACK, KNOWN_MAX};

impl Known {
    /// True for meetings that are told on that day.
    pub(super) fn is_told(day: Day, today: Day) -> bool {
        let (first, last) = window(today);
        (first..=last).contains(&day)
    }

    /// Forgets what lies too far back or belongs to nothing any more.
    pub(super) fn prune(&mut self, today: Day) {
        let (first, _) = window(today);
        self.meetings.retain(|_, known| known.meeting.start.day() >= first);
        let wanted = self.wanted();
        self.papers
            .retain(|id, known| wanted.contains(id) || known.refs.iter().any(|id| wanted.contains(id)));
        for _ in KNOWN_MAX..self.meetings.len() {
            self.meetings.pop_last();
        }
        for _ in KNOWN_MAX..self.papers.len() {
            self.papers.pop_last();
        }
    }

    /// Everything that an agenda refers to: items, consultations, papers.
    pub(super) fn wanted(&self) -> BTreeSet<String> {
        let items = self.meetings.values().flat_map(|known| &known.items);
        let ids = items.flat_map(|item| {
            let own = core::iter::once(item.id.as_str()).chain(item.consultation.as_deref());
            own.chain(item.papers.iter().map(String::as_str))
        });
        ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
    }
}

fn window(today: Day) -> (Day, Day) {
    let shifted = |days: i32| today.0.saturating_add(Span::new().days(days));
    (Day(shifted(-DAYS_BACK)), Day(shifted(DAYS_AHEAD)))
}

/// The meetings that are told on that day, and their papers. Places in the list of papers are right; bounds are the
/// board's.
pub fn council(known: &Known, today: Day) -> (Vec<Meeting>, Vec<Paper>) {
    let mut places: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    let mut papers = Vec::new();
    for (id, paper) in &known.papers {
        let Ok(place) = u32::try_from(papers.len()) else { break };
        papers.push(paper.paper.clone());
        for name in paper.refs.iter().chain([id]) {
            places.entry(name).or_default().push(place);
        }
    }
    let mut meetings = Vec::new();
    for one in known.meetings.values() {
        if !Known::is_told(one.meeting.start.day(), today) {
            continue;
        }
        let mut meeting = one.meeting.clone();
        for (item, refs) in meeting.agenda.iter_mut().zip(&one.items) {
            let names = [Some(refs.id.as_str()), refs.consultation.as_deref()]
                .into_iter()
                .flatten();
            let names = names.chain(refs.papers.iter().map(String::as_str));
            for place in names.filter_map(|name| places.get(name)).flatten() {
                if !item.papers.contains(place) {
                    item.papers.push(*place);
                }
            }
        }
        meetings.push(meeting);
    }
    (meetings, papers)
}

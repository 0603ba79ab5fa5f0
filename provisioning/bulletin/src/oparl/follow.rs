//! What the lists left open: places, and papers of agendas, asked for one by one.
use super::Sweep;
use super::object;
use super::sweep::What;
use serde_json::Value;
use std::collections::BTreeSet;
use url::Url;

impl Sweep {
    /// What the lists left open: places, and papers of agendas.
    pub(super) fn follow_up(&mut self) {
        let mut places = Vec::new();
        let mut consultations = Vec::new();
        let told: BTreeSet<&str> = self
            .known
            .papers
            .iter()
            .flat_map(|(id, paper)| paper.refs.iter().chain([id]).map(String::as_str))
            .collect();
        for known in self.known.meetings.values() {
            places.extend(known.place_at.clone());
            for item in &known.items {
                let has_paper = told.contains(item.id.as_str())
                    || item.papers.iter().any(|paper| told.contains(paper.as_str()))
                    || item.consultation.as_deref().is_some_and(|id| told.contains(id));
                if has_paper {
                    continue;
                }
                consultations.extend(item.papers.iter().map(|paper| (paper.clone(), What::Paper)));
                if item.papers.is_empty() {
                    consultations.extend(item.consultation.clone().map(|id| (id, What::Consultation)));
                }
            }
        }
        for place in places {
            self.wish(&place, What::Place);
        }
        for (address, what) in consultations {
            self.wish(&address, what);
        }
    }

    pub(super) fn place(&mut self, url: &Url, value: &Value) {
        let Some(place) = object::place(value) else {
            self.counts.odd += 1;
            return;
        };
        for known in self.known.meetings.values_mut() {
            if known.place_at.as_deref() == Some(url.as_str()) {
                known.set_place(place.clone());
            }
        }
    }

    pub(super) fn consultation(&mut self, url: &Url, value: &Value) {
        let paper = value.as_object().and_then(|object| object.get("paper"));
        let Some(id) = paper.and_then(object::reference).map(str::to_owned) else {
            self.counts.odd += 1;
            return;
        };
        // Ids are whole addresses; some servers shorten references to them.
        let id = self.entry.join(&id).map_or(id, String::from);
        let items = self.known.meetings.values_mut().flat_map(|known| &mut known.items);
        for item in items.filter(|item| item.consultation.as_deref() == Some(url.as_str())) {
            if !item.papers.contains(&id) {
                item.papers.push(id.clone());
            }
        }
        match paper {
            Some(embedded @ Value::Object(_)) => self.paper(embedded),
            Some(_) | None => self.wish(&id, What::Paper),
        }
    }

    pub(super) fn paper(&mut self, value: &Value) {
        match value.as_object() {
            Some(object) => {
                let wanted = self.known.wanted();
                self.listed_paper(object, &wanted);
            }
            None => self.counts.odd += 1,
        }
    }
}

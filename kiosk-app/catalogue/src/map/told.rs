//! A place in words that a citizen understands.
use super::{Point, TownMap};
use crate::service::Service;
use crate::words::{Word, fill};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;

impl Service {
    /// "in der Nähe von Am Markt, Planquadrat C4"; the town's map knows the names.
    pub fn place_in_words(&self, map: &TownMap, point: Point, language: Language) -> PrivateText {
        let square = map.square(point);
        let text = match map.near(point) {
            Some(name) => {
                let line = self.words.text(Word::PlaceNear, language);
                fill(line, &[("name", name), ("square", &square)])
            }
            None => fill(self.words.text(Word::PlaceSquare, language), &[("square", &square)]),
        };
        PrivateText::new(text)
    }

    /// An answer in words; as it is stored where there is no map to look at.
    pub(crate) fn place_text(&self, stored: &str, language: Language) -> PrivateText {
        match (self.town().map(), Point::parse(stored)) {
            (Some(map), Some(point)) => self.place_in_words(map, point, language),
            (_, _) => PrivateText::from(stored),
        }
    }

    /// The place that a field holds.
    pub fn place(&self, field: crate::FieldIndex, answers: &crate::Answers) -> Option<Point> {
        Point::parse(answers.value(field)?)
    }

    /// Where the map begins while nobody has chosen a place: at the street that was named before.
    pub fn place_meant(&self, field: crate::FieldIndex, answers: &crate::Answers) -> Option<Point> {
        let text = self.fields.get(field)?.instead?;
        self.town().map()?.find(answers.value(text)?)
    }
}

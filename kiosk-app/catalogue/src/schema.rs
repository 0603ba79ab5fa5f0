//! The JSON Schema (2020-12) of a service's submissions.
use crate::answers::ANSWER_CHARS_MAX;
use crate::field::{Field, FieldKind, PageIndex};
use crate::repeat::CopyRange;
use crate::service::Service;
use crate::submission::{FROM_CARD_KEY, PSEUDONYM_KEY, SERVICE_KEY, VERSION_KEY};
use drivers_api::language::Language;
use serde_json::{Map, Value, json};

/// A day, as citizens type it.
const DAY: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
/// A day of which parts may be unknown, as a card may say it.
const PARTIAL_DAY: &str = "^([0-9]{4}|XXXX)-(0[1-9]|1[0-2]|XX)-(0[1-9]|[12][0-9]|3[01]|XX)$";

impl Service {
    /// JSON Schema 2020-12 of [`Self::submission`]. Required are the fields that every way through the pages asks for;
    /// what a branch requires is checked by the terminal and not repeated here.
    pub fn schema(&self) -> Value {
        let mut properties = Map::new();
        let mut required = vec![json!(SERVICE_KEY), json!(VERSION_KEY), json!(FROM_CARD_KEY)];
        let alone = self.fields.iter().filter(|field| field.copied.is_none());
        let ids: Vec<&str> = alone.map(|field| field.fim_id.as_str()).collect();
        properties.insert(SERVICE_KEY.to_owned(), json!({ "const": self.id.folder() }));
        properties.insert(VERSION_KEY.to_owned(), json!({ "const": self.version }));
        let from_card = json!({ "type": "array", "uniqueItems": true, "items": { "enum": ids } });
        properties.insert(FROM_CARD_KEY.to_owned(), from_card);
        for asked in &self.asked {
            let title = self.question_text(asked.question, Language::German);
            let answer = match asked.exit {
                // A "no" is never submitted.
                Some(_) => json!({ "const": true, "title": title }),
                None => json!({ "type": "boolean", "title": title }),
            };
            required.push(json!(asked.question.submission_key()));
            properties.insert(asked.question.submission_key().to_owned(), answer);
        }
        if self.request.pseudonym {
            let pseudonym = json!({ "type": "string", "pattern": "^[0-9A-Fa-f]{64}$" });
            properties.insert(PSEUDONYM_KEY.to_owned(), pseudonym);
        }
        for repeat in &self.repeats {
            let Some(first) = repeat.copies.first() else { continue };
            if self.is_on_every_path(first.pages.start) {
                required.push(json!(repeat.fim_id));
            }
            properties.insert(repeat.fim_id.clone(), self.list(first, repeat.copies.len()));
        }
        for field in self.fields.iter().filter(|field| field.copied.is_none()) {
            let is_box = field.kind == FieldKind::Bool;
            if field.shown_when.is_none() && (field.required || is_box) && self.is_on_every_path(field.page) {
                required.push(json!(field.fim_id));
            }
            properties.insert(field.fim_id.clone(), property(field));
        }
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": format!("urn:schalter:service:{}:{}", self.id.folder(), self.version),
            "title": self.title(Language::German),
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }

    /// A list of entries. Each has what is asked on its first page; the terminal checks what a branch requires.
    fn list(&self, first: &CopyRange, max: usize) -> Value {
        let fields = || first.fields.clone().filter_map(|field| self.fields.get(field));
        let mut properties = Map::new();
        for field in fields() {
            properties.insert(field.fim_id.clone(), property(field));
        }
        let asked = |field: &&Field| {
            let always = field.page == first.pages.start && field.shown_when.is_none();
            always && (field.required || field.kind == FieldKind::Bool)
        };
        let required: Vec<&str> = fields().filter(asked).map(|field| field.fim_id.as_str()).collect();
        json!({
            "type": "array",
            "minItems": 1,
            "maxItems": max,
            "items": {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            },
        })
    }

    /// True when no way leads past the page: without it, the review can't be reached.
    fn is_on_every_path(&self, wanted: PageIndex) -> bool {
        if wanted == 0 {
            return true;
        }
        let mut reached = vec![false; self.pages.len()];
        reached.first_mut().into_iter().for_each(|first| *first = true);
        for (page, definition) in self.pages.iter().enumerate() {
            if page == wanted || !reached.get(page).is_some_and(|reached| *reached) {
                continue;
            }
            for step in &definition.next {
                match step.to {
                    None => return false,
                    Some(to) => reached.get_mut(to).into_iter().for_each(|reached| *reached = true),
                }
            }
        }
        true
    }
}

fn property(field: &Field) -> Value {
    let from_card = field.from_card.is_some();
    let mut schema = match &field.kind {
        FieldKind::Text { max_chars } => {
            let max = if from_card { ANSWER_CHARS_MAX } else { *max_chars };
            json!({ "type": "string", "minLength": 1, "maxLength": max })
        }
        FieldKind::Date { .. } => json!({ "type": "string", "pattern": if from_card { PARTIAL_DAY } else { DAY } }),
        FieldKind::Iban => json!({ "type": "string", "pattern": "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,27}$" }),
        FieldKind::Money { min, max } => {
            // Limits are whole cents; JSON's numbers are decimal, and as exact as their writer.
            let euros = |cents: i64| Value::Number(serde_json::Number::from(cents / 100));
            let up = |cents: i64| euros(cents + 99);
            json!({ "type": "number", "minimum": euros(*min), "maximum": up(*max) })
        }
        FieldKind::Place { .. } => json!({
            "type": "object",
            "properties": {
                "lat": { "type": "number", "minimum": -90, "maximum": 90 },
                "long": { "type": "number", "minimum": -180, "maximum": 180 },
            },
            "required": ["lat", "long"],
            "additionalProperties": false,
        }),
        FieldKind::Bool => json!({ "type": "boolean" }),
        FieldKind::Number { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        FieldKind::Select { choices } => {
            let keys: Vec<&str> = choices.iter().map(|choice| choice.key.as_str()).collect();
            json!({ "enum": keys })
        }
    };
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".to_owned(), json!(field.label(Language::German)));
        if let Some(count) = field.digits.filter(|_| !from_card) {
            object.insert("pattern".to_owned(), json!(format!("^[0-9]{{{count}}}$")));
        }
    }
    schema
}

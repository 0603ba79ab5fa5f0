//! The case as the authority's program reads it: a JSON object keyed by FIM ids, with typed values.
use crate::answers::Answers;
use crate::check::{cents, whole_number};
use crate::date;
use crate::export::Attachment;
use crate::field::{Field, FieldIndex, FieldKind};
use crate::map::{PLACE_BYTES_MAX, Point};
use crate::repeat::{Copied, Repeat};
use crate::service::Service;
use drivers_api::private::PrivateText;
use zeroize::Zeroizing;

/// Key under which the service's id stands.
pub(crate) const SERVICE_KEY: &str = "schalter.service";
/// Key under which the definition's version stands.
pub(crate) const VERSION_KEY: &str = "schalter.version";
/// Key under which the ids of the fields stand that are as the card said.
pub(crate) const FROM_CARD_KEY: &str = "schalter.from_card";
/// Key under which the card's pseudonym stands, 64 hexadecimal digits.
pub(crate) const PSEUDONYM_KEY: &str = "schalter.card.pseudonym";

/// A submission in UTF-8 JSON, and in an office's XML where the definition has one; overwritten on drop, `Debug` tells its
/// length.
pub struct SubmissionJson {
    json: Zeroizing<Vec<u8>>,
    attachment: Option<Attachment>,
    pseudonym: Option<PrivateText>,
}

impl SubmissionJson {
    /// The bytes. Every use is a place where personal data leaves its guard.
    pub fn expose(&self) -> &[u8] {
        &self.json
    }

    /// The card's pseudonym, when the service asks for it: with it the card finds its case again.
    pub fn pseudonym(&self) -> Option<&PrivateText> {
        self.pseudonym.as_ref()
    }

    /// The same in the XML of the office's program.
    pub fn attachment(&self) -> Option<&Attachment> {
        self.attachment.as_ref()
    }
}

impl core::fmt::Debug for SubmissionJson {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "[{} bytes]", self.json.len())
    }
}

impl Service {
    /// The submission that these answers make: the card's yes or no, and shown fields on the path, in its order. Answers that aren't there or
    /// aren't of the field's kind are left out; a box left unticked is `false`. Valid against [`Self::schema`] when
    /// [`Self::first_incomplete`] finds nothing.
    pub fn submission(&self, answers: &Answers) -> SubmissionJson {
        let shown = self.shown_on_path(answers);
        let mut json = Writer::new(self.size_max(&shown, answers));
        json.pair(SERVICE_KEY, |json| json.string(self.id.folder()));
        json.pair(VERSION_KEY, |json| json.string(&self.version));
        json.pair(FROM_CARD_KEY, |json| {
            let from_card = |field: &&FieldIndex| answers.get(**field).is_some_and(|answer| answer.from_card);
            json.list(
                shown
                    .iter()
                    .filter(from_card)
                    .filter_map(|field| Some(self.fields.get(*field)?.fim_id())),
            );
        });
        for asked in &self.asked {
            let yes = answers.card.yes(asked.question);
            json.pair(asked.question.submission_key(), |json| {
                json.bare(if yes { "true" } else { "false" })
            });
        }
        let pseudonym = answers.card.pseudonym().filter(|_| self.request.pseudonym);
        if let Some(pseudonym) = pseudonym {
            json.pair(PSEUDONYM_KEY, |json| json.string(pseudonym.expose()));
        }
        let mut open: Option<Copied> = None;
        for index in shown {
            let Some(field) = self.fields.get(index) else { continue };
            if field.copied.is_some_and(|copied| copied.asks) {
                continue;
            }
            if field.copied != open {
                self.turn(&mut json, open, field.copied);
                open = field.copied;
            }
            write(&mut json, field, answers.value(index));
        }
        self.turn(&mut json, open, None);
        SubmissionJson {
            json: json.finish(),
            attachment: self.attachment(answers),
            pseudonym: pseudonym.map(PrivateText::duplicate),
        }
    }

    /// From one copy of a group to the next, or into a group, or out of it.
    fn turn(&self, json: &mut Writer, from: Option<Copied>, to: Option<Copied>) {
        let list = |copied: Option<Copied>| copied.map(|copied| copied.repeat);
        if from.is_some() {
            json.close(b'}');
        }
        if from.is_some() && list(from) != list(to) {
            json.close(b']');
        }
        let Some(repeat) = list(to).and_then(|repeat| self.repeats.get(repeat)) else {
            return;
        };
        if list(from) != list(to) {
            json.key(&repeat.fim_id);
            json.open(b'[');
        }
        json.comma();
        json.open(b'{');
    }

    fn shown_on_path(&self, answers: &Answers) -> Vec<FieldIndex> {
        let reach = self.walk(answers);
        (0..self.fields.len()).filter(|field| reach.shows(*field)).collect()
    }

    /// Bytes that the JSON can have at most, so that its buffer never grows.
    fn size_max(&self, shown: &[FieldIndex], answers: &Answers) -> usize {
        /// Quotes, colon, comma, `false`.
        const AROUND: usize = 16;
        /// `\u001f` for one byte.
        const ESCAPED: usize = 6;
        let fixed = SERVICE_KEY.len() + VERSION_KEY.len() + FROM_CARD_KEY.len() + 4 * AROUND;
        let ids = ESCAPED * (self.id.folder().len() + self.version.len());
        let questions: usize = self
            .asked
            .iter()
            .map(|asked| asked.question.submission_key().len() + AROUND)
            .sum();
        let pseudonym = answers.card.pseudonym().filter(|_| self.request.pseudonym);
        let card = questions + pseudonym.map_or(0, |text| PSEUDONYM_KEY.len() + text.expose().len() + AROUND);
        let field = |index: &FieldIndex| {
            let name = self.fields.get(*index).map_or(0, |field| field.fim_id.len());
            2 * (ESCAPED * name + AROUND) + ESCAPED * answers.value(*index).map_or(0, str::len)
        };
        let list = |repeat: &Repeat| repeat.fim_id.len() + AROUND * (1 + repeat.copies.len());
        let lists: usize = self.repeats.iter().map(list).sum();
        fixed + ids + card + lists + shown.iter().map(field).sum::<usize>()
    }
}

/// An answer with its key, unless it isn't there or not of the field's kind.
fn write(json: &mut Writer, field: &Field, text: Option<&str>) {
    match (&field.kind, text) {
        (FieldKind::Bool, _) if text.is_some() || !field.required => {
            json.pair(&field.fim_id, |json| {
                json.bare(if text == Some("true") { "true" } else { "false" })
            });
        }
        (FieldKind::Text { .. } | FieldKind::Iban, Some(text)) => json.pair(&field.fim_id, |json| json.string(text)),
        (FieldKind::Date { .. }, Some(text)) if date::parse_canonical(text).is_some() => {
            json.pair(&field.fim_id, |json| json.string(text));
        }
        (FieldKind::Number { .. }, Some(text)) => {
            let Some(number) = whole_number(text) else { return };
            let digits = Zeroizing::new(number.to_string());
            json.pair(&field.fim_id, |json| json.bare(&digits));
        }
        (FieldKind::Money { .. }, Some(text)) => {
            let Some(cents) = cents(text) else { return };
            let amount = Zeroizing::new(format!("{}.{:02}", cents / 100, cents % 100));
            json.pair(&field.fim_id, |json| json.bare(&amount));
        }
        (FieldKind::Place { .. }, Some(text)) => {
            let Some(point) = Point::parse(text) else { return };
            let mut place = Zeroizing::new(String::with_capacity(PLACE_BYTES_MAX));
            point.write_json(&mut place);
            json.pair(&field.fim_id, |json| json.bare(&place));
        }
        (FieldKind::Select { choices }, Some(text)) if choices.iter().any(|choice| choice.key == text) => {
            json.pair(&field.fim_id, |json| json.string(text));
        }
        (FieldKind::Bool | FieldKind::Date { .. } | FieldKind::Select { .. }, _)
        | (FieldKind::Text { .. } | FieldKind::Iban | FieldKind::Number { .. } | FieldKind::Money { .. }, None)
        | (FieldKind::Place { .. }, None) => {}
    }
}

/// Writes JSON (RFC 8259) into a buffer of fixed size.
struct Writer {
    bytes: Zeroizing<Vec<u8>>,
    first: bool,
}

impl Writer {
    fn new(size_max: usize) -> Self {
        let mut bytes = Zeroizing::new(Vec::with_capacity(size_max));
        bytes.push(b'{');
        Self { bytes, first: true }
    }

    fn pair(&mut self, key: &str, value: impl FnOnce(&mut Self)) {
        self.key(key);
        value(self);
    }

    fn key(&mut self, key: &str) {
        self.comma();
        self.string(key);
        self.bytes.push(b':');
    }

    fn comma(&mut self) {
        if !core::mem::replace(&mut self.first, false) {
            self.bytes.push(b',');
        }
    }

    fn open(&mut self, bracket: u8) {
        self.bytes.push(bracket);
        self.first = true;
    }

    fn close(&mut self, bracket: u8) {
        self.bytes.push(bracket);
        self.first = false;
    }

    fn list<'a>(&mut self, items: impl Iterator<Item = &'a str>) {
        self.bytes.push(b'[');
        for (number, item) in items.enumerate() {
            if number > 0 {
                self.bytes.push(b',');
            }
            self.string(item);
        }
        self.bytes.push(b']');
    }

    fn bare(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn string(&mut self, text: &str) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self.bytes.push(b'"');
        for byte in text.bytes() {
            match byte {
                b'"' | b'\\' => self.bytes.extend_from_slice(&[b'\\', byte]),
                0..0x20 => {
                    let digit = |half: u8| HEX.get(usize::from(half)).copied().unwrap_or(b'0');
                    self.bytes
                        .extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
                }
                _ => self.bytes.push(byte),
            }
        }
        self.bytes.push(b'"');
    }

    fn finish(mut self) -> Zeroizing<Vec<u8>> {
        self.bytes.push(b'}');
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Catalogue, bundled};
    use drivers_api::card::{Authenticity, PersonalData, SpecialFunctions};
    use proptest::prelude::*;

    #[test]
    fn the_buffer_never_grows() {
        let loaded = Catalogue::load(&bundled::small(&bundled::TWO)).unwrap();
        for service in loaded.catalogue.services() {
            let mut answers = service.blank(None);
            for (field, definition) in service.fields.iter().enumerate() {
                // The longest that JSON can make of an answer: every byte becomes six.
                let text = match &definition.kind {
                    FieldKind::Text { .. } => "\u{1}".repeat(crate::ANSWER_CHARS_MAX),
                    FieldKind::Select { choices } => choices.last().unwrap().key.clone(),
                    FieldKind::Iban => "DE89370400440532013000".to_owned(),
                    FieldKind::Place { .. } => "-54.51234,-106.50001".to_owned(),
                    FieldKind::Date { .. } => "1964-08-12".to_owned(),
                    FieldKind::Money { max, .. } => format!("{},{:02}", max / 100, max % 100),
                    FieldKind::Number { max, .. } => max.to_string(),
                    FieldKind::Bool => "true".to_owned(),
                };
                answers.set(
                    field,
                    Some(crate::Answer {
                        text: text.as_str().into(),
                        from_card: true,
                    }),
                );
            }
            let shown: Vec<FieldIndex> = service.shown_on_path(&answers);
            let json = service.submission(&answers);
            assert_eq!(json.json.capacity(), service.size_max(&shown, &answers));
            assert!(serde_json::from_slice::<serde_json::Value>(&json.json).is_ok());
        }
    }

    #[test]
    fn the_buffer_never_grows_with_the_cards_answers() {
        let mut files = bundled::small(&bundled::TWO);
        for (name, text) in [
            (
                "service.toml",
                include_str!("../../../tests/townhall/services/jugendkarte/service.toml"),
            ),
            (
                "texts.de.toml",
                include_str!("../../../tests/townhall/services/jugendkarte/texts.de.toml"),
            ),
            (
                "texts.de-x-leicht.toml",
                include_str!("../../../tests/townhall/services/jugendkarte/texts.de-x-leicht.toml"),
            ),
            (
                "receipt.toml",
                include_str!("../../../tests/townhall/services/jugendkarte/receipt.toml"),
            ),
        ] {
            files.push(crate::SourceFile {
                path: format!("jugendkarte/{name}"),
                text: text.to_owned(),
            });
        }
        let loaded = Catalogue::load(&files).unwrap();
        let service = loaded.catalogue.service(&"jugendkarte".into()).unwrap();
        let answers = service.prefill(
            &PersonalData {
                authenticity: Authenticity::ChipTrusted,
                groups: [].into(),
                functions: SpecialFunctions {
                    old_enough: Some(true),
                    lives_there: None,
                    pseudonym: Some("0123456789abcdef".repeat(4).as_str().into()),
                },
            },
            None,
        );
        let json = service.submission(&answers);
        let shown: Vec<FieldIndex> = service.shown_on_path(&answers);
        assert_eq!(json.json.capacity(), service.size_max(&shown, &answers));
        let value: serde_json::Value = serde_json::from_slice(&json.json).unwrap();
        assert_eq!(value[PSEUDONYM_KEY].as_str(), json.pseudonym().map(PrivateText::expose));
        assert!(json.pseudonym().is_some());
    }

    proptest! {
        #[test]
        fn any_text_is_json(text in any::<String>()) {
            let mut json = Writer::new(8 + 6 * text.len());
            let capacity = json.bytes.capacity();
            json.pair("t", |json| json.string(&text));
            let bytes = json.finish();
            prop_assert_eq!(bytes.capacity(), capacity);
            let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(value["t"].as_str(), Some(text.as_str()));
        }
    }
}

//! The JSON Schema of `service.toml` itself, for editors that help while one writes, and for programs of others. It says
//! what a file may hold; what belongs together (ways, names, texts) only the check knows.
use crate::answers::ANSWER_CHARS_MAX;
use crate::facts::Assurance;
use crate::field::Format;
use crate::load::repeat::COPIES_MAX;
use crate::pay::PayWay;
use crate::situation::Situation;
use crate::suggest::List;
use crate::walk::{FIELDS_MAX, PAGES_MAX};
use drivers_api::card::DataGroup;
use serde_json::{Map, Value, json};

/// The schema (2020-12). TOML's tables are its objects, TOML's texts its strings.
pub fn format_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:schalter:format:1",
        "title": "service.toml of Schalter",
        "description": "What a public service asks, in which order; explained in docs/services.md.",
        "$defs": {
            "id": { "type": "string", "pattern": "^[a-z0-9_]{1,64}$" },
            "text": { "type": "string", "minLength": 1, "maxLength": 4000 },
            "day": { "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
            "limit": { "type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}|today( [+-] [0-9]+ (days|weeks|months|years))?)$" },
            "fim": { "type": "string", "pattern": "^(F[0-9]{8}([0-9]{3})?|schalter\\.[a-z0-9_.]{1,91})$" },
            "condition": condition(),
            "next": next(),
            "period": period(),
            "card": card(),
            "sign_video": sign_video(),
            "from_table": from_table(),
            "fee": fee(),
            "repeat": repeat(),
            "page": page(),
            "field": field(),
        },
        "type": "object",
        "properties": root(),
        "required": ["format", "version", "leika"],
        "additionalProperties": false,
    })
}

fn names<const N: usize>(names: [&'static str; N]) -> Value {
    json!({ "enum": names.as_slice() })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn list(item: &Value, max: usize) -> Value {
    json!({ "type": "array", "maxItems": max, "items": item })
}

/// An object that has these properties and no others.
fn table(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn root() -> Value {
    json!({
        "format": { "const": 1 },
        "version": reference("text"),
        "leika": { "type": "string", "pattern": "^99[0-9]{12}$" },
        "assurance": names(Assurance::ALL.map(Assurance::name)),
        "retention": { "type": "string", "pattern": "^[1-9][0-9]{0,4} (day|month|year)s?$" },
        "destination_id": { "type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$" },
        "situations": list(&names(Situation::ALL.map(Situation::name)), Situation::ALL.len()),
        "keywords": list(&reference("text"), 200),
        "data_groups": list(&names(DataGroup::ALL.map(DataGroup::name)), DataGroup::ALL.len()),
        "finish": names(["submit", "prepare", "show", "inform"]),
        "sections": list(&reference("id"), 20),
        "queue": { "type": "string", "pattern": "^[A-Z]$" },
        "pay": list(&names(PayWay::ALL.map(PayWay::name)), PayWay::ALL.len()),
        "period": reference("period"),
        "card": reference("card"),
        "sign_video": reference("sign_video"),
        "fee": list(&reference("fee"), 50),
        "repeat": list(&reference("repeat"), PAGES_MAX),
        "page": list(&reference("page"), PAGES_MAX),
    })
}

fn period() -> Value {
    table(json!({ "from": reference("day"), "until": reference("day") }), &[])
}

fn card() -> Value {
    let on_no = names(["exit", "go_on"]);
    let properties = json!({
        "age_at_least": { "type": "integer", "minimum": 1, "maximum": 120 },
        "too_young": on_no,
        "municipality": { "type": "string", "pattern": "^0276([0-9]{2}){0,3}$|^0276[0-9]{10}$" },
        "lives_elsewhere": on_no,
        "pseudonym": { "type": "boolean" },
    });
    table(properties, &[])
}

fn sign_video() -> Value {
    let properties = json!({
        "file": { "type": "string", "maxLength": 64, "pattern": "^[a-z0-9_-]+\\.(webm|mp4)$" },
        "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
    });
    table(properties, &["file", "sha256"])
}

fn from_table() -> Value {
    let id = reference("id");
    table(
        json!({ "table": id, "by": id, "column": id }),
        &["table", "by", "column"],
    )
}

fn fee() -> Value {
    let cents = json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000 });
    let properties = json!({
        "id": reference("id"),
        "cents": cents,
        "times": reference("id"),
        "further_cents": cents,
        "vat": { "type": "integer", "minimum": 0, "maximum": 50 },
        "from": reference("day"),
        "until": reference("day"),
        "when": reference("condition"),
    });
    table(properties, &["id", "cents"])
}

fn repeat() -> Value {
    let properties = json!({
        "id": reference("id"),
        "max": { "type": "integer", "minimum": 2, "maximum": COPIES_MAX },
        "fim": reference("fim"),
        "next": reference("next"),
    });
    table(properties, &["id", "max", "fim", "next"])
}

fn page() -> Value {
    let properties = json!({
        "id": reference("id"),
        "repeat": reference("id"),
        "next": reference("next"),
        "field": list(&reference("field"), FIELDS_MAX),
    });
    table(properties, &["id", "next"])
}

/// A page, or several ways on of which the last has no condition.
fn next() -> Value {
    let step = table(
        json!({ "when": reference("condition"), "page": reference("id") }),
        &["page"],
    );
    json!({ "oneOf": [reference("id"), { "type": "array", "minItems": 1, "items": step }] })
}

/// One question about a field, or several that are joined.
fn condition() -> Value {
    let field = json!({ "type": "string", "pattern": "^(card\\.)?[a-z0-9_]{1,64}$" });
    let value = json!({ "type": ["string", "integer", "boolean"] });
    let tests = [
        ("equals", value.clone()),
        ("not_equals", value),
        (
            "one_of",
            json!({ "type": "array", "minItems": 1, "items": reference("text") }),
        ),
        ("is_set", json!({ "type": "boolean" })),
        ("at_least", json!({ "type": "integer" })),
        ("at_most", json!({ "type": "integer" })),
        ("before", reference("limit")),
        ("after", reference("limit")),
    ];
    let asked = tests.map(|(name, shape)| {
        let mut properties = Map::new();
        properties.insert("field".to_owned(), field.clone());
        properties.insert(name.to_owned(), shape);
        table(Value::Object(properties), &["field", name])
    });
    let several = json!({ "type": "array", "minItems": 2, "maxItems": 50, "items": reference("condition") });
    let joined = [
        ("all", several.clone()),
        ("any", several),
        ("not", reference("condition")),
    ]
    .map(|(name, shape)| {
        let mut properties = Map::new();
        properties.insert(name.to_owned(), shape);
        table(Value::Object(properties), &[name])
    });
    let all: Vec<Value> = asked.into_iter().chain(joined).collect();
    json!({ "oneOf": all })
}

fn field() -> Value {
    let number = json!({ "type": "integer" });
    let properties = json!({
        "id": reference("id"),
        "kind": names(["text", "date", "bool", "number", "money", "iban", "select", "place", "file"]),
        "required": { "type": "boolean" },
        "max_chars": { "type": "integer", "minimum": 1, "maximum": ANSWER_CHARS_MAX },
        "digits": { "type": "integer", "minimum": 1, "maximum": ANSWER_CHARS_MAX },
        "format": names(Format::ALL.map(Format::name)),
        "min": number,
        "max": number,
        "not_before": reference("limit"),
        "not_after": reference("limit"),
        "weekday_from": reference("id"),
        "choices": { "type": "array", "minItems": 2, "maxItems": 200, "uniqueItems": true, "items": reference("id") },
        "default": { "type": ["string", "integer"] },
        "shown_when": reference("condition"),
        "fim": reference("fim"),
        "from_card": { "type": "string" },
        "from_table": reference("from_table"),
        "correctable": { "enum": [true, false, "if_blank"] },
        "suggest": names(List::ALL.map(List::name)),
        "instead": reference("id"),
    });
    let mut shape = table(properties, &["id", "kind", "fim"]);
    let needs = |kinds: Value, required: Value| {
        json!({
            "if": { "properties": { "kind": { "enum": kinds } }, "required": ["kind"] },
            "then": { "required": required },
        })
    };
    if let Some(object) = shape.as_object_mut() {
        let rules = json!([
            needs(json!(["text"]), json!(["max_chars"])),
            needs(json!(["number", "money"]), json!(["min", "max"])),
            needs(json!(["select"]), json!(["choices"])),
            { "if": { "required": ["from_card"] }, "then": { "required": ["correctable"] } },
        ]);
        object.insert("allOf".to_owned(), rules);
    }
    shape
}

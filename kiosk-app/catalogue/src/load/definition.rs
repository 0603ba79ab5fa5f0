//! Reads `service.toml`: facts, pages and the ways between them.
use crate::card::Asked;
use crate::fault::{Faults, SourceFile};
use crate::field::{Field, FieldIndex, Page, Step, Value};
use crate::load::view::{At, Parsed, View, shorten};
use crate::load::{card, fields, format_of, graph};
use crate::service::{Cents, Finish};
use crate::situation::Situation;
use crate::text::Text;
use crate::walk::{FIELDS_MAX, PAGES_MAX};
use drivers_api::card::{DataGroup, DataGroups, ReadRequest};
use toml::de::DeValue;

/// Highest fee, 10,000 €; more is a slip.
const FEE_CENTS_MAX: i64 = 1_000_000;
/// Most keywords of a service, all languages together.
const KEYWORDS_MAX: usize = 200;
/// The target that leads to the review.
pub(crate) const END: &str = "end";
/// Longest id of a page, field or choice.
const ID_BYTES_MAX: usize = 64;

/// A service without its texts.
pub(crate) struct Draft {
    pub(crate) leika: String,
    pub(crate) version: String,
    pub(crate) fee: Option<Cents>,
    pub(crate) finish: Finish,
    pub(crate) situations: Vec<Situation>,
    pub(crate) keywords: Vec<String>,
    pub(crate) request: ReadRequest,
    pub(crate) asked: Vec<Asked>,
    pub(crate) pages: Vec<Page>,
    pub(crate) fields: Vec<Field>,
}

/// A page whose ways on aren't resolved yet.
pub(crate) struct RawPage {
    pub(crate) line: usize,
    pub(crate) id: String,
    pub(crate) fields: Vec<FieldIndex>,
    pub(crate) next: Vec<RawStep>,
}

/// A way on, by names.
pub(crate) struct RawStep {
    pub(crate) when: Option<RawCondition>,
    pub(crate) to: At<String>,
}

/// A condition, by names.
pub(crate) struct RawCondition {
    pub(crate) line: usize,
    pub(crate) field: String,
    pub(crate) test: RawTest,
}

/// What a condition asks, before the field's kind is known.
pub(crate) enum RawTest {
    Equals(Value),
    NotEquals(Value),
    IsSet(bool),
}

/// A field whose condition isn't resolved yet.
pub(crate) struct RawField {
    pub(crate) line: usize,
    pub(crate) field: Field,
    pub(crate) shown_when: Option<RawCondition>,
}

/// The definition, unless it has a fault.
pub(crate) fn read(file: &SourceFile, faults: &mut Faults) -> Option<Draft> {
    let before = faults.count();
    let parsed = Parsed::parse(file, faults)?;
    let mut root = parsed.view();
    format_of(&mut root, faults);
    let version = root.text("version", faults).unwrap_or_default();
    let leika = leika(&mut root, faults);
    let finish = card::finish(&mut root, faults);
    let situations = named(
        &mut root,
        "situations",
        "situation",
        Situation::ALL,
        Situation::name,
        faults,
    );
    let keywords = keywords(&mut root, faults);
    let fee = fee(&mut root, faults);
    let groups = data_groups(&mut root, faults);
    let (request, asked) = card::request(&mut root, groups, faults);
    let (pages, raw_fields) = pages(&mut root, finish, faults);
    match finish {
        Finish::Submit => fields::check_all(&root, &raw_fields, &request.groups, faults),
        Finish::Show => card::check_show(&root, &request.groups, faults),
    }
    let resolved = graph::resolve(&root, pages, raw_fields, &asked, faults);
    root.finish(faults);
    let (pages, fields) = resolved;
    (faults.count() == before).then_some(Draft {
        leika,
        version,
        fee,
        finish,
        situations,
        keywords,
        request,
        asked,
        pages,
        fields,
    })
}

/// True for what an id may look like: it becomes a key in texts and conditions.
pub(crate) fn is_id(id: &str) -> bool {
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    (1..=ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(known)
}

/// Reads an id under `key`.
pub(crate) fn id(view: &mut View<'_>, key: &str, faults: &mut Faults) -> Option<String> {
    let id = view.text(key, faults)?;
    if is_id(&id) {
        return Some(id);
    }
    let what = format!("`{}` is no {key}", shorten(&id));
    view.fault(faults, view.line_of(key), what, "use a–z, 0–9 and _, at most 64");
    None
}

/// Reads a condition: `{ field = "…", equals = … }`.
pub(crate) fn condition(view: Option<View<'_>>, faults: &mut Faults) -> Option<RawCondition> {
    let mut view = view?;
    let line = view.line;
    let field = view.text("field", faults);
    let tests = ["equals", "not_equals", "is_set"];
    if tests.iter().filter(|key| view.has(key)).count() != 1 {
        view.fault(
            faults,
            line,
            "a condition asks exactly one thing",
            "write one of equals, not_equals, is_set",
        );
        return None;
    }
    let test = if view.has("is_set") {
        Some(RawTest::IsSet(view.flag("is_set", true, faults)))
    } else if view.has("equals") {
        value(&mut view, "equals", faults).map(RawTest::Equals)
    } else {
        value(&mut view, "not_equals", faults).map(RawTest::NotEquals)
    };
    for key in tests {
        view.value(key);
    }
    view.finish(faults);
    Some(RawCondition {
        line,
        field: field?,
        test: test?,
    })
}

fn value(view: &mut View<'_>, key: &str, faults: &mut Faults) -> Option<Value> {
    match view.value(key)?.value {
        DeValue::Boolean(flag) => Some(Value::Bool(*flag)),
        DeValue::Integer(_) => view.number(key, i64::MIN, i64::MAX, faults).map(Value::Number),
        DeValue::String(_) | DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            view.text(key, faults).map(Value::Text)
        }
    }
}

fn leika(root: &mut View<'_>, faults: &mut Faults) -> String {
    let leika = root.text("leika", faults).unwrap_or_default();
    let is_key = leika.len() == 14 && leika.starts_with("99") && leika.bytes().all(|byte| byte.is_ascii_digit());
    if !leika.is_empty() && !is_key {
        let line = root.line_of("leika");
        root.fault(
            faults,
            line,
            "`leika` is no LeiKa key",
            "14 digits, the first two are 99",
        );
    }
    leika
}

/// `keywords`: what citizens call the service, where its texts don't.
fn keywords(root: &mut View<'_>, faults: &mut Faults) -> Vec<String> {
    let words = root.texts("keywords", faults);
    if let Some(word) = words.get(KEYWORDS_MAX) {
        let what = format!("more than {KEYWORDS_MAX} keywords");
        root.fault(faults, word.line, what, "keep the ones that people say");
    }
    words.into_iter().take(KEYWORDS_MAX).map(|word| word.value).collect()
}

fn fee(root: &mut View<'_>, faults: &mut Faults) -> Option<Cents> {
    let mut view = root.table("fee", "[fee]".to_owned(), faults)?;
    let cents = view.number("cents", 0, FEE_CENTS_MAX, faults);
    if !view.has("cents") {
        view.fault(
            faults,
            view.line,
            "`cents` is missing in [fee]",
            "write the fee in cents, or remove [fee]",
        );
    }
    view.finish(faults);
    cents.and_then(|cents| Cents::try_from(cents).ok())
}

fn data_groups(root: &mut View<'_>, faults: &mut Faults) -> DataGroups {
    let groups = named(
        root,
        "data_groups",
        "data group",
        DataGroup::ALL,
        DataGroup::name,
        faults,
    );
    groups.into_iter().collect()
}

/// A list of names, each known and there once.
fn named<T: Copy + PartialEq, const N: usize>(
    root: &mut View<'_>,
    key: &str,
    what: &str,
    all: [T; N],
    name: fn(T) -> &'static str,
    faults: &mut Faults,
) -> Vec<T> {
    let mut found = Vec::new();
    for At { line, value } in root.texts(key, faults) {
        match all.into_iter().find(|one| name(*one) == value) {
            None => {
                let known = all.map(name).join(", ");
                let wrong = format!("there is no {what} `{}`", shorten(&value));
                root.fault(faults, line, wrong, format!("known: {known}"));
            }
            Some(one) if found.contains(&one) => {
                root.fault(faults, line, format!("`{value}` stands there twice"), "remove one");
            }
            Some(one) => found.push(one),
        }
    }
    found
}

fn pages(root: &mut View<'_>, finish: Finish, faults: &mut Faults) -> (Vec<RawPage>, Vec<RawField>) {
    let (mut pages, mut fields) = (Vec::new(), Vec::new());
    let views = root.tables("page", faults);
    if views.is_empty() && finish == Finish::Submit {
        root.fault(faults, 1, "the service has no page", "add [[page]]");
    }
    if let Some(view) = views.get(PAGES_MAX) {
        root.fault(
            faults,
            view.line,
            format!("more than {PAGES_MAX} pages"),
            "ask less, or make two services of it",
        );
    }
    for mut view in views.into_iter().take(PAGES_MAX) {
        let (line, number) = (view.line, pages.len());
        let id = id(&mut view, "id", faults).unwrap_or_default();
        view.name = format!("page \"{id}\"");
        let first = fields.len();
        for field in view.tables("field", faults) {
            if fields.len() == FIELDS_MAX {
                root.fault(faults, field.line, format!("more than {FIELDS_MAX} fields"), "ask less");
                break;
            }
            fields.push(fields::read(field, number, faults));
        }
        let next = next(&mut view, faults);
        view.finish(faults);
        pages.push(RawPage {
            line,
            id,
            fields: (first..fields.len()).collect(),
            next,
        });
    }
    (pages, fields)
}

fn next(view: &mut View<'_>, faults: &mut Faults) -> Vec<RawStep> {
    let line = view.line_of("next");
    match view.value("next").map(|at| at.value) {
        None => {
            let what = format!("{} doesn't say what comes next", view.name);
            view.fault(
                faults,
                line,
                what,
                format!("add next = \"…\", or next = \"{END}\" for the review"),
            );
            Vec::new()
        }
        Some(DeValue::Array(_)) => {
            let steps = view.tables("next", faults).into_iter().filter_map(|mut step| {
                step.name = "a way on".to_owned();
                let has_when = step.has("when");
                let when = step.table("when", "when".to_owned(), faults);
                let when = condition(when, faults);
                let to = step.text("page", faults).map(|value| At {
                    line: step.line_of("page"),
                    value,
                });
                step.finish(faults);
                // A guard that could not be read must not count as "always".
                (when.is_some() == has_when).then_some(RawStep { when, to: to? })
            });
            steps.collect()
        }
        Some(_) => {
            let to = view.text("next", faults);
            to.map(|value| RawStep {
                when: None,
                to: At { line, value },
            })
            .into_iter()
            .collect()
        }
    }
}

impl From<RawPage> for Page {
    fn from(raw: RawPage) -> Self {
        Self {
            id: raw.id,
            title: Text::default(),
            intro: Text::default(),
            fields: raw.fields,
            next: Vec::<Step>::new(),
        }
    }
}

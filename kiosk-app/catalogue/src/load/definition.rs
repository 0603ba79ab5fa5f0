//! Reads `service.toml`: facts, pages and the ways between them.
use crate::card::Asked;
use crate::facts::Facts;
use crate::fault::{Faults, SourceFile};
use crate::fee::FeeRow;
use crate::field::{Field, FieldIndex, Page, Step};
use crate::load::condition::{self, RawCondition};
use crate::load::follows::{self, RawFollows};
use crate::load::repeat::{self, Laid};
use crate::load::table::Tables;
use crate::load::view::{At, Parsed, View, shorten};
use crate::load::weekdays::{self, RawWeekdays};
use crate::load::{card, facts, fee, fields, format_of, graph, inform, place};
use crate::pay::PayWay;
use crate::repeat::{Copied, Repeat};
use crate::service::{Finish, Period};
use crate::situation::Situation;
use crate::table::Follows;
use crate::text::Text;
use crate::walk::{FIELDS_MAX, PAGES_MAX};
use crate::weekday::OnWeekdays;
use drivers_api::card::{DataGroup, DataGroups, ReadRequest};
use toml::de::DeValue;

/// Most keywords of a service, all languages together.
const KEYWORDS_MAX: usize = 200;
/// Keys at the top of the file; below a heading they would belong to that.
const TOP: [&str; 13] = [
    "format",
    "version",
    "leika",
    "assurance",
    "retention",
    "destination_id",
    "situations",
    "keywords",
    "data_groups",
    "finish",
    "sections",
    "queue",
    "pay",
];
/// The target that leads to the review.
pub(crate) const END: &str = "end";
/// Longest id of a page, field or choice.
const ID_BYTES_MAX: usize = 64;

/// A service without its texts.
pub(crate) struct Draft {
    pub(crate) leika: String,
    pub(crate) version: String,
    pub(crate) period: Period,
    pub(crate) fees: Vec<FeeRow>,
    pub(crate) pay: Vec<PayWay>,
    pub(crate) finish: Finish,
    pub(crate) situations: Vec<Situation>,
    pub(crate) keywords: Vec<String>,
    pub(crate) request: ReadRequest,
    pub(crate) asked: Vec<Asked>,
    pub(crate) facts: Facts,
    pub(crate) pages: Vec<Page>,
    pub(crate) fields: Vec<Field>,
    pub(crate) repeats: Vec<Repeat>,
    pub(crate) follows: Vec<Follows>,
    pub(crate) weekdays: Vec<OnWeekdays>,
    /// Ids of the sections of a service that informs.
    pub(crate) sections: Vec<String>,
    /// The queue of which it gives numbers.
    pub(crate) queue: Option<char>,
}

/// A page whose ways on aren't resolved yet.
pub(crate) struct RawPage {
    pub(crate) line: usize,
    pub(crate) id: String,
    /// Its group, by name.
    pub(crate) repeat: Option<At<String>>,
    pub(crate) copied: Option<Copied>,
    pub(crate) fields: Vec<FieldIndex>,
    pub(crate) next: Vec<RawStep>,
}

/// A way on, by names.
pub(crate) struct RawStep {
    pub(crate) when: Option<RawCondition>,
    pub(crate) to: At<String>,
}

/// A field whose condition isn't resolved yet.
pub(crate) struct RawField {
    pub(crate) line: usize,
    pub(crate) field: Field,
    pub(crate) shown_when: Option<RawCondition>,
    pub(crate) follows: Option<RawFollows>,
    pub(crate) weekdays: Option<RawWeekdays>,
    /// Of a place, by name.
    pub(crate) instead: Option<At<String>>,
}

/// The definition, unless it has a fault.
pub(crate) fn read(file: &SourceFile, tables: &Tables, faults: &mut Faults) -> Option<Draft> {
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
    let period = period(&mut root, faults);
    let fees = fee::read(&mut root, faults);
    let pay = fee::pay(&mut root, finish, !fees.is_empty(), faults);
    let groups = data_groups(&mut root, faults);
    let (request, asked) = card::request(&mut root, groups, faults);
    let card = !request.groups.is_empty() || !asked.is_empty() || request.pseudonym;
    let facts = facts::read(&mut root, finish, card, faults);
    let (pages, mut raw_fields) = pages(&mut root, finish, faults);
    match finish {
        Finish::Submit | Finish::Prepare => fields::check_all(&root, &raw_fields, &request.groups, faults),
        Finish::Show | Finish::Inform => card::check_without_pages(&root, finish, &request.groups, faults),
    }
    let sections = inform::sections(&mut root, finish, faults);
    let queue = inform::queue(&mut root, finish, faults);
    let repeats = repeat::read(&mut root, faults);
    let follows = follows::take(&root, &mut raw_fields, &pages, faults);
    let weekdays = weekdays::take(&root, &mut raw_fields, &pages, faults);
    let places = place::take(&root, &mut raw_fields, &pages, faults);
    let Laid { pages, fields, repeats } = repeat::lay_out(&root, pages, raw_fields, repeats, faults);
    let (pages, mut fields, fees) = graph::resolve(&root, pages, fields, fees, &asked, faults);
    place::resolve(&root, places, &mut fields, faults);
    let follows = follows::resolve(&root, follows, &fields, tables, faults);
    let weekdays = weekdays::resolve(&root, weekdays, &fields, faults);
    root.finish(faults);
    (faults.count() == before).then_some(Draft {
        leika,
        version,
        period,
        fees,
        pay,
        finish,
        situations,
        keywords,
        request,
        asked,
        facts,
        pages,
        fields,
        repeats,
        follows,
        weekdays,
        sections,
        queue,
    })
}

/// True for what an id may look like: it becomes a key in texts and conditions.
pub(crate) fn is_id(id: &str) -> bool {
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    (1..=ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(known)
}

/// Reads an id under `key`.
pub(crate) fn id(view: &mut View<'_>, key: &'static str, faults: &mut Faults) -> Option<String> {
    let id = view.text(key, faults)?;
    if is_id(&id) {
        return Some(id);
    }
    let what = format!("`{}` is no {key}", shorten(&id));
    view.fault(faults, view.line_of(key), what, "use a–z, 0–9 and _, at most 64");
    None
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

/// `[period]`: the days on which the service is offered.
fn period(root: &mut View<'_>, faults: &mut Faults) -> Period {
    let Some(mut view) = root.table("period", "[period]".to_owned(), faults) else {
        return Period::default();
    };
    let period = Period {
        from: fee::day(&mut view, "from", faults),
        until: fee::day(&mut view, "until", faults),
    };
    fee::check_days(&view, period.from, period.until, faults);
    view.finish(faults);
    period
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
pub(super) fn named<T: Copy + PartialEq, const N: usize>(
    root: &mut View<'_>,
    key: &'static str,
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
    if views.is_empty() && finish.files() {
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
        view.strays(&TOP, "[[page]]", faults);
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
        let repeat = view.text_if("repeat", faults).map(|value| At {
            line: view.line_of("repeat"),
            value,
        });
        view.finish(faults);
        pages.push(RawPage {
            line,
            id,
            repeat,
            copied: None,
            fields: (first..fields.len()).collect(),
            next,
        });
    }
    (pages, fields)
}

/// Reads `next`: what comes after a page.
pub(crate) fn next(view: &mut View<'_>, faults: &mut Faults) -> Vec<RawStep> {
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
                let when = condition::read(when, faults);
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
            copied: raw.copied,
            title: Text::default(),
            intro: Text::default(),
            fields: raw.fields,
            next: Vec::<Step>::new(),
        }
    }
}

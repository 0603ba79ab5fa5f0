//! Reads conditions and resolves the names in them: every condition asks about something that was asked before, and
//! for a value that the answer can have.
use crate::card::{Asked, CardQuestion};
use crate::condition::{Condition, Subject, Test, Value};
use crate::day::Limit;
use crate::fault::Faults;
use crate::field::{Field, FieldIndex, FieldKind, PageIndex};
use crate::load::view::{At, View, shorten};
use crate::repeat::authors_id;
use std::collections::BTreeSet;
use toml::de::DeValue;

/// How deep conditions may lie in one another, and how many one may join.
const DEPTH_MAX: usize = 4;
const JOINED_MAX: usize = 50;
/// What the names of the card's answers begin with in a condition; no field's id has a dot.
const CARD: &str = "card.";
/// What a condition can ask of an answer.
const TESTS: [&str; 8] = [
    "equals",
    "not_equals",
    "one_of",
    "is_set",
    "at_least",
    "at_most",
    "before",
    "after",
];

/// A condition, by names.
#[derive(Clone)]
pub(crate) enum RawCondition {
    Asks { line: usize, field: String, test: RawTest },
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

impl RawCondition {
    /// Tells line and name of each field that it asks about.
    pub(crate) fn each(&self, tell: &mut impl FnMut(usize, &str)) {
        match self {
            Self::Asks { line, field, .. } => tell(*line, field),
            Self::All(conditions) | Self::Any(conditions) => conditions.iter().for_each(|one| one.each(tell)),
            Self::Not(condition) => condition.each(tell),
        }
    }

    /// The same about fields of other names.
    pub(crate) fn renamed(&self, name: &impl Fn(&str) -> String) -> Self {
        let all = |conditions: &[Self]| conditions.iter().map(|one| one.renamed(name)).collect();
        match self {
            Self::Asks { line, field, test } => Self::Asks {
                line: *line,
                field: name(field),
                test: test.clone(),
            },
            Self::All(conditions) => Self::All(all(conditions)),
            Self::Any(conditions) => Self::Any(all(conditions)),
            Self::Not(condition) => Self::Not(Box::new(condition.renamed(name))),
        }
    }
}

/// What a condition asks, before the field's kind is known.
#[derive(Clone)]
pub(crate) enum RawTest {
    OneOf(Vec<Value>),
    NotEquals(Value),
    IsSet(bool),
    AtLeast(i64),
    AtMost(i64),
    Before(Limit),
    After(Limit),
}

/// Reads a condition: `{ field = "…", equals = … }`, or `all`, `any`, `not` of such.
pub(crate) fn read(view: Option<View<'_>>, faults: &mut Faults) -> Option<RawCondition> {
    read_at(view?, 1, faults)
}

fn read_at(mut view: View<'_>, depth: usize, faults: &mut Faults) -> Option<RawCondition> {
    let line = view.line;
    let joins: Vec<&str> = ["all", "any", "not"].into_iter().filter(|key| view.has(key)).collect();
    if joins.is_empty() {
        return asks(view, faults);
    }
    if depth == DEPTH_MAX || joins.len() > 1 || view.has("field") {
        let what = "this condition can't be read";
        let mend = format!("write one of all, any, not or field, at most {DEPTH_MAX} in one another");
        view.fault(faults, line, what, mend);
        return None;
    }
    let condition = match joins.first().copied() {
        Some("not") => {
            let inner = view.table("not", "not".to_owned(), faults)?;
            RawCondition::Not(Box::new(read_at(inner, depth + 1, faults)?))
        }
        Some(key) => {
            let views = view.tables(key, faults);
            if !(2..=JOINED_MAX).contains(&views.len()) {
                let what = format!("`{key}` joins {} conditions", views.len());
                view.fault(faults, line, what, format!("join 2 to {JOINED_MAX}"));
                return None;
            }
            let all = views.len();
            let read = views.into_iter().filter_map(|view| read_at(view, depth + 1, faults));
            let read: Vec<RawCondition> = read.collect();
            // One that could not be read must not be passed over.
            if read.len() != all {
                return None;
            }
            if key == "all" {
                RawCondition::All(read)
            } else {
                RawCondition::Any(read)
            }
        }
        None => return None,
    };
    view.finish(faults);
    Some(condition)
}

fn asks(mut view: View<'_>, faults: &mut Faults) -> Option<RawCondition> {
    let line = view.line;
    let field = view.text("field", faults);
    let asked: Vec<&str> = TESTS.into_iter().filter(|key| view.has(key)).collect();
    let [key] = asked[..] else {
        let mend = format!("write one of {}", TESTS.join(", "));
        let unknown = view
            .keys()
            .into_iter()
            .find(|key| key.value != "field" && !TESTS.contains(&key.value.as_str()));
        if let Some(At { line, value }) = unknown {
            let what = format!("a condition can't ask `{}`", shorten(&value));
            view.fault(faults, line, what, mend);
            return None;
        }
        view.fault(faults, line, "a condition asks exactly one thing", mend);
        return None;
    };
    let test = test(&mut view, key, faults);
    view.finish(faults);
    Some(RawCondition::Asks {
        line,
        field: field?,
        test: test?,
    })
}

fn test(view: &mut View<'_>, key: &'static str, faults: &mut Faults) -> Option<RawTest> {
    match key {
        "equals" => value(view, key, faults).map(|value| RawTest::OneOf(vec![value])),
        "not_equals" => value(view, key, faults).map(RawTest::NotEquals),
        "one_of" => {
            let values: Vec<Value> = view
                .texts(key, faults)
                .into_iter()
                .map(|text| Value::Text(text.value))
                .collect();
            if values.is_empty() {
                view.fault(
                    faults,
                    view.line_of(key),
                    "`one_of` names nothing",
                    "name keys of choices",
                );
            }
            (!values.is_empty()).then_some(RawTest::OneOf(values))
        }
        "is_set" => Some(RawTest::IsSet(view.flag(key, true, faults))),
        "at_least" => view.number(key, i64::MIN, i64::MAX, faults).map(RawTest::AtLeast),
        "at_most" => view.number(key, i64::MIN, i64::MAX, faults).map(RawTest::AtMost),
        "before" => limit(view, key, faults).map(RawTest::Before),
        _ => limit(view, key, faults).map(RawTest::After),
    }
}

/// Reads a day: `"2026-01-01"`, `"today + 14 days"`.
pub(crate) fn limit(view: &mut View<'_>, key: &'static str, faults: &mut Faults) -> Option<Limit> {
    let text = view.text_if(key, faults)?;
    let limit = text.parse().ok();
    if limit.is_none() {
        let what = format!("`{}` is no day", shorten(&text));
        let mend = "write it as \"2026-01-31\", \"today\", or \"today + 14 days\" (- and weeks, months, years as well)";
        view.fault(faults, view.line_of(key), what, mend);
    }
    limit
}

fn value(view: &mut View<'_>, key: &'static str, faults: &mut Faults) -> Option<Value> {
    match view.value(key)?.value {
        DeValue::Boolean(flag) => Some(Value::Bool(*flag)),
        DeValue::Integer(_) => view.number(key, i64::MIN, i64::MAX, faults).map(Value::Number),
        DeValue::String(_) | DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            view.text(key, faults).map(Value::Text)
        }
    }
}

/// Where a condition stands: what may be asked there.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// It shows this field of this page.
    Field(PageIndex, FieldIndex),
    /// It decides the way on from this page.
    Step(PageIndex),
    /// It is decided when all is answered.
    End,
}

/// What conditions can be about.
pub(crate) struct Known<'a, 'b> {
    pub(crate) root: &'a View<'b>,
    pub(crate) fields: &'a [Field],
    pub(crate) asked: &'a [Asked],
    /// For each page, the pages that can lie before it, as bits; `None` when no way leads there.
    pub(crate) before: Vec<Option<u128>>,
}

impl Known<'_, '_> {
    /// The condition with its names resolved, unless one has a fault.
    pub(crate) fn condition(&self, raw: RawCondition, place: Place, faults: &mut Faults) -> Option<Condition> {
        let mut all = |raw: Vec<RawCondition>| -> Option<Vec<Condition>> {
            let count = raw.len();
            let resolved = raw.into_iter().filter_map(|raw| self.condition(raw, place, faults));
            Some(resolved.collect::<Vec<_>>()).filter(|resolved| resolved.len() == count)
        };
        match raw {
            RawCondition::All(raw) => all(raw).map(Condition::All),
            RawCondition::Any(raw) => all(raw).map(Condition::Any),
            RawCondition::Not(raw) => Some(Condition::Not(Box::new(self.condition(*raw, place, faults)?))),
            RawCondition::Asks { line, field, test } => match field.strip_prefix(CARD) {
                Some(name) => self.of_card(name, test, line, faults),
                None => self.of_field(&field, test, line, place, faults),
            },
        }
    }

    /// The field of that name, when it has been asked at this place.
    pub(crate) fn field(
        &self,
        name: &str,
        line: usize,
        place: Place,
        faults: &mut Faults,
    ) -> Option<(FieldIndex, &Field)> {
        let found = self.fields.iter().enumerate().find(|(_, field)| field.id == name);
        let name = shorten(name);
        let Some((index, field)) = found else {
            let what = format!("there is no field `{name}`");
            let ids: BTreeSet<&str> = self.fields.iter().map(|field| authors_id(&field.id)).collect();
            let ids: Vec<&str> = ids.into_iter().collect();
            let mend = format!("name a field of this service: {}", shorten(&ids.join(", ")));
            self.root.fault(faults, line, what, mend);
            return None;
        };
        let asked_before = match place {
            Place::End => true,
            Place::Field(page, user) => (field.page == page && index < user) || self.is_before(field.page, page),
            Place::Step(page) => field.page == page || self.is_before(field.page, page),
        };
        if !asked_before {
            let what = format!("field `{name}` hasn't been asked when this is decided");
            let mend = "ask about a field further up on this page or on a page before it";
            self.root.fault(faults, line, what, mend);
        }
        asked_before.then_some((index, field))
    }

    fn is_before(&self, earlier: PageIndex, page: PageIndex) -> bool {
        let before = self.before.get(page).copied().flatten().unwrap_or(u128::MAX);
        before & (1 << earlier) != 0
    }

    fn of_field(&self, name: &str, test: RawTest, line: usize, place: Place, faults: &mut Faults) -> Option<Condition> {
        let (index, field) = self.field(name, line, place, faults)?;
        let mut fitting = |value: Value| self.fitting(field, value, line, faults);
        let test = match test {
            RawTest::OneOf(values) => {
                let count = values.len();
                let fit: Vec<Value> = values.into_iter().filter_map(fitting).collect();
                Test::OneOf(Some(fit).filter(|fit| fit.len() == count)?)
            }
            RawTest::NotEquals(value) => Test::NotEquals(fitting(value)?),
            RawTest::IsSet(_) if field.kind == FieldKind::Bool && !field.required => {
                let what = format!("`{}` is a box to tick, which is always set", shorten(name));
                self.root
                    .fault(faults, line, what, "ask equals = true or equals = false");
                return None;
            }
            RawTest::IsSet(wanted) => Test::IsSet(wanted),
            RawTest::AtLeast(least) => Test::AtLeast(self.counted(field, least, line, faults)?),
            RawTest::AtMost(most) => Test::AtMost(self.counted(field, most, line, faults)?),
            RawTest::Before(limit) => Test::Before(self.dated(field, limit, line, faults)?),
            RawTest::After(limit) => Test::After(self.dated(field, limit, line, faults)?),
        };
        let on = Subject::Field(index);
        Some(Condition::Asks { on, test })
    }

    /// A condition on what the card answered.
    fn of_card(&self, name: &str, test: RawTest, line: usize, faults: &mut Faults) -> Option<Condition> {
        let Some(question) = CardQuestion::ALL.into_iter().find(|question| question.name() == name) else {
            let known = CardQuestion::ALL.map(|question| format!("{CARD}{}", question.name()));
            let what = format!("the card has no answer `{CARD}{}`", shorten(name));
            self.root
                .fault(faults, line, what, format!("known: {}", known.join(", ")));
            return None;
        };
        let Some(asked) = self.asked.iter().find(|asked| asked.question == question) else {
            let what = format!("the card isn't asked for `{CARD}{name}`");
            self.root
                .fault(faults, line, what, format!("add {} to [card]", question.key()));
            return None;
        };
        if asked.exit.is_some() {
            let what = format!("`{CARD}{name}` is always true here: a \"no\" leads to the exit page");
            let mend = format!(
                "write {} = \"go_on\" in [card], or remove the condition",
                question.on_no()
            );
            self.root.fault(faults, line, what, mend);
            return None;
        }
        let test = match test {
            RawTest::OneOf(values) if matches!(values[..], [Value::Bool(_)]) => Test::OneOf(values),
            RawTest::NotEquals(value @ Value::Bool(_)) => Test::NotEquals(value),
            RawTest::OneOf(_)
            | RawTest::NotEquals(_)
            | RawTest::IsSet(_)
            | RawTest::AtLeast(_)
            | RawTest::AtMost(_)
            | RawTest::Before(_)
            | RawTest::After(_) => {
                let what = format!("`{CARD}{name}` is yes or no");
                self.root
                    .fault(faults, line, what, "ask equals = true or equals = false");
                return None;
            }
        };
        let on = Subject::Card(question);
        Some(Condition::Asks { on, test })
    }

    fn fitting(&self, field: &Field, value: Value, line: usize, faults: &mut Faults) -> Option<Value> {
        let (fits, mend) = match (&field.kind, &value) {
            (FieldKind::Text { .. }, value) => (matches!(value, Value::Text(_)), "write a text in quotes".to_owned()),
            (FieldKind::Bool, value) => (matches!(value, Value::Bool(_)), "write true or false".to_owned()),
            (FieldKind::Number { min, max }, value) => (
                matches!(value, Value::Number(number) if (*min..=*max).contains(number)),
                format!("write a number from {min} to {max}"),
            ),
            (FieldKind::Select { choices }, value) => {
                let keys: Vec<&str> = choices.iter().map(|choice| choice.key.as_str()).collect();
                let fits = matches!(value, Value::Text(text) if keys.contains(&text.as_str()));
                (fits, format!("write one of: {}", shorten(&keys.join(", "))))
            }
            (FieldKind::Money { .. }, _) => (false, "ask at_least or at_most, in cents".to_owned()),
            (FieldKind::Iban, _) => (false, "an IBAN can only be asked for with is_set".to_owned()),
            (FieldKind::Place { .. }, _) => (false, "a place can only be asked for with is_set".to_owned()),
            (FieldKind::Date { .. }, _) => (false, "ask before or after, or is_set".to_owned()),
        };
        if !fits {
            self.never(field, line, mend, faults);
        }
        fits.then_some(value)
    }

    /// A bound between the least and the most that the field takes.
    fn counted(&self, field: &Field, bound: i64, line: usize, faults: &mut Faults) -> Option<i64> {
        if let FieldKind::Number { min, max } | FieldKind::Money { min, max } = &field.kind {
            let fits = (*min..=*max).contains(&bound);
            if !fits {
                self.never(field, line, format!("write a number from {min} to {max}"), faults);
            }
            return fits.then_some(bound);
        }
        let mend = "at_least and at_most ask about number and money".to_owned();
        self.never(field, line, mend, faults);
        None
    }

    fn dated(&self, field: &Field, limit: Limit, line: usize, faults: &mut Faults) -> Option<Limit> {
        if matches!(field.kind, FieldKind::Date { .. }) {
            return Some(limit);
        }
        self.never(field, line, "before and after ask about a date".to_owned(), faults);
        None
    }

    fn never(&self, field: &Field, line: usize, mend: String, faults: &mut Faults) {
        let what = format!("field `{}` never has this value", field.id);
        self.root.fault(faults, line, what, mend);
    }
}

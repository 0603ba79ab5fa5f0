//! Typed conditions on answers: what they ask, and what they say when answers are still missing. No script.
use crate::answers::Answers;
use crate::card::CardQuestion;
use crate::check::{cents, whole_number};
use crate::date;
use crate::day::Limit;
use crate::field::{FieldIndex, FieldKind};
use crate::service::Service;
use crate::walk::Reach;

/// A condition.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// About one answer.
    Asks { on: Subject, test: Test },
    /// All of them hold.
    All(Vec<Self>),
    /// One of them holds at least.
    Any(Vec<Self>),
    /// It doesn't hold.
    Not(Box<Self>),
}

/// Whose answer a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// What the citizen answered here.
    Field(FieldIndex),
    /// What the card answered (`card.…`); always with yes or no.
    Card(CardQuestion),
}

/// What a condition asks.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// Answered, and with one of these.
    OneOf(Vec<Value>),
    /// Not answered, or with something else.
    NotEquals(Value),
    /// Answered (`true`) or not (`false`).
    IsSet(bool),
    /// A number or an amount in cents of at least this.
    AtLeast(i64),
    /// A number or an amount in cents of at most this.
    AtMost(i64),
    /// A day before this one.
    Before(Limit),
    /// A day after this one.
    After(Limit),
}

/// A typed value in a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
    Bool(bool),
}

/// What a condition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    Fails,
    /// It depends on a required answer that isn't given yet.
    Open,
}

impl Verdict {
    fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

impl Condition {
    /// The verdict, when each answer it asks for has this one: `Open` counts as unknown (Kleene's logic).
    pub(crate) fn verdict(&self, asked: &mut impl FnMut(Subject, &Test) -> Verdict) -> Verdict {
        match self {
            Self::Asks { on, test } => asked(*on, test),
            Self::Not(condition) => match condition.verdict(asked) {
                Verdict::Holds => Verdict::Fails,
                Verdict::Fails => Verdict::Holds,
                Verdict::Open => Verdict::Open,
            },
            Self::All(conditions) => joined(conditions, Verdict::Fails, Verdict::Holds, asked),
            Self::Any(conditions) => joined(conditions, Verdict::Holds, Verdict::Fails, asked),
        }
    }
}

/// One that says `decides` decides; all that say `otherwise` leave it at that.
fn joined(
    conditions: &[Condition],
    decides: Verdict,
    otherwise: Verdict,
    asked: &mut impl FnMut(Subject, &Test) -> Verdict,
) -> Verdict {
    let mut verdict = otherwise;
    for condition in conditions {
        match condition.verdict(asked) {
            said if said == decides => return decides,
            Verdict::Open => verdict = Verdict::Open,
            Verdict::Holds | Verdict::Fails => {}
        }
    }
    verdict
}

impl Service {
    /// What these answers make of a condition, asked where `reach` has come to.
    pub(crate) fn verdict(&self, condition: &Condition, reach: &Reach, answers: &Answers) -> Verdict {
        condition.verdict(&mut |on, test| self.answer_to(on, test, reach, answers))
    }

    pub(crate) fn answer_to(&self, on: Subject, test: &Test, reach: &Reach, answers: &Answers) -> Verdict {
        let index = match on {
            Subject::Field(index) => index,
            Subject::Card(question) => {
                let said = if answers.card.yes(question) { "true" } else { "false" };
                return Verdict::of(holds(test, Some(said), &FieldKind::Bool, answers));
            }
        };
        let Some(field) = self.fields.get(index) else {
            return Verdict::Fails;
        };
        let shown = reach.shows(index);
        let answer = answers.value(index).filter(|_| shown);
        let box_left_empty = shown && !field.required && field.kind == FieldKind::Bool;
        let answer = answer.or(box_left_empty.then_some("false"));
        if answer.is_none() && shown && field.required {
            return Verdict::Open;
        }
        Verdict::of(holds(test, answer, &field.kind, answers))
    }
}

fn holds(test: &Test, answer: Option<&str>, kind: &FieldKind, answers: &Answers) -> bool {
    // Nothing but numbers and amounts is compared in size.
    let number = || match matches!(kind, FieldKind::Money { .. }) {
        true => cents(answer?),
        false => whole_number(answer?),
    };
    let day = |limit: &Limit| {
        Some((
            date::known_day(&date::parse_canonical(answer?)?)?,
            limit.day(answers.today)?,
        ))
    };
    match test {
        Test::OneOf(values) => answer.is_some_and(|text| values.iter().any(|value| is_value(text, value))),
        Test::NotEquals(value) => !answer.is_some_and(|text| is_value(text, value)),
        Test::IsSet(wanted) => answer.is_some() == *wanted,
        Test::AtLeast(least) => number().is_some_and(|number| number >= *least),
        Test::AtMost(most) => number().is_some_and(|number| number <= *most),
        Test::Before(limit) => day(limit).is_some_and(|(day, limit)| day < limit),
        Test::After(limit) => day(limit).is_some_and(|(day, limit)| day > limit),
    }
}

fn is_value(text: &str, value: &Value) -> bool {
    match value {
        Value::Text(wanted) => text == wanted,
        Value::Number(wanted) => text.parse() == Ok(*wanted),
        Value::Bool(wanted) => text == if *wanted { "true" } else { "false" },
    }
}

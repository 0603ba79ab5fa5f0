//! Resolves the ways between pages and checks them: forward only (so there is no circle), every page reachable, always
//! a way on, and every condition asks about something that was asked before.
use crate::card::{Asked, CardQuestion};
use crate::fault::Faults;
use crate::field::{Condition, Field, FieldIndex, FieldKind, Page, PageIndex, Step, Subject, Test, Value};
use crate::load::definition::{END, RawCondition, RawField, RawPage, RawStep, RawTest};
use crate::load::view::{View, shorten};
use std::collections::BTreeMap;

/// What the names of the card's answers begin with in a condition; no field's id has a dot.
const CARD: &str = "card.";

/// The pages and fields with their ways and conditions.
pub(crate) fn resolve(
    root: &View<'_>,
    mut raw_pages: Vec<RawPage>,
    raw_fields: Vec<RawField>,
    asked: &[Asked],
    faults: &mut Faults,
) -> (Vec<Page>, Vec<Field>) {
    let names = names(root, &raw_pages, faults);
    let steps: Vec<Vec<RawStep>> = raw_pages
        .iter_mut()
        .map(|page| core::mem::take(&mut page.next))
        .collect();
    let lines: Vec<usize> = raw_pages.iter().map(|page| page.line).collect();
    let mut pages: Vec<Page> = raw_pages.into_iter().map(Page::from).collect();
    let (mut fields, mut conditions) = (Vec::new(), Vec::new());
    for RawField { field, shown_when, .. } in raw_fields {
        fields.push(field);
        conditions.push(shown_when);
    }
    let targets: Vec<Vec<Option<PageIndex>>> = steps
        .iter()
        .enumerate()
        .map(|(page, steps)| {
            steps
                .iter()
                .filter_map(|step| target(root, &names, page, step, faults))
                .collect()
        })
        .collect();
    let mut known = Known {
        root,
        fields: &fields,
        asked,
        before: before(&targets),
    };
    known.check_reachable(&pages, &lines, faults);
    let mut ways = Vec::new();
    for (page, steps) in steps.into_iter().enumerate() {
        known.check_ends(&steps, page, &pages, &lines, faults);
        ways.push(known.ways(steps, page, &names, faults));
    }
    let resolved: Vec<Option<Condition>> = conditions
        .into_iter()
        .enumerate()
        .map(|(index, raw)| {
            let page = known.fields.get(index)?.page;
            known.condition(raw?, page, index, faults)
        })
        .collect();
    for (page, next) in pages.iter_mut().zip(ways) {
        page.next = next;
    }
    for (field, shown_when) in fields.iter_mut().zip(resolved) {
        field.shown_when = shown_when;
    }
    (pages, fields)
}

fn names(root: &View<'_>, pages: &[RawPage], faults: &mut Faults) -> BTreeMap<String, PageIndex> {
    let mut names = BTreeMap::new();
    for (index, page) in pages.iter().enumerate().filter(|(_, page)| !page.id.is_empty()) {
        if page.id == END {
            root.fault(
                faults,
                page.line,
                format!("a page can't be called `{END}`"),
                "it means the review",
            );
        } else if names.insert(page.id.clone(), index).is_some() {
            root.fault(
                faults,
                page.line,
                format!("a page `{}` is there already", page.id),
                "give each its own id",
            );
        }
    }
    names
}

/// Where a step leads; `None` when that is no lawful place.
fn target(
    root: &View<'_>,
    names: &BTreeMap<String, PageIndex>,
    from: PageIndex,
    step: &RawStep,
    faults: &mut Faults,
) -> Option<Option<PageIndex>> {
    let name = step.to.value.as_str();
    if name == END {
        return Some(None);
    }
    match names.get(name) {
        None => {
            let what = format!("there is no page `{}`", shorten(name));
            root.fault(
                faults,
                step.to.line,
                what,
                format!("name a page of this service, or \"{END}\""),
            );
            None
        }
        Some(to) if *to <= from => {
            let what = format!("this leads back to page `{name}`, in a circle");
            root.fault(
                faults,
                step.to.line,
                what,
                "lead forward only: to a page further down the file",
            );
            None
        }
        Some(to) => Some(Some(*to)),
    }
}

/// For each page, the pages that can lie before it, as bits; `None` when no way leads there.
fn before(targets: &[Vec<Option<PageIndex>>]) -> Vec<Option<u128>> {
    let mut before: Vec<Option<u128>> = vec![None; targets.len()];
    before.first_mut().into_iter().for_each(|first| *first = Some(0));
    for (page, targets) in targets.iter().enumerate() {
        let Some(so_far) = before.get(page).copied().flatten() else {
            continue;
        };
        for to in targets.iter().flatten() {
            if let Some(slot) = before.get_mut(*to) {
                *slot = Some(slot.unwrap_or_default() | so_far | (1 << page));
            }
        }
    }
    before
}

struct Known<'a, 'b> {
    root: &'a View<'b>,
    fields: &'a [Field],
    asked: &'a [Asked],
    before: Vec<Option<u128>>,
}

impl Known<'_, '_> {
    fn check_reachable(&mut self, pages: &[Page], lines: &[usize], faults: &mut Faults) {
        for ((page, line), before) in pages.iter().zip(lines).zip(&self.before) {
            if before.is_none() {
                let what = format!("no way leads to page `{}`", page.id);
                self.root
                    .fault(faults, *line, what, "name it in another page's `next`, or remove it");
            }
        }
    }

    fn check_ends(&self, steps: &[RawStep], page: PageIndex, pages: &[Page], lines: &[usize], faults: &mut Faults) {
        let line = lines.get(page).copied().unwrap_or(1);
        let name = pages.get(page).map_or("", |page| &page.id);
        match steps.iter().position(|step| step.when.is_none()) {
            None if steps.is_empty() => {} // reported where `next` was read
            None => {
                let what = format!("page `{name}` has no way on when no condition holds");
                self.root
                    .fault(faults, line, what, "end `next` with an entry without `when`");
            }
            Some(last) => {
                for step in steps.iter().skip(last + 1) {
                    let what = "this way is never taken: the one before it has no condition";
                    self.root
                        .fault(faults, step.to.line, what, "put the entry without `when` last");
                }
            }
        }
    }

    fn ways(
        &self,
        steps: Vec<RawStep>,
        page: PageIndex,
        names: &BTreeMap<String, PageIndex>,
        faults: &mut Faults,
    ) -> Vec<Step> {
        let ways = steps.into_iter().filter_map(|step| {
            let to = names.get(&step.to.value).copied();
            let when = match step.when {
                None => None,
                Some(raw) => Some(self.condition(raw, page, usize::MAX, faults)?),
            };
            Some(Step { when, to })
        });
        ways.collect()
    }

    /// A condition used on `page` by the field `user` (or by none: a way on).
    fn condition(
        &self,
        raw: RawCondition,
        page: PageIndex,
        user: FieldIndex,
        faults: &mut Faults,
    ) -> Option<Condition> {
        if let Some(name) = raw.field.strip_prefix(CARD) {
            return self.card_condition(name, raw.test, raw.line, faults);
        }
        let name = shorten(&raw.field);
        let found = self.fields.iter().enumerate().find(|(_, field)| field.id == raw.field);
        let Some((index, field)) = found else {
            self.root.fault(
                faults,
                raw.line,
                format!("there is no field `{name}`"),
                "name a field of this service",
            );
            return None;
        };
        let earlier = self.before.get(page).copied().flatten().unwrap_or(u128::MAX);
        let asked_before = (field.page == page && index < user) || earlier & (1 << field.page) != 0;
        if !asked_before {
            let what = format!("field `{name}` hasn't been asked when this is decided");
            self.root.fault(
                faults,
                raw.line,
                what,
                "ask about a field further up on this page or on a page before it",
            );
            return None;
        }
        let test = match raw.test {
            RawTest::Equals(value) => self.fitting(field, value, raw.line, faults).map(Test::Equals)?,
            RawTest::NotEquals(value) => self.fitting(field, value, raw.line, faults).map(Test::NotEquals)?,
            RawTest::IsSet(_) if field.kind == FieldKind::Bool && !field.required => {
                let what = format!("`{name}` is a box to tick, which is always set");
                self.root
                    .fault(faults, raw.line, what, "ask equals = true or equals = false");
                return None;
            }
            RawTest::IsSet(wanted) => Test::IsSet(wanted),
        };
        let on = Subject::Field(index);
        Some(Condition { on, test })
    }

    /// A condition on what the card answered.
    fn card_condition(&self, name: &str, test: RawTest, line: usize, faults: &mut Faults) -> Option<Condition> {
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
            RawTest::Equals(value @ Value::Bool(_)) => Test::Equals(value),
            RawTest::NotEquals(value @ Value::Bool(_)) => Test::NotEquals(value),
            RawTest::Equals(_) | RawTest::NotEquals(_) | RawTest::IsSet(_) => {
                let what = format!("`{CARD}{name}` is yes or no");
                self.root
                    .fault(faults, line, what, "ask equals = true or equals = false");
                return None;
            }
        };
        let on = Subject::Card(question);
        Some(Condition { on, test })
    }

    fn fitting(&self, field: &Field, value: Value, line: usize, faults: &mut Faults) -> Option<Value> {
        let (fits, mend) = match (&field.kind, &value) {
            (FieldKind::Text { .. }, value) => (matches!(value, Value::Text(_)), "write a text in quotes".to_owned()),
            (FieldKind::Bool, value) => (matches!(value, Value::Bool(_)), "write true or false".to_owned()),
            (FieldKind::Number { min, max }, Value::Number(number)) => (
                (*min..=*max).contains(number),
                format!("write a number from {min} to {max}"),
            ),
            (FieldKind::Number { min, max }, Value::Text(_) | Value::Bool(_)) => {
                (false, format!("write a number from {min} to {max}"))
            }
            (FieldKind::Select { choices }, value) => {
                let keys: Vec<&str> = choices.iter().map(|choice| choice.key.as_str()).collect();
                let fits = matches!(value, Value::Text(text) if keys.contains(&text.as_str()));
                (fits, format!("write one of: {}", shorten(&keys.join(", "))))
            }
            (FieldKind::Iban, _) => (false, "an IBAN can only be asked for with is_set".to_owned()),
            (FieldKind::Date, _) => (false, "a date can only be asked for with is_set".to_owned()),
        };
        if !fits {
            self.root
                .fault(faults, line, format!("field `{}` never has this value", field.id), mend);
        }
        fits.then_some(value)
    }
}

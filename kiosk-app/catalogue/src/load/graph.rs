//! Resolves the ways between pages and checks them: forward only (so there is no circle), every page reachable, always
//! a way on, and every condition asks about something that was asked before.
use crate::card::Asked;
use crate::condition::Condition;
use crate::fault::Faults;
use crate::fee::FeeRow;
use crate::field::{Field, Page, PageIndex, Step};
use crate::load::condition::{Known, Place};
use crate::load::definition::{END, RawField, RawPage, RawStep};
use crate::load::fee::{self, RawFee};
use crate::load::repeat::ANOTHER;
use crate::load::view::{View, shorten};
use std::collections::BTreeMap;

/// The pages and fields with their ways and conditions, and the fees.
pub(crate) fn resolve(
    root: &View<'_>,
    mut raw_pages: Vec<RawPage>,
    raw_fields: Vec<RawField>,
    fees: Vec<RawFee>,
    asked: &[Asked],
    faults: &mut Faults,
) -> (Vec<Page>, Vec<Field>, Vec<FeeRow>) {
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
            known.condition(raw?, Place::Field(page, index), faults)
        })
        .collect();
    let fees = fee::resolve(fees, &known, faults);
    for (page, next) in pages.iter_mut().zip(ways) {
        page.next = next;
    }
    for (field, shown_when) in fields.iter_mut().zip(resolved) {
        field.shown_when = shown_when;
    }
    (pages, fields, fees)
}

fn names(root: &View<'_>, pages: &[RawPage], faults: &mut Faults) -> BTreeMap<String, PageIndex> {
    let mut names = BTreeMap::new();
    for (index, page) in pages.iter().enumerate().filter(|(_, page)| !page.id.is_empty()) {
        if [END, ANOTHER].contains(&page.id.as_str()) {
            root.fault(
                faults,
                page.line,
                format!("a page can't be called `{}`", page.id),
                "it means the review, or another entry of a repeat",
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
                Some(raw) => Some(self.condition(raw, Place::Step(page), faults)?),
            };
            Some(Step { when, to })
        });
        ways.collect()
    }
}

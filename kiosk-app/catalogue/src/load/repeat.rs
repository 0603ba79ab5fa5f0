//! Reads `[[repeat]]` and checks what belongs to it.
use crate::fault::Faults;
use crate::load::condition::RawCondition;
use crate::load::copies;
use crate::load::definition::{RawField, RawPage, RawStep, id, next};
use crate::load::fields::fim_id;
use crate::load::view::{View, shorten};
use crate::repeat::Repeat;
use crate::walk::{FIELDS_MAX, PAGES_MAX};
use std::collections::BTreeMap;

/// Most groups of a service, and how often one can be answered at most.
const REPEATS_MAX: usize = 10;
pub(crate) const COPIES_MAX: i64 = 20;
/// The target that leads to the question for another one.
pub(crate) const ANOTHER: &str = "another";

/// A group whose pages aren't copied yet.
pub(crate) struct RawRepeat {
    pub(crate) line: usize,
    pub(crate) id: String,
    pub(crate) max: usize,
    pub(crate) fim_id: String,
    pub(crate) next: Vec<RawStep>,
}

/// Reads `[[repeat]]`.
pub(crate) fn read(root: &mut View<'_>, faults: &mut Faults) -> Vec<RawRepeat> {
    let views = root.tables("repeat", faults);
    if let Some(view) = views.get(REPEATS_MAX) {
        view.fault(faults, view.line, format!("more than {REPEATS_MAX} groups"), "ask less");
    }
    let mut repeats: Vec<RawRepeat> = Vec::new();
    for mut view in views.into_iter().take(REPEATS_MAX) {
        let line = view.line;
        let id = id(&mut view, "id", faults).unwrap_or_default();
        view.name = format!("repeat \"{id}\"");
        if !view.has("max") {
            let what = format!("{} lacks `max`", view.name);
            view.fault(faults, line, what, "say how often it may be answered");
        }
        let max = view.number("max", 2, COPIES_MAX, faults).unwrap_or(2);
        if repeats.iter().any(|repeat| repeat.id == id) {
            let what = format!("a repeat `{id}` is there already");
            view.fault(faults, line, what, "give each its own id");
        }
        repeats.push(RawRepeat {
            line,
            id,
            max: usize::try_from(max).unwrap_or(2),
            fim_id: fim_id(&mut view, faults),
            next: next(&mut view, faults),
        });
        view.finish(faults);
    }
    repeats
}

/// Pages and fields with all copies, and the groups.
pub(crate) struct Laid {
    pub(crate) pages: Vec<RawPage>,
    pub(crate) fields: Vec<RawField>,
    pub(crate) repeats: Vec<Repeat>,
}

/// Lays out the copies. What is faulty is told; the pages then stand there once.
pub(crate) fn lay_out(
    root: &View<'_>,
    pages: Vec<RawPage>,
    fields: Vec<RawField>,
    repeats: Vec<RawRepeat>,
    faults: &mut Faults,
) -> Laid {
    let before = faults.count();
    check(root, &pages, &fields, &repeats, faults);
    let copies = |page: &RawPage| {
        let own = repeats
            .iter()
            .find(|repeat| page.repeat.as_ref().is_some_and(|at| at.value == repeat.id));
        own.map_or((1, page.fields.len()), |repeat| {
            (repeat.max, repeat.max * (page.fields.len() + 1))
        })
    };
    let pages_in_all: usize =
        pages.iter().map(|page| copies(page).0).sum::<usize>() + repeats.iter().map(|r| r.max).sum::<usize>();
    let fields_in_all: usize = pages.iter().map(|page| copies(page).1).sum();
    if !repeats.is_empty() && (pages_in_all > PAGES_MAX || fields_in_all > FIELDS_MAX) {
        let line = repeats.first().map_or(1, |repeat| repeat.line);
        let what = format!("all repeats together make {pages_in_all} pages and {fields_in_all} fields");
        let mend = format!("lower `max`; there may be {PAGES_MAX} pages and {FIELDS_MAX} fields");
        root.fault(faults, line, what, mend);
    }
    if repeats.is_empty() || faults.count() != before {
        let repeats = Vec::new();
        return Laid { pages, fields, repeats };
    }
    copies::lay_out(pages, fields, repeats)
}

fn check(root: &View<'_>, pages: &[RawPage], fields: &[RawField], repeats: &[RawRepeat], faults: &mut Faults) {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut last = "";
    for page in pages {
        let group = page.repeat.as_ref().map_or("", |at| at.value.as_str());
        if let Some(at) = page
            .repeat
            .as_ref()
            .filter(|at| !repeats.iter().any(|repeat| repeat.id == at.value))
        {
            let what = format!("there is no repeat `{}`", shorten(&at.value));
            root.fault(faults, at.line, what, "add [[repeat]] with this id");
        } else if !group.is_empty() && group != last && known.contains_key(group) {
            let what = format!("pages of the repeat `{group}` stand apart");
            root.fault(faults, page.line, what, "put them one below the other");
        }
        *known.entry(group).or_default() += 1;
        last = group;
        for step in &page.next {
            check_step(root, page, step, pages, faults);
        }
    }
    for repeat in repeats.iter().filter(|repeat| !known.contains_key(repeat.id.as_str())) {
        let what = format!("no page belongs to the repeat `{}`", repeat.id);
        let mend = format!("add repeat = \"{}\" to a page, or remove it", repeat.id);
        root.fault(faults, repeat.line, what, mend);
    }
    for repeat in repeats.iter().filter(|repeat| !repeat.fim_id.is_empty()) {
        let others = repeats.iter().filter(|other| other.fim_id == repeat.fim_id).count();
        if others > 1 || fields.iter().any(|raw| raw.field.fim_id == repeat.fim_id) {
            let what = format!("`{}` is another field's fim id already", shorten(&repeat.fim_id));
            root.fault(
                faults,
                repeat.line,
                what,
                "give each its own; the submission is keyed by them",
            );
        }
    }
    for field in fields.iter().filter(|raw| group_of(pages, raw.field.page).is_some()) {
        if field.field.from_card.is_some() {
            let what = "the card can't fill in a field that is asked several times";
            root.fault(
                faults,
                field.line,
                what,
                "ask about the card's holder on a page of its own",
            );
        }
    }
    check_conditions(root, pages, fields, repeats, faults);
}

/// From outside only to a group's first page; inside only to its own pages and to the question for another one.
fn check_step(root: &View<'_>, page: &RawPage, step: &RawStep, pages: &[RawPage], faults: &mut Faults) {
    let group = |page: &RawPage| page.repeat.as_ref().map(|at| at.value.clone());
    let own = group(page);
    let name = step.to.value.as_str();
    let found = pages.iter().position(|page| page.id == name);
    let to = found.and_then(|at| pages.get(at)).and_then(group);
    let is_first = found.is_some_and(|at| at == 0 || pages.get(at - 1).and_then(group) != to);
    if own.is_some() && name != ANOTHER && to != own {
        let what = format!("`{name}` leads out of the repeat");
        root.fault(
            faults,
            step.to.line,
            what,
            format!("lead to \"{ANOTHER}\"; the repeat's own `next` says what comes then"),
        );
    } else if own != to && to.is_some() && !is_first {
        let what = format!("`{name}` is not the first page of its repeat");
        root.fault(faults, step.to.line, what, "lead to the first");
    }
}

/// The group of a page, by name.
pub(crate) fn group_of(pages: &[RawPage], page: usize) -> Option<&str> {
    pages.get(page)?.repeat.as_ref().map(|at| at.value.as_str())
}

/// What is asked several times can only be asked about within the same entry.
fn check_conditions(
    root: &View<'_>,
    pages: &[RawPage],
    fields: &[RawField],
    repeats: &[RawRepeat],
    faults: &mut Faults,
) {
    let mut uses: Vec<(Option<&str>, &RawCondition)> = Vec::new();
    for page in pages {
        let own = page.repeat.as_ref().map(|at| at.value.as_str());
        uses.extend(page.next.iter().filter_map(|step| Some((own, step.when.as_ref()?))));
    }
    for field in fields {
        uses.extend(
            field
                .shown_when
                .as_ref()
                .map(|when| (group_of(pages, field.field.page), when)),
        );
    }
    for repeat in repeats {
        uses.extend(repeat.next.iter().filter_map(|step| Some((None, step.when.as_ref()?))));
    }
    for (own, condition) in uses {
        condition.each(&mut |line, name| {
            let asked = fields.iter().find(|raw| raw.field.id == name);
            let group = asked.and_then(|raw| group_of(pages, raw.field.page));
            if group.is_some() && group != own {
                let what = format!("`{}` is asked several times", shorten(name));
                root.fault(faults, line, what, "ask about it on the pages of its repeat only");
            }
        });
    }
}

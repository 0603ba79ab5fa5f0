//! Where the citizen stands: the way that answers lead through the pages.
use crate::answers::Answers;
use crate::condition::{Condition, Subject, Verdict};
use crate::field::{FieldIndex, PageIndex};
use crate::service::Service;

/// Most pages of a service. One question a page and a hundred questions is more than anybody answers standing.
pub(crate) const PAGES_MAX: usize = 100;
/// Most fields of a service.
pub(crate) const FIELDS_MAX: usize = 500;

/// Pages and fields that some answers reach. Small and on the stack: it is computed anew at every touch.
pub(crate) struct Reach {
    order: [u8; PAGES_MAX],
    len: usize,
    pages: u128,
    shown: [u64; FIELDS_MAX.div_ceil(64)],
}

impl Reach {
    fn nothing() -> Self {
        Self {
            order: [0; PAGES_MAX],
            len: 0,
            pages: 0,
            shown: [0; FIELDS_MAX.div_ceil(64)],
        }
    }

    /// Pages in order.
    pub(crate) fn pages(&self) -> impl DoubleEndedIterator<Item = PageIndex> + '_ {
        self.order.iter().take(self.len).map(|page| usize::from(*page))
    }

    /// True when the page lies on the path.
    pub(crate) fn has(&self, page: PageIndex) -> bool {
        page < PAGES_MAX && self.pages & (1 << page) != 0
    }

    /// True when the field's page lies on the path and its condition holds.
    pub(crate) fn shows(&self, field: FieldIndex) -> bool {
        self.shown
            .get(field / 64)
            .is_some_and(|word| word & (1 << (field % 64)) != 0)
    }

    fn show(&mut self, field: FieldIndex) {
        if let Some(word) = self.shown.get_mut(field / 64) {
            *word |= 1 << (field % 64);
        }
    }
}

impl Service {
    /// Pages in the order in which these answers lead through them, from the first. Ends at a page whose way on
    /// depends on a required answer that is still missing.
    pub fn path(&self, answers: &Answers) -> Vec<PageIndex> {
        self.walk(answers).pages().collect()
    }

    /// The page after `after`, or the first (`after` = `None`). `None`: the review follows.
    pub fn next_page(&self, after: Option<PageIndex>, answers: &Answers) -> Option<PageIndex> {
        let Some(after) = after else {
            return (!self.pages.is_empty()).then_some(0);
        };
        let reach = self.walk_through(Some(after), answers);
        self.way_on(after, &reach, answers, Verdict::Fails)?
    }

    /// The page before `before`, or the last before the review (`before` = `None`). `None`: there is none before.
    pub fn previous_page(&self, before: Option<PageIndex>, answers: &Answers) -> Option<PageIndex> {
        // Pages only lead forward in the file, so the one before has a smaller number.
        let before = before.unwrap_or(self.pages.len());
        self.walk(answers).pages().rev().find(|page| *page < before)
    }

    /// Fields of the page whose condition holds.
    pub fn shown_fields(&self, page: PageIndex, answers: &Answers) -> Vec<FieldIndex> {
        let reach = self.walk_through(Some(page), answers);
        let fields = self.pages.get(page).map_or(&[][..], |page| &page.fields);
        fields.iter().copied().filter(|field| reach.shows(*field)).collect()
    }

    /// Follows the answers from the first page.
    pub(crate) fn walk(&self, answers: &Answers) -> Reach {
        let mut reach = Reach::nothing();
        let mut at = (!self.pages.is_empty()).then_some(0);
        while let Some(page) = at {
            if reach.len == PAGES_MAX {
                break; // can't be: pages lead forward only, and there are no more
            }
            if let (Some(place), Ok(number)) = (reach.order.get_mut(reach.len), u8::try_from(page)) {
                *place = number;
            }
            reach.len += 1;
            self.visit(page, &mut reach, answers);
            at = self.way_on(page, &reach, answers, Verdict::Open).flatten();
        }
        reach
    }

    /// Pages and fields that these answers don't rule out: the path, and beyond it every branch that is still open.
    pub(crate) fn possible(&self, answers: &Answers) -> Reach {
        let certain = self.walk(answers);
        let mut possible = Reach::nothing();
        possible.pages = u128::from(!self.pages.is_empty());
        for (page, definition) in self.pages.iter().enumerate() {
            if !possible.has(page) {
                continue;
            }
            for field in &definition.fields {
                let when = self.fields.get(*field).and_then(|field| field.shown_when.as_ref());
                if self.outlook(when, &certain, &possible, answers) != Verdict::Fails {
                    possible.show(*field);
                }
            }
            for step in &definition.next {
                let outlook = self.outlook(step.when.as_ref(), &certain, &possible, answers);
                if let (true, Some(to)) = (outlook != Verdict::Fails, step.to) {
                    possible.pages |= 1 << to;
                }
                if outlook == Verdict::Holds {
                    break;
                }
            }
        }
        possible
    }

    /// What a condition may come to; open as long as it isn't certain that its fields are asked.
    fn outlook(&self, when: Option<&Condition>, certain: &Reach, possible: &Reach, answers: &Answers) -> Verdict {
        let Some(when) = when else { return Verdict::Holds };
        when.verdict(&mut |on, test| match on {
            Subject::Field(field) if possible.shows(field) && !certain.shows(field) => Verdict::Open,
            Subject::Field(_) | Subject::Card(_) => self.answer_to(on, test, certain, answers),
        })
    }

    /// As [`Self::walk`], and counts `page` as visited even off the path (a screen that is about to be left).
    pub(crate) fn walk_through(&self, page: Option<PageIndex>, answers: &Answers) -> Reach {
        let mut reach = self.walk(answers);
        if let Some(page) = page.filter(|page| !reach.has(*page)) {
            self.visit(page, &mut reach, answers);
        }
        reach
    }

    fn visit(&self, page: PageIndex, reach: &mut Reach, answers: &Answers) {
        let Some(definition) = self.pages.get(page) else { return };
        reach.pages |= 1 << page;
        for field in &definition.fields {
            let when = self.fields.get(*field).and_then(|field| field.shown_when.as_ref());
            if when.is_none_or(|when| self.verdict(when, reach, answers) == Verdict::Holds) {
                reach.show(*field);
            }
        }
    }

    /// `Some(Some(page))`: there; `Some(None)`: to the review; `None`: not decided. `open` is how an undecided guard
    /// counts: as undecided, or as failing.
    fn way_on(&self, page: PageIndex, reach: &Reach, answers: &Answers, open: Verdict) -> Option<Option<PageIndex>> {
        for step in &self.pages.get(page)?.next {
            let verdict = step
                .when
                .as_ref()
                .map_or(Verdict::Holds, |when| self.verdict(when, reach, answers));
            match if verdict == Verdict::Open { open } else { verdict } {
                Verdict::Holds => return Some(step.to),
                Verdict::Fails => {}
                Verdict::Open => return None,
            }
        }
        None
    }
}

//! Lays out the copies of pages that are answered several times.
use crate::condition::Value;
use crate::field::{Correctable, Field, FieldIndex, FieldKind};
use crate::load::condition::{RawCondition, RawTest};
use crate::load::definition::{RawField, RawPage, RawStep};
use crate::load::repeat::{ANOTHER, Laid, RawRepeat, group_of};
use crate::load::view::At;
use crate::repeat::{Copied, CopyRange, Repeat, copied_id};
use crate::text::Text;

/// Pages and fields with all copies. What is copied has been checked.
pub(crate) fn lay_out(pages: Vec<RawPage>, fields: Vec<RawField>, repeats: Vec<RawRepeat>) -> Laid {
    Layout::of(pages, fields, &repeats)
}

/// Lays pages and fields out anew.
struct Layout<'a> {
    repeats: &'a [RawRepeat],
    old_pages: Vec<RawPage>,
    old_fields: Vec<RawField>,
    laid: Laid,
}

impl Layout<'_> {
    fn of(old_pages: Vec<RawPage>, old_fields: Vec<RawField>, repeats: &[RawRepeat]) -> Laid {
        let laid = Laid {
            pages: Vec::new(),
            fields: Vec::new(),
            repeats: Vec::new(),
        };
        let mut layout = Layout {
            repeats,
            old_pages,
            old_fields,
            laid,
        };
        let mut at = 0;
        while at < layout.old_pages.len() {
            let group = group_of(&layout.old_pages, at);
            let Some(repeat) = repeats.iter().find(|repeat| group == Some(repeat.id.as_str())) else {
                layout.page(at, None);
                at += 1;
                continue;
            };
            let end = (at..layout.old_pages.len())
                .find(|page| group_of(&layout.old_pages, *page) != Some(repeat.id.as_str()))
                .unwrap_or(layout.old_pages.len());
            layout.group(at..end, repeat);
            at = end;
        }
        layout.laid
    }

    fn group(&mut self, old: core::ops::Range<usize>, repeat: &RawRepeat) {
        let number_of_group = self.laid.repeats.len();
        let mut copies = Vec::new();
        for number in 0..repeat.max {
            let (page, field) = (self.laid.pages.len(), self.laid.fields.len());
            let copied = Copied {
                repeat: number_of_group,
                number,
                asks: false,
            };
            for old in old.clone() {
                self.page(old, Some((copied, repeat)));
            }
            copies.push(CopyRange {
                pages: page..self.laid.pages.len(),
                fields: field..self.laid.fields.len(),
            });
            if number + 1 < repeat.max {
                let first = self.old_pages.get(old.start).map_or("", |page| page.id.as_str());
                let first = copied_id(first, number + 1);
                self.question(Copied { asks: true, ..copied }, repeat, first);
            }
        }
        self.laid.repeats.push(Repeat {
            id: repeat.id.clone(),
            fim_id: repeat.fim_id.clone(),
            copies,
        });
    }

    /// A page as it stands in the file, or a copy of it.
    fn page(&mut self, old: usize, copied: Option<(Copied, &RawRepeat)>) {
        let Some(page) = self.old_pages.get(old) else { return };
        let own: Vec<&str> = match copied {
            None => Vec::new(),
            Some((_, repeat)) => {
                let of_group = |raw: &&RawField| group_of(&self.old_pages, raw.field.page) == Some(repeat.id.as_str());
                self.old_fields
                    .iter()
                    .filter(of_group)
                    .map(|raw| raw.field.id.as_str())
                    .collect()
            }
        };
        let renamed = |condition: &RawCondition| match copied {
            None => condition.clone(),
            Some((copied, _)) => condition.renamed(&|name| match own.contains(&name) {
                true => copied_id(name, copied.number),
                false => name.to_owned(),
            }),
        };
        let steps = page.next.iter().flat_map(|step| {
            let when = step.when.as_ref().map(&renamed);
            self.steps(&step.to, when, copied)
        });
        let next: Vec<RawStep> = steps.collect();
        let number = self.laid.pages.len();
        let id = copied.map_or_else(|| page.id.clone(), |(copied, _)| copied_id(&page.id, copied.number));
        let first = self.laid.fields.len();
        for index in &page.fields {
            let Some(raw) = self.old_fields.get(*index) else {
                continue;
            };
            let mut field = raw.field.clone();
            field.page = number;
            if let Some((copied, _)) = copied {
                field.id = copied_id(&field.id, copied.number);
                field.copied = Some(copied);
            }
            self.laid.fields.push(RawField {
                line: raw.line,
                field,
                shown_when: raw.shown_when.as_ref().map(&renamed),
                follows: None, // taken before
                weekdays: None,
                instead: None,
            });
        }
        self.laid.pages.push(RawPage {
            line: page.line,
            id,
            repeat: None,
            copied: copied.map(|(copied, _)| copied),
            fields: (first..self.laid.fields.len()).collect::<Vec<FieldIndex>>(),
            next,
        });
    }

    /// A way on, as it stands in the file or from a copy.
    fn steps(&self, to: &At<String>, when: Option<RawCondition>, copied: Option<(Copied, &RawRepeat)>) -> Vec<RawStep> {
        let value = match copied {
            None => {
                return vec![RawStep {
                    when,
                    to: self.target(to),
                }];
            }
            Some((copied, _)) if to.value != ANOTHER => copied_id(&to.value, copied.number),
            Some((copied, repeat)) if copied.number + 1 < repeat.max => copied_id(&repeat.id, copied.number),
            Some((_, repeat)) => return self.ways_out(repeat, when.as_ref()),
        };
        let to = At { line: to.line, value };
        vec![RawStep { when, to }]
    }

    /// The page that asks for another entry.
    fn question(&mut self, copied: Copied, repeat: &RawRepeat, first: String) {
        let line = repeat.line;
        let id = copied_id(&repeat.id, copied.number);
        let yes = RawCondition::Asks {
            line,
            field: id.clone(),
            test: RawTest::OneOf(vec![Value::Bool(true)]),
        };
        let mut next = vec![RawStep {
            when: Some(yes),
            to: At { line, value: first },
        }];
        next.extend(self.ways_out(repeat, None));
        let field = Field {
            id: id.clone(),
            copied: Some(copied),
            page: self.laid.pages.len(),
            label: Text::default(),
            hint: Text::default(),
            kind: FieldKind::Bool,
            required: true,
            correctable: Correctable::Always,
            digits: None,
            format: None,
            fim_id: String::new(),
            from_card: None,
            shown_when: None,
            default: None,
            suggest: None,
            instead: None,
            paper: false,
        };
        let fields = vec![self.laid.fields.len()];
        self.laid.fields.push(RawField {
            line,
            field,
            shown_when: None,
            follows: None,
            weekdays: None,
            instead: None,
        });
        self.laid.pages.push(RawPage {
            line,
            id,
            repeat: None,
            copied: Some(copied),
            fields,
            next,
        });
    }

    /// The repeat's `next`, under a condition.
    fn ways_out(&self, repeat: &RawRepeat, when: Option<&RawCondition>) -> Vec<RawStep> {
        let ways = repeat.next.iter().map(|step| RawStep {
            when: match (when, &step.when) {
                (None, own) => own.clone(),
                (Some(when), None) => Some(when.clone()),
                (Some(when), Some(own)) => Some(RawCondition::All(vec![when.clone(), own.clone()])),
            },
            to: self.target(&step.to),
        });
        ways.collect()
    }

    /// The first page of a group goes by the name of its first copy.
    fn target(&self, to: &At<String>) -> At<String> {
        let page = self.old_pages.iter().find(|page| page.id == to.value);
        let group = page.and_then(|page| page.repeat.as_ref()).map(|at| at.value.as_str());
        let is_copied = self.repeats.iter().any(|repeat| group == Some(repeat.id.as_str()));
        At {
            line: to.line,
            value: if is_copied {
                copied_id(&to.value, 0)
            } else {
                to.value.clone()
            },
        }
    }
}

//! What a citizen might answer: the published test person, and for every question the first answer that is taken.
use catalogue::{Answers, Choice, FieldIndex, FieldKind, PageIndex, Service, TownMap};
use drivers_api::card::{Authenticity, DataGroup, GroupContent, PartialDate, PersonalData, Place, SpecialFunctions};
use drivers_api::private::PrivateText;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// Ways through the form that are tried at most.
const WAYS_MAX: usize = 300;
/// Days around today that a date is looked for among.
const DAYS: [i32; 14] = [0, 1, -1, 3, 10, 20, 40, 100, -40, -400, -1_500, -6_700, -9_000, -20_000];
/// Answers to a question for text; the first that fits is taken.
const TEXTS: [&str; 7] = [
    "Beispiel",
    "Heidestraße 17",
    "erika@musterstadt.example",
    "0221 123456",
    "K-AB 123",
    "DE02120300000000202051",
    "1",
];

/// Choices that lead somewhere: a field and what is answered there.
pub(super) type Choices = Vec<(FieldIndex, String)>;

/// A form that is being filled in.
pub(super) struct Sample<'a> {
    pub(super) service: &'a Service,
    pub(super) today: Option<Date>,
}

impl Sample<'_> {
    /// For each page choices by which it is reached; none where no single answer after another leads there.
    pub(super) fn ways(&self) -> Vec<Option<Choices>> {
        let mut ways: Vec<Option<Choices>> = vec![None; self.service.page_count()];
        let mut open = VecDeque::from([Choices::new()]);
        let mut tried = 0;
        while let Some(choices) = open.pop_front() {
            tried += 1;
            if tried > WAYS_MAX {
                break;
            }
            let answers = self.answers(&choices, None);
            let path = self.service.path(&answers);
            let mut new = choices.is_empty();
            for page in &path {
                if let Some(way @ None) = ways.get_mut(*page) {
                    *way = Some(choices.clone());
                    new = true;
                }
            }
            // What led nowhere new leads nowhere new with one answer more, mostly.
            if new {
                for field in path.iter().flat_map(|page| self.service.shown_fields(*page, &answers)) {
                    for value in self.deciding(field) {
                        let mut more: Choices = choices.iter().filter(|(at, _)| *at != field).cloned().collect();
                        more.push((field, value));
                        open.push_back(more);
                    }
                }
            }
        }
        ways
    }

    /// Answers of this kind decide ways.
    pub(super) fn deciding(&self, field: FieldIndex) -> Vec<String> {
        match self.service.field(field).kind() {
            FieldKind::Bool => vec!["true".to_owned(), "false".to_owned()],
            FieldKind::Select { choices } => choices.iter().map(|choice| choice.key().to_owned()).collect(),
            FieldKind::Number { min, max } => vec![min.to_string(), max.to_string()],
            FieldKind::Text { .. } | FieldKind::Date { .. } | FieldKind::Money { .. } => Vec::new(),
            FieldKind::Iban | FieldKind::Place { .. } => Vec::new(),
        }
    }

    /// These choices, and whatever else is asked before that page; on all pages without one.
    pub(super) fn answers(&self, choices: &Choices, until: Option<PageIndex>) -> Answers {
        let service = self.service;
        let mut answers = if service.needs_card() {
            service.prefill(&person(service), self.today)
        } else {
            service.blank(self.today)
        };
        for (field, value) in choices {
            service.enter(&mut answers, *field, value);
        }
        let mut done = BTreeSet::new();
        loop {
            let path = service.path(&answers);
            let next = path.into_iter().find(|page| !done.contains(page));
            let Some(page) = next.filter(|page| Some(*page) != until) else {
                return answers;
            };
            done.insert(page);
            // One answer may bring another question onto the page.
            let mut asked = BTreeSet::new();
            while let Some(field) = service
                .shown_fields(page, &answers)
                .into_iter()
                .find(|at| !asked.contains(at))
            {
                asked.insert(field);
                self.answer(page, field, &mut answers);
            }
        }
    }

    /// The first answer that the page takes; none to what may stay open.
    fn answer(&self, page: PageIndex, field: FieldIndex, answers: &mut Answers) {
        let wrong = |answers: &Answers| {
            let problems = self.service.check_page(page, answers);
            problems.iter().any(|(at, _)| *at == field)
        };
        if !wrong(answers) {
            return;
        }
        for text in self.candidates(field) {
            self.service.enter(answers, field, &text);
            if !wrong(answers) {
                return;
            }
        }
    }

    fn candidates(&self, field: FieldIndex) -> Vec<String> {
        let definition = self.service.field(field);
        match definition.kind() {
            FieldKind::Text { .. } => match definition.digits() {
                Some(count) => vec!["1234567890".chars().cycle().take(count).collect()],
                None => TEXTS.map(str::to_owned).into(),
            },
            FieldKind::Date { .. } => {
                let today = self.today.unwrap_or(jiff::civil::date(2026, 11, 24));
                let days = DAYS.into_iter().filter_map(|days| {
                    let span: Span = days.days();
                    today.checked_add(span).ok()
                });
                days.map(|day| format!("{}.{}.{}", day.day(), day.month(), day.year()))
                    .collect()
            }
            FieldKind::Bool => vec!["false".to_owned(), "true".to_owned()],
            FieldKind::Number { min, max } => vec![1.clamp(*min, *max).to_string()],
            FieldKind::Money { min, max } => {
                let cents = 65_000.clamp(*min, *max);
                vec![format!("{},{:02}", cents / 100, cents % 100)]
            }
            FieldKind::Iban => vec!["DE02120300000000202051".to_owned()],
            FieldKind::Place { .. } => {
                let middle = |map: &Arc<TownMap>| map.middle(map.whole()).text().expose().to_owned();
                self.service.town().map().map(middle).into_iter().collect()
            }
            FieldKind::Select { choices } => choices.iter().map(Choice::key).map(str::to_owned).collect(),
        }
    }
}

/// Erika Mustermann, the published test person of the German identity card, as far as the service reads it.
pub(super) fn person(service: &Service) -> PersonalData {
    let groups = service.data_groups().iter().map(|group| (*group, content(*group)));
    PersonalData {
        authenticity: Authenticity::ChipTrusted,
        groups: groups.collect(),
        functions: SpecialFunctions {
            old_enough: Some(true),
            lives_there: Some(true),
            pseudonym: None,
        },
    }
}

fn content(group: DataGroup) -> GroupContent {
    let text = |text: &str| GroupContent::Text(PrivateText::from(text));
    let date = |year, month, day| {
        GroupContent::Date(PartialDate {
            year: Some(year),
            month: Some(month),
            day: Some(day),
        })
    };
    match group {
        DataGroup::FamilyNames => text("MUSTERMANN"),
        DataGroup::GivenNames => text("ERIKA"),
        DataGroup::BirthName => text("GABLER"),
        DataGroup::DateOfBirth => date(1964, 8, 12),
        DataGroup::DateOfExpiry => date(2031, 10, 31),
        DataGroup::Nationality | DataGroup::IssuingState => text("D"),
        DataGroup::DocumentType => text("ID"),
        DataGroup::MunicipalityId => text("02760503150000"),
        DataGroup::PlaceOfBirth => GroupContent::Place(Place::Freetext(PrivateText::from("BERLIN"))),
        DataGroup::PlaceOfResidence => GroupContent::Place(Place::Structured {
            street: Some(PrivateText::from("HEIDESTRASSE 17")),
            city: PrivateText::from("KÖLN"),
            state: None,
            country: PrivateText::from("D"),
            zip: Some(PrivateText::from("51147")),
        }),
        DataGroup::ArtisticName
        | DataGroup::AcademicTitle
        | DataGroup::ResidencePermitI
        | DataGroup::ResidencePermitII
        | DataGroup::PhoneNumber
        | DataGroup::EmailAddress => GroupContent::NotOnChip,
    }
}

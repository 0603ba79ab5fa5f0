//! The form and the review of the whole declaration.
use crate::entrance::{ChoosingService, Requesting};
use crate::on_map::{MapStep, OnMap};
use crate::pay::Paying;
use crate::view::{self, FormField, FormFieldKind, Screen};
use crate::visit::{AnyStage, Expired, Stage, Step};
use crate::{Input, Tap, Terminal, patience};
use catalogue::{Answers, Field, FieldIndex, FieldKind, Finish, PageIndex, Problem, Service};
use core::time::Duration;
use drivers_api::card::{Authenticity, DataGroup, GroupContent, PersonalData};
use drivers_api::language::Language;
use drivers_api::private::{Digits, PrivateText};
use std::sync::Arc;

/// A citizen's case as far as it has come.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) service: Arc<Service>,
    pub(crate) answers: Answers,
    pub(crate) authenticity: Option<Authenticity>,
    /// Day and month of birth (DDMM), where the card told both.
    pub(crate) birthday: Option<Digits>,
}

impl Case {
    pub(crate) fn new(service: Arc<Service>, answers: Answers, person: Option<&PersonalData>) -> Self {
        let authenticity = person.map(|person| person.authenticity);
        Self {
            service,
            answers,
            authenticity,
            birthday: person.and_then(birthday),
        }
    }

    /// A case can wait for its citizen if it can be told who that is, or if no card was read at all.
    fn can_wait(&self) -> bool {
        self.birthday.is_some() || self.authenticity.is_none()
    }

    /// What follows when nobody touched the screen for too long.
    pub(crate) fn left_alone(self, back: impl FnOnce(Self) -> Stage) -> Expired {
        if self.can_wait() {
            Expired::Aside(back(self))
        } else {
            Expired::End
        }
    }
}

fn birthday(person: &PersonalData) -> Option<Digits> {
    let Some(GroupContent::Date(date)) = person.groups.get(&DataGroup::DateOfBirth) else {
        return None;
    };
    let mut digits = Digits::default();
    for part in [date.day?, date.month?] {
        digits.push(part / 10);
        digits.push(part % 10);
    }
    Some(digits)
}

/// A page of the form.
#[derive(Debug)]
pub(crate) struct Filling {
    pub(crate) case: Case,
    page: PageIndex,
    /// What was wrong when "continue" was last touched on this page.
    problems: Vec<(FieldIndex, Problem)>,
    /// The field that was typed in last.
    typing: Option<FieldIndex>,
    /// How its map is looked at, once somebody has touched it.
    on_map: Option<OnMap>,
}

impl Filling {
    /// The first page; a service without pages goes straight to the review.
    pub(crate) fn begin(case: Case) -> Stage {
        match case.service.next_page(None, &case.answers) {
            Some(page) => Self::at(case, page),
            None => Stage::Reviewing(Reviewing { case }),
        }
    }

    pub(crate) fn at(case: Case, page: PageIndex) -> Stage {
        Stage::Filling(Self {
            case,
            page,
            problems: Vec::new(),
            typing: None,
            on_map: None,
        })
    }

    fn look(&mut self, field: FieldIndex, step: MapStep) {
        if !self.case.service.page(self.page).fields().contains(&field) {
            return;
        }
        if let Some((on_map, entered)) = OnMap::step(self.on_map, &self.case, field, step) {
            self.on_map = Some(on_map);
            if let Some(text) = entered {
                self.enter(field, &text);
            }
        }
    }

    fn enter(&mut self, field: FieldIndex, text: &PrivateText) {
        if !self.case.service.page(self.page).fields().contains(&field) {
            return;
        }
        self.typing = Some(field);
        self.case.service.enter(&mut self.case.answers, field, text.expose());
        if !self.problems.is_empty() {
            let still = self.case.service.check_page(self.page, &self.case.answers);
            let before = core::mem::take(&mut self.problems);
            self.problems = still
                .into_iter()
                .filter(|(at, _)| before.iter().any(|(old, _)| old == at))
                .collect();
        }
    }

    fn next(mut self) -> Stage {
        self.problems = self.case.service.check_page(self.page, &self.case.answers);
        if !self.problems.is_empty() {
            return Stage::Filling(self);
        }
        self.case.service.prune(&mut self.case.answers);
        match self.case.service.next_page(Some(self.page), &self.case.answers) {
            Some(page) => Self::at(self.case, page),
            None => Reviewing::begin(self.case),
        }
    }

    fn back(self) -> Stage {
        match self.case.service.previous_page(Some(self.page), &self.case.answers) {
            Some(page) => Self::at(self.case, page),
            // Without a card nothing but this page's answers would be asked again.
            None if self.case.authenticity.is_none() => Stage::Request(Requesting {
                service: self.case.service,
                chosen_from: ChoosingService::default(),
            }),
            None => Stage::Filling(self),
        }
    }

    fn leave_out(mut self) -> Stage {
        match self.case.service.leave_out(&mut self.case.answers, self.page) {
            Some(page) => Self::at(self.case, page),
            None => Stage::Filling(self),
        }
    }

    /// How many pages there are, once the answers decide it; 0 before.
    fn pages_known(&self, path: &[PageIndex]) -> usize {
        let last = path.last().copied().unwrap_or(self.page);
        let decided = self.case.service.next_page(Some(last), &self.case.answers).is_none();
        if decided { path.len().max(1) } else { 0 }
    }

    fn form_field(&self, index: FieldIndex, language: Language, terminal: &Terminal) -> FormField {
        let field = self.case.service.field(index);
        let answer = self.case.answers.get(index);
        let problem = self.problems.iter().find(|(at, _)| *at == index);
        let value = self.case.service.input_text(index, &self.case.answers);
        let suggestions = if self.typing == Some(index) {
            let service = &self.case.service;
            terminal.catalogue.suggestions(service, field, value.expose(), language)
        } else {
            Vec::new()
        };
        let editable = self.case.service.editable(index, &self.case.answers);
        let map = OnMap::view(self.on_map, &self.case, index, language);
        let kind = match map {
            Some(map) => FormFieldKind::Place(Box::new(map)),
            None => form_field_kind(field, language),
        };
        // What nobody can choose isn't shown as a choice.
        let (kind, value) = if matches!(kind, FormFieldKind::Select { .. }) && !editable {
            let told = self.case.service.value_text(index, &self.case.answers, language);
            (FormFieldKind::Text, told)
        } else {
            (kind, value)
        };
        FormField {
            field: index,
            label: field.label(language).to_owned(),
            hint: field.hint(language).to_owned(),
            kind,
            value,
            from_card: answer.is_some_and(|answer| answer.from_card),
            editable,
            required: field.required(),
            error: problem.map(|(_, problem)| problem.text(language)),
            suggestions,
        }
    }
}

fn form_field_kind(field: &Field, language: Language) -> FormFieldKind {
    match field.kind() {
        FieldKind::Text { .. } if field.digits().is_some() => FormFieldKind::Digits,
        FieldKind::Text { .. } => FormFieldKind::Text,
        FieldKind::Place { .. } => FormFieldKind::Text, // without a map it isn't asked
        FieldKind::Date { .. } => FormFieldKind::Date,
        FieldKind::Money { .. } => FormFieldKind::Money,
        FieldKind::Iban => FormFieldKind::Iban,
        FieldKind::Bool => FormFieldKind::YesNo,
        FieldKind::Number { min, max } => FormFieldKind::Number { min: *min, max: *max },
        FieldKind::Select { choices } => {
            let choice = |choice: &catalogue::Choice| view::FormChoice {
                key: choice.key().to_owned(),
                label: choice.label(language).to_owned(),
            };
            FormFieldKind::Select {
                choices: choices.iter().map(choice).collect(),
            }
        }
    }
}

impl AnyStage for Filling {
    const NAME: &'static str = "filling";
    const PATIENCE: Duration = patience::FORM;

    fn handle(mut self, input: Input, _language: Language, _step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Enter { field, text }) => self.enter(field, &text),
            Input::Tap(Tap::Map { field, step }) => self.look(field, step),
            Input::Tap(Tap::Continue) => return self.next(),
            Input::Tap(Tap::Back) => return self.back(),
            Input::Tap(Tap::LeaveOut) => return self.leave_out(),
            _ => {}
        }
        Stage::Filling(self)
    }

    fn expired(self, _language: Language, _step: &mut Step<'_>) -> Expired {
        let Self {
            case,
            page,
            problems,
            typing,
            on_map,
        } = self;
        case.left_alone(|case| {
            Stage::Filling(Self {
                case,
                page,
                problems,
                typing,
                on_map,
            })
        })
    }

    fn screen(&self, language: Language, terminal: &Terminal) -> Screen {
        let service = &self.case.service;
        let page = service.page(self.page);
        let path = service.path(&self.case.answers);
        let fields = service.shown_fields(self.page, &self.case.answers);
        Screen::Form(view::Form {
            page: self.page,
            title: page.title(language).to_owned(),
            intro: page.intro(language).to_owned(),
            position: path.iter().position(|page| *page == self.page).map_or(1, |at| at + 1),
            of: self.pages_known(&path),
            leave_out: service.can_leave_out(self.page, &self.case.answers),
            fields: fields
                .into_iter()
                .map(|field| self.form_field(field, language, terminal))
                .collect(),
        })
    }

    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        self.case.service.language_of_texts(language)
    }

    fn has_back(&self) -> bool {
        let first = self
            .case
            .service
            .previous_page(Some(self.page), &self.case.answers)
            .is_none();
        !first || self.case.authenticity.is_none()
    }

    fn has_work(&self) -> bool {
        true
    }
}

/// The whole declaration before it is submitted (VwVfG §3a(5)).
#[derive(Debug)]
pub(crate) struct Reviewing {
    pub(crate) case: Case,
}

impl Reviewing {
    /// Leads back to the first page that isn't complete, if there is one.
    fn begin(case: Case) -> Stage {
        match case.service.first_incomplete(&case.answers) {
            Some(page) => Filling::at(case, page),
            None => Stage::Reviewing(Self { case }),
        }
    }
}

impl AnyStage for Reviewing {
    const NAME: &'static str = "reviewing";
    const PATIENCE: Duration = patience::REVIEW;

    fn handle(self, input: Input, language: Language, step: &mut Step<'_>) -> Stage {
        match input {
            Input::Tap(Tap::Continue) => Paying::begin(self.case, language, step),
            Input::Tap(Tap::Change(page)) if self.case.service.path(&self.case.answers).contains(&page) => {
                Filling::at(self.case, page)
            }
            Input::Tap(Tap::Back) => match self.case.service.previous_page(None, &self.case.answers) {
                Some(page) => Filling::at(self.case, page),
                None => Stage::Reviewing(self),
            },
            _ => Stage::Reviewing(self),
        }
    }

    fn expired(self, _language: Language, _step: &mut Step<'_>) -> Expired {
        self.case.left_alone(|case| Stage::Reviewing(Self { case }))
    }

    fn screen(&self, language: Language, _terminal: &Terminal) -> Screen {
        let Case {
            service,
            answers,
            authenticity,
            ..
        } = &self.case;
        Screen::Review(view::Review {
            service: service.title(language).to_owned(),
            declaration: service.declaration(answers, language),
            authenticity: *authenticity,
            prepared: service.finish() == Finish::Prepare,
        })
    }

    fn texts_in(&self, language: Language, _terminal: &Terminal) -> Language {
        self.case.service.language_of_texts(language)
    }

    fn has_back(&self) -> bool {
        self.case.service.previous_page(None, &self.case.answers).is_some()
    }

    fn has_work(&self) -> bool {
        true
    }
}

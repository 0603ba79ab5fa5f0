//! The whole declaration in words: what the citizen reads before submitting, and what the receipt keeps as the copy
//! that VwVfG §3a(5) asks for.
use crate::answers::Answers;
use crate::check::{cents, whole_number};
use crate::field::{FieldIndex, FieldKind, HandedIn, PageIndex};
use crate::service::Service;
use crate::words::{Word, fill};
use crate::{date, iban};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;

/// A declaration. Holds personal data.
#[derive(Debug)]
pub struct Declaration {
    /// What the card confirmed, if it was asked, and one section for each page on the path that has fields.
    pub sections: Vec<Section>,
    /// Closing words above "submit"; names the fee, if there is one.
    pub statement: String,
    /// The fee in words, if there is one.
    pub fee: Option<String>,
    /// The papers that are still to be handed in, by name, and how.
    pub papers: Vec<(String, String)>,
}

/// What one page asked, or what the card confirmed.
#[derive(Debug)]
pub struct Section {
    /// The page's title, or a heading for the card's answers.
    pub title: String,
    /// The page, to go back and change it; `None` where nothing can be changed: the card said it.
    pub page: Option<PageIndex>,
    /// Its answers.
    pub rows: Vec<DeclarationRow>,
}

/// One answer in words.
#[derive(Debug)]
pub struct DeclarationRow {
    /// What was asked.
    pub label: String,
    /// The answer: yes/no in words, choices by their label, dates written out.
    pub value: PrivateText,
    /// True when it is what the card said.
    pub from_card: bool,
}

impl Service {
    /// The declaration that these answers make. Answers off the path don't appear, whether pruned or not.
    pub fn declaration(&self, answers: &Answers, language: Language) -> Declaration {
        let reach = self.walk(answers);
        let mut sections: Vec<Section> = self.confirmed(answers, language).into_iter().collect();
        for page in reach.pages() {
            let Some(definition) = self.pages.get(page) else {
                continue;
            };
            // That there is another one, the next section says.
            let goes_on = |field: FieldIndex| {
                let asks = self
                    .fields
                    .get(field)
                    .and_then(|field| field.copied)
                    .is_some_and(|copied| copied.asks);
                asks && answers.value(field) == Some("true")
            };
            let shown = definition.fields.iter();
            let shown = shown.filter(|field| reach.shows(**field) && !goes_on(**field));
            let rows: Vec<DeclarationRow> = shown.filter_map(|field| self.row(*field, answers, language)).collect();
            if !rows.is_empty() {
                sections.push(Section {
                    title: definition.title(language).to_owned(),
                    page: Some(page),
                    rows,
                });
            }
        }
        let fee = self.fee_text(answers, language);
        Declaration {
            sections,
            statement: self.closing_words(fee.as_deref(), language),
            fee,
            papers: self.papers(answers, language),
        }
    }

    /// The papers that are still to be handed in.
    fn papers(&self, answers: &Answers, language: Language) -> Vec<(String, String)> {
        let reach = self.walk(answers);
        let fields = self.fields.iter().enumerate();
        let papers = fields.filter(|(index, field)| field.paper && reach.shows(*index));
        let missing = papers.filter_map(|(index, field)| {
            let answer = answers.value(index)?;
            let way = HandedIn::ALL.into_iter().find(|way| way.key() == answer)?;
            let still = way != HandedIn::Known;
            still.then(|| {
                let how = self.words.text(way.word(), language);
                (field.label(language).to_owned(), how.to_owned())
            })
        });
        missing.collect()
    }

    /// What happens after filing, beginning with the papers that are still to be handed in.
    pub fn next_steps_after(&self, answers: &Answers, language: Language) -> String {
        let steps = self.next_steps(language).trim_end();
        let papers: Vec<String> = self
            .papers(answers, language)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        if papers.is_empty() {
            return steps.to_owned();
        }
        let line = self.words.text(Word::PapersLine, language);
        format!("{}\n{steps}", fill(line, &[("papers", &papers.join(", "))]))
    }

    /// The answer in words, as the declaration tells it ("12. August 1964", "Ja", a choice's label). "No answer" in
    /// words when there is none.
    pub fn value_text(&self, field: FieldIndex, answers: &Answers, language: Language) -> PrivateText {
        let Some(definition) = self.fields.get(field) else {
            return PrivateText::default();
        };
        let word = |word| PrivateText::from(self.words.text(word, language));
        let Some(text) = answers.value(field) else {
            let unticked = definition.kind == FieldKind::Bool && !definition.required;
            return word(if unticked { Word::AnswerNo } else { Word::AnswerBlank });
        };
        match &definition.kind {
            FieldKind::Text { .. } => PrivateText::from(text),
            FieldKind::Iban => iban::grouped(text),
            FieldKind::Place { .. } => self.place_text(text, language),
            FieldKind::Money { .. } => match cents(text) {
                Some(cents) => PrivateText::new(self.words.amount(cents, language)),
                None => PrivateText::from(text),
            },
            FieldKind::Date { .. } => match date::parse_canonical(text) {
                Some(date) => date::in_words(&date, &self.words, language),
                None => PrivateText::from(text),
            },
            FieldKind::Bool => word(if text == "true" {
                Word::AnswerYes
            } else {
                Word::AnswerNo
            }),
            FieldKind::Number { .. } => match whole_number(text) {
                Some(number) => PrivateText::new(number.to_string()),
                None => PrivateText::from(text),
            },
            FieldKind::Select { choices } => {
                let choice = choices.iter().find(|choice| choice.key == text);
                PrivateText::from(choice.map_or(text, |choice| choice.label(language)))
            }
        }
    }

    pub(crate) fn row(&self, index: FieldIndex, answers: &Answers, language: Language) -> Option<DeclarationRow> {
        let field = self.fields.get(index)?;
        Some(DeclarationRow {
            label: field.label(language).to_owned(),
            value: self.value_text(index, answers, language),
            from_card: answers.get(index).is_some_and(|answer| answer.from_card),
        })
    }

    fn closing_words(&self, fee: Option<&str>, language: Language) -> String {
        let statement = self.statement(language);
        match fee {
            None => statement.to_owned(),
            Some(fee) => {
                let line = fill(
                    self.words.text(Word::FeeLine, language),
                    &[("fee", fee.trim_end_matches('.'))],
                );
                format!("{statement}\n{line}")
            }
        }
    }
}

//! What a service asks of the card without reading the data: questions that the card itself answers with yes or no
//! (TR-03110-4 §2.2.3: age verification, community ID verification), and the pseudonym.
use crate::answers::Answers;
use crate::declaration::{DeclarationRow, Section};
use crate::service::Service;
use crate::text::Text;
use crate::words::{Word, fill};
use drivers_api::card::{DataGroup, PersonalData, ReadRequest};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;

/// Hexadecimal digits of a pseudonym (TR-03110-2 §3.6: 32 bytes).
const PSEUDONYM_DIGITS: usize = 64;

/// A question that the card answers with yes or no, and with nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardQuestion {
    /// Whether the holder has reached the age (`age_at_least`), without the date of birth.
    OldEnough,
    /// Whether the holder lives in the municipality (`municipality`), without the address.
    LivesThere,
}

impl CardQuestion {
    /// Both, in the order in which they are told.
    pub(crate) const ALL: [Self; 2] = [Self::OldEnough, Self::LivesThere];

    /// Its name in conditions, after `card.`, and in the submission.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OldEnough => "old_enough",
            Self::LivesThere => "lives_there",
        }
    }

    /// The key in `[card]` that asks it.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::OldEnough => "age_at_least",
            Self::LivesThere => "municipality",
        }
    }

    /// The key in `[card]` that says what a "no" leads to, and the name of its exit page.
    pub fn on_no(self) -> &'static str {
        match self {
            Self::OldEnough => "too_young",
            Self::LivesThere => "lives_elsewhere",
        }
    }

    /// Key of the answer in the submission.
    pub(crate) fn submission_key(self) -> &'static str {
        match self {
            Self::OldEnough => "schalter.card.old_enough",
            Self::LivesThere => "schalter.card.lives_there",
        }
    }
}

/// A question that a service asks the card.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) question: CardQuestion,
    /// A "no" leads to this page and no further; without it, conditions decide.
    pub(crate) exit: Option<ExitPage>,
}

/// What somebody reads whom a service can't serve: why, and the way on.
#[derive(Debug, Default)]
pub(crate) struct ExitPage {
    pub(crate) title: Text,
    pub(crate) text: Text,
}

/// What the card answered. A question without an answer counts as "no": nothing is proven then.
#[derive(Debug, Default)]
pub(crate) struct CardAnswers {
    old_enough: bool,
    lives_there: bool,
    pseudonym: Option<PrivateText>,
}

impl CardAnswers {
    pub(crate) fn of(person: &PersonalData) -> Self {
        let functions = &person.functions;
        let is_pseudonym = |text: &&PrivateText| {
            text.expose().len() == PSEUDONYM_DIGITS && text.expose().bytes().all(|b| b.is_ascii_hexdigit())
        };
        Self {
            old_enough: functions.old_enough == Some(true),
            lives_there: functions.lives_there == Some(true),
            pseudonym: functions
                .pseudonym
                .as_ref()
                .filter(is_pseudonym)
                .map(PrivateText::duplicate),
        }
    }

    pub(crate) fn yes(&self, question: CardQuestion) -> bool {
        match question {
            CardQuestion::OldEnough => self.old_enough,
            CardQuestion::LivesThere => self.lives_there,
        }
    }

    pub(crate) fn pseudonym(&self) -> Option<&PrivateText> {
        self.pseudonym.as_ref()
    }
}

impl Service {
    /// True when a card is needed: something is read from it, or asked of it.
    pub fn needs_card(&self) -> bool {
        !self.request.groups.is_empty() || !self.asked.is_empty() || self.request.pseudonym
    }

    /// What the card is asked beside the data groups, each in whole sentences: the question, and what it doesn't tell.
    /// Shown before the PIN (PAuswG §18(4)). A pseudonym is told where `request`, which will be read, has it.
    pub fn card_questions(&self, request: &ReadRequest, language: Language) -> Vec<String> {
        let mut questions = Vec::new();
        for Asked { question, .. } in &self.asked {
            let (group, not_told) = match question {
                CardQuestion::OldEnough => (DataGroup::DateOfBirth, Word::CardNoDate),
                CardQuestion::LivesThere => (DataGroup::PlaceOfResidence, Word::CardNoAddress),
            };
            // Who reads the date all the same must not say that it stays on the card.
            let note = if self.request.groups.contains(&group) {
                Word::CardYesOrNo
            } else {
                not_told
            };
            questions.push(format!(
                "{} {}",
                self.question_text(*question, language),
                self.words.text(note, language)
            ));
        }
        if request.pseudonym {
            let word = |word| self.words.text(word, language);
            let mut told = format!("{}. {}", word(Word::CardPseudonym), word(Word::CardPseudonymNote));
            if self.finish.files() {
                told.push(' ');
                told.push_str(word(Word::CardPseudonymFind));
            }
            questions.push(told);
        }
        questions
    }

    /// The question to which the card said no and which leads out of the service; `None` when it can go on.
    pub fn exit(&self, answers: &Answers) -> Option<CardQuestion> {
        let refused = |asked: &&Asked| asked.exit.is_some() && !answers.card.yes(asked.question);
        self.asked.iter().find(refused).map(|asked| asked.question)
    }

    /// The questions of which a "no" leads out of the service.
    pub fn exits(&self) -> impl Iterator<Item = CardQuestion> {
        let leads_out = self.asked.iter().filter(|asked| asked.exit.is_some());
        leads_out.map(|asked| asked.question)
    }

    /// Heading and text of the page that such a "no" leads to; empty where it leads to none.
    pub fn exit_page(&self, question: CardQuestion, language: Language) -> (&str, &str) {
        let exit = self
            .asked
            .iter()
            .find(|asked| asked.question == question)
            .and_then(|asked| asked.exit.as_ref());
        exit.map_or(("", ""), |exit| (exit.title.get(language), exit.text.get(language)))
    }

    /// The question in words, without a note.
    pub(crate) fn question_text(&self, question: CardQuestion, language: Language) -> String {
        match question {
            CardQuestion::OldEnough => {
                let years = self.request.age_at_least.unwrap_or_default().to_string();
                fill(self.words.text(Word::CardOldEnough, language), &[("years", &years)])
            }
            CardQuestion::LivesThere => self.texts.lives_there.get(language).to_owned(),
        }
    }

    /// What the card confirmed, as a section of the declaration: the answers, never the data behind them.
    pub(crate) fn confirmed(&self, answers: &Answers, language: Language) -> Option<Section> {
        let word = |word| self.words.text(word, language);
        let answer = |asked: &Asked| DeclarationRow {
            label: self.question_text(asked.question, language),
            value: PrivateText::from(word(match answers.card.yes(asked.question) {
                true => Word::AnswerYes,
                false => Word::AnswerNo,
            })),
            from_card: true,
        };
        let mut rows: Vec<DeclarationRow> = self.asked.iter().map(answer).collect();
        // Beside data groups it may not have been asked: nothing is said of it then.
        if self.request.pseudonym && (answers.card.pseudonym().is_some() || self.request.groups.is_empty()) {
            // The pseudonym itself is of no use to a reader, and a paper that carries it could be traced.
            rows.push(DeclarationRow {
                label: word(Word::CardPseudonym).to_owned(),
                value: PrivateText::from(word(match answers.card.pseudonym() {
                    Some(_) => Word::CardPseudonymSent,
                    None => Word::AnswerBlank,
                })),
                from_card: true,
            });
        }
        (!rows.is_empty()).then(|| Section {
            title: word(Word::CardHeading).to_owned(),
            page: None,
            rows,
        })
    }
}

//! What became of a case, as far as words and papers go: the town's own words around an inquiry, a letter of the
//! authority on paper, and the proof that a citizen has withdrawn.
use crate::catalogue::Catalogue;
use crate::filing::LocalTime;
use crate::service::{Service, ServiceId};
use crate::words::{Word, fill};
use drivers_api::document::{Block, Document, Row};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use std::sync::Arc;

/// A letter of the authority, opened.
#[derive(Debug)]
pub struct LetterText {
    /// What it is about.
    pub title: PrivateText,
    /// Who wrote it.
    pub issuer: PrivateText,
    /// When.
    pub issued_at: LocalTime,
    /// What it says, in reading order.
    pub pieces: Vec<LetterPiece>,
}

/// A piece of a letter.
#[derive(Debug)]
pub enum LetterPiece {
    /// A heading.
    Heading(PrivateText),
    /// Running text.
    Paragraph(PrivateText),
    /// A name and its value. The name tells what the value is ("Aktenzeichen"), nothing of the citizen.
    Row {
        /// What it is.
        name: PrivateText,
        /// The value.
        value: PrivateText,
    },
}

impl Catalogue {
    /// A moment in the town's words: "23. November 2026, 9:41 Uhr".
    pub fn moment(&self, at: LocalTime, language: Language) -> String {
        at.text_in(&self.words, language)
    }

    /// What an inquiry is called.
    pub fn follow_up_title(&self, language: Language) -> &str {
        self.words.text(Word::FollowUpTitle, language)
    }

    /// Why the card's pseudonym is read for it, and by which law (PAuswG §18(4)).
    pub fn follow_up_purpose(&self, language: Language) -> (&str, &str) {
        let word = |word| self.words.text(word, language);
        (word(Word::FollowUpPurpose), word(Word::FollowUpLegalBasis))
    }

    /// What a pseudonym is, in whole sentences.
    pub fn pseudonym_question(&self, language: Language) -> String {
        let word = |word| self.words.text(word, language);
        format!("{}. {}", word(Word::CardPseudonym), word(Word::CardPseudonymNote))
    }

    /// The service that a case was filed for: by its folder, else by its LeiKa key where only one has it. Services come
    /// and go; the case stays.
    pub fn service_of_case(&self, folder: Option<&str>, leika: &str) -> Option<&Arc<Service>> {
        if let Some(service) = folder.and_then(|folder| self.service(&ServiceId::new(folder))) {
            return Some(service);
        }
        let mut alike = self.services.iter().filter(|service| service.leika() == leika);
        alike.next().filter(|_| alike.next().is_none())
    }

    /// Name of what a case was filed for, and its language; "your application" where the town no longer offers it.
    pub fn case_title(&self, folder: Option<&str>, leika: &str, language: Language) -> (String, Language) {
        match self.service_of_case(folder, leika) {
            Some(service) => (service.title(language).to_owned(), service.language_of_texts(language)),
            None => (self.words.text(Word::FollowUpCase, language).to_owned(), language),
        }
    }

    /// A letter on paper, in the language in which authorities write (VwVfG §23(1)). What may tell of the citizen stands
    /// in its blocks only.
    pub fn letter(&self, letter: &LetterText, service: &str) -> Document {
        let language = Language::German;
        let word = |word| self.words.text(word, language).to_owned();
        let mut blocks = vec![
            Block::Heading {
                level: 1,
                text: letter.title.duplicate(),
            },
            Block::Table(vec![
                Row {
                    label: word(Word::LetterFrom),
                    value: letter.issuer.duplicate(),
                },
                Row {
                    label: word(Word::LetterDay),
                    value: PrivateText::new(letter.issued_at.day_text(language)),
                },
            ]),
        ];
        blocks.extend(body(&letter.pieces));
        Document {
            language,
            title: word(Word::LetterTitle),
            issuer: self.town.provider().name.clone(),
            footer: fill(self.words.text(Word::LetterFooter, language), &[("service", service)]),
            blocks,
        }
    }

    /// The proof that a case was withdrawn. Its code stands among the facts, which are wiped with the document.
    pub fn withdrawal(
        &self,
        service: &str,
        code: &str,
        filed_at: LocalTime,
        withdrawn_at: LocalTime,
        language: Language,
    ) -> Document {
        let word = |word| self.words.text(word, language);
        let row = |label, value: String| Row {
            label: word(label).to_owned(),
            value: PrivateText::new(value),
        };
        Document {
            language,
            title: word(Word::WithdrawnTitle).to_owned(),
            issuer: self.town.provider().name.clone(),
            footer: format!("{} · {}", word(Word::WithdrawnTitle), self.town.provider().name),
            blocks: vec![
                Block::Heading {
                    level: 1,
                    text: PrivateText::from(word(Word::WithdrawnTitle)),
                },
                Block::Paragraph(PrivateText::from(word(Word::WithdrawnText))),
                Block::Table(vec![
                    row(Word::ReceiptService, service.to_owned()),
                    row(Word::ReceiptFiledAt, self.moment(filed_at, language)),
                    row(Word::WithdrawnAt, self.moment(withdrawn_at, language)),
                    row(Word::ReceiptAuthority, self.town.provider().name.clone()),
                    row(Word::ReceiptCodeLabel, code.to_owned()),
                ]),
            ],
        }
    }
}

/// Rows that follow one another become one table.
fn body(pieces: &[LetterPiece]) -> Vec<Block> {
    let mut blocks = Vec::new();
    for piece in pieces {
        match piece {
            LetterPiece::Heading(text) => blocks.push(Block::Heading {
                level: 2,
                text: text.duplicate(),
            }),
            LetterPiece::Paragraph(text) => blocks.push(Block::Paragraph(text.duplicate())),
            LetterPiece::Row { name, value } => {
                let row = Row {
                    label: name.expose().to_owned(),
                    value: value.duplicate(),
                };
                match blocks.last_mut() {
                    Some(Block::Table(rows)) => rows.push(row),
                    _ => blocks.push(Block::Table(vec![row])),
                }
            }
        }
    }
    blocks
}

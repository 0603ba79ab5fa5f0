//! Which language a text is in: that of the visit, unless the view says otherwise for it (EN 301 549 §5.1.3.14). Pure.
//!
//! A service's texts may be there in German only, and on the way in every language is called by its own name. Both are
//! known from the view: a part of a label that reads like one of them is said in its language.
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use session::view::{BoardFactKind, BoardView, FollowUp, FormFieldKind, LetterPart, Screen, View};

/// Texts of the first screens that stand beside German ones in every visit; nobody has chosen a language there yet.
const ENGLISH: [&str; 5] = [
    "Choose your language",
    "Touch to start",
    "Someone left an ID card. Please hand it in at the counter.",
    "ID cards can’t be read just now. Services without an ID card still work.",
    "Welcome",
];

/// Shortest text that is looked for: below it, the same characters could be a part of any word.
const TEXT_CHARS_MIN: usize = 3;

/// The languages of a screen's texts.
#[derive(Debug, Default)]
pub(crate) struct Tongues {
    main: Language,
    /// Longest first.
    others: Vec<(PrivateText, Language)>,
}

impl Tongues {
    pub(crate) fn of(view: &View) -> Self {
        let mut tongues = Self {
            main: view.language,
            others: Vec::new(),
        };
        tongues.add_service_texts(view);
        for language in Language::ALL {
            tongues.add(language.own_name(), language);
            tongues.add(crate::pages::languages::greeting(language), language);
        }
        for text in ENGLISH {
            tongues.add(text, Language::English);
        }
        tongues
            .others
            .sort_by_key(|(text, _)| core::cmp::Reverse(text.expose().len()));
        tongues
    }

    /// Language of the visit.
    pub(crate) fn main(&self) -> Language {
        self.main
    }

    fn add(&mut self, text: &str, language: Language) {
        if language != self.main && text.chars().count() >= TEXT_CHARS_MIN {
            self.others.push((text.into(), language));
        }
    }

    /// No texts about a person but an authority's letter: what was entered and what was read are said in the language of
    /// the visit.
    fn add_service_texts(&mut self, view: &View) {
        let texts_in = view.texts_in;
        match &view.screen {
            Screen::Services { tiles, .. } | Screen::Search { tiles, .. } => {
                for tile in tiles {
                    self.add(&tile.title, tile.texts_in);
                    self.add(&tile.summary, tile.texts_in);
                }
            }
            Screen::Request(request) => {
                self.add(&request.service, texts_in);
                self.add(&request.purpose, texts_in);
                self.add(&request.legal_basis, texts_in);
                for question in request.questions.iter().chain(&request.fee) {
                    self.add(question, texts_in);
                }
            }
            Screen::Form(form) => {
                self.add(&form.title, texts_in);
                self.add(&form.intro, texts_in);
                for field in &form.fields {
                    self.add(&field.label, texts_in);
                    self.add(&field.hint, texts_in);
                    if let FormFieldKind::Select { choices } = &field.kind {
                        choices.iter().for_each(|choice| self.add(&choice.label, texts_in));
                    }
                }
            }
            Screen::Review(review) => {
                self.add(&review.service, texts_in);
                self.add(&review.declaration.statement, texts_in);
                self.add(review.declaration.fee.as_deref().unwrap_or_default(), texts_in);
                for section in &review.declaration.sections {
                    self.add(&section.title, texts_in);
                    section.rows.iter().for_each(|row| self.add(&row.label, texts_in));
                }
            }
            Screen::CardContent(content) => {
                self.add(&content.service, texts_in);
                self.add(&content.note, texts_in);
            }
            Screen::Exit { service, title, text } => {
                for text in [service, title, text] {
                    self.add(text, texts_in);
                }
            }
            Screen::Information(information) => {
                self.add(&information.service, texts_in);
                self.add(&information.legal_basis, texts_in);
                for (title, text) in &information.sections {
                    self.add(title, texts_in);
                    text.lines().for_each(|line| self.add(line, texts_in));
                }
            }
            Screen::Board(board) => self.add_board(board),
            Screen::Pay(pay) => self.add(&pay.service, texts_in),
            Screen::Receipt(receipt) => {
                self.add(&receipt.service, texts_in);
                self.add(&receipt.next_steps, texts_in);
            }
            Screen::FollowUp(follow_up) => self.add_case_texts(follow_up, texts_in),
            Screen::PinForgotten { office, .. } => self.add(office, Language::German),
            Screen::Attract { .. } | Screen::Languages | Screen::PinMenu { .. } | Screen::LayCard { .. } => {}
            Screen::Secret(_) | Screen::Working { .. } | Screen::CardRefused { .. } | Screen::PinDone(_) => {}
            Screen::Filing | Screen::FilingFailed { .. } | Screen::TakeCard | Screen::Goodbye { .. } => {}
            Screen::Away(_) => {}
        }
    }

    /// A letter is in the language that its author wrote.
    fn add_case_texts(&mut self, follow_up: &FollowUp, texts_in: Language) {
        match follow_up {
            FollowUp::Cases(cases) => cases.iter().for_each(|case| self.add(&case.service, texts_in)),
            FollowUp::Case(case) => {
                self.add(&case.service, texts_in);
                for letter in &case.letters {
                    self.add(letter.title.expose(), Language::German);
                }
            }
            FollowUp::Letter(letter) => {
                self.add(letter.title.expose(), texts_in);
                self.add(letter.issuer.expose(), texts_in);
                for part in &letter.parts {
                    match part {
                        LetterPart::Heading(text) | LetterPart::Paragraph(text) => self.add(text.expose(), texts_in),
                        LetterPart::Row { name, value } => {
                            self.add(name.expose(), texts_in);
                            self.add(value.expose(), texts_in);
                        }
                    }
                }
            }
            FollowUp::Withdraw { service } | FollowUp::Withdrawn { service, .. } => self.add(service, texts_in),
            FollowUp::Choose { .. } | FollowUp::Code(_) | FollowUp::Asking { .. } | FollowUp::NoAnswer(_) => {}
        }
    }

    /// The town writes German; days and times are in the language of the visit.
    fn add_board(&mut self, board: &BoardView) {
        let german = board.facts.iter().filter(|fact| fact.german).map(|fact| &fact.value);
        let entries = board.entries.iter().flat_map(|entry| [&entry.title, &entry.text]);
        let own = german.chain(entries).chain(&board.paragraphs).chain([&board.title]);
        own.for_each(|text| self.add(text, Language::German));
        for fact in &board.facts {
            if let BoardFactKind::SpecialDay(_, why) = &fact.kind {
                self.add(why, Language::German);
            }
        }
    }

    /// A text in parts of one language each, in order; none is blank.
    pub(crate) fn split<'t>(&self, text: &'t str) -> Vec<(&'t str, Language)> {
        let found = self.others.iter().find_map(|(known, language)| {
            let known = known.expose();
            let at = text.find(known)?;
            let ends = at + known.len();
            let is_word = |c: char| c.is_alphanumeric();
            let torn = text.get(..at)?.ends_with(is_word) || text.get(ends..)?.starts_with(is_word);
            (!torn).then_some((at, ends, *language))
        });
        let mut parts = Vec::new();
        match found {
            None => parts.push((text, self.main)),
            Some((at, ends, language)) => {
                parts.extend(self.split(text.get(..at).unwrap_or_default()));
                parts.push((text.get(at..ends).unwrap_or_default(), language));
                parts.extend(self.split(text.get(ends..).unwrap_or_default()));
            }
        }
        parts.retain(|(part, _)| part.chars().any(char::is_alphanumeric));
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tongues(main: Language, others: &[(&str, Language)]) -> Tongues {
        let mut tongues = Tongues {
            main,
            others: Vec::new(),
        };
        others.iter().for_each(|(text, language)| tongues.add(text, *language));
        tongues
            .others
            .sort_by_key(|(text, _)| core::cmp::Reverse(text.expose().len()));
        tongues
    }

    #[test]
    fn a_label_is_said_in_the_languages_of_its_parts() {
        let german = ("Damit wir wissen, wer bestellt.", Language::German);
        let turkish = tongues(Language::Turkish, &[german, ("Hund", Language::German)]);
        assert_eq!(
            turkish.split("Ne için: Damit wir wissen, wer bestellt."),
            [("Ne için: ", Language::Turkish), german]
        );
        assert_eq!(
            turkish.split("Hundesteuer"),
            [("Hundesteuer", Language::Turkish)],
            "a part of a word"
        );
        assert_eq!(turkish.split("Hund"), [("Hund", Language::German)]);
        assert!(turkish.split(" … ").is_empty(), "nothing to say");
    }

    #[test]
    fn the_longest_text_wins_and_order_is_kept() {
        let both = [
            ("Meldebescheinigung", Language::German),
            ("Erweiterte Meldebescheinigung", Language::German),
        ];
        let english = tongues(Language::English, &both);
        assert_eq!(
            english.split("Change Erweiterte Meldebescheinigung now"),
            [
                ("Change ", Language::English),
                ("Erweiterte Meldebescheinigung", Language::German),
                (" now", Language::English)
            ]
        );
    }

    #[test]
    fn what_is_in_the_language_of_the_visit_stays_whole() {
        let german = tongues(Language::German, &[("Meldebescheinigung", Language::German)]);
        assert_eq!(
            german.split("Meldebescheinigung"),
            [("Meldebescheinigung", Language::German)]
        );
    }
}

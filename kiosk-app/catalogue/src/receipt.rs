//! The receipt: town, service, time of filing, case code, what happens next, and the whole declaration as the copy
//! that VwVfG §3a(5) asks for. Its order is data (`receipt.toml`).
use crate::answers::Answers;
use crate::condition::{Condition, Verdict};
use crate::declaration::{Declaration, DeclarationRow};
use crate::field::FieldIndex;
use crate::filing::{Delivery, Filing};
use crate::service::Service;
use crate::text::Text;
use crate::town::Town;
use crate::words::{Word, fill};
use drivers_api::card::Authenticity;
use drivers_api::document::{Block, Document, Row};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;

/// What a receipt's QR code starts with; the case code follows.
pub const QR_PREFIX: &str = "SCHALTER:1:";

/// Order of a receipt.
#[derive(Debug, Default)]
pub(crate) struct ReceiptTemplate {
    pub(crate) title: Text,
    /// Each with when it is there.
    pub(crate) blocks: Vec<(Option<Condition>, ReceiptBlock)>,
}

/// A piece of a receipt.
#[derive(Debug)]
pub(crate) enum ReceiptBlock {
    Heading(u8, Text),
    Paragraph(Text),
    Notice(Text),
    Facts(Vec<Fact>),
    /// The case code with its QR code.
    Code,
    /// Where the case is now.
    Delivery,
    /// Says, when it is so, that the card's data aren't proven.
    Authenticity,
    /// The papers that are still to be handed in.
    Papers,
    /// What happens next.
    NextSteps,
    /// The whole declaration.
    Declaration,
    /// The office's address.
    Contact,
    /// Some of the answers.
    Answers(Vec<FieldIndex>),
    /// What follows begins a page.
    NewPage,
}

/// A row of the table of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    Service,
    Authority,
    FiledAt,
    Fee,
    LegalBasis,
    /// How long the data are kept.
    Retention,
}

impl Service {
    /// The receipt of a filing: of these answers, and the declaration that they make. Holds personal data in the
    /// declaration only, and in what the service's own template takes from it.
    pub fn receipt(
        &self,
        answers: &Answers,
        declaration: &Declaration,
        filing: &Filing,
        language: Language,
    ) -> Document {
        let town = self.town();
        let slots = [("service", self.title(language)), ("code", &filing.case_code)];
        let mut blocks = Vec::new();
        let reach = self.walk(answers);
        for (when, block) in &self.receipt.blocks {
            let there = |when: &Condition| self.verdict(when, &reach, answers) == Verdict::Holds;
            if !when.as_ref().is_none_or(there) {
                continue;
            }
            if let ReceiptBlock::Answers(fields) = block {
                let shown = fields.iter().filter(|field| reach.shows(**field));
                let rows = shown.filter_map(|field| self.row(*field, answers, language));
                let rows = rows.map(|DeclarationRow { label, value, .. }| Row { label, value });
                blocks.push(Block::Table(rows.collect()));
            } else {
                self.render(block, &mut blocks, town, declaration, filing, language);
            }
        }
        if self.language_of_texts(language) != language {
            let only_german = self.word(Word::ReceiptOnlyGerman, language);
            blocks.push(Block::Notice(PrivateText::from(only_german)));
        }
        Document {
            language,
            title: self.receipt.title.get(language).to_owned(),
            issuer: town.provider().name.clone(),
            footer: fill(self.word(Word::ReceiptFooter, language), &slots),
            blocks,
        }
    }

    fn render(
        &self,
        block: &ReceiptBlock,
        blocks: &mut Vec<Block>,
        town: &Town,
        declaration: &Declaration,
        filing: &Filing,
        language: Language,
    ) {
        let text = |text: &Text| PrivateText::from(text.get(language));
        match block {
            ReceiptBlock::Heading(level, heading) => {
                blocks.push(Block::Heading {
                    level: *level,
                    text: text(heading),
                });
            }
            ReceiptBlock::Paragraph(paragraph) => blocks.push(Block::Paragraph(text(paragraph))),
            ReceiptBlock::Notice(notice) => blocks.push(Block::Notice(text(notice))),
            ReceiptBlock::Facts(facts) => {
                let rows = facts
                    .iter()
                    .filter_map(|fact| self.fact(*fact, town, declaration, filing, language));
                let payment = filing.payment.as_ref().map(|payment| {
                    let told = self.payment_text(payment, language);
                    self.labelled(Word::PayLabel, told, language)
                });
                blocks.push(Block::Table(rows.chain(payment).collect()));
                self.slip(filing, blocks, language);
            }
            ReceiptBlock::Code => blocks.push(self.code(filing, language)),
            ReceiptBlock::Delivery => blocks.push(self.delivery(town, filing, language)),
            ReceiptBlock::Authenticity => match filing.authenticity {
                Some(Authenticity::NotProven) => {
                    blocks.push(Block::Notice(PrivateText::from(
                        self.word(Word::ReceiptNotProven, language),
                    )));
                }
                Some(Authenticity::ChipTrusted) | None => {}
            },
            ReceiptBlock::Papers => self.papers_left(declaration, filing, blocks, language),
            ReceiptBlock::NextSteps => {
                paragraphs(self.next_steps(language)).for_each(|paragraph| blocks.push(paragraph));
            }
            ReceiptBlock::Declaration => self.copy(declaration, blocks, language),
            ReceiptBlock::Contact => blocks.push(self.contact(town, language)),
            ReceiptBlock::NewPage => blocks.push(Block::NewPage),
            ReceiptBlock::Answers(_) => {} // the caller has the answers
        }
    }

    fn fact(
        &self,
        fact: Fact,
        town: &Town,
        declaration: &Declaration,
        filing: &Filing,
        language: Language,
    ) -> Option<Row> {
        let (word, value) = match fact {
            Fact::Service => (Word::ReceiptService, self.title(language).to_owned()),
            Fact::Authority => (Word::ReceiptAuthority, town.provider().name.clone()),
            Fact::FiledAt => (Word::ReceiptFiledAt, filing.filed_at.text_in(&self.words, language)),
            Fact::Fee => (Word::ReceiptFee, declaration.fee.clone()?),
            Fact::LegalBasis => (Word::ReceiptLegalBasis, self.legal_basis(language).to_owned()),
            Fact::Retention if self.retention().is_none() => return None,
            Fact::Retention => (Word::ReceiptRetention, self.retention_text(language).to_owned()),
        };
        Some(self.labelled(word, value, language))
    }

    /// What the payment terminal wants told, below the facts.
    fn slip(&self, filing: &Filing, blocks: &mut Vec<Block>, language: Language) {
        let lines = filing.slip.expose().lines().map(str::trim_end);
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        if !lines.is_empty() {
            blocks.push(Block::Heading {
                level: 2,
                text: PrivateText::from(self.word(Word::PaySlip, language)),
            });
            blocks.extend(lines.into_iter().map(|line| Block::Paragraph(PrivateText::from(line))));
        }
    }

    fn code(&self, filing: &Filing, language: Language) -> Block {
        Block::Code {
            label: self.word(Word::ReceiptCodeLabel, language).to_owned(),
            text: filing.case_code.clone(),
            qr: format!("{QR_PREFIX}{}", filing.case_code),
            alt: fill(
                self.word(Word::ReceiptCodeAlt, language),
                &[("code", &filing.case_code)],
            ),
        }
    }

    fn delivery(&self, town: &Town, filing: &Filing, language: Language) -> Block {
        let word = match filing.delivery {
            Delivery::OnItsWay => Word::ReceiptOnItsWay,
            Delivery::WaitingForLine => Word::ReceiptWaiting,
        };
        let text = fill(self.word(word, language), &[("authority", &town.provider().name)]);
        Block::Paragraph(PrivateText::new(text))
    }

    fn papers_left(&self, declaration: &Declaration, filing: &Filing, blocks: &mut Vec<Block>, language: Language) {
        if declaration.papers.is_empty() {
            return;
        }
        let heading = PrivateText::from(self.word(Word::PapersHeading, language));
        let rows = declaration.papers.iter().map(|(name, how)| Row {
            label: name.clone(),
            value: PrivateText::from(how.as_str()),
        });
        let code = [("code", filing.case_code.as_str())];
        blocks.push(Block::Heading {
            level: 2,
            text: heading,
        });
        blocks.push(Block::Table(rows.collect()));
        blocks.push(Block::Paragraph(PrivateText::new(fill(
            self.word(Word::PapersNote, language),
            &code,
        ))));
    }

    fn copy(&self, declaration: &Declaration, blocks: &mut Vec<Block>, language: Language) {
        for section in &declaration.sections {
            blocks.push(Block::Heading {
                level: 2,
                text: PrivateText::from(section.title.as_str()),
            });
            blocks.push(Block::Table(
                section.rows.iter().map(|row| self.copied(row, language)).collect(),
            ));
        }
        paragraphs(&declaration.statement).for_each(|paragraph| blocks.push(paragraph));
        if declaration
            .sections
            .iter()
            .flat_map(|section| &section.rows)
            .any(|row| row.from_card)
        {
            blocks.push(Block::Paragraph(PrivateText::from(
                self.word(Word::ReceiptFromCardNote, language),
            )));
        }
    }

    fn copied(&self, row: &DeclarationRow, language: Language) -> Row {
        let value = match row.from_card {
            true => {
                let template = self.word(Word::AnswerFromCard, language);
                PrivateText::new(fill(template, &[("value", row.value.expose())]))
            }
            false => row.value.duplicate(),
        };
        Row {
            label: row.label.clone(),
            value,
        }
    }

    pub(crate) fn contact(&self, town: &Town, language: Language) -> Block {
        let provider = town.provider();
        let address = format!("{}, {}", provider.street, provider.city);
        Block::Table(vec![
            self.labelled(Word::ReceiptContactOffice, provider.name.clone(), language),
            self.labelled(Word::ReceiptContactAddress, address, language),
            self.labelled(Word::ReceiptContactEmail, provider.email.clone(), language),
            self.labelled(Word::ReceiptContactWebsite, provider.website.clone(), language),
        ])
    }

    fn labelled(&self, word: Word, value: String, language: Language) -> Row {
        Row {
            label: self.word(word, language).to_owned(),
            value: PrivateText::new(value),
        }
    }

    fn word(&self, word: Word, language: Language) -> &str {
        self.words.text(word, language)
    }
}

/// A text's lines, each a paragraph.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = Block> + '_ {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| Block::Paragraph(PrivateText::from(line)))
}

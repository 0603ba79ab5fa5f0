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
    /// The code by which anyone finds out that the paper is genuine; not there where the town has no address for it.
    Check,
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
        let mut writer = Writer {
            service: self,
            answers,
            declaration,
            filing,
            language,
            blocks: Vec::new(),
        };
        let reach = self.walk(answers);
        for (when, block) in &self.receipt.blocks {
            let there = |when: &Condition| self.verdict(when, &reach, answers) == Verdict::Holds;
            if when.as_ref().is_none_or(there) {
                writer.block(block);
            }
        }
        if self.language_of_texts(language) != language {
            writer.notice(Word::ReceiptOnlyGerman);
        }
        if filing.is_copy {
            writer.mark_as_copy();
        }
        let title = self.title(language);
        // What is taken off is seen by others, who mustn't learn the case code.
        let is_shared = writer.blocks.iter().any(|block| matches!(block, Block::NewPage));
        let footer = match is_shared {
            true => title.to_owned(),
            false => {
                let slots = [("service", title), ("code", &filing.case_code)];
                fill(self.words.text(Word::ReceiptFooter, language), &slots)
            }
        };
        Document {
            language,
            title: self.receipt.title.get(language).to_owned(),
            issuer: self.town().provider().name.clone(),
            footer,
            blocks: writer.blocks,
        }
    }

    pub(crate) fn contact(&self, town: &Town, language: Language) -> Block {
        let provider = town.provider();
        let address = format!("{}, {}", provider.street, provider.city);
        let row = |word, value| self.labelled(word, value, language);
        Block::Table(vec![
            row(Word::ReceiptContactOffice, provider.name.clone()),
            row(Word::ReceiptContactAddress, address),
            row(Word::ReceiptContactEmail, provider.email.clone()),
            row(Word::ReceiptContactWebsite, provider.website.clone()),
        ])
    }

    fn labelled(&self, word: Word, value: String, language: Language) -> Row {
        Row {
            label: self.words.text(word, language).to_owned(),
            value: PrivateText::new(value),
        }
    }
}

/// Writes one receipt, block by block.
struct Writer<'a> {
    service: &'a Service,
    answers: &'a Answers,
    declaration: &'a Declaration,
    filing: &'a Filing,
    language: Language,
    blocks: Vec<Block>,
}

impl Writer<'_> {
    fn block(&mut self, block: &ReceiptBlock) {
        let language = self.language;
        let text = |text: &Text| PrivateText::from(text.get(language));
        match block {
            ReceiptBlock::Heading(level, heading) => self.blocks.push(Block::Heading {
                level: *level,
                text: text(heading),
            }),
            ReceiptBlock::Paragraph(paragraph) => self.blocks.push(Block::Paragraph(text(paragraph))),
            ReceiptBlock::Notice(notice) => self.blocks.push(Block::Notice(text(notice))),
            ReceiptBlock::Facts(facts) => self.facts(facts),
            ReceiptBlock::Code => self.code(),
            ReceiptBlock::Check => self.check(),
            ReceiptBlock::Delivery => self.delivery(),
            ReceiptBlock::Authenticity => match self.filing.authenticity {
                Some(Authenticity::NotProven) => self.notice(Word::ReceiptNotProven),
                Some(Authenticity::ChipTrusted) | None => {}
            },
            ReceiptBlock::Papers => self.papers_left(),
            ReceiptBlock::NextSteps => self.blocks.extend(paragraphs(self.service.next_steps(language))),
            ReceiptBlock::Declaration => self.copy_of_declaration(),
            ReceiptBlock::Contact => self.blocks.push(self.service.contact(self.service.town(), language)),
            ReceiptBlock::Answers(fields) => self.answers(fields),
            ReceiptBlock::NewPage => self.blocks.push(Block::NewPage),
        }
    }

    /// How it was paid stands below what is paid; its parts and the card's slip follow.
    fn facts(&mut self, facts: &[Fact]) {
        let mut rows = Vec::new();
        let mut payment = self.filing.payment.as_ref().map(|payment| {
            let told = self.service.payment_text(payment, self.language);
            self.labelled(Word::PayLabel, told)
        });
        for fact in facts {
            rows.extend(self.fact(*fact));
            if *fact == Fact::Fee {
                rows.extend(payment.take());
            }
        }
        rows.extend(payment);
        self.blocks.push(Block::Table(rows));
        let fees = self.service.fee_lines(self.answers, self.language);
        if !fees.is_empty() {
            self.blocks.push(Block::Fees(fees));
        }
        self.slip();
    }

    fn fact(&self, fact: Fact) -> Option<Row> {
        let (service, language) = (self.service, self.language);
        let (word, value) = match fact {
            Fact::Service => (Word::ReceiptService, service.title(language).to_owned()),
            Fact::Authority => (Word::ReceiptAuthority, self.provider().to_owned()),
            Fact::FiledAt => {
                let at = self.filing.filed_at.text_in(&service.words, language);
                (Word::ReceiptFiledAt, at)
            }
            Fact::Fee => (Word::ReceiptFee, self.declaration.fee.clone()?),
            Fact::LegalBasis => (Word::ReceiptLegalBasis, service.legal_basis(language).to_owned()),
            Fact::Retention if service.retention().is_none() => return None,
            Fact::Retention => (Word::ReceiptRetention, service.retention_text(language).to_owned()),
        };
        Some(self.labelled(word, value))
    }

    /// What the payment terminal wants told, line below line.
    fn slip(&mut self) {
        let lines = self.filing.slip.expose().lines().map(str::trim_end);
        let lines = lines.filter(|line| !line.is_empty());
        let room = self.filing.slip.expose().len();
        let mut slip = String::with_capacity(room + 1); // never moved: nothing of it is left behind
        for line in lines {
            slip.push_str(line);
            slip.push('\n');
        }
        if !slip.is_empty() {
            self.heading(Word::PaySlip);
            self.blocks.push(Block::Paragraph(PrivateText::new(slip)));
        }
    }

    fn code(&mut self) {
        let code = &self.filing.case_code;
        self.blocks.push(Block::Code {
            label: self.word(Word::ReceiptCodeLabel).to_owned(),
            text: code.clone(),
            qr: format!("{QR_PREFIX}{code}"),
            alt: fill(self.word(Word::ReceiptCodeAlt), &[("code", code)]),
        });
    }

    /// By what and where anyone finds out that the paper is genuine.
    fn check(&mut self) {
        let Some(check) = &self.filing.check else { return };
        let address = check.address.as_str();
        let shown = address.trim_start_matches("https://").trim_end_matches('/');
        self.heading(Word::CheckHeading);
        let note = fill(self.word(Word::CheckNote), &[("address", shown)]);
        // A heading stays on the page of the code below it; the note may follow on the next.
        self.blocks.push(Block::Code {
            label: self.word(Word::CheckLabel).to_owned(),
            text: check.code.clone(),
            qr: format!("{address}{}", check.code),
            alt: fill(self.word(Word::CheckAlt), &[("code", &check.code)]),
        });
        self.blocks.push(Block::Paragraph(PrivateText::new(note)));
    }

    fn delivery(&mut self) {
        let word = match self.filing.delivery {
            Delivery::OnItsWay => Word::ReceiptOnItsWay,
            Delivery::WaitingForLine => Word::ReceiptWaiting,
        };
        let text = fill(self.word(word), &[("authority", self.provider())]);
        self.blocks.push(Block::Paragraph(PrivateText::new(text)));
    }

    fn papers_left(&mut self) {
        if self.declaration.papers.is_empty() {
            return;
        }
        let rows = self.declaration.papers.iter().map(|(name, how)| Row {
            label: name.clone(),
            value: PrivateText::from(how.as_str()),
        });
        let table = Block::Table(rows.collect());
        let code = [("code", self.filing.case_code.as_str())];
        let note = fill(self.word(Word::PapersNote), &code);
        self.heading(Word::PapersHeading);
        self.blocks.extend([table, Block::Paragraph(PrivateText::new(note))]);
    }

    fn copy_of_declaration(&mut self) {
        let declaration = self.declaration;
        for section in &declaration.sections {
            self.blocks.push(Block::Heading {
                level: 2,
                text: PrivateText::from(section.title.as_str()),
            });
            let rows = section.rows.iter().map(|row| self.copied(row)).collect();
            self.blocks.push(Block::Table(rows));
        }
        self.blocks.extend(paragraphs(&declaration.statement));
        let mut rows = declaration.sections.iter().flat_map(|section| &section.rows);
        if rows.any(|row| row.from_card) {
            let note = PrivateText::from(self.word(Word::ReceiptFromCardNote));
            self.blocks.push(Block::Paragraph(note));
        }
    }

    fn copied(&self, row: &DeclarationRow) -> Row {
        let value = match row.from_card {
            true => {
                let template = self.word(Word::AnswerFromCard);
                PrivateText::new(fill(template, &[("value", row.value.expose())]))
            }
            false => row.value.duplicate(),
        };
        Row {
            label: row.label.clone(),
            value,
        }
    }

    fn answers(&mut self, fields: &[FieldIndex]) {
        let reach = self.service.walk(self.answers);
        let shown = fields.iter().filter(|field| reach.shows(**field));
        let rows = shown.filter_map(|field| self.service.row(*field, self.answers, self.language));
        let rows = rows.map(|DeclarationRow { label, value, .. }| Row { label, value });
        self.blocks.push(Block::Table(rows.collect()));
    }

    /// Below the title, and on each page that is taken off: the first of two papers is the one that counts.
    fn mark_as_copy(&mut self) {
        let pages = self.blocks.iter().enumerate();
        let pages = pages.filter(|(_, block)| matches!(block, Block::NewPage));
        let begins: Vec<usize> = core::iter::once(0).chain(pages.map(|(at, _)| at + 1)).collect();
        for begin in begins.into_iter().rev() {
            let has_title = matches!(self.blocks.get(begin), Some(Block::Heading { level: 1, .. }));
            let notice = Block::Notice(PrivateText::from(self.word(Word::ReceiptCopy)));
            self.blocks.insert(begin + usize::from(has_title), notice);
        }
    }

    fn heading(&mut self, word: Word) {
        let text = PrivateText::from(self.word(word));
        self.blocks.push(Block::Heading { level: 2, text });
    }

    fn notice(&mut self, word: Word) {
        let text = PrivateText::from(self.word(word));
        self.blocks.push(Block::Notice(text));
    }

    fn labelled(&self, word: Word, value: String) -> Row {
        self.service.labelled(word, value, self.language)
    }

    fn provider(&self) -> &str {
        &self.service.town().provider().name
    }

    fn word(&self, word: Word) -> &str {
        self.service.words.text(word, self.language)
    }
}

/// A text's lines, each a paragraph.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = Block> + '_ {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| Block::Paragraph(PrivateText::from(line)))
}

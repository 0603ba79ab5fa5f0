//! What a town offers.
use crate::crest::Crest;
use crate::crew::{Alone, Crew};
use crate::fault::{Fault, SourceFile};
use crate::filing::WaitingNumber;
use crate::load;
use crate::receipt::paragraphs;
use crate::search::Index;
use crate::service::{Service, ServiceId};
use crate::town::Town;
use crate::words::{Word, Words, fill};
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use jiff::civil::Date;
use std::sync::Arc;

/// A town and its services.
#[derive(Debug)]
pub struct Catalogue {
    pub(crate) town: Arc<Town>,
    /// Sorted by id.
    pub(crate) services: Vec<Arc<Service>>,
    pub(crate) words: Arc<Words>,
    pub(crate) index: Index,
    /// Several towns offer something.
    pub(crate) shared: bool,
}

/// A catalogue, and what had to be left out of it.
#[derive(Debug)]
pub struct Loaded {
    /// What can be offered.
    pub catalogue: Catalogue,
    /// Mistakes; a service that has any is left out.
    pub faults: Vec<Fault>,
}

impl Loaded {
    /// Gives the town the crest in that file, which [`crate::crest_file`] named. One that can't be taken is told, and the
    /// town goes without.
    pub fn dress(&mut self, name: &str, bytes: &[u8]) {
        match Crest::read(name, bytes) {
            Ok(crest) => {
                let mut town = Town::clone(&self.catalogue.town);
                town.crest = Some(crest);
                self.catalogue.town = Arc::new(town);
            }
            Err((what, mend)) => self.faults.push(Fault {
                path: name.to_owned(),
                line: None,
                what,
                mend: mend.to_owned(),
            }),
        }
    }
}

impl Catalogue {
    /// Reads a services folder: `town.toml`, `streets.txt` (may be left out), `words.de.toml`, `words.en.toml` and words
    /// in other languages and `receipt.toml` (left out: the built-in ones), and for each service a folder with
    /// `service.toml`, `texts.de.toml`, `texts.de-x-leicht.toml` and texts in other languages, and if it wants
    /// `receipt.toml`.
    ///
    /// # Errors
    /// The faults, when `town.toml` or the words are missing or broken, or when no service is left. Broken services
    /// are left out and named in [`Loaded::faults`].
    pub fn load(files: &[SourceFile]) -> Result<Loaded, Vec<Fault>> {
        Self::load_with_map(files, None, &Alone)
    }

    /// The same with the town's map: `map/map.toml` and `map/places.csv` are among the files, and this is what stands in
    /// `map/map.png`. Without it, no service asks for a place on the map. The services are read by the crew.
    ///
    /// # Errors
    /// As [`Self::load`]; of a map with a fault the fault is told, and the town has none.
    pub fn load_with_map(files: &[SourceFile], picture: Option<&[u8]>, crew: &impl Crew) -> Result<Loaded, Vec<Fault>> {
        let drafts = load::template::faults(files);
        let mut loaded = match load::load(files, picture, crew) {
            Ok(loaded) => loaded,
            Err(faults) => return Err(drafts.into_iter().chain(faults).collect()),
        };
        if drafts.is_empty() {
            return Ok(loaded);
        }
        let of = |service: &Service, fault: &Fault| {
            let id = fault.path.split_once('/').map(|(id, _)| id);
            id.is_none_or(|id| id == service.id.as_str())
        };
        loaded
            .catalogue
            .keep(|service| !drafts.iter().any(|fault| of(service, fault)));
        loaded.faults.splice(0..0, drafts);
        if loaded.catalogue.services.is_empty() {
            return Err(loaded.faults);
        }
        Ok(loaded)
    }

    /// As [`Self::load_with_map`], with what is still to be filled in of the template: to look at it while one writes.
    ///
    /// # Errors
    /// As there.
    pub fn load_draft(files: &[SourceFile], picture: Option<&[u8]>) -> Result<Loaded, Vec<Fault>> {
        load::load(files, picture, &Alone)
    }

    /// The town that the terminal stands in.
    pub fn town(&self) -> &Town {
        &self.town
    }

    /// Its services, by id.
    pub fn services(&self) -> &[Arc<Service>] {
        &self.services
    }

    /// Those that are offered on this day.
    pub fn offered(&self, today: Option<Date>) -> impl Iterator<Item = &Arc<Service>> {
        self.services.iter().filter(move |service| service.is_offered(today))
    }

    /// The note that a citizen without a working PIN takes to the counter: only the office can set a new one
    /// (PAuswV §20). Tells nothing about the person.
    pub fn pin_note(&self, language: Language) -> Document {
        let word = |word| PrivateText::from(self.words.text(word, language));
        let heading = |text| Block::Heading {
            level: 2,
            text: word(text),
        };
        let provider = self.town.provider();
        let office = format!("{}, {}, {}", provider.name, provider.street, provider.city);
        Document {
            language,
            title: self.words.text(Word::PinTitle, language).to_owned(),
            issuer: provider.name.clone(),
            footer: self.words.text(Word::PinFooter, language).to_owned(),
            blocks: vec![
                Block::Heading {
                    level: 1,
                    text: word(Word::PinTitle),
                },
                Block::Paragraph(word(Word::PinIntro)),
                heading(Word::PinBringHeading),
                Block::Paragraph(word(Word::PinBring)),
                heading(Word::PinThenHeading),
                Block::Paragraph(word(Word::PinThen)),
                heading(Word::PinWhereHeading),
                Block::Paragraph(PrivateText::new(office)),
            ],
        }
    }

    /// What a service tells that informs, to take along.
    pub fn leaflet(&self, service: &Service, language: Language) -> Document {
        let provider = service.town().provider();
        let title = service.title(language);
        let heading = |level, text| Block::Heading {
            level,
            text: PrivateText::from(text),
        };
        let mut blocks = vec![
            heading(1, title),
            Block::Paragraph(PrivateText::from(service.summary(language))),
        ];
        for (title, text) in service.sections(language) {
            blocks.push(heading(2, title));
            blocks.extend(paragraphs(text));
        }
        blocks.push(heading(2, self.words.text(Word::ReceiptContactHeading, language)));
        blocks.push(service.contact(service.town(), language));
        Document {
            language,
            title: title.to_owned(),
            issuer: provider.name.clone(),
            footer: format!("{title} · {}", provider.name),
            blocks,
        }
    }

    /// A waiting number, to take along.
    pub fn number_ticket(&self, service: &Service, number: &WaitingNumber, language: Language) -> Document {
        let word = |word| self.words.text(word, language);
        let title = service.title(language);
        let paragraph = |text: &str| Block::Paragraph(PrivateText::from(text));
        let mut blocks = vec![
            Block::Heading {
                level: 1,
                text: PrivateText::new(format!("{}: {}", word(Word::NumberHeading), number.text)),
            },
            Block::Notice(PrivateText::new(self.ahead_text(number.ahead, language))),
            paragraph(word(Word::NumberWait)),
        ];
        if let Some(at) = number.drawn_at {
            let at = at.text_in(&self.words, language);
            blocks.push(paragraph(&fill(word(Word::NumberDrawnAt), &[("at", &at)])));
        }
        let provider = service.town().provider();
        Document {
            language,
            title: format!("{} {}", word(Word::NumberHeading), number.text),
            issuer: provider.name.clone(),
            footer: title.to_owned(),
            blocks,
        }
    }

    /// How many wait before a number, in words.
    pub fn ahead_text(&self, ahead: u32, language: Language) -> String {
        match ahead {
            0 => self.words.text(Word::NumberNext, language).to_owned(),
            ahead => fill(
                self.words.text(Word::NumberAhead, language),
                &[("count", &ahead.to_string())],
            ),
        }
    }

    /// The services that fit the citizen's own words, in whatever language, best first. Typing mistakes, endings and
    /// missing umlauts are forgiven; words that say nothing find nothing.
    pub fn search(&self, words: &str) -> Vec<&Arc<Service>> {
        let found = self.index.find(words).into_iter();
        found.filter_map(|at| self.services.get(at)).collect()
    }

    /// The service of that id.
    pub fn service(&self, id: &ServiceId) -> Option<&Arc<Service>> {
        let at = self.services.binary_search_by(|service| service.id().cmp(id)).ok()?;
        self.services.get(at)
    }
}

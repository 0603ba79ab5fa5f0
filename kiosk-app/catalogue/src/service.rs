//! A service of the town: what is asked, why, and what comes of it.
use crate::card::Asked;
use crate::export::Export;
use crate::facts::Facts;
use crate::fee::FeeRow;
use crate::field::{Field, FieldIndex, Page, PageIndex};
use crate::pay::PayWay;
use crate::receipt::ReceiptTemplate;
use crate::repeat::Repeat;
use crate::situation::Situation;
use crate::table::Follows;
use crate::text::Text;
use crate::weekday::OnWeekdays;
use crate::words::Words;
use drivers_api::card::{DataGroups, ReadRequest};
use drivers_api::language::Language;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Name of a service's folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId(String);

impl ServiceId {
    /// The id of that name. It need not exist.
    pub fn new(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of its folder: without the town that another town's service has behind it.
    pub fn folder(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

impl From<&str> for ServiceId {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

/// How a service ends (`finish`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finish {
    /// `"submit"`: the declaration is submitted to the office; a receipt is printed.
    #[default]
    Submit,
    /// `"prepare"`: the declaration is prepared for the counter, where it is completed; a ticket with its code is
    /// printed.
    Prepare,
    /// `"show"`: what was read from the card is shown and forgotten. Nothing is asked, submitted or printed.
    Show,
    /// `"inform"`: something is told, in sections that can be printed. Nothing is asked, read or submitted.
    Inform,
}

impl Finish {
    /// True when a declaration is made and filed.
    pub fn files(self) -> bool {
        matches!(self, Self::Submit | Self::Prepare)
    }
}

/// Days on which a service is offered; without one, always.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Period {
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
}

impl Period {
    /// A clock that isn't set shuts nothing out.
    pub(crate) fn holds(self, today: Option<Date>) -> bool {
        let Some(today) = today else { return true };
        self.from.is_none_or(|from| from <= today) && self.until.is_none_or(|until| today <= until)
    }
}

/// An amount in euro cents.
pub type Cents = u32;

/// A service. Made by [`crate::Catalogue::load`], which has checked that its pages lead forward to the review and that
/// every text is there.
#[derive(Debug)]
pub struct Service {
    pub(crate) id: ServiceId,
    pub(crate) leika: String,
    pub(crate) version: String,
    /// First and last day on which it is offered.
    pub(crate) period: Period,
    pub(crate) fees: Vec<FeeRow>,
    /// Without repetition, in the order of [`PayWay::ALL`].
    pub(crate) pay: Vec<PayWay>,
    pub(crate) finish: Finish,
    pub(crate) queue: Option<char>,
    pub(crate) situations: Vec<Situation>,
    /// What citizens call it, in whatever language.
    pub(crate) keywords: Vec<String>,
    pub(crate) request: ReadRequest,
    /// What the card is asked with `request`, and what follows a "no".
    pub(crate) asked: Vec<Asked>,
    pub(crate) facts: Facts,
    pub(crate) texts: ServiceTexts,
    pub(crate) pages: Vec<Page>,
    pub(crate) fields: Vec<Field>,
    pub(crate) repeats: Vec<Repeat>,
    /// Answers that follow from tables.
    pub(crate) follows: Vec<Follows>,
    /// Dates that fall on days of the week that other answers name.
    pub(crate) weekdays: Vec<OnWeekdays>,
    /// How the declaration becomes an office's XML.
    pub(crate) export: Option<Export>,
    pub(crate) receipt: Arc<ReceiptTemplate>,
    pub(crate) words: Arc<Words>,
}

/// Texts of a service as a whole.
#[derive(Debug, Default)]
pub(crate) struct ServiceTexts {
    /// In which languages there are texts; German is always among them.
    pub(crate) languages: BTreeSet<Language>,
    pub(crate) title: Text,
    pub(crate) summary: Text,
    pub(crate) purpose: Text,
    pub(crate) legal_basis: Text,
    pub(crate) next_steps: Text,
    pub(crate) statement: Text,
    /// How long the data are kept.
    pub(crate) retention: Text,
    /// How the fee is reckoned, where it depends on answers; `{id}` of a row stands for its amount.
    pub(crate) fee_overview: Text,
    /// The question for the municipality.
    pub(crate) lives_there: Text,
    /// Title and text of each section of a service that informs.
    pub(crate) sections: Vec<(Text, Text)>,
    /// The service's own texts for its receipt.
    pub(crate) receipt: BTreeMap<String, Text>,
}

impl Service {
    /// Its folder's name.
    pub fn id(&self) -> &ServiceId {
        &self.id
    }

    /// How it ends.
    pub fn finish(&self) -> Finish {
        self.finish
    }

    /// True on days on which it is offered.
    pub fn is_offered(&self, today: Option<Date>) -> bool {
        self.period.holds(today)
    }

    /// In which situations of life it is wanted; a service that names none is among the others.
    pub fn situations(&self) -> &[Situation] {
        &self.situations
    }

    /// What is asked of the card: the data groups and answers it names, and nothing else.
    pub fn read_request(&self) -> ReadRequest {
        self.request.clone()
    }

    /// Key in the Leistungskatalog, 14 digits (FIM, LeiKa).
    pub fn leika(&self) -> &str {
        &self.leika
    }

    /// Version of the definition.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// In which language its texts are shown in a visit of this language: in this one if they are translated, else in
    /// another one, which the screen says and speech speaks.
    pub fn language_of_texts(&self, language: Language) -> Language {
        let mut known = language
            .fallbacks()
            .into_iter()
            .filter(|language| self.texts.languages.contains(language));
        known.next().unwrap_or_default()
    }

    /// Its name.
    pub fn title(&self, language: Language) -> &str {
        self.texts.title.get(language)
    }

    /// One sentence for the list of services.
    pub fn summary(&self, language: Language) -> &str {
        self.texts.summary.get(language)
    }

    /// Why the data are needed, one plain sentence (PAuswG §18(4), GDPR Art. 13(1)(c)); empty for a service that
    /// informs.
    pub fn purpose(&self, language: Language) -> &str {
        self.texts.purpose.get(language)
    }

    /// The law it rests on.
    pub fn legal_basis(&self, language: Language) -> &str {
        self.texts.legal_basis.get(language)
    }

    /// What happens after filing; shown then and printed on the receipt. Of a service that shows: what to do with it.
    pub fn next_steps(&self, language: Language) -> &str {
        self.texts.next_steps.get(language)
    }

    /// The declaration's closing words, above the button that submits; empty for a service that only shows.
    pub fn statement(&self, language: Language) -> &str {
        self.texts.statement.get(language)
    }

    /// The queue of which it gives waiting numbers, as a capital letter (`wire::queue`); only of a service that informs.
    pub fn queue(&self) -> Option<char> {
        self.queue
    }

    /// Title and text of each section of a service that informs; each line of a text is a paragraph.
    pub fn sections(&self, language: Language) -> impl Iterator<Item = (&str, &str)> {
        let sections = self.texts.sections.iter();
        sections.map(move |(title, text)| (title.get(language), text.get(language).trim_end()))
    }

    /// Data groups it reads from the card, and no others.
    pub fn data_groups(&self) -> &DataGroups {
        &self.request.groups
    }

    /// How many pages it has on all ways together.
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// A page.
    ///
    /// # Panics
    /// When this service has no page of that number: page numbers come from the same service.
    pub fn page(&self, page: PageIndex) -> &Page {
        &self.pages[page]
    }

    /// How many fields it has on all pages together.
    pub fn field_count(&self) -> usize {
        self.fields.len()
    }

    /// A field.
    ///
    /// # Panics
    /// When this service has no field of that number: field numbers come from the same service.
    pub fn field(&self, field: FieldIndex) -> &Field {
        &self.fields[field]
    }

    /// The field of that id in the definition, for tests and tools.
    pub fn field_named(&self, id: &str) -> Option<FieldIndex> {
        self.fields.iter().position(|field| field.id == id)
    }

    /// The page of that id in the definition, for tests and tools.
    pub fn page_named(&self, id: &str) -> Option<PageIndex> {
        self.pages.iter().position(|page| page.id == id)
    }
}

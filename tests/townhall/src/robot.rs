//! A citizen who knows no service and finishes each: tries answers until the page takes them.
use crate::devices::{Holder, PIN, Weather};
use crate::story::{GOOD_CARD, Story};
use crate::world::World;
use catalogue::{Catalogue, Declaration, Direction, LocalTime, ServiceId, Spot};
use drivers_api::document::{Block, Document};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use jiff::ToSpan;
use jiff::civil::Date;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use session::view::{Form, FormField, FormFieldKind, Screen};
use session::{MapStep, Tap};

/// Most touches for a visit; the longest form needs a tenth.
const TOUCHES_MAX: usize = 5_000;
/// How often one page is tried with other answers.
const TRIES_MAX: usize = 200;
/// How far ahead a service is looked for that is offered at times only.
const DAYS_AHEAD: i64 = 5 * 366;

const TEXTS: [&str; 7] = [
    "Beispiel",
    "erika@musterstadt.example",
    "0221 123456",
    "K-AB 123",
    "Heidestraße 17",
    "D",
    "Ĝiĥ-Þórð ẞ",
];
/// What nobody should type, and somebody will: quotes, line breaks, NUL, marks that turn the direction of writing, emoji,
/// combined letters, markup, the names of slots.
const HOSTILE: [&str; 8] = [
    "\"'\\',{}[]--;<script>alert(1)</script>&amp;",
    "Erika\0Mustermann",
    "\u{202e}nnamretsuM\u{202c}\u{2066}\u{200f}",
    "👩‍🦽🏳️‍🌈💥",
    "a\r\nb\tc\u{8}\u{1b}[2J",
    "{amount} {code} {number} {service}",
    "Z\u{351}\u{36b}\u{343}a\u{30a}lgo\u{feff}\u{ad}",
    "../../etc/passwd%00%s%n",
];
/// Longest text that somebody types.
const LONG_CHARS: usize = 100_000;
const MONEY: [&str; 5] = ["0,00", "1,00", "12,50", "650,00", "1.200,00"];
const DAYS: [i64; 24] = [
    0, 1, -1, 3, -3, 10, 11, 12, 13, 14, 15, 16, -10, 20, 40, -40, 100, -200, -400, -1_500, -3_700, -6_700, -9_000,
    -20_000,
];

/// What came of a visit.
#[derive(Debug)]
pub struct Walked {
    /// What was filed, as JSON; nothing where a service files nothing.
    pub filed: Option<Vec<u8>>,
    /// The same in the office's XML, where the service makes it.
    pub xml: Option<String>,
    /// Pages of the form that were seen, by number, in order.
    pub pages: Vec<usize>,
    /// How it was shown that it went well.
    pub end: &'static str,
    /// Every line of the form, of the review and of what was printed, in the language of the visit.
    pub told: Vec<String>,
    /// What it costs, as the review says it.
    pub fee: Option<String>,
    /// What was printed.
    pub papers: Vec<Document>,
}

/// A visit for that service, in German.
///
/// # Panics
/// When the robot can't finish it.
pub fn walk(catalogue: Catalogue, service: &str, seed: u64) -> Walked {
    walk_as(catalogue, service, seed, Language::German, false)
}

/// A visit in that language; `hostile`: by somebody who first types into every text field what doesn't belong there.
///
/// # Panics
/// When the robot can't finish it.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else is shown, the robot doesn't know"
)]
pub fn walk_as(catalogue: Catalogue, service: &str, seed: u64, language: Language, hostile: bool) -> Walked {
    let id = ServiceId::from(service);
    let day = offered_on(&catalogue, &id);
    let mut story = Story {
        world: World::new(catalogue, Weather { faults: 0.0 }, seed),
    };
    story.world.filing.kept = Some(Vec::new());
    story.world.papers = Some(Vec::new());
    story.world.set_holder(Holder {
        housed: seed % 4 != 3,
        ..Holder::default()
    });
    story.world.terminal.time = Some(LocalTime {
        year: day.year(),
        month: day.month().unsigned_abs(),
        day: day.day().unsigned_abs(),
        hour: 9,
        minute: 41,
    });
    let mut robot = Robot {
        day,
        rng: StdRng::seed_from_u64(seed),
        pages: Vec::new(),
        tries: 0,
        hostile,
        told: Vec::new(),
        fee: None,
    };
    story.tap(Tap::Start).tap(Tap::Language(language)).tap(Tap::Service(id));
    for _touch in 0..TOUCHES_MAX {
        match story.screen() {
            Screen::Request(_) => drop(story.tap(Tap::Continue)),
            Screen::Review(review) => {
                robot.read(&review.declaration);
                story.tap(Tap::Continue);
            }
            Screen::LayCard { .. } => story.world.lay_on(GOOD_CARD),
            Screen::Secret(_) => drop(story.type_secret(PIN)),
            Screen::Working { .. } | Screen::Filing => drop(story.wait(10)),
            Screen::Form(form) => robot.answer(&form, &mut story),
            Screen::Receipt(_) => return robot.done(&mut story, "receipt"),
            Screen::CardContent(_) => return robot.done(&mut story, "card content"),
            Screen::Information(_) => return robot.done(story.tap(Tap::PrintAgain).wait(15), "information"),
            Screen::Exit { .. } => return robot.done(&mut story, "exit"),
            other => panic!("{service}: the robot stands in front of {other:?}"),
        }
    }
    panic!("{service}: no end after {TOUCHES_MAX} touches; pages {:?}", robot.pages);
}

/// The first day from the test's "today" on which the service is offered.
fn offered_on(catalogue: &Catalogue, id: &ServiceId) -> Date {
    let service = catalogue
        .service(id)
        .unwrap_or_else(|| panic!("no service {}", id.as_str()));
    let first = jiff::civil::date(2026, 11, 24);
    let mut days = (0..DAYS_AHEAD).map(|ahead| first + ahead.days());
    let day = days.find(|day| service.is_offered(Some(*day)));
    day.unwrap_or_else(|| panic!("{} isn't offered within five years", id.as_str()))
}

/// Something that can be done on a map.
pub(crate) fn any_step(rng: &mut StdRng) -> MapStep {
    let sides = [Direction::North, Direction::South, Direction::West, Direction::East];
    match rng.random_range(0..6) {
        0 => MapStep::Closer,
        1 => MapStep::Farther,
        2 => MapStep::Move(sides[rng.random_range(0..sides.len())]),
        3 => MapStep::Middle,
        4 => MapStep::Remove,
        _ => MapStep::Touch(Spot {
            x: rng.random(),
            y: rng.random(),
        }),
    }
}

struct Robot {
    day: Date,
    rng: StdRng,
    pages: Vec<usize>,
    tries: usize,
    hostile: bool,
    told: Vec<String>,
    fee: Option<String>,
}

impl Robot {
    /// Answers what is open, and goes on.
    fn answer(&mut self, form: &Form, story: &mut Story) {
        if self.pages.last() == Some(&form.page) {
            self.tries += 1;
            assert!(self.tries < TRIES_MAX, "no answer fits: {:?}", form.fields);
        } else {
            self.tries = 0;
            self.pages.push(form.page);
            self.read_form(form);
        }
        for field in form.fields.iter().filter(|field| field.editable) {
            let open = field.required && field.value.is_empty();
            let preset = matches!(field.kind, FormFieldKind::Select { .. } | FormFieldKind::Number { .. });
            let wished = self.tries == 0 && (field.value.is_empty() || preset) && self.rng.random_bool(0.5);
            if let FormFieldKind::Place(_) = field.kind {
                self.wander(field, story);
            } else if open || wished || field.error.is_some() {
                let text = PrivateText::new(self.some(field));
                story.tap(Tap::Enter {
                    field: field.field,
                    text,
                });
            }
        }
        story.tap(Tap::Continue);
    }

    fn read_form(&mut self, form: &Form) {
        self.told.extend([form.title.clone(), form.intro.clone()]);
        for field in &form.fields {
            self.told.extend([field.label.clone(), field.hint.clone()]);
            if let FormFieldKind::Select { choices } = &field.kind {
                self.told.extend(choices.iter().map(|choice| choice.label.clone()));
            }
        }
    }

    fn read(&mut self, declaration: &Declaration) {
        for section in &declaration.sections {
            self.told.push(section.title.clone());
            for row in &section.rows {
                self.told.extend([row.label.clone(), row.value.expose().to_owned()]);
            }
        }
        let papers = declaration.papers.iter();
        self.told
            .extend(papers.flat_map(|(name, how)| [name.clone(), how.clone()]));
        self.told.push(declaration.statement.clone());
        self.fee.clone_from(&declaration.fee);
    }

    /// Moves over the map, and touches it here and there.
    fn wander(&mut self, field: &FormField, story: &mut Story) {
        for _ in 0..self.rng.random_range(0..8) {
            let step = any_step(&mut self.rng);
            story.tap(Tap::Map {
                field: field.field,
                step,
            });
        }
    }

    /// Another answer at each try.
    fn some(&mut self, field: &FormField) -> String {
        let mut at = self.tries;
        let text = matches!(
            field.kind,
            FormFieldKind::Text | FormFieldKind::Digits | FormFieldKind::Iban | FormFieldKind::Date
        );
        if self.hostile && text {
            match HOSTILE.get(at) {
                Some(hostile) => return (*hostile).to_owned(),
                None if at == HOSTILE.len() => return "ẞ".repeat(LONG_CHARS),
                None => at -= HOSTILE.len() + 1,
            }
        }
        match &field.kind {
            FormFieldKind::Text => TEXTS[at % TEXTS.len()].to_owned(),
            FormFieldKind::Digits => "51147385126039471".repeat(2)[..at % 20 + 1].to_owned(),
            FormFieldKind::Iban => "DE89 3704 0044 0532 0130 00".to_owned(),
            FormFieldKind::Money => MONEY[self.rng.random_range(0..MONEY.len())].to_owned(),
            FormFieldKind::Date => {
                let ahead = DAYS[self.rng.random_range(0..DAYS.len())];
                let day = self.day + ahead.days();
                format!("{}.{}.{}", day.day(), day.month(), day.year())
            }
            FormFieldKind::Number { min, max } => {
                let most = (*max).min(min.saturating_add(12));
                self.rng.random_range(*min..=most).to_string()
            }
            FormFieldKind::YesNo => self.rng.random_bool(0.5).to_string(),
            FormFieldKind::Place(_) => String::new(), // see `wander`
            FormFieldKind::Select { choices } => choices[self.rng.random_range(0..choices.len())].key.clone(),
        }
    }

    /// Looks at the end, takes the card, and leaves.
    fn done(mut self, story: &mut Story, end: &'static str) -> Walked {
        story.wait(15).tap(Tap::Continue);
        story.world.take_card();
        assert!(story.wait(20).is_idle(), "saw {:?}", story.screen());
        let kept = story.world.filing.kept.take().unwrap_or_default();
        assert!(kept.len() <= 1, "filed {} times", kept.len());
        let papers = story.world.papers.take().unwrap_or_default();
        self.told.extend(papers.iter().flat_map(lines));
        let kept = kept.into_iter().next();
        let (filed, xml) = kept.map_or((None, None), |kept| (Some(kept.json), kept.xml));
        Walked {
            filed,
            xml,
            pages: self.pages,
            end,
            told: self.told,
            fee: self.fee,
            papers,
        }
    }
}

/// Every line of a document.
pub fn lines(document: &Document) -> Vec<String> {
    let mut lines = vec![document.title.clone(), document.footer.clone()];
    for block in &document.blocks {
        match block {
            Block::Heading { text, .. } | Block::Paragraph(text) | Block::Notice(text) => {
                lines.push(text.expose().to_owned());
            }
            Block::Table(rows) => {
                lines.extend(
                    rows.iter()
                        .flat_map(|row| [row.label.clone(), row.value.expose().to_owned()]),
                );
            }
            Block::Code { label, text, alt, .. } => lines.extend([label.clone(), text.clone(), alt.clone()]),
            Block::Fees(fees) => {
                lines.extend(
                    fees.iter()
                        .flat_map(|fee| [fee.label.clone(), fee.amount.expose().to_owned()]),
                );
            }
            Block::Image { alt: text, .. } | Block::SignatureLine { label: text } => lines.push(text.clone()),
            Block::NewPage => {}
        }
    }
    lines
}

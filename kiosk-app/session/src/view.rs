//! What the screens show, computed from the session: plain data, one variant per screen. A view may hold personal data
//! (a form's values); it is wiped when the next one replaces it.
use crate::preferences::Preferences;
use crate::{Ending, Terminal};
use catalogue::{CardFact, CardSection, LocalTime, Provider};
use drivers_api::card::{Authenticity, DataGroup, ProviderCertificate};
use drivers_api::language::Language;
use drivers_api::print::{Medium, PrintTrouble};
use drivers_api::private::PrivateText;

mod board;
mod card;
mod follow_up;
mod form;
mod pay;
mod services;

pub use board::{BoardEntry, BoardFact, BoardFactKind, BoardPlace, BoardSection, BoardState, BoardView};
pub use card::{CardHint, CardWork, PinNews, Refusal, SecretEntry, SecretKind, SecretTrouble};
pub use follow_up::{
    CaseRow, CaseStep, CaseView, CodeEntry, CodeTrouble, FollowUp, LetterPage, LetterPart, LetterRow, NoCase,
};
pub use form::{Form, FormChoice, FormField, FormFieldKind, MapView, MapWays};
pub use pay::{PayBack, PayScreen, PayView};
pub use services::{Availability, List, Tile};

/// The whole face of the terminal at one moment.
#[derive(Debug)]
pub struct View {
    /// Language of the visit.
    pub language: Language,
    /// Language of the service's texts on this screen: that of the visit, unless they aren't translated, which the
    /// screen says and speech follows. On a list of services it is another one as soon as one of them isn't translated.
    pub texts_in: Language,
    /// Name of the town.
    pub town: String,
    /// What is shown.
    pub screen: Screen,
    /// Time is running out: shown on top of every screen, with "I need more time" ([`crate::Tap::MoreTime`]).
    pub countdown: Option<Countdown>,
    /// A "back" button is there ([`crate::Tap::Back`]).
    pub back: bool,
    /// A "cancel" button is there ([`crate::Tap::Cancel`]).
    pub cancel: bool,
    /// What lies over the screen. [`crate::Tap::KeepGoing`] closes it.
    pub over: Over,
    /// How this visitor wants the terminal.
    pub preferences: Preferences,
    /// Who hears what is said.
    pub speech: SpeechTo,
    /// What became of asking for a person.
    pub staff: StaffCall,
    /// The case can be covered at once ([`crate::Tap::StepAside`]).
    pub can_step_aside: bool,
}

/// What lies over a screen, one thing at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Over {
    /// Nothing.
    #[default]
    Nothing,
    /// "Really stop?" ([`crate::Tap::ConfirmCancel`])
    AskingCancel,
    /// The languages ([`crate::Tap::Language`]).
    Languages,
    /// Colours, size, reach, speech ([`crate::Tap::Prefer`]).
    Settings,
    /// Ways to help ([`crate::Tap::CallStaff`], [`crate::Tap::StepAside`], [`crate::Tap::Settings`]).
    Help,
}

/// What became of asking for a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StaffCall {
    /// Nobody was asked for.
    #[default]
    NotAsked,
    /// The call is on its way.
    Calling,
    /// Staff are told.
    Told,
    /// Somebody is on the way.
    Coming,
    /// There is no line to staff just now: the citizen is told where to go.
    OutOfReach,
}

/// Who hears what is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpeechTo {
    /// Nobody: nothing is said.
    #[default]
    Nobody,
    /// Everybody around, by the loudspeaker: nothing personal is said.
    Room,
    /// The one who wears the headset.
    Headset,
}

impl SpeechTo {
    pub(crate) fn of(preferences: Preferences, terminal: &Terminal) -> Self {
        match (terminal.headset, preferences.aloud) {
            (true, _) => Self::Headset,
            (false, true) => Self::Room,
            (false, false) => Self::Nobody,
        }
    }
}

impl Screen {
    /// Something on it may tell who is here or what they do, so it is spoken to the headset only (EN 301 549
    /// §5.1.3.9).
    pub fn is_personal(&self) -> bool {
        match self {
            Self::Attract { .. } | Self::Languages | Self::Services { .. } | Self::PinMenu { .. } => false,
            Self::Search { .. } | Self::Information(_) | Self::Board(_) => false,
            Self::Request(_) | Self::LayCard { .. } | Self::Working { .. } | Self::Filing => false,
            Self::FilingFailed { .. } | Self::TakeCard | Self::Goodbye { .. } => false,
            Self::Secret(_) | Self::CardRefused { .. } | Self::PinDone(_) | Self::PinForgotten { .. } => true,
            Self::CardContent(_) | Self::Exit { .. } | Self::Form(_) | Self::Review(_) => true,
            Self::Receipt(_) | Self::Away(_) | Self::Pay(_) => true,
            Self::FollowUp(follow_up) => follow_up.is_personal(),
        }
    }
}

/// Seconds until the visit is put away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Countdown {
    /// Whole seconds left.
    pub remaining_s: u32,
    /// Seconds at which the countdown began.
    pub from_s: u32,
}

/// One screen.
#[derive(Debug)]
pub enum Screen {
    /// Nobody is here. [`crate::Tap::Start`]
    Attract {
        /// Somebody left a card on the reader.
        card_left: bool,
        /// A device is missing; what still works is offered all the same.
        reader_works: bool,
        /// The terminal has a certificate, so cards can be read.
        eid_works: bool,
        /// The town's clock, when it is known.
        time: Option<LocalTime>,
        /// What can be done here, in German; nobody has chosen a language yet.
        services: Vec<String>,
        /// The town's newest news, in German.
        headlines: Vec<String>,
    },
    /// [`crate::Tap::Language`]
    Languages,
    /// [`crate::Tap::Service`], [`crate::Tap::PinServices`], [`crate::Tap::Situation`], [`crate::Tap::Search`]
    Services {
        /// Which of them.
        list: List,
        /// One per service.
        tiles: Vec<Tile>,
        /// The town has something to tell ([`crate::Tap::Board`]).
        board: bool,
    },
    /// Services by the citizen's own words. [`crate::Tap::Find`], [`crate::Tap::Service`], [`crate::Tap::PinServices`]
    Search {
        /// What is looked for.
        words: PrivateText,
        /// What was found, best first.
        tiles: Vec<Tile>,
    },
    /// What about the PIN? [`crate::Tap::Pin`], [`crate::Tap::PinForgotten`]
    PinMenu {
        /// Without a reader only the advice for a forgotten PIN is left.
        reader_works: bool,
    },
    /// Who asks for which data and why, before the PIN (PAuswG §18(4)). [`crate::Tap::Continue`]
    Request(Box<Request>),
    /// Lay on your card. Goes on by itself.
    LayCard {
        /// What is wrong with what lies there, if anything.
        hint: CardHint,
    },
    /// PIN or CAN. [`crate::Tap::Digit`], [`crate::Tap::Erase`], [`crate::Tap::Continue`]
    Secret(SecretEntry),
    /// The reader works with the card; leave it there.
    Working {
        /// At what.
        work: CardWork,
        /// The secrets are typed on the reader's own keys.
        on_pad: bool,
    },
    /// The card can't be used here as it is. [`crate::Tap::Continue`] tries again where [`Refusal::retry`], asks for the
    /// PUK where the PIN is blocked; [`crate::Tap::PinForgotten`] where [`Refusal::needs_counter`].
    CardRefused {
        /// Why.
        why: Refusal,
    },
    /// The PIN is in order (again). [`crate::Tap::Continue`] ends, `Back` leads to the services.
    PinDone(PinNews),
    /// A new PIN is set at the counter. [`crate::Tap::PrintAgain`], [`crate::Tap::Continue`]
    PinForgotten {
        /// Which office, and where.
        office: String,
        /// The note for the counter.
        note: Leaflet,
    },
    /// What a service tells that only informs. [`crate::Tap::PrintAgain`], [`crate::Tap::Continue`] ends, `Back` leads
    /// to the services.
    Information(Information),
    /// What the town tells. [`crate::Tap::Entry`], `Back`; [`crate::Tap::Find`] among found things.
    Board(Box<BoardView>),
    /// What stands on the card, in words. [`crate::Tap::Continue`] ends, `Back` leads to the services.
    CardContent(CardContent),
    /// The card said no to what the service is for. [`crate::Tap::Continue`] ends, `Back` leads to the services.
    Exit {
        /// Name of the service.
        service: String,
        /// Why it isn't for this person, as a heading.
        title: String,
        /// The way on.
        text: String,
    },
    /// A page of the form. [`crate::Tap::Enter`], [`crate::Tap::Continue`]
    Form(Form),
    /// The whole declaration before it is submitted (VwVfG §3a(5)). [`crate::Tap::Change`], [`crate::Tap::Continue`]
    Review(Review),
    /// The fee. [`crate::Tap::Pay`], `Back`; [`crate::Tap::Continue`] where money went back.
    Pay(PayView),
    /// The case is being sealed and stored.
    Filing,
    /// The case could not be stored. [`crate::Tap::Continue`] tries again.
    FilingFailed {
        /// The terminal has no room; a retry won't help before staff came.
        storage_full: bool,
        /// Nothing was filed, for certain; else nobody answered in time, and a retry finds out.
        certain: bool,
        /// It is paid already: whoever stops gets the money back.
        paid: bool,
    },
    /// Filed. The code is shown whatever becomes of the paper. [`crate::Tap::PrintAgain`], [`crate::Tap::Continue`]
    Receipt(ReceiptView),
    /// What became of a case that was filed before.
    FollowUp(FollowUp),
    /// Take your card. Goes on by itself.
    TakeCard,
    /// Good-bye, with what happens next.
    Goodbye {
        /// How the visit ended.
        ending: Ending,
    },
    /// The citizen seems to be away; nothing personal is shown. [`crate::Tap::Continue`], or the birthday by
    /// [`crate::Tap::Digit`]
    Away(AwayView),
}

/// Who asks for what and why.
#[derive(Debug)]
pub struct Request {
    /// Name of the service.
    pub service: String,
    /// Who gets the data.
    pub provider: Provider,
    /// Why.
    pub purpose: String,
    /// By which law.
    pub legal_basis: String,
    /// What is read from the card; none for a service without card.
    pub data: Vec<DataGroup>,
    /// What the card is asked beside, in whole sentences: its answer is yes or no, or a pseudonym.
    pub questions: Vec<String>,
    /// Nothing is submitted: what was read is shown and forgotten.
    pub only_shown: bool,
    /// What it costs, in words.
    pub fee: Option<String>,
    /// What the terminal's certificate says of who asks; `None` for a service without card.
    pub certificate: Option<Box<ProviderCertificate>>,
    /// The printer doesn't print just now: whoever wants the paper knows before beginning.
    pub no_paper: bool,
}

/// What a service tells.
#[derive(Debug)]
pub struct Information {
    /// Name of the service.
    pub service: String,
    /// Its sections: a heading and what it says, line by line.
    pub sections: Vec<(String, String)>,
    /// By which law.
    pub legal_basis: String,
    /// Where it gives waiting numbers.
    pub number: Option<Number>,
    /// The same on paper, or the number.
    pub leaflet: Leaflet,
}

/// A waiting number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    /// One can be drawn: [`crate::Tap::DrawNumber`].
    Offered,
    /// It is being drawn.
    Asking,
    /// It is drawn, and on its way to paper.
    Drawn {
        /// As it is called: `A17`.
        text: String,
        /// How many wait before it, in words.
        ahead: String,
    },
    /// Nobody can be asked for one now; it can be tried again.
    NotNow,
    /// Nobody is at the counter.
    Closed,
}

/// A paper to take along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leaflet {
    /// What became of it, once it was asked for.
    pub paper: Option<Paper>,
    /// It may be printed (again).
    pub print: bool,
}

/// What stands on a card.
#[derive(Debug)]
pub struct CardContent {
    /// Name of the service.
    pub service: String,
    /// Every group that was read, by what it is about.
    pub sections: Vec<(CardSection, Vec<CardFact>)>,
    /// What to do when something is wrong.
    pub note: String,
    /// How far the data are proven.
    pub authenticity: Authenticity,
}

/// The whole declaration.
#[derive(Debug)]
pub struct Review {
    /// Name of the service.
    pub service: String,
    /// Section by section.
    pub declaration: catalogue::Declaration,
    /// It is prepared here and completed at the counter.
    pub prepared: bool,
    /// How far the card's data are proven; `None` for a service without card.
    pub authenticity: Option<Authenticity>,
}

/// What became of the receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// Being printed.
    Printing,
    /// It is there to be taken.
    Printed(Medium),
    /// It didn't print.
    Failed(PrintTrouble),
}

/// The case is filed.
#[derive(Debug)]
pub struct ReceiptView {
    /// Name of the service.
    pub service: String,
    /// The code, in groups.
    pub code: String,
    /// The backend can be reached: the case is on its way; else it waits here, safely.
    pub line_up: bool,
    /// It was prepared here and is completed at the counter.
    pub prepared: bool,
    /// The receipt.
    pub paper: Paper,
    /// It may be printed (again): [`crate::Tap::PrintAgain`].
    pub print_again: bool,
    /// What happens next.
    pub next_steps: String,
    /// How the fee was or will be paid; empty where the terminal didn't ask.
    pub payment: String,
    /// Nobody knows whether it was paid.
    pub payment_unclear: bool,
}

/// How somebody who stepped aside comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwayView {
    /// Seconds until the visit is wiped.
    pub remaining_s: u32,
    /// The birthday (day and month, 4 digits) is asked, because a card was read; digits typed so far.
    pub birthday: Option<usize>,
    /// The last one was wrong.
    pub wrong: bool,
}

//! What the town tells, as the screens show it: a place on the board with what can be read and opened there.
use catalogue::LocalTime;
use drivers_api::private::PrivateText;

/// A page of the board.
#[derive(Debug, Default)]
pub struct BoardView {
    /// Which page.
    pub place: BoardPlace,
    /// The town's heading; empty where the page has a name of its own.
    pub title: String,
    /// What is known of it, in short.
    pub facts: Vec<BoardFact>,
    /// What it says.
    pub paragraphs: Vec<String>,
    /// What can be opened, or is listed.
    pub entries: Vec<BoardEntry>,
    /// Entries that are there and not shown.
    pub more: usize,
    /// Where there is more: the whole address, and how one says it.
    pub link: Option<(String, String)>,
    /// From when it is.
    pub as_of: Option<LocalTime>,
    /// What is looked for among found things.
    pub words: PrivateText,
}

/// A page of the board. The numbers tell pages of a kind apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BoardPlace {
    /// What there is.
    #[default]
    Overview,
    /// The pages of a section's list.
    List(BoardSection),
    /// One thing of a section.
    One(BoardSection, usize),
    /// A paper of a meeting's agenda.
    Paper(usize, usize),
}

/// What the town tells about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardSection {
    /// News.
    News,
    /// Council and committees.
    Council,
    /// What people are asked.
    Consultations,
    /// Found things.
    Found,
    /// Opening times.
    Offices,
    /// Who is responsible.
    Responsible,
}

impl BoardSection {
    /// All, in their order.
    pub const ALL: [Self; 6] = [
        Self::Offices,
        Self::News,
        Self::Council,
        Self::Consultations,
        Self::Found,
        Self::Responsible,
    ];
}

/// Something on a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoardEntry {
    /// A section of the overview; its name is the screens'.
    pub section: Option<BoardSection>,
    /// The town's words.
    pub title: String,
    /// More of them.
    pub text: String,
    /// A day or time, in the language of the visit.
    pub when: String,
    /// How it stands.
    pub state: BoardState,
    /// It can be opened ([`crate::Tap::Entry`]).
    pub opens: bool,
}

/// How something stands. Days and times are in the language of the visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BoardState {
    /// Nothing to say.
    #[default]
    None,
    /// Open until then today.
    OpenUntil(String),
    /// Open from then on today.
    OpensAt(String),
    /// Closed until then.
    OpensOn(String),
    /// Closed; nobody knows until when.
    Closed,
    /// The meeting was called off.
    Cancelled,
    /// Talked about without the public.
    NotPublic,
    /// One can take part until that day.
    Until(String),
}

/// A fact: what it is about, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardFact {
    /// What it is about.
    pub kind: BoardFactKind,
    /// What it says. Empty hours mean: closed.
    pub value: String,
    /// The value is in the town's own words, which are German.
    pub german: bool,
}

/// What a fact is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoardFactKind {
    /// When it is.
    When,
    /// Where it is.
    Where,
    /// What kind of thing.
    Kind,
    /// Its number.
    Number,
    /// Its day.
    Day,
    /// The office.
    Office,
    /// Telephone.
    Phone,
    /// A weekday's hours, Monday = 0.
    Weekday(u8),
    /// A special day's hours, by its date in the language of the visit and the town's word for it.
    SpecialDay(String, String),
    /// What else is to say.
    Note,
}

use super::*;
use crate::view::{BoardFactKind, BoardState};
use crate::{Ending, Now, Session};
use catalogue::Catalogue;

const BOARD: &str = r#"{
    "news": {"as_of": "2026-11-30T06:00", "items": [
        {"title": "Das Bad ist offen", "day": "2026-11-29", "text": ["Kommen Sie."], "link": "https://www.musterstadt.de/bad"},
        {"title": "Weihnachtsmarkt", "day": "2026-11-28"}]},
    "meetings": {"as_of": "2026-11-30T06:00", "items": [
        {"name": "Rat", "start": "2026-12-03T18:30", "place": "Rathaus", "agenda": [
            {"number": "1", "title": "Haushalt", "papers": [0]}, {"title": "Personal", "closed": true}]},
        {"name": "Bauausschuss", "start": "2026-12-10T00:00", "cancelled": true}]},
    "papers": [{"name": "Haushaltssatzung", "reference": "12/2026", "kind": "Vorlage", "day": "2026-11-20"}],
    "consultations": {"as_of": null, "items": [{"title": "Spielplatz", "until": "2027-01-15"}]},
    "found": {"as_of": "2026-11-29T08:00", "items": [
        {"kind": "Fahrrad", "what": "Damenrad, blau", "day": "2026-11-20", "place": "Markt", "number": "17"},
        {"kind": "Schlüssel", "what": "Schlüsselbund", "day": "2026-11-21", "place": "Bahnhof", "number": "18"}]},
    "offices": {"as_of": "2026-11-30T06:00", "items": [{"name": "Bürgerbüro", "place": "Markt 1",
        "week": [[{"from": "08:00", "until": "12:00"}], [], [], [], [], [], []],
        "exceptions": [{"from": "2026-12-24", "until": "2026-12-26", "why": "Weihnachten"}]}]},
    "responsible": {"as_of": null, "items": [{"service": "Hundesteuer", "office": "Steueramt", "opening": ["Mo 8–12"]}]}
}"#;

struct World {
    session: Session,
    terminal: Terminal,
}

impl World {
    fn new(json: &str) -> Self {
        let catalogue = Catalogue::load(&catalogue::bundled::files()).unwrap().catalogue;
        let mut terminal = Terminal::new(catalogue);
        // A Monday.
        terminal.time = Some(LocalTime {
            year: 2026,
            month: 11,
            day: 30,
            hour: 9,
            minute: 0,
        });
        let mut world = Self {
            session: Session::Idle,
            terminal,
        };
        world.hear(Input::Board(Arc::new(Board::from_json(json.as_bytes()).unwrap())));
        assert_eq!(world.session.name(), "idle", "a new board wakes nobody");
        world
    }

    fn hear(&mut self, input: Input) {
        let session = core::mem::take(&mut self.session);
        self.session = session.handle(input, Now::ZERO, &mut self.terminal, &mut Vec::new());
    }

    fn tap(&mut self, tap: Tap) -> &mut Self {
        self.hear(Input::Tap(tap));
        self
    }

    fn begin(&mut self, language: Language) -> &mut Self {
        self.tap(Tap::Start).tap(Tap::Language(language)).tap(Tap::Board)
    }

    fn page(&self) -> BoardView {
        match self.session.view(Now::ZERO, &self.terminal).screen {
            Screen::Board(page) => *page,
            other => panic!("{other:?}"),
        }
    }

    fn titles(&self) -> Vec<String> {
        self.page().entries.into_iter().map(|entry| entry.title).collect()
    }

    /// Opens a section from the overview.
    fn open(&mut self, section: BoardSection) -> &mut Self {
        let entries = self.page().entries;
        let at = entries.iter().position(|entry| entry.section == Some(section)).unwrap();
        self.tap(Tap::Entry(at))
    }
}

#[test]
fn news_are_read_and_back_leads_out() {
    let mut world = World::new(BOARD);
    world.begin(Language::German);
    assert_eq!(world.page().entries.len(), 6);
    assert_eq!(world.page().entries[0].state, BoardState::OpenUntil("12:00".into()));
    world.open(BoardSection::News);
    assert_eq!(world.titles(), ["Das Bad ist offen", "Weihnachtsmarkt"]);
    world.tap(Tap::Entry(0));
    let page = world.page();
    assert_eq!((page.title.as_str(), page.paragraphs.len()), ("Das Bad ist offen", 1));
    assert_eq!(page.link.unwrap().1, "www.musterstadt.de");
    assert_eq!(page.as_of.unwrap().clock_text(), "6:00");
    world.tap(Tap::Entry(0)).tap(Tap::Entry(usize::MAX));
    assert_eq!(world.page().title, "Das Bad ist offen", "nothing behind it");
    world.tap(Tap::Back).tap(Tap::Back).tap(Tap::Back);
    assert_eq!(world.session.name(), "services");
}

#[test]
fn a_paper_is_reached_by_its_agenda() {
    let mut world = World::new(BOARD);
    world.begin(Language::English).open(BoardSection::Council);
    let page = world.page();
    assert_eq!(page.entries[0].when, "3 December 2026, 18:30");
    assert_eq!(
        (page.entries[1].state.clone(), page.entries[1].when.as_str()),
        (BoardState::Cancelled, "10 December 2026")
    );
    world.tap(Tap::Entry(0));
    assert_eq!(world.titles(), ["1 Haushalt", "Haushaltssatzung", "Personal"]);
    assert_eq!(world.page().entries[2].state, BoardState::NotPublic);
    world.tap(Tap::Entry(0));
    assert_eq!(world.page().title, "Rat", "an item opens nothing");
    world.tap(Tap::Entry(1));
    let view = world.session.view(Now::ZERO, &world.terminal);
    assert_eq!((view.language, view.texts_in), (Language::English, Language::German));
    assert_eq!(world.page().facts[0].value, "Vorlage");
    world.tap(Tap::Back);
    assert_eq!(world.page().title, "Rat");
}

#[test]
fn found_things_are_looked_for_with_mistakes() {
    let mut world = World::new(BOARD);
    world.begin(Language::German).open(BoardSection::Found);
    assert_eq!(world.titles(), ["Schlüsselbund", "Damenrad, blau"], "newest first");
    world.tap(Tap::Find(PrivateText::from("blaues damnrad")));
    assert_eq!(world.titles(), ["Damenrad, blau"]);
    world.tap(Tap::Entry(0));
    let facts = world.page().facts;
    assert_eq!(
        (facts[3].kind.clone(), facts[3].value.as_str()),
        (BoardFactKind::Number, "17")
    );
    world.tap(Tap::Back);
    assert_eq!(
        world.page().words.expose(),
        "blaues damnrad",
        "the words are still there"
    );
    world.tap(Tap::Find(PrivateText::from("Elefant")));
    assert!(world.titles().is_empty());
    world
        .tap(Tap::Back)
        .open(BoardSection::News)
        .tap(Tap::Find(PrivateText::from("x")));
    assert_eq!(world.titles().len(), 2, "only found things are looked for");
}

#[test]
fn an_office_tells_its_week_and_its_special_days() {
    let mut world = World::new(BOARD);
    world
        .begin(Language::German)
        .open(BoardSection::Offices)
        .tap(Tap::Entry(0));
    let page = world.page();
    assert_eq!(page.facts[1].value, "8:00–12:00");
    assert_eq!(
        (page.facts[2].kind.clone(), page.facts[2].value.as_str()),
        (BoardFactKind::Weekday(1), "")
    );
    let special = BoardFactKind::SpecialDay("24. Dezember 2026 – 26. Dezember 2026".into(), "Weihnachten".into());
    assert_eq!(page.facts[8].kind, special);
    world.terminal.time = None;
    assert!(
        world.page().entries.is_empty(),
        "without a clock nothing is said about now"
    );
}

#[test]
fn what_is_read_stays_while_a_new_board_comes() {
    let mut world = World::new(BOARD);
    world
        .begin(Language::German)
        .open(BoardSection::News)
        .tap(Tap::Entry(1));
    world.hear(Input::Board(Arc::default()));
    assert_eq!(world.page().title, "Weihnachtsmarkt");
    world.tap(Tap::Back).tap(Tap::Back).tap(Tap::Back);
    let Screen::Services { board, .. } = world.session.view(Now::ZERO, &world.terminal).screen else {
        panic!()
    };
    assert!(!board, "the new board is empty, so nothing is offered");
    world.tap(Tap::Board);
    assert_eq!(world.session.name(), "services");
    assert!(world.terminal.board.is_none());
}

#[test]
fn the_attract_screen_tells_headlines_and_time_ends_a_visit() {
    let mut world = World::new(BOARD);
    let Screen::Attract { headlines, .. } = world.session.view(Now::ZERO, &world.terminal).screen else {
        panic!()
    };
    assert_eq!(headlines, ["Das Bad ist offen", "Weihnachtsmarkt"]);
    world.begin(Language::German);
    let mut effects = Vec::new();
    let session = core::mem::take(&mut world.session);
    let later = patience::SHOWING + Duration::from_secs(1);
    world.session = session.handle(Input::Tick, later, &mut world.terminal, &mut effects);
    assert_eq!(world.session.name(), "idle");
    assert!(effects.iter().any(|effect| matches!(
        effect,
        crate::Effect::Record(crate::Record::VisitEnded(Ending::Abandoned))
    )));
}

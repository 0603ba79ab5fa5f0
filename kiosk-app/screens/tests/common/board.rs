//! What the town tells: one page of each kind.
use super::{NOW, view};
use drivers_api::language::Language;
use drivers_api::private::PrivateText;
use session::view::{
    BoardEntry, BoardFact, BoardFactKind, BoardPlace, BoardSection, BoardState, BoardView, Screen, View,
};

/// Names of pictures, and their views. The town writes German.
pub(crate) fn board(l: Language) -> Vec<(&'static str, View)> {
    let pages = [
        ("23-board", overview()),
        ("23-board-news", news()),
        ("23-board-article", article()),
        ("23-board-council", council()),
        ("23-board-meeting", meeting(l)),
        ("23-board-paper", paper()),
        ("23-board-consultation", consultation(l)),
        ("23-board-offices", offices()),
        ("23-board-office", office(l)),
        ("23-board-found", found("", l)),
        ("23-board-found-words", found("blaues Rad", l)),
        (
            "23-board-found-nothing",
            BoardView {
                entries: Vec::new(),
                more: 0,
                ..found("Elefant", l)
            },
        ),
        ("23-board-thing", thing(l)),
    ];
    let shown = |page: BoardView| {
        let overview = page.place == BoardPlace::Overview;
        View {
            texts_in: if overview { l } else { Language::German },
            ..view(l, Screen::Board(Box::new(page)))
        }
    };
    pages.into_iter().map(|(name, page)| (name, shown(page))).collect()
}

fn at(place: BoardPlace) -> BoardView {
    BoardView {
        place,
        as_of: Some(NOW),
        ..BoardView::default()
    }
}

fn entry(title: &str, when: &str, text: &str) -> BoardEntry {
    BoardEntry {
        title: title.into(),
        when: when.into(),
        text: text.into(),
        opens: true,
        ..BoardEntry::default()
    }
}

fn state(state: BoardState) -> BoardEntry {
    BoardEntry {
        state,
        ..BoardEntry::default()
    }
}

fn fact(kind: BoardFactKind, value: &str, german: bool) -> BoardFact {
    BoardFact {
        kind,
        value: value.into(),
        german,
    }
}

fn overview() -> BoardView {
    let section = |section| BoardEntry {
        section: Some(section),
        opens: true,
        state: match section {
            BoardSection::Offices => BoardState::OpenUntil("18:00".into()),
            _ => BoardState::None,
        },
        ..BoardEntry::default()
    };
    BoardView {
        entries: BoardSection::ALL.map(section).to_vec(),
        ..BoardView::default()
    }
}

fn news() -> BoardView {
    BoardView {
        entries: vec![
            entry("Das Hallenbad ist wieder offen", "23. November 2026", ""),
            entry(
                "Weihnachtsmarkt auf dem Rathausplatz: neue Stände und längere Zeiten",
                "20. November 2026",
                "",
            ),
            entry("Sperrung der Heidestraße", "18. November 2026", ""),
        ],
        ..at(BoardPlace::List(BoardSection::News))
    }
}

fn article() -> BoardView {
    let link = "https://www.musterstadt.de/aktuelles/hallenbad-wieder-offen?utm=terminal";
    BoardView {
        title: "Das Hallenbad ist wieder offen".into(),
        facts: vec![fact(BoardFactKind::Day, "23. November 2026", false)],
        paragraphs: vec![
            "Nach vier Monaten Bauzeit ist das Hallenbad am Stadtpark wieder offen. Das Becken hat neue Fliesen, und die Umkleiden haben jetzt eine Tür für Rollstühle.".into(),
            "Die Eintrittspreise bleiben, wie sie sind. Montags ist geschlossen.".into(),
        ],
        link: Some((link.into(), "www.musterstadt.de".into())),
        ..at(BoardPlace::One(BoardSection::News, 0))
    }
}

fn council() -> BoardView {
    BoardView {
        entries: vec![
            entry(
                "Rat der Stadt Musterstadt",
                "3. Dezember 2026, 18:30 Uhr",
                "Rathaus, Großer Saal",
            ),
            BoardEntry {
                state: BoardState::Cancelled,
                ..entry(
                    "Ausschuss für Bauen, Umwelt und Verkehr",
                    "8. Dezember 2026, 17:00 Uhr",
                    "Rathaus, Zimmer 12",
                )
            },
        ],
        ..at(BoardPlace::List(BoardSection::Council))
    }
}

fn meeting(l: Language) -> BoardView {
    let item = |title: &str, state| BoardEntry {
        title: title.into(),
        state,
        ..BoardEntry::default()
    };
    BoardView {
        title: "Rat der Stadt Musterstadt".into(),
        facts: vec![
            fact(BoardFactKind::When, &NOW.text(l), false),
            fact(BoardFactKind::Where, "Rathaus, Großer Saal", true),
        ],
        entries: vec![
            item("Ö 1 Einwohnerfragestunde", BoardState::None),
            item(
                "Ö 2 Haushaltssatzung der Stadt Musterstadt für das Jahr 2027",
                BoardState::None,
            ),
            entry("Haushaltssatzung 2027 mit Anlagen", "", "112/2026"),
            item("N 1 Personalangelegenheiten", BoardState::NotPublic),
        ],
        ..at(BoardPlace::One(BoardSection::Council, 0))
    }
}

fn paper() -> BoardView {
    BoardView {
        title: "Haushaltssatzung 2027 mit Anlagen".into(),
        facts: vec![
            fact(BoardFactKind::Kind, "Beschlussvorlage", true),
            fact(BoardFactKind::Number, "112/2026", true),
        ],
        paragraphs: vec!["Der Rat beschließt die Haushaltssatzung für das Jahr 2027.".into()],
        link: Some((
            "https://ris.musterstadt.de/vorgang/112-2026".into(),
            "ris.musterstadt.de".into(),
        )),
        ..at(BoardPlace::Paper(0, 0))
    }
}

fn consultation(l: Language) -> BoardView {
    BoardView {
        title: "Neuer Spielplatz am Stadtpark".into(),
        entries: vec![state(BoardState::Until(NOW.day_text(l)))],
        paragraphs: vec!["Was wünschen Sie sich? Schaukeln, Klettern, Wasser? Sagen Sie es uns.".into()],
        link: Some((
            "https://mitmachen.musterstadt.de/spielplatz".into(),
            "mitmachen.musterstadt.de".into(),
        )),
        ..at(BoardPlace::One(BoardSection::Consultations, 0))
    }
}

fn offices() -> BoardView {
    let office = |name, place, state| BoardEntry {
        state,
        ..entry(name, "", place)
    };
    BoardView {
        entries: vec![
            office("Bürgerbüro", "Rathausplatz 1", BoardState::OpenUntil("18:00".into())),
            office(
                "Standesamt",
                "Rathausplatz 1, Zimmer 20",
                BoardState::OpensAt("14:00".into()),
            ),
            office(
                "Stadtbücherei",
                "Am Markt 3",
                BoardState::OpensOn("24. November 2026, 10:00 Uhr".into()),
            ),
        ],
        ..at(BoardPlace::List(BoardSection::Offices))
    }
}

fn office(l: Language) -> BoardView {
    let weekday = |day, hours: &str| fact(BoardFactKind::Weekday(day), hours, false);
    let special = BoardFactKind::SpecialDay(NOW.day_text(l), "1. Weihnachtstag".into());
    BoardView {
        title: "Bürgerbüro".into(),
        entries: vec![state(BoardState::OpenUntil("18:00".into()))],
        facts: vec![
            fact(BoardFactKind::Where, "Rathausplatz 1", true),
            fact(BoardFactKind::Phone, "0221 123456", false),
            fact(BoardFactKind::Note, "Nur mit Termin", true),
            weekday(0, "8:00–12:00, 14:00–18:00"),
            weekday(1, "8:00–12:00"),
            weekday(2, ""),
            weekday(3, "8:00–12:00, 14:00–18:00"),
            weekday(4, "8:00–12:00"),
            weekday(5, ""),
            weekday(6, ""),
            fact(special, "", false),
        ],
        ..at(BoardPlace::One(BoardSection::Offices, 0))
    }
}

fn found(words: &str, l: Language) -> BoardView {
    let day = NOW.day_text(l);
    BoardView {
        words: PrivateText::from(words),
        entries: vec![
            entry("Damenrad, blau, mit Korb", &day, "Rathausplatz"),
            entry("Schlüsselbund mit rotem Anhänger", &day, "Bahnhof, Gleis 2"),
            entry("Kinderrucksack", &day, ""),
        ],
        more: if words.is_empty() { 40 } else { 0 },
        ..at(BoardPlace::List(BoardSection::Found))
    }
}

fn thing(l: Language) -> BoardView {
    BoardView {
        title: "Damenrad, blau, mit Korb".into(),
        facts: vec![
            fact(BoardFactKind::Kind, "Fahrrad", true),
            fact(BoardFactKind::When, &NOW.day_text(l), false),
            fact(BoardFactKind::Where, "Rathausplatz", true),
            fact(BoardFactKind::Number, "2026/117", true),
        ],
        ..at(BoardPlace::One(BoardSection::Found, 0))
    }
}

/// What the attract screen tells of it.
pub(crate) fn headlines() -> Vec<String> {
    let headlines = [
        "Das Hallenbad ist wieder offen",
        "Weihnachtsmarkt auf dem Rathausplatz: neue Stände und längere Zeiten",
        "Sperrung der Heidestraße",
    ];
    headlines.map(str::to_owned).to_vec()
}

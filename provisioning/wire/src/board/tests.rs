use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

fn line(text: &str) -> Line {
    Line::clean(text)
}

fn paper(name: &str) -> Paper {
    Paper {
        name: line(name),
        reference: line("12/2026"),
        kind: line("Vorlage"),
        day: Day::parse("2026-11-20"),
        text: Text::clean(["Der Rat beschließt."]),
        link: Link::parse("https://ris.example/12"),
    }
}

fn item(papers: &[u32]) -> AgendaItem {
    AgendaItem {
        number: line("Ö 1"),
        title: line("Haushalt"),
        closed: false,
        papers: papers.to_vec(),
    }
}

fn meeting(start: &str, agenda: Vec<AgendaItem>) -> Meeting {
    Meeting {
        name: line("Rat"),
        start: Moment::parse(start).unwrap(),
        place: line("Rathaus, Großer Saal"),
        cancelled: false,
        agenda,
        link: None,
    }
}

fn found(what: &str) -> Found {
    Found {
        kind: line("Fahrrad"),
        what: line(what),
        day: Day::parse("2026-11-01"),
        place: line("Markt"),
        number: line("77"),
    }
}

#[test]
fn a_board_is_written_and_read() {
    let mut board = Board::default();
    board.meetings.as_of = Moment::parse("2026-11-30T06:00");
    board.meetings.items = vec![meeting("2026-12-03T18:30", vec![item(&[1])])];
    board.papers = vec![paper("nobody names it"), paper("Haushaltssatzung")];
    board.found.items = vec![found("Damenrad, blau")];
    let read = Board::from_json(&board.to_json().unwrap()).unwrap();
    assert_eq!(read.meetings.items[0].agenda[0].papers, [0]);
    assert_eq!(read.papers, [paper("Haushaltssatzung")]);
    assert_eq!(read.found, board.found);
    assert_eq!(Board::from_json(&read.to_json().unwrap()), Ok(read.clone()));
    assert!(!read.is_empty() && Board::default().is_empty());
}

#[test]
fn what_is_foreign_is_cleaned_and_put_in_order() {
    let json = r#"{"news":{"as_of":null,"items":[
        {"title":"Alt","day":"2026-01-01"},
        {"title":" \u202eNeu\u0000 ","day":"2026-11-30","text":["a"," "],"link":"javascript:alert(1)"},
        {"title":" ","day":null}]},
      "meetings":{"as_of":null,"items":[{"name":"Rat","start":"2026-12-03T18:30",
        "agenda":[{"title":"x","papers":[7,0,0]}]}]},
      "papers":[{"name":"p","day":null}],"tomorrow":1}"#;
    let board = Board::from_json(json.as_bytes()).unwrap();
    let titles: Vec<_> = board.news.items.iter().map(|news| news.title.as_str()).collect();
    assert_eq!(titles, ["Neu", "Alt"]);
    assert_eq!(board.news.items[0].link, None);
    assert_eq!(board.meetings.items[0].agenda[0].papers, [0]);
}

#[test]
fn wrong_boards_are_refused_by_place() {
    for wrong in [
        "",
        "[]",
        "{\"news\":1}",
        "{\"news\":{\"as_of\":\"today\",\"items\":[]}}",
        "{}{}",
    ] {
        assert!(
            matches!(Board::from_json(wrong.as_bytes()), Err(BoardError::Json { .. })),
            "{wrong}"
        );
    }
    let large = vec![b' '; BOARD_BYTES_MAX + 1];
    let found = BOARD_BYTES_MAX + 1;
    assert_eq!(Board::from_json(&large), Err(BoardError::TooLarge { found }));
}

#[test]
fn the_fullest_board_still_fits() {
    let long = "\u{10000}".repeat(10_000);
    let text = || Text::clean([long.as_str(); 50]);
    let mut board = Board::default();
    board.news.items = vec![
        News {
            title: line(&long),
            day: None,
            text: text(),
            link: None
        };
        1000
    ];
    board.papers = vec![
        Paper {
            text: text(),
            name: line(&long),
            kind: line(&long),
            ..paper("x")
        };
        1000
    ];
    let all: Vec<u32> = (0..8).collect();
    board.meetings.items = vec![meeting("2026-12-03T18:30", vec![item(&all); 100]); 100];
    let full = Found {
        kind: line(&long),
        what: line(&long),
        place: line(&long),
        number: line(&long),
        day: None,
    };
    board.found.items = vec![full; 5000];
    let bytes = board.to_json().unwrap();
    assert!(bytes.len() <= BOARD_BYTES_MAX);
    let read = Board::from_json(&bytes).unwrap();
    assert!(
        read.news.items.len() == NEWS_MAX && !read.found.items.is_empty(),
        "{}",
        read.found.items.len()
    );
}

proptest! {
    #[test]
    fn papers_are_those_that_are_named(named in vec(vec(0u32..40, 0..12), 0..80), papers in 0usize..40) {
        let mut board = Board {
            papers: (0..papers).map(|number| paper(&format!("P{number}"))).collect(),
            ..Board::default()
        };
        let agenda: Vec<AgendaItem> = named.iter().map(|papers| item(papers)).collect();
        board.meetings.items = vec![meeting("2026-12-03T18:30", agenda)];
        board.tidy();
        let mut again = board.clone();
        again.tidy();
        prop_assert_eq!(&again, &board);
        for (item, before) in board.meetings.items[0].agenda.iter().zip(&named) {
            let before: Vec<String> = before.iter().map(|number| format!("P{number}")).collect();
            for place in &item.papers {
                let name = board.papers[*place as usize].name.to_string();
                prop_assert!(before.contains(&name));
            }
        }
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..200), at: usize, with: u8) {
        let _ = Board::from_json(&bytes);
        let mut board = Board::default();
        board.meetings.items = vec![meeting("2026-12-03T18:30", vec![item(&[0])])];
        board.papers = vec![paper("p")];
        let mut changed = board.to_json().unwrap();
        let at = at % changed.len();
        changed[at] = with;
        if let Ok(read) = Board::from_json(&changed) {
            prop_assert_eq!(Board::from_json(&read.to_json().unwrap()), Ok(read));
        }
    }
}

//! The town's opening times on the board that the visit gets, where the board itself tells none: there may be no backend
//! that gathers one, and "when are you open?" is what most people ask.
use catalogue::{Opening, Stretch, Town};
use std::sync::Arc;
use wire::board::{Board, Clock, Day, Exception, Hours, Line, Office};

/// The board, with the town's office on it if it has no office.
pub(crate) fn completed(board: &Arc<Board>, town: &Town) -> Arc<Board> {
    match town.opening() {
        Some(opening) if board.offices.items.is_empty() => {
            let mut board = Board::clone(board);
            board.offices.as_of = None; // it holds until somebody changes it
            board.offices.items.push(office(town, opening));
            board.tidy();
            Arc::new(board)
        }
        Some(_) | None => Arc::clone(board),
    }
}

fn office(town: &Town, opening: &Opening) -> Office {
    let provider = town.provider();
    let exceptions = opening.exceptions.iter().map(|one| Exception {
        from: Day(one.from),
        until: Day(one.until),
        hours: hours(&one.hours),
        why: Line::clean(&one.why),
    });
    Office {
        name: Line::clean(&provider.name),
        place: Line::clean(&format!("{}, {}", provider.street, provider.city)),
        phone: Line::clean(&opening.phone),
        week: opening.week.each_ref().map(|day| hours(day)),
        exceptions: exceptions.collect(),
        note: Line::clean(&opening.note),
    }
}

fn hours(stretches: &[Stretch]) -> Vec<Hours> {
    let hours = stretches.iter().filter_map(|stretch| {
        Some(Hours {
            from: Clock::from_minutes(stretch.from)?,
            until: Clock::from_minutes(stretch.until)?,
        })
    });
    hours.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalogue::{Catalogue, bundled};
    use wire::board::{Moment, OpenNow};

    fn town(opening: &str) -> Catalogue {
        let mut files = bundled::small(&["lob"]);
        for file in files.iter_mut().filter(|file| file.path == "town.toml") {
            let own = file.text.split("\n[opening]").next().unwrap();
            file.text = format!("{own}\n{opening}");
        }
        let loaded = Catalogue::load(&files).unwrap();
        assert!(loaded.faults.is_empty(), "{:#?}", loaded.faults);
        loaded.catalogue
    }

    const OPENING: &str = "[opening]\nweek = { mo = \"08:00-12:00, 14:00-18:00\", fr = \"08:00-12:00\" }\nphone = \"0221 1\"\n\
                           [[opening.except]]\nfrom = \"2026-12-24\"\nuntil = \"2027-01-01\"\nwhy = \"Weihnachten\"\n";

    #[test]
    fn a_board_without_offices_gets_the_towns() {
        let catalogue = town(OPENING);
        let empty = Arc::new(Board::default());
        let board = completed(&empty, catalogue.town());
        assert!(!board.is_empty());
        let [office] = &board.offices.items[..] else {
            panic!("{board:?}")
        };
        assert_eq!(office.name.as_str(), "Stadt Musterstadt, Bürgerbüro");
        assert_eq!(office.place.as_str(), "Marktplatz 1, 12345 Musterstadt");
        // 2026-11-30 is a Monday.
        let at = |text| office.at(Moment::parse(text).unwrap());
        let clock = |text| Clock::parse(text).unwrap();
        assert_eq!(at("2026-11-30T08:00"), OpenNow::Open { until: clock("12:00") });
        assert_eq!(at("2026-11-30T13:00"), OpenNow::Later { at: clock("14:00") });
        let next = Moment::parse("2027-01-04T08:00");
        assert_eq!(
            at("2026-12-28T09:00"),
            OpenNow::Closed { next },
            "a Monday between the years"
        );
        assert_eq!(office.exceptions[0].why.as_str(), "Weihnachten");
        // It is a board like any other.
        assert_eq!(Board::from_json(&board.to_json().unwrap()).unwrap(), *board);
    }

    #[test]
    fn a_board_that_tells_of_offices_stays_as_it_is() {
        let told = completed(&Arc::new(Board::default()), town(OPENING).town());
        let other = OPENING.replace("0221 1", "0221 2");
        assert!(Arc::ptr_eq(&completed(&told, town(&other).town()), &told));
        let empty = Arc::new(Board::default());
        assert!(Arc::ptr_eq(&completed(&empty, town("").town()), &empty));
        // News stays beside it.
        let news = br#"{"news":{"as_of":"2026-11-30T08:00","items":[{"title":"Neu","day":null}]}}"#;
        let news = Arc::new(Board::from_json(news).unwrap());
        let board = completed(&news, town(OPENING).town());
        assert_eq!((&board.news, board.offices.items.len()), (&news.news, 1));
    }
}

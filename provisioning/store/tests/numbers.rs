//! Waiting numbers, against the interface.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use std::collections::BTreeSet;
use store::{CalledNumber, Day, Desk, Drawn, Hall, IfKnown, SQLITE_FILE, SqliteStore, Store, Terminal, Waiting};
use uuid::Uuid;
use wire::call::{Call, CallNews, Stage};
use wire::queue::{Draw, NUMBER_MAX, Number, Queue};

const NOW: i64 = 1_795_305_600;
const TODAY: Day = Day(20_779);

fn id(number: u128) -> Uuid {
    uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid()
}

fn queue(letter: char) -> Queue {
    Queue::new(letter).unwrap()
}

fn draw(number: u128, letter: char) -> Draw {
    Draw {
        draw_id: id(number),
        queue: queue(letter),
    }
}

fn number(draw_number: u128, letter: char, number: u32, ahead: u32) -> Number {
    Number {
        draw_id: id(draw_number),
        queue: queue(letter),
        number,
        ahead,
    }
}

async fn open() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let terminal = Terminal {
        terminal_id: id(1),
        name: "kiosk-1".to_owned(),
        token_sha256: [1; 32],
        enrolled_at: NOW,
    };
    store.enrol_terminal(terminal, IfKnown::Refuse).await.unwrap();
    (folder, store)
}

async fn put(store: &SqliteStore, number: u128, letter: char, day: Day) -> Drawn {
    store.draw_number(id(1), draw(number, letter), day, NOW).await.unwrap()
}

/// `A17`, and where to.
async fn next(store: &SqliteStore, letter: char, desk: Option<&str>, at: i64) -> Option<String> {
    let desk = desk.map(|desk| Desk::parse(desk).unwrap());
    let called = store.call_next(queue(letter), desk.clone(), TODAY, at).await.unwrap()?;
    assert_eq!((called.called_at, &called.desk), (at, &desk));
    Some(called.to_string())
}

async fn again(store: &SqliteStore, letter: char, desk: Option<&str>) -> Option<String> {
    let desk = desk.map(|desk| Desk::parse(desk).unwrap());
    let called = store.call_again(queue(letter), desk, TODAY, NOW).await.unwrap();
    called.as_ref().map(CalledNumber::to_string)
}

async fn hall(store: &SqliteStore) -> (Vec<String>, Vec<(char, u32, i64)>) {
    let Hall { called, waiting } = store.hall(TODAY, 5).await.unwrap();
    let waiting = waiting
        .iter()
        .map(|Waiting { queue, count, since }| (queue.letter(), *count, *since));
    (called.iter().map(CalledNumber::to_string).collect(), waiting.collect())
}

#[tokio::test]
async fn a_number_is_drawn_once_and_knows_who_waits_before_it() {
    let (folder, store) = open().await;
    assert_eq!(put(&store, 1, 'A', TODAY).await, Drawn::New(number(1, 'A', 1, 0)));
    assert_eq!(put(&store, 2, 'A', TODAY).await, Drawn::New(number(2, 'A', 2, 1)));
    assert_eq!(
        put(&store, 3, 'B', TODAY).await,
        Drawn::New(number(3, 'B', 1, 0)),
        "another queue"
    );
    assert_eq!(put(&store, 4, 'A', TODAY).await, Drawn::New(number(4, 'A', 3, 2)));
    assert_eq!(put(&store, 2, 'B', TODAY).await, Drawn::Conflict);
    assert_eq!(next(&store, 'A', None, NOW).await.as_deref(), Some("A1"));
    drop(store);
    let store = SqliteStore::open(folder.path()).unwrap();
    assert_eq!(put(&store, 4, 'A', TODAY).await, Drawn::Known(number(4, 'A', 3, 1)));
    assert_eq!(next(&store, 'A', None, NOW).await.as_deref(), Some("A2"));
    assert_eq!(put(&store, 4, 'A', TODAY).await, Drawn::Known(number(4, 'A', 3, 0)));
    assert_eq!(
        put(&store, 1, 'A', TODAY).await,
        Drawn::Known(number(1, 'A', 1, 0)),
        "called already"
    );
    let stranger = store.draw_number(id(77), draw(9, 'A'), TODAY, NOW).await;
    assert!(stranger.is_err());
    assert_eq!(
        put(&store, 5, 'A', TODAY).await,
        Drawn::New(number(5, 'A', 4, 1)),
        "what failed leaves no gap"
    );
}

#[tokio::test]
async fn staff_call_one_after_the_other_and_once_more() {
    let (_folder, store) = open().await;
    assert_eq!(next(&store, 'A', None, NOW).await, None);
    assert_eq!(again(&store, 'A', None).await, None);
    for (number, letter) in [(1, 'A'), (2, 'A'), (3, 'B'), (4, 'A'), (5, 'C')] {
        put(&store, number, letter, TODAY).await;
    }
    assert_eq!(again(&store, 'A', None).await, None, "nobody was called");
    assert_eq!(
        hall(&store).await,
        (vec![], vec![('A', 3, NOW), ('B', 1, NOW), ('C', 1, NOW)])
    );
    assert_eq!(next(&store, 'A', Some("Zimmer 1"), NOW + 60).await.unwrap(), "A1");
    assert_eq!(next(&store, 'B', Some("Zimmer 2"), NOW + 60).await.unwrap(), "B1");
    // A clock that was set back changes no order.
    assert_eq!(next(&store, 'A', Some("Zimmer 3"), NOW - 3600).await.unwrap(), "A2");
    assert_eq!(hall(&store).await.0, ["A2", "B1", "A1"]);
    assert_eq!(again(&store, 'B', None).await.unwrap(), "B1");
    assert_eq!(hall(&store).await.0, ["B1", "A2", "A1"]);
    assert_eq!(again(&store, 'A', None).await.unwrap(), "A2", "the last of its queue");
    assert_eq!(
        again(&store, 'A', Some("Zimmer 1")).await.unwrap(),
        "A1",
        "the last of that desk"
    );
    assert_eq!(again(&store, 'A', Some("Zimmer 9")).await, None);
    assert_eq!(again(&store, 'C', None).await, None);
    assert_eq!(
        hall(&store).await,
        (
            ["A1", "A2", "B1"].map(str::to_owned).to_vec(),
            vec![('A', 1, NOW), ('C', 1, NOW)]
        )
    );
    let newest = store.hall(TODAY, 1).await.unwrap().called;
    assert_eq!(newest.len(), 1);
    assert_eq!(
        newest[0].desk,
        Some(Desk::parse("Zimmer 1").unwrap()),
        "it is still called there"
    );
    assert_eq!(next(&store, 'A', None, NOW).await.unwrap(), "A3");
    assert_eq!(next(&store, 'A', None, NOW).await, None);
}

#[tokio::test]
async fn each_day_begins_with_1_and_forgets_those_before_yesterday() {
    let (folder, store) = open().await;
    let day = |later| Day(TODAY.0 + later);
    for (number, letter, later) in [(1, 'A', 0), (2, 'B', 0), (3, 'A', 1)] {
        let drawn = put(&store, number, letter, day(later)).await;
        assert!(
            matches!(
                drawn,
                Drawn::New(Number {
                    number: 1,
                    ahead: 0,
                    ..
                })
            ),
            "{drawn:?}"
        );
    }
    let called = store.call_next(queue('A'), None, day(1), NOW).await.unwrap().unwrap();
    assert_eq!(
        (called.to_string(), hall(&store).await.0.len()),
        ("A1".to_owned(), 0),
        "of its own day"
    );
    // Sent again over midnight.
    assert_eq!(put(&store, 2, 'B', day(1)).await, Drawn::Known(number(2, 'B', 1, 0)));
    let kept = || {
        let file = rusqlite::Connection::open(folder.path().join(SQLITE_FILE)).unwrap();
        let mut days = file.prepare("SELECT day FROM numbers ORDER BY day, queue").unwrap();
        let days = days.query_map([], |row| row.get::<_, i64>(0)).unwrap();
        days.map(|day| day.unwrap() - TODAY.0).collect::<Vec<_>>()
    };
    assert_eq!(kept(), [0, 0, 1]);
    put(&store, 4, 'A', day(2)).await;
    assert_eq!(kept(), [1, 2]);
    assert_eq!(
        put(&store, 2, 'B', day(2)).await,
        Drawn::New(number(2, 'B', 1, 0)),
        "forgotten"
    );
    put(&store, 5, 'C', day(1_000_000)).await;
    assert_eq!(kept(), [1_000_000]);
}

#[tokio::test]
async fn a_queue_that_gave_all_its_numbers_is_full() {
    let (folder, store) = open().await;
    put(&store, 1, 'A', TODAY).await;
    let file = rusqlite::Connection::open(folder.path().join(SQLITE_FILE)).unwrap();
    let sql = "UPDATE numbers SET number = ?1";
    assert_eq!(file.execute(sql, [NUMBER_MAX - 1]).unwrap(), 1);
    assert_eq!(
        put(&store, 2, 'A', TODAY).await,
        Drawn::New(number(2, 'A', NUMBER_MAX, 1))
    );
    assert_eq!(put(&store, 3, 'A', TODAY).await, Drawn::Full);
    assert_eq!(
        put(&store, 2, 'A', TODAY).await,
        Drawn::Known(number(2, 'A', NUMBER_MAX, 1))
    );
    assert_eq!(put(&store, 3, 'B', TODAY).await, Drawn::New(number(3, 'B', 1, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_leave_no_gap_and_nobody_is_called_twice() {
    let (folder, store) = open().await;
    // Two processes on the same file, each identifier four times.
    let other = SqliteStore::open(folder.path()).unwrap();
    let drawing: Vec<_> = (0..400u128)
        .map(|task| {
            let store = if task % 2 == 0 { store.clone() } else { other.clone() };
            tokio::spawn(async move { put(&store, task / 4, 'A', TODAY).await })
        })
        .collect();
    let (mut new, mut numbers) = (0, BTreeSet::new());
    for task in drawing {
        match task.await.unwrap() {
            Drawn::New(drawn) => {
                new += 1;
                assert_eq!(drawn.ahead, drawn.number - 1);
                assert!(numbers.insert((drawn.number, drawn.draw_id)));
            }
            Drawn::Known(_) => {}
            wrong @ (Drawn::Conflict | Drawn::Full) => panic!("{wrong:?}"),
        }
    }
    assert_eq!(new, 100);
    let drawn: Vec<u32> = numbers.iter().map(|(number, _)| *number).collect();
    assert_eq!(drawn, (1..=100).collect::<Vec<_>>());

    let calling: Vec<_> = (0..120)
        .map(|task| {
            let store = if task % 2 == 0 { store.clone() } else { other.clone() };
            tokio::spawn(async move { store.call_next(queue('A'), None, TODAY, NOW).await.unwrap() })
        })
        .collect();
    let mut called = BTreeSet::new();
    for task in calling {
        if let Some(one) = task.await.unwrap() {
            assert!(called.insert(one.number), "{one} twice");
        }
    }
    assert_eq!(called, (1..=100).collect());
}

#[tokio::test]
async fn a_store_of_schema_4_is_brought_up_to_date() {
    let (folder, store) = open().await;
    let call = Call {
        call_id: id(7),
        stage: Stage::parse("receipt").unwrap(),
    };
    store.put_call(id(1), call, NOW).await.unwrap();
    drop(store);
    let file = rusqlite::Connection::open(folder.path().join(SQLITE_FILE)).unwrap();
    file.execute_batch("DROP TABLE numbers; ALTER TABLE calls DROP COLUMN reprints; PRAGMA user_version = 4")
        .unwrap();
    drop(file);
    for number in 1..3 {
        let store = SqliteStore::open(folder.path()).unwrap();
        assert!(store.reprint("kiosk-1".into(), NOW).await.unwrap());
        let news = CallNews {
            answered: false,
            reprints: number,
        };
        assert_eq!(store.call_news(id(1)).await.unwrap(), Some(news));
        let drawn = put(&store, number.into(), 'A', TODAY).await;
        assert!(matches!(drawn, Drawn::New(Number { number: drawn, .. }) if drawn == number));
    }
}

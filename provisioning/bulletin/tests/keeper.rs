//! What the sources gave is kept while they are away, over restarts, and asked for anew in time.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
use bulletin::fetch::{FetchTrouble, Fetched, Validators, Web};
use bulletin::{Config, Keeper};
use jiff::{Span, Timestamp};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use url::Url;

/// A web in a map. What isn't in it is away.
#[derive(Clone, Default)]
struct Pages {
    pages: Rc<RefCell<BTreeMap<String, String>>>,
    asked: Rc<RefCell<Vec<(String, Validators)>>>,
}

impl Pages {
    fn put(&self, path: &str, text: &str) {
        self.pages.borrow_mut().insert(path.to_owned(), text.to_owned());
    }

    fn asked(&self) -> Vec<(String, Validators)> {
        self.asked.take()
    }
}

impl Web for Pages {
    fn get(&self, url: &Url, known: &Validators, _bytes_max: usize) -> Result<Fetched, FetchTrouble> {
        self.asked.borrow_mut().push((url.to_string(), known.clone()));
        let pages = self.pages.borrow();
        let text = pages.get(url.path()).ok_or(FetchTrouble::Status(503))?;
        let etag = Some(format!("\"{}\"", text.len()));
        if known.etag == etag {
            return Ok(Fetched::Unchanged);
        }
        Ok(Fetched::New {
            bytes: text.clone().into_bytes(),
            validators: Validators { etag, modified: None },
        })
    }
}

fn after(minutes: i64) -> Timestamp {
    let first: Timestamp = "2026-11-30T06:00:00Z".parse().unwrap();
    first.checked_add(Span::new().minutes(minutes)).unwrap()
}

fn at(hours: i64) -> Timestamp {
    after(60 * hours)
}

fn feed(title: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>t</title><item><title>{title}</title></item></channel></rss>")
}

fn keeper(folder: &Path, web: &Pages, settings: &str) -> Keeper<Pages> {
    let path = folder.join("board.toml");
    std::fs::write(&path, format!("time_zone = 'Europe/Berlin'\n{settings}")).unwrap();
    Keeper::open(Config::read(&path).unwrap(), web.clone(), &folder.join("board")).unwrap()
}

const NEWS: &str = "[[news]]\nurl = 'https://www.musterstadt.de/rss'\n";

/// Titles of the news, and from when they are.
fn told(keeper: &Keeper<Pages>, hours: i64) -> (Vec<String>, Option<String>) {
    let board = keeper.board(at(hours));
    let titles = board.news.items.iter().map(|news| news.title.to_string());
    (titles.collect(), board.news.as_of.map(|at| at.to_string()))
}

#[test]
fn the_last_good_one_stays_and_says_from_when_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let web = Pages::default();
    web.put("/rss", &feed("Eins"));
    let mut first = keeper(folder.path(), &web, NEWS);
    assert_eq!(first.step(at(0), || false), after(30));
    let expected = (vec!["Eins".to_owned()], Some("2026-11-30T07:00".to_owned()));
    assert_eq!(told(&first, 0), expected);
    web.asked();
    first.step(after(29), || false);
    assert!(web.asked().is_empty(), "nobody is asked before it is time");
    web.pages.borrow_mut().clear();
    assert_eq!(first.step(at(1), || false), after(65));
    assert_eq!(first.step(after(65), || false), after(75), "less often");
    assert_eq!(told(&first, 2), expected, "the source is away");
    drop(first);
    let mut again = keeper(folder.path(), &web, NEWS);
    assert_eq!(told(&again, 2), expected, "after a restart, too");
    web.put("/rss", &feed("Eins"));
    web.asked();
    again.step(at(3), || false);
    let asked = web.asked();
    assert!(asked[0].1.etag.is_some(), "asked with its tag: {asked:?}");
    assert_eq!(
        told(&again, 3).1.as_deref(),
        Some("2026-11-30T10:00"),
        "unchanged, but seen"
    );
    web.put("/rss", &feed("Zwei und mehr"));
    again.step(at(4), || false);
    assert_eq!(told(&again, 4).0, ["Zwei und mehr"]);
    web.asked();
    let other = "[[news]]\nurl = 'https://www.musterstadt.de/other'\n";
    let mut moved = keeper(folder.path(), &web, other);
    assert!(told(&moved, 5).0.is_empty(), "another address is another source");
    moved.step(at(5), || true);
    assert!(web.asked().is_empty(), "stopped before it asked");
}

#[test]
fn broken_files_are_as_good_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let web = Pages::default();
    web.put("/rss", &feed("Eins"));
    keeper(folder.path(), &web, NEWS).step(at(0), || false);
    let file = folder.path().join("board/news-1.json");
    let whole = std::fs::read(&file).unwrap();
    assert!(!keeper(folder.path(), &web, NEWS).board(at(1)).is_empty());
    for broken in [&b""[..], b"{", b"7", &whole[..whole.len() / 2]] {
        std::fs::write(&file, broken).unwrap();
        assert!(keeper(folder.path(), &web, NEWS).board(at(1)).is_empty());
    }
}

#[test]
fn several_feeds_are_one_list_as_old_as_the_oldest() {
    let folder = tempfile::tempdir().unwrap();
    let web = Pages::default();
    web.put("/rss", &feed("Eins"));
    let both = format!("{NEWS}[[news]]\nurl = 'https://www.musterstadt.de/fire'\n");
    let mut keeper = keeper(folder.path(), &web, &both);
    keeper.step(at(0), || false);
    web.put("/fire", &feed("Zwei"));
    keeper.step(after(5), || false);
    let (mut titles, as_of) = told(&keeper, 1);
    titles.sort();
    assert_eq!(
        (titles, as_of.as_deref()),
        (vec!["Eins".to_owned(), "Zwei".to_owned()], Some("2026-11-30T07:00"))
    );
}

#[test]
fn a_council_is_asked_for_changes_and_anew_once_a_week() {
    let folder = tempfile::tempdir().unwrap();
    let web = Pages::default();
    let body = r#"{"name":"x","meeting":"https://ris.example/meetings","paper":"https://ris.example/papers"}"#;
    web.put("/body", body);
    web.put("/papers", "[]");
    let meetings = r#"[{"id":"https://ris.example/m","name":"Rat","start":"2026-12-10T18:30:00+01:00"}]"#;
    web.put("/meetings", meetings);
    let mut keeper = keeper(folder.path(), &web, "[council]\nurl = 'https://ris.example/body'\n");
    let mut since = |hours: i64| {
        keeper.step(at(hours), || false);
        let told = keeper.board(at(hours)).meetings.items.len();
        let asked = web.asked();
        let list = asked.iter().find(|(url, _)| url.contains("/meetings")).unwrap();
        let since = list.0.split("modified_since=").nth(1).unwrap().get(..10).unwrap();
        (since.to_owned(), told)
    };
    assert_eq!(since(0), ("2025-10-26".to_owned(), 1));
    web.put("/meetings", "[]");
    assert_eq!(
        since(4),
        ("2026-11-29".to_owned(), 1),
        "nothing changed, and it is still known"
    );
    assert_eq!(since(24), ("2026-11-29".to_owned(), 1));
    assert_eq!(
        since(24 * 7),
        ("2025-11-02".to_owned(), 0),
        "anew: the server has forgotten it"
    );
}

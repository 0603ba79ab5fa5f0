//! The board over real HTTP: from a feed and a file to a terminal's question.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;

use common::{Heard, config};
use fleet::{BoardDesk, Running, check_board, enrol};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::IfKnown;
use wire::board::{BOARD_PATH, Board};

const FEED: &str = "<rss version=\"2.0\"><channel><title>t</title><item><title>Das Bad ist offen</title>\
    <pubDate>Mon, 30 Nov 2026 08:00:00 +0100</pubDate></item></channel></rss>";

/// A web server of the town; after so many answers it is broken. Counts its requests.
fn web(good: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/rss.xml", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let mut reader = BufReader::new(&stream);
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap_or(0) > 2 {
                line.clear();
            }
            let number = count.fetch_add(1, Ordering::SeqCst);
            let (head, body) = if number < good {
                ("200 OK", FEED)
            } else {
                ("500 Oops", "")
            };
            let length = body.len();
            let answer = format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
            let _ = (&stream).write_all(answer.as_bytes());
        }
    });
    (url, asked)
}

fn settings(folder: &Path, feed: &str) -> PathBuf {
    std::fs::write(folder.join("found.csv"), "gegenstand\nSchirm\n").unwrap();
    let path = folder.join("board.toml");
    let text = format!("time_zone = 'Europe/Berlin'\n[[news]]\nurl = '{feed}'\n[found]\nfile = 'found.csv'\n");
    std::fs::write(&path, text).unwrap();
    path
}

fn start(folder: &Path, settings: &Path) -> Running {
    let desk = BoardDesk::start(bulletin::Config::read(settings).unwrap(), &folder.join("data")).unwrap();
    Running::start_with_board(config(&folder.join("data")), None, Some(desk)).unwrap()
}

fn ask(server: &Running, token: &str, known: Option<&str>) -> (Heard, Option<String>) {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .new_agent();
    let mut request = agent.get(format!("{}{BOARD_PATH}", server.base_url()));
    request = request.header("Authorization", format!("Bearer {token}"));
    if let Some(known) = known {
        request = request.header("If-None-Match", known);
    }
    let response = request.call().unwrap();
    let etag = response
        .headers()
        .get("ETag")
        .map(|value| value.to_str().unwrap().to_owned());
    (response.into(), etag)
}

fn wait_for(server: &Running, token: &str, wanted: impl Fn(&Board) -> bool) -> (Board, String) {
    for _ in 0..600 {
        let (heard, etag) = ask(server, token, None);
        // 503 until every source was asked.
        if heard.status == 200 {
            let board = Board::from_json(&heard.body).unwrap();
            assert!(wanted(&board), "half a board would take the place of a whole one");
            return (board, etag.unwrap());
        }
        assert_eq!(heard.status, 503);
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("it did not come");
}

#[test]
fn a_terminal_gets_the_board_once_and_then_only_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let token = enrol(&folder.path().join("data"), "kiosk-1", IfKnown::Refuse)
        .unwrap()
        .reveal();
    let (feed, asked) = web(1);
    let settings = settings(folder.path(), &feed);
    let server = start(folder.path(), &settings);
    let whole = |board: &Board| !board.news.items.is_empty() && !board.found.items.is_empty();
    let (board, etag) = wait_for(&server, &token, whole);
    assert_eq!(board.news.items[0].title.as_str(), "Das Bad ist offen");
    assert!(board.news.as_of.is_some() && board.found.as_of.is_some());
    let (heard, again) = ask(&server, &token, Some(&etag));
    assert_eq!((heard.status, heard.body.len(), again), (304, 0, Some(etag.clone())));
    assert_eq!(ask(&server, &token, Some("\"other\"")).0.status, 200);
    assert_eq!(ask(&server, &token, Some(&format!("\"x\", W/{etag}"))).0.status, 304);
    assert_eq!(ask(&server, "stranger", None).0.status, 401);
    server.stop().unwrap();

    // The feed is broken now; what it gave is still told, after a restart, too.
    let server = start(folder.path(), &settings);
    let (later, _) = wait_for(&server, &token, whole);
    assert_eq!(later.news.items, board.news.items);
    for _ in 0..600 {
        if asked.load(Ordering::SeqCst) >= 2 {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    let (later, _) = wait_for(&server, &token, whole);
    assert_eq!(
        later.news, board.news,
        "asked in vain, and from when it is, is still true"
    );
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[test]
fn a_backend_without_a_board_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let token = enrol(folder.path(), "kiosk-1", IfKnown::Refuse).unwrap().reveal();
    let server = Running::start(config(folder.path())).unwrap();
    let (heard, _) = ask(&server, &token, None);
    assert_eq!(
        (heard.status, heard.problem().uri.as_str()),
        (404, "urn:schalter:problem:not-found")
    );
}

#[test]
fn sources_are_checked_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let (feed, _) = web(1);
    let settings = settings(folder.path(), &feed);
    let (lines, all) = check_board(&settings).unwrap();
    assert!(
        all && lines[0].starts_with("news-1: 1 pieces of news  (http://"),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("found: 1 found things  ("), "{lines:?}");
    std::fs::remove_file(folder.path().join("found.csv")).unwrap();
    let (lines, all) = check_board(&settings).unwrap();
    assert!(
        !all && lines[0].contains("gave nothing: the server answers 500"),
        "{lines:?}"
    );
    assert!(lines[1].contains("reading the file failed"), "{lines:?}");
    assert!(check_board(Path::new("/nowhere")).is_err());
}

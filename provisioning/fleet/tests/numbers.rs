//! Waiting numbers over real HTTP, the commands by which staff call them, and the page in the hall.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;

use common::{Heard, config, get, post};
use fleet::{DRAW_BURST, HALL_PATH, HALL_PERIOD, Running, call_next, enrol, show_hall, withdraw};
use std::process::Command;
use std::sync::Arc;
use store::{Desk, IfKnown};
use uuid::Uuid;
use wire::ProblemKind;
use wire::call::{CALLS_PATH, Call, CallNews, Stage};
use wire::queue::{DRAW_BYTES_MAX, Draw, NUMBERS_PATH, Number, Queue};

const JSON: &str = "application/json";

struct World {
    folder: tempfile::TempDir,
    server: Running,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    World {
        server: Running::start(config(folder.path())).unwrap(),
        folder,
    }
}

impl World {
    fn token(&self, name: &str) -> String {
        enrol(self.folder.path(), name, IfKnown::Refuse).unwrap().reveal()
    }

    fn post(&self, token: &str, media_type: &str, body: &[u8]) -> Heard {
        post(&self.server, NUMBERS_PATH, token, media_type, body)
    }

    /// Status, number and how many wait before it.
    fn draw(&self, token: &str, draw: Draw) -> (u16, Option<(String, u32)>) {
        let heard = self.post(token, JSON, &draw.to_body().unwrap());
        let number = Number::from_body(&heard.body).ok();
        let number = number.map(|number| {
            assert_eq!(number.draw_id, draw.draw_id);
            (number.text(), number.ahead)
        });
        (heard.status, number)
    }

    fn fleet(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
        let output = command.args(arguments).arg("--data").arg(self.folder.path()).output();
        let output = output.unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(text).unwrap())
    }

    /// The page as it is now.
    fn hall(&self) -> String {
        std::thread::park_timeout(HALL_PERIOD);
        let heard = get(&self.server, HALL_PATH, "");
        assert_eq!((heard.status, heard.media_type.as_str()), (200, "text/html"));
        String::from_utf8(heard.body).unwrap()
    }
}

fn draw(number: u128, letter: char) -> Draw {
    Draw {
        draw_id: id(number),
        queue: Queue::new(letter).unwrap(),
    }
}

fn id(number: u128) -> Uuid {
    uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid()
}

fn said(text: &str) -> (bool, String) {
    (true, text.to_owned())
}

#[test]
fn a_number_is_drawn_once() {
    let world = world();
    let (one, two) = (world.token("kiosk-1"), world.token("kiosk-2"));
    let number = |text: &str, ahead| Some((text.to_owned(), ahead));
    assert_eq!(world.draw(&one, draw(1, 'A')), (201, number("A1", 0)));
    assert_eq!(world.draw(&two, draw(2, 'A')), (201, number("A2", 1)));
    assert_eq!(world.draw(&two, draw(3, 'B')), (201, number("B1", 0)));
    assert_eq!(
        world.draw(&two, draw(2, 'A')),
        (200, number("A2", 1)),
        "its answer was lost"
    );
    assert_eq!(world.draw(&two, draw(2, 'B')), (409, None));
    call_next(world.folder.path(), Queue::new('A').unwrap(), None).unwrap();
    assert_eq!(world.draw(&two, draw(2, 'A')), (200, number("A2", 0)));
    assert_eq!(world.draw(&one, draw(4, 'A')), (201, number("A3", 1)));
}

#[test]
fn terminals_that_draw_at_once_leave_no_gap() {
    let world = Arc::new(world());
    let draws: Vec<_> = (0..4u128)
        .map(|terminal| {
            let world = Arc::clone(&world);
            let token = world.token(&format!("kiosk-{terminal}"));
            std::thread::spawn(move || {
                let drawn = (0..u128::from(DRAW_BURST)).map(|number| {
                    let (status, number) = world.draw(&token, draw(100 * terminal + number, 'A'));
                    assert_eq!(status, 201);
                    number.unwrap().0
                });
                drawn.collect::<Vec<_>>()
            })
        })
        .collect();
    let mut drawn: Vec<String> = draws.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    drawn.sort_by_key(|text| text[1..].parse::<u32>().unwrap());
    let all = (1..=4 * DRAW_BURST).map(|number| format!("A{number}"));
    assert_eq!(drawn, all.collect::<Vec<_>>());
}

#[test]
fn a_terminal_gone_mad_is_slowed_down() {
    let world = world();
    let (one, two) = (world.token("kiosk-1"), world.token("kiosk-2"));
    for number in 0..u128::from(DRAW_BURST) {
        assert_eq!(world.draw(&one, draw(number, 'A')).0, 201);
    }
    let heard = world.post(&one, JSON, &draw(99, 'A').to_body().unwrap());
    let problem = heard.problem();
    let kind = ProblemKind::TooMany;
    assert_eq!((heard.status, problem.uri.as_str()), (kind.status(), kind.uri()));
    assert_eq!(world.draw(&two, draw(100, 'A')).0, 201, "another terminal goes on");
    let waiting = show_hall(world.folder.path()).unwrap().waiting;
    assert_eq!(waiting[0].count, DRAW_BURST + 1);
}

#[test]
fn hostile_requests_are_refused_and_nothing_is_drawn() {
    let world = world();
    let token = world.token("kiosk-1");
    let good = draw(1, 'A').to_body().unwrap();
    let with_name = br#"{"draw_id":"00000000-0000-4000-8000-000000000001","queue":"A","name":"Mustermann"}"#;
    let of_v1 = br#"{"draw_id":"00000000-0000-1000-8000-000000000001","queue":"A"}"#;
    let large = vec![b' '; DRAW_BYTES_MAX + 1];
    for (kind, token, media_type, body) in [
        (ProblemKind::UnknownTerminal, "", JSON, &good[..]),
        (ProblemKind::UnknownTerminal, &token[1..], JSON, &good),
        (ProblemKind::MediaType, &token, "text/plain", &good),
        (ProblemKind::Malformed, &token, JSON, b""),
        (ProblemKind::Malformed, &token, JSON, b"{\"queue\":\"Mustermann\"}"),
        (ProblemKind::Malformed, &token, JSON, with_name),
        (ProblemKind::Malformed, &token, JSON, of_v1),
        (ProblemKind::Malformed, &token, JSON, &[0xff; 100]),
        (ProblemKind::TooLarge, &token, JSON, &large),
    ] {
        let heard = world.post(token, media_type, body);
        let problem = heard.problem();
        assert_eq!((heard.status, problem.uri.as_str()), (kind.status(), kind.uri()));
        assert!(!problem.detail.contains("Muster"), "{}", problem.detail);
    }
    assert_eq!(get(&world.server, NUMBERS_PATH, &token).status, 405);
    withdraw(world.folder.path(), "kiosk-1").unwrap();
    assert_eq!(world.draw(&token, draw(1, 'A')).0, 401);
    assert_eq!(show_hall(world.folder.path()).unwrap(), store::Hall::default());
}

#[test]
fn staff_call_numbers() {
    let world = world();
    let token = world.token("kiosk-1");
    assert_eq!(world.fleet(&["queue"]), said("nobody waits\n"));
    assert_eq!(
        world.fleet(&["next", "A"]),
        (false, "fleet: nobody waits for A\n".to_owned())
    );
    let (went_well, error) = world.fleet(&["again", "A"]);
    assert_eq!(
        (went_well, error.as_str()),
        (false, "fleet: no number of A was called today\n")
    );
    for (number, letter) in [(1, 'A'), (2, 'A'), (3, 'B')] {
        assert_eq!(world.draw(&token, draw(number, letter)).0, 201);
    }
    let (_, list) = world.fleet(&["queue"]);
    let lines: Vec<&str> = list.lines().collect();
    assert!(
        lines[0].starts_with("A  2 wait, the first since ") && lines[0].ends_with(" (just now)"),
        "{list}"
    );
    assert!(lines[1].starts_with("B  1 waits, since ") && lines.len() == 2, "{list}");

    assert_eq!(world.fleet(&["next", "A", "--desk", "Zimmer 12"]), said("A1\n"));
    assert_eq!(world.fleet(&["next", "B"]), said("B1\n"));
    assert_eq!(world.fleet(&["again", "A"]), said("A1\n"));
    let (_, list) = world.fleet(&["queue"]);
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].starts_with("A  1 waits, since "), "{list}");
    assert!(
        lines[1].starts_with("A1  called at ") && lines[1].ends_with(" (just now)  Zimmer 12"),
        "{list}"
    );
    assert!(
        lines[2].starts_with("B1  called at ") && lines[2].ends_with(" (just now)"),
        "{list}"
    );
    assert_eq!(lines.len(), 3);
    let (went_well, error) = world.fleet(&["again", "A", "--desk", "Zimmer 7"]);
    assert!(
        !went_well && error.contains("no number of A was called to Zimmer 7 today"),
        "{error}"
    );
    let (went_well, error) = world.fleet(&["next", "Ä"]);
    assert!(!went_well && error.contains("\"Ä\" is no LETTER of a queue"), "{error}");
}

#[test]
fn staff_have_a_receipt_printed_once_more() {
    let world = world();
    let token = world.token("kiosk-1");
    let (went_well, error) = world.fleet(&["reprint", "kiosk-1"]);
    assert!(
        !went_well && error.contains("nobody is known to stand at a terminal named \"kiosk-1\""),
        "{error}"
    );
    let call = |number| {
        let call = Call {
            call_id: id(number),
            stage: Stage::parse("receipt").unwrap(),
        };
        post(&world.server, CALLS_PATH, &token, JSON, &call.to_body().unwrap()).status
    };
    let reprints = || {
        let heard = get(&world.server, CALLS_PATH, &token);
        serde_json::from_slice::<CallNews>(&heard.body).unwrap().reprints
    };
    assert_eq!((call(1), reprints()), (201, 0));
    assert_eq!(world.fleet(&["reprint", "kiosk-1"]), said(""));
    assert_eq!(world.fleet(&["reprint", "kiosk-1"]), said(""));
    assert_eq!((call(1), reprints()), (200, 2), "the same call");
    assert_eq!((call(2), reprints()), (200, 0), "a newer one");
}

#[test]
fn the_hall_shows_numbers_and_nothing_else() {
    let world = world();
    let token = world.token("Bürgeramt 1");
    let (queue, desk) = (Queue::new('A').unwrap(), Desk::parse("<b>Zimmer \"12\"</b>").unwrap());
    assert!(world.hall().contains("Niemand wartet."));
    for number in 1..4 {
        world.draw(&token, draw(number, 'A'));
    }
    call_next(world.folder.path(), queue, None).unwrap();
    call_next(world.folder.path(), queue, Some(desk)).unwrap();
    let page = world.hall();
    assert!(page.contains("<p class=\"number\">A2</p>"), "{page}");
    assert!(page.contains("&lt;b&gt;Zimmer &quot;12&quot;&lt;/b&gt;"), "{page}");
    assert!(
        page.contains("<span class=\"number\">A1</span>") && page.contains("<li><b>A</b> 1</li>"),
        "{page}"
    );
    for other in ["<script", "rgeramt", "src=", "href=", "00000000-0000"] {
        assert!(!page.contains(other), "{other} in {page}");
    }
}

#[test]
fn the_page_may_do_nothing_but_show_itself() {
    let world = world();
    let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
    let heard = agent
        .get(format!("{}{HALL_PATH}", world.server.base_url()))
        .call()
        .unwrap();
    let header = |name: &str| heard.headers().get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("Content-Type"), "text/html; charset=utf-8");
    assert_eq!(header("Cache-Control"), "no-store");
    assert_eq!(header("Referrer-Policy"), "no-referrer");
    assert_eq!(header("X-Content-Type-Options"), "nosniff");
    let policy = header("Content-Security-Policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'none'"),
        "{policy}"
    );
    assert_eq!(post(&world.server, HALL_PATH, "", JSON, b"{}").status, 405);
}

#[test]
fn a_wrong_folder_is_told_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("typo");
    for arguments in [&["queue"][..], &["next", "A"], &["again", "A"], &["reprint", "kiosk-1"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
        let output = command.args(arguments).arg("--data").arg(&wrong).output().unwrap();
        assert!(!output.status.success());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.contains("there is no store in") && error.contains("typo"),
            "{error}"
        );
    }
    assert!(!wrong.exists());
}

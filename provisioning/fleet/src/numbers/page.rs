//! The page for a screen in the hall: which numbers were called, and how many wait. It asks for itself again and again,
//! without a script.
use crate::html::{Forms, escaped, policy};
use std::sync::LazyLock;
use store::{CalledNumber, Hall};

const STYLE: &str = include_str!("style.css");

/// How often the screen asks, in seconds.
const REFRESH_S: u32 = 5;

/// How long a number stands out after it was called, in seconds: time to look up at the next refresh, or the one after.
const FRESH_S: u64 = 20;

/// Characters of the newest number (`A123`) that fit at its full size.
const NUMBER_CHARS_MAX: usize = 4;

/// Characters of a desk that fit at its full size, in two lines beside a number of a busy day.
const DESK_CHARS_MAX: usize = 18;

pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| policy(STYLE, Forms::None));

/// The page; `now` in seconds since 1970-01-01 UTC.
pub(super) fn hall(hall: &Hall, now: i64) -> String {
    let (newest, before) = match hall.called.split_first() {
        Some((newest, before)) => (large(newest, now), before),
        None => (
            "<p class=\"none\">Noch wurde keine Nummer aufgerufen.</p>".to_owned(),
            &[][..],
        ),
    };
    let before: String = before.iter().map(|number| small(number, now)).collect();
    let before = match before.as_str() {
        "" => String::new(),
        rows => format!("<section class=\"before\">\n<h2>Zuvor</h2>\n<ol>\n{rows}</ol>\n</section>\n"),
    };
    let waiting = hall.waiting.iter().map(|queue| {
        let (letter, count) = (queue.queue, queue.count);
        format!("<li><b>{letter}</b> {count}</li>\n")
    });
    let waiting: String = waiting.collect();
    let waiting = match waiting.as_str() {
        "" => "<h2>Niemand wartet.</h2>\n".to_owned(),
        rows => format!("<h2>Es warten</h2>\n<ul>\n{rows}</ul>\n"),
    };
    page(&format!(
        "<main>\n<section class=\"newest\">\n<h1>Aufgerufen</h1>\n{newest}\n</section>\n{before}</main>\n\
         <footer>\n{waiting}</footer>\n"
    ))
}

/// What is shown while the store can't be asked.
pub(super) fn away() -> String {
    page(
        "<main>\n<section class=\"newest\">\n<p class=\"none\">Die Nummern können gerade nicht angezeigt werden.</p>\n</section>\n</main>\n",
    )
}

fn page(body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"de\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<meta http-equiv=\"refresh\" content=\"{REFRESH_S}\">\n\
         <title>Aufgerufene Nummern</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

fn large(number: &CalledNumber, now: i64) -> String {
    let class = freshness(number, now);
    let size = match number.to_string().len() {
        ..=NUMBER_CHARS_MAX => "",
        _ => " long",
    };
    let desk = desk(number, "p");
    format!("<div class=\"{class}\"><p class=\"number{size}\">{number}</p>{desk}</div>")
}

fn small(number: &CalledNumber, now: i64) -> String {
    let (class, desk) = (freshness(number, now), desk(number, "span"));
    format!("<li class=\"{class}\"><span class=\"number\">{number}</span>{desk}</li>\n")
}

/// Where to, set apart: a name written from right to left moves nothing beside it.
fn desk(number: &CalledNumber, tag: &str) -> String {
    let Some(desk) = &number.desk else { return String::new() };
    let size = match desk.as_str().chars().count() {
        ..=DESK_CHARS_MAX => "",
        _ => " long",
    };
    format!(
        "\n<{tag} class=\"desk{size}\"><bdi>{}</bdi></{tag}>",
        escaped(desk.as_str())
    )
}

/// The difference without its sign: a clock that was set back must not make a number stand out for hours.
fn freshness(number: &CalledNumber, now: i64) -> &'static str {
    match now.saturating_sub(number.called_at).unsigned_abs() {
        ..FRESH_S => "fresh",
        FRESH_S.. => "called",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use store::{Desk, Waiting};
    use wire::queue::Queue;

    const NOW: i64 = 1_795_305_600;

    fn called(letter: char, number: u32, desk: Option<&str>, ago: i64) -> CalledNumber {
        CalledNumber {
            queue: Queue::new(letter).unwrap(),
            number,
            desk: desk.map(|desk| Desk::parse(desk).unwrap()),
            called_at: NOW - ago,
        }
    }

    fn waiting(letter: char, count: u32) -> Waiting {
        Waiting {
            queue: Queue::new(letter).unwrap(),
            count,
            since: NOW,
        }
    }

    #[test]
    fn the_newest_is_large_and_those_before_it_stand_beside_it() {
        let html = hall(
            &Hall {
                called: vec![called('A', 17, Some("Zimmer 12"), 5), called('B', 1234, None, 90)],
                waiting: vec![waiting('A', 4), waiting('C', 1)],
            },
            NOW,
        );
        for part in [
            "<div class=\"fresh\"><p class=\"number\">A17</p>\n<p class=\"desk\"><bdi>Zimmer 12</bdi></p></div>",
            "<ol>\n<li class=\"called\"><span class=\"number\">B1234</span></li>\n</ol>",
            "<ul>\n<li><b>A</b> 4</li>\n<li><b>C</b> 1</li>\n</ul>",
            "<meta http-equiv=\"refresh\" content=\"5\">",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        let long = hall(
            &Hall {
                called: vec![called('B', 1234, None, 20)],
                waiting: vec![],
            },
            NOW,
        );
        assert!(
            long.contains("<div class=\"called\"><p class=\"number long\">B1234</p></div>"),
            "{long}"
        );
        assert!(!long.contains("Zuvor") && long.contains("Niemand wartet."), "{long}");
    }

    #[test]
    fn an_empty_hall_and_a_store_that_is_away_ask_again_too() {
        for html in [hall(&Hall::default(), NOW), away()] {
            assert!(
                html.contains("http-equiv=\"refresh\"") && html.contains("class=\"none\""),
                "{html}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_desk_becomes_a_tag(desk in "\\PC{1,40}", ago: i64) {
            let Ok(desk) = Desk::parse(&desk) else { return Ok(()) };
            let number = CalledNumber { desk: Some(desk), called_at: ago, ..called('A', 1, None, 0) };
            let with = hall(&Hall { called: vec![number.clone(), number], waiting: vec![] }, NOW);
            let plain = called('A', 1, Some("x"), 100);
            let without = hall(&Hall { called: vec![plain.clone(), plain], waiting: vec![] }, NOW);
            let tags = |html: &str| html.matches('<').count();
            prop_assert_eq!(tags(&with), tags(&without));
            prop_assert_eq!(with.matches('"').count(), without.matches('"').count());
        }
    }
}

//! The commands of a counter: calls for a person, receipts printed once more, and waiting numbers.
use crate::say;
use fleet::{
    FleetError, answer_call, call_again, call_in_words_now, call_next, hall_in_words_now, open_calls, reprint,
    show_hall, watch_calls,
};
use std::io::{Write, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;
use store::Desk;
use wire::queue::Queue;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AtCounter {
    Calls,
    WatchCalls,
    Answered { name: String },
    Reprint { name: String },
    Queue,
    Next { queue: Queue, desk: Option<Desk> },
    Again { queue: Queue, desk: Option<Desk> },
}

/// Words that begin with one of these commands, whether `--watch` is there, and what `--desk` says.
pub(crate) fn parse(words: &[&str], watch: bool, desk: Option<&str>) -> Result<AtCounter, String> {
    let desk = desk.map(Desk::parse).transpose().map_err(|error| error.to_string())?;
    match words {
        ["calls"] if watch => Ok(AtCounter::WatchCalls),
        ["calls"] => Ok(AtCounter::Calls),
        ["answered", name] => Ok(AtCounter::Answered {
            name: (*name).to_owned(),
        }),
        ["reprint", name] => Ok(AtCounter::Reprint {
            name: (*name).to_owned(),
        }),
        ["queue"] => Ok(AtCounter::Queue),
        ["next", letter] => Ok(AtCounter::Next {
            queue: queue(letter)?,
            desk,
        }),
        ["again", letter] => Ok(AtCounter::Again {
            queue: queue(letter)?,
            desk,
        }),
        ["answered" | "reprint"] => Err("a NAME is needed".to_owned()),
        ["next" | "again"] => Err("a LETTER is needed".to_owned()),
        other => Err(format!("what is \"{}\"?", other.join(" "))),
    }
}

fn queue(letter: &str) -> Result<Queue, String> {
    Queue::parse(letter).ok_or_else(|| format!("\"{letter}\" is no LETTER of a queue, A to Z"))
}

pub(crate) fn run(data: &Path, command: AtCounter) -> Result<ExitCode, FleetError> {
    match command {
        AtCounter::Calls => {
            let calls = open_calls(data)?;
            if calls.is_empty() {
                say(&mut stdout(), "nobody waits");
            }
            for call in &calls {
                say(&mut stdout(), &call_in_words_now(call));
            }
        }
        // The bell character: a terminal program makes a sound, or its window asks for attention.
        AtCounter::WatchCalls => watch_calls(data, |call| writeln!(stdout(), "\u{7}{}", call_in_words_now(call)))?,
        AtCounter::Answered { name } => {
            if !answer_call(data, &name)? {
                return Ok(nothing(&format!("no call of a terminal named \"{name}\" is open")));
            }
        }
        AtCounter::Reprint { name } => {
            if !reprint(data, &name)? {
                return Ok(nothing(&format!(
                    "nobody is known to stand at a terminal named \"{name}\": no call in the last half hour"
                )));
            }
        }
        AtCounter::Queue => {
            for line in hall_in_words_now(&show_hall(data)?) {
                say(&mut stdout(), &line);
            }
        }
        AtCounter::Next { queue, desk } => match call_next(data, queue, desk)? {
            Some(number) => say(&mut stdout(), &number.to_string()),
            None => return Ok(nothing(&format!("nobody waits for {queue}"))),
        },
        AtCounter::Again { queue, desk } => {
            let at = desk.as_ref().map(|desk| format!(" to {desk}")).unwrap_or_default();
            match call_again(data, queue, desk)? {
                Some(number) => say(&mut stdout(), &number.to_string()),
                None => return Ok(nothing(&format!("no number of {queue} was called{at} today"))),
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// There was nothing to do it to.
fn nothing(why: &str) -> ExitCode {
    say(&mut stderr(), &format!("fleet: {why}"));
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands() {
        let queue = Queue::new('A').unwrap();
        let desk = Some(Desk::parse("Zimmer 12").unwrap());
        let parse = |words: &[&str], desk| super::parse(words, false, desk).unwrap();
        assert_eq!(parse(&["calls"], None), AtCounter::Calls);
        assert_eq!(super::parse(&["calls"], true, None), Ok(AtCounter::WatchCalls));
        let name = "Bürgeramt 1".to_owned();
        assert_eq!(
            parse(&["answered", "Bürgeramt 1"], None),
            AtCounter::Answered { name: name.clone() }
        );
        assert_eq!(parse(&["reprint", "Bürgeramt 1"], None), AtCounter::Reprint { name });
        assert_eq!(parse(&["queue"], None), AtCounter::Queue);
        assert_eq!(parse(&["next", "A"], None), AtCounter::Next { queue, desk: None });
        let called_to = AtCounter::Next {
            queue,
            desk: desk.clone(),
        };
        assert_eq!(parse(&["next", "A"], Some(" Zimmer 12 ")), called_to);
        assert_eq!(
            parse(&["again", "A"], Some("Zimmer 12")),
            AtCounter::Again { queue, desk }
        );
    }

    #[test]
    fn mistakes_are_named() {
        let mistake = |words: &[&str], desk| parse(words, false, desk).unwrap_err();
        for words in ["next", "again"] {
            assert_eq!(mistake(&[words], None), "a LETTER is needed");
        }
        for words in ["answered", "reprint"] {
            assert_eq!(mistake(&[words], None), "a NAME is needed");
        }
        for wrong in ["a", "AB", "Ä", "7", ""] {
            let words = format!("\"{wrong}\" is no LETTER of a queue, A to Z");
            assert_eq!(mistake(&["next", wrong], None), words);
        }
        assert_eq!(mistake(&["next", "A", "B"], None), "what is \"next A B\"?");
        let desk = "a desk has 1 to 40 characters and no control characters";
        for wrong in ["", "\u{1b}[2J", &"a".repeat(41)] {
            assert_eq!(mistake(&["next", "A"], Some(wrong)), desk);
        }
    }
}

//! The command line.
use crate::counter::{self, AtCounter};
use fleet::{Config, LISTEN_DEFAULT};
use std::path::PathBuf;
use store::IfKnown;
use uuid::Uuid;
use wire::CaseCode;
use wire::case_status::CaseState;

pub(crate) const USAGE: &str = "\
usage: fleet [serve] [--data DIR] [--listen ADDRESS:PORT] [--eid FILE] [--board FILE]
       fleet board --check FILE
       fleet enrol NAME [--replace] [--data DIR]
       fleet withdraw NAME [--data DIR]
       fleet calls [--watch] [--data DIR]
       fleet answered NAME [--data DIR]
       fleet reprint NAME [--data DIR]
       fleet queue [--data DIR]
       fleet next LETTER [--desk TEXT] [--data DIR]
       fleet again LETTER [--desk TEXT] [--data DIR]
       fleet cases [--open] [--data DIR]
       fleet envelope CASE [--data DIR] > FILE
       fleet state CASE STATE [--data DIR]
       fleet letter CASE FILE [--state STATE] [--data DIR]
       fleet fee CODE|CASE [--data DIR]
       fleet paid CODE|CASE [--data DIR]

serve      takes submissions; listens on 127.0.0.1:8080 when nothing is said
enrol      prints the token of a new terminal, once; --replace voids the old token of a known one
withdraw   voids the token of a terminal
calls      lists at which terminals somebody asks for a person; --watch goes on, and rings for each new one
board      asks each source of the town's board once, and says what it gave
answered   closes the call of a terminal: somebody is on the way
reprint    has the receipt at a terminal where somebody called printed once more
queue      lists who waits with a number, and the numbers called last
next       calls the next number of a queue; --desk says where to
again      calls the last one once more; with --desk the last one of that desk
cases      lists the newest cases; --open leaves out those that are answered, rejected or withdrawn
envelope   prints a sealed case for the office's own machine (`schalter open`); it is on its way from then on
state      what the citizen is told: in_work, needs_something, answered, rejected, on_its_way or withdrawn
letter     adds a letter that `schalter letter` sealed, and sets the state in the same step
fee        says what a case costs, and whether that is paid; CODE is the one on the citizen's receipt
paid       says that the fee was paid at the counter

--board    what the town tells on its terminals (docs/town-board.md); without it, there is none
--eid      settings for identity cards (docs/eid-keys.md); without it, nothing is answered about them
--data     folder of the store, made if missing; without it $STATE_DIRECTORY, $XDG_DATA_HOME/schalter-fleet or
           ~/.local/share/schalter-fleet";

#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Version,
    Serve {
        config: Config,
        eid: Option<PathBuf>,
        board: Option<PathBuf>,
    },
    CheckBoard {
        file: PathBuf,
    },
    Enrol {
        data: PathBuf,
        name: String,
        if_known: IfKnown,
    },
    Withdraw {
        data: PathBuf,
        name: String,
    },
    AtCounter {
        data: PathBuf,
        command: AtCounter,
    },
    Cases {
        data: PathBuf,
        only_open: bool,
    },
    Envelope {
        data: PathBuf,
        submission_id: Uuid,
    },
    State {
        data: PathBuf,
        submission_id: Uuid,
        state: CaseState,
    },
    Letter {
        data: PathBuf,
        submission_id: Uuid,
        file: PathBuf,
        state: Option<CaseState>,
    },
    Fee {
        data: PathBuf,
        which: Which,
    },
    Paid {
        data: PathBuf,
        which: Which,
    },
}

/// A case as it is named at the counter.
#[derive(Debug)]
pub(crate) enum Which {
    Id(Uuid),
    Code(CaseCode),
}

pub(crate) fn parse(
    arguments: impl Iterator<Item = String>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Command, String> {
    let mut data = None;
    let mut eid = None;
    let mut board = None;
    let mut check = None;
    let mut listen = LISTEN_DEFAULT;
    let mut if_known = IfKnown::Refuse;
    let mut watch = false;
    let mut only_open = false;
    let mut state = None;
    let mut desk = None;
    let mut words = Vec::new();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(Command::Help),
            "--version" | "-V" => return Ok(Command::Version),
            "--replace" => if_known = IfKnown::Replace,
            "--watch" => watch = true,
            "--open" => only_open = true,
            "--state" => state = Some(state_of(&value()?)?),
            "--desk" => desk = Some(value()?),
            "--eid" => eid = Some(PathBuf::from(value()?)),
            "--board" => board = Some(PathBuf::from(value()?)),
            "--check" => check = Some(PathBuf::from(value()?)),
            "--data" => data = Some(PathBuf::from(value()?)),
            "--listen" => {
                let text = value()?;
                listen = text.parse().map_err(|_| format!("\"{text}\" is no ADDRESS:PORT"))?;
            }
            _ if argument.starts_with('-') => return Err(format!("unknown option {argument}")),
            _ => words.push(argument),
        }
    }
    let data = match data {
        Some(data) => data,
        None => default_data(variable).ok_or("there is no home folder; say --data DIR")?,
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["serve"] => Ok(Command::Serve {
            config: Config { data, listen },
            eid,
            board,
        }),
        ["board"] => check_command(check),
        ["enrol", name] => Ok(Command::Enrol {
            data,
            name: (*name).to_owned(),
            if_known,
        }),
        ["withdraw", name] => Ok(Command::Withdraw {
            data,
            name: (*name).to_owned(),
        }),
        ["enrol" | "withdraw"] => Err("a NAME is needed".to_owned()),
        ["calls" | "answered" | "reprint" | "queue" | "next" | "again", ..] => {
            let command = counter::parse(&words, watch, desk.as_deref())?;
            Ok(Command::AtCounter { data, command })
        }
        ["cases"] => Ok(Command::Cases { data, only_open }),
        ["envelope" | "state" | "letter" | "fee" | "paid", ..] => case_command(words.as_slice(), data, state),
        other => Err(format!("what is \"{}\"?", other.join(" "))),
    }
}

/// The command that looks at a board's sources.
fn check_command(file: Option<PathBuf>) -> Result<Command, String> {
    let file = file.ok_or("say --check FILE")?;
    Ok(Command::CheckBoard { file })
}

/// The commands about one case.
fn case_command(words: &[&str], data: PathBuf, state: Option<CaseState>) -> Result<Command, String> {
    let case =
        |text: &str| Uuid::try_parse(text).map_err(|_| format!("\"{text}\" is no CASE as `fleet cases` lists them"));
    match words {
        ["envelope", text] => Ok(Command::Envelope {
            data,
            submission_id: case(text)?,
        }),
        ["state", text, word] => Ok(Command::State {
            data,
            submission_id: case(text)?,
            state: state_of(word)?,
        }),
        ["letter", text, file] => Ok(Command::Letter {
            data,
            submission_id: case(text)?,
            file: PathBuf::from(file),
            state,
        }),
        ["fee", case @ ..] => Ok(Command::Fee {
            data,
            which: which_of(case)?,
        }),
        ["paid", case @ ..] => Ok(Command::Paid {
            data,
            which: which_of(case)?,
        }),
        ["state", ..] => Err("a CASE and a STATE are needed".to_owned()),
        ["letter", ..] => Err("a CASE and a FILE are needed".to_owned()),
        _ => Err("a CASE is needed".to_owned()),
    }
}

/// A code as people type it may have blanks. What was typed isn't said again: it may be nearly a code.
fn which_of(words: &[&str]) -> Result<Which, String> {
    match words {
        [] => Err("a CODE or a CASE is needed".to_owned()),
        words => {
            let text = words.join(" ");
            if let Ok(id) = Uuid::try_parse(&text) {
                return Ok(Which::Id(id));
            }
            let code = CaseCode::parse(&text).map(Which::Code);
            code.map_err(|error| format!("neither a CODE nor a CASE: {error}"))
        }
    }
}

fn state_of(word: &str) -> Result<CaseState, String> {
    let mut known = fleet::states_by_hand();
    known.find(|state| state.word() == word).ok_or_else(|| {
        let words: Vec<&str> = fleet::states_by_hand().map(CaseState::word).collect();
        format!("\"{word}\" is no STATE; there are {}", words.join(", "))
    })
}

fn default_data(variable: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // systemd gives a service its folder; several come with colons between, ours is the first.
    if let Some(state) = variable("STATE_DIRECTORY").filter(|value| !value.is_empty()) {
        return state.split(':').next().map(PathBuf::from);
    }
    let base = folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")))?;
    Some(base.join("schalter-fleet"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn command(line: &str) -> Result<Command, String> {
        let home = |name: &str| (name == "HOME").then(|| "/home/clerk".to_owned());
        parse(line.split_whitespace().map(str::to_owned), home)
    }

    #[test]
    fn nothing_said_is_a_server_on_loopback() {
        let Ok(Command::Serve {
            config,
            eid: None,
            board: None,
        }) = command("")
        else {
            panic!()
        };
        assert_eq!(config.listen, LISTEN_DEFAULT);
        assert_eq!(config.data, PathBuf::from("/home/clerk/.local/share/schalter-fleet"));
        let Ok(Command::Serve {
            config,
            eid: Some(eid),
            board: Some(board),
        }) = command("serve --listen [::1]:9 --data /d --eid /e.toml --board /b.toml")
        else {
            panic!()
        };
        assert_eq!(board, PathBuf::from("/b.toml"));
        assert_eq!(eid, PathBuf::from("/e.toml"));
        assert_eq!((config.listen.port(), config.data), (9, PathBuf::from("/d")));
    }

    #[test]
    fn commands() {
        assert!(
            matches!(command("enrol k1"), Ok(Command::Enrol { name, if_known: IfKnown::Refuse, .. }) if name == "k1")
        );
        assert!(matches!(
            command("enrol --replace k1"),
            Ok(Command::Enrol {
                if_known: IfKnown::Replace,
                ..
            })
        ));
        assert!(matches!(command("withdraw k1"), Ok(Command::Withdraw { name, .. }) if name == "k1"));
        let Ok(Command::AtCounter { data, command: watch }) = command("calls --watch --data /d") else {
            panic!()
        };
        assert_eq!((data.as_path(), watch), (Path::new("/d"), AtCounter::WatchCalls));
        assert_eq!(command("next A --desk").unwrap_err(), "--desk needs a value");
        assert!(matches!(command("board --check b"), Ok(Command::CheckBoard { file }) if file == Path::new("b")));
        assert_eq!(command("board").unwrap_err(), "say --check FILE");
        assert!(matches!(command("enrol -h"), Ok(Command::Help)));
        assert!(matches!(command("--version"), Ok(Command::Version)));
    }

    #[test]
    fn commands_about_cases() {
        const CASE: &str = "01920000-0000-7000-8000-000000000001";
        assert!(matches!(
            command("cases --open"),
            Ok(Command::Cases { only_open: true, .. })
        ));
        assert!(matches!(command("cases"), Ok(Command::Cases { only_open: false, .. })));
        let id = Uuid::try_parse(CASE).unwrap();
        let envelope = command(&format!("envelope {CASE}"));
        assert!(matches!(envelope, Ok(Command::Envelope { submission_id, .. }) if submission_id == id));
        let Ok(Command::State { state, .. }) = command(&format!("state {CASE} in_work")) else {
            panic!()
        };
        assert_eq!(state, CaseState::InWork);
        let line = format!("letter {CASE} l.jwe --state answered");
        let Ok(Command::Letter { file, state, .. }) = command(&line) else {
            panic!()
        };
        assert_eq!((file, state), (PathBuf::from("l.jwe"), Some(CaseState::Answered)));
        assert_eq!(command("letter x").unwrap_err(), "a CASE and a FILE are needed");
        assert_eq!(command("envelope").unwrap_err(), "a CASE is needed");
        assert_eq!(
            command("state 7 in_work").unwrap_err(),
            "\"7\" is no CASE as `fleet cases` lists them"
        );
        let error = command(&format!("state {CASE} received")).unwrap_err();
        assert!(
            error.starts_with("\"received\" is no STATE; there are on_its_way, in_work,"),
            "{error}"
        );
    }

    #[test]
    fn commands_about_fees() {
        const CASE: &str = "01920000-0000-7000-8000-000000000001";
        let id = Uuid::try_parse(CASE).unwrap();
        let by_id = command(&format!("fee {CASE}"));
        assert!(matches!(by_id, Ok(Command::Fee { which: Which::Id(which), .. }) if which == id));
        let code = CaseCode::from_random([0x5a; 7]);
        let typed = code.grouped().to_lowercase();
        for typed in [typed.clone(), typed.replace('-', " "), typed.replace('-', "")] {
            let by_code = command(&format!("paid {typed} --data /d"));
            assert!(matches!(by_code, Ok(Command::Paid { which: Which::Code(which), .. }) if which == code));
        }
        assert_eq!(command("fee").unwrap_err(), "a CODE or a CASE is needed");
        assert_eq!(command("paid").unwrap_err(), "a CODE or a CASE is needed");
        let slip = command("paid 0000-0000-001").unwrap_err();
        assert_eq!(
            slip,
            "neither a CODE nor a CASE: the code has a slip: its check character doesn't fit"
        );
        assert!(!command("fee Mustermann").unwrap_err().contains("Muster"));
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(command("enrol").unwrap_err(), "a NAME is needed");
        assert_eq!(command("--listen").unwrap_err(), "--listen needs a value");
        assert_eq!(command("--listen here").unwrap_err(), "\"here\" is no ADDRESS:PORT");
        assert_eq!(command("--frob").unwrap_err(), "unknown option --frob");
        assert_eq!(command("sing a song").unwrap_err(), "what is \"sing a song\"?");
        assert!(parse(std::iter::empty(), |_| None).is_err());
    }

    #[test]
    fn systemd_gives_the_folder() {
        let state = |name: &str| (name == "STATE_DIRECTORY").then(|| "/var/lib/fleet:/var/lib/b".to_owned());
        assert_eq!(default_data(state), Some(PathBuf::from("/var/lib/fleet")));
    }
}

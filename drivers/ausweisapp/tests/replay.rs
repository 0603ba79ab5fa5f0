//! Full dialogues, replayed word for word: `tests/data/*.txt`.
//!
//! `<` AusweisApp says, `>` we must send exactly this, `=` we must tell this, `!` something happens, `#` a remark. All
//! that we say must stand in the transcript, in its order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may
#![allow(missing_docs)]
use ausweisapp::message::{PrivateUrl, SecretKind};
use ausweisapp::{Authentication, Consent, Dialogue, Input, Output, Success, Task, Tell, Way};
use drivers_api::basis::{ComparedDocument, PhotoComparison, StaffRegister, StaffSession};
use drivers_api::card::{DataGroup, ReadRequest, Secret};
use drivers_api::private::Digits;
use std::collections::VecDeque;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

#[test]
fn transcripts_are_kept_to() {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("tests/data");
    let mut replayed = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Replay::new(name).run(&std::fs::read_to_string(&path).unwrap());
        replayed += 1;
    }
    assert_eq!(replayed, 15);
}

struct Replay {
    dialogue: Option<Dialogue>,
    now: Duration,
    said: VecDeque<Output>,
    place: String,
    name: String,
}

impl Replay {
    fn new(name: String) -> Self {
        Self {
            dialogue: None,
            now: Duration::ZERO,
            said: VecDeque::new(),
            place: name.clone(),
            name,
        }
    }

    fn run(mut self, transcript: &str) {
        for (at, line) in transcript.lines().enumerate() {
            self.place = format!("{}:{}", self.name, at + 1);
            let (kind, rest) = line.split_at(line.len().min(2));
            match kind {
                "# " => {}
                "< " => self.input(Input::Text(rest)),
                "! " => self.happens(rest),
                "> " | "= " => {
                    let output = self.said.pop_front();
                    let output = output.unwrap_or_else(|| panic!("{}: nothing is said instead of {line}", self.place));
                    self.compare(&output, line);
                }
                _ => panic!("{}: what is {line:?}?", self.place),
            }
        }
        self.place += " end";
        self.nothing_left();
    }

    fn compare(&self, output: &Output, line: &str) {
        let (kind, rest) = line.split_at(2);
        match (kind, output) {
            ("> ", Output::Send(outgoing)) => {
                let json = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).unwrap();
                assert_eq!(json(outgoing.expose()), json(rest.as_bytes()), "{}", self.place);
            }
            _ => assert_eq!(described(output), line, "{}", self.place),
        }
    }

    fn nothing_left(&self) {
        assert!(
            self.said.is_empty(),
            "{}: before it, {:?} was said, too",
            self.place,
            self.said
        );
    }

    fn input(&mut self, input: Input<'_>) {
        self.nothing_left();
        let mut out = Vec::new();
        let dialogue = self.dialogue.take().expect("connected");
        self.dialogue = Some(dialogue.handle(input, self.now, &mut out));
        self.said.extend(out);
    }

    fn happens(&mut self, what: &str) {
        let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
        let typed = || Secret::Typed(Digits::parse(rest).unwrap());
        match verb {
            "connect" => {
                self.nothing_left();
                let mut out = Vec::new();
                self.dialogue = Some(Dialogue::new(self.now, &mut out));
                self.said.extend(out);
            }
            "greeted" => self.greeted(if rest == "3" { 3 } else { 2 }),
            "begin" => self.input(Input::Begin(task(rest, self.now))),
            "accept" => self.input(Input::Accept),
            "pin" => self.input(Input::Answer(SecretKind::Pin, typed())),
            "can" => self.input(Input::Answer(SecretKind::Can, typed())),
            "puk" => self.input(Input::Answer(SecretKind::Puk, typed())),
            "new" => self.input(Input::Answer(SecretKind::NewPin, typed())),
            "pin-on-pad" => self.input(Input::Answer(SecretKind::Pin, Secret::OnPad)),
            "cancel" => self.input(Input::Cancel),
            "lost" => self.input(Input::Lost),
            "wait" => {
                self.now += Duration::from_secs(rest.parse().unwrap());
                self.input(Input::Tick);
            }
            _ => panic!("{}: what is {what}?", self.place),
        }
    }

    fn greeted(&mut self, level: u32) {
        self.happens("connect");
        for text in [
            r#"{"msg":"INFO","VersionInfo":{"Implementation-Version":"2.5.3"}}"#,
            r#"{"msg":"API_LEVEL","available":[1,2,3],"current":3}"#,
        ] {
            self.said.clear();
            self.input(Input::Text(text));
        }
        // Of the levels there are, the best is taken; some transcripts are of the older one.
        self.said.clear();
        self.input(Input::Text(r#"{"msg":"API_LEVEL","current":3}"#));
        assert!(self.dialogue.as_ref().unwrap().is_ready(), "level {level}");
        self.said.clear();
    }
}

fn task(name: &str, now: Duration) -> Task {
    let address = if name == "bad-address" {
        "http://eid.example/tctoken"
    } else {
        "https://eid.example/tctoken"
    };
    let way = match name {
        "change-pin" => return Task::ChangePin,
        "auth" | "bad-address" => Way::Holder,
        "vor-ort" => Way::VorOrt(comparison(now)),
        _ => panic!("what is {name}?"),
    };
    Task::Authenticate(Authentication {
        tc_token_url: PrivateUrl::from(address),
        allowed: ReadRequest {
            groups: [DataGroup::FamilyNames, DataGroup::GivenNames].into(),
            age_at_least: Some(18),
            municipality: None,
            pseudonym: false,
        },
        way,
    })
}

fn comparison(now: Duration) -> PhotoComparison {
    struct Everybody;
    impl StaffRegister for Everybody {
        fn knows(&self, _: &str, _: &Digits) -> bool {
            true
        }
    }
    let session = StaffSession::log_in(
        &Everybody,
        "m.beispiel",
        &Digits::default(),
        now,
        Duration::from_secs(600),
    );
    session.unwrap().compared(ComparedDocument::ThisCard, now).unwrap()
}

fn described(output: &Output) -> String {
    match output {
        Output::Send(outgoing) => format!("> {}", String::from_utf8_lossy(outgoing.expose())),
        Output::Ask(ask) => {
            let pin = ask.pin.map(|pin| format!(" {pin:?}")).unwrap_or_default();
            let wrong = ask.wrong.map(|wrong| format!(" wrong {wrong:?}")).unwrap_or_default();
            let rejected = if ask.rejected { " rejected" } else { "" };
            let on_pad = if ask.on_pad { " on pad" } else { "" };
            format!("= Ask {:?}{pin}{wrong}{rejected}{on_pad}", ask.kind)
        }
        Output::Done(Ok(Success::PinChanged)) => "= PinChanged".to_owned(),
        Output::Done(Ok(Success::Authenticated(url))) => format!("= Authenticated {}", url.expose()),
        Output::Done(Err(failure)) => format!("= Failed {failure}{}", source(failure)),
        Output::HangUp(failure) => format!("= HangUp {failure}{}", source(failure)),
        Output::Tell(tell) => format!("= {}", told(tell)),
    }
}

fn source(error: &dyn Error) -> String {
    error.source().map(|source| format!(" ({source})")).unwrap_or_default()
}

fn told(tell: &Tell) -> String {
    match tell {
        Tell::Ready { version, level } => format!("Ready {version} {level}"),
        Tell::Reader(reader) => {
            let card = reader.card.as_ref().map(|card| format!(" {:?}", card.found()));
            format!("Reader {}{}", reader.name, card.unwrap_or_default())
        }
        Tell::Consent(consent) => consent_in_words(consent),
        Tell::InsertCard => "InsertCard".to_owned(),
        Tell::CardLiesBadly => "CardLiesBadly".to_owned(),
        Tell::Progress(percent) => format!("Progress {percent}"),
    }
}

fn consent_in_words(consent: &Consent) -> String {
    let provider = &consent.provider;
    let rights = &provider.rights;
    let groups: Vec<String> = rights.groups.iter().map(|group| format!("{group:?}")).collect();
    let mut groups = groups;
    groups.sort();
    let mut words = format!("Consent {} {}", provider.subject_name, groups.join("+"));
    if rights.age {
        let date = consent.age_date.as_deref().unwrap_or("?");
        words += &format!(" age {} ({date})", consent.age_at_least.unwrap_or_default());
    }
    if rights.can_allowed {
        words += " by CAN";
    }
    if let Some(transaction) = &consent.transaction {
        words += &format!(" transaction {transaction:?}");
    }
    format!("{words} until {}", provider.valid_until)
}

//! AusweisApp as nobody has seen it: any bytes, any messages in any order. Laws: no panic; a secret goes out only as the
//! answer to its open question, once; no question before the consent; one end for each task; nothing runs for ever.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may
#![allow(missing_docs)]
use ausweisapp::message::{Message, PrivateUrl, SecretKind};
use ausweisapp::{Authentication, Dialogue, Input, Output, Task, Tell, Way};
use drivers_api::card::{DataGroup, ReadRequest, Secret};
use drivers_api::private::Digits;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::time::Duration;

/// Every message of the transcripts, and some that no AusweisApp sends.
fn messages() -> Vec<String> {
    let folder = std::path::Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("tests/data");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let mut messages: Vec<String> = files
        .flat_map(|text| {
            text.lines()
                .filter_map(|line| line.strip_prefix("< ").map(str::to_owned))
                .collect::<Vec<_>>()
        })
        .collect();
    messages.extend(
        [
            r#"{"msg":"INTERNAL_ERROR"}"#,
            r#"{"msg":"INVALID","error":"x"}"#,
            r#"{"msg":"AUTH","result":{"major":"x#resultmajor#ok"}}"#,
            r#"{"msg":"CHANGE_PIN","success":true}"#,
            r#"{"msg":"ENTER_PIN","reader":{"name":"NFC","card":{"retryCounter":-1}}}"#,
            r#"{"msg":"ENTER_CAN","reader":{"name":"NFC","attached":true,"card":{"retryCounter":2,"deactivated":true}}}"#,
            r#"{"msg":"ENTER_PIN","reader":{"name":"Simulator","attached":true,"card":{"retryCounter":3}}}"#,
            r#"{"msg":"READER","name":"NFC","attached":false}"#,
        ]
        .map(str::to_owned),
    );
    messages.sort();
    messages.dedup();
    messages
}

#[derive(Clone, Debug)]
enum Event {
    Any(prop::sample::Index),
    /// What a well-behaved AusweisApp could say to our last command.
    Fitting(prop::sample::Index),
    BeginAuth,
    BeginChange,
    Accept,
    Answer(u8),
    /// The open question, if any.
    AnswerOpen,
    Cancel,
    Wait(u8),
    Lost,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        1 => any::<prop::sample::Index>().prop_map(Event::Any),
        20 => any::<prop::sample::Index>().prop_map(Event::Fitting),
        2 => Just(Event::BeginAuth),
        2 => Just(Event::BeginChange),
        4 => Just(Event::Accept),
        1 => (0u8..4).prop_map(Event::Answer),
        5 => Just(Event::AnswerOpen),
        1 => Just(Event::Cancel),
        1 => (0u8..130).prop_map(Event::Wait),
    ]
}

/// Words of messages that could follow a command.
fn fitting(command: &str) -> &'static [&'static str] {
    match command {
        "GET_INFO" => &["INFO"],
        "GET_API_LEVEL" | "SET_API_LEVEL" => &["API_LEVEL"],
        "RUN_AUTH" => &["{\"msg\":\"AUTH\"}", "ACCESS_RIGHTS", "STATUS"],
        "SET_ACCESS_RIGHTS" => &["ACCESS_RIGHTS"],
        "GET_CERTIFICATE" => &["CERTIFICATE"],
        "ACCEPT" => &["ENTER_PIN", "ENTER_CAN", "INSERT_CARD", "STATUS"],
        "RUN_CHANGE_PIN" => &[
            "{\"msg\":\"CHANGE_PIN\"}",
            "ENTER_PIN",
            "ENTER_CAN",
            "ENTER_PUK",
            "PAUSE",
        ],
        "SET_PIN" | "SET_CAN" | "SET_PUK" | "SET_NEW_PIN" => &["ENTER_", "AUTH", "CHANGE_PIN", "STATUS"],
        "CANCEL" => &["AUTH", "CHANGE_PIN", "BAD_STATE"],
        _ => &["READER", "ENTER_"],
    }
}

/// The dialogue, and what is known of it from outside.
struct Watched {
    dialogue: Option<Dialogue>,
    now: Duration,
    last_command: &'static str,
    open: Option<SecretKind>,
    tasks: i32,
    /// The consent was shown and agreed to, in an authentication.
    consent: Option<(bool, bool)>,
    hung_up: bool,
    secrets: usize,
    finished: usize,
}

impl Watched {
    fn new() -> Self {
        let mut out = Vec::new();
        let dialogue = Some(Dialogue::new(Duration::ZERO, &mut out));
        let now = Duration::ZERO;
        let (tasks, secrets, finished) = (0, 0, 0);
        let mut watched = Self {
            dialogue,
            now,
            last_command: "",
            open: None,
            tasks,
            consent: None,
            hung_up: false,
            secrets,
            finished,
        };
        watched.watch(out);
        watched
    }

    /// After a greeting as it should be.
    fn greeted() -> Self {
        let mut watched = Self::new();
        watched.input(Input::Text(
            r#"{"msg":"INFO","VersionInfo":{"Implementation-Version":"2.5.3"}}"#,
        ));
        watched.input(Input::Text(r#"{"msg":"API_LEVEL","available":[1,2,3],"current":3}"#));
        watched.input(Input::Text(r#"{"msg":"API_LEVEL","current":3}"#));
        assert!(watched.dialogue.as_ref().unwrap().is_ready());
        watched
    }

    fn input(&mut self, input: Input<'_>) {
        let mut out = Vec::new();
        let dialogue = self.dialogue.take().unwrap();
        self.dialogue = Some(dialogue.handle(input, self.now, &mut out));
        self.watch(out);
    }

    fn watch(&mut self, out: Vec<Output>) {
        for output in out {
            assert!(!self.hung_up, "{output:?} after the line was given up");
            match output {
                Output::Send(outgoing) => {
                    self.last_command = outgoing.name();
                    let kind = match outgoing.name() {
                        "SET_PIN" => SecretKind::Pin,
                        "SET_CAN" => SecretKind::Can,
                        "SET_PUK" => SecretKind::Puk,
                        "SET_NEW_PIN" => SecretKind::NewPin,
                        _ => continue,
                    };
                    assert_eq!(self.open.take(), Some(kind), "a secret that wasn't asked for");
                    self.secrets += 1;
                }
                Output::Ask(ask) => {
                    assert!(self.tasks == 1, "a question without a task");
                    assert!(
                        !matches!(self.consent, Some((_, false))),
                        "a question before the consent"
                    );
                    self.open = Some(ask.kind);
                }
                Output::Tell(Tell::Consent(_)) => self.consent = Some((true, false)),
                Output::Tell(Tell::CardLiesBadly) => self.open = None,
                Output::Tell(_) => {}
                Output::Done(_) => {
                    self.tasks -= 1;
                    self.finished += 1;
                    assert!(self.tasks >= 0, "an end without a task");
                    self.open = None;
                    self.consent = None;
                }
                Output::HangUp(_) => self.hung_up = true,
            }
        }
    }

    fn begin(&mut self, task: Task) {
        // What isn't ready answers a task at once; not the law that is tried here.
        if self.dialogue.as_ref().unwrap().is_ready() {
            self.tasks += 1;
            self.consent = matches!(task, Task::Authenticate(_)).then_some((false, false));
            self.input(Input::Begin(task));
        }
    }

    fn answer(&mut self, kind: SecretKind) {
        self.input(Input::Answer(kind, Secret::Typed(Digits::parse("123456").unwrap())));
    }

    fn happen(&mut self, event: &Event, messages: &[String]) {
        match event {
            Event::Any(index) => self.input(Input::Text(index.get(messages).as_str())),
            Event::Fitting(index) => {
                let words = fitting(self.last_command);
                let fit: Vec<&String> = messages
                    .iter()
                    .filter(|message| words.iter().any(|word| message.contains(word)))
                    .collect();
                self.input(Input::Text(index.get(&fit).as_str()));
            }
            Event::BeginAuth => self.begin(Task::Authenticate(authentication())),
            Event::BeginChange => self.begin(Task::ChangePin),
            Event::Accept => {
                if let Some((true, agreed)) = &mut self.consent {
                    *agreed = true;
                }
                self.input(Input::Accept);
            }
            Event::Answer(kind) => {
                let kinds = [SecretKind::Pin, SecretKind::Can, SecretKind::Puk, SecretKind::NewPin];
                self.answer(kinds[usize::from(*kind)]);
            }
            Event::AnswerOpen => self.open.into_iter().for_each(|kind| self.answer(kind)),
            Event::Cancel => self.input(Input::Cancel),
            Event::Wait(seconds) => {
                self.now += Duration::from_secs((*seconds).into());
                self.input(Input::Tick);
            }
            Event::Lost => self.input(Input::Lost),
        }
    }

    /// Whoever cancels and waits gets an end.
    fn ends(&mut self) {
        self.input(Input::Cancel);
        if let Some(deadline) = self.dialogue.as_ref().unwrap().deadline() {
            self.now = self.now.max(deadline);
            self.input(Input::Tick);
        }
        assert_eq!(self.tasks, 0, "a task without an end");
    }
}

fn authentication() -> Authentication {
    Authentication {
        tc_token_url: PrivateUrl::from("https://eid.example/tctoken"),
        allowed: ReadRequest {
            groups: [DataGroup::FamilyNames, DataGroup::GivenNames].into(),
            age_at_least: Some(18),
            ..ReadRequest::default()
        },
        way: Way::Holder,
    }
}

#[test]
fn any_order_keeps_the_laws_and_reaches_deep() {
    let messages = messages();
    assert!(messages.len() > 40);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut secrets, mut finished) = (0, 0);
    for round in 0..2000 {
        let events = prop::collection::vec(event(), 0..120)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let mut watched = if round % 5 == 0 {
            Watched::new()
        } else {
            Watched::greeted()
        };
        events.iter().for_each(|event| watched.happen(event, &messages));
        watched.ends();
        secrets += watched.secrets;
        finished += watched.finished;
    }
    // Otherwise the laws would have been kept by doing nothing.
    assert!(secrets > 100 && finished > 500, "{secrets} secrets, {finished} tasks");
}

#[test]
fn a_lost_line_ends_everything() {
    for begin in [Event::BeginAuth, Event::BeginChange] {
        let mut watched = Watched::greeted();
        watched.happen(&begin, &[]);
        assert_eq!(watched.tasks, 1);
        watched.happen(&Event::Lost, &[]);
        assert_eq!((watched.tasks, watched.hung_up), (0, true));
    }
}

#[test]
fn a_talkative_ausweisapp_is_stopped() {
    let mut watched = Watched::new();
    for _ in 0..10_000 {
        watched.input(Input::Text(r#"{"msg":"STATUS"}"#));
    }
    assert!(watched.hung_up);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        // Reading it or not, it must come back.
        let _ = Message::parse(&text);
    }

    #[test]
    fn damaged_messages_are_read_or_refused(index: prop::sample::Index, at: prop::sample::Index, with: char) {
        let messages = messages();
        let mut chars: Vec<char> = index.get(&messages).chars().collect();
        let at = at.index(chars.len());
        chars[at] = with;
        let damaged: String = chars.iter().collect();
        let _ = Message::parse(&damaged);
        let cut: String = chars[..at].iter().collect();
        prop_assert!(Message::parse(&cut).is_err(), "half a message was read: {cut}");
    }
}

#[test]
fn limits_hold() {
    let long = format!(r#"{{"msg":"INVALID","error":"{}"}}"#, "x".repeat(70_000));
    assert!(Message::parse(&long).is_err());
    let rights = vec!["\"Address\""; 65].join(",");
    let chat = format!(r#"{{"effective":[{rights}],"optional":[],"required":[]}}"#);
    assert!(Message::parse(&format!(r#"{{"msg":"ACCESS_RIGHTS","chat":{chat}}}"#)).is_err());
    let readers = vec![r#"{"name":"x"}"#; 33].join(",");
    assert!(Message::parse(&format!(r#"{{"msg":"READER_LIST","readers":[{readers}]}}"#)).is_err());
    let deep = format!(r#"{{"msg":"TOMORROW","x":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    assert_eq!(
        Message::parse(&deep),
        Ok(Message::Unknown),
        "what isn't known is passed over without recursion"
    );
    let deep = deep.replace("TOMORROW", "READER").replace("\"x\"", "\"card\"");
    assert!(Message::parse(&deep).is_err());
    // Errors quote nothing of what came.
    let error = Message::parse(r#"{"msg":"AUTH","result":"https://eid.example/?secret"}"#).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"));
}

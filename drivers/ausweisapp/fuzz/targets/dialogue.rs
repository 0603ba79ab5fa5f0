//! AusweisApp as nobody has seen it, line by line: a message (`{…`), or an event by its first letter: `a` begin an
//! authentication, `c` a PIN change, `A` agree, `o` answer the open question, `p` `k` `u` `n` answer PIN, CAN, PUK, new
//! PIN, `x` cancel, `l` the line is lost, `w` wait as many seconds as the next character's code. Laws: a secret goes out
//! only as the answer to its open question, once; no question before the consent; one end for each task; nothing after
//! the line was given up; who cancels and waits gets an end.
#![no_main]
use apdu_fuzz::within;
use ausweisapp::message::{PrivateUrl, SecretKind};
use ausweisapp::{Authentication, Dialogue, Input, Output, Task, Tell, Way};
use drivers_api::card::{DataGroup, ReadRequest, Secret};
use drivers_api::private::Digits;
use std::time::Duration;

struct Watched {
    dialogue: Option<Dialogue>,
    now: Duration,
    open: Option<SecretKind>,
    tasks: i32,
    /// The consent was shown, and agreed to; `None` outside authentications.
    consent: Option<(bool, bool)>,
    hung_up: bool,
}

impl Watched {
    fn new() -> Self {
        let mut out = Vec::new();
        let dialogue = Some(Dialogue::new(Duration::ZERO, &mut out));
        let mut watched = Self {
            dialogue,
            now: Duration::ZERO,
            open: None,
            tasks: 0,
            consent: None,
            hung_up: false,
        };
        watched.watch(out);
        watched
    }

    fn input(&mut self, input: Input<'_>) {
        let mut out = Vec::new();
        let dialogue = self.dialogue.take().expect("always put back");
        self.dialogue = Some(dialogue.handle(input, self.now, &mut out));
        self.watch(out);
    }

    fn watch(&mut self, out: Vec<Output>) {
        for output in out {
            assert!(!self.hung_up, "{output:?} after the line was given up");
            match output {
                Output::Send(outgoing) => {
                    let kind = match outgoing.name() {
                        "SET_PIN" => SecretKind::Pin,
                        "SET_CAN" => SecretKind::Can,
                        "SET_PUK" => SecretKind::Puk,
                        "SET_NEW_PIN" => SecretKind::NewPin,
                        _ => continue,
                    };
                    assert_eq!(self.open.take(), Some(kind), "a secret that wasn't asked for");
                }
                Output::Ask(ask) => {
                    assert_eq!(self.tasks, 1, "a question without a task");
                    assert!(
                        !matches!(self.consent, Some((_, false))),
                        "a question before the consent"
                    );
                    self.open = Some(ask.kind);
                }
                Output::Tell(Tell::Consent(consent)) => {
                    let asked = &consent.provider.rights.groups;
                    assert!(
                        asked.is_subset(&authentication().allowed.groups),
                        "more than the service names"
                    );
                    self.consent = Some((true, false));
                }
                Output::Tell(Tell::CardLiesBadly) => self.open = None,
                Output::Tell(_) => {}
                Output::Done(_) => {
                    self.tasks -= 1;
                    assert!(self.tasks >= 0, "an end without a task");
                    (self.open, self.consent) = (None, None);
                }
                Output::HangUp(_) => self.hung_up = true,
            }
        }
    }

    fn is_ready(&self) -> bool {
        self.dialogue.as_ref().is_some_and(Dialogue::is_ready)
    }

    fn begin(&mut self, task: Task) {
        if self.is_ready() {
            self.tasks += 1;
            self.consent = matches!(task, Task::Authenticate(_)).then_some((false, false));
            self.input(Input::Begin(task));
        }
    }

    fn answer(&mut self, kind: SecretKind) {
        let digits = Digits::parse("123456").expect("digits");
        self.input(Input::Answer(kind, Secret::Typed(digits)));
    }

    fn happen(&mut self, line: &str) {
        match line.as_bytes() {
            [b'a', ..] => self.begin(Task::Authenticate(authentication())),
            [b'c', ..] => self.begin(Task::ChangePin),
            [b'A', ..] => {
                if let Some((true, agreed)) = &mut self.consent {
                    *agreed = true;
                }
                self.input(Input::Accept);
            }
            [b'o', ..] => self.open.into_iter().for_each(|kind| self.answer(kind)),
            [b'p', ..] => self.answer(SecretKind::Pin),
            [b'k', ..] => self.answer(SecretKind::Can),
            [b'u', ..] => self.answer(SecretKind::Puk),
            [b'n', ..] => self.answer(SecretKind::NewPin),
            [b'x', ..] => self.input(Input::Cancel),
            [b'l', ..] => self.input(Input::Lost),
            [b'w', seconds, ..] => {
                self.now += Duration::from_secs((*seconds).into());
                self.input(Input::Tick);
            }
            _ => self.input(Input::Text(line)),
        }
    }

    /// Whoever cancels and waits gets an end.
    fn end(mut self) {
        self.input(Input::Cancel);
        if let Some(deadline) = self.dialogue.as_ref().and_then(Dialogue::deadline) {
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

libfuzzer_sys::fuzz_target!(|text: &str| {
    within(64 * text.len() + (1 << 20), || {
        let mut watched = Watched::new();
        text.lines().for_each(|line| watched.happen(line));
        watched.end();
    });
});

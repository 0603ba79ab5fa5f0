//! The door, against an AusweisApp that says what the test says.
use crate::door::{Act, Door};
use crate::events::{AppCommand, AppEvent, Authenticate, AuthenticationFailure, Basis};
use crate::message::{PrivateUrl, SecretKind};
use core::time::Duration;
use drivers_api::Job;
use drivers_api::basis::{ComparedDocument, ReadBasis, StaffRegister, StaffSession};
use drivers_api::card::{
    CardEvent, CardFailure, CardPassword, DataGroup, PinState, PinTask, ReadRequest, ReaderCommand, Secret,
};
use drivers_api::private::Digits;

const NOW: Duration = Duration::from_secs(5);

struct Desk {
    door: Door,
    sent: Vec<String>,
    told: Vec<AppEvent>,
    hung_up: bool,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Self {
            door: Door::new(),
            sent: Vec::new(),
            told: Vec::new(),
            hung_up: false,
        };
        desk.work(|door, acts| door.connected(NOW, acts));
        desk.says(r#"{"msg":"INFO","VersionInfo":{"Implementation-Version":"2.5.3"}}"#);
        desk.says(r#"{"msg":"API_LEVEL","available":[1,2,3]}"#);
        desk.says(r#"{"msg":"API_LEVEL","current":3}"#);
        desk.sent.clear();
        desk
    }

    fn work(&mut self, work: impl FnOnce(&mut Door, &mut Vec<Act>)) {
        let mut acts = Vec::new();
        work(&mut self.door, &mut acts);
        for act in acts {
            match act {
                Act::Send(outgoing) => self.sent.push(String::from_utf8(outgoing.expose().to_vec()).unwrap()),
                Act::Tell(event) => self.told.push(event),
                Act::HangUp(_) => self.hung_up = true,
            }
        }
    }

    fn says(&mut self, text: &str) {
        self.work(|door, acts| door.text(text, NOW, acts));
    }

    fn asks(&mut self, what: &str, tries: u8) {
        self.says(&format!(
            r#"{{"msg":"ENTER_{what}","reader":{{"name":"NFC","attached":true,"card":{{"retryCounter":{tries}}}}}}}"#
        ));
    }

    fn give(&mut self, command: AppCommand) {
        self.work(|door, acts| door.command(command, NOW, acts));
    }

    fn pin(&mut self, task: PinTask) {
        self.give(AppCommand::Reader(ReaderCommand::ManagePin { job: Job(7), task }));
    }

    fn begun(&mut self, task: PinTask) {
        self.pin(task);
        self.says(r#"{"msg":"CHANGE_PIN"}"#);
        assert_eq!(self.sent(), [r#"{"cmd":"RUN_CHANGE_PIN","status":true}"#]);
    }

    fn sent(&mut self) -> Vec<String> {
        core::mem::take(&mut self.sent)
    }

    /// The one answer to job 7.
    fn end(&mut self) -> Result<PinState, CardFailure> {
        match self.told.pop() {
            Some(AppEvent::Card(CardEvent::PinDone { job: Job(7), pin })) if self.told.is_empty() => Ok(pin),
            Some(AppEvent::Card(CardEvent::PinFailed { job: Job(7), why })) if self.told.is_empty() => Err(why),
            other => panic!("{other:?} after {:?}", self.told),
        }
    }

    fn cancelled(&mut self) -> Result<PinState, CardFailure> {
        assert_eq!(self.sent(), [CANCEL]);
        self.says(r#"{"msg":"CHANGE_PIN","success":false}"#);
        self.end()
    }
}

const CANCEL: &str = r#"{"cmd":"CANCEL"}"#;
const FRESH: PinState = PinState::Operational { tries_left: 3 };

fn typed(text: &str) -> Secret {
    Secret::Typed(Digits::parse(text).unwrap())
}

fn change() -> PinTask {
    PinTask::Change {
        old: CardPassword::Pin(typed("111111")),
        new: typed("123456"),
    }
}

fn resume() -> PinTask {
    PinTask::Resume {
        can: typed("222222"),
        pin: typed("111111"),
    }
}

#[test]
fn a_wrong_pin_is_never_tried_again() {
    let mut desk = Desk::new();
    desk.begun(change());
    desk.asks("PIN", 3);
    assert_eq!(desk.sent(), [r#"{"cmd":"SET_PIN","value":"111111"}"#]);
    desk.asks("PIN", 2);
    let two_left = PinState::Operational { tries_left: 2 };
    assert_eq!(desk.cancelled(), Err(CardFailure::WrongPin { pin: two_left }));
    // The next one suspends it, and the last one blocks it.
    for (next, pin) in [("CAN", PinState::Suspended), ("PUK", PinState::Blocked)] {
        desk.begun(change());
        desk.asks("PIN", 2);
        desk.sent();
        desk.asks(next, if next == "CAN" { 1 } else { 0 });
        assert_eq!(desk.cancelled(), Err(CardFailure::WrongPin { pin }));
    }
}

#[test]
fn a_pin_is_changed() {
    let mut desk = Desk::new();
    desk.begun(change());
    desk.asks("PIN", 3);
    desk.asks("NEW_PIN", 3);
    desk.says(r#"{"msg":"CHANGE_PIN","success":true}"#);
    let commands = [
        r#"{"cmd":"SET_PIN","value":"111111"}"#,
        r#"{"cmd":"SET_NEW_PIN","value":"123456"}"#,
    ];
    assert_eq!(
        (desk.sent().as_slice(), desk.end()),
        (commands.map(str::to_owned).as_slice(), Ok(FRESH))
    );
}

#[test]
fn a_suspended_pin_is_resumed_and_nothing_more() {
    let mut desk = Desk::new();
    desk.begun(resume());
    desk.asks("CAN", 1);
    desk.asks("PIN", 1);
    assert_eq!(
        desk.sent(),
        [
            r#"{"cmd":"SET_CAN","value":"222222"}"#,
            r#"{"cmd":"SET_PIN","value":"111111"}"#
        ]
    );
    desk.asks("NEW_PIN", 3);
    assert_eq!(desk.cancelled(), Ok(FRESH));
    desk.begun(resume());
    desk.asks("CAN", 1);
    desk.sent();
    desk.asks("CAN", 1);
    assert_eq!(desk.cancelled(), Err(CardFailure::WrongCan));
    desk.begun(change());
    desk.asks("CAN", 1);
    assert_eq!(
        desk.cancelled(),
        Err(CardFailure::PinUnusable {
            pin: PinState::Suspended
        })
    );
}

#[test]
fn a_blocked_pin_gets_its_tries_back() {
    let unblock = || PinTask::Unblock {
        puk: typed("3333333333"),
    };
    let mut desk = Desk::new();
    desk.begun(unblock());
    desk.asks("PUK", 0);
    assert_eq!(desk.sent(), [r#"{"cmd":"SET_PUK","value":"3333333333"}"#]);
    desk.asks("PIN", 3);
    assert_eq!(desk.cancelled(), Ok(FRESH));
    desk.begun(unblock());
    desk.asks("PUK", 0);
    desk.sent();
    desk.asks("PUK", 0);
    assert_eq!(desk.cancelled(), Err(CardFailure::WrongPuk));
}

#[test]
fn one_job_at_a_time_and_none_without_ausweisapp() {
    let mut desk = Desk::new();
    desk.begun(change());
    desk.pin(resume());
    assert_eq!(desk.end(), Err(CardFailure::Stopped));
    desk.give(AppCommand::Stop);
    assert_eq!(desk.cancelled(), Err(CardFailure::Stopped));
    desk.begun(change());
    desk.asks("PIN", 3);
    desk.work(|door, acts| door.lost(NOW, acts));
    assert_eq!((desk.end(), desk.hung_up), (Err(CardFailure::ReaderGone), true));
    desk.pin(change());
    assert_eq!(desk.end(), Err(CardFailure::ReaderGone));
}

#[test]
fn no_data_are_read_here() {
    let basis = ReadBasis::OnlineAusweis(CardPassword::Pin(typed("111111")));
    let mut desk = Desk::new();
    let request = ReadRequest::default();
    desk.give(AppCommand::Reader(ReaderCommand::Read {
        job: Job(7),
        basis,
        request,
    }));
    let why = CardFailure::NotAuthorised;
    assert!(
        matches!(desk.told.as_slice(), [AppEvent::Card(CardEvent::ReadFailed { job: Job(7), why: told })] if *told == why)
    );
    assert!(desk.sent.is_empty());
}

#[test]
fn readers_and_cards_are_told_once() {
    let mut desk = Desk::new();
    let reader = |name: &str, card: &str| {
        format!(r#"{{"msg":"READER","name":"{name}","attached":true,"keypad":false,"card":{card}}}"#)
    };
    let eid = r#"{"retryCounter":3}"#;
    for (name, card) in [
        ("A", "null"),
        ("B", "null"),
        ("A", eid),
        ("A", r#"{"retryCounter":2}"#),
        ("A", "null"),
    ] {
        desk.says(&reader(name, card));
    }
    desk.says(r#"{"msg":"READER","name":"A","attached":false}"#);
    desk.says(r#"{"msg":"READER","name":"B","attached":false}"#);
    let told: Vec<String> = desk.told.iter().map(|event| format!("{event:?}")).collect();
    assert_eq!(
        told,
        [
            "Card(ReaderReady { pin_pad: false })",
            "Card(Inserted(Eid { pin: Operational { tries_left: 3 } }))",
            "Card(Removed)",
            "Card(ReaderGone)"
        ]
    );
}

/// From the command to the first question for the CAN.
fn vor_ort() -> Desk {
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
        NOW,
        Duration::from_secs(60),
    );
    let comparison = session.unwrap().compared(ComparedDocument::ThisCard, NOW).unwrap();
    let mut desk = Desk::new();
    desk.give(AppCommand::Authenticate(Authenticate {
        job: Job(8),
        tc_token_url: PrivateUrl::from("https://eid.example/tctoken"),
        allowed: ReadRequest {
            groups: [DataGroup::FamilyNames].into(),
            ..ReadRequest::default()
        },
        basis: Basis::VorOrt {
            comparison,
            can: Digits::parse("222222").unwrap(),
        },
    }));
    desk.says(r#"{"msg":"AUTH"}"#);
    let chat = r#"{"effective":["FamilyName","CanAllowed"],"optional":["CanAllowed"],"required":["FamilyName"]}"#;
    desk.says(&format!(r#"{{"msg":"ACCESS_RIGHTS","chat":{chat}}}"#));
    let description = r#"{"issuerName":"DVCA","subjectName":"Stadt","termsOfUsage":"Zweck"}"#;
    let validity = r#"{"effectiveDate":"2026-11-20","expirationDate":"2026-12-20"}"#;
    desk.says(&format!(
        r#"{{"msg":"CERTIFICATE","description":{description},"validity":{validity}}}"#
    ));
    assert!(matches!(desk.told.pop(), Some(AppEvent::Consent { job: Job(8), .. })));
    desk.give(AppCommand::Accept { job: Job(9) });
    desk.sent.clear();
    desk.give(AppCommand::Accept { job: Job(8) });
    assert_eq!(
        desk.sent(),
        [r#"{"cmd":"ACCEPT"}"#],
        "only the consent to this job counts"
    );
    desk
}

#[test]
fn the_can_of_the_staff_is_used_once() {
    let mut desk = vor_ort();
    desk.asks("CAN", 3);
    assert_eq!(desk.sent(), [r#"{"cmd":"SET_CAN","value":"222222"}"#]);
    desk.asks("CAN", 3);
    assert_eq!(desk.sent(), [CANCEL]);
    desk.says(r#"{"msg":"AUTH","result":{"major":"x#error","minor":"x#cancellationByUser"}}"#);
    let wrong = AuthenticationFailure::Card(CardFailure::WrongCan);
    assert!(matches!(&desk.told[..], [AppEvent::AuthenticationFailed { job: Job(8), why }] if *why == wrong));
}

#[test]
fn the_staff_never_send_a_pin() {
    let mut desk = vor_ort();
    desk.asks("PIN", 3);
    desk.give(AppCommand::Answer {
        job: Job(8),
        kind: SecretKind::Pin,
        secret: typed("111111"),
    });
    assert_eq!(desk.sent(), [CANCEL]);
}

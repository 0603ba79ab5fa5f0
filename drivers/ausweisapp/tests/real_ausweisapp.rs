//! The route through a real AusweisApp (Debian's package ausweisapp2, version 1.26) to the emulated card behind a real
//! pcscd. Needs root on Debian 12. The emulated card answers 6300 to a wrong PIN and tells two tries as three.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm
)] // a test may
#![allow(clippy::disallowed_methods, missing_docs, unreachable_pub)] // it waits for the programs of others
mod support;

use ausweisapp::events::{AppCommand, AppEvent, Authenticate, AuthenticationFailure, Basis};
use ausweisapp::{AppHandle, Program, spawn};
use drivers_api::Job;
use drivers_api::card::{
    CardEvent, CardFailure, CardFound, CardPassword, PinState, PinTask, ReadRequest, Reader, ReaderCommand, Secret,
};
use drivers_api::private::Digits;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use support::{Peer, prepare};

/// The card's secrets, as vsmartcard has them.
const PIN: &str = "111111";
const CAN: &str = "222222";
const OWN_PIN: &str = "123456";
const PATIENCE: Duration = Duration::from_secs(40);
const FRESH: PinState = PinState::Operational { tries_left: 3 };

#[test]
fn real_ausweisapp_on_the_emulated_card() {
    // Command names and reasons, never what is in them.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_test_writer()
        .init();
    prepare();
    let peer = Peer::new("ausweisapp");
    let pcscd = peer.start_pcscd();
    let mut desk = Desk::new(&peer);
    assert_eq!(
        desk.pin(change(PIN, OWN_PIN)),
        Err(CardFailure::ReaderGone),
        "AusweisApp hasn't been started"
    );

    desk.app.start();
    match desk.card_event() {
        CardEvent::ReaderReady { pin_pad: false } => {}
        other => panic!("{other:?}: has the simulator been taken for a reader?"),
    }
    assert_eq!(
        desk.pin(change(PIN, OWN_PIN)),
        Err(CardFailure::CardLost),
        "no card lies there"
    );
    let card = peer.lay_card_on();
    desk.inserted(&peer);

    assert_eq!(desk.pin(change(PIN, OWN_PIN)), Ok(FRESH));
    assert_eq!(desk.pin(change(OWN_PIN, PIN)), Ok(FRESH), "the new PIN works");
    authentications(&mut desk);
    wrong_pins(&mut desk);
    crash(&mut desk, &peer);

    drop(card);
    assert!(matches!(desk.card_event(), CardEvent::Removed));
    desk.app.end();
    assert!(matches!(desk.card_event(), CardEvent::ReaderGone));
    assert_eq!(desk.pid(), None, "AusweisApp runs after its end");
    desk.app.close();
    drop(pcscd);
}

/// As far as an eID-Server is needed: a closed port, and an address that isn't https.
fn authentications(desk: &mut Desk) {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    match desk.authenticate(&format!("https://localhost:{closed}/tctoken")) {
        AuthenticationFailure::Service { minor, url: None, .. } => {
            assert_eq!(minor.as_deref(), Some("trustedChannelEstablishmentFailed"));
        }
        other => panic!("{other:?} at a closed port"),
    }
    assert_eq!(
        desk.authenticate("http://localhost/tctoken"),
        AuthenticationFailure::BadAddress
    );
    assert_eq!(
        desk.pin(change(PIN, PIN)),
        Ok(FRESH),
        "a failed authentication leaves AusweisApp ready"
    );
}

fn wrong_pins(desk: &mut Desk) {
    assert!(matches!(
        desk.pin(change("999999", OWN_PIN)),
        Err(CardFailure::WrongPin {
            pin: PinState::Operational { .. }
        })
    ));
    let suspended = CardFailure::WrongPin {
        pin: PinState::Suspended,
    };
    assert_eq!(desk.pin(change("999999", OWN_PIN)), Err(suspended));
    let unusable = CardFailure::PinUnusable {
        pin: PinState::Suspended,
    };
    assert_eq!(
        desk.pin(change(PIN, OWN_PIN)),
        Err(unusable),
        "no PIN goes to a suspended card without its CAN"
    );
    let resume = |can, pin| PinTask::Resume {
        can: typed(can),
        pin: typed(pin),
    };
    assert_eq!(desk.pin(resume("000000", PIN)), Err(CardFailure::WrongCan));
    assert_eq!(desk.pin(resume(CAN, PIN)), Ok(FRESH));
    assert_eq!(
        desk.pin(change(PIN, OWN_PIN)),
        Ok(FRESH),
        "resumed, and the PIN is the old one"
    );
    assert_eq!(desk.pin(change(OWN_PIN, PIN)), Ok(FRESH));
}

/// AusweisApp dies: it is started again, and works. It dies between two jobs, because pcscd 1.9.9 may keep the virtual
/// reader locked for a client that was killed in the middle of a command; that a job fails with it: `door_tests`.
fn crash(desk: &mut Desk, peer: &Peer) {
    let pid = desk.pid().expect("AusweisApp runs");
    let kill = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
    assert!(kill.unwrap().success());
    assert!(matches!(desk.card_event(), CardEvent::Removed));
    assert!(matches!(desk.card_event(), CardEvent::ReaderGone));
    assert!(matches!(desk.card_event(), CardEvent::ReaderReady { pin_pad: false }));
    desk.inserted(peer);
    assert_ne!(desk.pid(), Some(pid));
    assert_eq!(desk.pin(change(PIN, PIN)), Ok(FRESH));
}

struct Desk {
    app: AppHandle,
    events: Receiver<AppEvent>,
    folder: PathBuf,
    job: u64,
}

impl Desk {
    fn new(peer: &Peer) -> Self {
        let (tell, events) = channel();
        let folder = peer.folder().join("home");
        let program = Program {
            executable: "AusweisApp2".into(),
            launcher: ["setpriv", "--pdeathsig", "KILL"].map(Into::into).to_vec(),
            folder: folder.clone(),
            environment: vec![("PCSCLITE_CSOCK_NAME".into(), peer.socket().into())],
        };
        let begin = Instant::now();
        let app = spawn(program, move || begin.elapsed(), move |event| drop(tell.send(event))).expect("a thread");
        Self {
            app,
            events,
            folder,
            job: 0,
        }
    }

    fn next(&self) -> AppEvent {
        self.events.recv_timeout(PATIENCE).expect("AusweisApp tells something")
    }

    fn card_event(&self) -> CardEvent {
        match self.next() {
            AppEvent::Card(event) => event,
            other => panic!("{other:?} instead of a card's event"),
        }
    }

    fn inserted(&self, peer: &Peer) {
        match self.events.recv_timeout(PATIENCE) {
            Ok(AppEvent::Card(CardEvent::Inserted(found))) => assert_eq!(found, CardFound::Eid { pin: FRESH }),
            other => panic!(
                "{other:?} instead of a card; the emulator says:\n{}",
                peer.log("vicc.log")
            ),
        }
    }

    fn give(&mut self, task: PinTask) {
        self.job += 1;
        self.app.give(ReaderCommand::ManagePin {
            job: Job(self.job),
            task,
        });
    }

    fn pin(&mut self, task: PinTask) -> Result<PinState, CardFailure> {
        self.give(task);
        self.pin_result()
    }

    fn pin_result(&self) -> Result<PinState, CardFailure> {
        match self.card_event() {
            CardEvent::PinDone { job, pin } if job == Job(self.job) => Ok(pin),
            CardEvent::PinFailed { job, why } if job == Job(self.job) => Err(why),
            other => panic!("{other:?} instead of the job's end"),
        }
    }

    fn authenticate(&mut self, url: &str) -> AuthenticationFailure {
        self.job += 1;
        self.app.command(AppCommand::Authenticate(Authenticate {
            job: Job(self.job),
            tc_token_url: url.into(),
            allowed: ReadRequest::default(),
            basis: Basis::OnlineAusweis,
        }));
        loop {
            match self.next() {
                AppEvent::Progress { .. } => {}
                AppEvent::AuthenticationFailed { job, why } if job == Job(self.job) => return why,
                other => panic!("{other:?} from an authentication without a server"),
            }
        }
    }

    /// Process id of the AusweisApp that runs, by the port file it keeps.
    fn pid(&self) -> Option<u32> {
        let names = fs::read_dir(self.folder.join("tmp")).ok()?.flatten();
        let pid = |name: &str| name.strip_suffix(".port")?.rsplit('.').next()?.parse().ok();
        let mut pids = names.filter_map(|entry| pid(entry.file_name().to_str()?));
        pids.find(|pid: &u32| PathBuf::from(format!("/proc/{pid}")).exists())
    }
}

fn typed(text: &str) -> Secret {
    Secret::Typed(Digits::parse(text).unwrap())
}

fn change(old: &str, new: &str) -> PinTask {
    PinTask::Change {
        old: CardPassword::Pin(typed(old)),
        new: typed(new),
    }
}

//! The same desk with AusweisApp between it and the card: Debian's program, started for us.
use crate::emulated_card::Peer;
use ausweisapp::events::{AppCommand, AppEvent, Authenticate, AuthenticationFailure, Basis};
use ausweisapp::{AppHandle, Program, spawn};
use drivers_api::Job;
use drivers_api::card::{CardEvent, CardFailure, CardFound, PinState, PinTask, ReadRequest, Reader, ReaderCommand};
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(40);
const FRESH: PinState = PinState::Operational { tries_left: 3 };

pub struct AppDesk {
    pub app: AppHandle,
    events: Receiver<AppEvent>,
    folder: PathBuf,
    job: u64,
}

impl AppDesk {
    pub fn new(peer: &Peer) -> Self {
        let (tell, events) = channel();
        let (name, socket) = peer.environment();
        let folder = peer.folder().join("home");
        let program = Program {
            executable: "AusweisApp2".into(),
            launcher: ["setpriv", "--pdeathsig", "KILL"].map(Into::into).to_vec(),
            folder: folder.clone(),
            environment: vec![(name.into(), socket.into())],
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

    pub fn next(&self) -> AppEvent {
        self.events.recv_timeout(PATIENCE).expect("AusweisApp tells something")
    }

    pub fn card_event(&self) -> CardEvent {
        match self.next() {
            AppEvent::Card(event) => event,
            other => panic!("{other:?} instead of a card's event"),
        }
    }

    pub fn inserted(&self, peer: &Peer) {
        match self.events.recv_timeout(PATIENCE) {
            Ok(AppEvent::Card(CardEvent::Inserted(found))) => assert_eq!(found, CardFound::Eid { pin: FRESH }),
            other => panic!("{other:?} instead of a card; the emulator says:\n{}", peer.card_log()),
        }
    }

    pub fn manage(&mut self, task: PinTask) -> Result<PinState, CardFailure> {
        self.job += 1;
        let job = Job(self.job);
        self.app.give(ReaderCommand::ManagePin { job, task });
        match self.card_event() {
            CardEvent::PinDone { job: of, pin } if of == job => Ok(pin),
            CardEvent::PinFailed { job: of, why } if of == job => Err(why),
            other => panic!("{other:?} instead of the job's end"),
        }
    }

    pub fn authenticate(&mut self, url: &str) -> AuthenticationFailure {
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
    pub fn pid(&self) -> Option<u32> {
        let names = fs::read_dir(self.folder.join("tmp")).ok()?.flatten();
        let pid = |name: &str| name.strip_suffix(".port")?.rsplit('.').next()?.parse().ok();
        let mut pids = names.filter_map(|entry| pid(entry.file_name().to_str()?));
        pids.find(|pid: &u32| PathBuf::from(format!("/proc/{pid}")).exists())
    }
}

//! Names the devices of the desk and starts the house around them: backend, courier, reader, printer, loop. All of it
//! lives in this process, so that the end of the process ends everything.
use crate::Fault;
use crate::cards::Cards;
use crate::line::Line;
use crate::reader_choice::{BothReaders, Choice};
use crate::town_board;
use agent::{Control, Link, State, Token};
use catalogue::{Catalogue, bundled};
use drivers_api::Job;
use drivers_api::card::DataGroup;
use drivers_api::payment::PaymentTerminal;
use drivers_api::print::Printer;
use fleet::Running;
use host::{Devices, Filing, FilingConfig, Host, Inbox, Inquiry, Sender, SharedVoice, board, cases, numbers};
use jiff::Zoned;
use outbox::Outbox;
use payment::line::Place;
use payment::{Settings, Till};
use printer::{PaperTray, Target};
use rand::rngs::StdRng;
use reader::NoCertificate;
use reader::pcsc::PcscSlot;
use seal::AuthorityKey;
use session::view::View;
use session::{Input, Terminal};
use simulated::authority::TestAuthority;
use simulated::card::{Hand, SimulatedSlot};
use simulated::payment::{Manner, Memory, Plan};
use simulated::pki::{Chat, Right, TerminalOrder, TestPki};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::thread;

/// Public key of the test authority; its private half lies beside it for whoever wants to open a case.
pub const AUTHORITY: &str = include_str!("../../authority/authority.jwk");

/// The outbox, within the folder that was given.
pub const OUTBOX: &str = "data/outbox.db";

/// The agent's socket, within the folder that was given.
const SOCKET: &str = "data/agent.sock";

/// What survives of payments, within the folder that was given.
const PAYMENTS: &str = "data/payments.db";

/// What the town tells, as the agent lays it down.
const BOARD: &str = "data/board.json";

/// Name under which the desk's terminal is enrolled.
const TERMINAL: &str = "desk";

/// A house with its devices named, before its loop runs.
pub struct Setup {
    /// What a hand can do.
    pub desk: Desk,
    cards: Cards,
    inbox: Inbox,
    terminal: Terminal,
    devices: Devices,
}

/// What a hand can do with a terminal on a desk. Dropping it stops the courier and the backend.
pub struct Desk {
    /// Lays cards on the simulated reader.
    pub hand: Hand,
    /// Between the simulated reader and a real one.
    pub choice: Choice,
    /// The printer's paper.
    pub tray: PaperTray,
    /// Says things to the visit.
    pub sender: Sender,
    /// The payment terminal, in software: what its plan says happens next, else every card is taken.
    pub payment: simulated::payment::Terminal,
    /// Where receipts go.
    pub receipts: PathBuf,
    line: Line,
    courier: Control,
    _fleet: Running,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.courier.stop();
    }
}

impl Setup {
    /// Starts everything but the loop, with that reader. `out` gets receipts and the databases; `on_state` hears of the
    /// line.
    ///
    /// # Errors
    /// Whatever can't be started, in words.
    pub fn start(
        out: &Path,
        (hand, slot): (Hand, SimulatedSlot),
        on_state: impl Fn(State) + Send + 'static,
    ) -> Result<Self, Fault> {
        let data = out.join("data");
        let receipts = out.join("receipts");
        std::fs::create_dir_all(&data)?;
        let inbox = Inbox::default();
        let sender = inbox.sender();

        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let today = Zoned::now().date();
        let config = fleet::Config {
            data: data.clone(),
            listen,
        };
        let fleet = Running::start_with_board(config, None, Some(town_board::start(&data, today)?))?;
        let token = fleet::enrol(&data, TERMINAL, store::IfKnown::Replace)?;
        let line = Line::to(fleet.address())?;

        let courier = start_courier(&line, &token, out, sender.clone(), on_state)?;
        board::watch(out.join(BOARD), sender.clone())?;

        let catalogue = load()?;
        let filing = Filing::spawn(filing(&catalogue, out)?, sender.clone())?;
        let inquiry = Inquiry::spawn(cases::asker(Some(out.join(SOCKET))), sender.clone())?;
        let numbers = numbers::drawer(Some(out.join(SOCKET)), sender.clone())?;

        // The cards' country and the terminal that it has certified, both new at each start.
        let pki = TestPki::new(today, &mut randomness());
        let cards = Cards::new(&pki);
        let authority = TestAuthority::new(&pki, &TerminalOrder::new(pki.today(), rights()), &cards.revoked())?;
        let choice = Choice::new(sender.clone());
        let simulated = reader::spawn(slot, randomness(), authority, choice.listen(false))?;
        // Real cards don't trust the desk's certificate: their PINs can be worked on, their data stay closed.
        let real = reader::spawn(PcscSlot::new(), randomness(), NoCertificate, choice.listen(true))?;
        let reader = Box::new(BothReaders {
            choice: choice.clone(),
            simulated,
            real,
        });

        let (tray, printer) = start_printer(&receipts, sender.clone())?;
        let (payment, till) = start_payment(&out.join(PAYMENTS), sender.clone())?;

        let desk = Desk {
            hand,
            choice,
            tray,
            payment,
            sender,
            receipts,
            line,
            courier,
            _fleet: fleet,
        };
        Ok(Self {
            desk,
            cards,
            inbox,
            terminal: Terminal::new(catalogue),
            devices: Devices {
                payment: Some(till),
                numbers,
                ..Devices::quiet(reader, printer, filing, inquiry)
            },
        })
    }

    /// Lets the loop tell that voice how to speak.
    pub fn speak_with(&mut self, voice: SharedVoice) {
        self.devices.voice = Box::new(voice);
    }

    /// Tells that somebody calls for a person, and in which stage of the visit.
    pub fn call_staff_with(&mut self, staff: impl Fn(Job, &'static str) + Send + 'static) {
        self.devices.staff = Box::new(staff);
    }

    /// Starts the loop on its own thread and hands out what a hand can do, and the cards that lie on the desk.
    ///
    /// # Errors
    /// No thread to be had.
    pub fn run(self, show: impl FnMut(View) + Send + 'static) -> Result<(Desk, Cards), Fault> {
        let Self {
            desk,
            cards,
            inbox,
            terminal,
            devices,
        } = self;
        let host = Host::new(terminal, devices);
        thread::Builder::new()
            .name("host".to_owned())
            .spawn(move || host.run(inbox, show))?;
        Ok((desk, cards))
    }
}

impl Desk {
    /// Cuts or mends the line to the backend.
    pub fn set_line(&self, up: bool) {
        self.line.set(up);
    }
}

/// The bundled services.
///
/// # Errors
/// Every fault with its file and line.
pub fn load() -> Result<Catalogue, Fault> {
    let told = |faults: Vec<catalogue::Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let loaded = bundled::load(&bundled::files()).map_err(told)?;
    for fault in &loaded.faults {
        tracing::error!(%fault, "service left out");
    }
    Ok(loaded.catalogue)
}

/// Cases go to the test authority, by way of the outbox.
fn filing(catalogue: &Catalogue, out: &Path) -> Result<FilingConfig, Fault> {
    Ok(FilingConfig {
        destination_id: catalogue.town().destination_id().parse()?,
        key: AuthorityKey::from_jwk(AUTHORITY.as_bytes())?,
        others: std::collections::BTreeMap::new(),
        outbox: Outbox::open(out.join(OUTBOX))?,
    })
}

/// A printer that prints into a folder.
fn start_printer(receipts: &Path, to: Sender) -> Result<(PaperTray, Box<dyn Printer + Send>), Fault> {
    let tray = PaperTray::default();
    let target = Target::Folder {
        path: receipts.to_owned(),
        tray: tray.clone(),
    };
    let printer = printer::spawn(target, move |event| to.send(Input::Printer(event)))?;
    Ok((tray, Box::new(printer)))
}

/// A payment terminal on a port of this machine, and the till that speaks with it.
fn start_payment(
    journal: &Path,
    to: Sender,
) -> Result<(simulated::payment::Terminal, Box<dyn PaymentTerminal + Send>), Fault> {
    let memory = Memory::new(Plan::script([]));
    let terminal = simulated::payment::Terminal::start(Manner::default(), memory)?;
    let settings = Settings::new(Place::Tcp(terminal.address()), journal.to_owned());
    let till = Till::start(settings, move |event| to.send(Input::Payment(event)))?;
    Ok((terminal, Box::new(till)))
}

/// What the desk's terminal may ask for: all that a service can name.
fn rights() -> Chat {
    Chat::reading(DataGroup::ALL)
        .with(Right::AgeVerification)
        .with(Right::MunicipalityIdVerification)
        .with(Right::RestrictedIdentification)
}

fn randomness() -> StdRng {
    rand::make_rng()
}

/// The courier on its own thread, as the `agent` process is on a terminal.
fn start_courier(
    line: &Line,
    token: &fleet::TerminalToken,
    out: &Path,
    to: Sender,
    on_state: impl Fn(State) + Send + 'static,
) -> Result<Control, Fault> {
    let url = format!("http://{}", line.address());
    let mut config = agent::Config::new(url, Token::new(&token.reveal())?, out.join(OUTBOX));
    config.socket = Some(out.join(SOCKET));
    config.board = Some(out.join(BOARD));
    // A hand that mends the line wants to see the case arrive.
    config.backoff.cap_ms = 3_000;
    let control = Control::default();
    let stop = control.clone();
    thread::Builder::new().name("agent".to_owned()).spawn(move || {
        let told = |state: State| {
            to.send(Input::Line {
                up: state.link == Link::Online,
            });
            on_state(state);
        };
        if let Err(error) = agent::run(&config, &stop, &mut randomness(), told) {
            tracing::error!(error = &error as &dyn std::error::Error, "the courier could not start");
        }
    })?;
    Ok(control)
}

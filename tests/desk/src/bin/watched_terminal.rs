//! `watched_terminal SOCKET FOLDER`: a terminal whose finger, eye and card are in the process that listens on the socket.
//! It is the child of `tests/memory_image.rs`, which reads all of its memory; so nothing a citizen brings is in this
//! program or its arguments.
//!
//! The first connection is the finger's: a line with a command, an answer that ends with an empty line. The second tells
//! which card lies there, the third carries the bytes of the card ([`RemoteSlot`]).
use desk::Fault;
use drivers_api::slot::{CardTransport, Slot, SlotEvent, TransportError};
use host::{Devices, Filing, FilingConfig, Host, Inbox, Inquiry};
use outbox::Outbox;
use printer::{PaperTray, Target};
use rand::rngs::StdRng;
use screens::picture::Canvas;
use screens::{Screens, hand, picture};
use seal::AuthorityKey;
use session::view::{FormFieldKind, Screen, View};
use session::{Input, Terminal};
use simulated::authority::TestAuthority;
use simulated::pki::{Chat, TerminalOrder, TestPki};
use std::alloc::System;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};
use zeroizing_alloc::ZeroAlloc;

/// As in the kiosk: what is freed is overwritten.
#[global_allocator]
static WIPING: ZeroAlloc<System> = ZeroAlloc(System);

/// Public key of the test authority.
const AUTHORITY: &str = include_str!("../../../authority/authority.jwk");

/// Between two looks at what other threads gave to the screens.
const FRAME: Duration = Duration::from_millis(10);

/// A card's answer is at most this long (ISO 7816-4: 65 536 bytes and the status word).
const ANSWER_BYTES_MAX: u32 = 65_538;

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            tracing::error!(error = &*fault as &dyn std::error::Error, "the terminal could not run");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Fault> {
    let mut arguments = std::env::args_os().skip(1);
    let usage = "usage: watched_terminal SOCKET FOLDER";
    let socket = PathBuf::from(arguments.next().ok_or(usage)?);
    let folder = PathBuf::from(arguments.next().ok_or(usage)?);
    let finger = UnixStream::connect(&socket)?;
    let slot = RemoteSlot::connect(&socket)?;

    let inbox = Inbox::default();
    let taps = inbox.sender();
    let canvas = picture::install(1080, 1920)?;
    let screens = Screens::new(move |tap| taps.send(Input::Tap(tap)))?;
    screens.open()?;
    let (tell, told) = channel();
    start(slot, &folder, inbox, &screens, tell)?;
    obey(&finger, &canvas, &screens, &told)
}

/// The devices and the loop, as `kiosk` has them.
fn start(slot: RemoteSlot, folder: &Path, inbox: Inbox, screens: &Screens, tell: Sender<Seen>) -> Result<(), Fault> {
    // As the process with the card has it.
    let pki = TestPki::seeded(jiff::civil::date(2026, 3, 2), 1);
    let authority = TestAuthority::new(&pki, &TerminalOrder::new(pki.today(), Chat::ALL), &[])?;
    let random: StdRng = rand::make_rng();
    let cards = inbox.sender();
    let reader = reader::spawn(slot, random, authority, move |event| cards.send(Input::Card(event)))?;
    let papers = inbox.sender();
    let target = Target::Folder {
        path: folder.join("receipts"),
        tray: PaperTray::default(),
    };
    let printer = printer::spawn(target, move |event| papers.send(Input::Printer(event)))?;
    let loaded = catalogue::bundled::load(&catalogue::bundled::files()).map_err(|_| "the bundled services")?;
    let config = FilingConfig {
        destination_id: loaded.catalogue.town().destination_id().parse()?,
        key: AuthorityKey::from_jwk(AUTHORITY.as_bytes())?,
        others: std::collections::BTreeMap::new(),
        outbox: Outbox::open(folder.join("outbox.db"))?,
    };
    let filing = Filing::spawn(config, inbox.sender())?;
    let inquiry = Inquiry::unreachable(inbox.sender())?;
    let devices = Devices::quiet(Box::new(reader), Box::new(printer), filing, inquiry);
    let host = Host::new(Terminal::new(loaded.catalogue), devices);
    let handle = screens.handle();
    let show = move |view: View| {
        // Nobody reads any more: the process is ending.
        let _ = tell.send(Seen::of(&view));
        let _ = handle.show(view);
    };
    thread::Builder::new()
        .name("visit".to_owned())
        .spawn(move || host.run(inbox, show))?;
    Ok(())
}

/// What the finger has to know of a view: lengths instead of texts ([`View`]'s `Debug`), and what a form still wants.
struct Seen {
    screen: String,
    wants: Vec<String>,
}

impl Seen {
    fn of(view: &View) -> Self {
        let mut wants = Vec::new();
        if let Screen::Form(form) = &view.screen {
            for field in &form.fields {
                let open = field.value.is_empty() && field.editable && field.required;
                let choice = match &field.kind {
                    FormFieldKind::Select { choices } => choices.last().map(|choice| choice.label.clone()),
                    FormFieldKind::Number { min, .. } => Some(min.to_string()),
                    FormFieldKind::YesNo => Some("Ja".to_owned()),
                    FormFieldKind::Place(_)
                    | FormFieldKind::Text
                    | FormFieldKind::Digits
                    | FormFieldKind::Iban
                    | FormFieldKind::Money
                    | FormFieldKind::Date => None,
                };
                match choice {
                    _ if !open => {}
                    Some(choice) => wants.push(format!("choose {choice}")),
                    None => wants.push(format!("type {}", field.label)),
                }
            }
        }
        Self {
            screen: format!("{:?}", view.screen),
            wants,
        }
    }
}

/// Draws, and does what the finger says, until it is taken away.
#[allow(clippy::disallowed_methods)] // the outermost program owns the clock
fn obey(finger: &UnixStream, canvas: &Canvas, screens: &Screens, told: &Receiver<Seen>) -> Result<(), Fault> {
    let began = Instant::now();
    let (give, commands) = channel();
    let reading = finger.try_clone()?;
    thread::Builder::new().name("finger".to_owned()).spawn(move || {
        for line in BufReader::new(reading).lines().map_while(Result::ok) {
            if give.send(line).is_err() {
                return;
            }
        }
    })?;
    let mut seen = Seen {
        screen: String::new(),
        wants: Vec::new(),
    };
    let mut finger = finger;
    loop {
        let command = match commands.recv_timeout(FRAME) {
            Ok(command) => Some(command),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        while let Ok(newer) = told.try_recv() {
            seen = newer;
        }
        canvas.turn(began.elapsed());
        if let Some(command) = command {
            let answer = done(&command, screens, &seen);
            let lines: String = answer.lines().map(|line| format!("{line}\n")).collect();
            finger.write_all(format!("{lines}\n").as_bytes())?;
        }
        canvas.dirty();
    }
}

fn done(command: &str, screens: &Screens, seen: &Seen) -> String {
    match command.split_once(' ').unwrap_or((command, "")) {
        ("tap", label) => match hand::tap(screens, label) {
            Ok(_) => "done".to_owned(),
            Err(missed) => missed.to_string(),
        },
        ("key", key) => {
            hand::key(screens, key);
            "done".to_owned()
        }
        ("screen", _) => seen.screen.clone(),
        ("wants", _) => seen.wants.join("\n"),
        _ => "what?".to_owned(),
    }
}

/// A reader whose card lies in another process. One byte tells what lies there (0 nothing, 1 a card, 2 no reader); on
/// the other line a frame is a kind (`C` connect, `A` command APDU, `R` reset) with a length and that many bytes, and is
/// answered by a length and bytes.
struct RemoteSlot {
    events: Receiver<SlotEvent>,
    wake: Sender<SlotEvent>,
    line: UnixStream,
}

struct RemoteLine(UnixStream);

impl RemoteSlot {
    fn connect(socket: &Path) -> Result<Self, Fault> {
        let mut presence = UnixStream::connect(socket)?;
        let line = UnixStream::connect(socket)?;
        let (wake, events) = channel();
        let tell = wake.clone();
        thread::Builder::new().name("slot".to_owned()).spawn(move || {
            let mut byte = [0];
            while presence.read_exact(&mut byte).is_ok() {
                let event = match byte {
                    [0] => SlotEvent::Empty,
                    [1] => SlotEvent::CardPresent,
                    _ => SlotEvent::ReaderGone,
                };
                if tell.send(event).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { events, wake, line })
    }
}

impl Slot for RemoteSlot {
    type Line = RemoteLine;

    fn wait(&mut self, patience: Duration) -> SlotEvent {
        self.events.recv_timeout(patience).unwrap_or(SlotEvent::Nothing)
    }

    fn connect(&mut self) -> Result<RemoteLine, TransportError> {
        let line = self.line.try_clone().map_err(|_| TransportError::ReaderGone)?;
        let mut line = RemoteLine(line);
        line.exchange(b'C', &[])?;
        Ok(line)
    }

    fn waker(&self) -> Box<dyn Fn() + Send> {
        let wake = self.wake.clone();
        Box::new(move || {
            // The slot is gone: nobody waits.
            let _ = wake.send(SlotEvent::Nothing);
        })
    }
}

impl RemoteLine {
    fn exchange(&mut self, kind: u8, bytes: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.over(kind, bytes).map_err(|_| TransportError::CardLost)
    }

    fn over(&mut self, kind: u8, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
        self.0.write_all(&[kind])?;
        self.0.write_all(&length.to_be_bytes())?;
        self.0.write_all(bytes)?;
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length).min(ANSWER_BYTES_MAX);
        let mut answer = vec![0; length as usize];
        self.0.read_exact(&mut answer)?;
        Ok(answer)
    }
}

impl CardTransport for RemoteLine {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.exchange(b'A', command)
    }
}

impl Drop for RemoteLine {
    fn drop(&mut self) {
        // A card that is gone needs no reset.
        let _ = self.exchange(b'R', &[]);
    }
}

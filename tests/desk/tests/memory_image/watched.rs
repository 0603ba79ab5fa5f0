//! The other process: its finger, its eye and its card are here.
use drivers_api::slot::CardTransport;
use simulated::card::Card;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The slowest screen (the end of "good-bye") comes within this time, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_PERIOD: Duration = Duration::from_millis(20);

/// A terminal in a process of its own.
pub(crate) struct Watched {
    child: Child,
    /// Its journal.
    journal: PathBuf,
    finger: BufReader<UnixStream>,
    presence: UnixStream,
    card: Arc<Mutex<Option<Card>>>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("{}", self.journal());
        }
    }
}

impl Watched {
    pub(crate) fn start(folder: &Path) -> Self {
        let socket = folder.join("socket");
        let listener = UnixListener::bind(&socket).unwrap();
        let journal = folder.join("journal");
        let child = Command::new(env!("CARGO_BIN_EXE_watched_terminal"))
            .arg(&socket)
            .arg(folder)
            .stderr(File::create(&journal).unwrap())
            .spawn()
            .unwrap();
        let next = || listener.accept().unwrap().0;
        let (finger, mut presence, line) = (next(), next(), next());
        let card = Arc::new(Mutex::new(None));
        let lying = Arc::clone(&card);
        thread::spawn(move || serve(line, &lying));
        presence.write_all(&[0]).unwrap();
        finger.set_read_timeout(Some(PATIENCE)).unwrap();
        Self {
            child,
            journal,
            finger: BufReader::new(finger),
            presence,
            card,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it logged.
    pub(crate) fn journal(&self) -> String {
        std::fs::read_to_string(&self.journal).unwrap()
    }

    pub(crate) fn lay_on(&mut self, card: Card) {
        *self.card.lock().unwrap() = Some(card);
        self.presence.write_all(&[1]).unwrap();
    }

    pub(crate) fn take_off(&mut self) -> Card {
        let card = self.card.lock().unwrap().take();
        self.presence.write_all(&[0]).unwrap();
        card.expect("a card lies there")
    }

    pub(crate) fn tap(&mut self, label: &str) {
        let answer = self.ask(&format!("tap {label}"));
        assert_eq!(answer, ["done"], "tapping {label}");
    }

    /// Types on the pad for secrets.
    pub(crate) fn tap_digits(&mut self, digits: &str) {
        digits.chars().for_each(|digit| self.tap(&digit.to_string()));
    }

    /// Types on a keyboard, into the field that was touched last.
    pub(crate) fn keys(&mut self, text: &str) {
        for key in text.chars() {
            assert_eq!(self.ask(&format!("key {key}")), ["done"]);
        }
    }

    /// Waits for a screen whose description begins so, and has that in it.
    pub(crate) fn until(&mut self, begin: &str, has: &str) {
        let began = Instant::now();
        loop {
            let screen = self.ask("screen").join(" ");
            if screen.starts_with(begin) && screen.contains(has) {
                return;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "waited for {begin} … {has}, but saw {screen}"
            );
            thread::sleep(LOOK_PERIOD);
        }
    }

    /// The screen's description.
    pub(crate) fn screen(&mut self) -> String {
        self.ask("screen").join(" ")
    }

    /// What the form still wants: `choose LABEL` or `type LABEL`.
    pub(crate) fn wants(&mut self) -> Vec<String> {
        self.ask("wants")
    }

    fn ask(&mut self, command: &str) -> Vec<String> {
        self.finger
            .get_mut()
            .write_all(format!("{command}\n").as_bytes())
            .unwrap();
        let mut answer = Vec::new();
        loop {
            let mut line = String::new();
            let read = self.finger.read_line(&mut line).expect("the terminal answers");
            assert!(read > 0, "the terminal has ended");
            match line.trim_end() {
                "" => return answer,
                line => answer.push(line.to_owned()),
            }
        }
    }
}

/// Answers as the card that lies there does; without one the line is cut off at once.
fn serve(mut line: UnixStream, card: &Mutex<Option<Card>>) {
    loop {
        let mut head = [0; 5];
        if line.read_exact(&mut head).is_err() {
            return;
        }
        let [kind, length @ ..] = head;
        let mut command = vec![0; u32::from_be_bytes(length) as usize];
        line.read_exact(&mut command).unwrap();
        let mut lying = card.lock().unwrap();
        let answer = match (kind, lying.as_mut()) {
            (b'A', Some(card)) => card.transmit(&command).unwrap(),
            (b'R', Some(card)) => {
                card.reset();
                Vec::new()
            }
            _ => Vec::new(),
        };
        let length = u32::try_from(answer.len()).unwrap().to_be_bytes();
        if line.write_all(&[&length[..], &answer].concat()).is_err() {
            return;
        }
    }
}

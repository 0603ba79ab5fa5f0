//! A whole visit at a terminal in a real window, on an X server without a display: `xdotool` moves the server's own pointer
//! and clicks, so that everything between a finger and the page is what it is on a desk. The terminal only tells where a
//! label is, and lays the card on.
use crate::Fault;
use crate::framebuffer::Display;
use crate::terminal_window::{Act, CARD, HEIGHT, HERE_IT_IS, TYPED, WALK, WHERE, WIDTH};
use simulated::card::PIN;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Between two looks whether the next thing to touch is there.
const LOOK: Duration = Duration::from_millis(100);
/// Reading a card takes less, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// A page is on the display so long after it is in the program, on a busy machine.
const DRAWN: Duration = Duration::from_millis(700);

/// Times that somebody reads on before they give up.
const PAGES_MAX: usize = 20;

/// From the review on.
const REST: [Act; 3] = [
    Act::Touch("Jetzt verbindlich absenden", "Jetzt verbindlich absenden"),
    Act::Look("Ihre Quittung ist gedruckt. Sie liegt im Ausgabefach. Bitte nehmen Sie sie mit."),
    Act::Touch("Fertig", "Fertig"),
];

/// The terminal in its window, and the X server that it is on.
struct Stand {
    display: Display,
    terminal: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    pictures: PathBuf,
    kept: usize,
}

/// Erika Mustermann orders a Meldebescheinigung. `window` is the program of that name; paper and cases go into `folder`, a
/// picture of each page into `folder/window`.
///
/// # Errors
/// No X server, or a page that doesn't come.
pub fn order_meldebescheinigung(window: &Path, folder: &Path) -> Result<(), Fault> {
    let mut stand = Stand::open(window, folder)?;
    for act in WALK.into_iter().chain(REST) {
        stand.act(act)?;
    }
    stand.until("Bitte nehmen Sie Ihren Ausweis mit")?;
    stand.keep()?;
    stand.ask(CARD)?;
    stand.until("Vielen Dank und auf Wiedersehen!")?;
    stand.keep()?;
    Ok(())
}

impl Stand {
    fn open(program: &Path, folder: &Path) -> Result<Self, Fault> {
        let (screen, pictures) = (folder.join("screen"), folder.join("window"));
        std::fs::create_dir_all(&screen)?;
        std::fs::create_dir_all(&pictures)?;
        let display = Display::start(&screen, (WIDTH, HEIGHT))?;
        let mut terminal = Command::new(program)
            .arg(folder)
            .arg("led")
            .env("DISPLAY", display.number())
            .env("SLINT_BACKEND", "winit-software")
            .env("SLINT_SCALE_FACTOR", "1")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let asks = terminal.stdin.take().ok_or("no way to ask")?;
        let answers = BufReader::new(terminal.stdout.take().ok_or("no answers")?);
        Ok(Self {
            display,
            terminal,
            asks,
            answers,
            pictures,
            kept: 0,
        })
    }

    fn act(&mut self, act: Act) -> Result<(), Fault> {
        match act {
            Act::Look(there) => {
                self.until(there)?;
                self.keep()
            }
            Act::Touch(there, label) => {
                self.until(there)?;
                self.touch(label)
            }
            Act::LayCard => {
                self.until("Legen Sie Ihren Ausweis auf den Kartenleser")?;
                self.keep()?;
                self.ask(CARD).map(|_| ())
            }
            Act::TypePin => {
                self.until(TYPED)?;
                PIN.chars().try_for_each(|digit| self.touch(&digit.to_string()))?;
                self.keep()
            }
        }
    }

    fn ask(&mut self, line: &str) -> Result<String, Fault> {
        writeln!(self.asks, "{line}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(answer.trim_end().to_owned())
    }

    /// Waits until a label is on the page and what leads to it stands still: what that is, and where.
    #[allow(clippy::disallowed_methods)] // a visitor takes time
    fn until(&mut self, label: &str) -> Result<(bool, String, String), Fault> {
        let began = Instant::now();
        let mut seen = String::new();
        while began.elapsed() < PATIENCE {
            let answer = self.ask(&format!("{WHERE}{label}"))?;
            if let [word, x, y] = answer.split(' ').collect::<Vec<_>>()[..]
                && answer == seen
            {
                return Ok((word == HERE_IT_IS, x.to_owned(), y.to_owned()));
            }
            seen = answer;
            std::thread::sleep(LOOK);
        }
        self.keep()?;
        Err(format!("no “{label}”; {} shows the page", self.pictures.display()).into())
    }

    /// The pointer goes there and clicks, as a touch screen's does; first as often as needed on what reads on.
    fn touch(&mut self, label: &str) -> Result<(), Fault> {
        for _ in 0..PAGES_MAX {
            let (is_here, x, y) = self.until(label)?;
            let mut command = Command::new("xdotool");
            command.args(["mousemove", &x, &y, "click", "1"]);
            let done = command.env("DISPLAY", self.display.number()).status()?;
            match (done.success(), is_here) {
                (true, true) => return Ok(()),
                (true, false) => {}
                (false, _) => return Err(format!("xdotool ended with {done}").into()),
            }
        }
        Err(format!("“{label}” is out of sight").into())
    }

    /// Keeps what the display shows.
    #[allow(clippy::disallowed_methods)]
    fn keep(&mut self) -> Result<(), Fault> {
        std::thread::sleep(DRAWN);
        self.kept += 1;
        let picture = self.display.picture((WIDTH, HEIGHT))?;
        std::fs::write(self.pictures.join(format!("{:02}.png", self.kept)), picture.png()?)?;
        Ok(())
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.terminal.kill();
        let _ = self.terminal.wait();
    }
}

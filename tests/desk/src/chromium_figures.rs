//! The terminal beside a browser: the same five screens in our window and, as a web page (`chromium/`), in Debian's
//! Chromium in kiosk mode, on the same X server, in turns, on the same machine. Ours is a whole terminal with reader,
//! printer and filing; Chromium has the page only, and gets flags that make it start faster and smaller (no sandbox, no
//! GPU process' drawing, no background traffic, no translation) and a profile that it has used before.
//!
//! * `ui.memory_vs_chromium`: memory by PSS, ours in parts of that of all of Chromium's processes, after the five screens
//!   (wanted: at most 1/12). Chromium's crash handlers leave its process group and aren't counted.
//! * `ui.start_vs_chromium`: from the start of the process to the whole first picture, ours in parts of Chromium's
//!   (wanted: at most 1/4). A picture is whole when it changes no more and its marks have their colours. Both were started
//!   once before, so that their files are in the machine's memory.
//! * `ui.window_…` and `ui.chromium_…`: what the two are made of, and the CPU of one core while the last screen is shown
//!   and nobody does anything.
use crate::framebuffer::{Display, Marks};
use crate::processes::Processes;
use crate::terminal_window::{HEIGHT, WIDTH};
use crate::{Fault, median};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const MEMORY: &str = "ui.memory_vs_chromium";
const START: &str = "ui.start_vs_chromium";

/// The figures' keys.
pub const KEYS: [&str; 8] = [
    MEMORY,
    START,
    "ui.window_pss_mib",
    "ui.window_start_ms",
    "ui.window_idle_cpu_percent",
    "ui.chromium_pss_mib",
    "ui.chromium_start_ms",
    "ui.chromium_idle_cpu_percent",
];

/// Starts whose median counts, after one that doesn't.
const STARTS: usize = 5;
/// A first picture that stood still so long is whole.
const WHOLE: Duration = Duration::from_millis(1500);
/// A visit that stood still so long has come to its end: longer than any of its screens but the last.
const SETTLED: Duration = Duration::from_secs(6);
/// Starting, or walking through all screens, takes less on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
const MEMORY_SAMPLES: usize = 5;
const MEMORY_PERIOD: Duration = Duration::from_secs(1);
const IDLE: Duration = Duration::from_secs(10);

/// The ground of the attract screen, and its button.
const FIRST: Marks = [(20, 20, 0x09_2797), (100, 1650, 0x20_44aa)];
/// The ground of the review, and its button that submits.
const LAST: Marks = [(20, 20, 0xff_ffff), (100, 1555, 0x20_44aa)];

/// As a kiosk would be set up, and what makes it cheaper. A page from a file may read the fonts beside it.
const CHROMIUM: [&str; 8] = [
    "--kiosk",
    "--no-first-run",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--allow-file-access-from-files",
    "--window-position=0,0",
];

/// In its profile: no offer to translate the page, which would lie over it.
const PREFERENCES: &str = r#"{"translate":{"enabled":false}}"#;

/// What one of the two costs.
struct Cost {
    pss_mib: f64,
    start_ms: f64,
    idle_cpu_percent: f64,
}

/// Which of the two.
#[derive(Clone, Copy, Debug)]
enum Program {
    Terminal,
    Chromium,
}

/// Measures all of [`KEYS`].
///
/// # Errors
/// Chromium or Xvfb isn't installed, or one of the two programs doesn't show what it should.
pub fn compare() -> Result<[(&'static str, f64); 8], Fault> {
    let bench = Bench::new()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..=STARTS {
        ours.push(bench.start_ms(Program::Terminal)?);
        theirs.push(bench.start_ms(Program::Chromium)?);
    }
    let ours = bench.cost(Program::Terminal, ours)?;
    let theirs = bench.cost(Program::Chromium, theirs)?;
    let values = [
        ours.pss_mib / theirs.pss_mib,
        ours.start_ms / theirs.start_ms,
        ours.pss_mib,
        ours.start_ms,
        ours.idle_cpu_percent,
        theirs.pss_mib,
        theirs.start_ms,
        theirs.idle_cpu_percent,
    ];
    let mut figures = KEYS.map(|key| (key, f64::NAN));
    for ((_, figure), value) in figures.iter_mut().zip(values) {
        *figure = value;
    }
    Ok(figures)
}

/// The display and a folder for both programs; gone when it is dropped.
struct Bench {
    display: Display,
    folder: PathBuf,
    /// The program `window`, which lies beside this one.
    terminal: PathBuf,
}

impl Drop for Bench {
    fn drop(&mut self) {
        // It lies among temporary files, and nobody's data are in it.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Bench {
    fn new() -> Result<Self, Fault> {
        let folder = std::env::temp_dir().join(format!("schalter-chromium-{}", std::process::id()));
        Self::within(folder.clone()).inspect_err(|_| {
            // As in `drop`.
            let _ = std::fs::remove_dir_all(&folder);
        })
    }

    fn within(folder: PathBuf) -> Result<Self, Fault> {
        let screen = folder.join("screen");
        std::fs::create_dir_all(&screen)?;
        let preferences = folder.join("profile/Default");
        std::fs::create_dir_all(&preferences)?;
        std::fs::write(preferences.join("Preferences"), PREFERENCES)?;
        let terminal = std::env::current_exe()?.with_file_name("window");
        Ok(Self {
            display: Display::start(&screen, (WIDTH, HEIGHT))?,
            folder,
            terminal,
        })
    }

    /// Starts one of them; `visited`: goes through its screens to the last.
    fn start(&self, program: Program, visited: bool) -> Result<Processes, Fault> {
        self.display.is_empty(&FIRST, PATIENCE)?;
        let mut command = match program {
            Program::Terminal => self.terminal(visited),
            Program::Chromium => self.chromium(visited),
        };
        command
            .env("DISPLAY", self.display.number())
            .env_remove("WAYLAND_DISPLAY");
        Processes::start(command.stdout(Stdio::null()))
    }

    fn terminal(&self, visited: bool) -> Command {
        let mut command = Command::new(&self.terminal);
        command.arg(&self.folder);
        command.args(visited.then_some("visited"));
        command
            .env("SLINT_BACKEND", "winit-software")
            .env("SLINT_SCALE_FACTOR", "1");
        command
    }

    fn chromium(&self, visited: bool) -> Command {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("chromium/index.html");
        let walk = if visited { "#walk" } else { "" };
        let mut command = Command::new("chromium");
        command.args(CHROMIUM).arg(format!("--window-size={WIDTH},{HEIGHT}"));
        command.arg(format!("--user-data-dir={}", self.folder.join("profile").display()));
        command.arg(format!("file://{}{walk}", page.display()));
        command.env("HOME", &self.folder).stderr(Stdio::null());
        command
    }

    fn start_ms(&self, program: Program) -> Result<f64, Fault> {
        let mut running = self.start(program, false)?;
        let whole = self.display.stands_still(&mut running, &FIRST, (WHOLE, PATIENCE));
        Ok(whole
            .map_err(|fault| format!("{program:?}, first picture: {fault}"))?
            .as_secs_f64()
            * 1000.0)
    }

    #[allow(clippy::disallowed_methods)] // it measures
    fn cost(&self, program: Program, mut starts: Vec<f64>) -> Result<Cost, Fault> {
        let mut running = self.start(program, true)?;
        self.display
            .stands_still(&mut running, &LAST, (SETTLED, PATIENCE))
            .map_err(|fault| format!("{program:?}, five screens: {fault}"))?;
        let mut samples = Vec::new();
        for _ in 0..MEMORY_SAMPLES {
            samples.push(running.pss_mib()?);
            std::thread::sleep(MEMORY_PERIOD);
        }
        let before = running.cpu_s()?;
        std::thread::sleep(IDLE);
        let idle_cpu_percent = (running.cpu_s()? - before) / IDLE.as_secs_f64() * 100.0;
        Ok(Cost {
            pss_mib: median(samples),
            start_ms: median(starts.split_off(1)),
            idle_cpu_percent,
        })
    }
}

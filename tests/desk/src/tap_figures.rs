//! From a touch to the picture it brings, on a machine as slow as a Raspberry Pi.
//!
//! The stand-in: the process that draws is stopped (`SIGSTOP`) after each millisecond, for three times as long as it really
//! had the processor meanwhile (`/proc/<pid>/schedstat`), so it has a quarter of one core, whatever else the machine does.
//! Measured is the clock on the wall from the touch until the whole window is drawn anew; the kiosk itself
//! draws only what has changed.
use crate::{Fault, setup};
use rustix::process::{Pid, Signal, kill_process};
use screens::picture::{Canvas, Xrgb8888};
use screens::{Screens, hand};
use session::{Input, Session, Tap, Terminal};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// What is touched, again and again: through the start, into a page, another look and back out.
const WALK: [&str; 12] = [
    "Zum Starten berühren",
    "Deutsch",
    "Was ist aus meinem Antrag geworden?",
    "Zurück",
    "Anzeige: Größe, Farben, Ton",
    "Dunkel",
    "Hell",
    "Zurück zum Vorgang",
    "Hilfe",
    "Zurück zum Vorgang",
    "Sprache: Deutsch",
    "Zurück zum Vorgang",
];
const ROUNDS: usize = 20;
const RUNS: Duration = Duration::from_millis(1);
/// A quarter of one core.
const STANDS_TIMES: u32 = 3;

/// Slows a process with one thread down until `over` says that it has ended.
#[allow(clippy::disallowed_methods)] // it is about time
pub fn slow_down(pid: u32, mut over: impl FnMut() -> bool) {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return;
    };
    let mut had = Duration::ZERO;
    while !over() {
        // A process that has just ended takes no signals; `over` will say so.
        let _ = kill_process(pid, Signal::STOP);
        let has = processor_time(pid).unwrap_or(had);
        std::thread::sleep(STANDS_TIMES * has.saturating_sub(had));
        had = has;
        let _ = kill_process(pid, Signal::CONT);
        std::thread::sleep(RUNS);
    }
}

/// How long the first thread of a process has had the processor (Documentation/scheduler/sched-stats of Linux).
fn processor_time(pid: Pid) -> Option<Duration> {
    let told = std::fs::read_to_string(format!("/proc/{}/schedstat", pid.as_raw_nonzero())).ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// How long each touch took.
///
/// # Errors
/// What should be touched isn't there.
pub fn taps(canvas: &Canvas) -> Result<Vec<Duration>, Fault> {
    let (sender, taps) = channel();
    let screens = Screens::new(move |tap| {
        // The walk below has ended.
        let _ = sender.send(tap);
    })?;
    screens.open()?;
    let mut walk = Walk {
        session: Session::Idle,
        terminal: Terminal::new(setup::load()?),
        taps,
        began: now(),
    };
    let mut pixels: Vec<Xrgb8888> = Vec::new();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        walk.session = Session::Idle;
        walk.show(&screens, canvas);
        for label in WALK {
            let button = hand::find(&screens, label).filter(|button| button.in_sight);
            let button = button.ok_or_else(|| format!("no {label} in sight"))?;
            let (x, y) = button.middle();
            let touched = now();
            hand::tap_at(&screens, x, y);
            walk.answer();
            walk.show(&screens, canvas);
            canvas.repaint(&mut pixels);
            times.push(touched.elapsed());
        }
    }
    Ok(times)
}

struct Walk {
    session: Session,
    terminal: Terminal,
    taps: Receiver<Tap>,
    began: Instant,
}

impl Walk {
    fn answer(&mut self) {
        while let Ok(tap) = self.taps.try_recv() {
            let session = std::mem::take(&mut self.session);
            let now = self.began.elapsed();
            // There are no devices: what would be told to them doesn't count.
            self.session = session.handle(Input::Tap(tap), now, &mut self.terminal, &mut Vec::new());
        }
    }

    fn show(&self, screens: &Screens, canvas: &Canvas) {
        let now = self.began.elapsed();
        screens.show(&self.session.view(now, &self.terminal));
        canvas.turn(now);
    }
}

#[allow(clippy::disallowed_methods)] // it measures
fn now() -> Instant {
    Instant::now()
}

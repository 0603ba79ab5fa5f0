//! `bench`: the house's figures as medians of several runs, printed and written to `out/bench.json` (flat keys, numbers).
//! Machines are shared and noisy: compare runs on one machine, never a figure with a limit in a test.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)] // a command-line tool that measures
use desk::headless::Player;
use desk::{
    Fault, catalogue_figures, chromium_figures, eid_figures, lone_terminal, median, paper_figures, setup, tap_figures,
};
use host::Inbox;
use peers::pin_changes;
use screens::Screens;
use screens::picture::{Canvas, Xrgb8888, install};
use session::Terminal;
use session::view::View;
use simulated::card::Hand;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use townhall::devices::Weather;
use townhall::storm;
use townhall::world::World;

const FIRST_FRAMES: usize = 7;
const REPAINTS: usize = 40;
/// The slowest screen; with a dot and the name of a screen, the median of its full repaints.
const REPAINT: &str = "ui.repaint_ms";
/// From a screen that is shown to the first sound of it, over a visit by ear.
const SPEECH_START: &str = "ui.speech_start_ms";
/// Filling the same pixels with one colour, between the repaints: what the machine's memory does at that moment.
const FILL: &str = "ui.fill_ms";
const VISITS_PLAYED: usize = 5;
const SOAK_VISITS: usize = 500;
const READS: usize = 31;
const STORM_DAYS: u64 = 10;
const STORM_VISITS: u64 = 100;
const IDLE: Duration = Duration::from_secs(10);
/// Clock ticks a second of `/proc/self/stat` (`getconf CLK_TCK` on Linux).
const TICKS_PER_S: f64 = 100.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => bench(Path::new("out"), ""),
        ["child", what] => child(what),
        [only] => bench(Path::new("out"), only),
        _ => Err("usage: bench [BEGINNING-OF-A-KEY]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

type Figures = BTreeMap<String, f64>;

/// The keys of some figures (or their common beginning), and how to get them.
type Measure = (&'static [&'static str], fn(&mut Figures, &Path) -> Result<(), Fault>);

const MEASURES: [Measure; 12] = [
    (&["ui.first_frame_ms"], |figures, _| {
        let mut first_frames = Vec::new();
        for _ in 0..FIRST_FRAMES {
            let began = Instant::now();
            run_child("first-frame", |_| first_frames.push(millis(began.elapsed())))?;
        }
        insert(figures, "ui.first_frame_ms", median(first_frames))
    }),
    (&["ui.rss_mib", "ui.idle_cpu_percent"], |figures, _| {
        told(figures, "idle")
    }),
    (&["ui.rss_after_500_visits_mib"], |figures, _| told(figures, "soak")),
    (&[REPAINT, FILL], |figures, _| told(figures, "repaint")),
    (&[SPEECH_START], |figures, _| told(figures, "speech")),
    (&["ui.tap_to_pixel_p95_ms"], |figures, _| {
        insert(figures, "ui.tap_to_pixel_p95_ms", tap_to_pixel_p95_ms()?)
    }),
    (&chromium_figures::KEYS, |figures, _| {
        // Not every machine can have Chromium; the other figures don't need it.
        match chromium_figures::compare() {
            Ok(compared) => figures.extend(compared.map(|(key, value)| (key.to_owned(), value))),
            Err(fault) => eprintln!("no comparison with Chromium: {fault}"),
        }
        Ok(())
    }),
    (&catalogue_figures::KEYS, |figures, _| told(figures, "catalogue")),
    (&paper_figures::KEYS, |figures, out| {
        let measured = paper_figures::measure(&out.join("bench-paper"))?;
        figures.extend(measured.into_iter().map(|(key, value)| (key.to_owned(), value)));
        Ok(())
    }),
    (&["eid.read_apdus", "eid.read_host_ms"], |figures, _| {
        let reads = eid_figures::full_reads(READS)?;
        let commands = reads.iter().map(|read| read.commands as f64).collect();
        insert(figures, "eid.read_apdus", median(commands))?;
        let host = reads.iter().map(|read| millis(read.host)).collect();
        insert(figures, "eid.read_host_ms", median(host))
    }),
    (&["eid.pin_change_vs_ausweisapp"], |figures, _| {
        insert(figures, "eid.pin_change_vs_ausweisapp", pin_change_vs_ausweisapp()?)
    }),
    (&["storm.visits_per_s", "visit.submit_to_pdf_ms"], |figures, out| {
        insert(figures, "storm.visits_per_s", storm_visits_per_s()?)?;
        insert(figures, "visit.submit_to_pdf_ms", submit_to_pdf_ms(out)?)
    }),
];

/// All figures, or those whose keys begin with `only` (then nothing is written).
fn bench(out: &Path, only: &str) -> Result<(), Fault> {
    let mut figures = Figures::new();
    for (keys, measure) in MEASURES {
        if keys.iter().any(|key| key.starts_with(only)) {
            measure(&mut figures, out)?;
        }
    }
    for (key, value) in &figures {
        println!("{key:32} {value:10.3}");
    }
    if only.is_empty() {
        std::fs::create_dir_all(out)?;
        std::fs::write(out.join("bench.json"), serde_json::to_string_pretty(&figures)? + "\n")?;
    }
    Ok(())
}

fn insert(figures: &mut Figures, key: &str, value: f64) -> Result<(), Fault> {
    figures.insert(key.to_owned(), value);
    Ok(())
}

/// What a child tells: lines of a key and a value.
fn told(figures: &mut Figures, child: &str) -> Result<(), Fault> {
    let before = figures.len();
    run_child(child, |line| {
        if let Some((key, value)) = line.split_once(' ')
            && let Ok(value) = value.parse::<f64>()
        {
            figures.insert(key.to_owned(), value);
        }
    })?;
    if figures.len() == before {
        return Err(format!("{child} measured nothing").into());
    }
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// In a process of its own that has a quarter of a core.
fn tap_to_pixel_p95_ms() -> Result<f64, Fault> {
    let mut child = this_as("taps")?.stdout(Stdio::piped()).spawn()?;
    tap_figures::slow_down(child.id(), || !matches!(child.try_wait(), Ok(None)));
    let told = std::io::read_to_string(child.stdout.take().ok_or("no answer")?)?;
    let mut times: Vec<f64> = told.lines().filter_map(|line| line.parse().ok()).collect();
    times.sort_by(f64::total_cmp);
    Ok(*times.get(times.len() * 95 / 100).ok_or("nothing was touched")?)
}

/// Our change of the PIN in parts of AusweisApp's, on the same emulated card.
fn pin_change_vs_ausweisapp() -> Result<f64, Fault> {
    let mut command = this_as("pin-changes")?;
    let _world = pin_changes::let_in(&mut command);
    let mut ratio = None;
    run(command, |line| ratio = line.parse::<f64>().ok())?;
    Ok(ratio.ok_or("no PIN was changed")?)
}

/// Runs this program again as a terminal of its own, and hears what it says.
fn run_child(what: &str, hear: impl FnMut(&str)) -> Result<(), Fault> {
    run(this_as(what)?, hear)
}

fn this_as(what: &str) -> Result<Command, Fault> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["child", what]);
    Ok(command)
}

fn run(mut command: Command, mut hear: impl FnMut(&str)) -> Result<(), Fault> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout)
            .lines()
            .map_while(Result::ok)
            .for_each(|line| hear(&line));
    }
    let ended = child.wait()?;
    if ended.success() {
        Ok(())
    } else {
        let what: Vec<_> = command.get_args().collect();
        Err(format!("bench {what:?} ended with {ended}").into())
    }
}

fn child(what: &str) -> Result<(), Fault> {
    if what == "pin-changes" {
        let times = pin_changes::measure();
        let (ours, theirs) = (median(times.ours), median(times.ausweisapp));
        eprintln!("a change of the PIN: ours {ours:.0} ms, AusweisApp's {theirs:.0} ms");
        println!("{}", ours / theirs);
        return Ok(());
    }
    if what == "catalogue" {
        let figures = catalogue_figures::measure(rss_mib)?;
        let told = catalogue_figures::KEYS.iter().zip(figures);
        told.for_each(|(key, value)| println!("{key} {value}"));
        return Ok(());
    }
    if what == "speech" {
        // The voice is espeak-ng's, the sound goes into files: how long a sound card takes is not in it.
        let citizen = desk::by_ear::play(&Path::new("out").join("bench-speech"))?;
        println!(
            "{SPEECH_START} {}",
            median(citizen.starts.iter().copied().map(millis).collect())
        );
        return Ok(());
    }
    let canvas = install(1080, 1920)?;
    match what {
        "first-frame" => {
            let screens = Screens::new(|_| {})?;
            screens.open()?;
            let terminal = Terminal::new(setup::load()?);
            screens.show(&session::Session::Idle.view(Duration::ZERO, &terminal));
            std::hint::black_box(canvas.picture());
            println!("shown");
            // The reader of this line has stopped the clock; loading and drawing is what it saw.
            std::process::exit(0);
        }
        "idle" => idle(&canvas),
        "soak" => soak(&canvas),
        "repaint" => repaint(&canvas),
        "taps" => {
            let taps = tap_figures::taps(&canvas)?;
            taps.iter().for_each(|time| println!("{}", millis(*time)));
            Ok(())
        }
        _ => Err("unknown child".into()),
    }
}

/// A whole terminal without its backend: reader, printer, filing, loop, screens.
fn idle(canvas: &Canvas) -> Result<(), Fault> {
    let folder = std::env::temp_dir().join(format!("schalter-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (_hand, slot) = Hand::new();
    let screens = Screens::new(|_| {})?;
    screens.open()?;
    lone_terminal::start(&folder, Inbox::default(), slot, reader::NoCertificate, screens.handle())?;
    std::thread::sleep(Duration::from_secs(1));
    canvas.turn(Duration::from_secs(1));
    std::hint::black_box(canvas.picture());
    println!("ui.rss_mib {}", rss_mib()?);
    let before = ticks()?;
    std::thread::sleep(IDLE);
    println!(
        "ui.idle_cpu_percent {}",
        (ticks()? - before) / TICKS_PER_S / IDLE.as_secs_f64() * 100.0
    );
    std::fs::remove_dir_all(&folder)?;
    std::process::exit(0);
}

/// Storm visits whose every view is shown, and drawn once in each stage.
fn soak(canvas: &Canvas) -> Result<(), Fault> {
    let screens = Screens::new(|_| {})?;
    screens.open()?;
    let mut world = World::new(setup::load()?, Weather { faults: 0.1 }, 1);
    let mut pixels: Vec<Xrgb8888> = Vec::new();
    let mut turns = 0;
    let mut drawn = "";
    for _ in 0..SOAK_VISITS {
        world.act(1.0);
        while !matches!(world.session, session::Session::Idle) && turns < SOAK_VISITS * 400 {
            turns += 1;
            show(&screens, canvas, &world);
            if drawn != world.session.name() {
                drawn = world.session.name();
                canvas.repaint(&mut pixels);
            }
            world.act(0.97);
            world.pause();
        }
        world.take_card();
        world.pass(world.now + Duration::from_secs(900));
        world.journal.clear();
    }
    println!("ui.rss_after_500_visits_mib {}", rss_mib()?);
    Ok(())
}

fn show(screens: &Screens, canvas: &Canvas, world: &World) {
    let view: View = world.session.view(world.now, &world.terminal);
    screens.show(&view);
    canvas.turn(world.now);
}

/// Every screen of one good visit.
fn repaint(canvas: &Canvas) -> Result<(), Fault> {
    let screens = Screens::new(|_| {})?;
    screens.open()?;
    let mut world = World::new(setup::load()?, Weather { faults: 0.0 }, 3);
    let mut pixels = Vec::new();
    let mut screens_drawn: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    let mut fills = Vec::new();
    world.act(1.0);
    for _ in 0..200 {
        show(&screens, canvas, &world);
        canvas.repaint(&mut pixels);
        let times = screens_drawn.entry(world.session.name()).or_default();
        if times.len() < REPAINTS * 10 {
            for _ in 0..REPAINTS {
                let began = thread_time();
                canvas.repaint(&mut pixels);
                let drawn = thread_time();
                times.push(millis(drawn.saturating_sub(began)));
                pixels.fill(Xrgb8888(0));
                std::hint::black_box(&pixels);
                fills.push(millis(thread_time().saturating_sub(drawn)));
            }
        }
        world.act(1.0);
        world.pause();
    }
    let mut slowest: f64 = 0.0;
    for (name, times) in screens_drawn {
        let time = median(times);
        println!("{REPAINT}.{name} {time}");
        slowest = slowest.max(time);
    }
    println!("{REPAINT} {slowest}");
    println!("{FILL} {}", median(fills));
    Ok(())
}

fn storm_visits_per_s() -> Result<f64, Fault> {
    let mut rates = Vec::new();
    for seed in 0..STORM_DAYS {
        let began = Instant::now();
        storm::day(seed, STORM_VISITS, Weather { faults: 0.15 }).map_err(|broken| broken.to_string())?;
        rates.push(STORM_VISITS as f64 / began.elapsed().as_secs_f64());
    }
    Ok(median(rates))
}

/// From the touch on "submit" to the receipt as PDF in the tray: sealed, stored with fsync, laid out, written.
fn submit_to_pdf_ms(out: &Path) -> Result<f64, Fault> {
    let mut player = Player::start(&out.join("bench"))?;
    let mut times = Vec::new();
    for _ in 0..VISITS_PLAYED {
        times.push(millis(player.order_meldebescheinigung()?.submit_to_paper));
    }
    Ok(median(times))
}

/// What this thread has had of a core: repaints are compared on machines that others use too.
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

fn rss_mib() -> Result<f64, Fault> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? / 1024.0)
}

/// User and system time of this process (proc_pid_stat(5), fields 14 and 15).
fn ticks() -> Result<f64, Fault> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |at: usize| {
        fields
            .get(at)
            .and_then(|text| text.parse::<f64>().ok())
            .ok_or("no ticks")
    };
    Ok(field(11)? + field(12)?)
}

//! A real jack (`uinput`) and a real sound card (`snd-aloop`) of Linux, in the virtual machine of tests/peers/vm.
//! Needs root and from Debian: espeak-ng alsa-utils qemu-system-x86 linux-image-amd64 busybox-static cpio kmod kbd udev.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test that waits for a machine
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A machine without hardware support boots slowly, more so beside others.
const PATIENCE: Duration = Duration::from_secs(300);

const TOLD: [&str; 10] = [
    "HeadsetPlugged",
    "Started(Job(1))",
    "Ended { job: Job(1), how: Spoken }",
    "Started(Job(2))",
    "Ended { job: Job(2), how: Interrupted }",
    "HeadsetUnplugged",
    "HeadsetPlugged",
    "HeadsetUnplugged",
    "HeadsetPlugged",
    "done",
];

#[test]
fn a_headset_at_a_real_jack_is_spoken_to() {
    // The machine sees this one's files, but not what is mounted beside its root.
    let here = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let here = Path::new(&here);
    let test = std::env::current_exe().unwrap();
    let example = test.ancestors().nth(2).unwrap().join("examples/headset");
    let workdir = tempfile::tempdir_in(test.parent().unwrap()).unwrap();
    // Cargo builds examples along with all tests, not with one.
    fs::copy(&example, workdir.path().join("headset")).expect("cargo build -p voice --example headset");
    let said = fs::File::create(workdir.path().join("qemu.log")).unwrap();
    let mut machine = Command::new(here.join("../../tests/peers/vm/start.sh"))
        .args([workdir.path(), &here.join("tests/vm/guest.sh")])
        .stdin(Stdio::null())
        .stdout(said.try_clone().unwrap())
        .stderr(said)
        .spawn()
        .unwrap();
    let begin = Instant::now();
    let has_ended = loop {
        if machine.try_wait().unwrap().is_some() {
            break true;
        }
        if begin.elapsed() > PATIENCE {
            machine.kill().unwrap();
            machine.wait().unwrap();
            break false;
        }
        sleep(Duration::from_millis(200));
    };
    let read = |name| String::from_utf8_lossy(&fs::read(workdir.path().join(name)).unwrap_or_default()).into_owned();
    let log = format!("{}{}", read("qemu.log"), read("serial.log"));
    assert!(has_ended, "the machine doesn't end:\n{log}");
    let told: Vec<&str> = log
        .lines()
        .filter_map(|line| line.trim().strip_prefix("headset: "))
        .collect();
    let mut first = told[..2.min(told.len())].to_vec();
    first.sort_unstable();
    assert_eq!(first, ["HeadsetUnplugged", "Ready"], "{log}");
    assert_eq!(told[2..12.min(told.len())], TOLD, "{log}");
    assert_eq!(told.get(12), Some(&"ended: 0"), "{log}");
    // The sound card has played it: not silence, and no more than was said until the headset was out.
    let heard = told.get(13).and_then(|line| line.strip_prefix("heard: ")).unwrap();
    let (loudest, bytes) = heard.split_once(' ').unwrap();
    let (loudest, bytes): (i32, u64) = (loudest.parse().unwrap(), bytes.parse().unwrap());
    assert!(loudest > 2000, "{heard}");
    assert!((20_000..44_100 * 60).contains(&bytes), "{heard}");
}

//! A voice that has nothing to say costs nothing. Alone in its file: the threads of other tests would be counted.
//! Needs from Debian: espeak-ng.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)] // a test that measures
mod common;
use common::{Made, World};
use std::time::Duration;

#[test]
fn an_idle_voice_does_nothing() {
    let mut world = World::ready(Made::default());
    world.spoken(1, "Guten Tag.");
    // How often its threads have waited (proc(5)): a thread that sleeps on doesn't wait anew.
    let waits = || -> u64 {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        let names = tasks.map(|task| task.unwrap().path());
        let ours = names.filter(|task| {
            let name = std::fs::read_to_string(task.join("comm")).unwrap_or_default();
            ["voice\n", "headset jack\n"].contains(&name.as_str())
        });
        let switches = ours.map(|task| {
            let status = std::fs::read_to_string(task.join("status")).unwrap();
            let numbers = status
                .lines()
                .filter_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            numbers.map(|number| number.trim().parse::<u64>().unwrap()).sum::<u64>()
        });
        switches.sum()
    };
    std::thread::sleep(Duration::from_millis(200));
    let before = waits();
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(waits() - before, 0, "the voice's threads were woken");
}

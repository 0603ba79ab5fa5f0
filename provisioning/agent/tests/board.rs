//! From the town's files through the backend to the file beside the outbox, over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use agent::{Config, Control};
use common::{QUICK, enrol, free_port, wait_until};
use fleet::{BoardDesk, Running};
use rand::SeedableRng;
use rand::rngs::StdRng;
use wire::board::Board;

#[test]
fn the_board_comes_to_the_terminal_and_stays_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let token = enrol(&data);
    std::fs::write(
        folder.path().join("found.csv"),
        "gegenstand;fundtag\nRegenschirm;28.11.2026\n",
    )
    .unwrap();
    let settings = folder.path().join("board.toml");
    std::fs::write(&settings, "time_zone = 'Europe/Berlin'\n[found]\nfile = 'found.csv'\n").unwrap();
    let start = || BoardDesk::start(bulletin::Config::read(&settings).unwrap(), &data).unwrap();
    let first = start();
    wait_until(|| data.join("board/found.json").exists());
    drop(first);
    // What was gathered before is given out at once.
    let desk = start();
    let listen = free_port();
    let fleet = Running::start_with_board(
        fleet::Config {
            data: data.clone(),
            listen,
        },
        None,
        Some(desk),
    )
    .unwrap();

    let board = folder.path().join("terminal/board.json");
    std::fs::create_dir(folder.path().join("terminal")).unwrap();
    let mut config = Config::new(fleet.base_url(), token, folder.path().join("outbox.db"));
    config.board = Some(board.clone());
    config.backoff = QUICK;
    let control = Control::default();
    let theirs = control.clone();
    let agent = std::thread::spawn(move || {
        agent::run(&config, &theirs, &mut StdRng::seed_from_u64(1), |_| {}).unwrap();
    });
    let read = || Board::from_json(&std::fs::read(&board).unwrap()).unwrap();
    wait_until(|| board.exists());
    assert_eq!(read().found.items[0].what.as_str(), "Regenschirm");
    assert!(read().found.as_of.is_some());
    fleet.stop().unwrap();
    control.stop();
    agent.join().unwrap();
    assert_eq!(read().found.items.len(), 1, "the last one stays");
}

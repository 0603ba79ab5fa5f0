//! How long AusweisApp takes to change a PIN, from command to result, in milliseconds: one line per change. For the bench,
//! on the emulated card.
//!
//! `pin_change EXECUTABLE FOLDER SOCKET OLD NEW CHANGES`: SOCKET is pcscd's; an even number of CHANGES leaves the PIN as
//! it was. PINs on a command line are for test cards only.
#![allow(clippy::print_stdout, reason = "its output is its purpose")]
#![allow(clippy::disallowed_methods, reason = "it measures time")]
#![allow(clippy::wildcard_enum_match_arm, reason = "it waits for two events among many")]
use ausweisapp::events::AppEvent;
use ausweisapp::{Program, spawn};
use drivers_api::Job;
use drivers_api::card::{CardEvent, CardPassword, PinTask, Reader, ReaderCommand, Secret};
use drivers_api::private::Digits;
use std::error::Error;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [executable, folder, socket, old, new, changes] = arguments.as_slice() else {
        return Err("usage: pin_change EXECUTABLE FOLDER SOCKET OLD NEW CHANGES".into());
    };
    let program = Program {
        executable: executable.into(),
        launcher: ["setpriv", "--pdeathsig", "KILL"].map(Into::into).to_vec(),
        folder: folder.into(),
        environment: vec![("PCSCLITE_CSOCK_NAME".into(), socket.into())],
    };
    let secret = |text: &str| Digits::parse(text).map(Secret::Typed).ok_or("a PIN has digits only");
    let (tell, events) = channel();
    let begin = Instant::now();
    let mut app = spawn(program, move || begin.elapsed(), move |event| drop(tell.send(event)))?;
    app.start();
    while !matches!(events.recv_timeout(PATIENCE)?, AppEvent::Card(CardEvent::Inserted(_))) {}
    let pins = [old, new];
    for change in 0..changes.parse::<usize>()? {
        let task = PinTask::Change {
            old: CardPassword::Pin(secret(pins[change % 2])?),
            new: secret(pins[(change + 1) % 2])?,
        };
        let begin = Instant::now();
        app.give(ReaderCommand::ManagePin { job: Job(1), task });
        loop {
            match events.recv_timeout(PATIENCE)? {
                AppEvent::Card(CardEvent::PinDone { .. }) => break,
                AppEvent::Card(CardEvent::PinFailed { why, .. }) => return Err(format!("{why:?}").into()),
                _ => {}
            }
        }
        println!("{:.1}", begin.elapsed().as_secs_f64() * 1000.0);
    }
    app.close();
    Ok(())
}

//! `desk [--headless [--by-ear]] [--out FOLDER]`: the kiosk in a window with hand-operated devices; without a display, a visit that
//! is played and kept. `--by-ear`: that visit by somebody who sees nothing, as sound and as text.
#![allow(clippy::print_stdout, clippy::print_stderr)] // a command-line tool tells what it does
use desk::{Fault, by_ear, headless, window};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info,slint=warn".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("desk: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Fault> {
    let mut out = PathBuf::from("out");
    let mut is_headless = std::env::var_os("DISPLAY").is_none_or(|display| display.is_empty());
    let mut is_by_ear = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--headless" => is_headless = true,
            "--by-ear" => (is_headless, is_by_ear) = (true, true),
            "--out" => out = arguments.next().ok_or("--out needs a folder")?.into(),
            other => {
                return Err(
                    format!("unknown argument {other}; usage: desk [--headless [--by-ear]] [--out FOLDER]").into(),
                );
            }
        }
    }
    if !is_headless {
        println!(
            "The kiosk opens in a window. Receipts go to {}. Ctrl-C ends everything.",
            out.display()
        );
        return window::show(&out);
    }
    if is_by_ear {
        let citizen = by_ear::play(&out)?;
        println!("{} speeches in {}/speech", citizen.heard().len(), out.display());
        println!("{}/spoken.txt", out.display());
        return Ok(());
    }
    println!("No display: the visit is played without one.");
    let played = headless::play(&out)?;
    for screen in &played.screens {
        println!("{}", screen.display());
    }
    println!("{}", played.receipt.display());
    println!("The case {} has arrived at the backend.", played.code);
    Ok(())
}

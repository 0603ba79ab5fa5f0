//! `window FOLDER [visited|led]`: a whole terminal in a window, alone, as a program of its own: what it takes of the memory is
//! what a terminal takes, and no figure's. Who stands before it is told by the second word ([`Visitor`]); paper and cases go
//! into the folder.
#![allow(clippy::print_stderr)] // a command-line tool
use desk::terminal_window::{Visitor, show};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [folder] => show(Path::new(folder), Visitor::Nobody),
        [folder, "visited"] => show(Path::new(folder), Visitor::Walks),
        [folder, "led"] => show(Path::new(folder), Visitor::Led),
        _ => Err("usage: window FOLDER [visited|led]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("window: {fault}");
            ExitCode::FAILURE
        }
    }
}

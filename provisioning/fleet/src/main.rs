//! The backend's command: `fleet`, and what staff do on its machine (`fleet --help`).
mod arguments;
mod counter;

use arguments::{Command, USAGE, Which};
use fleet::eid::EidDesk;
use fleet::{
    BoardDesk, CASES_LISTED_MAX, CaseError, Config, FleetError, TerminalToken, case_in_words_here, case_of,
    change_case, check_board, enrol, fee_in_words_here, fetch_case, list_cases, mark_paid, read_letter, serve,
    show_fee, withdraw,
};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use store::{CaseChange, CaseFee, WhichCase};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;
use wire::case_status::CaseState;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .init();
    let command = match arguments::parse(std::env::args().skip(1), |name| std::env::var(name).ok()) {
        Ok(command) => command,
        Err(error) => {
            say(&mut std::io::stderr(), &format!("fleet: {error}\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    match run(command) {
        Ok(code) => code,
        Err(error) => {
            let mut text = format!("fleet: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            say(&mut std::io::stderr(), &text);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, CaseError> {
    match command {
        Command::Help => say(&mut std::io::stdout(), USAGE),
        Command::Version => say(&mut std::io::stdout(), concat!("fleet ", env!("CARGO_PKG_VERSION"))),
        Command::Enrol { data, name, if_known } => {
            let token: TerminalToken = enrol(&data, &name, if_known)?;
            say(&mut std::io::stdout(), &token.reveal());
        }
        Command::Withdraw { data, name } => {
            if !withdraw(&data, &name)? {
                say(
                    &mut std::io::stderr(),
                    &format!("fleet: no terminal named \"{name}\" is enrolled"),
                );
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::AtCounter { data, command } => return Ok(counter::run(&data, command)?),
        Command::Cases { data, only_open } => print_cases(&data, only_open)?,
        Command::Envelope { data, submission_id } => return print_envelope(&data, submission_id),
        Command::State {
            data,
            submission_id,
            state,
        } => say_of_case(&data, submission_id, Some(state), None)?,
        Command::Letter {
            data,
            submission_id,
            file,
            state,
        } => say_of_case(&data, submission_id, state, Some(&file))?,
        Command::Fee { data, which } => say_fee(&show_fee(&data, which_case(which)?)?),
        Command::Paid { data, which } => say_fee(&mark_paid(&data, which_case(which)?)?),
        Command::CheckBoard { file } => {
            let (lines, all) = check_board(&file)?;
            for line in &lines {
                say(&mut std::io::stdout(), line);
            }
            if !all {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Serve { config, eid, board } => run_server(&config, eid.as_deref(), board.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Its bytes and nothing else: the office's program reads them.
fn print_envelope(data: &Path, submission_id: Uuid) -> Result<ExitCode, CaseError> {
    let body = fetch_case(data, submission_id)?;
    Ok(match std::io::stdout().write_all(&body) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

fn say_fee(case: &CaseFee) {
    say(&mut std::io::stdout(), &fee_in_words_here(case));
}

fn which_case(which: Which) -> Result<WhichCase, CaseError> {
    Ok(match which {
        Which::Id(submission_id) => WhichCase::Id(submission_id),
        Which::Code(code) => case_of(&code)?,
    })
}

fn say_of_case(
    data: &Path,
    submission_id: Uuid,
    state: Option<CaseState>,
    letter: Option<&Path>,
) -> Result<(), CaseError> {
    let letter = letter.map(read_letter).transpose()?;
    let change = CaseChange {
        submission_id,
        state,
        letter,
    };
    change_case(data, change)
}

fn print_cases(data: &Path, only_open: bool) -> Result<(), FleetError> {
    let cases = list_cases(data, only_open)?;
    if cases.is_empty() {
        say(&mut std::io::stdout(), "no cases");
    }
    for case in &cases {
        say(&mut std::io::stdout(), &case_in_words_here(case));
    }
    if cases.len() >= CASES_LISTED_MAX as usize {
        let more = format!("fleet: these are the newest {CASES_LISTED_MAX}; there may be more");
        say(&mut std::io::stderr(), &more);
    }
    Ok(())
}

fn run_server(config: &Config, eid: Option<&Path>, board: Option<&Path>) -> Result<(), FleetError> {
    let eid = eid.map(EidDesk::read).transpose()?;
    let board = board.map(|file| BoardDesk::start(bulletin::Config::read(file)?, &config.data));
    let board = board.transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| FleetError::Io {
            doing: "starting the runtime",
            source,
        })?;
    runtime.block_on(async {
        let listen = config.listen;
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|source| FleetError::Listen { listen, source })?;
        let address = listener.local_addr().unwrap_or(listen);
        let watch = |kind| {
            signal(kind).map_err(|source| FleetError::Io {
                doing: "watching for signals",
                source,
            })
        };
        let mut interrupt = watch(SignalKind::interrupt())?;
        let mut terminate = watch(SignalKind::terminate())?;
        // Told only now: whoever reads it may end the server at once, and that must be heard.
        tracing::info!(%address, data = %config.data.display(), "listening");
        let shutdown = async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        serve(config, eid, board, listener, shutdown).await
    })
}

/// Prints a line; a closed pipe is no reason to panic.
fn say(to: &mut impl Write, text: &str) {
    let _ = writeln!(to, "{text}");
}

//! The production kiosk: reads its configuration, names the real devices, and draws on a bare DRM/KMS display.
//!
//! The main thread runs the screens, another one the loop of the visit ([`host::Host`]). Whatever goes wrong for good
//! ends the process with a line in the log: systemd starts it again (`schalter-kiosk.service`), and an empty terminal is
//! better than a dead picture. `docs/kiosk.md` tells how it is run.
mod backlight;
mod config;
mod devices;
mod display;
mod guard;
mod keys;
mod line;
mod payment;
mod printing;
mod services;
mod staff;

use config::Config;
use devices::Parts;
use drivers_api::voice::Voice;
use host::{Inbox, SharedVoice};
use screens::Screens;
use session::Input;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Where the configuration lies unless `--config` says otherwise.
const CONFIG_FILE: &str = "/etc/schalter/kiosk.toml";

const USAGE: &str = "usage: kiosk [--config FILE]";

/// Why the kiosk can't run, or can't go on. Each says what was being done, and with which file or device.
#[derive(Debug, thiserror::Error)]
enum Fault {
    /// The command line.
    #[error("{0}\n{USAGE}")]
    Arguments(String),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] config::ConfigFault),
    /// What the configuration names.
    #[error(transparent)]
    Parts(#[from] devices::PartsFault),
    /// No display, no input devices.
    #[error(transparent)]
    Display(#[from] display::DisplayFault),
}

fn main() -> ExitCode {
    log_to_stderr();
    guard::end_on_panic();
    guard::keep_memory_private();
    guard::lock_memory();
    match run() {
        Ok(()) => tracing::error!("the screens ended by themselves"),
        Err(fault) => tracing::error!("{}", guard::chain(&fault)),
    }
    ExitCode::FAILURE
}

fn run() -> Result<(), Fault> {
    let file = config_file(std::env::args_os().skip(1))?;
    let config = Config::read(&file)?;
    display::set_environment(&config.display)?;
    let parts = Parts::prepare(&config)?;
    let inbox = Inbox::default();
    let taps = inbox.sender();
    display::choose()?;
    let voice = SharedVoice::default();
    let speech = voice.clone();
    let screens = Screens::speaking(
        move |tap| taps.send(Input::Tap(tap)),
        move |said| speech.clone().give(said.into()),
    )
    .map_err(display::DisplayFault::Open)?;
    if let Err(fault) = screens.dress(parts.town()) {
        tracing::error!(
            error = &fault as &dyn std::error::Error,
            "the terminal's own crest stays"
        );
    }
    if let Some(night) = config.display.night
        && let Err(error) = backlight::follow(night)
    {
        tracing::error!(%error, "starting the thread \"backlight\"");
    }
    devices::start(parts, inbox, screens.handle(), voice)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "the kiosk is open");
    screens.run().map_err(display::DisplayFault::Lost)?;
    Ok(())
}

/// The journal takes stderr.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
}

fn config_file(mut arguments: impl Iterator<Item = OsString>) -> Result<PathBuf, Fault> {
    let mut file = PathBuf::from(CONFIG_FILE);
    while let Some(argument) = arguments.next() {
        if argument != "--config" {
            return Err(Fault::Arguments(format!("unknown argument {argument:?}")));
        }
        file = arguments
            .next()
            .ok_or_else(|| Fault::Arguments("--config needs a file".to_owned()))?
            .into();
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<PathBuf, String> {
        config_file(arguments.iter().map(OsString::from)).map_err(|fault| fault.to_string())
    }

    #[test]
    fn the_command_line_names_the_configuration() {
        assert_eq!(parsed(&[]), Ok(PathBuf::from("/etc/schalter/kiosk.toml")));
        assert_eq!(parsed(&["--config", "k.toml"]), Ok(PathBuf::from("k.toml")));
        assert_eq!(parsed(&["--config"]), Err(format!("--config needs a file\n{USAGE}")));
        assert_eq!(
            parsed(&["--help"]),
            Err(format!("unknown argument \"--help\"\n{USAGE}"))
        );
    }
}

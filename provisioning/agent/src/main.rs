//! The courier as a process: `agent --config FILE`.
use agent::{Config, Control};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const CONFIG_DEFAULT: &str = "/etc/schalter/agent.toml";

const USAGE: &str = "\
usage: agent [--config FILE]

Carries the sealed cases in the terminal's outbox to the backend. FILE is /etc/schalter/agent.toml when nothing is said:

    backend_url = \"https://fleet.example\"
    token_file = \"/etc/schalter/token\"         # as `fleet enrol NAME` printed it, not readable by others
    outbox = \"/var/lib/schalter/outbox.db\"
    socket = \"/run/schalter/agent.sock\"        # optional: the kiosk asks there, and calls for a person
    board = \"/var/lib/schalter/board.json\"     # optional: what the town tells, for the kiosk (docs/town-board.md)
    ca_file = \"/etc/schalter/ca.pem\"           # optional: a town's own root certificates
    proxy = \"http://proxy.example:3128\"        # optional

    [eid]                                      # optional: keys and certificates for identity cards (docs/eid-keys.md)
    folder = \"/var/lib/schalter/eid\"           # certificates and lists, shared with the kiosk
    socket = \"/run/schalter/signer.sock\"       # the kiosk gets signatures there
    first_holder = \"DETESTAT00001\"             # optional: of the very first key

    [eid.token]                                # optional: the security module here; without it, the backend's
    module = \"/usr/lib/softhsm/libsofthsm2.so\"
    label = \"Rathaus\"
    serial = \"5ad0c2f4b3e1a690\"                # optional
    pin_file = \"/run/credentials/schalter-agent.service/pin\"";

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .init();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let config = match arguments.as_slice() {
        [] => PathBuf::from(CONFIG_DEFAULT),
        ["--config", path] => PathBuf::from(path),
        ["--help" | "-h"] => return say(&mut std::io::stdout(), USAGE, ExitCode::SUCCESS),
        ["--version" | "-V"] => {
            return say(
                &mut std::io::stdout(),
                concat!("agent ", env!("CARGO_PKG_VERSION")),
                ExitCode::SUCCESS,
            );
        }
        _ => return say(&mut std::io::stderr(), USAGE, ExitCode::from(2)),
    };
    match run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("agent: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            say(&mut std::io::stderr(), &text, ExitCode::FAILURE)
        }
    }
}

fn run(config: &Path) -> Result<(), Box<dyn Error>> {
    let config = Config::read(config)?;
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    agent::run(&config, &Control::default(), &mut StdRng::from_seed(seed), |_| {})?;
    Ok(())
}

/// Prints a line; a closed pipe is no reason to panic.
fn say(to: &mut impl Write, text: &str, code: ExitCode) -> ExitCode {
    let _ = writeln!(to, "{text}");
    code
}

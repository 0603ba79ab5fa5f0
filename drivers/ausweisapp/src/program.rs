//! The program AusweisApp, started for us alone (AusweisApp SDK, "Integrated"): without windows, on a port of its own
//! choice, with a home folder of its own and nothing of our environment.
use core::time::Duration;
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;

/// How often an ending AusweisApp is looked after.
const END_GLANCE: Duration = Duration::from_millis(10);
/// After that many glances (3 s) it is killed.
const END_GLANCES_MAX: u32 = 300;

/// How AusweisApp is started.
#[derive(Clone, Debug)]
pub struct Program {
    /// `AusweisApp` (version 2), `AusweisApp2` (version 1, Debian 12); looked for in `PATH` when it is a bare name.
    pub executable: PathBuf,
    /// A program and its arguments that become AusweisApp by `exec`, keeping the process id; may be empty. On Linux
    /// `setpriv --pdeathsig KILL` ends AusweisApp with us however we end.
    pub launcher: Vec<OsString>,
    /// Its home and temporary folder; made if missing, for its owner only.
    pub folder: PathBuf,
    /// Variables beside the few that it gets anyway, such as `PCSCLITE_CSOCK_NAME`.
    pub environment: Vec<(OsString, OsString)>,
}

/// AusweisApp at work; ended on drop.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    temporary: PathBuf,
}

impl Program {
    pub(crate) fn start(&self) -> io::Result<Running> {
        let temporary = self.folder.join("tmp");
        for folder in [&self.folder, &temporary] {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        forget_ports(&temporary)?;
        let mut words = self
            .launcher
            .iter()
            .cloned()
            .chain([self.executable.clone().into_os_string()]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words);
        command.args([
            "--ui",
            "websocket",
            "--port",
            "0",
            "--address",
            "127.0.0.1",
            "--no-proxy",
            "--no-logfile",
        ]);
        // Variables that make AusweisApp answer by itself (AUSWEISAPP_AUTOMATIC_…) or let browsers in must not reach it.
        command.env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("QT_QPA_PLATFORM", "offscreen").env("LANG", "C.UTF-8");
        command.env("HOME", &self.folder);
        command.env("TMPDIR", &temporary).env("XDG_RUNTIME_DIR", &temporary);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn()?;
        Ok(Running { child, temporary })
    }
}

impl Running {
    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// The port that it has chosen, as soon as it listens there.
    pub(crate) fn port(&self) -> Option<u16> {
        ["AusweisApp", "AusweisApp2"].into_iter().find_map(|name| {
            let file = self.temporary.join(format!("{name}.{}.port", self.child.id()));
            fs::read_to_string(file)
                .ok()?
                .trim()
                .parse()
                .ok()
                .filter(|port| *port != 0)
        })
    }
}

impl Drop for Running {
    /// Asks it to end, so that it leaves the card as it should: a PC/SC service can keep a reader locked for a client
    /// that was killed in the middle of a command. One that doesn't listen is killed.
    #[allow(clippy::disallowed_methods, reason = "the end of a process can only be waited for")]
    fn drop(&mut self) {
        // It may have ended by itself: then there is nobody to ask.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        for _ in 0..END_GLANCES_MAX {
            if self.ended().is_some() {
                return;
            }
            sleep(END_GLANCE);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Process ids come again: a killed AusweisApp's port mustn't be taken for the next one's.
fn forget_ports(temporary: &Path) -> io::Result<()> {
    for entry in fs::read_dir(temporary)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "port") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

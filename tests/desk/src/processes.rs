//! A program with all its processes (its process group), and what they cost.
use crate::Fault;
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::read_to_string;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that was asked to end has ended after that; else it is killed.
const END_PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(20);
/// Clock ticks a second of `/proc/PID/stat` (`getconf CLK_TCK` on Linux).
const TICKS_PER_S: f64 = 100.0;

/// Ends with all its processes when it is dropped.
pub(crate) struct Processes {
    leader: Child,
    pub(crate) began: Instant,
}

impl Processes {
    #[allow(clippy::disallowed_methods)] // it measures
    pub(crate) fn start(command: &mut Command) -> Result<Self, Fault> {
        command.process_group(0).stdin(Stdio::null());
        let began = Instant::now();
        let leader = command
            .spawn()
            .map_err(|error| format!("starting {}: {error}", command.get_program().display()))?;
        Ok(Self { leader, began })
    }

    /// What it writes, for one who asks first.
    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.leader.stdout.take()
    }

    pub(crate) fn have_ended(&mut self) -> bool {
        !matches!(self.leader.try_wait(), Ok(None))
    }

    /// Memory that is theirs alone, and their part of what others use, too (`Pss`, proc_pid_smaps_rollup(5)).
    pub(crate) fn pss_mib(&self) -> Result<f64, Fault> {
        let mut kib = 0.0;
        for pid in self.pids()? {
            let path = format!("/proc/{pid}/smaps_rollup");
            let rollup = read_to_string(&path).map_err(|error| format!("reading {path}: {error}"))?;
            let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
            kib += pss.ok_or("no Pss")?.trim().trim_end_matches(" kB").parse::<f64>()?;
        }
        Ok(kib / 1024.0)
    }

    /// User and system time so far (proc_pid_stat(5), fields 14 and 15).
    pub(crate) fn cpu_s(&self) -> Result<f64, Fault> {
        let mut ticks = 0.0;
        for pid in self.pids()? {
            let fields = stat(&pid).ok_or("a process has ended")?;
            for at in [11, 12] {
                ticks += fields.get(at).ok_or("no ticks")?.parse::<f64>()?;
            }
        }
        Ok(ticks / TICKS_PER_S)
    }

    fn pids(&self) -> Result<Vec<String>, Fault> {
        let group = self.leader.id().to_string();
        let names = std::fs::read_dir("/proc")?.flatten().map(|entry| entry.file_name());
        let pids = names.filter_map(|name| name.into_string().ok());
        // the dead that nobody has asked for yet have no memory
        let belongs = |fields: Vec<String>| fields.get(2) == Some(&group) && fields.first().is_none_or(|at| at != "Z");
        Ok(pids.filter(|pid| stat(pid).is_some_and(belongs)).collect())
    }
}

impl Drop for Processes {
    #[allow(clippy::disallowed_methods)] // it waits
    fn drop(&mut self) {
        let group = i32::try_from(self.leader.id()).ok().and_then(Pid::from_raw);
        let tell = |signal| group.map(|group| kill_process_group(group, signal));
        // Whoever has ended takes no signals.
        let _ = tell(Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < END_PATIENCE {
            let ended = self.have_ended();
            if ended && self.pids().is_ok_and(|pids| pids.is_empty()) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        let _ = tell(Signal::KILL);
        let _ = self.leader.wait();
    }
}

/// The fields of `/proc/PID/stat` from the third (state) on.
fn stat(pid: &str) -> Option<Vec<String>> {
    pid.parse::<u32>().ok()?;
    let stat = read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields = stat.rsplit(')').next()?.split_whitespace();
    Some(fields.map(str::to_owned).collect())
}

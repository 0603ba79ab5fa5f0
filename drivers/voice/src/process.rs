//! Child processes: started without waiting for them, killed when dropped.
use core::time::Duration;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, pidfd_open, prlimit};
use std::io;
use std::os::fd::AsFd;
use std::process::{Child, ChildStdin, ChildStdout, Command};
use std::thread;

/// How long the end of a killed process is waited for, so that the next one finds the sound device free. One that hangs
/// in its driver takes longer; nobody waits for that.
const DEATH_PATIENCE: Duration = Duration::from_millis(100);

/// A running program. Dropping it kills it.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts a program that leaves no core file: what it holds may be somebody's name.
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        let process = Self {
            child: command.spawn()?,
        };
        if let Some(pid) = process.pid() {
            let none = Rlimit {
                current: Some(0),
                maximum: Some(0),
            };
            prlimit(Some(pid), Resource::Core, none)?;
        }
        Ok(process)
    }

    /// Its standard input; writing never waits.
    pub(crate) fn stdin(&mut self) -> io::Result<ChildStdin> {
        let pipe = self.child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(pipe)
    }

    /// Its standard output; reading never waits.
    pub(crate) fn stdout(&mut self) -> io::Result<ChildStdout> {
        let pipe = self.child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        rustix::io::ioctl_fionbio(&pipe, true)?;
        Ok(pipe)
    }

    /// Whether it has ended, and if so whether well.
    pub(crate) fn end(&mut self) -> io::Result<Option<bool>> {
        Ok(self.child.try_wait()?.map(|status| status.success()))
    }

    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // It may have ended just now; then there is nobody to kill.
        let _ = self.child.kill();
        if let Some(Ok(end)) = self.pid().map(|pid| pidfd_open(pid, PidfdFlags::empty())) {
            let patience = DEATH_PATIENCE.try_into().ok();
            let _ = poll(
                &mut [PollFd::from_borrowed_fd(end.as_fd(), PollFlags::IN)],
                patience.as_ref(),
            );
        }
        if matches!(self.child.try_wait(), Ok(None)) {
            tracing::warn!("a process doesn't die");
            let pid = self.child.id();
            // Somebody has to take note of its death, or it stays in the system's table for ever.
            let _ = thread::Builder::new().name("burial".to_owned()).spawn(move || {
                let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
                rustix::process::waitpid(pid, rustix::process::WaitOptions::empty())
            });
        }
    }
}

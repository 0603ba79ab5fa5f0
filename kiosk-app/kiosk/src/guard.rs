//! Keeps what a citizen types inside this process, and no longer than the visit, also when it ends badly.
use rustix::io::Errno;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
use std::alloc::System;
use zeroizing_alloc::ZeroAlloc;

/// What is freed is overwritten first, whoever had it: Slint's texts, buffers of JSON and PDF, places in channels.
/// `tests/desk/tests/memory_image` shows what would stay behind without it.
#[global_allocator]
static WIPING: ZeroAlloc<System> = ZeroAlloc(System);

/// Exit code after a panic, as Rust's own.
const PANICKED: i32 = 101;

/// Any panic, on whatever thread, ends the process: a screen without its loop is dead, a loop without its screen blind.
/// The log tells where it was. The message is left out, because it may quote what somebody typed.
pub(crate) fn end_on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed").to_owned();
        match panic.location() {
            Some(at) => tracing::error!(file = at.file(), line = at.line(), thread, "panic; the kiosk ends"),
            None => tracing::error!(thread, "panic; the kiosk ends"),
        }
        std::process::exit(PANICKED);
    }));
}

/// No core file, and no other process of the same user (the courier is one) may look into this one's memory: neither by
/// ptrace nor through `/proc` (prctl(2), `PR_SET_DUMPABLE`).
pub(crate) fn keep_memory_private() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "memory is not shielded from other processes");
    }
    if let Err(error) = setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    ) {
        tracing::warn!(%error, "core files are not switched off");
    }
}

/// What became of the wish to keep all memory out of the swap space.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Locked {
    /// All memory, now and in future.
    All,
    /// The limit (`RLIMIT_MEMLOCK`, bytes) is finite: a lock within it would make the kernel refuse memory later on, in the
    /// middle of a visit (mmap(2), `EAGAIN`).
    Limited(u64),
    /// The kernel refused.
    Refused(Errno),
}

/// Locks all memory, where the limit allows: what a citizen types isn't swapped to a disk. Pages are locked as they come
/// into use (`MCL_ONFAULT`), so the process gets no larger by it (mlockall(2)).
pub(crate) fn lock_memory() -> Locked {
    let limit = getrlimit(Resource::Memlock).maximum;
    let locked = lock_within(limit);
    match &locked {
        Locked::All => tracing::info!("memory is locked: it can't be swapped"),
        Locked::Limited(bytes) => tracing::warn!(bytes, "memory is not locked: LimitMEMLOCK is finite"),
        Locked::Refused(error) => tracing::warn!(%error, "memory is not locked"),
    }
    locked
}

fn lock_within(limit: Option<u64>) -> Locked {
    if let Some(bytes) = limit {
        return Locked::Limited(bytes);
    }
    let unlimited = Rlimit {
        current: None,
        maximum: None,
    };
    // Who can't raise the limit may be above it all the same (CAP_IPC_LOCK); the lock itself tells.
    let _ = setrlimit(Resource::Memlock, unlimited);
    match mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT) {
        Ok(()) => Locked::All,
        Err(error) => Locked::Refused(error),
    }
}

/// An error with all its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, ExitStatus};

    #[test]
    fn a_chain_names_every_cause_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("reading the key")]
        struct Outer(#[source] std::io::Error);
        let error = Outer(std::io::Error::other("the disk burns"));
        assert_eq!(chain(&error), "reading the key: the disk burns");
    }

    #[test]
    fn memory_is_private() {
        keep_memory_private();
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
        let core: Vec<&str> = limits
            .lines()
            .find(|line| line.starts_with("Max core file size"))
            .unwrap()
            .split_whitespace()
            .collect();
        assert_eq!(core[4..6], ["0", "0"]);
        assert_eq!(
            rustix::process::dumpable_behavior().unwrap(),
            DumpableBehavior::NotDumpable
        );
    }

    /// Tells a test that it runs in a process of its own, which it may change or end.
    const ALONE: &str = "SCHALTER_TEST_MAY_END_THE_PROCESS";

    /// Runs a test of this file in a process of its own; how it ended and what it said.
    fn alone(test: &str) -> (ExitStatus, String) {
        let me = Command::new(std::env::current_exe().unwrap())
            .args([&format!("guard::tests::{test}"), "--exact", "--nocapture"])
            .env(ALONE, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[me.stdout, me.stderr].concat()).into_owned();
        (me.status, said)
    }

    fn locked_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmLck:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Run for real by the test below.
    #[test]
    fn locks_its_memory() {
        const LATER: usize = 64 << 20; // more than any finite limit that is common
        if std::env::var_os(ALONE).is_none() {
            return;
        }
        assert_eq!(lock_within(Some(8 << 20)), Locked::Limited(8 << 20));
        assert_eq!(locked_kib(), 0, "a finite limit would refuse memory later");
        let locked = lock_within(None);
        let before = locked_kib();
        let later = std::hint::black_box(vec![1_u8; LATER]);
        assert_eq!(later.len(), LATER, "memory isn't refused");
        let grown = locked_kib() - before;
        match locked {
            Locked::All => assert!(before > 0 && grown >= 64 << 10, "{before} KiB, then {grown} more"),
            Locked::Refused(_) => assert_eq!((before, grown), (0, 0)),
            Locked::Limited(_) => panic!("{locked:?}"),
        }
    }

    #[test]
    fn memory_is_locked_where_the_limit_allows() {
        let (status, said) = alone("locks_its_memory");
        assert!(status.success() && said.contains("1 passed"), "{said}");
    }

    /// Run for real by the test below.
    #[test]
    fn panics_on_another_thread() {
        if std::env::var_os(ALONE).is_none() {
            return;
        }
        tracing_subscriber::fmt()
            .with_writer(std::io::stderr)
            .with_ansi(false)
            .init();
        end_on_panic();
        let citizen = String::from("Erika Mustermann");
        let loop_thread = std::thread::Builder::new().name("visit".to_owned());
        let gone = loop_thread
            .spawn(move || citizen.parse::<u32>().expect(&citizen))
            .unwrap()
            .join();
        panic!("the process went on after {gone:?}");
    }

    #[test]
    fn a_panic_on_any_thread_ends_the_process_and_quotes_nobody() {
        let (status, said) = alone("panics_on_another_thread");
        assert_eq!(status.code(), Some(PANICKED), "{said}");
        assert!(
            said.contains("panic; the kiosk ends") && said.contains("guard.rs") && said.contains("visit"),
            "{said}"
        );
        assert!(!said.contains("Mustermann") && !said.contains("went on"), "{said}");
    }
}

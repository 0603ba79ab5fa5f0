//! Keeps what a citizen types inside this process, also when it ends badly.
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

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

    /// Tells [`panics_on_another_thread`] that it runs in a process of its own, which it ends.
    const ALONE: &str = "SCHALTER_TEST_MAY_END_THE_PROCESS";

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
        let me = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["guard::tests::panics_on_another_thread", "--exact", "--nocapture"])
            .env(ALONE, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[me.stdout, me.stderr].concat()).into_owned();
        assert_eq!(me.status.code(), Some(PANICKED), "{said}");
        assert!(
            said.contains("panic; the kiosk ends") && said.contains("guard.rs") && said.contains("visit"),
            "{said}"
        );
        assert!(!said.contains("Mustermann") && !said.contains("went on"), "{said}");
    }
}

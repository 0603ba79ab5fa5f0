//! What a terminal does with its outbox.
use crate::held::{Held, NOW, acknowledgement, envelope, id, lookup, number};
use outbox::{Outbox, OutboxError, RESERVE_BYTES, Settled, Waiting, Withdrawal};
use powercut::{Disk, History};
use rand::RngExt;
use rand::rngs::StdRng;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};

/// Cases in a row that a full disk may refuse.
const REFUSED_MAX: u64 = 2;

/// One round in that many files so much that SQLite moves the log into the database by itself.
const LONG_ROUND_IN: u32 = 20;

/// The kiosk and the agent on one outbox, and somebody who reads or checkpoints beside them.
pub(crate) struct Terminal<'a> {
    path: PathBuf,
    disk: &'a Disk,
    history: &'a mut History<Held>,
    kiosk: Option<Outbox>,
    agent: Option<Outbox>,
    reader: Option<Connection>,
}

pub(crate) fn outbox_path(folder: &Path) -> PathBuf {
    folder.join("outbox.db")
}

/// The reserve as it lies there on most days; without bytes, which would only take time.
pub(crate) fn lay_reserve(folder: &Path, bytes: u64) {
    let file = std::fs::File::create(folder.join("outbox.db.reserve")).unwrap();
    file.set_len(bytes).unwrap();
}

impl<'a> Terminal<'a> {
    pub(crate) fn start(folder: &Path, disk: &'a Disk, history: &'a mut History<Held>) -> Result<Self, String> {
        lay_reserve(folder, RESERVE_BYTES);
        let mut terminal = Self {
            path: outbox_path(folder),
            disk,
            history,
            kiosk: None,
            agent: None,
            reader: None,
        };
        terminal.reopen(true, true)?;
        Ok(terminal)
    }

    pub(crate) fn run(&mut self, rng: &mut StdRng) -> Result<(), String> {
        let (steps, wants_long) = (rng.random_range(6..14), rng.random_ratio(1, LONG_ROUND_IN));
        if wants_long {
            self.fill_the_log()?;
        }
        for _ in 0..steps {
            self.step(rng)?;
        }
        Ok(())
    }

    fn step(&mut self, rng: &mut StdRng) -> Result<(), String> {
        let last = self.history.now().last_number();
        let waiting = self.history.now().waiting.clone();
        let any = (!waiting.is_empty()).then(|| waiting[rng.random_range(0..waiting.len().max(1))].number);
        match (rng.random_range(0..25), any) {
            (0..7, _) => self.file(last + 1).map_err(|error| format!("filing: {error:?}")),
            (7..12, Some(_)) => self.carry_away(rng.random_ratio(2, 3)),
            (12..16, Some(number)) => self.settle_otherwise(number, rng),
            (16 | 17, Some(number)) => self.withdraw(number, NOW + rng.random_range(0..600)).map(|_| ()),
            (18, Some(_)) => self.race(rng.random()),
            (19, _) if last > 0 => self.file_again(rng.random_range(1..=last)),
            (20, _) => {
                self.checkpoint(["PASSIVE", "FULL", "RESTART", "TRUNCATE"][rng.random_range(0..4)]);
                Ok(())
            }
            (21, _) => {
                self.reader = if self.reader.is_some() { None } else { Some(self.read()) };
                Ok(())
            }
            (22, _) => self.fill_the_disk(rng.random_range(0..60_000)),
            (23, _) => self.reopen(rng.random(), rng.random()),
            // All of them close: the log is moved into the database and deleted.
            _ => {
                self.reader = None;
                self.kiosk = None;
                self.agent = None;
                self.reopen(true, true)
            }
        }
    }

    /// Closes and opens; each sees what must be there, without a notice.
    fn reopen(&mut self, kiosk: bool, agent: bool) -> Result<(), String> {
        if agent {
            self.agent = None;
        }
        if kiosk {
            self.kiosk = None;
        }
        for (wanted, place) in [(kiosk, &mut self.kiosk), (agent, &mut self.agent)] {
            if wanted {
                let mut outbox = Outbox::open(&self.path).map_err(|error| format!("opening: {error:?}"))?;
                let notices = outbox.take_notices();
                if !notices.is_empty() {
                    return Err(format!("opening told {notices:?}"));
                }
                *place = Some(outbox);
            }
        }
        Ok(())
    }

    fn file(&mut self, number: u64) -> Result<(), OutboxError> {
        let envelope = envelope(number);
        let began = self.disk.now();
        self.kiosk.as_mut().unwrap().file(&envelope)?;
        let after = self.history.now().clone().filed(number);
        self.history.done(began, self.disk.now(), after);
        Ok(())
    }

    /// The courier's order: next, set out, send, settle. Without an answer it may lie at the backend, and is the next again.
    fn carry_away(&mut self, is_answered: bool) -> Result<(), String> {
        let Some(next) = self.next()? else { return Ok(()) };
        let number = number(next.envelope.submission_id);
        self.set_out(next, true)?;
        if !is_answered {
            return Ok(());
        }
        self.settle(number, number, Settled::Delivered)
    }

    /// What is due first, as the agent is handed it.
    fn next(&mut self) -> Result<Option<Waiting>, String> {
        let agent = self.agent.as_mut().unwrap();
        let next = agent
            .next(NOW)
            .map_err(|error| format!("asking for the next: {error:?}"))?;
        let shown = next.as_ref().map(|next| number(next.envelope.submission_id));
        let expected = self.history.now().due().next().map(|due| due.number);
        (shown == expected)
            .then_some(next)
            .ok_or_else(|| format!("{shown:?} is handed out instead of {expected:?}"))
    }

    /// The mark before the first byte; none for what no longer waits.
    fn set_out(&mut self, waiting: Waiting, waits: bool) -> Result<(), String> {
        let number = number(waiting.envelope.submission_id);
        let began = self.disk.now();
        match self.agent.as_mut().unwrap().set_out(waiting) {
            Ok(underway) if underway.is_some() == waits => {}
            other => return Err(format!("setting {number} out: {other:?}")),
        }
        if waits {
            let after = self.history.now().clone().set_out(number);
            self.history.done(began, self.disk.now(), after);
        }
        Ok(())
    }

    /// A citizen takes back a case that waits. True when it never left.
    fn withdraw(&mut self, number: u64, at: i64) -> Result<bool, String> {
        let began = self.disk.now();
        let kiosk = self.kiosk.as_mut().unwrap();
        let withdrawal = kiosk.withdraw(&lookup(number), id(number), at);
        let held = self.history.now();
        if !matches!(&withdrawal, Ok(withdrawal) if *withdrawal == held.withdrawal(number, at)) {
            return Err(format!("withdrawing {number}: {withdrawal:?}"));
        }
        let is_done = matches!(withdrawal, Ok(Withdrawal::Done(_)));
        if is_done {
            let after = held.clone().withdrawn(number, at);
            self.history.done(began, self.disk.now(), after);
        }
        Ok(is_done)
    }

    /// The agent has the next one in its hands when the citizen comes: of both, one is first.
    fn race(&mut self, is_citizen_first: bool) -> Result<(), String> {
        let Some(next) = self.next()? else { return Ok(()) };
        let number = number(next.envelope.submission_id);
        if is_citizen_first {
            let is_withdrawn = self.withdraw(number, NOW)?;
            return self.set_out(next, !is_withdrawn);
        }
        self.set_out(next, true)?;
        self.withdraw(number, NOW).map(|_| ())
    }

    /// The kiosk didn't hear that a case was filed. One that was set aside waits again; others stay where they are.
    fn file_again(&mut self, number: u64) -> Result<(), String> {
        let held = self.history.now();
        let is_there = held.waiting.iter().any(|waiting| waiting.number == number)
            || held.delivered.contains(&number)
            || held.withdrawn.iter().any(|(withdrawn, _)| *withdrawn == number);
        let filed = if is_there {
            self.kiosk.as_mut().unwrap().file(&envelope(number))
        } else {
            self.file(number)
        };
        filed.map_err(|error| format!("filing {number} again: {error:?}"))
    }

    /// The backend takes other bytes for it, or doesn't take it now, or never will.
    fn settle_otherwise(&mut self, number: u64, rng: &mut StdRng) -> Result<(), String> {
        match rng.random_range(0..3) {
            0 => self.settle(number, number + 1, Settled::SetAside),
            1 => {
                let until = NOW + rng.random_range(1..600);
                self.beside(
                    |agent| agent.postpone(id(number), until),
                    |held| held.postponed(number, until),
                )
            }
            _ => self.beside(
                |agent| agent.set_aside(id(number), "the authority doesn't know it", NOW),
                |held| held.set_aside(number),
            ),
        }
    }

    /// The backend answers, for the bytes of case `of`.
    fn settle(&mut self, number: u64, of: u64, expected: Settled) -> Result<(), String> {
        let began = self.disk.now();
        let agent = self.agent.as_mut().unwrap();
        let settled = agent.acknowledge(&acknowledgement(number, of), NOW);
        if !matches!(&settled, Ok(settled) if *settled == expected) {
            return Err(format!("settling {number}: {settled:?}"));
        }
        let held = self.history.now().clone();
        let after = match expected {
            Settled::Delivered => held.delivered(number),
            Settled::SetAside | Settled::Unknown => held.set_aside(number),
        };
        self.history.done(began, self.disk.now(), after);
        Ok(())
    }

    fn beside(
        &mut self,
        step: impl FnOnce(&mut Outbox) -> Result<bool, OutboxError>,
        after: impl FnOnce(Held) -> Held,
    ) -> Result<(), String> {
        let began = self.disk.now();
        let moved = step(self.agent.as_mut().unwrap());
        if !matches!(moved, Ok(true)) {
            return Err(format!("a step of the agent's: {moved:?}"));
        }
        let after = after(self.history.now().clone());
        self.history.done(began, self.disk.now(), after);
        Ok(())
    }

    fn read(&self) -> Connection {
        let reader = self.connect();
        reader.execute_batch("BEGIN; SELECT count(*) FROM waiting").unwrap();
        reader
    }

    /// Moves the log into the database, as far as a reader lets it.
    fn checkpoint(&self, manner: &str) {
        let sql = format!("PRAGMA wal_checkpoint({manner})");
        self.connect().query_row(&sql, [], |_| Ok(())).unwrap();
    }

    fn connect(&self) -> Connection {
        let connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        connection.busy_timeout(core::time::Duration::ZERO).unwrap();
        connection
    }

    /// Files until the disk takes no more; then one is taken back, and others are carried away, until it does again.
    fn fill_the_disk(&mut self, room: u64) -> Result<(), String> {
        // A reader would keep the log from being emptied.
        self.reader = None;
        self.disk.leave_room(Some(room)).unwrap();
        let mut refused = 0;
        for _ in 0..16 {
            // A number that was refused is filed again later.
            match self.file(self.history.now().last_number() + 1) {
                Ok(()) => {}
                Err(OutboxError::DiskFull { .. }) => refused += 1,
                Err(error) => return Err(format!("filing on a full disk: {error:?}")),
            }
            if refused == REFUSED_MAX {
                break;
            }
        }
        let newest = self.history.now().waiting.last().map(|waiting| waiting.number);
        if let Some(newest) = newest {
            self.withdraw(newest, NOW)?;
        }
        for _ in 0..3 {
            self.carry_away(true)?;
        }
        self.disk.leave_room(None).unwrap();
        Ok(())
    }

    fn fill_the_log(&mut self) -> Result<(), String> {
        const PAGES: i64 = 1_000;
        let mut filed = 0;
        while filed < PAGES {
            let number = self.history.now().last_number() + 1;
            self.file(number).map_err(|error| format!("filing: {error:?}"))?;
            filed += 7 + envelope(number).encrypted_data.len() as i64 / 4096;
            if self.history.now().waiting.len() > 5 {
                self.carry_away(true)?;
            }
        }
        Ok(())
    }
}

//! What must hold of an outbox after a cut.
use crate::held::{Held, NOW, Waiting, acknowledgement, envelope, id, lookup, number, told};
use crate::work::{lay_reserve, outbox_path};
use outbox::{Outbox, OutboxError, POSTPONE_S_MAX, RESERVE_BYTES, Settled, Withdrawal};
use rand::RngExt;
use rand::rngs::StdRng;
use rusqlite::{Connection, Row};
use std::path::Path;
use uuid::Uuid;

/// A case that is filed after the cut.
const NEW: u64 = 1 << 40;

/// Carrying everything away, one by one, takes time: after one cut in that many.
const EMPTIED_IN: u32 = 16;

/// Each withdrawal moves the log into the file: after one cut in that many.
const WITHDRAWN_IN: u32 = 4;

/// Opens what a cut left, compares it with what must be there, and files on.
pub(crate) fn look(folder: &Path, done: &Held, cut: Option<&Held>, rng: &mut StdRng) -> Result<Held, String> {
    lay_the_rest(folder, rng);
    let path = outbox_path(folder);
    let mut outbox = Outbox::open(&path).map_err(|error| format!("it doesn't open: {error:?}"))?;
    let told = |error: OutboxError| format!("asking it: {error:?}");
    is_quiet(&mut outbox)?;
    if outbox.path() != path {
        return Err("the file was replaced".to_owned());
    }
    let beside = Connection::open(&path).map_err(|error| error.to_string())?;
    let there = read(&beside).map_err(|error| format!("reading it: {error}"))?;
    let Some(is) = [Some(done), cut].into_iter().flatten().find(|held| **held == there) else {
        return Err(format!("{done:?} was done, {cut:?} was cut, and there is {there:?}"));
    };
    keeps_withdrawn(&mut outbox, is, rng)?;
    let left = withdraws(&mut outbox, is, rng)?;
    let mut found = outbox.find(usize::MAX, |_| true).map_err(told)?;
    found.reverse();
    if !found
        .into_iter()
        .eq(left.waiting.iter().map(|waiting| envelope(waiting.number)))
    {
        return Err("it finds other envelopes than were filed".to_owned());
    }
    if rng.random_ratio(1, EMPTIED_IN) {
        empty(&mut outbox, &left)?;
    } else {
        let next = outbox.next(NOW).map_err(told)?;
        is_as_filed(next.as_ref(), left.due().next())?;
    }
    outbox
        .file(&envelope(NEW))
        .map_err(|error| format!("it files nothing more: {error:?}"))?;
    let newest = outbox.find(1, |_| true).map_err(told)?;
    if newest != [envelope(NEW)] {
        return Err("what was filed after the cut isn't there".to_owned());
    }
    is_quiet(&mut outbox)?;
    drop(outbox);
    match beside.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)) {
        Ok(verdict) if verdict == "ok" => Ok(is.clone()),
        other => Err(format!("integrity_check says {other:?}")),
    }
}

/// What else a cut may leave: shared memory that nobody may believe, and the reserve, or half of it.
fn lay_the_rest(folder: &Path, rng: &mut StdRng) {
    if rng.random_ratio(1, 8) {
        let bytes: Vec<u8> = (0..32 * 1024).map(|_| rng.random()).collect();
        std::fs::write(folder.join("outbox.db-shm"), bytes).unwrap();
    }
    match rng.random_range(0..100) {
        0 => {}
        1 => lay_reserve(folder, rng.random_range(0..RESERVE_BYTES)),
        _ => lay_reserve(folder, RESERVE_BYTES),
    }
}

fn is_quiet(outbox: &mut Outbox) -> Result<(), String> {
    let notices = outbox.take_notices();
    if notices.is_empty() {
        Ok(())
    } else {
        Err(format!("staff is told {notices:?}"))
    }
}

/// What was taken back is told as such, also when it is taken back again, and doesn't wait when it is filed again.
fn keeps_withdrawn(outbox: &mut Outbox, held: &Held, rng: &mut StdRng) -> Result<(), String> {
    let failed = |error: OutboxError| format!("asking for what was withdrawn: {error:?}");
    for (number, at) in &held.withdrawn {
        let is = outbox.withdrawn(&lookup(*number), NOW).map_err(failed)?;
        if is != Some(told(*number, *at)) {
            return Err(format!("case {number} was withdrawn, and is told as {is:?}"));
        }
        outbox.file(&envelope(*number)).map_err(failed)?;
    }
    if held.withdrawn.is_empty() || !rng.random_ratio(1, WITHDRAWN_IN) {
        return Ok(());
    }
    let (number, at) = held.withdrawn[rng.random_range(0..held.withdrawn.len())];
    let again = outbox.withdraw(&lookup(number), id(number), NOW).map_err(failed)?;
    (again == Withdrawal::Done(told(number, at)))
        .then_some(())
        .ok_or_else(|| format!("case {number} was withdrawn, and again it is {again:?}"))
}

/// A citizen takes back one of those that wait: one that was set out stays, another is gone. What is left then.
fn withdraws(outbox: &mut Outbox, held: &Held, rng: &mut StdRng) -> Result<Held, String> {
    let failed = |error: OutboxError| format!("withdrawing: {error:?}");
    for waiting in &held.waiting {
        let number = waiting.number;
        let may_have_left = outbox.may_have_left(id(number)).map_err(failed)?;
        if may_have_left != held.set_out.contains(&number) {
            return Err(format!("that case {number} may have left is told as {may_have_left}"));
        }
    }
    if held.waiting.is_empty() || !rng.random_ratio(1, WITHDRAWN_IN) {
        return Ok(held.clone());
    }
    let number = held.waiting[rng.random_range(0..held.waiting.len())].number;
    let (is, expected) = (
        outbox.withdraw(&lookup(number), id(number), NOW).map_err(failed)?,
        held.withdrawal(number, NOW),
    );
    if is != expected {
        return Err(format!("case {number} is taken back: {is:?} instead of {expected:?}"));
    }
    Ok(match is {
        Withdrawal::Done(_) => held.clone().withdrawn(number, NOW),
        Withdrawal::MayHaveLeft | Withdrawal::Unknown => held.clone(),
    })
}

/// By the file's own tables: also what the queue doesn't tell, such as how long a record waits.
fn read(connection: &Connection) -> rusqlite::Result<Held> {
    let id = |row: &Row<'_>| -> rusqlite::Result<u64> { Ok(number(Uuid::from_bytes(row.get(0)?))) };
    let all = |sql| -> rusqlite::Result<Vec<u64>> { connection.prepare(sql)?.query_map([], id)?.collect() };
    let waiting = |row: &Row<'_>| {
        Ok(Waiting {
            number: id(row)?,
            attempts: row.get(1)?,
            until: row.get(2)?,
        })
    };
    let mut statement = connection.prepare("SELECT submission_id, attempts, not_before FROM waiting ORDER BY seq")?;
    Ok(Held {
        waiting: statement.query_map([], waiting)?.collect::<rusqlite::Result<_>>()?,
        set_aside: all("SELECT submission_id FROM set_aside ORDER BY seq")?,
        delivered: all("SELECT submission_id FROM delivered")?.into_iter().collect(),
        set_out: all("SELECT submission_id FROM set_out")?.into_iter().collect(),
        withdrawn: connection
            .prepare("SELECT submission_id, at FROM withdrawn ORDER BY seq")?
            .query_map([], |row| Ok((id(row)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?,
    })
}

/// Carries everything away: each is handed out as it was filed, those that were postponed last.
fn empty(outbox: &mut Outbox, held: &Held) -> Result<(), String> {
    let later = held
        .waiting
        .iter()
        .filter(|waiting| waiting.until > NOW)
        .map(|waiting| (NOW + POSTPONE_S_MAX, waiting));
    for (now, waiting) in held.due().map(|waiting| (NOW, waiting)).chain(later) {
        let next = outbox
            .next(now)
            .map_err(|error| format!("asking for the next: {error:?}"))?;
        is_as_filed(next.as_ref(), Some(waiting))?;
        match next.map(|next| outbox.set_out(next)) {
            Some(Ok(Some(_))) => {}
            other => return Err(format!("case {} can't be set out: {other:?}", waiting.number)),
        }
        match outbox.acknowledge(&acknowledgement(waiting.number, waiting.number), NOW) {
            Ok(Settled::Delivered) => {}
            other => return Err(format!("case {} can't be settled: {other:?}", waiting.number)),
        }
    }
    let counts = outbox.counts().map_err(|error| format!("counting: {error:?}"))?;
    let delivered = held.delivered.len() + held.waiting.len();
    if [counts.waiting, counts.delivered, counts.set_aside] != [0, delivered as u64, held.set_aside.len() as u64] {
        return Err(format!("{held:?} was carried away, and it counts {counts:?}"));
    }
    Ok(())
}

fn is_as_filed(is: Option<&outbox::Waiting>, expected: Option<&Waiting>) -> Result<(), String> {
    let shown = is.map(|is| (number(is.envelope.submission_id), is.attempts));
    if shown != expected.map(|waiting| (waiting.number, waiting.attempts)) {
        return Err(format!("{shown:?} is handed out instead of {expected:?}"));
    }
    match (is, expected) {
        (Some(is), Some(expected)) if is.body != envelope(expected.number).to_body().unwrap() => {
            Err(format!("case {} holds other bytes", expected.number))
        }
        _ => Ok(()),
    }
}

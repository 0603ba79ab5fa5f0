//! Submissions in SQLite: the body byte for byte, and what stands beside it.
use crate::pepper::Pepper;
use crate::sqlite::uuid_in;
use crate::{NewSubmission, Stored, Submission, cases, fees, receipts};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;
use wire::{Acknowledgement, Envelope, EnvelopeError, body_sha256};

/// The body as it is stored: without what finds the case again, which is kept hashed and nowhere else.
pub(crate) fn kept_body(new: &NewSubmission) -> Result<Vec<u8>, EnvelopeError> {
    match &new.envelope.follow_up {
        None => Ok(new.body.clone()),
        Some(_) => Envelope {
            follow_up: None,
            ..new.envelope.clone()
        }
        .to_body(),
    }
}

pub(crate) fn put(
    connection: &Connection,
    pepper: &Pepper,
    new: &NewSubmission,
    kept: &[u8],
    now: i64,
) -> rusqlite::Result<Stored> {
    let envelope = &new.envelope;
    let submission_id = envelope.submission_id;
    let sha256 = body_sha256(&new.body);
    let known = connection
        .prepare_cached("SELECT sha256, received_at FROM submissions WHERE submission_id = ?1")?
        .query_row([submission_id.as_bytes()], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })
        .optional()?;
    if let Some((stored_sha256, received_at)) = known {
        return Ok(match stored_sha256 == sha256 {
            true => Stored::Replayed(Acknowledgement {
                submission_id,
                sha256,
                received_at,
            }),
            false => Stored::Conflict,
        });
    }
    connection
        .prepare_cached(
            "INSERT INTO submissions
             (submission_id, terminal_id, destination_id, leika, filed_at, received_at, sha256, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            submission_id.as_bytes(),
            new.terminal_id.as_bytes(),
            envelope.destination_id.as_bytes(),
            envelope.leika,
            envelope.filed_at,
            now,
            sha256,
            kept
        ])?;
    let facts = envelope.follow_up.as_ref();
    cases::open(connection, pepper, submission_id, facts, now)?;
    if let Some(receipt) = facts.and_then(|facts| facts.receipt.as_ref()) {
        receipts::add(connection, pepper, submission_id, receipt)?;
    }
    if let Some(fee) = facts.and_then(|facts| facts.fee) {
        fees::add(connection, submission_id, fee, now)?;
    }
    Ok(Stored::New(Acknowledgement {
        submission_id,
        sha256,
        received_at: now,
    }))
}

pub(crate) fn find(connection: &Connection, submission_id: Uuid) -> rusqlite::Result<Option<Submission>> {
    let sql = "SELECT terminal_id, body, sha256, received_at FROM submissions WHERE submission_id = ?1";
    connection
        .prepare_cached(sql)?
        .query_row([submission_id.as_bytes()], |row| {
            let acknowledgement = Acknowledgement {
                submission_id,
                sha256: row.get(2)?,
                received_at: row.get(3)?,
            };
            Ok(Submission {
                terminal_id: uuid_in(row, 0)?,
                body: row.get(1)?,
                acknowledgement,
            })
        })
        .optional()
}

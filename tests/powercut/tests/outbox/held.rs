//! What the outbox must hold, as a test keeps count of it, and the envelopes by their numbers.
use std::collections::BTreeSet;
use uuid::Uuid;
use wire::{Acknowledgement, Envelope, body_sha256};

pub(crate) const NOW: i64 = 1_795_305_600;

/// Where each case is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// In the order they were filed.
    pub(crate) waiting: Vec<Waiting>,
    /// In the order it happened.
    pub(crate) set_aside: Vec<u64>,
    pub(crate) delivered: BTreeSet<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) number: u64,
    pub(crate) attempts: u32,
    pub(crate) until: i64,
}

impl Held {
    pub(crate) fn last_number(&self) -> u64 {
        let waiting = self.waiting.iter().map(|waiting| waiting.number);
        let others = self.set_aside.iter().chain(&self.delivered).copied();
        waiting.chain(others).max().unwrap_or(0)
    }

    pub(crate) fn filed(mut self, number: u64) -> Self {
        self.waiting.push(Waiting {
            number,
            attempts: 0,
            until: 0,
        });
        self
    }

    pub(crate) fn delivered(mut self, number: u64) -> Self {
        self.waiting.retain(|waiting| waiting.number != number);
        self.delivered.insert(number);
        self
    }

    pub(crate) fn set_aside(mut self, number: u64) -> Self {
        self.waiting.retain(|waiting| waiting.number != number);
        self.set_aside.push(number);
        self
    }

    pub(crate) fn postponed(mut self, number: u64, until: i64) -> Self {
        for waiting in self.waiting.iter_mut().filter(|waiting| waiting.number == number) {
            waiting.attempts += 1;
            waiting.until = until;
        }
        self
    }

    /// The waiting ones that are due, as they are handed out.
    pub(crate) fn due(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter().filter(|one| one.until <= NOW)
    }
}

pub(crate) fn id(number: u64) -> Uuid {
    Uuid::from_u128((0x0192_0000_0000_7000_8000_u128 << 48) | u128::from(number))
}

pub(crate) fn number(id: Uuid) -> u64 {
    (id.as_u128() & 0xffff_ffff_ffff) as u64
}

/// Every number has its own envelope: most in one page of the file, some over many.
pub(crate) fn envelope(number: u64) -> Envelope {
    let times = match number % 9 {
        4 => 800,
        8 => 5_000,
        _ => 50 + number as usize % 5 * 50,
    };
    let text = format!("{number:012}").repeat(times);
    Envelope {
        submission_id: id(number),
        destination_id: "9f6bb611-df46-494a-9a98-a253f1362dc7".parse().unwrap(),
        leika: "99115001060000".into(),
        service_version: "1.0.0".into(),
        filed_at: NOW,
        encrypted_data: format!("eyJh.a2V5.aXY.{text}.dGFn"),
        follow_up: None,
    }
}

pub(crate) fn acknowledgement(number: u64, of: u64) -> Acknowledgement {
    Acknowledgement {
        submission_id: id(number),
        sha256: body_sha256(&envelope(of).to_body().unwrap()),
        received_at: NOW,
    }
}

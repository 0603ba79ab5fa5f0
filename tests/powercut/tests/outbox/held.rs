//! What the outbox must hold, as a test keeps count of it, and the envelopes by their numbers.
use outbox::{Withdrawal, Withdrawn};
use std::collections::BTreeSet;
use uuid::Uuid;
use wire::case_status::CaseLookup;
use wire::{Acknowledgement, Envelope, FollowUp, body_sha256};

pub(crate) const NOW: i64 = 1_795_305_600;

/// Where each case is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// In the order they were filed.
    pub(crate) waiting: Vec<Waiting>,
    /// In the order it happened.
    pub(crate) set_aside: Vec<u64>,
    pub(crate) delivered: BTreeSet<u64>,
    /// May have left: from before the first byte until it is delivered.
    pub(crate) set_out: BTreeSet<u64>,
    /// Taken back, in the order it happened, and when.
    pub(crate) withdrawn: Vec<(u64, i64)>,
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
        let withdrawn = self.withdrawn.iter().map(|(number, _)| *number);
        let others = self.set_aside.iter().chain(&self.delivered).copied();
        waiting.chain(others).chain(withdrawn).max().unwrap_or(0)
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
        self.set_out.remove(&number);
        self.delivered.insert(number);
        self
    }

    pub(crate) fn set_out(mut self, number: u64) -> Self {
        self.set_out.insert(number);
        self
    }

    pub(crate) fn withdrawn(mut self, number: u64, at: i64) -> Self {
        self.waiting.retain(|waiting| waiting.number != number);
        self.withdrawn.push((number, at));
        self
    }

    /// What a citizen is told who takes back a case that waits.
    pub(crate) fn withdrawal(&self, number: u64, at: i64) -> Withdrawal {
        if self.set_out.contains(&number) {
            Withdrawal::MayHaveLeft
        } else {
            Withdrawal::Done(told(number, at))
        }
    }

    /// It may have left all the same: its mark stays.
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
        follow_up: Some(FollowUp {
            service: "wohnsitz".into(),
            case_lookup: lookup(number),
            card: None,
            receipt: None,
            fee: None,
        }),
    }
}

/// What the citizen asks with.
pub(crate) fn lookup(number: u64) -> CaseLookup {
    let mut bytes = [0xab; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    CaseLookup::from_bytes(bytes)
}

/// What is remembered of a case that was taken back.
pub(crate) fn told(number: u64, at: i64) -> Withdrawn {
    let envelope = envelope(number);
    Withdrawn {
        submission_id: envelope.submission_id,
        leika: envelope.leika,
        service: "wohnsitz".into(),
        filed_at: envelope.filed_at,
        at,
    }
}

pub(crate) fn acknowledgement(number: u64, of: u64) -> Acknowledgement {
    Acknowledgement {
        submission_id: id(number),
        sha256: body_sha256(&envelope(of).to_body().unwrap()),
        received_at: NOW,
    }
}

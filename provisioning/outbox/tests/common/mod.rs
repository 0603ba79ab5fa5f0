//! Envelopes for tests.
#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]
use uuid::Uuid;
use wire::case_status::CaseLookup;
use wire::{Acknowledgement, Envelope, FollowUp, body_sha256};

pub const NOW: i64 = 1_795_305_600;

pub fn envelope(number: u64) -> Envelope {
    Envelope {
        submission_id: Uuid::from_u128((0x0192_0000_0000_7000_8000u128 << 48) | u128::from(number)),
        destination_id: "9f6bb611-df46-494a-9a98-a253f1362dc7".parse().unwrap(),
        leika: "99115001060000".into(),
        service_version: "1.0.0".into(),
        filed_at: NOW,
        encrypted_data: format!("eyJh.a2V5.aXY.{}.dGFn", "Y3Q".repeat(500)),
        follow_up: None,
    }
}

pub fn ack(envelope: &Envelope) -> Acknowledgement {
    let body = envelope.to_body().unwrap();
    Acknowledgement {
        submission_id: envelope.submission_id,
        sha256: body_sha256(&body),
        received_at: NOW,
    }
}

pub fn id(number: u64) -> Uuid {
    envelope(number).submission_id
}

pub fn lookup(number: u64) -> CaseLookup {
    let mut bytes = [0xab; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    CaseLookup::from_bytes(bytes)
}

/// One that is found again under [`lookup`].
pub fn case(number: u64) -> Envelope {
    Envelope {
        follow_up: Some(FollowUp {
            service: "wohnsitz".into(),
            case_lookup: lookup(number),
            card: None,
            receipt: None,
            fee: None,
        }),
        ..envelope(number)
    }
}

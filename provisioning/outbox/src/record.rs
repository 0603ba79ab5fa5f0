//! One record: the request body byte for byte, and the checksum over it and its identifier.
use sha2::{Digest, Sha256};
use uuid::Uuid;
use wire::Envelope;

/// Separates our checksums from any other SHA-256.
const CHECKSUM_DOMAIN: &[u8] = b"schalter outbox record 1";

/// An envelope that waits to be carried away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What the record says.
    pub envelope: Envelope,
    /// The request body: exactly these bytes are sent on every try, also after an update of this program, since the
    /// backend tells a repetition by its bytes.
    pub body: Vec<u8>,
    /// How often it was postponed.
    pub attempts: u32,
}

/// A row as it was read, not yet believed.
pub(crate) struct RawRecord {
    pub(crate) seq: i64,
    pub(crate) attempts: i64,
    pub(crate) submission_id: Vec<u8>,
    pub(crate) checksum: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

/// Columns of [`RawRecord::from_row`], in its order.
pub(crate) const COLUMNS: &str = "seq, attempts, submission_id, checksum, body";

impl RawRecord {
    /// Takes a row whatever types its columns have: a damaged file keeps no promises.
    pub(crate) fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let bytes =
            |column| -> rusqlite::Result<Vec<u8>> { Ok(row.get_ref(column)?.as_bytes().unwrap_or_default().to_vec()) };
        Ok(Self {
            seq: row.get_ref(0)?.as_i64().unwrap_or_default(),
            attempts: row.get_ref(1)?.as_i64().unwrap_or_default(),
            submission_id: bytes(2)?,
            checksum: bytes(3)?,
            body: bytes(4)?,
        })
    }

    /// The identifier as it stands in the row.
    pub(crate) fn id(&self) -> Option<Uuid> {
        Uuid::from_slice(&self.submission_id).ok()
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.id()
            .is_some_and(|id| checksum(id, &self.body) == self.checksum.as_slice())
    }

    /// Believes the row if checksum, content and identifier fit each other.
    pub(crate) fn verify(self) -> Result<Waiting, &'static str> {
        if !self.is_sound() {
            return Err("the record doesn't fit its checksum");
        }
        let envelope = Envelope::from_body(&self.body).map_err(|_| "the record holds no envelope")?;
        if Some(envelope.submission_id) != self.id() {
            return Err("the record lies under another identifier");
        }
        Ok(Waiting {
            envelope,
            body: self.body,
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
        })
    }
}

pub(crate) fn checksum(submission_id: Uuid, body: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(CHECKSUM_DOMAIN);
    hasher.update(submission_id.as_bytes());
    hasher.update(body);
    hasher.finalize().into()
}

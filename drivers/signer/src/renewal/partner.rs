//! The authority that certifies the terminal, as TR-03129-1 and -3 see it from the terminal's side: one method for each
//! message. The web service, its SOAP and its mutual TLS are the agent's or the backend's; this is the door to them.
use crate::lists::ListKind;
use core::fmt;
use thiserror::Error;

/// The partner for certificates and lists: the Berechtigungs-CA, or the backend in front of it.
pub trait PkiPartner {
    /// RequestCertificate (TR-03129-3 4.2.1): `request` is TR-03110-3 C.2. Gives the certificates that came, in any order.
    fn request_certificate(&mut self, request: &[u8]) -> Result<Requested, PkiTrouble>;

    /// What came since by SendCertificates (TR-03129-3 4.2.4) in answer to that message; `None` when nothing yet.
    fn sent_certificates(&mut self, message_id: &str) -> Result<Option<Vec<Vec<u8>>>, PkiTrouble>;

    /// GetCertificates, once GetCACertificates (TR-03129-3 4.2.3): CVCA links and document verifiers.
    fn authority_certificates(&mut self) -> Result<Vec<Vec<u8>>, PkiTrouble>;

    /// GetCertificateDescription (TR-03129-3 4.2.5) for the hash in a terminal's certificate.
    fn certificate_description(&mut self, hash: &[u8]) -> Result<Vec<u8>, PkiTrouble>;

    /// GetBlockList (TR-03129-3 5.3.1): complete without `delta_base`, else what changed since the list of that
    /// identifier.
    fn block_list(&mut self, delta_base: Option<&[u8]>) -> Result<BlockListAnswer, PkiTrouble>;

    /// GetMasterList, GetDefectList (TR-03129-3 3.2.1, 3.2.3) or the authority's CRLs.
    fn list(&mut self, kind: ListKind) -> Result<Vec<u8>, PkiTrouble>;
}

/// Answer to RequestCertificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requested {
    /// `ok_cert_available`: here they are, DER each.
    Certificates(Vec<Vec<u8>>),
    /// `ok_syntax`: they follow by SendCertificates with that message identifier.
    Later {
        /// The identifier.
        message_id: String,
    },
}

/// Answer to GetBlockList.
#[derive(Clone, PartialEq, Eq)]
pub enum BlockListAnswer {
    /// `ok_no_update_needed`.
    UpToDate,
    /// `ok_list_available`: delta lists (added, removed), DER one after the other, in the order in which they apply.
    Deltas(Vec<u8>),
    /// `ok_complete_list`: a complete list, already loaded from its URL.
    Complete(Vec<u8>),
}

impl fmt::Debug for BlockListAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UpToDate => f.write_str("UpToDate"),
            Self::Deltas(bytes) => write!(f, "Deltas [{} bytes]", bytes.len()),
            Self::Complete(bytes) => write!(f, "Complete [{} bytes]", bytes.len()),
        }
    }
}

/// Why the partner gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PkiTrouble {
    /// No answer, or none that TLS let through.
    #[error("the authority can't be reached")]
    Unreachable,
    /// A return code that isn't `ok_…`.
    #[error("the authority refused: {0}")]
    Refused(ReturnCode),
    /// An answer that can't be understood.
    #[error("the authority's answer can't be understood")]
    Strange,
}

/// A return or status code of TR-03129-1 2.2.2 and TR-03129-3 3.1.2, 4.1.2, 5.1.2 that means a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnCode(&'static str);

impl ReturnCode {
    /// The holder reference was used before: the next one has to be taken.
    pub const HOLDER_REFERENCE_IN_USE: Self = Self("failure_certificate_holder_reference_in_use");

    /// Codes whose reason lies in a contract, a registration or a key; asking again soon changes nothing.
    const FOR_PEOPLE: [&'static str; 10] = [
        "failure_certificate_holder_inactive",
        "failure_certificate_holder_unknown",
        "failure_certification_authority_holder_unknown",
        "failure_domain_parameters",
        "failure_expired",
        "failure_inner_signature",
        "failure_outer_signature",
        "failure_not_authorized",
        "failure_request_not_accepted",
        "failure_sectorID_unknown",
    ];

    /// The others.
    const OTHERS: [&'static str; 11] = [
        "failure_certificate_holder_reference_in_use",
        "failure_cert_not_available",
        "failure_deltaBase_unknown",
        "failure_eContentType",
        "failure_incorrect_request",
        "failure_internal_error",
        "failure_list_not_available",
        "failure_messageID_unknown",
        "failure_other_error",
        "failure_synchronous_processing_not_possible",
        "failure_syntax",
    ];

    /// The code of that name; an unknown one becomes `failure_other_error`.
    pub fn from_name(name: &str) -> Self {
        let mut known = Self::FOR_PEOPLE.into_iter().chain(Self::OTHERS);
        Self(known.find(|code| *code == name).unwrap_or("failure_other_error"))
    }

    /// True when somebody has to do something about it.
    pub fn is_for_people(self) -> bool {
        Self::FOR_PEOPLE.contains(&self.0)
    }
}

impl fmt::Display for ReturnCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

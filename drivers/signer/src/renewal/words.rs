//! What the plan is made of.
use super::partner::PkiTrouble;
use crate::certificate::HolderReference;
use crate::chain::Refusal;
use crate::lists::ListKind;
use drivers_api::signer::SignerTrouble;
use thiserror::Error;

/// How often, how early, how patiently; all in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// A terminal certificate is renewed when less than this is left of it. Real ones live one to two days and are
    /// renewed daily (TR-03128-1 2.4.1.3).
    pub renew_before_s: u64,
    /// First pause after a failure; it doubles with each further one.
    pub retry_first_s: u64,
    /// Longest pause after failures.
    pub retry_max_s: u64,
    /// Pause after a refusal that people have to mend.
    pub retry_for_people_s: u64,
    /// How often to look for certificates that were promised for later.
    pub collect_every_s: u64,
    /// How long to look for them.
    pub collect_for_s: u64,
    /// How long a new certificate has to be usable before the old key is destroyed: visits under way still use it.
    pub retire_after_s: u64,
    /// How often to ask what changed in the blocklist.
    pub blocklist_s: u64,
    /// How often to load it completely, whatever changed.
    pub blocklist_complete_s: u64,
    /// An older blocklist turns reading off.
    pub blocklist_age_max_s: u64,
    /// How often to ask for master list, defect list and CRLs.
    pub lists_s: u64,
    /// How often to ask for CVCA links and document verifiers.
    pub authorities_s: u64,
}

impl Default for Schedule {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        Self {
            renew_before_s: 20 * HOUR,
            retry_first_s: MINUTE,
            retry_max_s: HOUR,
            retry_for_people_s: 6 * HOUR,
            collect_every_s: MINUTE,
            collect_for_s: 6 * HOUR,
            retire_after_s: HOUR,
            blocklist_s: 15 * MINUTE,
            blocklist_complete_s: 24 * HOUR,
            blocklist_age_max_s: 24 * HOUR,
            lists_s: 2 * HOUR,
            authorities_s: 24 * HOUR,
        }
    }
}

/// Something that goes on by itself; at most one [`Action`] of each is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// The terminal's certificate.
    Terminal,
    /// Its description.
    Description,
    /// Destroying a key that is no longer used.
    Retire,
    /// CVCA links and document verifiers.
    Authorities,
    /// The blocklist.
    Blocklist,
    /// Another list.
    List(ListKind),
}

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make a key for `holder` unless there is one, and ask for its certificate; the request is signed by the key of
    /// `known` too, which is `None` for the first certificate.
    RequestCertificate {
        /// Holder reference of the new key.
        holder: HolderReference,
        /// Holder reference of the present one.
        known: Option<HolderReference>,
    },
    /// Look whether the promised certificate came.
    CollectCertificate {
        /// Holder reference of the new key.
        holder: HolderReference,
        /// Of the answer that promised it.
        message_id: String,
    },
    /// Fetch the description with that hash.
    FetchDescription {
        /// The hash.
        hash: Vec<u8>,
    },
    /// Destroy the key and take its certificate out of the set.
    RetireKey {
        /// Whose.
        holder: HolderReference,
    },
    /// Fetch CVCA links and document verifiers.
    FetchAuthorities,
    /// Fetch the blocklist, or what changed in it.
    FetchBlocklist {
        /// The whole list.
        is_complete: bool,
    },
    /// Fetch another list.
    FetchList(ListKind),
}

impl Action {
    /// The task it belongs to.
    pub fn task(&self) -> Task {
        match self {
            Self::RequestCertificate { .. } | Self::CollectCertificate { .. } => Task::Terminal,
            Self::FetchDescription { .. } => Task::Description,
            Self::RetireKey { .. } => Task::Retire,
            Self::FetchAuthorities => Task::Authorities,
            Self::FetchBlocklist { .. } => Task::Blocklist,
            Self::FetchList(kind) => Task::List(*kind),
        }
    }
}

/// How an action ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Done,
    /// The certificate will come later.
    Promised {
        /// Under this message identifier.
        message_id: String,
    },
    /// The promised certificate isn't there yet.
    NotYet,
    /// A complete blocklist came; TR-03129-3 5.1.1 wants the changes since then at once.
    CompleteBlocklist,
    /// The holder reference was used before.
    HolderInUse,
    /// Badly.
    Failed(Cause),
}

/// Why an action failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Cause {
    /// The authority.
    #[error(transparent)]
    Pki(#[from] PkiTrouble),
    /// The key.
    #[error(transparent)]
    Signer(#[from] SignerTrouble),
    /// What came is not what may come in.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// A list that isn't genuine, a certificate that can't be read, a description nobody asked for.
    #[error("what the authority sent can't be used: {0}")]
    Unusable(String),
    /// The folder.
    #[error("{0}")]
    Store(String),
}

impl Cause {
    /// True when asking again soon changes nothing.
    pub fn is_for_people(&self) -> bool {
        match self {
            Self::Pki(PkiTrouble::Refused(code)) => code.is_for_people(),
            Self::Signer(SignerTrouble::Refused | SignerTrouble::UnknownHolder) | Self::Refusal(_) => true,
            Self::Pki(PkiTrouble::Unreachable | PkiTrouble::Strange)
            | Self::Signer(SignerTrouble::Unreachable)
            | Self::Unusable(_)
            | Self::Store(_) => false,
        }
    }
}

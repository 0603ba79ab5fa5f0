//! How things stand, in the words of staff.
use serde::{Deserialize, Serialize};
use signer::lists::ListKind;
use signer::renewal::{Health, Task, Trouble};

/// Every code of a notice; `docs/failure-codes.md` explains each.
pub const NOTICE_CODES: [&str; 9] = [
    "A-101", "A-102", "A-103", "A-104", "A-105", "A-106", "A-107", "A-108", "A-109",
];

/// So often something that people can't mend fails in a row before it is told: a line that is away for a moment is no
/// news.
pub const FAILURES_BEFORE_NOTICE: u32 = 3;

/// How reading identity cards stands. Times are seconds since 1970-01-01 UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EidState {
    /// Cards can be read. Everything else of the terminal doesn't depend on it.
    pub is_on: bool,
    /// The first second at which cards won't accept the terminal any more.
    pub valid_until: Option<u64>,
    /// When the next certificate will be asked for.
    pub next_renewal: Option<u64>,
    /// What staff should know, the worst first.
    pub notices: Vec<EidNotice>,
}

/// Something that staff should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EidNotice {
    /// One of [`NOTICE_CODES`].
    pub code: String,
    /// What it is, in a sentence.
    pub text: String,
}

impl EidNotice {
    pub(super) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            text: text.into(),
        }
    }

    /// Folder or socket can't be used.
    pub(super) fn not_open(why: &str) -> Self {
        Self::new(
            "A-108",
            format!("folder or socket for identity cards can't be used: {why}"),
        )
    }

    /// Key or authority hang.
    pub(super) fn hanging(seconds: u64) -> Self {
        Self::new(
            "A-109",
            format!("security module or backend haven't answered for {seconds} s"),
        )
    }
}

impl EidState {
    /// Off, because of that.
    pub(super) fn off(notice: EidNotice) -> Self {
        Self {
            is_on: false,
            valid_until: None,
            next_renewal: None,
            notices: vec![notice],
        }
    }

    pub(super) fn of(health: &Health) -> Self {
        Self {
            is_on: health.is_eid_on(),
            valid_until: health.valid_until.map(|at| at.0),
            next_renewal: health.next_renewal.map(|at| at.0),
            notices: health.trouble.iter().filter_map(notice).collect(),
        }
    }

    /// Says in the journal what is new against `before`.
    pub(super) fn tell(&self, before: Option<&Self>) {
        let was_on = before.map(|before| before.is_on);
        if was_on != Some(self.is_on) {
            if self.is_on {
                tracing::info!(valid_until = self.valid_until, "identity cards can be read");
            } else {
                tracing::error!("identity cards can't be read; everything else goes on");
            }
        }
        let knew = |notice: &EidNotice| before.is_some_and(|before| before.notices.contains(notice));
        for notice in self.notices.iter().filter(|notice| !knew(notice)) {
            tracing::error!(code = notice.code, "{}", notice.text);
        }
    }
}

fn notice(trouble: &Trouble) -> Option<EidNotice> {
    let (code, text) = match trouble {
        Trouble::NoCertificate => ("A-101", "this terminal has no certificate".to_owned()),
        Trouble::NotValid => ("A-102", "the terminal's certificate isn't valid now".to_owned()),
        Trouble::NoDescription => (
            "A-103",
            "the text that citizens have to be shown before their PIN isn't there".to_owned(),
        ),
        Trouble::NoBlocklist => ("A-104", "there is no list of blocked cards".to_owned()),
        Trouble::BlocklistOld { .. } => ("A-105", "the list of blocked cards is too old".to_owned()),
        Trouble::Failing { failures, cause, .. } if *failures < FAILURES_BEFORE_NOTICE && !cause.is_for_people() => {
            return None;
        }
        // Kept for people who look at it; nothing depends on it, and not every authority has one.
        Trouble::Failing {
            task: Task::List(ListKind::DefectList),
            ..
        } => return None,
        // How often is left out: the same trouble is the same notice.
        Trouble::Failing { task, cause, .. } => match task {
            Task::Terminal | Task::Description | Task::Retire => {
                ("A-106", format!("renewing the certificate fails: {cause}"))
            }
            Task::Authorities | Task::Blocklist | Task::List(_) => {
                ("A-107", format!("fetching {} fails: {cause}", name(*task)))
            }
        },
    };
    Some(EidNotice::new(code, text))
}

fn name(task: Task) -> &'static str {
    match task {
        Task::Authorities => "the authorities' certificates",
        Task::List(kind) => kind.file_name(),
        Task::Blocklist => "the list of blocked cards",
        Task::Terminal | Task::Description | Task::Retire => "the certificate",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signer::SignerTrouble;
    use signer::renewal::{Cause, PkiTrouble};
    use signer::time::UnixTime;

    #[test]
    fn every_code_is_used_and_explained() {
        let failing = |task, failures, cause| Trouble::Failing { task, failures, cause };
        let away = || Cause::Pki(PkiTrouble::Unreachable);
        let troubles = [
            Trouble::NoCertificate,
            Trouble::NotValid,
            Trouble::NoDescription,
            Trouble::NoBlocklist,
            Trouble::BlocklistOld {
                confirmed_at: UnixTime(0),
            },
            failing(Task::Terminal, 1, Cause::Signer(SignerTrouble::Refused)),
            failing(Task::List(ListKind::Crl), 3, away()),
        ];
        let mut notices: Vec<EidNotice> = troubles.iter().filter_map(notice).collect();
        notices.extend([EidNotice::not_open("x"), EidNotice::hanging(5)]);
        let codes: Vec<&str> = notices.iter().map(|notice| notice.code.as_str()).collect();
        assert_eq!(codes, NOTICE_CODES);
        assert_eq!(notice(&failing(Task::Blocklist, 2, away())), None);
        assert_eq!(notice(&failing(Task::List(ListKind::DefectList), 9, away())), None);
        let root = std::env::var("CARGO_MANIFEST_DIR").unwrap();
        let table = std::fs::read_to_string(format!("{root}/../../docs/failure-codes.md")).unwrap();
        for code in NOTICE_CODES {
            assert!(table.contains(&format!("| {code} |")), "{code}");
        }
    }
}

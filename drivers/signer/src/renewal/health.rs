//! How things stand, for staff and for the question whether eID services may be offered at all.
use super::words::{Cause, Task};
use super::{Renewal, newest};
use crate::chain::Chain;
use crate::lists::ListKind;
use crate::time::UnixTime;

/// How the terminal's certificate and lists stand. Everything else of the kiosk goes on, whatever is said here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Until when cards will accept the terminal (first second they won't); `None` when they don't now.
    pub valid_until: Option<UnixTime>,
    /// When the next certificate will be asked for; `None` when nothing can be asked for.
    pub next_renewal: Option<UnixTime>,
    /// What staff should know, the worst first.
    pub trouble: Vec<Trouble>,
}

/// Something that staff should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no certificate for this terminal. eID services are off.
    NoCertificate,
    /// The certificate, or its document verifier's, has expired or isn't valid yet. eID services are off.
    NotValid,
    /// The text that citizens have to be shown before their PIN isn't there (PAuswG §18(4)). eID services are off.
    NoDescription,
    /// There is no blocklist. eID services are off.
    NoBlocklist,
    /// The blocklist is older than allowed. eID services are off.
    BlocklistOld {
        /// When it was known to be the newest.
        confirmed_at: UnixTime,
    },
    /// Something fails again and again.
    Failing {
        /// What.
        task: Task,
        /// How often in a row.
        failures: u32,
        /// Why the last time.
        cause: Cause,
    },
}

impl Trouble {
    /// True when cards may not be read while this lasts.
    pub fn turns_eid_off(&self) -> bool {
        match self {
            Self::NoCertificate
            | Self::NotValid
            | Self::NoDescription
            | Self::NoBlocklist
            | Self::BlocklistOld { .. } => true,
            Self::Failing { .. } => false,
        }
    }
}

impl Health {
    /// True when cards may be read with this terminal's certificate.
    pub fn is_eid_on(&self) -> bool {
        self.valid_until.is_some() && !self.trouble.iter().any(Trouble::turns_eid_off)
    }
}

impl Renewal {
    /// How things stand.
    pub fn health(&self, now: UnixTime, chain: &Chain) -> Health {
        let usable = chain.terminal_at(now);
        let valid_until = usable.map(|terminal| {
            let verifier = chain
                .verifier_of(terminal)
                .map_or(terminal.expires(), |verifier| verifier.expires());
            terminal.expires().min(verifier).end()
        });
        let mut trouble = Vec::new();
        if usable.is_none() {
            let undescribed = |now: UnixTime| {
                chain
                    .terminals()
                    .any(|terminal| terminal.is_valid_at(now) && !chain.is_described(terminal))
            };
            trouble.push(match newest(chain) {
                None => Trouble::NoCertificate,
                Some(_) if undescribed(now) => Trouble::NoDescription,
                Some(_) => Trouble::NotValid,
            });
        }
        match self.blocklist_confirmed_at() {
            None => trouble.push(Trouble::NoBlocklist),
            Some(confirmed_at) if now.since(confirmed_at) > self.schedule.blocklist_age_max_s => {
                trouble.push(Trouble::BlocklistOld { confirmed_at });
            }
            Some(_) => {}
        }
        let failing = self.timers.iter().filter_map(|(task, timer)| {
            let cause = timer.cause.clone()?;
            Some(Trouble::Failing {
                task: *task,
                failures: timer.failures,
                cause,
            })
        });
        trouble.extend(failing);
        let not_before = self.timers.get(&Task::Terminal).map_or(UnixTime(0), |timer| timer.due);
        let next_renewal = self.renewal_due(chain).map(|due| due.max(not_before).max(now));
        Health {
            valid_until,
            next_renewal,
            trouble,
        }
    }

    /// When the blocklist was last known to be the newest.
    fn blocklist_confirmed_at(&self) -> Option<UnixTime> {
        let loaded = *self.fetched.get(&ListKind::Blocklist)?;
        Some(
            self.fetched
                .get(&ListKind::BlocklistDeltas)
                .map_or(loaded, |deltas| loaded.max(*deltas)),
        )
    }
}

//! When to ask for what. [`Renewal`] plans and has no clock, no network and no disk; [`carry_out`] does what it planned
//! and reports back.
//!
//! The plan follows from the certificates that are there, not from a memory of what was done: after a crash or a
//! restart it is made anew. A key is retired only when a certificate that came in through [`Chain::accept`] and lasts
//! longer than the old one has been usable for a while.
mod carry_out;
mod health;
mod partner;
mod words;

pub use carry_out::{ListCheck, Tools, carry_out};
pub use health::{Health, Trouble};
pub use partner::{BlockListAnswer, PkiPartner, PkiTrouble, Requested, ReturnCode};
pub use words::{Action, Cause, Outcome, Schedule, Task};

use crate::certificate::{CvCertificate, HolderReference};
use crate::chain::Chain;
use crate::lists::ListKind;
use crate::time::UnixTime;
use std::collections::BTreeMap;

/// The plan. Ask [`Renewal::plan`] at [`Renewal::deadline`], carry out what it says, and report each action's end to
/// [`Renewal::handle`].
#[derive(Debug)]
pub struct Renewal {
    schedule: Schedule,
    first_holder: Option<HolderReference>,
    timers: BTreeMap<Task, Timer>,
    fetched: BTreeMap<ListKind, UnixTime>,
    asked: Option<Asked>,
    /// The certificate that is in use and since when.
    in_use: Option<(HolderReference, UnixTime)>,
}

/// When a task's next action may begin.
#[derive(Debug, Default)]
struct Timer {
    due: UnixTime,
    is_running: bool,
    failures: u32,
    cause: Option<Cause>,
}

/// A key for which a certificate is being asked.
#[derive(Debug)]
struct Asked {
    holder: HolderReference,
    promised: Option<(String, UnixTime)>,
}

impl Renewal {
    /// A plan. `first_holder` names the key for the very first certificate, while there is none; `confirmed_at` tells
    /// how old the lists on disk are.
    pub fn new(
        schedule: Schedule,
        first_holder: Option<HolderReference>,
        confirmed_at: impl Fn(ListKind) -> Option<UnixTime>,
    ) -> Self {
        let fetched = ListKind::ALL
            .into_iter()
            .filter_map(|kind| Some((kind, confirmed_at(kind)?)))
            .collect();
        Self {
            schedule,
            first_holder,
            timers: BTreeMap::new(),
            fetched,
            asked: None,
            in_use: None,
        }
    }

    /// What to do now; each action counts as under way until [`Renewal::handle`] hears of its end.
    pub fn plan(&mut self, now: UnixTime, chain: &Chain) -> Vec<Action> {
        self.note_use(now, chain);
        let planned = self.wanted(now, chain);
        let free = |action: &Action| {
            self.timers
                .get(&action.task())
                .is_none_or(|t| !t.is_running && t.due <= now)
        };
        let planned: Vec<Action> = planned.into_iter().filter(free).collect();
        for action in &planned {
            self.timers.entry(action.task()).or_default().is_running = true;
            if let Action::RequestCertificate { holder, .. } = action {
                self.asked = Some(Asked {
                    holder: holder.clone(),
                    promised: None,
                });
            }
        }
        planned
    }

    /// Hears how an action ended.
    pub fn handle(&mut self, action: &Action, outcome: Outcome, now: UnixTime) {
        let mut timer = self.timers.remove(&action.task()).unwrap_or_default();
        timer.is_running = false;
        let mut pause_s = 0;
        match outcome {
            Outcome::Done | Outcome::CompleteBlocklist => {
                timer = Timer::default();
                if *action == Action::FetchAuthorities {
                    pause_s = self.schedule.authorities_s;
                }
                self.note_done(action, outcome == Outcome::CompleteBlocklist, now);
            }
            Outcome::Promised { message_id } => {
                timer = Timer::default();
                pause_s = self.schedule.collect_every_s;
                if let Some(asked) = &mut self.asked {
                    asked.promised = Some((message_id, now));
                }
            }
            Outcome::NotYet => pause_s = self.schedule.collect_every_s,
            Outcome::HolderInUse => {
                pause_s = self.schedule.retry_first_s;
                if let Some(asked) = &mut self.asked {
                    *asked = Asked {
                        holder: asked.holder.next(),
                        promised: None,
                    };
                }
            }
            Outcome::Failed(cause) => {
                let doubled = self.schedule.retry_first_s.saturating_mul(1 << timer.failures.min(20));
                pause_s = if cause.is_for_people() {
                    self.schedule.retry_for_people_s
                } else {
                    doubled.min(self.schedule.retry_max_s)
                };
                timer.failures = timer.failures.saturating_add(1);
                timer.cause = Some(cause);
            }
        }
        timer.due = now.after(pause_s);
        self.timers.insert(action.task(), timer);
    }

    /// When to ask for a plan again, unless a report comes earlier.
    pub fn deadline(&self, now: UnixTime, chain: &Chain) -> UnixTime {
        let running = |task: Task| self.timers.get(&task).is_some_and(|timer| timer.is_running);
        let not_before = |task: Task| self.timers.get(&task).map_or(UnixTime(0), |timer| timer.due);
        let wanted = self.wanted(now, chain).into_iter().map(|action| (action.task(), now));
        let later = self
            .periodic_dues()
            .chain(self.renewal_due(chain).map(|due| (Task::Terminal, due)));
        let retire = self
            .in_use
            .iter()
            .map(|(_, since)| (Task::Retire, since.after(self.schedule.retire_after_s)));
        let later = later.chain(retire.filter(|_| chain.terminals().count() > 1));
        let dues = wanted.chain(later).filter(|(task, _)| !running(*task));
        let earliest = dues.map(|(task, due)| due.max(not_before(task))).min();
        earliest.unwrap_or(now.after(self.schedule.blocklist_s))
    }

    /// Everything that is called for now, whether a pause forbids it or not.
    fn wanted(&self, now: UnixTime, chain: &Chain) -> Vec<Action> {
        let mut wanted: Vec<Action> = self.for_terminal(now, chain).into_iter().collect();
        let undescribed = chain.terminals().filter(|terminal| !chain.is_described(terminal));
        let hash = undescribed
            .max_by_key(|terminal| terminal.expires())
            .and_then(CvCertificate::description_hash);
        wanted.extend(hash.map(|hash| Action::FetchDescription { hash: hash.to_vec() }));
        wanted.extend(self.superseded(now, chain).map(|holder| Action::RetireKey { holder }));
        for (task, _) in self.periodic_dues().filter(|(_, due)| *due <= now) {
            wanted.extend(match task {
                Task::Blocklist => Some(Action::FetchBlocklist {
                    is_complete: self.needs_complete_blocklist(now),
                }),
                Task::List(kind) => Some(Action::FetchList(kind)),
                Task::Authorities => Some(Action::FetchAuthorities),
                Task::Terminal | Task::Description | Task::Retire => None,
            });
        }
        wanted
    }

    fn for_terminal(&self, now: UnixTime, chain: &Chain) -> Option<Action> {
        if let Some(Asked {
            holder,
            promised: Some((message_id, since)),
        }) = &self.asked
            && now.since(*since) < self.schedule.collect_for_s
        {
            return Some(Action::CollectCertificate {
                holder: holder.clone(),
                message_id: message_id.clone(),
            });
        }
        if self.renewal_due(chain).is_none_or(|due| due > now) {
            return None;
        }
        let newest = newest(chain);
        let next = newest
            .map(|newest| newest.holder().next())
            .or(self.first_holder.clone());
        let holder = self.asked.as_ref().map(|asked| asked.holder.clone()).or(next)?;
        Some(Action::RequestCertificate {
            holder,
            known: newest.map(|newest| newest.holder().clone()),
        })
    }

    /// When the terminal's certificate has to be renewed; `None` when there is nothing to renew and no first holder.
    fn renewal_due(&self, chain: &Chain) -> Option<UnixTime> {
        match newest(chain) {
            Some(newest) => Some(newest.expires().end().before(self.schedule.renew_before_s)),
            None => self.first_holder.as_ref().map(|_| UnixTime(0)),
        }
    }

    /// A terminal's certificate that was followed by one which has been in use for a while.
    fn superseded(&self, now: UnixTime, chain: &Chain) -> Option<HolderReference> {
        let (holder, since) = self.in_use.as_ref()?;
        let successor = chain.terminal_at(now).filter(|terminal| terminal.holder() == holder)?;
        if now.since(*since) < self.schedule.retire_after_s {
            return None;
        }
        let is_older = |terminal: &&CvCertificate| {
            terminal.holder() != holder
                && terminal.expires().end() <= successor.expires().end()
                && terminal.effective() <= successor.effective()
        };
        chain
            .terminals()
            .find(is_older)
            .map(|terminal| terminal.holder().clone())
    }

    fn needs_complete_blocklist(&self, now: UnixTime) -> bool {
        let loaded = self.fetched.get(&ListKind::Blocklist);
        loaded.is_none_or(|loaded| now.since(*loaded) >= self.schedule.blocklist_complete_s)
    }

    /// Tasks that come back after a time, and when they are due next.
    fn periodic_dues(&self) -> impl Iterator<Item = (Task, UnixTime)> {
        let lists = [ListKind::MasterList, ListKind::DefectList, ListKind::Crl]
            .into_iter()
            .map(|kind| {
                let due = self
                    .fetched
                    .get(&kind)
                    .map_or(UnixTime(0), |at| at.after(self.schedule.lists_s));
                (Task::List(kind), due)
            });
        // A complete list alone is followed by its changes at once.
        let blocklist = match (
            self.fetched.get(&ListKind::Blocklist),
            self.fetched.get(&ListKind::BlocklistDeltas),
        ) {
            (Some(_), Some(deltas)) => deltas.after(self.schedule.blocklist_s),
            _ => UnixTime(0),
        };
        // Not kept on disk: asking once after each start does no harm.
        let authorities = self
            .timers
            .get(&Task::Authorities)
            .map_or(UnixTime(0), |timer| timer.due);
        lists.chain([(Task::Blocklist, blocklist), (Task::Authorities, authorities)])
    }

    fn note_use(&mut self, now: UnixTime, chain: &Chain) {
        let holder = chain.terminal_at(now).map(CvCertificate::holder);
        if self.in_use.as_ref().map(|(holder, _)| holder) != holder {
            self.in_use = holder.map(|holder| (holder.clone(), now));
        }
        // A certificate that has come needs no more asking, and a promise too old none either.
        let is_there = |asked: &Asked| chain.terminals().any(|terminal| *terminal.holder() == asked.holder);
        let is_stale = |asked: &Asked| {
            asked
                .promised
                .as_ref()
                .is_some_and(|(_, since)| now.since(*since) >= self.schedule.collect_for_s)
        };
        if self.asked.as_ref().is_some_and(is_there) {
            self.asked = None;
        } else if self.asked.as_ref().is_some_and(is_stale)
            && let Some(asked) = &mut self.asked
        {
            *asked = Asked {
                holder: asked.holder.next(),
                promised: None,
            };
        }
    }

    fn note_done(&mut self, action: &Action, is_complete_blocklist: bool, now: UnixTime) {
        match action {
            Action::FetchBlocklist { .. } if is_complete_blocklist => {
                self.fetched.insert(ListKind::Blocklist, now);
                self.fetched.remove(&ListKind::BlocklistDeltas);
            }
            Action::FetchBlocklist { .. } => {
                self.fetched.insert(ListKind::BlocklistDeltas, now);
            }
            Action::FetchList(kind) => {
                self.fetched.insert(*kind, now);
            }
            Action::RequestCertificate { .. } | Action::CollectCertificate { .. } => self.asked = None,
            Action::FetchDescription { .. } | Action::RetireKey { .. } | Action::FetchAuthorities => {}
        }
    }
}

fn newest(chain: &Chain) -> Option<&CvCertificate> {
    chain
        .terminals()
        .max_by_key(|terminal| (terminal.expires(), terminal.effective()))
}

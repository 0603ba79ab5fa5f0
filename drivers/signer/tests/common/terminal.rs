//! A terminal as far as renewal goes, on a clock that the test turns.
use super::authority::Authority;
use super::{MemoryKeys, START, holder};
use signer::certificates::Certificates;
use signer::lists::ListKind;
use signer::renewal::{Action, Outcome, Renewal, Schedule, Tools, Trouble, carry_out};
use signer::time::UnixTime;

/// A terminal with everything: its plan, its keys, its folder, its authority, its clock.
pub struct Terminal {
    pub now: UnixTime,
    pub renewal: Renewal,
    pub keys: MemoryKeys,
    pub store: Certificates,
    pub authority: Authority,
    pub is_list_genuine: bool,
    pub done: Vec<(UnixTime, Action, Outcome)>,
    _folder: tempfile::TempDir,
}

impl Terminal {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Certificates::open(folder.path()).unwrap();
        let authority = Authority::new(START);
        store.replace_chain(&authority.anchor()).unwrap();
        let mut terminal = Self {
            now: START,
            renewal: Renewal::new(Schedule::default(), None, |_| None),
            keys: MemoryKeys::default(),
            store,
            authority,
            is_list_genuine: true,
            done: Vec::new(),
            _folder: folder,
        };
        terminal.restart();
        terminal
    }

    /// The process starts anew and knows only what is on disk.
    pub fn restart(&mut self) {
        let confirmed_at = |kind| self.store.confirmed_at(kind);
        self.renewal = Renewal::new(Schedule::default(), Some(holder("DETESTAT00001")), confirmed_at);
    }

    /// Plans once and carries it out.
    pub fn step(&mut self) -> usize {
        let actions = self.renewal.plan(self.now, &self.store.chain().unwrap());
        for action in &actions {
            self.authority.now = self.now;
            let is_list_genuine = self.is_list_genuine;
            let mut check = |_: ListKind, _: &[u8]| {
                if is_list_genuine {
                    Ok(())
                } else {
                    Err("not signed".to_owned())
                }
            };
            let mut tools = Tools {
                keys: &mut self.keys,
                partner: &mut self.authority,
                store: &self.store,
                check: &mut check,
            };
            let outcome = carry_out(action, &mut tools, self.now);
            self.renewal.handle(action, outcome.clone(), self.now);
            self.done.push((self.now, action.clone(), outcome));
            self.laws();
        }
        actions.len()
    }

    /// What holds after every single action.
    pub fn laws(&mut self) {
        let chain = self.store.chain().unwrap();
        for certificate in chain.terminals() {
            assert!(
                self.keys.keys.contains_key(certificate.holder()),
                "no key for {certificate:?}"
            );
        }
        assert!(
            chain.terminals().count() <= 3 && self.keys.keys.len() <= 4,
            "{:?}",
            self.keys.holders()
        );
    }

    /// Turns the clock on, deadline by deadline.
    pub fn run_until(&mut self, end: UnixTime) {
        let mut rounds = 0;
        loop {
            self.step();
            let deadline = self.renewal.deadline(self.now, &self.store.chain().unwrap());
            let next = deadline.max(self.now);
            rounds = if next == self.now { rounds + 1 } else { 0 };
            assert!(rounds < 20, "the plan turns on the spot: {:?}", self.done.last());
            if next > end {
                self.now = end;
                return;
            }
            self.now = next;
        }
    }

    pub fn run_for(&mut self, seconds: u64) {
        self.run_until(self.now.after(seconds));
    }

    pub fn is_on(&self) -> bool {
        self.renewal.health(self.now, &self.store.chain().unwrap()).is_eid_on()
    }

    pub fn trouble(&self) -> Vec<Trouble> {
        self.renewal.health(self.now, &self.store.chain().unwrap()).trouble
    }

    pub fn times(&self, wanted: impl Fn(&Action) -> bool) -> Vec<u64> {
        let wanted = self.done.iter().filter(|(_, action, _)| wanted(action));
        wanted.map(|(at, ..)| at.since(START)).collect()
    }
}

//! The plan of renewal against the double of an authority, on a clock that the test turns.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic, and so may what it calls"
)]
mod common;

use common::authority::{Mishap, block_list};
use common::terminal::Terminal;
use common::{DAY, HOUR, MINUTE, START, holder};
use drivers_api::signer::SignerTrouble;
use proptest::prelude::*;
use signer::lists::ListKind;
use signer::renewal::{
    Action, BlockListAnswer, Cause, Outcome, PkiTrouble, ReturnCode, Task, Tools, Trouble, carry_out,
};

fn is_request(action: &Action) -> bool {
    matches!(action, Action::RequestCertificate { .. })
}

fn is_blocklist(action: &Action) -> bool {
    matches!(action, Action::FetchBlocklist { .. })
}

#[test]
fn a_week_without_mishap() {
    let mut terminal = Terminal::new();
    assert_eq!(terminal.trouble(), [Trouble::NoCertificate, Trouble::NoBlocklist]);
    assert!(!terminal.is_on());
    terminal.run_for(MINUTE);
    assert!(terminal.is_on(), "{:?}", terminal.trouble());
    let health = terminal.renewal.health(terminal.now, &terminal.store.chain().unwrap());
    // Valid today and tomorrow, to be renewed 20 hours before tomorrow ends.
    assert_eq!(health.valid_until, Some(START.after(40 * HOUR)));
    assert_eq!(health.next_renewal, Some(START.after(20 * HOUR)));
    for _ in 0..7 * 24 {
        terminal.run_for(HOUR);
        assert!(terminal.is_on(), "{:?}", terminal.trouble());
    }
    let requests = terminal.times(is_request);
    assert_eq!(requests[..3], [0, 20 * HOUR, 44 * HOUR], "once a day, at 4 o'clock");
    assert_eq!(requests.len(), 8);
    let signed_by: Vec<_> = terminal
        .authority
        .requests
        .iter()
        .map(|r| r.signed_by.clone())
        .collect();
    assert_eq!(
        signed_by[..3],
        [None, Some(holder("DETESTAT00001")), Some(holder("DETESTAT00002"))]
    );
    assert_eq!(terminal.keys.holders(), ["DETESTAT00008"], "old keys are gone");
    // A complete blocklist a day, what changed since at once and every quarter of an hour.
    let complete = terminal.times(|action| *action == Action::FetchBlocklist { is_complete: true });
    assert_eq!(complete.len(), 8);
    let all = terminal.times(is_blocklist);
    assert_eq!(all[..4], [0, 0, 15 * MINUTE, 30 * MINUTE]);
    assert_eq!(terminal.authority.block_list[..2], [None, Some(b"complete".to_vec())]);
    let master = terminal.times(|action| *action == Action::FetchList(ListKind::MasterList));
    assert_eq!(master[..3], [0, 2 * HOUR, 4 * HOUR]);
}

#[test]
fn the_old_key_outlives_its_successors_first_hour() {
    let mut terminal = Terminal::new();
    terminal.run_for(19 * HOUR);
    assert_eq!(terminal.keys.holders(), ["DETESTAT00001"]);
    terminal.run_for(HOUR + 59 * MINUTE);
    assert_eq!(
        terminal.keys.holders(),
        ["DETESTAT00001", "DETESTAT00002"],
        "visits under way still use it"
    );
    let chain = terminal.store.chain().unwrap();
    assert_eq!(
        *chain.terminal_at(terminal.now).unwrap().holder(),
        holder("DETESTAT00002")
    );
    terminal.run_for(MINUTE);
    assert_eq!(terminal.keys.holders(), ["DETESTAT00002"]);
}

#[test]
fn a_certificate_that_is_not_proved_costs_no_key() {
    for mishap in [Mishap::OtherKey, Mishap::WrongSigner] {
        let mut terminal = Terminal::new();
        terminal.run_for(19 * HOUR);
        terminal.authority.mishaps.push_back(mishap);
        terminal.run_for(4 * HOUR);
        assert!(terminal.keys.holders().contains(&"DETESTAT00001".to_owned()));
        let is_told = |trouble: &Trouble| {
            matches!(
                trouble,
                Trouble::Failing {
                    task: Task::Terminal,
                    failures: 1,
                    cause: Cause::Refusal(_)
                }
            )
        };
        assert!(terminal.trouble().iter().any(is_told), "{:?}", terminal.trouble());
        assert!(terminal.is_on(), "the old one is good yet");
        // The reference is used up at the authority; the next one works.
        terminal.run_for(6 * HOUR);
        assert_eq!(terminal.keys.holders(), ["DETESTAT00003"]);
        assert!(terminal.is_on());
    }
}

#[test]
fn a_retirement_without_successor_is_refused_whoever_planned_it() {
    let mut terminal = Terminal::new();
    terminal.run_for(HOUR);
    let mut tools = Tools {
        keys: &mut terminal.keys,
        partner: &mut terminal.authority,
        store: &terminal.store,
        check: &mut |_, _| Ok(()),
    };
    let retire = Action::RetireKey {
        holder: holder("DETESTAT00001"),
    };
    assert!(matches!(
        carry_out(&retire, &mut tools, terminal.now),
        Outcome::Failed(Cause::Unusable(_))
    ));
    assert_eq!(terminal.keys.holders(), ["DETESTAT00001"]);
}

#[test]
fn an_authority_that_is_away_is_asked_ever_more_rarely() {
    let mut terminal = Terminal::new();
    terminal.run_for(19 * HOUR);
    let away = || Mishap::Trouble(PkiTrouble::Unreachable);
    terminal
        .authority
        .mishaps
        .extend(std::iter::repeat_with(away).take(1000));
    terminal.run_for(18 * HOUR);
    let asked: Vec<u64> = terminal
        .times(is_request)
        .into_iter()
        .skip(1)
        .map(|at| (at - 20 * HOUR) / MINUTE)
        .collect();
    assert_eq!(asked[..9], [0, 1, 3, 7, 15, 31, 63, 123, 183]);
    assert!(terminal.is_on(), "until the certificate ends");
    terminal.run_for(4 * HOUR);
    assert_eq!(terminal.trouble()[0], Trouble::NotValid);
    assert!(!terminal.is_on());
    terminal.authority.mishaps.clear();
    terminal.run_for(HOUR);
    assert!(terminal.is_on(), "{:?}", terminal.trouble());
    assert_eq!(terminal.keys.made, 2, "one key for all attempts");
}

#[test]
fn refusals_for_people_are_not_repeated_soon() {
    let mut terminal = Terminal::new();
    let code = ReturnCode::from_name("failure_certificate_holder_inactive");
    terminal
        .authority
        .mishaps
        .push_back(Mishap::Trouble(PkiTrouble::Refused(code)));
    terminal.run_for(7 * HOUR);
    assert_eq!(terminal.times(is_request), [0, 6 * HOUR]);
}

#[test]
fn a_lost_answer_costs_a_reference_not_the_service() {
    let mut terminal = Terminal::new();
    terminal.run_for(19 * HOUR);
    terminal.authority.mishaps.push_back(Mishap::AnswerLost);
    terminal.run_for(4 * HOUR);
    assert_eq!(terminal.keys.holders(), ["DETESTAT00003"]);
    assert!(terminal.is_on());
}

#[test]
fn promised_certificates_are_collected() {
    let mut terminal = Terminal::new();
    terminal.run_for(19 * HOUR);
    terminal
        .authority
        .mishaps
        .extend([Mishap::Later, Mishap::Later, Mishap::Later]);
    terminal.run_for(3 * HOUR);
    let collected = terminal.times(|action| matches!(action, Action::CollectCertificate { .. }));
    assert_eq!(
        collected,
        [20 * HOUR + MINUTE, 20 * HOUR + 2 * MINUTE, 20 * HOUR + 3 * MINUTE]
    );
    assert_eq!(terminal.keys.holders(), ["DETESTAT00002"]);
    // A promise that isn't kept is forgotten.
    terminal.authority.mishaps.push_back(Mishap::Later);
    terminal
        .authority
        .mishaps
        .extend(std::iter::repeat_with(|| Mishap::Later).take(6 * 60));
    terminal.run_for(36 * HOUR);
    assert!(terminal.is_on(), "{:?}", terminal.trouble());
}

#[test]
fn a_key_that_is_away_is_told() {
    let mut terminal = Terminal::new();
    terminal.run_for(HOUR);
    terminal.keys.trouble = Some(SignerTrouble::Unreachable);
    let chain = terminal.store.chain().unwrap();
    terminal.now = START.after(20 * HOUR);
    let actions = terminal.renewal.plan(terminal.now, &chain);
    let request = actions.iter().find(|action| is_request(action)).unwrap();
    let mut tools = Tools {
        keys: &mut terminal.keys,
        partner: &mut terminal.authority,
        store: &terminal.store,
        check: &mut |_, _| Ok(()),
    };
    let outcome = carry_out(request, &mut tools, terminal.now);
    assert_eq!(outcome, Outcome::Failed(Cause::Signer(SignerTrouble::Unreachable)));
}

#[test]
fn false_lists_never_replace_true_ones() {
    let mut terminal = Terminal::new();
    terminal.run_for(HOUR);
    let list = |terminal: &Terminal| terminal.store.list(ListKind::MasterList).unwrap();
    let before = list(&terminal);
    terminal.is_list_genuine = false;
    terminal.authority.block_list_answer = BlockListAnswer::Deltas(block_list(b"false"));
    terminal.run_for(12 * HOUR);
    assert_eq!(list(&terminal), before);
    assert!(terminal.is_on(), "an old blocklist is good for a day");
    terminal.run_for(13 * HOUR);
    assert!(
        terminal
            .trouble()
            .iter()
            .any(|trouble| matches!(trouble, Trouble::BlocklistOld { .. }))
    );
    assert!(!terminal.is_on());
    assert_eq!(terminal.store.list(ListKind::BlocklistDeltas).unwrap().unwrap(), b"");
    terminal.is_list_genuine = true;
    terminal.run_for(2 * HOUR);
    assert!(terminal.is_on(), "{:?}", terminal.trouble());
}

#[test]
fn changes_of_the_blocklist_build_on_each_other() {
    let mut terminal = Terminal::new();
    let mut changes = Vec::new();
    for id in [b"delta 1", b"delta 2"] {
        terminal.authority.block_list_answer = BlockListAnswer::Deltas(block_list(id));
        changes.extend(block_list(id));
        terminal.run_for(14 * MINUTE);
        assert_eq!(
            terminal.store.list(ListKind::BlocklistDeltas).unwrap().unwrap(),
            changes
        );
        terminal.run_for(MINUTE - 1);
        terminal.now = terminal.now.after(1);
    }
    let bases: Vec<_> = terminal
        .authority
        .block_list
        .iter()
        .flatten()
        .map(|base| base.as_slice())
        .collect();
    assert_eq!(bases[..2], [b"complete".as_slice(), b"delta 1"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever fails, and however often the process dies: keys and certificates stay together (`laws`), and some hours
    /// after the last mishap everything is well.
    #[test]
    fn mishaps_in_any_order(mishaps in prop::collection::vec((0u8..7, 0u64..30), 1..8)) {
        let mut terminal = Terminal::new();
        for (mishap, hours) in mishaps {
            let code = ReturnCode::from_name("failure_internal_error");
            match mishap {
                0 => terminal.authority.mishaps.push_back(Mishap::Trouble(PkiTrouble::Unreachable)),
                1 => terminal.authority.mishaps.push_back(Mishap::Trouble(PkiTrouble::Refused(code))),
                2 => terminal.authority.mishaps.push_back(Mishap::Later),
                3 => terminal.authority.mishaps.push_back(Mishap::AnswerLost),
                4 => terminal.authority.mishaps.push_back(Mishap::OtherKey),
                5 => terminal.authority.mishaps.push_back(Mishap::WrongSigner),
                _ => terminal.restart(),
            }
            terminal.run_for(hours * HOUR);
        }
        terminal.authority.mishaps.clear();
        terminal.run_for(2 * DAY);
        prop_assert!(terminal.is_on(), "{:?}", terminal.trouble());
        prop_assert!(terminal.keys.keys.len() <= 3, "{:?}", terminal.keys.holders());
    }
}

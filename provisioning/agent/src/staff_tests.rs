//! How calls are carried, and what is told of them.
use super::*;
use proptest::prelude::*;
use rand::SeedableRng;
use wire::ProblemKind;

fn call() -> Call {
    Call {
        call_id: uuid::Builder::from_random_bytes([7; 16]).into_uuid(),
        stage: Stage::parse("secret").unwrap(),
    }
}

fn reply(status: u16, body: Vec<u8>) -> Reply {
    Reply {
        status,
        retry_after: None,
        body,
    }
}

#[test]
fn only_the_backend_settles_a_call() {
    let taken = |call_id| serde_json::to_vec(&CallTaken { call_id }).unwrap();
    for status in [200, 201] {
        assert_eq!(sort(&call(), &reply(status, taken(call().call_id))), Heard::Taken);
        for foreign in [taken(uuid::Uuid::nil()), b"<html>Welcome</html>".to_vec(), vec![]] {
            assert!(matches!(sort(&call(), &reply(status, foreign)), Heard::Failed { .. }));
        }
    }
    let problem = |kind| serde_json::to_vec(&Problem::new(kind, "")).unwrap();
    for kind in ProblemKind::ALL {
        let heard = sort(&call(), &reply(kind.status(), problem(kind)));
        let may_pass_later = matches!(
            kind,
            ProblemKind::TooSlow | ProblemKind::TooMany | ProblemKind::Unavailable | ProblemKind::Conflict
        );
        assert_eq!(
            matches!(heard, Heard::Failed { .. }),
            may_pass_later,
            "{kind:?}: {heard:?}"
        );
    }
    for status in [400, 401, 403, 404, 500, 502, 302] {
        let heard = sort(&call(), &reply(status, b"<html>Blocked</html>".to_vec()));
        assert!(matches!(heard, Heard::Failed { .. }), "{status}");
    }
}

#[test]
fn only_the_backend_says_that_somebody_comes() {
    let told = |answered, reprints| Some(CallNews { answered, reprints });
    for (body, expected) in [
        (r#"{"answered":true}"#, told(true, 0)),
        (r#"{"answered":false}"#, told(false, 0)),
        (r#"{"answered":false,"reprints":2}"#, told(false, 2)),
    ] {
        assert_eq!(news(&reply(200, body.into())), expected);
    }
    for foreign in [&b"{}"[..], b"<html>", br#"{"answered":true,"a":1}"#, b""] {
        assert_eq!(news(&reply(200, foreign.to_vec())), None);
    }
    assert_eq!(news(&reply(404, br#"{"answered":true}"#.to_vec())), None);
}

#[test]
fn what_became_of_an_older_call_is_not_told_of_the_newer() {
    let slot = CallSlot::default();
    assert_eq!(slot.newest(), CallState::None);
    slot.leave(Stage::parse("request").unwrap());
    assert_eq!(slot.newest(), CallState::Calling);
    slot.became(CallState::Coming);
    assert_eq!(slot.newest(), CallState::Calling);
    assert!(slot.take().is_some());
    slot.became(CallState::Told);
    assert_eq!(slot.newest(), CallState::Told);
    slot.wants_reprints(2);
    assert_eq!(slot.reprints(), 2);
    slot.leave(Stage::parse("request").unwrap());
    slot.wants_reprints(3);
    assert_eq!(slot.reprints(), 0, "of the older call");
}

#[test]
fn the_newest_call_lies_in_the_slot() {
    let slot = CallSlot::default();
    assert!(!slot.is_wanted_within(Duration::ZERO));
    slot.leave(Stage::parse("request").unwrap());
    slot.leave(Stage::parse("secret").unwrap());
    assert!(slot.is_wanted_within(Duration::from_secs(60)));
    assert_eq!(slot.take(), Some(Stage::parse("secret").unwrap()));
    assert!(!slot.is_wanted_within(Duration::ZERO));
    slot.leave(Stage::parse("secret").unwrap());
    slot.stop();
    assert_eq!(slot.take(), None);
}

proptest! {
    #[test]
    fn a_call_is_tried_for_a_minute_and_not_longer(seed: u64, tries_ms in proptest::collection::vec(0u64..9000, 400)) {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut elapsed = Duration::ZERO;
        let mut failures = 0;
        for try_ms in tries_ms {
            let patience = TRY_PATIENCE.min(CALL_PATIENCE.saturating_sub(elapsed));
            elapsed += Duration::from_millis(try_ms).min(patience);
            failures += 1;
            match next_wait(failures, elapsed, None, Backoff::default(), &mut rng) {
                Some(wait) => elapsed += wait,
                None => {
                    prop_assert!(elapsed <= CALL_PATIENCE);
                    prop_assert!(elapsed >= CALL_PATIENCE - WAIT_MAX, "given up after {elapsed:?}");
                    return Ok(());
                }
            }
        }
        prop_assert!(false, "never given up: {elapsed:?}");
    }

    #[test]
    fn the_backend_may_ask_for_time(seed: u64, retry_s in 0u64..200) {
        let mut rng = StdRng::seed_from_u64(seed);
        let wait = next_wait(1, Duration::ZERO, Some(Duration::from_secs(retry_s)), Backoff::default(), &mut rng);
        prop_assert_eq!(wait.is_some(), retry_s < 60);
        prop_assert!(wait.is_none_or(|wait| wait >= Duration::from_secs(retry_s)));
    }
}

//! Whatever the line does: every envelope is stored, none twice, each with the bytes that were filed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;
use agent::Link;
use common::{Courier, Fault, Line, enrol, envelope, free_port, start_fleet, stored, wait_until};
use outbox::{Counts, Outbox};

#[test]
fn a_thousand_envelopes_over_a_bad_line() {
    const ENVELOPES: u64 = 1000;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let path = folder.path().join("outbox.db");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let line = Line::start(fleet.address(), 20_261_123, 40);
    let mut kiosk = Outbox::open(&path).unwrap();
    kiosk.file(&envelope(0)).unwrap();
    let courier = Courier::start(line.url.clone(), token, path);
    // Filed while the courier carries.
    (1..ENVELOPES).for_each(|number| kiosk.file(&envelope(number)).unwrap());
    wait_until(|| kiosk.counts().unwrap().waiting == 0);
    courier.stop();

    assert_eq!(
        kiosk.counts().unwrap(),
        Counts {
            waiting: 0,
            delivered: ENVELOPES,
            set_aside: 0
        }
    );
    let (count, bodies) = stored(&data, (0..ENVELOPES).map(|number| envelope(number).submission_id));
    assert_eq!(count, ENVELOPES);
    for (number, body) in (0..).zip(bodies) {
        assert_eq!(body.unwrap(), envelope(number).to_body().unwrap(), "{number}");
    }
    let seen = line.seen.lock().unwrap();
    assert_eq!(seen.len(), 12, "every fault came: {seen:?}");
    assert!(
        seen.iter()
            .filter(|(fault, _)| **fault != Fault::None)
            .all(|(_, times)| *times >= 10),
        "{seen:?}"
    );
}

#[test]
fn the_backend_goes_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let path = folder.path().join("outbox.db");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let (address, url) = (fleet.address(), fleet.base_url());
    let mut kiosk = Outbox::open(&path).unwrap();
    let courier = Courier::start(url, token, path);
    courier.wait_for(|state| state.link == Link::Online && state.waiting == 0);
    fleet.stop().unwrap();
    kiosk.file(&envelope(1)).unwrap();
    courier.control.nudge();
    courier.wait_for(|state| state.link == Link::Offline && state.waiting == 1);
    let fleet = start_fleet(&data, address);
    courier.wait_for(|state| state.link == Link::Online && state.waiting == 0);
    courier.stop();
    drop(fleet);
    assert_eq!(stored(&data, []).0, 1);
    assert_eq!(
        kiosk.counts().unwrap(),
        Counts {
            waiting: 0,
            delivered: 1,
            set_aside: 0
        }
    );
}

#[test]
fn refused_for_good_is_set_aside_and_a_refused_terminal_keeps_its_cases() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let path = folder.path().join("outbox.db");
    let token = enrol(&data);
    let fleet = start_fleet(&data, free_port());
    let mut kiosk = Outbox::open(&path).unwrap();

    // Other bytes were stored under this identifier before: from a terminal whose disk was set back.
    let earlier = folder.path().join("earlier.db");
    let mut other = envelope(1);
    other.filed_at -= 1;
    Outbox::open(&earlier).unwrap().file(&other).unwrap();
    let courier = Courier::start(fleet.base_url(), token.clone(), earlier);
    courier.wait_for(|state| state.link == Link::Online && state.waiting == 0);
    courier.stop();

    kiosk.file(&envelope(1)).unwrap();
    kiosk.file(&envelope(2)).unwrap();
    let courier = Courier::start(fleet.base_url(), token, path.clone());
    courier.wait_for(|state| state.waiting == 0 && state.set_aside == 1);
    courier.stop();
    let aside = kiosk.list_set_aside(10).unwrap();
    assert_eq!(aside[0].submission_id, Some(envelope(1).submission_id));
    assert!(
        aside[0]
            .reason
            .starts_with("409: Another envelope lies under this identifier"),
        "{}",
        aside[0].reason
    );

    // Withdrawn: the case stays, and goes when the terminal is enrolled anew.
    assert!(fleet::withdraw(&data, "kiosk").unwrap());
    kiosk.file(&envelope(3)).unwrap();
    let stale = agent::Token::new(&fleet::TerminalToken::from_random([1; 48]).reveal()).unwrap();
    let courier = Courier::start(fleet.base_url(), stale, path.clone());
    courier.wait_for(|state| state.link == Link::Refused && state.waiting == 1);
    courier.stop();
    let courier = Courier::start(fleet.base_url(), enrol(&data), path);
    courier.wait_for(|state| state.link == Link::Online && state.waiting == 0);
    courier.stop();
    assert_eq!(stored(&data, []).0, 3);
}

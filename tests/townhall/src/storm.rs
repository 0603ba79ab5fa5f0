//! Seeded visits through an unreliable world, and the laws that hold in all of them.
use crate::devices::{Holder, Weather};
use crate::services::{catalogue, many};
use crate::world::World;
use session::patience::{FORM, GRACE, REVIEW, TAKING_CARD};
use session::view::Screen;
use session::{Ending, Record, Session};
use std::fmt;
use std::time::Duration;

/// Touches of one visit at most; a citizen who is lost goes home.
const ACTS_MAX: usize = 400;

/// What a storm saw, to know that it was one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Visits.
    pub visits: u64,
    /// Visits that ended with a filed case.
    pub filed: u64,
    /// Visits that ended with what was wanted, without a case.
    pub served: u64,
    /// Times a card's content was shown.
    pub shown: u64,
    /// Times a card said no to what a service is for.
    pub turned_away: u64,
    /// Times something was done about a PIN.
    pub pins_served: u64,
    /// Times a person was asked for.
    pub help_wanted: u64,
    /// Stopped by the citizen.
    pub cancelled: u64,
    /// Left alone.
    pub abandoned: u64,
    /// Citizens who stepped aside and came back.
    pub came_back: u64,
    /// Receipts in the tray.
    pub printed: u64,
    /// Fees paid by card.
    pub paid: u64,
    /// Fees that went back, because the case could not be filed.
    pub given_back: u64,
    /// Payments that nobody can tell of, or whose money could not be given back: staff were called.
    pub for_staff: u64,
    /// Times a case was found that had been filed before.
    pub followed_up: u64,
    /// Times one was withdrawn.
    pub withdrawn: u64,
    /// Waiting numbers that were drawn.
    pub numbers: u64,
    /// Times a card or reader said no.
    pub card_troubles: u64,
}

impl Tally {
    /// Adds another storm.
    pub fn add(&mut self, other: Self) {
        self.visits += other.visits;
        self.filed += other.filed;
        self.served += other.served;
        self.shown += other.shown;
        self.turned_away += other.turned_away;
        self.pins_served += other.pins_served;
        self.help_wanted += other.help_wanted;
        self.cancelled += other.cancelled;
        self.abandoned += other.abandoned;
        self.came_back += other.came_back;
        self.printed += other.printed;
        self.paid += other.paid;
        self.given_back += other.given_back;
        self.for_staff += other.for_staff;
        self.followed_up += other.followed_up;
        self.withdrawn += other.withdrawn;
        self.numbers += other.numbers;
        self.card_troubles += other.card_troubles;
    }
}

/// A broken law, with the seed that breaks it again.
#[derive(Debug)]
pub struct Broken {
    /// Seed of the world.
    pub seed: u64,
    /// What happened.
    pub law: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {}: {}", self.seed, self.law)
    }
}

/// The longest a visit can go on after its citizen left for good.
fn longest_farewell() -> Duration {
    REVIEW.max(FORM) + GRACE + TAKING_CARD + Duration::from_secs(120)
}

/// Many visits in one world, one after the other, as on a real day.
pub fn day(seed: u64, visits: u64, weather: Weather) -> Result<Tally, Broken> {
    let services = if seed.is_multiple_of(2) { catalogue() } else { many() };
    let mut world = World::new(services, weather, seed);
    if !seed.is_multiple_of(3) {
        world = world.with_till();
    }
    let mut tally = Tally::default();
    for _ in 0..visits {
        one(&mut world)
            .and_then(|()| count(&mut world, &mut tally))
            .map_err(|law| Broken { seed, law })?;
    }
    Ok(tally)
}

fn one(world: &mut World) -> Result<(), String> {
    let filed_before = world.filing.count();
    let goes_home_early = world.chance(0.1);
    let holder = Holder {
        old_enough: world.chance(0.8),
        lives_there: world.chance(0.6),
        ..Holder::default()
    };
    world.set_holder(holder);
    world.act(1.0);
    for _ in 0..ACTS_MAX {
        if matches!(world.session, Session::Idle) {
            break;
        }
        if goes_home_early && world.chance(0.05) {
            break;
        }
        if world.chance(0.03) {
            world.mishap();
        }
        world.act(0.94);
        world.pause();
        nothing_personal_when_away(world)?;
    }
    world.pass(world.now + longest_farewell());
    laws(world, filed_before)
}

/// The covered case shows nothing personal.
fn nothing_personal_when_away(world: &World) -> Result<(), String> {
    let view = world.session.view(world.now, &world.terminal);
    match (&world.session, view.screen) {
        (Session::Away(_), Screen::Away(_)) | (Session::Idle | Session::Visiting(_), _) => Ok(()),
        (Session::Away(_), other) => Err(format!("a covered case shows {other:?}")),
    }
}

/// The laws at the end of a visit.
fn laws(world: &mut World, filed_before: usize) -> Result<(), String> {
    if !matches!(world.session, Session::Idle) {
        return Err(format!(
            "not back in Idle but in {} after {:?}",
            world.session.name(),
            longest_farewell()
        ));
    }
    if world.session.deadline(world.now).is_some() {
        return Err("an idle terminal wants to be woken".to_owned());
    }
    let ended_filed = world.journal.contains(&Record::VisitEnded(Ending::Filed));
    let visits = world
        .journal
        .iter()
        .filter(|record| **record == Record::VisitBegan)
        .count();
    let receipts = world.journal.iter().filter(|record| **record == Record::Filed).count();
    let cases = world.filing.count() - filed_before;
    // Nobody who leaves while the answer is late hears of the case; everybody else does.
    if receipts > cases || receipts + world.filing.late.len() < cases {
        return Err(format!(
            "{receipts} receipts for {cases} cases, {} of them late",
            world.filing.late.len()
        ));
    }
    if ended_filed && cases == 0 {
        return Err("a visit ended as filed without a case".to_owned());
    }
    if cases > visits {
        return Err(format!("{visits} visits filed {cases} cases"));
    }
    // Nothing is withdrawn that nobody was asked about.
    let asked = world.journal.contains(&Record::Reached("follow_up_withdrawing"));
    if core::mem::take(&mut world.cases.withdrawals) > 0 && !asked {
        return Err("a case was withdrawn without a question".to_owned());
    }
    world.filing.asked.clear();
    // Late answers of devices find nobody, and change nothing.
    world.pass(world.now + Duration::from_secs(300));
    world.take_card();
    world.pass(world.now + longest_farewell());
    world.filing.late.clear();
    money(world)?;
    if matches!(world.session, Session::Idle) {
        Ok(())
    } else {
        Err("a late answer woke the terminal".to_owned())
    }
}

/// Money that was taken is for a case that is stored, or went back, or staff know of it; and what was filed was handed over.
fn money(world: &mut World) -> Result<(), String> {
    if let Some(wrong) = world.till.wrongs.first() {
        return Err(wrong.clone());
    }
    if let Some((job, entry)) = world.till.unjust() {
        return Err(format!("{job:?}: money for nothing, {entry:?}"));
    }
    world.till.ledger.clear();
    Ok(())
}

fn count(world: &mut World, tally: &mut Tally) -> Result<(), String> {
    tally.visits += 1;
    let mut ended = 0;
    for record in world.journal.drain(..) {
        match record {
            Record::VisitEnded(ending) => {
                ended += 1;
                match ending {
                    Ending::Filed => tally.filed += 1,
                    Ending::Served => tally.served += 1,
                    Ending::Cancelled => tally.cancelled += 1,
                    Ending::Abandoned => tally.abandoned += 1,
                }
            }
            Record::CameBack => tally.came_back += 1,
            Record::Printed => tally.printed += 1,
            Record::NumberDrawn(drawn) => tally.numbers += u64::from(drawn),
            Record::Paid(_) => tally.paid += 1,
            Record::GivenBack => tally.given_back += 1,
            Record::PaymentTrouble("unclear" | "not_given_back") => tally.for_staff += 1,
            Record::PaymentTrouble(_) => {}
            Record::CardTrouble(_) => tally.card_troubles += 1,
            Record::CaseTold("known") => tally.followed_up += 1,
            Record::Reached("follow_up_withdrawn") => tally.withdrawn += 1,
            Record::Reached("showing") => tally.shown += 1,
            Record::Reached("exit") => tally.turned_away += 1,
            Record::VisitBegan
            | Record::Reached(_)
            | Record::CaseTold(_)
            | Record::Filed
            | Record::PrintFailed(_)
            | Record::WentAway => {}
            Record::HelpWanted(_) => tally.help_wanted += 1,
            Record::PinServed(_) => tally.pins_served += 1,
        }
    }
    if ended == 0 {
        Err("a visit began and never ended".to_owned())
    } else {
        Ok(())
    }
}

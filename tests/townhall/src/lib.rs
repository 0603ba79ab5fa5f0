//! The town hall in memory: a terminal with virtual clock and unreliable devices, citizens who do what citizens do, and
//! the storms that run thousands of seeded visits through the real session and catalogue.
//!
//! The laws a storm checks (see [`storm::Laws`]): the kiosk is back in Idle within its deadlines; a submitted case is
//! filed exactly once; nothing of a citizen is left in state, effects or journal.
pub mod cases;
pub mod citizen;
pub mod devices;
pub mod erika;
pub mod filing;
pub mod inquiring;
mod numbers;
pub mod robot;
pub mod services;
mod staff;
pub mod storm;
pub mod story;
pub mod thousand;
pub mod till;
pub mod world;

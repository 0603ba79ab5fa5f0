//! The kiosk on a desk: the real loop, the real protocols and the real backend, with devices that a hand operates.
//!
//! [`setup::Setup`] names the devices; [`window`] shows the kiosk beside a control window; [`headless`] plays a visit
//! without a display and keeps every screen.
pub mod by_ear;
pub mod cards;
pub mod catalogue_figures;
pub mod chromium_figures;
pub mod eid_figures;
mod framebuffer;
pub mod guise;
pub mod headless;
mod line;
pub mod lone_terminal;
pub mod paper_figures;
mod processes;
pub mod reader_choice;
pub mod real_window;
pub mod setup;
mod speech;
pub mod tap_figures;
pub mod terminal_window;
mod town_board;
pub mod window;

/// What goes wrong before anything is shown, told once to whoever started the program.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// The middle of some measured values; not a number where there is none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

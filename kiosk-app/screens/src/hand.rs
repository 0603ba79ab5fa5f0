//! A finger and an eye for tests and for the headless `desk`: finds what is on the screen by its accessible label, as a
//! blind citizen does, and touches it where it is, through the window's pointer events.
use crate::{Screens, tree};
use core::fmt;
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{LogicalPosition, SharedString};

pub use crate::tree::{Element, Role};

/// Times that `tap` reads on before it gives up.
const PAGES_MAX: usize = 40;

/// The button that reads on, whatever it is called in the language of the visit: its id in `widgets/scroll.slint`.
pub const READ_ON: &str = "read-on";
/// And the one that goes back up.
pub const GO_UP: &str = "go-up";

/// Enough of a control to be touched, in px of its height, where it can't be seen as a whole.
const PART_MIN: f32 = 60.0;

/// Why something could not be touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missed {
    /// Nothing of that label.
    NotThere {
        /// The label that was looked for.
        label: String,
        /// What is there.
        there: Vec<String>,
    },
    /// It is there but can't be used now.
    Disabled(String),
    /// It can't be scrolled into sight.
    OutOfSight(String),
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere { label, there } => write!(f, "no “{label}” on the screen, only {there:?}"),
            Self::Disabled(label) => write!(f, "“{label}” can't be used now"),
            Self::OutOfSight(label) => write!(f, "“{label}” can't be scrolled into sight"),
        }
    }
}

impl std::error::Error for Missed {}

/// Everything accessible that is on the screen, in reading order.
pub fn elements(screens: &Screens) -> Vec<Element> {
    slint::platform::update_timers_and_animations();
    tree::elements(screens.window())
}

/// The first element of that label that is a control, else the first of that label.
pub fn find(screens: &Screens, label: &str) -> Option<Element> {
    let all: Vec<Element> = elements(screens)
        .into_iter()
        .filter(|element| element.label == label)
        .collect();
    all.iter().find(|element| element.is_control()).or(all.first()).cloned()
}

/// Touches the middle of what has that label, reading on as far as needed. Gives the highest point that was touched, in px
/// from the top.
///
/// # Errors
/// See [`Missed`].
pub fn tap(screens: &Screens, label: &str) -> Result<f32, Missed> {
    let mut highest = f32::INFINITY;
    // As a whole if that can be; what is too high for its place by its part.
    for whole in [true, false] {
        let mut moves = [GO_UP, READ_ON]
            .into_iter()
            .flat_map(|id| (0..PAGES_MAX).map(move |_| id));
        loop {
            let element = find(screens, label).ok_or_else(|| not_there(screens, label))?;
            if !element.enabled {
                return Err(Missed::Disabled(label.to_owned()));
            }
            let (top, bottom) = element.seen;
            if element.in_sight || (!whole && bottom - top >= PART_MIN) {
                let (x, y) = (element.middle().0, f32::midpoint(top, bottom));
                tap_at(screens, x, y);
                return Ok(highest.min(y));
            }
            // up to the top, then down: skip the moves that can't be made
            let moved = moves.by_ref().find_map(|id| {
                let mut all = elements(screens).into_iter();
                all.find(|element| element.id == id && element.enabled)
            });
            let Some(button) = moved else { break };
            let (x, y) = button.middle();
            tap_at(screens, x, y);
            highest = highest.min(y);
        }
    }
    Err(Missed::OutOfSight(label.to_owned()))
}

fn not_there(screens: &Screens, label: &str) -> Missed {
    Missed::NotThere {
        label: label.to_owned(),
        there: elements(screens).into_iter().map(|element| element.label).collect(),
    }
}

/// Touches a point, in px from the top left.
pub fn tap_at(screens: &Screens, x: f32, y: f32) {
    let position = LogicalPosition::new(x, y);
    let button = PointerEventButton::Left;
    for event in [
        WindowEvent::PointerMoved { position },
        WindowEvent::PointerPressed { position, button },
        WindowEvent::PointerReleased { position, button },
        WindowEvent::PointerExited,
    ] {
        // a window that is closed takes nothing
        let _ = screens.window().dispatch_event_with_result(event);
    }
    slint::platform::update_timers_and_animations();
}

/// Presses and releases a key of a real keyboard: a character, or one of `slint::platform::Key`.
pub fn key(screens: &Screens, key: impl Into<SharedString>) {
    let text = key.into();
    let _ = screens
        .window()
        .dispatch_event_with_result(WindowEvent::KeyPressed { text: text.clone() });
    let _ = screens
        .window()
        .dispatch_event_with_result(WindowEvent::KeyReleased { text });
    slint::platform::update_timers_and_animations();
}

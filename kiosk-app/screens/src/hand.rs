//! A finger and an eye for tests and for the headless `desk`: finds what is on the screen by its accessible label, as a
//! blind citizen does, and touches it where it is, through the window's pointer events.
//!
//! Reads Slint's element tree, which isn't public API: the version is pinned, and only this file knows it.
use crate::Screens;
use core::fmt;
use i_slint_core::accessibility::{AccessibleStringProperty as Property, accessible_descendents};
use i_slint_core::item_tree::{ItemRc, ParentItemTraversalMode};
use i_slint_core::items::Clip as ClipItem;
use i_slint_core::window::WindowInner;
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{LogicalPosition, SharedString};

pub use i_slint_core::items::AccessibleRole as Role;

/// Times that `tap` reads on before it gives up.
const PAGES_MAX: usize = 40;

/// The button that reads on, whatever it is called in the language of the visit: its id in `widgets/scroll.slint`.
pub const READ_ON: &str = "read-on";
/// And the one that goes back up.
pub const GO_UP: &str = "go-up";

/// Something on the screen that assistive technology would tell.
#[derive(Clone)]
pub struct Element {
    /// What it is.
    pub role: Role,
    /// A name that is the same in all languages; mostly empty.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// More about it: hint, error.
    pub description: String,
    /// What stands in it. Personal data on some screens.
    pub value: String,
    /// It can be used.
    pub enabled: bool,
    /// For radio buttons.
    pub checked: Option<bool>,
    /// Left edge in px of the window.
    pub x: f32,
    /// Top edge in px.
    pub y: f32,
    /// Width in px.
    pub width: f32,
    /// Height in px.
    pub height: f32,
    /// All of it can be seen (not scrolled away).
    pub in_sight: bool,
}

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

impl Element {
    /// It can be touched, typed in or chosen.
    pub fn is_control(&self) -> bool {
        matches!(
            self.role,
            Role::Button | Role::RadioButton | Role::TextInput | Role::Checkbox | Role::Switch
        )
    }

    /// Its middle.
    pub fn middle(&self) -> (f32, f32) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            role,
            label,
            enabled,
            x,
            y,
            width,
            height,
            ..
        } = self;
        write!(
            f,
            "{role:?} “{label}” {x:.0},{y:.0} {width:.0}×{height:.0} enabled={enabled}"
        )
    }
}

/// Everything accessible that is on the screen, in reading order.
pub fn elements(screens: &Screens) -> Vec<Element> {
    slint::platform::update_timers_and_animations();
    let window = WindowInner::from_pub(screens.window());
    window.ensure_tree_instantiated(); // pages and lists are made when they are drawn, else
    let mut found = Vec::new();
    if let Some(tree) = window.try_component() {
        let size = screens.window().size().to_logical(screens.window().scale_factor());
        gather(&ItemRc::new_root(tree), (0.0, 0.0, size.width, size.height), &mut found);
    }
    found
}

/// The first element of that label that is a control, else the first of that label.
pub fn find(screens: &Screens, label: &str) -> Option<Element> {
    let all: Vec<Element> = elements(screens)
        .into_iter()
        .filter(|element| element.label == label)
        .collect();
    all.iter().find(|element| element.is_control()).or(all.first()).cloned()
}

/// Touches the middle of what has that label, reading on as far as needed.
///
/// # Errors
/// See [`Missed`].
pub fn tap(screens: &Screens, label: &str) -> Result<(), Missed> {
    let mut moves = [GO_UP, READ_ON]
        .into_iter()
        .flat_map(|id| (0..PAGES_MAX).map(move |_| id));
    loop {
        let Some(element) = find(screens, label) else {
            let there = elements(screens).into_iter().map(|element| element.label).collect();
            return Err(Missed::NotThere {
                label: label.to_owned(),
                there,
            });
        };
        if !element.enabled {
            return Err(Missed::Disabled(label.to_owned()));
        }
        if element.in_sight {
            let (x, y) = element.middle();
            tap_at(screens, x, y);
            return Ok(());
        }
        // up to the top, then down: skip the moves that can't be made
        let moved = moves.by_ref().find_map(|id| {
            let all = elements(screens).into_iter();
            all.into_iter().find(|element| element.id == id && element.enabled)
        });
        let Some(button) = moved else {
            return Err(Missed::OutOfSight(label.to_owned()));
        };
        let (x, y) = button.middle();
        tap_at(screens, x, y);
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

/// A part of the window: left, top, right, bottom.
type Clip = (f32, f32, f32, f32);

fn gather(item: &ItemRc, window: Clip, found: &mut Vec<Element>) {
    for child in accessible_descendents(item) {
        let Some(clip) = clip(&child, window) else { continue };
        if child.accessible_role() != Role::None {
            found.push(element(&child, clip));
        }
        gather(&child, window, found);
    }
}

/// What the ancestors of an item leave of the window; nothing for what lies in something invisible.
fn clip(item: &ItemRc, window: Clip) -> Option<Clip> {
    let mut clip = window;
    let mut next = item.parent_item(ParentItemTraversalMode::StopAtPopups);
    while let Some(ancestor) = next {
        if let Some(visibility) = ancestor.downcast::<ClipItem>() {
            let visibility = visibility.as_pin_ref();
            if visibility.clip() && visibility.is_visibility_clip() {
                return None;
            }
        }
        if ancestor.borrow().as_ref().clips_children() {
            let (x, y, width, height) = place(&ancestor);
            clip = (
                clip.0.max(x),
                clip.1.max(y),
                clip.2.min(x + width),
                clip.3.min(y + height),
            );
        }
        next = ancestor.parent_item(ParentItemTraversalMode::StopAtPopups);
    }
    Some(clip)
}

/// Left, top, width and height in the window.
fn place(item: &ItemRc) -> (f32, f32, f32, f32) {
    let geometry = item.geometry();
    let origin = item.map_to_window(geometry.origin);
    (origin.x, origin.y, geometry.size.width, geometry.size.height)
}

fn element(item: &ItemRc, clip: Clip) -> Element {
    let text = |what| item.accessible_string_property(what).unwrap_or_default().to_string();
    let (x, y, width, height) = place(item);
    let slack = 0.5; // layouts round
    Element {
        role: item.accessible_role(),
        id: text(Property::Id),
        label: text(Property::Label),
        description: text(Property::Description),
        value: text(Property::Value),
        enabled: text(Property::Enabled) != "false",
        checked: item
            .accessible_string_property(Property::Checked)
            .map(|checked| checked == "true"),
        x,
        y,
        width,
        height,
        in_sight: x >= clip.0 - slack
            && y >= clip.1 - slack
            && x + width <= clip.2 + slack
            && y + height <= clip.3 + slack,
    }
}

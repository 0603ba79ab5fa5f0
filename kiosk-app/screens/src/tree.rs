//! What is on the screen as assistive technology would see it, and where the keyboard is.
//!
//! Slint's element tree isn't public API: the version is pinned, and only this file knows it.
use core::fmt;
use core::time::Duration;
use i_slint_core::accessibility::{AccessibleStringProperty as Property, accessible_descendents};
use i_slint_core::input::FocusReason;
use i_slint_core::item_tree::{ItemRc, ParentItemTraversalMode};
use i_slint_core::items::{AccessibleLiveness as Liveness, Clip as ClipItem, Flickable};
use i_slint_core::lengths::LogicalLength;
use i_slint_core::window::WindowInner;
use slint::Window;

pub use i_slint_core::items::AccessibleRole as Role;

/// Room for the ring around what has the focus.
const RING: f32 = 12.0;

/// Widgets that can have the focus, on one page: more than a long form has.
const FOCUS_MOVES_MAX: usize = 500;

/// Something on the screen that assistive technology would tell.
#[derive(Clone)]
pub struct Element {
    /// What it is.
    pub role: Role,
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
    /// Top and bottom of what can be seen of it; the same where nothing can.
    pub seen: (f32, f32),
    /// It has the keyboard.
    pub has_focus: bool,
    /// Its changes are told without being asked for.
    pub live: bool,
    /// A name for those who must know it; see `ear`.
    pub id: String,
}

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
pub(crate) fn elements(window: &Window) -> Vec<Element> {
    let inner = WindowInner::from_pub(window);
    inner.ensure_tree_instantiated(); // pages and lists are made when they are drawn, else
    let mut found = Vec::new();
    if let Some(tree) = inner.try_component() {
        let size = window.size().to_logical(window.scale_factor());
        let clip = (0.0, 0.0, size.width, size.height);
        gather(&ItemRc::new_root(tree), clip, focus(window).as_ref(), &mut found);
    }
    found
}

/// What has the keyboard, with the widget that it belongs to.
fn focus(window: &Window) -> Option<ItemRc> {
    let mut next = focused_item(window);
    while let Some(item) = next {
        if item.accessible_role() != Role::None {
            return Some(item);
        }
        next = item.parent_item(ParentItemTraversalMode::StopAtPopups);
    }
    None
}

fn focused_item(window: &Window) -> Option<ItemRc> {
    let item = WindowInner::from_pub(window).focus_item.borrow().upgrade();
    item.filter(ItemRc::is_visible)
}

/// A place to which the keyboard can be given back.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Focus(i_slint_core::item_tree::ItemWeak);

impl Focus {
    /// Where the keyboard is now; `None` if keys go nowhere.
    pub(crate) fn here(window: &Window) -> Option<Self> {
        focused_item(window).map(|item| Self(item.downgrade()))
    }

    /// Where the keyboard is now, also if something has just been laid over it.
    pub(crate) fn covered(window: &Window) -> Self {
        Self(WindowInner::from_pub(window).focus_item.borrow().clone())
    }

    /// Gives the keyboard back, if the place is still there.
    pub(crate) fn go(&self, window: &Window) {
        if let Some(item) = self.0.upgrade().filter(ItemRc::is_visible) {
            WindowInner::from_pub(window).set_focus_item(&item, true, FocusReason::Programmatic);
        }
    }
}

/// What kind of thing has the keyboard.
pub(crate) fn focused_role(window: &Window) -> Option<Role> {
    focus(window).map(|item| item.accessible_role())
}

/// Whether what has the keyboard is a part of the page itself, not of what frames all pages.
fn is_on_page(window: &Window) -> bool {
    let mut next = focus(window);
    while let Some(item) = next {
        if item.accessible_role() == Role::Main {
            return true;
        }
        next = item.parent_item(ParentItemTraversalMode::StopAtPopups);
    }
    false
}

/// Moves the keyboard on.
pub(crate) fn focus_next(window: &Window) {
    WindowInner::from_pub(window).focus_next_item();
    reveal(window);
}

/// Moves the keyboard back.
pub(crate) fn focus_previous(window: &Window) {
    WindowInner::from_pub(window).focus_previous_item();
    reveal(window);
}

/// Scrolls all of what has the keyboard into sight. Slint does so with a part of it, and not with its ring.
pub(crate) fn reveal(window: &Window) {
    // Also what is out of sight just now, as a field is when the keyboard opens over it.
    let focus = WindowInner::from_pub(window).focus_item.borrow().upgrade();
    let Some(item) = focus else { return };
    let mut next = item.parent_item(ParentItemTraversalMode::StopAtPopups);
    while let Some(ancestor) = next {
        if let Some(flickable) = ancestor.downcast::<Flickable>() {
            let (_, top, _, height) = place(&item);
            let (_, above, _, room) = place(&ancestor);
            let up = (above + room - RING) - (top + height);
            // The top of what is taller than its room.
            let by = if up < 0.0 {
                up.max(above + RING - top)
            } else {
                (above + RING - top).max(0.0)
            };
            let content = Flickable::FIELD_OFFSETS.content_y().apply_pin(flickable.as_pin_ref());
            let at = content.get().0 + by;
            content.set(LogicalLength::new(at.min(0.0)));
        }
        next = ancestor.parent_item(ParentItemTraversalMode::StopAtPopups);
    }
}

/// Moves the keyboard from where it rests to the first control of the page; to the first of all if the page has none.
pub(crate) fn focus_first(window: &Window) {
    focus_next(window);
    let first = Focus::here(window);
    for _ in 0..FOCUS_MOVES_MAX {
        if is_on_page(window) {
            return;
        }
        focus_next(window);
        if Focus::here(window) == first {
            return;
        }
    }
}

/// Moves the keyboard to the first control that is wanted; leaves it where it is if there is none.
pub(crate) fn focus_wanted(window: &Window, wanted: impl Fn(&Element) -> bool) {
    let before = Focus::here(window);
    for _ in 0..FOCUS_MOVES_MAX {
        focus_next(window);
        let here = focus(window).map(|item| element(&item, (0.0, 0.0, f32::MAX, f32::MAX)));
        if here.is_some_and(|element| wanted(&element)) {
            return;
        }
        if Focus::here(window) == before {
            return;
        }
    }
}

/// The clock of the platform.
pub(crate) fn now(window: &Window) -> Duration {
    WindowInner::from_pub(window)
        .context()
        .platform()
        .duration_since_start()
}

/// A part of the window: left, top, right, bottom.
type Clip = (f32, f32, f32, f32);

fn gather(item: &ItemRc, window: Clip, focus: Option<&ItemRc>, found: &mut Vec<Element>) {
    for child in accessible_descendents(item) {
        let Some(clip) = clip(&child, window) else { continue };
        if child.accessible_role() != Role::None {
            found.push(Element {
                has_focus: focus == Some(&child),
                ..element(&child, clip)
            });
        }
        gather(&child, window, focus, found);
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
        seen: {
            let top = y.max(clip.1);
            (top, (y + height).min(clip.3).max(top))
        },
        has_focus: false,
        live: text(Property::LiveRegion)
            .parse::<Liveness>()
            .is_ok_and(|live| live != Liveness::Off),
        id: text(Property::Id),
    }
}

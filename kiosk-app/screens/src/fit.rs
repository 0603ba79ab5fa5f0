//! Finds texts that can't be read whole, without drawing: each text of the element tree tells the room that it needs,
//! and where it lies is known. For tests.
//!
//! Reads Slint's element tree, as [`crate::hand`] does.
use crate::Screens;
use i_slint_core::accessibility::AccessibleStringProperty;
use i_slint_core::item_tree::ItemRc;
use i_slint_core::items::{AccessibleRole, Clip, ComplexText, Flickable, SimpleText, TextOverflow};
use i_slint_core::layout::Orientation;
use i_slint_core::window::WindowInner;

/// Layouts round.
const SLACK: f32 = 1.5;

/// Less of a column can't be read: a line and a half at the greatest size.
const COLUMN_MIN: f32 = 140.0;

/// Left, top, right, bottom in the window.
#[derive(Clone, Copy, Debug)]
struct Area(f32, f32, f32, f32);

impl Area {
    fn of(item: &ItemRc) -> Self {
        let geometry = item.geometry();
        let origin = item.map_to_window(geometry.origin);
        let (x, y) = (origin.x, origin.y);
        Self(x, y, x + geometry.size.width, y + geometry.size.height)
    }

    fn holds(self, other: Self) -> bool {
        other.0 >= self.0 - SLACK && other.1 >= self.1 - SLACK && other.2 <= self.2 + SLACK && other.3 <= self.3 + SLACK
    }

    fn shared(self, other: Self) -> Self {
        Self(
            self.0.max(other.0),
            self.1.max(other.1),
            self.2.min(other.2),
            self.3.min(other.3),
        )
    }

    fn touches(self, other: Self) -> bool {
        let Self(left, top, right, bottom) = self.shared(other);
        right - left > 2.0 * SLACK && bottom - top > 4.0 * SLACK // boxes of lines have some air
    }
}

/// Where a text may be.
#[derive(Clone, Copy)]
struct Place {
    /// What can be seen, or scrolled into sight.
    room: Area,
    /// What can be seen now.
    seen: Area,
    /// The button that it stands on.
    control: Option<Area>,
}

struct Walk {
    faults: Vec<String>,
    texts: Vec<(String, Area)>,
}

/// Everything on the screen that can't be read whole: texts that are bigger than their place, lie outside the window or
/// where no scrolling leads, leave their button, or lie on another text. `elided`: what may end with "…".
pub fn faults(screens: &Screens, elided: &str) -> Vec<String> {
    slint::platform::update_timers_and_animations();
    let window = WindowInner::from_pub(screens.window());
    window.ensure_tree_instantiated();
    let mut walk = Walk {
        faults: Vec::new(),
        texts: Vec::new(),
    };
    if let Some(tree) = window.try_component() {
        let size = screens.window().size().to_logical(screens.window().scale_factor());
        let room = Area(0.0, 0.0, size.width, size.height);
        let place = Place {
            room,
            seen: room,
            control: None,
        };
        walk.item(&ItemRc::new_root(tree), place, elided);
    }
    let Walk { mut faults, texts } = walk;
    for (i, (a, place)) in texts.iter().enumerate() {
        for (b, other) in &texts[i + 1..] {
            if place.touches(*other) {
                faults.push(format!("“{a}” {place:?} lies on “{b}” {other:?}"));
            }
        }
    }
    faults
}

impl Walk {
    fn item(&mut self, item: &ItemRc, mut place: Place, elided: &str) {
        let area = Area::of(item);
        if let Some(clip) = item.downcast::<Clip>() {
            let clip = clip.as_pin_ref();
            if clip.clip() && clip.is_visibility_clip() {
                return;
            }
            if clip.clip() {
                place.room = place.room.shared(area);
                place.seen = place.seen.shared(area);
            }
        }
        if let Some(flick) = item.downcast::<Flickable>() {
            let flick = flick.as_pin_ref();
            let top = area.1 + flick.content_y().get();
            let column = area.3 - area.1;
            if column < COLUMN_MIN && flick.content_height().get() > column + SLACK {
                self.faults.push(format!("a column of only {column:.0} px to read in"));
            }
            let outer = place.room;
            if area.1 < outer.1 - 20.0 || area.3 > outer.3 + 20.0 {
                self.faults.push(format!("a column lies outside: {area:?}"));
            }
            place.seen = place.seen.shared(area);
            place.room = Area(area.0, top, area.2, top + flick.content_height().get());
        }
        if matches!(
            item.accessible_role(),
            AccessibleRole::Button | AccessibleRole::RadioButton
        ) {
            place.control = Some(area);
            let name = item
                .accessible_string_property(AccessibleStringProperty::Label)
                .unwrap_or_default();
            if !place.room.holds(area) {
                self.faults
                    .push(format!("the button “{name}” is cut off: {area:?} in {:?}", place.room));
            }
        }
        self.text(item, area, place, elided);
        let mut next = item.first_child();
        while let Some(child) = next {
            self.item(&child, place, elided);
            next = child.next_sibling();
        }
    }

    fn text(&mut self, item: &ItemRc, area: Area, place: Place, elided: &str) {
        let (text, cut) = if let Some(text) = item.downcast::<ComplexText>() {
            let text = text.as_pin_ref();
            (text.text(), text.overflow() == TextOverflow::Elide)
        } else if let Some(text) = item.downcast::<SimpleText>() {
            (text.as_pin_ref().text(), false)
        } else {
            return;
        };
        let icon = text.chars().all(|c| ('\u{e000}'..='\u{f8ff}').contains(&c)); // a drawing, or nothing
        let Some(window) = item.window_adapter() else { return };
        if icon {
            return;
        }
        let needs = |orientation| item.borrow().as_ref().layout_info(orientation, -1.0, &window, item);
        let (width, height) = (area.2 - area.0, area.3 - area.1);
        let across = needs(Orientation::Horizontal).min;
        let down = needs(Orientation::Vertical).preferred;
        let link = text.contains('@') || text.contains("://"); // breaks anywhere
        if across > width + SLACK && !link {
            self.faults
                .push(format!("“{text}” needs {across:.0} px across, has {width:.0}"));
        }
        if down > height + SLACK && !(cut && text == elided) {
            self.faults
                .push(format!("“{text}” needs {down:.0} px down, has {height:.0}"));
        }
        if !place.room.holds(area) {
            self.faults
                .push(format!("“{text}” is cut off: {area:?} in {:?}", place.room));
        }
        if place.control.is_some_and(|control| !control.holds(area)) {
            self.faults
                .push(format!("“{text}” leaves its button: {area:?} in {:?}", place.control));
        }
        self.texts.push((text.to_string(), area.shared(place.seen)));
    }
}

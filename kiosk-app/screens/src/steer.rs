//! The five keys (up, down, OK, back, help) and all the others that a keyboard may have: what each does, wherever the
//! focus is. Every key comes here before any widget gets it (`capture-key-pressed` in `app.slint`).
//!
//! Up and down move the focus, OK is Return, back is Escape, help is F1 or Menu. Left says the page once more and right
//! spells what has the focus, as long as there is speech. Digits and letters go on to the fields. Held keys, keys with
//! Ctrl, Alt or Meta, and function keys do nothing (EN 301 549 §5.7, §5.9).
use crate::tree::{self, Focus, Role};
use crate::wheel::{Taken, Wheel};
use crate::{Inner, keyboard, ui};
use session::Tap;
use session::view::{Over, SpeechTo, View};
use slint::platform::Key;
use slint::{ComponentHandle, ModelRc, SharedString};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// One of the keys that lead through the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Steering {
    Up,
    Down,
    Ok,
    Back,
    Help,
    Again,
    Spell,
}

/// What a key is, to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Steering(Steering),
    /// Moves the focus by itself.
    Tab,
    /// Nothing here.
    Idle,
    /// For whatever has the focus.
    Plain,
}

/// What has to be remembered between two keys.
#[derive(Default)]
pub(crate) struct Steer {
    over: Cell<Over>,
    back: Cell<bool>,
    cancel: Cell<bool>,
    is_spoken: Cell<bool>,
    wheel: RefCell<Option<Wheel>>,
    /// Where the focus was before something was laid over the page.
    below: RefCell<Option<Focus>>,
}

/// Keys go through here.
pub(crate) fn connect(inner: &Rc<Inner>) {
    let weak = Rc::downgrade(inner);
    inner
        .app
        .global::<ui::Steer>()
        .on_pressed(move |text, command, repeat| pressed(&weak, &text, command, repeat));
}

/// A view was shown: where the keyboard goes. `new`: another page than before.
pub(crate) fn shown(inner: &Inner, view: &View, new: bool) {
    let steer = &inner.steer;
    steer.back.set(view.back);
    steer.cancel.set(view.cancel);
    steer.is_spoken.set(view.speech != SpeechTo::Nobody);
    let over = steer.over.replace(view.over);
    let window = inner.app.window();
    inner.tremble.set_steady(view.preferences.steady);
    if new {
        steer.below.take();
        inner.tremble.forget();
    }
    if over == Over::Nothing && view.over != Over::Nothing && !new {
        steer.below.replace(Some(Focus::covered(window)));
    }
    if new || over != view.over {
        close_wheel(inner);
        inner.app.invoke_rest();
    }
    if over != Over::Nothing
        && view.over == Over::Nothing
        && let Some(below) = steer.below.take()
    {
        below.go(window);
    }
    if new && matches!(view.screen, session::view::Screen::Attract { .. }) {
        tree::elements(window); // makes the page
        tree::focus_first(window);
    }
}

/// Keys that would go nowhere, because what had the focus is gone, go through the window again.
pub(crate) fn hold(inner: &Inner) {
    tree::reveal(inner.app.window());
    if Focus::here(inner.app.window()).is_none() {
        close_wheel(inner);
        inner.app.invoke_rest();
    }
}

/// The wheel as it is spoken: the letter in the middle, or the word for what it does.
pub(crate) fn wheel(inner: &Inner) -> Option<Result<String, ui::Word>> {
    inner.steer.wheel.borrow().as_ref().map(Wheel::heard)
}

/// True if no widget may have the key any more.
fn pressed(inner: &Weak<Inner>, text: &str, command: bool, repeat: bool) -> bool {
    let Some(inner) = inner.upgrade() else { return true };
    if is_modifier(text) {
        return false;
    }
    if command || repeat {
        return true;
    }
    let window = inner.app.window();
    let kind = kind(text, inner.steer.is_spoken.get());
    let mut moved = false;
    let done = match kind {
        // Digits of a secret come by the number pad's way, see `frame.rs`.
        Kind::Plain if inner.app.get_digits() => false,
        Kind::Plain => {
            let mut typed = text.chars();
            let struck = typed
                .next()
                .is_some_and(|key| inner.tremble.typed_again(key, tree::now(window)));
            struck && typed.next().is_none()
        }
        Kind::Idle => true,
        Kind::Tab => {
            inner.tremble.forget();
            close_wheel(&inner);
            (inner.on_tap)(Tap::MoreTime);
            false
        }
        Kind::Steering(key) => {
            let struck = text.chars().next().unwrap_or_default();
            let trembles = inner.tremble.again(struck, tree::now(window));
            moved = !trembles && matches!(key, Steering::Up | Steering::Down);
            trembles || steered(&inner, key)
        }
    };
    inner.ear.acted(moved);
    done
}

fn is_modifier(text: &str) -> bool {
    let keys = [
        Key::Shift,
        Key::ShiftR,
        Key::Control,
        Key::ControlR,
        Key::Alt,
        Key::AltGr,
        Key::Meta,
        Key::MetaR,
        Key::CapsLock,
    ];
    is_one_of(text, &keys)
}

fn is_one_of(text: &str, keys: &[Key]) -> bool {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) => keys.iter().any(|key| char::from(*key) == only),
        (Some(_) | None, _) => false,
    }
}

fn kind(text: &str, is_spoken: bool) -> Kind {
    let steering = [
        (Key::UpArrow, Steering::Up),
        (Key::DownArrow, Steering::Down),
        (Key::Return, Steering::Ok),
        (Key::Escape, Steering::Back),
        (Key::F1, Steering::Help),
        (Key::Menu, Steering::Help),
    ];
    if let Some((_, key)) = steering.iter().find(|(key, _)| is_one_of(text, &[*key])) {
        return Kind::Steering(*key);
    }
    if is_one_of(text, &[Key::Tab, Key::Backtab]) {
        return Kind::Tab;
    }
    if is_spoken && is_one_of(text, &[Key::LeftArrow]) {
        return Kind::Steering(Steering::Again);
    }
    if is_spoken && is_one_of(text, &[Key::RightArrow]) {
        return Kind::Steering(Steering::Spell);
    }
    let plain = [
        Key::Backspace,
        Key::Delete,
        Key::LeftArrow,
        Key::RightArrow,
        Key::Home,
        Key::End,
        Key::Space,
    ];
    // Function and other keys come as control or private characters.
    let is_special = text
        .chars()
        .any(|c| c.is_control() || ('\u{e000}'..='\u{f8ff}').contains(&c));
    if is_special && !is_one_of(text, &plain) {
        return Kind::Idle;
    }
    Kind::Plain
}

fn steered(inner: &Inner, key: Steering) -> bool {
    if inner.steer.wheel.borrow().is_some() && turned(inner, key) {
        (inner.on_tap)(Tap::MoreTime);
        return true;
    }
    let window = inner.app.window();
    let here = tree::focused_role(window);
    match key {
        Steering::Up => tree::focus_previous(window),
        Steering::Down if here.is_none() => tree::focus_first(window),
        Steering::Down => tree::focus_next(window),
        Steering::Ok if here == Some(Role::TextInput) => open_wheel(inner),
        // The window's own: a PIN that is complete.
        Steering::Ok if here.is_none() && inner.app.get_ready() => return false,
        // Not complete: what is wanted is said once more.
        Steering::Ok if here.is_none() && inner.app.get_digits() => inner.ear.again(inner),
        Steering::Ok if here.is_none() => tree::focus_first(window),
        Steering::Ok => return false,
        Steering::Back => {
            if let Some(tap) = way_back(&inner.steer) {
                (inner.on_tap)(tap);
            }
            return true;
        }
        Steering::Help => {
            (inner.on_tap)(Tap::Help);
            return true;
        }
        Steering::Again => inner.ear.again(inner),
        Steering::Spell => inner.ear.spell(inner),
    }
    (inner.on_tap)(Tap::MoreTime);
    true
}

fn way_back(steer: &Steer) -> Option<Tap> {
    match (steer.over.get(), steer.back.get(), steer.cancel.get()) {
        (Over::AskingCancel | Over::Languages | Over::Settings | Over::Help, ..) => Some(Tap::KeepGoing),
        (Over::Nothing, true, _) => Some(Tap::Back),
        (Over::Nothing, false, true) => Some(Tap::Cancel),
        (Over::Nothing, false, false) => None,
    }
}

/// False if it isn't the wheel's.
fn turned(inner: &Inner, key: Steering) -> bool {
    let mut taken = None;
    match (key, inner.steer.wheel.borrow_mut().as_mut()) {
        (_, None) | (Steering::Help | Steering::Again | Steering::Spell, _) => return false,
        (Steering::Up, Some(wheel)) => wheel.back(),
        (Steering::Down, Some(wheel)) => wheel.forward(),
        (Steering::Ok, Some(wheel)) => taken = Some(wheel.take()),
        (Steering::Back, Some(_)) => taken = Some(Taken::Done),
    }
    match taken {
        Some(Taken::Write(text)) => keyboard::press(&inner.app, text.into()),
        Some(Taken::Erase) => keyboard::press(&inner.app, Key::Backspace.into()),
        Some(Taken::Done) => close_wheel(inner),
        Some(Taken::Turned) | None => {}
    }
    draw(inner);
    true
}

fn open_wheel(inner: &Inner) {
    let mode = inner.app.global::<ui::Keyboard>().get_mode();
    // Keys that bring the focus select the whole text, and the first letter would replace it.
    keyboard::press(&inner.app, Key::End.into());
    let wheel = match mode {
        ui::Typing::Digits => Wheel::of_digits(),
        ui::Typing::Amount => Wheel::of_amounts(),
        ui::Typing::Code => Wheel::of_codes(),
        ui::Typing::Text | ui::Typing::None => Wheel::of_letters(inner.board.own()),
    };
    inner.steer.wheel.replace(Some(wheel));
    draw(inner);
}

fn close_wheel(inner: &Inner) {
    if inner.steer.wheel.take().is_some() {
        inner.app.global::<ui::Wheel>().set_open(false);
    }
}

fn draw(inner: &Inner) {
    let wheel = inner.app.global::<ui::Wheel>();
    let held = inner.steer.wheel.borrow();
    if let Some(turned) = held.as_ref() {
        let row: Vec<SharedString> = turned.row().into_iter().map(SharedString::from).collect();
        wheel.set_row(ModelRc::from(row.as_slice()));
        wheel.set_name(match turned.middle() {
            Ok(_) => SharedString::default(),
            Err(word) => inner.app.global::<ui::Spoken>().invoke_word(word),
        });
        wheel.set_open(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: Key) -> String {
        char::from(key).to_string()
    }

    #[test]
    fn each_key_is_what_it_is() {
        for (key, expected) in [
            (Key::UpArrow, Kind::Steering(Steering::Up)),
            (Key::Return, Kind::Steering(Steering::Ok)),
            (Key::Escape, Kind::Steering(Steering::Back)),
            (Key::Menu, Kind::Steering(Steering::Help)),
            (Key::Tab, Kind::Tab),
            (Key::LeftArrow, Kind::Steering(Steering::Again)),
            (Key::Backspace, Kind::Plain),
            (Key::F4, Kind::Idle),
            (Key::F24, Kind::Idle),
            (Key::SysReq, Kind::Idle),
            (Key::PageDown, Kind::Idle),
            (Key::Insert, Kind::Idle),
            (Key::Stop, Kind::Idle),
        ] {
            assert_eq!(kind(&of(key), true), expected, "{key:?}");
        }
        assert_eq!(
            kind(&of(Key::LeftArrow), false),
            Kind::Plain,
            "without speech it moves the cursor"
        );
        for text in ["a", "ß", "7", " ", "é", ""] {
            assert_eq!(kind(text, true), Kind::Plain);
        }
    }

    #[test]
    fn the_way_back_is_the_nearest() {
        let steer = Steer::default();
        assert!(way_back(&steer).is_none());
        steer.cancel.set(true);
        assert!(matches!(way_back(&steer), Some(Tap::Cancel)));
        steer.back.set(true);
        assert!(matches!(way_back(&steer), Some(Tap::Back)));
        steer.over.set(Over::Help);
        assert!(matches!(way_back(&steer), Some(Tap::KeepGoing)));
    }
}

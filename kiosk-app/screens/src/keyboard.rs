//! Adapter of `widgets/keyboard.slint`: which letters it shows, and keys that become key presses of the window, so that a
//! field can't tell our keyboard from a real one.
use crate::letters::{self, Layer};
use crate::ui;
use slint::platform::WindowEvent;
use slint::{ComponentHandle, ModelRc, SharedString};
use std::cell::Cell;
use std::rc::Rc;

/// Which letters the keyboard shows.
#[derive(Default)]
pub(crate) struct Board {
    own: Cell<Option<&'static Layer>>,
    /// Place in [`letters::layers`].
    at: Cell<usize>,
    shifted: Cell<bool>,
}

impl Board {
    /// Letters of the visit's language, where one may write in them.
    pub(crate) fn own(&self) -> Option<&'static Layer> {
        self.own.get()
    }

    /// Another page: `own` come first on it, see [`Board::own`].
    pub(crate) fn begin(&self, app: &ui::App, own: Option<&'static Layer>) {
        self.own.set(own);
        self.go(app, 0);
    }

    fn go(&self, app: &ui::App, at: usize) {
        self.at.set(at);
        self.shifted.set(false);
        self.draw(app);
    }

    fn draw(&self, app: &ui::App) {
        let layers = letters::layers(self.own());
        let place = |at: usize| layers.iter().cycle().nth(at); // there is at least one
        let (Some(layer), Some(next)) = (place(self.at.get()), place(self.at.get() + 1)) else {
            return;
        };
        let shifted = self.shifted.get();
        let keys = |row: &str| {
            let keys: Vec<SharedString> = row.chars().map(|c| letters::shift(c, shifted)).collect();
            ModelRc::from(keys.as_slice())
        };
        let rows = layer.rows.map(|row| ui::KeyRow { keys: keys(row) });
        let keyboard = app.global::<ui::Keyboard>();
        keyboard.set_rows(ModelRc::from(rows));
        keyboard.set_signs(keys(layer.signs));
        keyboard.set_has_capitals(layer.has_capitals);
        keyboard.set_shifted(shifted);
        keyboard.set_letters(next.name.into());
    }
}

pub(crate) fn connect(app: &ui::App, board: &Rc<Board>) {
    board.begin(app, None);
    let keyboard = app.global::<ui::Keyboard>();
    let (weak, held) = (app.as_weak(), board.clone());
    let with = move |act: fn(&ui::App, &Board)| {
        let (weak, board) = (weak.clone(), held.clone());
        move || {
            if let Some(app) = weak.upgrade() {
                act(&app, &board);
            }
        }
    };
    keyboard.on_shift(with(|app, board| {
        board.shifted.set(!board.shifted.get());
        board.draw(app);
    }));
    keyboard.on_layer(with(|app, board| {
        let layers = letters::layers(board.own()).len();
        board.go(app, (board.at.get() + 1) % layers);
    }));
    keyboard.on_done(with(|app, board| {
        board.go(app, 0);
        hide(app);
    }));
    // one capital, one rare letter, and the usual ones are back
    let after = with(|app, board| board.go(app, letters::home(board.own(), board.at.get())));
    let weak = app.as_weak();
    keyboard.on_key(move |text| {
        if let Some(app) = weak.upgrade() {
            press(&app, text);
            after();
        }
    });
}

/// Puts the keyboard away and takes the focus from the field.
pub(crate) fn hide(app: &ui::App) {
    let keyboard = app.global::<ui::Keyboard>();
    if keyboard.get_mode() != ui::Typing::None {
        keyboard.set_mode(ui::Typing::None);
        keyboard.set_owner(-1);
        app.invoke_rest();
    }
}

/// A key of ours, as if it were one of a real keyboard.
pub(crate) fn press(app: &ui::App, text: SharedString) {
    // a window that can't take a key has no field either
    let _ = app
        .window()
        .dispatch_event_with_result(WindowEvent::KeyPressed { text: text.clone() });
    let _ = app
        .window()
        .dispatch_event_with_result(WindowEvent::KeyReleased { text });
}

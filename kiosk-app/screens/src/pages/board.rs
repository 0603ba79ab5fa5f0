//! Adapter of `board.slint` and `board_found.slint`.
use super::services::SEARCH_INDEX;
use crate::frame::count;
use crate::typed::TypedField;
use crate::ui;
use drivers_api::language::Language;
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};
use session::view::{BoardEntry, BoardFact, BoardFactKind, BoardPlace, BoardSection, BoardState, BoardView};
use slint::{ComponentHandle, Image, ModelRc, Rgb8Pixel, SharedPixelBuffer, SharedString};
use std::cell::RefCell;

/// Modules around a QR code that stay white (ISO/IEC 18004 §9.1).
const QUIET_MODULES: usize = 4;

/// Pixels of the whole code at most; `Theme.qr` is its room.
const CODE_PX: usize = 340;

/// `new`: another page than before. What was typed into the field stays in it.
pub(crate) fn fill(app: &ui::App, field: &RefCell<TypedField>, view: &BoardView, language: Language, new: bool) {
    let board = app.global::<ui::Board>();
    let section = match view.place {
        BoardPlace::Overview => ui::BoardSection::None,
        BoardPlace::List(section) | BoardPlace::One(section, _) => shown(section),
        BoardPlace::Paper(..) => ui::BoardSection::Council,
    };
    board.set_section(section);
    board.set_title(SharedString::from(&view.title));
    board.set_facts(super::put(board.get_facts(), view.facts.iter().map(fact).collect()));
    let paragraphs = view.paragraphs.iter().map(SharedString::from);
    board.set_paragraphs(super::put(board.get_paragraphs(), paragraphs.collect()));
    let entries = view.entries.iter().enumerate().map(|(at, one)| entry(at, one));
    board.set_entries(super::put(board.get_entries(), entries.collect()));
    board.set_agenda(matches!(view.place, BoardPlace::One(BoardSection::Council, _)));
    board.set_more(count(view.more));
    let as_of = view.as_of.map(|at| at.text(language)).unwrap_or_default();
    board.set_as_of(as_of.into());
    if new {
        // An address that is no QR code is still told.
        let code = view.link.as_ref().and_then(|(address, _)| code(address).ok());
        board.set_code(code.unwrap_or_default());
        board.set_host(view.link.as_ref().map(|(_, host)| host.into()).unwrap_or_default());
    }
    let words = view.words.expose();
    board.set_index(SEARCH_INDEX);
    let mut typed = field.borrow_mut();
    if typed.told(words) || new {
        *typed = TypedField::new(words);
        board.set_words(SharedString::from(words));
        board.set_stamp(board.get_stamp().wrapping_add(1));
    }
    board.set_asked(!words.trim().is_empty());
}

/// What was looked for is forgotten, and what was found by it.
pub(crate) fn clear(app: &ui::App) {
    let board = app.global::<ui::Board>();
    board.set_words(SharedString::default());
    board.set_entries(ModelRc::default());
}

fn shown(section: BoardSection) -> ui::BoardSection {
    match section {
        BoardSection::News => ui::BoardSection::News,
        BoardSection::Council => ui::BoardSection::Council,
        BoardSection::Consultations => ui::BoardSection::Consultations,
        BoardSection::Found => ui::BoardSection::Found,
        BoardSection::Offices => ui::BoardSection::Offices,
        BoardSection::Responsible => ui::BoardSection::Responsible,
    }
}

fn entry(at: usize, entry: &BoardEntry) -> ui::BoardEntry {
    let (state, until) = match &entry.state {
        BoardState::None => (ui::BoardState::None, ""),
        BoardState::OpenUntil(until) => (ui::BoardState::OpenUntil, until.as_str()),
        BoardState::OpensAt(at) => (ui::BoardState::OpensAt, at.as_str()),
        BoardState::OpensOn(on) => (ui::BoardState::OpensOn, on.as_str()),
        BoardState::Closed => (ui::BoardState::Closed, ""),
        BoardState::Cancelled => (ui::BoardState::Cancelled, ""),
        BoardState::NotPublic => (ui::BoardState::NotPublic, ""),
        BoardState::Until(until) => (ui::BoardState::Until, until.as_str()),
    };
    ui::BoardEntry {
        section: entry.section.map_or(ui::BoardSection::None, shown),
        title: SharedString::from(&entry.title),
        text: SharedString::from(&entry.text),
        when: SharedString::from(&entry.when),
        state,
        until: until.into(),
        opens: entry.opens,
        at: count(at),
    }
}

fn fact(fact: &BoardFact) -> ui::BoardFact {
    let (kind, weekday, day) = match &fact.kind {
        BoardFactKind::When => (ui::BoardFactKind::When, 0, String::new()),
        BoardFactKind::Where => (ui::BoardFactKind::Where, 0, String::new()),
        BoardFactKind::Kind => (ui::BoardFactKind::Kind, 0, String::new()),
        BoardFactKind::Number => (ui::BoardFactKind::Number, 0, String::new()),
        BoardFactKind::Day => (ui::BoardFactKind::Day, 0, String::new()),
        BoardFactKind::Office => (ui::BoardFactKind::Office, 0, String::new()),
        BoardFactKind::Phone => (ui::BoardFactKind::Phone, 0, String::new()),
        BoardFactKind::Note => (ui::BoardFactKind::Note, 0, String::new()),
        BoardFactKind::Weekday(day) => (ui::BoardFactKind::Weekday, i32::from(*day), String::new()),
        BoardFactKind::SpecialDay(day, why) if why.is_empty() => (ui::BoardFactKind::SpecialDay, 0, day.clone()),
        BoardFactKind::SpecialDay(day, why) => (ui::BoardFactKind::SpecialDay, 0, format!("{day}: {why}")),
    };
    ui::BoardFact {
        kind,
        weekday,
        day: day.into(),
        value: SharedString::from(&fact.value),
    }
}

/// The address as a QR code, dark on light in every look, because that is what cameras expect.
fn code(address: &str) -> Result<Image, QrError> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M)?;
    let across = code.width() + 2 * QUIET_MODULES;
    let module = (CODE_PX / across).max(1);
    let side = u32::try_from(across * module).unwrap_or_default();
    let mut pixels = SharedPixelBuffer::<Rgb8Pixel>::new(side, side);
    let dark = |x: usize, y: usize| {
        let place = |at: usize| (at / module).checked_sub(QUIET_MODULES).filter(|at| *at < code.width());
        let both = place(x).zip(place(y));
        both.is_some_and(|(x, y)| code[(x, y)] == Color::Dark)
    };
    for (at, pixel) in pixels.make_mut_slice().iter_mut().enumerate() {
        let shade = if dark(at % (across * module), at / (across * module)) {
            0
        } else {
            u8::MAX
        };
        *pixel = Rgb8Pixel {
            r: shade,
            g: shade,
            b: shade,
        };
    }
    Ok(Image::from_rgb8(pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_a_code_that_fits() {
        for address in ["https://www.musterstadt.de/", &format!("https://h/{}", "x".repeat(300))] {
            let size = code(address).unwrap().size();
            assert!(
                (200..=CODE_PX as u32).contains(&size.width) && size.width == size.height,
                "{size:?}"
            );
        }
        assert!(code(&"x".repeat(4000)).is_err());
    }
}

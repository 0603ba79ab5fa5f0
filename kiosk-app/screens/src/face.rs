//! Which page a view is, and handing it to that page's adapter.
use crate::{Inner, frame, keyboard, letters, pages, steer, ui};
use catalogue::Situation;
use drivers_api::language::Language;
use session::view::{BoardPlace, BoardSection, FollowUp, List, Screen, SecretKind, View};
use slint::ComponentHandle;

/// What makes a page another page: its texts are forgotten and its scrolling and focus begin anew.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct PageKey {
    face: ui::Face,
    /// Of a form, of a letter, or of paying.
    form_page: usize,
    /// Each secret is a page of its own.
    secret: Option<SecretKind>,
    /// So is each list of services.
    situation: Option<Option<Situation>>,
    /// And each page of an inquiry.
    inquiry: Option<ui::Inquiry>,
    /// And each page of the board.
    board: Option<BoardPlace>,
    language: Language,
}

impl PageKey {
    fn of(view: &View) -> Self {
        let form_page = if let Screen::Form(form) = &view.screen {
            form.page
        } else if let Screen::FollowUp(FollowUp::Letter(letter)) = &view.screen {
            letter.page
        } else if let Screen::Pay(pay) = &view.screen {
            pages::pay::stage(&pay.state) as usize
        } else {
            0
        };
        let inquiry = if let Screen::FollowUp(follow_up) = &view.screen {
            Some(pages::follow_up::page(follow_up))
        } else {
            None
        };
        let secret = if let Screen::Secret(entry) = &view.screen {
            Some(entry.kind)
        } else {
            None
        };
        let situation = if let Screen::Services {
            list: List::Situation(situation),
            ..
        } = &view.screen
        {
            Some(*situation)
        } else {
            None
        };
        let board = if let Screen::Board(board) = &view.screen {
            Some(board.place)
        } else {
            None
        };
        Self {
            board,
            face: face(&view.screen),
            form_page,
            secret,
            situation,
            inquiry,
            language: view.language,
        }
    }
}

/// Shows a view.
pub(crate) fn show(inner: &Inner, view: &View) {
    let app = &inner.app;
    let key = PageKey::of(view);
    let before = inner.shown.replace(Some(key));
    if before.is_none_or(|before| before.language != view.language) {
        select(view.language);
    }
    let new = before != Some(key);
    if new {
        keyboard::hide(app);
        let speaks = matches!(view.screen, Screen::Search { .. }).then_some(view.language);
        inner.board.begin(app, speaks.and_then(letters::own));
        forget(inner, key.face);
        if before.is_none_or(|before| before.inquiry != key.inquiry) {
            pages::follow_up::clear(app);
        }
    }
    fill(inner, view, new);
    inner.pad.fill(app, view, new);
    frame::fill(app, view);
    if new {
        let frame = app.global::<ui::Frame>();
        inner.visit.set(inner.visit.get().wrapping_add(1));
        frame.set_face(key.face);
        frame.set_visit(inner.visit.get());
    }
    steer::shown(inner, view, new);
    inner.ear.shown(view, inner.visit.get());
}

/// German is the source text; the others are bundled, so selecting them can't fail.
fn select(language: Language) {
    let is_source = language == Language::German;
    let name = if is_source { "" } else { language.tag() }; // its folder in `translations`
    let selected = slint::select_bundled_translation(name);
    debug_assert!(selected.is_ok(), "the translations are bundled");
}

/// Texts about a person, of all pages but `keep`, are replaced by empty ones.
fn forget(inner: &Inner, keep: ui::Face) {
    let app = &inner.app;
    inner.form.forget();
    pages::form::clear(app);
    if keep != ui::Face::CardContent {
        pages::card_content::clear(app);
    }
    if keep != ui::Face::Exit {
        pages::exit::clear(app);
    }
    if keep != ui::Face::Review {
        pages::review::clear(app);
    }
    if keep != ui::Face::Pay {
        pages::pay::clear(app);
    }
    if keep != ui::Face::Receipt {
        pages::receipt::clear(app);
    }
    if keep != ui::Face::Search {
        pages::services::clear(app);
    }
    if keep != ui::Face::Board && keep != ui::Face::BoardFound {
        pages::board::clear(app);
    }
    if keep != ui::Face::Request {
        pages::request::clear(app);
    }
}

fn fill(inner: &Inner, view: &View, new: bool) {
    let app = &inner.app;
    match &view.screen {
        Screen::Attract {
            card_left,
            reader_works,
            eid_works,
            time,
            services,
            headlines,
        } => {
            pages::attract::fill(app, *card_left, *reader_works, *eid_works);
            pages::attract::news(app, *time, services, headlines);
        }
        Screen::Services { list, tiles, board } => pages::services::fill(app, list, tiles, *board),
        Screen::Search { words, tiles } => pages::services::search(app, &inner.form.search, words, tiles, new),
        Screen::Request(request) => pages::request::fill(app, request),
        Screen::LayCard { hint } => pages::lay_card::fill(app, *hint),
        Screen::Secret(entry) => pages::secret::fill(app, *entry),
        Screen::Working { work, on_pad } => pages::working::fill(app, *work, *on_pad),
        Screen::CardRefused { why } => pages::card_refused::fill(app, *why),
        Screen::PinMenu { reader_works } => pages::pin::menu(app, *reader_works),
        Screen::PinDone(news) => pages::pin::done(app, *news),
        Screen::PinForgotten { office, note } => pages::pin::forgotten(app, office, *note),
        Screen::Information(information) => pages::information::fill(app, information, new),
        Screen::Board(board) => pages::board::fill(app, &inner.form.search, board, view.language, new),
        Screen::CardContent(content) => pages::card_content::fill(app, content, new),
        Screen::Exit { service, title, text } => pages::exit::fill(app, service, title, text),
        Screen::Form(form) => pages::form::fill(app, &inner.form, form, view.preferences.look, new),
        Screen::Review(review) => pages::review::fill(app, review, new),
        Screen::FollowUp(follow_up) => pages::follow_up::fill(app, &inner.form.code, follow_up, new),
        Screen::Pay(pay) => pages::pay::fill(app, pay),
        Screen::FilingFailed {
            storage_full,
            certain,
            paid,
        } => pages::filing::fill(app, *storage_full, *certain, *paid),
        Screen::Receipt(receipt) => pages::receipt::fill(app, receipt),
        Screen::Goodbye { ending } => pages::ending::fill(app, *ending),
        Screen::Away(away) => pages::away::fill(app, *away),
        Screen::Languages | Screen::Filing | Screen::TakeCard => {}
    }
}

fn face(screen: &Screen) -> ui::Face {
    match screen {
        Screen::Attract { .. } => ui::Face::Attract,
        Screen::Languages => ui::Face::Languages,
        Screen::Services { .. } => ui::Face::Services,
        Screen::Search { .. } => ui::Face::Search,
        Screen::Request(_) => ui::Face::Request,
        Screen::LayCard { .. } => ui::Face::LayCard,
        Screen::Secret(_) => ui::Face::Secret,
        Screen::Working { .. } => ui::Face::Working,
        Screen::PinMenu { .. } => ui::Face::PinMenu,
        Screen::PinDone(_) => ui::Face::PinDone,
        Screen::PinForgotten { .. } => ui::Face::PinForgotten,
        Screen::Information(_) => ui::Face::Information,
        Screen::FollowUp(_) => ui::Face::FollowUp,
        Screen::Board(board) if board.place == BoardPlace::List(BoardSection::Found) => ui::Face::BoardFound,
        Screen::Board(_) => ui::Face::Board,
        Screen::CardRefused { .. } => ui::Face::CardRefused,
        Screen::CardContent(_) => ui::Face::CardContent,
        Screen::Exit { .. } => ui::Face::Exit,
        Screen::Form(_) => ui::Face::Form,
        Screen::Review(_) => ui::Face::Review,
        Screen::Pay(_) => ui::Face::Pay,
        Screen::Filing => ui::Face::Filing,
        Screen::FilingFailed { .. } => ui::Face::FilingFailed,
        Screen::Receipt(_) => ui::Face::Receipt,
        Screen::TakeCard => ui::Face::TakeCard,
        Screen::Goodbye { .. } => ui::Face::Goodbye,
        Screen::Away(_) => ui::Face::Away,
    }
}

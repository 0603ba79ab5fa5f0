//! Adapter of `follow_up.slint` and the pages below it: what became of a case.
use super::{leaflet, put};
use crate::frame::count;
use crate::typed::TypedField;
use crate::ui;
use drivers_api::private::PrivateText;
use session::CaseState;
use session::view::{Availability, CaseView, CodeEntry, CodeTrouble, FollowUp, LetterPage, LetterPart, NoCase};
use slint::{ComponentHandle, ModelRc, SharedString};
use std::cell::RefCell;

/// The code's field: no field of a form has this number.
pub(crate) const CODE_INDEX: i32 = -3;

/// Which page it is; each is a page of its own to the eye, the ear and the focus.
pub(crate) fn page(follow_up: &FollowUp) -> ui::Inquiry {
    match follow_up {
        FollowUp::Choose { .. } => ui::Inquiry::Choose,
        FollowUp::Code(_) => ui::Inquiry::Code,
        FollowUp::Asking { .. } => ui::Inquiry::Asking,
        FollowUp::NoAnswer(_) => ui::Inquiry::NoAnswer,
        FollowUp::Cases(_) => ui::Inquiry::Cases,
        FollowUp::Case(_) => ui::Inquiry::Case,
        FollowUp::Letter(_) => ui::Inquiry::Letter,
        FollowUp::Withdraw { .. } => ui::Inquiry::Withdraw,
        FollowUp::Withdrawn { .. } => ui::Inquiry::Withdrawn,
    }
}

/// `new`: another page than before. What was typed into the field stays in it.
pub(crate) fn fill(app: &ui::App, field: &RefCell<TypedField>, follow_up: &FollowUp, new: bool) {
    let told = app.global::<ui::FollowUp>();
    told.set_page(page(follow_up));
    match follow_up {
        FollowUp::Choose { by_card } => {
            told.set_card(*by_card == Availability::Now);
            told.set_reader(*by_card != Availability::NoReader);
        }
        FollowUp::Code(entry) => code(&told, field, entry, new),
        FollowUp::Asking { withdrawing } => told.set_withdrawing(*withdrawing),
        FollowUp::NoAnswer(why) => no_answer(&told, *why),
        FollowUp::Cases(cases) => {
            let tile = |case: &session::view::CaseRow| ui::CaseTile {
                service: SharedString::from(&case.service),
                filed_at: SharedString::from(&case.filed_at),
                standing: standing(case.state),
            };
            told.set_cases(put(told.get_cases(), cases.iter().map(tile).collect()));
        }
        FollowUp::Case(case) => self::case(&told, case),
        FollowUp::Letter(page) => letter(app, &told, page),
        FollowUp::Withdraw { service } => told.set_service(SharedString::from(service)),
        FollowUp::Withdrawn { service, paper } => {
            told.set_service(SharedString::from(service));
            leaflet::fill(app, *paper);
        }
    }
}

/// Texts about a person are replaced by empty ones.
pub(crate) fn clear(app: &ui::App) {
    let told = app.global::<ui::FollowUp>();
    for set in [
        ui::FollowUp::set_code,
        ui::FollowUp::set_service,
        ui::FollowUp::set_filed_at,
        ui::FollowUp::set_title,
        ui::FollowUp::set_issuer,
        ui::FollowUp::set_day,
    ] {
        set(&told, SharedString::default());
    }
    told.set_groups(ModelRc::default());
    told.set_cases(ModelRc::default());
    told.set_moments(ModelRc::default());
    told.set_letters(ModelRc::default());
    told.set_pieces(ModelRc::default());
}

fn text(private: &PrivateText) -> SharedString {
    SharedString::from(private.expose())
}

fn code(told: &ui::FollowUp<'_>, field: &RefCell<TypedField>, entry: &CodeEntry, new: bool) {
    told.set_index(CODE_INDEX);
    let typed = entry.typed.expose();
    let mut held = field.borrow_mut();
    if held.told(typed) || new {
        *held = TypedField::new(typed);
        told.set_code(SharedString::from(typed));
        told.set_stamp(told.get_stamp().wrapping_add(1));
    }
    told.set_complete(entry.complete);
    told.set_slip(entry.trouble == Some(CodeTrouble::Slip));
    told.set_not_ours(entry.trouble == Some(CodeTrouble::NotOurs));
    let groups = typed.split('-').map(SharedString::from).collect();
    told.set_groups(put(told.get_groups(), groups));
}

fn no_answer(told: &ui::FollowUp<'_>, why: NoCase) {
    let (shown, code) = match why {
        NoCase::UnknownCode => (ui::NoCase::UnknownCode, ""),
        NoCase::NoCaseOfCard => (ui::NoCase::NoCaseOfCard, ""),
        NoCase::LineDown => (ui::NoCase::LineDown, "K-501"),
        NoCase::Later { .. } => (ui::NoCase::Later, "K-502"),
        NoCase::TooLate => (ui::NoCase::TooLate, ""),
        NoCase::Unclear => (ui::NoCase::Unclear, "K-503"),
    };
    told.set_why(shown);
    told.set_failure(code.into());
    if let NoCase::Later { minutes } = why {
        told.set_minutes(crate::frame::seconds(minutes));
    }
}

fn case(told: &ui::FollowUp<'_>, case: &CaseView) {
    told.set_service(SharedString::from(&case.service));
    told.set_code(text(&case.code));
    told.set_filed_at(SharedString::from(&case.filed_at));
    told.set_standing(standing(case.state));
    told.set_unreadable(count(case.unreadable));
    told.set_withdrawable(case.withdrawable);
    let moments = case.steps.iter().map(|step| ui::CaseMoment {
        standing: standing(step.state),
        at: SharedString::from(&step.at),
    });
    told.set_moments(put(told.get_moments(), moments.collect()));
    let letters = case.letters.iter().map(|letter| ui::LetterTile {
        title: text(&letter.title),
        day: SharedString::from(&letter.day),
    });
    told.set_letters(put(told.get_letters(), letters.collect()));
}

fn letter(app: &ui::App, told: &ui::FollowUp<'_>, page: &LetterPage) {
    told.set_title(text(&page.title));
    told.set_issuer(text(&page.issuer));
    told.set_day(SharedString::from(&page.day));
    told.set_number(count(page.page));
    told.set_of(count(page.of));
    let piece = |part: &LetterPart| match part {
        LetterPart::Heading(heading) => ui::LetterPiece {
            heading: true,
            name: SharedString::default(),
            text: text(heading),
        },
        LetterPart::Paragraph(paragraph) => ui::LetterPiece {
            heading: false,
            name: SharedString::default(),
            text: text(paragraph),
        },
        LetterPart::Row { name, value } => ui::LetterPiece {
            heading: false,
            name: text(name),
            text: text(value),
        },
    };
    told.set_pieces(put(told.get_pieces(), page.parts.iter().map(piece).collect()));
    leaflet::fill(app, page.paper);
}

fn standing(state: CaseState) -> ui::Standing {
    match state {
        CaseState::WaitingHere => ui::Standing::WaitingHere,
        CaseState::Received => ui::Standing::Received,
        CaseState::OnItsWay => ui::Standing::OnItsWay,
        CaseState::InWork => ui::Standing::InWork,
        CaseState::NeedsSomething => ui::Standing::NeedsSomething,
        CaseState::Answered => ui::Standing::Answered,
        CaseState::Rejected => ui::Standing::Rejected,
        CaseState::Withdrawn => ui::Standing::Withdrawn,
    }
}

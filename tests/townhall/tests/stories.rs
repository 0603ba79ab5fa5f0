//! Citizens' stories: the good one, and people who change their mind, run out of time or step aside.
use drivers_api::language::Language;
use drivers_api::print::Medium;
use drivers_api::private::PrivateText;
use session::view::{CardHint, Over, Paper, Screen, SecretKind};
use session::{Ending, Record, Tap, patience};
use townhall::devices::PIN;
use townhall::story::{GOOD_CARD, Story};

macro_rules! sees {
    ($story:expr, $pattern:pat $(if $guard:expr)?) => {{
        let screen = $story.screen();
        assert!(matches!(&screen, $pattern $(if $guard)?), "saw {screen:?}");
    }};
}

#[test]
fn a_meldebescheinigung_is_ordered() {
    let mut story = Story::default();
    sees!(
        story,
        Screen::Attract {
            card_left: false,
            reader_works: true,
            eid_works: true,
            ..
        }
    );
    sees!(story.tap(Tap::Start), Screen::Languages);
    sees!(story.tap(Tap::Language(Language::German)), Screen::Services { .. });
    sees!(story.tap(Tap::Service("meldebescheinigung".into())), Screen::Request(_));
    sees!(story.tap(Tap::Continue), Screen::LayCard { hint: CardHint::None });
    story.world.lay_on(GOOD_CARD);
    sees!(story, Screen::Secret(entry) if entry.kind == SecretKind::Pin && entry.typed == 0);
    sees!(story.type_secret(PIN), Screen::Working { .. });
    sees!(story.wait(10), Screen::Form(_));
    let mut story = Story::default();
    sees!(story.to_review(), Screen::Review(_));
    sees!(story.tap(Tap::Continue), Screen::Filing);
    sees!(story.wait(1), Screen::Receipt(receipt) if receipt.paper == Paper::Printing);
    sees!(story.wait(15), Screen::Receipt(receipt) if receipt.paper == Paper::Printed(Medium::Sheet) && receipt.line_up);
    sees!(story.tap(Tap::Continue), Screen::TakeCard);
    story.world.take_card();
    sees!(story, Screen::Goodbye { ending: Ending::Filed });
    assert!(story.wait(10).is_idle());
    assert_eq!(story.world.filing.count(), 1);
    assert_eq!(story.world.journal.last(), Some(&Record::VisitEnded(Ending::Filed)));
}

#[test]
fn who_asks_is_shown_before_the_pin() {
    let mut story = Story::default();
    let Screen::Request(request) = story.to_request().screen() else {
        panic!("no request")
    };
    assert!(!request.provider.name.is_empty() && !request.provider.street.is_empty());
    assert!(!request.purpose.is_empty() && !request.legal_basis.is_empty());
    assert!(!request.data.is_empty());
}

#[test]
fn a_form_asks_for_what_is_missing_and_prunes() {
    let mut story = Story::default();
    story.to_form();
    let Screen::Form(before) = story.screen() else {
        panic!("no form")
    };
    story.tap(Tap::Continue);
    let Screen::Form(form) = story.screen() else {
        panic!("left a page with nothing on it")
    };
    assert_eq!(form.page, before.page);
    assert!(form.fields.iter().any(|field| field.error.is_some()));
}

#[test]
fn the_review_leads_back_to_any_page() {
    let mut story = Story::default();
    let Screen::Review(review) = story.to_review().screen() else {
        panic!("no review")
    };
    assert!(review.declaration.sections.len() > 1);
    // What the card was asked has no page.
    let page = review
        .declaration
        .sections
        .iter()
        .find_map(|section| section.page)
        .unwrap();
    sees!(story.tap(Tap::Change(page)), Screen::Form(form) if form.page == page);
}

#[test]
fn cancel_is_asked_when_there_is_something_to_lose() {
    let mut story = Story::default();
    story.to_request().tap(Tap::Cancel);
    sees!(
        story,
        Screen::Goodbye {
            ending: Ending::Cancelled
        }
    );
    let mut story = Story::default();
    story.to_form().tap(Tap::Cancel);
    assert_eq!(story.view().over, Over::AskingCancel);
    story.tap(Tap::Continue);
    assert_eq!(
        story.view().over,
        Over::AskingCancel,
        "under the question nothing else can be touched"
    );
    story.tap(Tap::KeepGoing);
    assert_eq!(story.view().over, Over::Nothing);
    story.tap(Tap::Cancel).tap(Tap::ConfirmCancel);
    sees!(story, Screen::TakeCard);
}

#[test]
fn time_is_announced_and_can_be_extended() {
    let mut story = Story::default();
    story.to_request();
    story.wait(patience::CHOOSING.as_secs() - patience::WARNING.as_secs() - 1);
    assert!(story.view().countdown.is_none());
    story.wait(2);
    assert_eq!(story.view().countdown.unwrap().remaining_s, 39);
    story.tap(Tap::MoreTime);
    assert!(story.view().countdown.is_none());
    assert!(story.wait(patience::CHOOSING.as_secs() + 1).is_idle());
}

#[test]
fn a_citizen_who_stepped_aside_comes_back_with_the_birthday() {
    let mut story = Story::default();
    story.to_form().wait(patience::FORM.as_secs());
    sees!(story, Screen::Away(away) if away.birthday == Some(0));
    story.type_secret(b"0101");
    sees!(story, Screen::Away(away) if away.wrong && away.birthday == Some(0));
    story.type_secret(b"1208");
    sees!(story, Screen::Form(_));
}

#[test]
fn a_stranger_gets_nothing_and_the_case_is_wiped() {
    let mut story = Story::default();
    story.to_review().wait(patience::REVIEW.as_secs());
    story.type_secret(b"0101").type_secret(b"0202").type_secret(b"0303");
    assert!(story.is_idle());
    let mut story = Story::default();
    story
        .to_review()
        .wait(patience::REVIEW.as_secs() + patience::GRACE.as_secs() + 1);
    assert!(story.is_idle());
}

#[test]
fn the_language_can_be_changed_without_losing_an_entry() {
    let mut story = Story::default();
    story.to_form();
    let Screen::Form(before) = story.screen() else {
        panic!("no form")
    };
    let texts_in = |story: &Story| (story.view().language, story.view().texts_in);
    story.tap(Tap::Language(Language::Turkish));
    sees!(story, Screen::Form(form) if form.title == before.title);
    assert_eq!(
        texts_in(&story),
        (Language::Turkish, Language::German),
        "the service isn't translated"
    );
    story.tap(Tap::Language(Language::English));
    let Screen::Form(after) = story.screen() else {
        panic!("no form")
    };
    assert_eq!(texts_in(&story), (Language::English, Language::English));
    assert_eq!(before.page, after.page);
    assert_ne!(before.title, after.title);
    let values = |form: &session::view::Form| form.fields.iter().map(|f| f.value.duplicate()).collect::<Vec<_>>();
    assert_eq!(values(&before), values(&after));
}

#[test]
fn a_field_of_another_page_can_not_be_entered() {
    let mut story = Story::default();
    story.to_form();
    story.tap(Tap::Enter {
        field: usize::MAX,
        text: PrivateText::from("x"),
    });
    sees!(story, Screen::Form(_));
}

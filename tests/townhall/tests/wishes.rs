//! How a visitor wants the terminal, help, and the headset: on every screen, for one visit.
#![allow(clippy::wildcard_enum_match_arm)] // tests
use drivers_api::language::Language;
use drivers_api::voice::VoiceEvent;
use session::StaffNews;
use session::preferences::{Look, TextSize};
use session::view::{Over, Screen, SpeechTo, StaffCall};
use session::{Input, Preferences, Record, Tap, Wish, patience};
use townhall::story::Story;

fn wanted() -> Preferences {
    Preferences {
        look: Look::YellowOnBlack,
        text: TextSize::Percent200,
        reach: true,
        shuffled: true,
        steady: true,
        aloud: true,
    }
}

fn wish_all(story: &mut Story) {
    story
        .tap(Tap::Prefer(Wish::Look(Look::YellowOnBlack)))
        .tap(Tap::Prefer(Wish::Text(TextSize::Percent200)))
        .tap(Tap::Prefer(Wish::Reach(true)))
        .tap(Tap::Prefer(Wish::Shuffled(true)))
        .tap(Tap::Prefer(Wish::Steady(true)))
        .tap(Tap::Prefer(Wish::Aloud(true)));
}

fn calls(story: &Story) -> Vec<&'static str> {
    let asked = |record: &Record| match record {
        Record::HelpWanted(stage) => Some(*stage),
        _ => None,
    };
    story.world.journal.iter().filter_map(asked).collect()
}

#[test]
fn wishes_last_for_the_visit_and_no_longer() {
    let mut story = Story::default();
    story.to_form().tap(Tap::Settings);
    assert_eq!(story.view().over, Over::Settings);
    wish_all(&mut story);
    assert_eq!(story.view().preferences, wanted());
    assert_eq!(story.view().speech, SpeechTo::Room);
    story.tap(Tap::KeepGoing).fill();
    assert!(matches!(story.screen(), Screen::Review(_)));
    assert_eq!(story.view().preferences, wanted());
    // Covered and taken up again, it is still the same visitor.
    story.wait(patience::REVIEW.as_secs());
    assert_eq!(story.view().preferences, wanted());
    story.tap(Tap::Prefer(Wish::Look(Look::Dark)));
    assert_eq!(
        story.view().preferences.look,
        Look::Dark,
        "it is too dark or too bright for a stranger, too"
    );
    story.wait(patience::GRACE.as_secs() + 1);
    assert!(story.is_idle());
    assert_eq!(story.view().preferences, Preferences::default());
    story.tap(Tap::Start);
    assert_eq!(story.view().preferences, Preferences::default());
    assert_eq!(story.view().speech, SpeechTo::Nobody);
}

#[test]
fn wishes_can_come_before_anything_else() {
    let mut story = Story::default();
    story.tap(Tap::Prefer(Wish::Reach(true)));
    assert!(matches!(story.screen(), Screen::Languages));
    assert!(story.view().preferences.reach);
    let mut story = Story::default();
    story.tap(Tap::Languages);
    assert_eq!(story.view().over, Over::Languages);
    story.tap(Tap::Language(Language::Polish));
    assert_eq!(
        (story.view().over, story.view().language),
        (Over::Nothing, Language::Polish)
    );
    assert!(matches!(story.screen(), Screen::Services { .. }));
    let mut story = Story::default();
    story.tap(Tap::Help);
    assert_eq!(story.view().over, Over::Help);
}

#[test]
fn below_a_panel_nothing_is_touched_and_a_new_screen_closes_it() {
    for panel in [Tap::Settings, Tap::Languages, Tap::Help] {
        let mut story = Story::default();
        story.to_request().tap(panel).tap(Tap::Continue);
        assert!(matches!(story.screen(), Screen::Request(_)));
        assert_ne!(story.view().over, Over::Nothing);
        story.tap(Tap::Back);
        assert_eq!(story.view().over, Over::Nothing, "back closes the panel first");
        assert!(matches!(story.screen(), Screen::Request(_)));
    }
    let mut story = Story::default();
    story.to_request().tap(Tap::Continue).tap(Tap::Help);
    story.world.lay_on(townhall::story::GOOD_CARD);
    assert!(matches!(story.screen(), Screen::Secret(_)));
    assert_eq!(story.view().over, Over::Nothing);
}

#[test]
fn help_tells_the_stage_and_nothing_else_once_a_visit() {
    let mut story = Story::default();
    story.world.input(Input::Line { up: true });
    story.to_form().tap(Tap::Help);
    assert_eq!(story.view().staff, StaffCall::NotAsked);
    story.tap(Tap::CallStaff).tap(Tap::CallStaff);
    assert_eq!(story.view().staff, StaffCall::Calling);
    assert_eq!(calls(&story), ["filling"]);
    story.wait(3);
    assert_eq!(story.view().staff, StaffCall::Told);
    story.tap(Tap::CallStaff).wait(65);
    assert_eq!(story.view().staff, StaffCall::Coming, "somebody said so");
    assert_eq!(calls(&story), ["filling"], "once is enough");
    story.tap(Tap::KeepGoing).tap(Tap::Cancel).tap(Tap::ConfirmCancel);
    assert_eq!(story.view().staff, StaffCall::Coming, "in the same visit");
    story.wait(300);
    assert!(story.is_idle());
    story.tap(Tap::Start);
    assert_eq!(story.view().staff, StaffCall::NotAsked);
}

#[test]
fn without_a_line_nobody_is_promised() {
    let mut story = Story::default();
    story.world.input(Input::Line { up: false });
    story.to_request().tap(Tap::Help).tap(Tap::CallStaff);
    assert_eq!(story.view().staff, StaffCall::OutOfReach);
    assert!(calls(&story).is_empty());
    story.world.input(Input::Line { up: true });
    story.tap(Tap::CallStaff);
    assert_eq!(story.view().staff, StaffCall::Calling);
}

#[test]
fn a_call_that_does_not_get_through_can_be_made_again_and_old_news_say_nothing() {
    let mut story = Story::default();
    story.world.input(Input::Line { up: true });
    story.to_request().tap(Tap::Help);
    let asked = |story: &Story| story.world.terminal.last_job();
    story.tap(Tap::CallStaff);
    let first = asked(&story);
    let news = |job, news| Input::Staff { job, news };
    story.world.input(news(first, StaffNews::NotReached));
    assert_eq!(story.view().staff, StaffCall::OutOfReach);
    story.tap(Tap::CallStaff);
    let second = asked(&story);
    assert_ne!(first, second);
    story.world.input(news(first, StaffNews::Coming));
    assert_eq!(story.view().staff, StaffCall::Calling, "that was the call before");
    story.world.input(news(second, StaffNews::Coming));
    story.world.input(news(second, StaffNews::Told));
    assert_eq!(story.view().staff, StaffCall::Coming, "who is on the way stays so");
    assert_eq!(calls(&story).len(), 2);
}

#[test]
fn who_is_away_finds_that_somebody_comes() {
    let mut story = Story::default();
    story.world.input(Input::Line { up: true });
    story.to_form().tap(Tap::Help).tap(Tap::CallStaff);
    let job = story.world.terminal.last_job();
    story.tap(Tap::StepAside);
    assert!(matches!(story.screen(), Screen::Away(_)));
    story.world.input(Input::Staff {
        job,
        news: StaffNews::Coming,
    });
    assert_eq!(story.view().staff, StaffCall::Coming);
}

#[test]
fn who_goes_to_ask_comes_back_to_the_own_case() {
    let mut story = Story::default();
    story.to_request();
    assert!(!story.view().can_step_aside, "there is nothing to cover yet");
    story.tap(Tap::StepAside);
    assert!(matches!(story.screen(), Screen::Request(_)));
    let mut story = Story::default();
    story.to_form().tap(Tap::Help);
    assert!(story.view().can_step_aside);
    story.tap(Tap::StepAside);
    assert!(matches!(story.screen(), Screen::Away(away) if away.birthday == Some(0)));
    story.tap(Tap::Language(Language::English));
    assert_eq!(story.view().language, Language::English);
    story.type_secret(b"1208");
    assert!(matches!(story.screen(), Screen::Form(_)));
    assert_eq!(story.view().over, Over::Nothing);
}

#[test]
fn a_headset_begins_a_visit_and_is_heard_until_it_is_pulled() {
    let mut story = Story::default();
    story.world.input(Input::Voice(VoiceEvent::HeadsetPlugged));
    assert!(matches!(story.screen(), Screen::Languages));
    assert_eq!(story.view().speech, SpeechTo::Headset);
    story.world.input(Input::Voice(VoiceEvent::HeadsetUnplugged));
    assert_eq!(story.view().speech, SpeechTo::Nobody);
    story.tap(Tap::Prefer(Wish::Aloud(true)));
    assert_eq!(story.view().speech, SpeechTo::Room);
    story.world.input(Input::Voice(VoiceEvent::HeadsetPlugged));
    assert_eq!(story.view().speech, SpeechTo::Headset);
}

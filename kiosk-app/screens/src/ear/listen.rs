//! What is new on the screen since it was listened to last, and whether it interrupts or waits.
use super::tell::{self, Part, Words};
use super::{Ear, Heard, HeardFocus, Spoken, TOLD_AT_SECONDS};
use crate::tree::{self, Element, Focus};
use crate::{Inner, steer, ui};
use drivers_api::voice::{Audience, Phrase};
use session::Tap;
use session::view::{Over, SpeechTo};
use slint::ComponentHandle;
use std::cell::RefCell;

/// Compares what is on the screen with what was heard last, and says what is new.
pub(super) fn listen(inner: &Inner) {
    let ear = &inner.ear;
    ear.pending.set(false);
    steer::hold(inner);
    let (acted, moved) = (ear.acted.take(), ear.moved.take());
    if ear.on_speech.is_none() {
        return;
    }
    let speech = ear.facts.borrow().speech;
    if speech == SpeechTo::Nobody {
        ear.hush();
        let number = ear.heard.borrow().number;
        ear.heard.replace(Heard {
            number,
            ..Heard::default()
        });
        return;
    }
    let (personal, over, visit) = {
        let facts = ear.facts.borrow();
        (facts.personal, facts.over, facts.visit)
    };
    let words = Spoken(inner.app.global::<ui::Spoken>());
    let page = Some((visit, over, speech));
    if speech == SpeechTo::Room && personal {
        let before = std::mem::replace(&mut ear.heard.borrow_mut().page, page);
        if before != page {
            let language = ear.facts.borrow().tongues.main().tag();
            let notice = words.word(ui::Word::OnlyHeadset);
            ear.speak(Audience::Public, vec![Phrase::plain(notice.as_str(), language)], true);
        }
        return;
    }
    let elements = tree::elements(inner.app.window());
    let focused = elements.iter().find(|element| element.has_focus);
    let now = Heard {
        page,
        focus: focused.map(|element| at(inner, element)),
        wheel: steer::wheel(inner),
        texts: tell::texts(&elements),
        ..Heard::default()
    };
    let told = changes(ear, &now, &elements, focused, &words);
    keep(&ear.heard, now);
    match told {
        Told::Page(parts) => ear.say(parts, true),
        Told::Now(parts) => ear.say(parts, false),
        Told::News(mut parts) => {
            if let Some(field) = mistake_has_the_focus(inner, &elements) {
                parts.extend(tell::control(&field, &words));
                ear.heard.borrow_mut().focus = Some(at(inner, &field));
                ear.say(parts, false);
            } else if acted {
                ear.say(parts, false);
            } else {
                ear.say_later(parts);
            }
        }
        Told::Nothing if moved && focused.is_some() => {
            let control = focused.into_iter().flat_map(|element| tell::control(element, &words));
            ear.say(control.collect(), false);
        }
        Told::Nothing if acted => ear.hush(),
        Told::Nothing => {}
    }
    count_down(inner, &words);
}

enum Told {
    Page(Vec<Part>),
    Now(Vec<Part>),
    News(Vec<Part>),
    Nothing,
}

fn changes(ear: &Ear, now: &Heard, elements: &[Element], focused: Option<&Element>, words: &dyn Words) -> Told {
    let before = ear.heard.borrow();
    if before.page != now.page {
        // Back from something that lay over the page: where one is, not all of it once more.
        let is_back = before
            .page
            .is_some_and(|(visit, over, _)| Some(visit) == now.page.map(|page| page.0) && over != Over::Nothing);
        let mut parts = match tell::heading(elements).filter(|_| is_back) {
            Some(heading) => vec![heading],
            None => tell::page(elements, words),
        };
        parts.extend(focused.into_iter().flat_map(|element| tell::control(element, words)));
        return Told::Page(parts);
    }
    if before.wheel != now.wheel {
        let opened = before.wheel.is_none();
        let parts = match (&now.wheel, focused) {
            (Some(middle), _) => {
                let mut parts = tell::letter(middle, words);
                if opened {
                    parts.push(Part::plain(words.word(ui::Word::Wheel)));
                }
                parts
            }
            (None, Some(focused)) => tell::control(focused, words),
            (None, None) => Vec::new(),
        };
        return Told::Now(parts);
    }
    let news = tell::news(&before.texts, elements, words);
    match (&before.focus, &now.focus, focused) {
        (Some((place, value, checked, label)), Some((now_at, now_value, now_checked, now_label)), Some(element))
            if place == now_at =>
        {
            if value != now_value && element.role == tree::Role::TextInput {
                let mut parts = tell::typed(value, now_value, words);
                if element.id == tell::CODE {
                    tell::as_code(&mut parts);
                    // What the last symbol made of it: right, or a slip with the groups to compare.
                    parts.extend(news);
                }
                return Told::Now(parts);
            }
            if checked != now_checked {
                return Told::Now(vec![Part::plain(tell::state(element, words))]);
            }
            if label != now_label {
                return Told::Now(tell::control(element, words));
            }
        }
        (_, Some(_), Some(element)) => {
            let mut parts = news;
            parts.extend(tell::control(element, words));
            return Told::Now(parts);
        }
        (..) => {}
    }
    if news.is_empty() {
        Told::Nothing
    } else {
        Told::News(news)
    }
}

/// Remembers what is there now; what is being said goes on.
fn keep(heard: &RefCell<Heard>, now: Heard) {
    let mut heard = heard.borrow_mut();
    heard.page = now.page;
    heard.focus = now.focus;
    heard.wheel = now.wheel;
    heard.texts = now.texts;
}

/// Where the focus is, and what was heard of it.
fn at(inner: &Inner, element: &Element) -> HeardFocus {
    let place = Focus::here(inner.app.window()).unwrap_or_default();
    (place, element.value.clone(), element.checked, element.label.clone())
}

/// Who went on by a key and was told of a mistake stands at the field that it is about; the field, if so.
fn mistake_has_the_focus(inner: &Inner, elements: &[Element]) -> Option<Element> {
    let is_mistake = |element: &&Element| element.live && element.value.is_empty() && element.id != tell::SECONDS;
    let mistake = elements
        .iter()
        .find(is_mistake)
        .filter(|mistake| !mistake.label.is_empty())?;
    let window = inner.app.window();
    if tree::focused_role(window) != Some(tree::Role::Button) {
        return None;
    }
    let is_meant = |element: &Element| element.description.contains(&mistake.label);
    tree::focus_wanted(window, is_meant);
    let focused = tree::elements(window).into_iter().find(|element| element.has_focus);
    focused.filter(is_meant)
}

/// Tells that time is running out (EN 301 549 §5.1.5 and EAA Annex I: by more than one sense). A page that is still
/// being read keeps its listener's time from running out.
fn count_down(inner: &Inner, words: &dyn Words) {
    let ear = &inner.ear;
    let now = ear.facts.borrow().remaining_s;
    let mut heard = ear.heard.borrow_mut();
    let before = std::mem::replace(&mut heard.remaining_s, now);
    let Some(now) = now else { return };
    if matches!(heard.speaking, Some((_, true))) {
        drop(heard);
        (inner.on_tap)(Tap::MoreTime);
        return;
    }
    let passed = |at: u32| now <= at && before.is_some_and(|before| before > at);
    if before.is_some() && !TOLD_AT_SECONDS.into_iter().any(passed) {
        return;
    }
    drop(heard);
    let left = words.count(ui::Counted::Seconds, usize::try_from(now).unwrap_or(usize::MAX));
    ear.say_later(vec![Part::plain(left)]);
}

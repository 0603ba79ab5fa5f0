//! What is offered while one types: streets of the town in the address where a certificate is to be sent to.
#![allow(clippy::unwrap_used, reason = "a test says so by failing")]
use session::Tap;
use session::view::{Form, FormField, FormFieldKind, Screen};
use townhall::story::Story;

fn form(story: &Story) -> Form {
    let Screen::Form(form) = story.screen() else {
        panic!("saw {:?}", story.screen())
    };
    form
}

fn street(story: &Story) -> Option<FormField> {
    let mut fields = form(story).fields.into_iter();
    fields.find(|field| field.editable && field.label.contains("Straße"))
}

/// On the page that asks for another address.
fn at_the_address() -> Story {
    let mut story = Story::default();
    story.to_form();
    for _page in 0..20 {
        if street(&story).is_some() {
            return story;
        }
        for field in form(&story).fields {
            if let FormFieldKind::Select { choices } = field.kind {
                let other = choices.iter().find(|choice| choice.key == "other_address");
                let chosen = other.or(choices.first()).unwrap();
                let text = chosen.key.as_str().into();
                let field = field.field;
                story.tap(Tap::Enter { field, text });
            }
        }
        story.tap(Tap::Continue);
    }
    panic!("no such page");
}

fn typed(story: &mut Story, text: &str) -> Vec<String> {
    let field = street(story).unwrap().field;
    let text = text.into();
    story.tap(Tap::Enter { field, text });
    let offered = street(story).unwrap().suggestions;
    offered.iter().map(|text| text.expose().to_owned()).collect()
}

#[test]
fn the_town_s_streets_are_offered_while_one_types() {
    let mut story = at_the_address();
    assert!(
        form(&story).fields.iter().all(|field| field.suggestions.is_empty()),
        "nothing before"
    );
    assert_eq!(typed(&mut story, "Heid"), ["Heidestraße", "Auf der Heide"]);
    assert_eq!(
        typed(&mut story, "muehlen"),
        ["Mühlenstraße", "Mühlenweg", "Am Mühlenteich"]
    );
    assert_eq!(
        typed(&mut story, "Goetestr 5 b"),
        ["Goethestraße 5 b"],
        "with its number"
    );
    assert_eq!(typed(&mut story, "Goethestraße 5 b"), [""; 0], "that is one");
    assert_eq!(typed(&mut story, "Boulevard des Capucines 3"), [""; 0]);
    let others = form(&story)
        .fields
        .into_iter()
        .filter(|field| !field.label.contains("Straße"));
    assert!(others.into_iter().all(|field| field.suggestions.is_empty()));
}

#[test]
fn any_other_answer_is_taken_too() {
    let mut story = at_the_address();
    typed(&mut story, "Boulevard des Capucines 3");
    story.fill();
    assert!(matches!(story.screen(), Screen::Review(_)), "saw {:?}", story.screen());
}

#[test]
fn a_post_code_is_typed_on_the_pad() {
    let fields = form(&at_the_address()).fields;
    let digits = fields
        .iter()
        .filter(|field| matches!(field.kind, FormFieldKind::Digits));
    assert_eq!(digits.count(), 1);
}

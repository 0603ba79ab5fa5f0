//! What espeak-ng makes of each language, manner, rate and volume.
//! Needs from Debian: espeak-ng.
#![allow(clippy::unwrap_used)] // a test that waits for another program
mod common;
use common::{Made, World, ended, peak, phrase, seconds};
use drivers_api::Job;
use drivers_api::voice::{Audience, Manner, SpeechEnd, Voice, VoiceCommand, VoiceEvent, VoiceTrouble};

/// "Please lay your identity card on the reader." in the languages of the terminal, and the end of the sentence.
const SENTENCES: [(&str, &str, &str); 12] = [
    (
        "de",
        "Bitte legen Sie Ihren Ausweis auf das Lesegerät.",
        " Danach geben Sie Ihre PIN ein.",
    ),
    (
        "de-x-leicht",
        "Legen Sie Ihren Personal·ausweis auf das Lese·gerät.",
        " Geben Sie dann Ihre PIN ein.",
    ),
    (
        "en",
        "Please lay your identity card on the reader.",
        " Then enter your PIN.",
    ),
    (
        "tr",
        "Lütfen kimlik kartınızı okuyucunun üzerine koyun.",
        " Ardından PIN kodunuzu girin.",
    ),
    ("ar", "يرجى وضع بطاقة الهوية على القارئ.", " ثم أدخل الرقم السري."),
    (
        "uk",
        "Покладіть посвідчення особи на зчитувач.",
        " Потім введіть PIN-код.",
    ),
    (
        "ru",
        "Положите удостоверение личности на считыватель.",
        " Затем введите PIN-код.",
    ),
    (
        "pl",
        "Proszę położyć dowód osobisty na czytniku.",
        " Następnie proszę wpisać PIN.",
    ),
    (
        "ro",
        "Vă rugăm să așezați cartea de identitate pe cititor.",
        " Apoi introduceți codul PIN.",
    ),
    (
        "fr",
        "Veuillez poser votre carte d’identité sur le lecteur.",
        " Saisissez ensuite votre code PIN.",
    ),
    (
        "es",
        "Coloque su documento de identidad en el lector.",
        " A continuación, introduzca su PIN.",
    ),
    (
        "fa",
        "لطفاً کارت شناسایی خود را روی دستگاه بگذارید.",
        " سپس رمز خود را وارد کنید.",
    ),
];

#[test]
fn every_language_is_heard() {
    let mut world = World::ready(Made::default());
    let mut sounds = Vec::new();
    for (at, (language, sentence, more)) in SENTENCES.into_iter().enumerate() {
        let job = 10 * at as u64;
        let short = world.spoken_as(job, phrase(sentence, language, Manner::Plain));
        let long = world.spoken_as(job + 1, phrase(&format!("{sentence}{more}"), language, Manner::Plain));
        assert!(
            (1.5..8.0).contains(&seconds(&short)),
            "{language}: {} s",
            seconds(&short)
        );
        assert!(
            seconds(&long) > seconds(&short) + 0.8,
            "{language}: {} s",
            seconds(&long)
        );
        assert!(peak(&short) > 2000, "{language}: {}", peak(&short));
        // Speech, not a hum: loud and silent stretches.
        let stretches = short.chunks(441).map(peak).collect::<Vec<_>>();
        let loud = stretches.iter().filter(|&&peak| peak > 1000).count();
        assert!(
            loud * 3 > stretches.len() && loud * 20 < stretches.len() * 19,
            "{language}: {loud}"
        );
        sounds.push((language, short));
    }
    // Every language has a voice of its own: read as German, the sentence sounds otherwise.
    for (at, (language, sentence, _)) in SENTENCES.into_iter().enumerate().skip(2) {
        let german = world.spoken_as(1000 + at as u64, phrase(sentence, "de", Manner::Plain));
        assert_ne!(sounds[at].1, german, "{language}");
    }
    // Leichte Sprache is German, without a pause at its dots.
    let plain = "Legen Sie Ihren Personalausweis auf das Lesegerät.";
    assert_eq!(sounds[1].1, world.spoken_as(2000, phrase(plain, "de", Manner::Plain)));
}

#[test]
fn manners_are_heard() {
    let mut world = World::ready(Made::default());
    let mut job = 0;
    let mut heard = |text: &str, language: &'static str, manner: Manner| {
        job += 1;
        world.spoken_as(job, phrase(text, language, manner))
    };
    for (language, name) in [
        ("de", "Müller"),
        ("en", "Miller"),
        ("tr", "Yılmaz"),
        ("ar", "محمد"),
        ("uk", "Шевченко"),
    ] {
        let word = heard(name, language, Manner::Plain);
        let letters = heard(name, language, Manner::Spelled);
        assert!(
            seconds(&letters) > 1.2 * seconds(&word),
            "{language}: {} s, {} s",
            seconds(&word),
            seconds(&letters)
        );
    }
    for language in ["de", "en", "ru", "fa"] {
        let number = heard("123456", language, Manner::Plain);
        let digits = heard("123456", language, Manner::Digits);
        assert_ne!(number, digits, "{language}");
        assert_eq!(digits, heard("1 2 3 4 5 6", language, Manner::Plain), "{language}");
        let code = heard("XK4-7P2", language, Manner::Code);
        assert_eq!(code, heard("XK4 7P2", language, Manner::Code), "{language}");
        let together = heard("XK47P2", language, Manner::Spelled);
        assert!(seconds(&code) > seconds(&together) + 0.3, "{language}: no pause");
    }
}

#[test]
fn what_citizens_type_is_no_markup() {
    let mut world = World::ready(Made::default());
    let plain = world.spoken(1, "a b c");
    // Phonemes, tags that pause or fetch a file, and espeak-ng's own control characters.
    for (job, text) in [
        (2, "a\u{1}9S b\u{1} c"),
        (3, "a \u{e000}b\u{e001} c"),
        (4, "a\u{202e} b\u{7} c"),
    ] {
        let heard = world.spoken(job, text);
        if job != 2 {
            assert_eq!(heard, plain, "{job}");
        }
    }
    let pause = world.spoken(5, "a <break time=\"9s\"/> b");
    assert!(seconds(&pause) < 6.0, "a tag was obeyed: {} s", seconds(&pause));
    assert_eq!(world.spoken(6, "[[d3p]]"), world.spoken(7, "[ [d3p] ]"));
    let entity = world.spoken(8, "&lt;");
    assert!(
        seconds(&entity) > seconds(&world.spoken(9, "<")),
        "an entity was read as its sign"
    );
}

#[test]
fn rate_and_volume_have_steps_and_ends() {
    let mut world = World::ready(Made::default());
    let text = SENTENCES[0].1;
    let usual = world.spoken(1, text);
    world.voice.give(VoiceCommand::Faster);
    let fast = world.spoken(2, text);
    assert!(seconds(&fast) < 0.95 * seconds(&usual), "{} s", seconds(&fast));
    for _ in 0..20 {
        world.voice.give(VoiceCommand::Faster);
    }
    let fastest = world.spoken(3, text);
    assert!(
        (0.8..0.6 * seconds(&usual)).contains(&seconds(&fastest)),
        "{} s",
        seconds(&fastest)
    );
    for _ in 0..8 {
        world.voice.give(VoiceCommand::Slower);
    }
    let slowest = world.spoken(4, text);
    assert!(
        seconds(&slowest) > 1.3 * seconds(&usual) && seconds(&slowest) < 20.0,
        "{} s",
        seconds(&slowest)
    );
    world.voice.give(VoiceCommand::Reset);
    for _ in 0..20 {
        world.voice.give(VoiceCommand::Louder);
    }
    let loud = world.spoken(5, text);
    assert!(
        peak(&loud) > 2 * peak(&usual) && loud.len() == usual.len(),
        "{}",
        peak(&loud)
    );
    for _ in 0..20 {
        world.voice.give(VoiceCommand::Quieter);
    }
    let quiet = world.spoken(6, text);
    assert!((100..peak(&usual) / 2).contains(&peak(&quiet)), "{}", peak(&quiet));
    // The next citizen finds everything as it was.
    world.voice.give(VoiceCommand::Reset);
    assert_eq!(world.spoken(7, text), usual);
}

#[test]
fn several_phrases_are_said_in_their_order_and_nothing_is_said_well() {
    let mut world = World::ready(Made::default());
    let phrases = |languages: &[&'static str]| {
        let phrase = |language: &&'static str| phrase("Test 12", language, Manner::Plain);
        languages.iter().map(phrase).collect::<Vec<_>>()
    };
    let alone: Vec<Vec<i16>> = [(1, "de"), (2, "ar"), (3, "fr")]
        .map(|(job, language)| world.spoken_as(job, phrases(&[language]).remove(0)))
        .into();
    world.say(4, Audience::Private, phrases(&["de", "ar", "fr"]));
    assert_eq!(world.next(), VoiceEvent::Started(Job(4)));
    assert_eq!(world.next(), ended(4, SpeechEnd::Spoken));
    assert_eq!(world.sound("headset-4.wav"), alone.concat());

    // Nothing to say, a language that nobody speaks, and more than anybody listens to.
    world.say(5, Audience::Private, vec![phrase(" \u{1} ", "de", Manner::Plain)]);
    assert_eq!(world.next(), ended(5, SpeechEnd::Spoken));
    world.say(6, Audience::Private, phrases(&["de", "xx"]));
    assert_eq!(world.next(), ended(6, SpeechEnd::Failed(VoiceTrouble::Language)));
    world.say(
        7,
        Audience::Private,
        vec![phrase(&"a ".repeat(40_000), "de", Manner::Plain)],
    );
    assert_eq!(world.next(), ended(7, SpeechEnd::Failed(VoiceTrouble::TooLong)));
    assert_eq!(
        world.files(),
        ["headset-1.wav", "headset-2.wav", "headset-3.wav", "headset-4.wav"]
    );
    world.spoken(8, "Es geht weiter.");
}

#[test]
fn a_letter_of_several_pages_is_read_to_its_end() {
    let mut world = World::ready(Made::default());
    let sentence = "Die Gebühr beträgt zehn Euro. ";
    let one = seconds(&world.spoken(1, sentence));
    let all = seconds(&world.spoken(2, &sentence.repeat(300)));
    assert!(
        (0.7 * 300.0 * one..1.1 * 300.0 * one).contains(&all),
        "{one} s, {all} s"
    );
}

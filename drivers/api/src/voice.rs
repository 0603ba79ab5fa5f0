//! The voice as the visit sees it: what is spoken, to whom, and what becomes of it.
//!
//! The voice keeps no text after a speech has ended. To repeat or to spell something is therefore the caller's: it knows
//! what is on the screen and says it again, with another [`Manner`] if need be.
//!
//! Clauses: EN 301 549 V3.2.1, 5.1.3 (closed functionality, non-visual access).
use crate::Job;
use crate::private::PrivateText;

/// How a text is read aloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// As sentences.
    #[default]
    Plain,
    /// Every character by its name, in the phrase's language; a pause at each space.
    Spelled,
    /// As sentences, but every digit by itself: PINs, telephone numbers.
    Digits,
    /// A case code: its characters one by one, in groups with a pause between; separators are heard as pauses.
    Code,
}

/// Words in one language, read in one manner.
#[derive(Debug)]
pub struct Phrase {
    /// The words.
    pub text: PrivateText,
    /// BCP 47 tag of their language, as `de-x-leicht` (5.1.3.14: speech in the language of what is shown).
    pub language: &'static str,
    /// How they are read.
    pub manner: Manner,
}

impl Phrase {
    /// Sentences in a language.
    pub fn plain(text: impl Into<PrivateText>, language: &'static str) -> Self {
        Self {
            text: text.into(),
            language,
            manner: Manner::Plain,
        }
    }
}

/// Who may hear a speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The one who wears the headset, nobody else: whatever may hold personal data, and the echo of masked entry
    /// (5.1.3.8, 5.1.3.9). Without a headset it is not spoken and not kept for later.
    Private,
    /// Everybody: by the headset if one is plugged in, otherwise by the loudspeaker if the terminal has one.
    Public,
}

/// Something to say, in one go.
#[derive(Debug)]
pub struct Speech {
    /// Number that the answers will carry.
    pub job: Job,
    /// Who may hear it.
    pub audience: Audience,
    /// What is said, in this order.
    pub phrases: Vec<Phrase>,
}

/// What a voice is asked to do. Exactly one [`VoiceEvent::Ended`] answers each `Say`.
#[derive(Debug)]
pub enum VoiceCommand {
    /// Say this now. What is being said ends at once (5.1.3.5); nothing queues up.
    Say(Speech),
    /// Be silent (5.1.3.4).
    Hush,
    /// One step slower, for the rest of the visit. The phrase that is being read begins anew, so that it is heard.
    Slower,
    /// One step faster; otherwise as `Slower`.
    Faster,
    /// One step louder, at once and for the rest of the visit (5.1.3.11, 5.1.3.12).
    Louder,
    /// One step quieter; otherwise as `Louder`.
    Quieter,
    /// The visit is over: be silent, forget everything, usual rate and volume (5.1.3.13).
    Reset,
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceTrouble {
    /// The synthesizer is missing, crashes, hangs or sends no sound.
    Synthesizer,
    /// The sound device takes no sound.
    Output,
    /// The synthesizer has no voice for a phrase's language.
    Language,
    /// The speech is longer than any that a screen could want.
    TooLong,
}

/// How a speech ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeechEnd {
    /// Said to its end.
    Spoken,
    /// By another speech, by a command, or because the headset was taken out.
    Interrupted,
    /// Nobody who may hear it: no headset, and it is private or there is no loudspeaker. Not a sound was made.
    NobodyListens,
    /// It can't be said.
    Failed(VoiceTrouble),
}

/// What a voice tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceEvent {
    /// It can speak.
    Ready,
    /// It can't speak now. It goes on trying by itself.
    Gone(VoiceTrouble),
    /// There is a headset. Told at first, too, if there is one.
    HeadsetPlugged,
    /// There is no headset. Told at first, too, if there is none.
    HeadsetUnplugged,
    /// The first sound of a speech went out.
    Started(Job),
    /// A speech has ended.
    Ended {
        /// Which speech.
        job: Job,
        /// How.
        how: SpeechEnd,
    },
}

/// Something that speaks. Answers come as [`VoiceEvent`]s on the channel that the voice was made with.
pub trait Voice {
    /// Hands over a command; returns at once.
    fn give(&mut self, command: VoiceCommand);
}

/// The voice of a terminal that has none: says nothing, and never answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mute;

impl Voice for Mute {
    fn give(&mut self, command: VoiceCommand) {
        drop(command);
    }
}

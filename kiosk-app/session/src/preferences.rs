//! How a visitor wants the terminal: chosen on any screen, kept for the visit, forgotten with it (EN 301 549 §11.7:
//! user preferences; §5.1.3.13: back to the usual for the next person).
use drivers_api::voice::VoiceCommand;

/// What a visitor chose. The default is how the terminal receives everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The colours.
    pub look: Look,
    /// The size of the text.
    pub text: TextSize,
    /// Everything that is touched lies in the lower part of the screen: for whoever sits or is small (EN 301 549 §8.3,
    /// DIN 18040-1).
    pub reach: bool,
    /// The digits of the PIN pad lie in another order than usual, against onlookers.
    pub shuffled: bool,
    /// The same key, struck again within half a second, counts once: for hands that tremble (EN 301 549 §5.8).
    pub steady: bool,
    /// What is public is read aloud by the loudspeaker. With a headset everything is read, whatever stands here.
    pub aloud: bool,
}

/// The colours of the screens. Contrast of text is at least 7:1 in each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// Dark on white.
    #[default]
    Light,
    /// Light on nearly black: for eyes that are dazzled.
    Dark,
    /// Yellow on black: the strongest contrast.
    YellowOnBlack,
}

/// The size of the text, in percent of the usual. The usual one has capital letters of 7.3 mm (EN 301 549 §5.1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum TextSize {
    #[default]
    Percent100,
    Percent125,
    Percent150,
    Percent200,
}

impl Look {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::YellowOnBlack];
}

impl TextSize {
    /// All of them, from the smallest.
    pub const ALL: [Self; 4] = [Self::Percent100, Self::Percent125, Self::Percent150, Self::Percent200];

    /// Percent of the usual size.
    pub fn percent(self) -> u16 {
        match self {
            Self::Percent100 => 100,
            Self::Percent125 => 125,
            Self::Percent150 => 150,
            Self::Percent200 => 200,
        }
    }
}

/// One thing that a visitor wants otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Wish {
    Look(Look),
    Text(TextSize),
    Reach(bool),
    Shuffled(bool),
    Steady(bool),
    Aloud(bool),
    Slower,
    Faster,
    Louder,
    Quieter,
}

impl Preferences {
    /// Takes a wish in; what the voice has to do about it, if anything.
    pub(crate) fn take(&mut self, wish: Wish) -> Option<VoiceCommand> {
        match wish {
            Wish::Look(look) => self.look = look,
            Wish::Text(text) => self.text = text,
            Wish::Reach(reach) => self.reach = reach,
            Wish::Shuffled(shuffled) => self.shuffled = shuffled,
            Wish::Steady(steady) => self.steady = steady,
            Wish::Aloud(aloud) => {
                self.aloud = aloud;
                return (!aloud).then_some(VoiceCommand::Hush);
            }
            Wish::Slower => return Some(VoiceCommand::Slower),
            Wish::Faster => return Some(VoiceCommand::Faster),
            Wish::Louder => return Some(VoiceCommand::Louder),
            Wish::Quieter => return Some(VoiceCommand::Quieter),
        }
        None
    }
}

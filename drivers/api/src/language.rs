//! The languages a visit can be held in.

/// Language of a visit, named as in BCP 47. German is the language of the law and the fallback of every text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// `de`
    #[default]
    German,
    /// `en`
    English,
}

impl Language {
    /// All languages, in the order in which the terminal offers them.
    pub const ALL: [Self; 2] = [Self::German, Self::English];

    /// BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::English => "en",
        }
    }

    /// The language of a BCP 47 tag, if it is one of ours.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }
}

//! Schalter Sans, the screens' font: shaping with `harfrust`, cutting down to what a document needs with `subsetter`.
//!
//! Shaping gives kerning, joins Arabic letters and places combining marks, which the names of DIN 91379 need (`Ĝiĥ`,
//! `x̂`). From the left, ligatures are off: one glyph stands for one character, so that the text read out of the PDF is
//! the text put in. Arabic can't be written without them (`لا`, `لأ`); there each letter but the first has an empty glyph
//! beside the ligature, because programs that turn glyphs from the right into text turn round those that stand for two
//! letters as well.
use crate::PaperError;
use crate::bidi::{Direction, is_unseen};
use crate::theme::Weight;
use harfrust::{BufferFlags, Feature, FontRef, GlyphBuffer, ShapeOptions, ShaperData, Tag, UnicodeBuffer, script};
use printpdf::ParsedFont;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use subsetter::GlyphRemapper;
use zeroize::{Zeroize, Zeroizing};

static REGULAR: &[u8] = include_bytes!("../../../kiosk-app/screens/src/theme/fonts/SchalterSans-Regular.ttf");
static SEMI_BOLD: &[u8] = include_bytes!("../../../kiosk-app/screens/src/theme/fonts/SchalterSans-SemiBold.ttf");

/// Drawn where the font has no glyph: U+25AF, an upright empty box. `.notdef` itself is forbidden (ISO 14289-1 §7.21.8).
const SUBSTITUTE: char = '\u{25AF}';

/// Ligature features, all off.
const LIGATURES_OFF: [&[u8; 4]; 3] = [b"liga", b"clig", b"dlig"];

/// One glyph in its place. All measures are thousandths of the font size.
#[derive(Clone, Copy, Debug, Zeroize)]
pub(crate) struct Glyph {
    pub(crate) gid: u16,
    /// How far the pen moves, kerning included.
    pub(crate) advance: i32,
    /// The glyph's own width, which a viewer moves by.
    pub(crate) width: i32,
    pub(crate) dx: i32,
    pub(crate) dy: i32,
    /// What it stands for.
    pub(crate) text: Letters,
    /// True on the first glyph of a character with its marks: a line may be torn before it if need be.
    pub(crate) starts: bool,
    /// Where what it stands for begins in the shaped text.
    pub(crate) at: usize,
    /// Level of its text (UAX #9): odd from the right.
    pub(crate) level: u8,
    /// A vowel sign or the like on an Arabic letter.
    pub(crate) is_mark: bool,
}

/// What one glyph stands for: a character, or those of a ligature; the rest is NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub(crate) struct Letters([char; LETTERS_MAX]);

/// Of the font's ligatures the longest is four letters (`الله`).
const LETTERS_MAX: usize = 4;

impl Letters {
    fn one(c: char) -> Self {
        Self::many([c])
    }

    fn many(chars: impl IntoIterator<Item = char>) -> Self {
        let mut letters = ['\0'; LETTERS_MAX];
        for (slot, c) in letters.iter_mut().zip(chars) {
            *slot = c;
        }
        Self(letters)
    }

    pub(crate) fn is_blank(self) -> bool {
        self.0[0] == ' '
    }

    /// In reading order; never empty.
    pub(crate) fn chars(self) -> impl Iterator<Item = char> {
        let given = self.0.into_iter().take_while(|c| *c != '\0').count();
        let none = (given == 0).then_some(char::REPLACEMENT_CHARACTER);
        self.0.into_iter().take(given).chain(none)
    }
}

/// Glyphs of one line; overwritten when dropped.
pub(crate) type Glyphs = Zeroizing<Vec<Glyph>>;

/// One cut of the font.
pub(crate) struct Face {
    bytes: &'static [u8],
    font: FontRef<'static>,
    data: ShaperData,
    name: &'static str,
    weight_class: u16,
    /// Character of each glyph, where the font's cmap names one; the lowest if there are several.
    chars: Vec<Option<char>>,
    /// Width of each glyph.
    widths: Vec<u16>,
    substitute: u16,
    /// Glyphs without width and outline.
    empty: Vec<u16>,
}

/// Both cuts, read once.
///
/// # Errors
/// [`PaperError::Font`] if a bundled file is broken.
pub(crate) fn face(weight: Weight) -> Result<&'static Face, PaperError> {
    static REGULAR_FACE: OnceLock<Result<Face, &'static str>> = OnceLock::new();
    static SEMI_BOLD_FACE: OnceLock<Result<Face, &'static str>> = OnceLock::new();
    let face = match weight {
        Weight::Regular => REGULAR_FACE.get_or_init(|| Face::load(REGULAR, "SchalterSans-Regular", 400)),
        Weight::SemiBold => SEMI_BOLD_FACE.get_or_init(|| Face::load(SEMI_BOLD, "SchalterSans-SemiBold", 600)),
    };
    face.as_ref().map_err(|why| PaperError::Font(why))
}

impl Face {
    fn load(bytes: &'static [u8], name: &'static str, weight_class: u16) -> Result<Self, &'static str> {
        let font = FontRef::new(bytes).map_err(|_| "not an OpenType font")?;
        let parsed = ParsedFont::from_bytes(bytes, 0, &mut Vec::new()).ok_or("no usable tables")?;
        if parsed.units_per_em != 1000 {
            return Err("units per em isn't 1000");
        }
        let glyphs = parsed.glyph_widths.len();
        let mut chars = vec![None; glyphs];
        for (&codepoint, &gid) in &parsed.codepoint_to_glyph {
            if let Some(slot @ None) = chars.get_mut(usize::from(gid)) {
                *slot = char::from_u32(codepoint);
            }
        }
        let widths: Vec<u16> = parsed.glyph_widths.into_values().collect();
        Ok(Self {
            empty: empty_glyphs(&font, &widths).ok_or("no outlines")?,
            bytes,
            data: ShaperData::new(&font),
            font,
            name,
            weight_class,
            chars,
            widths,
            substitute: parsed
                .codepoint_to_glyph
                .get(&u32::from(SUBSTITUTE))
                .copied()
                .ok_or("no substitute glyph")?,
        })
    }

    /// Shapes clean text that runs one way; glyphs come in reading order. Also tells how many characters were
    /// substituted.
    pub(crate) fn shape(&self, text: &str, direction: Direction) -> (Glyphs, usize) {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES | BufferFlags::DO_NOT_INSERT_DOTTED_CIRCLE);
        let ligatures_off = LIGATURES_OFF.map(|tag| Feature::new(Tag::new(tag), 0, ..));
        let features: &[Feature] = match direction {
            Direction::LeftToRight => {
                buffer.set_direction(harfrust::Direction::LeftToRight);
                &ligatures_off
            }
            Direction::RightToLeft => {
                buffer.set_direction(harfrust::Direction::RightToLeft);
                buffer.set_script(script::ARABIC);
                &[]
            }
        };
        let shaper = self.data.shaper(&self.font).build();
        let shaped = shaper.shape(buffer, ShapeOptions::new().features(features));
        let (mut glyphs, substituted) = self.named(&shaped, text);
        if direction == Direction::RightToLeft {
            glyphs.reverse();
            glyphs = self.letters(&glyphs, text);
        }
        let mut before = None;
        for glyph in glyphs.iter_mut() {
            glyph.starts = before.replace(glyph.at) != Some(glyph.at);
        }
        (glyphs, substituted)
    }

    /// The shaped glyphs from the left, each with the character that the font names it by.
    fn named(&self, shaped: &GlyphBuffer, text: &str) -> (Glyphs, usize) {
        let mut glyphs = Zeroizing::new(Vec::with_capacity(shaped.len()));
        let mut substituted = 0;
        for (info, place) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let gid = u16::try_from(info.glyph_id).unwrap_or(0);
            let at = info.cluster as usize;
            if gid == 0 {
                substituted += 1;
                glyphs.push(self.plain(self.substitute, SUBSTITUTE, at));
                continue;
            }
            let source = text.get(at..).and_then(|rest| rest.chars().next());
            let named = self.chars.get(usize::from(gid)).copied().flatten();
            glyphs.push(Glyph {
                advance: place.x_advance,
                dx: place.x_offset,
                dy: place.y_offset,
                ..self.plain(gid, named.or(source).unwrap_or(char::REPLACEMENT_CHARACTER), at)
            });
        }
        (glyphs, substituted)
    }

    /// Gives joined letters and ligatures, whose glyphs the font names by presentation forms or not at all, the characters
    /// they were made of. `glyphs` are in reading order; of a letter and its marks, the letter comes first.
    fn letters(&self, glyphs: &[Glyph], text: &str) -> Glyphs {
        // every glyph has at least one character of the text
        let mut named = Zeroizing::new(Vec::with_capacity(2 * text.len().max(glyphs.len())));
        let mut clusters = glyphs.chunk_by(|a, b| a.at == b.at).peekable();
        while let Some(cluster) = clusters.next() {
            let at = cluster.first().map_or(0, |glyph| glyph.at);
            let end = clusters
                .peek()
                .and_then(|next| next.first())
                .map_or(text.len(), |next| next.at);
            let mut cluster = Zeroizing::new(cluster.to_vec());
            let rest = name_cluster(&mut cluster, text.get(at..end).unwrap_or_default());
            let empty = |c: &char| {
                let kind = SECOND_LETTERS.iter().position(|letter| letter == c)?;
                let gid = self.empty.get(kind)?;
                Some(self.plain(*gid, *c, at))
            };
            let beside: Option<Vec<Glyph>> = rest.iter().map(empty).collect();
            if let (None, Some(letter)) = (&beside, cluster.first_mut()) {
                letter.text = Letters::many(letter.text.chars().chain(rest.iter().copied()));
            }
            let marks = cluster.iter().skip(1);
            named.extend(
                cluster
                    .iter()
                    .take(1)
                    .copied()
                    .chain(beside.into_iter().flatten())
                    .chain(marks.copied()),
            );
        }
        named
    }

    fn plain(&self, gid: u16, text: char, at: usize) -> Glyph {
        let width = i32::from(self.widths.get(usize::from(gid)).copied().unwrap_or(0));
        Glyph {
            gid,
            advance: width,
            width,
            dx: 0,
            dy: 0,
            text: Letters::one(text),
            starts: true,
            at,
            level: 0,
            is_mark: false,
        }
    }

    /// The whole font file.
    pub(crate) fn file(&self) -> &'static [u8] {
        self.bytes
    }

    /// The font cut down to these glyphs, and their numbers in it.
    pub(crate) fn subset(&self, glyphs: &BTreeSet<u16>) -> Result<Subset, PaperError> {
        let mut numbers = GlyphRemapper::new();
        for &gid in glyphs {
            numbers.remap(gid);
        }
        let bytes = subsetter::subset(self.bytes, 0, &numbers).map_err(|_| PaperError::Font("can't be subset"))?;
        let mut font =
            ParsedFont::from_bytes(&bytes, 0, &mut Vec::new()).ok_or(PaperError::Font("its subset can't be read"))?;
        font.font_name = Some(format!("{}+{}", tag(glyphs), self.name));
        font.pdf_font_metrics.us_weight_class = self.weight_class;
        Ok(Subset { numbers, font })
    }
}

/// What one letter and its marks were written with: the glyph of the letter or ligature, then those of the marks. Sets
/// their characters, and gives those of the ligature after its first.
fn name_cluster(cluster: &mut [Glyph], text: &str) -> Zeroizing<Vec<char>> {
    let substitute = Letters::one(SUBSTITUTE);
    let mut marks: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().filter(|c| is_arabic_mark(*c)).collect());
    let letters = text.chars().filter(|c| !is_arabic_mark(*c) && !is_unseen(*c));
    let mut own: Zeroizing<Vec<char>> = Zeroizing::new(letters.collect());
    let mut glyphs = cluster.iter_mut().filter(|glyph| glyph.text != substitute);
    let Some(letter) = glyphs.next() else {
        return Zeroizing::default();
    };
    let mut unnamed = None;
    for mark in glyphs {
        mark.is_mark = true;
        match marks.iter().position(|c| mark.text == Letters::one(*c)) {
            Some(at) => drop(marks.remove(at)),
            None => unnamed = Some(mark),
        }
    }
    let first = (!own.is_empty()).then(|| own.remove(0));
    match (unnamed, first) {
        (Some(mark), first) => {
            mark.text = Letters::many(marks.iter().copied());
            letter.text = Letters::many(first);
        }
        (None, Some(first)) => letter.text = Letters::one(first),
        (None, None) => {}
    }
    own
}

/// The letters that ligatures end in, each with an empty glyph of its own: lam and alef.
const SECOND_LETTERS: [char; 5] = ['ا', 'أ', 'إ', 'آ', 'ٱ'];

/// Glyphs without width and outline (OpenType `loca`), save the first, which stands for what is missing.
fn empty_glyphs(font: &FontRef<'_>, widths: &[u16]) -> Option<Vec<u16>> {
    let (head, loca) = (font.table_data(Tag::new(b"head"))?, font.table_data(Tag::new(b"loca"))?);
    let size = if head.as_bytes().get(51)? & 1 == 0 { 2 } else { 4 }; // indexToLocFormat
    let offsets: Vec<&[u8]> = loca.as_bytes().chunks_exact(size).collect();
    let is_empty = |gid: usize| {
        offsets
            .get(gid)
            .is_some_and(|offset| offsets.get(gid + 1) == Some(offset))
    };
    let empty = (1..widths.len()).filter(|gid| widths.get(*gid) == Some(&0) && is_empty(*gid));
    Some(empty.filter_map(|gid| u16::try_from(gid).ok()).collect())
}

fn is_arabic_mark(c: char) -> bool {
    matches!(c, '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}' | '\u{6DF}'..='\u{6ED}')
}

/// A font cut down to one document.
pub(crate) struct Subset {
    numbers: GlyphRemapper,
    pub(crate) font: ParsedFont,
}

impl Subset {
    /// Number of a glyph of the full font in this one.
    pub(crate) fn number(&self, gid: u16) -> u16 {
        self.numbers.get(gid).unwrap_or(0)
    }
}

/// Six capitals that differ for different sets of glyphs (ISO 32000-1 §9.6.4).
fn tag(glyphs: &BTreeSet<u16>) -> String {
    let bytes: Vec<u8> = glyphs.iter().flat_map(|gid| gid.to_be_bytes()).collect();
    let mut hash = fnv(&bytes, 0);
    (0..6)
        .map(|_| {
            let letter = char::from(b'A' + u8::try_from(hash % 26).unwrap_or(0));
            hash /= 26;
            letter
        })
        .collect()
}

/// FNV-1a, 64 bits: names things, protects nothing.
pub(crate) fn fnv(bytes: &[u8], seed: u64) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325 ^ seed, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// Width of glyphs in thousandths of the font size.
pub(crate) fn width(glyphs: &[Glyph]) -> i32 {
    glyphs.iter().map(|glyph| glyph.advance).sum()
}

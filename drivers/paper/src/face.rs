//! Fira Sans, bundled: shaping with `harfrust`, cutting down to what a document needs with `subsetter`.
//!
//! Shaping gives kerning and places combining marks, which the names of DIN 91379 need (`Ĝiĥ`, `x̂`). Ligatures are off:
//! one glyph stands for one character, so that the text read out of the PDF is the text put in.
use crate::PaperError;
use crate::theme::Weight;
use harfrust::{BufferFlags, Direction, Feature, FontRef, ShapeOptions, ShaperData, Tag, UnicodeBuffer};
use printpdf::ParsedFont;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use subsetter::GlyphRemapper;
use zeroize::{Zeroize, Zeroizing};

static REGULAR: &[u8] = include_bytes!("../fonts/FiraSans-Regular.ttf");
static SEMI_BOLD: &[u8] = include_bytes!("../fonts/FiraSans-SemiBold.ttf");

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
    /// The character it stands for.
    pub(crate) text: char,
    /// True on the first glyph of a character with its marks: a line may be torn before it if need be.
    pub(crate) starts: bool,
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
}

/// Both cuts, read once.
///
/// # Errors
/// [`PaperError::Font`] if a bundled file is broken.
pub(crate) fn face(weight: Weight) -> Result<&'static Face, PaperError> {
    static REGULAR_FACE: OnceLock<Result<Face, &'static str>> = OnceLock::new();
    static SEMI_BOLD_FACE: OnceLock<Result<Face, &'static str>> = OnceLock::new();
    let face = match weight {
        Weight::Regular => REGULAR_FACE.get_or_init(|| Face::load(REGULAR, "FiraSans-Regular", 400)),
        Weight::SemiBold => SEMI_BOLD_FACE.get_or_init(|| Face::load(SEMI_BOLD, "FiraSans-SemiBold", 600)),
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
        Ok(Self {
            bytes,
            data: ShaperData::new(&font),
            font,
            name,
            weight_class,
            chars,
            widths: parsed.glyph_widths.into_values().collect(),
            substitute: parsed
                .codepoint_to_glyph
                .get(&u32::from(SUBSTITUTE))
                .copied()
                .ok_or("no substitute glyph")?,
        })
    }

    /// Shapes one line of clean text, left to right. Also tells how many characters were substituted.
    pub(crate) fn shape(&self, text: &str) -> (Glyphs, usize) {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES | BufferFlags::DO_NOT_INSERT_DOTTED_CIRCLE);
        let features = LIGATURES_OFF.map(|tag| Feature::new(Tag::new(tag), 0, ..));
        let shaper = self.data.shaper(&self.font).build();
        let shaped = shaper.shape(buffer, ShapeOptions::new().features(&features));
        let mut glyphs = Zeroizing::new(Vec::with_capacity(shaped.len()));
        let mut substituted = 0;
        let mut cluster_before = None;
        for (info, place) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let gid = u16::try_from(info.glyph_id).unwrap_or(0);
            let starts = cluster_before != Some(info.cluster);
            cluster_before = Some(info.cluster);
            if gid == 0 {
                substituted += 1;
                glyphs.push(self.plain(self.substitute, SUBSTITUTE, starts));
                continue;
            }
            let source = text.get(info.cluster as usize..).and_then(|rest| rest.chars().next());
            let named = self.chars.get(usize::from(gid)).copied().flatten();
            glyphs.push(Glyph {
                advance: place.x_advance,
                dx: place.x_offset,
                dy: place.y_offset,
                ..self.plain(gid, named.or(source).unwrap_or(char::REPLACEMENT_CHARACTER), starts)
            });
        }
        (glyphs, substituted)
    }

    fn plain(&self, gid: u16, text: char, starts: bool) -> Glyph {
        let width = i32::from(self.widths.get(usize::from(gid)).copied().unwrap_or(0));
        Glyph {
            gid,
            advance: width,
            width,
            dx: 0,
            dy: 0,
            text,
            starts,
        }
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

//! The town's crest: a drawing or a picture that `town.toml` names. It comes from a file that anybody may have put there,
//! and a renderer trusts what it gets; so it is bounded, and a drawing holds nothing but shapes.
use crate::fault::{Faults, SourceFile};
use crate::load::view::{Parsed, View, shorten};
use core::fmt;
use roxmltree::{Document, Node, ParsingOptions};
use std::sync::Arc;

/// Largest file.
pub const CREST_BYTES_MAX: usize = 256 * 1024;
/// Longest name of the file.
const NAME_BYTES_MAX: usize = 64;
/// Width and height of a picture, in pixels: sharp on the largest screen, and a few megabytes when it is unpacked.
const SIDE_MIN: u32 = 64;
const SIDE_MAX: u32 = 1024;
/// How much longer one side may be than the other.
const STRETCH_MAX: f64 = 3.0;
/// Most elements and attributes of a drawing, and how deep they lie in one another.
const NODES_MAX: u32 = 5_000;
const DEPTH_MAX: usize = 32;

/// A crest that can be drawn.
#[derive(Clone, PartialEq, Eq)]
pub struct Crest {
    name: String,
    kind: CrestKind,
    bytes: Arc<[u8]>,
}

/// What a crest's file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrestKind {
    /// A drawing (SVG 1.1) of shapes alone.
    Svg,
    /// A picture (PNG, ISO/IEC 15948).
    Png,
}

impl Crest {
    /// What the file is.
    pub fn kind(&self) -> CrestKind {
        self.kind
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The crest in that file, or why it can't be taken.
    pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Self, (String, &'static str)> {
        if bytes.len() > CREST_BYTES_MAX {
            let what = format!("has {} bytes, more than {CREST_BYTES_MAX}", bytes.len());
            return Err((what, "make it smaller: 512 pixels are enough, or a drawing"));
        }
        let kind = if name.ends_with(".png") {
            check_png(bytes).map_err(|what| (what, "save it anew as PNG, 64 to 1024 pixels wide and high"))?;
            CrestKind::Png
        } else {
            check_svg(bytes).map_err(|what| (what, "save it as plain SVG: shapes and colours, nothing else"))?;
            CrestKind::Svg
        };
        Ok(Self {
            name: name.to_owned(),
            kind,
            bytes: bytes.into(),
        })
    }
}

/// For a reviewer: the name, and a number that another picture doesn't have (FNV-1a, 32 bits).
impl fmt::Display for Crest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = self.bytes.iter().fold(0x811c_9dc5_u32, |mark, byte| {
            (mark ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        write!(f, "{} ({} bytes, {mark:08x})", self.name, self.bytes.len())
    }
}

impl fmt::Debug for Crest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The file that the town names, if it names one. What is wrong with the name is told by [`crate::Catalogue::load`].
pub fn crest_file(files: &[SourceFile]) -> Option<String> {
    let mut faults = Faults::default();
    let town = files.iter().find(|file| file.path == "town.toml")?;
    let parsed = Parsed::parse(town, &mut faults)?;
    read_name(&mut parsed.view(), &mut faults)
}

/// Reads `crest`.
pub(crate) fn read_name(root: &mut View<'_>, faults: &mut Faults) -> Option<String> {
    let name = root.text_if("crest", faults)?;
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    let stem = name.strip_suffix(".svg").or_else(|| name.strip_suffix(".png"));
    let fits = stem.is_some_and(|stem| !stem.is_empty() && stem.bytes().all(known)) && name.len() <= NAME_BYTES_MAX;
    if !fits {
        let what = format!("`{}` is no name of a crest", shorten(&name));
        let mend = "a file beside town.toml: a–z, 0–9, - and _, and .svg or .png at the end";
        root.fault(faults, root.line_of("crest"), what, mend);
    }
    fits.then_some(name)
}

/// Signature, then chunks with their lengths, the first with sane sides, the last the end (PNG §5).
fn check_png(bytes: &[u8]) -> Result<(), String> {
    let mut rest = bytes
        .strip_prefix(b"\x89PNG\r\n\x1a\n")
        .ok_or_else(|| "is no PNG".to_owned())?;
    let (mut first, mut has_data) = (true, false);
    loop {
        let cut = || "is cut off, or isn't whole".to_owned();
        let (head, after) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
        let (len, kind) = head.split_first_chunk::<4>().ok_or_else(cut)?;
        let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| cut())?;
        let data = after.get(..len).ok_or_else(cut)?;
        rest = after.get(len.saturating_add(4)..).ok_or_else(cut)?; // behind the checksum
        match (first, kind) {
            (true, b"IHDR") => {
                let side = |at: usize| {
                    let bytes = data.get(at..).and_then(|data| data.first_chunk::<4>());
                    bytes.map(|bytes| u32::from_be_bytes(*bytes)).ok_or_else(cut)
                };
                let (width, height) = (side(0)?, side(4)?);
                if !(SIDE_MIN..=SIDE_MAX).contains(&width) || !(SIDE_MIN..=SIDE_MAX).contains(&height) {
                    return Err(format!(
                        "has {width} × {height} pixels, outside {SIDE_MIN} to {SIDE_MAX}"
                    ));
                }
                check_sides(f64::from(width), f64::from(height))?;
                first = false;
            }
            (true, _) => return Err("is no PNG".to_owned()),
            (false, b"IDAT") => has_data = true,
            (false, b"IEND") if has_data && rest.is_empty() => return Ok(()),
            (false, b"IEND") => return Err("has something behind its end, or nothing before it".to_owned()),
            (false, b"acTL") => return Err("moves; a crest stands still".to_owned()),
            (false, _) => {}
        }
    }
}

/// Elements that draw, and those that only hold them or their colours.
const ELEMENTS: [&str; 18] = [
    "svg",
    "g",
    "defs",
    "title",
    "desc",
    "metadata",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "style",
];
const SVG: &str = "http://www.w3.org/2000/svg";

/// A document that isn't large when it is unfolded, draws by itself, and asks for nothing from outside.
fn check_svg(bytes: &[u8]) -> Result<(), String> {
    let text = core::str::from_utf8(bytes).map_err(|_| "is no text in UTF-8".to_owned())?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    let document =
        Document::parse_with_options(text, options).map_err(|error| format!("is no XML as it should be: {error}"))?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
        return Err("is no SVG".to_owned());
    }
    let mut open = vec![(root, 0)];
    while let Some((node, depth)) = open.pop() {
        check_element(node, depth)?;
        open.extend(node.children().filter(Node::is_element).map(|inner| (inner, depth + 1)));
    }
    let (width, height) = size(root).ok_or_else(|| "says neither viewBox nor width and height".to_owned())?;
    check_sides(width, height)
}

fn check_element(node: Node<'_, '_>, depth: usize) -> Result<(), String> {
    let name = node.tag_name();
    if depth > DEPTH_MAX {
        return Err(format!("has more than {DEPTH_MAX} elements in one another"));
    }
    match name.namespace() {
        Some(SVG) if ELEMENTS.contains(&name.name()) => {}
        Some(SVG) => return Err(format!("holds <{}>", shorten(name.name()))),
        // Notes of the program that drew it (Inkscape); nobody draws them.
        Some(_) | None => {}
    }
    // A cut-out that is cut out itself, and so on, unfolds into more than anybody can draw.
    let in_clip = node.ancestors().any(|around| around.tag_name().name() == "clipPath");
    for attribute in node.attributes() {
        let (name, value) = (attribute.name(), attribute.value());
        let outside = name == "href" && !value.starts_with('#');
        if outside || name.starts_with("on") || reaches_out(value) {
            return Err(format!("asks for something else with `{}`", shorten(name)));
        }
        if in_clip && (name == "clip-path" || value.contains("clip-path")) {
            return Err("cuts out what cuts out".to_owned());
        }
    }
    if name.name() == "style" {
        let text = node.text().unwrap_or_default();
        if reaches_out(text) || text.contains(['@', '<']) || text.contains("clip-path") {
            return Err("has a <style> that is more than colours".to_owned());
        }
    }
    Ok(())
}

/// True for what names something that isn't in the document, as far as one sees; `\` could hide it (CSS Syntax 3 §4.3.7).
fn reaches_out(value: &str) -> bool {
    let after = value.match_indices("url(").map(|(at, found)| at + found.len());
    let mut named = after.map(|at| value.get(at..).unwrap_or_default().trim_start_matches(['"', '\'', ' ']));
    value.contains('\\') || named.any(|name| !name.starts_with('#'))
}

/// Width and height of a drawing.
fn size(root: Node<'_, '_>) -> Option<(f64, f64)> {
    let number = |text: &str| {
        text.trim()
            .trim_end_matches("px")
            .trim_end_matches("mm")
            .parse::<f64>()
            .ok()
    };
    if let Some(view) = root.attribute("viewBox") {
        let mut parts = view.split([' ', ',']).filter(|part| !part.is_empty()).map(number);
        let (_, _, width, height) = (parts.next()?, parts.next()?, parts.next()??, parts.next()??);
        return Some((width, height));
    }
    Some((number(root.attribute("width")?)?, number(root.attribute("height")?)?))
}

fn check_sides(width: f64, height: f64) -> Result<(), String> {
    let drawn = width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0;
    if !drawn || width / height > STRETCH_MAX || height / width > STRETCH_MAX {
        return Err("is too long or too high for a crest".to_owned());
    }
    Ok(())
}

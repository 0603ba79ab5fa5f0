//! Reads all memory of another process and looks for what must not be there.
use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Read at once; a find that lies across two pieces is found because pieces overlap.
const PIECE_BYTES: usize = 1 << 20;

/// Something to look for, in every shape in which a program may hold it.
pub(crate) struct Needle {
    pub(crate) what: &'static str,
    shapes: Vec<Vec<u8>>,
}

/// Where something was found.
pub(crate) struct Find {
    pub(crate) what: &'static str,
    /// Name of the mapping, address, and the bytes around.
    pub(crate) place: String,
}

impl Needle {
    /// An ASCII text: in UTF-8 and UTF-16, whatever the case of its letters.
    pub(crate) fn text(what: &'static str, text: &str) -> Self {
        assert!(
            text.is_ascii() && text.len() >= 5,
            "too short to be found by chance alone"
        );
        let utf16 = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        Self {
            what,
            shapes: vec![text.as_bytes().to_vec(), utf16],
        }
    }

    /// Decimal digits: as text, and as bytes 0 to 9.
    pub(crate) fn digits(what: &'static str, digits: &str) -> Self {
        let mut needle = Self::text(what, digits);
        needle.shapes.push(digits.bytes().map(|digit| digit - b'0').collect());
        needle
    }
}

/// Every find in the memory of that process.
pub(crate) fn search(pid: u32, needles: &[Needle]) -> Vec<Find> {
    let memory = File::open(format!("/proc/{pid}/mem")).expect("the memory of a child may be read");
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let overlap = needles
        .iter()
        .flat_map(|needle| &needle.shapes)
        .map(Vec::len)
        .max()
        .unwrap();
    let index = Index::of(needles);
    let (mut finds, mut bytes_read) = (Vec::new(), 0);
    for line in maps.lines() {
        let mut parts = line.split_whitespace();
        let (range, rights) = (parts.next().unwrap(), parts.next().unwrap());
        let name = parts.nth(3).unwrap_or("[anonymous]");
        // The kernel's own pages can't be read this way.
        if !rights.starts_with('r') || name.starts_with("[v") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let (mut at, end) = (number(start), number(end));
        let mut piece = vec![0; PIECE_BYTES + overlap];
        while at < end {
            let length = usize::try_from(end - at).unwrap().min(piece.len());
            // Pages of a file beyond its end, or unmapped meanwhile: nobody can read them.
            let Ok(read) = memory.read_at(&mut piece[..length], at) else {
                break;
            };
            if read == 0 {
                break;
            }
            bytes_read += read;
            index.look(&piece[..read], at, name, &mut finds);
            at += read.min(PIECE_BYTES) as u64;
        }
    }
    assert!(
        bytes_read > 10 << 20,
        "only {bytes_read} bytes of a whole terminal were read"
    );
    finds
}

fn number(hex: &str) -> u64 {
    u64::from_str_radix(hex, 16).unwrap()
}

/// The shapes by their first two bytes, in which most of a memory differs from all of them.
struct Index<'a> {
    numbers: Vec<Option<u8>>,
    lists: Vec<Vec<(&'static str, &'a [u8])>>,
}

impl<'a> Index<'a> {
    fn of(needles: &'a [Needle]) -> Self {
        let mut index = Self {
            numbers: vec![None; 1 << 16],
            lists: Vec::new(),
        };
        for needle in needles {
            for shape in &needle.shapes {
                let cases = |byte: u8| BTreeSet::from([byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]);
                for first in cases(shape[0]) {
                    for second in cases(shape[1]) {
                        index.list(first, second).push((needle.what, shape));
                    }
                }
            }
        }
        index
    }

    fn list(&mut self, first: u8, second: u8) -> &mut Vec<(&'static str, &'a [u8])> {
        let number = &mut self.numbers[pair(first, second)];
        let new = || {
            self.lists.push(Vec::new());
            u8::try_from(self.lists.len() - 1).expect("few enough needles")
        };
        let at = *number.get_or_insert_with(new);
        &mut self.lists[usize::from(at)]
    }

    fn look(&self, bytes: &[u8], from: u64, mapping: &str, finds: &mut Vec<Find>) {
        for (at, two) in bytes.windows(2).enumerate().take(PIECE_BYTES) {
            let Some(list) = self.numbers[pair(two[0], two[1])] else {
                continue;
            };
            for (what, shape) in &self.lists[usize::from(list)] {
                if bytes[at..]
                    .get(..shape.len())
                    .is_some_and(|there| there.eq_ignore_ascii_case(shape))
                {
                    let around = &bytes[at.saturating_sub(48)..(at + shape.len() + 48).min(bytes.len())];
                    let place = format!("{mapping} {:x}: {}", from + at as u64, around.escape_ascii());
                    finds.push(Find { what, place });
                }
            }
        }
    }
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

//! The structure tree of a tagged PDF (ISO 32000-1 §14.7): what each piece of a page is, in reading order.
use crate::paragraph::Line;
use zeroize::Zeroizing;

/// What an element is: standard structure types of ISO 32000-1 §14.8.4, so no role map is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Document,
    H1,
    H2,
    P,
    Table,
    Row,
    /// Heads its row.
    HeaderCell,
    /// Heads its column.
    ColumnHeader,
    DataCell,
    Div,
    Figure,
}

impl Role {
    /// The PDF name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Document => "Document",
            Self::H1 => "H1",
            Self::H2 => "H2",
            Self::P => "P",
            Self::Table => "Table",
            Self::Row => "TR",
            Self::HeaderCell | Self::ColumnHeader => "TH",
            Self::DataCell => "TD",
            Self::Div => "Div",
            Self::Figure => "Figure",
        }
    }
}

/// Number of an element in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ElementId(pub(crate) usize);

/// A child of an element.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kid {
    Element(ElementId),
    /// Marked content number `mcid` on page `page` (from 0).
    Content {
        page: usize,
        mcid: usize,
    },
}

/// A picture's description and place.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) alt: String,
    /// Left, bottom, right, top in page coordinates.
    pub(crate) bounds: [f32; 4],
}

/// One structure element.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) role: Role,
    pub(crate) parent: Option<ElementId>,
    pub(crate) kids: Vec<Kid>,
    pub(crate) figure: Option<Figure>,
    /// Its lines, as they are read out.
    lines: Vec<Zeroizing<String>>,
    has_from_right: bool,
}

impl Element {
    fn new(role: Role, parent: Option<ElementId>) -> Self {
        Self {
            role,
            parent,
            kids: Vec::new(),
            figure: None,
            lines: Vec::new(),
            has_from_right: false,
        }
    }

    /// Notes a line of it.
    pub(crate) fn read(&mut self, line: &Line) {
        self.lines.push(line.read.clone());
        self.has_from_right |= line.runs.iter().any(|run| run.is_from_right);
    }

    /// It has letters, all of them to be read from the left.
    pub(crate) fn is_latin(&self) -> bool {
        let has_letters = |line: &Zeroizing<String>| line.chars().any(char::is_alphabetic);
        !self.has_from_right && self.lines.iter().any(has_letters)
    }

    /// Its text in reading order, where glyphs from the left don't say it (ISO 32000-1 §14.9.4).
    pub(crate) fn actual_text(&self) -> Option<Zeroizing<String>> {
        let lines = || self.lines.iter().map(|line| line.as_str());
        self.has_from_right.then(|| {
            let mut text = Zeroizing::new(String::with_capacity(lines().map(str::len).sum()));
            text.extend(lines());
            text
        })
    }
}

/// All elements; the first is the document.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) elements: Vec<Element>,
    /// Elements by page and marked content number.
    pub(crate) owners: Vec<Vec<ElementId>>,
}

impl Tree {
    pub(crate) const ROOT: ElementId = ElementId(0);

    pub(crate) fn new() -> Self {
        Self {
            elements: vec![Element::new(Role::Document, None)],
            owners: Vec::new(),
        }
    }

    /// Adds an element as the last child of `parent`.
    pub(crate) fn add(&mut self, parent: ElementId, role: Role) -> ElementId {
        let id = ElementId(self.elements.len());
        self.elements.push(Element::new(role, Some(parent)));
        self.elements[parent.0].kids.push(Kid::Element(id));
        id
    }

    /// Notes that the next marked content of `page` belongs to `element`; gives its number.
    pub(crate) fn mark(&mut self, element: ElementId, page: usize) -> usize {
        if self.owners.len() <= page {
            self.owners.resize_with(page + 1, Vec::new);
        }
        let mcid = self.owners[page].len();
        self.owners[page].push(element);
        self.elements[element.0].kids.push(Kid::Content { page, mcid });
        mcid
    }
}

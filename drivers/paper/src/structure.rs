//! The structure tree of a tagged PDF (ISO 32000-1 §14.7): what each piece of a page is, in reading order.

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
            Self::HeaderCell => "TH",
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
        let root = Element {
            role: Role::Document,
            parent: None,
            kids: Vec::new(),
            figure: None,
        };
        Self {
            elements: vec![root],
            owners: Vec::new(),
        }
    }

    /// Adds an element as the last child of `parent`.
    pub(crate) fn add(&mut self, parent: ElementId, role: Role) -> ElementId {
        let id = ElementId(self.elements.len());
        self.elements.push(Element {
            role,
            parent: Some(parent),
            kids: Vec::new(),
            figure: None,
        });
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

//! The one model of everything that goes on paper: a receipt, a copy of a declaration, later a certificate.
//! Drivers render it (A4 PDF, thermal raster, speech); nobody else knows fonts or millimetres.
use crate::language::Language;
use crate::picture::Picture;
use crate::private::PrivateText;

/// A document to print. Its texts may hold personal data and are wiped with it.
#[derive(Debug)]
pub struct Document {
    /// Language of all texts in it.
    pub language: Language,
    /// Title, also in the PDF's metadata. Holds no personal data.
    pub title: String,
    /// Who issues it, shown at the head of every page. Holds no personal data.
    pub issuer: String,
    /// Shown at the foot of every page beside the page number ("Seite 1 von 2"). Holds no personal data.
    pub footer: String,
    /// Content in reading order.
    pub blocks: Vec<Block>,
}

impl Document {
    /// It begins with a heading of level 1; a picture may stand above. If not, whoever renders it makes its title one.
    pub fn has_own_title(&self) -> bool {
        let mut blocks = self.blocks.iter();
        let first = blocks.find(|block| !matches!(block, Block::Image { .. }));
        matches!(first, Some(Block::Heading { level: 0 | 1, .. }))
    }
}

/// One piece of a document.
#[derive(Debug)]
pub enum Block {
    /// A heading; level 1 is the document's title, 2 a section.
    Heading {
        /// 1 or 2.
        level: u8,
        /// Its text.
        text: PrivateText,
    },
    /// Running text.
    Paragraph(PrivateText),
    /// A notice that must be seen, set off from the rest.
    Notice(PrivateText),
    /// Labels and values, one row each.
    Table(Vec<Row>),
    /// What is to be paid or was paid, one fee each line, amounts below each other; totals as lines of their own.
    Fees(Vec<FeeLine>),
    /// A picture: a crest, a signature.
    Image {
        /// The picture.
        picture: Picture,
        /// How wide it is printed, in millimetres; never wider than the text.
        width_mm: u8,
        /// What it shows, for those who can't see it.
        alt: String,
    },
    /// An empty line for a signature by hand.
    SignatureLine {
        /// Who signs there ("Unterschrift der antragstellenden Person").
        label: String,
    },
    /// A code to be read aloud or typed, set large, with a QR code of `qr` beside it.
    Code {
        /// What the code is ("Vorgangs-Code").
        label: String,
        /// The code in groups, e.g. `K7QF-2M9X-4TB`.
        text: String,
        /// Payload of the QR code.
        qr: String,
        /// What the QR code is, for those who can't see it.
        alt: String,
    },
    /// What follows begins a page: it is taken off and used alone.
    NewPage,
}

/// A row of a table.
#[derive(Debug)]
pub struct Row {
    /// What it is.
    pub label: String,
    /// The value.
    pub value: PrivateText,
}

/// A fee, or the sum of fees. Amounts are texts in the document's language: whoever makes the document has computed them.
#[derive(Debug)]
pub struct FeeLine {
    /// What is charged ("Personalausweis"), or what the sum is called ("Gesamt").
    pub label: String,
    /// How much, with its currency ("37,00 €").
    pub amount: PrivateText,
    /// The value added tax in it ("19 %: 1,60 €"), where there is any.
    pub vat: Option<String>,
    /// A sum: set off from the lines above it.
    pub is_total: bool,
}

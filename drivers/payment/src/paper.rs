//! Receipts that the terminal gives us to print, by 06 D1 line by line or by 06 D3 in blocks (PA00P015 §3.5, §3.6).
use crate::{fields, text, tlv};
use drivers_api::private::PrivateText;
use zeroize::Zeroizing;

/// Most characters of one transaction's receipts. Two receipts of eighty lines are half of it.
const CHARS_MAX: usize = 16 * 1024;
/// Most receipts of one transaction: merchant, customer, and what a repetition of the PIN leaves over.
const PAPERS_MAX: usize = 8;

/// `1xxx xxxx`, but not 80 and not FF: the receipt ends here (table 16).
fn ends(attribute: u8) -> bool {
    attribute & 0x80 != 0 && attribute != 0x80 && attribute != 0xFF
}

/// Tag 1F07: the customer's receipt.
const CUSTOMER: u8 = 0x02;

struct Paper {
    kind: Option<u8>,
    text: Zeroizing<String>,
}

/// Collects the receipts of one transaction.
pub struct Papers {
    done: Vec<Paper>,
    current: Paper,
    chars_left: usize,
}

impl Default for Papers {
    fn default() -> Self {
        Self {
            done: Vec::new(),
            current: Paper::new(),
            chars_left: CHARS_MAX,
        }
    }
}

impl Paper {
    fn new() -> Self {
        // With room for all, so that growing leaves no copies behind.
        Self {
            kind: None,
            text: Zeroizing::new(String::with_capacity(CHARS_MAX)),
        }
    }
}

impl Papers {
    /// Data of 06 D1: an attribute and a line.
    pub fn line(&mut self, data: &[u8]) {
        let Some((attribute, line)) = data.split_first() else {
            return;
        };
        if *attribute == 0xFF {
            (0..line.first().copied().unwrap_or(1).min(10)).for_each(|_| self.push(0, &[]));
            return;
        }
        self.push(attribute & 0x0F, line);
        if ends(*attribute) {
            self.end();
        }
    }

    /// Data of 06 D3.
    pub fn block(&mut self, data: &[u8]) {
        for (_, container) in fields::fields(data).filter(|field| field.0 == fields::CONTAINER) {
            if let Some([kind]) = tlv::find(container, 0x1F07) {
                self.current.kind = Some(*kind);
            }
            for (_, lines) in tlv::elements(container).filter(|element| element.0 == 0x25) {
                self.lines(lines);
            }
        }
    }

    fn lines(&mut self, container: &[u8]) {
        let mut indent = 0;
        for (tag, content) in tlv::elements(container) {
            match (tag, content) {
                (0x07, line) => self.push(indent, line),
                // Here FF ends it, too: a real terminal does so.
                (0x09, [attribute]) if attribute & 0x80 != 0 && *attribute != 0x80 => self.end(),
                (0x09, [attribute]) => indent = attribute & 0x0F,
                _ => {}
            }
        }
    }

    /// The customer's receipt: the one that is marked so, else the one that says so, else the last.
    pub fn customer(mut self) -> PrivateText {
        self.end();
        let says_so = |paper: &Paper| {
            ["kundenbeleg", "cardholder", "customerreceipt"]
                .iter()
                .any(|word| says(&paper.text, word))
        };
        let marked = self.done.iter().find(|paper| paper.kind == Some(CUSTOMER));
        let unmarked = || self.done.iter().filter(|paper| paper.kind.is_none());
        let chosen = marked
            .or_else(|| unmarked().find(|paper| says_so(paper)))
            .or_else(|| unmarked().next_back());
        chosen.map_or_else(PrivateText::default, |paper| PrivateText::from(paper.text.trim_end()))
    }

    fn push(&mut self, indent: u8, line: &[u8]) {
        let cost = line.len() + usize::from(indent) + 1;
        if cost > self.chars_left {
            return;
        }
        self.chars_left -= cost;
        (0..indent).for_each(|_| self.current.text.push(' '));
        text::append(&mut self.current.text, line);
        self.current.text.push('\n');
    }

    fn end(&mut self) {
        let paper = core::mem::replace(&mut self.current, Paper::new());
        if !paper.text.is_empty() && self.done.len() < PAPERS_MAX {
            self.done.push(paper);
        }
    }
}

/// True if the letters of the text, without what stands between them, have the word. Without a copy of the text.
fn says(text: &str, word: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase);
    loop {
        if letters
            .clone()
            .zip(word.chars())
            .filter(|(one, other)| one == other)
            .count()
            == word.chars().count()
        {
            return true;
        }
        if letters.next().is_none() {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_two_receipts() {
        let mut papers = Papers::default();
        papers.line(b"\x00 H\x84ndlerbeleg");
        papers.line(b"\x00PAN ###1234");
        papers.line(b"\x81");
        papers.line(b"\x40K-U-N-D-E-N-B-E-L-E-G");
        papers.line(b"\xFF\x02");
        papers.line(b"\x82EUR 12,50");
        papers.line(b"");
        assert_eq!(papers.customer().expose(), "K-U-N-D-E-N-B-E-L-E-G\n\n\n  EUR 12,50");
    }

    #[test]
    fn blocks_say_whose_they_are() {
        let block = |kind: u8, line: &[u8]| {
            let mut lines = Vec::new();
            tlv::push(&mut lines, 0x07, line);
            tlv::push(&mut lines, 0x09, &[0x81]);
            let mut container = Vec::new();
            tlv::push(&mut container, 0x1F07, &[kind]);
            tlv::push(&mut container, 0x25, &lines);
            let mut data = Vec::new();
            fields::push_container(&mut data, &container);
            data
        };
        let mut papers = Papers::default();
        papers.block(&block(2, b"for you"));
        papers.block(&block(1, b"for the shop"));
        assert_eq!(papers.customer().expose(), "for you");
    }

    #[test]
    fn an_endless_receipt_is_cut() {
        let mut papers = Papers::default();
        (0..10_000).for_each(|_| papers.line(b"\x0F0123456789"));
        assert!(papers.customer().expose().len() <= CHARS_MAX);
        assert!(Papers::default().customer().is_empty());
    }
}

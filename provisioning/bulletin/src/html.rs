//! HTML of foreign hands to plain paragraphs. Only the standard's tokenizer is used (WHATWG HTML §13.2.5): it reads any
//! bytes in one pass, builds no tree and can't be nested too deep. No markup survives, so none must be judged.
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;
use wire::board::{Line, Text};

/// So much of a text is read; the rest is beyond what a board keeps, whatever markup is in it.
pub const HTML_BYTES_MAX: usize = 256 * 1024;

/// The text that a page would show.
pub fn text(html: &str) -> Text {
    Text::clean(paragraphs(html).iter().map(String::as_str))
}

/// The same in one line.
pub fn line(html: &str) -> Line {
    Line::clean(&paragraphs(html).join(" "))
}

/// A plain text with line ends.
pub fn plain(text: &str) -> Text {
    Text::clean(first_bytes(text, HTML_BYTES_MAX).lines())
}

fn paragraphs(html: &str) -> Vec<String> {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(first_bytes(html, HTML_BYTES_MAX)));
    let tokenizer = Tokenizer::new(Paragraphs::default(), TokenizerOpts::default());
    // It stops for scripts and charsets, which this sink never tells it of; so it reads to the end.
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let mut built = tokenizer.sink.built.take();
    built.end_paragraph();
    built.done
}

/// The first bytes of a text, up to the end of a character.
fn first_bytes(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

#[derive(Default)]
struct Paragraphs {
    built: RefCell<Built>,
}

#[derive(Default)]
struct Built {
    done: Vec<String>,
    open: String,
    /// Within what isn't shown.
    hidden: bool,
}

impl Built {
    fn end_paragraph(&mut self) {
        let paragraph = core::mem::take(&mut self.open);
        if paragraph.chars().any(|c| !c.is_whitespace() && c != LIST_MARK) {
            self.done.push(paragraph);
        }
    }
}

/// Begins an item of a list.
const LIST_MARK: char = '–';

impl TokenSink for Paragraphs {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut built = self.built.borrow_mut();
        match token {
            Token::CharacterTokens(text) if !built.hidden => built.open.push_str(&text),
            Token::TagToken(tag) => return tag_seen(&mut built, &tag),
            Token::CharacterTokens(_) | Token::NullCharacterToken => {}
            Token::DoctypeToken(_) | Token::CommentToken(_) | Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

fn tag_seen(built: &mut Built, tag: &Tag) -> TokenSinkResult<()> {
    match &*tag.name {
        "br" | "p" | "div" | "tr" | "ul" | "ol" | "dl" | "dt" | "dd" | "table" | "hr" | "pre" | "section"
        | "article" | "header" | "footer" | "aside" | "main" | "nav" | "blockquote" | "figure" | "figcaption"
        | "address" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => built.end_paragraph(),
        "li" => {
            built.end_paragraph();
            if tag.kind == TagKind::StartTag {
                built.open.extend([LIST_MARK, ' ']);
            }
        }
        "td" | "th" | "option" => built.open.push(' '),
        _ => {}
    }
    let raw = match &*tag.name {
        "script" => RawKind::ScriptData,
        "style" | "iframe" | "noembed" | "noframes" | "noscript" | "xmp" => RawKind::Rawtext,
        "textarea" | "title" => RawKind::Rcdata,
        _ => return TokenSinkResult::Continue,
    };
    // Its end tag is the next one that the tokenizer tells.
    built.hidden = tag.kind == TagKind::StartTag && !tag.self_closing;
    match built.hidden {
        true => TokenSinkResult::RawData(raw),
        false => TokenSinkResult::Continue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_page_shows_is_what_is_read() {
        for (html, shown) in [
            ("Der Markt<br>ist offen.", &["Der Markt", "ist offen."][..]),
            (
                "<p>M&uuml;ll &amp; mehr</p>\n<p>  morgen </p>",
                &["Müll & mehr", "morgen"],
            ),
            ("<ul><li>eins<li>zwei</ul>", &["– eins", "– zwei"]),
            ("<script>alert('x')</script>Rat<style>p{}</style>", &["Rat"]),
            ("<img src=x onerror=alert(1)>Bild", &["Bild"]),
            ("<a href='javascript:x'>hier</a> klicken", &["hier klicken"]),
            ("a &lt;script&gt; b", &["a <script> b"]),
            ("<script/>offen", &["offen"]),
            ("<!-- weg -->da<![CDATA[x]]>", &["da"]),
            ("<td>1</td><td>2</td>", &["1 2"]),
            ("3 < 4 und 5 > 2", &["3 < 4 und 5 > 2"]),
            ("<ul><li></li></ul>", &[]),
        ] {
            assert_eq!(text(html).paragraphs(), shown, "{html}");
        }
        assert_eq!(line("<b>Neu</b>: das<br>Bad").as_str(), "Neu: das Bad");
        assert_eq!(plain("eins\r\n\r\nzwei").paragraphs(), ["eins", "zwei"]);
    }

    #[test]
    fn a_mountain_of_markup_is_only_long() {
        let deep = format!("{}Ende", "<div><b><table>".repeat(20_000));
        assert!(text(&deep).is_empty() || text(&deep).paragraphs() == ["Ende"]);
        let within = format!("{}Ende", "<div>".repeat(40_000));
        assert_eq!(text(&within).paragraphs(), ["Ende"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(html in "\\PC{0,200}|(<[/a-z!\\-]{0,8}>?|&[a-z#0-9]{0,6};?|[a-zä \\n\"']{0,5}){0,60}") {
            let read = text(&html);
            prop_assert!(read.paragraphs().iter().all(|paragraph| !paragraph.is_empty()));
        }

        #[test]
        fn tags_leave_nothing(name in "[a-z]{1,8}", value in "[a-z:()1 ]{0,12}") {
            let read = text(&format!("vor<{name} on{name}=\"{value}\" src='{value}'>"));
            prop_assert_eq!(read.paragraphs(), ["vor"]);
        }
    }
}

//! News and consultations from RSS (0.9 to 2.0) and Atom (RFC 4287).
use crate::html;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use entries::{Entry, entries};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;
use wire::board::{Consultation, Day, Link, NEWS_MAX, News, Text};

mod entries;

/// Largest feed; the largest seen has less than one.
pub const FEED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why a feed can't be read. Says where it breaks, nothing of its content.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no RSS or Atom feed: {what}")]
pub struct FeedTrouble {
    what: String,
}

/// Reads the news of a feed, newest first. `address` is where it came from; addresses in it may be relative.
///
/// # Errors
/// When it is no feed.
pub fn news(bytes: &[u8], address: &str, zone: &TimeZone) -> Result<Vec<News>, FeedTrouble> {
    if bytes.len() > FEED_BYTES_MAX {
        let what = format!("it has {} bytes", bytes.len());
        return Err(FeedTrouble { what });
    }
    let mut entries = entries(&decoded(bytes)).map_err(|what| FeedTrouble { what })?;
    entries.sort_by_key(|entry| core::cmp::Reverse(entry.published()));
    let base = Url::parse(address).ok();
    let news = entries.iter().map(|entry| News {
        title: html::line(&entry.title),
        day: entry.published().and_then(|at| day(at.as_second(), zone)),
        text: body(entry),
        link: link(entry, base.as_ref()),
    });
    Ok(news.filter(|news| !news.title.is_empty()).take(NEWS_MAX).collect())
}

/// The longer of summary and content: some feeds put a teaser into one of them.
fn body(entry: &Entry) -> Text {
    let [summary, content] = [html::text(&entry.summary), html::text(&entry.content)];
    let length = |text: &Text| text.paragraphs().iter().map(String::len).sum::<usize>();
    if length(&content) > length(&summary) {
        content
    } else {
        summary
    }
}

fn link(entry: &Entry, base: Option<&Url>) -> Option<Link> {
    let link = entry.link.trim();
    let whole = match base {
        Some(base) => base.join(link),
        None => Url::parse(link),
    };
    whole
        .ok()
        .filter(|_| !link.is_empty())
        .and_then(|url| Link::parse(url.as_str()))
}

/// Reads the consultations of a feed; feeds tell no last day.
///
/// # Errors
/// When it is no feed.
pub fn consultations(bytes: &[u8], address: &str, zone: &TimeZone) -> Result<Vec<Consultation>, FeedTrouble> {
    let as_consultation = |news: News| Consultation {
        title: news.title,
        until: None,
        text: news.text,
        link: news.link,
    };
    Ok(news(bytes, address, zone)?.into_iter().map(as_consultation).collect())
}

/// The feed as UTF-8 without its declaration, which may lie: many a feed is declared as UTF-8 and written otherwise.
fn decoded(bytes: &[u8]) -> String {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None => (declared(bytes).unwrap_or(UTF_8), bytes),
    };
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let text = match had_errors && encoding == UTF_8 {
        true => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        false => text,
    };
    let text = text.trim_start();
    match text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest.to_owned(),
        None => text.to_owned(),
    }
}

/// What the XML declaration says (XML 1.0 §4.3.3).
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    const DECLARATION_BYTES: usize = 200;
    let head = bytes.get(..bytes.len().min(DECLARATION_BYTES))?;
    let head = String::from_utf8_lossy(head);
    let (declaration, _) = head.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let label = value.trim_start_matches(['=', ' ', '"', '\'']);
    let label = label.split(['"', '\'']).next()?;
    Encoding::for_label(label.as_bytes())
}

/// An address as a QR code takes it: in ASCII, whatever it was written in.
pub(crate) fn address(text: &str) -> Option<Link> {
    Link::parse(Url::parse(text.trim()).ok()?.as_str())
}

pub(crate) fn day(second: i64, zone: &TimeZone) -> Option<Day> {
    let at = Timestamp::from_second(second).ok()?;
    let date = at.to_zoned(zone.clone()).date();
    (1900..=9999).contains(&date.year()).then_some(Day(date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Musterstadt</title>
<link>https://www.musterstadt.de</link><description>x</description>
<item><title>Altes &amp;amp; Neues</title><link>https://www.musterstadt.de/a?b=1&amp;c=2</link>
<pubDate>Mon, 30 Nov 2026 23:30:00 GMT</pubDate>
<description>&lt;p&gt;Der Markt&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;</description></item>
<item><title>Bad</title><link>/bad</link><pubDate>Sun, 29 Nov 2026 08:00:00 +0100</pubDate>
<description>kurz</description><content:encoded><![CDATA[<p>Das Bad &uuml;ffnet.</p><p>Kommen Sie!</p>]]></content:encoded></item>
<item><description>ohne Titel</description></item></channel></rss>"#;

    fn zone() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(1))
    }

    fn read(bytes: &[u8]) -> Result<Vec<News>, FeedTrouble> {
        news(bytes, "https://www.musterstadt.de/rss.xml", &zone())
    }

    #[test]
    fn rss_is_read_with_its_faults() {
        let news = read(RSS.as_bytes()).unwrap();
        let titles: Vec<_> = news.iter().map(|news| news.title.as_str()).collect();
        assert_eq!(titles, ["Altes & Neues", "Bad"]);
        assert_eq!(news[0].day.unwrap().to_string(), "2026-12-01", "on the town's calendar");
        assert_eq!(news[0].text.paragraphs(), ["Der Markt"]);
        assert_eq!(
            news[0].link.as_ref().unwrap().as_str(),
            "https://www.musterstadt.de/a?b=1&c=2"
        );
        assert_eq!(news[1].text.paragraphs(), ["Das Bad üffnet.", "Kommen Sie!"]);
        assert_eq!(
            news[1].link.as_ref().unwrap().as_str(),
            "https://www.musterstadt.de/bad"
        );
    }

    #[test]
    fn atom_is_read() {
        let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>i</id><updated>2026-11-30T10:00:00Z</updated>
            <entry><id>1</id><title type="html">Rat &lt;b&gt;tagt&lt;/b&gt;</title><updated>2026-11-30T10:00:00Z</updated>
            <link rel="enclosure" href="https://x.example/f.mp3"/><link href="https://x.example/münchen"/>
            <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Um <i>acht</i></p></div></content></entry></feed>"#;
        let news = read(atom.as_bytes()).unwrap();
        assert_eq!(news[0].title.as_str(), "Rat tagt");
        assert_eq!(news[0].text.paragraphs(), ["Um acht"]);
        assert_eq!(
            news[0].link.as_ref().unwrap().as_str(),
            "https://x.example/m%C3%BCnchen"
        );
        assert_eq!(
            consultations(atom.as_bytes(), "https://x.example/", &zone()).unwrap()[0].until,
            None
        );
    }

    #[test]
    fn charsets_are_believed_only_if_they_are_true() {
        let title = |head: &str, bytes: &[u8]| {
            let mut feed = format!("{head}<rss version=\"2.0\"><channel><title>t</title><item><title>").into_bytes();
            feed.extend_from_slice(bytes);
            feed.extend_from_slice(b"</title></item></channel></rss>");
            read(&feed).unwrap()[0].title.to_string()
        };
        for head in [
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>",
            "<?xml version='1.0' encoding='utf-8'?>",
            "",
        ] {
            assert_eq!(title(head, b"B\xfcrger"), "Bürger", "{head}");
        }
        assert_eq!(title("\u{feff}<?xml version=\"1.0\"?>", "Bürger".as_bytes()), "Bürger");
    }

    #[test]
    fn what_is_no_feed_is_told() {
        for wrong in [
            "",
            "<html><body>Anmelden</body></html>",
            "{}",
            "<rss",
            "plain",
            "<rss\u{0}><channel>",
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert_eq!(read(b"<rss></rss>"), Ok(vec![]));
        assert!(read(&vec![b'<'; FEED_BYTES_MAX + 1]).is_err());
    }

    proptest! {
        #[test]
        fn no_feed_panics(at in 0..RSS.len(), with: u8, cut in 0..RSS.len()) {
            let mut bytes = RSS.as_bytes().to_vec();
            bytes[at] = with;
            let _ = read(&bytes);
            let _ = read(&bytes[..cut]);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}

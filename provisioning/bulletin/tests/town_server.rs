//! Against a town's web server on its worst day, in Python (`tests/peers/python/town_server.py`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    reason = "a test's helpers may panic, too"
)]
use bulletin::fetch::{FetchTrouble, Fetched, Http, Validators, Web};
use bulletin::{Before, Config, Content, GatherTrouble, Keeper, feed, gather};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use url::Url;

struct Town {
    server: Child,
    port: u16,
}

impl Town {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/python/town_server.py");
        let mut command = Command::new("python3");
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().expect("python3 is there");
        let mut line = String::new();
        let mut told = BufReader::new(server.stdout.take().unwrap());
        told.read_line(&mut line).unwrap();
        let port = line.split_whitespace().next().unwrap().parse().unwrap();
        Self { server, port }
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}{path}", self.port)).unwrap()
    }

    /// How often the server was asked that nobody may ask.
    fn forbidden(&self, http: &Http) -> String {
        let asked = http.get(&self.url("/asked"), &Validators::default(), 100);
        String::from_utf8(bytes(asked.unwrap())).unwrap()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

const BYTES_MAX: usize = 1_000_000;

fn http() -> Http {
    let http = Http::new(None, &[], None).unwrap();
    http.with_patience(Duration::from_secs(2))
}

fn bytes(fetched: Fetched) -> Vec<u8> {
    match fetched {
        Fetched::New { bytes, .. } => bytes,
        Fetched::Unchanged => panic!("unchanged"),
    }
}

#[test]
fn feeds_are_fetched_politely_and_never_lead_astray() {
    let (town, http) = (Town::start(), http());
    let get = |path: &str| http.get(&town.url(path), &Validators::default(), BYTES_MAX);
    let news = |path: &str| {
        feed::news(
            &bytes(get(path).unwrap()),
            "https://www.musterstadt.de/",
            &TimeZone::UTC,
        )
        .unwrap()
    };
    let moved = news("/moved");
    assert_eq!(moved[0].title.as_str(), "Bürger & Rat");
    assert_eq!(moved[0].text.paragraphs(), ["Kommen Sie"]);
    let tag = Validators {
        etag: Some("\"7\"".to_owned()),
        modified: None,
    };
    assert_eq!(http.get(&town.url("/good"), &tag, BYTES_MAX), Ok(Fetched::Unchanged));
    let told = news("/charset");
    assert_eq!(
        told[0].title.as_str(),
        "Bürger & Rat",
        "declared as UTF-8, written otherwise"
    );

    let began = std::time::Instant::now();
    assert!(matches!(get("/slow"), Err(FetchTrouble::NoAnswer(_))));
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(get("/endless"), Err(FetchTrouble::TooLarge(BYTES_MAX)));
    assert!(matches!(get("/half"), Err(FetchTrouble::NoAnswer(_))));
    assert_eq!(get("/circle"), Err(FetchTrouble::Circles));
    assert_eq!(get("/nowhere"), Err(FetchTrouble::Status(404)));
    for path in ["/to-loopback", "/to-metadata", "/to-other", "/to-file"] {
        assert!(matches!(get(path), Err(FetchTrouble::Elsewhere(_))), "{path}");
    }
    assert_eq!(town.forbidden(&http), "0");
    let nobody = http.get(&Url::parse("http://127.0.0.1:1/").unwrap(), &tag, 9);
    assert!(matches!(nobody, Err(FetchTrouble::NoAnswer(_))));
}

fn config(folder: &Path, source: &str, url: &Url) -> Config {
    let settings = folder.join("board.toml");
    std::fs::write(&settings, format!("{source}\nurl = '{url}'\n")).unwrap();
    Config::read(&settings).unwrap()
}

#[test]
#[allow(clippy::disallowed_methods)] // the peer's meetings are tomorrow
fn a_council_without_end_is_read_to_the_limit() {
    let (town, http) = (Town::start(), http());
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), "[council]", &town.url("/oparl"));
    let now = Timestamp::now();
    let gathered = gather(&config, &config.sources[0], Before::default(), now, &http).unwrap();
    let Some(Content::Council(known)) = gathered.content else {
        panic!("{}", gathered.words)
    };
    assert!(known.meetings.len() > 500, "{}", gathered.words);
    for told in ["600 requests", "dangling references", "left out by limits"] {
        assert!(gathered.words.contains(told), "{told}: {}", gathered.words);
    }
    assert_eq!(town.forbidden(&http), "0");
    let keeper = Keeper::open(config, http, folder.path()).unwrap();
    assert!(keeper.board(now).is_empty(), "nothing was asked by it yet");
}

#[test]
fn what_isnt_there_is_told() {
    let (town, http) = (Town::start(), http());
    let folder = tempfile::tempdir().unwrap();
    for (source, path, told) in [
        ("[[news]]", "/html", "no RSS or Atom feed"),
        ("[council]", "/deep", "no body with meetings"),
        ("[council]", "/good", "no body with meetings"),
        ("[council]", "/nowhere", "no body with meetings"),
        ("[found]", "/good", "\"gegenstand\" is missing"),
        ("[offices]", "/good", "line 1"),
    ] {
        let config = config(folder.path(), source, &town.url(path));
        let gave = gather(
            &config,
            &config.sources[0],
            Before::default(),
            Timestamp::UNIX_EPOCH,
            &http,
        );
        let error: GatherTrouble = gave.unwrap_err();
        assert!(error.to_string().contains(told), "{source} {path}: {error}");
    }
}

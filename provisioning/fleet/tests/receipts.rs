//! Whether a paper is genuine, over real HTTP as a stranger's browser asks; and fees at the counter, by command.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers may panic, too")]
mod common;

use common::{config, put};
use fleet::{CHECK_BURST, Running, change_case, enrol};
use std::process::{Command, Output};
use store::{CaseChange, IfKnown};
use ureq::http::Response;
use uuid::Uuid;
use wire::case_status::{CaseKeys, CaseState};
use wire::receipt::{CheckCode, Fee, FeeState, ReceiptFacts, VERIFY_PATH};
use wire::{CaseCode, Envelope, FollowUp, submission_path};

struct World {
    folder: tempfile::TempDir,
    server: Running,
    token: String,
}

fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let token = enrol(folder.path(), "kiosk-1", IfKnown::Refuse).unwrap().reveal();
    World {
        server: Running::start(config(folder.path())).unwrap(),
        folder,
        token,
    }
}

fn id(number: u8) -> Uuid {
    Uuid::from_u128((0x0192_0000_0000_7000_8000u128 << 48) | u128::from(number))
}

fn code(number: u8) -> CaseCode {
    CaseCode::from_random([number; 7])
}

fn check(number: u8) -> String {
    CheckCode::from_random([number; 10]).grouped()
}

fn envelope(number: u8, fee: Option<FeeState>) -> Envelope {
    Envelope {
        submission_id: id(number),
        destination_id: Uuid::from_u128(7),
        leika: "99115001060000".into(),
        service_version: "1.0.0".into(),
        filed_at: 1_795_348_800, // 2026-11-22T12:00:00Z: that day in every zone that a town is in
        encrypted_data: "eyJh.a2V5.aXY.Y3Q.dGFn".into(),
        follow_up: Some(FollowUp {
            service: "meldebescheinigung".into(),
            case_lookup: CaseKeys::from_code(&code(number)).unwrap().lookup(),
            card: None,
            receipt: Some(ReceiptFacts {
                lookup: CheckCode::from_random([number; 10]).lookup(),
                title: "Meldebescheinigung <b>".into(),
                issuer: "Stadt Musterstadt, Bürgerbüro".into(),
            }),
            fee: fee.map(|state| Fee { cents: 1250, state }),
        }),
    }
}

/// A browser's answer: status, headers, page.
struct Page {
    status: u16,
    head: Response<()>,
    html: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.head
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    fn h1(&self) -> &str {
        let after = self.html.split_once("<h1>").unwrap().1.split_once("</h1>").unwrap().0;
        let text = after.rsplit_once("<span>").unwrap().1;
        text.strip_suffix("</span>").unwrap()
    }
}

impl World {
    fn file(&self, number: u8, fee: Option<FeeState>) {
        let body = envelope(number, fee).to_body().unwrap();
        let path = submission_path(id(number));
        let heard = put(&self.server, &path, &self.token, "application/json", &body);
        assert_eq!(heard.status, 201);
    }

    fn browse(&self, method: &str, path: &str) -> Page {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .new_agent();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server.base_url()))
            .body(())
            .unwrap();
        let (parts, mut body) = agent.run(request).unwrap().into_parts();
        Page {
            status: parts.status.as_u16(),
            head: Response::from_parts(parts, ()),
            html: body.read_to_string().unwrap(),
        }
    }

    fn verify(&self, code: &str) -> Page {
        self.browse("GET", &format!("{VERIFY_PATH}{code}"))
    }

    fn set(&self, number: u8, state: CaseState) {
        let change = CaseChange {
            submission_id: id(number),
            state: Some(state),
            letter: None,
        };
        change_case(self.folder.path(), change).unwrap();
    }

    fn fleet(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_fleet"))
            .args(arguments)
            .arg("--data")
            .arg(self.folder.path())
            .env("TZ", "UTC")
            .output()
            .unwrap();
        let Output { stdout, stderr, .. } = output;
        let said = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        (output.status.code(), said)
    }
}

#[test]
fn who_has_the_paper_sees_that_it_is_genuine_and_how_its_case_stands() {
    let world = world();
    world.file(1, None);
    let page = world.verify(&check(1));
    assert_eq!((page.status, page.h1()), (200, "Dieser Beleg ist echt"));
    for words in [
        "Meldebescheinigung &lt;b&gt;",
        "Stadt Musterstadt, Bürgerbüro",
        "22. November 2026",
        "Der Antrag ist angekommen.",
        "The application has arrived.",
    ] {
        assert!(page.html.contains(words), "{words}\n{}", page.html);
    }
    // Nothing by which the case, the citizen or the terminal could be found.
    for secret in [
        &*id(1).to_string(),
        &code(1).grouped(),
        "kiosk-1",
        "meldebescheinigung",
        &check(1),
    ] {
        assert!(!page.html.contains(secret), "{secret}");
    }
    world.set(1, CaseState::Withdrawn);
    let page = world.verify(&check(1).to_lowercase().replace('-', "%20"));
    assert_eq!(page.h1(), "Dieser Beleg ist echt, aber der Antrag wurde zurückgezogen");
}

#[test]
fn the_form_leads_to_the_same_answer_and_a_slip_is_told_as_one() {
    let world = world();
    world.file(1, None);
    for empty in [
        "/verify",
        "/verify/",
        "/verify?code=",
        "/verify?code=+",
        "/verify?kode=1",
    ] {
        let page = world.browse("GET", empty);
        assert_eq!((page.status, page.h1()), (200, "Beleg prüfen"), "{empty}");
        assert!(page.html.contains("<form action=\"/verify\" method=\"get\""));
    }
    let page = world.browse("GET", &format!("/verify?code={}", check(1).replace('-', "+")));
    assert_eq!((page.status, page.h1()), (200, "Dieser Beleg ist echt"));

    let unknown = world.verify(&check(2));
    assert_eq!((unknown.status, unknown.h1()), (404, "Diesen Beleg kennen wir nicht"));
    assert!(unknown.html.contains("kann es einige Tage dauern"));
    let mut slip = check(1);
    let last = if slip.ends_with('0') { "1" } else { "0" };
    slip.replace_range(18.., last);
    for typed in [&*slip, "K7QF", "%ff%fe", "a%2Fb", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"] {
        let page = world.verify(typed);
        assert_eq!(
            (page.status, page.h1()),
            (400, "Da stimmt etwas am Prüfcode nicht"),
            "{typed}"
        );
        assert!(!page.html.contains("<script"));
    }
    assert!(
        world.verify(&slip).html.contains(&format!("value=\"{slip}\"")),
        "to be put right"
    );
}

#[test]
fn no_page_is_kept_framed_indexed_or_lets_anything_in() {
    let world = world();
    world.file(1, None);
    let paths = [
        "/verify".to_owned(),
        format!("/verify/{}", check(1)),
        format!("/verify/{}", check(2)),
        "/verify/x".into(),
    ];
    for path in paths {
        let page = world.browse("GET", &path);
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex"),
        ] {
            assert_eq!(page.header(name), value, "{path}");
        }
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"));
        for foreign in [" style=", " src=", "//", "<script", "<link"] {
            assert!(!page.html.contains(foreign), "{foreign}");
        }
        // HEAD says the same of the page and gives none.
        let head = world.browse("HEAD", &path);
        assert_eq!((head.status, head.html.as_str()), (page.status, ""));
        assert_eq!(head.header("content-length"), page.html.len().to_string());
    }
    assert_eq!(world.browse("POST", "/verify").status, 405);
}

#[test]
fn beyond_the_limit_all_are_told_to_come_later_and_slips_cost_nothing() {
    let world = world();
    world.file(1, None);
    for _ in 0..2 * CHECK_BURST {
        assert_eq!(world.verify("K7QF").status, 400);
    }
    let mut seen = 0;
    let later = loop {
        let page = world.verify(&check(1));
        if page.status != 200 {
            break page;
        }
        seen += 1;
        assert!(seen < 20 * CHECK_BURST, "there is no limit");
    };
    assert!(seen >= CHECK_BURST);
    assert_eq!((later.status, later.h1()), (429, "Gerade wird sehr viel geprüft"));
    assert_eq!(later.header("retry-after"), "1");
    assert_eq!(world.verify("K7QF").status, 400);
    assert_eq!(world.browse("GET", "/verify").status, 200);
    world.file(2, None);
}

#[test]
fn the_log_holds_no_code() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_fleet"))
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .env("RUST_LOG", "trace")
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = std::io::BufReader::new(server.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("listening") {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut log, &mut line).unwrap() > 0);
    }
    let address = line.split_once("127.0.0.1:").unwrap().1;
    let port: String = address.chars().take_while(char::is_ascii_digit).collect();
    let rest = std::thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut log, &mut text).unwrap();
        text
    });
    for path in [
        format!("/verify/{}", check(1)),
        format!("/verify?code={}", check(1)),
        "/verify/K7QF-SLIP".into(),
    ] {
        let url = format!("http://127.0.0.1:{port}{path}");
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        let status = config.build().new_agent().get(url).call().unwrap().status().as_u16();
        assert!(status == 404 || status == 400);
    }
    let stopped = Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
    assert!(stopped.unwrap().success() && server.wait().unwrap().success());
    let text = rest.join().unwrap();
    assert!(text.contains("a receipt was checked"), "{text}");
    assert!(
        !text.contains(&check(1)) && !text.contains("SLIP") && !text.contains("/verify"),
        "{text}"
    );
}

#[test]
fn at_the_counter_a_fee_is_seen_and_paid_once() {
    let world = world();
    world.file(1, Some(FeeState::Counter));
    world.file(2, Some(FeeState::Card));
    world.file(3, None);
    world.file(4, Some(FeeState::Unclear));
    let case = |number| id(number).to_string();
    let (_, listed) = world.fleet(&["cases"]);
    let line = |number| {
        listed
            .lines()
            .find(|line| line.starts_with(&case(number)))
            .unwrap()
            .to_owned()
    };
    assert!(line(1).ends_with("  12.50 EUR at the counter"), "{listed}");
    assert!(line(4).ends_with("  12.50 EUR PAID OR NOT"));
    assert!(!line(2).contains("EUR") && !line(3).contains("EUR"));

    // By the code as somebody types it, and by the case as staff list it.
    let typed = code(1).grouped().to_lowercase().replace('-', " ");
    let (status, said) = world.fleet(&["fee", &typed]);
    assert!(
        status == Some(0) && said.contains("12.50 EUR  to be paid at the counter, since"),
        "{said}"
    );
    assert_eq!(world.fleet(&["fee", &case(1)]).1, said);
    let (status, said) = world.fleet(&["paid", &typed]);
    assert!(
        status == Some(0) && said.starts_with(&case(1)) && said.contains("12.50 EUR  paid at the counter"),
        "{said}"
    );
    let refused = |arguments: &[&str], why: &str| {
        let (status, said) = world.fleet(arguments);
        assert!(status == Some(1) && said.contains(why), "{said}");
    };
    refused(&["paid", &case(1)], "it was marked as paid at the counter before");
    refused(&["paid", &case(2)], "it was paid at the terminal, by card");
    refused(&["paid", &case(3)], "the case has no fee");
    refused(&["paid", &case(9)], "there is no submission");
    refused(
        &["fee", &code(9).grouped()],
        "no case of that code is here; it may still lie in a terminal",
    );
    world.set(4, CaseState::Withdrawn);
    refused(&["paid", &code(4).grouped()], "the citizen has withdrawn it");
    assert!(world.fleet(&["fee", &case(3)]).1.contains("no fee"));
    assert!(world.fleet(&["fee", &case(4)]).1.contains("THE CASE IS WITHDRAWN"));
    let (_, listed) = world.fleet(&["cases"]);
    let give_back = |line: &&str| line.starts_with(&case(4)) && line.ends_with("PAID AT THE TERMINAL: give it back");
    let due = listed.lines().filter(|line| line.contains("EUR"));
    assert!(
        due.clone().count() == 1 && due.clone().all(|line| give_back(&line)),
        "{listed}"
    );

    let slip = code(1).grouped().replacen(|c: char| c.is_ascii_alphanumeric(), "U", 1);
    let (status, said) = world.fleet(&["paid", &slip]);
    assert!(
        status == Some(2) && said.contains("neither a CODE nor a CASE") && !said.contains(&slip),
        "{said}"
    );
    let wrong = world.folder.path().join("typo");
    let output = Command::new(env!("CARGO_BIN_EXE_fleet"))
        .args(["paid", &case(1), "--data"])
        .arg(&wrong)
        .output()
        .unwrap();
    assert!(!output.status.success() && !wrong.exists());
}

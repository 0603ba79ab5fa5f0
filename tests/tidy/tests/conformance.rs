//! docs/protocols/tr-03105.md says which cases of BSI's test plan are tested, and where: the cases are the plan's, the
//! tests are in the tree.
#![allow(clippy::unwrap_used, reason = "a test may panic, and so may what it calls")]
use std::fs;
use tidy::root;

const TABLE: &str = "docs/protocols/tr-03105.md";
/// Cases of TR-03105 part 5.3, version 2.0, of the families that concern the eID: how many for each objective, from 1.
const CASES: [(&str, &[usize]); 5] = [
    ("PACE", &[11, 6, 16, 5]),
    ("TA", &[4, 1, 5, 8]),
    ("CTA", &[3]),
    ("CA", &[6, 2, 3]),
    ("eID", &[3, 1, 4, 5, 6]),
];
const STATES: [&str; 4] = ["tested", "partly", "open", "not ours"];

fn table() -> String {
    fs::read_to_string(root().join(TABLE)).unwrap()
}

/// The rows of cases: id, what it demands, state, test or reason.
fn rows(text: &str) -> Vec<[&str; 4]> {
    let cases = text.lines().filter(|line| line.starts_with("| TS_"));
    cases
        .map(|line| {
            assert_eq!(line.matches('|').count(), 5, "{TABLE}: not four cells: {line}");
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            std::array::from_fn(|_| cells.next().unwrap_or_default())
        })
        .collect()
}

/// What stands in backticks as `file.rs::function`, as file and function.
fn tests_named(text: &str) -> Vec<(&str, &str)> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter_map(|words| words.split_once(".rs::")).collect()
}

/// Why `function` is no test of `source`, if it is none. Between the attribute and the name may stand others and docs.
fn no_test(source: &str, function: &str) -> Option<&'static str> {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let head = format!("fn {function}(");
    let Some(at) = lines.iter().position(|line| line.starts_with(&head)) else {
        return Some("there is no such function");
    };
    let before = lines[..at].iter().rev();
    let mut above = before.take_while(|line| line.starts_with("#[") || line.starts_with("///"));
    (!above.any(|line| *line == "#[test]")).then_some("it is no test")
}

#[test]
fn every_case_of_the_plan_stands_there_once() {
    let text = table();
    let mut wanted = Vec::new();
    for (family, objectives) in CASES {
        for (objective, cases) in objectives.iter().enumerate() {
            wanted.extend((1..=*cases).map(|case| format!("TS_{family}_{}.{case}", objective + 1)));
        }
    }
    let told: Vec<&str> = rows(&text).into_iter().map(|[id, ..]| id).collect();
    assert_eq!(told, wanted);
}

#[test]
fn every_row_names_a_test_or_a_reason() {
    let text = table();
    let rows = rows(&text);
    for [id, demand, state, why] in &rows {
        assert!(STATES.contains(state), "{id}: \"{state}\" is none of {STATES:?}");
        assert!(!demand.is_empty() && !why.is_empty(), "{id}: a cell is empty");
        let needs_test = matches!(*state, "tested" | "partly");
        assert!(
            !needs_test || !tests_named(why).is_empty(),
            "{id} is {state}, and no test is named"
        );
    }
    for state in STATES {
        let count = rows.iter().filter(|row| row[2] == state).count();
        assert!(
            text.contains(&format!("| {state} | {count} |")),
            "{TABLE}: {count} cases are \"{state}\", and the summary says otherwise"
        );
    }
}

#[test]
fn every_test_that_is_named_is_in_the_tree() {
    let text = table();
    let named = tests_named(&text);
    assert!(named.len() > 80, "the names were not found: {}", named.len());
    for (file, function) in named {
        let path = root().join("drivers").join(format!("{file}.rs"));
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{TABLE} names {file}.rs: {error}"));
        if let Some(why) = no_test(&source, function) {
            panic!("{TABLE} names {file}.rs::{function}: {why}");
        }
    }
}

#[test]
fn names_are_found_and_tests_told_from_others() {
    assert_eq!(
        tests_named("x `a/b.rs::c` and `d.rs`, `e.rs::f`"),
        [("a/b", "c"), ("e", "f")]
    );
    let source = "#[test]\n/// Docs.\n#[allow(x)]\nfn a() {}\n\nfn b() {}\n    #[test]\n    fn c(n: u8) {}\n";
    assert_eq!(no_test(source, "a"), None);
    assert_eq!(no_test(source, "c"), None);
    assert_eq!(no_test(source, "b"), Some("it is no test"));
    assert_eq!(no_test(source, "d"), Some("there is no such function"));
    assert_eq!(
        rows("| a | b |\n| TS_X_1.1 | d | s | w |"),
        [["TS_X_1.1", "d", "s", "w"]]
    );
}

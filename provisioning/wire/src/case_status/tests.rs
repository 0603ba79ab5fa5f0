//! Known answers computed with argon2-cffi, cryptography and jwcrypto (PyPI), and properties of every decoder.
use super::*;
use crate::CaseCode;
use proptest::collection::vec;
use proptest::prelude::*;

const SUBMISSION: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001);
const PSEUDONYM: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const NONCE: [u8; NONCE_BYTES] = [7; NONCE_BYTES];

/// Sealed by jwcrypto: members of the header in another order, with `kid`; blanks in the JSON; not filled up.
const FOREIGN_LETTER: &str = "eyJlbmMiOiAiQTI1NkdDTSIsICJhbGciOiAiZGlyIiwgImtpZCI6ICIwMTkyMDAwMC0wMDAwLTcwMDAtODAwMC0w\
MDAwMDAwMDAwMDEifQ..0bjkhDFEptBPsOw5.Sd10fipxneOK2seuREHcig9ZRtL-Cw5w0QlzfG2xIDpjm6qU9hEnTm6cDPA5T9HzudnFQVrEBEIU9Ywna\
XfCa2OFdSiiJfFImraJcOiVQx19FGaK65z3HRHhMhhCz8l7TlFJCd2Oh4iJzeOgcoqW6kC9pKnmxRAc8vR6ln8MO8K3Z99S7y9R1iYte4bS4G2O4qQ_3DIY\
k1GNWamff1AWmfFqDqD5BcZRL30F0w7Yzn1gPkf4M9PjeUojrTExzMkvuxhf3fHnhQrexpaaV4uZQcH4pdoIupGilYuVF45AAPjyjqKzzkA1LvfXZ52jkyg\
.i-ozLi8BHaD9gZY27V6Z2A";

fn code() -> CaseCode {
    CaseCode::from_random([0; 7])
}

fn keys() -> CaseKeys {
    CaseKeys::from_code(&code()).unwrap()
}

fn hex_of(lookup: &CaseLookup) -> String {
    hex::encode(lookup.as_bytes())
}

fn letter() -> Letter {
    Letter {
        title: "Ihr Antrag".into(),
        issued_at: 1_795_305_600,
        issuer: "Stadt Musterstadt".into(),
        blocks: vec![
            LetterBlock::Heading("Ergebnis".into()),
            LetterBlock::Paragraph("Erika Mustermann, es ist so weit.\nBitte kommen Sie.".into()),
            LetterBlock::Rows(vec![LetterRow {
                name: "Zeichen".into(),
                value: "A 1/26".into(),
            }]),
        ],
    }
}

#[test]
fn a_code_gives_the_lookup_that_argon2_cffi_gives() {
    let lookup = "a203142a19042eecc02cbe174e2bcfcc692e99526b4e4b99ac5c3cd8a06ed666";
    assert_eq!(hex_of(&keys().lookup()), lookup);
    let other = CaseKeys::from_code(&CaseCode::from_random([0, 0, 0, 0, 0, 1, 0])).unwrap();
    assert_ne!(hex_of(&other.lookup()), lookup);
}

#[test]
fn a_pseudonym_gives_the_lookup_that_hkdf_gives() {
    let lookup = "bacaf79098f20b6852266bbad6962ae40b5669978bd07d57d00d8c6762db07f9";
    assert_eq!(hex_of(&CardKeys::from_pseudonym(PSEUDONYM).lookup()), lookup);
    let shouted = PSEUDONYM.to_uppercase();
    assert_eq!(hex_of(&CardKeys::from_pseudonym(&shouted).lookup()), lookup);
}

#[test]
fn a_code_is_sealed_for_the_card_as_cryptography_seals_it() {
    let card = CardKeys::from_pseudonym(PSEUDONYM);
    let sealed = card.seal_code(SUBMISSION, &code(), NONCE).unwrap();
    assert_eq!(
        sealed.as_str(),
        "eyJhbGciOiJkaXIiLCJjdHkiOiJhcHBsaWNhdGlvbi9qc29uIiwiZW5jIjoiQTI1NkdDTSJ9..BwcHBwcHBwcHBwcH.8AHeljGz9u5R21A.\
         TfS4FjwCoSx3ScKmz73s8Q"
    );
    assert_eq!(card.open_code(SUBMISSION, &sealed), Ok(code()));
    let other_case = Uuid::from_u128(SUBMISSION.as_u128() + 1);
    assert_eq!(card.open_code(other_case, &sealed), Err(OpenError::Key));
    let other_card = CardKeys::from_pseudonym(&PSEUDONYM.replace('0', "1"));
    assert_eq!(other_card.open_code(SUBMISSION, &sealed), Err(OpenError::Key));
}

#[test]
fn a_letter_that_jwcrypto_sealed_opens() {
    let sealed = SealedLetter::parse(FOREIGN_LETTER).unwrap();
    assert_eq!(keys().open_letter(SUBMISSION, &sealed).unwrap(), letter());
}

#[test]
fn a_letter_and_back_and_only_for_its_case_and_code() {
    let sealed = keys().seal_letter(SUBMISSION, &letter(), NONCE).unwrap();
    assert_eq!(keys().open_letter(SUBMISSION, &sealed).unwrap(), letter());
    let other_case = Uuid::from_u128(SUBMISSION.as_u128() + 1);
    let wrong = LetterError::Sealed(OpenError::Key);
    assert_eq!(keys().open_letter(other_case, &sealed), Err(wrong));
    let other_code = CaseKeys::from_code(&CaseCode::from_random([1; 7])).unwrap();
    assert_eq!(other_code.open_letter(SUBMISSION, &sealed), Err(wrong));
    // One letter of the sealed text changed, in any part that carries something.
    for part in [0, 2, 3, 4] {
        let mut parts: Vec<String> = sealed.as_str().split('.').map(str::to_owned).collect();
        let first = if parts[part].starts_with('e') { "f" } else { "e" };
        parts[part].replace_range(..1, first);
        let changed = SealedLetter::parse(&parts.join(".")).unwrap();
        assert!(keys().open_letter(SUBMISSION, &changed).is_err(), "part {part}");
    }
}

#[test]
fn a_letter_s_length_tells_little() {
    let sealed = |text: &str| {
        let mut letter = letter();
        letter.blocks = vec![LetterBlock::Paragraph(text.into())];
        let sealed = keys().seal_letter(SUBMISSION, &letter, NONCE).unwrap();
        sealed.as_str().len()
    };
    assert_eq!(sealed("Ja."), sealed("Wir müssen Ihren Antrag leider ablehnen."));
    assert!(sealed("Ja.") < sealed(&"x".repeat(2000)));
}

#[test]
fn limits_of_a_letter() {
    let with = |change: fn(&mut Letter)| {
        let mut changed = letter();
        change(&mut changed);
        changed.validate()
    };
    assert_eq!(with(|_| {}), Ok(()));
    assert_eq!(with(|l| l.title = "".into()), Err(LetterError::Head));
    assert_eq!(with(|l| l.title = "a\nb".into()), Err(LetterError::Head));
    assert_eq!(with(|l| l.issuer = LetterText::new("ä".repeat(200))), Ok(()));
    assert_eq!(
        with(|l| l.issuer = LetterText::new("ä".repeat(201))),
        Err(LetterError::Head)
    );
    assert_eq!(with(|l| l.issued_at = -1), Err(LetterError::IssuedAt));
    assert_eq!(with(|l| l.blocks.clear()), Err(LetterError::Number));
    assert_eq!(
        with(|l| l.blocks.push(LetterBlock::Rows(vec![]))),
        Err(LetterError::Number)
    );
    let fourth = Err(LetterError::Block { block: 4 });
    assert_eq!(
        with(|l| l.blocks.push(LetterBlock::Paragraph("a\u{1b}[2J".into()))),
        fourth
    );
    assert_eq!(with(|l| l.blocks.push(LetterBlock::Heading(" ".into()))), fourth);
    let long = with(|l| l.blocks.push(LetterBlock::Paragraph(LetterText::new("x".repeat(4001)))));
    assert_eq!(long, fourth);
    let mut large = letter();
    for _ in 0..40 {
        large
            .blocks
            .push(LetterBlock::Paragraph(LetterText::new("x".repeat(4000))));
    }
    assert_eq!(large.validate(), Ok(()));
    assert_eq!(
        keys().seal_letter(SUBMISSION, &large, NONCE),
        Err(LetterError::TooLarge)
    );
    assert_eq!(
        Letter::from_json(&vec![b' '; LETTER_BYTES_MAX + 1]),
        Err(LetterError::TooLarge)
    );
}

#[test]
fn nothing_speaks_for_itself() {
    let said = format!(
        "{:?} {:?} {:?} {:?}",
        letter(),
        keys(),
        CardKeys::from_pseudonym(PSEUDONYM),
        keys().lookup()
    );
    assert!(
        !said.contains("Muster") && !said.contains("A 1/26") && !said.contains("a203"),
        "{said}"
    );
    let error = Letter::from_json(br#"{"title":"Mustermann","issued_at":"Mustermann"}"#).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("Muster"));
    let error = CaseRequest::from_body(br#"{"by_code":{"lookup":"Mustermann"}}"#).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("Muster"));
}

#[test]
fn shape_of_what_is_sealed() {
    for (text, why) in [
        ("AA..AA.AA", OpenError::Shape),
        ("AA.AA.AA.AA.AA", OpenError::Shape),
        ("AA..AA..AA", OpenError::Shape),
        ("..AA.AA.AA", OpenError::Shape),
        ("AA..AA.AA.AA.", OpenError::Shape),
        ("AA..AA.A=.AA", OpenError::Shape),
        ("AA..AA.AAAAA.AA", OpenError::Shape),
        ("AA..AA.A A.AA", OpenError::Shape),
    ] {
        assert_eq!(SealedLetter::parse(text), Err(why), "{text}");
    }
    let long = format!("AA..AA.{}.AA", "A".repeat(SEALED_CODE_BYTES_MAX));
    assert!(matches!(SealedCode::parse(&long), Err(OpenError::TooLarge { .. })));
    assert!(SealedLetter::parse(&long).is_ok());
    use base64::Engine;
    for header in [
        r#"{"alg":"dir","enc":"A128GCM"}"#,
        r#"{"alg":"A256KW","enc":"A256GCM"}"#,
        r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#,
        r#"{"alg":"dir","enc":"A256GCM","crit":["x"],"x":1}"#,
        r#"{"alg":"dir"}"#,
        "dir",
    ] {
        let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header);
        let sealed = SealedLetter::parse(&format!("{header}..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA")).unwrap();
        let error = keys().open_letter(SUBMISSION, &sealed);
        assert_eq!(error, Err(LetterError::Sealed(OpenError::Header)), "{header}");
    }
}

#[test]
fn a_question_as_it_travels() {
    let lookup = keys().lookup();
    let body = |request: &CaseRequest| String::from_utf8(request.to_body().unwrap()).unwrap();
    let hex = hex_of(&lookup);
    let by_code = CaseRequest::ByCode { lookup: lookup.clone() };
    assert_eq!(body(&by_code), format!(r#"{{"by_code":{{"lookup":"{hex}"}}}}"#));
    let withdraw = CaseRequest::Withdraw {
        lookup,
        submission_id: SUBMISSION,
    };
    assert_eq!(
        body(&withdraw),
        format!(r#"{{"withdraw":{{"lookup":"{hex}","submission_id":"{SUBMISSION}"}}}}"#)
    );
    for wrong in [
        format!(r#"{{"by_code":{{"lookup":"{}"}}}}"#, &hex[1..]),
        format!(r#"{{"by_code":{{"lookup":"{}"}}}}"#, hex.to_uppercase()),
        format!(r#"{{"by_code":{{"lookup":"{}%"}}}}"#, &hex[1..]),
        format!(r#"{{"by_code":{{"lookup":"{hex}","like":"%"}}}}"#),
        format!(r#"{{"by_code":{{"lookup":["{hex}"]}}}}"#),
        r#"{"by_code":{"lookup":"*"}}"#.to_owned(),
        r#"{"by_code":{}}"#.to_owned(),
        r#""by_code""#.to_owned(),
        r#"{"all":{}}"#.to_owned(),
        String::new(),
    ] {
        assert!(CaseRequest::from_body(wrong.as_bytes()).is_err(), "{wrong}");
    }
    let large = vec![b' '; REQUEST_BYTES_MAX + 1];
    assert_eq!(
        CaseRequest::from_body(&large),
        Err(CaseStatusError::TooLarge { found: 513 })
    );
}

fn report() -> CaseReport {
    CaseReport {
        submission_id: SUBMISSION,
        leika: "99115001060000".into(),
        service: Some("meldebescheinigung".into()),
        filed_at: 1_795_305_600,
        states: vec![StateAt {
            state: CaseState::Received,
            at: 1_795_305_601,
        }],
        letters: vec![SealedLetter::parse(FOREIGN_LETTER).unwrap()],
        withdrawable: true,
        card_code: None,
    }
}

#[test]
fn a_reply_and_its_limits() {
    let reply = CaseReply::Known(vec![report()]);
    assert_eq!(CaseReply::from_body(&reply.to_body().unwrap()), Ok(reply.clone()));
    let answer = CaseAnswer::Heard(reply);
    assert_eq!(CaseAnswer::from_line(&answer.to_line().unwrap()), Ok(answer));
    assert_eq!(CaseAnswer::from_line(br#""unreachable""#), Ok(CaseAnswer::Unreachable));
    assert_eq!(CaseReply::Unknown.to_body().unwrap(), br#""unknown""#);
    let with = |change: fn(&mut CaseReport)| {
        let mut changed = report();
        change(&mut changed);
        CaseReply::Known(vec![changed]).to_body()
    };
    let wrong = |member| Err(CaseStatusError::Report { member });
    assert_eq!(with(|r| r.submission_id = Uuid::nil()), wrong("submission_id"));
    assert_eq!(with(|r| r.leika.push('0')), wrong("leika"));
    assert_eq!(with(|r| r.service = Some("../etc".into())), wrong("service"));
    assert_eq!(with(|r| r.filed_at = -1), wrong("filed_at"));
    assert_eq!(with(|r| r.states.clear()), wrong("states"));
    assert_eq!(with(|r| r.states = vec![r.states[0]; STATES_MAX + 1]), wrong("states"));
    assert_eq!(
        with(|r| r.letters = vec![r.letters[0].clone(); LETTERS_MAX + 1]),
        wrong("letters")
    );
    assert_eq!(CaseReply::Known(vec![]).to_body(), wrong("number"));
    assert_eq!(
        CaseReply::Known(vec![report(); CASES_MAX + 1]).to_body(),
        wrong("number")
    );
    let never = CaseReply::Later { retry_after_s: 3601 };
    assert_eq!(never.to_body(), wrong("retry_after_s"));
}

#[test]
fn the_largest_reply_fits() {
    let mut largest = report();
    let frame = "AA..AA..AA".len();
    let letter = format!("AA..AA.{}.AA", "A".repeat((SEALED_LETTER_BYTES_MAX - frame) / 4 * 4));
    largest.letters = vec![SealedLetter::parse(&letter).unwrap(); LETTERS_MAX];
    largest.states = vec![largest.states[0]; STATES_MAX];
    assert!(CaseReply::Known(vec![largest.clone()]).to_body().is_ok());
    largest.letters.clear();
    let code = format!("AA..AA.{}.AA", "A".repeat((SEALED_CODE_BYTES_MAX - frame) / 4 * 4));
    largest.card_code = Some(SealedCode::parse(&code).unwrap());
    assert!(CaseReply::Known(vec![largest; CASES_MAX]).to_body().is_ok());
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Zäöü\"\\\\ \u{202e}٣]{1,60}".prop_filter("not blank", |text| !text.trim().is_empty())
}

fn any_letter() -> impl Strategy<Value = Letter> {
    let row = (text(), text()).prop_map(|(name, value)| LetterRow {
        name: LetterText::new(name),
        value: LetterText::new(value),
    });
    let block = prop_oneof![
        text().prop_map(|text| LetterBlock::Heading(LetterText::new(text))),
        text().prop_map(|text| LetterBlock::Paragraph(LetterText::new(format!("{text}\n{text}")))),
        vec(row, 1..5).prop_map(LetterBlock::Rows),
    ];
    (text(), text(), 0..=FILED_AT_MAX, vec(block, 1..8)).prop_map(|(title, issuer, issued_at, blocks)| Letter {
        title: LetterText::new(title),
        issuer: LetterText::new(issuer),
        issued_at,
        blocks,
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read(letter in any_letter()) {
        let json = letter.to_json().unwrap();
        prop_assert_eq!(json.len() % 1024, 0);
        prop_assert_eq!(Letter::from_json(&json).unwrap(), letter);
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..600)) {
        let _ = CaseRequest::from_body(&bytes);
        let _ = CaseReply::from_body(&bytes);
        let _ = CaseAnswer::from_line(&bytes);
        let _ = Letter::from_json(&bytes);
        let _ = SealedLetter::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_changed_byte_is_refused_or_keeps_the_limits(at: usize, to: u8) {
        let changed = |mut bytes: Vec<u8>| {
            let at = at % bytes.len();
            bytes[at] = to;
            bytes
        };
        if let Ok(reply) = CaseReply::from_body(&changed(CaseReply::Known(vec![report()]).to_body().unwrap())) {
            prop_assert!(reply.to_body().is_ok());
        }
        let lookup = CaseLookup::from_bytes([0xab; 32]);
        if let Ok(request) = CaseRequest::from_body(&changed(CaseRequest::ByCard { lookup }.to_body().unwrap())) {
            prop_assert!(request.to_body().is_ok());
        }
        if let Ok(letter) = Letter::from_json(&changed(letter().to_json().unwrap().to_vec())) {
            prop_assert_eq!(letter.validate(), Ok(()));
        }
    }

    #[test]
    fn no_sealed_text_panics(text in "[A-Za-z0-9_.=-]{0,120}") {
        if let Ok(sealed) = SealedCode::parse(&text) {
            let card = CardKeys::from_pseudonym(PSEUDONYM);
            prop_assert!(card.open_code(SUBMISSION, &sealed).is_err());
        }
    }
}

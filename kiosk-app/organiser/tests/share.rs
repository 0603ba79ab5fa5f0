//! One town packs and signs what it wrote, another adopts it; `minisign` itself is the witness for the signatures.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says so by failing")]
mod common;
use common::{Towns, done, minisign, refused, said};
use std::fs;

#[test]
fn a_neighbour_adopts_in_three_lines() {
    let towns = Towns::new();
    towns.adopt("m.schalter", &towns.key, "");
    let all = ::catalogue::bundled::files();
    let services = all.iter().filter(|file| file.path.ends_with("/service.toml")).count();
    let checked = done(&["check", &towns.text("nebenan")]);
    assert!(
        checked.contains(&format!("{services} services without a fault, 0 faults")),
        "{checked}"
    );
    towns.adopt("m.schalter", &towns.key, "services = [\"hundesteuer\", \"lob\"]\n");
    assert!(
        towns.check().contains("3 services without a fault, 0 faults"),
        "{}",
        towns.check()
    );
    towns.adopt("m.schalter", &towns.key, "services = [\"katzensteuer\"]\n");
    assert!(
        towns.check().contains("has no service `katzensteuer`"),
        "{}",
        towns.check()
    );
}

/// Nebenan with an overlay for one service, its path, and its text.
fn sperrmuell() -> (Towns, std::path::PathBuf, String) {
    let towns = Towns::new();
    towns.adopt("m.schalter", &towns.key, "services = [\"sperrmuell\"]\n");
    let overlay = towns.at("nebenan/sperrmuell/overlay.toml");
    fs::create_dir_all(overlay.parent().unwrap()).unwrap();
    let good = "for_version = \"1.1.0\"\nfor_content = \"DIGITS\"\nkeywords = [\"Gerümpel\"]\ndrop_fees = [\"much\"]\n\
                [[fee]]\nid = \"standard\"\ncents = 3000\n[texts.de]\nsummary = \"Nebenan holt ab.\"\n\"fee.standard\" = \"{amount}\"\n\
                [texts.de-x-leicht]\n\"fee.standard\" = \"{amount}\"\n[texts.en]\n\"fee.standard\" = \"{amount}\"\n";
    let verified = done(&["verify", &towns.text("m.schalter"), &towns.text("rathaus.pub")]);
    let told: Vec<&str> = verified.split("sperrmuell: ").nth(1).unwrap().split('"').collect();
    let good = good.replace("1.0.0", told[1]).replace("DIGITS", told[3]);
    (towns, overlay, good)
}

#[test]
fn a_neighbour_has_its_own_fee_and_words_and_nothing_else() {
    let (towns, overlay, good) = sperrmuell();
    fs::write(&overlay, good.replace("for_content = \"", "for_content = \"0")).unwrap();
    let checked = towns.check();
    assert!(checked.contains("says something else than you have read"), "{checked}");
    fs::write(&overlay, good).unwrap();
    assert!(
        towns.check().contains("2 services without a fault, 0 faults"),
        "{}",
        towns.check()
    );
}

#[test]
fn where_answers_decide_a_fee_the_overlay_says_how_it_is_reckoned() {
    let (towns, overlay, good) = sperrmuell();
    // Where answers decide it, it has to be said how it is reckoned.
    let rows = "[[fee]]\nid = \"much\"\ncents = 9000\nwhen = { field = \"volume\", equals = \"more\" }\n[[fee]]";
    let both = good
        .replacen("[[fee]]", rows, 1)
        .replace("drop_fees = [\"much\"]\n", "");
    fs::write(&overlay, &both).unwrap();
    assert!(
        towns.check().contains("`overview` lacks {standard}"),
        "{}",
        towns.check()
    );
    let both = both.replace(
        "\"fee.standard\"",
        "\"fee.overview\" = \"{standard} oder {much}\"\n\"fee.standard\"",
    );
    fs::write(&overlay, &both).unwrap();
    assert!(
        towns.check().contains("2 services without a fault, 0 faults"),
        "{}",
        towns.check()
    );
    let diff = done(&["diff", &towns.text("m.schalter"), &towns.text("nebenan")]);
    for line in [
        "sperrmuell: fee “much”: 25.00 €, when “Menge” is “Mehr” → 90.00 €, when “Menge” is “Mehr”",
        "sperrmuell: fee “standard”: free → 30.00 €",
        "sperrmuell: text, summary (only German): “Alte Möbel und große Geräte holen wir bei Ihnen ab.” → “Nebenan holt ab.”",
        "lob: is gone (“Lob",
    ] {
        assert!(diff.contains(line), "{line}\n{diff}");
    }
    for (from, to, why) in [
        ("for_version = \"", "for_version = \"0.", "written for version 0."),
        ("keywords =", "data_groups =", "`data_groups` can't be otherwise"),
        ("summary =", "sumary =", "there is no text `sumary`"),
        ("[texts.de]", "[texts.de", "not readable as TOML"),
    ] {
        fs::write(&overlay, both.replacen(from, to, 1)).unwrap();
        let checked = towns.check();
        assert!(
            checked.contains(why) && checked.contains("1 service without a fault"),
            "{why}\n{checked}"
        );
    }
    fs::create_dir_all(towns.at("nebenan/lob")).unwrap();
    fs::write(towns.at("nebenan/lob/overlay.toml"), "for_version = \"1.0.0\"\n").unwrap();
    assert!(towns.check().contains("no adopted service `lob`"), "{}", towns.check());
}

#[test]
fn what_isn_t_signed_or_no_longer_valid_is_left_out() {
    let towns = Towns::new();
    let other = done(&["key", &towns.text("fremd")]);
    let other = other.rsplit(' ').next().unwrap().trim().to_owned();
    for (key, why) in [(other.as_str(), "not by that key"), ("RWQ", "the key is none")] {
        towns.adopt("m.schalter", key, "");
        let checked = towns.check();
        assert!(
            checked.contains(why) && checked.contains("1 service without a fault"),
            "{checked}"
        );
    }
    towns.adopt("../../musterstadt/m.schalter", &towns.key, "");
    assert!(towns.check().contains("no name of a package"), "{}", towns.check());
    towns.adopt("m.schalter", &towns.key, "");
    let package = towns.at("nebenan/adopted/m.schalter");
    let text = fs::read_to_string(&package).unwrap();
    fs::write(&package, text.replace("26", "27")).unwrap();
    assert!(towns.check().contains("it was changed since"), "{}", towns.check());
    fs::write(&package, "x".repeat(9 * 1024 * 1024)).unwrap();
    assert!(towns.check().contains("more than 8388608 bytes"), "{}", towns.check());
    fs::remove_file(&package).unwrap();
    assert!(
        towns.check().contains("m.schalter isn't in the folder `adopted`"),
        "{}",
        towns.check()
    );
    // Nothing of it begins later.
    fs::remove_dir_all(towns.at("musterstadt/briefwahl")).unwrap();
    towns.pack("old.schalter", "0", "2020-01-31");
    assert!(done(&["verify", &towns.text("old.schalter"), &towns.key]).contains("IT HAS EXPIRED"));
    towns.adopt("old.schalter", &towns.key, "");
    assert!(
        towns.check().contains("was valid until 2020-01-31"),
        "{}",
        towns.check()
    );
}

#[test]
fn minisign_reads_our_signatures_and_we_read_its() {
    let towns = Towns::new();
    let verified = minisign(towns.folder.path(), &["-Vm", "m.schalter", "-P", &towns.key]);
    assert!(
        said(&verified).contains("musterstadt 1 until 2999-12-31"),
        "{}",
        said(&verified)
    );
    minisign(
        towns.folder.path(),
        &["-G", "-W", "-p", "theirs.pub", "-s", "theirs.key"],
    );
    minisign(
        towns.folder.path(),
        &["-S", "-W", "-s", "theirs.key", "-m", "m.schalter"],
    );
    let public = fs::read_to_string(towns.at("theirs.pub")).unwrap();
    let public = public.lines().nth(1).unwrap();
    let verified = done(&["verify", &towns.text("m.schalter"), public]);
    assert!(
        verified.starts_with(&format!("The signature is right: by the key {public}")),
        "{verified}"
    );
    assert!(verified.contains("musterstadt 1, valid until 2999-12-31"), "{verified}");
    assert!(
        verified.contains("hundesteuer: for_version = \"1.1.0\", for_content = "),
        "{verified}"
    );
    let by_file = done(&["verify", &towns.text("m.schalter"), &towns.text("theirs.pub")]);
    assert_eq!(by_file, verified);
    assert!(refused(&["verify", &towns.text("m.schalter"), &towns.key]).contains("not by that key"));
}

#[test]
fn what_can_t_be_packed_is_told() {
    let towns = Towns::new();
    let (services, out) = (towns.text("musterstadt"), towns.text("x.schalter"));
    let pack = |until: &str, only: &str| refused(&["pack", &services, &out, "musterstadt", "2", until, only]);
    assert!(pack("morgen", "lob").contains("no day"));
    assert!(pack("2027-12-31", "katze").contains("no service `katze`"));
    let file = towns.at("musterstadt/lob/service.toml");
    fs::write(&file, "format = 1\n").unwrap();
    assert!(pack("2027-12-31", "lob").contains("no service `lob` without a fault"));
    done(&["pack", &services, &out, "musterstadt", "2", "2027-12-31", "termin"]);
    fs::write(&out, "{\"format\":1").unwrap();
    assert!(refused(&["sign", &out, &towns.text("rathaus.key")]).contains("no JSON"));
}

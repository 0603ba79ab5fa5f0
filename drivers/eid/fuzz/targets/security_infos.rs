//! EF.CardAccess and the signed SecurityInfos: keys that are found are usable ones, and what follows the set is filling.
#![no_main]
use apdu_fuzz::in_proportion;
use eid::security_info::{INFOS_BYTES_MAX, SecurityInfos};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(infos) = in_proportion(bytes, || SecurityInfos::parse(bytes)) else {
        return;
    };
    assert!(bytes.len() <= INFOS_BYTES_MAX);
    if let Some(key) = infos.chip_authentication_v2() {
        let shown = format!("{key:?}");
        assert!(!shown.is_empty());
    }
    let keys = infos.restricted_identification();
    for id in [keys.blocklist, keys.sector].into_iter().flatten() {
        assert!((1..=4).contains(&id.to_bytes().len()));
    }
    let filled = [bytes, &[0; 8]].concat();
    if let Ok(again) = SecurityInfos::parse(&filled) {
        assert_eq!((again.pace(), again.restricted_identification()), (infos.pace(), keys));
        assert_eq!(again.chip_authentication_v2(), infos.chip_authentication_v2());
    } else {
        assert!(filled.len() > INFOS_BYTES_MAX, "filling made a set unreadable");
    }
});

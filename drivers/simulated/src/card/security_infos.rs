//! SecurityInfos of the cards (TR-03110-3 A.1.1): EF.CardAccess, EF.CardSecurity, EF.ChipSecurity.
use super::generation::{Forgery, Generation};
use crate::curve::Curve;
use crate::der;
use crate::pki::RI_ECDH_SHA_256;

/// Everybody's key of the generation.
pub(super) const COMMON_KEY: u8 = 0x41;
/// The chip's own key, for privileged terminals.
pub(super) const CHIP_KEY: u8 = 0x45;
/// Key of chip authentication version 3.
const VERSION_3_KEY: u8 = 0x48;
/// Key of restricted identification for the blocklist: chip-specific, free.
pub(super) const BLOCKLIST_KEY: u8 = 1;
/// Key of restricted identification for pseudonyms: needs the right.
pub(super) const PSEUDONYM_KEY: u8 = 2;

/// id-CA-ECDH-AES-CBC-CMAC-128.
pub(super) const CA_ECDH_AES_128: &str = "0.4.0.127.0.7.2.2.3.2.2";
/// id-PACE-ECDH-GM-AES-CBC-CMAC-128.
const PACE_AES_128: &str = "0.4.0.127.0.7.2.2.4.2.2";
/// id-PACE-ECDH-GM-3DES-CBC-CBC.
const PACE_3DES: &str = "0.4.0.127.0.7.2.2.4.2.1";

/// Content of EF.CardAccess.
pub(super) fn card_access(generation: Generation, forgery: Option<Forgery>) -> Vec<u8> {
    let mut infos = common(generation);
    if generation.names_privileged_keys() {
        let keys = der::set(der::SET, vec![chip_authentication(2, CHIP_KEY), chip_domain(CHIP_KEY)]);
        infos.push(info("0.4.0.127.0.7.2.2.8", &[keys]));
    }
    if forgery == Some(Forgery::Downgrade) {
        infos.push(info(PACE_3DES, &[der::integer(2), der::integer(13)]));
    }
    der::set(der::SET, infos)
}

/// Signed content of EF.CardSecurity: everything of EF.CardAccess but the privileged keys, and the public keys.
pub(super) fn card_security(generation: Generation, common_key: &[u8]) -> Vec<u8> {
    der::set(der::SET, secured(generation, common_key))
}

/// Signed content of EF.ChipSecurity, for privileged terminals: the chip's own key as well.
pub(super) fn chip_security(generation: Generation, common_key: &[u8], chip_key: &[u8]) -> Vec<u8> {
    let mut infos = secured(generation, common_key);
    let keys = vec![
        chip_authentication(2, CHIP_KEY),
        chip_domain(CHIP_KEY),
        public_key(chip_key, CHIP_KEY),
    ];
    infos.push(info("0.4.0.127.0.7.2.2.8", &[der::set(der::SET, keys)]));
    der::set(der::SET, infos)
}

/// What stands in all of the files.
fn common(generation: Generation) -> Vec<Vec<u8>> {
    let mut infos = vec![
        info("0.4.0.127.0.7.2.2.2", &[der::integer(2)]),
        chip_authentication(2, COMMON_KEY),
        chip_domain(COMMON_KEY),
        info(
            "0.4.0.127.0.7.2.2.6",
            &[der::tlv(0x16, &[b"http://bsi.bund.de/cif/npa.xml"])],
        ),
        // An info of tomorrow.
        info("0.4.0.127.0.7.2.2.99", &[der::integer(1), der::utf8("?")]),
    ];
    let pace = |parameter: &u8| info(PACE_AES_128, &[der::integer(2), der::integer((*parameter).into())]);
    infos.extend(generation.pace_parameters().iter().map(pace));
    if !generation.names_privileged_keys() {
        infos.extend([chip_authentication(2, CHIP_KEY), chip_domain(CHIP_KEY)]);
    }
    if generation.offers_version_3() {
        let required = der::sequence(&[&der::integer(1), &der::integer(0), &der::integer(1)]);
        let signature = info(
            "0.4.0.127.0.7.2.2.11.1.2.3",
            &[required, der::integer(VERSION_3_KEY.into())],
        );
        infos.extend([
            chip_authentication(3, VERSION_3_KEY),
            chip_domain(VERSION_3_KEY),
            signature,
        ]);
    }
    infos
}

fn secured(generation: Generation, common_key: &[u8]) -> Vec<Vec<u8>> {
    let mut infos = common(generation);
    let restricted = |key: u8, authorized_only| {
        let parameters = der::sequence(&[
            &der::integer(1),
            &der::integer(key.into()),
            &der::boolean(authorized_only),
        ]);
        info(RI_ECDH_SHA_256, &[parameters])
    };
    infos.extend([
        public_key(common_key, COMMON_KEY),
        restricted(BLOCKLIST_KEY, false),
        restricted(PSEUDONYM_KEY, true),
        info("0.4.0.127.0.7.2.2.5.2", &[standardized_domain()]),
    ]);
    infos
}

fn chip_authentication(version: u32, key: u8) -> Vec<u8> {
    info(CA_ECDH_AES_128, &[der::integer(version), der::integer(key.into())])
}

fn chip_domain(key: u8) -> Vec<u8> {
    info(
        "0.4.0.127.0.7.2.2.3.2",
        &[standardized_domain(), der::integer(key.into())],
    )
}

fn public_key(public: &[u8], key: u8) -> Vec<u8> {
    let subject = der::sequence(&[&standardized_domain(), &der::bits(public)]);
    info("0.4.0.127.0.7.2.2.1.2", &[subject, der::integer(key.into())])
}

/// brainpoolP256r1 by its number (TR-03110-3 A.2.1.1).
fn standardized_domain() -> Vec<u8> {
    der::sequence(&[&der::oid("0.4.0.127.0.7.1.2"), &der::integer(13)])
}

fn info(protocol: &str, fields: &[Vec<u8>]) -> Vec<u8> {
    der::sequence(&[&der::oid(protocol), &fields.concat()])
}

/// The public key data object over which tokens are computed (TR-03110-3 A.2.4).
pub(super) fn token_input(protocol: &[u8], key: &[u8]) -> Vec<u8> {
    der::tlv(0x7F49, &[&der::tlv(0x06, &[protocol]), &der::tlv(0x86, &[key])])
}

/// A sector's public key as it must stand in a command, without the template around it.
pub(super) fn sector_key(point: &[u8]) -> Vec<u8> {
    Curve::BrainpoolP256.card_verifiable_key(RI_ECDH_SHA_256, point, true)
}

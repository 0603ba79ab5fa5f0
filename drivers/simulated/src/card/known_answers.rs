//! Known answers from outside: the BSI's worked example of chip authentication.
use super::messaging::Session;
use super::numbers::derive;
use super::security_infos::{CA_ECDH_AES_128, token_input};
use crate::curve::{agree_256, hex};
use crate::der;
use bp256::r1::NonZeroScalar;

// Worked example for extended access control (BSI), brainpoolP256r1.
const CARD_SECRET: &str = "7984674cf3b3a524bf929ce8a67fcf22173da0bad595eed6deb72d22c542fa9d";
const TERMINAL_KEY: &str = "045a7a377fc9cafc03ac7ff45441a8b2909d88eab8e6b0173847ab49b949df3799a34ee57ec55268cf8b1c3ec489f8bf4cf4\
    c68d3fd9670e89c0d5d3fff1aaf89f";
const NONCE: &str = "4287b3072a3edc60";
const TOKEN: &str = "ff0117d68dee8e72";
const ENCRYPTION_KEY: &str = "94abcd271ab7d9a5590ba52cb518b831";
const AUTHENTICATION_KEY: &str = "78b5709e7abedb185b424d0ee3a82499";

#[test]
fn chip_authentication_gives_the_keys_and_the_token_of_the_worked_example() {
    let secret = NonZeroScalar::try_from(hex(CARD_SECRET).as_slice()).unwrap();
    let shared = agree_256(&secret, &hex(TERMINAL_KEY)).unwrap();
    let seed = [&shared[1..33], &hex(NONCE)].concat();
    assert_eq!(derive(&seed, 1), *hex(ENCRYPTION_KEY));
    assert_eq!(derive(&seed, 2), *hex(AUTHENTICATION_KEY));
    let input = token_input(&der::oid_value(CA_ECDH_AES_128), &hex(TERMINAL_KEY));
    assert_eq!(Session::over(&seed).token(&input), *hex(TOKEN));
}

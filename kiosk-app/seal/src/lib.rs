//! Encrypts a finished case to the receiving authority's public key, as compact JWE. Opens nothing: there is no code
//! for private keys here, so that the terminal can't read a case after filing. Pure; randomness is an argument.
//!
//! What FIT-Connect asks of a sender (Submission API v2): RSA-OAEP-256 (RFC 7518 §4.3) around a fresh AES-256-GCM key
//! (§5.3), protected header exactly `alg`, `enc`, `kid`, `cty`, and never `zip` (compression before encryption leaks
//! lengths of what is secret).
//!
//! # About RUSTSEC-2023-0071
//! The `rsa` crate's timing side channel (Marvin) is in operations with a *private* key. This crate performs the public
//! operation only, on a random content key that is used once, so the advisory doesn't apply. Version 0.9 is the stable
//! one; 0.10 is a pre-release without a gain for the public operation.
mod authority_key;
mod jwe;

pub use authority_key::{AuthorityKey, JWK_BYTES_MAX, KID_CHARS, KeyError, MODULUS_BITS_MAX, MODULUS_BITS_MIN};
pub use jwe::{CompactJwe, ContentType, PLAINTEXT_BYTES_MAX, SealError, seal};

//! The key of the terminal, which is somewhere else, and its certificates, which are here.
//!
//! * [`pkcs11::Pkcs11Signer`] reaches a security module; [`remote::RemoteSigner`] asks over the agent's socket. Both are
//!   [`drivers_api::signer::TerminalSigner`]s. Where the key is, [`keys::TerminalKeys`] makes and destroys it.
//! * [`certificates::Certificates`] is the folder with everything that is public: the [`chain::Chain`] of CV
//!   certificates with the description that citizens read, and the lists ([`lists::ListKind`]).
//! * [`renewal::Renewal`] plans, without a clock, when to ask for what; [`renewal::carry_out`] does it, with a
//!   [`renewal::PkiPartner`] shaped after TR-03129; [`renewal::Health`] tells staff how things stand.
//!
//! * [`authority::Folder`] makes of that folder what the dialogues with cards need; [`authority::ListGuard`] says whether
//!   a list that came is genuine.
//!
//! The process with the network and the key (the agent) renews; the kiosk reads the folder and asks for signatures.
pub mod authority;
pub mod certificate;
pub mod certificates;
pub mod chain;
pub mod curve;
pub mod keys;
pub mod lists;
pub mod pkcs11;
pub mod remote;
pub mod renewal;
pub mod request;
pub mod time;

pub use drivers_api::signer::{SignerTrouble, TerminalSigner};

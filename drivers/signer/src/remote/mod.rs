//! A key at the other end of the agent's link. The kiosk's process doesn't own the network and holds no key: it asks at
//! a Unix socket, behind which the agent (or a process beside a security module) has the key or passes the question on
//! to the backend. That link, its mutual TLS and who may use which key are the agent's and the backend's matter; the
//! same protocol, [`protocol`], runs inside it.
//!
//! One connection carries one question and one answer. Which hash is used is not for the asking side to say: the
//! certificate names it, and the side with the key knows the certificate ([`drivers_api::signer::TerminalSigner`]).
mod client;
mod listener;
pub mod protocol;
mod server;

pub use client::RemoteSigner;
pub use listener::Server;
pub use server::{ServeOptions, answer, serve};

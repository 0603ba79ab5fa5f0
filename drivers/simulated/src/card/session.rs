//! What a card knows while it has power, and within one session of secure messaging (TR-03110-3 F.1).
use super::files::{Directory, FileId};
use super::messaging::Session;
use super::pace::{Opened, Run};
use super::rules::Password;
use super::terminal_authentication::{Authenticated, Confined, TerminalAuthentication};
use crate::pki::{Chat, Right};

/// What is lost without power.
pub(super) struct Volatile {
    pub(super) directory: Directory,
    pub(super) current: Option<FileId>,
    pub(super) open: Option<Box<Open>>,
    pub(super) selected: Selected,
    /// A terminal has authenticated itself since the power came.
    pub(super) authenticated: bool,
}

/// The protocol that MSE:Set AT chose for GENERAL AUTHENTICATE.
pub(super) enum Selected {
    Nothing,
    Pace(Run),
    /// Chip authentication with that key.
    Chip(u8),
    /// Restricted identification with that key.
    Restricted(u8),
}

/// An open session.
pub(super) struct Open {
    pub(super) messaging: Session,
    pub(super) password: Password,
    /// Announced with PACE.
    rights: Option<Chat>,
    card: [u8; 32],
    pub(super) terminal: TerminalAuthentication,
    /// Chip authentication was done: what the terminal may, it may now.
    pub(super) chip_authenticated: bool,
}

/// What becomes of secure messaging once the answer is on its way under the old keys.
pub(super) enum Switch {
    /// A new session.
    Opened(Box<Open>),
    /// The same session under new keys (chip authentication).
    Rekeyed(Session),
}

impl Volatile {
    pub(super) fn new() -> Self {
        Self {
            directory: Directory::Master,
            current: None,
            open: None,
            selected: Selected::Nothing,
            authenticated: false,
        }
    }

    /// Ends the session, and every protocol within it. The master file is selected again (TR-03110-3 F.1).
    pub(super) fn close(&mut self) {
        self.open = None;
        self.selected = Selected::Nothing;
        (self.directory, self.current) = (Directory::Master, None);
    }

    pub(super) fn opened_by(&self) -> Option<Password> {
        self.open.as_ref().map(|open| open.password)
    }

    /// The terminal after terminal and chip authentication: it may use its rights.
    pub(super) fn trusted_terminal(&self) -> Option<&Authenticated> {
        let open = self.open.as_ref().filter(|open| open.chip_authenticated)?;
        open.terminal.done()
    }

    pub(super) fn may(&self, right: Right) -> bool {
        self.trusted_terminal()
            .is_some_and(|terminal| terminal.rights.allows(right))
    }
}

impl Open {
    pub(super) fn new(opened: Opened) -> Self {
        Self {
            messaging: opened.session,
            password: opened.asked.password,
            rights: opened.asked.rights,
            card: opened.own_key,
            terminal: TerminalAuthentication::default(),
            chip_authenticated: false,
        }
    }

    /// What terminal authentication is bound to; `None` when PACE announced no terminal (TR-03110-2 §2.3.2.1).
    pub(super) fn confined(&self) -> Option<Confined> {
        self.rights.map(|rights| Confined {
            rights,
            card: self.card,
            by_can: self.password == Password::Can,
        })
    }
}

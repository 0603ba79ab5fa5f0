//! The module itself. PKCS#11 keeps its state per process: who restarts it takes away everybody's sessions. So there is
//! one [`Module`] for each library, everybody goes through its lock, and sessions remember in which of its lives they
//! were opened.
use super::pin_file::PinFile;
use super::{Failure, Pkcs11Config};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use drivers_api::signer::SignerTrouble;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// One loaded library.
pub(super) struct Module {
    path: PathBuf,
    context: Option<Pkcs11>,
    /// How often it was started.
    life: u64,
}

/// A session that is logged in. It doesn't close itself: after a restart its number may be somebody else's.
pub(super) struct Open {
    pub(super) session: Session,
    life: u64,
}

impl Module {
    /// The one for that library; loads it when it is needed.
    pub(super) fn of(path: &Path) -> Arc<Mutex<Self>> {
        static MODULES: OnceLock<Mutex<HashMap<PathBuf, Arc<Mutex<Module>>>>> = OnceLock::new();
        let mut modules = MODULES
            .get_or_init(Mutex::default)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let module = modules.entry(path.to_owned()).or_insert_with(|| {
            Arc::new(Mutex::new(Self {
                path: path.to_owned(),
                context: None,
                life: 0,
            }))
        });
        Arc::clone(module)
    }

    /// Finds the token, opens a session and logs in.
    pub(super) fn open(&mut self, config: &Pkcs11Config, pin: &mut PinFile) -> Result<Open, Failure> {
        let context = self.started()?;
        let slot = slot_of(&context, config)?;
        let session = context.open_rw_session_no_drop(slot)?;
        match log_in(&context, slot, &session, pin) {
            Ok(()) => Ok(Open {
                session,
                life: self.life,
            }),
            Err(failure) => {
                let _ = session.close();
                Err(failure)
            }
        }
    }

    /// False when the module was restarted since.
    pub(super) fn still_has(&self, open: &Open) -> bool {
        self.context.is_some() && open.life == self.life
    }

    /// Closes a session that failed; that it can't even be closed is no news.
    pub(super) fn close(&self, open: Open) {
        if self.still_has(&open) {
            let _ = open.session.close();
        }
    }

    /// Ends the module's present life: the next call loads and starts it anew. It finds tokens that came later, and
    /// the service behind it when that was restarted.
    pub(super) fn restart(&mut self) {
        if let Some(context) = self.context.take()
            && let Err(error) = context.finalize()
        {
            tracing::debug!(%error, "the security module could not be ended");
        }
    }

    fn started(&mut self) -> Result<Pkcs11, Failure> {
        if let Some(context) = &self.context {
            return Ok(context.clone());
        }
        let context = Pkcs11::new(&self.path)?;
        match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(error.into()),
        }
        self.life += 1;
        self.context = Some(context.clone());
        Ok(context)
    }
}

fn slot_of(context: &Pkcs11, config: &Pkcs11Config) -> Result<Slot, Failure> {
    let mut found = Vec::new();
    for slot in context.get_slots_with_token()? {
        // A slot that is just losing its token doesn't hide the others.
        let Ok(token) = context.get_token_info(slot) else {
            continue;
        };
        let is_serial = config
            .token_serial
            .as_ref()
            .is_none_or(|serial| token.serial_number() == serial);
        if token.token_initialized() && token.label() == config.token_label && is_serial {
            found.push(slot);
        }
    }
    match found.as_slice() {
        [] => Err(Failure::Trouble(SignerTrouble::Unreachable)),
        [slot] => Ok(*slot),
        [..] => Err(Failure::Strange(
            "several tokens have that label; name the serial number",
        )),
    }
}

fn log_in(context: &Pkcs11, slot: Slot, session: &Session, pin: &mut PinFile) -> Result<(), Failure> {
    let token = context.get_token_info(slot)?;
    if !token.login_required() {
        return Ok(());
    }
    if token.user_pin_locked() || token.user_pin_final_try() {
        tracing::error!(
            is_locked = token.user_pin_locked(),
            "the token's PIN is locked or has one try left; that one is for a person"
        );
        return Err(Failure::Trouble(SignerTrouble::Refused));
    }
    match session.login_with_raw(UserType::User, &pin.read()?) {
        // Being logged in belongs to the token and the process, not to the session (PKCS#11 §5.6.6).
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
        Err(error) => {
            if matches!(
                error,
                Error::Pkcs11(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange, _)
            ) {
                pin.was_refused();
            }
            Err(error.into())
        }
    }
}

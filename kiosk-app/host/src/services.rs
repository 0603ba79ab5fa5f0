//! Services that were loaded while the terminal runs.
use catalogue::Catalogue;
use std::sync::{Arc, Mutex, PoisonError};

/// Where other services wait until nobody is at the terminal. Whoever loads them has one end, the loop the other.
#[derive(Clone, Debug, Default)]
pub struct NewServices(Arc<Mutex<Option<Catalogue>>>);

impl NewServices {
    /// Puts services there, in place of such as nobody has taken yet.
    pub fn put(&self, catalogue: Catalogue) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(catalogue);
    }

    /// Takes them.
    pub(crate) fn take(&self) -> Option<Catalogue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

//! A Unix socket whose peers are served one after the other.
use std::fs::{Permissions, remove_file, set_permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Serves a socket until it is dropped; then the socket is removed.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Opens the socket with the access rights `mode`, and gives `serve` each peer that comes, on a thread of that name.
    /// `serve` has to bound how long a peer may take: the next one waits for it, and so does the drop.
    ///
    /// # Errors
    /// The socket can't be made, or somebody answers there already.
    pub fn open(
        path: &Path,
        mode: u32,
        thread: &str,
        mut serve: impl FnMut(io::Result<UnixStream>) + Send + 'static,
    ) -> io::Result<Self> {
        // Left behind by a process that was killed; one that lives still answers there.
        if path.exists() && UnixStream::connect(path).is_err() {
            remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        set_permissions(path, Permissions::from_mode(mode))?;
        let closing = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&closing);
        let thread = std::thread::Builder::new().name(thread.to_owned()).spawn(move || {
            for peer in listener.incoming() {
                if closed.load(Ordering::Relaxed) {
                    return;
                }
                serve(peer);
            }
        })?;
        Ok(Self {
            path: path.to_owned(),
            closing,
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        // Wakes the thread out of its wait; if even that fails it is left to the process's end.
        if UnixStream::connect(&self.path).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
        let _ = remove_file(&self.path);
    }
}

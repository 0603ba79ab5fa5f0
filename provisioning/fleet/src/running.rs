//! A server on a thread of its own, for programs that aren't async themselves.
use crate::BoardDesk;
use crate::eid::EidDesk;
use crate::{Config, FleetError, serve};
use std::net::SocketAddr;
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A running server; stops when dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), FleetError>>>,
}

impl Running {
    /// Starts a server and returns once it listens and its store is open.
    ///
    /// # Errors
    /// When the address or the store can't be used.
    pub fn start(config: Config) -> Result<Self, FleetError> {
        Self::start_with(config, None)
    }

    /// The same with a desk for identity cards.
    ///
    /// # Errors
    /// When the address or the store can't be used.
    pub fn start_with(config: Config, eid: Option<EidDesk>) -> Result<Self, FleetError> {
        Self::start_with_board(config, eid, None)
    }

    /// The same with a board.
    ///
    /// # Errors
    /// When the address or the store can't be used.
    pub fn start_with_board(
        config: Config,
        eid: Option<EidDesk>,
        board: Option<BoardDesk>,
    ) -> Result<Self, FleetError> {
        let failed = |doing| move |source| FleetError::Io { doing, source };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("fleet")
            .enable_all()
            .build()
            .map_err(failed("starting the runtime"))?;
        let listen = config.listen;
        let listener = runtime
            .block_on(TcpListener::bind(listen))
            .map_err(|source| FleetError::Listen { listen, source })?;
        let address = listener.local_addr().map_err(failed("asking for the address"))?;
        // Opened here once, so that a store that can't be used is told to the caller and not to a thread.
        drop(crate::open_store(&config.data)?);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("fleet".to_owned())
            .spawn(move || {
                runtime.block_on(serve(&config, eid, board, listener, async {
                    // Either a word or the sender's end.
                    let _ = stopped.await;
                }))
            })
            .map_err(failed("starting the server's thread"))?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its base URL, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops it and waits until running requests are answered.
    ///
    /// # Errors
    /// What the server ended with.
    pub fn stop(mut self) -> Result<(), FleetError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), FleetError> {
        drop(self.stop.take());
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(ended)) => ended,
            Some(Err(_)) => Err(FleetError::Io {
                doing: "running the server",
                source: std::io::Error::other("its thread panicked"),
            }),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::error!(error = &error as &dyn std::error::Error, "the server ended badly");
        }
    }
}

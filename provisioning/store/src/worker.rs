//! A thread that owns an SQLite connection: writes of many requests share one commit, and with it one sync of the disk.
use rusqlite::{Connection, TransactionBehavior};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait for the thread; more wait outside. Bounds memory with the largest body.
const QUEUE_LENGTH: usize = 64;

/// Most writes that share a commit. Bounds how long the first of them waits.
const BATCH_MAX: usize = 64;

/// Outcome of the commit that a write was part of.
type Committed = Result<(), Arc<rusqlite::Error>>;

/// Tells the waiting request, after the commit.
type Answer = Box<dyn FnOnce(Committed) + Send>;

type Job = Box<dyn FnOnce(&Connection) -> Answer + Send>;

/// Why a job gave no value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkError {
    #[error("SQLite refused")]
    Step(#[source] rusqlite::Error),
    #[error("the commit failed")]
    Commit(#[source] Arc<rusqlite::Error>),
    #[error("the store's thread has stopped")]
    Stopped,
}

/// Handle to the thread; it ends when the last handle is gone and the jobs are done.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    jobs: mpsc::Sender<Job>,
}

impl Worker {
    pub(crate) fn start(name: &str, mut connection: Connection) -> std::io::Result<Self> {
        let (jobs, mut waiting) = mpsc::channel::<Job>(QUEUE_LENGTH);
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Some(first) = waiting.blocking_recv() {
                let mut batch = vec![first];
                while batch.len() < BATCH_MAX
                    && let Ok(job) = waiting.try_recv()
                {
                    batch.push(job);
                }
                run_batch(&mut connection, batch);
            }
        })?;
        Ok(Self { jobs })
    }

    /// Runs a step on the thread. `Ok` only after its changes are committed.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        step: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, WorkError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let value = in_savepoint(connection, step);
            Box::new(move |committed: Committed| {
                let result = match committed {
                    Ok(()) => value.map_err(WorkError::Step),
                    Err(error) => Err(WorkError::Commit(error)),
                };
                // The request may have gone away; what is stored stays stored.
                let _ = answer.send(result);
            })
        });
        self.jobs.send(job).await.map_err(|_| WorkError::Stopped)?;
        answered.await.map_err(|_| WorkError::Stopped)?
    }
}

fn run_batch(connection: &mut Connection, batch: Vec<Job>) {
    let mut answers = Vec::with_capacity(batch.len());
    let committed = (|| {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for job in batch {
            answers.push(job(&transaction));
        }
        transaction.commit()
    })()
    .map_err(Arc::new);
    for answer in answers {
        answer(committed.clone());
    }
}

/// A step that fails leaves nothing behind, and the others of its batch go on.
fn in_savepoint<T>(
    connection: &Connection,
    step: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.execute_batch("SAVEPOINT step")?;
    let value = step(connection);
    let end = if value.is_ok() {
        "RELEASE step"
    } else {
        "ROLLBACK TO step; RELEASE step"
    };
    connection.execute_batch(end)?;
    value
}

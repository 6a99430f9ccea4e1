//! Work that blocks a thread, with a bound on the threads.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, Semaphore};

/// The maximum number of threads that read from one directory. Further reads wait without a thread.
const READING_THREADS: usize = 4;

/// The reads of one directory.
///
/// A file system can hang, and then a read does not end, even if nobody waits for it any more. So the number of threads
/// that read is bounded, and a file is read by one thread at a time: a file on which the file system hangs occupies one
/// thread, however often the file is read, and the other files can still be read.
#[derive(Debug)]
pub(crate) struct Reads {
    threads: Arc<Semaphore>,
    /// The lock of each file that is being read.
    files: Mutex<HashMap<String, Weak<AsyncMutex<()>>>>,
}

impl Default for Reads {
    fn default() -> Self {
        Self { threads: Arc::new(Semaphore::new(READING_THREADS)), files: Mutex::default() }
    }
}

impl Reads {
    /// Reads the file at `path` on another thread.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        path: &str,
        read: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let file = self.lock(path).await;
        let thread = self.threads.clone().acquire_owned().await.map_err(io::Error::other)?;
        blocking(move || {
            let _until_the_read_ends = (file, thread);
            read()
        })
        .await
    }

    async fn lock(&self, path: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            let lock = files.get(path).and_then(Weak::upgrade).unwrap_or_default();
            files.retain(|_, lock| lock.strong_count() > 0);
            files.insert(path.to_owned(), Arc::downgrade(&lock));
            lock
        };
        lock.lock_owned().await
    }
}

/// Does work on a thread for blocking work.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

//! An object store that fails on command.

use std::{
    io,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use edgewise_objects::{Condition, Directory, Object, ObjectError, ObjectStore, Put, Refusal};

/// A directory store whose writes can be made to fail. The store records the order of reads and writes.
#[derive(Debug)]
pub(crate) struct Objects {
    directory: Directory,
    pub(crate) fails: AtomicBool,
    /// Whether the store refuses the signature of writes.
    pub(crate) refuses: AtomicBool,
    pub(crate) written: Mutex<Vec<String>>,
    pub(crate) read: Mutex<Vec<String>>,
}

impl Objects {
    /// Opens a directory whose writes succeed.
    pub(crate) fn open(directory: &Path) -> Self {
        Self {
            directory: Directory::open(directory).unwrap(),
            fails: AtomicBool::new(false),
            refuses: AtomicBool::new(false),
            written: Mutex::default(),
            read: Mutex::default(),
        }
    }
}

#[async_trait]
impl ObjectStore for Objects {
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError> {
        self.read.lock().unwrap().push(path.to_owned());
        self.directory.get(path).await
    }

    async fn put(&self, path: &str, bytes: &[u8], condition: Condition<'_>) -> Result<Put, ObjectError> {
        if self.fails.load(Ordering::SeqCst) {
            let source = io::Error::other("out of order");
            return Err(ObjectError { action: "write", path: path.to_owned(), source: source.into() });
        }
        if self.refuses.load(Ordering::SeqCst) {
            let source = Refusal::of_response(403, Some("SignatureDoesNotMatch"), None).into();
            return Err(ObjectError { action: "write", path: path.to_owned(), source });
        }
        let put = self.directory.put(path, bytes, condition).await?;
        self.written.lock().unwrap().push(path.to_owned());
        Ok(put)
    }
}

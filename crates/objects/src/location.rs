//! The location of a store, as the options configure it.

use std::{path::PathBuf, sync::Arc};

use crate::{
    directory::{Directory, DirectoryError},
    s3::{S3, S3Options},
    store::ObjectStore,
};

/// The location of an object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A directory, which holds `configs/`.
    Directory(PathBuf),
    /// A bucket of S3, or of a server with the same API.
    Bucket(S3Options),
}

impl Location {
    /// Opens the store for writing. A directory is created if it does not exist, and locked.
    ///
    /// # Errors
    /// [`DirectoryError`] if the directory cannot be written, or another process writes to it.
    pub async fn open(&self) -> Result<Arc<dyn ObjectStore>, DirectoryError> {
        Ok(match self {
            Self::Directory(path) => Arc::new(Directory::open(path)?),
            Self::Bucket(options) => Arc::new(S3::new(options).await),
        })
    }

    /// Opens the store for reading. A directory need not exist yet.
    pub async fn open_read_only(&self) -> Arc<dyn ObjectStore> {
        match self {
            Self::Directory(path) => Arc::new(Directory::read_only(path)),
            Self::Bucket(options) => Arc::new(S3::new(options).await),
        }
    }
}

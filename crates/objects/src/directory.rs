//! An object store in a local directory.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use fs4::FileExt;
use tempfile::NamedTempFile;
use tokio::sync::Mutex;

use crate::{
    blocking::{Reads, blocking},
    error::ObjectError,
    store::{Condition, Object, ObjectStore, Put},
};

/// The prefix of the names of unfinished files.
const UNFINISHED: &str = ".writing-";

/// A directory as an object store, for one machine. A lock file ensures that at most one process writes to the directory.
/// Any number of processes may read.
#[derive(Debug)]
pub struct Directory {
    root: Arc<Path>,
    reads: Reads,
    /// At most one thread writes. If the file system hangs, other writes wait without a thread.
    lock: Option<Arc<Mutex<WriteLock>>>,
}

/// The lock of the process that may write.
#[derive(Debug)]
struct WriteLock(#[expect(dead_code, reason = "closing the file releases the lock")] fs::File);

/// The reason why a directory cannot be opened for writing.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The directory cannot be created or written.
    #[error("the snapshot directory `{path}` cannot be written: {source}")]
    Unwritable {
        /// The directory that cannot be written.
        path: PathBuf,
        /// The error of the file system.
        source: io::Error,
    },
    /// Another process writes to the directory.
    #[error(
        "another process publishes to the snapshot directory `{path}`: stop that process, or use another directory"
    )]
    Locked {
        /// The directory that the other process writes to.
        path: PathBuf,
    },
}

impl Directory {
    /// Opens the directory that holds `configs/` for reading. The directory need not exist yet.
    #[must_use]
    pub fn read_only(root: &Path) -> Self {
        Self { root: root.into(), reads: Reads::default(), lock: None }
    }

    /// Opens the directory that holds `configs/` for writing. Creates the directory if it does not exist, and locks it
    /// against other writers.
    ///
    /// # Errors
    /// [`DirectoryError`] if the directory cannot be written, or another process writes to the directory.
    pub fn open(root: &Path) -> Result<Self, DirectoryError> {
        let unwritable = |source| DirectoryError::Unwritable { path: root.to_owned(), source };
        fs::create_dir_all(root).map_err(unwritable)?;
        let lock = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.join(".lock"))
            .map_err(unwritable)?;
        match FileExt::try_lock(&lock) {
            Ok(()) => {}
            Err(fs4::TryLockError::WouldBlock) => {
                return Err(DirectoryError::Locked { path: root.to_owned() });
            }
            Err(fs4::TryLockError::Error(source)) => return Err(unwritable(source)),
        }
        // Creating a file shows at once whether the directory is writable, rather than at the first publish.
        create_unfinished(root).map_err(unwritable)?;
        if let Err(error) = remove_unfinished(root, &root.join("configs")) {
            tracing::warn!(%error, "unfinished files of an earlier process cannot be removed");
        }
        Ok(Self {
            root: root.into(),
            reads: Reads::default(),
            lock: Some(Arc::new(Mutex::new(WriteLock(lock)))),
        })
    }

    fn file(root: &Path, path: &str) -> io::Result<PathBuf> {
        let safe =
            |segment: &str| !segment.is_empty() && !segment.starts_with('.') && !segment.contains('\\');
        if path.split('/').all(safe) && !path.contains('\0') {
            Ok(root.join(path))
        } else {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "not a path inside the store"))
        }
    }

    fn read(root: &Path, path: &str) -> io::Result<Option<Object>> {
        match fs::read(Self::file(root, path)?) {
            Ok(bytes) => Ok(Some(Object { etag: etag(&bytes), bytes })),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(root: &Path, path: &str, bytes: &[u8], expected: Option<&str>) -> io::Result<Put> {
        let condition_holds = match (Self::read(root, path)?, expected) {
            (None, None) => true,
            (Some(object), Some(etag)) => object.etag == etag,
            _ => false,
        };
        if !condition_holds {
            return Ok(Put::Refused);
        }
        let file = Self::file(root, path)?;
        let parent = file.parent().unwrap_or(root);
        create_directory(root, parent)?;
        let mut temporary = create_unfinished(parent)?;
        io::Write::write_all(&mut temporary, bytes)?;
        publish_permissions(temporary.as_file())?;
        temporary.as_file().sync_all()?;
        temporary.persist(&file).map_err(|error| error.error)?;
        // Without syncing the directory, a power failure could undo the rename.
        fs::File::open(parent)?.sync_all()?;
        Ok(Put::Written)
    }
}

/// Creates a file that is renamed once it is complete. Dropping the file removes it.
fn create_unfinished(directory: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(directory)
}

/// Removes the unfinished files of processes that were killed: the files in `root`, and the files in `subtree` at any depth,
/// if `subtree` exists. The caller must hold the lock.
fn remove_unfinished(root: &Path, subtree: &Path) -> io::Result<()> {
    remove_unfinished_in(root, false)?;
    if subtree.is_dir() { remove_unfinished_in(subtree, true) } else { Ok(()) }
}

fn remove_unfinished_in(directory: &Path, recursive: bool) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && recursive {
            remove_unfinished_in(&entry.path(), recursive)?;
        } else if kind.is_file() && entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Creates a directory below `root`, and syncs its parents, so that the directory survives a power failure.
fn create_directory(root: &Path, directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(directory)?;
    for parent in directory.ancestors().skip(1).take_while(|parent| parent.starts_with(root)) {
        fs::File::open(parent)?.sync_all()?;
    }
    Ok(())
}

/// Makes a file readable for all users. Temporary files are created as private files.
fn publish_permissions(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory
    )
}

/// Returns the ETag of a content. Two different contents of the same length have the same ETag with a probability of 1 in
/// 2^32. That is enough, because this process is the only writer.
fn etag(bytes: &[u8]) -> String {
    format!("\"{:x}-{:08x}\"", bytes.len(), edgewise_engine::murmur3::hash(bytes))
}

#[async_trait]
impl ObjectStore for Directory {
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError> {
        let (root, name) = (self.root.clone(), path.to_owned());
        let read = self.reads.read(path, move || Self::read(&root, &name)).await;
        read.map_err(|source| ObjectError { action: "read", path: path.to_owned(), source: source.into() })
    }

    async fn put(&self, path: &str, bytes: &[u8], condition: Condition<'_>) -> Result<Put, ObjectError> {
        let (root, name, bytes) = (self.root.clone(), path.to_owned(), bytes.to_owned());
        let expected = match condition {
            Condition::Absent => None,
            Condition::Matches(etag) => Some(etag.to_owned()),
        };
        let failed =
            |source: io::Error| ObjectError { action: "write", path: path.to_owned(), source: source.into() };
        let Some(lock) = &self.lock else {
            let problem = "the store is opened for reading only";
            return Err(failed(io::Error::new(io::ErrorKind::ReadOnlyFilesystem, problem)));
        };
        let guard = lock.clone().lock_owned().await;
        let written = blocking(move || {
            let _guard = guard;
            Self::write(&root, &name, &bytes, expected.as_deref())
        });
        written.await.map_err(failed)
    }
}

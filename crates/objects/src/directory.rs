//! A local directory.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use fs4::FileExt;
use tempfile::NamedTempFile;

use crate::store::{Condition, Object, ObjectError, ObjectStore, Put};

/// What the names of files begin with that are still being written.
const UNFINISHED: &str = ".writing-";

/// A directory as an object store, for one machine. At most one process may write to it, which a lock file
/// sees to; any number may read.
#[derive(Debug)]
pub struct Directory {
    root: Arc<Path>,
    writing: Option<Arc<Mutex<WriteLock>>>,
}

/// Held while the process may write.
#[derive(Debug)]
struct WriteLock(#[expect(dead_code, reason = "the lock is given back when the file is closed")] fs::File);

/// Why a directory cannot be written to.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The directory cannot be made or written.
    #[error("the snapshot directory `{path}` cannot be written: {source}")]
    Unwritable {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process writes to it.
    #[error(
        "another process publishes to the snapshot directory `{path}`: stop it, or use another directory"
    )]
    Locked {
        /// The directory.
        path: PathBuf,
    },
}

impl Directory {
    /// The directory that holds `configs/`, to read from. It need not exist yet.
    #[must_use]
    pub fn read_only(root: &Path) -> Self {
        Self { root: root.into(), writing: None }
    }

    /// The same, to write to: makes it if need be, and locks it against other writers.
    ///
    /// # Errors
    /// [`DirectoryError`] if it cannot be written, or another process does.
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
        // Shows now, not at the first publish, whether files can be made here.
        unfinished(root).map_err(unwritable)?;
        if let Err(problem) = remove_unfinished(root, &root.join("configs")) {
            tracing::warn!(%problem, "unfinished files of an earlier process cannot be removed");
        }
        Ok(Self { root: root.into(), writing: Some(Arc::new(Mutex::new(WriteLock(lock)))) })
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
        let holds = match (Self::read(root, path)?, expected) {
            (None, None) => true,
            (Some(object), Some(etag)) => object.etag == etag,
            _ => false,
        };
        if !holds {
            return Ok(Put::Refused);
        }
        let file = Self::file(root, path)?;
        let parent = file.parent().unwrap_or(root);
        make_directory(root, parent)?;
        let mut temporary = unfinished(parent)?;
        io::Write::write_all(&mut temporary, bytes)?;
        publish_permissions(temporary.as_file())?;
        temporary.as_file().sync_all()?;
        temporary.persist(&file).map_err(|error| error.error)?;
        // The rename itself must survive a power cut.
        fs::File::open(parent)?.sync_all()?;
        Ok(Put::Written)
    }
}

/// A file to be renamed when it is whole. It is removed if it never is.
fn unfinished(directory: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(directory)
}

/// Removes the files that processes left behind which were killed: those in the root, and those below a directory of it,
/// if that is there. Only whoever holds the lock may.
fn remove_unfinished(root: &Path, below: &Path) -> io::Result<()> {
    remove_unfinished_in(root, false)?;
    if below.is_dir() { remove_unfinished_in(below, true) } else { Ok(()) }
}

fn remove_unfinished_in(directory: &Path, deep: bool) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && deep {
            remove_unfinished_in(&entry.path(), deep)?;
        } else if kind.is_file() && entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Makes a directory below `root` so that it too survives a power cut.
fn make_directory(root: &Path, directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(directory)?;
    for above in directory.ancestors().skip(1).take_while(|above| above.starts_with(root)) {
        fs::File::open(above)?.sync_all()?;
    }
    Ok(())
}

/// Temporary files are private; snapshots are not.
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

/// Two different contents of one length have different tags but for chance, 1 in 2^32; no writer relies on
/// more, since this process is the only one.
fn etag(bytes: &[u8]) -> String {
    format!("\"{:x}-{:08x}\"", bytes.len(), edgewise_engine::murmur3::hash(bytes))
}

#[async_trait]
impl ObjectStore for Directory {
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError> {
        let (root, name) = (self.root.clone(), path.to_owned());
        blocking(move || Self::read(&root, &name)).await.map_err(|source| ObjectError {
            action: "read",
            path: path.to_owned(),
            source,
        })
    }

    async fn put(&self, path: &str, bytes: &[u8], condition: Condition<'_>) -> Result<Put, ObjectError> {
        let (root, name, bytes) = (self.root.clone(), path.to_owned(), bytes.to_owned());
        let expected = match condition {
            Condition::Absent => None,
            Condition::Matches(etag) => Some(etag.to_owned()),
        };
        let writing = self.writing.clone();
        blocking(move || {
            let writing = writing
                .ok_or_else(|| io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "opened to read only"))?;
            let _one_at_a_time = writing.lock().unwrap_or_else(PoisonError::into_inner);
            Self::write(&root, &name, &bytes, expected.as_deref())
        })
        .await
        .map_err(|source| ObjectError { action: "write", path: path.to_owned(), source })
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

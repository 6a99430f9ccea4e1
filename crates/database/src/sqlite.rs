//! The statements, files and errors of SQLite.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use fs4::FileExt;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use sqlx::error::DatabaseError;

use crate::error::OpenError;

/// A reader sees a consistent snapshot, taken at its first statement.
pub(crate) const BEGIN_READ: &str = "BEGIN";
/// A writer waits for other writers at its beginning, so that no writer fails later because of another writer.
pub(crate) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

/// Each connection has a thread and a cache of pages of its own. One connection writes at a time, and reads take microseconds,
/// so that more connections would cost memory and add no speed.
pub(crate) const MAX_CONNECTIONS: u32 = 4;

pub(crate) const AFTER_CONNECT: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

/// Counts the tables with a name.
pub(crate) const COUNT_TABLES: &str =
    "SELECT COUNT(*) AS total FROM sqlite_master WHERE type = 'table' AND name = $1";

/// The characters of a path that are special in a URL.
const RESERVED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'?').add(b'<').add(b'>');

/// Returns the database file of a `sqlite://PATH` URL. URLs with options after a `?` are refused. So is a database in
/// memory, because closing its first connection would discard the data.
pub(crate) fn file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path =
        percent_decode_str(path.split_once('?').map_or(Some(path), |_options| None)?).decode_utf8().ok()?;
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path.as_ref()))
}

/// Returns the URL of a file for [`Database::open`](crate::Database::open).
#[must_use]
pub fn url(file: &Path) -> String {
    format!("sqlite://{}", utf8_percent_encode(&file.to_string_lossy(), RESERVED))
}

/// Returns the URL with which sqlx opens the file, or creates the file if it does not exist.
pub(crate) fn connection_url(file: &Path) -> String {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    format!("{}?mode=rwc", url(&file))
}

/// Returns whether an error is `SQLITE_BUSY` or `SQLITE_LOCKED`, or an extended code of either.
pub(crate) fn is_busy(error: &dyn DatabaseError) -> bool {
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

/// The lock that keeps other processes from opening the database. Dropping the lock releases it.
#[derive(Debug)]
pub(crate) struct Lock {
    database: PathBuf,
    /// Closing the file releases the lock.
    _file: fs::File,
}

impl Lock {
    /// Creates the directory of the database if it does not exist, and locks the database.
    pub(crate) fn acquire(database: &Path) -> Result<Self, OpenError> {
        let directory =
            database.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let unwritable = |source: io::Error| OpenError::Unwritable { path: directory.to_owned(), source };
        fs::create_dir_all(directory).map_err(unwritable)?;
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        let file =
            fs::OpenOptions::new().create(true).truncate(false).write(true).open(name).map_err(unwritable)?;
        match FileExt::try_lock(&file) {
            Ok(()) => Ok(Self { database: database.to_owned(), _file: file }),
            Err(fs4::TryLockError::WouldBlock) => Err(OpenError::Locked(database.to_owned())),
            Err(fs4::TryLockError::Error(source)) => Err(unwritable(source)),
        }
    }

    /// Returns the path of the locked database.
    pub(crate) fn database(&self) -> &Path {
        &self.database
    }
}

//! What is particular to SQLite.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use fs4::FileExt;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use sqlx::{error::DatabaseError, migrate::Migrator};

use super::{OpenError, migration};

/// Readers see one moment from their first statement on.
pub(super) const BEGIN_READ: &str = "BEGIN";
/// Writers wait for each other at the start, so that none fails half-way.
pub(super) const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

pub(super) const AFTER_CONNECT: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";

pub(super) const OWN_TABLES: &str = "SELECT name FROM sqlite_master WHERE name = 'environment'";

/// The characters of a path that a URL would take for something else.
const RESERVED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'?').add(b'<').add(b'>');

/// The database file that a `sqlite://PATH` URL names. Options after a `?` are not ours to take, and a database in
/// memory would be gone with its first connection.
pub(super) fn file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path =
        percent_decode_str(path.split_once('?').map_or(Some(path), |_options| None)?).decode_utf8().ok()?;
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path.as_ref()))
}

/// The URL that names a file, as [`super::Store::open`] takes it.
#[must_use]
pub fn url(file: &Path) -> String {
    format!("sqlite://{}", utf8_percent_encode(&file.to_string_lossy(), RESERVED))
}

/// The URL that sqlx opens (and makes) the file by.
pub(super) fn connection_url(file: &Path) -> String {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    format!("{}?mode=rwc", url(&file))
}

pub(super) fn migrations() -> Migrator {
    Migrator::with_migrations(vec![
        migration(1, "initial", include_str!("../../migrations/sqlite/0001_initial.sql")),
        migration(2, "history", include_str!("../../migrations/sqlite/0002_history.sql")),
        migration(3, "listing", include_str!("../../migrations/sqlite/0003_listing.sql")),
    ])
}

/// SQLITE_BUSY and SQLITE_LOCKED, also in their extended forms.
pub(super) fn is_busy(error: &dyn DatabaseError) -> bool {
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

/// Keeps other processes off the database. Given back when dropped.
#[derive(Debug)]
pub(super) struct Lock {
    database: PathBuf,
    /// Closing it gives the lock back.
    _file: fs::File,
}

impl Lock {
    /// Makes the database's directory if need be, and locks the database.
    pub(super) fn acquire(database: &Path) -> Result<Self, OpenError> {
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

    /// The file that is locked.
    pub(super) fn database(&self) -> &Path {
        &self.database
    }
}

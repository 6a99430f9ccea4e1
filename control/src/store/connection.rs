//! The store and its transactions.

use std::time::Duration;

use edgewise_database::{Database, Listener, OpenError, Transaction};

use super::{
    error::Result,
    schema::{MIGRATIONS, TABLE},
};

/// The time limit of a transaction that writes a whole environment.
const IMPORT_LIMIT: Duration = Duration::from_mins(10);

/// The channel for changes that have become due.
const DUE_CHANNEL: &str = "edgewise_due";
/// The channel for versions that are live. A message is the version number, a space, and the name of the environment.
const PUBLISHED_CHANNEL: &str = "edgewise_published";

/// The database of a control plane.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
}

/// A transaction. Dropping it rolls it back.
#[derive(Debug)]
pub struct Tx {
    pub(super) sql: Transaction,
}

impl Store {
    /// Opens the database at `url`, and brings its schema up to date.
    ///
    /// # Errors
    /// [`OpenError`] says what to do.
    pub async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        let database = Database::open(url).await?;
        database.migrate(&MIGRATIONS).await?;
        let store = Self { database };
        if store.database.is_single_process() {
            // No other process can hold a lease; an earlier process that was killed may have left some.
            store.release_leases().await.map_err(|error| OpenError::Unusable(error.into()))?;
        }
        if let Err(error) = store.fill_search().await {
            // An earlier release may hold a row for long. Searches fold only the letters from A to Z of such rows.
            tracing::warn!(%error, "not all rows were prepared for searches; the next start tries again");
        }
        Ok(store)
    }

    async fn release_leases(&self) -> Result<()> {
        let mut tx = self.write().await?;
        tx.release_all_leases().await?;
        tx.commit().await
    }

    /// Opens the database at `url` as it is, without migrations. `None` if the database does not contain a control
    /// plane's tables.
    ///
    /// # Errors
    /// [`OpenError`] says what to do.
    pub async fn open_existing(url: &str) -> std::result::Result<Option<Self>, OpenError> {
        Ok(Database::open_existing(url, TABLE).await?.map(|database| Self { database }))
    }

    /// Begins a read-only transaction; all its reads see the same snapshot of the database.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn read(&self) -> Result<Tx> {
        Ok(Tx { sql: self.database.read().await? })
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn write(&self) -> Result<Tx> {
        Ok(Tx { sql: self.database.write().await? })
    }

    /// Begins a transaction that may write, with a time limit that is long enough for a whole environment.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn write_import(&self) -> Result<Tx> {
        Ok(Tx { sql: self.database.write_within(IMPORT_LIMIT).await? })
    }

    /// Listens for changes that become due in any process.
    #[must_use]
    pub fn due_listener(&self) -> Listener {
        self.database.listen(DUE_CHANNEL)
    }

    /// Listens for versions that go live in any process. A message is the version number, a space, and the name of the
    /// environment.
    #[must_use]
    pub fn published_listener(&self) -> Listener {
        self.database.listen(PUBLISHED_CHANNEL)
    }

    /// Checks that the database responds.
    ///
    /// # Errors
    /// If the database does not respond.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.database.ping().await?)
    }

    /// Closes all connections, once their transactions have ended.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

impl Tx {
    /// Commits the transaction.
    ///
    /// # Errors
    /// If the database does not confirm the commit.
    pub async fn commit(self) -> Result<()> {
        Ok(self.sql.commit().await?)
    }

    /// Notifies other processes, once this transaction is committed, that a change has become due.
    pub(super) async fn notify_due(&mut self) -> Result<()> {
        Ok(self.sql.notify(DUE_CHANNEL, "").await?)
    }

    /// Notifies other processes, once this transaction is committed, that a version is live.
    pub(super) async fn notify_live(&mut self, message: &str) -> Result<()> {
        Ok(self.sql.notify(PUBLISHED_CHANNEL, message).await?)
    }
}

//! What is particular to Postgres.

use std::{fmt, sync::Arc};

use sqlx::{error::DatabaseError, migrate::Migrator};

use super::migration;

/// Readers see one moment from their first statement on.
pub(super) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Writers wait for each other at the row of their environment, and see what is committed by then.
pub(super) const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// No statement runs for ever, no lock is waited for longer than a request waits, and a process that hangs in a
/// transaction does not keep the others out.
pub(super) const AFTER_CONNECT: &str = "SET statement_timeout = '15s'; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '15s';";

/// In the schema that new tables would be made in.
pub(super) const OWN_TABLES: &str = "SELECT CAST(tablename AS TEXT) AS name FROM pg_catalog.pg_tables \
     WHERE schemaname = current_schema() AND tablename = 'environment'";

/// Where it is told that a change has become due.
pub(super) const DUE_CHANNEL: &str = "edgewise_due";
/// Tells it, if the transaction is committed, and when it is.
pub(super) const TELL_DUE: &str = "NOTIFY edgewise_due";

/// Where it is told that a version is live.
pub(super) const PUBLISHED_CHANNEL: &str = "edgewise_published";
/// Tells it, if the transaction is committed, and when it is: version and environment's name.
pub(super) const TELL_PUBLISHED: &str = "SELECT pg_notify('edgewise_published', $1)";

/// A server, and how it is reached. The URL may hold a password, so it is never shown.
#[derive(Clone)]
pub(super) struct Server(Arc<str>);

impl Server {
    /// The server that a `postgres://…` URL names.
    pub(super) fn of(url: &str) -> Option<Self> {
        let is_one = url.starts_with("postgres://") || url.starts_with("postgresql://");
        is_one.then(|| Self(url.into()))
    }

    pub(super) fn url(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

pub(super) fn migrations() -> Migrator {
    Migrator::with_migrations(vec![
        migration(1, "initial", include_str!("../../migrations/postgres/0001_initial.sql")),
        migration(2, "history", include_str!("../../migrations/postgres/0002_history.sql")),
        migration(3, "listing", include_str!("../../migrations/postgres/0003_listing.sql")),
    ])
}

/// Connection trouble, too few resources, a lock or statement that took too long, a deadlock, a server that
/// starts or stops (the classes 08, 53, 57 and the codes 40001, 40P01, 55P03, 25P03 of the manual's appendix A).
pub(super) fn is_passing(error: &dyn DatabaseError) -> bool {
    error.code().is_some_and(|code| {
        code.len() == 5
            && (["08", "53", "57"].iter().any(|class| code.starts_with(class))
                || ["40001", "40P01", "55P03", "25P03"].contains(&code.as_ref()))
    })
}

//! What is particular to Postgres.

use std::{fmt, sync::Arc};

use sqlx::error::DatabaseError;

/// A reader sees one moment, from its first statement on.
pub(crate) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// A writer waits for others at the row that it changes first, and then sees what is committed.
pub(crate) const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// No statement runs for ever, no statement waits for a lock longer than a request waits, and a process that hangs in a
/// transaction does not keep other processes out.
pub(crate) const AFTER_CONNECT: &str = "SET statement_timeout = '15s'; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '15s';";

/// Counts tables in the schema that new tables would be created in.
pub(crate) const COUNT_TABLES: &str = "SELECT COUNT(*) AS total FROM pg_catalog.pg_tables \
     WHERE schemaname = current_schema() AND tablename = $1";

/// Sends a message on a channel, when and if the transaction is committed.
pub(crate) const NOTIFY: &str = "SELECT pg_notify($1, $2)";

/// A server. Its URL may hold a password, so `Debug` leaves the URL out.
#[derive(Clone)]
pub(crate) struct Server(Arc<str>);

impl Server {
    /// The server that a `postgres://…` URL names.
    pub(crate) fn of(url: &str) -> Option<Self> {
        let is_one = url.starts_with("postgres://") || url.starts_with("postgresql://");
        is_one.then(|| Self(url.into()))
    }

    pub(crate) fn url(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

/// Connection trouble, too few resources, a lock or statement that took too long, a deadlock, a server that
/// starts or stops (the classes 08, 53, 57 and the codes 40001, 40P01, 55P03, 25P03 of the manual's appendix A).
pub(crate) fn is_passing(error: &dyn DatabaseError) -> bool {
    error.code().is_some_and(|code| {
        code.len() == 5
            && (["08", "53", "57"].iter().any(|class| code.starts_with(class))
                || ["40001", "40P01", "55P03", "25P03"].contains(&code.as_ref()))
    })
}

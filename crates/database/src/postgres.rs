//! The statements and errors of Postgres.

use std::{fmt, sync::Arc};

use sqlx::error::DatabaseError;

/// A reader sees a consistent snapshot, taken at its first statement.
pub(crate) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// A writer waits for other writers at the row that it changes first, and then sees their committed changes.
pub(crate) const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// A statement waits for the network, so that more connections than processors are of use.
pub(crate) const MAX_CONNECTIONS: u32 = 16;

/// Limits the time of a statement, of the wait for a lock (to the time that a request waits for the database), and of an
/// idle transaction, so that a process that hangs in a transaction does not block other processes.
pub(crate) const AFTER_CONNECT: &str = "SET statement_timeout = '15s'; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '15s';";

/// Counts the tables with a name, in the schema where new tables would be created.
pub(crate) const COUNT_TABLES: &str = "SELECT COUNT(*) AS total FROM pg_catalog.pg_tables \
     WHERE schemaname = current_schema() AND tablename = $1";

/// Sends a message on a channel when the transaction is committed.
pub(crate) const NOTIFY: &str = "SELECT pg_notify($1, $2)";

/// Returns the channels whose messages the server sends to this connection.
pub(crate) const LISTENING_CHANNELS: &str = "SELECT pg_listening_channels()";
/// Returns the process of the server that serves a connection.
pub(crate) const BACKEND: &str = "SELECT CAST(pg_backend_pid() AS BIGINT) AS backend";

/// Returns the parameter. The driver prepares the statement, and finds it again by a name.
pub(crate) const ECHO: &str = "SELECT CAST($1 AS BIGINT) AS echo";
/// Returns the negated parameter.
pub(crate) const ECHO_NEGATED: &str = "SELECT - CAST($1 AS BIGINT) AS echo";

/// Locks the migrations to the end of the transaction. Waits for another process that migrates the database, for at most ten
/// minutes. The transaction is idle while the migrations run over another connection, so its idle time is not limited.
pub(crate) const LOCK_MIGRATIONS: [&str; 4] = [
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SET LOCAL statement_timeout = '10min'",
    "SET LOCAL lock_timeout = '10min'",
    // Any number that nothing else locks: the first bytes of `edgewise`, in ASCII.
    "SELECT pg_advisory_xact_lock(7306078180994544485)",
];

/// A server. The URL may contain a password, so `Debug` omits the URL.
#[derive(Clone)]
pub(crate) struct Server(Arc<str>);

impl Server {
    /// Returns the server of a `postgres://…` URL.
    pub(crate) fn of(url: &str) -> Option<Self> {
        let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
        is_postgres.then(|| Self(url.into()))
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

/// Returns whether the server does not know a prepared statement of this process (code 26000), or knows another one of the
/// same name (42P05). Then a pooler has given the connection another session of the server.
pub(crate) fn is_lost_statement(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| ["26000", "42P05"].contains(&code.as_ref()))
}

/// Returns whether a pooler refuses a setting that the driver sends first. Postgres itself accepts these settings.
pub(crate) fn is_refused_parameter(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.message().contains("unsupported startup parameter"))
}

/// Returns whether an error may disappear on a retry: connection errors, insufficient resources, an exceeded timeout of
/// a lock or a statement, a deadlock, a server that starts or stops (the classes 08, 53, 57 and the codes 40001, 40P01,
/// 55P03, 25P03 of the Postgres manual's appendix A).
pub(crate) fn is_transient(error: &dyn DatabaseError) -> bool {
    error.code().is_some_and(|code| {
        code.len() == 5
            && (["08", "53", "57"].iter().any(|class| code.starts_with(class))
                || ["40001", "40P01", "55P03", "25P03"].contains(&code.as_ref()))
    })
}

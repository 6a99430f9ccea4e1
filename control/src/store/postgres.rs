//! What is particular to Postgres.

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

pub(super) fn is_url(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

pub(super) fn migrations() -> Migrator {
    Migrator::with_migrations(vec![migration(
        1,
        "initial",
        include_str!("../../migrations/postgres/0001_initial.sql"),
    )])
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

//! Poolers in front of Postgres, such as pgbouncer.
//!
//! A pooler in session mode is like Postgres itself. A pooler in transaction mode gives each transaction any connection
//! to the server, so that the state of a session is lost between transactions, or is another client's: prepared
//! statements above all, which every call uses. Some poolers keep prepared statements in transaction mode.

use sqlx::{AnyConnection, Executor, Row as _, query};

use crate::postgres::{BACKEND, ECHO, ECHO_NEGATED, is_lost_statement};

/// How often two connections take turns. A pooler that other clients keep busy may give a connection the same server
/// connection a few times in a row.
const TURNS: usize = 8;

/// What a connection keeps from one transaction to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sessions {
    /// Everything: the server is reached directly, or by a pooler in session mode.
    Kept,
    /// Prepared statements, but not the other state of a session.
    OnlyStatements,
    /// Nothing.
    Lost,
}

impl Sessions {
    /// Finds out what two connections to the same server keep.
    ///
    /// # Errors
    /// If the server does not respond, or fails for another reason than a lost session.
    pub(crate) async fn of(first: &mut AnyConnection, second: &mut AnyConnection) -> sqlx::Result<Self> {
        if !are_shared(first, second).await? {
            return Ok(Self::Kept);
        }
        match keep_statements(first, second).await {
            Ok(true) => Ok(Self::OnlyStatements),
            Ok(false) => Ok(Self::Lost),
            Err(error) if is_lost_statement(&error) => Ok(Self::Lost),
            Err(error) => Err(error),
        }
    }
}

/// Returns whether two open connections use the same process of the server, or one of the connections uses several
/// processes.
async fn are_shared(first: &mut AnyConnection, second: &mut AnyConnection) -> sqlx::Result<bool> {
    let mut known = None;
    for _ in 0..TURNS {
        let backends = (backend(first).await?, backend(second).await?);
        if backends.0 == backends.1 || known.is_some_and(|known| known != backends) {
            return Ok(true);
        }
        known = Some(backends);
    }
    Ok(false)
}

async fn backend(connection: &mut AnyConnection) -> sqlx::Result<i64> {
    // Without parameters, so that the driver does not prepare the statement.
    connection.fetch_one(BACKEND).await?.try_get("backend")
}

/// Returns whether each of two new connections finds its own prepared statement again. The driver gives the first
/// statements of both connections the same name.
async fn keep_statements(first: &mut AnyConnection, second: &mut AnyConnection) -> sqlx::Result<bool> {
    for _ in 0..TURNS {
        for (connection, statement, expected) in
            [(&mut *first, ECHO, 7_i64), (&mut *second, ECHO_NEGATED, -7)]
        {
            let echoed = query(statement).bind(7_i64).fetch_one(connection).await?;
            if echoed.try_get::<i64, _>("echo")? != expected {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

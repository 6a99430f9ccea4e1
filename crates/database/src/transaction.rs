//! Transactions with a deadline for all of their statements.

use std::time::Duration;

use futures_util::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{BoxStream, try_unfold},
};
use sqlx::{
    Any, AnyPool, Either, Execute, Executor, SqlStr,
    any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo},
    query,
};
use tokio::{sync::OwnedMutexGuard, time::Instant};

use crate::{deadline::before, dialect::Dialect, error::Result};

/// A transaction. A statement that has not ended at the transaction's deadline fails. Dropping the transaction rolls it
/// back.
///
/// Statements run on `&mut Transaction`, as on any [`Executor`].
#[derive(Debug)]
pub struct Transaction {
    sql: sqlx::Transaction<'static, Any>,
    dialect: Dialect,
    deadline: Instant,
    /// The lock of writers, which is released when the transaction ends.
    _lock: Option<OwnedMutexGuard<()>>,
}

impl Transaction {
    pub(crate) async fn begin(
        pool: &AnyPool,
        dialect: Dialect,
        statement: &'static str,
        limit: Duration,
        lock: Option<OwnedMutexGuard<()>>,
    ) -> Result<Self> {
        let deadline = Instant::now() + limit;
        let sql = before(deadline, pool.begin_with(statement)).await?;
        Ok(Self { sql, dialect, deadline, _lock: lock })
    }

    /// Commits the transaction.
    ///
    /// # Errors
    /// If the database does not confirm the commit. Whether the changes were committed is then unknown.
    pub async fn commit(self) -> Result<()> {
        Ok(before(self.deadline, self.sql.commit()).await?)
    }

    /// Sends a message to the listeners of a channel when this transaction is committed. Sends nothing if only one process
    /// can use the database.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn notify(&mut self, channel: &'static str, message: &str) -> Result<()> {
        if let Some(statement) = self.dialect.notify() {
            query(statement).bind(channel).bind(message).execute(self).await?;
        }
        Ok(())
    }
}

impl<'c> Executor<'c> for &'c mut Transaction {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, sqlx::Result<Either<AnyQueryResult, AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let deadline = self.deadline;
        let results = self.sql.fetch_many(query);
        try_unfold(results, move |mut results| async move {
            let next = before(deadline, results.try_next()).await?;
            Ok(next.map(|result| (result, results)))
        })
        .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        Box::pin(before(self.deadline, self.sql.fetch_optional(query)))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [AnyTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'c: 'e,
    {
        Box::pin(before(self.deadline, self.sql.prepare_with(sql, parameters)))
    }
}

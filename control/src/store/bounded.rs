use std::{io, time::Duration};

use futures_util::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{BoxStream, try_unfold},
};
use sqlx::{
    Any, AnyPool, Either, Error, Execute, Executor, SqlStr, Transaction,
    any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo},
};
use tokio::time::{Instant, timeout_at};

/// How long a transaction may take from the wait for its connection to its end. The server has limits of its own for
/// statements and locks, but cannot tell of them over a connection that has fallen silent.
pub(super) const TRANSACTION_LIMIT: Duration = Duration::from_secs(15);

/// A transaction whose every statement ends in time, with an error if it must. Dropping it undoes what it did.
#[derive(Debug)]
pub(super) struct Bounded {
    transaction: Transaction<'static, Any>,
    deadline: Instant,
}

impl Bounded {
    pub(super) async fn begin(
        pool: &AnyPool,
        statement: &'static str,
        limit: Duration,
    ) -> sqlx::Result<Self> {
        let deadline = Instant::now() + limit;
        let transaction = before(deadline, pool.begin_with(statement)).await?;
        Ok(Self { transaction, deadline })
    }

    pub(super) async fn commit(self) -> sqlx::Result<()> {
        before(self.deadline, self.transaction.commit()).await
    }
}

/// What comes of `work`, or an error if it has not by then.
pub(super) async fn before<T>(
    deadline: Instant,
    work: impl Future<Output = sqlx::Result<T>>,
) -> sqlx::Result<T> {
    let silent = |_| Error::Io(io::Error::new(io::ErrorKind::TimedOut, "it does not answer"));
    timeout_at(deadline, work).await.map_err(silent)?
}

impl<'c> Executor<'c> for &'c mut Bounded {
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
        let results = self.transaction.fetch_many(query);
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
        Box::pin(before(self.deadline, self.transaction.fetch_optional(query)))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [AnyTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'c: 'e,
    {
        Box::pin(before(self.deadline, self.transaction.prepare_with(sql, parameters)))
    }
}

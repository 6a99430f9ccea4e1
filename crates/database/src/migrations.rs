//! The migrations of a schema, and the ledger that records the migrations.

use sqlx::{
    Any, AnyPool, Executor, SqlSafeStr, Transaction,
    migrate::{self, MigrateError, MigrationType, Migrator},
};

use crate::{
    dialect::Dialect,
    error::OpenError,
    postgres::{LOCK_MIGRATIONS, is_lost_statement},
};

/// The schema of one crate, for each kind of database. Released migrations are never edited; a change is one more
/// migration.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// The table that records the migrations that have run. Each crate has its own ledger, so that crates do not see
    /// each other's migrations.
    pub ledger: &'static str,
    /// The migrations on SQLite, in order.
    pub sqlite: &'static [Migration],
    /// The migrations on Postgres, in order.
    pub postgres: &'static [Migration],
}

/// A migration: one change of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The number, from 1.
    pub version: i64,
    /// A short description for people.
    pub description: &'static str,
    /// The statements of the migration.
    pub sql: &'static str,
}

impl Migrations {
    /// Runs the migrations that have not run on the database yet.
    pub(crate) async fn run(&self, pool: &AnyPool, dialect: &Dialect) -> Result<(), OpenError> {
        let migrations = match dialect {
            Dialect::Sqlite(_) => self.sqlite,
            Dialect::Postgres(_) => self.postgres,
        };
        // A transaction holds the lock, because a pooler may give the session's lock of the migrator to another process.
        let lock = match dialect {
            Dialect::Sqlite(_) => None,
            Dialect::Postgres(_) => Some(lock(pool).await.map_err(MigrateError::from).map_err(failed)?),
        };
        let mut migrator =
            Migrator::with_migrations(migrations.iter().copied().map(Migration::to_sqlx).collect());
        migrator.dangerous_set_table_name(self.ledger);
        migrator.set_locking(false);
        migrator.run(pool).await.map_err(failed)?;
        if let Some(lock) = lock {
            lock.rollback().await.map_err(MigrateError::from).map_err(failed)?;
        }
        Ok(())
    }
}

async fn lock(pool: &AnyPool) -> sqlx::Result<Transaction<'static, Any>> {
    let mut transaction = pool.begin().await?;
    for statement in LOCK_MIGRATIONS {
        transaction.execute(statement).await?;
    }
    Ok(transaction)
}

fn failed(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(version) => OpenError::Newer(version),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)
            if is_lost_statement(&error) =>
        {
            OpenError::SessionsLost
        }
        error => OpenError::Migration(error),
    }
}

impl Migration {
    fn to_sqlx(self) -> migrate::Migration {
        let kind = MigrationType::Simple;
        migrate::Migration::new(self.version, self.description.into(), kind, self.sql.into_sql_str(), false)
    }
}

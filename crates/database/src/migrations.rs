//! The steps of a schema, and the ledger that records the steps.

use sqlx::{
    AnyPool, SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::{dialect::Dialect, error::OpenError};

/// The schema of one crate, for each kind of database. Released steps are never edited; a change is one more step.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// The table that records the steps that have run. Each crate has its own ledger, so that crates do not see each other's
    /// steps.
    pub ledger: &'static str,
    /// The steps on SQLite, in order.
    pub sqlite: &'static [Step],
    /// The steps on Postgres, in order.
    pub postgres: &'static [Step],
}

/// One step of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The number, from 1.
    pub version: i64,
    /// A short description for people.
    pub description: &'static str,
    /// The statements of the step.
    pub sql: &'static str,
}

impl Migrations {
    /// Runs the steps that have not run on the database yet.
    pub(crate) async fn run(&self, pool: &AnyPool, dialect: &Dialect) -> Result<(), OpenError> {
        let steps = match dialect {
            Dialect::Sqlite(_) => self.sqlite,
            Dialect::Postgres(_) => self.postgres,
        };
        let mut migrator = Migrator::with_migrations(steps.iter().map(Step::migration).collect());
        migrator.dangerous_set_table_name(self.ledger);
        migrator.run(pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(version) => OpenError::Newer(version),
            error => OpenError::Migration(error),
        })
    }
}

impl Step {
    fn migration(&self) -> Migration {
        let kind = MigrationType::Simple;
        Migration::new(self.version, self.description.into(), kind, self.sql.into_sql_str(), false)
    }
}

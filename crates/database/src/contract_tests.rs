//! The harness of contract suites: runs each check on every kind of database, each time on a fresh database.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot continue fails")]

use sqlx::{Connection, Executor};

/// Runs a check on a fresh database of each kind. The check gets the URL of the database.
///
/// # Panics
/// If there is no Postgres server, or the check panics.
pub async fn on_each_database(check: impl AsyncFn(&str)) {
    let directory = tempfile::tempdir().unwrap();
    // The path contains characters that are special in a URL.
    check(&format!("sqlite://{}/a b%25%3F%23.db", directory.path().display())).await;
    let postgres = Postgres::create().await;
    check(postgres.url()).await;
    postgres.drop().await;
}

/// A database of a Postgres server, created for one test.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    server: String,
    name: String,
}

impl Postgres {
    /// Creates an empty database on the server of `TEST_DATABASE_URL`.
    ///
    /// # Panics
    /// If there is no such server.
    pub async fn create() -> Self {
        let server = std::env::var("TEST_DATABASE_URL")
            .expect("TEST_DATABASE_URL must name a Postgres server: `cargo xtask test` starts one");
        let name = format!("edgewise_test_{}", uuid::Uuid::new_v4().simple());
        let (base, _) = server.rsplit_once('/').unwrap();
        let postgres = Self { url: format!("{base}/{name}"), server, name };
        postgres.admin("CREATE DATABASE", "").await;
        postgres
    }

    /// The URL of the database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a statement on a new connection.
    ///
    /// # Panics
    /// If the statement fails.
    pub async fn execute(&self, sql: &'static str) {
        let mut connection = sqlx::AnyConnection::connect(&self.url).await.unwrap();
        connection.execute(sql).await.unwrap();
    }

    /// Drops the database, and terminates connections that are still closing.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn drop(self) {
        self.admin("DROP DATABASE", "WITH (FORCE)").await;
    }

    async fn admin(&self, verb: &str, options: &str) {
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(&self.server).await.unwrap();
        let sql = sqlx::AssertSqlSafe(format!("{verb} {} {options}", self.name));
        connection.execute(sql).await.unwrap();
    }
}

//! Databases of a Postgres server, and an object store that fails on command.
#![allow(dead_code, unused_imports, reason = "each test uses a part")]
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod objects;

pub(crate) use objects::Objects;
use sqlx::{Connection, Executor};

/// A database of a Postgres server, made for one test.
pub(crate) struct Postgres {
    url: String,
    server: String,
    name: String,
}

impl Postgres {
    pub(crate) async fn fresh() -> Self {
        let server = std::env::var("TEST_DATABASE_URL")
            .expect("TEST_DATABASE_URL must name a Postgres server: `cargo xtask test` brings one");
        let name = format!("edgewise_test_{}", uuid::Uuid::new_v4().simple());
        let (base, _) = server.rsplit_once('/').unwrap();
        let postgres = Self { url: format!("{base}/{name}"), server, name };
        postgres.admin("CREATE DATABASE", "").await;
        postgres
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Runs a statement in it, as somebody else would.
    pub(crate) async fn execute(&self, sql: &'static str) {
        let mut connection = sqlx::AnyConnection::connect(&self.url).await.unwrap();
        connection.execute(sql).await.unwrap();
    }

    pub(crate) async fn drop(self) {
        // Connections that were closed may not be over yet.
        self.admin("DROP DATABASE", "WITH (FORCE)").await;
    }

    async fn admin(&self, verb: &str, how: &str) {
        sqlx::any::install_default_drivers();
        let mut connection = sqlx::AnyConnection::connect(&self.server).await.unwrap();
        let sql = sqlx::AssertSqlSafe(format!("{verb} {} {how}", self.name));
        connection.execute(sql).await.unwrap();
    }
}

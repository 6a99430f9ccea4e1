//! Databases of a Postgres server, and an object store that fails on command.
#![allow(dead_code, unused_imports, reason = "each test uses a part")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod objects;

use std::time::Duration;

use edgewise_control::services::Services;
pub(crate) use objects::Objects;
use sqlx::{Connection, Executor};
use tokio::{task::yield_now, time::timeout};

/// How long anything that must happen may take before it is taken for never.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until it is so.
pub(crate) async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !is_so().await {
            yield_now().await;
        }
    };
    timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}"));
}

/// Waits until the next version of an environment is recorded, and could not be written.
pub(crate) async fn fails_to_write(services: &Services, environment_id: &str) {
    eventually("a version cannot be written", async || {
        let status = services.publication(environment_id).await.unwrap();
        status.pending_version.is_some() && status.error.is_some()
    })
    .await;
}

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

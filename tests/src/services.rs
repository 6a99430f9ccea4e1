//! The servers that `cargo xtask test` starts, with a database or a bucket for each test.
//!
//! All functions work inside and outside of an async runtime.

use std::{env, fmt, thread};

use anyhow::{Context, Result, anyhow, bail};
use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Builder, Credentials, Region},
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use uuid::Uuid;

/// Returns the URL of a database on the Postgres server of the tests: `TEST_DATABASE_URL`.
///
/// # Errors
/// If the variable is not set. The error says how to start the server.
pub fn postgres_url() -> Result<String> {
    variable("TEST_DATABASE_URL")
}

/// Creates an empty database on the Postgres server.
///
/// # Errors
/// If the server cannot be reached, or refuses.
pub fn fresh_database() -> Result<FreshDatabase> {
    let server = postgres_url()?;
    let name = format!("edgewise_test_{}", Uuid::new_v4().simple());
    let url = with_database(&server, &name).context("TEST_DATABASE_URL does not contain a database")?;
    execute(&server, &format!("CREATE DATABASE {name}"))?;
    Ok(FreshDatabase { server, name, url })
}

/// A database for one test. Dropping this value drops the database, even if the database is in use.
pub struct FreshDatabase {
    server: String,
    name: String,
    url: String,
}

impl FreshDatabase {
    /// Returns the URL of the database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for FreshDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may contain a password.
        f.debug_struct("FreshDatabase").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        if let Err(problem) = execute(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name)) {
            eprintln!("the database {} could not be dropped: {problem:#}", self.name);
        }
    }
}

/// An S3 server that honours `If-Match` and `If-None-Match` on writes. Objects can be read without credentials.
#[derive(Clone)]
pub struct S3Server {
    /// The URL of the server, without a slash at the end. Buckets are in the path.
    pub endpoint: String,
    /// The id of an access key with all permissions.
    pub access_key: String,
    /// The secret of the access key.
    pub secret: String,
}

impl S3Server {
    /// Returns the server of `TEST_S3_ENDPOINT`, with `TEST_S3_ACCESS_KEY_ID` and `TEST_S3_SECRET_ACCESS_KEY`.
    ///
    /// # Errors
    /// If a variable is not set. The error says how to start the server.
    pub fn from_environment() -> Result<Self> {
        Ok(Self {
            endpoint: variable("TEST_S3_ENDPOINT")?.trim_end_matches('/').to_owned(),
            access_key: variable("TEST_S3_ACCESS_KEY_ID")?,
            secret: variable("TEST_S3_SECRET_ACCESS_KEY")?,
        })
    }

    /// Creates an empty bucket, and returns its name.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub fn fresh_bucket(&self) -> Result<String> {
        let name = format!("edgewise-test-{}", Uuid::new_v4().simple());
        block_on(async {
            self.client().create_bucket().bucket(&name).send().await.context("cannot create a bucket")?;
            Ok(())
        })?;
        Ok(name)
    }

    /// Returns a client of the server, with all permissions.
    #[must_use]
    pub fn client(&self) -> Client {
        let credentials = Credentials::new(&self.access_key, &self.secret, None, None, "tests");
        let config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials)
            .endpoint_url(&self.endpoint)
            .force_path_style(true);
        Client::from_conf(config.build())
    }
}

impl fmt::Debug for S3Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Server").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Creates an empty bucket on the S3 server of the tests, and returns the server and the name of the bucket.
///
/// # Errors
/// If the server cannot be reached, or refuses.
pub fn fresh_bucket() -> Result<(S3Server, String)> {
    let server = S3Server::from_environment()?;
    let bucket = server.fresh_bucket()?;
    Ok((server, bucket))
}

fn variable(name: &str) -> Result<String> {
    match env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        _ => bail!("{name} is not set: `cargo xtask test` starts the servers that tests need"),
    }
}

/// Replaces the database in a URL.
fn with_database(url: &str, name: &str) -> Option<String> {
    let (server, options) =
        url.split_once('?').map_or((url, None), |(server, options)| (server, Some(options)));
    let (_, authority_and_path) = server.split_once("://")?;
    // The URL must have a slash before the database, apart from the slashes of `://`.
    authority_and_path.contains('/').then_some(())?;
    let (server, _) = server.rsplit_once('/')?;
    let options = options.map(|options| format!("?{options}")).unwrap_or_default();
    Some(format!("{server}/{name}{options}"))
}

fn execute(url: &str, sql: &str) -> Result<()> {
    sqlx::any::install_default_drivers();
    block_on(async {
        let mut connection = AnyConnection::connect(url).await.context("cannot reach TEST_DATABASE_URL")?;
        connection.execute(AssertSqlSafe(sql)).await?;
        connection.close().await?;
        Ok(())
    })
}

/// Runs a future on a new thread, because the thread of the caller may belong to a runtime, in which blocking is not allowed.
fn block_on(work: impl Future<Output = Result<()>> + Send) -> Result<()> {
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work);
    thread::scope(|scope| scope.spawn(run).join())
        .unwrap_or_else(|_| Err(anyhow!("the request to the server panicked")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_a_url_is_replaced() {
        let cases = [
            ("postgres://u:p@h:1/postgres", Some("postgres://u:p@h:1/new")),
            ("postgres://h/a?sslmode=require&x=/", Some("postgres://h/new?sslmode=require&x=/")),
            ("postgres://h", None),
            ("postgres", None),
        ];
        for (url, expected) in cases {
            assert_eq!(with_database(url, "new").as_deref(), expected, "{url}");
        }
    }

    #[tokio::test]
    async fn a_fresh_database_is_dropped_even_if_it_is_in_use() {
        let database = fresh_database().unwrap();
        let (url, name) = (database.url().to_owned(), database.name.clone());
        execute(&url, "CREATE TABLE things (id BIGINT)").unwrap();
        let in_use = AnyConnection::connect(&url).await.unwrap();
        drop(database);
        drop(in_use);
        let gone = format!("{:#}", execute(&url, "SELECT 1").unwrap_err());
        assert!(gone.contains(&format!("\"{name}\" does not exist")), "{gone}");
    }

    #[tokio::test]
    async fn a_fresh_bucket_honours_conditions() {
        let (server, bucket) = fresh_bucket().unwrap();
        let client = server.client();
        let put = || client.put_object().bucket(&bucket).key("a/b.json").body(b"1".to_vec().into());
        let status =
            |refused: aws_sdk_s3::error::SdkError<_>| refused.raw_response().unwrap().status().as_u16();
        let etag = put().if_none_match("*").send().await.unwrap().e_tag.unwrap();
        assert_eq!(status(put().if_none_match("*").send().await.unwrap_err()), 412);
        assert_eq!(status(put().if_match("\"0\"").send().await.unwrap_err()), 412);
        put().if_match(etag).send().await.unwrap();
    }
}

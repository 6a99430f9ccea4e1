//! The database of the reference system, with the schema that Prisma created. The database is only read.

use std::time::Duration;

use edgewise_database::external::{self, ExternalError};
use percent_encoding::percent_decode_str;
use sqlx::{Any, Row as _, Transaction, query};

/// The time limit for reading the database.
const READ_TIMEOUT: Duration = Duration::from_mins(5);

/// The URL parameters that sqlx knows. Other parameters are Prisma's and may contain secrets. sqlx would log them as
/// unknown, so they are removed.
const KNOWN_PARAMETERS: [&str; 11] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

/// The rows of the tables of the reference system. Each row is the text of a JSON object with the columns as its
/// members, including columns that Edgewise does not know, which are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReferenceRows {
    /// Rows of `Environment`.
    pub environments: Vec<String>,
    /// Rows of `Audience`.
    pub audiences: Vec<String>,
    /// Rows of `Experiment`.
    pub experiments: Vec<String>,
    /// Rows of `Variant`, by creation.
    pub variants: Vec<String>,
    /// Rows of `Allocation`, by creation.
    pub allocations: Vec<String>,
    /// The id of each environment with its highest version number in `ConfigVersion`.
    pub versions: Vec<(String, i64)>,
}

/// The reason why the database of the reference system cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// The URL is not the URL of a Postgres server.
    #[error(
        "the URL of the database of the reference system must begin with postgres://, such as postgres://USER:PASSWORD@HOST/NAME"
    )]
    Url,
    /// The connection failed.
    #[error(
        "the database of the reference system cannot be opened: {0}: check the URL, and that this machine may connect to the \
         database"
    )]
    Unreachable(#[source] sqlx::Error),
    /// The database or the schema does not have the tables of the reference system.
    #[error(
        "the database is not a database of the reference system: {0}: pass the URL that the reference system uses, with the schema \
         unless the schema is `public` (postgres://…/NAME?schema=SCHEMA)"
    )]
    Foreign(#[source] sqlx::Error),
    /// Any other error.
    #[error("the database of the reference system cannot be read: {0}")]
    Unreadable(#[source] sqlx::Error),
}

impl From<ExternalError> for ReferenceError {
    fn from(error: ExternalError) -> Self {
        match error {
            ExternalError::Url => Self::Url,
            ExternalError::Unreachable(error) => Self::Unreachable(error),
            ExternalError::Unreadable(error) => {
                let code = error.as_database_error().and_then(|error| error.code());
                match code.as_deref() {
                    // undefined_table, undefined_column
                    Some("42P01" | "42703") => Self::Foreign(error),
                    _ => Self::Unreadable(error),
                }
            }
        }
    }
}

impl ReferenceRows {
    /// Reads a consistent snapshot of the database at a `postgres://…` URL, which may have the parameters of Prisma.
    ///
    /// # Errors
    /// [`ReferenceError`], which says what to do.
    pub async fn read(url: &str) -> Result<Self, ReferenceError> {
        let (url, schema) = connection(url);
        Ok(external::read(&url, READ_TIMEOUT, async |tx| read(tx, schema.as_deref()).await).await?)
    }
}

async fn read(tx: &mut Transaction<'_, Any>, schema: Option<&str>) -> sqlx::Result<ReferenceRows> {
    if let Some(schema) = schema {
        query("SELECT set_config('search_path', quote_ident($1), true)")
            .bind(schema)
            .execute(&mut **tx)
            .await?;
    }
    // Rows are read as JSON, so that the type of a column (enum, uuid, jsonb, …) makes no difference. Variants and
    // allocations have no creation time in Prisma's schema. Their order of creation is the order of the transactions that
    // wrote the rows, and of the commands in a transaction. Other rows are sorted by creation time later. They are read by
    // id, so that rows with the same time have a deterministic order.
    Ok(ReferenceRows {
        environments: lines(
            tx,
            r#"SELECT CAST(row_to_json(t) AS TEXT) AS line FROM "Environment" t
               ORDER BY (row_to_json(t) ->> 'id') COLLATE "C""#,
        )
        .await?,
        audiences: lines(
            tx,
            r#"SELECT CAST(row_to_json(t) AS TEXT) AS line FROM "Audience" t
               ORDER BY (row_to_json(t) ->> 'id') COLLATE "C""#,
        )
        .await?,
        experiments: lines(
            tx,
            r#"SELECT CAST(row_to_json(t) AS TEXT) AS line FROM "Experiment" t
               ORDER BY (row_to_json(t) ->> 'id') COLLATE "C""#,
        )
        .await?,
        variants: lines(
            tx,
            r#"SELECT CAST(row_to_json(t) AS TEXT) AS line FROM "Variant" t
               ORDER BY row_to_json(t) ->> 'createdAt', age(xmin) DESC, CAST(CAST(cmin AS TEXT) AS BIGINT), ctid"#,
        )
        .await?,
        allocations: lines(
            tx,
            r#"SELECT CAST(row_to_json(t) AS TEXT) AS line FROM "Allocation" t
               ORDER BY row_to_json(t) ->> 'createdAt', age(xmin) DESC, CAST(CAST(cmin AS TEXT) AS BIGINT), ctid"#,
        )
        .await?,
        versions: versions(tx).await?,
    })
}

async fn lines(tx: &mut Transaction<'_, Any>, sql: &'static str) -> sqlx::Result<Vec<String>> {
    query(sql).fetch_all(&mut **tx).await?.iter().map(|row| row.try_get("line")).collect()
}

async fn versions(tx: &mut Transaction<'_, Any>) -> sqlx::Result<Vec<(String, i64)>> {
    let rows = query(
        r#"SELECT CAST("environmentId" AS TEXT) AS environment, CAST(MAX("version") AS BIGINT) AS highest
           FROM "ConfigVersion" GROUP BY "environmentId""#,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("environment")?, row.try_get("highest")?))).collect()
}

/// Removes Prisma's parameters from a URL, and returns the URL and the schema in it.
fn connection(url: &str) -> (String, Option<String>) {
    let Some((base, parameters)) = url.split_once('?') else { return (url.to_owned(), None) };
    let name = |parameter: &&str| parameter.split_once('=').map_or(*parameter, |(name, _)| name).to_owned();
    let (known, others): (Vec<&str>, Vec<&str>) =
        parameters.split('&').partition(|parameter| KNOWN_PARAMETERS.contains(&name(parameter).as_str()));
    let schema = others.iter().find_map(|parameter| parameter.strip_prefix("schema="));
    let schema = schema.map(|schema| percent_decode_str(schema).decode_utf8_lossy().into_owned());
    let url = if known.is_empty() { base.to_owned() } else { format!("{base}?{}", known.join("&")) };
    (url, schema)
}

#[cfg(test)]
mod tests {
    use super::connection;

    #[test]
    fn a_url_with_parameters_of_prisma_is_accepted() {
        let parts = |url, schema: Option<&str>| (String::from(url), schema.map(String::from));
        assert_eq!(connection("postgres://h/n"), parts("postgres://h/n", None));
        assert_eq!(
            connection("postgres://h/n?schema=my%20own&connection_limit=5&sslpassword=secret"),
            parts("postgres://h/n", Some("my own"))
        );
        assert_eq!(
            connection("postgres://h/n?sslmode=require&schema=public"),
            parts("postgres://h/n?sslmode=require", Some("public"))
        );
    }
}

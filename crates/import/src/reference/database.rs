//! The database of the reference system, as Prisma made it. It is only read.

use std::time::Duration;

use edgewise_database::foreign::{self, ForeignError};
use percent_encoding::percent_decode_str;
use sqlx::{Any, Row as _, Transaction, query};

/// How long reading all of it may take.
const READING_LIMIT: Duration = Duration::from_mins(5);

/// What a connection here takes from a URL. The rest is Prisma's, may hold a secret, and would be logged as unknown.
const KNOWN: [&str; 11] = [
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

/// The rows of the reference's tables, each as the text of a JSON object with the columns as its members. Columns that
/// are not known here are in it too, and do no harm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReferenceRows {
    /// Rows of `Environment`.
    pub environments: Vec<String>,
    /// Rows of `Audience`.
    pub audiences: Vec<String>,
    /// Rows of `Experiment`.
    pub experiments: Vec<String>,
    /// Rows of `Variant`, in the order they were created.
    pub variants: Vec<String>,
    /// Rows of `Allocation`, in the order they were created.
    pub allocations: Vec<String>,
    /// The highest number in `ConfigVersion` of each environment, by the environment's id.
    pub versions: Vec<(String, i64)>,
}

/// Why the reference's database cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// The URL is none of a Postgres server.
    #[error(
        "the URL of the reference's database must begin with postgres://, such as postgres://USER:PASSWORD@HOST/NAME"
    )]
    Url,
    /// There is no connection.
    #[error(
        "the reference's database cannot be opened: {0}: check the URL, and that this machine may connect to it"
    )]
    Unreachable(#[source] sqlx::Error),
    /// It is another database, or another schema of it.
    #[error(
        "the database is none of the reference: {0}: name the database that the reference uses, and its schema if that \
         is not `public` (postgres://…/NAME?schema=SCHEMA)"
    )]
    Foreign(#[source] sqlx::Error),
    /// Anything else.
    #[error("the reference's database cannot be read: {0}")]
    Unreadable(#[source] sqlx::Error),
}

impl From<ForeignError> for ReferenceError {
    fn from(error: ForeignError) -> Self {
        match error {
            ForeignError::Url => Self::Url,
            ForeignError::Unreachable(error) => Self::Unreachable(error),
            ForeignError::Unreadable(error) => {
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
    /// Reads the database at a `postgres://…` URL, in the form that Prisma takes, all from one moment.
    ///
    /// # Errors
    /// [`ReferenceError`] says what to do.
    pub async fn read(url: &str) -> Result<Self, ReferenceError> {
        let (url, schema) = connection(url);
        Ok(foreign::read(&url, READING_LIMIT, async |tx| read(tx, schema.as_deref()).await).await?)
    }
}

async fn read(tx: &mut Transaction<'_, Any>, schema: Option<&str>) -> sqlx::Result<ReferenceRows> {
    if let Some(schema) = schema {
        query("SELECT set_config('search_path', quote_ident($1), true)")
            .bind(schema)
            .execute(&mut **tx)
            .await?;
    }
    // Rows are read as JSON, so that it makes no difference whether a column is an enum, a uuid or jsonb. Without a time
    // in them, the transaction that wrote them and the command in it tell the order: Prisma's tables know no other. Those
    // with a time are sorted by it later, and come by their ids, so that equal times leave nothing to chance.
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

/// The URL without what only Prisma understands, and the schema that it names.
fn connection(url: &str) -> (String, Option<String>) {
    let Some((base, options)) = url.split_once('?') else { return (url.to_owned(), None) };
    let name = |option: &&str| option.split_once('=').map_or(*option, |(name, _)| name).to_owned();
    let (known, others): (Vec<&str>, Vec<&str>) =
        options.split('&').partition(|option| KNOWN.contains(&name(option).as_str()));
    let schema = others.iter().find_map(|option| option.strip_prefix("schema="));
    let schema = schema.map(|schema| percent_decode_str(schema).decode_utf8_lossy().into_owned());
    let url = if known.is_empty() { base.to_owned() } else { format!("{base}?{}", known.join("&")) };
    (url, schema)
}

#[cfg(test)]
mod tests {
    use super::connection;

    #[test]
    fn a_url_as_prisma_takes_it_is_understood() {
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

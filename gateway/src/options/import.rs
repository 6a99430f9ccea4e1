use std::path::PathBuf;

use clap::{Args, Subcommand};
use edgewise_decide::Location;

use super::{
    data::{BucketOptions, DataOptions},
    values::{self, LogFilter, SourceUrl, StoreUrl},
};

const AFTER_HELP: &str = "\
Without --apply it only says what it would do: what is new (+), what is here and differs
and is left alone (~), what is left out and why (!). With --apply it does that, each
environment in one transaction, and publishes. What is here is never changed, so doing it
twice changes nothing more.

Where Edgewise keeps its data in SQLite, stop `edgewise serve` and `edgewise control` before.
Where the import goes is said as for `edgewise serve`, by flags that begin with --into, by
its variables, or by its keys in edgewise.toml.

Examples:
  What would come from the database of the reference into ./data:
    edgewise import reference --database-url postgres://reader:…@10.0.0.5/experiments
  Do it, into Postgres and a bucket:
    edgewise import reference --database-url postgres://reader:…@10.0.0.5/experiments \\
      --into-database-url postgres://edgewise:…@10.0.0.5/edgewise --into-snapshot-store s3://edgewise --apply
  From what the reference published, where its database cannot be reached:
    edgewise import reference --snapshot http://10.0.0.5:3000/configs/prod/snapshots/latest.json --apply";

/// What to import.
#[derive(Clone, Debug, Subcommand)]
pub enum ImportCommand {
    /// Environments, audiences and experiments of the reference system, so that every user stays in the same variant
    #[command(after_help = AFTER_HELP)]
    Reference(ReferenceOptions),
}

/// `edgewise import reference`
#[derive(Clone, Debug, Args)]
pub struct ReferenceOptions {
    /// Where it comes from.
    #[command(flatten)]
    pub from: FromOptions,
    /// Where it goes.
    #[command(flatten)]
    pub into: IntoOptions,
    /// Do it, and do not only say what would be done
    #[arg(long)]
    pub apply: bool,
    /// The file to take settings from [default: edgewise.toml, if there is one]
    #[arg(long, env = "EDGEWISE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to log, to the standard error output
    #[arg(long, env = "EDGEWISE_LOG", value_name = "LEVEL", default_value = "warn", value_parser = values::log_filter)]
    pub log: LogFilter,
}

/// Where an import comes from: one of the two.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct FromOptions {
    /// The reference's own database, as its services name it: postgres://USER:PASSWORD@HOST/NAME?schema=SCHEMA. It is only
    /// read
    #[arg(
        id = "from-database-url",
        long = "database-url",
        env = "EDGEWISE_REFERENCE_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Or a snapshot that it published: a file, or an http:// or https:// address. It tells of running experiments alone
    #[arg(id = "from-snapshot", long = "snapshot", value_name = "FILE|URL", value_parser = snapshot)]
    pub snapshot: Option<SnapshotPlace>,
}

/// Where an import goes: what `serve` and `control` are told without the `into`.
#[derive(Clone, Debug, Args)]
pub struct IntoOptions {
    /// Where Edgewise keeps what is not placed by the two options below
    #[arg(
        id = "data-dir",
        long = "into-data-dir",
        env = "EDGEWISE_DATA_DIR",
        value_name = "DIR",
        default_value = "./data"
    )]
    pub data_dir: PathBuf,
    /// The database of Edgewise: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    /// [default: sqlite://<into-data-dir>/edgewise.db]
    #[arg(
        id = "database-url",
        long = "into-database-url",
        env = "EDGEWISE_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Where Edgewise publishes snapshots: file:DIR, the directory that holds `configs/`, or s3://BUCKET/PREFIX
    /// [default: file:<into-data-dir>/snapshots]
    #[arg(id = "snapshot-store", long = "into-snapshot-store", env = "EDGEWISE_SNAPSHOT_STORE", value_name = "URL",
          value_parser = values::writable_store)]
    pub snapshot_store: Option<StoreUrl>,
    /// How a bucket is reached.
    #[command(flatten)]
    pub s3: BucketOptions,
}

impl IntoOptions {
    /// The same, as `serve` and `control` are told.
    #[must_use]
    pub fn data(&self) -> DataOptions {
        let Self { data_dir, database_url, snapshot_store, s3 } = self.clone();
        DataOptions { data_dir, database_url, snapshot_store, s3 }
    }
}

/// Where a snapshot lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotPlace {
    /// In a file.
    File(PathBuf),
    /// At an address: what it lies below, and its name.
    Web(Location, String),
}

fn snapshot(text: &str) -> Result<SnapshotPlace, String> {
    if !text.contains("://") {
        return Ok(SnapshotPlace::File(PathBuf::from(text)));
    }
    let hint = "must be a file, or an http:// or https:// address without a query or a user";
    let (below, name) = text.rsplit_once('/').ok_or(hint)?;
    match values::readable_store(below) {
        Ok(SourceUrl::Web(below)) if !name.is_empty() && !name.contains(['?', '#']) => {
            Ok(SnapshotPlace::Web(Location::Web(below), name.to_owned()))
        }
        _ => Err(hint.to_owned()),
    }
}

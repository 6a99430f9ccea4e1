use std::path::PathBuf;

use clap::{Args, Subcommand};
use edgewise_decide::Location;

use super::{
    data::{BucketOptions, DataOptions},
    values::{self, LogFilter, SourceUrl, StoreUrl},
};

const AFTER_HELP: &str = "\
Without --apply, the command only reports the plan of the import: resources that are new (+),
resources that exist with differences and are not changed (~), and resources that are skipped,
with the reason (!). With --apply, the command imports each environment in one transaction,
and publishes the environment. The import never changes existing resources, so importing twice
changes nothing more.

If Edgewise uses SQLite, stop `edgewise serve` and `edgewise control` before the import.
The options for the target of the import are those of `edgewise serve`: as flags with the
prefix --into, as variables, or as keys in edgewise.toml.

Examples:
  Report the plan of an import from the database of the reference system into ./data:
    edgewise import reference --database-url postgres://reader:…@10.0.0.5/experiments
  Import into Postgres and a bucket:
    edgewise import reference --database-url postgres://reader:…@10.0.0.5/experiments \\
      --into-database-url postgres://edgewise:…@10.0.0.5/edgewise --into-snapshot-store s3://edgewise --apply
  Import a published snapshot of the reference system, if its database cannot be reached:
    edgewise import reference --snapshot http://10.0.0.5:3000/configs/prod/snapshots/latest.json --apply";

/// The subcommand of `edgewise import`.
#[derive(Clone, Debug, Subcommand)]
pub enum ImportCommand {
    /// Import environments, audiences and experiments of the reference system. Every user stays in the same variant
    #[command(after_help = AFTER_HELP)]
    Reference(ReferenceOptions),
}

/// `edgewise import reference`
#[derive(Clone, Debug, Args)]
pub struct ReferenceOptions {
    /// The source of the import.
    #[command(flatten)]
    pub from: SourceOptions,
    /// The target of the import.
    #[command(flatten)]
    pub into: TargetOptions,
    /// Import, instead of only reporting the plan
    #[arg(long)]
    pub apply: bool,
    /// The settings file [default: edgewise.toml, if the file exists]
    #[arg(long, env = "EDGEWISE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The log level; the log is written to standard error
    #[arg(long, env = "EDGEWISE_LOG", value_name = "LEVEL", default_value = "warn", value_parser = values::log_filter)]
    pub log: LogFilter,
}

/// The source of an import: either a database or a snapshot.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SourceOptions {
    /// URL of the database of the reference system, as in the configuration of that system:
    /// postgres://USER:PASSWORD@HOST/NAME?schema=SCHEMA. The database is only read
    #[arg(
        id = "from-database-url",
        long = "database-url",
        env = "EDGEWISE_REFERENCE_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Alternatively, a snapshot that the reference system published: a file, or an http:// or https:// URL. A snapshot
    /// contains running experiments only
    #[arg(id = "from-snapshot", long = "snapshot", value_name = "FILE|URL", value_parser = snapshot)]
    pub snapshot: Option<SnapshotLocation>,
}

/// The target of an import: the options of `serve` and `control`, with the prefix `into`.
#[derive(Clone, Debug, Args)]
pub struct TargetOptions {
    /// Directory of the database and the snapshots of Edgewise, unless the next two options set other locations
    #[arg(
        id = "data-dir",
        long = "into-data-dir",
        env = "EDGEWISE_DATA_DIR",
        value_name = "DIR",
        default_value = "./data"
    )]
    pub data_dir: PathBuf,
    /// URL of the database of Edgewise: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    /// [default: sqlite://<into-data-dir>/edgewise.db]
    #[arg(
        id = "database-url",
        long = "into-database-url",
        env = "EDGEWISE_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// Store to publish snapshots to: file:DIR (the directory that contains `configs/`) or s3://BUCKET/PREFIX
    /// [default: file:<into-data-dir>/snapshots]
    #[arg(id = "snapshot-store", long = "into-snapshot-store", env = "EDGEWISE_SNAPSHOT_STORE", value_name = "URL",
          value_parser = values::writable_store)]
    pub snapshot_store: Option<StoreUrl>,
    /// The connection to a bucket.
    #[command(flatten)]
    pub s3: BucketOptions,
}

impl TargetOptions {
    /// Converts the options to those of `serve` and `control`.
    #[must_use]
    pub fn data(&self) -> DataOptions {
        let Self { data_dir, database_url, snapshot_store, s3 } = self.clone();
        DataOptions { data_dir, database_url, snapshot_store, s3 }
    }
}

/// The location of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotLocation {
    /// A file.
    File(PathBuf),
    /// A URL: everything before the last slash, and the name after it.
    Web(Location, String),
}

fn snapshot(text: &str) -> Result<SnapshotLocation, String> {
    if !text.contains("://") {
        return Ok(SnapshotLocation::File(PathBuf::from(text)));
    }
    let hint = "must be a file, or an http:// or https:// URL without a query or a user";
    let (base, name) = text.rsplit_once('/').ok_or(hint)?;
    match values::readable_store(base) {
        Ok(SourceUrl::Web(base)) if !name.is_empty() && !name.contains(['?', '#']) => {
            Ok(SnapshotLocation::Web(Location::Web(base), name.to_owned()))
        }
        _ => Err(hint.to_owned()),
    }
}

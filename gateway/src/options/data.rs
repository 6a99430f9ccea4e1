//! Where a control plane keeps its data.

use std::path::PathBuf;

use clap::Args;
use edgewise_database::sqlite_url;
use edgewise_objects::{Location, S3Options};

use super::values::{self, StoreUrl};

/// Where a control plane keeps what it knows.
#[derive(Clone, Debug, Args)]
pub struct DataOptions {
    /// Where to keep what is not placed by the two options below
    #[arg(long, env = "EDGEWISE_DATA_DIR", value_name = "DIR", default_value = "./data")]
    pub data_dir: PathBuf,
    /// The database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    /// [default: sqlite://<data-dir>/edgewise.db]
    #[arg(long, env = "EDGEWISE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where to publish snapshots: file:DIR, the directory that holds `configs/`, or s3://BUCKET/PREFIX
    /// [default: file:<data-dir>/snapshots]
    #[arg(long, env = "EDGEWISE_SNAPSHOT_STORE", value_name = "URL", value_parser = values::writable_store)]
    pub snapshot_store: Option<StoreUrl>,
    /// How a bucket is reached.
    #[command(flatten)]
    pub s3: BucketOptions,
}

/// How a bucket is reached. Credentials and region come from the usual AWS_… variables.
#[derive(Clone, Debug, Args)]
pub struct BucketOptions {
    /// The S3 server, if it is not that of AWS, such as http://127.0.0.1:9000
    #[arg(long, env = "EDGEWISE_S3_ENDPOINT", value_name = "URL", value_parser = values::endpoint)]
    pub s3_endpoint: Option<String>,
    /// Whether the bucket stands in the path of a URL instead of the host name, as MinIO wants it: true or false
    #[arg(long, env = "EDGEWISE_S3_PATH_STYLE", value_name = "BOOL", default_value = "false",
          action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true",
          value_parser = values::switch)]
    pub s3_path_style: bool,
}

impl DataOptions {
    /// The store that snapshots are published to, by default a directory in the data directory.
    #[must_use]
    pub fn snapshots(&self) -> Location {
        match &self.snapshot_store {
            Some(store) => self.s3.location(store),
            None => Location::Directory(self.data_dir.join("snapshots")),
        }
    }

    /// The URL of the database, by default of a file in the data directory.
    #[must_use]
    pub fn database(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| sqlite_url(&self.data_dir.join("edgewise.db")))
    }
}

impl BucketOptions {
    /// The location of a store. Of these options, only a bucket needs any.
    pub(super) fn location(&self, store: &StoreUrl) -> Location {
        match store {
            StoreUrl::Directory(path) => Location::Directory(path.clone()),
            StoreUrl::Bucket { name, prefix } => Location::Bucket(S3Options {
                bucket: name.clone(),
                prefix: prefix.clone(),
                endpoint: self.s3_endpoint.clone(),
                path_style: self.s3_path_style,
            }),
        }
    }
}

//! The options for the data of a control plane.

use std::path::PathBuf;

use clap::Args;
use edgewise_database::sqlite_url;
use edgewise_objects::{Location, S3Options};

use super::values::{self, StoreUrl};

/// The locations of a control plane's data.
#[derive(Clone, Debug, Args)]
pub struct DataOptions {
    /// Directory of the database and the snapshots, unless the next two options set other locations
    #[arg(long, env = "EDGEWISE_DATA_DIR", value_name = "DIR", default_value = "./data")]
    pub data_dir: PathBuf,
    /// URL of the database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    /// [default: sqlite://<data-dir>/edgewise.db]
    #[arg(long, env = "EDGEWISE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Store to publish snapshots to: file:DIR (the directory that contains `configs/`) or s3://BUCKET/PREFIX
    /// [default: file:<data-dir>/snapshots]
    #[arg(long, env = "EDGEWISE_SNAPSHOT_STORE", value_name = "URL", value_parser = values::writable_store)]
    pub snapshot_store: Option<StoreUrl>,
    /// The connection to a bucket.
    #[command(flatten)]
    pub s3: BucketOptions,
}

/// The connection to a bucket. Credentials and region come from the usual AWS_… variables.
#[derive(Clone, Debug, Args)]
pub struct BucketOptions {
    /// URL of the S3 server, unless the server is AWS, such as http://127.0.0.1:9000
    #[arg(long, env = "EDGEWISE_S3_ENDPOINT", value_name = "URL", value_parser = values::endpoint)]
    pub s3_endpoint: Option<String>,
    /// Put the bucket into the path of a URL instead of the host name, as MinIO requires: true or false
    #[arg(long, env = "EDGEWISE_S3_PATH_STYLE", value_name = "BOOL", default_value = "false",
          action = clap::ArgAction::Set, num_args = 0..=1, default_missing_value = "true",
          value_parser = values::switch)]
    pub s3_path_style: bool,
}

impl DataOptions {
    /// Returns the location that snapshots are published to; by default a directory in the data directory.
    #[must_use]
    pub fn snapshots(&self) -> Location {
        match &self.snapshot_store {
            Some(store) => self.s3.location(store),
            None => Location::Directory(self.data_dir.join("snapshots")),
        }
    }

    /// Returns the URL of the database; by default the URL of a file in the data directory.
    #[must_use]
    pub fn database(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| sqlite_url(&self.data_dir.join("edgewise.db")))
    }
}

impl BucketOptions {
    /// Returns the location of a store. Only a bucket uses these options.
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

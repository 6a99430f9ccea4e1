//! What can be set, and where a setting comes from: flags, then `EDGEWISE_*` variables (one that is empty counts as not
//! set), then `edgewise.toml`, then the defaults.

mod file;
mod import;
mod read;
mod values;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use edgewise_database::sqlite_url;
use edgewise_decide::Location;
use edgewise_http::{RateLimit, UpstreamUrl};
use edgewise_objects::{self as objects, S3Options};

pub use import::{FromOptions, ImportCommand, IntoOptions, ReferenceOptions, SnapshotPlace};
pub use read::{Refusal, read};
pub use values::{Addresses, LogFilter, SourceUrl, StoreUrl};

const AFTER_HELP: &str = "\
Settings are taken from flags, then variables (an empty one counts as not set), then edgewise.toml
in the working directory, then the defaults. The keys of edgewise.toml are the flags without dashes in front: poll-interval = 2.5
Planes may share one file. Relative paths start at the working directory.

Examples:
  Everything, on http://127.0.0.1:3000:
    edgewise serve
  Decisions alone, from a directory:
    edgewise decide --snapshot-store file:/srv/snapshots
  With Postgres and a bucket of MinIO:
    AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… edgewise serve \\
      --database-url postgres://edgewise:…@10.0.0.5/edgewise \\
      --snapshot-store s3://edgewise --s3-endpoint http://10.0.0.6:9000 --s3-path-style
  Decisions alone, from what another plane serves below /configs:
    edgewise decide --snapshot-store http://10.0.0.5:3000
  The planes apart, on one machine:
    edgewise control & edgewise decide & edgewise gateway";

/// Experiments and feature flags, decided where the request is.
#[derive(Clone, Debug, Parser)]
#[command(name = "edgewise", version, arg_required_else_help = true, after_help = AFTER_HELP, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Run a plane.
    #[command(flatten)]
    Run(Command),
    /// Take over what another system keeps, and end
    #[command(subcommand, arg_required_else_help = true)]
    Import(ImportCommand),
}

impl Task {
    /// The file to take settings from, if one is named.
    #[must_use]
    pub fn config(&self) -> Option<&Path> {
        match self {
            Self::Run(plane) => plane.process().config.as_deref(),
            Self::Import(ImportCommand::Reference(options)) => options.config.as_deref(),
        }
    }
}

/// Which plane to run.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Everything in one process: the control plane, decisions, and the snapshots for browsers and workers
    #[command(after_help = AFTER_HELP)]
    Serve(ServeOptions),
    /// The control plane: environments, experiments and audiences, and their publication
    #[command(after_help = AFTER_HELP)]
    Control(ControlOptions),
    /// The decision plane: decides from published snapshots; needs no database
    #[command(after_help = AFTER_HELP)]
    Decide(DecideOptions),
    /// A reverse proxy before one control plane and one decision plane
    #[command(after_help = AFTER_HELP)]
    Gateway(GatewayOptions),
}

impl Command {
    /// The settings that every plane has.
    #[must_use]
    pub const fn process(&self) -> &ProcessOptions {
        match self {
            Self::Serve(options) => &options.process,
            Self::Control(options) => &options.process,
            Self::Decide(options) => &options.process,
            Self::Gateway(options) => &options.process,
        }
    }

    /// Where the plane listens.
    #[must_use]
    pub const fn bind(&self) -> SocketAddr {
        match self {
            Self::Serve(options) => options.bind,
            Self::Control(options) => options.bind,
            Self::Decide(options) => options.bind,
            Self::Gateway(options) => options.bind,
        }
    }
}

/// `edgewise serve`
#[derive(Clone, Debug, Args)]
pub struct ServeOptions {
    /// Where to listen
    #[arg(long, env = "EDGEWISE_BIND", value_name = "ADDR:PORT", default_value = "127.0.0.1:3000",
          value_parser = values::listen_address)]
    pub bind: SocketAddr,
    /// What it keeps.
    #[command(flatten)]
    pub data: DataOptions,
    /// How often to look for new snapshots, in seconds (fractions allowed); what this process publishes is live
    /// at once
    #[arg(long, env = "EDGEWISE_POLL_INTERVAL", value_name = "SECS", default_value = "5",
          allow_negative_numbers = true, value_parser = values::seconds)]
    pub poll_interval: Duration,
    /// Begin with example data, if there is no environment yet
    #[arg(long)]
    pub demo: bool,
    /// How often a client may ask for decisions.
    #[command(flatten)]
    pub limit: LimitOptions,
    /// What every plane has.
    #[command(flatten)]
    pub process: ProcessOptions,
}

/// `edgewise control`
#[derive(Clone, Debug, Args)]
pub struct ControlOptions {
    /// Where to listen
    #[arg(long, env = "EDGEWISE_BIND", value_name = "ADDR:PORT", default_value = "127.0.0.1:3001",
          value_parser = values::listen_address)]
    pub bind: SocketAddr,
    /// What it keeps.
    #[command(flatten)]
    pub data: DataOptions,
    /// What every plane has.
    #[command(flatten)]
    pub process: ProcessOptions,
}

/// `edgewise decide`
#[derive(Clone, Debug, Args)]
pub struct DecideOptions {
    /// Where to listen
    #[arg(long, env = "EDGEWISE_BIND", value_name = "ADDR:PORT", default_value = "127.0.0.1:3002",
          value_parser = values::listen_address)]
    pub bind: SocketAddr,
    /// Where snapshots are published: file:DIR, the directory that holds `configs/`, s3://BUCKET/PREFIX, or
    /// http://… or https://…, the address below which `configs/` lies
    #[arg(long, env = "EDGEWISE_SNAPSHOT_STORE", value_name = "URL", default_value = "file:./data/snapshots",
          value_parser = values::readable_store)]
    pub snapshot_store: SourceUrl,
    /// How a bucket is reached.
    #[command(flatten)]
    pub s3: BucketOptions,
    /// Where the control plane listens, or its gateway with /api, to hear of new snapshots at once; without it they are
    /// only looked for
    #[arg(long, env = "EDGEWISE_CONTROL_URL", value_name = "URL", value_parser = values::plane)]
    pub control_url: Option<UpstreamUrl>,
    /// How often to look for new snapshots, in seconds (fractions allowed)
    #[arg(long, env = "EDGEWISE_POLL_INTERVAL", value_name = "SECS", default_value = "5",
          allow_negative_numbers = true, value_parser = values::seconds)]
    pub poll_interval: Duration,
    /// What every plane has.
    #[command(flatten)]
    pub process: ProcessOptions,
}

/// `edgewise gateway`
#[derive(Clone, Debug, Args)]
pub struct GatewayOptions {
    /// Where to listen
    #[arg(long, env = "EDGEWISE_BIND", value_name = "ADDR:PORT", default_value = "127.0.0.1:3000",
          value_parser = values::listen_address)]
    pub bind: SocketAddr,
    /// Where the control plane listens
    #[arg(long, env = "EDGEWISE_CONTROL_URL", value_name = "URL", default_value = "http://127.0.0.1:3001",
          value_parser = values::plane)]
    pub control_url: UpstreamUrl,
    /// Where the decision plane listens
    #[arg(long, env = "EDGEWISE_DECIDE_URL", value_name = "URL", default_value = "http://127.0.0.1:3002",
          value_parser = values::plane)]
    pub decide_url: UpstreamUrl,
    /// How often a client may ask for decisions.
    #[command(flatten)]
    pub limit: LimitOptions,
    /// What every plane has.
    #[command(flatten)]
    pub process: ProcessOptions,
}

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
    pub fn snapshots(&self) -> objects::Location {
        match &self.snapshot_store {
            Some(store) => self.s3.location(store),
            None => objects::Location::Directory(self.data_dir.join("snapshots")),
        }
    }

    /// The URL of the database, by default of a file in the data directory.
    #[must_use]
    pub fn database(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| sqlite_url(&self.data_dir.join("edgewise.db")))
    }
}

impl DecideOptions {
    /// The store that snapshots are read from.
    #[must_use]
    pub fn snapshots(&self) -> Location {
        match &self.snapshot_store {
            SourceUrl::Store(store) => Location::Objects(self.s3.location(store)),
            SourceUrl::Web(address) => Location::Web(address.clone()),
        }
    }
}

impl BucketOptions {
    /// The location of a store. Of these options, only a bucket needs any.
    fn location(&self, store: &StoreUrl) -> objects::Location {
        match store {
            StoreUrl::Directory(path) => objects::Location::Directory(path.clone()),
            StoreUrl::Bucket { name, prefix } => objects::Location::Bucket(S3Options {
                bucket: name.clone(),
                prefix: prefix.clone(),
                endpoint: self.s3_endpoint.clone(),
                path_style: self.s3_path_style,
            }),
        }
    }
}

impl LimitOptions {
    /// The rate limit, or `None` if it is off.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.decide_rate_limit_enabled.then(|| RateLimit {
            max: self.decide_rate_limit_max,
            window: Duration::from_millis(self.decide_rate_limit_window_ms.into()),
            unlimited: self.decide_rate_limit_allowlist.0.iter().copied().collect(),
        })
    }
}

/// How often a client address may ask for decisions. The variables have the names that the first platform gave
/// them.
#[derive(Clone, Debug, Args)]
pub struct LimitOptions {
    /// Whether to limit how often a client address may ask for decisions: true or false
    #[arg(long, env = "DECIDE_RATE_LIMIT_ENABLED", value_name = "BOOL", default_value = "true",
          action = clap::ArgAction::Set, value_parser = values::switch)]
    pub decide_rate_limit_enabled: bool,
    /// Decisions a client address may ask for in one window
    #[arg(long, env = "DECIDE_RATE_LIMIT_MAX", value_name = "N", default_value = "300",
          allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub decide_rate_limit_max: u32,
    /// The window, in milliseconds
    #[arg(long, env = "DECIDE_RATE_LIMIT_WINDOW_MS", value_name = "MS", default_value = "60000",
          allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub decide_rate_limit_window_ms: u32,
    /// Client addresses that are not limited, parted by commas
    #[arg(long, env = "DECIDE_RATE_LIMIT_ALLOWLIST", value_name = "ADDRS", default_value = "", hide_default_value = true,
          value_parser = values::addresses)]
    pub decide_rate_limit_allowlist: Addresses,
}

/// What every plane has.
#[derive(Clone, Debug, Args)]
pub struct ProcessOptions {
    /// Listen on a non-loopback address although nobody has to sign in: whoever reaches it may change everything
    #[arg(long, env = "EDGEWISE_INSECURE_OPEN", value_parser = values::switch)]
    pub insecure_open: bool,
    /// The file to take settings from [default: edgewise.toml, if there is one]
    #[arg(long, env = "EDGEWISE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to log: off, error, warn, info, debug or trace, also by part: `info,edgewise=debug`
    #[arg(long, env = "EDGEWISE_LOG", value_name = "LEVEL", default_value = "info", value_parser = values::log_filter)]
    pub log: LogFilter,
    /// How to write the log, which goes to the standard error output
    #[arg(long, env = "EDGEWISE_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

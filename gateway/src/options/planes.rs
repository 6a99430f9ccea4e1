//! The options of each plane.

use std::{net::SocketAddr, time::Duration};

use clap::Args;
use edgewise_decide::Location;
use edgewise_http::UpstreamUrl;

use super::{
    data::{BucketOptions, DataOptions},
    limit::LimitOptions,
    process::ProcessOptions,
    values::{self, SourceUrl},
};

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

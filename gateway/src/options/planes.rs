//! The options of each plane.

use std::{net::SocketAddr, time::Duration};

use clap::Args;
use edgewise_decide::Location;
use edgewise_http::{PublicUrl, UpstreamUrl};

use super::{
    data::{BucketOptions, DataOptions},
    limit::LimitOptions,
    process::ProcessOptions,
    values::{self, SourceUrl},
};

/// `edgewise serve`
#[derive(Clone, Debug, Args)]
pub struct ServeOptions {
    /// Address to listen on
    #[arg(long, env = "EDGEWISE_BIND", value_name = "ADDR:PORT", default_value = "127.0.0.1:3000",
          value_parser = values::listen_address)]
    pub bind: SocketAddr,
    /// Address of the server as others see it, such as https://flags.example or https://intern.example/flags. A proxy that
    /// serves the server below a path must remove the path from requests
    #[arg(long, env = "EDGEWISE_PUBLIC_URL", value_name = "URL", value_parser = values::public_url)]
    pub public_url: Option<PublicUrl>,
    /// The locations of the data.
    #[command(flatten)]
    pub data: DataOptions,
    /// Interval of polling for snapshots of other processes, in seconds (fractions allowed); snapshots of this process are
    /// live at once
    #[arg(long, env = "EDGEWISE_POLL_INTERVAL", value_name = "SECS", default_value = "5",
          allow_negative_numbers = true, value_parser = values::seconds)]
    pub poll_interval: Duration,
    /// Add example data, if the database has no environments
    #[arg(long)]
    pub demo: bool,
    /// The rate limit of decide requests.
    #[command(flatten)]
    pub limit: LimitOptions,
    /// The options of every plane.
    #[command(flatten)]
    pub process: ProcessOptions,
}

/// `edgewise control`
#[derive(Clone, Debug, Args)]
pub struct ControlOptions {
    /// Address to listen on
    #[arg(long, env = "EDGEWISE_BIND", value_name = "ADDR:PORT", default_value = "127.0.0.1:3001",
          value_parser = values::listen_address)]
    pub bind: SocketAddr,
    /// Address of the server as others see it, such as https://flags.example or https://intern.example/flags. A proxy that
    /// serves the server below a path must remove the path from requests
    #[arg(long, env = "EDGEWISE_PUBLIC_URL", value_name = "URL", value_parser = values::public_url)]
    pub public_url: Option<PublicUrl>,
    /// The locations of the data.
    #[command(flatten)]
    pub data: DataOptions,
    /// The options of every plane.
    #[command(flatten)]
    pub process: ProcessOptions,
}

/// `edgewise decide`
#[derive(Clone, Debug, Args)]
pub struct DecideOptions {
    /// Address to listen on
    #[arg(long, env = "EDGEWISE_BIND", value_name = "ADDR:PORT", default_value = "127.0.0.1:3002",
          value_parser = values::listen_address)]
    pub bind: SocketAddr,
    /// Store to read snapshots from: file:DIR (the directory that contains `configs/`), s3://BUCKET/PREFIX, or http://…
    /// or https://… (the URL below which `configs/` is served)
    #[arg(long, env = "EDGEWISE_SNAPSHOT_STORE", value_name = "URL", default_value = "file:./data/snapshots",
          value_parser = values::readable_store)]
    pub snapshot_store: SourceUrl,
    /// The connection to a bucket.
    #[command(flatten)]
    pub s3: BucketOptions,
    /// URL of the control plane, or of its gateway with the path /api. The decision plane subscribes to new versions
    /// there; without this option, the decision plane only polls
    #[arg(long, env = "EDGEWISE_CONTROL_URL", value_name = "URL", value_parser = values::plane)]
    pub control_url: Option<UpstreamUrl>,
    /// Interval of polling for new snapshots, in seconds (fractions allowed)
    #[arg(long, env = "EDGEWISE_POLL_INTERVAL", value_name = "SECS", default_value = "5",
          allow_negative_numbers = true, value_parser = values::seconds)]
    pub poll_interval: Duration,
    /// The options of every plane.
    #[command(flatten)]
    pub process: ProcessOptions,
}

/// `edgewise gateway`
#[derive(Clone, Debug, Args)]
pub struct GatewayOptions {
    /// Address to listen on
    #[arg(long, env = "EDGEWISE_BIND", value_name = "ADDR:PORT", default_value = "127.0.0.1:3000",
          value_parser = values::listen_address)]
    pub bind: SocketAddr,
    /// Address of the server as others see it, such as https://flags.example or https://intern.example/flags. A proxy that
    /// serves the server below a path must remove the path from requests
    #[arg(long, env = "EDGEWISE_PUBLIC_URL", value_name = "URL", value_parser = values::public_url)]
    pub public_url: Option<PublicUrl>,
    /// URL of the control plane, which also serves the dashboard
    #[arg(long, env = "EDGEWISE_CONTROL_URL", value_name = "URL", default_value = "http://127.0.0.1:3001",
          value_parser = values::plane)]
    pub control_url: UpstreamUrl,
    /// URL of the decision plane
    #[arg(long, env = "EDGEWISE_DECIDE_URL", value_name = "URL", default_value = "http://127.0.0.1:3002",
          value_parser = values::plane)]
    pub decide_url: UpstreamUrl,
    /// The rate limit of decide requests.
    #[command(flatten)]
    pub limit: LimitOptions,
    /// The options of every plane.
    #[command(flatten)]
    pub process: ProcessOptions,
}

impl DecideOptions {
    /// Returns the location that snapshots are read from.
    #[must_use]
    pub fn snapshots(&self) -> Location {
        match &self.snapshot_store {
            SourceUrl::Store(store) => Location::Objects(self.s3.location(store)),
            SourceUrl::Web(address) => Location::Web(address.clone()),
        }
    }
}

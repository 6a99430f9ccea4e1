//! The command line and its subcommands.

use std::{net::SocketAddr, path::Path};

use clap::{Parser, Subcommand};
use edgewise_http::PublicUrl;

use super::{
    import::ImportCommand,
    planes::{ControlOptions, DecideOptions, GatewayOptions, ServeOptions},
    process::ProcessOptions,
};

const AFTER_HELP: &str = "\
A flag overrides a variable, a variable overrides edgewise.toml in the working directory, and
edgewise.toml overrides the default. An empty variable counts as not set. The keys of
edgewise.toml are the flags without the leading dashes, such as: poll-interval = 2.5
Several planes can share one edgewise.toml. Relative paths start at the working directory.

Examples:
  Run all planes in one process, on http://127.0.0.1:3000:
    edgewise serve
  Run the decision plane with the snapshots in a directory:
    edgewise decide --snapshot-store file:/srv/snapshots
  Run all planes with Postgres and a MinIO bucket:
    AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… edgewise serve \\
      --database-url postgres://edgewise:…@10.0.0.5/edgewise \\
      --snapshot-store s3://edgewise --s3-endpoint http://10.0.0.6:9000 --s3-path-style
  Run the decision plane with the snapshots that another plane serves below /configs:
    edgewise decide --snapshot-store http://10.0.0.5:3000
  Run the planes as separate processes on one machine:
    edgewise control & edgewise decide & edgewise gateway";

/// Experiments and feature flags, decided where the request is.
#[derive(Clone, Debug, Parser)]
#[command(name = "edgewise", version, arg_required_else_help = true, after_help = AFTER_HELP, max_term_width = 110)]
pub struct Cli {
    /// The subcommand.
    #[command(subcommand)]
    pub task: Task,
}

/// A subcommand.
#[derive(Clone, Debug, Subcommand)]
pub enum Task {
    /// Run a plane.
    #[command(flatten)]
    Run(Command),
    /// Import the data of another system
    #[command(subcommand, arg_required_else_help = true)]
    Import(ImportCommand),
}

impl Task {
    /// Returns the path of the settings file, if the options name one.
    #[must_use]
    pub fn config(&self) -> Option<&Path> {
        match self {
            Self::Run(plane) => plane.process().config.as_deref(),
            Self::Import(ImportCommand::Reference(options)) => options.config.as_deref(),
        }
    }
}

/// The subcommand that runs a plane.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run all planes in one process: the control plane, the decision plane, and the snapshots for browsers and workers
    #[command(after_help = AFTER_HELP)]
    Serve(ServeOptions),
    /// Run the control plane: manages and publishes environments, experiments and audiences
    #[command(after_help = AFTER_HELP)]
    Control(ControlOptions),
    /// Run the decision plane: decides from published snapshots, without a database
    #[command(after_help = AFTER_HELP)]
    Decide(DecideOptions),
    /// Run a reverse proxy in front of a control plane and a decision plane
    #[command(after_help = AFTER_HELP)]
    Gateway(GatewayOptions),
}

impl Command {
    /// Returns the options that all planes share.
    #[must_use]
    pub const fn process(&self) -> &ProcessOptions {
        match self {
            Self::Serve(options) => &options.process,
            Self::Control(options) => &options.process,
            Self::Decide(options) => &options.process,
            Self::Gateway(options) => &options.process,
        }
    }

    /// Returns the address of the plane as others see it.
    #[must_use]
    pub const fn public_url(&self) -> Option<&PublicUrl> {
        match self {
            Self::Serve(options) => options.public_url.as_ref(),
            Self::Control(options) => options.public_url.as_ref(),
            Self::Decide(_) => None,
            Self::Gateway(options) => options.public_url.as_ref(),
        }
    }

    /// Returns the address that the plane listens on.
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

//! The command line: what to do.

use std::{net::SocketAddr, path::Path};

use clap::{Parser, Subcommand};

use super::{
    import::ImportCommand,
    planes::{ControlOptions, DecideOptions, GatewayOptions, ServeOptions},
    process::ProcessOptions,
};

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

//! The options of every process.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::values::{self, LogFilter};

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

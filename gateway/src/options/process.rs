//! The options of every plane.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use edgewise_http::Networks;

use super::{
    connections::ConnectionOptions,
    values::{self, LogFilter},
};

/// The options of every plane.
#[derive(Clone, Debug, Args)]
pub struct ProcessOptions {
    /// Allow an address or a public URL that is not loopback, and requests for any host, although Edgewise has no sign-in:
    /// everyone who can reach the address can change everything
    #[arg(long, env = "EDGEWISE_INSECURE_OPEN", value_parser = values::switch)]
    pub insecure_open: bool,
    /// Proxies in front of the plane, such as nginx or `edgewise gateway`: addresses and networks, separated by commas. Only
    /// the X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host headers of these proxies are believed
    #[arg(long, env = "EDGEWISE_TRUSTED_PROXIES", value_name = "ADDRS", default_value = "", hide_default_value = true,
          value_parser = values::networks)]
    pub trusted_proxies: Networks,
    /// The settings file [default: edgewise.toml, if the file exists]
    #[arg(long, env = "EDGEWISE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The log level: off, error, warn, info, debug or trace, optionally per module: `info,edgewise=debug`
    #[arg(long, env = "EDGEWISE_LOG", value_name = "LEVEL", default_value = "info", value_parser = values::log_filter)]
    pub log: LogFilter,
    /// The format of the log, which is written to standard error
    #[arg(long, env = "EDGEWISE_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    /// The limits on connections.
    #[command(flatten)]
    pub connections: ConnectionOptions,
}

/// The format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people
    Text,
    /// One JSON object per line
    Json,
}

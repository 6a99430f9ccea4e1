//! The limits on connections.

use std::time::Duration;

use clap::Args;
use edgewise_http::ConnectionLimits;

use super::values;

/// The limits on connections.
#[derive(Clone, Debug, Args)]
pub struct ConnectionOptions {
    /// How long a connection without a request is kept open, in seconds. Set more than the idle timeout of the proxy or load
    /// balancer in front
    #[arg(long, env = "EDGEWISE_IDLE_TIMEOUT", value_name = "SECS", default_value = "75",
          allow_negative_numbers = true, value_parser = values::seconds)]
    pub idle_timeout: Duration,
    /// How long a client may read nothing of a response, in seconds; then its connection is closed
    #[arg(long, env = "EDGEWISE_WRITE_TIMEOUT", value_name = "SECS", default_value = "30",
          allow_negative_numbers = true, value_parser = values::seconds)]
    pub write_timeout: Duration,
    /// Maximum number of open connections, at most half of the files that the process may open. One more closes the connection
    /// that has been idle longest, or gets 503 if none is idle
    #[arg(long, env = "EDGEWISE_MAX_CONNECTIONS", value_name = "N", default_value = "10000",
          allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,
    /// Maximum number of open streams of events, at most nine tenths of the connections. One more gets 503
    #[arg(long, env = "EDGEWISE_MAX_STREAMS", value_name = "N", default_value = "1000",
          allow_negative_numbers = true, value_parser = clap::value_parser!(u32))]
    pub max_streams: u32,
}

impl ConnectionOptions {
    /// Returns the limits.
    #[must_use]
    pub fn limits(&self) -> ConnectionLimits {
        let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        ConnectionLimits {
            idle: self.idle_timeout,
            write: self.write_timeout,
            connections: number(self.max_connections),
            streams: number(self.max_streams),
            ..ConnectionLimits::default()
        }
    }
}

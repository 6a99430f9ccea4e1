//! The options of the rate limit.

use std::time::Duration;

use clap::Args;
use edgewise_http::{Networks, RateLimit};

use super::values;

/// The rate limit of decide requests per client address. The variables have the same names as in the reference
/// system.
#[derive(Clone, Debug, Args)]
pub struct LimitOptions {
    /// Limit the decide requests of each client address: true or false
    #[arg(long, env = "DECIDE_RATE_LIMIT_ENABLED", value_name = "BOOL", default_value = "true",
          action = clap::ArgAction::Set, value_parser = values::switch)]
    pub decide_rate_limit_enabled: bool,
    /// Maximum number of decide requests of a client address in one window
    #[arg(long, env = "DECIDE_RATE_LIMIT_MAX", value_name = "N", default_value = "300",
          allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub decide_rate_limit_max: u32,
    /// Length of the window, in milliseconds
    #[arg(long, env = "DECIDE_RATE_LIMIT_WINDOW_MS", value_name = "MS", default_value = "60000",
          allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub decide_rate_limit_window_ms: u32,
    /// Client addresses and networks without a limit, separated by commas, such as 10.0.0.0/8
    #[arg(long, env = "DECIDE_RATE_LIMIT_ALLOWLIST", value_name = "ADDRS", default_value = "", hide_default_value = true,
          value_parser = values::networks)]
    pub decide_rate_limit_allowlist: Networks,
}

impl LimitOptions {
    /// Returns the rate limit, or `None` if the rate limit is disabled.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.decide_rate_limit_enabled.then(|| RateLimit {
            max: self.decide_rate_limit_max,
            window: Duration::from_millis(self.decide_rate_limit_window_ms.into()),
            unlimited: self.decide_rate_limit_allowlist.clone(),
        })
    }
}

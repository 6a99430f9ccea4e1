//! The rate limit.

use std::time::Duration;

use clap::Args;
use edgewise_http::RateLimit;

use super::values::{self, Addresses};

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

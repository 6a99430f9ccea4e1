//! The current time, passed in by the caller, so that tests can set it.

use std::fmt;

use jiff::Timestamp;

/// A source of the current time.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Returns the current time in milliseconds since 1970.
    fn now_ms(&self) -> i64;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        Timestamp::now().as_millisecond()
    }
}

/// Formats milliseconds since 1970 as responses contain them: ISO 8601, UTC, exactly three decimals.
#[must_use]
pub fn iso8601(ms: i64) -> String {
    // Only a time that was edited in the database by hand can be out of range.
    let timestamp = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{timestamp:.3}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_have_three_decimals_and_a_z() {
        assert_eq!(super::iso8601(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(super::iso8601(1_767_225_600_007), "2026-01-01T00:00:00.007Z");
    }
}

//! Time and ids, handed in rather than taken, so that tests decide them.

use std::fmt;

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Milliseconds since 1970.
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

/// Makes ids that nothing else has.
pub trait IdSource: fmt::Debug + Send + Sync + 'static {
    /// A new id: a UUID in its hyphenated form.
    fn new_id(&self) -> String;
}

/// Random UUIDs.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    fn new_id(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }
}

/// Milliseconds since 1970 as clients see them: ISO 8601, UTC, exactly three decimals.
#[must_use]
pub fn iso8601(ms: i64) -> String {
    // Out of range only if the database was edited by hand.
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

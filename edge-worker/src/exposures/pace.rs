//! Pauses after failures of the receiver: they double with each failure, and are random in part, so that isolates which
//! failed together do not return together.

/// The first pause, in milliseconds.
const FIRST_PAUSE_MS: u64 = 1_000;
/// The longest pause, in milliseconds, unless the receiver asks for a longer one.
const LONGEST_PAUSE_MS: u64 = 300_000;
/// The longest pause for which the receiver can ask, in milliseconds.
const LONGEST_REQUESTED_MS: u64 = 3_600_000;

/// The result of sending a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has the batch.
    Delivered,
    /// The batch is larger than the receiver allows.
    TooLarge,
    /// The receiver will not take this batch, however often it is sent.
    Refused,
    /// The batch may be taken later.
    Failed {
        /// The pause for which the receiver asked, in milliseconds.
        retry_after_ms: Option<u64>,
    },
}

impl Outcome {
    /// Returns the outcome of a response with this status.
    #[must_use]
    pub const fn of_status(status: u16, retry_after_ms: Option<u64>) -> Self {
        match status {
            200..=299 => Self::Delivered,
            413 => Self::TooLarge,
            // What the receiver says of the batch itself. A wrong token or address is corrected by people.
            400 | 422 => Self::Refused,
            _ => Self::Failed { retry_after_ms },
        }
    }
}

/// When the next batch may be sent.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// The number of failures since the last success.
    failures: u32,
    not_before_ms: u64,
}

impl Pace {
    pub(super) const fn succeeded(&mut self) {
        self.failures = 0;
        self.not_before_ms = 0;
    }

    /// Notes a failure. `random` is from 0 to 1.
    pub(super) fn failed(&mut self, now_ms: u64, random: f64, requested_ms: Option<u64>) {
        let doubled = FIRST_PAUSE_MS.saturating_mul(1 << self.failures.min(16)).min(LONGEST_PAUSE_MS);
        self.failures = self.failures.saturating_add(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "between 0 and 150,000"
        )]
        let varied = (doubled as f64 / 2.0 * random.clamp(0.0, 1.0)) as u64;
        let pause = doubled / 2 + varied;
        let requested = requested_ms.unwrap_or_default().min(LONGEST_REQUESTED_MS);
        self.not_before_ms = self.not_before_ms.max(now_ms + pause.max(requested));
    }

    /// Moves a pause back together with a clock that was set back by `ms`.
    pub(super) const fn move_back(&mut self, ms: u64) {
        self.not_before_ms = self.not_before_ms.saturating_sub(ms);
    }

    pub(super) const fn not_before_ms(&self) -> u64 {
        self.not_before_ms
    }

    pub(super) const fn is_failing(&self) -> bool {
        self.failures > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes() {
        let mut pace = Pace::default();
        let mut pauses = Vec::new();
        for _ in 0..40 {
            pace.failed(pace.not_before_ms(), 1.0, None);
            pauses.push(pace.not_before_ms() - pauses.iter().sum::<u64>());
        }
        assert_eq!(pauses[..10], [1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map(|seconds| seconds * 1_000));
        assert!(pauses[10..].iter().all(|pause| *pause == 300_000));
        pace.succeeded();
        assert_eq!((pace.not_before_ms(), pace.is_failing()), (0, false));
        pace.failed(0, 0.0, None);
        assert_eq!(pace.not_before_ms(), 500);
    }

    #[test]
    fn the_receiver_can_ask_for_a_longer_pause() {
        for (requested_ms, pause_ms) in [(10, 1_000), (30_000, 30_000), (u64::MAX, 3_600_000)] {
            let mut pace = Pace::default();
            pace.failed(5, 1.0, Some(requested_ms));
            assert_eq!(pace.not_before_ms(), 5 + pause_ms);
        }
    }

    #[test]
    fn statuses_say_whether_the_batch_can_arrive() {
        assert_eq!(Outcome::of_status(204, None), Outcome::Delivered);
        assert_eq!(Outcome::of_status(413, None), Outcome::TooLarge);
        assert_eq!(Outcome::of_status(422, None), Outcome::Refused);
        for status in [302, 401, 403, 404, 429, 500, 503] {
            let failed = Outcome::Failed { retry_after_ms: Some(9) };
            assert_eq!(Outcome::of_status(status, Some(9)), failed, "{status}");
        }
    }
}

//! The state of an environment in an isolate, and the schedule of polls.
//!
//! Times are milliseconds of the runtime's clock, which does not advance while the worker computes. The clock may be set back:
//! then a time that is far ahead of the clock counts like a time that is long past.

use std::{fmt, sync::Arc};

use edgewise_api::{EnvironmentName, loading::Held};
use edgewise_engine::Ruleset;

/// The timeout of a poll, and so the longest wait of a first request.
pub const POLL_TIMEOUT_MS: u64 = 5_000;
/// After this time without a poll, a request waits for a poll before deciding.
pub const STALE_MS: u64 = 60_000;
/// The longest wait for such a poll.
pub const STALE_WAIT_MS: u64 = 500;

/// An environment and its ruleset.
#[derive(Debug)]
pub struct Slot {
    environment: EnvironmentName,
    ruleset: Option<Arc<Ruleset>>,
    held: Option<Held>,
    /// The time when the loaded version was last known to be live.
    as_of_ms: u64,
    /// The time of the last poll, by any isolate.
    polled_ms: Option<u64>,
    /// The start of the current poll.
    polling_since_ms: Option<u64>,
    problem: Option<String>,
}

/// The outcome of a poll.
#[derive(Debug)]
pub enum PollOutcome {
    /// The loaded version is live, or was live at the last poll of another isolate.
    Current {
        /// The time when the version was known to be live.
        as_of_ms: u64,
    },
    /// A newer version was loaded, or other content of the same version.
    Newer {
        /// The ruleset.
        ruleset: Arc<Ruleset>,
        /// The loaded versions.
        held: Held,
        /// The time when the version was known to be live.
        as_of_ms: u64,
        /// The error of the store, if the version comes from the cache because the store failed.
        problem: Option<String>,
    },
    /// The store has no snapshot of the environment.
    Absent,
    /// The poll failed.
    Failed(String),
}

/// A notice about an environment, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The snapshot cannot be loaded.
    Failed {
        /// The environment.
        environment: EnvironmentName,
        /// The error of the poll.
        problem: String,
    },
    /// The snapshot can be loaded again.
    Recovered {
        /// The environment.
        environment: EnvironmentName,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { environment, problem } => {
                write!(f, "environment `{environment}`: the snapshot cannot be loaded: {problem}")
            }
            Self::Recovered { environment } => {
                write!(f, "environment `{environment}`: the snapshot can be loaded again")
            }
        }
    }
}

impl Slot {
    /// Creates a slot without a ruleset.
    #[must_use]
    pub const fn new(environment: EnvironmentName) -> Self {
        Self {
            environment,
            ruleset: None,
            held: None,
            as_of_ms: 0,
            polled_ms: None,
            polling_since_ms: None,
            problem: None,
        }
    }

    /// Returns the environment.
    #[must_use]
    pub const fn environment(&self) -> &EnvironmentName {
        &self.environment
    }

    /// Returns the loaded ruleset, if there is one.
    #[must_use]
    pub const fn ruleset(&self) -> Option<&Arc<Ruleset>> {
        self.ruleset.as_ref()
    }

    /// Returns the loaded versions, which a poll compares with.
    #[must_use]
    pub const fn held(&self) -> Option<Held> {
        self.held
    }

    /// Returns the error of the last poll.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns the age in whole seconds: the time since the loaded version was last known to be live.
    #[must_use]
    pub fn age_secs(&self, now_ms: u64) -> Option<u64> {
        self.ruleset.as_ref().map(|_| now_ms.saturating_sub(self.as_of_ms) / 1000)
    }

    /// Begins a poll if a poll is due and no other request is polling. If the result is `true`, the caller must poll, and
    /// call [`Slot::finish_poll`].
    pub fn begin_poll(&mut self, now_ms: u64, interval_ms: u64) -> bool {
        if self.is_polling(now_ms) {
            return false;
        }
        let due = self.polled_ms.is_none_or(|checked| now_ms.abs_diff(checked) >= interval_ms);
        if due {
            self.polling_since_ms = Some(now_ms);
        }
        due
    }

    /// Returns whether a poll is running. A poll beyond its timeout has ended together with the request that began the poll.
    #[must_use]
    pub fn is_polling(&self, now_ms: u64) -> bool {
        self.polling_since_ms.is_some_and(|began| now_ms.abs_diff(began) <= POLL_TIMEOUT_MS + STALE_WAIT_MS)
    }

    /// Returns the longest time that a request waits for the current poll.
    #[must_use]
    pub fn max_wait_ms(&self, now_ms: u64) -> u64 {
        if !self.is_polling(now_ms) {
            0
        } else if self.ruleset.is_none() {
            POLL_TIMEOUT_MS
        } else if self.polled_ms.is_none_or(|checked| now_ms.abs_diff(checked) > STALE_MS) {
            STALE_WAIT_MS
        } else {
            0
        }
    }

    /// Ends a poll. Returns a notice for the log if an error begins, changes or ends.
    pub fn finish_poll(&mut self, outcome: PollOutcome, now_ms: u64) -> Option<Notice> {
        self.polling_since_ms = None;
        // Nothing was known in the future: the clock was set back, or the clock of another isolate is ahead.
        self.as_of_ms = self.as_of_ms.min(now_ms);
        let problem = match outcome {
            PollOutcome::Current { as_of_ms } => {
                self.as_of_ms = self.as_of_ms.max(as_of_ms.min(now_ms));
                self.polled_ms = Some(self.as_of_ms);
                None
            }
            PollOutcome::Newer { ruleset, held, as_of_ms, problem } => {
                if self.held.is_none_or(|now| held.replaces(&now)) {
                    (self.ruleset, self.held) = (Some(ruleset), Some(held));
                }
                self.as_of_ms = as_of_ms.min(now_ms);
                self.polled_ms = Some(if problem.is_none() { self.as_of_ms } else { now_ms });
                problem
            }
            PollOutcome::Absent => {
                self.polled_ms = Some(now_ms);
                self.held.map(|_| "the store no longer has a snapshot of the environment".to_owned())
            }
            PollOutcome::Failed(problem) => {
                self.polled_ms = Some(now_ms);
                Some(problem)
            }
        };
        if self.problem == problem {
            return None;
        }
        self.problem = problem;
        let environment = self.environment.clone();
        Some(match self.problem.clone() {
            Some(problem) => Notice::Failed { environment, problem },
            None => Notice::Recovered { environment },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: u64 = 5_000;

    fn slot() -> Slot {
        Slot::new(EnvironmentName::new("prod").unwrap())
    }

    fn newer(version: u64, as_of_ms: u64) -> PollOutcome {
        let json = format!(
            r#"{{"version":{version},"environment":"prod","publishedAt":"2026-01-01T00:00:00.000Z","experiments":[]}}"#
        );
        let ruleset = Arc::new(Ruleset::from_json(json.as_bytes()).unwrap());
        let held = Held::installed(&ruleset);
        PollOutcome::Newer { ruleset, held, as_of_ms, problem: None }
    }

    fn version(slot: &Slot) -> Option<u64> {
        slot.ruleset().map(|ruleset| ruleset.version())
    }

    #[test]
    fn the_first_request_polls_and_all_others_wait() {
        let mut slot = slot();
        assert!(slot.begin_poll(0, INTERVAL));
        assert!(!slot.begin_poll(10, INTERVAL));
        assert_eq!(slot.max_wait_ms(10), POLL_TIMEOUT_MS);
        slot.finish_poll(newer(1, 20), 20);
        assert_eq!((slot.max_wait_ms(20), version(&slot)), (0, Some(1)));
    }

    #[test]
    fn there_is_one_poll_per_interval_and_no_request_waits() {
        let mut slot = slot();
        slot.finish_poll(newer(1, 0), 0);
        assert!(!slot.begin_poll(INTERVAL - 1, INTERVAL));
        assert!(slot.begin_poll(INTERVAL, INTERVAL));
        assert_eq!(slot.max_wait_ms(INTERVAL), 0);
        assert!(!slot.begin_poll(INTERVAL + 1, INTERVAL));
    }

    #[test]
    fn the_age_of_a_cached_pointer_counts_from_its_fetch() {
        let mut slot = slot();
        slot.finish_poll(newer(1, 1_000), 4_000);
        assert_eq!(slot.age_secs(4_000), Some(3));
        assert!(slot.begin_poll(6_000, INTERVAL));
    }

    #[test]
    fn a_request_waits_if_the_last_poll_is_a_minute_old() {
        let mut slot = slot();
        slot.finish_poll(newer(1, 0), 0);
        let late = STALE_MS + 1;
        assert!(slot.begin_poll(late, INTERVAL));
        assert_eq!(slot.max_wait_ms(late), STALE_WAIT_MS);
        // The poll has happened, so requests do not wait again while the store is down.
        assert!(slot.finish_poll(PollOutcome::Failed("away".to_owned()), late).is_some());
        assert!(slot.begin_poll(late + INTERVAL, INTERVAL));
        assert_eq!(slot.max_wait_ms(late + INTERVAL), 0);
        assert_eq!(slot.age_secs(late + INTERVAL), Some(65));
    }

    #[test]
    fn a_poll_that_ended_with_its_request_is_restarted() {
        let mut slot = slot();
        assert!(slot.begin_poll(0, INTERVAL));
        let later = POLL_TIMEOUT_MS + STALE_WAIT_MS + 1;
        assert_eq!(slot.max_wait_ms(later), 0);
        assert!(slot.begin_poll(later, INTERVAL));
    }

    #[test]
    fn a_slot_never_goes_back_and_keeps_its_ruleset() {
        let mut slot = slot();
        slot.finish_poll(newer(7, 0), 0);
        slot.finish_poll(newer(6, 1), 1);
        slot.finish_poll(PollOutcome::Absent, 2);
        slot.finish_poll(PollOutcome::Failed("corrupt".to_owned()), 3);
        assert_eq!((version(&slot), slot.problem()), (Some(7), Some("corrupt")));
    }

    #[test]
    fn other_content_of_the_same_version_is_swapped_in() {
        let mut slot = slot();
        let mut finish = |published_at: &str| {
            let json = format!(
                r#"{{"version":7,"environment":"prod","publishedAt":"{published_at}","experiments":[]}}"#
            );
            let ruleset = Arc::new(Ruleset::from_json(json.as_bytes()).unwrap());
            let held = Held::installed(&ruleset);
            slot.finish_poll(PollOutcome::Newer { ruleset, held, as_of_ms: 0, problem: None }, 0);
            slot.ruleset().map(|ruleset| ruleset.published_at().to_owned())
        };
        assert_eq!(finish("old").as_deref(), Some("old"));
        assert_eq!(finish("anew").as_deref(), Some("anew"));
    }

    #[test]
    fn an_error_is_logged_when_it_begins_changes_and_ends() {
        let mut slot = slot();
        slot.finish_poll(newer(1, 0), 0);
        let mut notice = |outcome| slot.finish_poll(outcome, 1);
        let environment = EnvironmentName::new("prod").unwrap();
        // The words of an error do not matter: an error may end with those of a recovery.
        let words = "it can be loaded again";
        let failed =
            |problem: &str| Notice::Failed { environment: environment.clone(), problem: problem.to_owned() };
        assert_eq!(notice(PollOutcome::Failed(words.to_owned())), Some(failed(words)));
        assert_eq!(notice(PollOutcome::Failed(words.to_owned())), None);
        assert_eq!(notice(PollOutcome::Failed("corrupt".to_owned())), Some(failed("corrupt")));
        let recovered = notice(PollOutcome::Current { as_of_ms: 1 });
        assert_eq!(recovered, Some(Notice::Recovered { environment: environment.clone() }));
    }

    #[test]
    fn a_clock_that_is_set_back_stops_no_polls() {
        const HOUR: u64 = 3_600_000;
        let mut slot = slot();
        slot.finish_poll(newer(1, 2 * HOUR), 2 * HOUR);
        // A poll has begun before the clock was set back, and ended with its request.
        assert!(slot.begin_poll(2 * HOUR + INTERVAL, INTERVAL));
        assert!(slot.begin_poll(HOUR, INTERVAL));
        assert_eq!(slot.max_wait_ms(HOUR), STALE_WAIT_MS);
        slot.finish_poll(PollOutcome::Current { as_of_ms: HOUR }, HOUR);
        assert_eq!(slot.age_secs(HOUR + 3_000), Some(3));
        assert!(!slot.begin_poll(HOUR + INTERVAL - 1, INTERVAL));
        assert!(slot.begin_poll(HOUR + INTERVAL, INTERVAL));
        // Another isolate has cached the pointer before the clock was set back.
        slot.finish_poll(newer(2, 2 * HOUR), HOUR + INTERVAL);
        assert_eq!((version(&slot), slot.age_secs(HOUR + INTERVAL + 2_000)), (Some(2), Some(2)));
        assert!(!slot.begin_poll(HOUR + INTERVAL + 1, INTERVAL));
        // A store that fails does not make the version younger.
        let back = HOUR / 2;
        slot.finish_poll(PollOutcome::Failed("away".to_owned()), back);
        assert_eq!(slot.age_secs(back + 7_000), Some(7));
    }

    #[test]
    fn an_absent_environment_is_polled_once_per_interval() {
        let mut slot = slot();
        assert!(slot.begin_poll(0, INTERVAL));
        assert_eq!(slot.finish_poll(PollOutcome::Absent, 1), None);
        assert!(!slot.begin_poll(2, INTERVAL));
        assert_eq!((slot.max_wait_ms(2), slot.age_secs(2)), (0, None));
        assert!(slot.begin_poll(1 + INTERVAL, INTERVAL));
    }
}

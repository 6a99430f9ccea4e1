//! What an isolate holds of one environment, and when it looks at the store.
//!
//! Times are milliseconds of the runtime's clock, which stands still while the worker computes.

use std::sync::Arc;

use edgewise_api::{EnvironmentName, loading::Held};
use edgewise_engine::Ruleset;

/// How long one look at the store may take, and so how long a first request waits at most.
pub const LOOK_LIMIT_MS: u64 = 5_000;
/// A worker that has not looked for so long looks before it answers …
pub const STALE_MS: u64 = 60_000;
/// … for at most so long.
pub const STALE_LIMIT_MS: u64 = 500;

/// An environment and its ruleset.
#[derive(Debug)]
pub struct Slot {
    environment: EnvironmentName,
    ruleset: Option<Arc<Ruleset>>,
    held: Option<Held>,
    /// When what is held was last known to be live.
    as_of_ms: u64,
    /// When the store was last asked, by whichever isolate.
    checked_ms: Option<u64>,
    /// When the look began that is under way.
    looking_ms: Option<u64>,
    problem: Option<String>,
}

/// What came of a look.
#[derive(Debug)]
pub enum Looked {
    /// What is held is live, or was when another isolate saw so.
    Current {
        /// When that was seen.
        as_of_ms: u64,
    },
    /// Something newer is.
    Newer {
        /// What to decide from.
        ruleset: Arc<Ruleset>,
        /// Which version that is.
        held: Held,
        /// When it was seen to be live.
        as_of_ms: u64,
        /// Why it may not be any more, if the store could not be asked.
        problem: Option<String>,
    },
    /// The store holds nothing for the environment.
    Absent,
    /// It could not be found out.
    Failed(String),
}

impl Slot {
    /// Nothing is loaded yet.
    #[must_use]
    pub const fn new(environment: EnvironmentName) -> Self {
        Self {
            environment,
            ruleset: None,
            held: None,
            as_of_ms: 0,
            checked_ms: None,
            looking_ms: None,
            problem: None,
        }
    }

    /// The environment.
    #[must_use]
    pub const fn environment(&self) -> &EnvironmentName {
        &self.environment
    }

    /// What to decide from, if anything is loaded.
    #[must_use]
    pub const fn ruleset(&self) -> Option<&Arc<Ruleset>> {
        self.ruleset.as_ref()
    }

    /// What is held, for a look to compare with.
    #[must_use]
    pub const fn held(&self) -> Option<Held> {
        self.held
    }

    /// What went wrong at the last look.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// How many whole seconds ago what is held was last known to be live, if anything is.
    #[must_use]
    pub fn age_secs(&self, now_ms: u64) -> Option<u64> {
        self.ruleset.as_ref().map(|_| now_ms.saturating_sub(self.as_of_ms) / 1000)
    }

    /// Whether a look is due and nobody is at it. If so, the caller must look, and say so by [`Slot::looked`].
    pub fn begin_look(&mut self, now_ms: u64, interval_ms: u64) -> bool {
        if self.is_looking(now_ms) {
            return false;
        }
        let due = self.checked_ms.is_none_or(|checked| now_ms.saturating_sub(checked) >= interval_ms);
        if due {
            self.looking_ms = Some(now_ms);
        }
        due
    }

    /// Whether a look is under way. One that should have ended long ago died with the request that had begun it.
    #[must_use]
    pub fn is_looking(&self, now_ms: u64) -> bool {
        self.looking_ms.is_some_and(|began| now_ms.saturating_sub(began) <= LOOK_LIMIT_MS + STALE_LIMIT_MS)
    }

    /// How long a request waits at most for the look that is under way.
    #[must_use]
    pub fn patience_ms(&self, now_ms: u64) -> u64 {
        if !self.is_looking(now_ms) {
            0
        } else if self.ruleset.is_none() {
            LOOK_LIMIT_MS
        } else if self.checked_ms.is_none_or(|checked| now_ms.saturating_sub(checked) > STALE_MS) {
            STALE_LIMIT_MS
        } else {
            0
        }
    }

    /// Ends a look. Returns what the operator should read, when a problem begins, changes or ends.
    pub fn looked(&mut self, looked: Looked, now_ms: u64) -> Option<String> {
        self.looking_ms = None;
        let problem = match looked {
            Looked::Current { as_of_ms } => {
                self.as_of_ms = self.as_of_ms.max(as_of_ms);
                self.checked_ms = Some(self.as_of_ms);
                None
            }
            Looked::Newer { ruleset, held, as_of_ms, problem } => {
                if self.held.is_none_or(|now| (now.version, now.pointer) < (held.version, held.pointer)) {
                    (self.ruleset, self.held) = (Some(ruleset), Some(held));
                }
                self.as_of_ms = as_of_ms;
                self.checked_ms = Some(if problem.is_none() { as_of_ms } else { now_ms });
                problem
            }
            Looked::Absent => {
                self.checked_ms = Some(now_ms);
                self.held.map(|_| "the store holds nothing for it any more".to_owned())
            }
            Looked::Failed(problem) => {
                self.checked_ms = Some(now_ms);
                Some(problem)
            }
        };
        if self.problem == problem {
            return None;
        }
        self.problem = problem;
        let environment = &self.environment;
        Some(match &self.problem {
            Some(problem) => format!("environment {environment}: the snapshot cannot be loaded: {problem}"),
            None => format!("environment {environment}: the snapshot can be loaded again"),
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

    fn newer(version: u64, as_of_ms: u64) -> Looked {
        let json = format!(
            r#"{{"version":{version},"environment":"prod","publishedAt":"2026-01-01T00:00:00.000Z","experiments":[]}}"#
        );
        let ruleset = Arc::new(Ruleset::from_json(json.as_bytes()).unwrap());
        Looked::Newer { ruleset, held: Held { pointer: version, version }, as_of_ms, problem: None }
    }

    fn version(slot: &Slot) -> Option<u64> {
        slot.ruleset().map(|ruleset| ruleset.version())
    }

    #[test]
    fn the_first_request_looks_and_all_others_wait() {
        let mut slot = slot();
        assert!(slot.begin_look(0, INTERVAL));
        assert!(!slot.begin_look(10, INTERVAL));
        assert_eq!(slot.patience_ms(10), LOOK_LIMIT_MS);
        slot.looked(newer(1, 20), 20);
        assert_eq!((slot.patience_ms(20), version(&slot)), (0, Some(1)));
    }

    #[test]
    fn one_look_an_interval_and_nobody_waits_for_it() {
        let mut slot = slot();
        slot.looked(newer(1, 0), 0);
        assert!(!slot.begin_look(INTERVAL - 1, INTERVAL));
        assert!(slot.begin_look(INTERVAL, INTERVAL));
        assert_eq!(slot.patience_ms(INTERVAL), 0);
        assert!(!slot.begin_look(INTERVAL + 1, INTERVAL));
    }

    #[test]
    fn what_another_isolate_saw_counts_from_when_it_saw_it() {
        let mut slot = slot();
        slot.looked(newer(1, 1_000), 4_000);
        assert_eq!(slot.age_secs(4_000), Some(3));
        assert!(slot.begin_look(6_000, INTERVAL));
    }

    #[test]
    fn one_that_has_not_looked_for_a_minute_looks_before_it_answers() {
        let mut slot = slot();
        slot.looked(newer(1, 0), 0);
        let late = STALE_MS + 1;
        assert!(slot.begin_look(late, INTERVAL));
        assert_eq!(slot.patience_ms(late), STALE_LIMIT_MS);
        // It did look, so requests do not wait again while the store is away.
        assert!(slot.looked(Looked::Failed("away".to_owned()), late).is_some());
        assert!(slot.begin_look(late + INTERVAL, INTERVAL));
        assert_eq!(slot.patience_ms(late + INTERVAL), 0);
        assert_eq!(slot.age_secs(late + INTERVAL), Some(65));
    }

    #[test]
    fn a_look_that_died_with_its_request_is_begun_anew() {
        let mut slot = slot();
        assert!(slot.begin_look(0, INTERVAL));
        let later = LOOK_LIMIT_MS + STALE_LIMIT_MS + 1;
        assert_eq!(slot.patience_ms(later), 0);
        assert!(slot.begin_look(later, INTERVAL));
    }

    #[test]
    fn nothing_goes_back_and_nothing_good_is_lost() {
        let mut slot = slot();
        slot.looked(newer(7, 0), 0);
        slot.looked(newer(6, 1), 1);
        slot.looked(Looked::Absent, 2);
        slot.looked(Looked::Failed("corrupt".to_owned()), 3);
        assert_eq!((version(&slot), slot.problem()), (Some(7), Some("corrupt")));
    }

    #[test]
    fn a_problem_is_told_when_it_begins_changes_and_ends() {
        let mut slot = slot();
        slot.looked(newer(1, 0), 0);
        let mut told = |looked| slot.looked(looked, 1).unwrap_or_default();
        assert!(told(Looked::Failed("away".to_owned())).contains("away"));
        assert_eq!(told(Looked::Failed("away".to_owned())), "");
        assert!(told(Looked::Failed("corrupt".to_owned())).contains("corrupt"));
        assert!(told(Looked::Current { as_of_ms: 1 }).contains("again"));
    }

    #[test]
    fn an_environment_that_is_not_there_is_looked_for_once_an_interval() {
        let mut slot = slot();
        assert!(slot.begin_look(0, INTERVAL));
        assert_eq!(slot.looked(Looked::Absent, 1), None);
        assert!(!slot.begin_look(2, INTERVAL));
        assert_eq!((slot.patience_ms(2), slot.age_secs(2)), (0, None));
        assert!(slot.begin_look(1 + INTERVAL, INTERVAL));
    }
}

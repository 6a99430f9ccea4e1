//! The state that an isolate keeps between requests.

use edgewise_api::{
    ApiError, Limits,
    decide::{DecideRequest, respond},
    query::Query,
};
use edgewise_engine::Buffer;

use crate::{exposures::Exposures, places::Places, settings::Settings, slot::Slot};

/// The state between requests: the settings, the rulesets of environments, queued exposures, and places for objects.
#[derive(Debug)]
pub struct Isolate {
    settings: Settings,
    slots: Vec<Slot>,
    buffer: Buffer,
    exposures: Exposures,
    places: Places,
}

/// The input of a decide request.
#[derive(Clone, Copy, Debug)]
pub enum DecideInput<'a> {
    /// The query of the URL.
    Query(&'a str),
    /// The JSON body.
    Body(&'a [u8]),
}

/// The next step of a decide request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Respond to the request.
    Respond {
        /// The response, as JSON.
        body: Vec<u8>,
        /// The index of the environment in [`Isolate::slots`].
        index: usize,
    },
    /// Wait for the current poll, and decide again.
    Wait {
        /// The index of the environment in [`Isolate::slots`].
        index: usize,
        /// The longest wait, in milliseconds.
        max_wait_ms: u64,
    },
}

impl DecideInput<'_> {
    /// Reads the request, and passes the request to `then`.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid parameter, and returns the errors of `then`.
    fn read<R>(self, then: impl FnOnce(&DecideRequest<'_>) -> Result<R, ApiError>) -> Result<R, ApiError> {
        let limits = &Limits::DEFAULT;
        match self {
            Self::Query(query) => {
                let query = Query::parse(query);
                then(&DecideRequest::from_query(&query, limits)?)
            }
            Self::Body(body) => then(&DecideRequest::from_body(body, limits)?),
        }
    }
}

impl Isolate {
    /// Creates the state without rulesets.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let slots = settings.environments.iter().cloned().map(Slot::new).collect();
        Self {
            settings,
            slots,
            buffer: Buffer::new(),
            exposures: Exposures::default(),
            places: Places::default(),
        }
    }

    /// Returns the settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the slots of all configured environments.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Returns the slots, for polling.
    pub fn slots_mut(&mut self) -> &mut [Slot] {
        &mut self.slots
    }

    /// Returns the queue of exposures.
    #[must_use]
    pub const fn exposures(&self) -> &Exposures {
        &self.exposures
    }

    /// Returns the queue of exposures, for sending.
    pub const fn exposures_mut(&mut self) -> &mut Exposures {
        &mut self.exposures
    }

    /// Returns the places for objects that are read whole.
    pub const fn places_mut(&mut self) -> &mut Places {
        &mut self.places
    }

    /// Begins a poll of a slot's environment if a poll is due, by calling `begin`. Returns how long a request waits for the
    /// poll, in milliseconds; 0 means no wait.
    pub fn poll_if_due(&mut self, index: usize, now_ms: u64, begin: impl FnOnce(usize)) -> u64 {
        let Some(slot) = self.slots.get_mut(index) else { return 0 };
        if slot.begin_poll(now_ms, self.settings.poll_interval_ms) {
            begin(index);
        }
        slot.max_wait_ms(now_ms)
    }

    /// Decides, or returns that the request must wait. Calls `begin` with the index of the environment if a poll is due.
    /// `waited` means that the request has waited already, and must be decided from the current ruleset.
    ///
    /// # Errors
    /// Returns 400 with the name of the invalid parameter, or 503 if no ruleset is loaded.
    pub fn decide(
        &mut self,
        input: DecideInput<'_>,
        now_ms: u64,
        waited: bool,
        begin: impl FnOnce(usize),
    ) -> Result<Step, ApiError> {
        input.read(|request| {
            let index = self.slots.iter().position(|slot| *slot.environment() == request.environment);
            if let Some(index) = index {
                let max_wait_ms = self.poll_if_due(index, now_ms, begin);
                if max_wait_ms > 0 && !waited {
                    return Ok(Step::Wait { index, max_wait_ms });
                }
            }
            let now = i64::try_from(now_ms).unwrap_or(i64::MAX);
            let ruleset = index.and_then(|index| self.slots.get(index)?.ruleset());
            let body = respond(request, ruleset.map(AsRef::as_ref), now, &mut self.buffer)?;
            if let (Some(_), Some(ruleset)) = (&self.settings.exposures, ruleset) {
                self.exposures.record(ruleset, request.user_key(), self.buffer.assignments(), now_ms);
            }
            Ok(Step::Respond { body, index: index.unwrap_or_default() })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edgewise_api::loading::Held;
    use edgewise_engine::Ruleset;

    use super::*;
    use crate::{settings, slot::PollOutcome};

    fn isolate(exposures: Option<&str>) -> Isolate {
        let settings = Settings::read(|name| match name {
            settings::STORE => Some("r2:FLAGS".to_owned()),
            settings::ENVIRONMENTS => Some("prod,staging".to_owned()),
            settings::EXPOSURES_URL => exposures.map(str::to_owned),
            _ => None,
        });
        Isolate::new(settings.unwrap())
    }

    fn load(isolate: &mut Isolate, index: usize, now_ms: u64) {
        let json = br#"{"version":4,"environment":"prod","publishedAt":"2026-01-01T00:00:00.000Z","experiments":[
            {"id":"e","key":"e","salt":"s","audienceRules":[],"targetingRules":[],
             "variants":[{"id":"v","key":"v"}],"allocations":[{"variantId":"v","rangeStart":0,"rangeEnd":9999}]}]}"#;
        let ruleset = Arc::new(Ruleset::from_json(json).unwrap());
        let held = Held::installed(&ruleset);
        isolate.slots_mut()[index]
            .finish_poll(PollOutcome::Newer { ruleset, held, as_of_ms: now_ms, problem: None }, now_ms);
    }

    const QUERY: DecideInput<'static> = DecideInput::Query("user_key=u&env=prod");

    #[test]
    fn the_first_request_begins_a_poll_and_waits() {
        let mut isolate = isolate(None);
        let mut begun = Vec::new();
        let step = isolate.decide(QUERY, 0, false, |index| begun.push(index)).unwrap();
        assert!(matches!(step, Step::Wait { index: 0, max_wait_ms: 5_000 }));
        let step = isolate.decide(QUERY, 1, false, |index| begun.push(index)).unwrap();
        assert!(matches!(step, Step::Wait { .. }));
        assert_eq!(begun, [0]);
        load(&mut isolate, 0, 5);
        let Step::Respond { body, index } = isolate.decide(QUERY, 6, true, |_| ()).unwrap() else {
            panic!("the ruleset is loaded")
        };
        assert!(body.starts_with(br#"{"user_key":"u","environment":"prod","config_version":4,"#));
        assert_eq!(index, 0);
    }

    #[test]
    fn a_request_that_has_waited_in_vain_gets_the_gateways_error() {
        let error = isolate(None).decide(QUERY, 0, true, |_| ()).unwrap_err();
        assert_eq!(
            (error.status(), error.message.as_str()),
            (503, "No config available for environment \"prod\"")
        );
    }

    #[test]
    fn unlisted_environments_are_not_polled() {
        let input = DecideInput::Body(br#"{"user_key":"u","env":"other"}"#);
        let error =
            isolate(None).decide(input, 0, false, |_| panic!("the environment is not listed")).unwrap_err();
        assert_eq!(
            (error.status(), error.message.as_str()),
            (503, "No config available for environment \"other\"")
        );
    }

    #[test]
    fn a_bad_request_begins_no_poll() {
        for input in [
            DecideInput::Query("env=prod"),
            DecideInput::Body(b"{}"),
            DecideInput::Query("user_key=u&env=prod&context=[]"),
        ] {
            let error =
                isolate(None).decide(input, 0, false, |_| panic!("the request is invalid")).unwrap_err();
            assert_eq!(error.status(), 400);
        }
    }

    #[test]
    fn exposures_are_queued_only_if_a_target_is_set() {
        for (to, count) in [(None, 0), (Some("https://a.example/exposures"), 1)] {
            let mut isolate = isolate(to);
            load(&mut isolate, 0, 0);
            isolate.decide(QUERY, 1, false, |_| ()).unwrap();
            assert_eq!(isolate.exposures().unsent(), count);
        }
    }
}

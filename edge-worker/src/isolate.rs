//! All that an isolate keeps between requests.

use edgewise_api::{
    ApiError, Limits,
    decide::{DecideRequest, answer},
    query::Query,
};
use edgewise_engine::Buffer;

use crate::{exposures::Exposures, settings::Settings, slot::Slot};

/// What is kept between requests: the settings, each environment's ruleset, exposures that wait.
#[derive(Debug)]
pub struct Isolate {
    settings: Settings,
    slots: Vec<Slot>,
    buffer: Buffer,
    exposures: Exposures,
}

/// What is asked for a decision.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// By the query of an address.
    Query(&'a str),
    /// By a JSON body.
    Body(&'a [u8]),
}

/// What to do with a request for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Answer it.
    Answer {
        /// The answer, as JSON.
        body: Vec<u8>,
        /// The environment's place among [`Isolate::slots`].
        place: usize,
    },
    /// Wait for the look that is under way, and ask again.
    Wait {
        /// The environment's place among [`Isolate::slots`].
        place: usize,
        /// How long at most.
        patience_ms: u64,
    },
}

impl Asked<'_> {
    /// Reads the request, and hands it to `then`.
    ///
    /// # Errors
    /// 400, naming what is wrong; and those of `then`.
    fn read<R>(self, then: impl FnOnce(&DecideRequest<'_>) -> Result<R, ApiError>) -> Result<R, ApiError> {
        let limits = &Limits::DEFAULT;
        match self {
            Self::Query(query) => {
                let query = Query::parse(query)?;
                then(&DecideRequest::from_query(&query, limits)?)
            }
            Self::Body(body) => then(&DecideRequest::from_body(body, limits)?),
        }
    }
}

impl Isolate {
    /// Nothing is loaded yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let slots = settings.environments.iter().cloned().map(Slot::new).collect();
        Self { settings, slots, buffer: Buffer::new(), exposures: Exposures::default() }
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// All environments that may be asked for.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The same, to look at the store for them.
    pub fn slots_mut(&mut self) -> &mut [Slot] {
        &mut self.slots
    }

    /// Exposures that wait.
    #[must_use]
    pub const fn exposures(&self) -> &Exposures {
        &self.exposures
    }

    /// The same, to send them.
    pub const fn exposures_mut(&mut self) -> &mut Exposures {
        &mut self.exposures
    }

    /// Begins a look at a slot's environment if one is due; `begin` is called if so. Returns how long a request waits
    /// for it at most: 0 if it does not.
    pub fn prepare(&mut self, place: usize, now_ms: u64, begin: impl FnOnce(usize)) -> u64 {
        let Some(slot) = self.slots.get_mut(place) else { return 0 };
        if slot.begin_look(now_ms, self.settings.poll_interval_ms) {
            begin(place);
        }
        slot.patience_ms(now_ms)
    }

    /// Decides, or says what must be waited for. `begin` is called with the environment's place if a look at the store is
    /// due; `waited` says that the request has waited already, and is to be answered from what there is.
    ///
    /// # Errors
    /// 400, naming what is wrong with the request; 503 if nothing is loaded.
    pub fn decide(
        &mut self,
        asked: Asked<'_>,
        now_ms: u64,
        waited: bool,
        begin: impl FnOnce(usize),
    ) -> Result<Step, ApiError> {
        asked.read(|request| {
            let place = self.slots.iter().position(|slot| *slot.environment() == request.environment);
            if let Some(place) = place {
                let patience_ms = self.prepare(place, now_ms, begin);
                if patience_ms > 0 && !waited {
                    return Ok(Step::Wait { place, patience_ms });
                }
            }
            let ruleset = place.and_then(|place| self.slots.get(place)?.ruleset());
            let body = answer(request, ruleset.map(AsRef::as_ref), &mut self.buffer)?;
            if let (Some(_), Some(ruleset)) = (&self.settings.exposures, ruleset) {
                self.exposures.note(ruleset, request.user_key(), self.buffer.assignments(), now_ms);
            }
            Ok(Step::Answer { body, place: place.unwrap_or_default() })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edgewise_api::loading::Held;
    use edgewise_engine::Ruleset;

    use super::*;
    use crate::{settings, slot::Looked};

    fn isolate(exposures: Option<&str>) -> Isolate {
        let settings = Settings::read(|name| match name {
            settings::STORE => Some("r2:FLAGS".to_owned()),
            settings::ENVIRONMENTS => Some("prod,staging".to_owned()),
            settings::EXPOSURES_URL => exposures.map(str::to_owned),
            _ => None,
        });
        Isolate::new(settings.unwrap())
    }

    fn load(isolate: &mut Isolate, place: usize, now_ms: u64) {
        let json = br#"{"version":4,"environment":"prod","publishedAt":"2026-01-01T00:00:00.000Z","experiments":[
            {"id":"e","key":"e","salt":"s","audienceRules":[],"targetingRules":[],
             "variants":[{"id":"v","key":"v"}],"allocations":[{"variantId":"v","rangeStart":0,"rangeEnd":9999}]}]}"#;
        let ruleset = Arc::new(Ruleset::from_json(json).unwrap());
        let held = Held { pointer: 4, version: 4 };
        isolate.slots_mut()[place]
            .looked(Looked::Newer { ruleset, held, as_of_ms: now_ms, problem: None }, now_ms);
    }

    const QUERY: Asked<'static> = Asked::Query("user_key=u&env=prod");

    #[test]
    fn the_first_request_begins_a_look_and_waits() {
        let mut isolate = isolate(None);
        let mut begun = Vec::new();
        let step = isolate.decide(QUERY, 0, false, |place| begun.push(place)).unwrap();
        assert!(matches!(step, Step::Wait { place: 0, patience_ms: 5_000 }));
        let step = isolate.decide(QUERY, 1, false, |place| begun.push(place)).unwrap();
        assert!(matches!(step, Step::Wait { .. }));
        assert_eq!(begun, [0]);
        load(&mut isolate, 0, 5);
        let Step::Answer { body, place } = isolate.decide(QUERY, 6, true, |_| ()).unwrap() else {
            panic!("it is loaded")
        };
        assert!(body.starts_with(br#"{"user_key":"u","environment":"prod","config_version":4,"#));
        assert_eq!(place, 0);
    }

    #[test]
    fn one_that_has_waited_in_vain_gets_the_error_that_the_gateway_gives() {
        let error = isolate(None).decide(QUERY, 0, true, |_| ()).unwrap_err();
        assert_eq!(
            (error.status, error.message.as_str()),
            (503, "No config available for environment \"prod\"")
        );
    }

    #[test]
    fn environments_that_are_not_listed_are_not_looked_for() {
        let asked = Asked::Body(br#"{"user_key":"u","env":"other"}"#);
        let error = isolate(None).decide(asked, 0, false, |_| panic!("it is not listed")).unwrap_err();
        assert_eq!(
            (error.status, error.message.as_str()),
            (503, "No config available for environment \"other\"")
        );
    }

    #[test]
    fn a_bad_request_begins_nothing() {
        for asked in
            [Asked::Query("env=prod"), Asked::Body(b"{}"), Asked::Query("user_key=u&env=prod&context=[]")]
        {
            let error = isolate(None).decide(asked, 0, false, |_| panic!("it is no request")).unwrap_err();
            assert_eq!(error.status, 400);
        }
    }

    #[test]
    fn exposures_are_noted_only_where_they_are_sent() {
        for (to, count) in [(None, 0), (Some("https://a.example/exposures"), 1)] {
            let mut isolate = isolate(to);
            load(&mut isolate, 0, 0);
            isolate.decide(QUERY, 1, false, |_| ()).unwrap();
            assert_eq!(isolate.exposures_mut().take().len(), count);
        }
    }
}

//! The response of `/health`.

use serde::{Serialize, Serializer};

use crate::{isolate::Isolate, slot::Slot};

#[derive(Serialize)]
struct Health<'a> {
    status: &'static str,
    source: String,
    config_versions: ByEnvironment<'a, Option<u64>>,
    /// The seconds since each version was last known to be live.
    config_ages: ByEnvironment<'a, Option<u64>>,
    #[serde(skip_serializing_if = "ByEnvironment::is_empty")]
    config_errors: ByEnvironment<'a, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exposures_dropped: Option<u64>,
    /// The number of exposures that the receiver does not have yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    exposures_unsent: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exposures_error: Option<&'a str>,
    memory_bytes: usize,
}

/// Values of slots by environment. Slots without a value are left out.
struct ByEnvironment<'a, T>(Vec<(&'a str, T)>);

impl<'a, T> ByEnvironment<'a, T> {
    fn new(slots: &'a [Slot], value: impl Fn(&'a Slot) -> Option<T>) -> Self {
        Self(slots.iter().filter_map(|slot| Some((slot.environment().as_str(), value(slot)?))).collect())
    }

    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for ByEnvironment<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(environment, value)| (environment, value)))
    }
}

/// Returns status and body of the response: 200 if every environment has a ruleset and its last poll succeeded,
/// otherwise 503.
#[must_use]
pub fn health(isolate: &Isolate, now_ms: u64, memory_bytes: usize) -> (u16, Vec<u8>) {
    let slots = isolate.slots();
    let healthy = slots.iter().all(|slot| slot.ruleset().is_some() && slot.problem().is_none());
    let exposures = isolate.exposures();
    let health = Health {
        status: if healthy { "ok" } else { "degraded" },
        source: isolate.settings().store.to_string(),
        config_versions: ByEnvironment::new(slots, |slot| {
            Some(slot.ruleset().map(|ruleset| ruleset.version()))
        }),
        config_ages: ByEnvironment::new(slots, |slot| Some(slot.age_secs(now_ms))),
        config_errors: ByEnvironment::new(slots, Slot::problem),
        exposures_dropped: Some(exposures.dropped()).filter(|dropped| *dropped > 0),
        exposures_unsent: Some(exposures.unsent()).filter(|unsent| *unsent > 0),
        exposures_error: exposures.problem(),
        memory_bytes,
    };
    (if healthy { 200 } else { 503 }, serde_json::to_vec(&health).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        settings::{ENVIRONMENTS, STORE, Settings},
        slot::PollOutcome,
    };

    #[test]
    fn health_contains_versions_ages_source_and_errors() {
        let settings = Settings::read(|name| match name {
            STORE => Some("r2:FLAGS/a".to_owned()),
            ENVIRONMENTS => Some("prod,staging".to_owned()),
            _ => None,
        });
        let mut isolate = Isolate::new(settings.unwrap());
        let json = br#"{"version":4,"environment":"prod","publishedAt":"2026-01-01T00:00:00.000Z","experiments":[]}"#;
        let ruleset = std::sync::Arc::new(edgewise_engine::Ruleset::from_json(json).unwrap());
        let held = edgewise_api::loading::Held::installed(&ruleset);
        let [prod, staging] = isolate.slots_mut() else { panic!("two environments are set") };
        prod.finish_poll(PollOutcome::Newer { ruleset, held, as_of_ms: 1_000, problem: None }, 1_000);
        staging.finish_poll(PollOutcome::Failed("away".to_owned()), 1_000);
        let (status, body) = health(&isolate, 9_500, 65_536);
        assert_eq!(status, 503);
        assert_eq!(
            serde_json::from_slice::<Value>(&body).unwrap(),
            json!({
                "status": "degraded",
                "source": "r2:FLAGS/a",
                "config_versions": {"prod": 4, "staging": null},
                "config_ages": {"prod": 8, "staging": null},
                "config_errors": {"staging": "away"},
                "memory_bytes": 65_536,
            })
        );
    }
}

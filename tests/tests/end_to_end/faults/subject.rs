use serde_json::{Value, json};

use crate::{
    client::{Client, Reply},
    planes::eventually,
    scene::{Experiment, Published, environment, id, published},
};

use super::stack::Store;

/// A running experiment whose only variant has the payload `{"n": …}`, so that changes can be told apart.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) environment_id: String,
    pub(super) environment: String,
    /// `/experiments/{id}`
    pub(super) experiment: String,
    variant: String,
}

impl Subject {
    /// Creates an experiment in a new environment, live as version 1 with an `n` of 0.
    pub(super) fn new(api: &Client) -> Self {
        let (environment_id, environment) = environment(api);
        Self::in_environment(api, &environment_id, &environment, "e")
    }

    pub(super) fn in_environment(api: &Client, environment_id: &str, environment: &str, key: &str) -> Self {
        let experiment = Experiment::new(api, environment_id, key);
        let variant = json!({"key": "v", "name": "v", "payload": {"n": 0}});
        let variant = id(&api.post(&experiment.below("/variants"), &variant).is(201));
        experiment.give_all_to(&variant);
        experiment.set_status("RUNNING");
        let subject = Self {
            environment_id: environment_id.to_owned(),
            environment: environment.to_owned(),
            variant: experiment.below(&format!("/variants/{variant}")),
            experiment: experiment.path,
        };
        subject.settle(api);
        subject
    }

    /// Changes `n`.
    pub(super) fn set(&self, api: &Client, n: u64) -> Reply {
        api.patch(&self.variant, &json!({"payload": {"n": n}}))
    }

    /// Changes `n`, and waits until the change is live. A request itself waits for 5 s only.
    #[track_caller]
    pub(super) fn publish(&self, api: &Client, n: u64) {
        let reply = self.set(api, n);
        reply.is(200);
        assert!(matches!(published(&reply), Published::Live | Published::Failed(_)), "{reply}");
        self.settle(api);
    }

    fn settle(&self, api: &Client) {
        eventually("all changes are live", || {
            let status = api.get(&format!("/environments/{}/publication", self.environment_id)).is(200);
            (status["unpublished"] == false).then_some(())
        });
    }

    /// Returns `n` in the database.
    pub(super) fn saved(&self, api: &Client) -> u64 {
        number(&api.get(&self.experiment).is(200)["variants"][0]["payload"])
    }

    /// Returns `n` in latest.json.
    pub(super) fn live(&self, store: &Store) -> u64 {
        self.in_snapshot(&store.latest(&self.environment))
    }

    /// Returns `n` in a snapshot.
    pub(super) fn in_snapshot(&self, snapshot: &Value) -> u64 {
        let experiments = snapshot["experiments"].as_array().unwrap();
        let is_this =
            |experiment: &&Value| experiment["id"].as_str().is_some_and(|id| self.experiment.ends_with(id));
        let experiment = experiments.iter().find(is_this).unwrap_or_else(|| panic!("not in {snapshot}"));
        number(&experiment["variants"][0]["payload"])
    }

    /// Returns the version and `n` that a decision is based on.
    pub(super) fn decided(&self, api: &Client) -> (u64, u64) {
        let response = api.get(&format!("/decide?user_key=u&env={}", self.environment)).is(200);
        (response["config_version"].as_u64().unwrap(), number(&response["assignments"][0]["payload"]))
    }

    /// Checks that a snapshot contains the experiment as the control plane returns it.
    pub(super) fn check(&self, api: &Client, snapshot: &Value) {
        let row = api.get(&self.experiment).is(200);
        let all = |rows: &Value, names: &[&str]| -> Value {
            let row = |row: &Value| names.iter().map(|name| (*name, row[name].clone())).collect();
            rows.as_array().unwrap().iter().map(row).collect::<Vec<Value>>().into()
        };
        let expected = json!({
            "id": row["id"], "key": row["key"], "salt": row["salt"], "audienceRules": [], "targetingRules": [],
            "variants": all(&row["variants"], &["id", "key", "payload"]),
            "allocations": all(&row["allocations"], &["variantId", "rangeStart", "rangeEnd"]),
        });
        let experiments = snapshot["experiments"].as_array().unwrap();
        assert!(experiments.contains(&expected), "{expected} is not in {snapshot}");
    }
}

fn number(payload: &Value) -> u64 {
    payload["n"].as_u64().unwrap_or_else(|| panic!("no `n`: {payload}"))
}

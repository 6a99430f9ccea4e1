//! Environments, experiments and variants for tests, and checks of the shapes of responses.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use serde_json::{Value, json};

use crate::{
    client::{Client, Reply},
    planes::Serve,
};

/// An id that no resource has.
pub(crate) const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// An environment for one test, on the shared server.
pub(crate) struct Scene {
    serve: Arc<Serve>,
    /// The id of the environment.
    pub(crate) id: String,
    /// The name of the environment.
    pub(crate) name: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let serve = Serve::shared();
        let (id, name) = environment(&serve.plane.api);
        Self { serve, id, name }
    }

    pub(crate) fn serve(&self) -> &Serve {
        &self.serve
    }

    pub(crate) fn api(&self) -> &Client {
        &self.serve.plane.api
    }

    /// Creates a draft experiment.
    pub(crate) fn experiment(&self, key: &str) -> Experiment<'_> {
        Experiment::new(self.api(), &self.id, key)
    }

    /// Creates an audience of the users in one country.
    pub(crate) fn audience(&self, name: &str, country: &str) -> Value {
        let body =
            json!({"name": name, "environmentId": self.id, "rules": rules("country", "eq", &json!(country))});
        self.api().post("/audiences", &body).is(201)
    }

    /// Returns the decision for a user.
    pub(crate) fn decide(&self, user_key: &str, context: &Value) -> Value {
        decide(self.api(), &self.name, user_key, context)
    }

    /// Returns the live version; 0 before the first version.
    pub(crate) fn version(&self) -> u64 {
        let reply = self.serve.plane.root().get(&format!("/configs/{}/version.json", self.name));
        if reply.status == 404 { 0 } else { reply.is(200)["version"].as_u64().unwrap() }
    }
}

/// Creates an environment, and returns its id and its name.
pub(crate) fn environment(api: &Client) -> (String, String) {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let name = format!("env-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let environment = api.post("/environments", &json!({"name": name})).is(201);
    (id(&environment), name)
}

/// Returns the decision for a user, requested by POST.
pub(crate) fn decide(api: &Client, environment: &str, user_key: &str, context: &Value) -> Value {
    api.post("/decide", &json!({"user_key": user_key, "env": environment, "context": context})).is(200)
}

/// An experiment on a server.
pub(crate) struct Experiment<'a> {
    api: &'a Client,
    pub(crate) id: String,
    /// `/experiments/{id}`
    pub(crate) path: String,
}

impl<'a> Experiment<'a> {
    pub(crate) fn new(api: &'a Client, environment_id: &str, key: &str) -> Self {
        let body = json!({"key": key, "name": format!("The {key}"), "environmentId": environment_id});
        let id = id(&api.post("/experiments", &body).is(201));
        Self { api, path: format!("/experiments/{id}"), id }
    }

    /// Returns the current experiment.
    pub(crate) fn get(&self) -> Value {
        self.api.get(&self.path).is(200)
    }

    pub(crate) fn etag(&self) -> String {
        self.api.get(&self.path).etag()
    }

    /// Returns the path of a resource below the experiment, such as `/variants`.
    pub(crate) fn below(&self, path: &str) -> String {
        format!("{}{path}", self.path)
    }

    /// Adds a variant whose payload contains its key, and returns its id.
    pub(crate) fn variant(&self, key: &str) -> String {
        let body = json!({"key": key, "name": format!("Variant {key}"), "payload": {"is": key}});
        id(&self.api.post(&self.below("/variants"), &body).is(201))
    }

    /// Allocates all buckets to one variant.
    pub(crate) fn give_all_to(&self, variant_id: &str) -> Reply {
        let all = json!({"allocations": [{"variantId": variant_id, "rangeStart": 0, "rangeEnd": 9999}]});
        let reply = self.api.put(&self.below("/allocations"), &all);
        reply.is(200);
        reply
    }

    pub(crate) fn set_status(&self, status: &str) -> Reply {
        let reply = self.api.patch(&self.below("/status"), &json!({"status": status}));
        reply.is(200);
        reply
    }

    /// Adds a variant `on` for all users, and starts the experiment. Returns the id of the variant.
    pub(crate) fn run(&self) -> String {
        let variant = self.variant("on");
        self.give_all_to(&variant);
        self.set_status("RUNNING");
        variant
    }
}

/// Returns rules with a single rule, which has a single condition.
pub(crate) fn rules(attribute: &str, operator: &str, value: &Value) -> Value {
    json!([{"conditions": [{"attribute": attribute, "operator": operator, "value": value}]}])
}

/// Returns the id of a resource.
pub(crate) fn id(row: &Value) -> String {
    let id = row["id"].as_str().unwrap_or_else(|| panic!("no id: {row}"));
    assert!(is_uuid(id), "the id is not a UUID: {row}");
    id.to_owned()
}

/// Whether a text is a UUID in the hyphenated lowercase form.
pub(crate) fn is_uuid(text: &str) -> bool {
    let hex = |char: char| matches!(char, '0'..='9' | 'a'..='f');
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.concat().chars().all(hex)
}

/// Checks that a resource has exactly these fields, and that its ids and times have the right format.
#[track_caller]
pub(crate) fn assert_shape(row: &Value, fields: &[&str]) {
    let row_fields = row.as_object().unwrap_or_else(|| panic!("not an object: {row}"));
    let mut expected: Vec<&str> = fields.to_vec();
    expected.sort_unstable();
    let mut got: Vec<&str> = row_fields.keys().map(String::as_str).collect();
    got.sort_unstable();
    assert_eq!(got, expected, "{row}");
    for (name, value) in row_fields {
        match name.as_str() {
            "createdAt" | "updatedAt" | "publishedAt" => assert!(is_time(value), "{name} of {row}"),
            "id" | "environmentId" | "experimentId" | "variantId" | "salt" => {
                assert!(value.as_str().is_some_and(is_uuid), "{name} of {row}");
            }
            _ => {}
        }
    }
}

/// Whether a value is a time: ISO 8601 UTC with exactly three decimals and `Z`.
fn is_time(value: &Value) -> bool {
    let pattern = "0000-00-00T00:00:00.000Z";
    let fits =
        |(char, sample): (char, char)| if sample == '0' { char.is_ascii_digit() } else { char == sample };
    value
        .as_str()
        .is_some_and(|time| time.len() == pattern.len() && time.chars().zip(pattern.chars()).all(fits))
}

/// The outcome of publishing a change, according to the headers of the response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Published {
    /// The response has no such headers.
    Silent,
    /// The change did not need to be published.
    NotDue,
    /// The change is live.
    Live,
    /// The change is not live yet, for the reason in the text.
    Failed(String),
}

#[track_caller]
pub(crate) fn published(reply: &Reply) -> Published {
    let header = |name: &str| reply.header(name).map(str::to_owned);
    let (attempted, succeeded) = (header("x-publish-attempted"), header("x-publish-succeeded"));
    match (attempted.as_deref(), succeeded.as_deref(), header("x-publish-error")) {
        (None, None, None) => Published::Silent,
        (Some("false"), Some("false"), None) => Published::NotDue,
        (Some("true"), Some("true"), None) => Published::Live,
        (Some("true"), Some("false"), Some(problem)) => Published::Failed(problem),
        headers => panic!("{reply}: headers that contradict each other: {headers:?}"),
    }
}

//! The walkthrough of a new user on an empty installation: in one process, in three processes, with a decision plane that
//! reads snapshots over HTTP, and after a restart.

use std::path::Path;

use edgewise_engine::{Bucket, Salt};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    client::Client,
    planes::{Apart, Plane, eventually},
    scene::{Published, assert_shape, id, published},
};

const EXPERIMENT: [&str; 15] = [
    "id",
    "key",
    "name",
    "description",
    "salt",
    "status",
    "environmentId",
    "audienceId",
    "targetingRules",
    "createdAt",
    "updatedAt",
    "variants",
    "allocations",
    "environment",
    "audience",
];
const ENVIRONMENT: [&str; 4] = ["id", "name", "createdAt", "updatedAt"];
const VARIANT: [&str; 5] = ["id", "key", "name", "payload", "experimentId"];

/// The resources that the walkthrough created.
struct Walk {
    experiment: Value,
    /// The variants control and treatment.
    variants: [Value; 2],
}

impl Walk {
    fn id(&self) -> String {
        id(&self.experiment)
    }

    /// Returns the decision for a user who matches the targeting rules.
    fn assigned(&self, user_key: &str, version: u64) -> Value {
        let bucket = Bucket::of(user_key, &Salt::new(self.experiment["salt"].as_str().unwrap())).get();
        let variant = &self.variants[usize::from(bucket >= 5000)];
        json!({
            "user_key": user_key, "environment": "prod", "config_version": version,
            "assignments": [{
                "experiment_key": "checkout-button-color", "experiment_id": self.experiment["id"],
                "variant_key": variant["key"], "variant_id": variant["id"], "payload": variant["payload"],
            }],
        })
    }

    /// Returns the decision for a user who does not match the targeting rules.
    fn not_assigned(user_key: &str, version: u64) -> Value {
        json!({"user_key": user_key, "environment": "prod", "config_version": version, "assignments": []})
    }

    /// Checks the decisions once the targeting rules are live.
    fn check_targeting(&self, decide: &Client, version: u64) {
        for (context, is_in) in [
            ("%7B%22country%22%3A%22US%22%2C%22plan%22%3A%22pro%22%7D", true),
            ("%7B%22country%22:%22CA%22,%22plan%22:%22pro%22,%22age%22:7%7D", true),
            ("%7B%22country%22%3A%22DE%22%2C%22plan%22%3A%22pro%22%7D", false),
            ("%7B%22country%22%3A%22US%22%2C%22plan%22%3A%22free%22%7D", false),
            ("%7B%22country%22%3A%22US%22%7D", false),
            ("", false),
        ] {
            for user_key in ["user-123", "user-124", "user-125", "alice"] {
                let got =
                    decide.get(&format!("/decide?user_key={user_key}&env=prod&context={context}")).is(200);
                let wanted = if is_in {
                    self.assigned(user_key, version)
                } else {
                    Self::not_assigned(user_key, version)
                };
                assert_eq!(got, wanted, "{context}");
            }
        }
        let without = decide.get("/decide?user_key=user-123&env=prod").is(200);
        assert_eq!(without, Self::not_assigned("user-123", version));
    }
}

/// Does the steps 1 to 8. `control` and `decide` are clients of the two planes; `live` waits until decisions are based on a
/// version.
fn walk(control: &Client, decide: &Client, live: impl Fn(u64)) -> Walk {
    let environment = control.post("/environments", &json!({"name": "prod"}));
    assert_eq!(published(&environment), Published::Silent);
    let environment = environment.is(201);
    assert_shape(&environment, &ENVIRONMENT);
    assert_eq!(environment["name"], "prod");

    let request = json!({
        "key": "checkout-button-color", "name": "Checkout Button Color Test",
        "description": "Does a green button sell more?", "environmentId": environment["id"],
    });
    let created = control.post("/experiments", &request);
    assert_eq!(published(&created), Published::Silent);
    let created = created.is(201);
    assert_shape(&created, &EXPERIMENT);
    for field in ["key", "name", "description", "environmentId"] {
        assert_eq!(created[field], request[field]);
    }
    assert_eq!((&created["status"], &created["environment"]), (&json!("DRAFT"), &environment));
    let unset = [&created["audienceId"], &created["audience"], &created["targetingRules"]];
    assert_eq!(unset, [&Value::Null; 3]);
    assert_eq!([&created["variants"], &created["allocations"]], [&json!([]); 2]);
    let experiment = format!("/experiments/{}", id(&created));

    let variants = [
        json!({"key": "control", "name": "Blue Button", "payload": {"color": "#0066cc"}}),
        json!({"key": "treatment", "name": "Green Button", "payload": {"color": "#00cc66"}}),
    ]
    .map(|request| {
        let reply = control.post(&format!("{experiment}/variants"), &request);
        assert_eq!(published(&reply), Published::NotDue);
        let variant = reply.is(201);
        assert_shape(&variant, &VARIANT);
        assert_eq!(variant["experimentId"], created["id"]);
        for field in ["key", "name", "payload"] {
            assert_eq!(variant[field], request[field]);
        }
        variant
    });

    let ranges = json!([
        {"variantId": variants[0]["id"], "rangeStart": 0, "rangeEnd": 4999},
        {"variantId": variants[1]["id"], "rangeStart": 5000, "rangeEnd": 9999},
    ]);
    let reply = control.put(&format!("{experiment}/allocations"), &json!({"allocations": ranges}));
    assert_eq!(published(&reply), Published::NotDue);
    let allocations = reply.is(200);
    let allocations = allocations.as_array().unwrap();
    assert_eq!(allocations.len(), 2);
    for (row, range) in allocations.iter().zip(ranges.as_array().unwrap()) {
        assert_shape(row, &["id", "variantId", "rangeStart", "rangeEnd", "experimentId"]);
        assert_eq!(row["experimentId"], created["id"]);
        for field in ["variantId", "rangeStart", "rangeEnd"] {
            assert_eq!(row[field], range[field]);
        }
    }

    let reply = control.patch(&format!("{experiment}/status"), &json!({"status": "RUNNING"}));
    assert_eq!(published(&reply), Published::Live);
    let running = reply.is(200);
    assert_shape(&running, &EXPERIMENT);
    assert_eq!(running["status"], "RUNNING");
    assert_eq!(running["variants"], json!(variants));
    assert_eq!(running["allocations"], json!(allocations));

    // Like curl, without a body.
    let reply = control.request("POST", &format!("{experiment}/publish")).send();
    assert_eq!(published(&reply), Published::Silent);
    let snapshot = reply.is(200);
    assert_shape(&snapshot, &["version", "environment", "publishedAt", "experiments"]);
    assert_eq!((&snapshot["version"], &snapshot["environment"]), (&json!(2), &json!("prod")));
    let live_variant =
        |variant: &Value| json!({"id": variant["id"], "key": variant["key"], "payload": variant["payload"]});
    let content = json!([{
        "id": created["id"], "key": "checkout-button-color", "salt": created["salt"],
        "audienceRules": [], "targetingRules": [],
        "variants": variants.iter().map(live_variant).collect::<Vec<_>>(), "allocations": ranges,
    }]);
    assert_eq!(snapshot["experiments"], content);

    let walk = Walk { experiment: created, variants };
    live(2);
    for user_key in ["user-123", "user-124", "user-125", "alice"] {
        let got = decide.get(&format!("/decide?user_key={user_key}&env=prod")).is(200);
        assert_eq!(got, walk.assigned(user_key, 2));
    }

    let rules = json!([{"conditions": [
        {"attribute": "country", "operator": "in", "value": ["US", "CA"]},
        {"attribute": "plan", "operator": "eq", "value": "pro"},
    ]}]);
    let reply = control.patch(&experiment, &json!({"targetingRules": rules}));
    assert_eq!(published(&reply), Published::Live);
    assert_eq!(reply.is(200)["targetingRules"], rules);
    live(3);
    walk.check_targeting(decide, 3);
    walk
}

/// Waits until decisions are based on a version.
fn await_version(decide: &Client, version: u64) {
    eventually(&format!("version {version} is decided from"), || {
        let reply = decide.get("/decide?user_key=somebody&env=prod");
        (reply.status == 200 && reply.json()["config_version"] == version).then_some(())
    });
}

/// Checks the content of the snapshot directory when the third version is live.
fn check_snapshots(snapshots: &Path) {
    let read = |path: &str| std::fs::read_to_string(snapshots.join("configs/prod").join(path)).unwrap();
    let pointer: Value = serde_json::from_str(&read("version.json")).unwrap();
    assert_eq!(pointer["version"], 3);
    let hashes = [&pointer["sha256"]["snapshot"], &pointer["sha256"]["rulesets"]["1"]];
    assert!(hashes.iter().all(|hash| hash.as_str().is_some_and(|hash| hash.len() == 64)), "{pointer}");
    for version in 1..=3 {
        let snapshot: Value = serde_json::from_str(&read(&format!("snapshots/{version}.json"))).unwrap();
        assert_eq!(snapshot["version"], version);
    }
    assert_eq!(read("snapshots/latest.json"), read("snapshots/3.json"));
}

#[test]
fn the_walkthrough_works_in_one_process_and_its_data_survives_restarts() {
    let directory = TempDir::new().unwrap();
    let serve = Plane::start("serve", directory.path(), &[]);
    // In one process, the next decision uses the published version, so the test does not wait.
    let walk = walk(&serve.api, &serve.api, |_| ());
    let lists = ["/environments", "/experiments", "/audiences"];
    let before = lists.map(|path| serve.api.get(path).is(200));
    let etag = serve.api.get(&format!("/experiments/{}", walk.id())).etag();
    assert_eq!(serve.stop().code(), Some(0));
    check_snapshots(&directory.path().join("data/snapshots"));

    let serve = Plane::start("serve", directory.path(), &[]);
    assert_eq!(lists.map(|path| serve.api.get(path).is(200)), before);
    assert_eq!(serve.api.get(&format!("/experiments/{}", walk.id())).etag(), etag);
    walk.check_targeting(&serve.api, 3);
    let snapshot = serve.api.request("POST", &format!("/experiments/{}/publish", walk.id())).send().is(200);
    assert_eq!(snapshot["version"], 4);
    walk.check_targeting(&serve.api, 4);

    // Killing the process loses no data either.
    let before = lists.map(|path| serve.api.get(path).is(200));
    serve.kill();
    let serve = Plane::start("serve", directory.path(), &[]);
    assert_eq!(lists.map(|path| serve.api.get(path).is(200)), before);
    walk.check_targeting(&serve.api, 4);
    assert_eq!(serve.stop().code(), Some(0));
}

#[test]
fn the_walkthrough_works_in_three_processes() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let Apart { control, decide, gateway } = Apart::start(path, &[]);

    let walk = walk(&gateway.api, &gateway.api, |version| await_version(&decide.api, version));
    walk.check_targeting(&decide.api, 3);
    check_snapshots(&path.join("data/snapshots"));

    // Requests to the planes themselves have no prefix `/api`.
    let experiment = format!("/experiments/{}", walk.id());
    assert_eq!(control.api.get(&experiment).is(200), gateway.api.get(&experiment).is(200));
    control.api.get("/decide?user_key=u&env=prod").error(404);
    decide.api.get("/experiments").error(404);
    let version = |plane: &Plane| plane.root().get("/configs/prod/version.json").is(200)["version"].clone();
    assert_eq!([version(&decide), version(&gateway)], [json!(3), json!(3)]);

    // A plane that is restarted continues with the same data, and the other planes keep working.
    assert_eq!(decide.stop().code(), Some(0));
    let health = gateway.root().get("/health").is(503);
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["services"], json!({"experiment_service": "ok", "decision_service": "unreachable"}),);
    assert_eq!([control.stop().code(), gateway.stop().code()], [Some(0); 2]);
}

#[test]
fn a_decision_plane_reads_snapshots_that_another_plane_serves() {
    let directory = TempDir::new().unwrap();
    let serve = Plane::serve(directory.path());
    let options = ["--snapshot-store", &serve.url(), "--poll-interval", "0.1"];
    let decide = Plane::start("decide", directory.path(), &options);
    let unknown = decide.api.get("/decide?user_key=u&env=prod");
    assert_eq!(unknown.error(503), "No config available for environment \"prod\"");

    let walk = walk(&serve.api, &decide.api, |version| await_version(&decide.api, version));
    assert_eq!(decide.root().get("/configs/prod/snapshots/latest.json").is(200)["version"], 3);
    assert_eq!(decide.root().get("/health").is(200)["config_versions"], json!({"prod": 3}));

    // Without its store, the plane continues to decide with the loaded snapshot.
    assert_eq!(serve.stop().code(), Some(0));
    walk.check_targeting(&decide.api, 3);
    assert_eq!(decide.stop().code(), Some(0));
}

#[test]
fn the_gateway_reports_the_health_of_its_planes() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let serve = Plane::serve(path);
    let well = json!({"experiment_service": "ok", "decision_service": "ok"});
    for at in ["/health", "/api/health"] {
        let health = serve.root().get(at).is(200);
        assert_eq!((&health["status"], &health["services"]), (&json!("ok"), &well), "{at}");
    }
    assert_eq!(serve.stop().code(), Some(0));

    let Apart { control, decide, gateway } = Apart::start(path, &[]);
    for at in ["/health", "/api/health"] {
        assert_eq!(gateway.root().get(at).is(200), json!({"status": "ok", "services": well}), "{at}");
    }
    for plane in [&control, &decide, &gateway] {
        plane.root().get("/health").is(200);
        assert_eq!(plane.root().get("/ready").status, 200);
        let metrics = plane.root().get("/metrics");
        assert_eq!(metrics.status, 200);
        assert!(!metrics.text().is_empty());
    }

    assert_eq!(control.stop().code(), Some(0));
    for at in ["/health", "/api/health"] {
        let degraded = json!({"experiment_service": "unreachable", "decision_service": "ok"});
        assert_eq!(
            gateway.root().get(at).is(503),
            json!({"status": "degraded", "services": degraded}),
            "{at}"
        );
    }
    let unreachable = gateway.api.get("/experiments");
    assert!(matches!(unreachable.status, 502 | 503), "{unreachable}");
    assert!(unreachable.json()["error"].is_string(), "{unreachable}");
    assert_eq!(decide.stop().code(), Some(0));
    assert_eq!(gateway.stop().code(), Some(0));
}

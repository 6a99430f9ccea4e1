use serde_json::{Value, json};

use crate::scene::{NOBODY, Published, Scene, assert_shape, environment, id, published, rules};

const FIELDS: [&str; 15] = [
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
const STATUSES: [&str; 4] = ["DRAFT", "RUNNING", "PAUSED", "ARCHIVED"];

#[test]
fn an_experiment_is_created_with_all_fields_of_the_request() {
    let scene = Scene::new();
    let audience = scene.audience("us", "US");
    let targeting = rules("plan", "eq", &json!("pro"));
    let body = json!({
        "key": "full", "name": "All of it", "description": "why", "environmentId": scene.id,
        "audienceId": audience["id"], "targetingRules": targeting, "salt": "mine",
    });
    let reply = scene.api().post("/experiments", &body);
    assert_eq!(published(&reply), Published::Silent);
    let made = reply.is(201);
    assert_shape(&made, &FIELDS);
    for field in ["key", "name", "description", "environmentId", "audienceId", "targetingRules"] {
        assert_eq!(made[field], body[field]);
    }
    // A client cannot choose the salt.
    assert_eq!(made["status"], "DRAFT");
    assert_ne!(made["salt"], "mine");
    assert_eq!(made["environment"], scene.api().get(&format!("/environments/{}", scene.id)).is(200));
    for field in ["id", "name", "environmentId", "rules", "createdAt", "updatedAt"] {
        assert_eq!(made["audience"][field], audience[field], "{field}");
    }
    assert_eq!(scene.api().get(&format!("/experiments/{}", id(&made))).is(200), made);
    assert_ne!(scene.experiment("other").get()["salt"], made["salt"]);
}

#[test]
fn a_key_is_unique_in_its_environment() {
    let scene = Scene::new();
    let (other, _) = environment(scene.api());
    scene.experiment("taken");
    let body = |environment: &str| json!({"key": "taken", "name": "n", "environmentId": environment});
    scene.api().post("/experiments", &body(&scene.id)).error_naming(409, "taken");
    scene.api().post("/experiments", &body(&other)).is(201);
}

#[test]
fn an_experiment_is_not_created_with_invalid_fields() {
    let scene = Scene::new();
    let (other, _) = environment(scene.api());
    let body = json!({"name": "foreign", "environmentId": other, "rules": []});
    let foreign = scene.api().post("/audiences", &body).is(201);
    let long = "é".repeat(257);
    for (field, value, status) in [
        ("environmentId", json!(NOBODY), 404),
        ("environmentId", json!(null), 400),
        ("environmentId", json!(7), 400),
        ("audienceId", json!(NOBODY), 404),
        ("audienceId", foreign["id"].clone(), 422),
        ("audienceId", json!(null), 400),
        ("audienceId", json!(7), 400),
        ("key", json!(null), 400),
        ("key", json!(""), 400),
        ("key", json!(1), 400),
        ("key", json!("a\u{0}b"), 400),
        ("key", json!(long), 400),
        ("name", json!(null), 400),
        ("name", json!(""), 400),
        ("name", json!("a\u{0}b"), 400),
        ("name", json!(long), 400),
        ("description", json!(1), 400),
        ("description", json!("a\u{0}b"), 400),
        ("targetingRules", json!("everyone"), 400),
    ] {
        let mut body = json!({"key": "k", "name": "n", "environmentId": scene.id});
        body[field] = value;
        scene.api().post("/experiments", &body).error(status);
    }
    for missing in ["key", "name", "environmentId"] {
        let mut body = json!({"key": "k", "name": "n", "environmentId": scene.id});
        body.as_object_mut().unwrap().remove(missing);
        scene.api().post("/experiments", &body).error_naming(400, missing);
    }
    let longest = "é".repeat(256);
    let body = json!({"key": longest, "name": longest, "environmentId": scene.id});
    assert_eq!(scene.api().post("/experiments", &body).is(201)["key"], longest);
}

#[test]
fn an_experiment_is_changed_field_by_field() {
    let scene = Scene::new();
    let audience = scene.audience("us", "US");
    let experiment = scene.experiment("e");
    experiment.variant("v");
    let mut expected = experiment.get();
    let targeting = rules("plan", "eq", &json!("pro"));
    for change in [
        json!({}),
        json!({"name": "Renamed"}),
        json!({"description": "described"}),
        json!({"description": ""}),
        json!({"targetingRules": targeting}),
        json!({"audienceId": audience["id"]}),
        json!({"name": "Again", "targetingRules": []}),
        json!({"audienceId": null}),
        json!({"key": "other", "status": "RUNNING", "environmentId": NOBODY, "salt": "s", "variants": []}),
    ] {
        let reply = scene.api().patch(&experiment.path, &change);
        assert_eq!(published(&reply), Published::NotDue);
        let got = reply.is(200);
        assert_shape(&got, &FIELDS);
        for field in ["name", "description", "targetingRules", "audienceId"] {
            if let Some(value) = change.get(field) {
                expected[field] = value.clone();
            }
        }
        assert!(got["updatedAt"].as_str() >= expected["updatedAt"].as_str());
        expected["updatedAt"] = got["updatedAt"].clone();
        assert_eq!(got["audience"].is_null(), expected["audienceId"].is_null(), "{change}");
        expected["audience"] = got["audience"].clone();
        assert_eq!(got, expected, "{change}");
        assert_eq!(experiment.get(), expected, "{change}");
    }
}

#[test]
fn an_experiment_is_not_changed_with_invalid_fields() {
    let scene = Scene::new();
    let (other, _) = environment(scene.api());
    let body = json!({"name": "foreign", "environmentId": other, "rules": []});
    let foreign = scene.api().post("/audiences", &body).is(201);
    let experiment = scene.experiment("e");
    let before = experiment.get();
    for (body, status, named) in [
        (json!({"description": null}), 400, "description"),
        (json!({"name": null}), 400, "name"),
        (json!({"name": ""}), 400, "name"),
        (json!({"name": "n", "description": 1}), 400, "description"),
        (json!({"audienceId": ""}), 400, "audienceId"),
        (json!({"audienceId": NOBODY}), 404, NOBODY),
        (json!({"name": "n", "audienceId": foreign["id"]}), 422, "environment"),
        (json!({"targetingRules": {}}), 400, "targetingRules"),
    ] {
        scene.api().patch(&experiment.path, &body).error_naming(status, named);
    }
    assert_eq!(experiment.get(), before);
}

#[test]
fn only_the_documented_status_changes_are_allowed() {
    let scene = Scene::new();
    let may_become = |from: &str, to: &str| {
        matches!(
            (from, to),
            ("DRAFT" | "PAUSED", "RUNNING" | "ARCHIVED") | ("RUNNING", "PAUSED" | "ARCHIVED")
        )
    };
    for from in STATUSES {
        for to in STATUSES {
            let experiment = scene.experiment(&format!("{from}-{to}"));
            let way: &[&str] = match from {
                "RUNNING" => &["RUNNING"],
                "PAUSED" => &["RUNNING", "PAUSED"],
                "ARCHIVED" => &["ARCHIVED"],
                _ => &[],
            };
            for status in way {
                experiment.set_status(status);
            }
            let reply = scene.api().patch(&experiment.below("/status"), &json!({"status": to}));
            if may_become(from, to) {
                let got = reply.is(200);
                assert_shape(&got, &FIELDS);
                assert_eq!(got["status"], to);
                assert_eq!(experiment.get(), got);
            } else {
                reply.error(422);
                assert_eq!(experiment.get()["status"], from);
            }
        }
    }
    let experiment = scene.experiment("e");
    for status in [json!("running"), json!("NONE"), json!(""), json!(null), json!(1), json!(["RUNNING"])] {
        scene
            .api()
            .patch(&experiment.below("/status"), &json!({"status": status}))
            .error_naming(400, "status");
    }
    scene.api().patch(&experiment.below("/status"), &json!({})).error_naming(400, "status");
}

#[test]
fn an_experiment_without_variants_can_run() {
    let scene = Scene::new();
    let experiment = scene.experiment("empty");
    assert_eq!(published(&experiment.set_status("RUNNING")), Published::Live);
    assert_eq!(scene.decide("u", &json!({}))["assignments"], json!([]));
}

#[test]
fn deleting_an_experiment_returns_it_and_frees_its_key() {
    let scene = Scene::new();
    let experiment = scene.experiment("gone");
    let variant = experiment.run();
    assert_eq!(scene.decide("u", &json!({}))["assignments"][0]["variant_id"], json!(variant));
    let before = experiment.get();

    let reply = scene.api().delete(&experiment.path);
    assert_eq!(published(&reply), Published::Live);
    let deleted = reply.is(200);
    for field in FIELDS.into_iter().filter(|field| !["variants", "allocations", "audience"].contains(field)) {
        assert_eq!(deleted[field], before[field], "{field}");
    }
    scene.api().delete(&experiment.path).error(404);
    scene.api().get(&experiment.path).error(404);
    scene.api().patch(&experiment.path, &json!({"name": "n"})).error(404);
    scene.api().post(&experiment.below("/variants"), &json!({"key": "k", "name": "n"})).error(404);
    assert_eq!(scene.decide("u", &json!({}))["assignments"], json!([]));
    let again = scene.experiment("gone").get();
    assert_eq!([&again["variants"], &again["allocations"]], [&json!([]); 2]);
    assert_eq!(again["audience"], Value::Null);
}

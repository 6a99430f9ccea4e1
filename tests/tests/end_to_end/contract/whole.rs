use serde_json::{Value, json};

use crate::scene::{Published, Scene, id, published};

/// Returns a request for an experiment with two variants, each for half of the users.
fn whole(scene: &Scene, key: &str) -> Value {
    json!({
        "key": key, "name": "n", "environmentId": scene.id,
        "variants": [{"key": "a", "name": "A", "payload": {"color": "red"}}, {"key": "b", "name": "B"}],
        "allocations": [
            {"variant": "b", "rangeStart": 5000, "rangeEnd": 9999},
            {"variant": "a", "rangeStart": 0, "rangeEnd": 4999},
        ],
    })
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[test]
fn an_experiment_is_created_with_its_variants_and_allocations() {
    let scene = Scene::new();
    let body = with(whole(&scene, "e"), "status", json!("DRAFT"));
    let reply = scene.api().post("/experiments", &body);
    assert_eq!(published(&reply), Published::Silent);
    let made = reply.is(201);
    assert_eq!(scene.api().get(&format!("/experiments/{}", id(&made))).is(200), made);
    assert_eq!((&made["status"], &made["variants"][1]["payload"]), (&json!("DRAFT"), &Value::Null));
    let (a, b) = (&made["variants"][0], &made["variants"][1]);
    assert_eq!((&a["key"], &a["payload"], &b["name"]), (&json!("a"), &json!({"color": "red"}), &json!("B")));
    let ranges: Vec<_> = made["allocations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|range| (&range["variantId"], &range["rangeStart"], &range["experimentId"]))
        .collect();
    assert_eq!(ranges, [(&b["id"], &json!(5000), &made["id"]), (&a["id"], &json!(0), &made["id"])]);
}

#[test]
fn a_running_experiment_is_live_when_its_creation_is_answered() {
    let scene = Scene::new();
    let reply = scene.api().post("/experiments", &with(whole(&scene, "e"), "status", json!("RUNNING")));
    assert_eq!(published(&reply), Published::Live);
    assert_eq!(reply.is(201)["status"], "RUNNING");
    let assignments = scene.decide("u", &json!({}))["assignments"].clone();
    assert_eq!((&assignments[0]["experiment_key"], &assignments[1]), (&json!("e"), &Value::Null));
}

#[test]
fn an_experiment_with_an_invalid_part_is_not_created() {
    let scene = Scene::new();
    scene.experiment("taken");
    let running = |key: &str| with(whole(&scene, key), "status", json!("RUNNING"));
    let range = |variant: &str, start: i64, end: i64| json!({"variant": variant, "rangeStart": start, "rangeEnd": end});
    for (body, status, named) in [
        (running("taken"), 409, "taken"),
        (with(running("e"), "variants", json!(null)), 400, "variants"),
        (with(running("e"), "variants", json!([{"key": "a", "name": ""}])), 400, "variants[0].name"),
        (
            with(running("e"), "variants", json!([{"key": "a", "name": "A"}, {"key": "a", "name": "B"}])),
            409,
            "variants[1].key",
        ),
        (with(running("e"), "variants", json!([{"key": "a", "name": "A"}])), 400, "allocations[0].variant"),
        (
            with(running("e"), "allocations", json!([range("a", 0, 1), range("c", 2, 3)])),
            400,
            "allocations[1].variant",
        ),
        (with(running("e"), "allocations", json!([range("a", 2, 1)])), 400, "allocations[0].rangeStart"),
        (with(running("e"), "allocations", json!([range("a", 0, 10_000)])), 400, "allocations[0].rangeEnd"),
        (
            with(running("e"), "allocations", json!([range("a", 0, 5), range("b", 5, 9)])),
            400,
            "allocations[1]",
        ),
        (with(running("e"), "status", json!("running")), 400, "status"),
        (with(running("e"), "status", json!("PAUSED")), 422, "status"),
        (with(running("e"), "status", json!("ARCHIVED")), 422, "status"),
    ] {
        scene.api().post("/experiments", &body).error_naming(status, named);
        let list = scene.api().get(&format!("/experiments?environmentId={}", scene.id)).is(200);
        assert_eq!(list["pagination"]["total"], 1, "{body}");
    }
}

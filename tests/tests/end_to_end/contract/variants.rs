use serde_json::{Value, json};

use crate::scene::{NOBODY, Scene, assert_shape, id};

const FIELDS: [&str; 5] = ["id", "key", "name", "payload", "experimentId"];

#[test]
fn a_payload_is_returned_unchanged() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let payload = r#"{"z":1.0,"a":{"y":[1e2,-0,0.10,12345678901234567890123,9007199254740993],"b":null},"é":"ü\n","":{}}"#;
    let contains_payload = |text: &str| assert!(text.contains(&format!(r#""payload":{payload}"#)), "{text}");

    let body = format!(r#"{{"key":"v","name":"n","payload": {payload} }}"#);
    let request = scene.api().request("POST", &experiment.below("/variants"));
    let reply = request.json(&body).send();
    let variant = reply.is(201);
    contains_payload(reply.text());
    let patch = experiment.below(&format!("/variants/{}", id(&variant)));
    let reply = scene.api().request("PATCH", &patch).json(&format!(r#"{{"payload":{payload}}}"#)).send();
    reply.is(200);
    contains_payload(reply.text());
    contains_payload(scene.api().get(&experiment.path).text());
    contains_payload(scene.api().get(&format!("/experiments?environmentId={}", scene.id)).text());

    experiment.give_all_to(&id(&variant));
    experiment.set_status("RUNNING");
    let published = scene.api().request("POST", &experiment.below("/publish")).send();
    published.is(200);
    contains_payload(published.text());
    contains_payload(
        scene.serve().plane.root().get(&format!("/configs/{}/snapshots/latest.json", scene.name)).text(),
    );
    contains_payload(scene.api().get(&format!("/decide?user_key=u&env={}", scene.name)).text());
}

#[test]
fn a_payload_is_an_object_or_absent() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let create = |key: &str, payload: Option<Value>| {
        let mut body = json!({"key": key, "name": "n"});
        if let Some(payload) = payload {
            body["payload"] = payload;
        }
        scene.api().post(&experiment.below("/variants"), &body)
    };
    let absent = create("absent", None).is(201);
    assert_shape(&absent, &FIELDS);
    assert_eq!(absent["payload"], Value::Null);
    let full = create("full", Some(json!({"a": 1}))).is(201);
    assert_eq!(create("empty", Some(json!({}))).is(201)["payload"], json!({}));

    let patch = experiment.below(&format!("/variants/{}", id(&full)));
    for not_one in [json!([]), json!("{}"), json!(1), json!(true)] {
        create("bad", Some(not_one.clone())).error_naming(400, "payload");
        scene.api().patch(&patch, &json!({"payload": not_one})).error_naming(400, "payload");
    }
    create("bad", Some(Value::Null)).error_naming(400, "payload");
    assert_eq!(scene.api().patch(&patch, &json!({"name": "renamed"})).is(200)["payload"], json!({"a": 1}));
    let cleared = scene.api().patch(&patch, &json!({"payload": null})).is(200);
    assert_eq!((&cleared["payload"], &cleared["name"]), (&Value::Null, &json!("renamed")));
}

#[test]
fn a_variant_without_a_payload_is_decided_with_null() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let body = json!({"key": "plain", "name": "n"});
    let variant = id(&scene.api().post(&experiment.below("/variants"), &body).is(201));
    experiment.give_all_to(&variant);
    experiment.set_status("RUNNING");
    let assignment = &scene.decide("u", &json!({}))["assignments"][0];
    assert_eq!(assignment.get("payload"), Some(&Value::Null));
}

#[test]
fn a_key_is_unique_in_its_experiment() {
    let scene = Scene::new();
    let (one, two) = (scene.experiment("one"), scene.experiment("two"));
    one.variant("taken");
    two.variant("taken");
    let body = json!({"key": "taken", "name": "n"});
    scene.api().post(&one.below("/variants"), &body).error_naming(409, "taken");
    assert_eq!(one.get()["variants"].as_array().unwrap().len(), 1);
    for body in [
        json!({"name": "n"}),
        json!({"key": "k"}),
        json!({"key": "", "name": "n"}),
        json!({"key": "k\u{0}", "name": "n"}),
        json!({"key": "x".repeat(257), "name": "n"}),
        json!({"key": 1, "name": "n"}),
        json!({"key": "k", "name": null}),
    ] {
        scene.api().post(&one.below("/variants"), &body).error(400);
    }
}

#[test]
fn a_variant_is_changed_and_is_deleted_with_its_allocations() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let (a, b) = (experiment.variant("a"), experiment.variant("b"));
    let ranges = json!({"allocations": [
        {"variantId": a, "rangeStart": 0, "rangeEnd": 10},
        {"variantId": b, "rangeStart": 11, "rangeEnd": 20},
        {"variantId": a, "rangeStart": 21, "rangeEnd": 30},
    ]});
    scene.api().put(&experiment.below("/allocations"), &ranges).is(200);
    let path = experiment.below(&format!("/variants/{a}"));

    // The key cannot be changed.
    let renamed = scene.api().patch(&path, &json!({"name": "A", "key": "z"})).is(200);
    let expected = json!({
        "id": a, "key": "a", "name": "A", "payload": {"is": "a"}, "experimentId": experiment.id,
    });
    assert_eq!(renamed, expected);
    for bad in [json!({"name": null}), json!({"name": ""}), json!({"name": 1})] {
        scene.api().patch(&path, &bad).error_naming(400, "name");
    }

    assert_eq!(scene.api().delete(&path).is(200), expected);
    let left = experiment.get();
    assert_eq!(left["variants"].as_array().unwrap().len(), 1);
    let allocations = left["allocations"].as_array().unwrap();
    assert_eq!(allocations.len(), 1);
    assert_eq!(allocations[0]["variantId"], json!(b));
    scene.api().delete(&path).error(404);
    scene.api().patch(&path, &json!({"name": "back"})).error(404);
}

#[test]
fn a_variant_of_another_experiment_is_404() {
    let scene = Scene::new();
    let (own, other) = (scene.experiment("own"), scene.experiment("other"));
    let foreign = other.variant("v");
    let before = other.get();
    let path = own.below(&format!("/variants/{foreign}"));
    scene.api().patch(&path, &json!({"name": "mine"})).error(404);
    scene.api().delete(&path).error(404);
    for body in [json!({"delete": [foreign]}), json!({"update": [{"id": foreign, "name": "mine"}]})] {
        scene.api().patch(&own.below("/variants"), &body).error(404);
    }
    assert_eq!(other.get(), before);
}

#[test]
fn a_bulk_change_applies_deletions_first() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let (a, b, c) = (experiment.variant("a"), experiment.variant("b"), experiment.variant("c"));
    experiment.give_all_to(&a);
    // A new variant `a` is created with the key that the deletion frees.
    let body = json!({
        "create": [{"key": "a", "name": "New A", "payload": {"new": true}}, {"key": "d", "name": "D"}],
        "update": [{"id": b, "name": "New B", "payload": null}, {"id": c}],
        "delete": [a],
    });
    let variants = scene.api().patch(&experiment.below("/variants"), &body).is(200);
    let rows: Vec<_> =
        variants.as_array().unwrap().iter().map(|row| (&row["key"], &row["name"], &row["payload"])).collect();
    let c_payload = json!({"is": "c"});
    assert_eq!(
        rows,
        [
            (&json!("b"), &json!("New B"), &Value::Null),
            (&json!("c"), &json!("Variant c"), &c_payload),
            (&json!("a"), &json!("New A"), &json!({"new": true})),
            (&json!("d"), &json!("D"), &Value::Null),
        ]
    );
    for row in variants.as_array().unwrap() {
        assert_shape(row, &FIELDS);
    }
    let now = experiment.get();
    assert_eq!(now["variants"], variants);
    assert_eq!(now["allocations"], json!([]));
    // An empty bulk change is accepted, and returns the current variants.
    for nothing in [json!({}), json!({"create": [], "update": [], "delete": []})] {
        assert_eq!(scene.api().patch(&experiment.below("/variants"), &nothing).is(200), variants);
    }
}

#[test]
fn variants_to_delete_are_named_by_objects_or_by_bare_ids_and_each_counts_once() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let (a, b, c) = (experiment.variant("a"), experiment.variant("b"), experiment.variant("c"));
    let variants = experiment.below("/variants");
    let body = json!({"delete": [{"id": a}, b, {"id": b, "key": "b"}, a]});
    let left = scene.api().patch(&variants, &body).is(200);
    assert_eq!((left[0]["id"].as_str(), left.as_array().unwrap().len()), (Some(c.as_str()), 1));
    scene.api().patch(&variants, &json!({"delete": [{"id": a}]})).error(404);
    assert_eq!(scene.api().patch(&variants, &json!({"delete": [{"id": c}]})).is(200), json!([]));
}

#[test]
fn a_bulk_change_is_atomic() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let (a, b) = (experiment.variant("a"), experiment.variant("b"));
    experiment.give_all_to(&a);
    let (before, etag) = (experiment.get(), experiment.etag());
    let new = json!({"key": "new", "name": "n"});
    for (body, status) in [
        (json!({"create": [new, {"key": "b", "name": "n"}]}), 409),
        (json!({"create": [new, new]}), 409),
        (json!({"delete": [a], "update": [{"id": a, "name": "gone"}]}), 404),
        (json!({"delete": [a, {"id": NOBODY}]}), 404),
        (json!({"delete": [a, NOBODY], "create": [new]}), 404),
        (json!({"update": [{"id": b, "name": "B"}, {"id": NOBODY, "name": "n"}]}), 404),
        (json!({"delete": [b], "create": [new, {"key": "x", "name": ""}]}), 400),
        (json!({"delete": [b], "create": [new, {"key": "x", "name": "n", "payload": null}]}), 400),
        (json!({"delete": [b], "update": [{"name": "n"}]}), 400),
        (json!({"delete": b}), 400),
        (json!({"delete": [null]}), 400),
        (json!({"delete": [{"key": "a"}]}), 400),
        (json!({"create": {}}), 400),
        (json!({"create": null}), 400),
        (json!({"create": [new], "update": [1]}), 400),
    ] {
        scene.api().patch(&experiment.below("/variants"), &body).error(status);
        assert_eq!((experiment.get(), experiment.etag()), (before.clone(), etag.clone()), "{body}");
    }
}

#[test]
fn an_experiment_has_at_most_100_variants() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let new = |number: usize| json!({"key": format!("v{number}"), "name": "n"});
    let create = |numbers: std::ops::Range<usize>| json!({"create": numbers.map(new).collect::<Vec<_>>()});
    let variants = experiment.below("/variants");
    let reply = scene.api().patch(&variants, &create(0..101));
    assert!(matches!(reply.status, 400 | 422), "{reply}");
    assert_eq!(experiment.get()["variants"], json!([]));
    scene.api().patch(&variants, &create(0..100)).is(200);
    let reply = scene.api().post(&variants, &new(100));
    assert!(matches!(reply.status, 400 | 422), "{reply}");
    reply.error(reply.status);
    assert_eq!(experiment.get()["variants"].as_array().unwrap().len(), 100);
}

#[test]
fn changes_of_variants_and_allocations_do_not_change_the_time_of_the_experiment() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let at = |experiment: &crate::scene::Experiment<'_>| experiment.get()["updatedAt"].clone();
    let before = at(&experiment);
    let variant = experiment.variant("v");
    scene.api().patch(&experiment.below(&format!("/variants/{variant}")), &json!({"name": "n"})).is(200);
    scene
        .api()
        .patch(&experiment.below("/variants"), &json!({"create": [{"key": "w", "name": "w"}]}))
        .is(200);
    experiment.give_all_to(&variant);
    scene.api().delete(&experiment.below(&format!("/variants/{variant}"))).is(200);
    assert_eq!(at(&experiment), before);
}

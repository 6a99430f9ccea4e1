//! The changes that are published, and the headers of their responses.

use std::fs;

use serde_json::{Value, json};

use crate::{
    planes::eventually,
    scene::{NOBODY, Published, Scene, assert_shape, id, published, rules},
};

/// Makes a change, and checks that it is live at once, as exactly one new version, or that there is no new version if the
/// change does not need to be published.
#[track_caller]
fn check(scene: &Scene, (method, path, body): (&str, &str, Value), expected: &Published) -> Value {
    let before = scene.version();
    let reply = scene.api().request(method, path).json(&body.to_string()).send();
    let value = reply.is(if method == "POST" { 201 } else { 200 });
    assert_eq!(published(&reply), *expected, "{reply}");
    assert_eq!(scene.version() - before, u64::from(*expected == Published::Live), "{reply}");
    value
}

/// Returns the live snapshot.
fn latest(scene: &Scene) -> Value {
    scene.serve().plane.root().get(&format!("/configs/{}/snapshots/latest.json", scene.name)).is(200)
}

#[test]
fn a_status_change_is_always_published() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let status = experiment.below("/status");
    for (to, live) in [("RUNNING", 1), ("PAUSED", 0), ("RUNNING", 1), ("ARCHIVED", 0)] {
        check(&scene, ("PATCH", &status, json!({"status": to})), &Published::Live);
        assert_eq!(latest(&scene)["experiments"].as_array().unwrap().len(), live, "{to}");
    }
    // The status change of an experiment that never ran is published too.
    let status = scene.experiment("draft").below("/status");
    check(&scene, ("PATCH", &status, json!({"status": "ARCHIVED"})), &Published::Live);
    // A refused change is not published.
    let before = scene.version();
    let refused = scene.api().patch(&status, &json!({"status": "RUNNING"}));
    refused.error(422);
    assert_eq!(scene.version(), before);
}

#[test]
fn a_deletion_is_always_published() {
    let scene = Scene::new();
    for (key, status) in [("draft", None), ("running", Some("RUNNING")), ("archived", Some("ARCHIVED"))] {
        let experiment = scene.experiment(key);
        if let Some(status) = status {
            experiment.set_status(status);
        }
        check(&scene, ("DELETE", &experiment.path, json!({})), &Published::Live);
    }
}

#[test]
fn changes_of_variants_and_allocations_are_published_while_the_experiment_runs() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let (variants, allocations) = (experiment.below("/variants"), experiment.below("/allocations"));
    for (status, expected) in [
        (None, Published::NotDue),
        (Some("RUNNING"), Published::Live),
        (Some("PAUSED"), Published::NotDue),
        (Some("RUNNING"), Published::Live),
        (Some("ARCHIVED"), Published::NotDue),
    ] {
        if let Some(status) = status {
            experiment.set_status(status);
        }
        let variant = check(&scene, ("POST", &variants, json!({"key": "v", "name": "v"})), &expected);
        let own = experiment.below(&format!("/variants/{}", id(&variant)));
        check(&scene, ("PATCH", &own, json!({"name": "w"})), &expected);
        check(&scene, ("PATCH", &own, json!({"payload": {"a": 1}})), &expected);
        check(&scene, ("PATCH", &variants, json!({"create": [{"key": "w", "name": "w"}]})), &expected);
        let range = json!({"variantId": variant["id"], "rangeStart": 0, "rangeEnd": 9});
        check(&scene, ("PUT", &allocations, json!({"allocations": [range]})), &expected);
        if status == Some("RUNNING") {
            let live = &latest(&scene)["experiments"][0];
            assert_eq!(
                (&live["allocations"][0], &live["variants"][0]["payload"]),
                (&range, &json!({"a": 1}))
            );
        }
        check(&scene, ("DELETE", &own, json!({})), &expected);
        let all = experiment.get();
        let left: Vec<&Value> = all["variants"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
        check(&scene, ("PATCH", &variants, json!({"delete": left})), &expected);
    }
}

#[test]
fn changes_of_targeting_are_published_while_the_experiment_runs() {
    let scene = Scene::new();
    let audience = scene.audience("us", "US");
    let experiment = scene.experiment("e");
    for (status, expected) in
        [(None, Published::NotDue), (Some("RUNNING"), Published::Live), (Some("PAUSED"), Published::NotDue)]
    {
        if let Some(status) = status {
            experiment.set_status(status);
        }
        let patch =
            |body: Value, expected: &Published| check(&scene, ("PATCH", &experiment.path, body), expected);
        patch(json!({"name": "n"}), &Published::NotDue);
        patch(json!({"description": "d"}), &Published::NotDue);
        patch(json!({}), &Published::NotDue);
        patch(json!({"audienceId": audience["id"]}), &expected);
        patch(json!({"targetingRules": rules("plan", "eq", &json!("pro")), "name": "m"}), &expected);
        if status == Some("RUNNING") {
            let live = &latest(&scene)["experiments"][0];
            assert_eq!(live["audienceRules"], audience["rules"]);
            assert_eq!(live["targetingRules"], rules("plan", "eq", &json!("pro")));
        }
        // A field in the request counts as a change, even with the same value.
        patch(json!({"targetingRules": []}), &expected);
        patch(json!({"targetingRules": []}), &expected);
        patch(json!({"audienceId": null}), &expected);
        patch(json!({"audienceId": null}), &expected);
    }
}

#[test]
fn changes_of_an_audience_are_published_while_an_experiment_with_the_audience_runs() {
    let scene = Scene::new();
    let (running, draft) = (scene.experiment("running"), scene.experiment("draft"));
    running.run();
    let path = |audience: &Value| format!("/audiences/{}", id(audience));
    let attach = |experiment: &crate::scene::Experiment<'_>, audience: &Value| {
        scene.api().patch(&experiment.path, &json!({"audienceId": audience["id"]})).is(200);
    };
    let (unused, drafted, used) =
        (scene.audience("unused", "US"), scene.audience("drafted", "US"), scene.audience("used", "US"));
    attach(&draft, &drafted);
    attach(&running, &used);

    let german = rules("country", "eq", &json!("DE"));
    for (audience, expected) in
        [(&unused, Published::NotDue), (&drafted, Published::NotDue), (&used, Published::Live)]
    {
        let name = json!({"name": format!("{} again", audience["name"])});
        check(&scene, ("PATCH", &path(audience), name), &Published::NotDue);
        check(&scene, ("PATCH", &path(audience), json!({})), &Published::NotDue);
        check(
            &scene,
            ("PATCH", &path(audience), json!({"rules": german, "name": audience["name"]})),
            &expected,
        );
    }
    assert_eq!(latest(&scene)["experiments"][0]["audienceRules"], german);
    let keys = |country: &str| scene.decide("u", &json!({"country": country}))["assignments"].clone();
    assert_eq!((keys("US"), keys("DE")[0]["experiment_key"].clone()), (json!([]), json!("running")));

    check(&scene, ("DELETE", &path(&unused), json!({})), &Published::NotDue);
    check(&scene, ("DELETE", &path(&drafted), json!({})), &Published::NotDue);
    check(&scene, ("DELETE", &path(&used), json!({})), &Published::Live);
    // Without its audience, the experiment is for all users.
    assert_eq!(latest(&scene)["experiments"][0]["audienceRules"], json!([]));
    assert_eq!(keys("US")[0]["experiment_key"], "running");

    // The audience of an experiment that does not run is not published.
    let last = scene.audience("last", "US");
    attach(&running, &last);
    running.set_status("PAUSED");
    check(&scene, ("PATCH", &path(&last), json!({"rules": []})), &Published::NotDue);
    check(&scene, ("DELETE", &path(&last), json!({})), &Published::NotDue);
}

#[test]
fn a_snapshot_contains_the_running_experiments_in_order() {
    let scene = Scene::new();
    let audience = scene.audience("us", "US");
    let (one, two, three) = (scene.experiment("one"), scene.experiment("two"), scene.experiment("three"));
    three.set_status("RUNNING");
    let (b, a) = (one.variant("b"), one.variant("a"));
    let ranges = json!([
        {"variantId": a, "rangeStart": 9000, "rangeEnd": 9999},
        {"variantId": b, "rangeStart": 0, "rangeEnd": 8999},
    ]);
    scene.api().put(&one.below("/allocations"), &json!({"allocations": ranges})).is(200);
    let rules = rules("plan", "in", &json!(["pro"]));
    let body = json!({"audienceId": audience["id"], "targetingRules": rules});
    scene.api().patch(&one.path, &body).is(200);
    one.set_status("RUNNING");
    let reply = scene.api().request("POST", &two.below("/publish")).send();
    assert_eq!(published(&reply), Published::Silent);
    let snapshot = reply.is(200);

    assert_shape(&snapshot, &["version", "environment", "publishedAt", "experiments"]);
    assert_eq!((&snapshot["version"], &snapshot["environment"]), (&json!(3), &json!(scene.name)));
    let salt = |experiment: &crate::scene::Experiment<'_>| experiment.get()["salt"].clone();
    let expected = json!([
        {
            "id": one.id, "key": "one", "salt": salt(&one), "audienceRules": audience["rules"], "targetingRules": rules,
            "variants": [
                {"id": b, "key": "b", "payload": {"is": "b"}},
                {"id": a, "key": "a", "payload": {"is": "a"}},
            ],
            "allocations": ranges,
        },
        {
            "id": three.id, "key": "three", "salt": salt(&three), "audienceRules": [], "targetingRules": [],
            "variants": [], "allocations": [],
        },
    ]);
    assert_eq!(snapshot["experiments"], expected);
    assert_eq!(latest(&scene), snapshot);
    let immutable = format!("/configs/{}/snapshots/3.json", scene.name);
    assert_eq!(scene.serve().plane.root().get(&immutable).is(200), snapshot);

    // Experiments that do not run, and experiments of other environments, are not in the snapshot.
    let other = Scene::new();
    other.experiment("elsewhere").set_status("RUNNING");
    assert_eq!(scene.version(), 3);
    assert_eq!(other.version(), 1);
    scene.api().request("POST", &format!("/experiments/{NOBODY}/publish")).send().error(404);
}

#[test]
fn a_change_that_the_store_refuses_is_saved_and_published_later() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let variant = experiment.variant("on");
    experiment.give_all_to(&variant);
    // A file in the place of the environment's directory.
    let obstacle = scene.serve().directory.path().join("data/snapshots/configs").join(&scene.name);
    fs::create_dir_all(obstacle.parent().unwrap()).unwrap();
    fs::write(&obstacle, "in the way").unwrap();

    let status = json!({"status": "RUNNING"});
    let (changed, manual) = std::thread::scope(|scope| {
        let changed = scope.spawn(|| scene.api().patch(&experiment.below("/status"), &status));
        let manual = scope.spawn(|| scene.api().request("POST", &experiment.below("/publish")).send());
        (changed.join().unwrap(), manual.join().unwrap())
    });
    assert_eq!(changed.is(200)["status"], "RUNNING");
    match published(&changed) {
        Published::Failed(problem) => {
            assert!(
                !problem.is_empty() && problem.len() <= 512 && !problem.contains(['\n', '\r']),
                "{problem}"
            );
        }
        other => panic!("{changed}: {other:?}"),
    }
    manual.error(500);
    assert_eq!(published(&manual), Published::Silent);
    assert_eq!(experiment.get()["status"], "RUNNING");
    scene.api().get(&format!("/decide?user_key=u&env={}", scene.name)).error(503);

    fs::remove_file(&obstacle).unwrap();
    eventually("the change is live, once the store takes it", || {
        let reply = scene.api().get(&format!("/decide?user_key=u&env={}", scene.name));
        (reply.status == 200 && reply.json()["assignments"][0]["variant_key"] == "on").then_some(())
    });
}

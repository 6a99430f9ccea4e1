//! History, rollback and publish previews, over HTTP.

use serde_json::{Value, json};

use crate::scene::{NOBODY, Published, Scene, assert_shape, published};

fn below(scene: &Scene, path: &str) -> String {
    format!("/environments/{}{path}", scene.id)
}

const STATUS: [&str; 6] = ["liveVersion", "publishedAt", "pendingVersion", "unpublished", "heldAt", "error"];

#[test]
fn history_lists_versions_and_returns_each_snapshot_as_published() {
    let scene = Scene::new();
    let first = scene.experiment("first");
    first.set_status("RUNNING");
    scene.experiment("second").set_status("RUNNING");

    let list = scene.api().get(&below(&scene, "/versions?page=1&pageSize=1")).is(200);
    assert_eq!((&list["pagination"]["total"], &list["pagination"]["totalPages"]), (&json!(2), &json!(2)));
    let row = &list["data"][0];
    assert_shape(row, &["version", "state", "createdAt", "createdBy", "experiments", "restores"]);
    let expected = json!([2, "published", "local", 2, null]);
    let fields = ["version", "state", "createdBy", "experiments", "restores"].map(|name| row[name].clone());
    assert_eq!(json!(fields), expected);

    let snapshot = scene.api().get(&below(&scene, "/versions/1"));
    assert_eq!(snapshot.header("content-type"), Some("application/json"));
    let immutable = format!("/configs/{}/snapshots/1.json", scene.name);
    assert_eq!(snapshot.is(200), scene.serve().plane.root().get(&immutable).is(200));

    let diff = scene.api().get(&below(&scene, "/versions/2/diff")).is(200);
    assert_eq!((&diff["version"], &diff["against"]), (&json!(2), &json!(1)));
    assert_eq!(diff["experiments"]["added"][0]["key"], "second");
    assert_eq!(diff["flags"], json!({"added": [], "removed": [], "changed": [], "reordered": false}));
    let back = scene.api().get(&below(&scene, "/versions/1/diff?against=2")).is(200);
    assert_eq!(back["experiments"]["removed"][0]["key"], "second");

    for path in ["/versions/3", "/versions/x", "/versions/3/diff", "/versions/1/diff?against=9"] {
        scene.api().get(&below(&scene, path)).error(404);
    }
    scene.api().get(&below(&scene, "/versions/1/diff?against=1&against=2")).error(400);
    scene.api().get(&below(&scene, "/versions?page=1")).error(400);
    for path in ["/versions", "/versions/1", "/versions/1/diff", "/publication"] {
        scene.api().get(&format!("/environments/{NOBODY}{path}")).error(404);
    }
}

#[test]
fn a_rollback_is_live_until_publishing_is_resumed() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let (old, new) = (experiment.variant("old"), experiment.variant("new"));
    experiment.give_all_to(&old);
    experiment.set_status("RUNNING");
    experiment.give_all_to(&new);
    let variant = || scene.decide("u", &json!({}))["assignments"][0]["variant_key"].clone();
    let post = |path: &str| scene.api().request("POST", &below(&scene, path)).send();
    let status = || scene.api().get(&below(&scene, "/publication")).is(200);
    assert_eq!((variant(), scene.version()), (json!("new"), 2));
    assert_shape(&status(), &STATUS);
    assert_eq!((&status()["liveVersion"], &status()["unpublished"]), (&json!(2), &json!(false)));
    post("/resume").error(409);

    let reply = post("/versions/1/rollback");
    assert_eq!(published(&reply), Published::Live);
    let rolled = reply.is(200);
    assert_shape(&rolled, &STATUS);
    let expected = (&json!(3), &json!(true), false);
    assert_eq!((&rolled["liveVersion"], &rolled["unpublished"], rolled["heldAt"].is_null()), expected);
    assert_eq!((variant(), scene.version()), (json!("old"), 3));

    // Changes are saved, and a manual publish is refused with a reason.
    let paused = scene.api().patch(&experiment.below("/status"), &json!({"status": "PAUSED"}));
    assert_eq!(published(&paused), Published::NotDue);
    scene.api().request("POST", &experiment.below("/publish")).send().error(409);
    let preview = post("/versions/preview").is(200);
    assert_shape(&preview, &["snapshot", "diff"]);
    assert_eq!(
        (&preview["snapshot"]["version"], &preview["snapshot"]["experiments"]),
        (&json!(4), &json!([]))
    );
    assert_eq!(preview["diff"]["experiments"]["removed"][0]["key"], "e");
    assert_eq!((variant(), scene.version()), (json!("old"), 3));

    let reply = post("/resume");
    assert_eq!(published(&reply), Published::Live);
    let resumed = reply.is(200);
    assert_eq!((&resumed["heldAt"], &resumed["unpublished"]), (&Value::Null, &json!(false)));
    assert_eq!((variant(), scene.version()), (Value::Null, 4));

    post("/versions/9/rollback").error(404);
    for path in ["/versions/1/rollback", "/versions/preview", "/resume"] {
        scene.api().request("POST", &format!("/environments/{NOBODY}{path}")).send().error(404);
    }
}

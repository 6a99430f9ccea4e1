//! `ETag` and `If-Match`: no client overwrites a change of another client without noticing.

use serde_json::{Value, json};

use crate::scene::{Experiment, Scene, id};

/// A change with an `If-Match` header.
struct Guarded {
    method: &'static str,
    path: String,
    body: Value,
}

/// Returns every possible change of an experiment, its variants and its allocations. The last change deletes the experiment.
fn changes(experiment: &Experiment<'_>) -> Vec<Guarded> {
    let (one, two) = (experiment.variant("one"), experiment.variant("two"));
    let guarded = |method, path: &str, body| Guarded { method, path: experiment.below(path), body };
    let range = json!({"variantId": two, "rangeStart": 0, "rangeEnd": 9});
    vec![
        guarded("PATCH", "", json!({"name": "n"})),
        guarded("PATCH", "", json!({"targetingRules": []})),
        guarded("PATCH", "/status", json!({"status": "RUNNING"})),
        guarded("POST", "/variants", json!({"key": "three", "name": "n"})),
        guarded("PATCH", &format!("/variants/{one}"), json!({"name": "n"})),
        guarded("PATCH", "/variants", json!({"create": [{"key": "four", "name": "n"}]})),
        guarded("DELETE", &format!("/variants/{one}"), json!({})),
        guarded("PUT", "/allocations", json!({"allocations": [range]})),
        guarded("DELETE", "", json!({})),
    ]
}

#[test]
fn a_stale_change_of_an_experiment_is_412_and_changes_nothing() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let stale = experiment.etag();
    let changes = changes(&experiment);
    let last = changes.len() - 1;
    for (index, Guarded { method, path, body }) in changes.into_iter().enumerate() {
        let send = |tags: &str| {
            let request = scene.api().request(method, &path).header("if-match", tags);
            request.json(&body.to_string()).send()
        };
        let (before, etag, version) = (experiment.get(), experiment.etag(), scene.version());
        assert_ne!(etag, stale);
        for tags in [stale.as_str(), &format!("{stale}, \"other\""), "\"other\"", &format!("W/{stale}")] {
            send(tags).error(412);
        }
        assert_eq!((experiment.get(), experiment.etag()), (before, etag.clone()), "{method} {path}");
        assert_eq!(scene.version(), version);

        let reply = send(&format!("{stale}, {etag}"));
        reply.is(if method == "POST" { 201 } else { 200 });
        if index < last {
            assert_ne!(experiment.etag(), etag, "{reply}");
            assert_eq!(reply.etag(), experiment.etag(), "{reply}");
        }
    }
    scene.api().get(&experiment.path).error(404);
}

#[test]
fn an_etag_that_a_proxy_has_changed_names_the_same_revision() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let stale = experiment.etag();
    let rename = |lines: &[String]| {
        let request = scene.api().request("PATCH", &experiment.path).json(r#"{"name":"n"}"#);
        lines.iter().fold(request, |request, line| request.header("if-match", line)).send()
    };
    rename(std::slice::from_ref(&stale)).is(200);
    let changes: [fn(&str) -> String; 5] = [
        |tag| format!("W/{tag}"),
        |tag| format!("\"0\" ,W/{tag}"),
        |tag| format!("\"a,b\",{}-gzip\"", tag.trim_end_matches('"')),
        |tag| format!("W/{}--gzip\"", tag.trim_end_matches('"')),
        |tag| format!("{};br\"", tag.trim_end_matches('"')),
    ];
    for change in changes {
        rename(&[change(&stale)]).error(412);
        rename(&[change(&experiment.etag())]).is(200);
        rename(&["\"0\"".to_owned(), change(&experiment.etag())]).is(200);
    }
}

#[test]
fn if_match_star_accepts_any_revision() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    for Guarded { method, path, body } in changes(&experiment) {
        let request = scene.api().request(method, &path).header("if-match", "*");
        let reply = request.json(&body.to_string()).send();
        assert!(matches!(reply.status, 200 | 201), "{reply}");
    }
}

#[test]
fn a_stale_change_of_an_audience_is_412_and_changes_nothing() {
    let scene = Scene::new();
    let path = format!("/audiences/{}", id(&scene.audience("us", "US")));
    let send = |method: &str, tag: &str| {
        scene.api().request(method, &path).header("if-match", tag).json(r#"{"rules":[]}"#).send()
    };
    let stale = scene.api().get(&path).etag();
    let renamed = scene.api().patch(&path, &json!({"name": "usa"}));
    let current = renamed.etag();
    assert_ne!(current, stale);
    for method in ["PATCH", "DELETE"] {
        send(method, &stale).error(412);
        send(method, "\"other\"").error(412);
        let now = scene.api().get(&path);
        assert_eq!((now.is(200), now.etag()), (renamed.is(200), current.clone()));
    }
    let emptied = send("PATCH", &current);
    assert_eq!(emptied.is(200)["rules"], json!([]));
    assert_ne!(emptied.etag(), current);
    send("DELETE", &current).error(412);
    send("DELETE", &emptied.etag()).is(200);
}

#[test]
fn the_response_to_a_creation_has_an_etag() {
    let scene = Scene::new();
    let environment = scene.api().post("/environments", &json!({"name": format!("{}-tag", scene.name)}));
    let body = json!({"name": "a", "environmentId": scene.id, "rules": []});
    let audience = scene.api().post("/audiences", &body);
    let body = json!({"key": "e", "name": "e", "environmentId": scene.id});
    let experiment = scene.api().post("/experiments", &body);
    for (path, made) in [("environments", environment), ("audiences", audience), ("experiments", experiment)]
    {
        let got = scene.api().get(&format!("/{path}/{}", id(&made.is(201))));
        assert_eq!(got.etag(), made.etag(), "{path}");
    }
}

#[test]
fn deleting_the_audience_of_an_experiment_changes_the_experiment() {
    let scene = Scene::new();
    let audience = scene.audience("us", "US");
    let experiment = scene.experiment("e");
    scene.api().patch(&experiment.path, &json!({"audienceId": audience["id"]})).is(200);
    let before = experiment.etag();
    scene.api().delete(&format!("/audiences/{}", id(&audience))).is(200);
    assert_ne!(experiment.etag(), before);
}

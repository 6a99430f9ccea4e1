//! Concurrent clients.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use serde_json::{Value, json};

use crate::{
    client::Reply,
    scene::{Published, Scene, published},
};

const CLIENTS: usize = 12;

/// Sends concurrent requests, and returns all responses.
fn at_once(request: impl Fn(usize) -> Reply + Sync) -> Vec<Reply> {
    thread::scope(|scope| {
        let request = &request;
        let clients: Vec<_> = (0..CLIENTS).map(|client| scope.spawn(move || request(client))).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

/// Returns the number of responses with `status`. All other responses must be errors with the status `other`.
#[track_caller]
fn count(replies: &[Reply], status: u16, other: u16) -> usize {
    for reply in replies.iter().filter(|reply| reply.status != status) {
        reply.error(other);
    }
    replies.iter().filter(|reply| reply.status == status).count()
}

#[test]
fn one_of_many_concurrent_requests_gets_a_unique_name() {
    let scene = Scene::new();
    let body = json!({"name": format!("{}-wanted", scene.name)});
    assert_eq!(count(&at_once(|_| scene.api().post("/environments", &body)), 201, 409), 1);
    let body = json!({"key": "wanted", "name": "n", "environmentId": scene.id});
    assert_eq!(count(&at_once(|_| scene.api().post("/experiments", &body)), 201, 409), 1);
    let body = json!({"name": "wanted", "environmentId": scene.id, "rules": []});
    assert_eq!(count(&at_once(|_| scene.api().post("/audiences", &body)), 201, 409), 1);
    let experiment = scene.experiment("e");
    let body = json!({"key": "wanted", "name": "n"});
    assert_eq!(count(&at_once(|_| scene.api().post(&experiment.below("/variants"), &body)), 201, 409), 1);
    assert_eq!(count(&at_once(|_| scene.api().delete(&experiment.path)), 200, 404), 1);
}

#[test]
fn one_of_many_concurrent_changes_with_the_same_etag_succeeds() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let etag = experiment.etag();
    let replies = at_once(|client| {
        let request = scene.api().request("PATCH", &experiment.path).header("if-match", &etag);
        request.json(&json!({"name": format!("by {client}")}).to_string()).send()
    });
    assert_eq!(count(&replies, 200, 412), 1);
    let winner = replies.iter().find(|reply| reply.status == 200).unwrap();
    assert_eq!(experiment.get(), winner.json());
}

#[test]
fn every_concurrent_change_is_live_at_its_response_and_versions_only_increase() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    experiment.run();
    let before = scene.version();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut last = 0;
            while !done.load(Ordering::Relaxed) {
                let decided = scene.decide("u", &json!({}));
                assert_eq!(decided["assignments"][0]["variant_key"], "on");
                let version = decided["config_version"].as_u64().unwrap();
                assert!(version >= last, "{version} after {last}");
                last = version;
            }
        });
        let replies = at_once(|client| {
            let reply = scene
                .api()
                .post(&experiment.below("/variants"), &json!({"key": format!("v{client}"), "name": "n"}));
            let snapshots = scene.serve().plane.root();
            let latest = snapshots.get(&format!("/configs/{}/snapshots/latest.json", scene.name)).is(200);
            let variants = latest["experiments"][0]["variants"].as_array().unwrap().clone();
            assert!(variants.iter().any(|variant| variant["id"] == reply.json()["id"]), "{reply}");
            reply
        });
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
        for reply in replies {
            reply.is(201);
            assert_eq!(published(&reply), Published::Live, "{reply}");
        }
    });
    // Concurrent changes may be published as one version.
    let rose = scene.version() - before;
    assert!((1..=CLIENTS as u64).contains(&rose), "{rose}");
    let keys: Vec<Value> =
        experiment.get()["variants"].as_array().unwrap().iter().map(|row| row["key"].clone()).collect();
    assert_eq!(keys.len(), CLIENTS + 1);
}

#[test]
fn several_requests_can_use_one_connection() {
    use std::io::{Read, Write};
    let scene = Scene::new();
    let mut stream = scene.api().connect();
    let body = json!({"name": format!("{}-shared", scene.name)}).to_string();
    let length = body.len();
    write!(
        stream,
        "GET /api/nothing HTTP/1.1\r\nhost: localhost\r\n\r\n\
         POST /api/environments HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\n\r\n{body}\
         POST /api/environments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}\
         GET /api/environments HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut responses = String::new();
    stream.read_to_string(&mut responses).unwrap();
    let statuses: Vec<&str> = responses.matches("HTTP/1.1 ").collect();
    assert_eq!(statuses.len(), 4, "{responses}");
    for status in ["404 Not Found", "415 Unsupported Media Type", "201 Created", "200 OK"] {
        assert!(responses.contains(&format!("HTTP/1.1 {status}\r\n")), "{responses}");
    }
}

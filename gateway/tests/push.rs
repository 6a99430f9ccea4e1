//! Notifying of new versions with server-sent events, and decision planes that follow the events.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use reqwest::Response;
use serde_json::{Value, json};
use support::{Served, TIMEOUT};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};

/// A control plane with one environment, which has one experiment.
struct Publishing {
    control: Served,
    directory: TempDir,
    experiment: String,
}

impl Publishing {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let control = Served::plane(&["control", "--data-dir", data.to_str().unwrap()]).await;
        let environment = post(&control, "/environments", &json!({"name": "prod"})).await;
        let body = json!({"key": "e", "name": "e", "environmentId": environment["id"]});
        let experiment = post(&control, "/experiments", &body).await;
        Self { control, directory, experiment: experiment["id"].as_str().unwrap().to_owned() }
    }

    fn path(&self, below: &str) -> String {
        format!("/experiments/{}{below}", self.experiment)
    }

    /// Publishes the next version, in which every user gets the variant `v{version}`.
    async fn publish(&self, version: u64) {
        let variant = json!({"key": format!("v{version}"), "name": "v"});
        let variant = post(&self.control, &self.path("/variants"), &variant).await;
        let range = json!({"variantId": variant["id"], "rangeStart": 0, "rangeEnd": 9999});
        send(&self.control, "PUT", &self.path("/allocations"), &json!({"allocations": [range]})).await;
        let status = if version == 1 { "RUNNING" } else { "PAUSED" };
        send(&self.control, "PATCH", &self.path("/status"), &json!({"status": status})).await;
        if version > 1 {
            send(&self.control, "PATCH", &self.path("/status"), &json!({"status": "RUNNING"})).await;
        }
    }

    async fn live(&self) -> u64 {
        let all = self.control.json("/environments").await.1;
        let prod = all["data"].as_array().unwrap().iter().find(|row| row["name"] == "prod");
        let id = prod.unwrap()["id"].as_str().unwrap();
        let publication = self.control.json(&format!("/environments/{id}/publication")).await.1;
        publication["liveVersion"].as_u64().unwrap()
    }
}

async fn post(plane: &Served, path: &str, body: &Value) -> Value {
    send(plane, "POST", path, body).await
}

async fn send(plane: &Served, method: &str, path: &str, body: &Value) -> Value {
    let response = plane.send(method, path, &[("content-type", "application/json")], body.to_string()).await;
    assert!(response.status().is_success(), "{method} {path}: {response:?}");
    response.json().await.unwrap()
}

/// A client that follows a stream of events.
struct Listener {
    response: Response,
    unread: String,
}

impl Listener {
    async fn connect(plane: &Served, path: &str, headers: &[(&str, &str)]) -> Self {
        let response = plane.send("GET", path, headers, "").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        Self { response, unread: String::new() }
    }

    /// Returns the id and the data of the next event, or `None` at the end of the stream.
    async fn next(&mut self) -> Option<(Option<String>, Value)> {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                let found = field("data").map(|data| {
                    assert_eq!(field("event"), Some("version"));
                    (field("id").map(str::to_owned), serde_json::from_str(data).unwrap())
                });
                self.unread = rest.to_owned();
                match found {
                    Some(found) => return Some(found),
                    None => continue,
                }
            }
            let chunk = timeout(TIMEOUT, self.response.chunk()).await.unwrap().unwrap()?;
            self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Waits for the event of a version.
    async fn wait_for(&mut self, version: u64) {
        let mut last = 0;
        while last < version {
            let next = self.next().await.unwrap().1["version"].as_u64().unwrap();
            assert!(next > last, "{next} after {last}");
            last = next;
        }
        assert_eq!(last, version);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_gets_the_live_version_and_then_every_new_version() {
    let publishing = Publishing::new().await;
    let mut early = Listener::connect(&publishing.control, "/stream?env=prod", &[]).await;
    publishing.publish(1).await;
    assert_eq!(
        early.next().await,
        Some((Some("1".to_owned()), json!({"environment": "prod", "version": 1})))
    );

    let mut late = Listener::connect(&publishing.control, "/stream?env=prod", &[]).await;
    assert_eq!(late.next().await.unwrap().0.as_deref(), Some("1"));
    let mut all = Listener::connect(&publishing.control, "/stream", &[]).await;
    assert_eq!(all.next().await, Some((None, json!({"environment": "prod", "version": 1}))));

    // A listener that connects again sends the id of its last event, and gets newer versions only.
    let mut again =
        Listener::connect(&publishing.control, "/stream?env=prod", &[("last-event-id", "1")]).await;
    publishing.publish(2).await;
    let live = publishing.live().await;
    for listener in [&mut early, &mut late, &mut all, &mut again] {
        listener.wait_for(live).await;
    }
    // An id that is older than the live version, or that this server cannot have sent, does not suppress the live version.
    for id in ["1", "999999", "x"] {
        let mut once_more =
            Listener::connect(&publishing.control, "/stream?env=prod", &[("last-event-id", id)]).await;
        once_more.wait_for(live).await;
    }

    for (path, status) in
        [("/stream?env=nowhere", 404), ("/stream?env=%2e%2e", 400), ("/stream?env=a&env=b", 400)]
    {
        assert_eq!(publishing.control.get(path).await.status(), status, "{path}");
    }
    publishing.control.stop().await;
    // Listeners do not keep a server from stopping. Their streams end.
    assert_eq!(early.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_does_not_read_does_not_delay_two_hundred_other_listeners() {
    let publishing = Publishing::new().await;
    let mut stalled = TcpStream::connect(publishing.control.address).await.unwrap();
    stalled.write_all(b"GET /stream HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut all = Vec::new();
    for _ in 0..200 {
        all.push(Listener::connect(&publishing.control, "/stream?env=prod", &[]).await);
    }
    for version in 1..=5 {
        publishing.publish(version).await;
    }
    let live = publishing.live().await;
    for listener in &mut all {
        listener.wait_for(live).await;
    }
    publishing.control.stop().await;
    drop(stalled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_plane_that_follows_the_events_does_not_depend_on_polling() {
    let publishing = Publishing::new().await;
    publishing.publish(1).await;
    let store = format!("file:{}", publishing.directory.path().join("data/snapshots").display());
    let control = publishing.control.url("");
    let args = ["decide", "--snapshot-store", &store, "--poll-interval", "86400", "--control-url", &control];
    let decide = Served::plane(&args).await;
    let gateway =
        Served::plane(&["gateway", "--control-url", &control, "--decide-url", &decide.url("")]).await;
    let variant = async || {
        let decided = decide.json("/decide?user_key=u&env=prod").await.1;
        decided["assignments"][0]["variant_key"].clone()
    };
    assert_eq!(variant().await, "v1");
    // An environment that was requested before its first version is loaded because of its first event.
    let environment = post(&publishing.control, "/environments", &json!({"name": "later"})).await;
    let later = async || decide.get("/decide?user_key=u&env=later").await.status().as_u16();
    assert_eq!(later().await, 503);
    let body = json!({"key": "l", "name": "l", "environmentId": environment["id"]});
    let experiment = post(&publishing.control, "/experiments", &body).await;
    let status = format!("/experiments/{}/status", experiment["id"].as_str().unwrap());
    send(&publishing.control, "PATCH", &status, &json!({"status": "RUNNING"})).await;
    timeout(TIMEOUT, async {
        while later().await != 200 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();

    // A gateway forwards events at once.
    let mut forwarded = Listener::connect(&gateway, "/api/stream?env=prod", &[]).await;
    forwarded.wait_for(publishing.live().await).await;
    publishing.publish(2).await;
    forwarded.wait_for(publishing.live().await).await;
    timeout(TIMEOUT, async {
        while variant().await != "v2" {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    gateway.stop().await;
    assert_eq!(forwarded.next().await, None);
    decide.stop().await;
    publishing.control.stop().await;
}

//! Telling of new versions by server-sent events, and decision planes that listen.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use reqwest::Response;
use serde_json::{Value, json};
use support::{PATIENCE, Served};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};

/// A control plane of its own, with an environment in which one experiment is.
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

    /// Makes the next version, in which everybody gets the variant `v{version}`.
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
    let answer = plane.send(method, path, &[("content-type", "application/json")], body.to_string()).await;
    assert!(answer.status().is_success(), "{method} {path}: {answer:?}");
    answer.json().await.unwrap()
}

/// Somebody who listens.
struct Listening {
    answer: Response,
    unread: String,
}

impl Listening {
    async fn to(plane: &Served, path: &str, headers: &[(&str, &str)]) -> Self {
        let answer = plane.send("GET", path, headers, "").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        Self { answer, unread: String::new() }
    }

    /// The id and the data of the next event, or `None` if they end.
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
            let piece = timeout(PATIENCE, self.answer.chunk()).await.unwrap().unwrap()?;
            self.unread.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }

    /// Waits until it is told of a version.
    async fn hear(&mut self, version: u64) {
        let mut last = 0;
        while last < version {
            let told = self.next().await.unwrap().1["version"].as_u64().unwrap();
            assert!(told > last, "{told} after {last}");
            last = told;
        }
        assert_eq!(last, version);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_hears_what_is_live_and_then_of_every_new_version() {
    let publishing = Publishing::new().await;
    let mut early = Listening::to(&publishing.control, "/stream?env=prod", &[]).await;
    publishing.publish(1).await;
    assert_eq!(
        early.next().await,
        Some((Some("1".to_owned()), json!({"environment": "prod", "version": 1})))
    );

    let mut late = Listening::to(&publishing.control, "/stream?env=prod", &[]).await;
    assert_eq!(late.next().await.unwrap().0.as_deref(), Some("1"));
    let mut of_all = Listening::to(&publishing.control, "/stream", &[]).await;
    assert_eq!(of_all.next().await, Some((None, json!({"environment": "prod", "version": 1}))));

    // Who connects again tells what he has heard, and hears of newer versions only.
    let mut again = Listening::to(&publishing.control, "/stream?env=prod", &[("last-event-id", "1")]).await;
    publishing.publish(2).await;
    let live = publishing.live().await;
    for listening in [&mut early, &mut late, &mut of_all, &mut again] {
        listening.hear(live).await;
    }
    // What nobody can have heard here counts for nothing.
    for id in ["1", "999999", "x"] {
        let mut once_more =
            Listening::to(&publishing.control, "/stream?env=prod", &[("last-event-id", id)]).await;
        once_more.hear(live).await;
    }

    for (path, status) in
        [("/stream?env=nowhere", 404), ("/stream?env=%2e%2e", 400), ("/stream?env=a&env=b", 400)]
    {
        assert_eq!(publishing.control.get(path).await.status(), status, "{path}");
    }
    publishing.control.stop().await;
    // Listeners do not keep a server from stopping, and are told that it ends.
    assert_eq!(early.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_listeners_hear_at_once_and_none_that_does_not_read_is_waited_for() {
    let publishing = Publishing::new().await;
    let mut deaf = TcpStream::connect(publishing.control.address).await.unwrap();
    deaf.write_all(b"GET /stream HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut all = Vec::new();
    for _ in 0..200 {
        all.push(Listening::to(&publishing.control, "/stream?env=prod", &[]).await);
    }
    for version in 1..=5 {
        publishing.publish(version).await;
    }
    let live = publishing.live().await;
    for listening in &mut all {
        listening.hear(live).await;
    }
    publishing.control.stop().await;
    drop(deaf);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_plane_that_listens_need_not_look() {
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
    // Asked for in vain before it has a version, an environment is heard of all the same.
    let environment = post(&publishing.control, "/environments", &json!({"name": "later"})).await;
    let later = async || decide.get("/decide?user_key=u&env=later").await.status().as_u16();
    assert_eq!(later().await, 503);
    let body = json!({"key": "l", "name": "l", "environmentId": environment["id"]});
    let experiment = post(&publishing.control, "/experiments", &body).await;
    let status = format!("/experiments/{}/status", experiment["id"].as_str().unwrap());
    send(&publishing.control, "PATCH", &status, &json!({"status": "RUNNING"})).await;
    timeout(PATIENCE, async {
        while later().await != 200 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();

    // A gateway passes events on as they come.
    let mut through = Listening::to(&gateway, "/api/stream?env=prod", &[]).await;
    through.hear(publishing.live().await).await;
    publishing.publish(2).await;
    through.hear(publishing.live().await).await;
    timeout(PATIENCE, async {
        while variant().await != "v2" {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    gateway.stop().await;
    assert_eq!(through.next().await, None);
    decide.stop().await;
    publishing.control.stop().await;
}

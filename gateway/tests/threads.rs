//! The number of threads of the program.
#![cfg(target_os = "linux")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// The number of environments, which are created and published at the same time.
const ENVIRONMENTS: usize = 60;

/// `edgewise serve`. Dropping the value kills the process.
struct Program {
    process: Child,
    url: String,
}

impl Program {
    fn serve(data: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgewise"));
        command.args(["serve", "--bind", "127.0.0.1:0", "--data-dir", data, "--poll-interval", "0.05"]);
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let url = log.find_map(|line| {
            let line = line.unwrap();
            Some(line.split_once("listening on ")?.1.split(' ').next()?.to_owned())
        });
        // The program could not write to a full pipe.
        thread::spawn(move || log.for_each(drop));
        Self { process, url: url.unwrap() }
    }

    fn threads(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let threads = status.lines().find_map(|line| line.strip_prefix("Threads:"));
        threads.unwrap().trim().parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

async fn send(client: &Client, method: Method, url: String, body: Option<&Value>) -> Value {
    let request = client.request(method, &url);
    let request = if let Some(body) = body { request.json(body) } else { request };
    let response = request.send().await.unwrap();
    assert!(response.status().is_success(), "{url}: {response:?}");
    response.json().await.unwrap()
}

/// Publishes an environment, reads it and decides in it.
async fn use_environment(client: Client, url: String, number: usize) {
    let name = format!("environment-{number}");
    let post = async |path, body| send(&client, Method::POST, format!("{url}{path}"), Some(&body)).await;
    let get = async |path: &str| send(&client, Method::GET, format!("{url}{path}"), None).await;
    let environment = post("/api/environments", json!({"name": name})).await;
    let experiment = json!({
        "key": "e", "name": "e", "environmentId": environment["id"], "status": "RUNNING",
        "variants": [{"key": "v", "name": "v"}],
        "allocations": [{"variant": "v", "rangeStart": 0, "rangeEnd": 9999}],
    });
    post("/api/experiments", experiment).await;
    get(&format!("/configs/{name}/snapshots/latest.json")).await;
    get("/api/environments").await;
    let decision = get(&format!("/api/decide?user_key=u&env={name}")).await;
    assert_eq!(decision["assignments"][0]["variant_key"], "v");
}

#[tokio::test]
async fn threads_grow_neither_with_environments_nor_with_load() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::serve(data.path().to_str().unwrap());
    let client = Client::new();
    let mut users = JoinSet::new();
    for number in 0..ENVIRONMENTS {
        users.spawn(use_environment(client.clone(), program.url.clone(), number));
    }
    while let Some(user) = users.join_next().await {
        user.unwrap();
        // One thread waits for signals, each processor has one, 8 are for work that blocks, and SQLite has 4.
        let most = 13 + thread::available_parallelism().unwrap().get();
        assert!(program.threads() <= most, "{} of {most} threads", program.threads());
    }
}

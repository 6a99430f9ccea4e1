//! The control process is killed repeatedly while it publishes.

use std::{
    collections::BTreeSet,
    env,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use crate::{
    client::Client,
    scene::{Experiment, environment},
};

use super::{observer::Observer, stack::Stack};

/// The default number of interrupted publishes, which `EDGEWISE_SOAK_ROUNDS` overrides.
const PUBLISHES: usize = 50;

#[test]
fn a_killed_control_process_loses_no_change_with_files() {
    kill_repeatedly(&Stack::of_files());
}

#[test]
fn a_killed_control_process_loses_no_change_with_servers() {
    kill_repeatedly(&Stack::of_servers());
}

fn kill_repeatedly(stack: &Stack) {
    let publishes = number("EDGEWISE_SOAK_ROUNDS").map_or(PUBLISHES, |rounds| rounds.try_into().unwrap());
    let mut chance = Chance::new();
    let mut plane = stack.start("control");
    let (environment_id, environment) = environment(&plane.api);
    // Each change starts another experiment, so that the changes can be told apart in a snapshot.
    let experiment = |number| Experiment::new(&plane.api, &environment_id, &format!("e{number}"));
    let experiments: Vec<String> = (0..=publishes).map(|number| experiment(number).path).collect();
    let (store, history) = (stack.store(), stack.history(&environment_id));
    let (first, others) = experiments.split_first().unwrap();
    let observer = Observer::start(stack.store(), &environment);
    let begun = Instant::now();
    plane.api.patch(&format!("{first}/status"), &json!({"status": "RUNNING"})).is(200);
    // The latest time of the kill: about twice the time of a publish, adjusted in each round.
    let mut latest = begun.elapsed() * 2;

    let mut acknowledged = BTreeSet::from([id(first)]);
    let (mut unanswered, mut live) = (0, 0);
    for (round, path) in others.iter().enumerate() {
        if round > 0 && round % PUBLISHES == 0 {
            let on = if stack.is_shared() { "servers" } else { "files" };
            eprintln!(
                "on {on}: {round} of {publishes} publishes, {:.0} s, {unanswered} without a response, {live} live",
                begun.elapsed().as_secs_f64()
            );
        }
        let stream = plane.api.connect();
        let change = change_to_running(&plane.api, path);
        let writer = thread::spawn(move || send(stream, &change));
        // The random time determines the moment of the kill, during the publish or just after it.
        thread::sleep(chance.duration_below(latest));
        plane.kill();
        if stack.is_shared() {
            history.end_lease();
        }
        let response = writer.join().unwrap();
        if response.starts_with("HTTP/1.1 200 ") {
            latest = latest * 9 / 10;
            acknowledged.insert(id(path));
            if response.contains("x-publish-succeeded: true") {
                live += 1;
                assert!(
                    running(&store.latest(&environment)).contains(&id(path)),
                    "the response says that the change is live: {response}"
                );
            }
        } else {
            assert_eq!(response, "", "neither a success nor empty");
            latest = latest * 11 / 10;
            unanswered += 1;
        }
        plane = stack.start("control");
        // In the other half of the rounds, the next change arrives while the process finishes the interrupted publish.
        if chance.is_heads() {
            history.settle();
        }
    }
    history.settle();
    eprintln!(
        "{publishes} publishes: {unanswered} without a response, {live} live before the process was killed"
    );

    history.check(&store, &environment, &observer.finish());
    let snapshot = store.latest(&environment);
    assert!(running(&snapshot).is_superset(&acknowledged), "an acknowledged change is not live");
    assert_eq!(running(&snapshot), running_in_database(&plane.api, &environment_id));
}

/// Returns the ids of the experiments in a snapshot.
fn running(snapshot: &Value) -> BTreeSet<String> {
    let experiments = snapshot["experiments"].as_array().unwrap();
    experiments.iter().map(|experiment| experiment["id"].as_str().unwrap().to_owned()).collect()
}

fn running_in_database(api: &Client, environment_id: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for page in 1.. {
        let path =
            format!("/experiments?environmentId={environment_id}&status=RUNNING&page={page}&pageSize=100");
        let list = api.get(&path).is(200);
        let rows = list["data"].as_array().unwrap();
        if rows.is_empty() {
            break;
        }
        ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
    }
    ids
}

/// Returns the last segment of a path.
fn id(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

fn change_to_running(api: &Client, path: &str) -> String {
    let body = json!({"status": "RUNNING"}).to_string();
    format!(
        "PATCH {path}/status HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        api.address(),
        body.len()
    )
}

/// Sends a request, and returns all bytes that the server sends until the connection is closed or reset.
fn send(mut stream: TcpStream, request: &str) -> String {
    let mut response = Vec::new();
    if stream.write_all(request.as_bytes()).is_ok() {
        drop(stream.read_to_end(&mut response));
    }
    String::from_utf8(response).unwrap()
}

/// A random number generator. `EDGEWISE_SOAK_SEED` sets the seed.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let seed = number("EDGEWISE_SOAK_SEED").unwrap_or_else(now);
        eprintln!("EDGEWISE_SOAK_SEED={seed}");
        Self(seed)
    }

    /// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn is_heads(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }

    fn duration_below(&mut self, max: Duration) -> Duration {
        let micros = u64::try_from(max.as_micros()).unwrap().max(1);
        Duration::from_micros(self.next() % micros)
    }
}

/// Returns the number in an environment variable, if the variable is set.
fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is not a number: `{text}`")))
}

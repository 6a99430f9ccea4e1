//! The control process is killed in the middle of publishing, again and again.

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

/// How many publishes are broken off, unless `EDGEWISE_SOAK_ROUNDS` says otherwise.
const PUBLISHES: usize = 50;

#[test]
fn a_control_process_that_is_killed_loses_nothing_in_files() {
    kill_again_and_again(&Stack::of_files());
}

#[test]
fn a_control_process_that_is_killed_loses_nothing_on_servers() {
    kill_again_and_again(&Stack::of_servers());
}

fn kill_again_and_again(stack: &Stack) {
    let publishes = number("EDGEWISE_SOAK_ROUNDS").map_or(PUBLISHES, |rounds| rounds.try_into().unwrap());
    let mut chance = Chance::new();
    let mut plane = stack.start("control");
    let (environment_id, environment) = environment(&plane.api);
    // That each is to run is a change of its own, which can be told from all others.
    let experiment = |number| Experiment::new(&plane.api, &environment_id, &format!("e{number}"));
    let experiments: Vec<String> = (0..=publishes).map(|number| experiment(number).path).collect();
    let (store, history) = (stack.store(), stack.history(&environment_id));
    let (first, others) = experiments.split_first().unwrap();
    let observer = Observer::start(stack.store(), &environment);
    let begun = Instant::now();
    plane.api.patch(&format!("{first}/status"), &json!({"status": "RUNNING"})).is(200);
    // How late it may be killed: about twice the time that a publish takes, and kept so.
    let mut latest = begun.elapsed() * 2;

    let mut acknowledged = BTreeSet::from([id(first)]);
    let (mut unanswered, mut live) = (0, 0);
    for (round, path) in others.iter().enumerate() {
        if round > 0 && round % PUBLISHES == 0 {
            let on = if stack.is_shared() { "servers" } else { "files" };
            eprintln!(
                "on {on}: {round} of {publishes} publishes, {:.0} s, {unanswered} not answered, {live} live",
                begun.elapsed().as_secs_f64()
            );
        }
        let stream = plane.api.connect();
        let change = change_to_running(&plane.api, path);
        let writer = thread::spawn(move || ask(stream, &change));
        // Not a wait for anything: the moment at which it is killed, somewhere in the publish or just after.
        thread::sleep(chance.duration_below(latest));
        plane.kill();
        if stack.is_shared() {
            history.end_lease();
        }
        let answer = writer.join().unwrap();
        if answer.starts_with("HTTP/1.1 200 ") {
            latest = latest * 9 / 10;
            acknowledged.insert(id(path));
            if answer.contains("x-publish-succeeded: true") {
                live += 1;
                assert!(
                    running(&store.latest(&environment)).contains(&id(path)),
                    "said to be live: {answer}"
                );
            }
        } else {
            assert_eq!(answer, "", "an answer that is neither");
            latest = latest * 11 / 10;
            unanswered += 1;
        }
        plane = stack.start("control");
        // The other half of the times, the next change arrives while what was broken off is being finished.
        if chance.is_heads() {
            history.settle();
        }
    }
    history.settle();
    eprintln!("{publishes} publishes: {unanswered} not answered, {live} live before the process was killed");

    history.check(&store, &environment, &observer.finish());
    let snapshot = store.latest(&environment);
    assert!(running(&snapshot).is_superset(&acknowledged), "what was acknowledged is not live");
    assert_eq!(running(&snapshot), running_in_database(&plane.api, &environment_id));
}

/// The ids of the experiments of a snapshot.
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

/// The last part of a path.
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

/// What comes back for a request until the connection ends, however it ends.
fn ask(mut stream: TcpStream, request: &str) -> String {
    let mut answer = Vec::new();
    if stream.write_all(request.as_bytes()).is_ok() {
        drop(stream.read_to_end(&mut answer));
    }
    String::from_utf8(answer).unwrap()
}

/// Chance that can be had again: `EDGEWISE_SOAK_SEED` brings the same throws.
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

    fn duration_below(&mut self, most: Duration) -> Duration {
        let micros = u64::try_from(most.as_micros()).unwrap().max(1);
        Duration::from_micros(self.next() % micros)
    }
}

/// A variable that holds a number, if it is set.
fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: `{text}`")))
}

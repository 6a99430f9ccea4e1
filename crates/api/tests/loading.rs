//! The loading protocol, case by case.
#![expect(clippy::panic, reason = "a failed step fails the test")]

use std::collections::HashMap;

use edgewise_api::{
    EnvironmentName,
    loading::{Fetched, Held, Loading, Next, Outcome, Wanted},
};
use edgewise_engine::Ruleset;

/// The objects of a store. `None` stands for a failing read.
type Store<'a> = HashMap<&'a str, Option<Vec<u8>>>;

fn json(version: u64) -> Vec<u8> {
    format!(r#"{{"version":{version},"environment":"prod","publishedAt":"","experiments":[]}}"#).into()
}

fn snapshot(version: u64) -> Option<Vec<u8>> {
    Some(json(version))
}

fn ruleset(version: u64) -> Option<Vec<u8>> {
    Ruleset::from_json(&json(version)).ok().map(|ruleset| ruleset.as_bytes().to_vec())
}

fn pointer(version: u64) -> Option<Vec<u8>> {
    Some(format!(r#"{{"version":{version}}}"#).into())
}

const VERSION: &str = "configs/prod/version.json";
const LATEST: &str = "configs/prod/snapshots/latest.json";
const RULESET: &str = "configs/prod/rulesets/1/3.bin";
const SNAPSHOT: &str = "configs/prod/snapshots/3.json";

/// Polls a store. Returns a text about the outcome, and the fetched paths.
fn poll(store: &[(&str, Option<Vec<u8>>)], held: Option<Held>) -> (String, Vec<String>) {
    let store: Store<'_> = store.iter().cloned().collect();
    let Ok(environment) = EnvironmentName::new("prod") else { panic!("a good name") };
    let mut fetches = Vec::new();
    let mut next = Loading::begin(environment, held);
    loop {
        match next {
            Next::Fetch(loading, Wanted { path, .. }) => {
                next = loading.resume(match store.get(path.as_str()) {
                    Some(Some(object)) => Fetched::Found(object.clone()),
                    Some(None) => Fetched::Failed("it hangs".to_owned()),
                    None => Fetched::Absent,
                });
                fetches.push(path);
            }
            Next::Done(outcome) => {
                let outcome = match outcome {
                    Outcome::Current => "current".to_owned(),
                    Outcome::Loaded(ruleset, held) => {
                        assert_eq!(ruleset.version(), held.version);
                        format!("loaded {} of pointer {}", held.version, held.pointer)
                    }
                    Outcome::Absent => "absent".to_owned(),
                    Outcome::Failed(failure) => failure.to_string(),
                };
                return (outcome, fetches);
            }
        }
    }
}

fn held(version: u64) -> Option<Held> {
    Some(Held { pointer: version, version })
}

#[test]
fn the_pointers_version_is_loaded() {
    let store = [(VERSION, pointer(3)), (SNAPSHOT, snapshot(3)), (LATEST, snapshot(4))];
    let (outcome, fetches) = poll(&store, None);
    assert_eq!(outcome, "loaded 3 of pointer 3");
    assert_eq!(fetches, [VERSION, RULESET, SNAPSHOT]);
}

#[test]
fn a_ruleset_is_preferred_to_a_snapshot() {
    let store = [(VERSION, pointer(3)), (RULESET, ruleset(3)), (SNAPSHOT, None)];
    let (outcome, fetches) = poll(&store, held(2));
    assert_eq!(outcome, "loaded 3 of pointer 3");
    assert_eq!(fetches, [VERSION, RULESET]);
}

#[test]
fn a_corrupt_ruleset_is_an_error() {
    let elsewhere = String::from_utf8_lossy(&json(3)).replace("prod", "staging");
    let elsewhere = Ruleset::from_json(elsewhere.as_bytes()).unwrap().as_bytes().to_vec();
    let cut = ruleset(3).map(|bytes| bytes[..bytes.len() - 4].to_vec());
    for (found, expected) in [
        (cut, "is corrupt: the ruleset is damaged: its length differs from the length in the header"),
        (Some(b"<html>".to_vec()), "is corrupt: not a ruleset"),
        (ruleset(4), "is corrupt: it has version 4"),
        (Some(elsewhere), "is corrupt: it belongs to environment `staging`"),
        (None, "cannot be read: it hangs"),
    ] {
        let store = [(VERSION, pointer(3)), (RULESET, found), (SNAPSHOT, snapshot(3))];
        assert_eq!(poll(&store, held(2)).0, format!("`{RULESET}` {expected}"));
    }
}

#[test]
fn only_the_pointer_is_fetched_if_nothing_is_new() {
    for version in [3, 4] {
        assert_eq!(
            poll(&[(VERSION, pointer(3))], held(version)),
            ("current".to_owned(), vec![VERSION.to_owned()])
        );
    }
}

#[test]
fn latest_json_is_the_last_resort() {
    assert_eq!(poll(&[(LATEST, snapshot(7))], None).0, "loaded 7 of pointer 7");
    assert_eq!(poll(&[(LATEST, snapshot(7))], held(7)).0, "current");
    assert_eq!(poll(&[(LATEST, snapshot(6))], held(7)).0, "current");
    assert_eq!(poll(&[(VERSION, pointer(8)), (LATEST, snapshot(8))], held(7)).0, "loaded 8 of pointer 8");
}

#[test]
fn an_empty_store_is_not_an_error() {
    assert_eq!(poll(&[], None).0, "absent");
    assert_eq!(poll(&[], held(7)).0, "absent");
}

#[test]
fn a_byte_order_mark_is_ignored() {
    let marked = |json: Option<Vec<u8>>| json.map(|json| [b"\xEF\xBB\xBF".as_slice(), &json].concat());
    let store = [(VERSION, marked(pointer(3))), (SNAPSHOT, marked(snapshot(3)))];
    assert_eq!(poll(&store, None).0, "loaded 3 of pointer 3");
}

#[test]
fn corrupt_objects_are_named_and_never_loaded() {
    let broken = Some(b"{\"version\":".to_vec());
    let path = "configs/prod/snapshots/3.json";
    for (store, expected) in [
        (vec![(VERSION, broken.clone())], "`configs/prod/version.json` is corrupt"),
        (vec![(VERSION, Some(b"{\"version\":-1}".to_vec()))], "`configs/prod/version.json` is corrupt"),
        (vec![(VERSION, pointer(3)), (path, broken.clone())], "`configs/prod/snapshots/3.json` is corrupt"),
        (
            vec![(VERSION, pointer(3)), (path, snapshot(1))],
            "`configs/prod/snapshots/3.json` is corrupt: it has version 1",
        ),
        (vec![(VERSION, pointer(3))], "`configs/prod/version.json` is corrupt: it points to version 3"),
        (vec![(LATEST, broken)], "`configs/prod/snapshots/latest.json` is corrupt"),
    ] {
        let (outcome, _) = poll(&store, held(2));
        assert!(outcome.starts_with(expected), "{outcome}");
    }
}

#[test]
fn failing_reads_are_named() {
    assert_eq!(poll(&[(VERSION, None)], None).0, "`configs/prod/version.json` cannot be read: it hangs");
    let store = [(VERSION, pointer(3)), (SNAPSHOT, None)];
    assert_eq!(poll(&store, held(2)).0, "`configs/prod/snapshots/3.json` cannot be read: it hangs");
}

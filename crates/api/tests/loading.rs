//! The loading protocol, case by case.
#![expect(clippy::panic, reason = "a failed step fails the test")]

use std::collections::HashMap;

use edgewise_api::{
    ContentHash, EnvironmentName,
    loading::{Fetched, Held, Loading, Next, Outcome, Wanted},
};
use edgewise_engine::Ruleset;

/// The objects of a store. `None` stands for a failing read.
type Store<'a> = HashMap<&'a str, Option<Vec<u8>>>;

/// The objects of a store, in a list.
type Objects<'a> = [(&'a str, Option<Vec<u8>>)];

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
fn poll(store: &Objects<'_>, held: Option<Held>) -> (String, Vec<String>) {
    poll_through(&[], store, held)
}

/// As [`poll`], through a cache with objects of its own. Returns addresses instead of paths: with `?v=`, and an exclamation
/// mark for a fetch past all caches.
fn poll_through(cache: &Objects<'_>, store: &Objects<'_>, held: Option<Held>) -> (String, Vec<String>) {
    let (cache, store): (Store<'_>, Store<'_>) =
        (cache.iter().cloned().collect(), store.iter().cloned().collect());
    let Ok(environment) = EnvironmentName::new("prod") else { panic!("a good name") };
    let mut fetches = Vec::new();
    let mut next = Loading::begin(environment, held);
    loop {
        match next {
            Next::Fetch(loading, Wanted { path, content, past_caches }) => {
                let version = content.map_or_else(String::new, |content| format!("?v={content}"));
                let address = format!("{path}{version}{}", if past_caches { "!" } else { "" });
                let cached = cache.get(address.as_str());
                next = loading.resume(match cached.or_else(|| store.get(path.as_str())) {
                    Some(Some(object)) => Fetched::Found(object.clone()),
                    Some(None) => Fetched::Failed("it hangs".to_owned()),
                    None => Fetched::Absent,
                });
                fetches.push(address);
            }
            Next::Done(outcome) => {
                let outcome = match outcome {
                    Outcome::Current => "current".to_owned(),
                    Outcome::Loaded(ruleset, held) => {
                        assert_eq!(ruleset.version(), held.version);
                        let content = held.content.map_or_else(String::new, |content| format!(" {content}"));
                        format!("loaded {} of pointer {}{content}", held.version, held.pointer)
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
    Some(Held { pointer: version, version, content: None })
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

/// Returns other content of a version.
fn other(version: u64) -> Option<Vec<u8>> {
    let json =
        String::from_utf8_lossy(&json(version)).replace("\"publishedAt\":\"\"", "\"publishedAt\":\"later\"");
    Ruleset::from_json(json.as_bytes()).ok().map(|ruleset| ruleset.as_bytes().to_vec())
}

fn hash(object: &Option<Vec<u8>>) -> ContentHash {
    ContentHash::of(object.as_deref().unwrap_or_default())
}

/// Returns a version.json with hashes of the snapshot and, if given, the ruleset.
fn pointer_to(
    version: u64,
    snapshot: &Option<Vec<u8>>,
    ruleset: Option<&Option<Vec<u8>>>,
) -> Option<Vec<u8>> {
    let rulesets = ruleset.map_or_else(String::new, |ruleset| format!(r#""1":"{}""#, hash(ruleset)));
    let hashes = format!(r#"{{"snapshot":"{}","rulesets":{{{rulesets}}}}}"#, hash(snapshot));
    Some(format!(r#"{{"version":{version},"sha256":{hashes}}}"#).into())
}

fn held_with(version: u64, content: &Option<Vec<u8>>) -> Option<Held> {
    Some(Held { pointer: version, version, content: Some(hash(content)) })
}

/// Returns the address of an object with this content.
fn address(path: &str, content: &Option<Vec<u8>>) -> String {
    format!("{path}?v={}", hash(content).for_address())
}

#[test]
fn objects_are_fetched_by_their_content() {
    let pointer = pointer_to(3, &snapshot(3), Some(&ruleset(3)));
    let store = [(VERSION, pointer.clone()), (RULESET, ruleset(3))];
    let (outcome, fetches) = poll(&store, held(2));
    assert_eq!(outcome, format!("loaded 3 of pointer 3 {}", hash(&ruleset(3))));
    assert_eq!(fetches, [VERSION.to_owned(), address(RULESET, &ruleset(3))]);
    // The ruleset is gone, or there never was one in this format.
    for pointer in [pointer, pointer_to(3, &snapshot(3), None)] {
        let (outcome, fetches) = poll(&[(VERSION, pointer), (SNAPSHOT, snapshot(3))], held(2));
        assert!(outcome.starts_with("loaded 3 of pointer 3 "), "{outcome}");
        assert_eq!(fetches[2], address(SNAPSHOT, &snapshot(3)));
    }
}

#[test]
fn the_held_number_with_another_hash_is_loaded() {
    let store = [(VERSION, pointer_to(3, &snapshot(3), Some(&other(3)))), (RULESET, other(3))];
    let loaded = format!("loaded 3 of pointer 3 {}", hash(&other(3)));
    for held in [held_with(3, &ruleset(3)), held(3)] {
        assert_eq!(poll(&store, held).0, loaded);
    }
    assert_eq!(poll(&store, held_with(3, &other(3))), ("current".to_owned(), vec![VERSION.to_owned()]));
    assert_eq!(poll(&store, held_with(4, &ruleset(4))).0, "current", "a reader never goes back");
    // The hash of the snapshot counts if there is none of the ruleset.
    let store = [(VERSION, pointer_to(3, &snapshot(3), None)), (SNAPSHOT, snapshot(3))];
    assert_eq!(poll(&store, held_with(3, &snapshot(3))).0, "current");
    assert_eq!(
        poll(&store, held_with(3, &ruleset(3))).0,
        format!("loaded 3 of pointer 3 {}", hash(&snapshot(3)))
    );
}

#[test]
fn a_pointer_without_hashes_or_with_malformed_ones_is_followed_by_its_number() {
    let good = hash(&other(3));
    for pointer in [
        r#"{"version":3}"#.to_owned(),
        r#"{"version":3,"sha256":null}"#.to_owned(),
        r#"{"version":3,"sha256":{"rulesets":{"1":7},"snapshot":""}}"#.to_owned(),
        format!(r#"{{"version":3,"sha256":{{"rulesets":{{"1":"{good}0","2":"{good}"}}}},"access":"key"}}"#),
        format!(r#"{{"version":3,"sha256":{{"rulesets":{{"1":"{}"}}}}}}"#, good.to_string().to_uppercase()),
    ] {
        let store = [(VERSION, Some(pointer.into_bytes())), (RULESET, ruleset(3))];
        assert_eq!(poll(&store, held_with(3, &ruleset(3))).0, "current");
        let (outcome, fetches) = poll(&store, held(2));
        assert_eq!(outcome, "loaded 3 of pointer 3");
        assert_eq!(fetches, [VERSION, RULESET]);
    }
}

#[test]
fn other_content_is_fetched_again_past_caches() {
    let pointer = pointer_to(3, &snapshot(3), Some(&ruleset(3)));
    let stale = address(RULESET, &ruleset(3));
    let past = format!("{stale}!");
    let loaded = format!("loaded 3 of pointer 3 {}", hash(&ruleset(3)));
    // A cache that ignores the query, and a cache that was poisoned with half an object.
    for cached in [other(3), ruleset(3).map(|bytes| bytes[..100].to_vec())] {
        let store = [(VERSION, pointer.clone()), (RULESET, ruleset(3))];
        let (outcome, fetches) = poll_through(&[(&stale, cached)], &store, held(2));
        assert_eq!(outcome, loaded);
        assert_eq!(fetches, [VERSION, &stale, &past]);
    }
    // So is a snapshot, after a ruleset that was deleted behind the cache.
    let cache = [(stale.as_str(), other(3))];
    let (outcome, fetches) = poll_through(&cache, &[(VERSION, pointer), (SNAPSHOT, snapshot(3))], held(2));
    assert_eq!(outcome, loaded);
    assert_eq!(fetches, [VERSION, &stale, &past, &address(SNAPSHOT, &snapshot(3))]);
}

#[test]
fn an_object_that_has_other_content_past_caches_too_is_corrupt() {
    let pointer = pointer_to(3, &snapshot(3), Some(&ruleset(3)));
    let (outcome, fetches) = poll(&[(VERSION, pointer), (RULESET, other(3))], held(2));
    let problem = format!(
        "`{RULESET}` is corrupt: it has other content than version.json says: its SHA-256 begins with {}, not with {}",
        hash(&other(3)).for_address(),
        hash(&ruleset(3)).for_address()
    );
    let wanted = address(RULESET, &ruleset(3));
    // version.json may be an old one, but says the same past caches.
    let past = [wanted.clone(), format!("{wanted}!"), format!("{VERSION}!")];
    assert_eq!(outcome, problem);
    assert_eq!(fetches, [[VERSION.to_owned()].as_slice(), &past].concat());
    let pointer = pointer_to(3, &snapshot(3), None);
    let (outcome, _) = poll(&[(VERSION, pointer), (SNAPSHOT, Some(b"{}".to_vec()))], held(2));
    assert!(outcome.starts_with(&format!("`{SNAPSHOT}` is corrupt: it has other content")), "{outcome}");
}

#[test]
fn a_pointer_that_a_cache_kept_too_long_is_read_again_past_caches() {
    let old = pointer_to(3, &snapshot(3), Some(&ruleset(3)));
    let new = pointer_to(3, &snapshot(3), Some(&other(3)));
    let cache = [(VERSION, old)];
    let store = [(VERSION, new.clone()), (RULESET, other(3))];
    let stale = address(RULESET, &ruleset(3));
    let pointers = [VERSION.to_owned(), stale.clone(), format!("{stale}!"), format!("{VERSION}!")];
    for held in [None, held(2), held(3), held_with(3, &ruleset(2))] {
        let (outcome, fetches) = poll_through(&cache, &store, held);
        assert_eq!(outcome, format!("loaded 3 of pointer 3 {}", hash(&other(3))));
        assert_eq!(fetches, [pointers.as_slice(), &[address(RULESET, &other(3))]].concat());
    }
    // The reader holds what the store has.
    let current = ("current".to_owned(), pointers.to_vec());
    assert_eq!(poll_through(&cache, &store, held_with(3, &other(3))), current);

    // The new version.json has other hashes, but the object has neither the old nor the new one. version.json is not read a
    // third time.
    let (outcome, fetches) = poll_through(&cache, &[(VERSION, new), (RULESET, ruleset(4))], None);
    assert!(outcome.starts_with(&format!("`{RULESET}` is corrupt: it has other content")), "{outcome}");
    assert!(outcome.ends_with(&format!("not with {}", hash(&other(3)).for_address())), "{outcome}");
    assert_eq!(fetches.len(), 6);
    // The new version.json cannot be read.
    let (outcome, _) = poll_through(&cache, &[(VERSION, None), (RULESET, other(3))], None);
    assert_eq!(outcome, format!("`{VERSION}` cannot be read: it hangs"));
}

#[test]
fn latest_json_stands_in_for_the_snapshot_that_the_pointer_names() {
    let store = [(VERSION, pointer_to(3, &snapshot(3), Some(&ruleset(3)))), (LATEST, snapshot(3))];
    assert_eq!(poll(&store, None).0, format!("loaded 3 of pointer 3 {}", hash(&ruleset(3))));
    assert_eq!(poll(&store, held_with(3, &ruleset(3))).0, "current");
}

#[test]
fn latest_json_with_other_content_than_the_pointer_says_is_loaded_without_a_hash() {
    let named = pointer_to(3, &snapshot(3), Some(&ruleset(3)));
    let json = String::from_utf8(json(3)).unwrap().replace("\"publishedAt\":\"\"", "\"publishedAt\":\"old\"");
    let store = [(VERSION, named.clone()), (LATEST, Some(json.into_bytes()))];
    for reader in [None, held(2)] {
        assert_eq!(poll(&store, reader).0, "loaded 3 of pointer 3");
    }
    // latest.json replaces no content of the same number.
    for reader in [held(3), held_with(3, &other(3))] {
        assert_eq!(poll(&store, reader).0, "current");
    }
    // The reader looks for what version.json names in the next poll.
    let store = [(VERSION, named), (RULESET, ruleset(3))];
    assert_eq!(poll(&store, held(3)).0, format!("loaded 3 of pointer 3 {}", hash(&ruleset(3))));
}

#[test]
fn other_content_replaces_a_held_version_and_an_older_version_does_not() {
    let held = |version, content: &Option<Vec<u8>>| held_with(version, content).unwrap();
    let three = held(3, &ruleset(3));
    assert!(held(4, &ruleset(4)).replaces(&three) && held(3, &other(3)).replaces(&three));
    assert!(!held(3, &ruleset(3)).replaces(&three) && !held(2, &ruleset(2)).replaces(&three));
    let without = Held { content: None, ..three };
    assert!(three.replaces(&without) && !without.replaces(&three));
    let installed = Ruleset::load(ruleset(3).unwrap()).unwrap();
    assert_eq!(Held::installed(&installed), three);
}

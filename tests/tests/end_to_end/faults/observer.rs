use std::{
    collections::BTreeMap,
    panic,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use edgewise_engine::{
    Ruleset, Snapshot,
    ruleset::{FORMAT, snapshot_hash},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::stack::Store;

/// A reader that polls the objects of an environment all the time, and fails if the objects are inconsistent.
#[derive(Debug)]
pub(super) struct Observer {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<Seen>>,
}

/// The observations of an observer.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The versions in version.json, in the order of observation.
    pub(super) pointers: Vec<u64>,
    /// All observed snapshots, by version.
    pub(super) snapshots: BTreeMap<u64, Vec<u8>>,
    latest: u64,
    /// The last observed latest.json.
    latest_bytes: Vec<u8>,
}

impl Observer {
    pub(super) fn start(store: Store, environment: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (stop, environment) = (over.clone(), environment.to_owned());
        let thread = thread::spawn(move || {
            let mut seen = Seen::default();
            while !stop.load(Ordering::Relaxed) {
                seen.poll(&store, &environment);
                // The observed processes need the processor too.
                thread::sleep(Duration::from_millis(1));
            }
            seen.poll(&store, &environment);
            seen
        });
        Self { over, thread: Some(thread) }
    }

    /// Polls a last time, and returns the observations, or panics if the observer has failed.
    pub(super) fn finish(mut self) -> Seen {
        self.over.store(true, Ordering::Relaxed);
        let thread = self.thread.take().unwrap();
        thread.join().unwrap_or_else(|problem| panic::resume_unwind(problem))
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // The test has already failed for another reason.
            drop(thread.join());
        }
    }
}

fn hash(object: &[u8]) -> String {
    Sha256::digest(object).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Seen {
    fn poll(&mut self, store: &Store, environment: &str) {
        if let Some(bytes) = store.get(&format!("{environment}/version.json")) {
            let pointer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let version = pointer["version"].as_u64();
            let version = version.unwrap_or_else(|| panic!("version.json is not valid: {bytes:?}"));
            let last = self.pointers.last().copied().unwrap_or(0);
            assert!(version >= last, "version.json went back from {last} to {version}");
            if version > last {
                self.pointers.push(version);
            }
            let path = format!("{environment}/snapshots/{version}.json");
            let snapshot =
                store.get(&path).unwrap_or_else(|| panic!("version.json names {version}: no {path}"));
            // A snapshot that was checked before need not be checked again.
            if self.snapshots.get(&version) != Some(&snapshot) {
                let path = format!("{environment}/rulesets/{FORMAT}/{version}.bin");
                let ruleset =
                    store.get(&path).unwrap_or_else(|| panic!("version.json names {version}: no {path}"));
                let hashes =
                    json!({"snapshot": hash(&snapshot), "rulesets": {FORMAT.to_string(): hash(&ruleset)}});
                assert_eq!(pointer["sha256"], hashes, "{path}");
                let ruleset = Ruleset::load(ruleset).unwrap_or_else(|error| panic!("{path}: {error}"));
                assert_eq!(ruleset.version(), version, "{path}");
                assert_eq!(ruleset.snapshot_hash(), snapshot_hash(&snapshot), "{path}");
                assert_eq!(self.record(snapshot), version, "{path}");
            }
        }
        let pointed = self.pointers.last().copied().unwrap_or(0);
        let Some(latest) = store.get(&format!("{environment}/snapshots/latest.json")) else {
            assert_eq!(pointed, 0, "there is no latest.json");
            return;
        };
        let version = if latest == self.latest_bytes { self.latest } else { self.record(latest.clone()) };
        let least = self.latest.max(pointed);
        assert!(version >= least, "latest.json is {version}, which is older than {least}");
        (self.latest, self.latest_bytes) = (version, latest);
    }

    /// Records a snapshot, and returns its version. Panics if the snapshot is not valid, or differs from an earlier snapshot
    /// with the same version.
    fn record(&mut self, bytes: Vec<u8>) -> u64 {
        let snapshot = Snapshot::from_json(&bytes);
        let text = || String::from_utf8_lossy(&bytes);
        let version =
            snapshot.unwrap_or_else(|error| panic!("invalid snapshot: {error}: {}", text())).version;
        let known = self.snapshots.entry(version).or_insert_with(|| bytes.clone());
        assert_eq!(*known, bytes, "two different snapshots have version {version}");
        version
    }
}

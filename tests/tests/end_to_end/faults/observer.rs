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
use serde_json::Value;

use super::stack::Store;

/// Reads an environment's objects all the time, as readers do, and fails when one of them could be misled.
#[derive(Debug)]
pub(super) struct Observer {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<Seen>>,
}

/// What an observer saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The versions that version.json named, in the order they were seen.
    pub(super) pointers: Vec<u64>,
    /// Every snapshot that was seen, by version.
    pub(super) snapshots: BTreeMap<u64, Vec<u8>>,
    latest: u64,
    /// latest.json as it was seen last.
    latest_bytes: Vec<u8>,
}

impl Observer {
    pub(super) fn start(store: Store, environment: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (stop, environment) = (over.clone(), environment.to_owned());
        let thread = thread::spawn(move || {
            let mut seen = Seen::default();
            while !stop.load(Ordering::Relaxed) {
                seen.look(&store, &environment);
                // The others need the processor too.
                thread::sleep(Duration::from_millis(1));
            }
            seen.look(&store, &environment);
            seen
        });
        Self { over, thread: Some(thread) }
    }

    /// Looks a last time, and tells what it saw, or fails as it failed.
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
            // Whatever it saw, the test has failed for another reason already.
            drop(thread.join());
        }
    }
}

impl Seen {
    fn look(&mut self, store: &Store, environment: &str) {
        if let Some(bytes) = store.get(&format!("{environment}/version.json")) {
            let version = serde_json::from_slice::<Value>(&bytes).ok().and_then(|it| it["version"].as_u64());
            let version = version.unwrap_or_else(|| panic!("version.json is torn: {bytes:?}"));
            let last = self.pointers.last().copied().unwrap_or(0);
            assert!(version >= last, "version.json went back from {last} to {version}");
            if version > last {
                self.pointers.push(version);
            }
            let path = format!("{environment}/snapshots/{version}.json");
            let snapshot =
                store.get(&path).unwrap_or_else(|| panic!("version.json names {version}: no {path}"));
            // What has been looked through need not be again.
            if self.snapshots.get(&version) != Some(&snapshot) {
                let path = format!("{environment}/rulesets/{FORMAT}/{version}.bin");
                let ruleset =
                    store.get(&path).unwrap_or_else(|| panic!("version.json names {version}: no {path}"));
                let ruleset = Ruleset::load(ruleset).unwrap_or_else(|error| panic!("{path}: {error}"));
                assert_eq!(ruleset.version(), version, "{path}");
                assert_eq!(ruleset.snapshot_hash(), snapshot_hash(&snapshot), "{path}");
                assert_eq!(self.keep(snapshot), version, "{path}");
            }
        }
        let pointed = self.pointers.last().copied().unwrap_or(0);
        let Some(latest) = store.get(&format!("{environment}/snapshots/latest.json")) else {
            assert_eq!(pointed, 0, "there is no latest.json");
            return;
        };
        let version = if latest == self.latest_bytes { self.latest } else { self.keep(latest.clone()) };
        let least = self.latest.max(pointed);
        assert!(version >= least, "latest.json is {version}, and not as new as {least}");
        (self.latest, self.latest_bytes) = (version, latest);
    }

    /// Notes a snapshot, which must be whole and the one that was seen under its version, and tells which it is.
    fn keep(&mut self, bytes: Vec<u8>) -> u64 {
        let whole = Snapshot::from_json(&bytes);
        let text = || String::from_utf8_lossy(&bytes);
        let version = whole.unwrap_or_else(|error| panic!("a torn snapshot: {error}: {}", text())).version;
        let known = self.snapshots.entry(version).or_insert_with(|| bytes.clone());
        assert_eq!(*known, bytes, "two different snapshots are version {version}");
        version
    }
}

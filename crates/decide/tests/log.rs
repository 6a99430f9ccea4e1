//! The log of a decision plane. The file has a single test, because other tests in the process could disable the log events.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

#[path = "support/store.rs"]
mod store;
mod support;

use std::{
    fs, io,
    sync::{Arc, Mutex, atomic::Ordering},
};

use edgewise_api::paths;
use edgewise_decide::{Cache, Source, WatchedStore};
use edgewise_objects::Directory;
use store::{INTERVAL, Store};
use support::{name, publish, snapshot};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_problem_is_logged_when_it_begins_and_when_it_ends() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);

    let root = tempfile::tempdir().unwrap();
    let directory = Arc::new(Directory::open(root.path()).unwrap());
    let cache = Arc::new(Cache::new(Source::Objects(directory), INTERVAL));
    let prod = name("prod");
    publish(root.path(), "prod", 1, &snapshot(1));
    assert_eq!(cache.ruleset(&prod).await.map(|ruleset| ruleset.version()), Some(1));
    fs::write(root.path().join(paths::version(&prod)), "{").unwrap();
    for _ in 0..10 {
        cache.poll().await;
    }
    publish(root.path(), "prod", 1, &snapshot(1));
    for _ in 0..10 {
        cache.poll().await;
    }

    // A store that has never responded.
    let store = Store::new();
    store.fails.store(true, Ordering::SeqCst);
    let silent = WatchedStore::new(Source::Objects(store.clone()), INTERVAL);
    for _ in 0..3 {
        assert!(!silent.is_usable().await && silent.error().is_some());
    }
    store.fails.store(false, Ordering::SeqCst);
    for _ in 0..3 {
        assert!(silent.is_usable().await && silent.error().is_none());
    }

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_eq!(log.matches("cannot be loaded").count(), 1, "{log}");
    assert_eq!(log.matches("can be loaded again").count(), 1, "{log}");
    assert_eq!(log.matches("has not responded since the start").count(), 1, "{log}");
    assert_eq!(log.matches("the snapshot store responds").count(), 1, "{log}");
}

//! A store that a test can fill, break, and block.
#![allow(dead_code, reason = "each test uses some of the functions")]
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use edgewise_api::paths;
use edgewise_decide::{Cache, Source};
use edgewise_objects::{Condition, Object, ObjectError, ObjectStore, Put};
use tokio::sync::Semaphore;

use crate::support::{name, snapshot};

pub(crate) const INTERVAL: Duration = Duration::from_secs(5);

/// A store that a test can fill, break, and block.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) objects: Mutex<HashMap<String, String>>,
    pub(crate) fails: AtomicBool,
    gets: AtomicUsize,
    pub(crate) gate: Semaphore,
}

#[async_trait]
impl ObjectStore for Store {
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError> {
        self.gets.fetch_add(1, Ordering::SeqCst);
        drop(self.gate.acquire().await.unwrap());
        if self.fails.load(Ordering::SeqCst) {
            let source = io::Error::other("out of order");
            return Err(ObjectError { action: "read", path: path.to_owned(), source: source.into() });
        }
        let text = self.objects.lock().unwrap().get(path).cloned();
        Ok(text.map(|text| Object { bytes: text.into_bytes(), etag: "\"x\"".to_owned() }))
    }

    async fn put(&self, _: &str, _: &[u8], _: Condition<'_>) -> Result<Put, ObjectError> {
        unreachable!("a decision plane writes nothing")
    }
}

impl Store {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            objects: Mutex::default(),
            fails: AtomicBool::new(false),
            gets: AtomicUsize::new(0),
            gate: Semaphore::new(1000),
        })
    }

    pub(crate) fn put(&self, path: String, text: impl Into<String>) {
        self.objects.lock().unwrap().insert(path, text.into());
    }

    pub(crate) fn point(&self, environment: &str, version: u64) {
        self.put(paths::version(&name(environment)), format!("{{\"version\":{version}}}"));
    }

    pub(crate) fn publish(&self, environment: &str, version: u64) {
        self.put(paths::snapshot(&name(environment), version), snapshot(version));
        self.point(environment, version);
    }

    pub(crate) fn gets(&self) -> usize {
        self.gets.load(Ordering::SeqCst)
    }

    pub(crate) fn cache(self: &Arc<Self>) -> Arc<Cache> {
        Arc::new(Cache::new(Source::Objects(self.clone()), INTERVAL))
    }
}

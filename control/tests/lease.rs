//! The lease on an environment, while a slow object store is written.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use async_trait::async_trait;
use edgewise_api::{
    Publication,
    conditional::Precondition,
    resources::{EnvironmentCreate, ExperimentCreate, Status, StatusPatch},
};
use edgewise_caller::{Clock, Principal};
use edgewise_control::{Control, Options, store::Store};
use edgewise_database::contract_tests::Postgres;
use edgewise_objects::{Condition, Directory, Object, ObjectError, ObjectStore, Put};

/// A clock that only calls of the object store move.
#[derive(Clone, Debug, Default)]
struct CallClock(Arc<AtomicI64>);

impl Clock for CallClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// An object store each of whose calls takes 9 s, just less than the timeout. After each call, another process tries to
/// acquire the lease on every environment.
#[derive(Debug)]
struct SlowObjects {
    directory: Directory,
    clock: CallClock,
    other: Store,
    stolen: Arc<AtomicBool>,
}

impl SlowObjects {
    fn open(path: &Path, clock: CallClock, other: Store, stolen: Arc<AtomicBool>) -> Self {
        Self { directory: Directory::open(path).unwrap(), clock, other, stolen }
    }

    async fn pass_time(&self) {
        let now = self.clock.0.fetch_add(9_000, Ordering::SeqCst) + 9_000;
        let mut tx = self.other.write().await.unwrap();
        for environment in tx.environments(None, 10, 0).await.unwrap().0 {
            if tx.acquire_lease(&environment.id, "other", now, now + 15_000).await.unwrap() {
                self.stolen.store(true, Ordering::SeqCst);
            }
        }
    }
}

#[async_trait]
impl ObjectStore for SlowObjects {
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError> {
        self.pass_time().await;
        self.directory.get(path).await
    }

    async fn put(&self, path: &str, bytes: &[u8], condition: Condition<'_>) -> Result<Put, ObjectError> {
        self.pass_time().await;
        self.directory.put(path, bytes, condition).await
    }
}

#[tokio::test]
async fn a_lease_does_not_end_while_a_slow_store_is_written() {
    let postgres = Postgres::create().await;
    let other = Store::open(postgres.url()).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (clock, stolen) = (CallClock::default(), Arc::new(AtomicBool::new(false)));
    let objects = SlowObjects::open(directory.path(), clock.clone(), other.clone(), stolen.clone());
    let mut options = Options::new(postgres.url().to_owned());
    options.clock = Arc::new(clock);
    let control = Control::start(options, Arc::new(objects), Arc::new(|_, _| {})).await.unwrap();
    let (services, principal) = (control.services(), Principal::for_rest_extractor());
    let request = EnvironmentCreate::from_body(br#"{"name":"prod"}"#).unwrap();
    let environment = services.create_environment(&principal, &request).await.unwrap().value;
    let body = format!(r#"{{"key":"k","name":"n","environmentId":"{}"}}"#, environment.id);
    let request = ExperimentCreate::from_body(body.as_bytes()).unwrap();
    let id = services.create_experiment(&principal, &request).await.unwrap().value.value.row.id;
    for status in [Status::Running, Status::Paused] {
        let patch = StatusPatch { status };
        let changed = services.update_status(&principal, &id, &Precondition::None, patch).await.unwrap();
        assert_eq!(changed.publication, Publication::Published);
    }
    assert!(!stolen.load(Ordering::SeqCst), "another process acquired the lease during the upload");
    control.stop().await;
    other.close().await;
    postgres.drop().await;
}

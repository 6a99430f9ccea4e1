//! The guarantees of the publisher, with an object store that fails on command.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use edgewise_api::conditional::Precondition;
use edgewise_api::page::PageRequest;
use edgewise_api::resources::{
    AllocationsPut, EnvironmentCreate, ExperimentCreate, ExperimentQuery, Live, Status, StatusPatch,
    VariantCreate, VariantsPatch,
};
use edgewise_api::{ApiError, Publication};
use edgewise_caller::Principal;
use edgewise_caller::{Clock, SystemClock};
use edgewise_control::services::Services;
use edgewise_control::store::Store;
use edgewise_control::{Control, Options};
use edgewise_engine::{Ruleset, ruleset::snapshot_hash};
use edgewise_objects::{Condition, ObjectStore};
use serde_json::{Value, json};
use support::{Objects, TIMEOUT, fails_to_write};
use tempfile::TempDir;
use tokio::sync::watch;

struct Plane {
    directory: TempDir,
    objects: Arc<Objects>,
    control: Control,
    /// The versions that were published, in order.
    published: watch::Receiver<Vec<u64>>,
}

impl Plane {
    async fn new() -> Self {
        Self::on(tempfile::tempdir().unwrap(), TIMEOUT).await
    }

    /// Creates a plane whose requests do not wait, for a store that fails.
    async fn impatient() -> Self {
        Self::on(tempfile::tempdir().unwrap(), Duration::ZERO).await
    }

    async fn on(directory: TempDir, wait: Duration) -> Self {
        let objects = Arc::new(Objects::open(&directory.path().join("snapshots")));
        let mut options = Options::new(format!("sqlite://{}/edgewise.db", directory.path().display()));
        options.publish_wait = wait;
        let (sender, published) = watch::channel(Vec::new());
        let on_published =
            move |_: &_, ruleset: Ruleset| sender.send_modify(|published| published.push(ruleset.version()));
        let control = Control::start(options, objects.clone(), Arc::new(on_published)).await.unwrap();
        Self { directory, objects, control, published }
    }

    /// Stops the plane, and starts another one on the same data.
    async fn restarted(self) -> Self {
        self.control.stop().await;
        drop(self.objects);
        Self::on(self.directory, TIMEOUT).await
    }

    fn services(&self) -> &Services {
        self.control.services()
    }

    /// Creates an experiment in a new environment.
    async fn experiment(&self, environment: &str) -> String {
        let body = json!({"name": environment}).to_string();
        let request = EnvironmentCreate::from_body(body.as_bytes()).unwrap();
        let environment =
            self.services().create_environment(&Principal::for_rest_extractor(), &request).await.unwrap();
        let body = json!({"key": "k", "name": "n", "environmentId": environment.value.id}).to_string();
        let request = ExperimentCreate::from_body(body.as_bytes()).unwrap();
        self.services()
            .create_experiment(&Principal::for_rest_extractor(), &request)
            .await
            .unwrap()
            .value
            .value
            .row
            .id
    }

    async fn set(&self, id: &str, status: Status) -> Publication {
        let status = StatusPatch { status };
        let changed = self
            .services()
            .update_status(&Principal::for_rest_extractor(), id, &Precondition::None, status)
            .await;
        changed.unwrap().publication
    }

    async fn environment_of(&self, id: &str) -> String {
        self.services()
            .experiment(&Principal::for_rest_extractor(), id)
            .await
            .unwrap()
            .value
            .row
            .environment_id
    }

    /// Returns the version in version.json.
    async fn live(&self) -> Option<u64> {
        self.object("configs/prod/version.json").await?.get("version")?.as_u64()
    }

    async fn object(&self, path: &str) -> Option<Value> {
        let object = self.objects.get(path).await.unwrap()?;
        Some(serde_json::from_slice(&object.bytes).unwrap())
    }
}

#[tokio::test]
async fn a_version_is_written_in_order_and_announced_before_the_response() {
    let plane = Plane::new().await;
    let id = plane.experiment("prod").await;
    assert_eq!(plane.set(&id, Status::Running).await, Publication::Published);
    assert_eq!(*plane.published.borrow(), [1]);
    let written = plane.objects.written.lock().unwrap().clone();
    assert_eq!(
        written,
        [
            "configs/prod/snapshots/1.json",
            "configs/prod/rulesets/1/1.bin",
            "configs/prod/snapshots/latest.json",
            "configs/prod/version.json"
        ]
    );
    assert_eq!(plane.live().await, Some(1));
    let snapshot = plane.object("configs/prod/snapshots/1.json").await.unwrap();
    assert_eq!(plane.object("configs/prod/snapshots/latest.json").await.as_ref(), Some(&snapshot));
    let keys: Vec<_> = snapshot.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["environment", "experiments", "publishedAt", "version"]);
    assert_eq!(snapshot["experiments"][0]["audienceRules"], json!([]));
}

#[tokio::test]
async fn publishing_on_request_creates_a_new_version_of_the_same_content() {
    let plane = Plane::new().await;
    let id = plane.experiment("prod").await;
    plane.set(&id, Status::Running).await;
    let first: Value = serde_json::from_str(
        &plane.services().publish(&Principal::for_rest_extractor(), &id, &Precondition::None).await.unwrap(),
    )
    .unwrap();
    let second: Value = serde_json::from_str(
        &plane.services().publish(&Principal::for_rest_extractor(), &id, &Precondition::None).await.unwrap(),
    )
    .unwrap();
    assert_eq!((first["version"].as_u64(), second["version"].as_u64()), (Some(2), Some(3)));
    assert_eq!(first["experiments"], second["experiments"]);
    assert_eq!(plane.object("configs/prod/snapshots/3.json").await, Some(second));
}

#[tokio::test]
async fn a_change_survives_a_failing_store_and_is_published_when_the_store_recovers() {
    let plane = Plane::impatient().await;
    let id = plane.experiment("prod").await;
    plane.objects.fails.store(true, Ordering::SeqCst);
    assert!(matches!(plane.set(&id, Status::Running).await, Publication::Failed(_)));
    fails_to_write(plane.services(), &plane.environment_of(&id).await).await;
    let error = plane
        .services()
        .publish(&Principal::for_rest_extractor(), &id, &Precondition::None)
        .await
        .map_err(ApiError::from)
        .unwrap_err();
    assert_eq!(error.status(), 500);
    assert!(error.message.contains("saved, but not live"), "{error}");
    assert!(error.message.contains("cannot write `configs/prod"), "{error}");
    assert_eq!(plane.object("configs/prod/version.json").await, None);

    plane.objects.fails.store(false, Ordering::SeqCst);
    let mut published = plane.published.clone();
    tokio::time::timeout(TIMEOUT, published.wait_for(|published| published.len() == 2))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(plane.live().await, Some(2));
}

#[tokio::test]
async fn a_change_that_the_store_refuses_is_answered_at_once_with_the_code() {
    /// A wait that no test survives.
    const DAY: Duration = Duration::from_hours(24);

    let plane = Plane::on(tempfile::tempdir().unwrap(), DAY).await;
    let id = plane.experiment("prod").await;
    plane.objects.refuses.store(true, Ordering::SeqCst);
    for status in [Status::Running, Status::Paused, Status::Running] {
        let change = tokio::time::timeout(TIMEOUT, plane.set(&id, status)).await.unwrap();
        let Publication::Failed(problem) = change else { panic!("{change:?}") };
        assert!(problem.starts_with("the snapshot store cannot write `configs/prod/"), "{problem}");
        assert!(problem.contains("`: SignatureDoesNotMatch: check AWS_"), "{problem}");
    }
    let principal = Principal::for_rest_extractor();
    let manual = plane.services().publish(&principal, &id, &Precondition::None);
    let error = tokio::time::timeout(TIMEOUT, manual).await.unwrap().map_err(ApiError::from).unwrap_err();
    assert!(error.status() == 500 && error.message.contains("SignatureDoesNotMatch"), "{error}");

    plane.objects.refuses.store(false, Ordering::SeqCst);
    let change = tokio::time::timeout(TIMEOUT, plane.set(&id, Status::Paused)).await.unwrap();
    assert_eq!(change, Publication::Published);
}

#[tokio::test]
async fn a_pending_version_is_finished_by_the_next_process_under_its_number() {
    let plane = Plane::impatient().await;
    let id = plane.experiment("prod").await;
    plane.objects.fails.store(true, Ordering::SeqCst);
    plane.set(&id, Status::Running).await;
    fails_to_write(plane.services(), &plane.environment_of(&id).await).await;
    let plane = plane.restarted().await;
    let snapshot: Value = serde_json::from_str(
        &plane.services().publish(&Principal::for_rest_extractor(), &id, &Precondition::None).await.unwrap(),
    )
    .unwrap();
    assert_eq!(snapshot["version"], 2, "after version 1, which was pending");
    assert_eq!(*plane.published.borrow(), [1, 2]);
    assert!(plane.object("configs/prod/snapshots/1.json").await.is_some());
}

#[tokio::test]
async fn versions_continue_above_a_store_that_is_ahead_of_the_database() {
    let plane = Plane::new().await;
    let id = plane.experiment("prod").await;
    let foreign = br#"{"version":41,"environment":"prod","publishedAt":"","experiments":[]}"#;
    for path in
        ["configs/prod/snapshots/41.json", "configs/prod/snapshots/latest.json", "configs/prod/version.json"]
    {
        plane.objects.put(path, foreign, Condition::Absent).await.unwrap();
    }
    // A number that the pointers do not name is in use too.
    plane.objects.put("configs/prod/snapshots/42.json", foreign, Condition::Absent).await.unwrap();
    assert_eq!(plane.set(&id, Status::Running).await, Publication::Published);
    assert_eq!(*plane.published.borrow(), [43]);
    assert_eq!(plane.live().await, Some(43));
    let kept = plane.objects.get("configs/prod/snapshots/42.json").await.unwrap().unwrap();
    assert_eq!(kept.bytes, foreign);
}

#[tokio::test]
async fn a_number_with_a_ruleset_of_another_system_is_skipped() {
    let plane = Plane::new().await;
    let id = plane.experiment("prod").await;
    let foreign =
        Ruleset::from_json(br#"{"version":1,"environment":"prod","publishedAt":"","experiments":[]}"#);
    let foreign = foreign.unwrap().as_bytes().to_vec();
    plane.objects.put("configs/prod/rulesets/1/1.bin", &foreign, Condition::Absent).await.unwrap();
    assert_eq!(plane.set(&id, Status::Running).await, Publication::Published);
    assert_eq!(*plane.published.borrow(), [2], "1 is in use");
    let kept = plane.objects.get("configs/prod/rulesets/1/1.bin").await.unwrap().unwrap();
    assert_eq!(kept.bytes, foreign);
    let snapshot = plane.objects.get("configs/prod/snapshots/2.json").await.unwrap().unwrap();
    let ruleset = plane.objects.get("configs/prod/rulesets/1/2.bin").await.unwrap().unwrap();
    let ruleset = Ruleset::load(ruleset.bytes).unwrap();
    assert_eq!((ruleset.version(), ruleset.snapshot_hash()), (2, snapshot_hash(&snapshot.bytes)));
}

#[tokio::test]
async fn a_corrupt_pointer_is_overwritten() {
    let plane = Plane::new().await;
    let id = plane.experiment("prod").await;
    plane.objects.put("configs/prod/version.json", b"{\"versi", Condition::Absent).await.unwrap();
    assert_eq!(plane.set(&id, Status::Running).await, Publication::Published);
    assert_eq!(plane.live().await, Some(1));
}

#[tokio::test]
async fn concurrent_requests_are_all_published_and_versions_never_repeat() {
    let plane = Plane::new().await;
    let id = plane.experiment("prod").await;
    plane.set(&id, Status::Running).await;
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let (services, id) = (plane.services().clone(), id.clone());
            tokio::spawn(async move {
                let body = json!({"key": format!("v{number}"), "name": "n"}).to_string();
                let request = VariantCreate::from_body(body.as_bytes()).unwrap();
                services
                    .create_variant(&Principal::for_rest_extractor(), &id, &Precondition::None, request)
                    .await
                    .unwrap()
                    .publication
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Publication::Published);
    }
    let published = plane.published.borrow().clone();
    assert!(published.is_sorted_by(|left, right| left < right), "{published:?}");
    let version = plane.object("configs/prod/version.json").await.unwrap()["version"].as_u64().unwrap();
    assert_eq!(version, *published.last().unwrap());
    let snapshot = plane.object(&format!("configs/prod/snapshots/{version}.json")).await.unwrap();
    assert_eq!(snapshot["experiments"][0]["variants"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn lists_say_since_which_version_an_experiment_is_live() {
    let plane = Plane::new().await;
    let id = plane.experiment("prod").await;
    let live = async || {
        let query = ExperimentQuery::default();
        let page = PageRequest::first(10);
        let found = plane.services().find_experiments(&Principal::for_rest_extractor(), query, page).await;
        match &found.unwrap().data[0].live {
            Live::Present(live) => Some((live.since, live.split.len())),
            Live::Absent => None,
            Live::Unknown => panic!("each version is recorded"),
        }
    };
    assert_eq!(live().await, None);
    plane.set(&id, Status::Running).await;
    assert_eq!(live().await, Some((1, 0)));
    plane.services().publish(&Principal::for_rest_extractor(), &id, &Precondition::None).await.unwrap();
    assert_eq!(live().await, Some((1, 0)), "version 2 has the same split");
    let request = VariantCreate::from_body(br#"{"key":"a","name":"a"}"#).unwrap();
    let (services, principal) = (plane.services(), Principal::for_rest_extractor());
    let variant = services.create_variant(&principal, &id, &Precondition::None, request).await.unwrap();
    let split =
        json!({"allocations": [{"variantId": variant.value.value.id, "rangeStart": 0, "rangeEnd": 9}]});
    let split = AllocationsPut::from_body(split.to_string().as_bytes()).unwrap();
    services.put_allocations(&principal, &id, &Precondition::None, split).await.unwrap();
    assert_eq!(live().await, Some((4, 1)));
    plane.set(&id, Status::Paused).await;
    assert_eq!(live().await, None);
    let environment_id = plane.environment_of(&id).await;
    services.rollback(&principal, &environment_id, "4").await.unwrap();
    assert_eq!(live().await, Some((6, 1)), "live again, although paused");
}

#[tokio::test]
async fn after_a_rollback_variants_that_were_added_since_are_not_live() {
    let plane = Plane::new().await;
    let id = plane.experiment("prod").await;
    let (services, principal) = (plane.services(), Principal::for_rest_extractor());
    let differs = async || {
        let Live::Present(live) = services.live_of_experiment(&principal, &id).await.unwrap() else {
            panic!("the experiment is live")
        };
        live.content_differs
    };
    let environment_id = plane.environment_of(&id).await;
    plane.set(&id, Status::Running).await;
    assert!(!differs().await, "version 1");
    let one = VariantCreate::from_body(br#"{"key":"a","name":"a"}"#).unwrap();
    services.create_variant(&principal, &id, &Precondition::None, one).await.unwrap();
    let more = VariantsPatch::from_body(br#"{"create":[{"key":"b","name":"b"}]}"#).unwrap();
    services.patch_variants(&principal, &id, &Precondition::None, more).await.unwrap();
    assert!(!differs().await, "version 3 has both variants");
    for (version, differing) in [("2", true), ("3", false), ("1", true)] {
        services.rollback(&principal, &environment_id, version).await.unwrap();
        assert_eq!(differs().await, differing, "version {version} again");
    }
    services.resume(&principal, &environment_id).await.unwrap();
    assert!(!differs().await, "everything is published");
}

#[tokio::test]
async fn a_version_is_announced_once_the_database_says_that_it_is_live() {
    let plane = Plane::new().await;
    let id = plane.experiment("prod").await;
    let environment_id = plane.environment_of(&id).await;
    let principal = Principal::for_rest_extractor();
    let mut announced = plane.control.live_versions();
    for version in 1..=20 {
        let status = if version % 2 == 1 { Status::Running } else { Status::Paused };
        let look = async {
            let live = announced.wait_for(|live| live.values().any(|live| *live >= version));
            live.await.unwrap();
            plane.services().publication(&principal, &environment_id).await.unwrap().live_version
        };
        let (_, live) = tokio::join!(plane.set(&id, status), look);
        assert_eq!(live, Some(version), "somebody who looks at once");
    }
}

#[tokio::test]
async fn a_draft_is_changed_without_publishing() {
    let plane = Plane::new().await;
    let id = plane.experiment("prod").await;
    let request = VariantCreate::from_body(br#"{"key":"a","name":"a"}"#).unwrap();
    let changed = plane
        .services()
        .create_variant(&Principal::for_rest_extractor(), &id, &Precondition::None, request)
        .await
        .unwrap();
    assert_eq!(changed.publication, Publication::NotDue);
    assert!(plane.objects.written.lock().unwrap().is_empty());
}

#[tokio::test]
async fn content_that_cannot_be_published_is_not_retried_until_it_changes() {
    let plane = Plane::new().await;
    let (stuck, other) = (plane.experiment("stuck").await, plane.experiment("other").await);
    let last = format!("{{\"version\":{}}}", (1u64 << 53) - 1);
    plane.objects.put("configs/stuck/version.json", last.as_bytes(), Condition::Absent).await.unwrap();
    let Publication::Failed(problem) = plane.set(&stuck, Status::Running).await else {
        panic!("publishing must fail")
    };
    assert!(problem.contains("higher than clients can represent"), "{problem}");

    let tries = || plane.objects.read.lock().unwrap().iter().filter(|path| path.contains("stuck")).count();
    let before = tries();
    for status in [Status::Running, Status::Paused, Status::Running] {
        assert_eq!(plane.set(&other, status).await, Publication::Published);
    }
    assert_eq!(tries(), before, "the publisher polled, and did not retry");
    assert!(matches!(plane.set(&stuck, Status::Paused).await, Publication::Failed(_)));
    assert!(tries() > before);
}

#[tokio::test]
async fn a_lease_of_a_killed_process_does_not_delay_the_next_process_on_the_same_file() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/edgewise.db", directory.path().display());
    let plane = Plane::on(directory, TIMEOUT).await;
    let id = plane.experiment("prod").await;
    let environment_id = plane.environment_of(&id).await;
    let Plane { directory, objects, control, .. } = plane;
    control.stop().await;
    drop(objects);
    let store = Store::open(&url).await.unwrap();
    let mut tx = store.write().await.unwrap();
    let now = SystemClock.now_ms();
    assert!(tx.acquire_lease(&environment_id, "killed", now, now + 15_000).await.unwrap());
    tx.commit().await.unwrap();
    store.close().await;
    drop(store);

    let plane = Plane::on(directory, TIMEOUT).await;
    assert_eq!(plane.set(&id, Status::Running).await, Publication::Published);
}

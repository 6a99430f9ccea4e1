//! Versions of an environment: history, rollback and resuming. Each claim is checked on every supported database.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::sync::{Arc, atomic::Ordering};

use edgewise_api::Publication;
use edgewise_api::conditional::Precondition;
use edgewise_api::{
    ApiError,
    page::PageRequest,
    query::Query,
    resources::{
        EnvironmentCreate, ExperimentCreate, ExperimentPatch, PublicationStatus, Status, StatusPatch,
        VersionState,
    },
};
use edgewise_caller::Principal;
use edgewise_control::services::{Services, VersionError};
use edgewise_control::{Control, Options};
use edgewise_objects::{Condition, ObjectStore};
use serde_json::{Value, json};
use support::{Objects, Postgres, TIMEOUT, eventually, fails_to_write};

struct Plane {
    objects: Arc<Objects>,
    control: Control,
    /// The id of the environment.
    environment: String,
}

/// Runs a check on a fresh control plane with each kind of database.
async fn on_each_database(check: impl AsyncFn(&Plane)) {
    let postgres = Postgres::create().await;
    let directory = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}/edgewise.db", directory.path().display());
    for (name, url) in [("on-sqlite", sqlite), ("on-postgres", postgres.url().to_owned())] {
        let plane = Plane::new(name, url, directory.path()).await;
        check(&plane).await;
        plane.control.stop().await;
    }
    postgres.drop().await;
}

impl Plane {
    async fn new(name: &str, url: String, directory: &std::path::Path) -> Self {
        let objects = Arc::new(Objects::open(&directory.join(name)));
        let mut options = Options::new(url);
        options.publish_wait = TIMEOUT;
        let control = Control::start(options, objects.clone(), Arc::new(|_, _| {})).await.unwrap();
        let request = EnvironmentCreate::from_body(br#"{"name": "prod"}"#).unwrap();
        let environment =
            control.services().create_environment(&Principal::for_rest_extractor(), &request).await.unwrap();
        Self { objects, control, environment: environment.value.id }
    }

    fn services(&self) -> &Services {
        self.control.services()
    }

    /// Creates a running experiment, and so a version.
    async fn experiment(&self, key: &str) -> String {
        let body = json!({"key": key, "name": key, "environmentId": self.environment}).to_string();
        let request = ExperimentCreate::from_body(body.as_bytes()).unwrap();
        let created =
            self.services().create_experiment(&Principal::for_rest_extractor(), &request).await.unwrap();
        let id = created.value.value.row.id;
        self.set(&id, Status::Running).await;
        id
    }

    async fn set(&self, id: &str, status: Status) -> Publication {
        let status = StatusPatch { status };
        let changed = self
            .services()
            .update_status(&Principal::for_rest_extractor(), id, &Precondition::None, status)
            .await;
        changed.unwrap().publication
    }

    async fn rollback(&self, version: u64) -> PublicationStatus {
        let number = version.to_string();
        let done = self
            .services()
            .rollback(&Principal::for_rest_extractor(), &self.environment, &number)
            .await
            .unwrap();
        assert_eq!(done.publication, Publication::Published);
        done.value
    }

    async fn resume(&self) -> PublicationStatus {
        let done = self.services().resume(&Principal::for_rest_extractor(), &self.environment).await.unwrap();
        assert_eq!(done.publication, Publication::Published);
        done.value
    }

    async fn status(&self) -> PublicationStatus {
        self.services().publication(&Principal::for_rest_extractor(), &self.environment).await.unwrap()
    }

    /// Returns the live snapshot in the object store.
    async fn live(&self) -> Value {
        let object = self.objects.get("configs/prod/snapshots/latest.json").await.unwrap().unwrap();
        let latest: Value = serde_json::from_slice(&object.bytes).unwrap();
        let pointer = self.objects.get("configs/prod/version.json").await.unwrap().unwrap();
        let pointer: Value = serde_json::from_slice(&pointer.bytes).unwrap();
        assert_eq!(latest["version"], pointer["version"]);
        latest
    }

    /// Returns the keys of the live experiments.
    async fn live_keys(&self) -> Vec<String> {
        let live = self.live().await;
        let experiments = live["experiments"].as_array().unwrap();
        experiments.iter().map(|experiment| experiment["key"].as_str().unwrap().to_owned()).collect()
    }

    async fn snapshot(&self, version: u64) -> Value {
        let snapshot = self
            .services()
            .version(&Principal::for_rest_extractor(), &self.environment, &version.to_string())
            .await
            .unwrap();
        serde_json::from_str(&snapshot).unwrap()
    }

    /// Returns all versions: number, state, and the restored version.
    async fn history(&self) -> Vec<(u64, VersionState, Option<u64>)> {
        let page = PageRequest::from_query(&Query::parse("page=1&pageSize=100")).unwrap();
        let versions = self
            .services()
            .versions(&Principal::for_rest_extractor(), &self.environment, page)
            .await
            .unwrap();
        versions.data.into_iter().map(|row| (row.version, row.state, row.restores)).collect()
    }
}

#[tokio::test]
async fn history_lists_versions_with_author_and_time_newest_first() {
    on_each_database(async |plane| {
        let first = plane.experiment("first").await;
        plane.experiment("second").await;
        plane.set(&first, Status::Paused).await;
        let page = PageRequest::from_query(&Query::parse("page=1&pageSize=2")).unwrap();
        let versions = plane
            .services()
            .versions(&Principal::for_rest_extractor(), &plane.environment, page)
            .await
            .unwrap();
        assert_eq!((versions.pagination.total, versions.data.len()), (3, 2));
        let row = &versions.data[0];
        assert_eq!((row.version, row.state, row.restores), (3, VersionState::Published, None));
        assert_eq!((row.created_by.as_deref(), row.experiments), (Some("local"), Some(1)));
        assert_eq!(plane.snapshot(3).await["publishedAt"], row.created_at);
        assert_eq!((versions.data[1].version, versions.data[1].experiments), (2, Some(2)));
        assert_eq!(plane.live().await, plane.snapshot(3).await);

        let diff = plane
            .services()
            .difference(&Principal::for_rest_extractor(), &plane.environment, "3", None)
            .await
            .unwrap()
            .diff;
        assert_eq!((diff.version, diff.against), (3, Some(2)));
        assert_eq!((diff.experiments.removed[0].key.as_str(), diff.experiments.added.len()), ("first", 0));
        let diff = plane
            .services()
            .difference(&Principal::for_rest_extractor(), &plane.environment, "2", Some("3"))
            .await
            .unwrap()
            .diff;
        assert_eq!((diff.against, diff.experiments.added[0].key.as_str()), (Some(3), "first"));
        assert_eq!(
            plane
                .services()
                .difference(&Principal::for_rest_extractor(), &plane.environment, "1", None)
                .await
                .unwrap()
                .diff
                .against,
            None
        );

        for unknown in ["0", "4", "-1", "+1", "x", "99999999999999999999"] {
            let error = plane
                .services()
                .version(&Principal::for_rest_extractor(), &plane.environment, unknown)
                .await
                .map_err(ApiError::from)
                .unwrap_err();
            assert_eq!(error.status(), 404, "{unknown}");
        }
        assert_eq!(
            plane
                .services()
                .versions(&Principal::for_rest_extractor(), "nobody", page)
                .await
                .map_err(ApiError::from)
                .unwrap_err()
                .status(),
            404
        );
    })
    .await;
}

#[tokio::test]
async fn a_rollback_makes_old_content_live_and_holds_back_later_changes_until_resumed() {
    on_each_database(async |plane| {
        plane.experiment("first").await;
        let second = plane.experiment("second").await;
        assert_eq!(plane.live_keys().await, ["first", "second"]);

        let status = plane.rollback(1).await;
        assert_eq!((status.live_version, status.pending_version, status.unpublished), (Some(3), None, true));
        assert!(status.held_at.is_some() && status.error.is_none(), "{status:?}");
        assert_eq!(plane.live_keys().await, ["first"]);
        let (old, new) = (plane.snapshot(1).await, plane.snapshot(3).await);
        assert_eq!((&old["experiments"], &new["version"]), (&new["experiments"], &json!(3)));
        assert_eq!(plane.live().await, new);

        assert_eq!(plane.set(&second, Status::Paused).await, Publication::OnHold);
        plane.experiment("third").await;
        assert_eq!(plane.live_keys().await, ["first"], "changes are held back");
        let refused =
            plane.services().publish(&Principal::for_rest_extractor(), &second, &Precondition::None).await;
        assert_eq!(refused.map_err(ApiError::from).unwrap_err().status(), 409);

        let status = plane.resume().await;
        assert_eq!((status.live_version, status.unpublished, status.held_at), (Some(4), false, None));
        assert_eq!(plane.live_keys().await, ["first", "third"]);
        assert_eq!(
            plane
                .services()
                .resume(&Principal::for_rest_extractor(), &plane.environment)
                .await
                .map_err(ApiError::from)
                .unwrap_err()
                .status(),
            409
        );

        // A rollback to a rollback restores the same version as that rollback.
        plane.rollback(3).await;
        let states = plane.history().await;
        assert_eq!(states[0], (5, VersionState::Published, Some(1)));
        // A rollback to the newest content holds back no change.
        assert!(!plane.rollback(4).await.unpublished);
        plane.resume().await;
    })
    .await;
}

#[tokio::test]
async fn only_versions_that_were_live_can_be_restored() {
    on_each_database(async |plane| {
        plane.experiment("first").await;
        for (number, status) in [("7", 404), ("0", 404), ("one", 404)] {
            let refused =
                plane.services().rollback(&Principal::for_rest_extractor(), &plane.environment, number).await;
            assert_eq!(refused.map_err(ApiError::from).unwrap_err().status(), status, "{number}");
        }
        // Another system uses version 2, so that number is superseded.
        let foreign = br#"{"version":2,"environment":"prod","publishedAt":"","experiments":[]}"#;
        plane.objects.put("configs/prod/snapshots/2.json", foreign, Condition::Absent).await.unwrap();
        plane.experiment("second").await;
        assert_eq!(plane.history().await[1], (2, VersionState::Superseded, None));
        let refused = plane
            .services()
            .rollback(&Principal::for_rest_extractor(), &plane.environment, "2")
            .await
            .unwrap_err();
        assert!(matches!(refused, VersionError::NeverLive { number: 2 }), "{refused}");
        assert!(plane.status().await.held_at.is_none(), "a rejected rollback does not hold the environment");
        assert_eq!(plane.live_keys().await, ["first", "second"]);
    })
    .await;
}

#[tokio::test]
async fn a_rollback_gets_the_next_number_if_its_number_is_in_use() {
    on_each_database(async |plane| {
        plane.experiment("first").await;
        plane.experiment("second").await;
        let foreign = br#"{"version":3,"environment":"prod","publishedAt":"","experiments":[]}"#;
        plane.objects.put("configs/prod/snapshots/3.json", foreign, Condition::Absent).await.unwrap();
        let status = plane.rollback(1).await;
        assert_eq!(status.live_version, Some(4));
        assert_eq!(plane.live_keys().await, ["first"]);
        let history = plane.history().await;
        let expected = [(4, VersionState::Published, Some(1)), (3, VersionState::Superseded, Some(1))];
        assert_eq!(history[..2], expected);
    })
    .await;
}

#[tokio::test]
async fn a_retry_publishes_what_the_store_refused_and_keeps_the_hold() {
    on_each_database(async |plane| {
        let principal = Principal::for_rest_extractor();
        let retry = async || plane.services().retry_publishing(&principal, &plane.environment).await.unwrap();
        plane.experiment("first").await;
        assert_eq!(retry().await.publication, Publication::NotDue, "all changes are live");

        plane.objects.refuses.store(true, Ordering::SeqCst);
        plane.experiment("second").await;
        let refused = retry().await;
        assert!(
            matches!(&refused.publication, Publication::Failed(problem) if problem.contains("cannot write"))
        );
        assert!(refused.value.error.is_some() && refused.value.pending_version == Some(2));
        let rolled = plane.services().rollback(&principal, &plane.environment, "1").await.unwrap();
        assert!(matches!(rolled.publication, Publication::Failed(_)));

        plane.objects.refuses.store(false, Ordering::SeqCst);
        // The publisher also tries again by itself.
        eventually("the rollback is live", async || {
            retry().await;
            plane.status().await.live_version == Some(3)
        })
        .await;
        assert_eq!(plane.live_keys().await, ["first"]);
        assert_eq!(retry().await.publication, Publication::NotDue, "the other change is on hold");
        assert!(plane.status().await.held_at.is_some());
        assert_eq!(plane.history().await.len(), 3, "a retry is no version");
        plane.resume().await;
        assert_eq!(plane.live_keys().await, ["first", "second"]);
    })
    .await;
}

#[tokio::test]
async fn a_rollback_supersedes_pending_versions() {
    on_each_database(async |plane| {
        plane.experiment("first").await;
        plane.objects.fails.store(true, Ordering::SeqCst);
        let second = plane.services().clone();
        let body = json!({"key": "second", "name": "n", "environmentId": plane.environment}).to_string();
        let request = ExperimentCreate::from_body(body.as_bytes()).unwrap();
        let id = second
            .create_experiment(&Principal::for_rest_extractor(), &request)
            .await
            .unwrap()
            .value
            .value
            .row
            .id;
        let waiting = tokio::spawn(async move {
            let status = StatusPatch { status: Status::Running };
            second
                .update_status(&Principal::for_rest_extractor(), &id, &Precondition::None, status)
                .await
                .unwrap()
                .publication
        });
        fails_to_write(plane.services(), &plane.environment).await;
        let rolling = async {
            let rolled =
                plane.services().rollback(&Principal::for_rest_extractor(), &plane.environment, "1").await;
            rolled.unwrap().publication
        };
        let recover = async {
            eventually("the rollback is recorded", async || plane.history().await[0].2.is_some()).await;
            assert!(plane.status().await.error.is_some());
            plane.objects.fails.store(false, Ordering::SeqCst);
        };
        let (rolled, ()) = tokio::join!(rolling, recover);
        assert_eq!(rolled, Publication::Published);
        assert_eq!(plane.live_keys().await, ["first"]);
        assert_eq!(plane.history().await[1], (2, VersionState::Superseded, None));
        // The change is saved, but not live.
        let Publication::Failed(problem) = waiting.await.unwrap() else { panic!("the change is live") };
        assert!(problem.contains("a rollback replaced this change"), "{problem}");
        plane.resume().await;
        assert_eq!(plane.live_keys().await, ["first", "second"]);
    })
    .await;
}

#[tokio::test]
async fn a_preview_equals_the_next_publish_and_writes_nothing() {
    on_each_database(async |plane| {
        let first = plane.experiment("first").await;
        plane.rollback(1).await;
        let rules = json!({"targetingRules": [{"conditions": [
            {"attribute": "plan", "operator": "eq", "value": "pro"}
        ]}]});
        let patch = ExperimentPatch::from_body(rules.to_string().as_bytes()).unwrap();
        plane
            .services()
            .update_experiment(&Principal::for_rest_extractor(), &first, &Precondition::None, &patch)
            .await
            .unwrap();
        let (history, written) = (plane.history().await, plane.objects.written.lock().unwrap().len());
        let preview =
            plane.services().preview(&Principal::for_rest_extractor(), &plane.environment).await.unwrap();
        assert_eq!(plane.history().await, history);
        assert_eq!(plane.objects.written.lock().unwrap().len(), written);
        let fields = &preview.diff.experiments.changed[0].fields;
        assert_eq!((fields.len(), fields[0].field.as_str()), (1, "targetingRules.0"));

        plane.resume().await;
        let mut live = plane.live().await;
        let mut preview: Value = serde_json::from_str(preview.snapshot.get()).unwrap();
        assert_eq!(preview["version"], live["version"]);
        live["publishedAt"] = json!(null);
        preview["publishedAt"] = json!(null);
        assert_eq!(preview, live);
    })
    .await;
}

/// Changes, rollbacks and resumes run concurrently: no number repeats, a rollback makes exactly the old content live, and
/// all changes are live after the last resume.
#[tokio::test]
async fn concurrent_changes_rollbacks_and_resumes_lose_nothing_and_mix_no_versions() {
    on_each_database(async |plane| {
        const WRITERS: usize = 6;
        let mut ids = Vec::new();
        for number in 0..WRITERS {
            ids.push(plane.experiment(&format!("e{number}")).await);
        }
        let writers: Vec<_> = ids
            .iter()
            .map(|id| {
                let (services, id) = (plane.services().clone(), id.clone());
                tokio::spawn(async move {
                    for status in [Status::Paused, Status::Running].repeat(6) {
                        let patch = StatusPatch { status };
                        let changed = services
                            .update_status(&Principal::for_rest_extractor(), &id, &Precondition::None, patch)
                            .await;
                        if let Publication::Failed(problem) = changed.unwrap().publication {
                            assert!(problem.contains("a rollback replaced this change"), "{problem}");
                        }
                    }
                })
            })
            .collect();
        for target in 1..=5 {
            let status = plane.rollback(target).await;
            assert!(status.held_at.is_some());
            assert_eq!(plane.live().await["experiments"], plane.snapshot(target).await["experiments"]);
            plane.resume().await;
        }
        for writer in writers {
            writer.await.unwrap();
        }
        plane.set(&ids[0], Status::Archived).await;

        let expected: Vec<String> = (1..WRITERS).map(|number| format!("e{number}")).collect();
        assert_eq!(plane.live_keys().await, expected);
        let status = plane.status().await;
        assert!(!status.unpublished && status.pending_version.is_none(), "{status:?}");
        let history = plane.history().await;
        assert!(history.is_sorted_by(|newer, older| newer.0 > older.0), "{history:?}");
        assert_eq!(history[0].0, plane.live().await["version"].as_u64().unwrap());
        let restored = history.iter().filter(|(_, _, restores)| restores.is_some()).count();
        assert_eq!(restored, 5, "{history:?}");
    })
    .await;
}

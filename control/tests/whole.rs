//! Creating an experiment with its variants and allocations, and deleting an audience only if it is unused: each is one
//! change, all or nothing.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::sync::Arc;

use edgewise_api::{
    ApiError, Publication,
    conditional::Precondition,
    page::PageRequest,
    resources::{
        AudienceCreate, EnvironmentCreate, ExperimentCreate, ExperimentFilter, ExperimentPatch, Status,
    },
};
use edgewise_caller::Principal;
use edgewise_control::{Control, Options, services::Services, store::Store};
use edgewise_database::contract_tests::on_each_database;
use edgewise_objects::{Directory, ObjectStore};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _};
use support::{Postgres, eventually};
use tempfile::TempDir;

struct Plane {
    control: Control,
    objects: Arc<Directory>,
    principal: Principal,
    /// The id of an environment.
    environment: String,
    _directory: TempDir,
}

impl Plane {
    async fn start(url: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let objects = Arc::new(Directory::open(directory.path()).unwrap());
        let options = Options::new(url.to_owned());
        let control = Control::start(options, objects.clone(), Arc::new(|_, _| {})).await.unwrap();
        let principal = Principal::for_rest_extractor();
        let request = EnvironmentCreate::from_body(br#"{"name":"prod"}"#).unwrap();
        let environment = control.services().create_environment(&principal, &request).await.unwrap().value.id;
        Self { control, objects, principal, environment, _directory: directory }
    }

    fn services(&self) -> &Services {
        self.control.services()
    }

    /// Returns a request for an experiment with two variants.
    fn request(&self, key: &str, status: &str) -> ExperimentCreate {
        let body = json!({
            "key": key, "name": "n", "environmentId": self.environment, "status": status,
            "variants": [{"key": "a", "name": "A", "payload": {"color": "red"}}, {"key": "b", "name": "B"}],
            "allocations": [
                {"variant": "b", "rangeStart": 5000, "rangeEnd": 9999},
                {"variant": "a", "rangeStart": 0, "rangeEnd": 4999},
            ],
        });
        ExperimentCreate::from_body(body.to_string().as_bytes()).unwrap()
    }

    async fn count(&self) -> u64 {
        let all = ExperimentFilter { environment_id: Some(&self.environment), status: None, search: None };
        let page = self.services().experiments(&self.principal, all, PageRequest::first(1)).await.unwrap();
        page.pagination.total
    }

    async fn object(&self, path: &str) -> Option<Value> {
        let object = self.objects.get(path).await.unwrap()?;
        Some(serde_json::from_slice(&object.bytes).unwrap())
    }

    async fn audience(&self) -> String {
        let body = json!({"name": "a", "environmentId": self.environment, "rules": []}).to_string();
        let request = AudienceCreate::from_body(body.as_bytes()).unwrap();
        self.services().create_audience(&self.principal, &request).await.unwrap().value.row.id
    }
}

#[tokio::test]
async fn an_experiment_is_created_with_its_parts_and_published_as_one_version() {
    on_each_database(async |url| {
        let plane = Plane::start(url).await;
        let (services, by) = (plane.services(), &plane.principal);
        let draft = services.create_experiment(by, &plane.request("draft", "DRAFT")).await.unwrap();
        assert_eq!(draft.publication, Publication::NotDue);
        assert_eq!(draft.value.value.row.status, Status::Draft);
        assert_eq!(plane.object("configs/prod/version.json").await, None);

        let live = services.create_experiment(by, &plane.request("live", "RUNNING")).await.unwrap();
        assert_eq!(live.publication, Publication::Published);
        let (live, revision) = (live.value.value, live.value.revision);
        let read = services.experiment(by, &live.row.id).await.unwrap();
        assert_eq!(read.revision, revision);
        assert_eq!(json!(read.value), json!(live));
        let variants: Vec<_> = live.variants.iter().map(|variant| variant.key.as_str()).collect();
        assert_eq!((live.row.status, variants), (Status::Running, vec!["a", "b"]));
        let ranges = live.allocations.iter().map(|range| (range.variant_id.as_str(), range.range_start));
        let expected = [(live.variants[1].id.as_str(), 5000), (live.variants[0].id.as_str(), 0)];
        assert_eq!(ranges.collect::<Vec<_>>(), expected);

        let snapshot = plane.object("configs/prod/snapshots/latest.json").await.unwrap();
        assert_eq!(snapshot["version"], 1);
        let published = &snapshot["experiments"];
        assert_eq!((published[0]["key"].as_str(), &published[1]), (Some("live"), &Value::Null));
        assert_eq!(published[0]["variants"][0]["payload"], json!({"color": "red"}));
        assert_eq!(published[0]["allocations"][1]["rangeEnd"], 4999);
        plane.control.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_duplicate_is_a_draft_with_the_same_parts_and_a_key_and_salt_of_its_own() {
    on_each_database(async |url| {
        let plane = Plane::start(url).await;
        let (services, by) = (plane.services(), &plane.principal);
        let mut request = plane.request("live", "RUNNING");
        request.audience_id = Some(plane.audience().await);
        let original = services.create_experiment(by, &request).await.unwrap().value.value;
        let mut salts = vec![original.row.salt.clone()];
        for key in ["live-copy", "live-copy-2"] {
            let copy = services.duplicate_experiment(by, &original.row.id).await.unwrap();
            assert_eq!(copy.publication, Publication::NotDue);
            let copy = copy.value.value;
            assert_eq!((copy.row.key.as_str(), copy.row.status), (key, Status::Draft));
            assert_eq!(copy.row.name, format!("{} (copy)", original.row.name));
            assert_eq!(copy.row.audience_id, original.row.audience_id);
            assert_eq!(json!(copy.row.targeting_rules), json!(original.row.targeting_rules));
            let parts = |experiment: &edgewise_api::resources::Experiment| {
                let variants = experiment.variants.iter().map(|variant| {
                    let (key, name) = (variant.key.clone(), variant.name.clone());
                    let ranges = experiment.allocations.iter().filter(|range| range.variant_id == variant.id);
                    let ranges: Vec<_> = ranges.map(|range| (range.range_start, range.range_end)).collect();
                    (key, name, json!(variant.payload), ranges)
                });
                variants.collect::<Vec<_>>()
            };
            assert_eq!(parts(&copy), parts(&original));
            assert!(!salts.contains(&copy.row.salt));
            salts.push(copy.row.salt);
        }
        let unknown = services.duplicate_experiment(by, "none").await;
        assert_eq!(status_of(unknown.unwrap_err()), 404);
        assert_eq!(plane.count().await, 3);
        plane.control.stop().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_of_an_experiment_is_created_if_a_part_cannot_be() {
    on_each_database(async |url| {
        let plane = Plane::start(url).await;
        let mut unknown = plane.request("k", "RUNNING");
        unknown.allocations[1].variant = "none".to_owned();
        let mut repeated = plane.request("k", "RUNNING");
        repeated.variants[1].key = "a".to_owned();
        for (request, status) in [(unknown, 400), (repeated, 409)] {
            let created = plane.services().create_experiment(&plane.principal, &request).await;
            assert_eq!(status_of(created.unwrap_err()), status);
            assert_eq!(plane.count().await, 0);
        }
        plane.services().create_experiment(&plane.principal, &plane.request("k", "DRAFT")).await.unwrap();
        let again =
            plane.services().create_experiment(&plane.principal, &plane.request("k", "RUNNING")).await;
        assert_eq!((status_of(again.unwrap_err()), plane.count().await), (409, 1));
        assert_eq!(plane.object("configs/prod/version.json").await, None);
        plane.control.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_audience_that_is_used_is_deleted_only_on_request() {
    on_each_database(async |url| {
        let plane = Plane::start(url).await;
        let (services, by, any) = (plane.services(), &plane.principal, &Precondition::None);
        let audience = plane.audience().await;
        let mut request = plane.request("k", "DRAFT");
        request.audience_id = Some(audience.clone());
        let id = services.create_experiment(by, &request).await.unwrap().value.value.row.id;

        assert_eq!(status_of(services.delete_unused_audience(by, "none", any).await.unwrap_err()), 404);
        assert_eq!(status_of(services.delete_unused_audience(by, &audience, any).await.unwrap_err()), 409);
        assert_eq!(services.experiment(by, &id).await.unwrap().value.row.audience_id, Some(audience.clone()));
        services.delete_experiment(by, &id, any).await.unwrap();
        let stale = &Precondition::Revisions(vec![9]);
        assert_eq!(status_of(services.delete_unused_audience(by, &audience, stale).await.unwrap_err()), 412);
        services.delete_unused_audience(by, &audience, any).await.unwrap();
        assert_eq!(status_of(services.audience(by, &audience).await.unwrap_err()), 404);
        plane.control.stop().await;
    })
    .await;
}

/// Another process uses an audience while a person deletes the audience as unused.
#[tokio::test]
async fn an_audience_that_becomes_used_at_the_same_time_is_not_deleted() {
    let postgres = Postgres::create().await;
    let plane = Plane::start(postgres.url()).await;
    let there = Store::open(postgres.url()).await.unwrap();
    let (services, by) = (plane.services().clone(), plane.principal.clone());
    let audience = plane.audience().await;
    let id = services.create_experiment(&by, &plane.request("k", "DRAFT")).await.unwrap().value.value.row.id;

    let mut using = there.write().await.unwrap();
    using.begin_change(&plane.environment).await.unwrap().unwrap();
    let body = json!({"audienceId": audience}).to_string();
    let patch = ExperimentPatch::from_body(body.as_bytes()).unwrap();
    using.update_experiment(&id, &patch, None, 1).await.unwrap();
    let deleting = tokio::spawn({
        let (services, by, audience) = (services.clone(), by.clone(), audience.clone());
        async move { services.delete_unused_audience(&by, &audience, &Precondition::None).await.map(drop) }
    });
    let mut watching = sqlx::AnyConnection::connect(postgres.url()).await.unwrap();
    let waits =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("the deletion waits for the other change", async || {
        watching.fetch_optional(waits).await.unwrap().is_some()
    })
    .await;
    using.commit().await.unwrap();
    assert_eq!(status_of(deleting.await.unwrap().unwrap_err()), 409);
    let experiment = services.experiment(&by, &id).await.unwrap().value;
    assert_eq!(experiment.audience.map(|audience| audience.id), Some(audience));

    watching.close().await.unwrap();
    plane.control.stop().await;
    there.close().await;
    postgres.drop().await;
}

fn status_of(failure: impl Into<ApiError>) -> u16 {
    failure.into().status()
}

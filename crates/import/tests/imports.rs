//! Imports with a store that fails, into an environment that is held or different, and two imports at the same time. Each
//! test runs on each kind of database.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

#[path = "../../../control/tests/support/mod.rs"]
mod support;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use edgewise_api::Publication;
use edgewise_api::{
    page::PageRequest,
    query::Query,
    resources::{EnvironmentCreate, VersionState},
};
use edgewise_caller::Principal;
use edgewise_control::{
    Control, Options,
    services::imports::{Environment, Existing, ImportError, Imported},
};
use edgewise_import::{Comparison, EnvironmentPlan, plan, plan::target, reference::read_snapshot};
use serde_json::json;
use support::{Objects, Postgres, TIMEOUT, eventually, fails_to_write};

/// Runs a check on a fresh control plane with each kind of database.
async fn on_each_database(check: impl AsyncFn(&Control, &Objects)) {
    let postgres = Postgres::create().await;
    let directory = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}/edgewise.db", directory.path().display());
    for (name, url) in [("on-sqlite", sqlite), ("on-postgres", postgres.url().to_owned())] {
        let objects = Arc::new(Objects::open(&directory.path().join(name)));
        let mut options = Options::new(url);
        options.publish_wait = TIMEOUT;
        let control = Control::start(options, objects.clone(), Arc::new(|_, _| {})).await.unwrap();
        check(&control, &objects).await;
        control.stop().await;
    }
    postgres.drop().await;
}

/// Returns an environment that was read from a snapshot of the reference system.
fn reference(version: u64, experiments: &[&str]) -> Environment {
    let experiments = experiments.iter().map(|key| {
        json!({
            "id": format!("id-{key}"), "key": key, "salt": "s", "audienceRules": [{"conditions": []}],
            "targetingRules": [], "variants": [{"id": format!("on-{key}"), "key": "on", "payload": null}],
            "allocations": [{"variantId": format!("on-{key}"), "rangeStart": 0, "rangeEnd": 9999}],
        })
    });
    let snapshot = json!({
        "version": version, "environment": "prod", "publishedAt": "2024-05-01T00:00:00.000Z",
        "experiments": experiments.collect::<Vec<_>>(),
    });
    let reference = read_snapshot(snapshot.to_string().as_bytes(), 0).unwrap();
    assert_eq!(reference.skipped, []);
    reference.environments.into_iter().next().unwrap()
}

async fn import(control: &Control, environment: Environment) -> Imported<EnvironmentPlan> {
    let plan = |existing: &_| plan(environment.clone(), existing);
    control.services().import(&Principal::for_import_command(), &target(&environment), plan).await.unwrap()
}

fn first_page() -> PageRequest {
    PageRequest::from_query(&Query::parse("")).unwrap()
}

async fn environment_id(control: &Control) -> String {
    let environments = control
        .services()
        .environments(&Principal::for_rest_extractor(), None, first_page())
        .await
        .unwrap()
        .data;
    environments.first().unwrap().id.clone()
}

fn comparisons(imported: &Imported<EnvironmentPlan>) -> Vec<&Comparison> {
    imported.plan.experiments.iter().map(|experiment| &experiment.comparison).collect()
}

#[tokio::test]
async fn an_import_that_could_not_be_published_is_published_later_with_its_number() {
    on_each_database(async |control, objects| {
        objects.fails.store(true, Ordering::SeqCst);
        let recorded = async {
            let services = control.services();
            eventually("there is an environment", async || {
                !services.environments(&Principal::for_rest_extractor(), None, first_page()).await.unwrap().data.is_empty()
            })
            .await;
            fails_to_write(services, &environment_id(control).await).await;
        };
        tokio::select! {
            _ = import(control, reference(41, &["a"])) => panic!("the import cannot be live while the store fails"),
            () = recorded => {}
        }
        objects.fails.store(false, Ordering::SeqCst);
        let again = import(control, reference(41, &["a"])).await;
        assert_eq!(comparisons(&again), [&Comparison::Same]);
        assert_eq!(again.live_version, Some(42));
    })
    .await;
}

#[tokio::test]
async fn version_numbers_of_the_source_are_in_the_history_and_are_not_reused() {
    on_each_database(async |control, _| {
        let imported = import(control, reference(41, &["a"])).await;
        assert_eq!((imported.publication, imported.live_version), (Publication::Published, Some(42)));
        let id = environment_id(control).await;
        let versions = control
            .services()
            .versions(&Principal::for_rest_extractor(), &id, first_page())
            .await
            .unwrap()
            .data;
        let states: Vec<_> = versions.iter().map(|version| (version.version, version.state)).collect();
        assert_eq!(states, [(42, VersionState::Published), (41, VersionState::Superseded)]);
        // The reference system has published further versions since.
        let imported = import(control, reference(50, &["a"])).await;
        assert_eq!(imported.live_version, Some(51));
    })
    .await;
}

#[tokio::test]
async fn an_import_into_a_held_environment_is_published_when_publishing_is_resumed() {
    on_each_database(async |control, _| {
        import(control, reference(1, &["a"])).await;
        let services = control.services();
        let id = environment_id(control).await;
        services.rollback(&Principal::for_rest_extractor(), &id, "2").await.unwrap();
        let imported = import(control, reference(1, &["a", "b"])).await;
        assert_eq!(comparisons(&imported), [&Comparison::Same, &Comparison::New]);
        assert!(imported.held && imported.publication == Publication::OnHold);
        assert_eq!(imported.live_version, Some(3));
        services.resume(&Principal::for_rest_extractor(), &id).await.unwrap();
        assert!(services.version(&Principal::for_rest_extractor(), &id, "4").await.unwrap().contains("id-b"));
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_is_imported_into_an_existing_environment_but_another_environment_with_its_name_is_not() {
    on_each_database(async |control, _| {
        let request = EnvironmentCreate::from_body(br#"{"name": "prod"}"#).unwrap();
        control.services().create_environment(&Principal::for_rest_extractor(), &request).await.unwrap();
        let imported = import(control, reference(7, &["a"])).await;
        assert_eq!((imported.plan.comparison, imported.live_version), (Comparison::Same, Some(8)));
        let mut other = reference(7, &["b"]);
        other.id = Some("another".to_owned());
        let imported = import(control, other).await;
        assert!(matches!(imported.plan.comparison, Comparison::Skipped(_)), "{}", imported.plan);
        assert!(imported.plan.experiments.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_environment_that_appears_after_the_first_plan_is_a_conflict() {
    on_each_database(async |control, _| {
        let environment = reference(1, &["a"]);
        import(control, environment.clone()).await;
        // The first call of the plan sees what existed before.
        let first = AtomicBool::new(true);
        let plan = |existing: &Existing| match first.swap(false, Ordering::SeqCst) {
            true => plan(environment.clone(), &Existing::default()),
            false => plan(environment.clone(), existing),
        };
        let before = control
            .services()
            .publication(&Principal::for_rest_extractor(), &environment_id(control).await)
            .await
            .unwrap();
        let problem = control
            .services()
            .import(&Principal::for_import_command(), &target(&environment), plan)
            .await
            .unwrap_err();
        assert!(matches!(problem, ImportError::EnvironmentCreated), "{problem}");
        let after = control
            .services()
            .publication(&Principal::for_rest_extractor(), &environment_id(control).await)
            .await
            .unwrap();
        assert_eq!(after.live_version, before.live_version);
        assert!(!first.load(Ordering::SeqCst) && !after.unpublished);
    })
    .await;
}

#[tokio::test]
async fn two_concurrent_imports_create_each_resource_once() {
    on_each_database(async |control, _| {
        import(control, reference(1, &["a"])).await;
        let more = || reference(1, &["a", "b", "c"]);
        let (left, right) = tokio::join!(import(control, more()), import(control, more()));
        let new = |imported: &Imported<EnvironmentPlan>| {
            comparisons(imported).iter().filter(|comparison| ***comparison == Comparison::New).count()
        };
        assert_eq!(new(&left) + new(&right), 2);
    })
    .await;
}

//! Several control processes on one database: each is notified of the changes and versions of the others.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::{sync::Arc, time::Duration};

use edgewise_api::resources::{
    EnvironmentCreate, ExperimentCreate, ExperimentFilter, Status, StatusPatch, VersionState,
};
use edgewise_api::search::Search;
use edgewise_api::{ApiError, conditional::Precondition};
use edgewise_caller::Principal;
use edgewise_control::store::{Store, Version};
use edgewise_control::{Control, Options};
use edgewise_database::Listener;
use edgewise_objects::Directory;
use sqlx::{Connection as _, Executor as _};
use support::{Postgres, TIMEOUT, eventually};
use tokio::{sync::mpsc, time::timeout};

async fn expect_notification(listener: &mut Listener) {
    timeout(TIMEOUT, listener.changed()).await.expect("no notification");
}

/// Makes a change due, like another process that does not publish it.
async fn make_change_due(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let change = tx.begin_change("e").await.unwrap().unwrap();
    tx.mark_due(&change, "somebody").await.unwrap();
    tx.commit().await.unwrap();
}

async fn with_environment(store: &Store) {
    let mut tx = store.write().await.unwrap();
    tx.insert_environment("e", "prod", 1).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn other_processes_are_notified_of_a_due_change_even_after_a_lost_connection() {
    let postgres = Postgres::create().await;
    let (here, there) =
        (Store::open(postgres.url()).await.unwrap(), Store::open(postgres.url()).await.unwrap());
    with_environment(&there).await;
    let mut listener = here.due_listener();
    expect_notification(&mut listener).await; // The listener has connected.
    make_change_due(&there).await;
    expect_notification(&mut listener).await;

    postgres
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        .await;
    expect_notification(&mut listener).await; // The listener has reconnected.
    make_change_due(&there).await;
    expect_notification(&mut listener).await;

    drop(listener);
    here.close().await;
    there.close().await;
    postgres.drop().await;
}

#[tokio::test]
async fn a_due_change_of_another_process_is_published_without_polling() {
    let postgres = Postgres::create().await;
    let directory = tempfile::tempdir().unwrap();
    let objects = Arc::new(Directory::open(directory.path()).unwrap());
    let options =
        Options { poll_interval: Duration::from_secs(86_400), ..Options::new(postgres.url().to_owned()) };
    let (published, mut versions) = mpsc::unbounded_channel();
    let on_published = move |_: &_, _: _| published.send(()).unwrap();
    let control = Control::start(options, objects, Arc::new(on_published)).await.unwrap();
    let other = Store::open(postgres.url()).await.unwrap();
    with_environment(&other).await;
    for _ in 0..5 {
        make_change_due(&other).await;
        timeout(TIMEOUT, versions.recv()).await.expect("not published").unwrap();
    }
    control.stop().await;
    other.close().await;
    postgres.drop().await;
}

#[tokio::test]
async fn a_version_published_by_one_process_is_announced_in_the_others() {
    let postgres = Postgres::create().await;
    let directory = tempfile::tempdir().unwrap();
    let objects = Arc::new(Directory::open(&directory.path().join("snapshots")).unwrap());
    let start = async || {
        let options = Options::new(postgres.url().to_owned());
        Control::start(options, objects.clone(), Arc::new(|_, _| {})).await.unwrap()
    };
    let here = start().await;
    let mut versions = here.services().live_versions(&Principal::for_rest_extractor(), None).await.unwrap();
    let there = start().await;
    let request = EnvironmentCreate::from_body(br#"{"name": "prod"}"#).unwrap();
    let environment =
        there.services().create_environment(&Principal::for_rest_extractor(), &request).await.unwrap().value;
    let body = format!(r#"{{"key": "k", "name": "n", "environmentId": "{}"}}"#, environment.id);
    let request = ExperimentCreate::from_body(body.as_bytes()).unwrap();
    let id = there
        .services()
        .create_experiment(&Principal::for_rest_extractor(), &request)
        .await
        .unwrap()
        .value
        .value
        .row
        .id;
    let running = StatusPatch { status: Status::Running };
    there
        .services()
        .update_status(&Principal::for_rest_extractor(), &id, &Precondition::None, running)
        .await
        .unwrap();

    let received = timeout(TIMEOUT, versions.wait_for(|versions| !versions.is_empty())).await;
    let received = received.expect("no version is announced").unwrap().clone();
    assert_eq!(
        received.iter().map(|(name, version)| (name.as_str(), *version)).collect::<Vec<_>>(),
        [("prod", 1)]
    );
    // A process that starts later reads the version from the database.
    let late = start().await;
    assert_eq!(
        *late.services().live_versions(&Principal::for_rest_extractor(), None).await.unwrap().borrow(),
        received
    );
    for control in [here, there, late] {
        control.stop().await;
    }
    postgres.drop().await;
}

/// A database whose live version an earlier release published.
#[tokio::test]
async fn what_is_live_is_recorded_for_a_version_of_an_earlier_release() {
    let postgres = Postgres::create().await;
    let store = Store::open(postgres.url()).await.unwrap();
    with_environment(&store).await;
    let version = Version {
        number: 7,
        state: VersionState::Pending,
        snapshot: r#"{"version":7,"experiments":[{"id":"x","allocations":[]}]}"#.to_owned(),
        changes: 1,
        created_at: 1,
        created_by: None,
        experiments: None,
        restores: None,
    };
    let mut tx = store.write().await.unwrap();
    tx.insert_pending("e", &version).await.unwrap();
    tx.mark_published("e", &version).await.unwrap();
    tx.commit().await.unwrap();
    let waiting = async || store.read().await.unwrap().environments_without_live_list().await.unwrap();
    assert_eq!(waiting().await, ["e"]);

    let directory = tempfile::tempdir().unwrap();
    let objects = Arc::new(Directory::open(directory.path()).unwrap());
    let control = Control::start(Options::new(postgres.url().to_owned()), objects, Arc::new(|_, _| {}));
    let control = control.await.unwrap();
    eventually("the list is recorded", async || waiting().await.is_empty()).await;
    control.stop().await;
    store.close().await;
    postgres.drop().await;
}

#[tokio::test]
async fn what_an_earlier_release_wrote_is_found_before_and_after_a_restart() {
    let postgres = Postgres::create().await;
    let store = Store::open(postgres.url()).await.unwrap();
    with_environment(&store).await;
    postgres
        .execute(
            "INSERT INTO experiment (id, environment_id, key, name, salt, status, created_at, updated_at) \
             VALUES ('x', 'e', 'cart', 'Große Karte', 's', 'DRAFT', 1, 1)",
        )
        .await;
    let found = async |store: &Store, text| {
        let search = Search::parse(text).unwrap();
        let filter = ExperimentFilter { search: search.as_ref(), ..Default::default() };
        store.read().await.unwrap().experiments(filter, 10, 0).await.unwrap().1
    };
    assert_eq!(found(&store, "CART karte").await, 1);
    store.close().await;
    let restarted = Store::open(postgres.url()).await.unwrap();
    assert_eq!((found(&restarted, "CART karte").await, found(&restarted, "GROSSE").await), (1, 1));
    restarted.close().await;
    postgres.drop().await;
}

/// A page checks what a person types, while another process changes the environment.
#[tokio::test]
async fn checking_a_new_experiment_does_not_wait_for_a_change_of_its_environment() {
    let postgres = Postgres::create().await;
    let directory = tempfile::tempdir().unwrap();
    let objects = Arc::new(Directory::open(directory.path()).unwrap());
    let control = Control::start(Options::new(postgres.url().to_owned()), objects, Arc::new(|_, _| {}));
    let control = control.await.unwrap();
    let (services, principal) = (control.services(), Principal::for_rest_extractor());
    let there = Store::open(postgres.url()).await.unwrap();
    with_environment(&there).await;
    let request = |key: &str, environment: &str| {
        let body = format!("{{\"key\":\"{key}\",\"name\":\"n\",\"environmentId\":\"{environment}\"}}");
        ExperimentCreate::from_body(body.as_bytes()).unwrap()
    };
    services.create_experiment(&principal, &request("taken", "e")).await.unwrap();

    let mut changing = there.write().await.unwrap();
    changing.begin_change("e").await.unwrap().unwrap();
    let status = async |key, environment| {
        let checked = services.check_experiment(&principal, &request(key, environment)).await;
        checked.err().map(|error| ApiError::from(error).status())
    };
    assert_eq!(status("free", "e").await, None);
    assert_eq!(status("taken", "e").await, Some(409));
    assert_eq!(status("free", "none").await, Some(404));
    drop(changing);
    control.stop().await;
    there.close().await;
    postgres.drop().await;
}

/// One process marks a version as published while another rolls back. Both lock rows in the same order, so the database
/// aborts neither.
#[tokio::test]
async fn marking_a_version_as_published_and_superseding_it_do_not_deadlock() {
    let postgres = Postgres::create().await;
    let (here, there) =
        (Store::open(postgres.url()).await.unwrap(), Store::open(postgres.url()).await.unwrap());
    with_environment(&here).await;
    let version = Version {
        number: 1,
        state: VersionState::Pending,
        snapshot: "{}".to_owned(),
        changes: 1,
        created_at: 1,
        created_by: None,
        experiments: None,
        restores: None,
    };
    let mut tx = here.write().await.unwrap();
    tx.insert_pending("e", &version).await.unwrap();
    tx.commit().await.unwrap();

    let mut superseding = here.write().await.unwrap();
    superseding.begin_change("e").await.unwrap().unwrap();
    let recording = tokio::spawn(async move {
        let mut tx = there.write().await.unwrap();
        tx.mark_published("e", &version).await.unwrap();
        tx.commit().await.unwrap();
        there.close().await;
    });
    let mut watching = sqlx::AnyConnection::connect(postgres.url()).await.unwrap();
    let waits =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("one transaction waits for the other", async || {
        watching.fetch_optional(waits).await.unwrap().is_some()
    })
    .await;
    superseding.supersede_pending("e").await.unwrap();
    superseding.commit().await.unwrap();
    recording.await.unwrap();

    let state = here.read().await.unwrap().version("e", 1).await.unwrap().unwrap().state;
    assert_eq!(state, VersionState::Superseded);
    here.close().await;
    watching.close().await.unwrap();
    postgres.drop().await;
}

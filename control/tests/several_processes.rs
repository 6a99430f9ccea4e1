//! Several control processes on one database: each hears of what becomes due in the others.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{sync::Arc, time::Duration};

use edgewise_api::conditional::Precondition;
use edgewise_api::resources::{EnvironmentCreate, ExperimentCreate, Status, StatusPatch, VersionState};
use edgewise_caller::Actor;
use edgewise_control::store::{Store, Version};
use edgewise_control::{Control, Options};
use edgewise_database::Listener;
use edgewise_objects::Directory;
use sqlx::{Connection as _, Executor as _};
use support::{PATIENCE, Postgres, eventually};
use tokio::{sync::mpsc, time::timeout};

async fn hear(listener: &mut Listener) {
    timeout(PATIENCE, listener.changed()).await.expect("nothing is heard");
}

/// Makes a change, as another process does, and leaves it to be published.
async fn leave_due(store: &Store) {
    let mut tx = store.write().await.unwrap();
    let change = tx.begin_change("e").await.unwrap().unwrap();
    tx.mark_due("e", change, "somebody").await.unwrap();
    tx.commit().await.unwrap();
}

async fn with_environment(store: &Store) {
    let mut tx = store.write().await.unwrap();
    tx.insert_environment("e", "prod", 1).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_change_that_becomes_due_is_heard_of_in_other_processes_also_after_the_connection_was_lost() {
    let postgres = Postgres::create().await;
    let (here, there) =
        (Store::open(postgres.url()).await.unwrap(), Store::open(postgres.url()).await.unwrap());
    with_environment(&there).await;
    let mut listener = here.due_listener();
    hear(&mut listener).await; // It listens.
    leave_due(&there).await;
    hear(&mut listener).await;

    postgres
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        .await;
    hear(&mut listener).await; // It listens again.
    leave_due(&there).await;
    hear(&mut listener).await;

    drop(listener);
    here.close().await;
    there.close().await;
    postgres.drop().await;
}

#[tokio::test]
async fn what_another_process_leaves_due_is_published_without_being_looked_for() {
    let postgres = Postgres::create().await;
    let directory = tempfile::tempdir().unwrap();
    let objects = Arc::new(Directory::open(directory.path()).unwrap());
    let options =
        Options { look_every: Duration::from_secs(86_400), ..Options::new(postgres.url().to_owned()) };
    let (published, mut versions) = mpsc::unbounded_channel();
    let on_published = move |_: &_, _: _| published.send(()).unwrap();
    let control = Control::start(options, objects, Arc::new(on_published)).await.unwrap();
    let other = Store::open(postgres.url()).await.unwrap();
    with_environment(&other).await;
    for _ in 0..5 {
        leave_due(&other).await;
        timeout(PATIENCE, versions.recv()).await.expect("it is not published").unwrap();
    }
    control.stop().await;
    other.close().await;
    postgres.drop().await;
}

#[tokio::test]
async fn what_one_process_publishes_is_told_of_in_the_others() {
    let postgres = Postgres::create().await;
    let directory = tempfile::tempdir().unwrap();
    let objects = Arc::new(Directory::open(&directory.path().join("snapshots")).unwrap());
    let start = async || {
        let options = Options::new(postgres.url().to_owned());
        Control::start(options, objects.clone(), Arc::new(|_, _| {})).await.unwrap()
    };
    let here = start().await;
    let mut told = here.services().live_versions(None).await.unwrap();
    let there = start().await;
    let request = EnvironmentCreate::from_body(br#"{"name": "prod"}"#).unwrap();
    let environment = there.services().create_environment(&Actor::LOCAL, &request).await.unwrap().value;
    let body = format!(r#"{{"key": "k", "name": "n", "environmentId": "{}"}}"#, environment.id);
    let request = ExperimentCreate::from_body(body.as_bytes()).unwrap();
    let id = there.services().create_experiment(&Actor::LOCAL, &request).await.unwrap().value.row.id;
    let running = StatusPatch { status: Status::Running };
    there.services().update_status(&Actor::LOCAL, &id, &Precondition::None, running).await.unwrap();

    let heard = timeout(PATIENCE, told.wait_for(|versions| !versions.is_empty())).await;
    let heard = heard.expect("nothing is told").unwrap().clone();
    assert_eq!(
        heard.iter().map(|(name, version)| (name.as_str(), *version)).collect::<Vec<_>>(),
        [("prod", 1)]
    );
    // Who starts later knows it from the database.
    let late = start().await;
    assert_eq!(*late.services().live_versions(None).await.unwrap().borrow(), heard);
    for control in [here, there, late] {
        control.stop().await;
    }
    postgres.drop().await;
}

/// One process records that a version is written while another rolls back: they wait for each other in one order, and so
/// neither is broken off by the database.
#[tokio::test]
async fn recording_a_written_version_and_giving_it_up_do_not_lock_each_other_out() {
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

    let mut giving_up = here.write().await.unwrap();
    giving_up.begin_change("e").await.unwrap().unwrap();
    let recording = tokio::spawn(async move {
        let mut tx = there.write().await.unwrap();
        tx.mark_published("e", &version).await.unwrap();
        tx.commit().await.unwrap();
        there.close().await;
    });
    let mut watching = sqlx::AnyConnection::connect(postgres.url()).await.unwrap();
    let waits =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually("one waits for the other", async || watching.fetch_optional(waits).await.unwrap().is_some())
        .await;
    giving_up.supersede_pending("e").await.unwrap();
    giving_up.commit().await.unwrap();
    recording.await.unwrap();

    let state = here.read().await.unwrap().version("e", 1).await.unwrap().unwrap().state;
    assert_eq!(state, VersionState::Superseded);
    here.close().await;
    watching.close().await.unwrap();
    postgres.drop().await;
}

//! The example data: its content, and when it is not added.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use edgewise_api::resources::{AudienceFilter, ExperimentFilter};
use edgewise_api::{page::PageRequest, resources::EnvironmentCreate};
use edgewise_caller::Principal;
use edgewise_control::services::Services;
use edgewise_control::{
    Control, Options,
    demo::{self, PastClock},
};
use edgewise_database::sqlite_url;
use edgewise_objects::Directory;

const ALL: PageRequest = PageRequest::first(100);

/// Runs a check on the services of a fresh control plane and their clock.
async fn on_a_fresh_plane(check: impl AsyncFn(&Services, &PastClock)) {
    let directory = tempfile::tempdir().unwrap();
    let clock = PastClock::default();
    let mut options = Options::new(sqlite_url(&directory.path().join("edgewise.db")));
    options.clock = Arc::new(clock.clone());
    options.publish_wait = Duration::from_secs(30);
    let objects = Arc::new(Directory::open(&directory.path().join("snapshots")).unwrap());
    let control = Control::start(options, objects, Arc::new(|_, _| {})).await.unwrap();
    check(control.services(), &clock).await;
    control.stop().await;
}

async fn create(services: &Services, name: &str) -> String {
    let body = format!(r#"{{"name": "{name}"}}"#);
    let request = EnvironmentCreate::from_body(body.as_bytes()).unwrap();
    services.create_environment(&Principal::for_rest_extractor(), &request).await.unwrap().value.created_at
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_data_has_experiments_in_all_states_and_a_rollback_that_was_resumed() {
    on_a_fresh_plane(async |services, clock| {
        assert!(demo::fill(services, clock).await.unwrap());

        let environments =
            services.environments(&Principal::for_rest_extractor(), None, ALL).await.unwrap().data;
        let names: Vec<_> = environments.iter().map(|environment| environment.name.as_str()).collect();
        assert_eq!(names, ["prod", "staging"]);
        let mut states = BTreeMap::new();
        for experiment in services
            .experiments(&Principal::for_rest_extractor(), ExperimentFilter::default(), ALL)
            .await
            .unwrap()
            .data
        {
            *states.entry(experiment.row.status.name()).or_insert(0) += 1;
        }
        let expected = [("ARCHIVED", 1), ("DRAFT", 2), ("PAUSED", 1), ("RUNNING", 4)];
        assert_eq!(states, BTreeMap::from(expected));
        assert_eq!(
            services
                .audiences(&Principal::for_rest_extractor(), AudienceFilter::default(), ALL)
                .await
                .unwrap()
                .pagination
                .total,
            4
        );

        let prod = &environments.first().unwrap().id;
        let versions = services.versions(&Principal::for_rest_extractor(), prod, ALL).await.unwrap().data;
        assert_eq!(versions.first().unwrap().version, 14);
        let restored: Vec<_> = versions.iter().filter_map(|version| version.restores).collect();
        assert_eq!(restored, [9]);
        assert!(versions.is_sorted_by(|newer, older| newer.created_at > older.created_at));
        for environment in &environments {
            let status =
                services.publication(&Principal::for_rest_extractor(), &environment.id).await.unwrap();
            assert!(status.held_at.is_none() && !status.unpublished && status.error.is_none(), "{status:?}");
        }
        // The clock shows the current time again, so the new environment is later than all example data.
        assert!(create(services, "later").await > versions.first().unwrap().created_at);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_example_data_is_added_to_a_database_with_an_environment() {
    on_a_fresh_plane(async |services, clock| {
        create(services, "mine").await;
        assert!(!demo::fill(services, clock).await.unwrap());
        assert_eq!(
            services
                .environments(&Principal::for_rest_extractor(), None, ALL)
                .await
                .unwrap()
                .pagination
                .total,
            1
        );
    })
    .await;
}

//! Requests that change nothing.

use std::sync::Arc;

use edgewise_api::{
    ApiError, Publication,
    conditional::Precondition,
    resources::{
        AudienceCreate, AudiencePatch, EnvironmentCreate, ExperimentCreate, ExperimentPatch, Status,
        StatusPatch,
    },
};
use edgewise_caller::Principal;
use edgewise_control::{Control, Options};
use edgewise_objects::Directory;
use serde_json::json;

#[tokio::test]
async fn a_patch_without_fields_changes_nothing_and_publishes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let objects = Arc::new(Directory::open(&directory.path().join("snapshots")).unwrap());
    let options = Options::new(format!("sqlite://{}/edgewise.db", directory.path().display()));
    let control = Control::start(options, objects, Arc::new(|_, _| {})).await.unwrap();
    let (services, principal, any) =
        (control.services(), Principal::for_rest_extractor(), Precondition::None);
    let request = EnvironmentCreate::from_body(br#"{"name":"prod"}"#).unwrap();
    let environment = services.create_environment(&principal, &request).await.unwrap().value;

    let body = json!({"name": "a", "environmentId": environment.id, "rules": []}).to_string();
    let request = AudienceCreate::from_body(body.as_bytes()).unwrap();
    let audience = services.create_audience(&principal, &request).await.unwrap();
    let id = &audience.value.row.id;
    let empty = AudiencePatch::from_body(b"{}").unwrap();
    let same = services.update_audience(&principal, id, &any, &empty).await.unwrap();
    assert_eq!((same.value.revision, same.publication), (audience.revision, Publication::NotDue));
    assert_eq!(same.value.value.row.updated_at, audience.value.row.updated_at);
    let stale = Precondition::Revisions(vec![9]);
    assert_eq!(
        services
            .update_audience(&principal, id, &stale, &empty)
            .await
            .map_err(ApiError::from)
            .unwrap_err()
            .status(),
        412
    );

    let body = json!({"key": "k", "name": "n", "environmentId": environment.id}).to_string();
    let request = ExperimentCreate::from_body(body.as_bytes()).unwrap();
    let id = services.create_experiment(&principal, &request).await.unwrap().value.value.row.id;
    let running = StatusPatch { status: Status::Running };
    let experiment = services.update_status(&principal, &id, &any, running).await.unwrap().value;
    let empty = ExperimentPatch::from_body(b"{}").unwrap();
    let same = services.update_experiment(&principal, &id, &any, &empty).await.unwrap();
    assert_eq!((same.value.revision, same.publication), (experiment.revision, Publication::NotDue));
    assert_eq!(same.value.value.row.updated_at, experiment.value.row.updated_at);
    assert_eq!(
        services
            .update_experiment(&principal, &id, &stale, &empty)
            .await
            .map_err(ApiError::from)
            .unwrap_err()
            .status(),
        412
    );
    assert_eq!(
        services
            .update_experiment(&principal, "none", &any, &empty)
            .await
            .map_err(ApiError::from)
            .unwrap_err()
            .status(),
        404
    );
    control.stop().await;
}

//! The failures of services as errors of the API.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::sync::Arc;

use edgewise_api::{
    ApiError, ErrorKind, FieldPath,
    conditional::Precondition,
    resources::{
        AllocationsPut, AudienceCreate, EnvironmentCreate, ExperimentCreate, Status, StatusPatch,
        VariantsPatch,
    },
};
use edgewise_caller::Principal;
use edgewise_control::{Control, Options, services::ExperimentError};
use edgewise_objects::Directory;
use serde_json::json;

/// Returns the kind, the field and the message of a failure.
fn of<T: std::fmt::Debug, E: Into<ApiError>>(result: Result<T, E>) -> (ErrorKind, Option<String>, String) {
    let error: ApiError = result.map_err(Into::into).unwrap_err();
    (error.kind, error.field.map(|field| field.to_string()), error.message)
}

#[tokio::test]
async fn a_failure_names_the_kind_and_the_field() {
    let directory = tempfile::tempdir().unwrap();
    let objects = Arc::new(Directory::open(&directory.path().join("snapshots")).unwrap());
    let options = Options::new(format!("sqlite://{}/edgewise.db", directory.path().display()));
    let control = Control::start(options, objects, Arc::new(|_, _| {})).await.unwrap();
    let (services, by, any) = (control.services(), &Principal::for_rest_extractor(), &Precondition::None);

    // A name that looks like a path must not move the error to another field.
    let name = "`key` of variants[0].key";
    let request = EnvironmentCreate::from_body(br#"{"name":"prod"}"#).unwrap();
    let prod = services.create_environment(by, &request).await.unwrap().value.id;
    let (kind, field, message) = of(services.create_environment(by, &request).await);
    assert_eq!((kind, field.as_deref()), (ErrorKind::Conflict, Some("name")));
    assert_eq!(message, "there is an environment `prod` already: choose another name");

    let audience = json!({ "name": name, "environmentId": prod, "rules": [] }).to_string();
    let audience = AudienceCreate::from_body(audience.as_bytes()).unwrap();
    services.create_audience(by, &audience).await.unwrap();
    let (kind, field, message) = of(services.create_audience(by, &audience).await);
    assert_eq!((kind, field.as_deref()), (ErrorKind::Conflict, Some("name")));
    assert_eq!(message, format!("the environment has an audience `{name}` already: choose another name"));

    let experiment = json!({ "key": "k", "name": "n", "environmentId": prod }).to_string();
    let experiment = ExperimentCreate::from_body(experiment.as_bytes()).unwrap();
    let id = services.create_experiment(by, &experiment).await.unwrap().value.value.row.id;
    for failed in [
        of(services.create_experiment(by, &experiment).await),
        of(services.check_experiment(by, &experiment).await),
    ] {
        let message = "the environment has an experiment `k` already: choose another key".to_owned();
        assert_eq!(failed, (ErrorKind::Conflict, Some("key".to_owned()), message));
    }

    let patch = json!({ "create": [{ "key": "a", "name": "A" }, { "key": "a", "name": "B" }] }).to_string();
    let patch = VariantsPatch::from_body(patch.as_bytes()).unwrap();
    let taken = services.patch_variants(by, &id, any, patch).await.unwrap_err();
    let path = FieldPath::of("create").at(1).then("key");
    assert!(matches!(&taken, ExperimentError::VariantKeyInUse { field, .. } if *field == path));
    let taken = ApiError::from(taken);
    assert_eq!((taken.predicate(), &taken.field), (None, &Some(path)));
    assert_eq!(taken.message, "the experiment has a variant `a` already: choose another key");

    let put = json!({ "allocations": [{ "variantId": "x", "rangeStart": 0, "rangeEnd": 1 }] }).to_string();
    let put = AllocationsPut::from_body(put.as_bytes()).unwrap();
    let (kind, field, message) = of(services.put_allocations(by, &id, any, put).await);
    assert_eq!((kind, field.as_deref()), (ErrorKind::Invalid, Some("allocations[0].variantId")));
    assert_eq!(message, "`allocations[0].variantId` must be the id of a variant of the experiment");

    let paused = StatusPatch { status: Status::Paused };
    let (kind, field, _) = of(services.update_status(by, &id, any, paused).await);
    assert_eq!((kind, field.as_deref()), (ErrorKind::Unprocessable, Some("status")));

    let (kind, field, message) = of(services.experiment(by, "none").await);
    assert_eq!((kind, field, message.as_str()), (ErrorKind::NotFound, None, "there is no experiment `none`"));
    let (kind, _, message) = of(services.delete_experiment(by, &id, &Precondition::Revisions(vec![9])).await);
    assert_eq!(kind, ErrorKind::Stale);
    assert!(message.contains("(the current revision is 1)"), "{message}");
}

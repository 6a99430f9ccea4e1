//! A fresh database of each kind, and resources to write into it.

use edgewise_api::resources::{AudienceCreate, ExperimentCreate, InitialStatus, Variant};
use edgewise_control::store::{Store, StoreError, Tx};
use edgewise_database::contract_tests;
use serde_json::value::RawValue;

/// Runs a check on a fresh database of each kind.
pub(crate) async fn on_each_database(check: impl AsyncFn(Store)) {
    contract_tests::on_each_database(async |url| {
        let store = Store::open(url).await.unwrap();
        check(store.clone()).await;
        store.close().await;
    })
    .await;
}

pub(crate) async fn environment(tx: &mut Tx, id: &str) {
    tx.insert_environment(id, id, 1).await.unwrap();
}

pub(crate) async fn experiment(tx: &mut Tx, id: &str, environment_id: &str) {
    let request = ExperimentCreate {
        key: id.to_owned(),
        name: "Name".to_owned(),
        description: None,
        environment_id: environment_id.to_owned(),
        audience_id: None,
        targeting_rules: None,
        variants: Vec::new(),
        allocations: Vec::new(),
        status: InitialStatus::Draft,
    };
    tx.insert_experiment(id, "salt", &request, None, 2).await.unwrap();
}

pub(crate) fn variant(id: &str, experiment_id: &str, payload: Option<&str>) -> Variant {
    Variant {
        id: id.to_owned(),
        key: id.to_owned(),
        name: "Name".to_owned(),
        payload: payload.map(|json| RawValue::from_string(json.to_owned()).unwrap()),
        experiment_id: experiment_id.to_owned(),
    }
}

pub(crate) fn audience(name: &str, environment_id: &str) -> AudienceCreate {
    AudienceCreate { name: name.to_owned(), environment_id: environment_id.to_owned(), rules: vec![] }
}

pub(crate) fn is_duplicate<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Duplicate(_)))
}

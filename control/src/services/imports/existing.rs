//! The existing resources that matter to an import.

use std::collections::HashSet;

use edgewise_api::{
    EnvironmentName,
    resources::{AudienceRow, Environment, Experiment, ExperimentFilter},
};
use edgewise_database::OpenError;

use crate::store::{self, Store, StoreError, Tx};

/// The target environment of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The id of the environment in the other system; a snapshot does not contain it.
    pub id: Option<String>,
    /// The name.
    pub name: EnvironmentName,
}

/// The existing resources, at one moment.
#[derive(Debug, Default)]
pub struct Existing {
    /// The environment with the id of the imported one.
    pub same_id: Option<Environment>,
    /// The environment with the name of the imported one.
    pub same_name: Option<Environment>,
    /// The highest version number of the environment.
    pub highest_version: u64,
    /// The audiences of the environment.
    pub audiences: Vec<AudienceRow>,
    /// The experiments of the environment.
    pub experiments: Vec<Experiment>,
    /// The ids of all resources of all environments.
    pub ids: HashSet<String>,
}

impl Existing {
    /// Reads the existing resources.
    ///
    /// # Errors
    /// If the database is not available.
    pub(super) async fn read(tx: &mut Tx, target: &Target) -> store::Result<Self> {
        let same_id = match &target.id {
            Some(id) => tx.environment(id).await?.map(|found| found.value),
            None => None,
        };
        let same_name = tx.environment_named(target.name.as_str()).await?.map(|found| found.value);
        let mut existing = Self { same_id, same_name, ids: tx.all_ids().await?, ..Self::default() };
        if let Some(here) = existing.same_id.as_ref().or(existing.same_name.as_ref()) {
            let id = here.id.clone();
            let filter = ExperimentFilter { environment_id: Some(&id), status: None };
            existing.highest_version = tx.highest_version(&id).await?.unsigned_abs();
            existing.audiences = tx.audiences(Some(&id), i64::MAX, 0).await?.0;
            existing.experiments = tx.experiments(filter, i64::MAX, 0).await?.0;
        }
        Ok(existing)
    }
}

/// Reads the existing resources for each target from the database at a URL, without changing the database. A database that
/// does not exist counts as empty.
///
/// # Errors
/// If the database cannot be opened.
pub async fn existing(database_url: &str, targets: &[Target]) -> Result<Vec<Existing>, OpenError> {
    let store = Store::open_existing(database_url).await?;
    let mut found = Vec::with_capacity(targets.len());
    for target in targets {
        found.push(match &store {
            Some(store) => {
                read(store, target).await.map_err(|StoreError(error)| OpenError::Unusable(error))?
            }
            None => Existing::default(),
        });
    }
    if let Some(store) = store {
        store.close().await;
    }
    Ok(found)
}

async fn read(store: &Store, target: &Target) -> store::Result<Existing> {
    Existing::read(&mut store.read().await?, target).await
}

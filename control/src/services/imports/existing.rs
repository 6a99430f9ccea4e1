//! The existing resources that matter to an import.

use std::collections::HashSet;

use edgewise_api::{
    EnvironmentName,
    resources::{AudienceRow, Environment, Experiment},
};
use edgewise_caller::{Principal, Rights};
use edgewise_database::OpenError;

use super::error;
use crate::store::{self, Store, Tx};

/// The target environment of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The id of the environment in the other system; a snapshot does not contain it.
    pub id: Option<String>,
    /// The name.
    pub name: EnvironmentName,
    /// The ids of the imported resources.
    pub resources: Vec<String>,
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
    /// Those ids of imported resources that a resource of any environment has.
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
        let mut existing =
            Self { same_id, same_name, ids: tx.ids_in_use(&target.resources).await?, ..Self::default() };
        if let Some(here) = existing.same_id.as_ref().or(existing.same_name.as_ref()) {
            let id = here.id.clone();
            existing.highest_version = tx.highest_version(&id).await?.unsigned_abs();
            existing.audiences = tx.all_audiences(&id).await?;
            existing.experiments = tx.all_experiments(&id).await?;
        }
        Ok(existing)
    }
}

/// Reads the existing resources from a database, without changing the database.
#[derive(Debug)]
pub struct ExistingReader {
    /// `None` for a database that does not exist yet.
    store: Option<Store>,
}

impl ExistingReader {
    /// Opens the database at a URL. A database that does not exist counts as empty.
    ///
    /// # Errors
    /// If the database cannot be opened.
    pub async fn open(database_url: &str) -> Result<Self, OpenError> {
        Ok(Self { store: Store::open_existing(database_url).await? })
    }

    /// Reads the existing resources for a target.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn read(&self, principal: &Principal, target: &Target) -> error::Result<Existing> {
        match (principal.rights(), &self.store) {
            (Rights::All, Some(store)) => Ok(Existing::read(&mut store.read().await?, target).await?),
            (Rights::All, None) => Ok(Existing::default()),
        }
    }

    /// Closes the database.
    pub async fn close(self) {
        if let Some(store) = self.store {
            store.close().await;
        }
    }
}

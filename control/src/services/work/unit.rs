//! Units of work: transactions that change one environment for one principal.

use edgewise_api::resources::Environment;
use edgewise_caller::{Principal, Rights};

use super::services::Services;
use crate::services::error::{Result, not_found, or_not_found};
use crate::store::{NumberedChange, Tx};

/// The resource whose environment a unit of work changes.
#[derive(Clone, Copy, Debug)]
pub(in crate::services) enum Subject<'a> {
    /// The environment with this id.
    Environment(&'a str),
    /// The environment of the audience with this id.
    Audience(&'a str),
    /// The environment of the experiment with this id.
    Experiment(&'a str),
}

/// A transaction that may write, before its environment is known or exists. Dropping it rolls it back.
#[derive(Debug)]
pub(in crate::services) struct OpenWork<'a> {
    tx: Tx,
    principal: &'a Principal,
}

/// A transaction that changes one environment for one principal. Other changes of the environment wait until it ends.
///
/// Only [`Services::commit`] commits it, with the change that it made. Dropping it rolls it back.
#[derive(Debug)]
pub(in crate::services) struct UnitOfWork<'a> {
    pub(super) tx: Tx,
    pub(super) principal: &'a Principal,
    pub(super) numbered: NumberedChange,
}

impl Services {
    /// Begins a unit of work on the environment of a resource.
    ///
    /// # Errors
    /// 404 if there is no such resource.
    pub(in crate::services) async fn begin<'a>(
        &self,
        principal: &'a Principal,
        subject: Subject<'_>,
    ) -> Result<UnitOfWork<'a>> {
        self.open(principal).await?.on(subject).await
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// 503 if the database is not available.
    pub(in crate::services) async fn open<'a>(&self, principal: &'a Principal) -> Result<OpenWork<'a>> {
        match principal.rights() {
            Rights::All => Ok(OpenWork { tx: self.store.write().await?, principal }),
        }
    }

    /// Begins a transaction with enough time to write a whole environment.
    ///
    /// # Errors
    /// 503 if the database is not available.
    pub(in crate::services) async fn open_import<'a>(
        &self,
        principal: &'a Principal,
    ) -> Result<OpenWork<'a>> {
        match principal.rights() {
            Rights::All => Ok(OpenWork { tx: self.store.write_import().await?, principal }),
        }
    }
}

impl<'a> OpenWork<'a> {
    /// Returns the transaction.
    pub(in crate::services) fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Begins the unit of work on the environment of a resource: numbers the change, and waits until earlier changes of
    /// the environment have ended.
    ///
    /// # Errors
    /// 404 if there is no such resource.
    pub(in crate::services) async fn on(mut self, subject: Subject<'_>) -> Result<UnitOfWork<'a>> {
        let (numbered, kind, id) = match subject {
            Subject::Environment(id) => (self.tx.begin_change(id).await?, "environment", id),
            Subject::Audience(id) => (self.tx.begin_audience_change(id).await?, "audience", id),
            Subject::Experiment(id) => (self.tx.begin_experiment_change(id).await?, "experiment", id),
        };
        let numbered = numbered.ok_or_else(|| not_found(kind, id))?;
        Ok(UnitOfWork { tx: self.tx, principal: self.principal, numbered })
    }
}

impl UnitOfWork<'_> {
    /// Returns the transaction.
    pub(in crate::services) fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Returns the id of the environment.
    pub(in crate::services) fn environment_id(&self) -> &str {
        &self.numbered.environment_id
    }

    /// Returns the environment.
    ///
    /// # Errors
    /// If the database fails.
    pub(in crate::services) async fn environment(&mut self) -> Result<Environment> {
        let id = &self.numbered.environment_id;
        Ok(or_not_found(self.tx.environment(id).await?, "environment", id)?.value)
    }

    /// Returns the number of the change, in the order of all changes of the environment.
    pub(in crate::services) const fn number(&self) -> i64 {
        self.numbered.number
    }

    /// Returns the name of the author of the change.
    pub(in crate::services) fn author(&self) -> &str {
        self.principal.who().name()
    }

    /// Returns whether publishing of the environment is on hold.
    pub(in crate::services) const fn is_held(&self) -> bool {
        self.numbered.held
    }

    /// Holds publishing of the environment from a time on; `None` ends that.
    ///
    /// # Errors
    /// If the database fails.
    pub(in crate::services) async fn hold(&mut self, since: Option<i64>) -> Result<()> {
        self.tx.hold(&self.numbered.environment_id, since).await?;
        self.numbered.held = since.is_some();
        Ok(())
    }
}

//! Reading experiments.

use std::collections::HashMap;

use edgewise_api::{
    Revisioned,
    page::{Page, PageRequest},
    resources::{Experiment, ExperimentFilter, ExperimentQuery, ExperimentSummary, Live, Status},
};

use edgewise_caller::Principal;

use super::error::Result;
use crate::services::{
    error::{not_found, or_not_found},
    work::Services,
};

impl Services {
    /// Returns the experiment with this id.
    ///
    /// # Errors
    /// 404 if there is no such experiment.
    pub async fn experiment(&self, principal: &Principal, id: &str) -> Result<Revisioned<Experiment>> {
        Ok(or_not_found(self.read(principal).await?.experiment(id).await?, "experiment", id)?)
    }

    /// Returns what is live of an experiment.
    ///
    /// # Errors
    /// 404 if there is no such experiment.
    pub async fn live_of_experiment(&self, principal: &Principal, id: &str) -> Result<Live> {
        let live = self.read(principal).await?.live_of(id).await?;
        Ok(live.ok_or_else(|| not_found("experiment", id))?)
    }

    /// Returns the status of each experiment of an environment that is not running, by id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stopped_experiments(
        &self,
        principal: &Principal,
        environment_id: &str,
    ) -> Result<HashMap<String, Status>> {
        Ok(self.read(principal).await?.stopped_experiments(environment_id).await?)
    }

    /// Returns a page of the experiments that match a filter, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn experiments(
        &self,
        principal: &Principal,
        filter: ExperimentFilter<'_>,
        page: PageRequest,
    ) -> Result<Page<Experiment>> {
        let mut tx = self.read(principal).await?;
        let (rows, total) = tx.experiments(filter, page.limit(), page.offset()).await?;
        Ok(page.respond(rows, total.unsigned_abs()))
    }

    /// Returns a page of the experiments that match a query, with the columns of a list.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_experiments(
        &self,
        principal: &Principal,
        query: ExperimentQuery<'_>,
        page: PageRequest,
    ) -> Result<Page<ExperimentSummary>> {
        let mut tx = self.read(principal).await?;
        let (rows, total) = tx.find_experiments(query, page.limit(), page.offset()).await?;
        Ok(page.respond(rows, total.unsigned_abs()))
    }
}

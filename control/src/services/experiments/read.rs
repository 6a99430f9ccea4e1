//! Reading experiments.

use edgewise_api::{
    Revisioned,
    page::{Page, PageRequest},
    resources::{Experiment, ExperimentFilter, ExperimentQuery, ExperimentSummary},
};

use crate::services::{
    context::Services,
    error::{Result, found},
};

impl Services {
    /// The experiment of that id.
    ///
    /// # Errors
    /// 404 if there is none.
    pub async fn experiment(&self, id: &str) -> Result<Revisioned<Experiment>> {
        found(self.store.read().await?.experiment(id).await?, "experiment", id)
    }

    /// A page of the experiments, newest first.
    ///
    /// # Errors
    /// Only if the database fails.
    pub async fn experiments(
        &self,
        filter: ExperimentFilter<'_>,
        page: PageRequest,
    ) -> Result<Page<Experiment>> {
        let mut tx = self.store.read().await?;
        let (rows, total) = tx.experiments(filter, page.limit(), page.offset()).await?;
        Ok(page.answer(rows, total.unsigned_abs()))
    }

    /// A page of the experiments that are searched for, as a list shows them.
    ///
    /// # Errors
    /// Only if the database fails.
    pub async fn find_experiments(
        &self,
        query: ExperimentQuery<'_>,
        page: PageRequest,
    ) -> Result<Page<ExperimentSummary>> {
        let mut tx = self.store.read().await?;
        let (rows, total) = tx.find_experiments(query, page.limit(), page.offset()).await?;
        Ok(page.answer(rows, total.unsigned_abs()))
    }
}

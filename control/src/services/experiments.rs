use edgewise_api::{
    ApiError, Revisioned,
    conditional::Precondition,
    limits,
    page::{Page, PageRequest},
    resources::{
        Experiment, ExperimentCreate, ExperimentFilter, ExperimentPatch, ExperimentQuery, ExperimentRow,
        ExperimentSummary, ExperimentWithEnvironment, Status, StatusPatch,
    },
};

use super::{Changed, Result, Services, begin_change, count, found, missing, or_conflict, rules_json};
use crate::store::{Change, Tx};
use edgewise_api::Publication;
use edgewise_caller::Actor;

impl Services {
    /// Makes an experiment, a draft with a salt of its own.
    ///
    /// # Errors
    /// 404 for an unknown environment or audience, 409 for a key that is taken, 422 for an audience of another
    /// environment and for too many experiments.
    pub async fn create_experiment(
        &self,
        actor: &Actor,
        request: &ExperimentCreate,
    ) -> Result<Revisioned<Experiment>> {
        let (tx, change, experiment) = self.begin_experiment(request).await?;
        let (environment_id, id) = (&request.environment_id, experiment.value.row.id.clone());
        self.finish(tx, environment_id, change, false, (actor, "experiment created", &id)).await?;
        Ok(experiment)
    }

    /// Says what would keep an experiment from being made, and makes none.
    ///
    /// # Errors
    /// Those of [`Services::create_experiment`].
    pub async fn check_experiment(&self, request: &ExperimentCreate) -> Result<()> {
        // What is begun and not ended did nothing.
        self.begin_experiment(request).await.map(drop)
    }

    async fn begin_experiment(
        &self,
        request: &ExperimentCreate,
    ) -> Result<(Tx, Change, Revisioned<Experiment>)> {
        let (id, salt, now) = (self.ids.new_id(), self.ids.new_id(), self.clock.now_ms());
        let environment_id = &request.environment_id;
        let rules = request.targeting_rules.as_deref().map(rules_json).transpose()?;
        let mut tx = self.store.write().await?;
        let change = begin_change(&mut tx, environment_id).await?;
        if let Some(audience_id) = &request.audience_id {
            check_audience(&mut tx, audience_id, environment_id).await?;
        }
        if tx.count_experiments(environment_id).await? >= limits::EXPERIMENTS {
            let most = limits::EXPERIMENTS;
            return Err(ApiError::unprocessable(format!(
                "the environment has {most} experiments already, the most there can be: delete some"
            )));
        }
        or_conflict(tx.insert_experiment(&id, &salt, request, rules.as_deref(), now).await, || {
            format!("the environment has an experiment `{}` already", request.key)
        })?;
        let experiment = found(tx.experiment(&id).await?, "experiment", &id)?;
        Ok((tx, change, experiment))
    }

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
        Ok(page.answer(rows, count(total)))
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
        Ok(page.answer(rows, count(total)))
    }

    /// Changes an experiment. Published if it runs and its audience or rules were sent.
    ///
    /// # Errors
    /// 404 if there is none or no such audience, 412 if the precondition does not hold, 422 for an audience of
    /// another environment.
    pub async fn update_experiment(
        &self,
        actor: &Actor,
        id: &str,
        precondition: &Precondition,
        request: &ExperimentPatch,
    ) -> Result<Changed<Revisioned<Experiment>>> {
        let rules = request.targeting_rules.as_deref().map(rules_json).transpose()?;
        let (mut tx, change, experiment) = self.change_experiment(id, precondition).await?;
        if let Some(Some(audience_id)) = &request.audience_id {
            check_audience(&mut tx, audience_id, &experiment.environment_id).await?;
        }
        tx.update_experiment(id, request, rules.as_deref(), self.clock.now_ms()).await?;
        let publish = experiment.status == Status::Running && request.changes_targeting();
        let value = found(tx.experiment(id).await?, "experiment", id)?;
        let what = (actor, "experiment changed", id);
        let publication = self.finish(tx, &experiment.environment_id, change, publish, what).await?;
        Ok(Changed { value, publication })
    }

    /// Changes an experiment's status. Always published.
    ///
    /// # Errors
    /// 404 if there is none, 412 if the precondition does not hold, 422 for a step that its status does not
    /// allow.
    pub async fn update_status(
        &self,
        actor: &Actor,
        id: &str,
        precondition: &Precondition,
        request: StatusPatch,
    ) -> Result<Changed<Revisioned<Experiment>>> {
        let (mut tx, change, experiment) = self.change_experiment(id, precondition).await?;
        let (from, to) = (experiment.status, request.status);
        if !from.may_become(to) {
            return Err(ApiError::unprocessable(format!("an experiment that is {from} cannot become {to}")));
        }
        tx.update_status(id, to, self.clock.now_ms()).await?;
        let value = found(tx.experiment(id).await?, "experiment", id)?;
        let what = (actor, "experiment status changed", id);
        let publication = self.finish(tx, &experiment.environment_id, change, true, what).await?;
        Ok(Changed { value, publication })
    }

    /// Deletes an experiment and all that belongs to it. Always published.
    ///
    /// # Errors
    /// 404 if there is none, 412 if the precondition does not hold.
    pub async fn delete_experiment(
        &self,
        actor: &Actor,
        id: &str,
        precondition: &Precondition,
    ) -> Result<Changed<ExperimentWithEnvironment>> {
        let (mut tx, change, row) = self.change_experiment(id, precondition).await?;
        let environment =
            found(tx.environment(&row.environment_id).await?, "environment", &row.environment_id)?;
        tx.delete_experiment(id).await?;
        let what = (actor, "experiment deleted", id);
        let publication = self.finish(tx, &row.environment_id, change, true, what).await?;
        Ok(Changed { value: ExperimentWithEnvironment { row, environment: environment.value }, publication })
    }

    /// Publishes the experiment's environment, and answers the snapshot that is live then.
    ///
    /// # Errors
    /// 404 if there is none, 409 while the environment is held, 412 if the precondition does not hold, 500 if it
    /// cannot be published now.
    pub async fn publish(&self, actor: &Actor, id: &str, precondition: &Precondition) -> Result<String> {
        let (tx, change, experiment) = self.change_experiment(id, precondition).await?;
        if change.held {
            return Err(ApiError::conflict(
                "the environment is held at an old version: resume publishing first",
            ));
        }
        let environment_id = &experiment.environment_id;
        match self.finish(tx, environment_id, change, true, (actor, "publish asked for", id)).await? {
            Publication::Failed(problem) => Err(ApiError::internal(format!(
                "change {} of the environment is kept, but not live: {problem}",
                change.number
            ))),
            Publication::Published | Publication::NotDue => {
                let newest = self.store.read().await?.newest_published(environment_id).await?;
                newest.map(|version| version.snapshot).ok_or_else(|| missing("published version of", id))
            }
        }
    }

    /// Begins a change to an experiment or to what belongs to it: the experiment as it is once all changes
    /// before this one are over.
    pub(super) async fn change_experiment(
        &self,
        id: &str,
        precondition: &Precondition,
    ) -> Result<(Tx, Change, ExperimentRow)> {
        let mut tx = self.store.write().await?;
        let environment_id = found(tx.experiment_row(id).await?, "experiment", id)?.value.environment_id;
        let change = begin_change(&mut tx, &environment_id).await?;
        let experiment = found(tx.experiment_row(id).await?, "experiment", id)?;
        precondition.check(experiment.revision)?;
        Ok((tx, change, experiment.value))
    }
}

async fn check_audience(tx: &mut Tx, audience_id: &str, environment_id: &str) -> Result<()> {
    let audience = found(tx.audience(audience_id).await?, "audience", audience_id)?;
    if audience.value.environment_id != environment_id {
        return Err(ApiError::unprocessable(format!(
            "the audience `{audience_id}` belongs to another environment"
        )));
    }
    Ok(())
}

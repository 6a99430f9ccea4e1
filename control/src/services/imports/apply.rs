//! Applying an import plan.

use std::collections::HashMap;

use edgewise_api::{
    Publication,
    resources::{AllocationRequest, ExperimentRow, Variant},
};
use edgewise_caller::{Principal, iso8601};
use edgewise_engine::Snapshot;

use super::{
    error::{ImportError, Result},
    existing::{Existing, Target},
    model::{Allocation, Environment, Experiment, Times},
    plan::{Additions, ImportPlan},
};
use crate::{
    services::{
        error::internal,
        work::{Action, Change, Publishing, Services, Subject, UnitOfWork},
    },
    store,
};

/// The outcome of an import.
#[derive(Clone, Debug)]
pub struct Imported<P> {
    /// The plan that was applied.
    pub plan: P,
    /// The outcome of publishing the environment.
    pub publication: Publication,
    /// The live version.
    pub live_version: Option<u64>,
    /// Whether the environment is held: its changes are saved, but not published.
    pub held: bool,
}

impl Services {
    /// Applies a plan in one transaction, and publishes the environment. Existing resources are not changed. If there is
    /// nothing to add, the function still waits for unpublished changes of an earlier import.
    ///
    /// `plan` is called once more inside the transaction, when no other change of the environment is possible.
    ///
    /// # Errors
    /// If the database fails, or another process imports the same resources at the same time.
    pub async fn import<P: ImportPlan>(
        &self,
        principal: &Principal,
        target: &Target,
        plan: impl Fn(&Existing) -> P,
    ) -> Result<Imported<P>> {
        let first = {
            let mut tx = self.read(principal).await?;
            plan(&Existing::read(&mut tx, target).await?)
        };
        let id = first.additions().environment_id.map(str::to_owned);
        let (plan, id, publication) = if first.additions().is_empty() {
            let publication = self.publish_pending(principal, id.as_deref()).await?;
            (first, id, publication)
        } else {
            let (plan, id, publication) = self.write_plan(principal, target, plan, id).await?;
            (plan, Some(id), publication)
        };
        let status = match &id {
            Some(id) => Some(self.publication(principal, id).await?),
            None => None,
        };
        Ok(Imported {
            plan,
            publication,
            live_version: status.as_ref().and_then(|status| status.live_version),
            held: status.is_some_and(|status| status.held_at.is_some()),
        })
    }

    async fn write_plan<P: ImportPlan>(
        &self,
        principal: &Principal,
        target: &Target,
        plan: impl Fn(&Existing) -> P,
        id: Option<String>,
    ) -> Result<(P, String, Publication)> {
        let mut open = self.open_import(principal).await?;
        let (plan, id, mut unit) = match id {
            Some(id) => {
                let mut unit = open.on(Subject::Environment(&id)).await?;
                (plan(&Existing::read(unit.tx(), target).await?), id, unit)
            }
            None => {
                let plan = plan(&Existing::read(open.tx(), target).await?);
                let id = target.id.clone().unwrap_or_else(|| self.ids.new_id());
                let Environment { name, times, .. } =
                    plan.additions().environment.ok_or(ImportError::EnvironmentCreated)?;
                open.tx().import_environment(&id, name.as_str(), times.row()).await?;
                let unit = open.on(Subject::Environment(&id)).await?;
                (plan, id, unit)
            }
        };
        let additions = plan.additions();
        self.write_additions(&mut unit, target, &additions).await?;
        let change = Change::of(&unit.environment().await?, Action::Import);
        let publishing = Publishing::due_if(additions.publishes());
        let publication = self.commit(unit, change, publishing).await?;
        drop(additions);
        Ok((plan, id, publication))
    }

    async fn write_additions(
        &self,
        unit: &mut UnitOfWork<'_>,
        target: &Target,
        additions: &Additions<'_>,
    ) -> Result<()> {
        let (id, by) = (unit.environment_id().to_owned(), unit.author().to_owned());
        let (id, number) = (id.as_str(), unit.number());
        let tx = unit.tx();
        let now = self.clock.now_ms();
        if let Some(version) = additions.number {
            let snapshot = Snapshot {
                version,
                environment: target.name.to_string(),
                published_at: iso8601(now),
                experiments: Vec::new(),
                extended: None,
            };
            let snapshot = serde_json::to_string(&snapshot).map_err(internal)?;
            let by = (number, now, by.as_str());
            tx.import_version_number(id, version.cast_signed(), &snapshot, by).await?;
        }
        let mut audience_ids = additions.audience_ids.clone();
        for audience in &additions.audiences {
            let own = audience.id.clone().unwrap_or_else(|| self.ids.new_id());
            let text = (audience.name.as_str(), audience.rules.get());
            tx.import_audience(&own, id, text, audience.times.row()).await?;
            audience_ids.insert(audience.name.clone(), own);
        }
        for experiment in &additions.experiments {
            tx.import_experiment(&row(experiment, id, &audience_ids), experiment.times.row()).await?;
            for variant in &experiment.variants {
                tx.insert_variant(&Variant {
                    id: variant.id.clone(),
                    key: variant.key.clone(),
                    name: variant.name.clone(),
                    payload: variant.payload.clone(),
                    experiment_id: experiment.id.clone(),
                })
                .await?;
            }
            let with_id = |allocation: &Allocation| {
                (allocation.id.clone().unwrap_or_else(|| self.ids.new_id()), allocation.range.clone())
            };
            let allocations: Vec<(String, AllocationRequest)> =
                experiment.allocations.iter().map(with_id).collect();
            tx.replace_allocations(&experiment.id, &allocations).await?;
        }
        Ok(())
    }

    /// Waits until earlier changes of the environment are published, if some are due.
    async fn publish_pending(&self, principal: &Principal, id: Option<&str>) -> Result<Publication> {
        let Some(id) = id else { return Ok(Publication::NotDue) };
        let state = self.read(principal).await?.publish_state(id).await?;
        match state {
            Some((_, state)) if state.held_at.is_none() && state.due > state.published => {
                Ok(self.publisher.publish(id, state.due).await)
            }
            _ => Ok(Publication::NotDue),
        }
    }
}

impl Times {
    /// Returns the times for the store.
    const fn row(self) -> store::Times {
        store::Times { created_at: self.created_at, updated_at: self.updated_at }
    }
}

fn row(experiment: &Experiment, environment_id: &str, audiences: &HashMap<String, String>) -> ExperimentRow {
    let Times { created_at, updated_at } = experiment.times;
    ExperimentRow {
        id: experiment.id.clone(),
        key: experiment.key.clone(),
        name: experiment.name.clone(),
        description: experiment.description.clone(),
        salt: experiment.salt.clone(),
        status: experiment.status,
        environment_id: environment_id.to_owned(),
        audience_id: experiment.audience.as_ref().and_then(|name| audiences.get(name)).cloned(),
        targeting_rules: experiment.targeting_rules.clone(),
        created_at: iso8601(created_at),
        updated_at: iso8601(updated_at),
    }
}

use std::collections::HashMap;

use edgewise_api::resources::{AllocationRequest, ExperimentRow, Variant};
use edgewise_engine::Snapshot;

use super::{Result, Services, begin_change, failure};
use crate::{
    actor::Actor,
    clock::iso8601,
    import::{self, Environment, EnvironmentPlan, Existing, Experiment, Fate, Planned},
    publisher::Publication,
    store::{Change, Times, Tx},
};

/// What was done with an environment that came.
#[derive(Clone, Debug)]
pub struct Imported {
    /// What was planned, and so done.
    pub plan: EnvironmentPlan,
    /// Whether it is live.
    pub publication: Publication,
    /// The version that is live now.
    pub live_version: Option<u64>,
    /// Whether the environment keeps its changes unpublished for now.
    pub held: bool,
}

impl Services {
    /// Takes over an environment and all that belongs to it, in one transaction, and publishes it. What is here already
    /// is left as it is. If there is nothing to take over, nothing is changed, but what an earlier import left to be
    /// published is waited for.
    ///
    /// # Errors
    /// Only if the database fails, or the same is imported elsewhere at the same time.
    pub async fn import(&self, actor: &Actor, environment: Environment) -> Result<Imported> {
        let plan = {
            let mut tx = self.store.read().await?;
            let existing = Existing::of(&mut tx, &environment).await?;
            import::plan(environment.clone(), &existing)
        };
        let (plan, id, publication) = if plan.changes() {
            let (plan, id, publication) = self.take_over(actor, environment, plan.id).await?;
            (plan, Some(id), publication)
        } else {
            let (id, publication) = (plan.id.clone(), self.left_to_publish(plan.id.as_deref()).await?);
            (plan, id, publication)
        };
        let status = match &id {
            Some(id) => Some(self.publication(id).await?),
            None => None,
        };
        Ok(Imported {
            plan,
            publication,
            live_version: status.as_ref().and_then(|status| status.live_version),
            held: status.is_some_and(|status| status.held_at.is_some()),
        })
    }

    /// Writes what is new. What was planned is planned again, now that nobody else can change the environment.
    async fn take_over(
        &self,
        actor: &Actor,
        environment: Environment,
        id: Option<String>,
    ) -> Result<(EnvironmentPlan, String, Publication)> {
        let mut tx = self.store.write_at_length().await?;
        let begun = match &id {
            Some(id) => Some(begin_change(&mut tx, id).await?),
            None => None,
        };
        let existing = Existing::of(&mut tx, &environment).await?;
        let plan = import::plan(environment, &existing);
        let id = id.or_else(|| plan.environment.id.clone()).unwrap_or_else(|| self.ids.new_id());
        let change = match begun {
            Some(change) => change,
            None => {
                let Environment { name, times, .. } = &plan.environment;
                tx.import_environment(&id, name.as_str(), *times).await?;
                begin_change(&mut tx, &id).await?
            }
        };
        self.write(&mut tx, &id, &plan, (actor, change)).await?;
        let publish = plan.publishes();
        let publication = self.finish(tx, &id, change, publish, (actor, "environment imported", &id)).await?;
        Ok((plan, id, publication))
    }

    async fn write(
        &self,
        tx: &mut Tx,
        id: &str,
        plan: &EnvironmentPlan,
        (actor, change): (&Actor, Change),
    ) -> Result<()> {
        let now = self.clock.now_ms();
        if let Some(number) = plan.number {
            let snapshot = Snapshot {
                version: number,
                environment: plan.environment.name.to_string(),
                published_at: iso8601(now),
                experiments: Vec::new(),
                extended: None,
            };
            let snapshot = serde_json::to_string(&snapshot).map_err(|error| failure::internal(&error))?;
            let by = (change.number, now, actor.name());
            tx.import_number(id, number.cast_signed(), &snapshot, by).await?;
        }
        let mut audience_ids = plan.audience_ids.clone();
        for audience in plan.audiences.iter().filter(|audience| audience.fate == Fate::New) {
            let audience = &audience.it;
            let own = audience.id.clone().unwrap_or_else(|| self.ids.new_id());
            tx.import_audience(&own, id, (&audience.name, audience.rules.get()), audience.times).await?;
            audience_ids.insert(audience.name.clone(), own);
        }
        for Planned { it, .. } in plan.experiments.iter().filter(|experiment| experiment.fate == Fate::New) {
            tx.import_experiment(&row(it, id, &audience_ids), it.times).await?;
            for variant in &it.variants {
                let import::Variant { id, key, name, payload } = variant.clone();
                tx.insert_variant(&Variant { id, key, name, payload, experiment_id: it.id.clone() }).await?;
            }
            let with_id = |allocation: &import::Allocation| {
                (allocation.id.clone().unwrap_or_else(|| self.ids.new_id()), allocation.range.clone())
            };
            let allocations: Vec<(String, AllocationRequest)> = it.allocations.iter().map(with_id).collect();
            tx.replace_allocations(&it.id, &allocations).await?;
        }
        Ok(())
    }

    /// Waits for what an earlier change left to be published, if it did.
    async fn left_to_publish(&self, id: Option<&str>) -> Result<Publication> {
        let Some(id) = id else { return Ok(Publication::NotDue) };
        let state = self.store.read().await?.publish_state(id).await?;
        match state {
            Some((_, state)) if state.held_at.is_none() && state.due > state.published => {
                Ok(self.publisher.publish(id, state.due).await)
            }
            _ => Ok(Publication::NotDue),
        }
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

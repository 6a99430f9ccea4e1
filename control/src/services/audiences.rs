use std::collections::HashMap;

use edgewise_api::{
    Revisioned,
    conditional::Precondition,
    page::{Page, PageRequest},
    resources::{Audience, AudienceCreate, AudiencePatch, AudienceSummary, AudienceUses, Environment},
};

use super::{Changed, Result, Services, begin_change, count, found, or_conflict, rules_json};
use crate::store::Tx;
use edgewise_caller::Actor;

impl Services {
    /// Makes an audience.
    ///
    /// # Errors
    /// 404 for an unknown environment, 409 if the environment has an audience of that name.
    pub async fn create_audience(
        &self,
        actor: &Actor,
        request: &AudienceCreate,
    ) -> Result<Revisioned<Audience>> {
        let (id, now) = (self.ids.new_id(), self.clock.now_ms());
        let rules = rules_json(&request.rules)?;
        let mut tx = self.store.write().await?;
        let change = begin_change(&mut tx, &request.environment_id).await?;
        or_conflict(tx.insert_audience(&id, request, &rules, now).await, || taken(&request.name))?;
        let audience = read(&mut tx, &id).await?;
        self.finish(tx, &request.environment_id, change, false, (actor, "audience created", &id)).await?;
        Ok(audience)
    }

    /// The audience of that id.
    ///
    /// # Errors
    /// 404 if there is none.
    pub async fn audience(&self, id: &str) -> Result<Revisioned<Audience>> {
        read(&mut self.store.read().await?, id).await
    }

    /// A page of the audiences, of one environment or of all, newest first.
    ///
    /// # Errors
    /// Only if the database fails.
    pub async fn audiences(&self, environment_id: Option<&str>, page: PageRequest) -> Result<Page<Audience>> {
        let mut tx = self.store.read().await?;
        let (audiences, total) = list(&mut tx, environment_id, page).await?;
        Ok(page.answer(audiences, total))
    }

    /// The same page, with how each audience is used.
    ///
    /// # Errors
    /// Only if the database fails.
    pub async fn audience_summaries(
        &self,
        environment_id: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<AudienceSummary>> {
        let mut tx = self.store.read().await?;
        let (audiences, total) = list(&mut tx, environment_id, page).await?;
        let uses = tx.uses_of_audiences(environment_id, page.limit(), page.offset()).await?;
        let summary = |audience: Audience| {
            let uses = uses.get(&audience.row.id).copied().unwrap_or_default();
            AudienceSummary { audience, uses }
        };
        Ok(page.answer(audiences.into_iter().map(summary).collect(), total))
    }

    /// Where an audience is used: how often, and the first experiments, `most` at most.
    ///
    /// # Errors
    /// 404 if there is no such audience.
    pub async fn audience_uses(&self, id: &str, most: PageRequest) -> Result<AudienceUses> {
        let mut tx = self.store.read().await?;
        found(tx.audience(id).await?, "audience", id)?;
        Ok(AudienceUses {
            counts: tx.count_uses(id).await?,
            experiments: tx.experiments_of_audience(id, most.limit()).await?,
        })
    }

    /// Changes an audience. Published if its rules changed and a running experiment uses it.
    ///
    /// # Errors
    /// 404 if there is none, 409 for a name that is taken, 412 if the precondition does not hold.
    pub async fn update_audience(
        &self,
        actor: &Actor,
        id: &str,
        precondition: &Precondition,
        request: &AudiencePatch,
    ) -> Result<Changed<Revisioned<Audience>>> {
        let rules = request.rules.as_deref().map(rules_json).transpose()?;
        let mut tx = self.store.write().await?;
        let environment_id = read(&mut tx, id).await?.value.row.environment_id;
        let change = begin_change(&mut tx, &environment_id).await?;
        precondition.check(read(&mut tx, id).await?.revision)?;
        let name = request.name.as_deref();
        let updated = tx.update_audience(id, name, rules.as_deref(), self.clock.now_ms()).await;
        or_conflict(updated, || taken(name.unwrap_or_default()))?;
        let publish = rules.is_some() && tx.audience_runs(id).await?;
        let value = read(&mut tx, id).await?;
        let publication =
            self.finish(tx, &environment_id, change, publish, (actor, "audience changed", id)).await?;
        Ok(Changed { value, publication })
    }

    /// Deletes an audience, and detaches it from its experiments. Published if one of them runs.
    ///
    /// # Errors
    /// 404 if there is none, 412 if the precondition does not hold.
    pub async fn delete_audience(
        &self,
        actor: &Actor,
        id: &str,
        precondition: &Precondition,
    ) -> Result<Changed<Audience>> {
        let mut tx = self.store.write().await?;
        let environment_id = read(&mut tx, id).await?.value.row.environment_id;
        let change = begin_change(&mut tx, &environment_id).await?;
        let audience = read(&mut tx, id).await?;
        precondition.check(audience.revision)?;
        let publish = tx.audience_runs(id).await?;
        tx.delete_audience(id).await?;
        let publication =
            self.finish(tx, &environment_id, change, publish, (actor, "audience deleted", id)).await?;
        Ok(Changed { value: audience.value, publication })
    }
}

async fn list(tx: &mut Tx, environment_id: Option<&str>, page: PageRequest) -> Result<(Vec<Audience>, u64)> {
    let (rows, total) = tx.audiences(environment_id, page.limit(), page.offset()).await?;
    let mut environments: HashMap<String, Environment> = HashMap::new();
    let mut audiences = Vec::with_capacity(rows.len());
    for row in rows {
        let id = &row.environment_id;
        let environment = match environments.get(id) {
            Some(environment) => environment.clone(),
            None => found(tx.environment(id).await?, "environment", id)?.value,
        };
        environments.insert(id.clone(), environment.clone());
        audiences.push(Audience { row, environment });
    }
    Ok((audiences, count(total)))
}

async fn read(tx: &mut Tx, id: &str) -> Result<Revisioned<Audience>> {
    let audience = found(tx.audience(id).await?, "audience", id)?;
    let environment_id = &audience.value.environment_id;
    let environment = found(tx.environment(environment_id).await?, "environment", environment_id)?.value;
    Ok(audience.map(|row| Audience { row, environment }))
}

fn taken(name: &str) -> String {
    format!("the environment has an audience `{name}` already")
}

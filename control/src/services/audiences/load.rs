//! Audiences with their environments.

use std::collections::HashMap;

use edgewise_api::{
    Revisioned,
    page::PageRequest,
    resources::{Audience, AudienceFilter, Environment},
};

use super::error::Result;
use crate::services::error::or_not_found;
use crate::store::Tx;

pub(super) async fn read(tx: &mut Tx, id: &str) -> Result<Revisioned<Audience>> {
    let audience = or_not_found(tx.audience(id).await?, "audience", id)?;
    let environment_id = &audience.value.environment_id;
    let environment =
        or_not_found(tx.environment(environment_id).await?, "environment", environment_id)?.value;
    Ok(audience.map(|row| Audience { row, environment }))
}

pub(super) async fn list(
    tx: &mut Tx,
    filter: AudienceFilter<'_>,
    page: PageRequest,
) -> Result<(Vec<Audience>, u64)> {
    let (rows, total) = tx.audiences(filter, page.limit(), page.offset()).await?;
    let mut environments: HashMap<String, Environment> = HashMap::new();
    let mut audiences = Vec::with_capacity(rows.len());
    for row in rows {
        let id = &row.environment_id;
        let environment = match environments.get(id) {
            Some(environment) => environment.clone(),
            None => or_not_found(tx.environment(id).await?, "environment", id)?.value,
        };
        environments.insert(id.clone(), environment.clone());
        audiences.push(Audience { row, environment });
    }
    Ok((audiences, total.unsigned_abs()))
}

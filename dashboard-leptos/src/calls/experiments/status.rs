use edgewise_api::resources::StatusPatch;
use leptos::prelude::*;

use crate::{
    calls::control::at, model::links, problem::Problem, server::context::with_services, transport::Write,
};

/// Changes the status of an experiment by a form that was submitted without scripts, and redirects to the experiment's page.
/// Only the server renders such forms, so browsers have no code for this call.
#[server(prefix = "/-", endpoint = "experiment/status", protocol = Write)]
pub(crate) async fn change_status(id: String, revision: i64, status: String) -> Result<(), Problem> {
    with_services(async |services, principal| {
        let body = serde_json::json!({ "status": status }).to_string();
        let request = StatusPatch::from_body(body.as_bytes())?;
        services.update_status(&principal, &id, &at(revision), request).await?;
        leptos_axum::redirect(&links::experiment(&id));
        Ok(())
    })
    .await
}

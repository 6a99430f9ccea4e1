use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use crate::{calls::control::at, model::links, server::context::with_services};
use crate::{problem::Problem, transport::Write};

/// Changes the status of an experiment by a form that was submitted without scripts, and redirects to the experiment's page.
#[server(prefix = "/-", endpoint = "experiment/status", protocol = Write)]
pub(crate) async fn change_status(id: String, revision: i64, status: String) -> Result<(), Problem> {
    use edgewise_api::resources::StatusPatch;

    let body = serde_json::json!({ "status": status }).to_string();
    with_services(async |services, principal| {
        let request = StatusPatch::from_body(body.as_bytes())?;
        services.update_status(&principal, &id, &at(revision), request).await?;
        leptos_axum::redirect(&links::experiment(&id));
        Ok(())
    })
    .await
}

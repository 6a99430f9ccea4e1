use std::{sync::Arc, time::Duration};

use axum::routing::get;
use edgewise_control::{Control, DatabaseHealth, Options};
use edgewise_http::{App, ConnectionLimits, Front, Metrics, guard, with_common_routes, with_compression};
use tokio::time::timeout;

use super::{error::StartError, plane::Plane};
use crate::{health::Health, openapi, options::ControlOptions};

/// The time limit for the response of the database to a health check.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) async fn start(options: &ControlOptions, front: &Arc<Front>) -> Result<Plane, StartError> {
    let objects = options.data.snapshots().open().await?;
    let settings = Options::new(options.data.database());
    let control = Control::start(settings, objects, Arc::new(|_, _| {})).await?;
    let app = Arc::new(app(&control, options.process.connections.limits(), front));
    Ok(Plane { app, control: Some(control), background: Vec::new() })
}

fn app(control: &Control, limits: ConnectionLimits, front: &Arc<Front>) -> App {
    let (health, ready) = (control.database(), control.database());
    let routes = guard(control.routes(), front)
        .route("/health", get(async move || Health::single_plane(works(&health).await).response()))
        .route("/ready", get(async move || Health::single_plane(works(&ready).await).response()))
        .merge(openapi::routes("", openapi::control(), front));
    with_common_routes(with_compression(routes), &Metrics::default(), limits).behind(front)
}

/// Returns whether the database responds in time.
pub(super) async fn works(database: &DatabaseHealth) -> bool {
    match timeout(DATABASE_TIMEOUT, database.check()).await {
        Ok(Ok(())) => true,
        Ok(Err(problem)) => {
            tracing::warn!(error = %problem, "the database cannot be used");
            false
        }
        Err(_) => {
            tracing::warn!("the database does not respond");
            false
        }
    }
}

use std::{sync::Arc, time::Duration};

use axum::routing::get;
use edgewise_control::{Control, DatabaseHealth, Options};
use edgewise_decide::{Source, WatchedStore};
use edgewise_http::{App, ConnectionLimits, Front, Metrics, guard, with_common_routes, with_compression};
use tokio::time::timeout;

use super::{error::StartError, plane::Plane};
use crate::{health::Health, openapi, options::ControlOptions};

/// The time limit for the response of the database to a health check.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);
/// The time after which a health check asks the snapshot store again whether it accepts requests.
const STORE_SILENCE: Duration = Duration::from_secs(10);

pub(super) async fn start(options: &ControlOptions, front: &Arc<Front>) -> Result<Plane, StartError> {
    let objects = options.data.snapshots().open().await?;
    let settings = Options::new(options.data.database());
    let store = Arc::new(WatchedStore::new(Source::Objects(objects.clone()), STORE_SILENCE));
    let control = Control::start(settings, objects, Arc::new(|_, _| {})).await?;
    let app = Arc::new(app(&control, &store, options.process.connections.limits(), front));
    Ok(Plane { app, control: Some(control), background: Vec::new() })
}

fn app(control: &Control, store: &Arc<WatchedStore>, limits: ConnectionLimits, front: &Arc<Front>) -> App {
    let health = || {
        let (database, store) = (control.database(), store.clone());
        get(async move || health(&database, &store).await.response())
    };
    let routes = guard(control.routes(), front)
        .nest("/api", guard(control.routes(), front))
        .route("/health", health())
        .route("/ready", health())
        .merge(openapi::routes("", openapi::control(), front))
        .merge(openapi::routes("/api", openapi::control(), front));
    #[cfg(feature = "dashboard")]
    let routes = edgewise_dashboard::routes_beside(routes, control.services().clone(), front);
    with_common_routes(with_compression(routes), &Metrics::default(), limits).behind(front)
}

/// Checks the database and the store. A store that merely does not respond is no error: changes are saved, and published later.
async fn health(database: &DatabaseHealth, store: &WatchedStore) -> Health {
    // Asking the store finds out whether the store refuses requests.
    let (works, _) = tokio::join!(works(database), store.is_usable());
    Health::single_plane(works).with_store(store)
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

use std::sync::Arc;

use axum::{Router, response::Response, routing::get};
use edgewise_control::{
    Control, DatabaseHealth, Options,
    demo::{self, PastClock},
    services,
};
use edgewise_decide::{Cache, DecideHandler, Source, configs, follow_live};
use edgewise_http::{
    App, ConnectionLimits, Front, Limiter, Metrics, guard, with_common_routes, with_compression,
};
use edgewise_objects::Location;

use super::{
    control::works,
    error::StartError,
    plane::{Plane, poll},
};
use crate::{
    health::{Health, ServiceStatus, Services},
    openapi,
    options::ServeOptions,
};

pub(super) async fn start(options: &ServeOptions, front: &Arc<Front>) -> Result<Plane, StartError> {
    let location = options.data.snapshots();
    let objects = location.open().await?;
    let mut cache = Cache::new(Source::Objects(objects.clone()), options.poll_interval);
    // The lock of a directory excludes other writers. A bucket has no lock.
    if let Location::Directory(_) = location {
        cache = cache.of_only_writer();
    }
    let cache = Arc::new(cache);
    let published = {
        // The first decision after a publish uses the published version, without waiting for a poll.
        let cache = cache.clone();
        Arc::new(move |environment: &_, ruleset| cache.install(environment, ruleset))
    };
    let mut settings = Options::new(options.data.database());
    let clock = PastClock::default();
    if options.demo {
        settings.clock = Arc::new(clock.clone());
    }
    let control = Control::start(settings, objects, published).await?;
    if options.demo {
        add_example_data(control.services(), &clock).await;
    }
    let limiter = options.limit.rate_limit().map(Limiter::new);
    let app = Arc::new(app(&control, &cache, limiter, options.process.connections.limits(), front));
    // `published` installs the versions that this process publishes. Other processes may publish into the same database.
    let live = tokio::spawn(follow_live(cache.clone(), control.live_versions()));
    Ok(Plane { app, control: Some(control), background: vec![poll(&cache), live] })
}

/// Adds the example data to an empty database. An error is only logged: the plane starts without the example data.
async fn add_example_data(services: &services::Services, clock: &PastClock) {
    match demo::fill(services, clock).await {
        Ok(true) => tracing::info!("added the example data"),
        Ok(false) => tracing::warn!("no example data was added: the database already has environments"),
        Err(problem) => {
            tracing::error!(error = problem.message, "the example data could not be added completely")
        }
    }
}

fn app(
    control: &Control,
    cache: &Arc<Cache>,
    limiter: Option<Limiter>,
    limits: ConnectionLimits,
    front: &Arc<Front>,
) -> App {
    let health = || {
        let (database, cache) = (control.database(), cache.clone());
        get(async move || health(&database, &cache).await)
    };
    let (database, cache_ready) = (control.database(), cache.clone());
    let ready = async move || {
        Health::single_plane(works(&database).await && cache_ready.store().is_usable().await).response()
    };
    let routes = Router::new()
        .nest("/api", guard(control.routes(), front))
        .route("/api/health", health())
        .merge(openapi::routes("/api", openapi::serve(), front))
        .route("/health", health())
        .route("/ready", get(ready));
    #[cfg(feature = "dashboard")]
    let routes = routes.merge(edgewise_dashboard::routes(control.services().clone(), front));
    // Published objects are kept compressed.
    let routes = with_compression(routes).route("/configs/{*path}", configs(cache.clone()));
    let metrics = Metrics::default();
    let decide = DecideHandler::new(cache.clone(), limiter, metrics.for_route("/api/decide"));
    with_common_routes(routes, &metrics, limits).with_fast_path("/api/decide", decide).behind(front)
}

async fn health(database: &DatabaseHealth, cache: &Cache) -> Response {
    let status = |works| if works { ServiceStatus::Ok } else { ServiceStatus::Unhealthy };
    let services = Services {
        experiment_service: status(works(database).await),
        decision_service: status(cache.store().is_usable().await),
    };
    Health::of(services).with_configs(cache).response()
}

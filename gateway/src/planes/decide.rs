use std::sync::Arc;

use axum::{Router, routing::get};
use edgewise_decide::{Cache, DecideHandler, Location, Source, configs, follow_stream};
use edgewise_http::{App, ConnectionLimits, Front, Metrics, Upstream, with_common_routes, with_compression};
use edgewise_objects as objects;

use super::{
    error::StartError,
    plane::{Plane, poll},
};
use crate::{health::Health, openapi, options::DecideOptions};

pub(super) async fn start(options: &DecideOptions, front: &Front) -> Result<Plane, StartError> {
    let location = options.snapshots();
    if let Location::Objects(objects::Location::Directory(path)) = &location
        && !path.is_dir()
    {
        tracing::warn!(path = %path.display(), "the snapshot directory does not exist yet");
    }
    let source = Source::open(&location).await?;
    let cache = Arc::new(Cache::new(source, options.poll_interval));
    let mut background = vec![poll(&cache)];
    if let Some(url) = &options.control_url {
        let control = Upstream::new("control plane", url.clone());
        background.push(tokio::spawn(follow_stream(cache.clone(), control)));
    }
    let app = Arc::new(app(&cache, options.process.connections.limits(), front));
    Ok(Plane { app, control: None, background })
}

fn app(cache: &Arc<Cache>, limits: ConnectionLimits, front: &Front) -> App {
    let (health, ready) = (cache.clone(), cache.clone());
    let metrics = Metrics::default();
    let routes = Router::new()
        .route("/health", get(async move || check(&health).await.response()))
        .route("/ready", get(async move || Health::single_plane(ready.store().is_usable().await).response()))
        .merge(openapi::routes("", openapi::decide(), front));
    // Published objects are kept compressed.
    let routes = with_compression(routes).route("/configs/{*path}", configs(cache.clone()));
    let decide = DecideHandler::new(cache.clone(), None, metrics.for_route("/decide"));
    with_common_routes(routes, &metrics, limits).with_fast_path("/decide", decide).behind(front)
}

async fn check(cache: &Cache) -> Health {
    // A plane whose store does not respond decides from memory. Asking the store finds out whether it refuses requests.
    cache.store().is_usable().await;
    Health::single_plane(true).with_configs(cache)
}

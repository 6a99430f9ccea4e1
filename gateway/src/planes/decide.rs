use std::sync::Arc;

use axum::{Router, routing::get};
use edgewise_decide::{Cache, DecideHandler, Location, Source, configs, follow_stream};
use edgewise_http::{App, Metrics, Upstream, with_common_routes};
use edgewise_objects as objects;

use super::{
    error::StartError,
    plane::{Plane, keep_up},
};
use crate::{health::Health, openapi, options::DecideOptions};

pub(super) async fn start(options: &DecideOptions) -> Result<Plane, StartError> {
    let location = options.snapshots();
    if let Location::Objects(objects::Location::Directory(path)) = &location
        && !path.is_dir()
    {
        tracing::warn!(path = %path.display(), "the snapshot directory is not there yet");
    }
    let source = Source::open(&location).await?;
    let cache = Arc::new(Cache::new(source, options.poll_interval));
    let mut keeping_up = vec![keep_up(&cache)];
    if let Some(url) = &options.control_url {
        let control = Upstream::new("control plane", url.clone());
        keeping_up.push(tokio::spawn(follow_stream(cache.clone(), control)));
    }
    Ok(Plane { app: Arc::new(app(&cache)), control: None, keeping_up })
}

fn app(cache: &Arc<Cache>) -> App {
    let (health, ready) = (cache.clone(), cache.clone());
    let metrics = Metrics::default();
    let routes = Router::new()
        .route("/configs/{*path}", configs(cache.clone()))
        .route("/health", get(async move || Health::own(true).with_configs(&health).answer()))
        .route("/ready", get(async move || Health::own(ready.store_responds().await).answer()))
        .merge(openapi::routes("", &openapi::decide()));
    let deciding = DecideHandler::new(cache.clone(), None, metrics.for_route("/decide"));
    App::from(with_common_routes(routes, &metrics)).with_fast_path("/decide", deciding)
}

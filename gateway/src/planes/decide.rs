use std::sync::Arc;

use axum::{Router, routing::get};
use edgewise_control::http::{Metrics, shell};

use super::{Plane, StartError, keep_up};
use crate::{
    answering::Answering,
    decide::{Cache, Deciding, Source, configs, follow},
    health::Health,
    openapi,
    options::{DecideOptions, SourceUrl, StoreUrl},
    proxy::Upstream,
};

pub(super) async fn start(options: &DecideOptions) -> Result<Plane, StartError> {
    if let SourceUrl::Store(StoreUrl::Directory(path)) = &options.snapshot_store
        && !path.is_dir()
    {
        tracing::warn!(path = %path.display(), "the snapshot directory is not there yet");
    }
    let source = Source::open(&options.snapshot_store, &options.s3).await?;
    let cache = Arc::new(Cache::new(source, options.poll_interval));
    let mut keeping_up = vec![keep_up(&cache)];
    if let Some(url) = &options.control_url {
        let control = Upstream::new("control plane", url.clone());
        keeping_up.push(tokio::spawn(follow(cache.clone(), control)));
    }
    Ok(Plane { answering: Arc::new(answering(&cache)), control: None, keeping_up })
}

fn answering(cache: &Arc<Cache>) -> Answering {
    let (health, ready) = (cache.clone(), cache.clone());
    let metrics = Metrics::default();
    let routes = Router::new()
        .route("/configs/{*path}", configs(cache.clone()))
        .route("/health", get(async move || Health::own(true).with_configs(&health).answer()))
        .route("/ready", get(async move || Health::own(ready.store_answers().await).answer()))
        .merge(openapi::routes("", &openapi::decide()));
    let deciding = Deciding::new(cache.clone(), None, metrics.of_route("/decide"));
    Answering::from(shell(routes, &metrics)).with_decisions("/decide", deciding)
}

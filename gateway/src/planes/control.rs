use std::{sync::Arc, time::Duration};

use axum::{Router, routing::get};
use edgewise_control::{
    Control, Options,
    http::{Metrics, shell},
    objects::{Directory, ObjectStore, S3},
    services::Services,
    store::sqlite_url,
};
use tokio::time::timeout;

use super::{Plane, StartError};
use crate::{
    health::Health,
    openapi,
    options::{ControlOptions, DataOptions, StoreUrl},
};

/// How long the database may take to say that it is there.
const DATABASE_LIMIT: Duration = Duration::from_secs(2);

pub(super) async fn start(options: &ControlOptions) -> Result<Plane, StartError> {
    let objects = snapshots(&options.data).await?;
    let control =
        Control::start(Options::new(database_url(&options.data)), objects, Arc::new(|_, _| {})).await?;
    Ok(Plane { answering: Arc::new(routes(&control).into()), control: Some(control), keeping_up: Vec::new() })
}

fn routes(control: &Control) -> Router {
    let (health, ready) = (control.services().clone(), control.services().clone());
    let routes = control
        .routes()
        .route("/health", get(async move || Health::own(works(&health).await).answer()))
        .route("/ready", get(async move || Health::own(works(&ready).await).answer()))
        .merge(openapi::routes("", &openapi::control()));
    shell(routes, &Metrics::default())
}

/// Whether the database answers, in time.
pub(super) async fn works(services: &Services) -> bool {
    match timeout(DATABASE_LIMIT, services.ready()).await {
        Ok(Ok(())) => true,
        Ok(Err(problem)) => {
            tracing::warn!(%problem, "the database cannot be used");
            false
        }
        Err(_) => {
            tracing::warn!("the database does not answer");
            false
        }
    }
}

/// The store that snapshots are published to, by default a directory in the data directory.
pub(crate) async fn snapshots(data: &DataOptions) -> Result<Arc<dyn ObjectStore>, StartError> {
    Ok(match &data.snapshot_store {
        Some(StoreUrl::Bucket { name, prefix }) => Arc::new(S3::new(&data.s3.of(name, prefix)).await),
        Some(StoreUrl::Directory(path)) => Arc::new(Directory::open(path)?),
        None => Arc::new(Directory::open(&data.data_dir.join("snapshots"))?),
    })
}

/// The database, by default a file in the data directory.
pub(crate) fn database_url(data: &DataOptions) -> String {
    data.database_url.clone().unwrap_or_else(|| sqlite_url(&data.data_dir.join("edgewise.db")))
}

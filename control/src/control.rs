use std::{sync::Arc, time::Duration};

use axum::Router;
use edgewise_api::publication::LiveVersions;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    health::DatabaseHealth,
    live::Live,
    publisher::{Followers, OnPublished, Publisher},
    routes,
    services::Services,
    store::Store,
};
use edgewise_caller::{Clock, IdSource, RandomIds, SystemClock};
use edgewise_database::OpenError;
use edgewise_objects::ObjectStore;

/// The settings of a control plane.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite://PATH` or `postgres://…`
    pub database_url: String,
    /// How long a request waits for its change to be live. After that, the response says that the change is not live yet.
    pub publish_wait: Duration,
    /// How often to poll the database for changes to publish. A notification makes the publisher poll at once.
    pub poll_interval: Duration,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and salts.
    pub ids: Arc<dyn IdSource>,
}

impl Options {
    /// Returns the default settings for the database at this URL.
    #[must_use]
    pub fn new(database_url: String) -> Self {
        Self {
            database_url,
            publish_wait: Duration::from_secs(5),
            poll_interval: Duration::from_secs(1),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
        }
    }
}

/// A running control plane: the services, and the task that publishes.
#[derive(Debug)]
pub struct Control {
    services: Services,
    store: Store,
    live: Arc<Live>,
    publisher: Arc<Publisher>,
    publisher_task: JoinHandle<()>,
    /// Follows the versions that other processes publish.
    follower_task: JoinHandle<()>,
}

impl Control {
    /// Opens the database, and starts to publish to `objects`, beginning with the versions that an earlier process left
    /// pending.
    ///
    /// # Errors
    /// [`OpenError`] if the database cannot be used.
    pub async fn start(
        options: Options,
        objects: Arc<dyn ObjectStore>,
        on_published: OnPublished,
    ) -> Result<Self, OpenError> {
        let Options { database_url, publish_wait, poll_interval, clock, ids } = options;
        let store = Store::open(&database_url).await?;
        let live = Arc::new(Live::default());
        live.refresh(&store).await.map_err(|error| OpenError::Unusable(error.into()))?;
        let follower_task = tokio::spawn(live.clone().follow_other_processes(store.clone()));
        let publisher = Publisher::new(
            store.clone(),
            objects,
            clock.clone(),
            ids.as_ref(),
            Followers { on_published, live: live.clone() },
            publish_wait,
            poll_interval,
        );
        let publisher = Arc::new(publisher);
        let publisher_task = tokio::spawn(publisher.clone().run());
        let services = Services::new(store.clone(), publisher.clone(), live.clone(), clock, ids);
        Ok(Self { services, store, live, publisher, publisher_task, follower_task })
    }

    /// Returns the routes, without a prefix.
    pub fn routes(&self) -> Router {
        routes::routes(self.services.clone())
    }

    /// Returns the OpenAPI document of the routes.
    #[must_use]
    pub fn openapi() -> utoipa::openapi::OpenApi {
        routes::openapi()
    }

    /// Returns the services.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Returns the health check of the database.
    #[must_use]
    pub fn database(&self) -> DatabaseHealth {
        DatabaseHealth::new(self.store.clone())
    }

    /// Subscribes to the live versions of all environments, for a decision plane of this process.
    #[must_use]
    pub fn live_versions(&self) -> watch::Receiver<LiveVersions> {
        self.live.subscribe()
    }

    /// Stops the publisher once its current work has ended, and closes the database.
    pub async fn stop(self) {
        self.follower_task.abort();
        self.publisher.stop();
        if let Err(error) = self.publisher_task.await {
            tracing::error!(%error, "the publisher task failed");
        }
        self.store.close().await;
    }
}

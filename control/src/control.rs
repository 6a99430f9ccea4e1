use std::{sync::Arc, time::Duration};

use axum::Router;
use edgewise_engine::Ruleset;
use tokio::task::JoinHandle;

use crate::{
    live::Live,
    publisher::{OnPublished, Publisher},
    routes,
    services::Services,
    store::{Store, StoreError},
};
use edgewise_caller::{Clock, IdSource, RandomIds, SystemClock};
use edgewise_database::OpenError;
use edgewise_objects::ObjectStore;

/// How a control plane is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite://PATH` or `postgres://…`
    pub database_url: String,
    /// How long a request waits until its change is live before it answers that it is not yet.
    pub publish_wait: Duration,
    /// How often to look for something to publish, without having heard of any.
    pub look_every: Duration,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where ids and salts come from.
    pub ids: Arc<dyn IdSource>,
}

impl Options {
    /// The defaults, on that database.
    #[must_use]
    pub fn new(database_url: String) -> Self {
        Self {
            database_url,
            publish_wait: Duration::from_secs(5),
            look_every: Duration::from_secs(1),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
        }
    }
}

/// A running control plane: services, and the task that publishes.
#[derive(Debug)]
pub struct Control {
    services: Services,
    store: Store,
    publisher: Arc<Publisher>,
    publishing: JoinHandle<()>,
    /// Hears of what other processes publish.
    hearing: JoinHandle<()>,
}

impl Control {
    /// Opens the database, and starts publishing to `objects`, with what an earlier process left undone first.
    ///
    /// # Errors
    /// [`OpenError`] if the database cannot be used.
    pub async fn start(
        options: Options,
        objects: Arc<dyn ObjectStore>,
        on_published: OnPublished,
    ) -> Result<Self, OpenError> {
        let Options { database_url, publish_wait, look_every, clock, ids } = options;
        let store = Store::open(&database_url).await?;
        let live = Arc::new(Live::default());
        live.refresh(&store).await.map_err(|StoreError(error)| OpenError::Unusable(error))?;
        let hearing = tokio::spawn(live.clone().hear_of_others(store.clone()));
        let on_published = {
            let live = live.clone();
            Arc::new(move |environment: &_, ruleset: Ruleset| {
                let version = ruleset.version();
                on_published(environment, ruleset);
                live.tell(environment, version);
            })
        };
        let publisher = Publisher::new(
            store.clone(),
            objects,
            clock.clone(),
            ids.as_ref(),
            on_published,
            publish_wait,
            look_every,
        );
        let publisher = Arc::new(publisher);
        let publishing = tokio::spawn(publisher.clone().run());
        let services = Services::new(store.clone(), publisher.clone(), live, clock, ids);
        Ok(Self { services, store, publisher, publishing, hearing })
    }

    /// Its routes, without a prefix.
    pub fn routes(&self) -> Router {
        routes::routes(self.services.clone())
    }

    /// The document that describes its routes.
    #[must_use]
    pub fn openapi() -> utoipa::openapi::OpenApi {
        routes::openapi()
    }

    /// What it can do.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// A text for the client if it does not.
    pub async fn ready(&self) -> Result<(), String> {
        self.services.ready().await.map_err(|error| error.message)
    }

    /// Stops publishing once what is under way has ended, and closes the database.
    pub async fn stop(self) {
        self.hearing.abort();
        self.publisher.stop();
        if let Err(error) = self.publishing.await {
            tracing::error!(%error, "the publisher did not end well");
        }
        self.store.close().await;
    }
}

//! The locations of stores, and reading an object.

use std::{path::Path, sync::Arc, time::Duration};

use axum::http::Uri;
use edgewise_api::loading::Wanted;
use edgewise_objects::{self as objects, Directory, ObjectStore, Problem};
use tokio::time::timeout;

use super::{
    found::Found,
    web::{SourceError, Web},
};

/// The time limit for reading one object.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// The location of a snapshot store, as the options configure it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// An object store.
    Objects(objects::Location),
    /// The URL below which `configs/` is served, without a trailing slash.
    Web(Uri),
}

/// A snapshot store that is read.
#[derive(Clone, Debug)]
pub enum Source {
    /// An object store.
    Objects(Arc<dyn ObjectStore>),
    /// A URL below which the objects are served.
    Web(Arc<Web>),
}

impl Source {
    /// Opens the store at a location.
    ///
    /// # Errors
    /// [`SourceError`] if the store needs TLS and the system's certificates cannot be read.
    pub async fn open(location: &Location) -> Result<Self, SourceError> {
        match location {
            Location::Objects(location) => Ok(Self::Objects(location.open_read_only().await)),
            Location::Web(base) => Ok(Self::Web(Arc::new(Web::new(base)?))),
        }
    }

    /// Opens the directory that holds `configs/`. The directory need not exist yet.
    #[must_use]
    pub fn directory(path: &Path) -> Self {
        Self::Objects(Arc::new(Directory::read_only(path)))
    }

    /// Returns a wanted object, or `None` if it does not exist. A store without caches in between ignores
    /// [`Wanted::content`] and [`Wanted::past_caches`].
    ///
    /// # Errors
    /// [`Problem`] if the store fails, refuses the request, or does not respond within 10 s.
    pub async fn get(&self, wanted: &Wanted) -> Result<Option<Found>, Problem> {
        let read = async {
            match self {
                Self::Objects(objects) => {
                    let object = objects.get(&wanted.path).await.map_err(|error| error.source)?;
                    Ok(object.map(|object| Found { bytes: object.bytes, etag: Some(object.etag) }))
                }
                Self::Web(web) => web.get(wanted).await,
            }
        };
        let no_response = |_| Problem::Failed(format!("no response within {} s", READ_TIMEOUT.as_secs()));
        timeout(READ_TIMEOUT, read).await.map_err(no_response)?
    }
}

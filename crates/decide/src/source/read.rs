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
        let found = timeout(READ_TIMEOUT, read).await.map_err(no_response)??;
        match found {
            Some(found) if is_web_page(&found.bytes) => Err(Problem::Failed(
                "the response is a web page instead of the object: a sign-in page of the network, or a proxy, stands \
                 between this machine and the store"
                    .to_owned(),
            )),
            found => Ok(found),
        }
    }
}

/// Returns whether a content begins like HTML or XML. Neither a ruleset nor a snapshot begins with `<`.
fn is_web_page(content: &[u8]) -> bool {
    let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
    content.trim_ascii_start().starts_with(b"<")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_is_told_from_an_object() {
        for page in ["<!DOCTYPE html>", "\u{FEFF}\r\n<html>", "  <?xml version=\"1.0\"?>"] {
            assert!(is_web_page(page.as_bytes()), "{page}");
        }
        for object in ["", "{\"a\":\"<b>\"}", "\u{FEFF}{}", "EDGEWISE"] {
            assert!(!is_web_page(object.as_bytes()), "{object}");
        }
    }
}

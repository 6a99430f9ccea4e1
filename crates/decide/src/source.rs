//! Reading a snapshot store: a directory, a bucket, or a URL.

use std::{io, path::Path, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode, Uri, header, uri::Scheme},
};
use edgewise_objects::{self as objects, Directory, ObjectStore};
use http_body_util::{BodyExt, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

/// The time limit for reading one object over HTTP.
const WEB_TIMEOUT: Duration = Duration::from_secs(10);
/// The size limit of an object that is read over HTTP.
const WEB_BYTES: usize = 64 << 20;
/// How long an idle HTTP connection is kept open: shorter than servers keep idle connections.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

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

/// An object that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The content.
    pub bytes: Vec<u8>,
    /// The ETag, if the store sends one. Quoted.
    pub etag: Option<String>,
}

/// The certificates that the system trusts cannot be read. Stores with an `https://` URL need the certificates.
#[derive(Debug, thiserror::Error)]
#[error("the system's trusted certificates cannot be read, which an https:// snapshot store needs: {0}")]
pub struct SourceError(io::Error);

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

    /// Returns the object at `path`, or `None` if no object exists there.
    ///
    /// # Errors
    /// A description of the store's error, for the log.
    pub async fn get(&self, path: &str) -> Result<Option<Found>, String> {
        match self {
            Self::Objects(objects) => {
                let object = objects.get(path).await.map_err(|error| error.source.to_string())?;
                Ok(object.map(|object| Found { bytes: object.bytes, etag: Some(object.etag) }))
            }
            Self::Web(web) => web.get(path).await,
        }
    }
}

/// A store that is read over HTTP.
#[derive(Debug)]
pub struct Web {
    client: WebClient,
    base: String,
}

#[derive(Debug)]
enum WebClient {
    Plain(Client<HttpConnector, Body>),
    Tls(Client<HttpsConnector<HttpConnector>, Body>),
}

impl Web {
    fn new(base: &Uri) -> Result<Self, SourceError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_TIMEOUT);
        let client = if base.scheme() == Some(&Scheme::HTTPS) {
            let connector = HttpsConnectorBuilder::new()
                .with_provider_and_native_roots(rustls::crypto::aws_lc_rs::default_provider())
                .map_err(SourceError)?
                .https_only()
                .enable_http1()
                .wrap_connector(tcp);
            WebClient::Tls(client.build(connector))
        } else {
            WebClient::Plain(client.build(tcp))
        };
        Ok(Self { client, base: base.to_string().trim_end_matches('/').to_owned() })
    }

    async fn get(&self, path: &str) -> Result<Option<Found>, String> {
        match tokio::time::timeout(WEB_TIMEOUT, self.fetch(path)).await {
            Ok(found) => found,
            Err(_) => Err(format!("no response within {} s", WEB_TIMEOUT.as_secs())),
        }
    }

    async fn fetch(&self, path: &str) -> Result<Option<Found>, String> {
        let request = Request::get(format!("{}/{path}", self.base))
            .header(header::USER_AGENT, concat!("edgewise/", env!("CARGO_PKG_VERSION")))
            .body(Body::empty())
            .map_err(|error| error.to_string())?;
        let response = match &self.client {
            WebClient::Plain(client) => client.request(request),
            WebClient::Tls(client) => client.request(request),
        };
        let (head, body) = response.await.map_err(|error| with_causes(&error))?.into_parts();
        match head.status {
            StatusCode::OK => {}
            // A public bucket responds 403 for a missing object.
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN => return Ok(None),
            status => return Err(format!("the store responded with status {status}")),
        }
        let body = Limited::new(body, WEB_BYTES).collect().await.map_err(|error| error.to_string())?;
        let etag = head.headers.get(header::ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        Ok(Some(Found { bytes: body.to_bytes().to_vec(), etag }))
    }
}

/// Formats an error with its causes. The text of a client error itself says only that the request failed.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

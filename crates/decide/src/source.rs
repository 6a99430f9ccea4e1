//! Reading a snapshot store: a directory, a bucket, or an address over HTTP.

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

/// How long a store reached over HTTP may take to send one object.
const WEB_LIMIT: Duration = Duration::from_secs(10);
/// The largest object that is taken from a store reached over HTTP.
const WEB_BYTES: usize = 64 << 20;
/// How long an idle connection to it is kept: less than servers keep theirs.
const IDLE_LIMIT: Duration = Duration::from_secs(15);

/// The place of a snapshot store, as options name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// An object store.
    Objects(objects::Location),
    /// An address below which `configs/` is, without a trailing slash.
    Web(Uri),
}

/// A snapshot store, to read from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A store of this process.
    Objects(Arc<dyn ObjectStore>),
    /// An address below which the objects lie.
    Web(Arc<Web>),
}

/// An object as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Changes whenever the content does, if the store says so. Quoted.
    pub etag: Option<String>,
}

/// The certificates that the system trusts cannot be read, so no `https://` store can be.
#[derive(Debug, thiserror::Error)]
#[error("the system's trusted certificates cannot be read, which an https:// snapshot store needs: {0}")]
pub struct SourceError(io::Error);

impl Source {
    /// The store at an address.
    ///
    /// # Errors
    /// [`SourceError`] if it needs TLS and that cannot be had.
    pub async fn open(location: &Location) -> Result<Self, SourceError> {
        match location {
            Location::Objects(location) => Ok(Self::Objects(location.open_read_only().await)),
            Location::Web(base) => Ok(Self::Web(Arc::new(Web::new(base)?))),
        }
    }

    /// A directory that holds `configs/`. It need not exist yet.
    #[must_use]
    pub fn directory(path: &Path) -> Self {
        Self::Objects(Arc::new(Directory::read_only(path)))
    }

    /// The object at `path`, or `None` if there is none.
    ///
    /// # Errors
    /// What is wrong with the store, for the log.
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

/// A store reached over HTTP.
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
        client.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE_LIMIT);
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
        match tokio::time::timeout(WEB_LIMIT, self.fetch(path)).await {
            Ok(found) => found,
            Err(_) => Err(format!("no answer within {} s", WEB_LIMIT.as_secs())),
        }
    }

    async fn fetch(&self, path: &str) -> Result<Option<Found>, String> {
        let request = Request::get(format!("{}/{path}", self.base))
            .header(header::USER_AGENT, concat!("edgewise/", env!("CARGO_PKG_VERSION")))
            .body(Body::empty())
            .map_err(|error| error.to_string())?;
        let answer = match &self.client {
            WebClient::Plain(client) => client.request(request),
            WebClient::Tls(client) => client.request(request),
        };
        let (head, body) = answer.await.map_err(|error| with_causes(&error))?.into_parts();
        match head.status {
            StatusCode::OK => {}
            // A public bucket says 403 of an object that is not there.
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN => return Ok(None),
            status => return Err(format!("the store answered with status {status}")),
        }
        let body = Limited::new(body, WEB_BYTES).collect().await.map_err(|error| error.to_string())?;
        let etag = head.headers.get(header::ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        Ok(Some(Found { bytes: body.to_bytes().to_vec(), etag }))
    }
}

/// The client's own text says only that sending failed; the causes say why.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

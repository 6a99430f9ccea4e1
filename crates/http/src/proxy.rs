//! The reverse proxy to another plane. The path and the query are forwarded unchanged; bodies of responses are streamed.

use std::{fmt, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, Version, header,
        uri::{Authority, PathAndQuery, Scheme},
    },
    response::{IntoResponse, Response},
};
use edgewise_api::{ApiError, ErrorKind};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::timeout;

use crate::{
    front::{
        Arrival,
        forwarded::{FORWARDED_FOR, FORWARDED_HOST, FORWARDED_PROTO},
    },
    response::ErrorResponse,
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The time limit for the head of a response. The body has no time limit.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long an idle connection is kept open: shorter than the planes keep idle connections.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// The headers that apply to a single connection and are not forwarded.
static HOP_BY_HOP: [HeaderName; 10] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];

/// A plane that requests are forwarded to.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// The name of the plane in errors, such as `control plane`.
    name: &'static str,
    url: UpstreamUrl,
    client: Client<HttpConnector, Body>,
}

/// The URL of a plane: `http://`, a host and port, and the path prefix of the plane's routes, without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamUrl {
    /// The host and the port.
    pub authority: Authority,
    /// The path prefix: empty, or starts with a slash.
    pub prefix: String,
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.prefix)
    }
}

/// The reason why a request could not be forwarded.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The plane cannot be reached, or closed the connection.
    #[error("the {0} cannot be reached: try again")]
    Unreachable(&'static str),
    /// The plane did not respond in time.
    #[error("the {0} did not respond within {secs} s: try again", secs = RESPONSE_TIMEOUT.as_secs())]
    Timeout(&'static str),
    /// The path is not valid in a URL.
    #[error("no such route or method")]
    InvalidPath,
}

impl IntoResponse for ProxyError {
    fn into_response(self) -> Response {
        let kind = match self {
            Self::Unreachable(_) => ErrorKind::PlaneUnreachable,
            Self::Timeout(_) => ErrorKind::PlaneTimeout,
            Self::InvalidPath => ErrorKind::NotFound,
        };
        ErrorResponse(ApiError::new(kind, self.to_string())).into_response()
    }
}

impl Upstream {
    /// Creates a client of the plane that listens at `url`. Errors name the plane `name`, such as `control plane`.
    #[must_use]
    pub fn new(name: &'static str, url: UpstreamUrl) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .build(tcp);
        Self { name, url, client }
    }

    /// Returns the same plane without `suffix` at the end of its path prefix.
    #[must_use]
    pub fn without_suffix(&self, suffix: &str) -> Self {
        let mut plane = self.clone();
        if let Some(prefix) = self.url.prefix.strip_suffix(suffix) {
            prefix.clone_into(&mut plane.url.prefix);
        }
        plane
    }

    /// Returns the status of the plane's response to a GET, or `None` if there is no response within `limit`.
    pub async fn status(&self, path: &str, limit: Duration) -> Option<StatusCode> {
        let uri = self.uri(path).ok()?;
        let response = timeout(limit, self.client.get(uri)).await.ok()?.ok()?;
        Some(response.status())
    }

    /// Sends a GET, and returns the body of the response as a stream without a time limit.
    ///
    /// # Errors
    /// If the plane does not respond, or responds with a status other than 200.
    pub async fn subscribe(&self, path: &str) -> Result<Body, ProxyError> {
        let response = timeout(RESPONSE_TIMEOUT, self.client.get(self.uri(path)?)).await;
        match response.map_err(|_| ProxyError::Timeout(self.name))? {
            Ok(response) if response.status() == StatusCode::OK => Ok(Body::new(response.into_body())),
            _ => Err(ProxyError::Unreachable(self.name)),
        }
    }

    /// Forwards a request to `path_and_query` of the plane, and returns the plane's response, or an error response.
    pub async fn forward(&self, request: Request, path_and_query: &str) -> Response {
        match self.try_forward(request, path_and_query).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        }
    }

    async fn try_forward(&self, request: Request, path_and_query: &str) -> Result<Response, ProxyError> {
        let arrival = Arrival::of(request.extensions());
        let (mut head, body) = request.into_parts();
        head.uri = self.uri(path_and_query)?;
        head.version = Version::HTTP_11;
        head.extensions.clear();
        remove_hop_by_hop(&mut head.headers);
        set_forwarded_headers(&mut head.headers, arrival);

        let response = self.client.request(Request::from_parts(head, body));
        let response = match timeout(RESPONSE_TIMEOUT, response).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(plane = self.name, error, "a request could not be forwarded");
                return Err(ProxyError::Unreachable(self.name));
            }
            Err(_) => {
                tracing::warn!(plane = self.name, "a plane did not respond in time");
                return Err(ProxyError::Timeout(self.name));
            }
        };
        let (mut head, body) = response.into_parts();
        remove_hop_by_hop(&mut head.headers);
        head.version = Version::HTTP_11;
        Ok(Response::from_parts(head, Body::new(body)))
    }

    fn uri(&self, path_and_query: &str) -> Result<Uri, ProxyError> {
        let path = PathAndQuery::try_from(format!("{}{path_and_query}", self.url.prefix));
        let path = path.map_err(|_| ProxyError::InvalidPath)?;
        Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(self.url.authority.clone())
            .path_and_query(path)
            .build()
            .map_err(|_| ProxyError::InvalidPath)
    }
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in HOP_BY_HOP.iter().chain(&named) {
        headers.remove(name);
    }
}

/// Describes the request to the plane: appends the peer to `x-forwarded-for`, and sets `x-forwarded-proto` and
/// `x-forwarded-host` unless the peer has set them. The headers of a peer that is not a trusted proxy are removed first,
/// because the plane believes this proxy.
fn set_forwarded_headers(headers: &mut HeaderMap, arrival: Arrival) {
    if !arrival.is_trusted {
        for name in [&FORWARDED_FOR, &FORWARDED_PROTO, &FORWARDED_HOST, &header::FORWARDED] {
            headers.remove(name);
        }
    }
    // One header: some programs read only the first one.
    let earlier = headers.get_all(&FORWARDED_FOR).into_iter().filter_map(|value| value.to_str().ok());
    let peer = arrival.peer.to_canonical().to_string();
    let chain = earlier.chain([peer.as_str()]).collect::<Vec<_>>().join(", ");
    if let Ok(chain) = HeaderValue::try_from(chain) {
        headers.insert(&FORWARDED_FOR, chain);
    }
    headers.entry(&FORWARDED_PROTO).or_insert(HeaderValue::from_static("http"));
    if let Some(host) = headers.remove(header::HOST) {
        headers.entry(&FORWARDED_HOST).or_insert(host);
    }
}

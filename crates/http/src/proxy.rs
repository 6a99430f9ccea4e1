//! Passing requests on to another plane: path and query as they were sent, answers as they flow.

use std::{fmt, net::IpAddr, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, Version, header,
        uri::{Authority, PathAndQuery, Scheme},
    },
    response::{IntoResponse, Response},
};
use edgewise_api::ApiError;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::timeout;

use crate::{response::Failed, server::client_address};

const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// How long a plane may take to begin its answer. How long the answer then lasts is its own affair.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// How long an idle connection is kept: less than the planes keep theirs.
const IDLE_LIMIT: Duration = Duration::from_secs(15);

/// What concerns one connection alone, and is not passed on.
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
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Another plane, as requests are passed on to it.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Such as `control plane`, for errors.
    name: &'static str,
    url: UpstreamUrl,
    client: Client<HttpConnector, Body>,
}

/// The address of a plane: `http://`, and a path below which its routes are, without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamUrl {
    /// Host and port.
    pub authority: Authority,
    /// Empty, or starts with a slash.
    pub prefix: String,
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority, self.prefix)
    }
}

/// A plane did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// It cannot be reached, or broke off.
    #[error("the {0} cannot be reached: try again")]
    Unreachable(&'static str),
    /// It takes too long.
    #[error("the {0} did not answer within {secs} s", secs = ANSWER_LIMIT.as_secs())]
    Slow(&'static str),
    /// The address is none it could have.
    #[error("no such route or method")]
    Address,
}

impl IntoResponse for ProxyError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Unreachable(_) => 502,
            Self::Slow(_) => 504,
            Self::Address => 404,
        };
        Failed(ApiError { status, message: self.to_string() }).into_response()
    }
}

impl Upstream {
    /// A plane that listens at `url`. `name` is what errors call it, such as `control plane`.
    #[must_use]
    pub fn new(name: &'static str, url: UpstreamUrl) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_LIMIT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_LIMIT)
            .build(tcp);
        Self { name, url, client }
    }

    /// The status with which the plane answers a GET within `limit`.
    pub async fn status(&self, path: &str, limit: Duration) -> Option<StatusCode> {
        let uri = self.address(path).ok()?;
        let answer = timeout(limit, self.client.get(uri)).await.ok()?.ok()?;
        Some(answer.status())
    }

    /// Asks for something that goes on for a while, and returns what comes.
    ///
    /// # Errors
    /// If the plane does not answer, or not with 200.
    pub async fn listen(&self, path: &str) -> Result<Body, ProxyError> {
        let asked = timeout(ANSWER_LIMIT, self.client.get(self.address(path)?)).await;
        match asked.map_err(|_| ProxyError::Slow(self.name))? {
            Ok(answer) if answer.status() == StatusCode::OK => Ok(Body::new(answer.into_body())),
            _ => Err(ProxyError::Unreachable(self.name)),
        }
    }

    /// Passes a request on, and its answer back. `path_and_query` is what to ask the plane for, as it was sent.
    pub async fn pass(&self, request: Request, path_and_query: &str) -> Response {
        match self.forward(request, path_and_query).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        }
    }

    async fn forward(&self, request: Request, path_and_query: &str) -> Result<Response, ProxyError> {
        let client = client_address(&request);
        let (mut head, body) = request.into_parts();
        head.uri = self.address(path_and_query)?;
        head.version = Version::HTTP_11;
        head.extensions.clear();
        without_hop_by_hop(&mut head.headers);
        introduce(&mut head.headers, client);

        let answer = self.client.request(Request::from_parts(head, body));
        let answer = match timeout(ANSWER_LIMIT, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(plane = self.name, error, "a request could not be passed on");
                return Err(ProxyError::Unreachable(self.name));
            }
            Err(_) => {
                tracing::warn!(plane = self.name, "a plane does not answer");
                return Err(ProxyError::Slow(self.name));
            }
        };
        let (mut head, body) = answer.into_parts();
        without_hop_by_hop(&mut head.headers);
        head.version = Version::HTTP_11;
        Ok(Response::from_parts(head, Body::new(body)))
    }

    fn address(&self, path_and_query: &str) -> Result<Uri, ProxyError> {
        let path = PathAndQuery::try_from(format!("{}{path_and_query}", self.url.prefix));
        let path = path.map_err(|_| ProxyError::Address)?;
        Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(self.url.authority.clone())
            .path_and_query(path)
            .build()
            .map_err(|_| ProxyError::Address)
    }
}

fn without_hop_by_hop(headers: &mut HeaderMap) {
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

/// Says who asked: adds the client's address to those of earlier proxies, and keeps what they said of the scheme
/// and host.
fn introduce(headers: &mut HeaderMap, client: IpAddr) {
    let host = headers.remove(header::HOST);
    let earlier = headers.get_all(&FORWARDED_FOR).into_iter().filter_map(|value| value.to_str().ok());
    let client = client.to_canonical().to_string();
    let chain = earlier.chain([client.as_str()]).collect::<Vec<_>>().join(", ");
    if let Ok(chain) = HeaderValue::try_from(chain) {
        headers.insert(&FORWARDED_FOR, chain);
    }
    headers.entry(&FORWARDED_PROTO).or_insert(HeaderValue::from_static("http"));
    if let Some(host) = host {
        headers.entry(&FORWARDED_HOST).or_insert(host);
    }
}

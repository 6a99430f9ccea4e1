//! How many connections and streams a server keeps open, and how long it waits for its clients.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use edgewise_api::ApiError;
use http_body_util::BodyExt;
use prometheus_client::metrics::{counter::Counter, gauge::Gauge};

use crate::{metrics::Metrics, open_files, response::ErrorResponse};

/// The seconds after which a client that was refused a stream may try again.
const RETRY_SECS: u64 = 10;

/// The limits on connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// How long a connection without a request is kept open. The limit must be longer than the proxies in front of the server
    /// keep their idle connections: otherwise a proxy now and then sends a request while the server closes the connection.
    pub idle: Duration,
    /// The time limit for receiving the head of a request, from its first byte.
    pub head: Duration,
    /// How long a client may read nothing of a response.
    pub write: Duration,
    /// The maximum number of open connections; at least 1. The process needs twice as many open files; if the process may
    /// open fewer files, the maximum is lower.
    pub connections: usize,
    /// The maximum number of open streams of server-sent events, and at most nine tenths of `connections`.
    pub streams: usize,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(75),
            head: Duration::from_secs(30),
            write: Duration::from_secs(30),
            connections: 10_000,
            streams: 1_000,
        }
    }
}

/// The limits of a server, and the number of its connections and streams.
#[derive(Debug, Default)]
pub struct Capacity {
    limits: ConnectionLimits,
    pub(crate) connections: Gauge,
    pub(crate) connections_refused: Counter,
    streams: Gauge,
    streams_refused: Counter,
}

impl Capacity {
    /// Creates the capacity of a server, and registers its metrics.
    #[must_use]
    pub fn new(mut limits: ConnectionLimits, metrics: &Metrics) -> Self {
        limits.connections = open_files::allow(limits.connections);
        limits.streams = limits.streams.min(limits.connections * 9 / 10);
        let capacity = Self { limits, ..Self::default() };
        metrics.register(|registry| {
            registry.register("http_connections", "Open connections", capacity.connections.clone());
            registry.register("http_streams", "Open streams of server-sent events", capacity.streams.clone());
            registry.register(
                "http_connections_refused",
                "Connections that were refused because of their number",
                capacity.connections_refused.clone(),
            );
            registry.register(
                "http_streams_refused",
                "Streams that were refused because of their number",
                capacity.streams_refused.clone(),
            );
        });
        capacity
    }

    /// Returns the limits that are in effect.
    #[must_use]
    pub const fn limits(&self) -> &ConnectionLimits {
        &self.limits
    }

    /// Counts a response that is a stream of server-sent events until its end, or refuses the response if there are too many
    /// streams. Returns any other response unchanged.
    pub(crate) fn admit(&self, response: Response) -> Response {
        if !is_event_stream(&response) {
            return response;
        }
        let open = OpenStream::new(&self.streams);
        if open.others >= self.limits.streams {
            self.streams_refused.inc();
            return too_many_streams(&response);
        }
        response.map(|body| {
            Body::new(body.map_frame(move |frame| {
                // The body owns the counted stream.
                let _ = &open;
                frame
            }))
        })
    }
}

/// An open stream, which is counted until it is dropped.
struct OpenStream {
    count: Gauge,
    /// The number of streams that were open before this one.
    others: usize,
}

impl OpenStream {
    fn new(count: &Gauge) -> Self {
        Self { others: usize::try_from(count.inc()).unwrap_or(0), count: count.clone() }
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.count.dec();
    }
}

/// Returns whether a response is a stream of server-sent events, which has no end of its own.
pub(crate) fn is_event_stream(response: &Response) -> bool {
    let media_type = response.headers().get(header::CONTENT_TYPE);
    media_type.is_some_and(|media_type| media_type.as_bytes().starts_with(b"text/event-stream"))
}

fn too_many_streams(stream: &Response) -> Response {
    let error = ApiError::unavailable(
        "the server has as many open streams as its option --max-streams allows: poll, or try again later",
    );
    let mut response = ErrorResponse(error).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECS));
    let allow_origin = header::ACCESS_CONTROL_ALLOW_ORIGIN;
    if let Some(origin) = stream.headers().get(&allow_origin) {
        response.headers_mut().insert(allow_origin, origin.clone());
    }
    response
}

//! Request metrics, and the response to `GET /metrics`.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use edgewise_api::ApiError;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use crate::response::ErrorResponse;

/// The metrics of a plane, which `GET /metrics` returns as OpenMetrics text.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
}

/// The metrics of one route. See [`Metrics::for_route`].
#[derive(Clone, Debug)]
pub struct RouteMetrics {
    route: &'static str,
    ok: Counter,
    seconds: Histogram,
    requests: Family<Request, Counter>,
}

impl RouteMetrics {
    /// Records one response.
    pub fn record(&self, status: u16, took: Duration) {
        if status == 200 {
            self.ok.inc();
        } else {
            self.requests.get_or_create(&Request { route: self.route.to_owned(), status }).inc();
        }
        self.seconds.observe(took.as_secs_f64());
        tracing::debug!(route = self.route, status, micros = took.as_micros(), "request handled");
    }
}

/// A guard that calls a closure if it is dropped by a panic. A handler that panics returns no response, so the middleware
/// cannot count the 500 that the server then sends.
#[derive(Debug)]
pub struct OnPanic<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for OnPanic<F> {
    fn drop(&mut self) {
        if thread::panicking() {
            (self.0)();
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

impl Default for Metrics {
    fn default() -> Self {
        // 0.1 ms to 10 s
        let buckets: fn() -> Histogram = || {
            Histogram::new([0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1.0, 10.0])
        };
        let metrics = Self {
            registry: Arc::new(Mutex::new(Registry::with_prefix("edgewise"))),
            requests: Family::default(),
            seconds: Family::new_with_constructor(buckets),
        };
        metrics.register(|registry| {
            registry.register(
                "http_requests",
                "HTTP responses by route and status",
                metrics.requests.clone(),
            );
            registry.register(
                "http_request_seconds",
                "Seconds from request to response",
                metrics.seconds.clone(),
            );
        });
        metrics
    }
}

impl Metrics {
    /// Registers further metrics of a plane.
    pub fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Records one response of a route. `route` is the pattern (`/experiments/{id}`), never the path of a request.
    pub(crate) fn record(&self, route: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&Request { route: route.to_owned(), status }).inc();
        self.seconds.get_or_create(&Route { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// Returns the metrics of one route, for a handler that records its own responses. Such a handler does not look its
    /// metrics up by name for every response.
    #[must_use]
    pub fn for_route(&self, route: &'static str) -> RouteMetrics {
        let ok = self.requests.get_or_create_owned(&Request { route: route.to_owned(), status: 200 });
        let seconds = self.seconds.get_or_create_owned(&Route { route: route.to_owned() });
        RouteMetrics { route, ok, seconds, requests: self.requests.clone() }
    }

    /// Returns the response to `GET /metrics`.
    pub fn response(&self) -> Response {
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        match encode(&mut text, &registry) {
            Ok(()) => {
                let openmetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                ([(header::CONTENT_TYPE, HeaderValue::from_static(openmetrics))], text).into_response()
            }
            Err(_) => ErrorResponse(ApiError::internal("the metrics cannot be encoded")).into_response(),
        }
    }
}

//! Counters, and the response to `GET /metrics`.

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

use crate::response::Failed;

/// What a plane counts, and its answer to `GET /metrics` in OpenMetrics text.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
}

/// What is counted of one route. See [`Metrics::of_route`].
#[derive(Clone, Debug)]
pub struct RouteMetrics {
    route: &'static str,
    ok: Counter,
    seconds: Histogram,
    requests: Family<Request, Counter>,
}

impl RouteMetrics {
    /// Counts one answer.
    pub fn answered(&self, status: u16, took: Duration) {
        if status == 200 {
            self.ok.inc();
        } else {
            self.requests.get_or_create(&Request { route: self.route.to_owned(), status }).inc();
        }
        self.seconds.observe(took.as_secs_f64());
        tracing::debug!(route = self.route, status, micros = took.as_micros(), "answered");
    }
}

/// Does something if the code that holds it panics: the server then answers 500, past whoever counts answers.
#[derive(Debug)]
pub struct IfPanicking<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for IfPanicking<F> {
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
            registry.register("http_requests", "Answers, by route and status", metrics.requests.clone());
            registry.register("http_request_seconds", "Time to answer", metrics.seconds.clone());
        });
        metrics
    }
}

impl Metrics {
    /// Adds metrics of a plane's own.
    pub fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Counts one answer of a route, which is the pattern (`/experiments/{id}`), never the path itself.
    pub(crate) fn answered(&self, route: &str, status: u16, took: Duration) {
        self.requests.get_or_create(&Request { route: route.to_owned(), status }).inc();
        self.seconds.get_or_create(&Route { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// Counts the answers of one route that counts for itself, since it is asked too often to look its metrics up
    /// for every answer.
    #[must_use]
    pub fn of_route(&self, route: &'static str) -> RouteMetrics {
        let ok = self.requests.get_or_create_owned(&Request { route: route.to_owned(), status: 200 });
        let seconds = self.seconds.get_or_create_owned(&Route { route: route.to_owned() });
        RouteMetrics { route, ok, seconds, requests: self.requests.clone() }
    }

    /// The answer to `GET /metrics`.
    pub fn answer(&self) -> Response {
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        match encode(&mut text, &registry) {
            Ok(()) => {
                let openmetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                ([(header::CONTENT_TYPE, HeaderValue::from_static(openmetrics))], text).into_response()
            }
            Err(_) => Failed(ApiError::internal("the metrics cannot be written")).into_response(),
        }
    }
}

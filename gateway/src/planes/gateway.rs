use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use edgewise_decide::{allow_any_origin, with_rate_limit};
use edgewise_http::{Limiter, Metrics, Upstream, client_address, not_found, with_common_routes};

use super::plane::Plane;
use crate::{
    health::{Health, ServiceStatus, Services},
    openapi,
    options::GatewayOptions,
};

/// How long a plane may take to say how it is.
const HEALTH_LIMIT: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
struct Gateway {
    control: Upstream,
    decide: Upstream,
    limiter: Option<Arc<Limiter>>,
}

pub(super) fn start(options: &GatewayOptions) -> Plane {
    let gateway = Gateway {
        control: Upstream::new("control plane", options.control_url.clone()),
        decide: Upstream::new("decision plane", options.decide_url.clone()),
        limiter: options.limit.rate_limit().map(Limiter::new).map(Arc::new),
    };
    Plane { app: Arc::new(routes(gateway).into()), control: None, keeping_up: Vec::new() }
}

fn routes(gateway: Gateway) -> Router {
    let routes = Router::new()
        .route("/api/decide", any(decide))
        .route("/api/health", get(health))
        // What the control plane has for itself.
        .route("/api/ready", any(not_found))
        .route("/api/metrics", any(not_found))
        .merge(openapi::routes("/api", &openapi::gateway()))
        .route("/api/{*path}", any(control))
        .route("/configs/{*path}", any(configs))
        .route("/health", get(health))
        .route("/ready", get(ready))
        .with_state(gateway);
    with_common_routes(routes, &Metrics::default())
}

async fn control(State(gateway): State<Gateway>, request: Request) -> Response {
    let path = path_and_query(&request);
    let Some(path) = path.strip_prefix("/api") else { return not_found().await.into_response() };
    gateway.control.forward(request, path).await
}

async fn configs(State(gateway): State<Gateway>, request: Request) -> Response {
    let path = path_and_query(&request);
    let mut response = gateway.decide.forward(request, &path).await;
    allow_any_origin(response.headers_mut());
    response
}

async fn decide(State(gateway): State<Gateway>, request: Request) -> Response {
    let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
    let path = format!("/decide{query}");
    let client = client_address(&request);
    let pass = |request| gateway.decide.forward(request, &path);
    with_rate_limit(gateway.limiter.as_deref(), request, client, Instant::now(), pass).await
}

/// As the client sent them.
fn path_and_query(request: &Request) -> String {
    request.uri().path_and_query().map_or_else(String::new, ToString::to_string)
}

async fn health(State(gateway): State<Gateway>) -> Response {
    gateway.ask("/health").await.answer()
}

async fn ready(State(gateway): State<Gateway>) -> Response {
    gateway.ask("/ready").await.answer()
}

impl Gateway {
    /// Asks both planes how they are.
    async fn ask(&self, path: &str) -> Health {
        let (control, decide) =
            tokio::join!(self.control.status(path, HEALTH_LIMIT), self.decide.status(path, HEALTH_LIMIT));
        Health::of(Services {
            experiment_service: ServiceStatus::of_answer(control),
            decision_service: ServiceStatus::of_answer(decide),
        })
    }
}

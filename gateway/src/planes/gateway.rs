use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use edgewise_decide::{allow_any_origin, with_rate_limit};
use edgewise_http::{
    App, ConnectionLimits, Front, Limiter, Metrics, Upstream, client_address, guard_host, not_found,
    with_common_routes,
};

use super::plane::Plane;
use crate::{
    health::{Health, ServiceStatus, Services},
    openapi,
    options::GatewayOptions,
};

/// The time limit for the response of a plane to a health check.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
struct Gateway {
    control: Upstream,
    decide: Upstream,
    limiter: Option<Arc<Limiter>>,
}

pub(super) fn start(options: &GatewayOptions, front: &Arc<Front>) -> Plane {
    let gateway = Gateway {
        control: Upstream::new("control plane", options.control_url.clone()),
        decide: Upstream::new("decision plane", options.decide_url.clone()),
        limiter: options.limit.rate_limit().map(Limiter::new).map(Arc::new),
    };
    let app = Arc::new(app(gateway, options.process.connections.limits(), front));
    Plane { app, control: None, background: Vec::new() }
}

fn app(gateway: Gateway, limits: ConnectionLimits, front: &Arc<Front>) -> App {
    // The control plane checks the origin of changes. It cannot check the host: it does not believe every gateway.
    let control = guard_host(Router::new().route("/api/{*path}", any(control)), front);
    let routes = Router::new()
        .route("/api/decide", any(decide))
        .route("/api/health", get(health))
        // These routes of the control plane are not forwarded.
        .route("/api/ready", any(not_found))
        .route("/api/metrics", any(not_found))
        .merge(openapi::routes("/api", openapi::gateway(), front))
        .merge(control)
        .route("/configs/{*path}", any(configs))
        .route("/health", get(health))
        .route("/ready", get(ready));
    #[cfg(feature = "dashboard")]
    let routes = routes.merge(super::pages::routes(&gateway.control, front));
    let routes = routes.with_state(gateway);
    with_common_routes(routes, &Metrics::default(), limits).behind(front)
}

async fn control(State(gateway): State<Gateway>, mut request: Request) -> Response {
    let path = path_and_query(&request);
    let Some(path) = path.strip_prefix("/api") else { return not_found().await.into_response() };
    // At some of these paths, the control plane has pages for clients that accept HTML.
    request.headers_mut().remove(header::ACCEPT);
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
    let forward = |request| gateway.decide.forward(request, &path);
    with_rate_limit(gateway.limiter.as_deref(), request, client, Instant::now(), forward).await
}

/// Returns the path and the query as the client sent them.
fn path_and_query(request: &Request) -> String {
    request.uri().path_and_query().map_or_else(String::new, ToString::to_string)
}

async fn health(State(gateway): State<Gateway>) -> Response {
    gateway.check("/health").await.response()
}

async fn ready(State(gateway): State<Gateway>) -> Response {
    gateway.check("/ready").await.response()
}

impl Gateway {
    /// Sends a health check to both planes.
    async fn check(&self, path: &str) -> Health {
        let (control, decide) =
            tokio::join!(self.control.status(path, HEALTH_TIMEOUT), self.decide.status(path, HEALTH_TIMEOUT));
        Health::of(Services {
            experiment_service: ServiceStatus::from_response(control),
            decision_service: ServiceStatus::from_response(decide),
        })
    }
}

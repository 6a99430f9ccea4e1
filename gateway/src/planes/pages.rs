//! The dashboard of the control plane, at the gateway.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use edgewise_api::{ApiError, ErrorKind};
use edgewise_caller::{IdSource, RandomIds};
use edgewise_dashboard::accepts_html;
use edgewise_http::{ErrorResponse, Front, Upstream, guard_host, not_found};

/// A path that no page and no resource of the control plane has, so that the control plane responds with the page for unknown
/// paths.
const NO_PAGE: &str = "/not-found";
/// The type that the gateway asks the control plane for.
const HTML: HeaderValue = HeaderValue::from_static("text/html");

/// The control plane as the server of the dashboard.
#[derive(Clone, Debug)]
struct Dashboard {
    control: Upstream,
    /// The name of this gateway in the header `Via`, which is unlike that of any other gateway.
    via: Arc<str>,
}

/// Returns the routes that forward pages, `/assets` and the calls of pages to the control plane.
///
/// Paths are forwarded only if they belong to the dashboard: other paths of the control plane, such as `/metrics`, are not for
/// the clients of the gateway. The control plane checks the origin of changes.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(control: &Upstream, front: &Arc<Front>) -> Router<S> {
    let via = format!("1.1 edgewise-{}", RandomIds.new_id()).into();
    let dashboard = Dashboard { control: control.without_suffix("/api"), via };
    let pages = edgewise_dashboard::page_paths()
        .iter()
        .fold(Router::new(), |routes, path| routes.route(path, get(page)));
    let routes = pages
        .route("/assets/{*path}", get(forward))
        .route("/-/{*path}", any(forward))
        .route("/{*path}", get(unknown_page))
        .with_state(dashboard);
    guard_host(routes, front)
}

/// Forwards the request of a page. A page has no other representation at the gateway.
async fn page(dashboard: State<Dashboard>, mut request: Request) -> Response {
    if !accepts_html(request.headers()) {
        request.headers_mut().insert(header::ACCEPT, HTML);
    }
    forward(dashboard, request).await
}

async fn forward(State(dashboard): State<Dashboard>, request: Request) -> Response {
    let path = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    dashboard.forward(request, &path).await
}

/// Responds to an unknown path with the dashboard's page for browsers, and with JSON for programs.
async fn unknown_page(State(dashboard): State<Dashboard>, request: Request) -> Response {
    if accepts_html(request.headers()) {
        dashboard.forward(request, NO_PAGE).await
    } else {
        not_found().await.into_response()
    }
}

impl Dashboard {
    async fn forward(&self, mut request: Request, path_and_query: &str) -> Response {
        let via = request.headers().get_all(header::VIA).into_iter().filter_map(|value| value.to_str().ok());
        if via.flat_map(|value| value.split(',')).any(|proxy| proxy.trim() == &*self.via) {
            let message = "the control URL leads back to this gateway: start the gateway with the address of the \
                           control plane as --control-url";
            return ErrorResponse(ApiError::new(ErrorKind::PlaneUnreachable, message.to_owned()))
                .into_response();
        }
        if let Ok(via) = HeaderValue::from_str(&self.via) {
            request.headers_mut().append(header::VIA, via);
        }
        self.control.forward(request, path_and_query).await
    }
}

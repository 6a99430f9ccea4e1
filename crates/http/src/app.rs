//! The application that a server runs.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    http::request::Parts,
    response::Response,
};
use tower::Service;

use crate::{
    capacity::Capacity,
    fast_path::{FastPath, FastResponse},
};

/// The routes of a plane, at most one fast path ahead of the routes, and the limits on connections.
#[derive(Clone, Debug)]
pub struct App {
    fast: Option<(&'static str, Arc<dyn FastPath>)>,
    routes: Router,
    capacity: Arc<Capacity>,
}

/// Routes with the default limits on connections. Streams are not limited.
impl From<Router> for App {
    fn from(routes: Router) -> Self {
        Self::new(routes, Arc::default())
    }
}

impl App {
    pub(crate) fn new(routes: Router, capacity: Arc<Capacity>) -> Self {
        Self { fast: None, routes, capacity }
    }

    /// Returns the limits on connections.
    #[must_use]
    pub fn capacity(&self) -> &Arc<Capacity> {
        &self.capacity
    }

    /// Handles the requests of `path` with `fast` instead of the routes.
    #[must_use]
    pub fn with_fast_path(self, path: &'static str, fast: impl FastPath) -> Self {
        Self { fast: Some((path, Arc::new(fast))), ..self }
    }

    /// Responds to a request without a body, if the fast path can respond without waiting.
    ///
    /// The memory of such a request is freed before the server reads the next request.
    pub fn respond_now(&self, head: &mut Parts, client: IpAddr) -> Option<FastResponse> {
        self.fast_path(head.uri.path())?.respond_now(head, client)
    }

    /// Responds to a request from the client at `client`.
    pub async fn respond(self: Arc<Self>, mut request: Request, client: SocketAddr) -> Response {
        if let Some(fast) = self.fast_path(request.uri().path()) {
            return fast.respond(request, client.ip()).await;
        }
        request.extensions_mut().insert(ConnectInfo(client));
        match self.routes.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    fn fast_path(&self, path: &str) -> Option<&Arc<dyn FastPath>> {
        self.fast.as_ref().filter(|(fast, _)| path == *fast).map(|(_, fast)| fast)
    }
}

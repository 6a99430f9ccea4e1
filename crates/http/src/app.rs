//! The application that a server runs.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{Router, extract::Request, http::request::Parts, response::Response};
use tower::Service;

use crate::{
    capacity::Capacity,
    fast_path::{FastPath, FastResponse},
    front::{Arrival, Front, Networks},
};

/// The routes of a plane, at most one fast path ahead of the routes, and the limits on connections.
#[derive(Clone, Debug)]
pub struct App {
    fast: Option<(&'static str, Arc<dyn FastPath>)>,
    routes: Router,
    capacity: Arc<Capacity>,
    /// The proxies whose `X-Forwarded-…` headers are believed.
    trusted_proxies: Networks,
}

/// Routes with the default limits on connections. Streams are not limited.
impl From<Router> for App {
    fn from(routes: Router) -> Self {
        Self::new(routes, Arc::default())
    }
}

impl App {
    pub(crate) fn new(routes: Router, capacity: Arc<Capacity>) -> Self {
        Self { fast: None, routes, capacity, trusted_proxies: Networks::default() }
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

    /// Believes the trusted proxies of `front`.
    #[must_use]
    pub fn behind(self, front: &Front) -> Self {
        Self { trusted_proxies: front.trusted_proxies.clone(), ..self }
    }

    /// Responds to a request without a body from the machine at `peer`, if the fast path can respond without waiting.
    ///
    /// The memory of such a request is freed before the server reads the next request.
    pub fn respond_now(&self, head: &mut Parts, peer: IpAddr) -> Option<FastResponse> {
        let fast = self.fast_path(head.uri.path())?;
        let client = Arrival::new(peer, &head.headers, &self.trusted_proxies).client;
        fast.respond_now(head, client)
    }

    /// Responds to a request from the machine at `peer`.
    pub async fn respond(self: Arc<Self>, mut request: Request, peer: SocketAddr) -> Response {
        let arrival = Arrival::new(peer.ip(), request.headers(), &self.trusted_proxies);
        if let Some(fast) = self.fast_path(request.uri().path()) {
            return fast.respond(request, arrival.client).await;
        }
        request.extensions_mut().insert(arrival);
        match self.routes.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    fn fast_path(&self, path: &str) -> Option<&Arc<dyn FastPath>> {
        self.fast.as_ref().filter(|(fast, _)| path == *fast).map(|(_, fast)| fast)
    }
}

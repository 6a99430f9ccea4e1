//! All that a server answers: routes, and decisions ahead of them.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    response::Response,
};
use tower::Service;

use crate::decide::Deciding;

/// What answers requests.
///
/// Decisions outnumber all other requests by far. So theirs is the one path that is not looked up among the routes:
/// that would cost as much as deciding does.
#[derive(Clone, Debug)]
pub struct Answering {
    deciding: Option<(&'static str, Arc<Deciding>)>,
    routes: Router,
}

impl From<Router> for Answering {
    fn from(routes: Router) -> Self {
        Self { deciding: None, routes }
    }
}

impl Answering {
    /// Has what comes to `path` decided.
    #[must_use]
    pub fn with_decisions(self, path: &'static str, deciding: Deciding) -> Self {
        Self { deciding: Some((path, Arc::new(deciding))), ..self }
    }

    /// Answers a request of a client at an address.
    pub async fn answer(self: Arc<Self>, mut request: Request, client: SocketAddr) -> Response {
        match &self.deciding {
            Some((path, deciding)) if request.uri().path() == *path => {
                deciding.answer(request, client.ip()).await
            }
            _ => {
                request.extensions_mut().insert(ConnectInfo(client));
                match self.routes.clone().call(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            }
        }
    }
}

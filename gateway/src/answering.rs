//! All that a server answers: routes, and decisions ahead of them.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Request},
    http,
    response::Response,
};
use http_body_util::{Either, Full};
use tower::Service;

use crate::decide::Deciding;

/// An answer as the server sends it. Its body is bytes at hand, as those of decisions are, or whatever a route made.
pub type Answer = http::Response<Either<Full<Bytes>, Body>>;

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

    /// Answers a request that can be answered without waiting, and asks for a decision: nearly all do both.
    ///
    /// Such a request is gone before the server reads on, so that the room it took can be used again.
    pub fn at_once<B>(&self, request: &mut http::Request<B>, client: IpAddr) -> Option<Answer> {
        match &self.deciding {
            Some((path, deciding)) if request.uri().path() == *path => deciding.at_once(request, client),
            _ => None,
        }
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

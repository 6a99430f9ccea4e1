//! The trait of a fast path.

use std::{fmt, net::IpAddr};

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{self, request::Parts},
    response::Response,
};
use futures_util::future::BoxFuture;
use http_body_util::{Either, Full};

/// A response of the server. Its body is bytes at hand, as those of decisions are, or whatever body a route made.
pub type FastResponse = http::Response<Either<Full<Bytes>, Body>>;

/// Responds to the requests of one path, ahead of the routes.
///
/// Decisions outnumber all other requests by far, and looking a path up among the routes costs as much as deciding.
/// So the path of decisions is compared first, and its handler runs without the router.
pub trait FastPath: fmt::Debug + Send + Sync + 'static {
    /// Responds to a request without a body, if no waiting is needed: nearly all requests are such.
    ///
    /// The implementation may take the headers out of `head` for its response. It must leave `head` as it is where it
    /// returns `None`; the server then calls [`FastPath::respond`].
    fn respond_now(&self, head: &mut Parts, client: IpAddr) -> Option<FastResponse>;

    /// Responds to any request of the path.
    fn respond(&self, request: Request, client: IpAddr) -> BoxFuture<'_, Response>;
}

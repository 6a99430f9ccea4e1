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

/// A response of the server. The body is either bytes in memory, like the body of a decision, or the body of a route's
/// response.
pub type FastResponse = http::Response<Either<Full<Bytes>, Body>>;

/// The handler of a path that the server checks before the routes.
///
/// Most requests are decide requests, and the router takes as long to match a path as the engine takes to decide. The
/// server therefore compares the path of decide requests first, and calls their handler without the router.
pub trait FastPath: fmt::Debug + Send + Sync + 'static {
    /// Responds to a request without a body, if the handler can respond without waiting. Nearly all requests qualify.
    ///
    /// The implementation may take the headers out of `head` for the response. An implementation that returns `None` must
    /// leave `head` unchanged; the server then calls [`FastPath::respond`].
    fn respond_now(&self, head: &mut Parts, client: IpAddr) -> Option<FastResponse>;

    /// Responds to any request of the path.
    fn respond(&self, request: Request, client: IpAddr) -> BoxFuture<'_, Response>;
}

//! The errors in the OpenAPI document. These types are never constructed.

use edgewise_api::error::ErrorBody;
use utoipa::IntoResponses;

/// The errors of a request that reads.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes responses in the OpenAPI document")]
pub(super) enum ReadErrors {
    /// A parameter is invalid
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// Not found
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// The database is not available
    #[response(status = 503)]
    Unavailable(ErrorBody),
}

/// The errors of a request that writes.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes responses in the OpenAPI document")]
pub(super) enum WriteErrors {
    /// A field is invalid; the message names the field
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// A page of another site sends the request, or the host is not a host of this server
    #[response(status = 403)]
    Foreign(ErrorBody),
    /// Not found
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// The body did not arrive in time
    #[response(status = 408)]
    Timeout(ErrorBody),
    /// The name or key is already in use, or the state of the environment does not allow the request; the message says which
    #[response(status = 409)]
    Conflict(ErrorBody),
    /// The resource has changed since the revision in `If-Match`
    #[response(status = 412)]
    Stale(ErrorBody),
    /// The body is larger than 1 MiB
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// The content type is not JSON
    #[response(status = 415)]
    NotJson(ErrorBody),
    /// The request conflicts with the resource, such as a status change that is not allowed, or an audience of another environment
    #[response(status = 422)]
    Unprocessable(ErrorBody),
    /// The database or the snapshot store is not available
    #[response(status = 503)]
    Unavailable(ErrorBody),
}

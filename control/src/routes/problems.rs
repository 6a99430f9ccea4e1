//! Errors, as the OpenAPI document describes them. Nobody makes these values.

use edgewise_api::error::ErrorBody;
use utoipa::IntoResponses;

/// What can be wrong with a request that reads.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers in the OpenAPI document")]
pub(super) enum ReadProblems {
    /// A parameter is not as it must be
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// There is no such thing
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// The database is not available
    #[response(status = 503)]
    Unavailable(ErrorBody),
}

/// What can be wrong with a request that writes.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers in the OpenAPI document")]
pub(super) enum WriteProblems {
    /// A field is not as it must be; the text names it
    #[response(status = 400)]
    Invalid(ErrorBody),
    /// There is no such thing
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// The body did not arrive in time
    #[response(status = 408)]
    Timeout(ErrorBody),
    /// The name or key is taken
    #[response(status = 409)]
    Conflict(ErrorBody),
    /// It has changed since the revision that `If-Match` names
    #[response(status = 412)]
    Stale(ErrorBody),
    /// The body is larger than 1 MiB
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// The body is not declared as JSON
    #[response(status = 415)]
    NotJson(ErrorBody),
    /// The state of things forbids it
    #[response(status = 422)]
    Unprocessable(ErrorBody),
    /// The database is not available
    #[response(status = 503)]
    Unavailable(ErrorBody),
}

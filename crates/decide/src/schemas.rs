//! The requests and responses of the routes, for the OpenAPI document.

use edgewise_api::error::ErrorBody;
use utoipa::{IntoResponses, ToSchema};

/// The body of a decide request.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `edgewise_api::decide::DecideRequest` reads")]
pub struct DecideBody {
    /// The user key, 1 to 1,024 bytes.
    #[schema(example = "user-123")]
    user_key: String,
    /// The name of the environment.
    #[schema(example = "prod")]
    env: String,
    /// The context: attributes of the user, at most 64 KiB and 32 levels.
    #[schema(value_type = Option<Object>, example = json!({"country": "US", "plan": "pro"}))]
    context: Option<()>,
}

/// The decision for a user.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `edgewise_api::decide::respond` writes")]
pub struct Decided {
    /// The user key of the request.
    #[schema(example = "user-123")]
    user_key: String,
    /// The environment of the request.
    #[schema(example = "prod")]
    environment: String,
    /// The version of the snapshot that the decision is based on.
    #[schema(example = 3)]
    config_version: u64,
    /// The user's assignments, in the order of the snapshot. An experiment without a variant for the user is omitted.
    assignments: Vec<Assignment>,
}

/// The variant of an experiment that a user is assigned to.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `edgewise_api::decide::respond` writes")]
pub struct Assignment {
    /// The key of the experiment, which code refers to.
    #[schema(example = "checkout-button-color")]
    experiment_key: String,
    /// The id of the experiment, a UUID.
    experiment_id: String,
    /// The key of the variant, which code refers to.
    #[schema(example = "treatment")]
    variant_key: String,
    /// The id of the variant, a UUID.
    variant_id: String,
    /// The payload of the variant, as it was published: absent, null or an object.
    #[schema(value_type = Option<Object>, example = json!({"color": "#00cc66"}))]
    payload: Option<()>,
}

/// The response to a request that exceeds the rate limit.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the response of the limiter")]
pub struct TooManyRequests {
    /// The reason phrase of the status.
    #[schema(example = "Too Many Requests")]
    error: String,
    /// A message for people that says how long to wait.
    #[schema(example = "Rate limit exceeded, retry in 42 seconds")]
    message: String,
    /// The status code, 429.
    #[schema(rename = "statusCode", example = 429)]
    status_code: u16,
}

/// The responses to a decide request.
#[derive(IntoResponses)]
pub enum DecideResponses {
    /// The decision
    #[response(status = 200, headers(
        ("x-ratelimit-limit" = u32, description = "Maximum number of requests of a client address in one window. \
            The rate limit headers are absent if the client has no limit"),
        ("x-ratelimit-remaining" = u32, description = "Number of requests that are left in the window"),
        ("x-ratelimit-reset" = u64, description = "Seconds until the window ends"),
    ))]
    Decided(#[to_schema] Decided),
    /// A parameter is missing, repeated, empty or invalid
    #[response(status = 400)]
    Invalid(#[to_schema] ErrorBody),
    /// The client has exceeded the rate limit
    #[response(status = 429, headers(
        ("retry-after" = u64, description = "Seconds until the next request is allowed"),
        ("x-ratelimit-limit" = u32, description = "Maximum number of requests of a client address in one window"),
        ("x-ratelimit-remaining" = u32, description = "Number of requests that are left in the window: 0"),
        ("x-ratelimit-reset" = u64, description = "Seconds until the window ends"),
    ))]
    TooMany(#[to_schema] TooManyRequests),
    /// The environment has no published snapshot, or the snapshot cannot be loaded
    #[response(status = 503)]
    Unavailable(#[to_schema] ErrorBody),
}

/// The error responses to an invalid body of a decide request.
#[derive(IntoResponses)]
pub enum BodyErrors {
    /// The body did not arrive in time
    #[response(status = 408)]
    Timeout(#[to_schema] ErrorBody),
    /// The body is larger than 1 MiB
    #[response(status = 413)]
    TooLarge(#[to_schema] ErrorBody),
    /// The body is not declared as JSON
    #[response(status = 415)]
    NotJson(#[to_schema] ErrorBody),
}

//! The requests and responses of the routes, as the OpenAPI document describes them.

use edgewise_api::error::ErrorBody;
use utoipa::{IntoResponses, ToSchema};

/// The body of a decide request.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `edgewise_api::decide::DecideRequest` reads")]
pub struct DecideBody {
    /// Who is decided for, 1 to 1,024 bytes.
    #[schema(example = "user-123")]
    user_key: String,
    /// The environment's name.
    #[schema(example = "prod")]
    env: String,
    /// What is known of the user, at most 64 KiB and 32 levels.
    #[schema(value_type = Option<Object>, example = json!({"country": "US", "plan": "pro"}))]
    context: Option<()>,
}

/// What a user gets.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `edgewise_api::decide::answer` writes")]
pub struct Decided {
    /// As it was asked for.
    #[schema(example = "user-123")]
    user_key: String,
    /// As it was asked for.
    #[schema(example = "prod")]
    environment: String,
    /// The snapshot that was decided from.
    #[schema(example = 3)]
    config_version: u64,
    /// In the order of the snapshot. An experiment that the user takes no part in is left out.
    assignments: Vec<Assignment>,
}

/// A variant of an experiment that a user gets.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `edgewise_api::decide::answer` writes")]
pub struct Assignment {
    /// What code calls the experiment by.
    #[schema(example = "checkout-button-color")]
    experiment_key: String,
    /// UUID.
    experiment_id: String,
    /// What code calls the variant by.
    #[schema(example = "treatment")]
    variant_key: String,
    /// UUID.
    variant_id: String,
    /// What the variant carries, as it was published: absent, null or an object.
    #[schema(value_type = Option<Object>, example = json!({"color": "#00cc66"}))]
    payload: Option<()>,
}

/// The answer to one request too many.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the limiter answers")]
pub struct TooManyRequests {
    /// `Too Many Requests`
    #[schema(example = "Too Many Requests")]
    error: String,
    /// How long to wait.
    #[schema(example = "Rate limit exceeded, retry in 42 seconds")]
    message: String,
    /// 429
    #[schema(rename = "statusCode", example = 429)]
    status_code: u16,
}

/// The answers to a decide request.
#[derive(IntoResponses)]
pub enum DecideAnswers {
    /// The decision
    #[response(status = 200, headers(
        ("x-ratelimit-limit" = u32, description = "Decisions that a client address may ask for in one window; \
            absent, like the other two, where it is not limited"),
        ("x-ratelimit-remaining" = u32, description = "Those that are left"),
        ("x-ratelimit-reset" = u64, description = "Whole seconds until the window ends"),
    ))]
    Decided(#[to_schema] Decided),
    /// A parameter is missing, repeated, empty or wrong
    #[response(status = 400)]
    Invalid(#[to_schema] ErrorBody),
    /// The client has asked too often
    #[response(status = 429, headers(
        ("retry-after" = u64, description = "How many seconds to wait"),
        ("x-ratelimit-limit" = u32, description = "Decisions that a client address may ask for in one window"),
        ("x-ratelimit-remaining" = u32, description = "0"),
        ("x-ratelimit-reset" = u64, description = "Whole seconds until the window ends"),
    ))]
    TooMany(#[to_schema] TooManyRequests),
    /// Nothing is published in the environment, or it cannot be loaded
    #[response(status = 503)]
    Unavailable(#[to_schema] ErrorBody),
}

/// What can be wrong with the body of a decide request.
#[derive(IntoResponses)]
pub enum BodyProblems {
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

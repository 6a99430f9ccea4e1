//! The decide request and response. Every target builds responses with [`respond`], so that all responses are alike.

use std::borrow::Cow;

use edgewise_engine::{
    Assignment, Buffer, Context, Request, Ruleset, UserKey,
    json::{push_number, push_string},
};
use serde_json::value::RawValue;

use crate::{
    error::ApiError,
    field::FieldPath,
    json::{Fields, nests_deeper},
    limits::Limits,
    name::EnvironmentName,
    query::Query,
};

/// A request for a user's decisions in an environment, borrowed from the HTTP request.
#[derive(Clone, Debug)]
pub struct DecideRequest<'a> {
    /// The user key. Not empty.
    user_key: Cow<'a, str>,
    /// The environment.
    pub environment: EnvironmentName,
    context: Context<'a>,
}

impl<'a> DecideRequest<'a> {
    /// Reads `user_key`, `env` and `context` (a JSON object; absent or empty means no attributes) from a query string.
    ///
    /// # Errors
    /// Returns 400, with the name of the invalid parameter.
    pub fn from_query(query: &'a Query<'_>, limits: &Limits) -> Result<Self, ApiError> {
        let (user_key, env) = (query.required("user_key")?, query.required("env")?);
        let context = query.optional("context")?.filter(|context| !context.is_empty());
        Self::new(user_key.into(), env, context, limits)
    }

    /// Reads the same fields from a JSON body, in which `context` is an object. In a context, the escape of a lone surrogate
    /// stands for U+FFFD.
    ///
    /// # Errors
    /// Returns 400, with the name of the invalid field.
    pub fn from_body(body: &'a [u8], limits: &Limits) -> Result<Self, ApiError> {
        let fields = Fields::from_lossy_body(body)?;
        let text =
            |name| fields.optional_text(name, usize::MAX)?.ok_or_else(|| fields.error(name, "is required"));
        let context = fields.optional_json("context").map(RawValue::get);
        Self::new(text("user_key")?.into(), &text("env")?, context, limits)
    }

    /// Returns the user key, which is not empty.
    #[must_use]
    pub fn user_key(&self) -> &str {
        &self.user_key
    }

    fn new(
        user_key: Cow<'a, str>,
        env: &str,
        context: Option<&'a str>,
        limits: &Limits,
    ) -> Result<Self, ApiError> {
        let invalid = |name, problem: &dyn std::fmt::Display| ApiError::invalid_parameter(name, problem);
        if user_key.is_empty() {
            return Err(invalid("user_key", &"must not be empty"));
        }
        if user_key.len() > limits.user_key_bytes {
            let most = limits.user_key_bytes;
            return Err(invalid("user_key", &format_args!("must be at most {most} bytes long")));
        }
        let environment = EnvironmentName::new(env).map_err(|problem| invalid("env", &problem))?;
        let context = match context {
            Some(json) => read_context(json, limits)?,
            None => Context::default(),
        };
        Ok(Self { user_key, environment, context })
    }
}

fn read_context<'a>(json: &'a str, limits: &Limits) -> Result<Context<'a>, ApiError> {
    if json.len() > limits.context_bytes {
        let most = limits.context_bytes;
        return Err(ApiError::invalid_parameter(
            "context",
            format_args!("must be at most {most} bytes long"),
        ));
    }
    if nests_deeper(json, limits.context_levels) {
        let most = limits.context_levels;
        return Err(ApiError::invalid_parameter(
            "context",
            format_args!("must nest at most {most} levels deep"),
        ));
    }
    Context::from_json(json).map_err(|problem| ApiError::invalid_parameter("context", problem))
}

/// Returns the response to a decide request, as JSON. `ruleset` is the loaded ruleset of the request's environment, and `now`
/// is the current time, in milliseconds since 1970.
///
/// # Errors
/// Returns 503 if no ruleset is loaded.
pub fn respond(
    request: &DecideRequest<'_>,
    ruleset: Option<&Ruleset>,
    now: i64,
    buffer: &mut Buffer,
) -> Result<Vec<u8>, ApiError> {
    let user = UserKey::new(&request.user_key)
        .map_err(|problem| ApiError::invalid(problem.to_string()).on_field(FieldPath::of("user_key")))?;
    let environment = request.environment.as_str();
    let ruleset = ruleset.ok_or_else(|| {
        ApiError::unavailable(format!("No config available for environment \"{environment}\""))
    })?;

    let assignments = ruleset.decide(&Request::new(user, &request.context, now), buffer);
    let fragments = ruleset.fragments();
    let parts = |&Assignment { entity, variant }: &Assignment| {
        (fragments.head(entity), fragments.tail(entity, variant))
    };

    // Most assignments are about as long as the first. Measuring all would cost more than growing the buffer sometimes.
    let part = assignments.first().map(parts).map_or(0, |(head, tail)| head.len() + tail.len() + PART_MARGIN);
    let frame = FRAME_BYTES + request.user_key.len() + environment.len();
    let mut body =
        Vec::with_capacity((frame + assignments.len().saturating_mul(part)).min(MAX_INITIAL_BYTES));
    body.extend_from_slice(b"{\"user_key\":");
    push_string(&mut body, &request.user_key);
    // Environment names need no escapes.
    body.extend_from_slice(b",\"environment\":\"");
    body.extend_from_slice(environment.as_bytes());
    body.extend_from_slice(b"\",\"config_version\":");
    push_number(&mut body, ruleset.version());
    body.extend_from_slice(b",\"assignments\":[");
    for (index, (head, tail)) in assignments.iter().map(parts).enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(head);
        body.extend_from_slice(tail);
    }
    body.extend_from_slice(b"]}");
    Ok(body)
}

/// The bytes of the parts that all responses have, with the longest version.
const FRAME_BYTES: usize = 96;
/// The bytes by which an assignment may be longer than the first, plus a comma.
const PART_MARGIN: usize = 16;
/// The largest initial capacity of a response.
const MAX_INITIAL_BYTES: usize = 16 << 10;

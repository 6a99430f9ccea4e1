//! The decide request and its answer. Every target answers with [`answer`], so that all answer alike.

use edgewise_engine::{Context, Snapshot, SnapshotError, UserKey};
use serde_json::value::RawValue;

use crate::{
    error::ApiError,
    json::{Fields, nests_deeper},
    limits::Limits,
    name::EnvironmentName,
    query::Query,
};

/// Who asks for which environment's decisions.
#[derive(Clone, Debug)]
pub struct DecideRequest {
    /// Not empty.
    user_key: String,
    /// The environment to decide.
    pub environment: EnvironmentName,
    context: Context,
}

impl DecideRequest {
    /// Reads `user_key`, `env` and `context` (a JSON object, none if absent or empty) from a query string.
    ///
    /// # Errors
    /// 400, naming the parameter that is wrong.
    pub fn from_query(query: &str, limits: &Limits) -> Result<Self, ApiError> {
        let query = Query::parse(query)?;
        let (user_key, env) = (query.required("user_key")?, query.required("env")?);
        let context = query.optional("context")?.filter(|context| !context.is_empty());
        Self::new(user_key, env, context, limits)
    }

    /// Reads the same fields from a JSON body, where `context` is an object.
    ///
    /// # Errors
    /// 400, naming the field that is wrong.
    pub fn from_body(body: &[u8], limits: &Limits) -> Result<Self, ApiError> {
        let fields = Fields::of_body(body)?;
        let text =
            |name| fields.optional_text(name, usize::MAX)?.ok_or_else(|| fields.error(name, "is required"));
        let context = fields.optional_json("context").map(RawValue::get);
        Self::new(&text("user_key")?, &text("env")?, context, limits)
    }

    fn new(user_key: &str, env: &str, context: Option<&str>, limits: &Limits) -> Result<Self, ApiError> {
        let invalid =
            |name, problem: &dyn std::fmt::Display| ApiError::invalid(format!("`{name}` {problem}"));
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
        Ok(Self { user_key: user_key.to_owned(), environment, context })
    }
}

fn read_context(json: &str, limits: &Limits) -> Result<Context, ApiError> {
    if json.len() > limits.context_bytes {
        let most = limits.context_bytes;
        return Err(ApiError::invalid(format!("`context` must be at most {most} bytes long")));
    }
    if nests_deeper(json, limits.context_levels) {
        let most = limits.context_levels;
        return Err(ApiError::invalid(format!("`context` must nest at most {most} levels deep")));
    }
    Context::from_json(json).map_err(|problem| ApiError::invalid(format!("`context` {problem}")))
}

/// A snapshot made ready for answering: each variant's part of an answer is written once, when it is loaded.
#[derive(Debug)]
pub struct Config {
    snapshot: Snapshot,
    /// The text of each assignment, by experiment and variant.
    assignments: Vec<Vec<Box<str>>>,
}

impl Config {
    /// Reads a snapshot.
    ///
    /// # Errors
    /// [`SnapshotError`] says why it cannot be used.
    pub fn from_json(json: &[u8]) -> Result<Self, SnapshotError> {
        Ok(Self::new(Snapshot::from_json(json)?))
    }

    /// Takes a snapshot that has been read already.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        let assignments = snapshot.experiments.iter().map(|experiment| {
            let text = |variant: &edgewise_engine::snapshot::Variant| {
                let mut text = String::from("{\"experiment_key\":");
                push_json(&mut text, &experiment.key);
                text.push_str(",\"experiment_id\":");
                push_json(&mut text, &experiment.id);
                text.push_str(",\"variant_key\":");
                push_json(&mut text, &variant.key);
                text.push_str(",\"variant_id\":");
                push_json(&mut text, &variant.id);
                if let Some(payload) = &variant.payload {
                    text.push_str(",\"payload\":");
                    text.push_str(payload.get());
                }
                text.push('}');
                text.into_boxed_str()
            };
            experiment.variants.iter().map(text).collect()
        });
        Self { assignments: assignments.collect(), snapshot }
    }

    /// The version that was published.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.snapshot.version
    }

    /// How many experiments run.
    #[must_use]
    pub fn experiments(&self) -> usize {
        self.snapshot.experiments.len()
    }
}

/// The answer to a decide request, as JSON. `config` is what is loaded of the request's environment.
///
/// # Errors
/// 503 if nothing is loaded.
pub fn answer(request: &DecideRequest, config: Option<&Config>) -> Result<Vec<u8>, ApiError> {
    let user = UserKey::new(&request.user_key).map_err(|problem| ApiError::invalid(problem.to_string()))?;
    let environment = &request.environment;
    let config = config.ok_or_else(|| {
        ApiError::unavailable(format!("No config available for environment \"{environment}\""))
    })?;

    let mut assignments = Vec::new();
    edgewise_engine::decide(&config.snapshot, user, &request.context, &mut assignments);
    let texts =
        || assignments.iter().filter_map(|hit| config.assignments.get(hit.experiment)?.get(hit.variant));

    let length: usize = texts().map(|text| text.len() + 1).sum();
    let mut body = String::with_capacity(length + request.user_key.len() + environment.as_str().len() + 96);
    body.push_str("{\"user_key\":");
    push_json(&mut body, &request.user_key);
    body.push_str(",\"environment\":");
    push_json(&mut body, environment.as_str());
    body.push_str(",\"config_version\":");
    body.push_str(&config.version().to_string());
    body.push_str(",\"assignments\":[");
    for (index, text) in texts().enumerate() {
        if index > 0 {
            body.push(',');
        }
        body.push_str(text);
    }
    body.push_str("]}");
    Ok(body.into_bytes())
}

fn push_json(text: &mut String, value: &str) {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if value.bytes().all(plain) {
        text.push('"');
        text.push_str(value);
        text.push('"');
    } else {
        text.push_str(&serde_json::Value::from(value).to_string());
    }
}

//! The settings, read from variables and secrets of the deployment.

use std::fmt;

use edgewise_api::EnvironmentName;

use crate::cors::Cors;

/// The variable with the environments to serve, separated by commas.
pub const ENVIRONMENTS: &str = "EDGEWISE_ENVIRONMENTS";
/// The variable with the snapshot store: `https://…`, or `r2:BINDING` with an optional `/prefix`.
pub const STORE: &str = "EDGEWISE_SNAPSHOT_STORE";
/// The secret with a bearer token for an HTTP store. Optional.
pub const STORE_TOKEN: &str = "EDGEWISE_SNAPSHOT_TOKEN";
/// The variable with the poll interval, in seconds.
pub const POLL_INTERVAL: &str = "EDGEWISE_POLL_INTERVAL";
/// The variable with the sites whose pages may request decisions: `*`, or origins separated by commas. None by default.
pub const CORS_ORIGINS: &str = "EDGEWISE_CORS_ORIGINS";
/// The variable with the address that exposures are sent to. Off by default.
pub const EXPOSURES_URL: &str = "EDGEWISE_EXPOSURES_URL";
/// The secret with a bearer token for sending exposures. Optional.
pub const EXPOSURES_TOKEN: &str = "EDGEWISE_EXPOSURES_TOKEN";

/// The settings of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The distinct environments to serve.
    pub environments: Vec<EnvironmentName>,
    /// The snapshot store.
    pub store: Store,
    /// The token for the store.
    pub store_token: Option<Token>,
    /// The poll interval, in milliseconds.
    pub poll_interval_ms: u64,
    /// The sites whose pages may request decisions.
    pub cors: Cors,
    /// The target of exposures, if exposures are sent.
    pub exposures: Option<ExposureTarget>,
}

/// A snapshot store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Store {
    /// An HTTP store at this address, without a trailing slash.
    Web(String),
    /// An R2 bucket.
    Bucket {
        /// The name of the binding.
        binding: String,
        /// The prefix of keys: empty, or a text with a trailing slash.
        prefix: String,
    },
}

/// The target of exposures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExposureTarget {
    /// The URL.
    pub url: String,
    /// The token for the target.
    pub token: Option<Token>,
}

/// A bearer token. Debug output does not contain the token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// The error of a missing or invalid variable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the variable {name} {problem}")]
pub struct SettingsError {
    /// The name of the variable.
    pub name: &'static str,
    /// A text that says what is wrong, and what to set instead.
    pub problem: String,
}

impl Settings {
    /// The default poll interval, in milliseconds.
    pub const POLL_INTERVAL_MS: u64 = 5_000;

    /// Reads all settings. `variable` returns the value of a variable or secret.
    ///
    /// # Errors
    /// Returns [`SettingsError`] for the first variable that is missing or invalid.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        // An empty variable counts as not set.
        let variable = |name| {
            variable(name).map(|value| value.trim().to_owned()).filter(|value: &String| !value.is_empty())
        };
        let token = |name| variable(name).map(|token| Token::new(name, token)).transpose();
        let store = variable(STORE)
            .ok_or_else(|| error(STORE, "is not set: set it to `https://…` or `r2:BINDING`"))?;
        let exposures = match variable(EXPOSURES_URL) {
            Some(url) => {
                Some(ExposureTarget { url: web(EXPOSURES_URL, &url)?, token: token(EXPOSURES_TOKEN)? })
            }
            None => None,
        };
        Ok(Self {
            environments: environments(&variable(ENVIRONMENTS).unwrap_or_default())?,
            store: Store::read(&store)?,
            store_token: token(STORE_TOKEN)?,
            poll_interval_ms: match variable(POLL_INTERVAL) {
                Some(seconds) => interval_ms(&seconds)?,
                None => Self::POLL_INTERVAL_MS,
            },
            cors: Cors::read(&variable(CORS_ORIGINS).unwrap_or_default())
                .map_err(|problem| error(CORS_ORIGINS, problem))?,
            exposures,
        })
    }
}

impl Store {
    fn read(text: &str) -> Result<Self, SettingsError> {
        let Some(bucket) = text.strip_prefix("r2:") else { return web(STORE, text).map(Self::Web) };
        let (binding, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
        if binding.is_empty() {
            return Err(error(
                STORE,
                "has no binding: set it to `r2:BINDING`, with the binding of wrangler.toml",
            ));
        }
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self::Bucket { binding: binding.to_owned(), prefix })
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(base) => f.write_str(base),
            Self::Bucket { binding, prefix } if prefix.is_empty() => write!(f, "r2:{binding}"),
            Self::Bucket { binding, prefix } => write!(f, "r2:{binding}/{}", prefix.trim_end_matches('/')),
        }
    }
}

impl Token {
    fn new(name: &'static str, token: String) -> Result<Self, SettingsError> {
        if token.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(token))
        } else {
            Err(error(name, "must consist of ASCII characters without spaces"))
        }
    }

    /// Returns the value of the header `authorization`.
    #[must_use]
    pub fn authorization(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

fn error(name: &'static str, problem: impl Into<String>) -> SettingsError {
    SettingsError { name, problem: problem.into() }
}

/// Checks an HTTP address, and removes trailing slashes.
fn web(name: &'static str, url: &str) -> Result<String, SettingsError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split('/').next().unwrap_or_default());
    match host {
        Some(host) if host.contains('@') => {
            Err(error(name, "must not contain a user name or password: set a token instead"))
        }
        Some(host) if !host.is_empty() && !url.contains(['?', '#', ' ']) => {
            Ok(url.trim_end_matches('/').to_owned())
        }
        _ => Err(error(name, "must be an address such as `https://flags.example.com`, without `?` or `#`")),
    }
}

fn environments(text: &str) -> Result<Vec<EnvironmentName>, SettingsError> {
    let mut environments = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let environment = EnvironmentName::new(name)
            .map_err(|problem| error(ENVIRONMENTS, format!("contains `{name}`: a name {problem}")))?;
        if !environments.contains(&environment) {
            environments.push(environment);
        }
    }
    if environments.is_empty() {
        return Err(error(ENVIRONMENTS, "is not set: set it to the environments to serve, such as `prod`"));
    }
    Ok(environments)
}

fn interval_ms(text: &str) -> Result<u64, SettingsError> {
    // The parser of JSON is part of the worker already; the parser of the standard library would add 13 kB after gzip.
    let seconds: Option<f64> =
        serde_json::from_str(text).ok().filter(|seconds| (0.1..=3600.0).contains(seconds));
    let seconds =
        seconds.ok_or_else(|| error(POLL_INTERVAL, "must be a number of seconds from 0.1 to 3600"))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 100 and 3,600,000")]
    Ok((seconds * 1000.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::read(|name| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn problem(variables: &[(&str, &str)]) -> String {
        read(variables).unwrap_err().to_string()
    }

    #[test]
    fn a_store_and_environments_are_sufficient() {
        let settings = read(&[(STORE, "https://flags.example.com/"), (ENVIRONMENTS, "prod")]).unwrap();
        assert_eq!(settings.store, Store::Web("https://flags.example.com".to_owned()));
        assert_eq!(settings.environments, [EnvironmentName::new("prod").unwrap()]);
        assert_eq!(settings.poll_interval_ms, 5_000);
        assert_eq!((settings.cors, settings.exposures, settings.store_token), (Cors::Disabled, None, None));
    }

    #[test]
    fn a_bucket_can_have_a_prefix() {
        for (text, binding, prefix) in
            [("r2:FLAGS", "FLAGS", ""), ("r2:FLAGS/", "FLAGS", ""), ("r2:FLAGS/a/b/", "FLAGS", "a/b/")]
        {
            let store = Store::read(text).unwrap();
            assert_eq!(store, Store::Bucket { binding: binding.to_owned(), prefix: prefix.to_owned() });
            assert_eq!(store.to_string(), text.trim_end_matches('/'));
        }
    }

    #[test]
    fn invalid_variables_are_named() {
        let good = [(STORE, "r2:FLAGS"), (ENVIRONMENTS, "prod")];
        let with = |name, value| problem(&[&[(name, value)], &good[..]].concat());
        assert!(problem(&[good[0]]).contains("EDGEWISE_ENVIRONMENTS is not set"));
        assert!(problem(&[good[1]]).contains("EDGEWISE_SNAPSHOT_STORE is not set"));
        assert!(with(ENVIRONMENTS, "prod,../x").contains("`../x`"));
        assert!(with(STORE, "ftp://x").contains("https://flags.example.com"));
        assert!(with(STORE, "https://me:secret@x").contains("token"));
        assert!(with(STORE, "r2:").contains("r2:BINDING"));
        for interval in ["0", "-1", "x", "NaN", "1e9"] {
            assert!(with(POLL_INTERVAL, interval).contains("0.1 to 3600"), "{interval}");
        }
        assert!(with(STORE_TOKEN, "a b").contains("EDGEWISE_SNAPSHOT_TOKEN"));
        assert!(with(CORS_ORIGINS, "example.com").contains("EDGEWISE_CORS_ORIGINS"));
    }

    #[test]
    fn tokens_are_not_printed() {
        let settings = read(&[(STORE, "r2:F"), (ENVIRONMENTS, "prod"), (STORE_TOKEN, "hush")]).unwrap();
        assert!(!format!("{settings:?}").contains("hush"));
        assert_eq!(settings.store_token.unwrap().authorization(), "Bearer hush");
    }
}

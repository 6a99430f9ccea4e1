//! The published objects below `/configs/`.

use crate::{name::EnvironmentName, paths};

/// Returns the environment and the path in the object store for a request's path, or `None` if no object has such a path.
///
/// The path is not percent-decoded: names of published objects need no escapes.
///
/// ```
/// use edgewise_api::published::object;
///
/// let found = object("/configs/prod/snapshots/7.json");
/// let found = found.as_ref().map(|(environment, path)| (environment.as_str(), path.as_str()));
/// assert_eq!(found, Some(("prod", "configs/prod/snapshots/7.json")));
/// assert!(object("/configs/prod/secret.json").is_none());
/// ```
#[must_use]
pub fn object(path: &str) -> Option<(EnvironmentName, String)> {
    let mut segments = path.strip_prefix("/configs/")?.split('/');
    let environment = EnvironmentName::new(segments.next()?).ok()?;
    let object = match (segments.next()?, segments.next()) {
        ("version.json", None) => paths::version(&environment),
        ("snapshots", Some("latest.json")) => paths::latest(&environment),
        ("snapshots", Some(file)) => {
            let version = number(file.strip_suffix(".json")?)?;
            paths::snapshot(&environment, version)
        }
        ("rulesets", Some(format)) => {
            let format = u32::try_from(number(format)?).ok()?;
            let version = number(segments.next()?.strip_suffix(".bin")?)?;
            paths::ruleset(&environment, format, version)
        }
        _ => return None,
    };
    segments.next().is_none().then_some((environment, object))
}

/// Parses a version or format. Each number has only one spelling: neither `+1` nor `01` is valid.
fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text && number <= paths::MAX_VERSION).then_some(number)
}

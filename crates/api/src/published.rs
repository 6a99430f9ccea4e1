//! The published objects below `/configs/`.

use crate::{
    content_hash::{ContentHash, is_for_address},
    name::EnvironmentName,
    paths,
    query::Query,
};

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

/// The content that a request for an object wants, by the parameter `v` of its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedContent {
    /// Any content: the request has no parameter `v`, or the object may change at any time.
    Any,
    /// The content whose hash begins with these 16 digits.
    Hash(String),
    /// No content: the parameter `v` cannot be the beginning of a hash.
    None,
}

impl WantedContent {
    /// Reads the query of a request for the object at `path` in the store.
    ///
    /// ```
    /// use edgewise_api::published::WantedContent;
    ///
    /// let path = "configs/prod/rulesets/1/7.bin";
    /// let wanted = WantedContent::of_request(path, "v=ba7816bf8f01cfea");
    /// assert_eq!(wanted.for_address(), Some("ba7816bf8f01cfea"));
    /// assert_eq!(WantedContent::of_request(path, "v=1"), WantedContent::None);
    /// assert_eq!(WantedContent::of_request(path, ""), WantedContent::Any);
    /// ```
    #[must_use]
    pub fn of_request(path: &str, query: &str) -> Self {
        if !paths::is_immutable(path) {
            return Self::Any;
        }
        match Query::parse(query).optional("v") {
            Ok(None) => Self::Any,
            Ok(Some(digits)) if is_for_address(digits) => Self::Hash(digits.to_owned()),
            _ => Self::None,
        }
    }

    /// Returns the digits of the hash, which a reader appends to the address of the object in its own store.
    #[must_use]
    pub fn for_address(&self) -> Option<&str> {
        if let Self::Hash(digits) = self { Some(digits) } else { None }
    }

    /// Returns whether an object has the wanted content. Hashes the object only if the request wants a hash.
    #[must_use]
    pub fn is(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Hash(digits) => ContentHash::of(bytes).for_address() == *digits,
            Self::None => false,
        }
    }
}

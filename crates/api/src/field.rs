//! The path of a field in a request.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The path of a field in a request, such as `targetingRules[0].conditions[2].operator`. The path of the whole request
/// has no steps.
///
/// Steps are compared as data, so a name that contains a dot or a bracket never equals several steps.
///
/// ```
/// use edgewise_api::FieldPath;
///
/// let path = FieldPath::of("targetingRules").at(0).then("conditions");
/// assert_eq!(path.to_string(), "targetingRules[0].conditions");
/// assert!(path.is_within(&FieldPath::of("targetingRules")));
/// assert!(!FieldPath::of("a.b").is_within(&FieldPath::of("a")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FieldPath(Vec<FieldStep>);

/// A step of a [`FieldPath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FieldStep {
    /// The member of an object, or the parameter of a query.
    Name(String),
    /// The element of an array, from 0.
    Index(usize),
}

impl FieldPath {
    /// Returns the path of a field of the request itself.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self::default().then(name)
    }

    /// Returns the path of a member of the object at this path.
    #[must_use]
    pub fn then(mut self, name: &str) -> Self {
        self.0.push(FieldStep::Name(name.to_owned()));
        self
    }

    /// Returns the path of an element of the array at this path.
    #[must_use]
    pub fn at(mut self, index: usize) -> Self {
        self.0.push(FieldStep::Index(index));
        self
    }

    /// Returns the path with another name as its first step. A path without steps stays as it is.
    #[must_use]
    pub fn with_root(mut self, name: &str) -> Self {
        if let Some(root) = self.0.first_mut() {
            *root = FieldStep::Name(name.to_owned());
        }
        self
    }

    /// Returns the steps.
    #[must_use]
    pub fn steps(&self) -> &[FieldStep] {
        &self.0
    }

    /// Returns the name of the first step.
    #[must_use]
    pub fn root(&self) -> Option<&str> {
        self.0.first().and_then(FieldStep::name)
    }

    /// Returns the name of the last step.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.last().and_then(FieldStep::name)
    }

    /// Returns whether this path is `other`, or the path of a field inside of `other`.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl FieldStep {
    /// Returns the name, unless the step is an index.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Index(_) => None,
        }
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                FieldStep::Name(name) if place == 0 => f.write_str(name)?,
                FieldStep::Name(name) => write!(f, ".{name}")?,
                FieldStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

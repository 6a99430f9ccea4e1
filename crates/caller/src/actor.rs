//! Who calls a service.

use std::{borrow::Cow, fmt};

/// Who calls a service: a stable id, and a name for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    id: Cow<'static, str>,
    name: Cow<'static, str>,
}

impl Actor {
    /// Any client that reaches the loopback address, while there are no accounts.
    pub(crate) const fn local() -> Self {
        Self::named("local")
    }

    /// A part of this program, whose name is its id.
    pub(crate) const fn named(name: &'static str) -> Self {
        Self { id: Cow::Borrowed(name), name: Cow::Borrowed(name) }
    }

    /// Returns the id, which never changes.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the name that appears in the history and in the log.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

//! The author of a change.

use std::fmt;

/// The author of a change. Every service that writes takes an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(&'static str);

impl Actor {
    /// Any client that reaches the loopback address, while there are no accounts.
    pub const LOCAL: Self = Self("local");
    /// The operator of the command `edgewise import`.
    pub const IMPORT: Self = Self("import");
    /// The author of the example data.
    pub const DEMO: Self = Self("demo");

    /// Returns the name that appears in the history and in the log.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

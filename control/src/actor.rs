//! Who makes a change.

use std::fmt;

/// Who makes a change. Every service that writes asks for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(&'static str);

impl Actor {
    /// Anybody who can reach the loopback address, while there are no accounts.
    pub const LOCAL: Self = Self("local");
    /// Whoever imports, at the command line.
    pub const IMPORT: Self = Self("import");
    /// Whoever made the example data.
    pub const DEMO: Self = Self("demo");

    /// As history and the log name them.
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

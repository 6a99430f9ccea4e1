//! The principal of a call: who calls, by which way, and with which rights.

use crate::actor::Actor;

/// The caller of a service. Every service takes a principal, also a service that reads.
///
/// A principal can be created only by the functions below, each of which is named after the one place that calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    who: Actor,
    way: Way,
    rights: Rights,
}

/// The way by which a call arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A request to the REST API.
    Rest,
    /// A page of the dashboard, or a call of a page.
    Dashboard,
    /// The command `edgewise import`.
    Import,
    /// The example data of `--demo`.
    Demo,
}

/// What a principal may do.
///
/// There are no accounts yet, so there is one value. Who checks rights matches all values, so that a further value does
/// not compile before each check says what the value allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Read and change everything.
    All,
}

impl Principal {
    /// Creates the principal of a request to the REST API. For the extractor of the routes only.
    #[must_use]
    pub fn for_rest_extractor() -> Self {
        Self { who: Actor::local(), way: Way::Rest, rights: Rights::All }
    }

    /// Creates the principal of a page of the dashboard, or of a call of a page. For the extractor of server functions
    /// only.
    #[must_use]
    pub fn for_server_functions() -> Self {
        Self { who: Actor::local(), way: Way::Dashboard, rights: Rights::All }
    }

    /// Creates the principal of the command `edgewise import`. For that command only.
    #[must_use]
    pub fn for_import_command() -> Self {
        Self { who: Actor::named("import"), way: Way::Import, rights: Rights::All }
    }

    /// Creates the principal that adds the example data. For the example data only.
    #[must_use]
    pub fn for_example_data() -> Self {
        Self { who: Actor::named("demo"), way: Way::Demo, rights: Rights::All }
    }

    /// Returns who calls.
    #[must_use]
    pub const fn who(&self) -> &Actor {
        &self.who
    }

    /// Returns the way by which the call arrived.
    #[must_use]
    pub const fn way(&self) -> Way {
        self.way
    }

    /// Returns what the principal may do.
    #[must_use]
    pub const fn rights(&self) -> Rights {
        self.rights
    }
}

impl Way {
    /// Returns the name of the way in the log and in the audit trail.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Dashboard => "dashboard",
            Self::Import => "import",
            Self::Demo => "demo",
        }
    }
}

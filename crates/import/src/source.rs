//! The data of a source system.

use edgewise_control::services::imports::Environment;

/// The data of another system, as far as Edgewise can import it.
#[derive(Debug, Default)]
pub struct SourceData {
    /// The environments that can be imported, by name.
    pub environments: Vec<Environment>,
    /// The resources that cannot be imported.
    pub skipped: Vec<Skipped>,
}

/// A resource that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The resource, such as ``experiment `checkout` of `prod` ``.
    pub resource: String,
    /// The reason, in one line.
    pub reason: String,
}

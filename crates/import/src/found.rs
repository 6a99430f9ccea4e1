//! What a system was found to keep.

use edgewise_control::services::imports::Environment;

/// What another system keeps, as far as Edgewise can import it.
#[derive(Debug, Default)]
pub struct Found {
    /// By name.
    pub environments: Vec<Environment>,
    /// What cannot be carried over.
    pub left_out: Vec<LeftOut>,
}

/// Something that cannot be carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Such as ``experiment `checkout` of `prod` ``.
    pub what: String,
    /// In one line.
    pub why: String,
}

//! The engines that are compared, each called in the fastest way that it offers a server.

mod edgewise;
mod eppo;
mod unleash;

use serde_json::{Map, Value};

pub(crate) use edgewise::Edgewise;
pub(crate) use eppo::Eppo;
pub(crate) use unleash::Unleash;

/// Somebody to decide for, as a server knows them after it has parsed a request.
pub(crate) struct User {
    pub(crate) key: String,
    pub(crate) context: Map<String, Value>,
}

/// An engine that has been configured with a workload's experiments.
pub(crate) trait Engine {
    /// Decides all experiments for one user. Hands over each experiment that they get a variant of, by its place in
    /// the snapshot, and text that holds the variant's payload.
    fn decide(&mut self, user: &User, assigned: impl FnMut(usize, &[u8]));
}

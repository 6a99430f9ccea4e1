//! The compared engines. Each engine is called in the fastest way that it offers for servers.

mod edgewise;
mod eppo;
mod unleash;

use serde_json::{Map, Value};

pub(crate) use edgewise::Edgewise;
pub(crate) use eppo::Eppo;
pub(crate) use unleash::Unleash;

/// A user, after a server has parsed a request.
pub(crate) struct User {
    pub(crate) key: String,
    pub(crate) context: Map<String, Value>,
}

/// An engine that is configured with the experiments of a workload.
pub(crate) trait Engine {
    /// Decides all experiments for one user. Calls `assigned` for each experiment in which the user gets a variant, with the
    /// index of the experiment in the snapshot, and a text that contains the payload of the variant.
    fn decide(&mut self, user: &User, assigned: impl FnMut(usize, &[u8]));
}

//! The additions of an import plan.

use std::collections::HashMap;

use edgewise_api::resources::Status;

use super::model::{Audience, Environment, Experiment};

/// An import plan. A plan is computed by a pure function, from the resources of the other system and the existing ones.
pub trait ImportPlan {
    /// Returns the additions to an environment.
    fn additions(&self) -> Additions<'_>;
}

/// The additions to an environment. Existing resources are never changed.
#[derive(Clone, Debug, Default)]
pub struct Additions<'a> {
    /// The id of the environment, if it exists here.
    pub environment_id: Option<&'a str>,
    /// The environment to create, if it does not exist. Its audiences and experiments are ignored.
    pub environment: Option<&'a Environment>,
    /// The highest version number of the other system, if it is above all version numbers here.
    pub number: Option<u64>,
    /// Audiences to create.
    pub audiences: Vec<&'a Audience>,
    /// The ids of existing audiences, by name.
    pub audience_ids: HashMap<String, String>,
    /// Experiments to create.
    pub experiments: Vec<&'a Experiment>,
}

impl Additions<'_> {
    /// Returns whether there is nothing to add.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.environment.is_none()
            && self.number.is_none()
            && self.audiences.is_empty()
            && self.experiments.is_empty()
    }

    /// Returns whether the additions change the live snapshot.
    #[must_use]
    pub fn publishes(&self) -> bool {
        self.number.is_some()
            || self.experiments.iter().any(|experiment| experiment.status == Status::Running)
    }
}

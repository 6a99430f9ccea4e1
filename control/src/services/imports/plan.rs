//! What the plan of an import adds.

use std::collections::HashMap;

use edgewise_api::resources::Status;

use super::model::{Audience, Environment, Experiment};

/// The plan of an import: a pure function of what another system keeps and of what exists here made it.
pub trait ImportPlan {
    /// What the plan adds to an environment.
    fn additions(&self) -> Additions<'_>;
}

/// What an import adds to an environment. What exists is never changed.
#[derive(Clone, Debug, Default)]
pub struct Additions<'a> {
    /// The id of the environment, where it exists here.
    pub environment_id: Option<&'a str>,
    /// The environment, where it is to be created. Its audiences and experiments are not read.
    pub environment: Option<&'a Environment>,
    /// The highest version number that was used elsewhere, if it is above all that were used here.
    pub number: Option<u64>,
    /// Audiences to create.
    pub audiences: Vec<&'a Audience>,
    /// The ids of audiences that exist, by name.
    pub audience_ids: HashMap<String, String>,
    /// Experiments to create.
    pub experiments: Vec<&'a Experiment>,
}

impl Additions<'_> {
    /// Whether there is nothing to add.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.environment.is_none()
            && self.number.is_none()
            && self.audiences.is_empty()
            && self.experiments.is_empty()
    }

    /// Whether the additions change what is live.
    #[must_use]
    pub fn publishes(&self) -> bool {
        self.number.is_some()
            || self.experiments.iter().any(|experiment| experiment.status == Status::Running)
    }
}
